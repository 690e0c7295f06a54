import { expect } from 'chai';
import { VirtualClock } from '../../../harness/link/clock.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import { type LinkFault, withFaults } from '../../../harness/link/faults.js';
import type { Link } from '../../../harness/link/link.js';
import { memoryPair } from '../../../harness/link/memory.js';
import { recordLink } from '../../../harness/link/recorder.js';
import { Mta, type MtaOptions } from '../../../harness/mta/engine.js';
import { orName } from '../../../harness/mta/names.js';
import type { PeerConfig } from '../../../harness/mta/peer.js';
import { tolerant } from '../../../harness/mta/presets/index.js';
import { seededRandom } from '../../../harness/mta/random.js';
import type { ReceivedApdu } from '../../../harness/mta/received.js';
import { p1UserTypes } from '../../../harness/rules/p1-association.js';
import type { Mode } from '../../../harness/stack/association/events.js';
import { AssociationObserver } from '../../../harness/stack/association/observer.js';

const domain = (privateDomain: string) => ({ country: 'XX', administrationDomain: ' ', privateDomain });
const alice = orName({ ...domain('A'), surname: 'Alice' });
const bob = orName({ ...domain('B'), surname: 'Bob' });
const text = 'Exactly once. '.repeat(2000);
const mail = { originator: alice, recipients: [bob], text };

interface Network {
  readonly a: Mta;
  readonly b: Mta;
  readonly clock: VirtualClock;
  readonly received: ReceivedApdu[];
  /** SPDUs of each connection, in order: `>ACTIVITY START`. */
  readonly spdus: string[][];
  /** Octets that the responder of a connection had sent when an SPDU was complete. */
  readonly answered: (connection: number, spdu: string) => number;
}

/** Two MTAs; the faults are those of the first connections, in order. */
function network(
  faults: readonly (readonly LinkFault[])[],
  {
    a = {},
    b = {},
    peer = {},
    outOfReach = () => false,
  }: {
    a?: Partial<MtaOptions>;
    b?: Partial<MtaOptions>;
    peer?: Partial<PeerConfig>;
    outOfReach?: (attempt: number) => boolean;
  } = {},
): Network {
  const clock = new VirtualClock(Date.UTC(2006, 7, 8));
  const received: ReceivedApdu[] = [];
  const spdus: string[][] = [];
  const ends: number[][] = [];
  const retry = { openInterval: 1000, transferInterval: 1000 };
  const link = (to: Mta): Link => {
    const pair = memoryPair({ initiator: 'A', responder: 'B' });
    const seen: string[] = [];
    const index = spdus.push(seen) - 1;
    const end: number[] = [];
    ends.push(end);
    let octets = 0;
    to.accept(pair.responder);
    const observer = new AssociationObserver({ connection: index, types: p1UserTypes });
    const sink = (event: LinkEvent) => {
      if (event.kind !== 'data') return;
      if (event.direction === 'r2i') octets += event.octets.length;
      for (const each of observer.push(event.direction, event.octets, event.time)) {
        if (each.kind !== 'spdu') continue;
        seen.push(`${each.direction === 'i2r' ? '>' : '<'}${each.spdu.kind}`);
        end.push(octets);
      }
    };
    return recordLink(withFaults(pair.initiator, faults[index] ?? [], clock), { connection: index, clock, sink });
  };
  let attempts = 0;
  const reached = (to: Mta): Link => {
    attempts += 1;
    if (outOfReach(attempts - 1)) throw new Error('nothing listens there');
    return link(to);
  };
  const make = (name: string, options: Partial<MtaOptions>, peers: readonly PeerConfig[]) =>
    new Mta({
      name,
      preset: tolerant,
      domain: domain(name),
      clock,
      random: seededRandom(name.length),
      peers,
      ...options,
    });
  const mtaB: Mta = make('B', { modes: ['normal', 'x410-1984', 'x410-1988'], ...b }, [{ name: 'A', retry }]);
  const mtaA = make('A', a, [
    { name: 'B', retry, checkpointSize: 1, windowSize: 2, ...peer, connect: async () => reached(mtaB) },
  ]);
  mtaB.on('messageReceived', ({ apdu }) => received.push(apdu));
  mtaA.start();
  mtaB.start();
  const answered = (connection: number, spdu: string) =>
    ends[connection]?.[spdus[connection]?.indexOf(spdu) ?? -1] ?? 0;
  return { a: mtaA, b: mtaB, clock, received, spdus, answered };
}

const times = (spdus: readonly string[], name: string) => spdus.filter((each) => each.endsWith(name)).length;

async function settle({ a, b, clock }: Network, milliseconds = 60_000): Promise<void> {
  for (const end = clock.now() + milliseconds; clock.now() < end; ) {
    await clock.advanceToAsync(Math.min(end, clock.nextTimer ?? end));
  }
  expect([a.queueTo('B').length, b.queueTo('A').length]).to.deep.equal([0, 0]);
}

const MODES: readonly Mode[] = ['normal', 'x410-1984', 'x410-1988'];

