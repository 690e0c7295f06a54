import { encodeIdentifier, encodeLength } from './header.js';
import { concat, Octets } from './octets.js';
import { type TagClass, tagKey } from './tag.js';
import type { Header } from './tokenizer.js';

const NONE = new Uint8Array(0);

/** One TLV as it was sent: its tag, its place, its form, and its content or children. */
export class Element {
  readonly tagClass: TagClass;
  readonly constructed: boolean;
  readonly tagNumber: number;
  /** Stream offset of the first identifier octet. */
  readonly offset: number;
  readonly headerLength: number;
  /** Identifier octets alone. */
  readonly identifierLength: number;
  /** Whether the length is of the indefinite form. */
  readonly indefinite: boolean;
  readonly minimalLength: boolean;
  /** Own octets: header, content, end-of-contents octets. Of an incomplete element those that came. */
  length = 0;
  /** False where the octets ended inside it. */
  complete = false;
  /** True where the content went to a sink and is not kept. */
  streamed = false;
  /** Content octets that went to the sink, those of all segments together. */
  streamedLength = 0;
  /** Children of a constructed element, in the order sent. */
  readonly children: Element[] = [];
  #bytes: Uint8Array = NONE;
  #from = 0;
  #to = 0;
  #contentOffset = 0;
  /** Length octets' value; undefined for the indefinite form. */
  readonly #declared: number | undefined;
  /** Where the content came in several pieces: all of them, and the rope they make once it is asked for. */
  #pieces: Octets[] | undefined;
  #kept = 0;
  #rope: Octets | undefined;

  constructor(header: Header) {
    this.tagClass = header.tagClass;
    this.constructed = header.constructed;
    this.tagNumber = header.tagNumber;
    this.offset = header.offset;
    this.headerLength = header.headerLength;
    this.identifierLength = header.identifierLength;
    this.#declared = header.contentLength;
    this.indefinite = header.contentLength === undefined;
    this.minimalLength = header.minimalLength;
    this.#contentOffset = header.offset + header.headerLength;
  }

  get key(): number {
    return tagKey(this.tagClass, this.tagNumber);
  }

  /** Whether the tag took the fewest identifier octets; X.690 8.1.2 allows no others. */
  get minimalTag(): boolean {
    if (this.identifierLength === 1) return true;
    return this.tagNumber >= 0x1f && this.identifierLength === encodeIdentifier(0, false, this.tagNumber).length;
  }

  /** Content octets of a primitive element. */
  get content(): Octets {
    this.#rope ??=
      this.#pieces === undefined
        ? Octets.of(this.#bytes.subarray(this.#from, this.#to), this.#contentOffset)
        : Octets.join(this.#pieces);
    return this.#rope;
  }

  /** Content octets of a primitive element, contiguous. */
  get bytes(): Uint8Array {
    return this.#pieces === undefined ? this.#bytes.subarray(this.#from, this.#to) : this.content.toBytes();
  }

  /** Number of content octets of a primitive element that are kept. */
  get contentLength(): number {
    return this.#pieces === undefined ? this.#to - this.#from : this.#kept;
  }

  /** For the reader: takes a piece of content. */
  append(bytes: Uint8Array, from: number, to: number, offset: number): void {
    if (this.#pieces === undefined && this.#to === this.#from) {
      this.#bytes = bytes;
      this.#from = from;
      this.#to = to;
      this.#contentOffset = offset;
      this.#rope = undefined;
      return;
    }
    if (this.#pieces === undefined) {
      this.#pieces = [this.content];
      this.#kept = this.#to - this.#from;
    }
    this.#pieces.push(Octets.of(bytes.subarray(from, to), offset));
    this.#kept += to - from;
    this.#rope = undefined;
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
    twin.children.push(...content.children);
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
