import { expect } from 'chai';
import { Octets, toHex } from '../../../../harness/ber/octets.js';
import type { ModeEvent } from '../../../../harness/stack/rtse/mode.js';
import { connectionKey, type TransferStore } from '../../../../harness/stack/rtse/recovery.js';
import { MemoryTransferStore } from '../../../../harness/stack/rtse/transfer-store.js';
import { type PairOptions, type Party, type Role, RtsePair, spduNames, value } from './support.js';

const SIZES = { checkpointSize: 1, windowSize: 1 };
const other = { initiator: 'responder', responder: 'initiator' } as const;

/** Opened so that `sender` has the turn; the receiver keeps what it gets in `store`. */
function opened(sender: Role, store: TransferStore | undefined, options: PairOptions = {}, request: object = {}) {
  const receiver = other[sender];
  const pair = new RtsePair({ ...options, [receiver]: { store, ...options[receiver] } });
  pair.open({ ...SIZES, initialTurn: sender, ...request });
  pair.seen.length = 0;
  return { pair, from: pair[sender], to: pair[receiver] };
}

/** Goes on until `count` points are confirmed. */
function points(pair: RtsePair, from: Party, count: number): void {
  while (from.of('checkpointConfirm').length < count) {
    if (!pair.deliver('initiator') && !pair.deliver('responder')) throw new Error('nothing moves');
  }
}

