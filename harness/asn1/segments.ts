import type { Element } from '../ber/element.js';
import { concat, Octets } from '../ber/octets.js';
import { TagClass, tagKey, Universal } from '../ber/tag.js';
import type { CompiledPrimitive } from './compile.js';
import { CHARSET_TAG } from './types.js';

/** What is met on the way through the segments of a constructed string. */
export interface SegmentVisitor {
  /** A segment, before its content is taken. */
  segment(element: Element): void;
  /** An element that is no segment; its content is not taken. */
  foreign(element: Element): void;
  /** A segment of a BIT STRING that has unused bits and is not the last, or that has no unused-bits octet. */
  unusedBits(element: Element): void;
}

/** The content octets of a constructed string, as its primitive form would have them. X.690 8.6.4, 8.7.3, 8.21.3. */
export function joinSegments(type: CompiledPrimitive, element: Element, visitor: SegmentVisitor): Uint8Array {
  const segments: Element[] = [];
  collect(type, element, visitor, segments);
  if (type.type.kind !== 'bitString') return concat(segments.map((segment) => segment.bytes));
  segments.forEach((segment, i) => {
    const unused = segment.bytes[0];
    if (segment.complete && (unused === undefined || (unused > 0 && i < segments.length - 1))) {
      visitor.unusedBits(segment);
    }
  });
  const last = segments[segments.length - 1]?.bytes[0] ?? 0;
  return concat([Uint8Array.of(last), ...segments.map((segment) => segment.bytes.subarray(1))]);
}

/** Primitive segments in order; a segment may itself be constructed. Bounded by the depth of the elements. */
function collect(type: CompiledPrimitive, element: Element, visitor: SegmentVisitor, into: Element[]): void {
  for (const segment of element.children) {
    if (!isSegment(type, segment)) {
      visitor.foreign(segment);
      continue;
    }
    visitor.segment(segment);
    if (segment.constructed) collect(type, segment, visitor, into);
    else into.push(segment);
  }
}

/** The octets of a BIT STRING as a rope, in one piece or in segments, without the octets that count unused bits. */
export function bitStringContent(element: Element): Octets {
  const parts: Octets[] = [];
  const visit = (each: Element): void => {
    if (!each.constructed) parts.push(each.content.subarray(1));
    else for (const child of each.children) if (child.key === BIT_STRING) visit(child);
  };
  visit(element);
  return Octets.join(parts);
}

const BIT_STRING = tagKey(TagClass.universal, Universal.bitString);

function isSegment(type: CompiledPrimitive, { tagClass, tagNumber }: Element): boolean {
  if (tagClass !== TagClass.universal) return false;
  if (type.type.kind === 'bitString') return tagNumber === Universal.bitString;
  // The segments of a character string are OCTET STRINGs, X.690 8.21.3; some encoders repeat the string's own tag.
  if (tagNumber === Universal.octetString) return true;
  if (type.type.kind === 'utcTime') return tagNumber === Universal.utcTime;
  return type.type.kind === 'characterString' && tagNumber === CHARSET_TAG[type.type.charset];
}
