import type { Edition } from '../asn1/types.js';

/** The three ways in which P1 is carried. X.419 clause 13, X.410. */
export type Mode = 'normal' | 'x410-1988' | 'x410-1984';

export const modes: readonly Mode[] = ['normal', 'x410-1988', 'x410-1984'];

export function editionOf(mode: Mode | undefined): Edition {
  return mode === 'x410-1984' ? 1984 : 1988;
}
