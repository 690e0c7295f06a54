import { isUtf8 } from 'node:buffer';
import type { Element } from '../ber/element.js';
import { concat } from '../ber/octets.js';
import { BitString } from './bit-string.js';
import { REPERTOIRE } from './repertoire.js';
import { bitStringContent } from './segments.js';
import type { Bounds, Charset, EnumeratedType, IntegerType, PrimitiveType } from './types.js';

/** What the reading of one primitive gave: its value, and what was odd about it. */
export interface PrimitiveReading {
  readonly value: unknown;
  readonly problems: readonly PrimitiveProblem[];
}
export interface PrimitiveProblem {
  readonly kind: 'malformed' | 'charset' | 'bounds' | 'surplus-octets' | 'unused-bits' | 'encoding-form';
  readonly message: string;
  /** Narrows the place to some content octets: stream offset and count. */
  readonly at?: { offset: number; length: number };
}

/** Reads the content of a primitive type. X.690 clause 8. Never throws. */
export function readPrimitive(type: PrimitiveType, element: Element, content: Uint8Array): PrimitiveReading {
  switch (type.kind) {
    case 'boolean':
      return readBoolean(content);
    case 'null':
      return readNull(element);
    case 'integer':
    case 'enumerated':
      return readInteger(type, content);
    case 'bitString':
      return readBitString(type.named, type.size, element, content);
    case 'octetString':
      return { value: content, problems: sizeProblems(content.length, type.size, 'octets') };
    case 'objectIdentifier':
      return readObjectIdentifier(content);
    case 'characterString':
      return readCharacters(type.charset, type.name, type.size, content);
    case 'utcTime':
      return readUtcTime(content);
  }
}

const malformed = (message: string): PrimitiveReading => ({
  value: undefined,
  problems: [{ kind: 'malformed', message }],
});

function readBoolean(content: Uint8Array): PrimitiveReading {
  if (content.length !== 1) return malformed(`a BOOLEAN of ${content.length} octets`);
  return { value: content[0] !== 0, problems: [] };
}

function readNull(element: Element): PrimitiveReading {
  const octets = element.contentLength;
  if (octets === 0) return { value: null, problems: [] };
  const at = { offset: element.content.offset, length: octets };
  return { value: null, problems: [{ kind: 'surplus-octets', message: `${octets} octets inside a NULL`, at }] };
}

function readInteger(type: IntegerType | EnumeratedType, content: Uint8Array): PrimitiveReading {
  const [first, second] = content;
  if (first === undefined) return malformed(`an empty ${type.name}`);
  if (content.length > 64) return malformed(`an ${type.name} of ${content.length} octets`);
  const problems: PrimitiveProblem[] = [];
  // X.690 8.3.2: the first nine bits are neither all zero nor all one.
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    problems.push({ kind: 'encoding-form', message: 'an integer in more octets than it needs' });
  }
  const value = integerValue(content);
  const bounds: Bounds = type.kind === 'integer' ? type : {};
  if (bounds.min !== undefined && value < bounds.min)
    problems.push({ kind: 'bounds', message: `${value} is below ${bounds.min}` });
  if (bounds.max !== undefined && value > bounds.max)
    problems.push({ kind: 'bounds', message: `${value} is above ${bounds.max}` });
  if (type.kind === 'enumerated' && !Object.values(type.named).some((number) => number === value))
    problems.push({ kind: 'bounds', message: `${value} is none of its values` });
  return { value, problems };
}

