import { Octets } from '../../ber/octets.js';

/** Octets that are kept: what waits for its confirmation is seldom more. */
const KEPT = 256 * 1024;
/** Slices that they may be in. */
const PARTS = 4096;

/** The last octets of a transfer, to tell whether what is sent again is the same. They are kept by reference. */
export class SentTail {
  #parts: Octets[] = [];
  /** The first of `#parts` that is kept; the empty ones before it go together, now and then. */
  #first = 0;
  /** Octets of the transfer before the first that is kept. */
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  push(octets: Octets): void {
    this.#parts.push(octets);
    this.#end += octets.length;
    for (let oldest = this.#oldest; this.length - oldest >= KEPT || this.#count > PARTS; oldest = this.#oldest) {
      this.#start += oldest;
      this.#parts[this.#first] = Octets.empty;
      this.#first += 1;
    }
    if (this.#first <= PARTS) return;
    this.#parts = this.#parts.slice(this.#first);
    this.#first = 0;
  }

  /** Octets from `position` of the transfer on, up to `count` of them, that are not kept any more. */
  missing(position: number, count: number): number {
    return Math.min(count, Math.max(0, this.#start - position));
  }

  /** The first of these octets that is another than what was at its place; undefined where all are the same. */
  difference(position: number, octets: Octets): number | undefined {
    const before = Octets.join(this.#parts.slice(this.#first))
      .subarray(position - this.#start, position - this.#start + octets.length)
      .toBytes();
    const now = octets.toBytes();
    if (Buffer.compare(before, now) === 0) return undefined;
    const at = now.findIndex((octet, i) => octet !== before[i]);
    return at < 0 ? undefined : at;
  }

  get #count(): number {
    return this.#parts.length - this.#first;
  }

  get #oldest(): number {
    return this.#parts[this.#first]?.length ?? 0;
  }
}
