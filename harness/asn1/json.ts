import { toHex } from '../ber/octets.js';
import { BitString } from './bit-string.js';
import type { Decoded } from './decoded.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * A decoded value as JSON, as it was sent: members that were absent are absent. A CHOICE is an object with one key,
 * NULL is null, character strings and times are text, OCTET STRING is hexadecimal, BIT STRING is `{ bits, length }`
 * (its octets in hexadecimal, and how many bits count), OBJECT IDENTIFIER is dotted, an INTEGER beyond 2^53 is text, and
 * a value of an open type that no table resolves is the hexadecimal of its TLV.
 */
export function toJson(node: Decoded): Json {
  const { type } = node;
  switch (type.base) {
    case 'primitive':
      return primitiveJson(node.primitive);
    case 'open': {
      const [resolved] = node.children;
      return resolved === undefined ? toHex(node.inner.toBytes()) : toJson(resolved);
    }
    case 'collection':
      return node.children.map(toJson);
    case 'structure': {
      const members: { [key: string]: Json } = {};
      for (const child of node.children) {
        if (!Object.hasOwn(members, child.name)) members[child.name] = toJson(child);
      }
      return members;
    }
  }
}

function primitiveJson(value: unknown): Json {
  if (value instanceof BitString) return { bits: toHex(value.octets), length: value.length };
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  return null;
}
