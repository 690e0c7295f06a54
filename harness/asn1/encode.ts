import type { Element } from '../ber/element.js';
import { P1specError } from '../ber/error.js';
import { Octets } from '../ber/octets.js';
import { readElement } from '../ber/reader.js';
import { type BerElement, type BerForm, type BerNode, writeBer } from '../ber/writer.js';
import { type Compiled, type CompiledStructure, compile, ownsLastTag } from './compile.js';
import { writePrimitive } from './primitives.js';
import type { Edition, TypeRef } from './types.js';

export interface EncodeOptions {
  readonly edition?: Edition;
  /** How the value is written: a legal variant, or a deliberate error. Canonical where absent. */
  readonly form?: BerForm;
  /** Writes members that equal their default. */
  readonly explicitDefaults?: boolean;
}

/** Encodes a value of a type. Throws ERR_ENCODE, with a path, where the value does not fit its type. */
export function encode(ref: TypeRef, value: unknown, options: EncodeOptions = {}): Uint8Array {
  return writeBer(toBer(ref, value, options), options.form);
}

/** The tree that `encode` writes; fakes change it before it is written. */
export function toBer(ref: TypeRef, value: unknown, options: EncodeOptions = {}): BerNode {
  const type = compile(ref);
  return new Encoder(options).value(type, value, type.name);
}

/** A tree for octets that are already BER; `raw` where they are not. */
export function berFromBytes(bytes: Uint8Array): BerNode {
  try {
    const { element, rest } = readElement(Octets.of(bytes));
    return rest.length === 0 && hasMinimalTags(element) ? berFromElement(element) : { raw: bytes };
  } catch {
    return { raw: bytes };
  }
}

function hasMinimalTags(element: Element): boolean {
  return element.minimalTag && element.children.every(hasMinimalTags);
}

/** Nodes say how they are written only where that is not what they inherit, X.690 8.1.3 leaves it to each. */
function berFromElement(element: Element, inherited: BerForm = {}): BerElement {
  const { tagClass, tagNumber } = element;
  const indefinite = element.indefinite || undefined;
  const lengthOctets = element.minimalLength ? undefined : element.headerLength - element.identifierLength;
  const own: BerForm = { indefinite, lengthOctets: indefinite === true ? inherited.lengthOctets : lengthOctets };
  const differs =
    (element.constructed && own.indefinite !== inherited.indefinite) || own.lengthOctets !== inherited.lengthOctets;
  const form = element.constructed ? own : { ...own, indefinite: inherited.indefinite };
  const passed = differs ? form : inherited;
  const content = element.constructed ? element.children.map((child) => berFromElement(child, passed)) : element.bytes;
  return differs ? { tagClass, tagNumber, content, form } : { tagClass, tagNumber, content };
}

class Encoder {
  readonly #edition: Edition;
  readonly #explicitDefaults: boolean;

  constructor(options: EncodeOptions) {
    this.#edition = options.edition ?? 1988;
    this.#explicitDefaults = options.explicitDefaults ?? false;
  }

  /** `siblings` are what an open type is resolved by. */
  value(type: Compiled, value: unknown, path: string, siblings: Record<string, unknown> = {}): BerNode {
    const inner = this.#inner(type, value, path, siblings);
    const wrappers = ownsLastTag(type) ? type.tags.slice(0, -1) : type.tags;
    let node = inner;
    for (let i = wrappers.length - 1; i >= 0; i -= 1) {
      const { tagClass, tagNumber } = wrappers[i] as (typeof wrappers)[number];
      node = { tagClass, tagNumber, content: [node] };
    }
    return node;
  }

