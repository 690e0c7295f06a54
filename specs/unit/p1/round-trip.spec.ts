import { expect } from 'chai';
import fc from 'fast-check';
import { BitString } from '../../../harness/asn1/bit-string.js';
import { encode } from '../../../harness/asn1/encode.js';
import type { TypeRef } from '../../../harness/asn1/types.js';
import type { Element } from '../../../harness/ber/element.js';
import { Octets } from '../../../harness/ber/octets.js';
import { readElement } from '../../../harness/ber/reader.js';
import { type BerForm, type BerNode, writeBer } from '../../../harness/ber/writer.js';
import { MTABindArgument, MTABindResult } from '../../../harness/p1/bind.js';
import { upgrade } from '../../../harness/p1/downgrade.js';
import { MTSIdentifier } from '../../../harness/p1/identifiers.js';
import { MessageTransferEnvelope } from '../../../harness/p1/message.js';
import { MTSAPDU } from '../../../harness/p1/mts-apdu.js';
import { ORName } from '../../../harness/p1/or-name.js';
import { formatMTSIdentifier, formatORName } from '../../../harness/p1/text.js';
import * as arbitrary from './arbitraries.js';
import { mtsApdu1984 } from './arbitraries-1984.js';
import { decodeAs } from './support.js';

const types: [string, TypeRef, fc.Arbitrary<unknown>][] = [
  ['MTABindArgument', MTABindArgument, arbitrary.mtaBindArgument],
  ['MTABindResult', MTABindResult, arbitrary.mtaBindResult],
  ['MTSIdentifier', MTSIdentifier, arbitrary.mtsIdentifier],
  ['ORName', ORName, arbitrary.orName],
  ['MessageTransferEnvelope', MessageTransferEnvelope, arbitrary.messageTransferEnvelope],
  ['MTS-APDU', MTSAPDU, arbitrary.mtsApdu],
];

const forms: [string, BerForm][] = [
  ['canonical', {}],
  ['indefinite lengths', { indefinite: true }],
  ['long lengths', { lengthOctets: 4 }],
  ['constructed strings', { segment: 3 }],
];

const openMembers = new Set([
  'value',
  'extensionAttributeValue',
  'bilateralInformation',
  'billingInformation',
  'additionalInformation',
]);

/** The octets of an open type are given as sent, in whatever form: here they are brought to the shortest. */
function minimalOpenValues(value: unknown, name = ''): unknown {
  if (value instanceof Uint8Array) return openMembers.has(name) ? minimal(value) : value;
  if (Array.isArray(value)) return value.map((each) => minimalOpenValues(each));
  if (value === null || typeof value !== 'object' || value instanceof BitString) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, minimalOpenValues(each, key)]));
}

function minimal(tlv: Uint8Array): Uint8Array {
  const node = ({ tagClass, tagNumber, constructed, children, bytes }: Element): BerNode => ({
    tagClass,
    tagNumber,
    content: constructed ? children.map(node) : bytes,
  });
  return new Uint8Array(writeBer(node(readElement(Octets.of(tlv)).element)));
}

describe('what is encoded is decoded again', () => {
  for (const [name, type, values] of types) {
    for (const [formName, form] of forms) {
      it(`${name}, ${formName}`, () => {
        fc.assert(
          fc.property(values, (value) => {
            const read = decodeAs(type, encode(type, value, { form }));
            expect(read.issues.filter(({ kind }) => kind !== 'encoding-form')).to.deep.equal([]);
            expect(minimalOpenValues(read.decoded?.value)).to.deep.equal(value);
          }),
          { numRuns: 40 },
        );
      });
    }
  }

  it('MTS-APDU with its SETs in reverse', () => {
    fc.assert(
      fc.property(arbitrary.mtsApdu, (value) => {
        const read = decodeAs(MTSAPDU, encode(MTSAPDU, value, { form: { reverseSets: true } }));
        expect(read.issues).to.deep.equal([]);
        const again = encode(MTSAPDU, read.decoded?.value, { form: { reverseSets: true } });
        expect(decodeAs(MTSAPDU, again).decoded?.value).to.deep.equal(value);
      }),
      { numRuns: 40 },
    );
  });

  for (const [formName, form] of forms) {
    it(`MTS-APDU of 1984, ${formName}`, () => {
      fc.assert(
        fc.property(mtsApdu1984, (value) => {
          const octets = encode(MTSAPDU, value, { form, edition: 1984 });
          const read = decodeAs(MTSAPDU, octets, 1984);
          expect(read.issues.filter(({ kind }) => kind !== 'encoding-form')).to.deep.equal([]);
          expect(minimalOpenValues(read.decoded?.value)).to.deep.equal(value);
          const later = decodeAs(MTSAPDU, octets, 1988);
          expect(later.issues.filter(({ kind }) => kind !== 'encoding-form')).to.deep.equal([]);
          expect(minimalOpenValues(later.decoded?.value)).to.deep.equal(upgrade(value));
        }),
        { numRuns: 40 },
      );
    });
  }

  it('names are text, whatever they hold', () => {
    fc.assert(
      fc.property(arbitrary.orName, arbitrary.mtsIdentifier, (orName, identifier) => {
        expect(formatORName(orName)).to.be.a('string');
        expect(formatMTSIdentifier(identifier)).to.match(/^\[\/.*;/s);
      }),
      { numRuns: 40 },
    );
  });
});
