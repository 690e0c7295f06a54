import type { Octets } from '../../ber/octets.js';

/** An OCTET STRING that stands alone in User-data. */
export interface PlainData {
  readonly contextId: number;
  /** Its content. */
  readonly octets: Octets;
}

/**
 * Reads User-data that holds one OCTET STRING in the form that every stack gives to the slices of a message:
 * `61 L 30 L 02 01 nn a0 L 04 L`, X.226 8.4.2, each length in its fewest octets and up to the very end. There is nothing
 * about it to tell. Undefined for whatever deviates from that in the least: then User-data is to be observed.
 */
export function readPlainData(userData: Octets): PlainData | undefined {
  const { length } = userData;
  let at = 0;
  for (const tag of [0x61, 0x30]) {
    if (userData.at(at) !== tag) return undefined;
    at = contentTo(userData, at + 1, length);
    if (at < 0) return undefined;
  }
  if (userData.at(at) !== 0x02 || userData.at(at + 1) !== 1) return undefined;
  const contextId = userData.at(at + 2);
  if (contextId === undefined || contextId >= 0x80) return undefined;
  at += 3;
  for (const tag of [0xa0, 0x04]) {
    if (userData.at(at) !== tag) return undefined;
    at = contentTo(userData, at + 1, length);
    if (at < 0) return undefined;
  }
  return { contextId, octets: userData.subarray(at) };
}

/** Where the content begins whose length stands at `at`, if it is minimal and reaches to `end` exactly; -1 otherwise. */
function contentTo(octets: Octets, at: number, end: number): number {
  const first = octets.at(at);
  if (first === undefined) return -1;
  if (first < 0x80) return at + 1 + first === end ? at + 1 : -1;
  const more = first & 0x7f;
  if (more === 0 || more > 4 || at + more >= end) return -1;
  let length = 0;
  for (let i = 1; i <= more; i += 1) length = length * 256 + (octets.at(at + i) as number);
  const minimal = length >= 0x80 && length >= 256 ** (more - 1);
  const start = at + 1 + more;
  return minimal && start + length === end ? start : -1;
}