function integerValue(content: Uint8Array): number | bigint {
  if (content.length <= 6) {
    let value = (content[0] as number) >= 0x80 ? -1 : 0;
    for (const octet of content) value = value * 256 + octet;
    return value;
  }
  let value = (content[0] as number) >= 0x80 ? -1n : 0n;
  for (const octet of content) value = value * 256n + BigInt(octet);
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

function readBitString(
  named: Readonly<Record<string, number>>,
  size: Bounds | undefined,
  element: Element,
  content: Uint8Array,
): PrimitiveReading {
  const [unused] = content;
  if (unused === undefined) return malformed('a BIT STRING without its unused-bits octet');
  if (unused > 7 || (content.length === 1 && unused !== 0)) return malformed(`a BIT STRING with ${unused} unused bits`);
  const octets = content.subarray(1);
  const problems: PrimitiveProblem[] = [];
  const last = octets[octets.length - 1];
  if (last !== undefined && (last & ((1 << unused) - 1)) !== 0) {
    problems.push({ kind: 'unused-bits', message: 'unused bits that are not zero' });
  }
  const surplus = namedBitProblems(named, size, element, octets);
  // Surplus octets pass the bounds too; they are told once.
  problems.push(...(surplus.length > 0 ? surplus : sizeProblems(octets.length * 8 - unused, size, 'bits')));
  return { value: new BitString(octets, unused), problems };
}

/** Whole octets behind the last bit that has a name or is allowed by the size are room for foreign data. */
function namedBitProblems(
  named: Readonly<Record<string, number>>,
  size: Bounds | undefined,
  element: Element,
  octets: Uint8Array,
): PrimitiveProblem[] {
  const numbers = Object.values(named);
  if (numbers.length === 0 && size?.max === undefined) return [];
  const allowed = Math.ceil(Math.max(...numbers.map((n) => n + 1), size?.max ?? 0, size?.min ?? 0) / 8);
  const tail = octets.subarray(Math.max(allowed, 1));
  if (tail.every((octet) => octet === 0)) return [];
  const rope = bitStringContent(element);
  const offset = rope.offsetAt(octets.length - tail.length);
  const at = { offset, length: rope.offsetAt(octets.length - 1) + 1 - offset };
  return [{ kind: 'surplus-octets', message: `${tail.length} octets in the tail of a BIT STRING`, at }];
}

/** X.690 8.19. Values of any size are read; only their text is bounded. */
function readObjectIdentifier(content: Uint8Array): PrimitiveReading {
  if (content.length === 0) return malformed('an empty OBJECT IDENTIFIER');
  if (content.length > 4096) return malformed(`an OBJECT IDENTIFIER of ${content.length} octets`);
  if ((content[content.length - 1] as number) >= 0x80) return malformed('an OBJECT IDENTIFIER that ends inside an arc');
  const problems: PrimitiveProblem[] = [];
  const arcs: string[] = [];
  let start = 0;
  content.forEach((octet, i) => {
    if (octet >= 0x80) return;
    if (content[start] === 0x80) problems.push({ kind: 'encoding-form', message: 'an arc with leading zero bits' });
    const arc = arcValue(content.subarray(start, i + 1));
    start = i + 1;
    if (arcs.length > 0) {
      arcs.push(String(arc));
      return;
    }
    const top = arc < 40 ? 0 : arc < 80 ? 1 : 2;
    arcs.push(String(top), String(typeof arc === 'number' ? arc - top * 40 : arc - 80n));
  });
  return { value: arcs.join('.'), problems };
}

/** Seven bits an octet; in one step where it passes 2^49, so that a long arc costs no more than its length. */
function arcValue(octets: Uint8Array): number | bigint {
  if (octets.length <= 7) return octets.reduce((sum, octet) => sum * 128 + (octet & 0x7f), 0);
  let bits = '0b';
  for (const octet of octets) bits += (octet & 0x7f).toString(2).padStart(7, '0');
  return BigInt(bits);
}

/** Characters are kept octet for octet (as Latin-1) save for BMP, Universal and UTF-8 strings, which have a code. */
function readCharacters(
  charset: Charset,
  name: string,
  size: Bounds | undefined,
  content: Uint8Array,
): PrimitiveReading {
  const value = decodeCharacters(charset, content);
  if (value === undefined) return malformed(`octets that are no ${name}`);
  const problems: PrimitiveProblem[] = [];
  const stranger = REPERTOIRE[charset]?.exec(value);
  if (stranger !== undefined && stranger !== null) {
    const code = stranger[0].charCodeAt(0).toString(16).padStart(2, '0');
    problems.push({ kind: 'charset', message: `octet ${code} is no character of ${name}` });
  }
  const units = charset === 'universal' || charset === 'utf8' ? [...value].length : value.length;
  problems.push(...sizeProblems(units, size, 'characters'));
  return { value, problems };
}

function decodeCharacters(charset: Charset, content: Uint8Array): string | undefined {
  const buffer = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  switch (charset) {
    case 'bmp':
      return content.length % 2 === 0 ? Buffer.from(buffer).swap16().toString('utf16le') : undefined;
    case 'universal': {
      if (content.length % 4 !== 0) return undefined;
      let text = '';
      for (let at = 0; at < content.length; at += 4) {
        const code = buffer.readUInt32BE(at);
        if (code > 0x10ffff) return undefined;
        text += String.fromCodePoint(code);
      }
      return text;
    }
    case 'utf8':
      return isUtf8(buffer) ? buffer.toString('utf8') : undefined;
    default:
      return buffer.toString('latin1');
  }
}

/** X.690 11.8 and X.680 47: seconds are optional, Z or an offset follows. */
const UTC_TIME = /^\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d([0-5]\d)?(Z|[+-]\d{4})$/;

function readUtcTime(content: Uint8Array): PrimitiveReading {
  const value = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1');
  if (UTC_TIME.test(value)) return { value, problems: [] };
  return { value, problems: [{ kind: 'malformed', message: `${JSON.stringify(value.slice(0, 32))} is no UTCTime` }] };
}

function sizeProblems(size: number, bounds: Bounds | undefined, unit: string): PrimitiveProblem[] {
  if (bounds?.min !== undefined && size < bounds.min) {
    return [{ kind: 'bounds', message: `${size} ${unit}, fewer than ${bounds.min}` }];
  }
  if (bounds?.max !== undefined && size > bounds.max) {
    return [{ kind: 'bounds', message: `${size} ${unit}, more than ${bounds.max}` }];
  }
  return [];
}

/** Content octets of a value. Throws a TypeError where the value is not of the type: a programming error. */
export function writePrimitive(type: PrimitiveType, value: unknown): Uint8Array {
  switch (type.kind) {
    case 'boolean':
      if (typeof value !== 'boolean') throw new TypeError(`${type.name} wants true or false`);
      return Uint8Array.of(value ? 0xff : 0);
    case 'null':
      if (value !== null) throw new TypeError(`${type.name} wants null`);
      return new Uint8Array(0);
    case 'integer':
    case 'enumerated':
      if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) {
        throw new TypeError(`${type.name} wants a whole number; beyond 2^53 a bigint`);
      }
      return writeInteger(value as number | bigint);
    case 'bitString': {
      if (!(value instanceof BitString)) throw new TypeError(`${type.name} wants a BitString`);
      return concat([Uint8Array.of(value.unusedBits), withoutUnusedBits(value)]);
    }
    case 'octetString':
      if (!(value instanceof Uint8Array)) throw new TypeError(`${type.name} wants octets`);
      return value;
    case 'objectIdentifier':
      return writeObjectIdentifier(text(type, value));
    case 'characterString':
      return writeCharacters(type.charset, text(type, value));
    case 'utcTime':
      return writeCharacters('visible', text(type, value));
  }
}

