import { expect } from 'chai';
import fc from 'fast-check';
import { concat, fromHex, Octets, toHex } from '../../../harness/ber/octets.js';

/** Pieces of a stream with gaps between them, as segments behind headers are. */
const pieces = fc.array(fc.record({ bytes: fc.uint8Array({ maxLength: 6 }), gap: fc.integer({ min: 0, max: 9 }) }), {
  maxLength: 12,
});

function rope(from: { bytes: Uint8Array; gap: number }[]): { octets: Octets; bytes: number[]; offsets: number[] } {
  let offset = 0;
  const bytes: number[] = [];
  const offsets: number[] = [];
  const octets = Octets.join(
    from.map((piece) => {
      offset += piece.gap;
      piece.bytes.forEach((octet, i) => {
        bytes.push(octet);
        offsets.push(offset + i);
      });
      const part = Octets.of(piece.bytes, offset);
      offset += piece.bytes.length;
      return part;
    }),
  );
  return { octets, bytes, offsets };
}

describe('Octets', () => {
  it('knows the stream offset of every octet, however it was joined and narrowed', () => {
    fc.assert(
      fc.property(pieces, fc.nat(70), fc.nat(70), (from, start, end) => {
        const { octets, bytes, offsets } = rope(from);
        const part = octets.subarray(start, end);
        const [low, high] = [Math.min(start, bytes.length), Math.min(Math.max(start, end), bytes.length)];
        expect([...part.toBytes()]).to.deep.equal(bytes.slice(low, high));
        expect(part.length).to.equal(high - low);
        for (let i = 0; i < part.length; i += 1) {
          expect(part.at(i)).to.equal(bytes[low + i]);
          expect(part.offsetAt(i)).to.equal(offsets[low + i]);
        }
        expect(part.at(part.length)).to.equal(undefined);
        expect(part.at(-1)).to.equal(undefined);
        if (part.length > 0) expect(part.offset).to.equal(offsets[low]);
      }),
    );
  });

  it('narrows as an array does, twice as well as once', () => {
    fc.assert(
      fc.property(pieces, fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(40), (from, a, b, c, d) => {
        const { octets, bytes } = rope(from);
        const twice = octets.subarray(a, a + b).subarray(c, c + d);
        expect([...twice.toBytes()]).to.deep.equal(bytes.slice(a, a + b).slice(c, c + d));
      }),
    );
  });

  it('keeps the place of an empty part', () => {
    const octets = Octets.join([Octets.of(fromHex('0102'), 10), Octets.of(fromHex('0304'), 20)]);
    expect(octets.subarray(1, 1).offset).to.equal(11);
    expect(octets.subarray(2, 2).offset).to.equal(20);
    expect(octets.subarray(4).offset).to.equal(22);
    expect(octets.subarray(4).length).to.equal(0);
    expect(Octets.join([octets.subarray(1, 1), Octets.empty]).offset).to.equal(11);
  });

  it('gives the offset just behind the last octet', () => {
    expect(Octets.of(fromHex('010203'), 7).offsetAt(3)).to.equal(10);
    expect(Octets.empty.offsetAt(0)).to.equal(0);
  });

  it('copies nothing while there is one slice', () => {
    const bytes = fromHex('010203');
    expect(Octets.of(bytes).toBytes()).to.equal(bytes);
    expect(Octets.join([Octets.empty, Octets.of(bytes, 5), Octets.empty]).toBytes()).to.equal(bytes);
    expect(Octets.of(bytes).subarray(0)).to.deep.equal(Octets.of(bytes));
  });

  it('finds an octet among many slices without visiting them all', () => {
    let visited = 0;
    const count = 4096;
    const parts = Array.from({ length: count }, (_, i) => Octets.of(Uint8Array.of(i & 0xff), i * 2));
    const octets = Octets.join(parts);
    octets.at(1);
    const counted = <T>(value: T): (() => T) => {
      return () => {
        visited += 1;
        return value;
      };
    };
    for (const slice of octets.slices) {
      Object.defineProperties(slice, { bytes: { get: counted(slice.bytes) }, offset: { get: counted(slice.offset) } });
    }
    expect(octets.at(3000)).to.equal(3000 & 0xff);
    expect(octets.offsetAt(4000)).to.equal(8000);
    expect(octets.subarray(2000, 2003).length).to.equal(3);
    expect(visited).to.be.below(20);
  });

  it('reads and writes hexadecimal', () => {
    expect(toHex(fromHex('DE ad\nbe ef'))).to.equal('deadbeef');
    expect(() => fromHex('abc')).to.throw(TypeError);
    expect(() => fromHex('zz')).to.throw(TypeError);
    expect(toHex(concat([fromHex('01'), fromHex(''), fromHex('0203')]))).to.equal('010203');
    expect(Octets.of(fromHex('0a0b')).toHex()).to.equal('0a0b');
  });
});
