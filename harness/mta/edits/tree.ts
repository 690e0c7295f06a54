import { Element } from '../../ber/element.js';
import { P1specError } from '../../ber/error.js';
import { encodeIdentifier, encodeLength } from '../../ber/header.js';
import { concat, Octets } from '../../ber/octets.js';
import { readElements } from '../../ber/reader.js';
import type { TagClass } from '../../ber/tag.js';

/** One TLV that may be changed. It remembers the form in which it came: written unchanged, it gives the same octets. */
export interface TlvNode {
  tagClass: TagClass;
  tagNumber: number;
  constructed: boolean;
  /** In all, at least. */
  identifierOctets: number;
  indefinite: boolean;
  /** In all, at least; 0 is as few as it takes. */
  lengthOctets: number;
  /** Of a primitive element. */
  content: Uint8Array;
  /** Of a constructed one. */
  children: TreeNode[];
  lengthError: number;
  truncate: number;
  omitEndOfContents: boolean;
}

/** Octets that are no BER. */
export interface RawNode {
  readonly raw: Uint8Array;
}

export type TreeNode = TlvNode | RawNode;

export function isTlv(node: TreeNode | undefined): node is TlvNode {
  return node !== undefined && !('raw' in node);
}

/** Throws ERR_EDIT_UNREADABLE where the octets are not one TLV or several, whole. */
export function readTree(octets: Uint8Array): TreeNode[] {
  const { elements, error } = readElements(Octets.of(octets));
  if (error === undefined) return elements.map(nodeOf);
  throw new P1specError('ERR_EDIT_UNREADABLE', {
    message: `what is to be edited is no BER: ${error.message}`,
    at: error.at,
    hint: 'edit it before it is spoilt',
    cause: error,
  });
}

/** Given octets as nodes, so that later edits find what is in them; as they stand where they are no BER. */
export function nodesOf(octets: Uint8Array): TreeNode[] {
  const { elements, error } = readElements(Octets.of(octets));
  return error === undefined ? elements.map(nodeOf) : [{ raw: octets }];
}

/** A primitive element in the shortest form. */
export function segmentNode(tagClass: TagClass, tagNumber: number, content: Uint8Array): TlvNode {
  return {
    tagClass,
    tagNumber,
    constructed: false,
    identifierOctets: 1,
    indefinite: false,
    lengthOctets: 0,
    content,
    children: [],
    lengthError: 0,
    truncate: 0,
    omitEndOfContents: false,
  };
}

export function writeTree(nodes: readonly TreeNode[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const node of nodes) write(node, pieces);
  return concat(pieces);
}

/** The elements of a tree, for the decoder; their offsets are no offsets, but number the nodes. */
export class Laid {
  readonly elements: readonly Element[];
  readonly #nodes: TlvNode[] = [];
  readonly #parents = new Map<TreeNode, TlvNode>();

  constructor(roots: readonly TreeNode[]) {
    this.elements = roots.filter(isTlv).map((node) => this.#lay(node));
  }

  nodeOf({ offset }: Element): TlvNode {
    return this.#nodes[offset] as TlvNode;
  }

  parentOf(node: TreeNode): TlvNode | undefined {
    return this.#parents.get(node);
  }

  #lay(node: TlvNode): Element {
    const { tagClass, tagNumber, constructed, identifierOctets, indefinite, content } = node;
    const element = new Element({
      tagClass,
      tagNumber,
      constructed,
      offset: this.#nodes.push(node) - 1,
      headerLength: identifierOctets,
      identifierLength: identifierOctets,
      contentLength: indefinite ? undefined : content.length,
      minimalLength: true,
    });
    element.complete = true;
    if (content.length > 0) element.append(content, 0, content.length, element.offset);
    for (const child of node.children) {
      this.#parents.set(child, node);
      if (isTlv(child)) element.adopt(this.#lay(child));
    }
    return element;
  }
}

function nodeOf(element: Element): TlvNode {
  const { tagClass, tagNumber, constructed, identifierLength, headerLength, minimalLength } = element;
  return {
    ...segmentNode(tagClass, tagNumber, constructed ? NONE : element.bytes),
    constructed,
    identifierOctets: identifierLength,
    indefinite: element.indefinite,
    lengthOctets: minimalLength ? 0 : headerLength - identifierLength,
    children: element.children.map(nodeOf),
  };
}

const NONE = new Uint8Array(0);
const END_OF_CONTENTS = Uint8Array.of(0, 0);

/** Appends the octets of a node; returns how many. Lengths are those of what is there, deliberate errors aside. */
function write(node: TreeNode, pieces: Uint8Array[]): number {
  if (!isTlv(node)) {
    pieces.push(node.raw);
    return node.raw.length;
  }
  const at = pieces.push(NONE) - 1;
  let body = 0;
  if (node.constructed) for (const child of node.children) body += write(child, pieces);
  else body = pieces.push(node.content) && node.content.length;
  const header = headerOf(node, body);
  pieces[at] = header;
  let length = header.length + body;
  if (node.constructed && node.indefinite && !node.omitEndOfContents) {
    pieces.push(END_OF_CONTENTS);
    length += END_OF_CONTENTS.length;
  }
  if (node.truncate === 0) return length;
  const cut = concat(pieces.splice(at)).subarray(0, Math.max(0, length - node.truncate));
  pieces.push(cut);
  return cut.length;
}

function headerOf(node: TlvNode, body: number): Uint8Array {
  const { tagClass, tagNumber, constructed, identifierOctets, indefinite, lengthOctets, lengthError } = node;
  const identifier = encodeIdentifier(tagClass, constructed, tagNumber, identifierOctets);
  if (constructed && indefinite) return concat([identifier, Uint8Array.of(0x80)]);
  return concat([identifier, encodeLength(Math.max(0, body + lengthError), lengthOctets)]);
}
