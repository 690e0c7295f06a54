import { findTpkt, type TpktStart, tpktAtStart } from './tpkt-start.js';

/** A TPKT has at most 65535 octets, RFC 1006 6: in twice as many a header must stand. */
const SEARCH_LIMIT = 2 * 65_535;

/**
 * The first octets of one side of a TCP connection: whether TPKTs begin in them, and where. They begin at once, unless
 * the start was lost: then the first plausible header is searched.
 */
export class Lead {
  readonly searching: boolean;
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;
  #found: TpktStart | 'more' | 'none' = 'more';

  constructor(searching: boolean) {
    this.searching = searching;
  }

  get found(): TpktStart | 'more' | 'none' {
    return this.#found;
  }

  add(octets: Uint8Array): void {
    if (this.#found !== 'more') return;
    this.#append(octets);
    const bytes = this.#bytes.subarray(0, this.#length);
    if (!this.searching) this.#found = tpktAtStart(bytes);
    else {
      this.#found = findTpkt(bytes);
      if (this.#found === 'more' && this.#length > SEARCH_LIMIT) this.#found = 'none';
    }
    if (this.#found !== 'more') this.#bytes = new Uint8Array(0);
  }

  #append(octets: Uint8Array): void {
    const length = this.#length + octets.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(64, 2 * length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(octets, this.#length);
    this.#length = length;
  }
}