for (const sender of ['initiator', 'responder'] as const) {
  for (const mode of ['normal', 'x410-1984'] as const) {
    describe(`a transfer of the ${sender}, in mode ${mode}, that broke off`, () => {
      const apdu = value(5000);

      it('by an interruption goes on on the same association behind the last point, as another activity', () => {
        const { pair, from, to } = opened(sender, new MemoryTransferStore(), { mode });
        from.rtse.transfer(apdu);
        points(pair, from, 2);
        from.rtse.interruptTransfer('localUserError');
        pair.run();
        expect(to.last('transferAbandoned')).to.include({ how: 'interrupted', reason: 5 });
        const { resumption, secured } = from.last('rtTransferConfirm');
        expect(secured).to.equal(false);
        expect(resumption).to.deep.include({ serial: 2, position: 2048, ended: false });
        expect(toHex(resumption!.activity)).to.equal('020101');
        expect(from.rtse.hasTurn).to.equal(true);

        pair.seen.length = 0;
        from.rtse.transfer(apdu, { resume: resumption });
        pair.run();
        expect(to.last('rtTransferStart')).to.include({ activity: '020102', resumedAt: 2 });
        // p1-wire 2.1: linking without references, the old activity and serial, the new activity behind.
        const old = '2108' + '2903020101' + '2a0132';
        expect(pair.seen[0]?.slice(2)).to.contain(`1d0f${old}2903020102`);
        expect(to.last('rtTransferIndication').apdu?.toHex()).to.equal(toHex(apdu));
        to.rtse.acceptTransfer();
        pair.run();
        expect(from.last('rtTransferConfirm')).to.deep.equal({ kind: 'rtTransferConfirm', secured: true });
        expect(from.of('checkpointConfirm').map(({ serial }) => serial)).to.deep.equal([1, 2, 3, 4]);
      });

      it('with its association goes on on another, whose sizes may differ', () => {
        const store = new MemoryTransferStore();
        const first = opened(sender, store, { mode });
        first.from.rtse.transfer(apdu);
        points(first.pair, first.from, 1);
        first.pair.lose();
        expect(first.from.kinds().slice(-2)).to.deep.equal(['rtTransferConfirm', 'rtPAbortIndication']);
        const { resumption } = first.from.last('rtTransferConfirm');
        expect(resumption).to.deep.include({ serial: 1, position: 1024, ended: false });
        expect(resumption!.connection).to.deep.equal(first.pair.initiator.profile.connection);

        const recover = resumption!.connection;
        const request = { recover, checkpointSize: 2, windowSize: 3 };
        const { pair, from, to } = opened(sender, store, { mode, second: 1 }, request);
        expect(pair.responder.last('rtOpenIndication').recover).to.deep.include({ ...recover });
        expect(pair.responder.last('rtOpenIndication').userData.length).to.equal(0);
        expect(pair.initiator.last('rtOpenConfirm').userData?.length).to.equal(0);
        from.rtse.transfer(apdu, { resume: resumption });
        pair.run();
        const reference = (code: string, octets: Uint8Array) =>
          `${code}${octets.length.toString(16).padStart(2, '0')}${toHex(octets)}`;
        const link = reference('0a', recover.callingReference) + reference('0b', recover.commonReference);
        expect(pair.seen[0]).to.contain(`${link}29030201012a0131`);
        expect(to.last('rtTransferStart')).to.include({ activity: '020101', resumedAt: 1 });
        expect(to.of('checkpointIndication').map(({ serial }) => serial)).to.deep.equal([2]);
        expect(to.last('rtTransferIndication').apdu?.toHex()).to.equal(toHex(apdu));
        to.rtse.acceptTransfer();
        pair.run();
        expect(from.last('rtTransferConfirm').secured).to.equal(true);
      });

      it('is taken up again after a resumption that made no progress, under either name', () => {
        const store = new MemoryTransferStore();
        const first = opened(sender, store, { mode });
        first.from.rtse.transfer(apdu);
        points(first.pair, first.from, 3);
        first.pair.lose();
        let { resumption } = first.from.last('rtTransferConfirm');
        for (const [second, lost] of [
          [1, true],
          [2, false],
        ] as const) {
          const { pair, from } = opened(sender, store, { mode, second });
          from.rtse.transfer(apdu, { resume: resumption });
          pair.collect();
          // Once ACTIVITY RESUME is lost, once it comes and nothing behind it.
          if (!lost) pair.deliver(sender);
          pair.lose();
          const again = from.last('rtTransferConfirm').resumption;
          expect(again).to.deep.equal(resumption);
          resumption = again;
        }
        const { pair, from, to } = opened(sender, store, { mode, second: 3 });
        from.rtse.transfer(apdu, { resume: resumption });
        pair.run();
        expect(to.last('rtTransferStart')).to.include({ resumedAt: 3 });
        expect(to.last('rtTransferIndication').apdu?.toHex()).to.equal(toHex(apdu));
      });

      it('behind its end is not taken twice: a sequence error says that it is there', () => {
        const store = new MemoryTransferStore();
        const first = opened(sender, store, { mode }, { checkpointSize: 0 });
        first.from.rtse.transfer(apdu);
        first.pair.run();
        first.to.rtse.acceptTransfer();
        first.pair.lose();
        const { resumption } = first.from.last('rtTransferConfirm');
        expect(resumption).to.deep.include({ serial: 0, position: 0, ended: true });

        const { pair, from, to } = opened(sender, store, { mode, second: 1 });
        from.rtse.transfer(apdu, { resume: resumption });
        pair.run();
        expect(from.last('exceptionIndication')).to.include({ reason: 3, action: 'discard' });
        expect(from.last('rtTransferConfirm').secured).to.equal(true);
        expect(to.of('rtTransferIndication')).to.deep.equal([]);
        expect(to.of('rtTransferStart')).to.deep.equal([]);
        expect(pair.states).to.deep.equal(['associated', 'associated']);
        expect(spduNames(pair.seen).filter((name) => /AD|ED|AEA/.test(name))).to.have.lengthOf(3);
        // Discarding what is complete does not make it forgotten.
        const again = opened(sender, store, { mode, second: 2 });
        again.from.rtse.transfer(apdu, { resume: resumption });
        again.pair.run();
        expect(again.from.last('rtTransferConfirm').secured).to.equal(true);
      });

      it('comes whole where the receiver keeps nothing', () => {
        const first = opened(sender, undefined, { mode });
        first.from.rtse.transfer(apdu);
        points(first.pair, first.from, 2);
        first.from.rtse.interruptTransfer();
        first.pair.run();
        const { resumption } = first.from.last('rtTransferConfirm');
        first.from.rtse.transfer(apdu, { resume: resumption });
        first.pair.run();
        // As ISODE answers: unrecoverable procedural error.
        expect(first.from.last('exceptionIndication')).to.include({ reason: 6, action: 'discard' });
        const confirm = first.from.last('rtTransferConfirm');
        expect([confirm.secured, confirm.resumption]).to.deep.equal([false, undefined]);
        first.from.rtse.transfer(apdu);
        first.pair.run();
        expect(first.to.last('rtTransferIndication').apdu?.toHex()).to.equal(toHex(apdu));
      });
    });
  }
}

