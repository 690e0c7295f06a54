import { encodeIdentifier, encodeLength } from './header.js';
import { concat, Octets } from './octets.js';
import { type TagClass, tagClassOf, tagKey, tagNumberOf } from './tag.js';
import type { Header } from './tokenizer.js';

const NONE = new Uint8Array(0);
/** Of all that have none; nobody adds to it. */
const NO_CHILDREN: Element[] = [];

/** One TLV as it was sent: its tag, its place, its form, and its content or children. */
export class Element {
  /** Tag class and number as one number, for maps. */
  readonly key: number;
  readonly constructed: boolean;
  /** Stream offset of the first identifier octet. */
  readonly offset: number;
  readonly headerLength: number;
  /** Identifier octets alone. */
  readonly identifierLength: number;
  readonly minimalLength: boolean;
  /** Whether identifier and length took the fewest octets. */
  readonly isMinimal: boolean;
  /** Own octets: header, content, end-of-contents octets. Of an incomplete element those that came. */
  length = 0;
  /** False where the octets ended inside it. */
  complete = false;
  /** True where the content went to a sink and is not kept. */
  streamed = false;
  /** Content octets that went to the sink, those of all segments together. */
  streamedLength = 0;
  #bytes: Uint8Array = NONE;
  #from = 0;
  #to = 0;
  #contentOffset: number;
  #children: Element[] = NO_CHILDREN;
  /** Length octets' value; undefined for the indefinite form. */
  readonly #declared: number | undefined;
  /** Where the content came in several pieces: these, until they are asked for and joined. */
  #pieces: Octets[] | undefined;

  constructor(header: Header) {
    this.key = tagKey(header.tagClass, header.tagNumber);
    this.constructed = header.constructed;
    this.offset = header.offset;
    this.headerLength = header.headerLength;
    this.identifierLength = header.identifierLength;
    this.#declared = header.contentLength;
    this.minimalLength = header.minimalLength;
    this.isMinimal = header.minimalLength && (header.identifierLength === 1 || this.minimalTag);
    this.#contentOffset = header.offset + header.headerLength;
  }

  get tagClass(): TagClass {
    return tagClassOf(this.key);
  }

  get tagNumber(): number {
    return tagNumberOf(this.key);
  }

  /** Whether the length is of the indefinite form. */
  get indefinite(): boolean {
    return this.#declared === undefined;
  }

  /** Children of a constructed element, in the order sent. */
  get children(): readonly Element[] {
    return this.#children;
  }

  /** For who builds a tree. */
  adopt(child: Element): void {
    // Most have one: a wrapper its value, a CHOICE its alternative.
    if (this.#children === NO_CHILDREN) this.#children = [child];
    else this.#children.push(child);
  }

  /** Whether the tag took the fewest identifier octets; X.690 8.1.2 allows no others. */
  get minimalTag(): boolean {
    if (this.identifierLength === 1) return true;
    return this.tagNumber >= 0x1f && this.identifierLength === encodeIdentifier(0, false, this.tagNumber).length;
  }

  /** Content octets of a primitive element. */
  get content(): Octets {
    if (this.#pieces === undefined) {
      return Octets.of(this.#bytes.subarray(this.#from, this.#to), this.#contentOffset);
    }
    if (this.#pieces.length > 1) this.#pieces = [Octets.join(this.#pieces)];
    return this.#pieces[0] as Octets;
  }

  /** Content octets of a primitive element, contiguous. */
  get bytes(): Uint8Array {
    return this.#pieces === undefined ? this.#bytes.subarray(this.#from, this.#to) : this.content.toBytes();
  }

  /** Whether it is primitive and all of it came in one piece and is here: then `octet` reads it. */
  get isPlain(): boolean {
    return this.complete && !this.constructed && !this.streamed && this.#pieces === undefined;
  }

  /** The content octet at `index`, of a plain element. */
  octet(index: number): number {
    return this.#bytes[this.#from + index] as number;
  }

  /** Number of content octets of a primitive element that are kept. */
  get contentLength(): number {
    return this.#pieces === undefined ? this.#to - this.#from : this.content.length;
  }

  /** For the reader: takes a piece of content. */
  append(bytes: Uint8Array, from: number, to: number, offset: number): void {
    if (this.#pieces === undefined && this.#to === this.#from) {
      this.#bytes = bytes;
      this.#from = from;
      this.#to = to;
      this.#contentOffset = offset;
      return;
    }
    this.#pieces ??= [this.content];
    this.#pieces.push(Octets.of(bytes.subarray(from, to), offset));
  }

  /** The same octets under another tag: for tolerated encodings. */
  retagged(tagClass: TagClass, tagNumber: number, content: Element): Element {
    const twin = new Element({
      tagClass,
      tagNumber,
      constructed: content.constructed,
      offset: this.offset,
      headerLength: this.headerLength,
      identifierLength: this.identifierLength,
      contentLength: this.indefinite ? undefined : 0,
      minimalLength: this.minimalLength,
    });
    twin.length = this.length;
    twin.complete = this.complete;
    for (const child of content.children) twin.adopt(child);
    for (const { bytes, offset } of content.constructed ? [] : content.content.slices) {
      twin.append(bytes, 0, bytes.length, offset);
    }
    return twin;
  }

  /** The element's octets exactly as they were sent, as far as they came. Streamed content is not in them. */
  toBytes(): Uint8Array {
    const identifier = encodeIdentifier(this.tagClass, this.constructed, this.tagNumber, this.identifierLength);
    const body = this.constructed ? concat(this.children.map((child) => child.toBytes())) : this.bytes;
    if (this.indefinite) {
      return concat([identifier, Uint8Array.of(0x80), body, this.complete ? Uint8Array.of(0, 0) : NONE]);
    }
    const length = this.complete ? body.length : (this.#declared ?? body.length);
    return concat([identifier, encodeLength(length, this.headerLength - this.identifierLength), body]);
  }
}
