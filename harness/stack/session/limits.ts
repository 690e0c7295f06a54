import type { SpduKind } from './spdu-table.js';

/** Octets of one segment where version 2 splits an SSDU: an SPDU with them stays within 65 539. X.225 6.3.5. */
export const SEGMENT_OCTETS = 65_000;

/** X.225 8.3.1.20, 8.3.1.21: more needs CONNECT DATA OVERFLOW, which this machine does not have. */
const CONNECT_OCTETS = 10_240;

/** X.225 (1988) Annex D. */
const VERSION_1: ReadonlyMap<SpduKind, number> = new Map<SpduKind, number>([
  ['ABORT', 9],
  ['GIVE TOKENS', 0],
  ['GIVE TOKENS CONFIRM', 0],
  ['ACTIVITY INTERRUPT', 0],
  ['ACTIVITY INTERRUPT ACK', 0],
  ['ACTIVITY DISCARD', 0],
  ['ACTIVITY DISCARD ACK', 0],
]);

/** Octets of SS-user data that an SPDU takes in a version of the protocol; version 2 segments all but CONNECT. */
export function userDataLimit(kind: SpduKind, version: 1 | 2): number {
  if (kind === 'DATA TRANSFER') return Number.POSITIVE_INFINITY;
  if (kind === 'GIVE TOKENS ACK' || kind === 'ABORT ACCEPT') return 0;
  if (version === 2) return kind === 'CONNECT' ? CONNECT_OCTETS : Number.POSITIVE_INFINITY;
  return VERSION_1.get(kind) ?? 512;
}
