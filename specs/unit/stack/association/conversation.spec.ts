import { expect } from 'chai';
import { toHex } from '../../../../harness/ber/octets.js';
import {
  accepting,
  anomalies,
  apdu,
  bindError,
  bindFor,
  type Conversation,
  type ConversationOptions,
  converse,
  linkKinds,
  modes,
  observe,
  outcome,
  transfers,
} from './support.js';

for (const [kind, mode] of linkKinds.flatMap((each) => modes.map((mode) => [each, mode] as const))) {
  const bind = bindFor(mode);

  describe(`an association in mode ${mode} over ${kind.name}`, () => {
    let talk: Conversation;

    async function open(options: ConversationOptions = {}): Promise<Conversation> {
      talk = await converse(kind, { mode, ...options });
      await talk.initiator.wait('rtOpenConfirm');
      return talk;
    }

    async function released(): Promise<void> {
      talk.initiator.drive.use((initiator) => initiator.close());
      await talk.initiator.wait('disconnected');
      await talk.responder.wait('disconnected');
    }

    afterEach(async () => {
      await talk.finish();
    });

    it('opens, with both binds handed over, and is released', async () => {
      const { initiator, responder, recording } = await open({ request: { dialogueMode: 'twa', checkpointSize: 63 } });
      const indication = await responder.wait('rtOpenIndication');
      expect(indication).to.include({ mode, recover: undefined, dialogueMode: 'twa', initialTurn: 'initiator' });
      expect(indication).to.include({ checkpointSize: 63, windowSize: 3 });
      expect(indication.userData.toHex()).to.equal(toHex(bind.argument));
      const [confirm] = initiator.of('rtOpenConfirm');
      expect(confirm).to.include({ accepted: true, checkpointSize: 63 });
      expect(confirm?.userData?.toHex()).to.equal(toHex(bind.result));
      expect([initiator.service.state, responder.service.state]).to.deep.equal(['open', 'open']);
      expect([initiator.service.hasTurn, responder.service.hasTurn]).to.deep.equal([true, false]);

      await released();
      expect(initiator.kinds()).to.deep.equal(['rtOpenConfirm', 'rtCloseConfirm', 'disconnected']);
      expect(responder.kinds()).to.deep.equal(['rtOpenIndication', 'rtCloseIndication', 'disconnected']);
      expect(outcome(recording)).to.deep.equal(['released']);
      expect(anomalies(recording)).to.deep.equal([]);
    });

    it('is refused, in normal mode with the bind error', async () => {
      const refusal = mode === 'normal' ? { userData: bindError } : { refuseReason: 2 };
      const { initiator, recording } = await open({
        onResponder: (event, service) => {
          if (event.kind === 'rtOpenIndication') service.refuseOpen(refusal);
        },
      });
      const [confirm] = initiator.of('rtOpenConfirm');
      expect(confirm).to.include({ accepted: false, refusedBy: 'rtse', reason: refusal.refuseReason });
      expect(confirm?.userData?.toHex()).to.equal(mode === 'normal' ? toHex(bindError) : undefined);
      await initiator.wait('disconnected');
      expect(outcome(recording)).to.deep.equal(['refused']);
      expect(anomalies(recording)).to.deep.equal([]);
    });

    it('transfers three messages', async () => {
      const { initiator, responder, recording } = await open();
      for (const nth of [1, 2, 3]) {
        initiator.drive.use((association) => association.transfer(apdu(700 * nth, nth)));
        expect(await initiator.wait('rtTransferConfirm', nth)).to.include({ secured: true });
      }
      const received = responder.of('rtTransferIndication').map((event) => event.apdu?.toHex());
      expect(received).to.deep.equal([1, 2, 3].map((nth) => toHex(apdu(700 * nth, nth))));
      expect(responder.of('rtTransferStart').map(({ activity }) => activity)).to.deep.equal([
        '020101',
        '020102',
        '020103',
      ]);
      await released();
      expect(transfers(recording)).to.deep.equal(
        [0, 1, 2].flatMap((n) => [`${n} i2r started`, `${n} i2r ended`, `${n} i2r confirmed`]),
      );
      expect(anomalies(recording)).to.deep.equal([]);
    });

    it('transfers 200 KB with checkpoints, three of them unconfirmed at most', async () => {
      const { initiator, responder, recording } = await open({ request: { checkpointSize: 4, windowSize: 3 } });
      const message = apdu(200 * 1024);
      initiator.drive.use((association) => association.transfer(message));
      expect(await initiator.wait('rtTransferConfirm')).to.include({ secured: true });
      const [indication] = responder.of('rtTransferIndication');
      expect(Buffer.compare(indication?.apdu?.toBytes() ?? new Uint8Array(0), message)).to.equal(0);
      // 4096 octets of the wrapped value each, and none behind the last slice.
      expect(responder.of('checkpointIndication').map(({ serial }) => serial)).to.deep.equal(
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
      expect(responder.of('rtSegmentIndication')).to.have.lengthOf(51);
      await released();
      let unconfirmed = 0;
      let most = 0;
      for (const spdu of checkpoints(recording)) {
        unconfirmed += spdu === 'MINOR SYNC POINT' ? 1 : -1;
        most = Math.max(most, unconfirmed);
      }
      expect(most).to.equal(3);
      expect(anomalies(recording)).to.deep.equal([]);
    });

    it('passes the turn, asked for and given, both ways', async () => {
      const { initiator, responder, recording } = await open({
        request: { dialogueMode: 'twa' },
        onInitiator: accepting,
      });
      responder.drive.use((association) => association.turnPlease(2));
      expect(await initiator.wait('rtTurnPleaseIndication')).to.include({ priority: 2 });
      initiator.drive.use((association) => association.turnGive());
      await responder.wait('rtTurnGiveIndication');
      expect([initiator.service.hasTurn, responder.service.hasTurn]).to.deep.equal([false, true]);
      responder.drive.use((association) => association.transfer(apdu(100)));
      expect(await responder.wait('rtTransferConfirm')).to.include({ secured: true });
      initiator.drive.use((association) => association.turnPlease(0));
      await responder.wait('rtTurnPleaseIndication');
      responder.drive.use((association) => association.turnGive());
      await initiator.wait('rtTurnGiveIndication');
      await released();
      expect(transfers(recording)).to.deep.equal(['0 r2i started', '0 r2i ended', '0 r2i confirmed']);
      expect(anomalies(recording)).to.deep.equal([]);
    });

    it('gives the responder the turn from the start', async () => {
      const { responder, recording } = await open({ request: { initialTurn: 'responder' }, onInitiator: accepting });
      expect(responder.service.hasTurn).to.equal(true);
      responder.drive.use((association) => association.transfer(apdu(10)));
      expect(await responder.wait('rtTransferConfirm')).to.include({ secured: true });
      expect(anomalies(recording)).to.deep.equal([]);
    });

    it('is aborted by its user, in normal mode with user data', async () => {
      const { initiator, responder, recording } = await open();
      initiator.drive.use((association) => association.abort('userError', apdu(3)));
      if (mode === 'normal') {
        const indication = await responder.wait('rtUAbortIndication');
        expect(indication.reason).to.equal(6);
        expect(indication.userData?.toHex()).to.equal(toHex(apdu(3)));
      } else {
        // X.218 9.7: the X.410 modes have no abort of the user, and no reason for one.
        expect(await responder.wait('rtPAbortIndication')).to.include({ layer: 'rtse', reason: 0 });
      }
      await initiator.wait('disconnected');
      expect(outcome(recording)).to.deep.equal(['aborted']);
      // X.228 has the field, and X.419 maps nothing on it.
      const unmapped = mode === 'normal' ? ['RTAB.userdataAB'] : [];
      expect(anomalies(recording).map(({ path }) => path)).to.deep.equal(unmapped);
    });

    it('is aborted by the receiver in a transfer: the sender has its message back first', async () => {
      const { initiator, recording } = await open({
        onResponder: (event, service) => {
          if (event.kind === 'rtOpenIndication') service.acceptOpen({ userData: bind.result });
          if (event.kind === 'rtTransferIndication') service.abort('temporaryProblem');
        },
      });
      initiator.drive.use((association) => association.transfer(apdu(100)));
      await initiator.wait('disconnected');
      expect(initiator.kinds()).to.deep.equal([
        'rtOpenConfirm',
        'rtTransferConfirm',
        'rtPAbortIndication',
        'disconnected',
      ]);
      expect(initiator.of('rtTransferConfirm')[0]).to.include({ secured: false });
      expect(initiator.of('rtPAbortIndication')[0]).to.include({ layer: 'rtse', reason: 3 });
      expect(anomalies(recording)).to.deep.equal([]);
    });

    it('discards a transfer on which the receiver reports an exception, and goes on', async () => {
      let refusals = 0;
      const { initiator, responder, recording } = await open({
        onResponder: (event, service) => {
          if (event.kind !== 'rtTransferIndication' || refusals > 0) accepting(event, service);
          else {
            refusals += 1;
            service.reportException('unrecoverableProcedureError');
          }
        },
      });
      initiator.drive.use((association) => association.transfer(apdu(100)));
      expect(await initiator.wait('exceptionIndication')).to.include({ reason: 6 });
      expect(await initiator.wait('rtTransferConfirm')).to.include({ secured: false });
      expect(await responder.wait('transferAbandoned')).to.include({ how: 'discarded', reason: 6 });
      expect([initiator.service.transferring, initiator.service.hasTurn]).to.deep.equal(['none', true]);
      initiator.drive.use((association) => association.transfer(apdu(100)));
      expect(await initiator.wait('rtTransferConfirm', 2)).to.include({ secured: true });
      await released();
      expect(anomalies(recording)).to.deep.equal([]);
    });

    it('lets the sender discard its transfer while checkpoints are held back', async () => {
      const { initiator, responder, recording } = await open({
        request: { checkpointSize: 1, windowSize: 2 },
        onResponder: (event, service) => {
          accepting(event, service);
          if (event.kind === 'rtTransferStart') service.holdCheckpoints(true);
        },
      });
      initiator.drive.use((association) => association.transfer(apdu(10_000)));
      await responder.wait('checkpointIndication', 2);
      expect(initiator.of('checkpointConfirm')).to.deep.equal([]);
      initiator.drive.use((association) => association.discardTransfer('localUserError'));
      expect(await responder.wait('transferAbandoned')).to.include({ how: 'discarded', reason: 5 });
      expect(await initiator.wait('rtTransferConfirm')).to.include({ secured: false });
      expect(anomalies(recording)).to.deep.equal([]);
    });

    it('goes on when held checkpoints are let go: the last one confirms those before it', async () => {
      const { initiator, responder, recording } = await open({
        request: { checkpointSize: 1, windowSize: 2 },
        onResponder: (event, service) => {
          accepting(event, service);
          if (event.kind === 'rtTransferStart') service.holdCheckpoints(true);
        },
      });
      initiator.drive.use((association) => association.transfer(apdu(10_000)));
      await responder.wait('checkpointIndication', 2);
      responder.drive.use((association) => association.holdCheckpoints(false));
      expect(await initiator.wait('rtTransferConfirm')).to.include({ secured: true });
      expect(initiator.of('checkpointConfirm')[0]).to.include({ serial: 2 });
      expect(anomalies(recording)).to.deep.equal([]);
    });

    it('tells of a link that was lost, the transfer first', async () => {
      const { initiator, responder } = await open({
        onResponder: (event, service) => {
          if (event.kind === 'rtOpenIndication') service.acceptOpen({ userData: bind.result });
        },
      });
      initiator.drive.use((association) => association.transfer(apdu(100)));
      await responder.wait('rtTransferIndication');
      responder.drive.destroy();
      await initiator.wait('disconnected');
      expect(initiator.kinds()).to.deep.equal([
        'rtOpenConfirm',
        'rtTransferConfirm',
        'rtPAbortIndication',
        'disconnected',
      ]);
      expect(responder.kinds().at(-1)).to.equal('disconnected');
      expect(initiator.service.state).to.equal('closed');
    });
  });
}

/** Checkpoints and what confirms them, in the order in which they crossed on the recorded side. */
function checkpoints(recording: Conversation['recording']): string[] {
  return observe(recording).flatMap((event) =>
    event.kind === 'spdu' && /^MINOR SYNC/.test(event.spdu.kind) ? [event.spdu.kind] : [],
  );
}
