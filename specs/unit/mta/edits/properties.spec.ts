import { expect } from 'chai';
import fc from 'fast-check';
import type { Element } from '../../../../harness/ber/element.js';
import { Octets, toHex } from '../../../../harness/ber/octets.js';
import { readElement, readElements } from '../../../../harness/ber/reader.js';
import { primitive, writeBer } from '../../../../harness/ber/writer.js';
import { applyEdits, type Edit } from '../../../../harness/mta/edits/index.js';
import { MTSAPDU } from '../../../../harness/p1/mts-apdu.js';
import { message } from './samples.js';

const form = fc.record(
  {
    indefinite: fc.boolean(),
    lengthOctets: fc.integer({ min: 1, max: 6 }),
    segment: fc.integer({ min: 1, max: 40 }),
    reverseSets: fc.boolean(),
  },
  { requiredKeys: [] },
);
const tlv = fc
  .record({
    tagClass: fc.constantFrom(0, 1, 2, 3) as fc.Arbitrary<0 | 1 | 2 | 3>,
    tagNumber: fc.integer({ min: 1, max: 70_000 }),
    content: fc.uint8Array({ maxLength: 300 }),
  })
  .map(({ tagClass, tagNumber, content }) => writeBer(primitive(tagClass, tagNumber, content)));

/** Raw paths of all that is constructed, with how much stands in each. */
function places(octets: Uint8Array): { readonly at: string; readonly count: number }[] {
  const found: { at: string; count: number }[] = [];
  const visit = (element: Element, at: string): void => {
    if (!element.constructed) return;
    found.push({ at, count: element.children.length });
    for (const [i, child] of element.children.entries()) visit(child, `${at}/#${i}`);
  };
  visit(readElement(Octets.of(octets)).element, '');
  return found;
}

describe('edits, whatever the form and the place', () => {
  it('change nothing where there are none', () => {
    fc.assert(
      fc.property(form, (each) => {
        const octets = message(each);
        expect(toHex(applyEdits(octets, MTSAPDU, []))).to.equal(toHex(octets));
      }),
      { numRuns: 60 },
    );
  });

  it('give the original where what was injected is removed again', () => {
    fc.assert(
      fc.property(form, tlv, fc.nat(), fc.boolean(), (each, foreign, where, first) => {
        const octets = message(each);
        const all = places(octets);
        const { at, count } = all[where % all.length]!;
        // By its raw path, the root is what the value stands in.
        const inject: Edit = { inject: { at, tlv: foreign, place: first ? 'first' : 'last' } };
        const remove: Edit = { remove: { at: `${at}/#${first ? 0 : count}` } };
        const changed = applyEdits(octets, MTSAPDU, [inject]);
        expect(changed.length).to.be.at.least(octets.length + foreign.length);
        expect(readElements(Octets.of(changed)).error).to.equal(undefined);
        expect(toHex(applyEdits(octets, MTSAPDU, [inject, remove]))).to.equal(toHex(octets));
      }),
      { numRuns: 150 },
    );
  });

  it('keep the octets of all that does not stand around the change', () => {
    fc.assert(
      fc.property(form, tlv, fc.nat(), (each, foreign, where) => {
        const octets = message(each);
        const all = places(octets);
        const { at } = all[where % all.length]!;
        const changed = applyEdits(octets, MTSAPDU, [{ inject: { at, tlv: foreign } }]);
        const steps = [...at.matchAll(/#(\d+)/g)].map(([, index]) => Number(index));
        let [before, after] = [readElement(Octets.of(octets)).element, readElement(Octets.of(changed)).element];
        for (const step of steps) {
          const rest = (element: Element) => element.children.filter((_, i) => i !== step);
          expect(rest(after).map((child) => toHex(child.toBytes()))).to.deep.equal(
            rest(before).map((child) => toHex(child.toBytes())),
          );
          expect(after.indefinite).to.equal(before.indefinite);
          [before, after] = [before.children[step]!, after.children[step]!];
        }
        const kept = after.children.slice(0, -1).map((child) => toHex(child.toBytes()));
        expect(kept).to.deep.equal(before.children.map((child) => toHex(child.toBytes())));
        expect(toHex(after.children[after.children.length - 1]!.toBytes())).to.equal(toHex(foreign));
      }),
      { numRuns: 100 },
    );
  });

  it('never throw but typed errors, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom('', 'message', '/#0', '[0]'), (octets, at) => {
        try {
          applyEdits(octets, MTSAPDU, [{ inject: { at, tlv: '0500' } }, { rewrite: { form: 'constructed-strings' } }]);
        } catch (error) {
          expect((error as { code?: string }).code).to.match(/^ERR_EDIT_(PATH|PLACE|UNREADABLE)$/);
        }
      }),
      { numRuns: 300 },
    );
  });
});
