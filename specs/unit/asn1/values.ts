import fc from 'fast-check';
import { BitString } from '../../../harness/asn1/bit-string.js';
import { type Compiled, type CompiledStructure, compile } from '../../../harness/asn1/compile.js';
import type { Bounds, Charset, PrimitiveType, TypeRef } from '../../../harness/asn1/types.js';
import type { Element } from '../../../harness/ber/element.js';
import { concat, Octets, toHex } from '../../../harness/ber/octets.js';
import { readElements } from '../../../harness/ber/reader.js';
import { writeBer } from '../../../harness/ber/writer.js';

/** Random values of a type, made from its declaration. Values of recursive types end at `depth`. */
export function valuesOf(ref: TypeRef, depth = 12): fc.Arbitrary<unknown> {
  return ofType(compile(ref), depth, () => undefined);
}

type Sibling = (name: string) => unknown;

function ofType(type: Compiled, depth: number, sibling: Sibling): fc.Arbitrary<unknown> {
  switch (type.base) {
    case 'primitive':
      return ofPrimitive(type.type);
    case 'open': {
      const ref = type.type.resolve?.(sibling);
      if (ref !== undefined) return ofType(compile(ref), depth - 1, () => undefined);
      return fc.constantFrom('0500', '020105', '30060101ff020107', '8103616263', 'a0020500').map(hex);
    }
    case 'collection': {
      const { size } = type.type;
      const minLength = size?.min ?? 0;
      const maxLength = depth <= 0 ? minLength : Math.min(size?.max ?? 3, minLength + 2);
      return fc.array(
        ofType(type.of(), depth - 1, () => undefined),
        { minLength, maxLength },
      );
    }
    case 'structure':
      return type.declaration.kind === 'choice' ? ofChoice(type, depth) : ofMembers(type, depth);
  }
}

function ofChoice(type: CompiledStructure, depth: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    ...type.members(1988).list.map(({ declaration, type: chosen }) =>
      ofType(chosen, depth - 1, () => undefined).map((value) => {
        return Object.assign(new type.construct(), { [declaration.name]: value });
      }),
    ),
  );
}

function ofMembers(type: CompiledStructure, depth: number): fc.Arbitrary<unknown> {
  let record: fc.Arbitrary<Record<string, unknown>> = fc.constant({});
  for (const { declaration, type: memberType } of type.members(1988).list) {
    const optional = declaration.optional && !('default' in declaration);
    record = record.chain((before) => {
      const value = ofType(memberType, depth - 1, (name) => before[name]);
      const each = 'default' in declaration ? fc.oneof(fc.constant(declaration.default), value) : value;
      const chosen = optional ? fc.oneof(fc.constant(undefined), ...(depth > 0 ? [each] : [])) : each;
      return chosen.map((one) => (one === undefined ? before : { ...before, [declaration.name]: one }));
    });
  }
  return record.map((members) => Object.assign(new type.construct(), members));
}

function ofPrimitive(type: PrimitiveType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'integer':
      return fc.oneof(
        fc.integer({ min: type.min ?? -300, max: type.max ?? 300 }),
        fc.integer({ min: type.min ?? -(2 ** 31), max: type.max ?? 2 ** 31 - 1 }),
        ...(type.max === undefined && type.min === undefined ? [fc.maxSafeInteger()] : []),
      );
    case 'enumerated':
      return fc.constantFrom(...Object.values(type.named));
    case 'bitString':
      return bits(type.named, type.size);
    case 'octetString':
      return fc.uint8Array(lengths(type.size));
    case 'objectIdentifier':
      return fc
        .tuple(
          fc.oneof(
            fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 39 })),
            fc.tuple(fc.constant(2), fc.nat(1 << 20)),
          ),
          fc.array(fc.oneof(fc.nat(300), fc.nat(2 ** 31 - 1)), { minLength: 1, maxLength: 5 }),
        )
        .map(([top, rest]) => [...top, ...rest].join('.'));
    case 'characterString':
      return fc.string({ unit: character(type.charset), ...lengths(type.size) });
    case 'utcTime':
      return fc
        .tuple(
          fc.nat(99),
          ...[12, 28].map((max) => fc.integer({ min: 1, max })),
          ...[23, 59, 59].map((max) => fc.nat(max)),
        )
        .map((fields) => `${fields.map((field) => String(field).padStart(2, '0')).join('')}Z`);
  }
}

function lengths(size: Bounds | undefined): { minLength: number; maxLength: number } {
  const minLength = size?.min ?? 0;
  return { minLength, maxLength: Math.max(minLength, Math.min(size?.max ?? 12, minLength + 12)) };
}

function bits(named: Readonly<Record<string, number>>, size: Bounds | undefined): fc.Arbitrary<BitString> {
  const numbers = Object.values(named);
  if (numbers.length > 0) return fc.subarray(numbers).map((ones) => BitString.atLeast(size?.min ?? 0, ...ones));
  const { minLength, maxLength } = lengths(size);
  return fc
    .array(fc.boolean(), { minLength, maxLength })
    .map((ones) => BitString.atLeast(ones.length, ...ones.flatMap((one, i) => (one ? [i] : []))));
}

const CHARACTERS: Partial<Record<Charset, string>> = {
  numeric: '0123456789 ',
  printable: "ABCXYZabcxyz019 '()+,-./:=?",
};

function character(charset: Charset): fc.Arbitrary<string> {
  const own = CHARACTERS[charset];
  if (own !== undefined) return fc.constantFrom(...own);
  const code = (min: number, max: number): fc.Arbitrary<string> =>
    fc.integer({ min, max }).map((point) => String.fromCodePoint(point));
  switch (charset) {
    case 'ia5':
      return code(0, 0x7f);
    case 'visible':
      return code(0x20, 0x7e);
    case 'bmp':
    case 'universal':
    case 'utf8':
      return fc.oneof(code(0x20, 0x7e), code(0xa0, 0xd7ff), code(0xe000, 0xfffd));
    default:
      return code(0, 0xff);
  }
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** A value as plain data, for comparison: what has no class of its own for chai to stumble on. */
export function plain(value: unknown, rewrite = (octets: Uint8Array): Uint8Array => octets): unknown {
  if (value instanceof BitString) return { bits: value.toString() };
  if (value instanceof Uint8Array) return { octets: toHex(rewrite(value)) };
  if (typeof value === 'bigint') return { integer: String(value) };
  if (Array.isArray(value)) return value.map((each) => plain(each, rewrite));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, plain(each, rewrite)]),
  );
}

/** Octets that are BER in canonical form: an open type is written in the form of what is around it. */
function canonical(bytes: Uint8Array): Uint8Array {
  const { elements, error } = readElements(Octets.of(bytes));
  const write = (element: Element): Uint8Array => {
    const { tagClass, tagNumber } = element;
    const content = element.constructed ? element.children.map((child) => ({ raw: write(child) })) : element.bytes;
    return writeBer({ tagClass, tagNumber, content });
  };
  return error === undefined ? concat(elements.map(write)) : bytes;
}

/** The same, whatever the form of open values was. */
export function formless(value: unknown): unknown {
  return plain(value, canonical);
}

/** The same, whatever the order of arrays: SETs OF that were written in another order. */
export function unordered(value: unknown): unknown {
  const walk = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(walk).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(formless(value));
}
