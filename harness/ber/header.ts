import type { TagClass } from './tag.js';

/**
 * Identifier octets. X.690 8.1.2. `octets` asks for that many in all, against 8.1.2.4.2 c: more than one is the
 * high-tag-number form, padded in front; without it, or where it is too few, the fewest.
 */
export function encodeIdentifier(tagClass: TagClass, constructed: boolean, tagNumber: number, octets = 0): Uint8Array {
  const leading = (tagClass << 6) | (constructed ? 0x20 : 0);
  if (tagNumber < 0x1f && octets <= 1) return Uint8Array.of(leading | tagNumber);
  const septets: number[] = [];
  for (let rest = tagNumber; ; rest >>>= 7) {
    septets.unshift((rest & 0x7f) | (septets.length > 0 ? 0x80 : 0));
    if (rest < 0x80) break;
  }
  while (septets.length < octets - 1) septets.unshift(0x80);
  return Uint8Array.of(leading | 0x1f, ...septets);
}

/**
 * Length octets of the definite form, X.690 8.1.3. `octets` asks for that many in all (1 is the short form, n > 1 the
 * long form with n - 1 octets, padded with zeros); without it, or where it is too few, the fewest.
 */
export function encodeLength(length: number, octets = 0): Uint8Array {
  if (length < 0x80 && octets <= 1) return Uint8Array.of(length);
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  if (digits.length === 0) digits.push(0);
  while (digits.length < octets - 1) digits.unshift(0);
  return Uint8Array.of(0x80 | digits.length, ...digits);
}
