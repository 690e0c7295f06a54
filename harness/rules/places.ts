import { Decoded } from '../asn1/decoded.js';
import { Element } from '../ber/element.js';
import type { Octets } from '../ber/octets.js';
import type { Anomaly } from '../stack/anomaly.js';
import type { Place } from './rule.js';

/** Stream offset behind an element: its octets may have headers of lower layers between them. */
export function endOf(element: Element): number {
  const last = element.children[element.children.length - 1];
  const tail = element.indefinite && element.complete ? 2 : 0;
  if (last !== undefined) return endOf(last) + tail;
  if (element.constructed || element.contentLength === 0) return element.offset + element.length;
  return element.content.offsetAt(element.contentLength - 1) + 1;
}

/** The element of that place inside `root`. */
export function elementAt(root: Element, offset: number, length: number): Element | undefined {
  let current: Element | undefined = root;
  while (current !== undefined) {
    if (current.offset === offset && current.length === length) return current;
    current = lastBefore(current.children, offset);
  }
  return undefined;
}

function lastBefore(children: readonly Element[], offset: number): Element | undefined {
  let low = 0;
  let high = children.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((children[middle] as Element).offset <= offset) low = middle + 1;
    else high = middle;
  }
  return children[low - 1];
}

/** `length` octets of a rope from a stream offset on; undefined where they are not all in it. */
export function octetsAt(octets: Octets, offset: number, length: number): Octets | undefined {
  let index = 0;
  for (const slice of octets.slices) {
    if (offset >= slice.offset && offset < slice.offset + slice.bytes.length) {
      const start = index + offset - slice.offset;
      return start + length <= octets.length ? octets.subarray(start, start + length) : undefined;
    }
    index += slice.bytes.length;
  }
  return undefined;
}

export function isAnomaly(place: Place): place is Anomaly {
  return 'code' in place;
}

export { Decoded, Element };
