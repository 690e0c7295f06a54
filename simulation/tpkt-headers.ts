const HEADER = 4;

interface Change {
  readonly octet: number;
  readonly mask: number;
}

/** Follows the TPKTs in a stream, RFC 1006 6, and changes an octet of a header where it is told to. */
export class TpktHeaders {
  #header: number[] = [];
  /** Octets of the current TPKT that are still to come, behind its header. */
  #rest = 0;
  #next: Change | undefined;
  #change: Change | undefined;

  /** The next header that begins is changed. */
  corrupt(octet: number, mask: number): void {
    this.#next = { octet, mask };
  }

  pass(bytes: Uint8Array): Uint8Array {
    let passed = bytes;
    for (let at = 0; at < bytes.length; ) {
      if (this.#rest > 0) {
        const step = Math.min(this.#rest, bytes.length - at);
        this.#rest -= step;
        at += step;
        continue;
      }
      const octet = bytes[at] as number;
      passed = this.#changed(passed, bytes, at);
      this.#header.push(octet);
      at += 1;
      if (this.#header.length < HEADER) continue;
      const [, , high = 0, low = 0] = this.#header;
      this.#rest = Math.max(0, ((high << 8) | low) - HEADER);
      this.#header = [];
    }
    return passed;
  }

  #changed(passed: Uint8Array, original: Uint8Array, at: number): Uint8Array {
    if (this.#header.length === 0) {
      this.#change = this.#next;
      this.#next = undefined;
    }
    const change = this.#change;
    if (change === undefined || change.octet !== this.#header.length) return passed;
    this.#change = undefined;
    const copy = passed === original ? original.slice() : passed;
    copy[at] = (copy[at] as number) ^ change.mask;
    return copy;
  }
}
