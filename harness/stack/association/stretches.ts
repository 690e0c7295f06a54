import { Octets } from '../../ber/octets.js';
import type { Direction } from '../direction.js';

// A transfer that broke off may go on in another connection, and its octets then stand in two streams. So that all that
// is made of them (elements, anomalies, matches) keeps one order, the offsets of each further stretch are shifted.

/** Where some of a transfer's octets came: one direction of one connection. */
export interface Stretch {
  readonly connection: number;
  readonly direction: Direction;
}

/** A place in the stream of one connection. */
export interface StreamPlace extends Stretch {
  /** From the first TCP payload octet of that direction. */
  readonly offset: number;
}

/** Octets between the offsets of one stretch and those of the next: more than a connection carries. */
const SHIFT = 2 ** 40;

/** Stretches of one transfer that can be told apart: all offsets stay exact. */
export const MOST_STRETCHES = 4096;

/** Octets of the last stretch, at offsets behind those of all before it. */
export function shifted(octets: Octets, stretches: readonly Stretch[] | undefined): Octets {
  const shift = ((stretches?.length ?? 1) - 1) * SHIFT;
  if (shift === 0) return octets;
  return Octets.join(octets.slices.map(({ bytes, offset }) => Octets.of(bytes, offset + shift)));
}

/** The stretch in which an offset stands, counted from 0. */
export function stretchAt(offset: number): number {
  return Math.floor(offset / SHIFT);
}

/** The place for which an offset of a transfer that came in several stretches stands. */
export function placeIn(stretches: readonly Stretch[], offset: number): StreamPlace {
  const stretch = stretches[stretchAt(offset)] as Stretch;
  return { ...stretch, offset: offset % SHIFT };
}
