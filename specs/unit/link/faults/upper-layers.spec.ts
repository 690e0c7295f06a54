import { expect } from 'chai';
import { Octets, toHex } from '../../../../harness/ber/octets.js';
import type { FaultAction, FaultLayer, LayerFault } from '../../../../harness/link/faults/index.js';
import { decodeTpdu } from '../../../../harness/stack/cotp/codec.js';
import type { Mode } from '../../../../harness/stack/mode.js';
import { decodeTsdu } from '../../../../harness/stack/session/decode.js';
import {
  eventsOf,
  type Located,
  locate,
  modes,
  opposite,
  type Piece,
  type Recording,
  recorded,
  replayed,
  stream,
  tpkts,
  withRaw,
} from './recorded.js';

const ABORT = '0300000c02f0801903110109';
const everywhere: [FaultLayer, string, Recording?][] = [
  ['rtse', 'RTORQ'],
  ['rtse', 'RTOAC'],
  ['rtse', 'RTTP'],
  ['rtse', 'RTTR'],
  ['p1', 'bindArgument'],
  ['p1', 'bindResult'],
  ['rtse', 'RTORJ', 'refused'],
  ['rtse', 'RTAB', 'aborted'],
];
const inNormalMode: [FaultLayer, string, Recording?][] = [
  ['presentation', 'CP'],
  ['presentation', 'CPA'],
  ['presentation', 'TD'],
  ['acse', 'AARQ'],
  ['acse', 'AARE'],
  ['acse', 'RLRQ'],
  ['acse', 'RLRE'],
  ['presentation', 'CPR', 'refused'],
  ['acse', 'AARE', 'refused'],
  ['p1', 'bindError', 'refused'],
  ['presentation', 'ARU', 'aborted'],
  ['acse', 'ABRT', 'aborted'],
];

interface Case {
  readonly pieces: readonly Piece[];
  readonly unit: Located;
  readonly before: string[];
  readonly after: string[];
  /** The TPKT that holds the unit, and its place. */
  readonly place: number;
  readonly result: ReturnType<typeof replayed>;
}

async function hit(
  mode: Mode,
  [layer, kind, recording]: (typeof everywhere)[number],
  does: FaultAction,
): Promise<Case> {
  const pieces = await recorded(mode, recording);
  const unit = locate(pieces, mode, kind);
  const fault: LayerFault = { direction: unit.direction === 'i2r' ? 'sent' : 'received', layer, kind, nth: 1, does };
  const result = replayed(pieces, [fault]);
  expect(result.wire.plan.hits.map((each) => [each.kind, each.nth])).to.deep.equal([[kind, 1]]);
  const before = tpkts(pieces, unit.direction);
  let end = 0;
  const place = before.findIndex((tpkt) => {
    end += tpkt.length / 2;
    return end > unit.offset;
  });
  return { pieces, unit, before, after: tpkts(result.passed, unit.direction), place, result };
}

/** Nothing is different but what stands in the place of that TPKT. */
function expectInPlace({ before, after, place, pieces, unit, result }: Case, ...instead: string[]): void {
  expect(after).to.deep.equal([...before.slice(0, place), ...instead, ...before.slice(place + 1)]);
  const other = opposite(unit.direction);
  expect(toHex(stream(result.passed, other))).to.equal(toHex(stream(pieces, other)));
}

/** The connection is over from there on, and only what stands instead comes. */
function expectEnd({ before, after, place, unit, result }: Case, told: string, ...instead: string[]): void {
  expect(after).to.deep.equal([...before.slice(0, place), ...instead]);
  expect(result.told[unit.direction].at(-1)).to.equal(told);
}

const dataOf = (tpkt: string): Octets => {
  const { tpdu } = decodeTpdu(Octets.of(Buffer.from(tpkt, 'hex').subarray(4)));
  return tpdu.userData;
};

