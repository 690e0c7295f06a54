/** Octets of one slab; small, because one kept copy keeps its slab. */
const SLAB = 16 * 1024;

/** Copies octets into shared slabs: an allocation for each packet would cost more than the rest of its way. */
export class Arena {
  #slab = new Uint8Array(0);
  #used = 0;

  copy(octets: Uint8Array): Uint8Array {
    const { length } = octets;
    if (length > SLAB / 4) return new Uint8Array(octets);
    if (this.#used + length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB);
      this.#used = 0;
    }
    const copy = this.#slab.subarray(this.#used, this.#used + length);
    copy.set(octets);
    this.#used += length;
    return copy;
  }
}
