import type { Octets } from '../../ber/octets.js';
import { TPKT_HEADER_LENGTH, TPKT_MINIMUM_LENGTH } from './codec.js';

/**
 * Cuts chunks where one TPKT ends and the next begins, so that what is above can answer one before it sees the next.
 * It judges nothing: octets that are no TPKT are handed on as they came.
 */
export class TpktPieces {
  #chunks: Octets[] = [];
  #header: number[] = [];
  /** Octets of the TPKT that are still to come. */
  #remaining = 0;
  #lost = false;

  push(chunk: Octets): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
  }

  /** Octets up to the end of a TPKT, or of a chunk. */
  next(): Octets | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined || this.#lost) return chunk;
    let position = 0;
    while (this.#remaining === 0 && position < chunk.length && !this.#lost) this.#headerOctet(chunk.at(position++)!);
    const end = this.#lost ? chunk.length : Math.min(chunk.length, position + this.#remaining);
    this.#remaining -= Math.min(this.#remaining, end - position);
    if (end < chunk.length) this.#chunks.unshift(chunk.subarray(end));
    return chunk.subarray(0, end);
  }

  #headerOctet(octet: number): void {
    this.#header.push(octet);
    if (this.#header.length < TPKT_HEADER_LENGTH) return;
    const [version, , high = 0, low = 0] = this.#header;
    const length = (high << 8) | low;
    this.#header = [];
    this.#remaining = Math.max(0, length - TPKT_HEADER_LENGTH);
    this.#lost = version !== 3 || length < TPKT_MINIMUM_LENGTH;
  }
}