for (const mode of modes) {
  for (const what of mode === 'normal' ? [...inNormalMode, ...everywhere] : everywhere) {
    const [layer, kind, recording = 'whole'] = what;
    describe(`a fault at ${kind} of ${layer}, in mode ${mode}, ${recording}`, () => {
      const at = (does: FaultAction) => hit(mode, what, does);

      it('drop: with what was sent to carry it', async () => {
        expectInPlace(await at({ kind: 'drop' }));
      });

      it('truncate: all around it says what is left', async () => {
        const one = await at({ kind: 'truncate', octets: 2 });
        const { unit, after, place, pieces } = one;
        const instead = after[place] as string;
        expectInPlace(one, instead);
        const { spdus, anomalies } = decodeTsdu(dataOf(instead));
        expect(anomalies).to.deep.equal([]);
        const start = stream(pieces, unit.direction).subarray(unit.offset, unit.offset + 2);
        const { userData } = unit.spdu;
        if (userData === undefined) throw new Error('no user data');
        const left = spdus.find((spdu) => spdu.kind === unit.spdu.kind)?.userData;
        expect(left?.toHex()).to.equal(withRaw(userData, unit.offset, unit.length, start));
      });

      it('corrupt: one octet, and none else', async () => {
        const { pieces, unit, result } = await at({ kind: 'corrupt', octet: 2, mask: 0x55 });
        const expected = stream(pieces, unit.direction).slice();
        expected[unit.offset + 2] = (expected[unit.offset + 2] as number) ^ 0x55;
        expect(toHex(stream(result.passed, unit.direction))).to.equal(toHex(expected));
        const sizes = (list: readonly Piece[]) => list.map(({ direction, bytes }) => [direction, bytes.length]);
        expect(sizes(result.passed)).to.deep.equal(sizes(pieces));
      });

      it('split: in the pieces that its layer has', async () => {
        const wanted = kind === 'RTTR' ? 100 : 2;
        const one = await at({ kind: 'split', at: wanted });
        const [first = '', second = ''] = one.after.slice(one.place);
        expectInPlace(one, first, second);
        const whole = dataOf(one.before[one.place] as string).toHex();
        if (kind !== 'RTTR') {
          expect(dataOf(first).toHex() + dataOf(second).toHex()).to.equal(whole);
          const cut = one.unit.offset + wanted;
          const start = one.before.slice(0, one.place).join('').length / 2 + 7;
          expect(dataOf(first).length).to.equal(cut - start);
          return;
        }
        // Two RTTRs, the slices of which are the one slice.
        const slices = (tpkt: string) => sliceOf(mode, decodeTsdu(dataOf(tpkt)).spdus.at(-1)?.userData as Octets);
        expect(`${slices(first)}${slices(second)}`).to.equal(slices(one.before[one.place] as string));
        expect(slices(first)).to.have.lengthOf(2 * (mode === 'normal' ? 96 : 100));
      });

      it('duplicate: all that carries it', async () => {
        const one = await at({ kind: 'duplicate' });
        const tpkt = one.before[one.place] as string;
        expectInPlace(one, tpkt, tpkt);
      });

      it('delay: what is behind it waits', async () => {
        const { unit, before, after, place, result, pieces } = await at({ kind: 'delay', milliseconds: 1000 });
        expect(after).to.deep.equal(before.slice(0, place));
        result.wire.pass(1000);
        expect(result.told[unit.direction].join('')).to.equal(toHex(stream(pieces, unit.direction)));
      });

      it('abort, close, halfClose and reset end it there', async () => {
        expectEnd(await at({ kind: 'abort' }), 'end', ABORT);
        expectEnd(await at({ kind: 'close' }), 'end');
        expectEnd(await at({ kind: 'reset' }), 'close reset');
        const half = await at({ kind: 'halfClose' });
        expectEnd(half, 'end');
        const other = opposite(half.unit.direction);
        expect(toHex(stream(half.result.passed, other))).to.equal(toHex(stream(half.pieces, other)));
      });
    });
  }
}

describe('an X.410 mode', () => {
  it('has no units of presentation and ACSE', async () => {
    const faults: LayerFault[] = (['presentation', 'acse'] as const).flatMap((layer) =>
      (['sent', 'received'] as const).map((direction) => ({ direction, layer, nth: 'every', does: { kind: 'drop' } })),
    );
    const pieces = await recorded('x410-1988');
    const { wire, passed } = replayed(pieces, faults);
    expect(passed).to.deep.equal(pieces);
    expect(wire.plan.unmet.map(({ seen }) => seen)).to.deep.equal([0, 0, 0, 0]);
  });
});

