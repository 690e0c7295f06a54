import { BitString } from '../../asn1/bit-string.js';
import type { CompiledPrimitive, CompiledStructure } from '../../asn1/compile.js';
import { type Decoded, joinPath } from '../../asn1/decoded.js';
import type { Element } from '../../ber/element.js';
import type { Layer } from '../../ber/error.js';
import { toHex } from '../../ber/octets.js';
import type { Leaf, LeafValue } from './unit.js';

/** An open type whose value no table resolves: another PDU may stand there, which is then compared instead of it. */
export interface OpenLeaf extends Leaf {
  readonly open?: { readonly from: number; readonly to: number };
}

/** Passwords of a bind, X.411 8.2.1.1.1. */
const SECRET = /(?:initiator|responder)Credentials\b.*/;

/**
 * The leaves of a decoded value. How it is encoded does not show: members of a SET are told by name, a default that was
 * sent equals one that was left out, trailing zero bits of named bits do not count. What no declaration knows is not in it:
 * the anomalies tell of that.
 */
export function decodedLeaves(layer: Layer, root: Decoded): OpenLeaf[] {
  const leaves: OpenLeaf[] = [];
  walk(layer, root, root.path, leaves);
  return leaves;
}

function walk(layer: Layer, node: Decoded, path: string, leaves: OpenLeaf[]): void {
  const { type } = node;
  switch (type.base) {
    case 'primitive':
      leaves.push(primitiveLeaf(layer, node, type, path));
      break;
    case 'open': {
      const [resolved] = node.children;
      if (resolved !== undefined) walk(layer, resolved, path, leaves);
      else leaves.push(openLeaf(layer, node, path));
      break;
    }
    case 'collection':
      for (const [i, child] of node.children.entries()) walk(layer, child, `${path}[${i}]`, leaves);
      if (node.children.length === 0) leaves.push({ layer, path, type: 'list', value: '(empty)' });
      break;
    case 'structure':
      walkStructure(layer, node, type, path, leaves);
  }
}

function walkStructure(layer: Layer, node: Decoded, type: CompiledStructure, path: string, leaves: OpenLeaf[]): void {
  const counts = new Map<string, number>();
  for (const child of node.children) {
    const count = (counts.get(child.name) ?? 0) + 1;
    counts.set(child.name, count);
    walk(layer, child, joinPath(path, count === 1 ? child.name : `${child.name}#${count}`), leaves);
  }
  if (type.declaration.kind === 'choice') return;
  const members = type.members(1988).list;
  if (counts.size === 0 && members.every(({ declaration }) => !('default' in declaration))) {
    leaves.push({ layer, path, type: 'structure', value: '(empty)' });
  }
  for (const { declaration, type: member } of members) {
    if (counts.has(declaration.name) || !('default' in declaration)) continue;
    const value = leafValue(declaration.default, member.base === 'primitive' ? member : undefined);
    if (value === undefined) continue;
    leaves.push({ layer, path: joinPath(path, declaration.name), type: member.name, value, implied: true });
  }
}

function primitiveLeaf(layer: Layer, node: Decoded, type: CompiledPrimitive, path: string): Leaf {
  const { inner } = node;
  const secret = SECRET.test(path) ? ({ secret: true } as const) : {};
  const value = inner.streamed ? undefined : leafValue(node.primitive, type);
  const common = { layer, path, type: nameOf(type), ...secret };
  // Streamed content is told by who gathers it.
  if (inner.streamed) return { ...common, type: 'streamed', value: null };
  if (value === undefined) return { ...common, type: 'unreadable', ...octetsOf(inner) };
  const { kind } = type.type;
  const form =
    kind === 'octetString' ? 'octets' : kind === 'characterString' || kind === 'utcTime' ? 'text' : undefined;
  return { ...common, value, ...(form === undefined || inner.constructed ? {} : { form, place: contentPlace(inner) }) };
}

function openLeaf(layer: Layer, { inner }: Decoded, path: string): OpenLeaf {
  const open = { from: inner.offset, to: inner.offset + inner.length };
  return { layer, path, type: 'open', ...octetsOf(inner), open };
}

function octetsOf(element: Element): { readonly value: string } {
  return { value: toHex(element.toBytes()) };
}

export function contentPlace(element: Element): NonNullable<Leaf['place']> {
  return { offset: element.offset + element.headerLength, length: element.contentLength };
}

/** Undefined for what is no value of a primitive. */
function leafValue(value: unknown, type: CompiledPrimitive | undefined): LeafValue | undefined {
  if (value instanceof BitString) return bits(value, type);
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' || value === null)
    return value;
  return undefined;
}

/** X.680 21.7: where bits have names, trailing zeros are of no meaning. */
function bits(value: BitString, type: CompiledPrimitive | undefined): string {
  const digits = Array.from({ length: value.length }, (_, i) => (value.has(i) ? '1' : '0')).join('');
  const named = type?.type.kind === 'bitString' && Object.keys(type.type.named).length > 0;
  return `'${named ? digits.replace(/0+$/, '') : digits}'B`;
}

const NAMES: Readonly<Record<string, string>> = {
  utcTime: 'UTCTime',
  integer: 'INTEGER',
  enumerated: 'ENUMERATED',
  bitString: 'BIT STRING',
  octetString: 'OCTET STRING',
  objectIdentifier: 'OBJECT IDENTIFIER',
  characterString: 'text',
  boolean: 'BOOLEAN',
  null: 'NULL',
};

function nameOf({ type }: CompiledPrimitive): string {
  return NAMES[type.kind] ?? type.kind;
}
