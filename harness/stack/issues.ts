import type { Issue } from '../asn1/issue.js';
import type { Element } from '../ber/element.js';
import type { Layer } from '../ber/error.js';
import type { Octets } from '../ber/octets.js';
import { readElements } from '../ber/reader.js';
import { tagName } from '../ber/tag.js';
import type { Anomaly } from './anomaly.js';

/** What the observing decoder saw, as anomalies of a layer. */
export function anomaliesOf(layer: Layer, issues: readonly Issue[], clause?: string): Anomaly[] {
  return issues.map(({ kind, path, offset, length, message, detail, edition }) => ({
    layer,
    code: kind,
    path,
    offset,
    length,
    message,
    clause,
    detail,
    ...(edition === undefined ? {} : { edition }),
  }));
}

/** What octets hold that are to be one element. */
export interface OnlyElement {
  /** The first; undefined where there is none. */
  readonly element: Element | undefined;
  readonly anomalies: Anomaly[];
}

/**
 * Reads the one element that octets are to be. What stands behind it is surplus, element by element, and from its first
 * octet on where it is no BER; where the element itself cannot be read to its end, the place is the innermost one that
 * has no end, or the octet where reading stopped.
 */
export function readOnly(layer: Layer, path: string, octets: Octets, clause: string): OnlyElement {
  const { elements, error } = readElements(octets, { layer });
  const [element, ...more] = elements;
  const anomalies: Anomaly[] = [];
  const tell = (code: Anomaly['code'], offset: number, length: number, message: string, because = clause): void => {
    anomalies.push({ layer, code, path, offset, length, message, clause: because });
  };
  let read = element?.complete === true ? element.length : 0;
  for (const extra of more) {
    if (!extra.complete) continue;
    read += extra.length;
    tell('surplus-octets', extra.offset, extra.length, `${tagName(extra)} behind the complete ${path}`);
  }
  if (error === undefined) return { element, anomalies };
  if (element?.complete === true) {
    const left = octets.length - read;
    tell('surplus-octets', octets.subarray(read).offset, left, `${left} octets behind the complete ${path}`);
  } else {
    const cut = error.code === 'ERR_BER_TRUNCATED' ? innermostIncomplete(element) : undefined;
    const offset = cut?.offset ?? error.at.offset ?? octets.offset;
    tell('malformed', offset, cut?.length ?? lengthFrom(octets, offset), error.message, 'X.690');
  }
  return { element, anomalies };
}

/** The element in which the octets ended. */
export function innermostIncomplete(root: Element | undefined): Element | undefined {
  if (root === undefined || root.complete) return undefined;
  let cut = root;
  for (let last = cut.children.at(-1); last !== undefined && !last.complete; last = cut.children.at(-1)) cut = last;
  return cut;
}

/** How many octets of the rope stand at `offset` or behind it. */
export function lengthFrom(octets: Octets, offset: number): number {
  let length = 0;
  for (const slice of octets.slices) {
    const end = slice.offset + slice.bytes.length;
    if (end > offset) length += end - Math.max(slice.offset, offset);
  }
  return length;
}