describe('an MTA whose association is lost in the middle of a transfer', () => {
  for (const mode of MODES) {
    it(`recovers it, and goes on behind the last confirmed point, in mode ${mode}`, async () => {
      const net = network([[{ direction: 'sent', offset: 15_000, does: { kind: 'reset' } }]], { peer: { mode } });
      net.a.submit('B', mail);
      await settle(net);
      expect(net.received.map(({ kind }) => kind)).to.deep.equal(['message']);
      expect(Buffer.from(net.received[0]?.octets ?? []).includes(text)).to.equal(true);
      const [first = [], second = []] = net.spdus;
      const points = times(first, '>MINOR SYNC POINT');
      expect(points).to.be.greaterThan(10);
      expect(times(second, '>ACTIVITY RESUME')).to.equal(1);
      expect(times(second, '>ACTIVITY START')).to.equal(0);
      expect(times(second, '>MINOR SYNC POINT')).to.be.lessThan(points + 10);
    });
  }

  it('recovers it however long the peer is out of reach', async () => {
    const cut: LinkFault[] = [{ direction: 'sent', offset: 15_000, does: { kind: 'reset' } }];
    const net = network([cut], { outOfReach: (attempt) => attempt > 0 && attempt < 20 });
    net.a.submit('B', mail);
    await settle(net);
    expect(net.received).to.have.lengthOf(1);
    expect(net.spdus.map((each) => times(each, '>ACTIVITY RESUME'))).to.deep.equal([0, 1]);
  });

  it('sends the whole again to one that keeps nothing, after a refusal to recover', async () => {
    const net = network([[{ direction: 'sent', offset: 15_000, does: { kind: 'reset' } }]], {
      b: { recovery: 'none' },
    });
    net.a.submit('B', mail);
    await settle(net);
    expect(net.received).to.have.lengthOf(1);
    const [, second = [], third = []] = net.spdus;
    expect(second).to.deep.equal(['>CONNECT', '<REFUSE']);
    expect(third.slice(0, 3)).to.deep.equal(['>CONNECT', '<ACCEPT', '>ACTIVITY START']);
  });

  it('does not send twice what was secured while its acknowledgement was lost', async () => {
    const whole = network([]);
    whole.a.submit('B', mail);
    await settle(whole);
    const acknowledged = whole.answered(0, '<ACTIVITY END ACK');
    expect(acknowledged).to.be.greaterThan(0);
    const net = network([[{ direction: 'received', offset: acknowledged - 1, does: { kind: 'reset' } }]]);
    net.a.submit('B', mail);
    await settle(net);
    expect(net.received).to.have.lengthOf(1);
    expect(net.spdus[1]).to.include.members(['>ACTIVITY RESUME', '<EXCEPTION DATA', '>ACTIVITY DISCARD']);
    expect(net.spdus).to.have.lengthOf(2);
  });

  it('sends twice what was secured, where the peer does not say so', async () => {
    const whole = network([]);
    whole.a.submit('B', mail);
    await settle(whole);
    const offset = whole.answered(0, '<ACTIVITY END ACK') - 1;
    const net = network([[{ direction: 'received', offset, does: { kind: 'reset' } }]], { b: { recovery: 'none' } });
    net.a.submit('B', mail);
    await settle(net);
    expect(net.received).to.have.lengthOf(2);
  });

  it('goes on as the responder when the peer opens again, without a recovery', async () => {
    const twa = { dialogueMode: 'twa', initialTurn: 'responder' } as const;
    const net = network([[{ direction: 'received', offset: 15_000, does: { kind: 'reset' } }]], { peer: twa });
    const atA: ReceivedApdu[] = [];
    net.a.on('messageReceived', ({ apdu }) => atA.push(apdu));
    net.b.submit('A', { ...mail, originator: bob, recipients: [alice] });
    net.a.submit('B', { ...mail, text: 'a short one' });
    await net.clock.advanceToAsync(net.clock.now() + 5_000);
    net.a.submit('B', { ...mail, text: 'another' });
    await settle(net);
    expect(atA).to.have.lengthOf(1);
    expect(net.spdus.slice(1).flat()).to.include('<ACTIVITY RESUME').and.not.include('<ACTIVITY START');
  });

  it('goes on with one more break, and another checkpoint size each time', async () => {
    const cut = (offset: number): LinkFault[] => [{ direction: 'sent', offset, does: { kind: 'reset' } }];
    const sizes = [4, 1, 3, 2];
    let opened = 0;
    const ofA: PeerConfig = {
      name: 'A',
      get checkpointSize() {
        return sizes[opened] ?? 1;
      },
    };
    const net = network([cut(16_000), cut(6_000), cut(6_000)], { b: { peers: [ofA] }, peer: { checkpointSize: 4 } });
    net.b.on('associationOpened', () => {
      opened += 1;
    });
    net.a.submit('B', mail);
    await settle(net);
    expect(opened).to.equal(4);
    expect(net.spdus.map((each) => times(each, '>ACTIVITY RESUME'))).to.deep.equal([0, 1, 1, 1]);
    expect(net.received).to.have.lengthOf(1);
    expect(Buffer.from(net.received[0]?.octets ?? []).includes(text)).to.equal(true);
  });
});
