import type { Deviation } from '../session/machine.js';
import type { SpduKind } from '../session/spdu-table.js';
import type { ApplicationSyntaxes } from './normal-mode.js';
import type { AssociationMachineOptions, AssociationTimers } from './service.js';

/** Additions to what every association service takes. */
export interface MachineOptions extends AssociationMachineOptions {
  /** The application that is carried; P1 if absent. */
  readonly syntaxes?: ApplicationSyntaxes;
  /** Aborts on elements that presentation and ACSE do not know, as X.226 8.5 and X.227 7.4 say. */
  readonly strict?: boolean;
}

export const DEFAULT_TIMERS: AssociationTimers = { open: 60_000, transfer: 300_000, release: 30_000 };

/** A reference of two octets that is not 0. X.224 13.3.3. */
export function referenceFrom(random: (octets: number) => Uint8Array): number {
  const [high = 0, low = 1] = random(2);
  return (high << 8) | low || 1;
}

export function sessionDeviations({ deviations }: MachineOptions): Partial<Record<SpduKind, Deviation>> {
  const entries = Object.entries(deviations?.spduParameters ?? {});
  return Object.fromEntries(entries.map(([kind, extraParameters]) => [kind, { extraParameters }]));
}

/** The timers given, and the defaults of the others. */
export function timersOf({ timers = {} }: MachineOptions): AssociationTimers {
  return { ...DEFAULT_TIMERS, ...definedIn(timers) };
}

/** Leaves out what is given as undefined, so that it does not hide a default. */
function definedIn(timers: Partial<AssociationTimers>): Partial<AssociationTimers> {
  return Object.fromEntries(Object.entries(timers).filter(([, value]) => value !== undefined));
}
