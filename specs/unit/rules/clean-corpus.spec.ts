import { expect } from 'chai';
import fc from 'fast-check';
import { encode } from '../../../harness/asn1/encode.js';
import type { BerForm } from '../../../harness/ber/writer.js';
import { BindInvoke, BindResult, MTABindArgument, MTABindResult, MTSAPDU } from '../../../harness/p1/index.js';
import type { Mode } from '../../../harness/stack/association/events.js';
import type { Direction } from '../../../harness/stack/direction.js';
import { mtaBindArgument, mtaBindResult, mtsApdu } from '../p1/arbitraries.js';
import { type Carrier, carriers, cleanValue, type Root } from './injector/carrier.js';
import { cleanProfile, withoutBilateral } from './injector/clean.js';
import { behindAccept, everySpdu, written } from './injector/conversation.js';
import { type AssociationScript, association, type Sent } from './support/association.js';
import { judged } from './support/judged.js';

// Nothing of tier 1 or 2 in what is right, in whatever legal form of BER it is written and however TCP cuts it.

const forms: Readonly<Record<string, BerForm>> = {
  canonical: {},
  'of indefinite length': { indefinite: true },
  'with lengths in two octets': { lengthOctets: 2 },
  'with lengths in five octets': { lengthOctets: 5 },
  'with strings in segments of one octet': { segment: 1 },
  'with strings in segments of seven octets': { segment: 7 },
  'with SETs in reverse order': { reverseSets: true },
  'with all of that': { indefinite: true, segment: 3, reverseSets: true, lengthOctets: 3 },
};

/** One turn after the other chooses the next alternative of each CHOICE. */
const TURNS = 7;

function failing(sent: readonly Sent[], chunk?: number): string[] {
  return judged(sent, { chunk })
    .filter(({ tier }) => tier !== 3)
    .map((each) => `${each.rule} ${each.direction} ${each.offset}+${each.length} ${each.path}: ${each.message}`);
}

for (const carrier of carriers) {
  describe(`the clean corpus, mode ${carrier.mode}`, () => {
    const clean: Carrier = { ...carrier, profile: cleanProfile(carrier.profile) };
    const carry = (root: Root, direction: Direction, value: Uint8Array): readonly Sent[] =>
      root.carry([value], direction).sent;

    for (const root of clean.roots) {
      describe(root.name, () => {
        for (const [name, form] of Object.entries(forms)) {
          it(`finds nothing in values ${name}`, () => {
            for (const direction of root.directions) {
              const minimal = cleanValue(clean, root, { full: false }, form);
              expect(failing(carry(root, direction, minimal)), 'what must be').to.deep.equal([]);
            }
            for (let turn = 0; turn < TURNS; turn += 1) {
              const direction = root.directions[turn % root.directions.length] as Direction;
              const full = cleanValue(clean, root, { full: true, turn }, form);
              expect(failing(carry(root, direction, full)), `all that may be, turn ${turn}`).to.deep.equal([]);
            }
          });
        }
      });
    }

    for (const chunk of [1, 2, 3, 5, 7, 64, 1000]) {
      it(`finds nothing in a conversation that comes ${chunk} octets at a time`, () => {
        expect(
          failing(behindAccept(association({ mode: carrier.mode }), everySpdu(clean).map(written)), chunk),
        ).to.deep.equal([]);
      });
    }
  });
}

describe('the clean corpus, generated values', () => {
  const form = fc.constantFrom(...Object.values(forms));
  const script = (more: AssociationScript): string[] => failing(association(more));

  it('finds nothing in a generated APDU, explicit defaults or not', () => {
    const property = fc.property(
      mtsApdu,
      form,
      fc.boolean(),
      fc.constantFrom<Direction>('i2r', 'r2i'),
      fc.integer({ min: 1, max: 3000 }),
      fc.constantFrom<Mode>('normal', 'x410-1988'),
      (value, form, explicitDefaults, direction, slice, mode) => {
        const apdu = encode(MTSAPDU, withoutBilateral(value), { form, explicitDefaults });
        expect(script({ mode, transfers: [{ apdu, direction, slice }] })).to.deep.equal([]);
      },
    );
    fc.assert(property, { numRuns: 120 });
  });

  it('finds nothing in a generated bind', () => {
    const modes = fc.constantFrom<Mode>('normal', 'x410-1988');
    const property = fc.property(mtaBindArgument, mtaBindResult, form, modes, (argument, result, form, mode) => {
      const [request, answer] = mode === 'normal' ? [BindInvoke, BindResult] : [MTABindArgument, MTABindResult];
      const bind = {
        mode,
        argument: encode(request, withoutBilateral(argument), { form }),
        result: encode(answer, withoutBilateral(result), { form }),
      };
      expect(script(bind)).to.deep.equal([]);
    });
    fc.assert(property, { numRuns: 100 });
  });
});
