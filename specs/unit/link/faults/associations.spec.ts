import { expect } from 'chai';
import fc from 'fast-check';
import { toHex } from '../../../../harness/ber/octets.js';
import { VirtualClock } from '../../../../harness/link/clock.js';
import {
  type FaultAction,
  type FaultLayer,
  FaultPlan,
  type LayerFault,
} from '../../../../harness/link/faults/index.js';
import type { Link } from '../../../../harness/link/link.js';
import { connectTcp, listenTcp } from '../../../../harness/link/tcp.js';
import { modes } from '../../../../harness/stack/mode.js';
import { listen, mail, Pair, text } from './support.js';

type Unit = readonly [direction: LayerFault['direction'], layer: FaultLayer, kind: string, nth: LayerFault['nth']];

const at = ([direction, layer, kind, nth]: Unit, does: FaultAction): LayerFault => ({
  direction,
  layer,
  kind,
  nth,
  does,
});
const named = ({ direction, kind, nth, does }: LayerFault) => `${does.kind} ${kind} ${nth}, ${direction}`;
const count = (spdus: readonly string[], name: string) => spdus.filter((each) => each === name).length;

/** A sends one message to B, and an hour passes. */
async function sending(faults: readonly LayerFault[], options?: ConstructorParameters<typeof Pair>[1]): Promise<Pair> {
  const pair = new Pair(faults, options);
  pair.a.submit('B', mail);
  await pair.pass(3_600_000);
  expect(pair.a.queueTo('B').length).to.equal(0);
  return pair;
}

/** For each message that B has, whether it is the one that A sent. */
const arrived = (pair: Pair) => pair.received.map(({ octets }) => Buffer.from(octets).includes(text));

/** Faults that an MTA gets over, and how many connections it takes. */
const recovered: [Unit, FaultAction, connections: number, lastOfFirst: string | undefined][] = [
  [['sent', 'cotp', 'CR', 1], { kind: 'drop' }, 2, undefined],
  [['received', 'cotp', 'CC', 1], { kind: 'abort' }, 2, undefined],
  [['sent', 'session', 'CONNECT', 1], { kind: 'drop' }, 2, undefined],
  [['received', 'session', 'ACCEPT', 1], { kind: 'truncate', octets: 20 }, 2, '>ABORT'],
  [['received', 'rtse', 'RTOAC', 1], { kind: 'corrupt', octet: 0, mask: 0xff }, 2, '>ABORT'],
  [['sent', 'session', 'ACTIVITY END', 1], { kind: 'drop' }, 1, '<DISCONNECT'],
  [['sent', 'session', 'ACTIVITY END', 1], { kind: 'duplicate' }, 1, '<ABORT'],
  [['received', 'session', 'ACTIVITY END ACK', 1], { kind: 'drop' }, 1, '<DISCONNECT'],
  [['received', 'session', 'ACTIVITY END ACK', 1], { kind: 'reset' }, 2, '<ACTIVITY END ACK'],
  [['received', 'session', 'ACTIVITY END ACK', 1], { kind: 'delay', milliseconds: 3000 }, 1, '<DISCONNECT'],
  [['sent', 'session', 'MINOR SYNC POINT', 2], { kind: 'duplicate' }, 2, '<ABORT'],
  [['sent', 'rtse', 'RTTR', 3], { kind: 'halfClose' }, 2, '<MINOR SYNC ACK'],
  [['received', 'session', 'MINOR SYNC ACK', 2], { kind: 'halfClose' }, 2, '<MINOR SYNC ACK'],
  [['sent', 'session', 'ACTIVITY END', 1], { kind: 'close' }, 2, '<MINOR SYNC ACK'],
  [['sent', 'p1', 'message', 1], { kind: 'split', at: 3000 }, 1, '<DISCONNECT'],
  [['sent', 'tpkt', 'TPKT', 5], { kind: 'corrupt', octet: 0, mask: 0x55 }, 2, undefined],
  [['sent', 'tpkt', 'TPKT', 5], { kind: 'truncate', octets: 9 }, 2, '<ABORT'],
  [['sent', 'tcp', 'segment', 'every'], { kind: 'split', at: 3 }, 1, '<DISCONNECT'],
  [['sent', 'cotp', 'DT', 'every'], { kind: 'split', at: 5 }, 1, '<DISCONNECT'],
];

