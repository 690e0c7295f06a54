import { expect } from 'chai';
import fc from 'fast-check';
import { concat, toHex } from '../../../../harness/ber/octets.js';
import {
  FAULT_LAYERS,
  type FaultAction,
  type FaultCount,
  FaultError,
  faultActions,
  faultKinds,
  type LayerFault,
} from '../../../../harness/link/faults/index.js';
import { modes, type Piece, recorded, replayed, stream, tpkts } from './recorded.js';
import { wire } from './support.js';

const action = (kind: FaultAction['kind']): fc.Arbitrary<FaultAction> => {
  const number = fc.oneof(fc.integer({ min: 4, max: 60 }), fc.integer({ min: 4, max: 7000 }));
  switch (kind) {
    case 'delay':
      return fc.record({ kind: fc.constant(kind), milliseconds: fc.integer({ min: 0, max: 1000 }) });
    case 'truncate':
      return fc.record({ kind: fc.constant(kind), octets: number });
    case 'corrupt':
      return fc.record({ kind: fc.constant(kind), octet: number, mask: fc.integer({ min: 1, max: 255 }) });
    case 'split':
      return fc.record({ kind: fc.constant(kind), at: number });
    default:
      return fc.constant({ kind });
  }
};

const nth: fc.Arbitrary<FaultCount> = fc.oneof(
  fc.integer({ min: 1, max: 8 }),
  fc.constant('every' as const),
  fc.record({ first: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ from: fc.integer({ min: 1, max: 4 }) }),
);

/** Any fault above TCP: there it is a matter of how octets are cut what a unit is. */
const anyFault: fc.Arbitrary<LayerFault> = fc
  .constantFrom(...FAULT_LAYERS.slice(1))
  .chain((layer) => fc.constantFrom(...faultKinds(layer)).map((kind) => ({ layer, kind })))
  .chain(({ layer, kind }) =>
    fc.record({
      direction: fc.constantFrom('sent' as const, 'received' as const),
      layer: fc.constant(layer),
      kind: fc.constant(kind),
      nth,
      does: fc.constantFrom(...faultActions(layer, kind)).chain(action),
    }),
  );

/** The same octets in other pieces. */
function recut(pieces: readonly Piece[], sizes: readonly number[]): Piece[] {
  let i = 0;
  return pieces.flatMap(({ direction, bytes }) => {
    const cut: Piece[] = [];
    for (let start = 0; start < bytes.length; ) {
      const size = sizes[i++ % sizes.length] ?? 1;
      cut.push({ direction, bytes: bytes.subarray(start, start + size) });
      start += size;
    }
    return cut;
  });
}

/** What comes out in the end, and what was hit on the way. */
function outcome(pieces: readonly Piece[], faults: readonly LayerFault[]) {
  const { wire, told } = replayed(pieces, faults);
  for (let i = 0; i < 50; i++) wire.pass(1000);
  wire.here.close();
  wire.responder.close();
  wire.deliverAll();
  for (let i = 0; i < 50; i++) wire.pass(1000);
  const { hits, unmet } = wire.plan;
  const which = hits.map(({ index, kind, nth }) => ({ index, kind, nth }));
  return { i2r: octetsIn(told.i2r), r2i: octetsIn(told.r2i), hits: which, unmet };
}

const octetsIn = (told: readonly string[]) => told.filter((each) => /^[0-9a-f]+$/.test(each)).join('');

describe('any faults at a conversation', () => {
  it('have the same outcome however its octets are cut', async () => {
    let hits = 0;
    for (const mode of modes) {
      const pieces = await recorded(mode);
      fc.assert(
        fc.property(
          fc.array(anyFault, { minLength: 1, maxLength: 4 }),
          fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 5 }),
          (faults, sizes) => {
            const [whole, cut] = [outcome(pieces, faults), outcome(recut(pieces, sizes), faults)];
            expect(cut).to.deep.equal(whole);
            hits += whole.hits.length;
          },
        ),
        { numRuns: 60, seed: 7 },
      );
    }
    expect(hits).to.be.greaterThan(200);
  });

  it('change nothing but the TSDU that they hit', async () => {
    const inPlace: FaultAction['kind'][] = ['drop', 'truncate', 'corrupt', 'split', 'duplicate'];
    const fault = anyFault.filter(({ does, layer }) => inPlace.includes(does.kind) && layer !== 'p1');
    for (const mode of modes) {
      const pieces = await recorded(mode);
      fc.assert(
        fc.property(fault, fc.integer({ min: 1, max: 8 }), (any, number) => {
          const { passed, wire } = replayed(pieces, [{ ...any, nth: number }]);
          const of = any.direction === 'sent' ? 'i2r' : 'r2i';
          const other = any.direction === 'sent' ? 'r2i' : 'i2r';
          expect(toHex(stream(passed, other))).to.equal(toHex(stream(pieces, other)));
          const [before, after] = [toHex(stream(pieces, of)), toHex(stream(passed, of))];
          if (wire.plan.hits.length === 0) {
            expect(after).to.equal(before);
            return;
          }
          // One TPKT of the recording is one TSDU.
          const all = tpkts(pieces, of);
          const same = all.findIndex((_, i) => !after.startsWith(all.slice(0, i + 1).join('')));
          const rest = all.slice((same < 0 ? all.length : same) + 1).join('');
          expect(after.endsWith(rest)).to.equal(true);
        }),
        { numRuns: 100, seed: 8 },
      );
    }
  });

  it('stand octets that are nothing at all, and pass those that they do not hit', async () => {
    const pieces = await recorded('normal');
    const all = concat(pieces.map(({ bytes }) => bytes));
    const damage = fc.array(fc.tuple(fc.nat(all.length - 1), fc.integer({ min: 1, max: 255 })), { maxLength: 30 });
    fc.assert(
      fc.property(damage, fc.array(anyFault, { maxLength: 3 }), fc.boolean(), (places, faults, random) => {
        const octets = random ? Uint8Array.from(places.map(([, each]) => each)) : all.slice();
        if (!random) for (const [place, mask] of places) octets[place] = (octets[place] as number) ^ mask;
        const { here, heard, plan, deliverAll, pass } = wire(faults);
        here.send(octets);
        here.close();
        deliverAll();
        for (let i = 0; i < 20; i++) pass(1000);
        if (plan.hits.length > 0) return;
        expect(octetsIn(heard.there)).to.equal(toHex(octets));
      }),
      { numRuns: 150, seed: 9 },
    );
  });

  it('are the faults that can be', () => {
    fc.assert(
      fc.property(anyFault, (fault) => {
        expect(() => wire([fault])).to.not.throw(FaultError);
      }),
      { numRuns: 200, seed: 10 },
    );
  });
});
