import { P1specError } from '../ber/error.js';

/**
 * A BIT STRING value, as sent: the octets, and how many bits of the last one are not used. X.680 22, X.690 8.6.
 * Bit 0 is the most significant bit of the first octet. Immutable: nobody writes to `octets`.
 */
export class BitString {
  /** No bits at all: `{}`. */
  static readonly empty: BitString = new BitString(new Uint8Array(0), 0);

  readonly octets: Uint8Array;
  /** Unused bits of the last octet, 0 to 7. */
  readonly unusedBits: number;

  /** `octets` are not copied. Throws where `unusedBits` cannot be. */
  constructor(octets: Uint8Array, unusedBits = 0) {
    if (!Number.isInteger(unusedBits) || unusedBits < 0 || unusedBits > 7 || (octets.length === 0 && unusedBits > 0)) {
      throw new P1specError('ERR_BIT_STRING', {
        message: `${unusedBits} unused bits in ${octets.length} octets`,
        hint: 'X.690 8.6.2.2: 0 to 7, and 0 where there are no octets',
      });
    }
    this.octets = octets;
    this.unusedBits = unusedBits;
  }

  /** The named bits that are one, and no trailing zero bit: the form of a named bit list, X.690 11.2.2. */
  static of(...bits: number[]): BitString {
    return BitString.atLeast(0, ...bits);
  }

  /** As `of`, with zero bits behind to make it at least `minimum` bits long, for a SIZE with a lower bound. */
  static atLeast(minimum: number, ...bits: number[]): BitString {
    const length = bits.reduce((longest, bit) => Math.max(longest, bit + 1), minimum);
    if (length === 0) return BitString.empty;
    const octets = new Uint8Array(Math.ceil(length / 8));
    for (const bit of bits) {
      const index = bit >> 3;
      octets[index] = (octets[index] ?? 0) | (0x80 >> (bit & 7));
    }
    return new BitString(octets, octets.length * 8 - length);
  }

  /** Length in bits, trailing zeros counted. */
  get length(): number {
    return this.octets.length * 8 - this.unusedBits;
  }

  /** Whether bit `bit` is one; bits past the end are zero. */
  has(bit: number): boolean {
    if (bit < 0 || bit >= this.length) return false;
    return ((this.octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
  }

  /** The numbers of the bits that are one, ascending. */
  bits(): number[] {
    const ones: number[] = [];
    for (let bit = 0; bit < this.length; bit++) {
      if (this.has(bit)) ones.push(bit);
    }
    return ones;
  }

  /** The same set of named bits: trailing zero bits do not count, X.680 22.7. */
  sameBitsAs(other: BitString): boolean {
    const length = Math.max(this.octets.length, other.octets.length) * 8;
    for (let bit = 0; bit < length; bit++) {
      if (this.has(bit) !== other.has(bit)) return false;
    }
    return true;
  }

  /** Ones and zeros, bit 0 first. */
  toString(): string {
    let text = '';
    for (let bit = 0; bit < this.length; bit++) text += this.has(bit) ? '1' : '0';
    return text;
  }
}
