import { AsnConvert } from '@peculiar/asn1-schema';
import { expect } from 'chai';
import fc from 'fast-check';
import { isStructureClass } from '../../../harness/asn1/declare.js';
import { decode } from '../../../harness/asn1/decode.js';
import * as directoryName from '../../../harness/asn1/directory-name.js';
import type { StructureClass } from '../../../harness/asn1/types.js';
import { concat, fromHex, Octets, toHex } from '../../../harness/ber/octets.js';
import { readElement } from '../../../harness/ber/reader.js';
import * as p1 from '../../../harness/p1/index.js';
import * as acse from '../../../harness/stack/acse/types.js';
import * as presentation from '../../../harness/stack/presentation/types.js';
import * as rtse from '../../../harness/stack/rtse/types.js';
import { agree } from './engines.js';
import { plain, valuesOf } from './values.js';

const modules = { 'directory names': directoryName, P1: p1, ACSE: acse, presentation, RTSE: rtse };

/** The types on which the two engines are held against each other longest. */
const central = new Set<StructureClass>([
  p1.MTSIdentifier,
  p1.ORName,
  p1.TraceInformationElement,
  p1.MTABindArgument,
  p1.MessageTransferEnvelope,
  p1.MTSAPDU,
]);

describe('the second engine, on the types of the stack and of P1', () => {
  for (const [name, exported] of Object.entries(modules)) {
    const classes = new Set(Object.values(exported).filter(isStructureClass));
    for (const type of classes) {
      it(`agrees with the first: ${name}, ${type.name}`, () => {
        fc.assert(
          fc.property(valuesOf(type, 8), (value) => agree(type, value)),
          { numRuns: central.has(type) ? 60 : 10 },
        );
      });
    }
  }

  it('reads the bind argument of a real MTA', () => {
    const octets = concat([
      fromHex('a1228013'),
      Buffer.from('percival.smhs.co.uk'),
      fromHex('a10b1609'),
      Buffer.from('excalibur'),
    ]);
    const value = AsnConvert.parse(octets, p1.MTABindArgument);
    expect(value.authenticated?.initiatorName).to.equal('percival.smhs.co.uk');
    expect(plain(value)).to.deep.equal(
      plain(decode(p1.MTABindArgument, readElement(Octets.of(octets)).element).decoded?.value),
    );
    expect(toHex(new Uint8Array(AsnConvert.serialize(value)))).to.equal(toHex(octets));
  });
});
