import { expect } from 'chai';
import { drive } from '../../../harness/link/driver.js';
import type { Link } from '../../../harness/link/link.js';
import { bindArgument } from '../../../harness/mta/bind.js';
import type { Mta } from '../../../harness/mta/engine.js';
import { MessageFactory } from '../../../harness/mta/message.js';
import { seededRandom } from '../../../harness/mta/random.js';
import { AssociationMachine } from '../../../harness/stack/association/machine.js';
import { alice, Bench, bob, mail, pairOf, wordsIn } from './two-mtas.js';

const WORDS = ['first message', 'second message'];
const HOUR = 3_600_000;

describe('an MTA does not wait for ever', () => {
  /** A sends, then B; B's link falls silent in the middle. */
  async function silent(): Promise<{ bench: Bench; a: Mta; received: string[] }> {
    const bench = new Bench();
    bench.faults.push([{ direction: 'received', offset: 15_000, does: { kind: 'swallow' } }]);
    const never = { transfer: 1000 * HOUR, release: 1000 * HOUR, open: 1000 * HOUR };
    const { a, b } = pairOf(bench, { ofB: { dialogueMode: 'twa' }, ofA: { timers: never, checkpointSize: 1 } });
    const received: string[] = [];
    b.on('messageReceived', ({ apdu }) => received.push(...wordsIn(apdu.octets, WORDS)));
    b.start();
    a.start();
    a.submit('B', mail(WORDS[0] as string));
    await bench.pass(1000);
    b.submit('A', { ...mail('large', 30_000), originator: bob, recipients: [alice] });
    await bench.pass(1000);
    expect(a.associations.map(({ service }) => service.transferring)).to.deep.equal(['receiving']);
    return { bench, a, received };
  }

  it('for a peer that stops in the middle of a transfer, with mail behind it', async () => {
    const { bench, a, received } = await silent();
    a.submit('B', mail(WORDS[1] as string));
    await bench.pass(HOUR);
    expect(received).to.deep.equal(WORDS);
  });

  it('for such a peer when it is stopped', async () => {
    const { bench, a } = await silent();
    a.stop();
    await bench.pass(HOUR);
    expect(a.associations).to.deep.equal([]);
  });

  it('but long enough for a peer whose link is slow', async () => {
    const bench = new Bench();
    const { b } = pairOf(bench, { ofA: { dialogueMode: 'twa' } });
    b.start();
    b.submit('A', { ...mail('back'), originator: bob, recipients: [alice] });
    const received: string[] = [];
    b.on('messageReceived', ({ apdu }) => received.push(...wordsIn(apdu.octets, WORDS)));
    const machine = new AssociationMachine({
      role: 'initiator',
      modes: ['normal'],
      random: seededRandom(7),
      timers: { transfer: 10 * HOUR },
    });
    machine.open({ userData: bindArgument('normal', { mtaName: 'A' }), dialogueMode: 'twa', checkpointSize: 0 });
    const factory = new MessageFactory({
      domain: { country: 'XX', administrationDomain: ' ', privateDomain: 'A' },
      server: 'A',
      now: () => bench.clock.now(),
    });
    const { apdu } = factory.message(mail(WORDS[0] as string, 20_000));
    const ends: string[] = [];
    // A thousand octets in a hundred seconds, once it transfers: most of an hour for all of it.
    let slow = false;
    const fast = bench.link(() => b);
    let due = bench.clock.now();
    const link: Link = {
      localEndpoint: fast.localEndpoint,
      remoteEndpoint: fast.remoteEndpoint,
      opened: fast.opened,
      start: (handlers) => fast.start(handlers),
      close: () => fast.close(),
      destroy: () => fast.destroy(),
      send(bytes) {
        if (!slow) return fast.send(bytes);
        for (let at = 0; at < bytes.length; at += 1000) {
          due = Math.max(due, bench.clock.now()) + 100_000;
          bench.clock.setTimer(due, () => fast.send(bytes.subarray(at, at + 1000)));
        }
        return true;
      },
    };
    drive(machine, link, bench.clock, (event) => {
      ends.push(event.kind);
      if (event.kind !== 'rtTurnPleaseIndication') return;
      slow = true;
      machine.transfer(apdu);
    });
    await bench.pass(2 * HOUR);
    expect(received).to.deep.equal([WORDS[0]]);
    const end = ends.indexOf('rtTransferConfirm');
    expect(end).to.be.greaterThan(0);
    expect(ends.slice(0, end)).to.not.include('rtUAbortIndication').and.not.include('rtPAbortIndication');
  });

  it('nor calls a peer over and over that opens, and closes before it gives the turn', async () => {
    const bench = new Bench();
    let calls = 0;
    const { a, b } = pairOf(bench, {
      ofB: { dialogueMode: 'twa', initialTurn: 'responder', retry: { openInterval: 60_000 } },
      b: { hooks: { onTurn: () => (calls > 50 ? undefined : { do: 'hold' }) } },
    });
    b.on('associationOpened', () => {
      calls += 1;
      if (calls > 50) return;
      bench.clock.setTimer(bench.clock.now(), () => {
        for (const association of b.associations) association.close();
      });
    });
    b.start();
    a.start();
    a.submit('B', mail(WORDS[0] as string));
    await bench.pass(90_000);
    expect(calls).to.equal(2);
    await bench.pass(2 * HOUR);
    expect(calls).to.equal(51);
    expect(a.queueTo('B').length).to.equal(0);
  });

  it('nor tries for ever to go on where the peer ends each time it is asked to', async () => {
    const bench = new Bench();
    bench.faults.push([{ direction: 'sent', offset: 15_000, does: { kind: 'reset' } }]);
    const { a, b } = pairOf(bench);
    const received: string[] = [];
    b.on('messageReceived', ({ apdu }) => received.push(...wordsIn(apdu.octets, WORDS)));
    b.on('transferResumed', () => {
      for (const association of b.associations) association.close();
    });
    b.start();
    a.start();
    a.submit('B', mail(WORDS[0] as string, 30_000));
    await bench.pass(HOUR);
    expect(received).to.deep.equal([WORDS[0]]);
  });

  it('with mail for a peer that never calls: it is given up when it is too old', async () => {
    const bench = new Bench();
    const messageTimeout = { urgent: HOUR, normal: 2 * HOUR, nonUrgent: 3 * HOUR };
    const { a } = pairOf(bench, { ofB: { activation: 'remote', retry: { messageTimeout } } });
    const given: number[] = [];
    a.on('nonDelivered', () => given.push(bench.clock.now()));
    a.start();
    const from = bench.clock.now();
    a.submit('B', mail(WORDS[0] as string));
    a.submit('B', { ...mail(WORDS[1] as string), priority: 'nonUrgent' });
    await bench.pass(4 * HOUR);
    expect(given.map((at) => Math.floor((at - from) / HOUR))).to.deep.equal([2, 3]);
    expect(a.queueTo('B').length).to.equal(0);
    expect(bench.clock.nextTimer).to.equal(undefined);
  });
});
