import { expect } from 'chai';
import fc from 'fast-check';
import { fromHex, Octets, toHex } from '../../../harness/ber/octets.js';
import { readElements } from '../../../harness/ber/reader.js';
import { type BerElement, type BerForm, constructed, primitive, writeBer } from '../../../harness/ber/writer.js';
import { berTree } from './support.js';

const tree: BerElement = constructed(0, 16, [
  primitive(0, 2, fromHex('05'), 'number'),
  { tagClass: 2, tagNumber: 1, content: fromHex('616263'), string: 'octets', name: 'text' },
]);
const write = (node: BerElement, form: BerForm = {}): string => toHex(writeBer(node, form));

describe('writeBer', () => {
  const forms: [what: string, form: BerForm, hex: string][] = [
    ['canonical', {}, '3008020105 8103616263'],
    ['indefinite', { indefinite: true }, '3080020105 8103616263 0000'],
    ['long lengths', { lengthOctets: 3 }, '3082000c 02820001 05 81820003 616263'],
    ['segments of two octets', { segment: 2 }, '300c020105 a107 04026162 040163'],
    [
      'segments of one octet, indefinite',
      { segment: 1, indefinite: true },
      '3080020105 a180 040161 040162 040163 0000 0000',
    ],
    ['one segment', { segment: 9 }, '300a020105 a105 0403616263'],
  ];
  for (const [what, form, hex] of forms) {
    it(what, () => expect(write(tree, form)).to.equal(hex.replaceAll(' ', '')));
  }

  it('cuts a BIT STRING into BIT STRINGs, the last of which has the unused bits', () => {
    const bits: BerElement = { tagClass: 0, tagNumber: 3, content: fromHex('04aabbc0'), string: 'bits' };
    expect(write(bits, { segment: 2 })).to.equal('230903' + '0300aabb' + '030204c0');
    const none: BerElement = { tagClass: 0, tagNumber: 3, content: fromHex('00'), string: 'bits' };
    expect(write(none, { segment: 2 })).to.equal('2303030100');
  });

  it('cuts an empty string into one empty segment', () => {
    expect(write({ tagClass: 0, tagNumber: 4, content: fromHex(''), string: 'octets' }, { segment: 1 })).to.equal(
      '24020400',
    );
  });

  it('gives segments the tag it is told', () => {
    const text: BerElement = {
      tagClass: 2,
      tagNumber: 0,
      content: fromHex('6162'),
      string: 'characters',
      segmentTag: 22,
    };
    expect(write(text, { segment: 1 })).to.equal('a006160161160162');
  });

  it('reverses the members of SETs only', () => {
    const members = [primitive(0, 1, fromHex('ff')), primitive(0, 2, fromHex('07'))];
    const set: BerElement = { tagClass: 0, tagNumber: 17, content: members, unordered: true };
    expect(write(set)).to.equal('31060101ff020107');
    expect(write(set, { reverseSets: true })).to.equal('31060201070101ff');
    expect(write(constructed(0, 16, members), { reverseSets: true })).to.equal('30060101ff020107');
  });

  it('writes raw octets as they stand', () => {
    expect(toHex(writeBer(constructed(0, 16, [{ raw: fromHex('ffff') }])))).to.equal('3002ffff');
    expect(toHex(writeBer({ raw: fromHex('80') }))).to.equal('80');
  });

  describe('errs where it is told to', () => {
    const errors: [what: string, form: BerForm, hex: string][] = [
      ['a wrong tag', { wrongTag: { tagClass: 3, tagNumber: 40 } }, '3007 ff28 02 0500 0500'],
      ['a length too long', { lengthError: 3 }, '3006 a005 0500 0500'],
      ['a length too short', { lengthError: -1 }, '3006 a001 0500 0500'],
      ['a length below nothing', { lengthError: -9 }, '3006 a000 0500 0500'],
      ['octets cut off', { truncate: 1 }, '3005 a002 05 0500'],
      ['more octets cut off than there are', { truncate: 99 }, '3002 0500'],
      ['no end-of-contents octets', { indefinite: true, omitEndOfContents: true }, '3006 a080 0500 0500'],
    ];
    for (const [what, form, hex] of errors) {
      it(what, () => {
        const node = constructed(0, 16, [
          { ...constructed(2, 0, [primitive(0, 5, fromHex(''))]), form },
          primitive(0, 5, fromHex('')),
        ]);
        expect(write(node)).to.equal(hex.replaceAll(' ', ''));
      });
    }
  });

  it("passes a node's own variant on to what is inside it, but not its error", () => {
    const node: BerElement = { ...tree, form: { lengthOctets: 2, lengthError: 1 } };
    expect(write(node)).to.equal('30810b02810105818103616263');
  });

  it('writes every legal form so that it can be read', () => {
    fc.assert(
      fc.property(berTree, fc.boolean(), fc.integer({ min: 0, max: 6 }), (node, indefinite, lengthOctets) => {
        const { elements, error } = readElements(Octets.of(writeBer(node, { indefinite, lengthOctets })));
        expect(error).to.equal(undefined);
        expect(elements.length).to.equal(1);
        expect(elements[0]).to.include({ tagClass: node.tagClass, tagNumber: node.tagNumber });
      }),
    );
  });
});
