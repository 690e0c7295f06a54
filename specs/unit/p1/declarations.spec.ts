import { expect } from 'chai';
import { type Compiled, compile, firstTags } from '../../../harness/asn1/compile.js';
import type { Edition, TypeRef } from '../../../harness/asn1/types.js';
import { MTABindAPDU, MTABindArgument, MTABindError, MTABindResult } from '../../../harness/p1/bind.js';
import { extensionPlaceOf, extensionPlaces, isListedAt, standardExtensions } from '../../../harness/p1/extensions.js';
import { MTSAPDU } from '../../../harness/p1/mts-apdu.js';
import { extensionAttributes } from '../../../harness/p1/or-address-extensions.js';
import { AcseApdu } from '../../../harness/stack/acse/types.js';
import { AbortType, CP, CPA, CPR } from '../../../harness/stack/presentation/types.js';
import { AbortInformation, PAccept, PConnect, PRefuse, RtseApdu } from '../../../harness/stack/rtse/types.js';

const roots: Record<string, TypeRef> = {
  MTABindArgument,
  MTABindResult,
  MTABindError,
  MTABindAPDU,
  MTSAPDU,
  AcseApdu,
  CP,
  CPA,
  CPR,
  AbortType,
  RtseApdu,
  PConnect,
  PAccept,
  PRefuse,
  AbortInformation,
};
for (const { name, type } of standardExtensions.values()) if (type !== undefined) roots[name] = type;
for (const { name, type } of extensionAttributes.values()) roots[name] = type;

/** Every structure below a type, each once. */
function structuresOf(type: Compiled, edition: Edition, seen: Set<unknown> = new Set()): Compiled[] {
  if (type.base === 'collection') return structuresOf(type.of(), edition, seen);
  if (type.base !== 'structure' || seen.has(type.declaration)) return [];
  seen.add(type.declaration);
  return [type, ...type.members(edition).list.flatMap((each) => structuresOf(each.type, edition, seen))];
}

describe('declarations of P1 and the upper layers', () => {
  for (const edition of [1984, 1988] as const) {
    it(`${edition}: no two members of a SET or CHOICE, and no two that could follow each other, begin alike`, () => {
      for (const [root, ref] of Object.entries(roots)) {
        for (const structure of structuresOf(compile(ref), edition)) {
          if (structure.base !== 'structure') continue;
          const { list } = structure.members(edition);
          expect(list.length, `${root}: ${structure.name} is empty`).to.be.greaterThan(0);
          const isSequence = structure.declaration.kind === 'sequence';
          let seen = new Set<number>();
          for (const { type, declaration } of list) {
            for (const key of firstTags(type, edition) ?? []) {
              expect(seen.has(key), `${root}: ${structure.name}.${declaration.name}`).to.equal(false);
              seen.add(key);
            }
            // In a SEQUENCE a mandatory member ends the doubt.
            if (isSequence && !declaration.optional) seen = new Set();
          }
        }
      }
    });
  }

  it('names every structure', () => {
    for (const ref of Object.values(roots)) {
      for (const structure of structuresOf(compile(ref), 1988)) expect(structure.name).to.not.equal('');
    }
  });
});

describe('standard extensions, X.411', () => {
  const listed = (place: keyof typeof extensionPlaces): number[] =>
    [...standardExtensions.keys()].filter((number) => isListedAt(place, number));

  it('are 46, each with a name of its own', () => {
    expect([...standardExtensions.keys()]).to.deep.equal(Array.from({ length: 46 }, (_, i) => i + 1));
    expect(new Set([...standardExtensions.values()].map(({ name }) => name)).size).to.equal(46);
  });

  it('stand where X.411 and X.420 list them', () => {
    expect(listed('message')).to.deep.equal([1, 3, 4, 5, 13, 15, 17, 19, 20, 23, 26, 38, 40, 42, 45]);
    expect(listed('messagePerRecipient')).to.deep.equal([
      2, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 22, 25, 28, 41, 43, 44, 46,
    ]);
    expect(listed('probe')).to.deep.equal([1, 3, 4, 15, 20, 23, 24, 38]);
    expect(listed('probePerRecipient')).to.deep.equal([2, 6, 12, 25]);
    expect(listed('reportEnvelope')).to.deep.equal([20, 25, 30, 31, 32, 33, 38, 39]);
    expect(listed('reportContent')).to.deep.equal([23]);
    expect(listed('reportPerRecipient')).to.deep.equal([25, 27, 28, 29]);
  });

  it('have a place that can be told from the name of their collection', () => {
    for (const [place, name] of Object.entries(extensionPlaces)) expect(extensionPlaceOf(name)).to.equal(place);
    expect(extensionPlaceOf('SET OF')).to.equal(undefined);
  });
});

describe('extension attributes, X.411', () => {
  it('are 40, each with a name of its own', () => {
    expect([...extensionAttributes.keys()]).to.deep.equal(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(new Set([...extensionAttributes.values()].map(({ name }) => name)).size).to.equal(40);
  });
});
