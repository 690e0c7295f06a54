import { Octets } from '../../ber/octets.js';

/** Octets that are kept: what waits for its confirmation is seldom more. */
const KEPT = 256 * 1024;

/** The last octets of a transfer, to tell whether what is sent again is the same. They are kept by reference. */
export class SentTail {
  #parts: Octets[] = [];
  /** Octets of the transfer before the first that is kept. */
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  push(octets: Octets): void {
    this.#parts.push(octets);
    this.#end += octets.length;
    let gone = 0;
    for (const { length } of this.#parts) {
      if (this.length - length < KEPT) break;
      this.#start += length;
      gone += 1;
    }
    if (gone > 0) this.#parts = this.#parts.slice(gone);
  }

  /** Octets from `position` of the transfer on, up to `count` of them, that are not kept any more. */
  missing(position: number, count: number): number {
    return Math.min(count, Math.max(0, this.#start - position));
  }

  /** The first of these octets that is another than what was at its place; undefined where all are the same. */
  difference(position: number, octets: Octets): number | undefined {
    const before = Octets.join(this.#parts)
      .subarray(position - this.#start, position - this.#start + octets.length)
      .toBytes();
    const now = octets.toBytes();
    if (Buffer.compare(before, now) === 0) return undefined;
    const at = now.findIndex((octet, i) => octet !== before[i]);
    return at < 0 ? undefined : at;
  }
}
