import { expect } from 'chai';
import { toHex } from '../../../../harness/ber/octets.js';
import { AssociationObserver } from '../../../../harness/stack/association/observer.js';
import type { MachineOptions } from '../../../../harness/stack/association/options.js';
import type { AssociationService, OpenRequest, ServiceEvent } from '../../../../harness/stack/association/service.js';
import { MemoryTransferStore } from '../../../../harness/stack/rtse/transfer-store.js';
import { apdu, bindFor, type EventKind, type EventOf, modes, Pair, START, types } from './support.js';

type Role = 'initiator' | 'responder';

for (const mode of modes) {
  const { result } = bindFor(mode);

  /** Opened at a second of its own, with the turn on the side that is to send. */
  function opened(
    sender: Role,
    second: number,
    options: Partial<MachineOptions> = {},
    request: Partial<OpenRequest> = {},
  ) {
    const pair = new Pair({ mode, initiator: options, responder: options });
    pair.now = START + second * 1000;
    pair.connect({ dialogueMode: 'twa', checkpointSize: 1, windowSize: 1, initialTurn: sender, ...request });
    pair.run(opening);
    return pair;
  }

  function opening(event: ServiceEvent, service: AssociationService): void {
    if (event.kind === 'rtOpenIndication') service.acceptOpen({ userData: result });
  }

  function last<Kind extends EventKind>(pair: Pair, role: Role, kind: Kind): EventOf<Kind> {
    const found = pair.events[role].findLast((event): event is EventOf<Kind> => event.kind === kind);
    if (found === undefined) throw new Error(`${role}: no ${kind}`);
    return found;
  }

  describe(`an association that is recovered, in mode ${mode}`, () => {
    for (const sender of ['initiator', 'responder'] as const) {
      const receiver = sender === 'initiator' ? 'responder' : 'initiator';
      const message = apdu(10_000);

      it(`goes on with the transfer of the ${sender}, of which only the point and the octets were kept`, () => {
        const store = new MemoryTransferStore();
        const first = opened(sender, 0, { store });
        expect(first.initiator.connection).to.deep.equal(first.responder.connection);
        // The sender writes down at each point what it would take to go on: this is all that it has afterwards.
        let kept = first[sender].resumption;
        first[sender].transfer(message);
        first.run((event) => {
          if (event.kind === 'checkpointConfirm' && event.serial <= 4) kept = first[sender].resumption;
        });
        expect(kept).to.deep.include({ serial: 4, position: 4096 });
        first[receiver].disconnected(first.now);
        first.run();

        const { connection } = first.initiator;
        const pair = opened(sender, 60, { store }, { recover: connection, checkpointSize: 3, windowSize: 2 });
        expect(last(pair, 'responder', 'rtOpenIndication').recover).to.deep.equal({
          ...connection,
          additionalReference: undefined,
        });
        expect(pair.hex('initiator')).to.not.contain(toHex(bindFor(mode).argument));
        pair[sender].transfer(message, { resume: kept });
        pair.run();
        expect(last(pair, receiver, 'rtTransferStart').resumedAt).to.equal(4);
        expect(last(pair, receiver, 'rtTransferIndication').apdu?.toHex()).to.equal(toHex(message));
        expect(last(pair, sender, 'rtTransferConfirm').secured).to.equal(true);
        const points = pair.events[receiver].filter(({ kind }) => kind === 'checkpointIndication');
        expect(points).to.have.lengthOf(1);
      });
    }

    it('is seen as such by an observer', () => {
      const store = new MemoryTransferStore();
      const first = opened('initiator', 0, { store });
      first.initiator.transfer(apdu(5000));
      first.run((event, service) => {
        if (event.kind === 'checkpointConfirm' && event.serial === 2) service.interruptTransfer('localUserError');
      });
      const { resumption } = last(first, 'initiator', 'rtTransferConfirm');
      first.initiator.transfer(apdu(5000), { resume: resumption });
      first.run();
      const observer = new AssociationObserver({ connection: 0, types });
      // Octets of one side after those of the other: what an observer says of activities does not need their order.
      const seen = (['initiator', 'responder'] as const).flatMap((role) =>
        first.sent[role].flatMap((bytes) => observer.push(role === 'initiator' ? 'i2r' : 'r2i', bytes, START)),
      );
      const transfers = seen.flatMap((event) => (event.kind === 'transfer' ? [event] : []));
      expect(
        transfers.map(({ phase, transfer }) => `${transfer.activity} ${phase} ${transfer.resumed}`),
      ).to.include.members([
        '020101 started false',
        '020101 interrupted false',
        '020102 started true',
        '020102 ended true',
      ]);
    });
  });

  describe(`the time of a transfer, in mode ${mode}`, () => {
    const accepts = (event: ServiceEvent, service: AssociationService) => {
      opening(event, service);
      if (event.kind === 'rtTransferIndication') service.acceptTransfer();
    };

    it('runs on however much is confirmed, and its end discards', () => {
      const pair = opened('initiator', 0, { timers: { transfer: 100 } });
      pair.initiator.transfer(apdu(20_000), { transferTime: 250 });
      pair.initiator.advance(pair.now);
      const began = pair.now;
      // A point every 60 ms: no step is ever late.
      pair.responder.holdCheckpoints(true);
      pair.run(accepts);
      for (let i = 0; i < 4; i += 1) {
        pair.now += 60;
        pair.responder.holdCheckpoints(false);
        pair.responder.holdCheckpoints(true);
        pair.run(accepts);
      }
      expect(pair.initiator.transferring).to.equal('sending');
      expect(pair.initiator.nextDeadline).to.equal(began + 250);
      pair.now = began + 250;
      pair.initiator.advance(pair.now);
      pair.run(accepts);
      expect(last(pair, 'responder', 'transferAbandoned')).to.include({ how: 'discarded', reason: 5 });
      const confirm = last(pair, 'initiator', 'rtTransferConfirm');
      expect(confirm.secured).to.equal(false);
      expect(confirm.reason).to.contain('transfer time');
      expect(pair.initiator.nextDeadline).to.equal(undefined);
    });

    it('begins anew with each transfer, and is over when it is secured', () => {
      const pair = opened('initiator', 0);
      for (const wait of [100, 100]) {
        pair.initiator.transfer(apdu(10), { transferTime: 150 });
        pair.initiator.advance(pair.now);
        expect(pair.initiator.nextDeadline).to.equal(pair.now + 150);
        pair.now += wait;
        pair.initiator.advance(pair.now);
        pair.run(accepts);
        expect(last(pair, 'initiator', 'rtTransferConfirm').secured).to.equal(true);
        expect(pair.initiator.nextDeadline).to.equal(undefined);
      }
    });

    it('ends the wait for the acknowledgement, which the receiver may have sent', () => {
      const store = new MemoryTransferStore();
      const pair = opened('initiator', 0, { store });
      pair.initiator.transfer(apdu(10), { transferTime: 150 });
      pair.run(opening);
      pair.initiator.advance(pair.now);
      pair.initiator.advance(pair.now + 150);
      pair.responder.acceptTransfer();
      pair.run(opening);
      const { secured, resumption } = last(pair, 'initiator', 'rtTransferConfirm');
      expect([secured, resumption?.ended]).to.deep.equal([false, true]);
      pair.initiator.transfer(apdu(10), { resume: resumption });
      pair.run(opening);
      expect(last(pair, 'initiator', 'rtTransferConfirm').secured).to.equal(true);
    });

    it('stops a transfer that is interrupted and resumed over and over', () => {
      const store = new MemoryTransferStore();
      const pair = opened('initiator', 0, { store });
      pair.initiator.transfer(apdu(10_000), { transferTime: 150 });
      pair.run((event, service) => {
        if (event.kind === 'checkpointIndication' && event.serial === 2) service.reportException('localUserError');
        if (event.kind === 'exceptionIndication') {
          pair.initiator.advance(pair.now);
          pair.initiator.advance(pair.now + 150);
        }
      });
      const confirm = last(pair, 'initiator', 'rtTransferConfirm');
      expect([confirm.secured, confirm.resumption?.serial]).to.deep.equal([false, 2]);
      expect(pair.initiator.transferring).to.equal('none');
    });
  });
}
