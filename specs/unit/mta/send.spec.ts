import { expect } from 'chai';
import { decode } from '../../../harness/asn1/decode.js';
import { Octets } from '../../../harness/ber/octets.js';
import { readElements } from '../../../harness/ber/reader.js';
import { VirtualClock } from '../../../harness/link/clock.js';
import { openRefusal } from '../../../harness/mta/bind.js';
import { subjectOf } from '../../../harness/mta/delivery.js';
import { apduFor } from '../../../harness/mta/editions.js';
import type { Submission } from '../../../harness/mta/queue.js';
import { readApdu } from '../../../harness/mta/received.js';
import { Sender } from '../../../harness/mta/send.js';
import { MTSAPDU } from '../../../harness/p1/mts-apdu.js';
import { type Mode, modes } from '../../../harness/stack/mode.js';
import { alice, bob, factoryAt, type PeerHabit, sent } from './sending.js';

const START = Date.UTC(2026, 10, 23);

function message(clock: VirtualClock, text = 'Hello'): Submission {
  return factoryAt(clock).message({ originator: alice, recipients: [bob], text, reports: true });
}

function inMode(submission: Submission, mode: Mode) {
  const conveyance = apduFor(submission, mode);
  if (conveyance.kind !== 'transfer') throw new Error('it cannot be said in that mode');
  return { identifier: submission.identifier, apdu: conveyance.apdu };
}

/** A peer that reports on what it took, when it has the turn. */
function reporting(clock: VirtualClock, subjectApdu: Uint8Array): PeerHabit {
  const [element] = readElements(Octets.of(subjectApdu)).elements;
  const value = decode(MTSAPDU, element as NonNullable<typeof element>).decoded?.value as MTSAPDU;
  const recipients = value.message?.envelope.perRecipientFields ?? [];
  const subject = subjectOf(value, recipients);
  if (subject === undefined) throw new Error('there is nothing to report on');
  const report = factoryAt(clock).report(subject, { reason: 1, diagnostic: 0 }, clock.now());
  return (event, service) => {
    if (event.kind !== 'rtTurnGiveIndication') return false;
    service.transfer(report.apdu);
    return true;
  };
}

