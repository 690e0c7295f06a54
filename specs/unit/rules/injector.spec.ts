import { expect } from 'chai';
import { Judge } from '../../../harness/rules/judge.js';
import { type Carrier, normalCarrier, x410Carrier } from './injector/carrier.js';
import type { PlaceKind } from './injector/places.js';
import { reachableStructures } from './injector/reachable.js';
import { failuresOf, type Injection, injectionsOf, slicedFailureOf } from './injector/run.js';

// The leak injector: a foreign element in every place that the declarations have, each found where it stands, and once.

/** A mode, and what its declarations are known to have. */
interface Expected {
  readonly carrier: Carrier;
  /** The fewest places by root and family: with fewer, declarations went missing or the walk missed them. */
  readonly least: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Structures that belong to other modes, or are barred as a whole. */
  readonly elsewhere: readonly string[];
}

const modes: readonly Expected[] = [
  {
    carrier: normalCarrier,
    least: {
      CONNECT: { 'CP-type': 40, 'AARQ-apdu': 130, RTORQapdu: 16, 'bind-invoke': 88 },
      ACCEPT: { 'CPA-PPDU': 34, 'AARE-apdu': 90, RTOACapdu: 16, 'bind-result': 77 },
      REFUSE: { 'CPR-PPDU': 22, 'AARE-apdu': 90, RTORJapdu: 3, 'bind-error': 1 },
      ABORT: { 'Abort-type': 17, 'ABRT-apdu': 13, RTABapdu: 3 },
      FINISH: { 'User-data': 8, 'RLRQ-apdu': 1 },
      DISCONNECT: { 'User-data': 8, 'RLRE-apdu': 1 },
      PLEASE: { 'User-data': 8 },
      DATA: { 'User-data': 8, RTTRapdu: 2 },
      TRANSFER: { EXTERNAL: 8, 'MTS-APDU': 1, message: 4000, probe: 2300, report: 4600 },
    },
    elsewhere: [
      'CPR-PPDU.x410-mode-parameters',
      'ARU-PPDU.x410-mode-parameters',
      // Protected credentials: BIND-019 tells of them, and of nothing inside them.
      'ProtectedPassword',
      'Signature',
    ],
  },
  {
    carrier: x410Carrier('x410-1988'),
    least: {
      CONNECT: { PConnect: 20, MTABindArgument: 87 },
      ACCEPT: { PAccept: 20, MTABindResult: 76 },
      REFUSE: { PRefuse: 2 },
      ABORT: { AbortInformation: 3 },
      // RTTP stands there bare: an INTEGER, in which nothing else has room.
      PLEASE: {},
      TRANSFER: { message: 4000, probe: 2300, report: 4600 },
    },
    elsewhere: ['ProtectedPassword', 'Signature'],
  },
  {
    carrier: x410Carrier('x410-1984'),
    least: {
      CONNECT: { PConnect: 20, MTABindArgument: 12 },
      ACCEPT: { PAccept: 20, MTABindResult: 12 },
      REFUSE: { PRefuse: 2 },
      ABORT: { AbortInformation: 3 },
      PLEASE: {},
      TRANSFER: { message: 260, probe: 250, report: 400 },
    },
    elsewhere: [],
  },
];

const OF_KIND: Readonly<Record<PlaceKind, string>> = {
  member: '',
  alternative: ', in the place of an alternative',
  wrapper: '',
  segment: ', between its segments',
  null: '',
  tail: ', behind its named bits',
};

for (const { carrier, least, elsewhere } of modes) {
  describe(`the leak injector, mode ${carrier.mode}`, () => {
    const types = new Set<string>();

    for (const root of carrier.roots) {
      const injections = injectionsOf(carrier, root);
      const families = groupBy(injections, ({ place }) => place.family);
      for (const { place } of injections) if (place.kind === 'member') types.add(place.type);

      describe(root.name, () => {
        let failures: ReadonlyMap<Injection, string>;
        before(() => {
          failures = failuresOf(root, injections);
        });

        for (const [family, own] of families) {
          describe(family, () => {
            for (const [type, some] of groupBy(own, ({ place }) => `${place.type}${OF_KIND[place.kind]}`)) {
              it(`finds what is foreign in ${type} (${some.length})`, () => {
                expect(some.flatMap((each) => failures.get(each) ?? [])).to.deep.equal([]);
              });
            }
          });
        }

        it('has no fewer places than it had', () => {
          expect([...families.keys()]).to.have.members(Object.keys(least[root.name] ?? {}));
          for (const [family, count] of Object.entries(least[root.name] ?? {})) {
            const places = new Set(families.get(family)?.map(({ place }) => place));
            expect(places.size, family).to.be.at.least(count);
          }
        });

        if (injections.length === 0) return;
        it('is not blind: without rules, nothing is found', () => {
          const some = injections.slice(0, 20);
          expect(failuresOf(root, some, () => new Judge({ rules: [] })).size).to.equal(some.length);
        });
      });

      if (root.name === 'TRANSFER') {
        it('finds a foreign element that slices, TPKTs and TCP cut into single octets', () => {
          const some = injections.filter((_, i) => i % 211 === 0);
          const failures = some.flatMap((each, i) => slicedFailureOf(carrier.mode, each, (i % 3) + 1) ?? []);
          expect(failures).to.deep.equal([]);
        });
      }
    }

    it('has been in every SEQUENCE and SET that a root leads to', () => {
      const missed = [...reachableStructures(carrier)].filter((name) => !types.has(name));
      expect(missed).to.have.members(elsewhere);
    });
  });
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return groups;
}
