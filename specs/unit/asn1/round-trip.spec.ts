import { expect } from 'chai';
import fc from 'fast-check';
import { decode } from '../../../harness/asn1/decode.js';
import { encode } from '../../../harness/asn1/encode.js';
import type { StructureClass } from '../../../harness/asn1/types.js';
import { Octets } from '../../../harness/ber/octets.js';
import { readElement } from '../../../harness/ber/reader.js';
import type { BerForm } from '../../../harness/ber/writer.js';
import { cutAt, cutEvery } from '../ber/support.js';
import {
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
import { formless, plain, unordered, valuesOf } from './values.js';

const types: StructureClass[] = [
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
];

const forms: fc.Arbitrary<BerForm> = fc.record({
  indefinite: fc.boolean(),
  lengthOctets: fc.integer({ min: 0, max: 6 }),
  segment: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  reverseSets: fc.boolean(),
});

describe('a value that is encoded and decoded', () => {
  for (const type of types) {
    it(`is the same, without an issue: ${type.name}`, () => {
      fc.assert(
        fc.property(valuesOf(type), (value) => {
          const { element, rest } = readElement(Octets.of(encode(type, value)));
          const { decoded, issues, omittedIssues } = decode(type, element);
          expect(rest.length).to.equal(0);
          expect(issues).to.deep.equal([]);
          expect(omittedIssues).to.equal(0);
          expect(plain(decoded?.value)).to.deep.equal(plain(value));
        }),
        { numRuns: 60 },
      );
    });

    it(`is the same in every legal form and any cut, with no issue but its form: ${type.name}`, () => {
      fc.assert(
        fc.property(valuesOf(type), forms, fc.integer({ min: 1, max: 40 }), (value, form, size) => {
          const bytes = encode(type, value, { form });
          const { element } = readElement(cutEvery(bytes, size));
          const { decoded, issues } = decode(type, element);
          expect(issues.filter(({ kind }) => kind !== 'encoding-form')).to.deep.equal([]);
          if (form.reverseSets !== true) expect(formless(decoded?.value)).to.deep.equal(formless(value));
          expect(unordered(decoded?.value)).to.deep.equal(unordered(value));
        }),
        { numRuns: 60 },
      );
    });
  }

  it('is the same wherever the octets are cut in two', () => {
    fc.assert(
      fc.property(valuesOf(Everything), forms, (value, form) => {
        const bytes = encode(Everything, value, { form });
        const whole = decode(Everything, readElement(Octets.of(bytes, 9)).element);
        for (let at = 1; at < Math.min(bytes.length, 200); at += 1) {
          const { decoded, issues } = decode(Everything, readElement(cutAt(bytes, at, 9)).element);
          expect(plain(decoded?.value)).to.deep.equal(plain(whole.decoded?.value));
          expect(issues).to.deep.equal(whole.issues);
        }
      }),
      { numRuns: 6 },
    );
  });
});
