/** A generator that gives the same draws for the same seed. Streams of their own keep one matter's draws from another's. */
export class Random {
  readonly #seed: number;
  #state: number;

  /** Of a seed its low 32 bits count. */
  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#state = this.#seed;
  }

  /** A stream that depends on the seed and the name alone, however much was drawn before. */
  stream(name: string): Random {
    let hash = this.#seed ^ 0x811c9dc5;
    for (const octet of Buffer.from(name)) hash = Math.imul(hash ^ octet, 0x01000193);
    return new Random(mixed(hash));
  }

  /** 32 bits: a Weyl sequence, mixed. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    return mixed(this.#state);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor((this.next() / 0x1_0000_0000) * (high - low + 1));
  }

  /** The same, with each order of magnitude as likely as the next; `low` is at least 1. */
  magnitude(low: number, high: number): number {
    const fraction = this.next() / 0x1_0000_0000;
    return Math.round(low * (high / low) ** fraction);
  }

  /** True in so many of a hundred draws. */
  percent(likelihood: number): boolean {
    return this.between(1, 100) <= likelihood;
  }

  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T {
    if (from.length === 0) throw new RangeError('nothing to pick from');
    return from[this.between(0, from.length - 1)] as T;
  }

  octets(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.next() >>> 24);
  }
}

function mixed(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}
