import type { Issue } from '../asn1/issue.js';
import type { BerError, Layer } from '../ber/error.js';
import type { Octets } from '../ber/octets.js';
import type { Anomaly } from './anomaly.js';

/** What the observing decoder saw, as anomalies of a layer. */
export function anomaliesOf(layer: Layer, issues: readonly Issue[], clause?: string): Anomaly[] {
  return issues.map(({ kind, path, offset, length, message, detail }) => ({
    layer,
    code: kind,
    path,
    offset,
    length,
    message,
    clause,
    detail,
  }));
}

/** Octets that could not be read as BER to their end. The finding stands at the octet where reading stopped. */
export function unreadable(layer: Layer, path: string, octets: Octets, error: BerError): Anomaly {
  const offset = error.at.offset ?? octets.offset;
  return {
    layer,
    code: 'malformed',
    path,
    offset,
    length: lengthFrom(octets, offset),
    message: error.message,
    clause: 'X.690',
  };
}

/** How many octets of the rope stand at `offset` or behind it. */
export function lengthFrom(octets: Octets, offset: number): number {
  let length = 0;
  for (const slice of octets.slices) {
    const end = slice.offset + slice.bytes.length;
    if (end > offset) length += end - Math.max(slice.offset, offset);
  }
  return length;
}
