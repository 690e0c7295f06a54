import { expect } from 'chai';
import { bindArgument } from '../../../harness/mta/bind.js';
import { MemoryConnectionBook } from '../../../harness/mta/connection-book.js';
import type { Mta } from '../../../harness/mta/engine.js';
import { MessageFactory } from '../../../harness/mta/message.js';
import type { QueuedItem, QueueJournal } from '../../../harness/mta/queue.js';
import type { Spool } from '../../../harness/mta/spool.js';
import type { AssociationMachine } from '../../../harness/stack/association/machine.js';
import {
  type ConnectionIdentifier,
  connectionKey,
  type Resumption,
  type ServiceEvent,
} from '../../../harness/stack/association/service.js';
import { MemoryTransferStore } from '../../../harness/stack/rtse/transfer-store.js';
import { Bench, bob, mail, pairOf, wordsIn } from './two-mtas.js';

const WORDS = ['first message', 'second message', 'third message'];

/** Keeps objects as they are: what the next MTA is given. */
class Kept implements Spool {
  readonly transfers = new MemoryTransferStore();
  readonly connections = new MemoryConnectionBook();
  readonly items = new Map<string, Set<QueuedItem>>();

  queues(): ReadonlyMap<string, readonly QueuedItem[]> {
    return new Map([...this.items].map(([peer, items]) => [peer, [...items].map((each) => ({ ...each }))]));
  }

  journal(peer: string): QueueJournal {
    const items = new Set<QueuedItem>();
    const before = this.items.get(peer) ?? new Set();
    this.items.set(peer, new Set([...before, ...items]));
    const now = () => this.items.get(peer) ?? new Set();
    return {
      added: (item, earlier) => {
        if (earlier !== undefined) now().delete(earlier);
        now().add(item);
      },
      restored: (item, { identifier }) => {
        for (const each of now()) if (each !== item && each.identifier === identifier) now().delete(each);
        now().add(item);
      },
      changed: () => {},
      removed: (item) => {
        now().delete(item);
      },
    };
  }

  received(): void {}
}

const octets = (text: string, size?: number) =>
  new MessageFactory({
    domain: { country: 'XX', administrationDomain: ' ', privateDomain: 'A' },
    server: 'A',
    now: () => 0,
  }).message(mail(text, size)).apdu;

/** Calls as the MTA of that name, and does these things one after another; returns what it heard. */
function calls(
  bench: Bench,
  to: Mta,
  name: string,
  recover: ConnectionIdentifier | undefined,
  opened: (machine: AssociationMachine) => void,
  options: { initialTurn?: 'initiator' | 'responder'; userReference?: string } = {},
): ServiceEvent[] {
  const heard: ServiceEvent[] = [];
  bench.caller(
    () => to,
    { userReference: options.userReference ?? name },
    (event, machine) => {
      heard.push(event);
      if (event.kind === 'rtOpenConfirm' && event.accepted) opened(machine);
    },
    (machine) =>
      machine.open({
        userData: bindArgument('normal', { mtaName: name }),
        recover,
        checkpointSize: 1,
        windowSize: 2,
        dialogueMode: 'twa',
        initialTurn: options.initialTurn,
      }),
  );
  return heard;
}

const kinds = (events: readonly ServiceEvent[]) => events.map(({ kind }) => kind);