function text(type: PrimitiveType, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${type.name} wants text`);
  return value;
}

function writeInteger(value: number | bigint): Uint8Array {
  const octets: number[] = [];
  for (let rest = BigInt(value); ; rest >>= 8n) {
    const octet = Number(rest & 0xffn);
    octets.unshift(octet);
    const left = rest >> 8n;
    if ((left === 0n && octet < 0x80) || (left === -1n && octet >= 0x80)) return Uint8Array.from(octets);
  }
}

/** Dotted text to content octets. Throws a TypeError on text that is no object identifier. */
export function writeObjectIdentifier(text: string): Uint8Array {
  if (!/^[012](\.\d+)+$/.test(text)) throw new TypeError(`${JSON.stringify(text)} is no object identifier`);
  const [top, second, ...rest] = text.split('.').map(BigInt) as [bigint, bigint, ...bigint[]];
  if (top < 2n && second > 39n) throw new TypeError(`${JSON.stringify(text)} is no object identifier`);
  const octets: number[] = [];
  for (const arc of [top * 40n + second, ...rest]) {
    const septets: number[] = [];
    for (let left = arc; ; left >>= 7n) {
      septets.unshift(Number(left & 0x7fn) | (septets.length > 0 ? 0x80 : 0));
      if (left < 0x80n) break;
    }
    octets.push(...septets);
  }
  return Uint8Array.from(octets);
}

function writeCharacters(charset: Charset, value: string): Uint8Array {
  switch (charset) {
    case 'bmp':
      return new Uint8Array(Buffer.from(value, 'utf16le').swap16());
    case 'universal': {
      const points = [...value];
      const octets = Buffer.alloc(points.length * 4);
      points.forEach((point, i) => {
        octets.writeUInt32BE(point.codePointAt(0) as number, i * 4);
      });
      return new Uint8Array(octets);
    }
    case 'utf8':
      return new Uint8Array(Buffer.from(value, 'utf8'));
    default:
      // biome-ignore lint/suspicious/noControlCharactersInRegex: one octet each is 0 to 255
      if (/[^\x00-\xff]/.test(value)) throw new TypeError('a character that is no octet');
      return new Uint8Array(Buffer.from(value, 'latin1'));
  }
}

/** KB 140937: bits that are not used may be anything when they come, and weak peers want them zero. X.690 11.2.1. */
function withoutUnusedBits({ octets, unusedBits }: BitString): Uint8Array {
  const last = octets.length - 1;
  const kept = (octets[last] ?? 0) & (0xff << unusedBits);
  return kept === octets[last] || last < 0 ? octets : concat([octets.subarray(0, last), Uint8Array.of(kept)]);
}
