import { type DecodeResult, decode } from '../../../harness/asn1/decode.js';
import type { Edition, TypeRef } from '../../../harness/asn1/types.js';
import { fromHex, Octets } from '../../../harness/ber/octets.js';
import { readElement } from '../../../harness/ber/reader.js';

/** Reads one TLV in hexadecimal, or octets, as a type. */
export function decodeAs(type: TypeRef, octets: string | Uint8Array, edition: Edition = 1988): DecodeResult {
  const bytes = typeof octets === 'string' ? fromHex(octets) : octets;
  return decode(type, readElement(Octets.of(bytes)).element, { edition });
}

/** The typed value, as plain data without undefined members. */
export function valueIn<T>(result: DecodeResult): T {
  return result.decoded?.value as T;
}

/** A TLV in hexadecimal: the tag's octets and the contents, the length put between them. */
export function tlv(tag: string, ...contents: string[]): string {
  const content = contents.join('').replace(/\s+/g, '');
  const length = content.length / 2;
  const octets = length.toString(16);
  const even = octets.length % 2 === 0 ? octets : `0${octets}`;
  return tag + (length < 0x80 ? even : (0x80 + even.length / 2).toString(16) + even) + content;
}

/** ASCII text in hexadecimal. */
export function ascii(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex');
}
