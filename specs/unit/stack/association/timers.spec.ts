import { expect } from 'chai';
import { apdu, bindResult, modes, Pair } from './support.js';

/** Lets the time of a pair go on to the next deadline of one side, which must be after `milliseconds`. */
function expire(pair: Pair, role: 'initiator' | 'responder', milliseconds: number): void {
  const own = pair[role];
  own.advance(pair.now);
  expect(own.nextDeadline).to.equal(pair.now + milliseconds);
  own.advance(pair.now + milliseconds - 1);
  expect(own.takeEvents()).to.deep.equal([]);
  pair.now += milliseconds;
  own.advance(pair.now);
}

for (const mode of modes) {
  describe(`the timers of an association in mode ${mode}`, () => {
    it('gives up an opening that is not answered below session, and closes', () => {
      const pair = new Pair({ mode });
      pair.initiator.open({ userData: bindResult });
      pair.initiator.connected(pair.now);
      expire(pair, 'initiator', 60_000);
      expect(pair.initiator.takeEvents()).to.have.lengthOf(1);
      expect(pair.initiator.wantsClose).to.equal(true);
      expect(pair.initiator.nextDeadline).to.equal(undefined);
    });

    it('aborts an opening that the responder leaves without an answer', () => {
      const pair = new Pair({ mode, initiator: { timers: { open: 500 } } });
      pair.connect();
      pair.run(() => {});
      expire(pair, 'initiator', 500);
      pair.run(() => {});
      expect(pair.last('initiator')).to.include({ kind: 'rtPAbortIndication' });
      expect(pair.last('responder')).to.include({ kind: 'rtPAbortIndication', layer: 'rtse', reason: 3 });
    });

    it('closes a link on which no CONNECT comes', () => {
      const { responder, now } = new Pair({ mode });
      responder.connected(now);
      responder.advance(now + 60_000);
      expect(responder.takeEvents()[0]).to.include({ kind: 'rtPAbortIndication' });
      expect(responder.wantsClose).to.equal(true);
    });

    it('discards a transfer that is not acknowledged in time, and tells of it when the peer has confirmed', () => {
      const pair = new Pair({ mode, initiator: { timers: { transfer: 1000 } } });
      pair.connect();
      pair.run();
      pair.now += 5_000_000;
      pair.initiator.transfer(apdu(10));
      pair.run(() => {});
      expire(pair, 'initiator', 1000);
      pair.run(() => {});
      expect(pair.last('responder')).to.deep.include({ kind: 'transferAbandoned', how: 'discarded', reason: 5 });
      expect(pair.last('initiator')).to.include({ kind: 'rtTransferConfirm', secured: false });
      expect(pair.initiator.hasTurn).to.equal(true);
    });

    it('waits for a full window no longer than for an acknowledgement', () => {
      const pair = new Pair({ mode });
      pair.connect({ checkpointSize: 1, windowSize: 1 });
      pair.run();
      pair.responder.holdCheckpoints(true);
      pair.initiator.transfer(apdu(5000));
      pair.run();
      expire(pair, 'initiator', 300_000);
      pair.run();
      expect(pair.last('initiator')).to.include({ kind: 'rtTransferConfirm', secured: false });
    });

    it('aborts where the discard is not confirmed either', () => {
      const pair = new Pair({ mode });
      pair.connect();
      pair.run();
      pair.initiator.transfer(apdu(10));
      pair.initiator.takeOutput();
      expire(pair, 'initiator', 300_000);
      expire(pair, 'initiator', 30_000);
      expect(pair.initiator.takeEvents().map(({ kind }) => kind)).to.deep.equal([
        'rtTransferConfirm',
        'rtPAbortIndication',
      ]);
      // The peer has as long again to close.
      expire(pair, 'initiator', 30_000);
      expect(pair.initiator.wantsClose).to.equal(true);
    });

    it('does not wait for a DISCONNECT for ever', () => {
      const pair = new Pair({ mode });
      pair.connect();
      pair.run();
      pair.initiator.close();
      pair.initiator.takeOutput();
      expire(pair, 'initiator', 30_000);
      expect(pair.initiator.takeEvents()[0]).to.include({ kind: 'rtPAbortIndication', layer: 'rtse' });
    });

    it('closes after its DISCONNECT if the peer does not', () => {
      const pair = new Pair({ mode });
      pair.connect();
      pair.run();
      pair.initiator.close();
      pair.run();
      expect(pair.initiator.wantsClose).to.equal(true);
      expect(pair.responder.wantsClose).to.equal(false);
      expire(pair, 'responder', 30_000);
      expect(pair.responder.wantsClose).to.equal(true);
    });

    it('has no deadline while it waits for its own user, or for nothing', () => {
      const pair = new Pair({ mode });
      pair.connect();
      pair.run(() => {});
      expect(pair.responder.nextDeadline).to.equal(undefined);
      pair.responder.acceptOpen({ userData: bindResult });
      pair.run();
      expect(pair.initiator.nextDeadline).to.equal(undefined);
    });
  });
}
