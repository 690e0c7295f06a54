import { expect } from 'chai';
import { Octets, toHex } from '../../../harness/ber/octets.js';
import { MessageFactory } from '../../../harness/mta/message.js';
import { orName } from '../../../harness/mta/names.js';
import { readApdu, recipientsOf, typedApdu } from '../../../harness/mta/received.js';
import { foreignness, holdsLinkState } from '../../../harness/mta/recognise.js';
import { formatORName } from '../../../harness/p1/text.js';

const domain = { country: 'GB', administrationDomain: ' ', privateDomain: 'Example' };
const alice = orName({ ...domain, surname: 'Alice' });
const bob = orName({ ...domain, surname: 'Bob' });

function factory(bilateralSite?: string): MessageFactory {
  return new MessageFactory({ domain, server: 'EXCH1', now: () => Date.UTC(2006, 7, 8, 12), bilateralSite });
}

const read = (apdu: Uint8Array) => readApdu(Octets.of(apdu), 'normal');

describe('the message factory', () => {
  it("makes a message that reads back, with Exchange's form of identifier", () => {
    const made = factory().message({ originator: alice, recipients: [bob], subject: 'Hello', text: 'Hi' });
    const apdu = read(made.apdu);
    expect(apdu).to.include({ kind: 'message', unparseable: false, identifier: made.identifier });
    expect(made.identifier).to.equal('[/PRMD=Example/ADMD= /C=GB/;L=EXCH1-060808120000Z-1]');
    const value = typedApdu(apdu);
    expect(value && recipientsOf(value).map(formatORName)).to.deep.equal(['/C=GB/A= /P=Example/S=Bob/']);
    expect(Buffer.from(value?.message?.content ?? []).toString('latin1'))
      .to.include('Hello')
      .and.include('Hi');
    expect(foreignness(apdu)).to.equal(undefined);
  });

  it('makes the same octets at the same time', () => {
    const make = () => factory().message({ originator: alice, recipients: [bob], text: 'x' });
    expect(toHex(make().apdu)).to.equal(toHex(make().apdu));
  });

  it('keeps identifiers within 32 characters and apart', () => {
    const long = new MessageFactory({ domain, server: 'A-SERVER-WITH-A-LONG-NAME', now: () => 0 });
    const made = Array.from({ length: 3 }, () => long.probe({ originator: alice, recipients: [bob] }).identifier);
    expect(new Set(made).size).to.equal(3);
    for (const each of made) expect(each.split(';')[1]?.length).to.equal(33);
  });

  it('makes probes, delivery and non-delivery reports', () => {
    const made = factory();
    expect(read(made.probe({ originator: alice, recipients: [bob], contentLength: 9 }).apdu).kind).to.equal('probe');
    const subject = typedApdu(read(made.message({ originator: alice, recipients: [bob] }).apdu))?.message?.envelope;
    if (subject === undefined) throw new Error('no message');
    const about = {
      identifier: subject.messageIdentifier,
      originator: subject.originatorName,
      recipients: subject.perRecipientFields,
    };
    const failed = made.report(about, { reason: 0, diagnostic: 2 }, 0);
    expect(failed).to.include({ kind: 'report', priority: 'urgent' });
    const [fields] = typedApdu(read(failed.apdu))?.report?.content.perRecipientFields ?? [];
    expect(fields?.lastTraceInformation.reportType.nonDelivery).to.include({
      nonDeliveryReasonCode: 0,
      nonDeliveryDiagnosticCode: 2,
    });
    const delivered = typedApdu(read(made.report(about, { deliveredAt: 0 }, 0).apdu))?.report;
    expect(delivered?.content.perRecipientFields[0]?.lastTraceInformation.reportType.delivery).to.not.equal(undefined);
    expect(delivered && formatORName(delivered.envelope.reportDestinationName)).to.include('S=Alice');
  });

  it('adds bilateral information only for a site', () => {
    const bilateral = (site?: string) =>
      typedApdu(read(factory(site).message({ originator: alice, recipients: [bob] }).apdu))?.message?.envelope
        .perDomainBilateralInformation;
    expect(bilateral()).to.equal(undefined);
    expect(bilateral('SITE')).to.have.lengthOf(1);
  });
});

describe('what a foreign MTA cannot interpret', () => {
  it('is an object identifier outside 2.6, link-state text, or no MTS-APDU', () => {
    const make = (contentType: { builtIn?: number; extended?: string }, content: Uint8Array) =>
      foreignness(read(factory().message({ originator: alice, recipients: [bob], contentType, content }).apdu));
    const text = Buffer.from(`prose {00000010} ${'0'.repeat(32)}`);
    expect(make({ extended: '1.2.840.113556.5.1' }, text)).to.equal('content-type');
    expect(make({ extended: '2.6.3.3.0' }, Buffer.from('prose'))).to.equal(undefined);
    expect(make({ builtIn: 0 }, text)).to.equal('link-state');
    expect(make({ builtIn: 22 }, Buffer.from('a surname ARROWS, STATE UP'))).to.equal(undefined);
    expect(foreignness(readApdu(Octets.of(Uint8Array.of(0xa7, 0)), 'normal'))).to.equal('unparseable');
    expect(foreignness(readApdu(Octets.empty, 'normal'))).to.equal('unparseable');
    expect(foreignness(readApdu(undefined, 'normal'))).to.equal(undefined);
  });

  it('sees link-state text in UTF-16 of either order', () => {
    const wide = Buffer.from(`{00000010}${'a'.repeat(32)}`, 'utf16le');
    expect(holdsLinkState(wide)).to.equal(true);
    expect(holdsLinkState(Buffer.from(wide).swap16())).to.equal(true);
  });
});
