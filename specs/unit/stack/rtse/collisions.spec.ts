import { expect } from 'chai';
import { toHex } from '../../../../harness/ber/octets.js';
import type { TransferStore } from '../../../../harness/stack/rtse/recovery.js';
import type { RtAbortReason } from '../../../../harness/stack/rtse/terms.js';
import { MemoryTransferStore } from '../../../../harness/stack/rtse/transfer-store.js';
import { type Role, RtsePair, spduNames, value } from './support.js';

const other = { initiator: 'responder', responder: 'initiator' } as const;

function opened(sender: Role, request: object = {}, store: TransferStore = new MemoryTransferStore(), second = 0) {
  const pair = new RtsePair({ second, initiator: { store }, responder: { store } });
  pair.open({ initialTurn: sender, ...request });
  pair.seen.length = 0;
  return { pair, from: pair[sender], to: pair[other[sender]], store };
}

/** SPDUs as they arrived, whoever sent them. */
const arrived = (pair: RtsePair) => spduNames(pair.seen).map((name) => name.slice(2));

for (const sender of ['initiator', 'responder'] as const) {
  const receiver = other[sender];

  describe(`collisions, with the ${sender} as the sender`, () => {
    const apdu = value(3000);

    it('a please that crosses data is told of, and the transfer goes on', () => {
      const { pair, from, to } = opened(sender, { checkpointSize: 1, windowSize: 1 });
      from.rtse.transfer(apdu);
      pair.deliver(sender);
      to.rtse.turnPlease(4);
      pair.run();
      expect(from.of('rtTurnPleaseIndication')).to.deep.equal([{ kind: 'rtTurnPleaseIndication', priority: 4 }]);
      to.rtse.turnPlease(0);
      to.rtse.acceptTransfer();
      pair.run();
      expect(from.kinds().slice(-2)).to.deep.equal(['rtTurnPleaseIndication', 'rtTransferConfirm']);
      from.rtse.turnGive();
      pair.run();
      expect([from.rtse.hasTurn, to.rtse.hasTurn]).to.deep.equal([false, true]);
    });

    it('a please that crosses the turn is told of, and the turn arrives', () => {
      const { pair, from, to } = opened(sender);
      from.rtse.turnGive();
      to.rtse.turnPlease(2);
      pair.deliver(receiver);
      expect(from.last('rtTurnPleaseIndication').priority).to.equal(2);
      expect(from.rtse.state).to.equal('awaitControlGiven');
      pair.run();
      expect(pair.states).to.deep.equal(['associated', 'associated']);
      expect(to.rtse.hasTurn).to.equal(true);
    });

    it('an abort that crosses the end: resuming tells who has it', () => {
      for (const accepted of [false, true]) {
        const { pair, from, to, store } = opened(sender);
        from.rtse.transfer(apdu);
        pair.deliverAll(sender);
        if (accepted) to.rtse.acceptTransfer();
        from.rtse.abort('temporaryProblem');
        pair.run();
        const { secured, resumption } = from.last('rtTransferConfirm');
        expect([secured, resumption?.ended]).to.deep.equal([false, true]);
        expect(to.last('rtPAbortIndication').reason).to.equal(3);
        expect(to.of('transferAbandoned')).to.deep.equal([]);

        const again = opened(sender, {}, store, 1);
        again.from.rtse.transfer(apdu, { resume: resumption });
        again.pair.run();
        expect(again.from.last('exceptionIndication').reason).to.equal(accepted ? 3 : 6);
        const confirm = again.from.last('rtTransferConfirm');
        expect([confirm.secured, confirm.resumption]).to.deep.equal([accepted, undefined]);
      }
    });

    it('an abort of the receiver that crosses the end hands the transfer back', () => {
      const { pair, from, to } = opened(sender);
      from.rtse.transfer(apdu);
      pair.deliver(sender);
      to.rtse.abort('temporaryProblem');
      pair.run();
      expect(from.kinds().slice(-2)).to.deep.equal(['rtTransferConfirm', 'rtPAbortIndication']);
      expect(from.last('rtTransferConfirm').resumption?.ended).to.equal(true);
      expect(to.of('rtTransferIndication')).to.deep.equal([]);
    });

    it('a discard that crosses the acknowledgement does not take back what is complete', () => {
      const { pair, from, to } = opened(sender);
      from.rtse.transfer(apdu);
      pair.deliverAll(sender);
      to.rtse.acceptTransfer();
      from.rtse.timeout();
      pair.run();
      expect(arrived(pair).slice(-3)).to.have.members(['AEA', 'AD', 'ADA']);
      expect(to.of('transferAbandoned')).to.deep.equal([]);
      const { secured, resumption } = from.last('rtTransferConfirm');
      expect([secured, resumption?.ended, from.rtse.hasTurn]).to.deep.equal([false, true, true]);
      from.rtse.transfer(apdu, { resume: resumption });
      pair.run();
      expect(from.last('exceptionIndication').reason).to.equal(3);
      expect(from.last('rtTransferConfirm').secured).to.equal(true);
      expect(to.of('rtTransferIndication')).to.have.lengthOf(1);
    });

    it('an interruption that crosses the acknowledgement does not either', () => {
      const { pair, from, to } = opened(sender);
      from.rtse.transfer(apdu);
      pair.deliverAll(sender);
      to.rtse.acceptTransfer();
      from.rtse.interruptTransfer();
      pair.run();
      const { resumption } = from.last('rtTransferConfirm');
      from.rtse.transfer(apdu, { resume: resumption });
      pair.run();
      expect(from.last('rtTransferConfirm').secured).to.equal(true);
      expect(to.of('rtTransferIndication')).to.have.lengthOf(1);
    });

    it('a discard on an association that was given up does not forget what came to its end on another', () => {
      const first = opened(sender, { checkpointSize: 1, windowSize: 1 });
      first.from.rtse.transfer(apdu);
      while (first.from.of('checkpointConfirm').length < 2) first.pair.deliver(sender) || first.pair.deliver(receiver);
      const { resumption } = first.from.rtse;
      const second = opened(sender, {}, first.store, 1);
      second.from.rtse.transfer(apdu, { resume: resumption });
      second.pair.run();
      second.to.rtse.acceptTransfer();
      second.pair.run();
      first.from.rtse.discardTransfer();
      first.pair.run();
      const third = opened(sender, {}, first.store, 2);
      third.from.rtse.transfer(apdu, { resume: resumption });
      third.pair.run();
      expect(third.from.last('exceptionIndication').reason).to.equal(3);
    });

    it('an interruption that crosses an exception is confirmed, and the exception is nothing any more', () => {
      const { pair, from, to } = opened(sender, { checkpointSize: 1, windowSize: 1 });
      from.rtse.transfer(apdu);
      pair.deliver(sender);
      to.rtse.reportException('unrecoverableProcedureError');
      from.rtse.interruptTransfer('localUserError');
      pair.run();
      expect(from.of('exceptionIndication')).to.deep.equal([]);
      expect(to.last('transferAbandoned')).to.include({ how: 'interrupted', reason: 5 });
      expect(pair.states).to.deep.equal(['associated', 'associated']);
    });

    it('an exception that crosses the end: both are over with the discard', () => {
      const { pair, from, to } = opened(sender, { checkpointSize: 4, windowSize: 1 });
      from.rtse.transfer(apdu);
      expect(from.rtse.state).to.equal('awaitEndConfirm');
      pair.deliver(sender);
      to.rtse.reportException('unspecified');
      pair.deliver(receiver);
      expect(from.rtse.state).to.equal('awaitDiscardConfirm');
      pair.run();
      expect(to.of('rtTransferIndication')).to.deep.equal([]);
      expect(from.last('rtTransferConfirm')).to.not.have.property('resumption');
    });

    it('acknowledgements of points that cross a discard or an interruption are nothing any more', () => {
      for (const how of ['discardTransfer', 'interruptTransfer'] as const) {
        const { pair, from, to } = opened(sender, { checkpointSize: 1, windowSize: 1 });
        from.rtse.transfer(apdu);
        pair.deliverAll(sender);
        from.rtse[how]();
        pair.run();
        expect(arrived(pair)).to.include('MIA');
        expect(from.of('checkpointConfirm')).to.deep.equal([]);
        expect(from.last('rtTransferConfirm').secured).to.equal(false);
        expect(pair.states).to.deep.equal(['associated', 'associated']);
        from.rtse.transfer(apdu);
        pair.run();
        expect(to.last('rtTransferIndication').apdu?.toHex()).to.equal(toHex(apdu));
      }
    });
  });
}

