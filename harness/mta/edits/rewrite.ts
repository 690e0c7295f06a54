import type { Decoded } from '../../asn1/decoded.js';
import { concat } from '../../ber/octets.js';
import { TagClass, Universal } from '../../ber/tag.js';
import type { EncodingForm } from './edit.js';
import { isTlv, type Laid, segmentNode, type TlvNode, type TreeNode } from './tree.js';

const LENGTH_OCTETS = 5;
const SEGMENT = 16;
const IDENTIFIER_OCTETS = 2;

/** What is known of a node's type. */
type NodeType = 'bits' | 'octets' | 'set' | 'other';

/** Gives a node and all inside it another form; the values stay the same. */
export function rewrite(
  node: TreeNode,
  form: EncodingForm,
  octets: number | undefined,
  root: Decoded | undefined,
  laid: Laid,
): void {
  const types = typesOf(root, laid);
  const typeOf = (each: TlvNode) => types.get(each) ?? universalType(each);
  // Segments are not cut into segments.
  const isOver = (each: TlvNode) => form === 'constructed-strings' && each.constructed && isString(typeOf(each));
  visit(node, isOver, (each) => {
    const type = typeOf(each);
    switch (form) {
      case 'indefinite':
        each.indefinite = each.constructed;
        break;
      case 'definite':
        each.indefinite = false;
        break;
      case 'long-lengths':
        each.lengthOctets = octets ?? LENGTH_OCTETS;
        break;
      case 'shortest-lengths':
        each.lengthOctets = 0;
        break;
      case 'constructed-strings':
        if (!each.constructed && isString(type)) cut(each, type, octets ?? SEGMENT);
        break;
      case 'primitive-strings':
        if (each.constructed && isString(type)) join(each, type);
        break;
      case 'reversed-sets':
        if (type === 'set') each.children.reverse();
        break;
      case 'long-tags':
        each.identifierOctets = octets ?? IDENTIFIER_OCTETS;
        break;
    }
  });
}

/** The primitive segments of a constructed string, in order. */
export function segmentsOf(node: TlvNode): TlvNode[] {
  return node.constructed ? node.children.filter(isTlv).flatMap(segmentsOf) : [node];
}

/** Outermost last; nothing inside those that `isOver` says. */
function visit(node: TreeNode, isOver: (node: TlvNode) => boolean, act: (node: TlvNode) => void): void {
  if (!isTlv(node) || isOver(node)) return;
  for (const child of node.children) visit(child, isOver, act);
  act(node);
}

function isString(type: NodeType): type is 'bits' | 'octets' {
  return type === 'bits' || type === 'octets';
}

function typesOf(root: Decoded | undefined, laid: Laid): ReadonlyMap<TlvNode, NodeType> {
  const types = new Map<TlvNode, NodeType>();
  for (const { type, inner } of root?.walk() ?? []) {
    const node = laid.nodeOf(inner);
    if (type.base === 'primitive') types.set(node, primitiveType(type.type.kind));
    else if (type.base === 'collection') types.set(node, type.type.kind === 'setOf' ? 'set' : 'other');
    else if (type.base === 'structure' && type.declaration.kind !== 'choice') {
      types.set(node, type.declaration.kind === 'set' ? 'set' : 'other');
    }
  }
  return types;
}

function primitiveType(kind: string): NodeType {
  if (kind === 'bitString') return 'bits';
  return kind === 'octetString' || kind === 'characterString' || kind === 'utcTime' ? 'octets' : 'other';
}

/** Where no declaration says it, as in the value of an extension that is not known, the tag does. */
function universalType({ tagClass, tagNumber, constructed }: TlvNode): NodeType {
  if (tagClass !== TagClass.universal) return 'other';
  if (tagNumber === Universal.set) return constructed ? 'set' : 'other';
  if (tagNumber === Universal.bitString) return 'bits';
  return STRINGS.includes(tagNumber) ? 'octets' : 'other';
}

const STRINGS: readonly number[] = [
  Universal.octetString,
  Universal.utf8String,
  Universal.numericString,
  Universal.printableString,
  Universal.teletexString,
  Universal.videotexString,
  Universal.ia5String,
  Universal.utcTime,
  Universal.generalizedTime,
  Universal.graphicString,
  Universal.visibleString,
  Universal.generalString,
  Universal.universalString,
  Universal.bmpString,
];

/** X.690 8.21.3: the segments of a character string are OCTET STRINGs; 8.6.4: those of a BIT STRING are BIT STRINGs. */
function cut(node: TlvNode, type: 'bits' | 'octets', size: number): void {
  const bits = type === 'bits';
  // A BIT STRING without its first octet is none.
  if (bits && node.content.length === 0) return;
  const content = bits ? node.content.subarray(1) : node.content;
  const parts: Uint8Array[] = [];
  for (let at = 0; at < content.length || at === 0; at += size) parts.push(content.subarray(at, at + size));
  const unused = (last: boolean) => Uint8Array.of(last ? (node.content[0] ?? 0) : 0);
  node.children = parts.map((part, i) =>
    bits
      ? segmentNode(TagClass.universal, Universal.bitString, concat([unused(i === parts.length - 1), part]))
      : segmentNode(TagClass.universal, Universal.octetString, part),
  );
  node.constructed = true;
  node.content = NONE;
}

const NONE = new Uint8Array(0);

function join(node: TlvNode, type: 'bits' | 'octets'): void {
  const parts = segmentsOf(node).map(({ content }) => content);
  const unused = parts[parts.length - 1]?.subarray(0, 1) ?? Uint8Array.of(0);
  node.content = type === 'bits' ? concat([unused, ...parts.map((part) => part.subarray(1))]) : concat(parts);
  node.children = [];
  node.constructed = false;
  node.indefinite = false;
}
