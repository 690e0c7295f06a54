import { createHash } from 'node:crypto';
import type { Decoded } from '../../asn1/decoded.js';
import type { Element } from '../../ber/element.js';
import { type Octets, toHex } from '../../ber/octets.js';
import type { Anomaly } from '../../stack/anomaly.js';
import type { OpenLeaf } from './decoded-leaves.js';

/** Octets that a leaf holds in full; of more it has the digest too. */
const SHOWN = 4096;

/** How a value is encoded does not count. A TPKT has no values: what is odd about it is said by its octets. */
export function isOfEncoding({ code, layer }: Anomaly): boolean {
  return code === 'encoding-form' && layer !== 'tpkt';
}

/**
 * Codes of what no leaf has, so that its octets are compared: whoever changes them changes what is said. A PDU that comes
 * where none may is a unit of its own, or undecodable octets: what it says is compared there.
 */
const FOREIGN: ReadonlySet<Anomaly['code']> = new Set<Anomaly['code']>([
  'unknown-element',
  'unknown-parameter',
  'unknown-pdu',
  'surplus-octets',
  'unused-bits',
  'unexpected-user-data',
  'surplus-value',
  'foreign-context',
  'other-mode',
  'malformed',
]);

/**
 * What an observer found odd, as a value: an unknown element under its tag, with its octets. Where those are not at hand,
 * as of what stands around an APDU in its slices, it is told how many they are.
 */
export function anomalyLeaf({ layer, path, code, detail, length }: Anomaly, octets: Uint8Array | undefined): OpenLeaf {
  const foreign = octets === undefined ? `${length} octets` : octetsText(octets);
  const value = FOREIGN.has(code) ? foreign : layer === 'tpkt' ? (detail ?? true) : true;
  if (code === 'unknown-element' && detail !== undefined) {
    return { layer, path: `${path}${detail}`, type: 'unknown', value };
  }
  if (code === 'unknown-parameter') return { layer, path, type: 'unknown', value };
  return { layer, path: `${path}!${code}`, type: 'anomaly', value };
}

/** Octets as a value, that may come in pieces: all of them count, and only so many are kept. */
export class OctetsText {
  readonly #hash = createHash('sha256');
  #head = '';
  #length = 0;

  push(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#head += toHex(bytes.subarray(0, Math.max(0, SHOWN - this.#length)));
    this.#length += bytes.length;
  }

  /** To be called once. */
  toString(): string {
    if (this.#length <= SHOWN) return this.#head;
    return `${this.#head}… (${this.#length} octets, sha256 ${this.#hash.digest('hex')})`;
  }
}

export function octetsText(octets: Uint8Array): string {
  const text = new OctetsText();
  text.push(octets);
  return text.toString();
}

/** Where the elements of decoded PDUs stand, for who knows no more than an offset. */
export class ElementIndex {
  readonly #elements = new Map<number, Element>();
  #offsets: readonly number[] | undefined;

  add(decoded: Decoded): void {
    this.#addTree(decoded.element);
    // Values inside strings have trees of their own.
    for (const { element } of decoded.walk()) if (!this.#elements.has(element.offset)) this.#addTree(element);
    this.#offsets = undefined;
  }

  #addTree(root: Element): void {
    const left = [root];
    for (let element = left.pop(); element !== undefined; element = left.pop()) {
      this.#elements.set(element.offset, element);
      for (const child of element.children) left.push(child);
    }
  }

  /** The element that begins there, or so many octets of the content that they stand in. */
  octetsAt(offset: number, length: number): Uint8Array | undefined {
    const element = this.#elements.get(offset);
    if (element !== undefined) return element.toBytes();
    const before = this.#before(offset);
    return before === undefined || before.constructed ? undefined : octetsIn(before.content, offset, length);
  }

  #before(offset: number): Element | undefined {
    this.#offsets ??= [...this.#elements.keys()].sort((one, other) => one - other);
    let low = 0;
    let high = this.#offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#offsets[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : this.#elements.get(this.#offsets[low - 1] as number);
  }
}

export function octetsIn(rope: Octets | undefined, offset: number, length: number): Uint8Array | undefined {
  const index = rope?.indexOf(offset);
  return index === undefined ? undefined : rope?.subarray(index, index + length).toBytes();
}
