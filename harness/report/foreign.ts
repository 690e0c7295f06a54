import type { Octets } from '../ber/octets.js';
import { toHex } from '../ber/octets.js';
import { readElements } from '../ber/reader.js';
import { TagClass, tagName, Universal } from '../ber/tag.js';
import { quoteText } from './escape.js';

/** Characters, or octets, that are shown. */
const SHOWN = 32;

/** What user data that is not P1 looks like: its tag, and its first octets as text where they are text. */
export function foreignText(octets: Octets): string {
  const [element] = readElements(octets).elements;
  if (element === undefined) return octetsText(octets.toBytes());
  const name =
    element.tagClass === TagClass.universal ? (UNIVERSAL.get(element.tagNumber) ?? tagName(element)) : tagName(element);
  const content = octets.subarray(element.headerLength).toBytes();
  return content.length === 0 ? name : `${name} ${octetsText(content)}`;
}

/** As ASN.1 writes the types: `OCTET STRING`, `UTCTime`. */
const UNIVERSAL: ReadonlyMap<number, string> = new Map([
  [Universal.boolean, 'BOOLEAN'],
  [Universal.integer, 'INTEGER'],
  [Universal.bitString, 'BIT STRING'],
  [Universal.octetString, 'OCTET STRING'],
  [Universal.null, 'NULL'],
  [Universal.external, 'EXTERNAL'],
  [Universal.sequence, 'SEQUENCE'],
  [Universal.set, 'SET'],
  [Universal.ia5String, 'IA5String'],
]);

function octetsText(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, SHOWN);
  const more = bytes.length > SHOWN ? '…' : '';
  const isText = shown.every((octet) => (octet >= 0x20 && octet < 0x7f) || octet === 0x0a || octet === 0x0d);
  return `${isText ? quoteText(Buffer.from(shown).toString('latin1')) : toHex(shown)}${more}`;
}
