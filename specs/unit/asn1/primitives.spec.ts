import { expect } from 'chai';
import { decode } from '../../../harness/asn1/decode.js';
import { encode } from '../../../harness/asn1/encode.js';
import {
  type AnyType,
  bitString,
  bmpString,
  boolean,
  enumerated,
  explicit,
  ia5String,
  implicit,
  integer,
  nullType,
  numericString,
  objectIdentifier,
  octetString,
  printableString,
  teletexString,
  universalString,
  utcTime,
  utf8String,
  visibleString,
} from '../../../harness/asn1/types.js';
import { P1specError } from '../../../harness/ber/error.js';
import { fromHex, Octets, toHex } from '../../../harness/ber/octets.js';
import { readElement } from '../../../harness/ber/reader.js';
import { plain } from './values.js';

function read(type: AnyType, hex: string): { value: unknown; seen: unknown[] } {
  const { decoded, issues } = decode(type, readElement(Octets.of(fromHex(hex), 100)).element);
  return { value: plain(decoded?.value), seen: issues.map(({ kind, offset, length }) => [kind, offset - 100, length]) };
}

const named = bitString({ a: 0, b: 8 });
const sized = bitString({ a: 0 }, { size: { min: 8, max: 16 } });

describe('values that are as they should be', () => {
  const cases: [what: string, type: AnyType, hex: string, value: unknown][] = [
    ['BOOLEAN', boolean, '0101ff', true],
    ['BOOLEAN, false', boolean, '010100', false],
    ['INTEGER 0', integer(), '020100', 0],
    ['INTEGER 128', integer(), '02020080', 128],
    ['INTEGER -128', integer(), '020180', -128],
    ['INTEGER -32769', integer(), '0203ff7fff', -32769],
    ['INTEGER 2^53 - 1', integer(), '02071fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['INTEGER 2^53', integer(), '020720000000000000', { integer: '9007199254740992' }],
    ['INTEGER -2^53', integer(), '0207e0000000000000', { integer: '-9007199254740992' }],
    ['INTEGER 2^64', integer(), '0209010000000000000000', { integer: '18446744073709551616' }],
    ['ENUMERATED', enumerated({ one: 1 }), '0a0101', 1],
    ['NULL', nullType, '0500', null],
    ['BIT STRING', bitString(), '03020540', { bits: '010' }],
    ['BIT STRING, empty', bitString(), '030100', { bits: '' }],
    ['OCTET STRING', octetString(), '0402abcd', { octets: 'abcd' }],
    ['OBJECT IDENTIFIER 1.2.840', objectIdentifier, '06032a8648', '1.2.840'],
    ['OBJECT IDENTIFIER 0.39', objectIdentifier, '060127', '0.39'],
    ['OBJECT IDENTIFIER 2.999.3', objectIdentifier, '0603883703', '2.999.3'],
    [
      'OBJECT IDENTIFIER of a UUID',
      objectIdentifier,
      '06146983ffffffffffffffffffffffffffffffffff7f',
      '2.25.340282366920938463463374607431768211455',
    ],
    [
      'OBJECT IDENTIFIER whose first arc is beyond 2^53',
      objectIdentifier,
      '060a8180808080808080804f',
      '2.9223372036854775807',
    ],
    ['NumericString', numericString(), '1203 31 20 32', '1 2'],
    ['PrintableString', printableString(), '1303412f3f', 'A/?'],
    ['TeletexString', teletexString(), '1402c8a4', '\u00c8\u00a4'],
    ['IA5String', ia5String(), '1602007f', '\u0000\u007f'],
    ['VisibleString', visibleString(), '1a02207e', ' ~'],
    ['BMPString', bmpString(), '1e0420ac0041', '\u20acA'],
    ['UniversalString', universalString(), '1c080001f600000020ac', '\u{1f600}\u20ac'],
    ['UTF8String', utf8String(), '0c03e282ac', '\u20ac'],
    ['UTCTime', utcTime, '170d3236313132333132303030305a', '261123120000Z'],
    ['UTCTime without seconds', utcTime, '170b323631313233313230305a', '2611231200Z'],
    ['UTCTime with an offset', utcTime, '17113236313132333132303030302d30353330', '261123120000-0530'],
    ['UTCTime without seconds, with an offset', utcTime, '170f323631313233313230302b30313030', '2611231200+0100'],
  ];
  for (const [what, type, hex, value] of cases) {
    it(what, () => {
      expect(read(type, hex)).to.deep.equal({ value, seen: [] });
      const { decoded } = decode(type, readElement(Octets.of(fromHex(hex))).element);
      expect(toHex(encode(type, decoded?.value))).to.equal(hex.replaceAll(' ', ''));
    });
  }
});

describe('values that are not', () => {
  const cases: [what: string, type: AnyType, hex: string, seen: unknown[], value?: unknown][] = [
    ['an empty BOOLEAN', boolean, '0100', ['malformed', 0, 2]],
    ['a BOOLEAN of two octets', boolean, '01020001', ['malformed', 0, 4]],
    ['a BOOLEAN that is constructed', boolean, '21030101ff', ['malformed', 0, 5]],
    ['an empty INTEGER', integer(), '0200', ['malformed', 0, 2]],
    ['an INTEGER in more octets than it needs', integer(), '02020005', ['encoding-form', 0, 4], 5],
    ['a negative one', integer(), '0202ff80', ['encoding-form', 0, 4], -128],
    ['an INTEGER below its bounds', integer({}, { min: 3 }), '020102', ['bounds', 0, 3], 2],
    ['an INTEGER above its bounds', integer({}, { max: 3 }), '020104', ['bounds', 0, 3], 4],
    [
      'a wide one',
      integer({}, { max: 3 }),
      '0209010000000000000000',
      ['bounds', 0, 11],
      { integer: '18446744073709551616' },
    ],
    ['an INTEGER of 65 octets', integer(), `0241${'01'.repeat(65)}`, ['malformed', 0, 67]],
    ['an ENUMERATED that is none of its values', enumerated({ one: 1 }), '0a0102', ['bounds', 0, 3], 2],
    ['a NULL with octets in it', nullType, '0503aabbcc', ['surplus-octets', 2, 3], null],
    ['a BIT STRING without its first octet', bitString(), '0300', ['malformed', 0, 2]],
    ['a BIT STRING with eight unused bits', bitString(), '030208ff', ['malformed', 0, 4]],
    ['unused bits of no octet', bitString(), '030101', ['malformed', 0, 3]],
    ['unused bits that are not zero', bitString(), '030204ff', ['unused-bits', 0, 4], { bits: '1111' }],
    [
      'octets behind the named bits',
      named,
      '03050080 80 4142',
      ['surplus-octets', 5, 2],
      { bits: '10000000100000000100000101000010' },
    ],
    ['a BIT STRING that is too short', sized, '03020480', ['bounds', 0, 4], { bits: '1000' }],
    [
      'an OCTET STRING that is too long',
      octetString({ size: { max: 1 } }),
      '0402aabb',
      ['bounds', 0, 4],
      { octets: 'aabb' },
    ],
    ['an empty OBJECT IDENTIFIER', objectIdentifier, '0600', ['malformed', 0, 2]],
    ['one that ends inside an arc', objectIdentifier, '06022a86', ['malformed', 0, 4]],
    ['one with leading zero bits', objectIdentifier, '06032a8001', ['encoding-form', 0, 5], '1.2.1'],
    ['one of 4097 octets', objectIdentifier, `06821001${'01'.repeat(4097)}`, ['malformed', 0, 4101]],
    ['a letter in a NumericString', numericString(), '12023141', ['charset', 0, 4], '1A'],
    ['an @ in a PrintableString', printableString(), '13026140', ['charset', 0, 4], 'a@'],
    ['an eighth bit in an IA5String', ia5String(), '1601e9', ['charset', 0, 3], '\u00e9'],
    ['a control in a VisibleString', visibleString(), '1a0107', ['charset', 0, 3], '\u0007'],
    ['too many characters', ia5String({ max: 1 }), '16026162', ['bounds', 0, 4], 'ab'],
    ['too few', ia5String({ min: 1 }), '1600', ['bounds', 0, 2], ''],
    ['half a character of a BMPString', bmpString(), '1e0141', ['malformed', 0, 3]],
    ['a character beyond 10ffff', universalString(), '1c0400110000', ['malformed', 0, 6]],
    ['octets that are no UTF-8', utf8String(), '0c01ff', ['malformed', 0, 3]],
    ['a month 13', utcTime, '170d3236313332333132303030305a', ['malformed', 0, 15], '261323120000Z'],
    ['a time without a zone', utcTime, '170c323631313233313230303030', ['malformed', 0, 14], '261123120000'],
  ];
  for (const [what, type, hex, seen, value] of cases) {
    it(what, () => expect(read(type, hex)).to.deep.equal({ value, seen: [seen] }));
  }
  it('counts characters, not octets', () => {
    expect(read(utf8String({ max: 1 }), '0c03e282ac').seen).to.deep.equal([]);
    expect(read(bmpString({ max: 1 }), '1e0220ac').seen).to.deep.equal([]);
    expect(read(universalString({ max: 1 }), '1c040001f600').seen).to.deep.equal([]);
  });
  it('takes zero octets behind named bits, and octets that the size allows', () => {
    expect(read(named, '0304 00808000').seen).to.deep.equal([]);
    expect(read(sized, '0303 0080ff').seen).to.deep.equal([]);
  });
  it('finds the place of surplus octets in a rope', () => {
    const octets = Octets.join([Octets.of(fromHex('0505aa'), 10), Octets.of(fromHex('bbccddee'), 50)]);
    const { issues } = decode(nullType, readElement(octets).element);
    expect(issues[0]).to.include({ offset: 12, length: 5 });
    const bits = Octets.join([Octets.of(fromHex('030500ff'), 10), Octets.of(fromHex('80ff41'), 50)]);
    expect(decode(named, readElement(bits).element).issues[0]).to.include({ offset: 51, length: 2 });
  });
});

describe('constructed strings, X.690 8.6, 8.7 and 8.21', () => {
  const cases: [what: string, type: AnyType, hex: string, value: unknown, ...seen: unknown[]][] = [
    ['of no segment', octetString(), '2400', { octets: '' }],
    ['of octets', octetString(), '2480 0401aa 0400 0402bbcc 0000', { octets: 'aabbcc' }],
    ['of octets, nested', octetString(), '2480 0401aa 2480 0401bb 2403 0401cc 0000 0000', { octets: 'aabbcc' }],
    ['under a tag', implicit(5, octetString()), 'a506 0401aa 0401bb', { octets: 'aabb' }],
    ['under two tags', explicit(5, octetString()), 'a508 2406 0401aa 0401bb', { octets: 'aabb' }],
    ['of characters in octets', ia5String(), '3606 040161 040162', 'ab'],
    ['of characters in their own type', ia5String(), '3606 160161 160162', 'ab'],
    ['of characters in their own type, under a tag', implicit(0, ia5String()), 'a006 160161 040162', 'ab'],
    ['a time', utcTime, '3780 0406323631313233 0407 3132303030305a 0000', '261123120000Z'],
    ['of bits', bitString(), '2380 0302 00aa 0302 04b0 0000', { bits: '101010101011' }],
    ['of bits, nested', bitString(), '2380 2380 030200aa 0000 030204b0 0000', { bits: '101010101011' }],
    ['of no bits', bitString(), '2300', { bits: '' }],
    [
      'with something foreign',
      octetString(),
      '240a 0401aa 0500 0201ff 0400',
      { octets: 'aa' },
      ['unknown-element', 5, 2],
      ['unknown-element', 7, 3],
    ],
    [
      'with something foreign in a segment',
      octetString(),
      '2407 2405 0401aa 8000',
      { octets: 'aa' },
      ['unknown-element', 7, 2],
    ],
    ['of bits, with octets', bitString(), '2307 030200aa 0401bb', { bits: '10101010' }, ['unknown-element', 6, 3]],
    ['of octets, with characters', octetString(), '2403 160161', { octets: '' }, ['unknown-element', 2, 3]],
    [
      'of bits, unused ones in the middle',
      bitString(),
      '2308 030204a0 030200bb',
      { bits: '1010000010111011' },
      ['malformed', 2, 4],
    ],
    [
      'of bits, a segment without its first octet',
      bitString(),
      '2306 0300 030200bb',
      { bits: '10111011' },
      ['malformed', 2, 2],
    ],
    [
      'with redundant lengths',
      octetString(),
      '248105 048102aabb',
      { octets: 'aabb' },
      ['encoding-form', 0, 8],
      ['encoding-form', 3, 5],
    ],
    ['too long in all', octetString({ size: { max: 1 } }), '2406 0401aa 0401bb', { octets: 'aabb' }, ['bounds', 0, 8]],
  ];
  for (const [what, type, hex, value, ...seen] of cases) {
    it(what, () => expect(read(type, hex)).to.deep.equal({ value, seen }));
  }
});

describe('encode refuses what is not of the type', () => {
  const cases: [what: string, type: AnyType, value: unknown][] = [
    ['a number as BOOLEAN', boolean, 1],
    ['half an INTEGER', integer(), 0.5],
    ['a number beyond 2^53', integer(), 2 ** 60],
    ['text as INTEGER', integer(), '5'],
    ['something as NULL', nullType, true],
    ['octets as BIT STRING', bitString(), fromHex('00')],
    ['text as OCTET STRING', octetString(), 'ab'],
    ['an object identifier of one arc', objectIdentifier, '1'],
    ['an object identifier 1.40', objectIdentifier, '1.40'],
    ['words as object identifier', objectIdentifier, 'joint-iso'],
    ['a number as text', ia5String(), 5],
    ['a euro as IA5String', ia5String(), '\u20ac'],
    ['a date as UTCTime', utcTime, new Date(0)],
  ];
  for (const [what, type, value] of cases) {
    it(what, () =>
      expect(() => encode(type, value))
        .to.throw(P1specError)
        .with.property('code', 'ERR_ENCODE'),
    );
  }
});
