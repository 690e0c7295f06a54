import { BerError, type Layer } from './error.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import type { Octets } from './octets.js';
import type { TagClass } from './tag.js';

/** The identifier and length octets of one element. X.690 8.1. */
export interface Header {
  readonly tagClass: TagClass;
  readonly constructed: boolean;
  readonly tagNumber: number;
  /** Stream offset of the first identifier octet. */
  readonly offset: number;
  /** Identifier and length octets. */
  readonly headerLength: number;
  /** Identifier octets alone. */
  readonly identifierLength: number;
  /** Undefined for the indefinite form. */
  readonly contentLength: number | undefined;
  /** Whether the length took the fewest octets (always true for the indefinite form). */
  readonly minimalLength: boolean;
}

export interface TokenHandler {
  /** The header is good until this returns: it is the same object each time. */
  open(header: Header): void;
  /** Octets of a primitive element; any number of pieces, none for an empty one. `from`..`to` of `bytes`. */
  content(bytes: Uint8Array, from: number, to: number, offset: number): void;
  /** After the last content octet, or after the end-of-contents octets. */
  close(endOfContents: boolean): void;
}

/** An element that is open. There is one frame for each depth, whatever opens there. */
interface Frame {
  /** Position behind the content; NO_END for the indefinite form. */
  end: number;
  /** The nearest definite end, its own or one around it; NO_END where there is none. */
  limit: number;
  constructed: boolean;
}

/** Not infinity: with small integers alone, the engine keeps positions unboxed. */
const NO_END = -1;

const MAX_TAG_NUMBER = 0xffffff;

/**
 * A push tokenizer for BER. It takes octets in any chunking, keeps one frame per open element and at most one header,
 * never looks back, and never recurses: time is linear and memory is bounded by the depth.
 */
export class Tokenizer {
  readonly #handler: TokenHandler;
  readonly #limits: Limits;
  readonly #layer: Layer;
  readonly #frames: Frame[] = [];
  readonly #opened: { -readonly [Key in keyof Header]: Header[Key] };
  #depth = 0;
  #top: Frame | undefined;
  /** Octets taken so far; positions count from the first octet pushed. */
  #position = 0;
  #count = 0;
  #header: number[] = [];
  #headerOffset = 0;
  #lastOffset = 0;
  #complete = 0;

