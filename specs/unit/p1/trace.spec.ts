import { expect } from 'chai';
import { TraceInformationElement } from '../../../harness/p1/trace.js';
import { parseUTCTime } from '../../../harness/p1/utc-time.js';
import { ascii, decodeAs, tlv, valueIn } from './support.js';

describe('trace information as Exchange MTAs wrote it', () => {
  // KB Q153188.
  const exchange = `3080 6380 6180 1302 5553 0000 6280 1301 20 0000 1309 ${ascii('MICROSOFT')} 0000 3180
    8011 ${ascii('960701133155-0400')} 820100 83020600 0000 0000`;

  it('reads indefinite lengths, the single-space ADMD and a time with an offset', () => {
    const read = decodeAs(TraceInformationElement, exchange);
    expect(read.issues.filter(({ kind }) => kind !== 'encoding-form')).to.deep.equal([]);
    const { globalDomainIdentifier, domainSuppliedInformation } = valueIn<TraceInformationElement>(read);
    expect(globalDomainIdentifier).to.deep.equal({
      countryName: { iso3166Alpha2Code: 'US' },
      administrationDomainName: { printable: ' ' },
      privateDomainIdentifier: { printable: 'MICROSOFT' },
    });
    expect(domainSuppliedInformation.routingAction).to.equal(0);
    expect(domainSuppliedInformation.otherActions.bits()).to.deep.equal([]);
    expect(parseUTCTime(domainSuppliedInformation.arrivalTime)?.toISOString()).to.equal('1996-07-01T17:31:55.000Z');
  });

  // KB 819851.
  it('reads a rerouting with the domain that was attempted', () => {
    const domain = (tag: string): string =>
      `${tag}80 6180 1302 4445 0000 6280 1301 20 0000 130b ${ascii('Commerzbank')} 0000`;
    const read = decodeAs(
      TraceInformationElement,
      `3080 ${domain('63')} 3180 8011 ${ascii('960701133155-0400')} 820101 ${domain('63')} 0000 0000`,
    );
    expect(read.issues).to.deep.equal([]);
    const { domainSuppliedInformation } = valueIn<TraceInformationElement>(read);
    expect(domainSuppliedInformation.routingAction).to.equal(1);
    expect(domainSuppliedInformation.attemptedDomain?.privateDomainIdentifier?.printable).to.equal('Commerzbank');
  });

  // KB Q176952: an empty PRMD arrives fine, though X.411 wants a character.
  it('reads an empty PRMD and says that it is out of bounds', () => {
    const domain = tlv('63', tlv('61', '13026175'), tlv('62', '13036f7463'), '1300');
    const supplied = tlv('31', tlv('80', ascii('970826165840+1000')), '820100');
    const read = decodeAs(TraceInformationElement, tlv('30', domain, supplied));
    expect(read.issues.map(({ kind }) => kind)).to.deep.equal(['bounds']);
    const { globalDomainIdentifier } = valueIn<TraceInformationElement>(read);
    expect(globalDomainIdentifier.privateDomainIdentifier).to.deep.equal({ printable: '' });
  });

  it('knows no other-actions in 1984', () => {
    const read = decodeAs(TraceInformationElement, exchange, 1984);
    expect(read.issues.map(({ kind, detail }) => [kind, detail])).to.deep.include(['unknown-element', '[3]']);
  });
});
