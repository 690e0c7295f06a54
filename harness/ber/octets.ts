/** A run of octets and its place in the stream of its direction. */
export interface Slice {
  readonly bytes: Uint8Array;
  /** Offset of `bytes[0]` from the start of the stream. */
  readonly offset: number;
}

/**
 * An immutable rope of octets. Every octet knows its offset in the stream it came from, however many layers it has
 * crossed: a layer only narrows (`subarray`) or joins (`Octets.join`) ropes, so that no offset is ever recomputed.
 * Nothing is copied until `toBytes` is called on a rope of more than one slice.
 */
export class Octets {
  static readonly empty = new Octets([], 0);

  readonly slices: readonly Slice[];
  readonly length: number;
  /** Index in the rope of each slice's first octet; made when a rope of several slices is first searched. */
  #starts: readonly number[] | undefined;

  private constructor(slices: readonly Slice[], length: number) {
    this.slices = slices;
    this.length = length;
  }

  /** `bytes` are not copied: who hands them in no longer writes to them. */
  static of(bytes: Uint8Array, offset = 0): Octets {
    return bytes.length === 0 && offset === 0 ? Octets.empty : new Octets([{ bytes, offset }], bytes.length);
  }

  static join(parts: Iterable<Octets>): Octets {
    const slices: Slice[] = [];
    let length = 0;
    let anchor: Octets | undefined;
    for (const part of parts) {
      anchor ??= part;
      for (const slice of part.slices) {
        if (slice.bytes.length > 0) slices.push(slice);
      }
      length += part.length;
    }
    if (length === 0) return anchor ?? Octets.empty;
    return new Octets(slices, length);
  }

  /** The octet at `index`; undefined past the end. */
  at(index: number): number | undefined {
    if (index < 0 || index >= this.length) return undefined;
    const place = this.#find(index);
    return (this.slices[place] as Slice).bytes[index - this.#startOf(place)];
  }

  /** The stream offset of the octet at `index`; at `length`, the offset just behind the last octet. */
  offsetAt(index: number): number {
    if (this.slices.length === 0) return index;
    const place = this.#find(index);
    return (this.slices[place] as Slice).offset + index - this.#startOf(place);
  }

  /** The index of the octet that stands at that offset of the stream; undefined where it is not in the rope. */
  indexOf(offset: number): number | undefined {
    let start = 0;
    for (const { bytes, offset: from } of this.slices) {
      if (offset >= from && offset < from + bytes.length) return start + offset - from;
      start += bytes.length;
    }
    return undefined;
  }

  /** The slice that holds the octet at `index`; the last one past the end. Logarithmic in the number of slices. */
  #find(index: number): number {
    let low = 0;
    let high = this.slices.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#startOf(middle) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #startOf(place: number): number {
    if (place === 0) return 0;
    this.#starts ??= startsOf(this.slices);
    return this.#starts[place] as number;
  }

  /** The stream offset of the first octet. */
  get offset(): number {
    return this.slices[0]?.offset ?? 0;
  }

  /** Octets `start` to `end` (exclusive); out-of-range ends are clamped. An empty result keeps its place. */
  subarray(start: number, end: number = this.length): Octets {
    const from = Math.max(0, Math.min(start, this.length));
    const to = Math.max(from, Math.min(end, this.length));
    if (from === 0 && to === this.length) return this;
    if (from === to) return new Octets([{ bytes: NONE, offset: this.offsetAt(from) }], 0);
    // One slice is the ordinary case, and every layer cuts.
    if (this.slices.length === 1) {
      const { bytes, offset } = this.slices[0] as Slice;
      return new Octets([{ bytes: bytes.subarray(from, to), offset: offset + from }], to - from);
    }
    const first = this.#find(from);
    const last = this.#find(to - 1);
    const slices = this.slices.slice(first, last + 1);
    for (const [place, i] of [
      [last, slices.length - 1],
      [first, 0],
    ] as const) {
      const start = this.#startOf(place);
      const { bytes, offset } = this.slices[place] as Slice;
      const low = Math.max(from - start, 0);
      slices[i] = { bytes: bytes.subarray(low, to - start), offset: offset + low };
    }
    return new Octets(slices, to - from);
  }

  /** One contiguous array; a copy only where the rope has more than one slice. Not to be written to. */
  toBytes(): Uint8Array {
    const [first] = this.slices;
    if (first === undefined) return NONE;
    if (this.slices.length === 1) return first.bytes;
    const all = new Uint8Array(this.length);
    let position = 0;
    for (const { bytes } of this.slices) {
      all.set(bytes, position);
      position += bytes.length;
    }
    return all;
  }

  toHex(): string {
    return toHex(this.toBytes());
  }
}

const NONE = new Uint8Array(0);

function startsOf(slices: readonly Slice[]): number[] {
  let position = 0;
  return slices.map(({ bytes }) => {
    const start = position;
    position += bytes.length;
    return start;
  });
}

/** Lower-case hexadecimal without separators. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Octets from hexadecimal; white space between digits is ignored. Throws a TypeError on anything else. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) {
    throw new TypeError(`not hexadecimal: ${JSON.stringify(text.slice(0, 40))}`);
  }
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** Joins plain arrays; the encoder's side of the rope. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    all.set(part, position);
    position += part.length;
  }
  return all;
}