  constructor(handler: TokenHandler, options: { limits?: Partial<Limits>; layer?: Layer } = {}) {
    this.#handler = handler;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#layer = options.layer ?? 'ber';
    this.#opened = {
      tagClass: 0,
      constructed: false,
      tagNumber: 0,
      offset: 0,
      headerLength: 0,
      identifierLength: 0,
      contentLength: undefined,
      minimalLength: true,
    };
  }

  /** Elements at the outermost level that are complete. */
  get complete(): number {
    return this.#complete;
  }

  /** True between outermost elements: nothing is open and no header is begun. */
  get idle(): boolean {
    return this.#top === undefined && this.#header.length === 0;
  }

  /** Octets pushed and consumed. */
  get position(): number {
    return this.#position;
  }

  /**
   * Takes octets. With `stopAfterOne` it stops behind the first complete outermost element.
   * Returns how many octets were consumed. Throws a BerError at the first octet that cannot be BER.
   */
  push(octets: Octets, stopAfterOne = false): number {
    const before = this.#position;
    for (const { bytes, offset } of octets.slices) {
      if (!this.#slice(bytes, offset, stopAfterOne)) break;
    }
    return this.#position - before;
  }

  /** Says that no octet follows. Throws where an element is still open. */
  end(): void {
    if (this.idle) return;
    throw this.#error('ERR_BER_TRUNCATED', 'the octets end inside an element', this.#lastOffset);
  }

  /** False where `stopAfterOne` was reached. */
  #slice(bytes: Uint8Array, offset: number, stopAfterOne: boolean): boolean {
    let i = 0;
    while (i < bytes.length) {
      if (stopAfterOne && this.#complete > 0 && this.idle) return false;
      const top = this.#top;
      if (top !== undefined && !top.constructed) {
        const take = Math.min(top.end - this.#position, bytes.length - i);
        this.#handler.content(bytes, i, i + take, offset + i);
        i += take;
        this.#position += take;
        this.#lastOffset = offset + i;
        this.#closeFinished();
        continue;
      }
      if (this.#header.length === 0) {
        this.#headerOffset = offset + i;
        const first = bytes[i] as number;
        const second = bytes[i + 1];
        // The usual header: one identifier octet and a short length, both here.
        if (second !== undefined && second < 0x80 && (first & 0x1f) !== 0x1f && (first | second) !== 0) {
          i += 2;
          this.#position += 2;
          this.#lastOffset = offset + i;
          if ((first & 0x20) === 0 && i + second <= bytes.length) {
            this.#leaf(first, second, bytes, i, offset + i);
            i += second;
          } else {
            this.#open(first >> 6, (first & 0x20) !== 0, first & 0x1f, 1, 2, second, true);
          }
          continue;
        }
      }
      this.#header.push(bytes[i] as number);
      i += 1;
      this.#position += 1;
      this.#lastOffset = offset + i;
      this.#tryHeader();
    }
    return !(stopAfterOne && this.#complete > 0 && this.idle);
  }

  /** Opens the element once the collected header octets are whole. X.690 8.1.2 and 8.1.3. */
  #tryHeader(): void {
    const octets = this.#header;
    const first = octets[0] as number;
    let at = 1;
    let tagNumber = first & 0x1f;
    if (tagNumber === 0x1f) {
      tagNumber = 0;
      for (;;) {
        const octet = octets[at];
        if (octet === undefined) return;
        at += 1;
        tagNumber = tagNumber * 128 + (octet & 0x7f);
        if (tagNumber > MAX_TAG_NUMBER || at > 6) {
          throw this.#error('ERR_BER_TAG', 'the tag number passes 24 bits', this.#headerOffset);
        }
        if ((octet & 0x80) === 0) break;
      }
    }
    const length = octets[at];
    if (length === undefined) return;
    const identifierLength = at;
    at += 1;
    const constructed = (first & 0x20) !== 0;
    if (length === 0x80) {
      if (!constructed) {
        throw this.#error('ERR_BER_LENGTH', 'a primitive element with an indefinite length', this.#headerOffset);
      }
      this.#header = [];
      this.#open(first >> 6, true, tagNumber, identifierLength, at, undefined, true);
      return;
    }
    let contentLength = length;
    let minimal = true;
    if (length > 0x80) {
      const more = length & 0x7f;
      if (more === 0x7f) throw this.#error('ERR_BER_LENGTH', 'the reserved length octet ff', this.#headerOffset);
      if (octets.length < at + more) return;
      contentLength = 0;
      for (let k = at; k < at + more; k += 1) {
        contentLength = contentLength * 256 + (octets[k] as number);
        if (contentLength > Number.MAX_SAFE_INTEGER) {
          throw this.#error('ERR_BER_LENGTH', 'a length beyond 2^53', this.#headerOffset);
        }
      }
      minimal = more === minimalLengthOctets(contentLength) && contentLength >= 0x80;
      at += more;
    }
    this.#header = [];
    if (first === 0 && length === 0) {
      this.#endOfContents();
      return;
    }
    this.#open(first >> 6, constructed, tagNumber, identifierLength, at, contentLength, minimal);
  }

  /** A primitive element of which everything is here: nine of ten. */
  #leaf(identifier: number, length: number, bytes: Uint8Array, at: number, offset: number): void {
    this.#tell(identifier >> 6, false, identifier & 0x1f, 1, 2, length, true);
    if (length > 0) {
      this.#position += length;
      this.#lastOffset = offset + length;
      this.#handler.content(bytes, at, at + length, offset);
    }
    if (this.#top === undefined) this.#complete += 1;
    this.#handler.close(false);
    this.#closeFinished();
  }

  #open(
    tagClass: number,
    constructed: boolean,
    tagNumber: number,
    identifierLength: number,
    headerLength: number,
    contentLength: number | undefined,
    minimalLength: boolean,
  ): void {
    this.#tell(tagClass, constructed, tagNumber, identifierLength, headerLength, contentLength, minimalLength);
    const end = contentLength === undefined ? NO_END : this.#position + contentLength;
    const limit = end !== NO_END || this.#top === undefined ? end : this.#top.limit;
    let frame = this.#frames[this.#depth];
    if (frame === undefined) {
      frame = { end, limit, constructed };
      this.#frames.push(frame);
    } else {
      frame.end = end;
      frame.limit = limit;
      frame.constructed = constructed;
    }
    this.#depth += 1;
    this.#top = frame;
    this.#closeFinished();
  }

  /** Tells of an element that opens. Throws where it cannot stand here. */
  #tell(
    tagClass: number,
    constructed: boolean,
    tagNumber: number,
    identifierLength: number,
    headerLength: number,
    contentLength: number | undefined,
    minimalLength: boolean,
  ): void {
    const limit = this.#top === undefined ? NO_END : this.#top.limit;
    if (tagClass === 0 && tagNumber === 0) {
      throw this.#error('ERR_BER_END_OF_CONTENTS', 'tag 0 where no end-of-contents can stand', this.#headerOffset);
    }
    if (limit !== NO_END && this.#position + (contentLength ?? 0) > limit) {
      throw this.#error('ERR_BER_LENGTH', 'an element is longer than the one around it', this.#headerOffset);
    }
    if (this.#depth >= this.#limits.depth) {
      throw this.#error('ERR_BER_DEPTH', `nested deeper than ${this.#limits.depth}`, this.#headerOffset);
    }
    this.#count += 1;
    if (this.#count > this.#limits.elements) {
      throw this.#error('ERR_BER_COUNT', `more than ${this.#limits.elements} elements`, this.#headerOffset);
    }
    const header = this.#opened;
    header.tagClass = tagClass as TagClass;
    header.constructed = constructed;
    header.tagNumber = tagNumber;
    header.offset = this.#headerOffset;
    header.headerLength = headerLength;
    header.identifierLength = identifierLength;
    header.contentLength = contentLength;
    header.minimalLength = minimalLength;
    this.#handler.open(header);
  }

  #endOfContents(): void {
    const top = this.#top;
    if (top === undefined || top.end !== NO_END) {
      throw this.#error(
        'ERR_BER_END_OF_CONTENTS',
        'end-of-contents octets outside an indefinite length',
        this.#headerOffset,
      );
    }
    this.#pop(true);
    this.#closeFinished();
  }

  #closeFinished(): void {
    for (;;) {
      const top = this.#top;
      if (top === undefined) return;
      if (top.end === this.#position) {
        this.#pop(false);
        continue;
      }
      if (top.end === NO_END && top.limit !== NO_END && this.#position >= top.limit) {
        throw this.#error(
          'ERR_BER_END_OF_CONTENTS',
          'no end-of-contents octets before the outer element ends',
          this.#lastOffset,
        );
      }
      return;
    }
  }

  #pop(endOfContents: boolean): void {
    this.#depth -= 1;
    this.#top = this.#depth === 0 ? undefined : this.#frames[this.#depth - 1];
    if (this.#top === undefined) this.#complete += 1;
    this.#handler.close(endOfContents);
  }

  #error(code: ConstructorParameters<typeof BerError>[0], message: string, offset: number): BerError {
    return new BerError(code, { message, offset, layer: this.#layer });
  }
}

function minimalLengthOctets(length: number): number {
  let octets = 1;
  for (let rest = Math.floor(length / 256); rest > 0; rest = Math.floor(rest / 256)) octets += 1;
  return octets;
}
