import { expect } from 'chai';
import fc from 'fast-check';
import { decode } from '../../../harness/asn1/decode.js';
import { berFromBytes, encode, toBer } from '../../../harness/asn1/encode.js';
import { octetString, openType, sequenceOf } from '../../../harness/asn1/types.js';
import { P1specError } from '../../../harness/ber/error.js';
import { fromHex, Octets, toHex } from '../../../harness/ber/octets.js';
import { readElement } from '../../../harness/ber/reader.js';
import { type BerElement, constructed, writeBer } from '../../../harness/ber/writer.js';
import { berTree } from '../ber/support.js';
import { Everything, Extension, Loose, Primitives, Strict, Untagged } from './types.js';

const hex = (...input: Parameters<typeof encode>): string => toHex(encode(...input));

describe('encode', () => {
  const loose = { first: 5, third: { alpha: 'GB' }, fourth: 1, fifth: undefined, sixth: [] };

  it('leaves out what equals its default, unless it is told not to', () => {
    expect(hex(Loose, loose)).to.equal('310980010561041302' + '4742');
    expect(hex(Loose, loose, { explicitDefaults: true })).to.equal('310e80010561041302' + '4742' + '820101' + 'a400');
    expect(hex(Loose, { ...loose, fourth: 2, sixth: [1] })).to.equal(
      '311180010561041302' + '4742' + '820102' + 'a403020101',
    );
  });

  it('writes in the form that is asked', () => {
    expect(hex(Loose, loose, { form: { indefinite: true, reverseSets: true } })).to.equal(
      '318061801302474200008001050000',
    );
  });

  it('knows its nodes by name, so that one can be spoilt', () => {
    const tree = toBer(Strict, { a: 1, b: 2 }) as BerElement;
    const content = tree.content as BerElement[];
    expect(content.map(({ name }) => name)).to.deep.equal(['a', 'b']);
    const spoilt = {
      ...tree,
      content: content.map((node) => (node.name === 'b' ? { ...node, form: { lengthError: 5 } } : node)),
    };
    expect(toHex(writeBer(spoilt))).to.equal('3006020101020602');
  });

  const misfits: [what: string, path: string, run: () => unknown][] = [
    ['a missing member', 'Strict.b', () => encode(Strict, { a: 1 })],
    [
      'a value of another type, deep inside',
      'Everything.extensions[1].value.a',
      () =>
        encode(Everything, {
          extensions: [
            { type: 3, value: null },
            { type: 1, value: { a: 'x', b: 1 } },
          ],
        }),
    ],
    ['no alternative', 'Untagged', () => encode(Untagged, {})],
    ['two alternatives', 'Untagged', () => encode(Untagged, { numeric: '1', nothing: null })],
    ['no object', 'Strict', () => encode(Strict, null)],
    ['no array', 'SEQUENCE OF', () => encode(sequenceOf(Strict), {})],
    ['an open type of unknown content', 'Extension.value', () => encode(Extension, { type: 9, value: 5 })],
  ];
  for (const [what, path, run] of misfits) {
    it(`says where ${what} is`, () => {
      expect(run).to.throw(P1specError).with.nested.include({ code: 'ERR_ENCODE', 'at.path': path });
    });
  }

  it('takes an open type as its value, its octets or a tree', () => {
    expect(hex(Extension, { type: 1, value: { a: 1, b: 2 } })).to.equal('300d020101a1083006020101020102');
    expect(hex(Extension, { type: 1, value: fromHex('0500') })).to.equal('3007020101a1020500');
    expect(hex(Extension, { type: 1, value: constructed(3, 1, []) })).to.equal('3007020101a102e100');
    expect(hex(Extension, { type: 1, value: { raw: fromHex('ffff') } })).to.equal('3007020101a102ffff');
    expect(hex(Extension, { type: 9, value: fromHex('0405') })).to.equal('3007020109a1020405');
    // The value of an OCTET STRING is octets too: these are its content.
    expect(hex(Extension, { type: 2, value: fromHex('0500') })).to.equal('3009020102a10404020500');
    expect(
      hex(
        openType(() => octetString()),
        fromHex('aa'),
      ),
    ).to.equal('0401aa');
  });

  it('writes any text in the octets of its string', () => {
    const { decoded, issues } = decode(
      Primitives,
      readElement(Octets.of(encode(Primitives, { printable: 'é@' }))).element,
    );
    expect(decoded?.get('printable')?.value).to.equal('é@');
    expect(issues.map(({ kind }) => kind)).to.deep.equal(['charset']);
  });
});

describe('berFromBytes', () => {
  it('gives a tree that is written as it was', () => {
    fc.assert(
      fc.property(berTree, (tree) => {
        const bytes = writeBer(tree);
        expect(toHex(writeBer(berFromBytes(bytes)))).to.equal(toHex(bytes));
      }),
      { numRuns: 60 },
    );
  });
  it('keeps what is no BER, or not in the fewest octets', () => {
    for (const each of ['ff', '05000500', '0480', '1f0500', '30041f050500']) {
      expect(toHex(writeBer(berFromBytes(fromHex(each))))).to.equal(each);
    }
  });
});
