import { expect } from 'chai';
import { globalDomainIdentifier } from '../../../harness/mta/names.js';
import { typedApdu } from '../../../harness/mta/received.js';
import { formatORName } from '../../../harness/p1/text.js';
import type { Mode } from '../../../harness/stack/association/events.js';
import { alice, Bench, bob, pairOf } from './two-mtas.js';

const subject = {
  globalDomainIdentifier: globalDomainIdentifier({ country: 'XX', administrationDomain: ' ', privateDomain: 'B' }),
  localIdentifier: 'never-sent',
};

describe('a report that is asked for', () => {
  for (const mode of ['normal', 'x410-1988', 'x410-1984'] satisfies Mode[]) {
    it(`tells each recipient's fate, of a message that never was, in mode ${mode}`, async () => {
      const bench = new Bench();
      const { a, b } = pairOf(bench, { ofB: { mode } });
      a.start();
      const received = b.once('reportReceived', undefined, { within: 5_000 });
      const item = a.report('B', {
        subject,
        destination: bob,
        recipients: [
          { name: alice, fate: { reason: 1, diagnostic: 0, supplementaryInformation: 'not here' } },
          { name: bob, number: 7, fate: { deliveredAt: bench.clock.now() } },
        ],
        contentIdentifier: 'x',
      });
      await bench.pass(5_000);
      const { apdu } = await received;
      expect([item.kind, apdu.identifier]).to.deep.equal(['report', item.identifier]);
      const report = typedApdu(apdu)?.report;
      expect(report?.content.subjectIdentifier.localIdentifier).to.equal('never-sent');
      expect(formatORName(report?.envelope.reportDestinationName ?? {})).to.equal(formatORName(bob));
      const fields = report?.content.perRecipientFields ?? [];
      expect(fields.map((each) => each.originallySpecifiedRecipientNumber)).to.deep.equal([1, 7]);
      expect(fields.map((each) => Object.keys(each.lastTraceInformation.reportType))).to.deep.equal([
        ['nonDelivery'],
        ['delivery'],
      ]);
      expect(fields.map((each) => each.supplementaryInformation)).to.deep.equal(['not here', undefined]);
    });
  }

  it('is on somebody', () => {
    const { a } = pairOf(new Bench());
    expect(() => a.report('B', { subject, destination: bob, recipients: [] }))
      .to.throw()
      .with.property('code', 'ERR_REPORT_RECIPIENTS');
  });
});