describe('what can be resumed', () => {
  const apdu = value(4000);

  it('is known at any moment of a transfer', () => {
    const { pair, from } = opened('initiator', new MemoryTransferStore());
    expect(from.rtse.resumption).to.equal(undefined);
    from.rtse.transfer(apdu);
    expect(from.rtse.resumption).to.deep.include({ serial: 0, position: 0, ended: false });
    points(pair, from, 3);
    expect(from.rtse.resumption).to.deep.include({ serial: 3, position: 3072, ended: true });
    pair.run();
    pair.responder.rtse.acceptTransfer();
    pair.run();
    expect(from.rtse.resumption).to.equal(undefined);
  });

  it('is nothing where no point was confirmed and the end not sent, or where it was discarded', () => {
    const { pair, from } = opened('initiator', new MemoryTransferStore());
    from.rtse.transfer(apdu);
    from.rtse.interruptTransfer();
    pair.run();
    expect(from.last('rtTransferConfirm').resumption).to.equal(undefined);
    from.rtse.transfer(apdu);
    points(pair, from, 1);
    from.rtse.discardTransfer();
    pair.run();
    expect(from.last('rtTransferConfirm').resumption).to.equal(undefined);
  });

  it('is still what was confirmed where the discard itself was lost', () => {
    const { pair, from } = opened('initiator', new MemoryTransferStore());
    from.rtse.transfer(apdu);
    points(pair, from, 1);
    from.rtse.discardTransfer();
    pair.lose();
    expect(from.last('rtTransferConfirm').resumption).to.deep.include({ serial: 1 });
  });

  it('is nothing of an activity that the peer does not recognise', () => {
    const { pair, from, to } = opened('initiator', new MemoryTransferStore());
    from.rtse.transfer(apdu);
    points(pair, from, 1);
    to.rtse.abort('unrecognizedActivity');
    pair.run();
    expect(from.last('rtTransferConfirm').resumption).to.equal(undefined);
  });

  it('has to fit the value, and is refused before anything is sent', () => {
    const { pair, from } = opened('initiator', undefined);
    const connection = pair.initiator.profile.connection!;
    const fitting = { connection, activity: Uint8Array.of(2, 1, 1), serial: 1, position: 10, ended: false };
    const unnamed = { callingReference: new Uint8Array(0), commonReference: new Uint8Array(0) };
    for (const wrong of [
      { serial: -1 },
      { serial: 1_000_000 },
      { position: apdu.length + 1 },
      { serial: 0 },
      { activity: new Uint8Array(7) },
      { activity: new Uint8Array(0) },
      { connection: unnamed },
    ]) {
      expect(() => from.rtse.transfer(apdu, { resume: { ...fitting, ...wrong } }), JSON.stringify(wrong))
        .to.throw()
        .with.property('code', 'ERR_PRIMITIVE_PARAMETER');
    }
    expect(() => from.rtse.transfer(apdu, { transferTime: 0 }))
      .to.throw()
      .with.property('code', 'ERR_PRIMITIVE_PARAMETER');
    expect([from.rtse.state, from.session.takeOutput()]).to.deep.equal(['associated', []]);
  });

  it('may have nothing left but its end', () => {
    // Of a peer that has a point behind its last slice, too.
    const store = new MemoryTransferStore();
    const connection = { callingReference: Uint8Array.of(4, 1, 1), commonReference: Uint8Array.of(23, 1, 1) };
    store.secure({ connection: connectionKey(connection), activity: '020105' }, 1, Octets.of(apdu));
    const { pair, from, to } = opened('initiator', store);
    const activity = Uint8Array.of(2, 1, 5);
    from.rtse.transfer(apdu, { resume: { connection, activity, serial: 1, position: apdu.length, ended: false } });
    pair.run();
    expect(spduNames(pair.seen)).to.deep.equal(['> AR', '> AE']);
    expect(to.last('rtTransferIndication').apdu?.toHex()).to.equal(toHex(apdu));
  });
});

