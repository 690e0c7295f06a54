import { expect } from 'chai';
import type { Mta } from '../../../harness/mta/engine.js';
import type { MessageRequest } from '../../../harness/mta/message.js';
import type { PeerConfig } from '../../../harness/mta/peer.js';
import { typedApdu } from '../../../harness/mta/received.js';
import { Bench, mail } from './two-mtas.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const nobody = async () => {
  throw new Error('nobody there');
};

/** A message of A's to B, which relays everything to C: what B reports back to A, and how long that took. */
async function reports(ofC: Partial<PeerConfig>, more: Partial<MessageRequest> = {}) {
  const bench = new Bench();
  const retry = { openInterval: 10 * MINUTE, transferInterval: MINUTE, maxOpenRetries: 5 };
  const b: Mta = bench.mta(
    'B',
    [
      { name: 'A', connect: async () => bench.link(() => a) },
      { name: 'C', connect: nobody, retry, ...ofC },
    ],
    { route: (recipient) => (recipient.builtInStandardAttributes.privateDomainName?.printable === 'A' ? 'A' : 'C') },
  );
  const a: Mta = bench.mta('A', [{ name: 'B', connect: async () => bench.link(() => b) }], { route: () => undefined });
  const start = bench.clock.now();
  const seen: { reason?: number; diagnostic?: number; subject?: string; hours: number }[] = [];
  a.on('reportReceived', ({ apdu }) => {
    const report = typedApdu(apdu)?.report;
    const told = report?.content.perRecipientFields[0]?.lastTraceInformation.reportType.nonDelivery;
    seen.push({
      reason: told?.nonDeliveryReasonCode,
      diagnostic: told?.nonDeliveryDiagnosticCode,
      subject: report?.content.subjectIdentifier.localIdentifier,
      hours: (bench.clock.now() - start) / HOUR,
    });
  });
  a.start();
  b.start();
  const { identifier } = a.submit('B', { ...mail('x'), ...more });
  await bench.pass(20 * 24 * HOUR);
  for (const { subject } of seen) expect(identifier).to.contain(subject);
  return {
    seen: seen.map(({ reason, diagnostic, hours }) => ({ reason, diagnostic, hours })),
    left: b.queueTo('C').length,
  };
}

describe('what the originator of a relayed message hears of it', () => {
  it('is transfer-failure, MTS-congestion after the last retry', async () => {
    // Tried at once, and five times more, 10 min apart: KB 157630.
    expect(await reports({})).to.deep.equal({ seen: [{ reason: 0, diagnostic: 2, hours: 50 / 60 }], left: 0 });
  });

  for (const [priority, hours] of [
    ['urgent', 48],
    ['normal', 168],
    ['nonUrgent', 240],
  ] as const) {
    it(`is unable-to-transfer, maximum-time-expired of a message of priority ${priority} after ${hours} h`, async () => {
      const { seen, left } = await reports({ retry: { maxOpenRetries: 100_000 } }, { priority });
      expect({ seen, left }).to.deep.equal({ seen: [{ reason: 1, diagnostic: 5, hours }], left: 0 });
    });
  }

  it('is unable-to-transfer, loop-detected of what has been here before', async () => {
    const bench = new Bench();
    // B and C each think that the other one has the recipient.
    const b: Mta = bench.mta(
      'B',
      [
        { name: 'A', connect: async () => bench.link(() => a) },
        { name: 'C', connect: async () => bench.link(() => c) },
      ],
      { route: (recipient) => (recipient.builtInStandardAttributes.privateDomainName?.printable === 'A' ? 'A' : 'C') },
    );
    const c: Mta = bench.mta('C', [{ name: 'B', connect: async () => bench.link(() => b) }], { route: () => 'B' });
    const a: Mta = bench.mta('A', [{ name: 'B', connect: async () => bench.link(() => b) }]);
    const told: unknown[] = [];
    const loops: string[] = [];
    a.on('reportReceived', ({ apdu }) => {
      told.push(typedApdu(apdu)?.report?.content.perRecipientFields[0]?.lastTraceInformation.reportType.nonDelivery);
    });
    b.on('loopDetected', ({ subject }) => loops.push(subject));
    for (const mta of [a, b, c]) mta.start();
    const { identifier } = a.submit('B', mail('round and round'));
    await bench.pass(HOUR);
    expect(told).to.have.lengthOf(1);
    expect(told[0]).to.deep.include({ nonDeliveryReasonCode: 1, nonDeliveryDiagnosticCode: 3 });
    expect(loops).to.deep.equal([identifier]);
    expect([b, c].map((mta) => mta.connectors.map(({ queue }) => queue.length))).to.deep.equal([[0, 0], [0]]);
  });

  it('is nothing of a system message, which nobody has sent', async () => {
    const bench = new Bench();
    const a = bench.mta('A', [{ name: 'B', connect: nobody, retry: { openInterval: MINUTE, maxOpenRetries: 1 } }]);
    const made: unknown[] = [];
    const fates: unknown[] = [];
    a.on('nonDeliveryReported', ({ report }) => made.push(report));
    a.on('nonDelivered', ({ fate, report }) => fates.push([fate, report]));
    a.start();
    a.submit('B', { ...mail('x'), system: true });
    await bench.pass(HOUR);
    expect(made).to.deep.equal([]);
    expect(fates).to.deep.equal([[{ reason: 0, diagnostic: 2 }, undefined]]);
  });
});
