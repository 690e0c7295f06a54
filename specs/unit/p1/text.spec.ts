import { expect } from 'chai';
import type { ORName } from '../../../harness/p1/or-name.js';
import { formatGlobalDomainIdentifier, formatMTSIdentifier, formatORName } from '../../../harness/p1/text.js';

const domain = {
  countryName: { iso3166Alpha2Code: 'GB' },
  administrationDomainName: { printable: ' ' },
  privateDomainIdentifier: { printable: 'X' },
};

function orName(rest: Partial<ORName['builtInStandardAttributes']>, more: Partial<ORName> = {}): ORName {
  return {
    builtInStandardAttributes: {
      countryName: domain.countryName,
      administrationDomainName: domain.administrationDomainName,
      ...rest,
    },
    ...more,
  };
}

describe('names as text', () => {
  it('writes an O/R name in the order of its hierarchy', () => {
    const bob = orName({
      privateDomainName: { printable: 'X' },
      organizationName: 'Org',
      organizationalUnitNames: ['Upper', 'Lower'],
      personalName: { surname: 'bob', givenName: 'Robert' },
    });
    expect(formatORName(bob)).to.equal('/C=GB/A= /P=X/O=Org/OU1=Upper/OU2=Lower/S=bob/G=Robert/');
  });

  it('keeps an empty domain name and leaves out an absent one', () => {
    expect(formatORName(orName({ administrationDomainName: { printable: '' } }))).to.equal('/C=GB/A=/');
    expect(formatORName({ builtInStandardAttributes: {} })).to.equal('');
  });

  it('takes a common name from whichever extension attribute has it', () => {
    const printable = [{ extensionAttributeType: 1, extensionAttributeValue: 'gateway' }];
    const universal = [
      { extensionAttributeType: 24, extensionAttributeValue: { characterEncoding: { twoOctets: 'Tür' } } },
    ];
    expect(formatORName(orName({}, { extensionAttributes: printable }))).to.equal('/C=GB/A= /CN=gateway/');
    expect(formatORName(orName({}, { extensionAttributes: universal }))).to.equal('/C=GB/A= /CN=Tür/');
  });

  it('writes domain-defined attributes and escapes what would divide them', () => {
    const name = orName({}, { builtInDomainDefinedAttributes: [{ type: 'MSXCHNGE', value: '/o=Org/cn=a$b' }] });
    expect(formatORName(name)).to.equal('/C=GB/A= /DDA:MSXCHNGE=$/o$=Org$/cn$=a$$b/');
  });

  it('writes a directory name behind the address, or alone', () => {
    const directoryName = {
      rdnSequence: [
        [{ type: '2.5.4.6', value: { printableString: 'GB' } }],
        [{ type: '2.5.4.3', value: { utf8String: 'Bob, jr' } }],
        [{ type: '1.2.3', value: Uint8Array.of(5, 0) }],
      ],
    };
    expect(formatORName({ builtInStandardAttributes: {}, directoryName })).to.equal('<C=GB,CN=Bob\\, jr,1.2.3=#0500>');
    expect(formatORName(orName({}, { directoryName }))).to.match(/^\/C=GB\/A= \/ <C=GB/);
  });

  it('writes domains and identifiers as RFC 2156 does', () => {
    expect(formatGlobalDomainIdentifier(domain)).to.equal('/PRMD=X/ADMD= /C=GB/');
    const identifier = { globalDomainIdentifier: domain, localIdentifier: 'L=HUB-051001144852Z-7' };
    expect(formatMTSIdentifier(identifier)).to.equal('[/PRMD=X/ADMD= /C=GB/;L=HUB-051001144852Z-7]');
    expect(formatMTSIdentifier({})).to.equal('[;]');
  });
});
