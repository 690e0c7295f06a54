import { Octets } from '../../ber/octets.js';

/** Pieces that are looked at together. */
const PIECES = 256;
/** Octets of a piece, on average, below which it costs more than it holds. */
const SMALL = 256;

/**
 * Collects slices. Large ones stay where they are; small ones are put together in a copy, so that a sender of single
 * octets costs neither an object for each nor the chunks of the link that they came in. The copy has the place of its
 * first octet.
 */
export class Slices {
  #parts: Octets[] = [];
  /** The last ones, of which nothing is decided yet. */
  #recent: Octets[] = [];
  #pieces = 0;

  push(slice: Octets): void {
    this.#recent.push(slice);
    this.#pieces += slice.slices.length;
    if (this.#pieces < PIECES) return;
    const recent = Octets.join(this.#recent);
    const isSmall = recent.length < this.#pieces * SMALL;
    this.#parts.push(isSmall ? Octets.of(Uint8Array.from(recent.toBytes()), recent.offset) : recent);
    this.#recent = [];
    this.#pieces = 0;
  }

  get octets(): Octets {
    return Octets.join([...this.#parts, ...this.#recent]);
  }

  clear(): void {
    this.#parts = [];
    this.#recent = [];
    this.#pieces = 0;
  }
}
