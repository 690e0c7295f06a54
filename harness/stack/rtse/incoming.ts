import { Octets } from '../../ber/octets.js';
import { Slices } from './slices.js';

/** The slices of one transfer on their way in, as a rope, up to a limit. */
export class IncomingTransfer {
  readonly #limit: number;
  readonly #slices = new Slices();
  #length = 0;
  #over = false;

  /** `before`: the octets in front of the point behind which it goes on. */
  constructor(limit: number, before: Octets = Octets.empty) {
    this.#limit = limit;
    this.push(before);
  }

  /** Octets of all slices together, kept or not. */
  get length(): number {
    return this.#length;
  }

  /** More came than is kept: `octets` is empty. */
  get over(): boolean {
    return this.#over;
  }

  push(slice: Octets): void {
    if (slice.length === 0) return;
    this.#length += slice.length;
    if (this.#length > this.#limit) {
      this.#over = true;
      this.#slices.clear();
    } else {
      this.#slices.push(slice);
    }
  }

  get octets(): Octets {
    return this.#slices.octets;
  }
}
