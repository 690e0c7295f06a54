import { expect } from 'chai';
import fc from 'fast-check';
import { decode } from '../../../../harness/asn1/decode.js';
import { fromHex, Octets } from '../../../../harness/ber/octets.js';
import { readElements } from '../../../../harness/ber/reader.js';
import { constructed, primitive, writeBer } from '../../../../harness/ber/writer.js';
import { readPlainData } from '../../../../harness/stack/presentation/plain-data.js';
import { UserData } from '../../../../harness/stack/presentation/types.js';

function plain(octets: Uint8Array, contextId = 3): Uint8Array {
  const list = constructed(0, 16, [
    primitive(0, 2, Uint8Array.of(contextId)),
    constructed(2, 0, [primitive(0, 4, octets)]),
  ]);
  return writeBer(constructed(1, 1, [list]));
}

/** The same octets as a rope of pieces. */
function cut(bytes: Uint8Array, at: number): Octets {
  return Octets.join([Octets.of(bytes.subarray(0, at), 100), Octets.of(bytes.subarray(at), 500 + at)]);
}

describe('plain data, X.226 8.4.2', () => {
  for (const length of [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000]) {
    it(`is read with ${length} octets, wherever they are cut`, () => {
      const octets = new Uint8Array(length).fill(0x5a);
      const written = plain(octets);
      for (const at of [0, 1, 3, 8, written.length - 1]) {
        const read = readPlainData(cut(written, at));
        expect(read?.contextId).to.equal(3);
        expect(read?.octets.length).to.equal(length);
        expect(Buffer.compare(read?.octets.toBytes() ?? new Uint8Array(1), octets)).to.equal(0);
      }
      expect(readPlainData(Octets.of(written, 7))?.octets.offset).to.equal(7 + written.length - length);
    });
  }

  for (const [what, hex] of [
    ['an octet behind it', '610c300a020103a0050403616263 00'],
    ['an octet too few', '610c300a020103a00504036162'],
    ['a length in more octets than it needs', '61810c300a020103a0050403616263'],
    ['the indefinite form', '6180300a020103a00504036162630000'],
    ['a context identifier of two octets', '610d300b02020103a0050403616263'],
    ['a negative context identifier', '610c300a020183a0050403616263'],
    ['a transfer syntax name', '6110300e0602510102 0103a0050403616263'],
    ['octet-aligned data', '610a3008020103810304 0161'],
    ['another value than an OCTET STRING', '610c300a020103a0050c03616263'],
    ['a constructed OCTET STRING', '610e300c020103a007240504 03616263'],
    ['a second value', '6118300a020103a0050403616263300a020103a0050403616263'],
    ['nothing', ''],
  ] as const) {
    it(`is not read where there is ${what}`, () => {
      expect(readPlainData(Octets.of(fromHex(hex)))).to.equal(undefined);
    });
  }

  it('has nothing that an observer would tell of', () => {
    const written = plain(fromHex('616263'));
    const changed = fc.tuple(fc.nat({ max: written.length - 1 }), fc.nat({ max: 255 })).map(([at, octet]) => {
      const octets = Uint8Array.from(written);
      octets[at] = octet;
      return octets;
    });
    fc.assert(
      fc.property(changed, (octets) => {
        if (readPlainData(Octets.of(octets)) === undefined) return;
        const { elements, error } = readElements(Octets.of(octets));
        expect(error).to.equal(undefined);
        expect(elements).to.have.lengthOf(1);
        const [element] = elements;
        expect(element === undefined ? [] : decode(UserData, element).issues).to.deep.equal([]);
      }),
      { numRuns: 2000 },
    );
  });
});