describe('who recovers, and what can be had by it', () => {
  const cut = { direction: 'sent', offset: 15_000, does: { kind: 'reset' } } as const;

  it('a connection that was ours is recovered by nobody else', async () => {
    const bench = new Bench();
    const { a, b } = pairOf(bench);
    b.start();
    a.start();
    a.submit('B', mail(WORDS[0] as string));
    await bench.pass(100);
    const [association] = a.associations;
    const connection = association?.service.connection;
    expect(connection).to.not.equal(undefined);
    association?.close();
    b.stop();
    await bench.pass(100);
    a.submit('B', mail('secret'));
    const heard = calls(bench, a, 'X', connection, () => {}, { initialTurn: 'responder' });
    await bench.pass(500);
    expect(kinds(heard)).to.not.include('rtTransferIndication');
    expect(heard.find(({ kind }) => kind === 'rtOpenConfirm')).to.have.property('accepted', false);
  });

  it('one of a peer that nobody knows any more is refused', async () => {
    const bench = new Bench();
    const spool = new Kept();
    const connection = { callingReference: Uint8Array.of(4, 1, 65), commonReference: Uint8Array.of(23, 1, 48) };
    spool.connections.opened(connectionKey(connection), 'long gone');
    const { b } = pairOf(bench, { b: { spool } });
    b.start();
    const heard = calls(bench, b, 'X', connection, () => {});
    await bench.pass(500);
    expect(heard.find(({ kind }) => kind === 'rtOpenConfirm')).to.have.property('accepted', false);
  });

  it('one that two peers gave the same name is refused, as whose it is nobody could tell', async () => {
    const bench = new Bench();
    const { b } = pairOf(bench, { b: { peers: [{ name: 'A' }, { name: 'C' }] } });
    b.start();
    let connection: ConnectionIdentifier | undefined;
    for (const name of ['A', 'C']) {
      calls(
        bench,
        b,
        name,
        undefined,
        (machine) => {
          connection = machine.connection;
          machine.abort('temporaryProblem');
        },
        { userReference: 'same' },
      );
      await bench.pass(100);
    }
    expect(connection).to.not.equal(undefined);
    const heard = calls(bench, b, 'A', connection, () => {});
    await bench.pass(100);
    expect(heard.find(({ kind }) => kind === 'rtOpenConfirm')).to.have.property('accepted', false);
  });

  describe('a transfer of one peer', () => {
    /** A transfers to B, and breaks off behind ten points; what it takes to go on with it. */
    async function brokenOff(bench: Bench, b: Mta): Promise<Resumption> {
      let resumption: Resumption | undefined;
      bench.faults.push([cut]);
      const heard = calls(bench, b, 'A', undefined, (machine) => machine.transfer(octets(WORDS[0] as string, 30_000)));
      await bench.pass(100);
      for (const event of heard) if (event.kind === 'rtTransferConfirm') resumption = event.resumption;
      if (resumption === undefined) throw new Error('it did not break off');
      return resumption;
    }

    it('is not gone on with by another one', async () => {
      const bench = new Bench();
      const { b } = pairOf(bench, { b: { peers: [{ name: 'A' }, { name: 'C' }] } });
      const received: string[] = [];
      b.on('messageReceived', ({ peer, apdu }) =>
        received.push(...wordsIn(apdu.octets, WORDS).map((w) => `${peer}: ${w}`)),
      );
      b.start();
      const resume = await brokenOff(bench, b);
      const stolen = calls(bench, b, 'C', undefined, (machine) =>
        machine.transfer(octets(WORDS[0] as string, 30_000), { resume }),
      );
      await bench.pass(1000);
      expect(received).to.deep.equal([]);
      expect(stolen.find(({ kind }) => kind === 'exceptionIndication')).to.have.property('reason', 6);
      const own = calls(bench, b, 'A', resume.connection, (machine) =>
        machine.transfer(octets(WORDS[0] as string, 30_000), { resume }),
      );
      await bench.pass(1000);
      expect(received).to.deep.equal(['A: first message']);
      expect(kinds(own)).to.not.include('exceptionIndication');
    });

    it('is not forgotten for what another one does under its name', async () => {
      const bench = new Bench();
      const { b } = pairOf(bench, { b: { peers: [{ name: 'A' }, { name: 'C' }] } });
      b.start();
      const resume = await brokenOff(bench, b);
      // In the same second, and by the same reference.
      const transfer = (machine: AssociationMachine) => machine.transfer(octets(WORDS[1] as string));
      const other = calls(bench, b, 'C', undefined, transfer, { userReference: 'A' });
      await bench.pass(100);
      expect(kinds(other)).to.include('rtTransferConfirm');
      const own = calls(bench, b, 'A', undefined, (machine) =>
        machine.transfer(octets(WORDS[0] as string, 30_000), { resume }),
      );
      await bench.pass(1000);
      expect(kinds(own)).to.not.include('exceptionIndication');
    });
  });

  it('an MTA that starts again within a second gives no name twice that it still needs', async () => {
    const bench = new Bench();
    const spool = new Kept();
    bench.faults.push([cut]);
    const { a, b } = pairOf(bench, { a: { spool }, ofB: { activation: 'always' } });
    const received: string[] = [];
    b.on('messageReceived', ({ apdu }) => received.push(...wordsIn(apdu.octets, WORDS)));
    b.start();
    a.start();
    a.submit('B', mail(WORDS[0] as string, 30_000));
    await bench.pass(50);
    expect(received).to.deep.equal([]);
    a.kill();
    const { a: again } = pairOf(bench, { a: { spool } });
    // It calls the same B, in the same second, with something more urgent at the head.
    const connect = async () => bench.link(() => b);
    const retry = { openInterval: 1000, transferInterval: 1000 };
    const next = bench.mta('A', [{ name: 'B', retry, checkpointSize: 1, connect }], { spool });
    again.kill();
    next.submit('B', { ...mail(WORDS[1] as string), priority: 'urgent' });
    next.start();
    await bench.pass(20_000);
    expect(received.sort()).to.deep.equal([WORDS[0], WORDS[1]]);
    expect(next.queueTo('B').length).to.equal(0);
  });

  it('an MTA that is stopped while it recovers has not tried in vain', async () => {
    const bench = new Bench();
    const spool = new Kept();
    bench.faults.push([cut]);
    const { a, b } = pairOf(bench, { a: { spool } });
    const received: string[] = [];
    b.on('messageReceived', ({ apdu }) => received.push(...wordsIn(apdu.octets, WORDS)));
    b.start();
    a.start();
    a.submit('B', mail(WORDS[0] as string, 30_000));
    await bench.pass(50);
    a.kill();
    const retry = { openInterval: 1000, transferInterval: 1000 };
    for (let i = 0; i < 3; i += 1) {
      const connect = () => new Promise<never>(() => {});
      const next = bench.mta('A', [{ name: 'B', retry, checkpointSize: 1, connect }], { spool });
      next.start();
      await bench.pass(100);
      next.kill();
    }
    const connect = async () => bench.link(() => b);
    bench.mta('A', [{ name: 'B', retry, checkpointSize: 1, connect }], { spool }).start();
    await bench.pass(20_000);
    expect(received).to.deep.equal([WORDS[0]]);
    expect(bench.spdus.slice(1).flat()).to.include('>ACTIVITY RESUME').and.not.include('>ACTIVITY START');
  });

  it('what an earlier run kept and does not fit is sent whole', async () => {
    const bench = new Bench();
    const spool = new Kept();
    const { b } = pairOf(bench);
    const received: string[] = [];
    b.on('messageReceived', ({ apdu }) => received.push(...wordsIn(apdu.octets, WORDS)));
    const connection = { callingReference: Uint8Array.of(4, 1, 65), commonReference: Uint8Array.of(23, 1, 48) };
    const resumption = { connection, activity: Uint8Array.of(2, 1, 1), serial: 3, position: 1 << 30, ended: false };
    const item: QueuedItem = {
      kind: 'message',
      priority: 'normal',
      identifier: '[x;1]',
      apdu: octets(WORDS[0] as string),
      system: false,
      place: 1,
      queuedAt: bench.clock.now(),
      openRetries: 0,
      transferRetries: 0,
      interrupted: { resumption, mode: 'normal', role: 'responder', attempts: 0 },
    };
    spool.journal('B').added(item);
    const retry = { openInterval: 1000, transferInterval: 1000 };
    const connect = async () => bench.link(() => b);
    const a = bench.mta('A', [{ name: 'B', retry, checkpointSize: 1, connect }], { spool });
    a.start();
    b.start();
    await bench.pass(5000);
    expect(received).to.deep.equal([WORDS[0]]);
  });

  it('a report that goes back to a peer which nobody knows any more ends no MTA', async () => {
    const bench = new Bench();
    const spool = new Kept();
    const item: QueuedItem = {
      kind: 'message',
      priority: 'normal',
      identifier: '[x;1]',
      apdu: octets(WORDS[0] as string),
      system: false,
      from: 'long gone',
      place: 1,
      queuedAt: 0,
      openRetries: 0,
      transferRetries: 0,
    };
    spool.journal('B').added(item);
    const { a } = pairOf(bench, { a: { spool } });
    let given = 0;
    a.on('nonDelivered', () => {
      given += 1;
    });
    a.start();
    await bench.pass(100);
    expect([given, a.queueTo('B').length]).to.deep.equal([1, 0]);
    expect(spool.items.get('B')?.size).to.equal(0);
    expect(bob).to.be.an('object');
  });
});
