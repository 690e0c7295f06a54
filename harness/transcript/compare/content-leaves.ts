import { createHash } from 'node:crypto';
import type { Element } from '../../ber/element.js';
import { Octets, toHex } from '../../ber/octets.js';
import { readElements } from '../../ber/reader.js';
import { TagClass, tagName, Universal } from '../../ber/tag.js';
import { contentPlace } from './decoded-leaves.js';
import type { Leaf } from './unit.js';

/** Octets of a content that are kept to be read; of a larger one only its digest is compared. */
export const CONTENT_LIMIT = 256 * 1024;
/** Nesting of a content beyond which it is no interpersonal message that anybody reads. */
const DEPTH = 32;
/** TLVs of a content that are told one by one. */
const ELEMENTS = 4096;

/** Gathers a content that comes in pieces. */
export class ContentGatherer {
  readonly #pieces: Octets[] = [];
  readonly #hash = createHash('sha256');
  #length = 0;

  push(bytes: Uint8Array, offset: number): void {
    this.#length += bytes.length;
    this.#hash.update(bytes);
    if (this.#length <= CONTENT_LIMIT) this.#pieces.push(Octets.of(bytes, offset));
    else this.#pieces.length = 0;
  }

  get length(): number {
    return this.#length;
  }

  /** To be called once. */
  leaves(path: string): Leaf[] {
    if (this.#length > CONTENT_LIMIT) {
      const value = `${this.#length} octets, sha256 ${this.#hash.digest('hex')}`;
      return [{ layer: 'p1', path, type: 'content', value }];
    }
    return contentLeaves(Octets.join(this.#pieces), path);
  }
}

/**
 * The leaves of a content. An interpersonal message or notification (X.420) is told by its parts, so that rules can name
 * what varies in it; any other content is its octets. P1 itself says nothing of what is inside.
 */
export function contentLeaves(content: Octets, path: string): Leaf[] {
  const { elements, error } = readElements(content, { layer: 'p1' });
  const [root, ...more] = elements;
  const whole: Leaf = { layer: 'p1', path, type: 'content', value: content.toHex() };
  if (error !== undefined || root === undefined || more.length > 0 || !root.complete || !root.constructed)
    return [whole];
  if (root.tagClass !== TagClass.context || root.tagNumber > 1) return [whole];
  const leaves: Leaf[] = [];
  const budget = { elements: ELEMENTS };
  const told =
    root.tagNumber === 0
      ? messageLeaves(root, `${path}.IPM`, leaves, budget)
      : elementLeaves(root, `${path}.IPN`, leaves, budget, DEPTH);
  return told ? leaves : [whole];
}

/** Members of a heading, X.420 module IPMSInformationObjects. */
const HEADING: readonly string[] = [
  'originator',
  'authorizingUsers',
  'primaryRecipients',
  'copyRecipients',
  'blindCopyRecipients',
  'repliedToIPM',
  'obsoletedIPMs',
  'relatedIPMs',
  'subject',
  'expiryTime',
  'replyTime',
  'replyRecipients',
  'importance',
  'sensitivity',
  'autoForwarded',
  'extensions',
];
const THIS_IPM = 11;

interface Budget {
  elements: number;
}

function messageLeaves(root: Element, path: string, leaves: Leaf[], budget: Budget): boolean {
  return root.children.every((part, i) => {
    const name = ['heading', 'body'][i] ?? tagName(part);
    if (name !== 'heading' || !part.constructed) return elementLeaves(part, `${path}.${name}`, leaves, budget, DEPTH);
    return part.children.every((member) =>
      elementLeaves(member, `${path}.heading.${headingName(member)}`, leaves, budget, DEPTH),
    );
  });
}

function headingName(member: Element): string {
  if (member.tagClass === TagClass.application && member.tagNumber === THIS_IPM) return 'thisIPM';
  return (member.tagClass === TagClass.context ? HEADING[member.tagNumber] : undefined) ?? tagName(member);
}

/** False where there is more of it than is told one by one. */
function elementLeaves(element: Element, path: string, leaves: Leaf[], budget: Budget, depth: number): boolean {
  budget.elements -= 1;
  if (budget.elements < 0 || depth === 0) return false;
  if (!element.constructed) {
    leaves.push(primitiveLeaf(element, path));
    return true;
  }
  const counts = new Map<string, number>();
  return element.children.every((child) => {
    const name = elementName(child);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return elementLeaves(child, `${path}.${name}${count === 1 ? '' : `#${count}`}`, leaves, budget, depth - 1);
  });
}

const TEXTS: ReadonlySet<number> = new Set([
  Universal.printableString,
  Universal.teletexString,
  Universal.ia5String,
  Universal.numericString,
  Universal.visibleString,
  Universal.utcTime,
  Universal.generalizedTime,
]);

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(Universal).map(([name, number]) => [number, name]));

function elementName(element: Element): string {
  return (element.tagClass === TagClass.universal ? NAMES.get(element.tagNumber) : undefined) ?? tagName(element);
}

function primitiveLeaf(element: Element, path: string): Leaf {
  const text = element.tagClass === TagClass.universal && TEXTS.has(element.tagNumber);
  const time = element.tagClass === TagClass.universal && element.tagNumber === Universal.utcTime;
  const value = text ? Buffer.from(element.bytes).toString('latin1') : toHex(element.bytes);
  const place = contentPlace(element);
  return { layer: 'p1', path, type: time ? 'UTCTime' : 'content', value, form: text ? 'text' : 'octets', place };
}