describe('sending by hand', () => {
  const clock = new VirtualClock(START);

  for (const mode of modes) {
    it(`binds, transfers and releases in mode ${mode}`, async () => {
      const submission = inMode(message(clock), mode);
      let taken: string | undefined;
      const { result, kinds, progress } = await sent(
        clock,
        { mode, submission, checkpointSize: 1, windowSize: 2 },
        (event) => {
          if (event.kind === 'rtTransferIndication') taken = readApdu(event.apdu, mode).identifier;
          return false;
        },
      );
      expect(kinds).to.deep.equal(['opened', 'transferring', 'acknowledged', 'released']);
      expect(result).to.deep.equal({
        failure: undefined,
        opened: true,
        acknowledged: true,
        released: true,
        report: undefined,
      });
      expect(taken).to.equal(submission.identifier);
      const [opened] = progress;
      expect(opened).to.deep.include({ kind: 'opened', mode, checkpointSize: 1, windowSize: 2 });
      expect(opened?.kind === 'opened' && opened.peer.mtaName).to.equal('PEER');
    });

    it(`says which layer refuses a bind in mode ${mode}`, async () => {
      const { result, kinds } = await sent(clock, { mode }, (event, service) => {
        if (event.kind === 'rtOpenIndication') service.refuseOpen(openRefusal('authenticationError', mode));
        return event.kind === 'rtOpenIndication';
      });
      expect(kinds).to.deep.equal(['failed']);
      expect(result.failure).to.deep.include({
        kind: 'refused',
        error: mode === 'normal' ? 'authenticationError' : undefined,
      });
      if (mode !== 'normal') expect(result.failure).to.deep.include({ layer: 'rtse', reason: 2 });
    });
  }

  it('only binds and releases where there is nothing to transfer', async () => {
    const { kinds, result } = await sent(clock, {});
    expect(kinds).to.deep.equal(['opened', 'released']);
    expect(result).to.include({ failure: undefined, acknowledged: false });
  });

  it('aborts where the peer is not who it should be, and transfers nothing', async () => {
    for (const theirs of [{ mtaName: 'OTHER' }, { password: 'other' }]) {
      const submission = message(clock);
      const { kinds, result } = await sent(clock, { theirs, submission });
      expect(kinds).to.deep.equal(['opened', 'failed']);
      expect(result.failure?.kind).to.equal('wrongPeer');
    }
    const right = await sent(clock, { theirs: { mtaName: 'PEER', password: 'pw' }, submission: message(clock) });
    expect(right.result.acknowledged).to.equal(true);
  });

  it('tells an abort during the transfer as that, and that nothing is acknowledged', async () => {
    const { result, kinds } = await sent(clock, { submission: message(clock) }, (event, service) => {
      if (event.kind === 'rtTransferIndication') service.abort('userError');
      return event.kind === 'rtTransferIndication';
    });
    expect(kinds).to.deep.equal(['opened', 'transferring', 'failed']);
    expect(result.failure).to.deep.include({ kind: 'aborted', layer: 'rtse', reason: 6 });
    expect(result.acknowledged).to.equal(false);
  });

  it('tells the exception that stopped a transfer, gives it up, and releases', async () => {
    const { result, kinds } = await sent(clock, { submission: message(clock) }, (event, service) => {
      if (event.kind === 'rtTransferIndication') service.reportException('localUserError');
      return event.kind === 'rtTransferIndication';
    });
    expect(kinds).to.deep.equal(['opened', 'transferring', 'exception', 'failed', 'released']);
    expect(result.failure).to.include({ kind: 'notAcknowledged', exception: 5 });
  });

  it('does not wait for an acknowledgement for ever', async () => {
    const { result } = await sent(
      clock,
      { submission: message(clock) },
      (event) => event.kind === 'rtTransferIndication',
    );
    expect(result.failure?.kind).to.be.oneOf(['notAcknowledged', 'aborted']);
    expect(result.acknowledged).to.equal(false);
  });

  it('does not wait for a peer that says nothing', async () => {
    const silent = await sent(clock, {}, () => true);
    expect(silent.result.failure).to.include({ kind: 'aborted' });
  });

  it('says that the peer closed TCP', async () => {
    const submission = message(clock);
    const closed = await sent(clock, { submission }, (event, _, link) => {
      if (event.kind === 'rtTransferIndication') link.destroy();
      return event.kind === 'rtTransferIndication';
    });
    expect(closed.result.failure?.kind).to.be.oneOf(['closed', 'aborted']);
    expect(closed.result).to.include({ acknowledged: false, released: false });
    expect(closed.kinds.filter((kind) => kind === 'failed')).to.have.lengthOf(1);
  });

  it('leaves the turn to the peer for its report, takes that, and releases', async () => {
    const submission = message(clock);
    const { result, kinds } = await sent(clock, { submission, wait: 3_000 }, reporting(clock, submission.apdu));
    expect(kinds).to.deep.equal(['opened', 'transferring', 'acknowledged', 'waiting', 'report', 'released']);
    expect(result.report?.kind).to.equal('report');
    expect(result.failure).to.equal(undefined);
  });

  it('takes the responsibility for nothing else: that stays with the peer', async () => {
    const submission = message(clock);
    const other = message(clock, 'for somebody else');
    const settled: boolean[] = [];
    const { result, kinds } = await sent(clock, { submission, wait: 3_000 }, (event, service) => {
      if (event.kind === 'rtTransferConfirm') settled.push(event.secured);
      if (event.kind === 'rtTurnGiveIndication') service.transfer(other.apdu);
      return event.kind === 'rtTurnGiveIndication';
    });
    expect(settled).to.deep.equal([false]);
    expect(kinds).to.include('declined');
    expect(result.released).to.equal(true);
  });

  it('waits only as long as it was told to, and gets the turn back', async () => {
    const begun = clock.now();
    const { result, kinds } = await sent(clock, { submission: message(clock), wait: 3_000 });
    expect(kinds).to.deep.equal(['opened', 'transferring', 'acknowledged', 'waiting', 'noReport', 'released']);
    expect(result.failure).to.equal(undefined);
    expect(clock.now() - begun).to.be.within(3_000, 5_000);
  });

  it('gives up on a peer that keeps the turn', async () => {
    const { result } = await sent(
      clock,
      { submission: message(clock), wait: 1_000 },
      (event) => event.kind === 'rtTurnPleaseIndication',
    );
    expect(result).to.deep.include({ acknowledged: true, released: false });
    expect(result.failure?.kind).to.equal('givenUp');
  });

  it('refuses to wait on a monologue before anything is sent', () => {
    const options = { mode: 'normal', ours: {}, timeout: 1, clock, random: () => new Uint8Array(2) } as const;
    expect(() => new Sender({ ...options, wait: 1, dialogueMode: 'monologue' }))
      .to.throw()
      .with.property('code', 'ERR_SEND_MONOLOGUE');
  });
});
