import { expect } from 'chai';
import { encode } from '../../../harness/asn1/encode.js';
import { fromHex, toHex } from '../../../harness/ber/octets.js';
import { PerDomainBilateralInformation } from '../../../harness/p1/bilateral.js';
import { ExtensionField } from '../../../harness/p1/extensions.js';
import { MTSAPDU } from '../../../harness/p1/mts-apdu.js';
import { ExtensionAttribute } from '../../../harness/p1/or-address-extensions.js';
import { ORName } from '../../../harness/p1/or-name.js';
import { ascii, decodeAs, tlv, valueIn } from './support.js';

const domain = tlv('63', tlv('61', tlv('13', ascii('GB'))), tlv('62', tlv('13', '20')), tlv('13', ascii('X')));
const identifier = tlv('64', domain, tlv('16', ascii('id-1')));
const country = tlv('61', tlv('13', ascii('GB'))) + tlv('62', tlv('13', '20'));
const orName = (surname: string): string =>
  tlv('60', tlv('30', country, tlv('a2', tlv('13', ascii('X'))), tlv('a5', tlv('80', ascii(surname)))));
const trace = tlv('69', tlv('30', domain, tlv('31', tlv('80', ascii('051001144852Z')), '820100')));
const recipient = tlv('31', orName('bob'), '800101', '810200c0', '820100');
const internalTrace = tlv(
  '30',
  '800126',
  tlv(
    'a2',
    tlv('30', tlv('30', domain, tlv('16', ascii('hub')), tlv('31', tlv('80', ascii('0510011448Z')), '820100'))),
  ),
);

/** Members of the SET in an order that is not X.411's. */
const envelope = tlv(
  '31',
  trace,
  tlv('a3', internalTrace, tlv('30', tlv('83', '2a03'), '81020640', tlv('a2', '0401aa'))),
  tlv('a2', recipient),
  '470102',
  identifier,
  orName('alice'),
  '480204b0',
  '460116',
  tlv('65', '80020520'),
  tlv('4a', ascii('job 7')),
  tlv('80', ascii('051002000000Z')),
);
const message = tlv('a0', envelope, tlv('04', ascii('content')));

describe('MTS-APDU, X.411', () => {
  it('reads a message', () => {
    const read = decodeAs(MTSAPDU, message);
    expect(read.issues).to.deep.equal([]);
    const { message: value } = valueIn<MTSAPDU>(read);
    const { envelope: fields } = value ?? {};
    expect(fields?.messageIdentifier.localIdentifier).to.equal('id-1');
    expect(fields?.originatorName.builtInStandardAttributes.personalName?.surname).to.equal('alice');
    expect(fields?.contentType).to.deep.equal({ builtIn: 22 });
    expect(fields?.contentIdentifier).to.equal('job 7');
    expect(fields?.priority).to.equal(2);
    expect(fields?.perMessageIndicators.bits()).to.deep.equal([0, 2, 3]);
    expect(fields?.deferredDeliveryTime).to.equal('051002000000Z');
    expect(fields?.originalEncodedInformationTypes?.builtInEncodedInformationTypes.bits()).to.deep.equal([2]);
    expect(fields?.perRecipientFields[0]?.explicitConversion).to.equal(0);
    expect(fields?.perRecipientFields[0]?.perRecipientIndicators.bits()).to.deep.equal([0, 1]);
    expect(fields?.traceInformation[0]?.domainSuppliedInformation.routingAction).to.equal(0);
    expect(read.decoded?.path).to.equal('MTS-APDU');
  });

  it('types a standard extension by its number and keeps the octets of a private one', () => {
    const extensions = valueIn<MTSAPDU>(decodeAs(MTSAPDU, message)).message?.envelope.extensions ?? [];
    expect(extensions[0]?.value).to.have.nested.property('[0].mtaName', 'hub');
    expect(extensions[1]?.type).to.deep.equal({ privateExtension: '1.2.3' });
    expect(extensions[1]?.criticality.has(1)).to.equal(true);
    expect(extensions[1]?.value).to.deep.equal(fromHex('0401aa'));
  });

  it('names a foreign element by its path and place', () => {
    const foreign = tlv('a0', tlv('31', 'c10100'), tlv('04', ''));
    const [first] = decodeAs(MTSAPDU, foreign).issues;
    expect(first).to.include({ kind: 'unknown-element', path: 'MTS-APDU.message.envelope', offset: 4, length: 3 });
    expect(first?.detail).to.equal('[PRIVATE 1]');
  });

  it('tells a report [1] from a probe [2]', () => {
    const probe = tlv('a2', identifier, orName('alice'), '460102', '80020400', tlv('a2', recipient), trace);
    const read = decodeAs(MTSAPDU, probe);
    expect(read.issues).to.deep.equal([]);
    expect(valueIn<MTSAPDU>(read).probe?.contentLength).to.equal(0x400);

    const lastTrace = tlv('a3', tlv('80', ascii('051001144852Z')), 'a108 a106 800101 810112');
    const reported = tlv('31', orName('bob').replace(/^60/, 'a0'), '810101', '820200c0', lastTrace);
    const content = tlv('31', identifier, tlv('a0', reported), tlv('81', ascii('returned')));
    const report = tlv('a1', tlv('31', identifier, orName('alice'), trace), content);
    const readReport = decodeAs(MTSAPDU, report);
    expect(readReport.issues).to.deep.equal([]);
    const [fields] = valueIn<MTSAPDU>(readReport).report?.content.perRecipientFields ?? [];
    expect(fields?.lastTraceInformation.reportType).to.deep.equal({
      nonDelivery: { nonDeliveryReasonCode: 1, nonDeliveryDiagnosticCode: 18 },
    });
    expect(decodeAs(MTSAPDU, report, 1984).issues).to.deep.equal([]);
  });

  it('reads in 1984 what 1984 has, and no extensions', () => {
    const details = decodeAs(MTSAPDU, message, 1984).issues.map(({ kind, detail }) => `${kind} ${detail}`);
    expect(details).to.deep.equal(['unknown-element [3]']);
    const billed = tlv('a1', tlv('31', identifier, orName('a'), trace), tlv('31', identifier, 'a000', 'a2020500'));
    expect(decodeAs(MTSAPDU, billed, 1984).issues.map(({ kind }) => kind)).to.include('bounds');
  });

  it('reads an extension type with an explicit tag as the same extension', () => {
    const cases: [string, object][] = [
      ['a003020101', { standardExtension: 1 }],
      ['a00406022a03', { privateExtension: '1.2.3' }],
      ['a30406022a03', { privateExtension: '1.2.3' }],
    ];
    for (const [type, value] of cases) {
      const read = decodeAs(ExtensionField, tlv('30', type, '81020520', 'a2030a0101'));
      expect(valueIn<ExtensionField>(read).type).to.deep.equal(value);
      expect(read.issues.map(({ kind }) => kind)).to.deep.equal(['encoding-form']);
    }
    const doubled = decodeAs(ExtensionField, tlv('30', 'a006020101020102'));
    expect(doubled.issues.map(({ kind }) => kind)).to.include('malformed');
  });

  it('fills in the NULL of an extension without a value', () => {
    const read = decodeAs(ExtensionField, '3003800101');
    expect(valueIn<ExtensionField>(read).value).to.deep.equal(fromHex('0500'));
    expect(toHex(encode(ExtensionField, read.decoded?.value))).to.equal('3003800101');
  });
});

