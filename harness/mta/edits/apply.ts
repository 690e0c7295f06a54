import { compile } from '../../asn1/compile.js';
import { decode } from '../../asn1/decode.js';
import type { Decoded } from '../../asn1/decoded.js';
import type { Edition, TypeRef } from '../../asn1/types.js';
import { P1specError } from '../../ber/error.js';
import { concat } from '../../ber/octets.js';
import { TagClass, tagName } from '../../ber/tag.js';
import { checkEdit, octetsOf } from './check.js';
import type { Edit } from './edit.js';
import { type Found, findPath } from './path.js';
import { rewrite, segmentsOf } from './rewrite.js';
import { isTlv, Laid, nodesOf, readTree, type TlvNode, type TreeNode, writeTree } from './tree.js';

export interface ApplyOptions {
  /** By which paths are read; 1988 where absent. */
  readonly edition?: Edition;
  /** Names that the root may have in paths, beside its type's. */
  readonly roots?: readonly string[];
}

/**
 * The octets with the edits made, one after the other: each finds what the one before it left. Lengths around a change
 * are made right again; all else keeps its octets, in the form in which it came. Throws ERR_EDIT_PATH where a path leads
 * nowhere, ERR_EDIT_PLACE where nothing can be done there, ERR_EDIT_UNREADABLE where the octets are no BER.
 */
export function applyEdits(
  octets: Uint8Array,
  type: TypeRef,
  edits: readonly Edit[],
  options: ApplyOptions = {},
): Uint8Array {
  const editor = new TreeEditor(octets, type, options);
  for (const edit of edits) {
    checkEdit(edit);
    editor.apply(edit);
  }
  return writeTree(editor.top);
}

class TreeEditor {
  readonly top: TreeNode[];
  readonly #type: TypeRef;
  readonly #edition: Edition;
  readonly #roots: readonly string[];

  constructor(octets: Uint8Array, type: TypeRef, { edition = 1988, roots = [] }: ApplyOptions) {
    this.top = readTree(octets);
    this.#type = type;
    this.#edition = edition;
    this.#roots = [compile(type).name, ...roots];
  }

  apply(edit: Edit): void {
    const laid = new Laid(this.top);
    const [element] = laid.elements;
    const root = element && decode(this.#type, element, { edition: this.#edition, name: '' }).decoded;
    const find = (at: string) => findPath(at, this.top, { root, laid, roots: this.#roots, edition: this.#edition });
    if ('inject' in edit) this.#inject(edit.inject, find(edit.inject.at), laid);
    else if ('replace' in edit) this.#replace(find(edit.replace.at), octetsOf(edit.replace.tlv), laid);
    else if ('remove' in edit) this.#replace(find(edit.remove.at), new Uint8Array(0), laid);
    else if ('splice' in edit) splice(edit.splice, find(edit.splice.at));
    else if ('rewrite' in edit) this.#rewrite(edit.rewrite, find(edit.rewrite.at ?? ''), root, laid);
    else spoil(edit.spoil, find(edit.spoil.at));
  }

  #inject({ tlv, place = 'last' }: Extract<Edit, { inject: unknown }>['inject'], found: Found, laid: Laid): void {
    const nodes = nodesOf(octetsOf(tlv));
    if (place === 'before' || place === 'after') {
      const siblings = this.#siblings(found.node, laid);
      siblings.splice(siblings.indexOf(found.node) + (place === 'after' ? 1 : 0), 0, ...nodes);
      return;
    }
    const { inner } = found;
    if (!isTlv(inner) || !inner.constructed) {
      throw misplaced(found, 'nothing can stand inside it', "place it 'before' or 'after', replace it, or splice it");
    }
    inner.children.splice(place === 'first' ? 0 : inner.children.length, 0, ...nodes);
  }

  #replace(found: Found, octets: Uint8Array, laid: Laid): void {
    const siblings = this.#siblings(found.node, laid);
    if (octets.length === 0 && siblings === this.top && siblings.length === 1) {
      throw misplaced(found, 'nothing would be left', 'to send nothing, discard the transfer');
    }
    siblings.splice(siblings.indexOf(found.node), 1, ...nodesOf(octets));
  }

  #rewrite(
    { form, octets }: Extract<Edit, { rewrite: unknown }>['rewrite'],
    { node }: Found,
    root: Decoded | undefined,
    laid: Laid,
  ): void {
    rewrite(node, form, octets, root, laid);
  }

  #siblings(node: TreeNode, laid: Laid): TreeNode[] {
    return laid.parentOf(node)?.children ?? this.top;
  }
}

/** Of a string in segments, those around the change take it; the others stay as they are. */
function splice({ from, remove = 0, insert }: Extract<Edit, { splice: unknown }>['splice'], found: Found): void {
  const { inner } = found;
  const segments = isTlv(inner) ? segmentsOf(inner) : [];
  if (segments.length === 0) throw misplaced(found, 'it has no content octets', 'replace it');
  const length = segments.reduce((sum, { content }) => sum + content.length, 0);
  const at = from ?? length;
  if (at + remove > length) {
    throw misplaced(found, `it has ${length} content octets, not ${at + remove}`, 'splice within them');
  }
  let start = 0;
  let inserted = insert === undefined;
  for (const segment of segments) {
    const { content } = segment;
    const low = Math.min(Math.max(at - start, 0), content.length);
    const high = Math.min(Math.max(at + remove - start, 0), content.length);
    const here = !inserted && at <= start + content.length;
    const put = here && insert !== undefined ? octetsOf(insert) : new Uint8Array(0);
    if (here) inserted = true;
    segment.content = concat([content.subarray(0, low), put, content.subarray(high)]);
    start += content.length;
  }
}

function spoil(
  { lengthError, truncate, omitEndOfContents, tag }: Extract<Edit, { spoil: unknown }>['spoil'],
  found: Found,
): void {
  const { node } = found;
  if (!isTlv(node)) throw misplaced(found, 'it is no BER already', 'replace it');
  if (omitEndOfContents === true && !node.indefinite) {
    throw misplaced(found, 'it has no end-of-contents octets', "rewrite it as 'indefinite' first");
  }
  if (lengthError !== undefined && node.indefinite) {
    throw misplaced(found, 'it has an indefinite length', "rewrite it as 'definite' first");
  }
  Object.assign(node, {
    lengthError: lengthError ?? node.lengthError,
    truncate: truncate ?? node.truncate,
    omitEndOfContents: omitEndOfContents ?? node.omitEndOfContents,
  } satisfies Partial<TlvNode>);
  if (tag !== undefined) Object.assign(node, { tagClass: TagClass[tag.class], tagNumber: tag.number });
}

function misplaced({ path, inner }: Found, what: string, hint: string): P1specError {
  const stands = isTlv(inner) ? `${tagName(inner)}${inner.constructed ? '' : ', primitive'}` : 'no BER';
  return new P1specError('ERR_EDIT_PLACE', {
    message: `${path === '' ? 'the PDU' : path} (${stands}): ${what}`,
    at: { path },
    hint,
  });
}
