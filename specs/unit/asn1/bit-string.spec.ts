import { expect } from 'chai';
import fc from 'fast-check';
import { BitString } from '../../../harness/asn1/bit-string.js';
import { P1specError } from '../../../harness/ber/error.js';

describe('BitString, X.680 22', () => {
  it('counts bits from the most significant of the first octet', () => {
    const responsibility = new BitString(Uint8Array.of(0x88), 3);
    expect(responsibility.length).to.equal(5);
    expect(responsibility.bits()).to.deep.equal([0, 4]);
    expect(responsibility.has(0)).to.equal(true);
    expect(responsibility.has(1)).to.equal(false);
    expect(responsibility.has(4096)).to.equal(false);
    expect(responsibility.has(-1)).to.equal(false);
    expect(responsibility.toString()).to.equal('10001');
  });

  it('does not count unused bits, whatever they are', () => {
    const dirty = new BitString(Uint8Array.of(0xff), 6);
    expect(dirty.bits()).to.deep.equal([0, 1]);
    expect(dirty.sameBitsAs(BitString.of(0, 1))).to.equal(true);
  });

  it('writes named bits without trailing zeros, and with them up to a minimum', () => {
    const bare = BitString.of(2);
    expect([...bare.octets, bare.unusedBits]).to.deep.equal([0x20, 5]);
    const padded = BitString.atLeast(8, 0, 1);
    expect([...padded.octets, padded.unusedBits]).to.deep.equal([0xc0, 0]);
    expect(BitString.of()).to.equal(BitString.empty);
  });

  it('compares as sets: trailing zeros do not count', () => {
    expect(BitString.of(1).sameBitsAs(BitString.atLeast(16, 1))).to.equal(true);
    expect(BitString.of(1).sameBitsAs(BitString.of(1, 12))).to.equal(false);
  });

  it('refuses unused bits that cannot be', () => {
    expect(() => new BitString(new Uint8Array(0), 1)).to.throw(P1specError);
    expect(() => new BitString(Uint8Array.of(0), 8)).to.throw(P1specError);
  });

  it('has the bits it was made of', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(100)), fc.nat(40), (bits, minimum) => {
        const made = BitString.atLeast(minimum, ...bits);
        expect(made.bits()).to.deep.equal([...bits].sort((a, b) => a - b));
        expect(made.length).to.equal(Math.max(minimum, ...bits.map((bit) => bit + 1)));
      }),
    );
  });
});