describe('per-domain bilateral information, X.411', () => {
  const element = (admd: string, prmd = 'a10313014d'): string =>
    tlv('30', tlv('61', '13025553'), tlv('30', admd, prmd), tlv('04', ascii('SITE')));

  it('reads the ADMD with its tag replaced', () => {
    const read = decodeAs(PerDomainBilateralInformation, element('a003130120'));
    expect(read.issues).to.deep.equal([]);
    expect(valueIn<PerDomainBilateralInformation>(read).domain.privateDomain).to.deep.equal({
      administrationDomainName: { printable: ' ' },
      privateDomainIdentifier: { printable: 'M' },
    });
    expect(toHex(encode(PerDomainBilateralInformation, read.decoded?.value))).to.equal(element('a003130120'));
  });

  it('reads it with both tags, and without a PRMD', () => {
    const both = decodeAs(PerDomainBilateralInformation, element('a0056203130120'));
    expect(both.issues.map(({ kind }) => kind)).to.deep.equal(['encoding-form']);
    const { privateDomain } = valueIn<PerDomainBilateralInformation>(both).domain;
    expect(privateDomain?.administrationDomainName).to.deep.equal({ printable: ' ' });
    expect(decodeAs(PerDomainBilateralInformation, element('a003130120', '')).issues).to.deep.equal([]);
  });

  it('reads an ADMD by its own tag', () => {
    const read = decodeAs(PerDomainBilateralInformation, tlv('30', tlv('61', '13025553'), '6203130120', '0500'));
    expect(read.issues).to.deep.equal([]);
    expect(valueIn<PerDomainBilateralInformation>(read).bilateralInformation).to.deep.equal(fromHex('0500'));
  });
});

describe('O/R names, X.411', () => {
  it('keeps the components of a SEQUENCE in order', () => {
    const swapped = tlv('60', tlv('30', tlv('62', '130120'), tlv('61', '13024742')));
    expect(decodeAs(ORName, swapped).issues.map(({ kind }) => kind)).to.deep.equal(['misplaced-element']);
  });

  it('types extension attributes by number and keeps the others', () => {
    const commonName = decodeAs(ExtensionAttribute, tlv('30', '800101', tlv('a1', tlv('13', ascii('gw')))));
    expect(valueIn(commonName)).to.deep.equal({ extensionAttributeType: 1, extensionAttributeValue: 'gw' });
    const universal = tlv('30', '800118', tlv('a1', tlv('31', tlv('1e', '00540072'), tlv('13', ascii('en')))));
    expect(valueIn(decodeAs(ExtensionAttribute, universal))).to.deep.equal({
      extensionAttributeType: 24,
      extensionAttributeValue: { characterEncoding: { twoOctets: 'Tr' }, iso639LanguageCode: 'en' },
    });
    const psap = tlv('30', '800116', tlv('a1', tlv('a0', 'a00404024142', tlv('a3', '3104', '04023132'))));
    expect(decodeAs(ExtensionAttribute, psap).issues).to.deep.equal([]);
    const unknown = decodeAs(ExtensionAttribute, tlv('30', '800163', 'a1020500'));
    expect(valueIn(unknown)).to.deep.equal({
      extensionAttributeType: 99,
      extensionAttributeValue: fromHex('0500'),
    });
  });

  it('reads a directory name', () => {
    const rdn = (arc: string, value: string): string => tlv('31', tlv('30', `06035504${arc}`, value));
    const name = tlv('30', rdn('06', '13024742'), rdn('03', tlv('0c', ascii('Bob'))));
    const read = decodeAs(ORName, tlv('60', '3000', tlv('a0', name)));
    expect(read.issues).to.deep.equal([]);
    expect(valueIn<ORName>(read).directoryName?.rdnSequence?.[1]?.[0]).to.deep.equal({
      type: '2.5.4.3',
      value: { utf8String: 'Bob' },
    });
  });
});