for (const mode of modes) {
  const peer = { mode };

  describe(`a message over a link with a fault, in mode ${mode}`, () => {
    for (const [unit, does, connections, last] of recovered) {
      const fault = at(unit, does);
      it(`arrives once: ${named(fault)}`, async () => {
        const pair = await sending([fault], { peer });
        expect(arrived(pair)).to.deep.equal([true]);
        expect(pair.plan.unmet).to.deep.equal([]);
        expect(pair.events).to.have.lengthOf(connections);
        if (last !== undefined) expect(pair.spdus(0).at(-1)).to.equal(last);
      });
    }

    it('waits for an acknowledgement that never came, and is then sent anew', async () => {
      const drop = at(['received', 'session', 'MINOR SYNC ACK', 2], { kind: 'drop' });
      const pair = await sending([drop], { peer: { ...peer, windowSize: 1 } });
      expect(arrived(pair)).to.deep.equal([true]);
      const spdus = pair.spdus(0);
      const discarded = spdus.indexOf('>ACTIVITY DISCARD');
      expect(spdus.slice(0, discarded)).to.satisfy((all: string[]) => count(all, '<MINOR SYNC ACK') === 2);
      expect(count(spdus, '>ACTIVITY START')).to.equal(2);
    });

    it('needs no acknowledgement that a later one stands for', async () => {
      const drop = at(['received', 'session', 'MINOR SYNC ACK', 2], { kind: 'drop' });
      const pair = await sending([drop], { peer: { ...peer, windowSize: 2 } });
      expect(arrived(pair)).to.deep.equal([true]);
      expect(pair.spdus(0)).to.not.include('>ACTIVITY DISCARD');
    });

    it('goes on behind the last point after an abort of the provider', async () => {
      const pair = await sending([at(['sent', 'rtse', 'RTTR', 5], { kind: 'abort' })], { peer });
      expect(arrived(pair)).to.deep.equal([true]);
      expect(count(pair.spdus(0), '>ABORT')).to.equal(1);
      const aborts = pair.events[0]?.flatMap((event) => (event.kind === 'abort' ? [event.provider] : []));
      expect(aborts).to.deep.equal([true]);
      expect([count(pair.spdus(1), '>ACTIVITY RESUME'), count(pair.spdus(1), '>ACTIVITY START')]).to.deep.equal([1, 0]);
    });

    it('arrives changed where one of its octets was', async () => {
      const pair = await sending([at(['sent', 'p1', 'message', 1], { kind: 'corrupt', octet: 3000, mask: 1 })], {
        peer,
      });
      const whole = await sending([], { peer });
      const [changed, right] = [pair.received[0]?.octets, whole.received[0]?.octets] as [Uint8Array, Uint8Array];
      expect(changed).to.have.lengthOf(right.length);
      expect([...changed.entries()].filter(([i, each]) => each !== right[i])).to.deep.equal([
        [3000, (right[3000] as number) ^ 1],
      ]);
    });

    it('arrives cut where it was', async () => {
      const pair = await sending([at(['sent', 'p1', 'message', 1], { kind: 'truncate', octets: 3000 })], { peer });
      const cut = pair.events[0]?.flatMap((event) => (event.kind === 'apdu' ? [event.complete] : []));
      expect(cut).to.deep.equal([false]);
      const layers = pair.events[0]?.flatMap((event) => (event.kind === 'anomaly' ? [event.anomaly.layer] : []));
      expect(new Set(layers)).to.deep.equal(new Set(['p1']));
    });

    it('is refused its bind where that was cut, and is then bound', async () => {
      const pair = await sending([at(['sent', 'p1', 'bindArgument', 1], { kind: 'truncate', octets: 4 })], { peer });
      expect(arrived(pair)).to.deep.equal([true]);
      expect(pair.spdus(0)).to.deep.equal(['>CONNECT', mode === 'normal' ? '<REFUSE' : '<ABORT']);
    });

    it('takes the time of its delays', async () => {
      const every = at(['sent', 'session', 'DATA TRANSFER', 'every'], { kind: 'delay', milliseconds: 100 });
      const pair = await sending([every], { peer });
      expect(arrived(pair)).to.deep.equal([true]);
      const times = pair.events[0]?.flatMap((event) =>
        event.kind === 'spdu' && event.spdu.kind === 'DATA TRANSFER' ? [event.time - pair.plan.hits[0]!.time] : [],
      );
      expect(times).to.deep.equal(times?.map((_, i) => 100 * (i + 1)));
    });
  });
}

