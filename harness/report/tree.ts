import { BitString } from '../asn1/bit-string.js';
import type { Decoded } from '../asn1/decoded.js';
import { toHex } from '../ber/octets.js';
import { endOf } from '../rules/places.js';
import type { Secret } from '../rules/secrets.js';
import { placeIn, type Stretch } from '../stack/association/stretches.js';
import { escapeText, quoteText } from './escape.js';

/** Octets of a value that are shown on its line. */
const SHOWN = 32;

export interface TreeOptions {
  /** Written before every line. */
  readonly indent?: string;
  /** Puts each element's stream offset and length at the end of its line. */
  readonly places?: boolean;
  /** Places of octets that are not shown: passwords. */
  readonly secrets?: readonly Pick<Secret, 'offset' | 'length'>[];
  /** Where the value's octets came, if over several connections. */
  readonly stretches?: readonly Stretch[];
}

/** A stream offset; with its connection where a value's octets came over several: `0:1234`. */
export function placeText(offset: number, stretches: readonly Stretch[] | undefined): string {
  if (stretches === undefined) return String(offset);
  const place = placeIn(stretches, offset);
  return `${place.connection}:${place.offset}`;
}

/** A decoded value as an indented tree, a line per member. */
export function* treeLines(node: Decoded, options: TreeOptions = {}): Generator<string> {
  const { indent = '', places = true, stretches } = options;
  // Secrets stand in binds; offsets of other connections are none of theirs.
  const secrets = stretches === undefined ? (options.secrets ?? []) : [];
  const place = places ? `  @${placeText(node.element.offset, stretches)}+${node.element.length}` : '';
  const value = secrets.length > 0 && hides(node, secrets) ? hiddenText(node) : leafText(node);
  yield `${indent}${node.name === '' ? node.type.name : node.name}${value === undefined ? '' : `: ${value}`}${place}`;
  for (const child of visible(node)) yield* treeLines(child, { ...options, indent: `${indent}  ` });
}

/** A resolved open type stands in its member's place. */
function visible(node: Decoded): readonly Decoded[] {
  const [only] = node.children;
  return node.type.base === 'open' && only !== undefined ? only.children : node.children;
}

/** Whether a value that would be written out holds a secret. */
function hides(node: Decoded, secrets: NonNullable<TreeOptions['secrets']>): boolean {
  const { type, inner } = node;
  const written = type.base === 'primitive' || (type.base === 'open' && node.children.length === 0);
  const end = written ? endOf(inner) : 0;
  return written && secrets.some((each) => each.offset >= inner.offset && each.offset + each.length <= end);
}

function hiddenText({ type, inner }: Decoded): string {
  if (type.base === 'open') return `(${inner.length} octets, with a password)`;
  return `(password, ${inner.length - inner.headerLength} octets)`;
}

function leafText(node: Decoded): string | undefined {
  const { type } = node;
  if (type.base === 'open') {
    const [resolved] = node.children;
    return resolved === undefined ? octetsText(node.inner.toBytes()) : leafText(resolved);
  }
  if (type.base !== 'primitive')
    return type.base === 'collection' && node.children.length === 0 ? '(empty)' : undefined;
  const named = 'named' in type.type ? type.type.named : undefined;
  const { primitive } = node;
  if (node.inner.streamed) return `${node.inner.streamedLength} octets of content`;
  if (primitive === null) return 'NULL';
  if (primitive === undefined) return `(unreadable) ${octetsText(node.inner.toBytes())}`;
  if (typeof primitive === 'number' && named !== undefined) {
    const name = Object.keys(named).find((key) => named[key] === primitive);
    return name === undefined ? String(primitive) : `${name} (${primitive})`;
  }
  if (primitive instanceof BitString) return bitsText(primitive, named ?? {});
  if (primitive instanceof Uint8Array) return octetsText(primitive);
  if (typeof primitive === 'string') return type.type.kind === 'objectIdentifier' ? primitive : quoteText(primitive);
  return escapeText(String(primitive));
}

function bitsText(bits: BitString, named: Readonly<Record<string, number>>): string {
  const names = Object.keys(named).filter((key) => bits.has(named[key] as number));
  const digits = Array.from({ length: Math.min(bits.length, 64) }, (_, i) => (bits.has(i) ? '1' : '0')).join('');
  return `'${digits}'B${names.length > 0 ? ` ${names.join(', ')}` : ''}`;
}

function octetsText(octets: Uint8Array): string {
  if (octets.length === 0) return 'no octets';
  const shown = toHex(octets.subarray(0, SHOWN));
  return octets.length > SHOWN ? `${shown}… (${octets.length} octets)` : shown;
}