describe('release', () => {
  it('is not stopped by a please that crosses it', () => {
    const { pair, from, to } = opened('initiator');
    to.rtse.turnPlease(1);
    from.rtse.close();
    pair.run();
    expect(from.kinds().slice(-2)).to.deep.equal(['rtTurnPleaseIndication', 'rtCloseConfirm']);
    expect(to.kinds().at(-1)).to.equal('rtCloseIndication');
    expect(pair.states).to.deep.equal(['closed', 'closed']);
  });

  it('may be crossed by an abort', () => {
    const { pair, from, to } = opened('initiator');
    to.rtse.abort('localSystemProblem');
    from.rtse.close();
    pair.run();
    expect(from.last('rtPAbortIndication').reason).to.equal(0);
    expect(pair.states).to.deep.equal(['closed', 'closed']);
  });
});

describe('aborts', () => {
  const reasons: readonly RtAbortReason[] = [
    'localSystemProblem',
    'invalidParameter',
    'unrecognizedActivity',
    'temporaryProblem',
    'protocolError',
    'transferCompleted',
  ];

  it('by either side, with every reason, at every moment of a transfer, end it on both', () => {
    for (const [i, reason] of reasons.entries()) {
      for (const who of ['initiator', 'responder'] as const) {
        for (let delivered = 0; delivered < 12; delivered += 1) {
          const { pair, from, to } = opened('initiator', { checkpointSize: 1, windowSize: 2 });
          from.rtse.transfer(value(4000));
          for (let n = 0; n < delivered; n += 1) pair.deliver(n % 3 === 2 ? 'responder' : 'initiator');
          pair[who].rtse.abort(reason);
          pair.run();
          expect(pair.states, `${reason} by ${who}`).to.deep.equal(['closed', 'closed']);
          const confirms = from.of('rtTransferConfirm');
          expect(confirms).to.have.lengthOf(1);
          const told = pair[who === 'initiator' ? 'responder' : 'initiator'].last('rtPAbortIndication');
          expect(told.reason).to.equal(i < 5 ? i : 7);
          expect(to.of('rtTransferIndication').length).to.be.at.most(1);
          const confirmed = from.of('checkpointConfirm').length;
          const { secured, resumption } = confirms[0]!;
          if (reason !== 'transferCompleted') expect(secured).to.equal(false);
          if (reason === 'unrecognizedActivity' && who === 'responder') expect(resumption).to.equal(undefined);
          else if (!secured && confirmed > 0) expect(resumption?.serial).to.equal(confirmed);
        }
      }
    }
  });

  it('with transferCompleted mean what they say only of what can be complete', () => {
    for (const octets of [100, 5000]) {
      const { pair, from, to } = opened('initiator', { checkpointSize: 1, windowSize: 1 });
      to.rtse.holdCheckpoints(true);
      from.rtse.transfer(value(octets));
      pair.run();
      to.rtse.abort('transferCompleted');
      pair.run();
      expect(from.last('rtTransferConfirm').secured).to.equal(octets === 100);
    }
  });

  it('of the user leave nothing to be recovered', () => {
    for (const who of ['initiator', 'responder'] as const) {
      const { pair, from } = opened('initiator', {}, new MemoryTransferStore());
      from.rtse.transfer(value(100));
      pair.run();
      // In X.410 mode there is no such reason on the wire: X.218 9.7. What comes is the system's.
      pair[who].rtse.abort('userError');
      pair.run();
      const { resumption } = from.last('rtTransferConfirm');
      expect(resumption?.ended).to.equal(who === 'initiator' ? undefined : true);
    }
  });
});