  #inner(type: Compiled, value: unknown, path: string, siblings: Record<string, unknown>): BerNode {
    const own = type.tags[type.tags.length - 1];
    switch (type.base) {
      case 'primitive': {
        if (own === undefined) throw misfit(path, 'a primitive type without a tag');
        return { ...own, content: primitiveContent(type.type, value, path), string: stringKind(type.type.kind) };
      }
      case 'open':
        return this.#open(
          type.type.resolve?.((name) => siblings[name]),
          value,
          path,
        );
      case 'collection': {
        if (!Array.isArray(value)) throw misfit(path, `${type.name} wants an array`);
        if (own === undefined) throw misfit(path, 'a collection without a tag');
        const of = type.of();
        const content = value.map((each, i) => named(this.value(of, each, `${path}[${i}]`), `[${i}]`));
        return { ...own, content, unordered: type.type.kind === 'setOf' };
      }
      case 'structure':
        return type.declaration.kind === 'choice' ? this.#choice(type, value, path) : this.#members(type, value, path);
    }
  }

  /** An open type whose siblings say what it holds is encoded as that, unless its octets or a tree are given. */
  #open(ref: TypeRef | undefined, value: unknown, path: string): BerNode {
    const resolved = ref === undefined ? undefined : compile(ref);
    if (isBerNode(value)) return value;
    const isValue = resolved?.base === 'primitive' && resolved.type.kind === 'octetString';
    if (value instanceof Uint8Array && !isValue) return berFromBytes(value);
    if (resolved === undefined) throw misfit(path, 'an open type wants its octets or a BER tree');
    return this.value(resolved, value, path);
  }

  #choice(type: CompiledStructure, value: unknown, path: string): BerNode {
    const record = asRecord(value, path, type.name);
    const chosen = type.members(this.#edition).list.filter(({ declaration }) => record[declaration.name] !== undefined);
    const [only, ...more] = chosen;
    if (only === undefined || more.length > 0) {
      throw misfit(path, `${type.name} wants exactly one alternative, not ${chosen.length}`);
    }
    const { name } = only.declaration;
    return named(this.value(only.type, record[name], `${path}.${name}`), name);
  }

  #members(type: CompiledStructure, value: unknown, path: string): BerNode {
    const own = type.tags[type.tags.length - 1];
    if (own === undefined) throw misfit(path, 'a structure without a tag');
    const record = asRecord(value, path, type.name);
    const content: BerNode[] = [];
    for (const { declaration, type: memberType } of type.members(this.#edition).list) {
      const each = record[declaration.name];
      if (each === undefined) {
        if (!declaration.optional) throw misfit(`${path}.${declaration.name}`, 'a mandatory member is missing');
        continue;
      }
      const elides = !this.#explicitDefaults && 'default' in declaration;
      if (elides && each === declaration.default) continue;
      const node = named(this.value(memberType, each, `${path}.${declaration.name}`, record), declaration.name);
      if (elides && sameNode(node, this.value(memberType, declaration.default, path))) continue;
      content.push(node);
    }
    return { ...own, content, unordered: type.declaration.kind === 'set' };
  }
}

/** Whether two trees are written alike; stops at the first difference. */
function sameNode(a: BerNode, b: BerNode): boolean {
  if ('raw' in a || 'raw' in b) return 'raw' in a && 'raw' in b && Buffer.compare(a.raw, b.raw) === 0;
  if (a.tagClass !== b.tagClass || a.tagNumber !== b.tagNumber) return false;
  const [left, right] = [a.content, b.content];
  if (left instanceof Uint8Array || right instanceof Uint8Array) {
    return left instanceof Uint8Array && right instanceof Uint8Array && Buffer.compare(left, right) === 0;
  }
  return left.length === right.length && left.every((each, i) => sameNode(each, right[i] as BerNode));
}

function isBerNode(value: unknown): value is BerNode {
  if (typeof value !== 'object' || value === null) return false;
  return 'raw' in value || ('tagNumber' in value && 'tagClass' in value && 'content' in value);
}

function named(node: BerNode, name: string): BerNode {
  return { ...node, name };
}

function asRecord(value: unknown, path: string, type: string): Record<string, unknown> {
  if (value === null || typeof value !== 'object') throw misfit(path, `${type} wants an object`);
  return value as Record<string, unknown>;
}

function primitiveContent(type: Parameters<typeof writePrimitive>[0], value: unknown, path: string): Uint8Array {
  try {
    return writePrimitive(type, value);
  } catch (cause) {
    throw new P1specError('ERR_ENCODE', {
      message: `${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      at: { path },
      cause,
    });
  }
}

function stringKind(kind: string): BerElement['string'] {
  if (kind === 'octetString') return 'octets';
  if (kind === 'bitString') return 'bits';
  return kind === 'characterString' || kind === 'utcTime' ? 'characters' : undefined;
}

function misfit(path: string, message: string): P1specError {
  return new P1specError('ERR_ENCODE', { message: `${path}: ${message}`, at: { path } });
}
