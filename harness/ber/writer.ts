import { encodeIdentifier, encodeLength } from './header.js';
import { concat } from './octets.js';
import { type Tag, TagClass, Universal } from './tag.js';

/**
 * What is to be written: a tree of elements. `content` is octets (primitive) or nodes (constructed).
 * `raw` nodes are written as they stand, right or wrong.
 */
export type BerNode = BerElement | BerRaw;

export interface BerElement {
  readonly tagClass: TagClass;
  readonly tagNumber: number;
  readonly content: Uint8Array | readonly BerNode[];
  /** How this element is written; where absent, as the whole tree is. */
  readonly form?: BerForm;
  /** Whether its members may be reordered: a SET or SET OF. */
  readonly unordered?: boolean;
  /** Whether it may be written as a constructed string: what `content` is then cut into. X.690 8.7.3, 8.21.3. */
  readonly string?: 'octets' | 'bits' | 'characters';
  /** The universal tag of a constructed string's segments. */
  readonly segmentTag?: number;
  /** Name in the declaration, for finding a place by path. */
  readonly name?: string;
}

export interface BerRaw {
  readonly raw: Uint8Array;
  readonly name?: string;
}

/** A legal variant of BER, or, in the second part, a deliberate error. */
export interface BerForm {
  /** Indefinite length for constructed elements. X.690 8.1.3.6. */
  readonly indefinite?: boolean;
  /** Length octets in all, at least: 1 is the short form. X.690 8.1.3.5. */
  readonly lengthOctets?: number;
  /** Strings are written constructed, in segments of this many octets. */
  readonly segment?: number;
  /** Members of SETs in reverse order. X.690 8.11.3. */
  readonly reverseSets?: boolean;

  /** Deliberate error: this is written as the tag. */
  readonly wrongTag?: Tag;
  /** Deliberate error: added to the length that is written (definite form). */
  readonly lengthError?: number;
  /** Deliberate error: this many octets are cut off the end of the element. */
  readonly truncate?: number;
  /** Deliberate error: the end-of-contents octets are left out. */
  readonly omitEndOfContents?: boolean;
}

/** Writes a tree; `form` holds for every node that has none of its own. */
export function writeBer(node: BerNode, form: BerForm = {}): Uint8Array {
  if ('raw' in node) return node.raw;
  const own: BerForm = node.form === undefined ? form : { ...form, ...node.form };
  const passed = own === form ? form : withoutErrors(own, form);
  const constructed = Array.isArray(node.content) || segments(node, own) !== undefined;
  const body = bodyOf(node, own, passed);
  const tag = own.wrongTag ?? node;
  const identifier = encodeIdentifier(tag.tagClass, constructed, tag.tagNumber);
  let written: Uint8Array;
  if (constructed && own.indefinite === true) {
    const tail = own.omitEndOfContents === true ? new Uint8Array(0) : Uint8Array.of(0, 0);
    written = concat([identifier, Uint8Array.of(0x80), body, tail]);
  } else {
    const length = Math.max(0, body.length + (own.lengthError ?? 0));
    written = concat([identifier, encodeLength(length, own.lengthOctets), body]);
  }
  return own.truncate === undefined ? written : written.subarray(0, Math.max(0, written.length - own.truncate));
}

function withoutErrors(own: BerForm, outer: BerForm): BerForm {
  return {
    ...own,
    wrongTag: outer.wrongTag,
    lengthError: outer.lengthError,
    truncate: outer.truncate,
    omitEndOfContents: outer.omitEndOfContents,
  };
}

function bodyOf(node: BerElement, own: BerForm, passed: BerForm): Uint8Array {
  const { content } = node;
  if (content instanceof Uint8Array) {
    const parts = segments(node, own);
    return parts === undefined
      ? content
      : concat(parts.map((part) => writeBer(part, { ...passed, segment: undefined })));
  }
  const members = node.unordered === true && own.reverseSets === true ? [...content].reverse() : content;
  return concat(members.map((member) => writeBer(member, passed)));
}

/** The segments of a constructed string, or undefined where the node stays primitive. */
function segments(node: BerElement, form: BerForm): BerElement[] | undefined {
  const { content, string } = node;
  const size = form.segment;
  if (size === undefined || size < 1 || string === undefined || !(content instanceof Uint8Array)) return undefined;
  // X.690 8.21.3: a character string's segments are OCTET STRINGs in the encoding; 8.6.4: a BIT STRING's are BIT STRINGs.
  const tagNumber = node.segmentTag ?? (string === 'bits' ? Universal.bitString : Universal.octetString);
  const universal = { tagClass: TagClass.universal, tagNumber };
  if (string !== 'bits') return cut(content, size).map((part) => ({ ...universal, content: part }));
  const unused = content[0] ?? 0;
  const parts = cut(content.subarray(1), size);
  return parts.map((part, i) => ({
    ...universal,
    content: concat([Uint8Array.of(i === parts.length - 1 ? unused : 0), part]),
  }));
}

function cut(octets: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += size) parts.push(octets.subarray(at, at + size));
  return parts.length === 0 ? [octets] : parts;
}

/** Shorthands for hand-made trees. */
export function primitive(tagClass: TagClass, tagNumber: number, content: Uint8Array, name?: string): BerElement {
  return { tagClass, tagNumber, content, name };
}

export function constructed(
  tagClass: TagClass,
  tagNumber: number,
  content: readonly BerNode[],
  name?: string,
): BerElement {
  return { tagClass, tagNumber, content, name };
}
