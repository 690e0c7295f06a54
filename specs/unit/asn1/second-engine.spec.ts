import { AsnConvert } from '@peculiar/asn1-schema';
import { expect } from 'chai';
import fc from 'fast-check';
import { encode } from '../../../harness/asn1/encode.js';
import { secondEngineGaps, secondEngineType } from '../../../harness/asn1/second-engine.js';
import { integer, type StructureClass, sequenceOf, type TypeRef } from '../../../harness/asn1/types.js';
import { fromHex, toHex } from '../../../harness/ber/octets.js';
import { agree } from './engines.js';
import {
  Country,
  Everything,
  Extension,
  Loose,
  LooseAgain,
  Looser,
  Primitives,
  Strict,
  Tagging,
  Transfer,
  Tree,
} from './types.js';
import { valuesOf } from './values.js';

describe('the second engine, on the stated domain', () => {
  const types = [
    Country,
    Tagging,
    Loose,
    Looser,
    LooseAgain,
    Strict,
    Extension,
    Primitives,
    Tree,
    Transfer,
    Everything,
  ];
  for (const type of types as StructureClass[]) {
    it(`agrees with the first: ${type.name}`, () => {
      fc.assert(
        fc.property(valuesOf(type), (value) => agree(type, value)),
        { numRuns: 60 },
      );
    });
  }

  it('adds nothing to a value that can be seen', () => {
    const value = AsnConvert.parse(fromHex('6104 1302 4742'), Country);
    expect(Object.keys(value)).to.deep.equal(['alpha']);
    for (const key in value) expect(key).to.equal('alpha');
  });

  it('takes plain objects inside', () => {
    const value = Object.assign(new Loose(), { first: 1, third: { alpha: 'GB' } });
    expect(toHex(new Uint8Array(AsnConvert.serialize(value)))).to.equal(toHex(encode(Loose, value)));
  });

  it('reads and writes a type that is no class', () => {
    const list: TypeRef = sequenceOf(integer());
    const List = secondEngineType(list);
    expect(AsnConvert.parse(fromHex('3006 020101 020102'), List)).to.deep.equal([1, 2]);
    expect(toHex(new Uint8Array(AsnConvert.serialize(new List([1, 2]))))).to.equal('3006020101020102');
  });

  it('refuses what is not of the type', () => {
    for (const hex of ['6204 1302 4742', '6104 1602 4742', '6100', '6108 1302 4742 1302 4742']) {
      expect(() => AsnConvert.parse(fromHex(hex), Country), hex).to.throw();
    }
    expect(() => AsnConvert.parse(fromHex('3003 020101'), Strict)).to.throw();
  });

  it('says where it falls short', () => {
    expect(secondEngineGaps(Country)).to.deep.equal([]);
    expect(secondEngineGaps(Transfer)).to.deep.equal([
      'Strict.old: of 1984 only',
      'Transfer.content: in memory as a whole',
    ]);
    expect(secondEngineGaps(Extension)).to.deep.equal(['Extension.value: types it resolves to are not listed']);
  });
});