describe('what a conversation holds', () => {
  it('is found as the observer finds it', async () => {
    for (const mode of modes) {
      const pieces = await recorded(mode);
      const events = eventsOf(pieces);
      for (const direction of ['sent', 'received'] as const) {
        const own = events.filter((event) => (event.direction === 'i2r') === (direction === 'sent'));
        const spdus = own.flatMap((event) => (event.kind === 'spdu' ? [event.spdu.kind] : []));
        const named = (names: readonly string[]) => spdus.filter((kind) => names.includes(kind)).length;
        const seen = (layer: FaultLayer, kind?: string) => {
          const fault: LayerFault = { direction, layer, nth: 10_000, does: { kind: 'drop' } };
          const { wire } = replayed(pieces, [kind === undefined ? fault : { ...fault, kind }]);
          return wire.plan.unmet[0]?.seen;
        };
        expect(seen('session'), mode).to.equal(spdus.length);
        expect(seen('session', 'MINOR SYNC POINT'), mode).to.equal(named(['MINOR SYNC POINT']));
        expect(seen('rtse', 'RTTR'), mode).to.equal(named(['DATA TRANSFER']));
        expect(seen('p1', 'message'), mode).to.equal(1);
        expect(seen('p1'), mode).to.equal(2);
        expect(seen('cotp'), mode).to.equal(tpkts(pieces, direction === 'sent' ? 'i2r' : 'r2i').length);
      }
    }
  });
});

describe('faults of several layers at one TSDU', () => {
  it('come in the order of the plan', async () => {
    const corrupt: LayerFault = {
      direction: 'sent',
      layer: 'acse',
      kind: 'AARQ',
      nth: 1,
      does: { kind: 'corrupt', octet: 3, mask: 1 },
    };
    const drop: LayerFault = { ...corrupt, layer: 'session', kind: 'CONNECT', does: { kind: 'drop' } };
    const pieces = await recorded('normal');
    const hits = (faults: readonly LayerFault[]) => replayed(pieces, faults).wire.plan.hits.map(({ kind }) => kind);
    expect(hits([corrupt, drop])).to.deep.equal(['AARQ', 'CONNECT']);
    expect(hits([drop, corrupt])).to.deep.equal(['CONNECT']);
  });

  it('truncate units inside each other', async () => {
    const cut = (layer: FaultLayer, kind: string, octets: number): LayerFault => ({
      direction: 'sent',
      layer,
      kind,
      nth: 1,
      does: { kind: 'truncate', octets },
    });
    const pieces = await recorded('normal');
    const rtorq = locate(pieces, 'normal', 'RTORQ');
    const bind = locate(pieces, 'normal', 'bindArgument');
    const { passed, wire } = replayed(pieces, [
      cut('rtse', 'RTORQ', bind.offset - rtorq.offset + 2),
      cut('p1', 'bindArgument', 5),
    ]);
    expect(wire.plan.unmet).to.deep.equal([]);
    const raw = stream(pieces, 'i2r').slice(rtorq.offset, bind.offset + 2);
    // What was around the bind fitted it before it was cut itself: its length, and that of its [0] and [3].
    const shorter = bind.length - 5;
    for (const at of [1, bind.offset - rtorq.offset - 1, bind.offset - rtorq.offset - 3])
      raw[at] = (raw[at] as number) - shorter;
    const { userData } = rtorq.spdu;
    const [first = ''] = tpkts(passed, 'i2r').slice(1);
    const left = decodeTsdu(dataOf(first)).spdus[0]?.userData;
    expect(left?.toHex()).to.equal(withRaw(userData as Octets, rtorq.offset, rtorq.length, raw));
  });

  it('count only what they can be done to, where they name no kind', async () => {
    const twice: LayerFault = { direction: 'sent', layer: 'p1', nth: 2, does: { kind: 'duplicate' } };
    const { wire } = replayed(await recorded('normal'), [twice]);
    expect(wire.plan.unmet.map(({ seen, tooShort }) => [seen, tooShort])).to.deep.equal([[1, 0]]);
  });
});

function sliceOf(mode: Mode, userData: Octets): string {
  if (mode !== 'normal') return userData.toHex();
  // `61 L 30 L 02 01 nn a0 L 04 L`, lengths below 65 536.
  let hex = userData.toHex();
  for (const tag of ['61', '30', '020103', 'a0', '04']) {
    expect(hex.startsWith(tag), hex.slice(0, 40)).to.equal(true);
    hex = hex.slice(tag.length);
    if (tag.length > 2) continue;
    const first = Number.parseInt(hex.slice(0, 2), 16);
    const octets = first < 0x80 ? 0 : first & 0x7f;
    const length = octets === 0 ? first : Number.parseInt(hex.slice(2, 2 + 2 * octets), 16);
    hex = hex.slice(2 + 2 * octets);
    expect(hex.length).to.equal(2 * length);
  }
  return hex;
}
