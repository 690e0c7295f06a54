import { expect } from 'chai';
import fc from 'fast-check';
import { readPrimitive } from '../../../harness/asn1/primitives.js';
import {
  bitString,
  boolean,
  ia5String,
  integer,
  nullType,
  numericString,
  octetString,
  type PrimitiveType,
  printableString,
  teletexString,
  universalTag,
  utcTime,
  utf8String,
  visibleString,
} from '../../../harness/asn1/types.js';
import { usualContent } from '../../../harness/asn1/usual.js';
import { Octets } from '../../../harness/ber/octets.js';
import { readElement } from '../../../harness/ber/reader.js';
import { primitive, writeBer } from '../../../harness/ber/writer.js';

const TYPES: readonly PrimitiveType[] = [
  boolean,
  nullType,
  integer(),
  integer(undefined, { min: 0, max: 300 }),
  integer(undefined, { min: -129 }),
  bitString(),
  bitString({ one: 1, nine: 9 }),
  bitString({ one: 1 }, { size: { min: 3, max: 12 } }),
  octetString({ size: { min: 1, max: 4 } }),
  numericString(),
  printableString({ min: 1, max: 6 }),
  ia5String(),
  visibleString({ max: 5 }),
  teletexString({ min: 2 }),
  utf8String(),
  utcTime,
];

/** Contents near the edges: few octets, and those that the types make a difference between. */
const content = fc.uint8Array({ maxLength: 8 }).chain((any) =>
  fc.oneof(
    fc.constant(any),
    fc
      .array(fc.constantFrom(0, 1, 0x20, 0x31, 0x41, 0x5f, 0x7e, 0x7f, 0x80, 0xff), { maxLength: 8 })
      .map((octets) => Uint8Array.from(octets)),
  ),
);

function elementOf(type: PrimitiveType, octets: Uint8Array) {
  return readElement(Octets.of(writeBer(primitive(0, universalTag(type as never), octets)))).element;
}

describe('content that is usual at a glance', () => {
  for (const [i, type] of TYPES.entries()) {
    const isUsual = usualContent(type);

    it(`has no problem when it is read: ${i}, ${type.name}`, () => {
      fc.assert(
        fc.property(content, (octets) => {
          const element = elementOf(type, octets);
          if (isUsual(element)) expect(readPrimitive(type, element, octets).problems).to.deep.equal([]);
        }),
      );
    });
  }

  it('is what ordinary values have', () => {
    const usual = (type: PrimitiveType, ...octets: number[]) =>
      usualContent(type)(elementOf(type, Uint8Array.from(octets)));
    expect(usual(boolean, 0xff)).to.equal(true);
    expect(usual(nullType)).to.equal(true);
    expect(usual(integer(undefined, { max: 256 }), 1, 0)).to.equal(true);
    expect(usual(integer(undefined, { max: 256 }), 1, 1)).to.equal(false);
    expect(usual(bitString({ one: 1 }), 6, 0x40)).to.equal(true);
    expect(usual(bitString({ one: 1 }), 0, 0x40, 1)).to.equal(false);
    expect(usual(printableString(), 0x41, 0x20)).to.equal(true);
    expect(usual(printableString(), 0x41, 0x5f)).to.equal(false);
  });
});