describe('a plan of faults', () => {
  const faults: LayerFault[] = [
    at(['sent', 'session', 'MINOR SYNC POINT', 3], { kind: 'corrupt', octet: 4, mask: 0x0f }),
    at(['sent', 'rtse', 'RTTR', { from: 9 }], { kind: 'delay', milliseconds: 30 }),
    at(['received', 'session', 'ACTIVITY END ACK', 1], { kind: 'reset' }),
    at(['received', 'acse', 'AARE', 2], { kind: 'truncate', octets: 12 }),
  ];

  it('has the same outcome whenever it is run', async () => {
    const [one, other] = [await sending(faults), await sending(faults)];
    expect(one.passed.length).to.be.greaterThan(40);
    expect(one.plan.hits.length).to.be.greaterThan(3);
    expect(one.passed).to.deep.equal(other.passed);
    expect(one.plan.hits).to.deep.equal(other.plan.hits);
  });

  it('leaves a conversation as it is where none of it comes about', async () => {
    const layers = ['tcp', 'tpkt', 'cotp', 'session', 'presentation', 'acse', 'rtse', 'p1'] as const;
    const never = (['sent', 'received'] as const).flatMap((direction) =>
      layers.map((layer): LayerFault => ({ direction, layer, nth: 1000, does: { kind: 'drop' } })),
    );
    for (const mode of modes) {
      const [with_, without] = [await sending(never, { peer: { mode } }), await sending([], { peer: { mode } })];
      expect(with_.passed, mode).to.deep.equal(without.passed);
      expect(arrived(with_)).to.deep.equal([true]);
    }
  });

  it('has the same outcome however octets are cut on the way', async () => {
    const outcome = async (sizes: readonly number[]) => {
      let i = 0;
      const chunk = function* (bytes: Uint8Array) {
        for (let start = 0; start < bytes.length; ) {
          const size = sizes[i++ % sizes.length] ?? bytes.length;
          yield bytes.subarray(start, start + size);
          start += size;
        }
      };
      const pair = await sending(faults, sizes.length === 0 ? {} : { chunk });
      const spdus = pair.events.map((_, connection) => pair.spdus(connection));
      const hits = pair.plan.hits.map(({ index, connection, kind, nth }) => [index, connection, kind, nth]);
      return { spdus: spdus.map((each) => each.filter((name) => name.startsWith('>'))), hits, arrived: arrived(pair) };
    };
    const whole = await outcome([]);
    expect(whole.arrived).to.deep.equal([true]);
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, async (each) => {
        expect(await outcome(each)).to.deep.equal(whole);
      }),
      { numRuns: 12, seed: 4 },
    );
  });
});

describe('faults over TCP', () => {
  const ack = (digit: number) => `0300000e02f080020032032a013${digit}`;

  it('hit the same units, at either end', async () => {
    for (const end of ['here', 'there'] as const) {
      const plan = new FaultPlan(
        [
          at([end === 'here' ? 'sent' : 'received', 'session', 'MINOR SYNC ACK', 2], { kind: 'drop' }),
          at([end === 'here' ? 'sent' : 'received', 'session', 'MINOR SYNC ACK', 4], { kind: 'abort' }),
        ],
        new VirtualClock(),
      );
      let accept: (link: Link) => void = () => {};
      const accepted = new Promise<Link>((resolve) => {
        accept = resolve;
      });
      const listener = await listenTcp({ port: 0, onLink: accept });
      const opened = await connectTcp({ port: listener.port });
      const here = end === 'here' ? plan.apply(opened) : opened;
      const there = end === 'there' ? plan.apply(await accepted) : await accepted;
      listen(here);
      let octets = '';
      await new Promise<void>((resolve) => {
        there.start({
          data: (bytes) => {
            octets += toHex(bytes);
          },
          end: resolve,
          close: () => resolve(),
        });
        for (const digit of [1, 2, 3, 4, 5]) here.send(Buffer.from(ack(digit), 'hex'));
      });
      expect(octets, end).to.equal(`${ack(1)}${ack(3)}0300000c02f0801903110109`);
      here.destroy();
      there.destroy();
      await listener.close();
    }
  });
});
