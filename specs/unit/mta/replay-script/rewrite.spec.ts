import { expect } from 'chai';
import fc from 'fast-check';
import { concat, fromHex, Octets, toHex } from '../../../../harness/ber/octets.js';
import { readElement } from '../../../../harness/ber/reader.js';
import { type BerNode, constructed, primitive, writeBer } from '../../../../harness/ber/writer.js';
import { type Edit, rewriteElements, rewriteTsdu } from '../../../../harness/mta/replay-script/rewrite.js';
import { decodeTsdu } from '../../../../harness/stack/session/decode.js';
import { encodeSpdu } from '../../../../harness/stack/session/encode.js';

const STREAM = 1000;

/** A tree with one leaf that is marked; the path to it may be long, so that lengths need more octets. */
const trees = fc.record({
  depth: fc.integer({ min: 1, max: 6 }),
  before: fc.uint8Array({ maxLength: 200 }),
  value: fc.uint8Array({ maxLength: 150 }),
  after: fc.uint8Array({ maxLength: 200 }),
  replacement: fc.uint8Array({ maxLength: 400 }),
  indefinite: fc.boolean(),
});

function tree(
  value: Uint8Array,
  { depth, before, after, indefinite }: { depth: number; before: Uint8Array; after: Uint8Array; indefinite: boolean },
): BerNode {
  let node = primitive(2, 7, value);
  for (let i = 0; i < depth; i += 1) {
    const inner = constructed(2, i, [primitive(0, 4, before), node, primitive(0, 4, after)]);
    node = indefinite && i % 2 === 0 ? { ...inner, form: { indefinite: true } } : inner;
  }
  return node;
}

describe('values put into octets', () => {
  it('have all lengths around them put right', () => {
    fc.assert(
      fc.property(trees, ({ value, replacement, ...shape }) => {
        const octets = writeBer(tree(value, shape));
        const expected = writeBer(tree(replacement, shape));
        let element = readElement(Octets.of(octets, STREAM)).element;
        while (element.constructed) element = element.children[1] as typeof element;
        const edit = { offset: element.offset + element.headerLength, length: value.length, octets: replacement };
        expect(toHex(rewriteElements(Octets.of(octets, STREAM), [edit]).octets)).to.equal(toHex(expected));
      }),
    );
  });

  it('say where what stood at an index stands now', () => {
    const octets = fromHex('300a0401aa0402bbbb0401cc');
    const { octets: made, indexOf } = rewriteElements(Octets.of(octets), [
      { offset: 7, length: 2, octets: fromHex('d0d1d2d3d4') },
    ]);
    expect(toHex(made)).to.equal('300d0401aa0405d0d1d2d3d4' + '0401cc');
    // The TLV behind, its value, and the end.
    expect([indexOf(0), indexOf(9), indexOf(11), indexOf(12)]).to.deep.equal([0, 12, 14, 15]);
  });

  it('go into what a value holds, where that is BER as a whole', () => {
    const nested = fromHex('3003040155');
    const octets = writeBer(primitive(0, 4, nested));
    const rewritten = rewriteElements(Octets.of(octets), [{ offset: 6, length: 1, octets: fromHex('6666') }]);
    expect(toHex(rewritten.octets)).to.equal('04063004040266' + '66');
  });

  const kept: readonly (readonly [what: string, octets: string, edit: Omit<Edit, 'octets'>])[] = [
    ['part of a value that is no BER', '0403010203', { offset: 3, length: 1 }],
    ['a value that lies in two segments', '24060401aa0401bb', { offset: 4, length: 4 }],
    ['octets that are not there', '0403010203', { offset: 9, length: 1 }],
    ['a value of what broke off', '30820100040155', { offset: 6, length: 1 }],
  ];
  for (const [what, text, edit] of kept) {
    it(`leave it as it is, and say so: ${what}`, () => {
      let undone = 0;
      const edits = [{ ...edit, octets: fromHex('777777'), undo: () => (undone += 1) }];
      const rewritten = rewriteElements(Octets.of(fromHex(text)), edits);
      expect([toHex(rewritten.octets), undone]).to.deep.equal([text, 1]);
    });
  }

  it('go into the parameters of an SPDU, and into the BER in its user data', () => {
    const userData = fromHex('3180a2058003626f620000');
    const connect = (reference: string, user: Uint8Array) =>
      encodeSpdu({
        kind: 'CONNECT',
        callingReference: fromHex(reference),
        commonReference: fromHex('1700'),
        functionalUnits: 0x0249,
        userData: user,
      });
    const tsdu = Octets.of(connect('0403414243', userData), STREAM);
    const [spdu] = decodeTsdu(tsdu).spdus;
    const reference = spdu?.callingReference as Octets;
    const user = spdu?.userData as Octets;
    const long = fromHex(`${'04'.padEnd(2, '0')}40${'41'.repeat(64)}`);
    const edits = [
      { offset: reference.offset, length: reference.length, octets: long },
      { offset: user.offsetAt(6), length: 3, octets: new Uint8Array(Buffer.from('robert')) },
    ];
    const expected = connect(toHex(long), fromHex(`3180a2088006${toHex(Buffer.from('robert'))}0000`));
    expect(toHex(rewriteTsdu(tsdu, edits))).to.equal(toHex(expected));
  });

  it('go into a DATA TRANSFER behind its GIVE TOKENS, bare or not', () => {
    const data = (user: string) =>
      concat([encodeSpdu({ kind: 'GIVE TOKENS' }), encodeSpdu({ kind: 'DATA TRANSFER', userData: fromHex(user) })]);
    const inData = (user: string, at: number, length: number, octets: string) => {
      const tsdu = Octets.of(data(user), STREAM);
      return toHex(rewriteTsdu(tsdu, [{ offset: STREAM + 4 + at, length, octets: fromHex(octets) }]));
    };
    expect(inData('6107300504030102' + '03', 6, 3, 'ffff')).to.equal(toHex(data('610630040402ffff')));
    // X.410 mode: a slice from the middle of an APDU, which looks like BER that breaks off.
    expect(inData('a0821000020304', 0, 7, 'a082100002aabbccdd')).to.equal(toHex(data('a082100002aabbccdd')));
    expect(inData('0403010203', 0, 5, '04020102')).to.equal(toHex(data('04020102')));
  });
});