describe('what a receiver keeps', () => {
  const apdu = value(8000);

  it('is secured before the point is confirmed', () => {
    const calls: string[] = [];
    const memory = new MemoryTransferStore();
    const store: TransferStore = {
      secure: (key, serial, octets) => {
        calls.push(`secure ${key.activity} ${serial} ${octets.length}`);
        memory.secure(key, serial, octets);
      },
      resumed: (key, by, serial) => memory.resumed(key, by, serial),
      completed: (key) => {
        calls.push(`completed ${key.activity}`);
        memory.completed(key);
      },
      discarded: (key) => memory.discarded(key),
      find: (key) => memory.find(key),
    };
    const { pair, from, to } = opened('initiator', store, {}, { checkpointSize: 3 });
    const respond = to.session.sSyncMinorResponse.bind(to.session);
    to.session.sSyncMinorResponse = (serial) => {
      calls.push(`confirm ${serial}`);
      respond(serial);
    };
    from.rtse.transfer(apdu);
    pair.run();
    to.rtse.acceptTransfer();
    expect(calls).to.deep.equal([
      'secure 020101 1 3072',
      'confirm 1',
      'secure 020101 2 3072',
      'confirm 2',
      'completed 020101',
    ]);
  });

  it('is secured no earlier than the point is confirmed, where points are held back', () => {
    const store = new MemoryTransferStore();
    const { pair, from, to } = opened('initiator', store, {}, { windowSize: 3 });
    to.rtse.holdCheckpoints(true);
    from.rtse.transfer(apdu);
    pair.run();
    const key = { connection: '', activity: '020101' };
    const { callingReference, commonReference } = from.profile.connection!;
    key.connection = `${toHex(callingReference)}/${toHex(commonReference)}/`;
    expect(store.find(key)).to.equal(undefined);
    to.rtse.holdCheckpoints(false);
    const kept = store.find(key);
    if (kept === undefined || kept === 'completed') throw new Error('nothing is kept');
    expect([0, 1, 2, 3, 4].map((serial) => kept.upTo(serial)?.length)).to.deep.equal([0, 1024, 2048, 3072, undefined]);
  });

  it('is no more than it may collect', () => {
    const store = new MemoryTransferStore();
    const { pair, from, to } = opened('initiator', store, { responder: { store, collectLimit: 4000 } });
    from.rtse.transfer(apdu);
    points(pair, from, 4);
    from.rtse.interruptTransfer();
    pair.run();
    from.rtse.transfer(apdu, { resume: from.last('rtTransferConfirm').resumption });
    pair.run();
    expect(from.last('exceptionIndication').reason).to.equal(6);
    // It is taken all the same: only its pieces were handed on.
    from.rtse.transfer(apdu);
    pair.run();
    expect(to.last('rtTransferIndication')).to.include({ apdu: undefined, length: from.profile.wrap(apdu).length });
  });

  it('ends where points wait without end', () => {
    const store = new MemoryTransferStore();
    const { from, to } = opened('initiator', store);
    const feed = (event: object) => to.rtse.receive(event as ModeEvent);
    feed({ kind: 'sActivityStartIndication', activityIdentifier: Octets.of(Uint8Array.of(2, 1, 1)) });
    feed({ kind: 'dataIndication', slice: Octets.of(apdu) });
    to.session.sSyncMinorResponse = () => {};
    for (let serialNumber = 1; serialNumber <= 66_000; serialNumber += 1) {
      feed({ kind: 'sSyncMinorIndication', serialNumber, explicit: serialNumber === 66_000 });
    }
    const connection = connectionKey(from.profile.connection!);
    expect(store.find({ connection, activity: '020101' })).to.equal(undefined);
  });

  it('is not what an earlier activity of the same name was', () => {
    const store = new MemoryTransferStore();
    const first = opened('initiator', store);
    first.from.rtse.transfer(apdu);
    first.pair.run();
    first.to.rtse.acceptTransfer();
    first.pair.run();
    // A peer whose references are the same every time.
    const { pair, from, to } = opened('initiator', store);
    from.rtse.transfer(value(8000, 9));
    points(pair, from, 2);
    pair.lose();
    const last = opened('initiator', store, { second: 1 });
    last.from.rtse.transfer(value(8000, 9), { resume: from.last('rtTransferConfirm').resumption });
    last.pair.run();
    expect(to.of('rtTransferIndication')).to.deep.equal([]);
    expect(last.to.last('rtTransferIndication').apdu?.toHex()).to.equal(toHex(value(8000, 9)));
  });

  it('goes on under a name that another transfer had, and is not taken for that one', () => {
    const store = new MemoryTransferStore();
    const complete = opened('initiator', store);
    complete.from.rtse.transfer(value(100));
    complete.pair.run();
    complete.to.rtse.acceptTransfer();
    const broken = opened('initiator', store, { second: 1 });
    broken.from.rtse.transfer(apdu);
    points(broken.pair, broken.from, 2);
    broken.pair.lose();
    // The same references as the first, the same activity identifier, and no point before the end.
    const { pair, from, to } = opened('initiator', store, {}, { checkpointSize: 8 });
    from.rtse.transfer(apdu, { resume: broken.from.last('rtTransferConfirm').resumption });
    pair.run();
    expect(to.last('rtTransferStart')).to.include({ activity: '020101', resumedAt: 2 });
    expect(to.last('rtTransferIndication').apdu?.toHex()).to.equal(toHex(apdu));
  });

  it('is nobody’s where two associations go on under one name', () => {
    const store = new MemoryTransferStore();
    const first = opened('initiator', store);
    first.from.rtse.transfer(apdu);
    points(first.pair, first.from, 2);
    const { resumption } = first.from.rtse;
    // The sender has given the first association up; here it is open still, and more comes on it.
    const second = opened('initiator', store, { second: 1 });
    second.from.rtse.transfer(apdu, { resume: resumption! });
    points(second.pair, second.from, 1);
    first.pair.run();
    second.pair.lose();
    const third = opened('initiator', store, { second: 2 });
    third.from.rtse.transfer(apdu, { resume: second.from.last('rtTransferConfirm').resumption });
    third.pair.run();
    expect(third.from.last('exceptionIndication').reason).to.equal(6);
  });

  it('is indicated once, where its end came on the association that the sender gave up', () => {
    const store = new MemoryTransferStore();
    const first = opened('initiator', store);
    first.from.rtse.transfer(apdu);
    points(first.pair, first.from, 7);
    const { resumption } = first.from.rtse;
    first.pair.collect();
    const second = opened('initiator', store, { second: 1 });
    second.from.rtse.transfer(apdu, { resume: resumption! });
    second.pair.deliver('initiator');
    expect(second.to.last('rtTransferStart')).to.include({ resumedAt: 7 });
    first.pair.run();
    first.to.rtse.acceptTransfer();
    second.pair.run();
    expect(second.to.of('rtTransferIndication')).to.deep.equal([]);
    expect(second.from.last('rtTransferConfirm').secured).to.equal(true);
  });

  it('holds on a session connection without references, on that one only', () => {
    const store = new MemoryTransferStore();
    const pair = new RtsePair({ responder: { store } });
    for (const party of [pair.initiator, pair.responder]) {
      Object.defineProperty(party.profile, 'connection', { get: () => undefined });
    }
    pair.open(SIZES);
    const { initiator: from, responder: to } = pair;
    from.rtse.transfer(apdu);
    points(pair, from, 2);
    from.rtse.interruptTransfer();
    pair.run();
    const { resumption } = from.last('rtTransferConfirm');
    expect(store.find({ connection: '', activity: '020101' })).to.equal(undefined);
    const elsewhere = opened('initiator', store, { second: 1 });
    expect(() => elsewhere.from.rtse.transfer(apdu, { resume: resumption })).to.throw('references');
    from.rtse.transfer(apdu, { resume: resumption });
    points(pair, from, 3);
    expect(to.last('rtTransferStart')).to.include({ resumedAt: 2 });
    // Lost with it, it is lost.
    pair.lose();
    expect(from.last('rtTransferConfirm').resumption).to.equal(undefined);
  });

  it('is taken over by a connection without references under its old name', () => {
    const store = new MemoryTransferStore();
    const first = opened('initiator', store);
    first.from.rtse.transfer(apdu);
    points(first.pair, first.from, 2);
    first.pair.lose();
    const { resumption } = first.from.last('rtTransferConfirm');
    const pair = new RtsePair({ responder: { store }, second: 1 });
    Object.defineProperty(pair.responder.profile, 'connection', { get: () => undefined });
    pair.open(SIZES);
    pair.initiator.rtse.transfer(apdu, { resume: resumption });
    points(pair, pair.initiator, 1);
    pair.lose();
    // Its own name says nothing to the receiver; the one from which it was resumed still does.
    const last = opened('initiator', store, { second: 2 });
    last.from.rtse.transfer(apdu, { resume: { ...resumption!, serial: 3, position: 3072 } });
    last.pair.run();
    expect(last.to.last('rtTransferIndication').apdu?.toHex()).to.equal(toHex(apdu));
  });

  it('is told of once more to a sender that interrupts and resumes what is complete, by RTAB', () => {
    const store = new MemoryTransferStore();
    const first = opened('initiator', store);
    first.from.rtse.transfer(apdu);
    first.pair.run();
    first.to.rtse.acceptTransfer();
    first.pair.lose();
    const { resumption } = first.from.last('rtTransferConfirm');
    const { pair, from, to } = opened('initiator', store, {
      second: 1,
      initiator: { onException: { 3: 'interrupt' } },
    });
    from.rtse.transfer(apdu, { resume: resumption });
    pair.run();
    expect(from.of('exceptionIndication').map(({ action }) => action)).to.deep.equal(['interrupt']);
    expect(to.last('rtPAbortIndication').reason).to.equal(7);
    expect(from.last('rtTransferConfirm').secured).to.equal(true);
    expect(from.last('rtPAbortIndication').reason).to.equal(7);
  });

  it('is told by RTAB where the sender does nothing about it', () => {
    const store = new MemoryTransferStore();
    const first = opened('initiator', store);
    first.from.rtse.transfer(apdu);
    first.pair.run();
    first.to.rtse.acceptTransfer();
    first.pair.lose();
    const { pair, from, to } = opened('initiator', store, { second: 1 });
    from.rtse.transfer(apdu, { resume: first.from.last('rtTransferConfirm').resumption });
    pair.deliverAll('initiator');
    expect(to.rtse.awaiting).to.include({ timer: 'transfer' });
    to.rtse.timeout();
    pair.run();
    expect(to.last('rtPAbortIndication').reason).to.equal(7);
  });
});
