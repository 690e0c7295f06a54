import { BerError } from '../../ber/error.js';
import { encodeLength } from '../../ber/header.js';
import { concat, Octets } from '../../ber/octets.js';
import { TagClass } from '../../ber/tag.js';
import { type Header, type TokenHandler, Tokenizer } from '../../ber/tokenizer.js';

/** What a slice of a transfer holds of its APDU. Indices count in the slice. */
export interface ApduPart {
  readonly kind: 'message' | 'probe' | 'report';
  /** The APDU begins here. */
  readonly begins: boolean;
  readonly from: number;
  /** Behind its last octet here. */
  readonly to: number;
  /** Which octet of the APDU stands at `from`. */
  readonly position: number;
  /** Its length in octets; undefined where nothing tells it in advance. */
  readonly length: number | undefined;
  /** Lengths of what is around it, where they are definite and stand in this slice. */
  readonly around: readonly AroundLength[];
}

/** The length octets of an element around the APDU. */
export interface AroundLength {
  readonly at: number;
  readonly octets: number;
  readonly value: number;
  /** Whether it takes the fewest octets. */
  readonly minimal: boolean;
}

/** Identifier octets of MTS-APDU's alternatives, all constructed. X.411, module MTAAbstractService. */
const KINDS: ReadonlyMap<number, ApduPart['kind']> = new Map([
  [0xa0, 'message'],
  [0xa1, 'report'],
  [0xa2, 'probe'],
]);

/** Its identifier octet. */
const EXTERNAL = 0x28;
/** An encoding of an EXTERNAL that is octet-aligned: the APDU is its content. X.690 8.18. */
const OCTET_ALIGNED = 1;

/** Finds the APDU in the slices of one activity, and keeps nothing of it. X.228 7.3.2, X.411 12.2. */
export class ApduFinder implements TokenHandler {
  readonly #tokenizer: Tokenizer;
  /** How many elements are around the APDU: an EXTERNAL and its encoding in normal mode, none in the X.410 modes. */
  #depthOf: number;
  #depth = 0;
  #kind: ApduPart['kind'] | undefined;
  /** Octets of the transfer before the slice that is read. */
  #position = 0;
  #start: number | undefined;
  #end: number | undefined;
  #length: number | undefined;
  #around: AroundLength[] = [];
  #failed = false;

  constructor(wrapped: boolean) {
    this.#depthOf = wrapped ? 2 : 0;
    this.#tokenizer = new Tokenizer(this);
  }

  push(slice: Uint8Array): ApduPart | undefined {
    if (slice.length === 0) return undefined;
    const before = this.#position;
    // Bare where an EXTERNAL should be, it is the APDU all the same.
    if (before === 0 && slice[0] !== EXTERNAL) this.#depthOf = 0;
    if (this.#depthOf === 0) this.#start = 0;
    this.#read(slice);
    this.#position += slice.length;
    if (this.#start === undefined || this.#start >= this.#position) return undefined;
    const begins = this.#start >= before;
    if (begins) this.#kind = KINDS.get(slice[this.#start - before] as number);
    const end = Math.min(this.#end ?? this.#position, this.#position);
    if (this.#kind === undefined || end <= before) return undefined;
    const from = begins ? this.#start - before : 0;
    const around = begins
      ? this.#around.flatMap((each) => (each.at >= before ? [{ ...each, at: each.at - before }] : []))
      : [];
    const position = before + from - this.#start;
    return { kind: this.#kind, begins, from, to: end - before, position, length: this.#length, around };
  }

  #read(slice: Uint8Array): void {
    if (this.#failed || (this.#tokenizer.complete > 0 && this.#tokenizer.idle)) return;
    try {
      this.#tokenizer.push(Octets.of(slice, this.#position), true);
    } catch (error) {
      if (!(error instanceof BerError)) throw error;
      // What has begun goes on, for all that anyone can tell.
      this.#failed = true;
    }
  }

  open(header: Header): void {
    const { offset, headerLength, contentLength } = header;
    if (this.#depth === this.#depthOf) {
      if (contentLength !== undefined) this.#length ??= headerLength + contentLength;
    } else if (this.#start === undefined && (this.#depth === 0 || this.#isEncoding(header))) {
      this.#surrounds(header);
      if (this.#depth > 0) this.#start = offset + headerLength;
    }
    this.#depth += 1;
  }

  /** An EXTERNAL, or its encoding: where that has a length, it is the APDU's, and if it is octet-aligned there is no other. */
  #surrounds({ offset, headerLength, identifierLength, contentLength, minimalLength, constructed }: Header): void {
    if (contentLength === undefined) return;
    const octets = headerLength - identifierLength;
    this.#around.push({ at: offset + identifierLength, octets, value: contentLength, minimal: minimalLength });
    if (this.#depth === 0) return;
    this.#length = contentLength;
    if (!constructed) this.#end = offset + headerLength + contentLength;
  }

  content(): void {}

  close(): void {
    this.#depth -= 1;
    if (this.#start === undefined || this.#end !== undefined || this.#depth !== this.#depthOf) return;
    this.#end = this.#tokenizer.position;
  }

  #isEncoding({ tagClass, tagNumber }: Header): boolean {
    return this.#depth === 1 && tagClass === TagClass.context && tagNumber <= OCTET_ALIGNED;
  }
}

/**
 * What is left of a slice where the APDU ends after so many octets; what is around it says so. Where a length of
 * indefinite form is inside a definite one, the latter cannot be known in advance, and stays.
 */
export function truncatedSlice(slice: Uint8Array, part: ApduPart, octets: number): Uint8Array {
  const { from, to, position, length, around } = part;
  const kept = Math.min(to, from + Math.max(0, octets - position));
  const parts = [slice.subarray(from, kept), slice.subarray(to)];
  let gone = length === undefined || octets >= length ? 0 : length - octets;
  let end = from;
  // The innermost first: with a shorter length there are fewer octets in what is around it.
  for (const { at, octets: size, value, minimal } of gone === 0 ? [] : [...around].reverse()) {
    const written = encodeLength(value - gone, minimal ? 0 : size);
    parts.unshift(written, slice.subarray(at + size, end));
    gone += size - written.length;
    end = at;
  }
  return concat([slice.subarray(0, end), ...parts]);
}
