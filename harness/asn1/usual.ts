import type { Element } from '../ber/element.js';
import { REPERTOIRE } from './repertoire.js';
import type { BitStringType, Bounds, CharacterStringType, IntegerType, PrimitiveType } from './types.js';

/**
 * Whether the content of an element that came in one piece is such that reading it has no problem to tell, seen without
 * reading it. False says nothing: then it is to be read.
 */
export type UsualContent = (element: Element) => boolean;

/** The glance for a type; `readPrimitive` is the judge, and finds nothing where this is true. */
export function usualContent(type: PrimitiveType): UsualContent {
  switch (type.kind) {
    case 'boolean':
      return ({ contentLength }) => contentLength === 1;
    case 'null':
      return ({ contentLength }) => contentLength === 0;
    case 'integer':
      return usualInteger(type);
    case 'bitString':
      return usualBits(type);
    case 'octetString': {
      const { min, max } = rangeOf(type.size);
      return ({ contentLength }) => contentLength >= min && contentLength <= max;
    }
    case 'characterString':
      return usualCharacters(type);
    default:
      return () => false;
  }
}

function usualInteger(type: IntegerType): UsualContent {
  const { min, max } = rangeOf(type);
  return (element) => {
    const length = element.contentLength;
    if (length === 0 || length > 6) return false;
    const first = element.octet(0);
    if (length > 1) {
      const second = element.octet(1);
      if ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)) return false;
    }
    let value = first < 0x80 ? first : first - 0x100;
    for (let i = 1; i < length; i += 1) value = value * 0x100 + element.octet(i);
    return value >= min && value <= max;
  };
}

function usualBits({ named, size }: BitStringType): UsualContent {
  const { min, max } = rangeOf(size);
  const names = Object.values(named);
  const last = Math.max(...names.map((bit) => bit + 1), size?.max ?? 0, size?.min ?? 0);
  const mostOctets = names.length === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.ceil(last / 8));
  return (element) => {
    const octets = element.contentLength - 1;
    if (octets < 0 || octets > mostOctets) return false;
    const unused = element.octet(0);
    if (unused > 7 || (octets === 0 && unused > 0)) return false;
    if (octets > 0 && (element.octet(octets) & ((1 << unused) - 1)) !== 0) return false;
    const bits = octets * 8 - unused;
    return bits >= min && bits <= max;
  };
}

function usualCharacters({ charset, size }: CharacterStringType): UsualContent {
  // An octet is no character there.
  if (charset === 'bmp' || charset === 'universal' || charset === 'utf8') return () => false;
  const { min, max } = rangeOf(size);
  const foreign = REPERTOIRE[charset];
  if (foreign === undefined) return ({ contentLength }) => contentLength >= min && contentLength <= max;
  const allowed = Uint8Array.from({ length: 256 }, (_, octet) => (foreign.test(String.fromCharCode(octet)) ? 0 : 1));
  return (element) => {
    const length = element.contentLength;
    if (length < min || length > max) return false;
    for (let i = 0; i < length; i += 1) if (allowed[element.octet(i)] === 0) return false;
    return true;
  };
}

function rangeOf({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Bounds = {}) {
  return { min, max };
}
