import { expect } from 'chai';
import { fromHex, Octets, toHex } from '../../../../harness/ber/octets.js';
import { RESUME_LIMIT } from '../../../../harness/stack/rtse/exceptions.js';
import type { ExceptionAction } from '../../../../harness/stack/rtse/service.js';
import type { ActivityReason } from '../../../../harness/stack/rtse/terms.js';
import { MemoryTransferStore } from '../../../../harness/stack/rtse/transfer-store.js';
import { type PairOptions, type Party, RtsePair, spduNames, value } from './support.js';

const apdu = value(5000);

function opened(options: PairOptions = {}) {
  const store = new MemoryTransferStore();
  const pair = new RtsePair({ ...options, responder: { store, ...options.responder } });
  pair.open({ checkpointSize: 1, windowSize: 1 });
  return { pair, from: pair.initiator, to: pair.responder, store };
}

function points(pair: RtsePair, from: Party, count: number): void {
  while (from.of('checkpointConfirm').length < count) {
    if (!pair.deliver('initiator') && !pair.deliver('responder')) throw new Error('nothing moves');
  }
}

/** The sender's answer to an exception that comes when `confirmed` points are. */
function answerTo(reason: ActivityReason, confirmed: number, onException?: Record<number, ExceptionAction>) {
  const { pair, from, to } = opened({ initiator: { onException } });
  from.rtse.transfer(apdu);
  points(pair, from, confirmed);
  to.rtse.holdCheckpoints(true);
  pair.run();
  to.rtse.reportException(reason);
  pair.seen.length = 0;
  pair.run();
  const answer = spduNames(pair.seen).find((name) => /> (AI|AD|AB)$/.test(name));
  return { pair, from, to, answer, action: from.last('exceptionIndication').action };
}

describe('what a sender does about an exception, X.410 4.5.2', () => {
  it('aborts where the receiver can no longer hold the association, and keeps what it takes to go on', () => {
    const { from, to, answer, action } = answerTo('receivingAbilityJeopardized', 2);
    expect([answer, action]).to.deep.equal(['> AB', 'abort']);
    expect(from.kinds().slice(-3)).to.deep.equal(['exceptionIndication', 'rtTransferConfirm', 'rtPAbortIndication']);
    expect(from.last('rtTransferConfirm').resumption).to.include({ serial: 2 });
    expect(to.last('rtPAbortIndication').reason).to.equal(3);
  });

  it('discards on every other that says that it cannot go on', () => {
    for (const reason of ['unspecified', 'unrecoverableProcedureError', 'demandDataToken', 'sequenceError'] as const) {
      const { from, to, answer, action } = answerTo(reason, 2);
      expect([answer, action], reason).to.deep.equal(['> AD', 'discard']);
      const confirm = from.last('rtTransferConfirm');
      expect([confirm.secured, confirm.resumption], reason).to.deep.equal([false, undefined]);
      expect(to.last('transferAbandoned').how).to.equal('discarded');
    }
  });

  it('takes a sequence error as a failure where it has not resumed, even behind the end', () => {
    const { pair, from, to } = opened();
    from.rtse.transfer(value(100));
    pair.run();
    to.rtse.reportException('sequenceError');
    pair.run();
    const confirm = from.last('rtTransferConfirm');
    expect([confirm.secured, confirm.resumption]).to.deep.equal([false, undefined]);
  });

  it('interrupts on an error of the receiver’s user, and goes on at once behind the last point', () => {
    const { pair, from, to, answer, action } = answerTo('localUserError', 2);
    expect([answer, action]).to.deep.equal(['> AI', 'interrupt']);
    expect(spduNames(pair.seen).slice(0, 4)).to.deep.equal(['< ED', '> AI', '< AIA', '> AR']);
    expect(to.last('rtTransferStart')).to.include({ activity: '020102', resumedAt: 2 });
    to.rtse.holdCheckpoints(false);
    pair.run();
    expect(to.last('rtTransferIndication').apdu?.toHex()).to.equal(toHex(apdu));
    to.rtse.acceptTransfer();
    pair.run();
    expect(from.of('rtTransferConfirm')).to.deep.equal([{ kind: 'rtTransferConfirm', secured: true }]);
  });

  it('discards on it where no point was confirmed: there is nothing to go on from', () => {
    const { answer, action } = answerTo('localUserError', 0);
    expect([answer, action]).to.deep.equal(['> AD', 'discard']);
  });

  it('goes on so three times without progress, and then hands the transfer back', () => {
    const { pair, from, to } = opened();
    from.rtse.transfer(apdu);
    points(pair, from, 1);
    to.rtse.holdCheckpoints(true);
    for (let i = 0; i <= RESUME_LIMIT; i += 1) {
      pair.run();
      to.rtse.reportException('localUserError');
    }
    pair.run();
    expect(to.of('rtTransferStart').map(({ resumedAt }) => resumedAt)).to.deep.equal([undefined, 1, 1, 1]);
    const confirm = from.last('rtTransferConfirm');
    expect(confirm.secured).to.equal(false);
    expect(confirm.resumption).to.deep.include({ serial: 1, position: 1024 });
    expect(from.rtse.state).to.equal('associated');
  });

  it('begins to count anew when a point was confirmed', () => {
    const { pair, from, to } = opened();
    from.rtse.transfer(value(9000));
    for (let confirmed = 1; confirmed <= 8; confirmed += 1) {
      points(pair, from, confirmed);
      pair.deliver('initiator');
      if (to.rtse.state === 'receiving') to.rtse.reportException('localUserError');
    }
    pair.run();
    expect(to.last('rtTransferIndication').apdu?.toHex()).to.equal(toHex(value(9000)));
    expect(from.of('exceptionIndication').length).to.be.greaterThan(RESUME_LIMIT);
  });

  it('does what its user wants in its place', () => {
    expect(answerTo('unrecoverableProcedureError', 1, { 6: 'interrupt' }).answer).to.equal('> AI');
    expect(answerTo('localUserError', 1, { 5: 'discard' }).answer).to.equal('> AD');
    expect(answerTo('unspecified', 1, { 0: 'abort' }).answer).to.equal('> AB');
    const none = answerTo('unspecified', 0, { 0: 'interrupt' });
    expect(none.answer).to.equal('> AI');
    // Nothing was confirmed: it is not resumed, and nothing could be.
    expect(none.from.last('rtTransferConfirm')).to.not.have.property('resumption');
  });

  it('discards what the provider reports an exception on', () => {
    for (const behindTheEnd of [false, true]) {
      const { pair, from, to } = opened();
      if (!behindTheEnd) to.rtse.holdCheckpoints(true);
      from.rtse.transfer(behindTheEnd ? value(100) : apdu);
      pair.run();
      from.session.receive(Octets.of(fromHex('0200 0003310100')));
      from.settle();
      expect(from.last('exceptionIndication')).to.deep.equal({
        kind: 'exceptionIndication',
        reason: 0,
        action: 'discard',
      });
      pair.run();
      expect(from.last('rtTransferConfirm').secured).to.equal(false);
      expect(to.last('transferAbandoned')).to.include({ how: 'discarded' });
    }
  });
});
