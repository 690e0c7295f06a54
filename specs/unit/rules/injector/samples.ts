import type { PrimitiveType } from '../../../../harness/asn1/types.js';
import { concat } from '../../../../harness/ber/octets.js';

// Content octets are written here by hand rules and not by the encoder: what judges it must not lean on it.

/** X.690 8.3. */
export function integerOctets(value: number): Uint8Array {
  const octets = [value & 0xff];
  let rest = value >> 8;
  while ((rest !== 0 || octets[0]! >= 0x80) && (rest !== -1 || octets[0]! < 0x80)) {
    octets.unshift(rest & 0xff);
    rest >>= 8;
  }
  return Uint8Array.from(octets);
}

/** X.690 8.19, for arcs below 2^28. */
export function oidOctets(dotted: string): Uint8Array {
  const [top, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]];
  return concat([top * 40 + second, ...rest].map(arc));
}

function arc(value: number): Uint8Array {
  const septets = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80);
  return Uint8Array.from(septets);
}

export function textOctets(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Content octets of a value of the type that no rule minds, as far as the type alone can tell. */
export function plainSample(type: PrimitiveType): Uint8Array {
  switch (type.kind) {
    case 'boolean':
      return Uint8Array.of(0xff);
    case 'null':
      return new Uint8Array(0);
    case 'integer':
      return integerOctets(Math.max(type.min ?? 0, Object.values(type.named)[0] ?? 0));
    case 'enumerated':
      return integerOctets(Object.values(type.named)[0] ?? 0);
    case 'bitString':
      return bits(Math.max(type.size?.min ?? 0, 1));
    case 'octetString':
      return textOctets('o'.repeat(Math.max(type.size?.min ?? 0, 4)));
    case 'objectIdentifier':
      return oidOctets('2.6.1.10.1');
    case 'characterString':
      return characters(type.charset, Math.max(type.size?.min ?? 0, Math.min(type.size?.max ?? 2, 2)));
    case 'utcTime':
      return textOctets('051001144852Z');
  }
}

/** Bit 0 is one, the others are zero. */
function bits(length: number): Uint8Array {
  const octets = new Uint8Array(1 + Math.ceil(length / 8));
  octets[0] = (octets.length - 1) * 8 - length;
  octets[1] = 0x80;
  return octets;
}

function characters(charset: string, length: number): Uint8Array {
  const one = charset === 'numeric' ? 0x31 : 0x61;
  const width = charset === 'bmp' ? 2 : charset === 'universal' ? 4 : 1;
  return Uint8Array.from({ length: length * width }, (_, i) => (i % width === width - 1 ? one : 0));
}
