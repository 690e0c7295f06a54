import { expect } from 'chai';
import fc from 'fast-check';
import { BitString } from '../../../harness/asn1/bit-string.js';
import { encode } from '../../../harness/asn1/encode.js';
import { REPERTOIRE } from '../../../harness/asn1/repertoire.js';
import { sameValue } from '../../../harness/asn1/value.js';
import { fromHex, toHex } from '../../../harness/ber/octets.js';
import { type Downgrading, downgrade, upgrade } from '../../../harness/p1/downgrade.js';
import type { ExtensionField } from '../../../harness/p1/extensions.js';
import type { Message } from '../../../harness/p1/message.js';
import { MTSAPDU } from '../../../harness/p1/mts-apdu.js';
import type { ORName } from '../../../harness/p1/or-name.js';
import type { PerRecipientReportTransferFields, Report, ReportType } from '../../../harness/p1/report.js';
import type { TraceInformationElement } from '../../../harness/p1/trace.js';
import { mtsApdu } from './arbitraries.js';
import { mtsApdu1984 } from './arbitraries-1984.js';
import { decodeAs } from './support.js';

const domain = {
  countryName: { iso3166Alpha2Code: 'US' },
  administrationDomainName: { printable: ' ' },
  privateDomainIdentifier: { printable: 'Here' },
};
const identifier = { globalDomainIdentifier: domain, localIdentifier: 'id-1' };
const arrivalTime = '060808120000Z';
const relayed: TraceInformationElement = {
  globalDomainIdentifier: domain,
  domainSuppliedInformation: { arrivalTime, routingAction: 0, otherActions: BitString.empty },
};
const named = (surname: string, more: Partial<ORName> = {}): ORName => ({
  builtInStandardAttributes: { countryName: domain.countryName, personalName: { surname } },
  ...more,
});
const withAttribute = (type: number, value: unknown): Partial<ORName> => ({
  extensionAttributes: [{ extensionAttributeType: type, extensionAttributeValue: value }],
});
const street = withAttribute(17, { printableString: 'Street 1' });
const directory = { directoryName: { rdnSequence: [[{ type: '2.5.4.3', value: { printableString: 'Bob' } }]] } };
const extension = (number: number, ...criticality: number[]): ExtensionField => ({
  type: { standardExtension: number },
  criticality: BitString.of(...criticality),
  value: 1,
});
const FOR_TRANSFER = 1;
const FOR_DELIVERY = 2;

/** Responsible, and a non-delivery report is asked for. */
const ours = BitString.atLeast(8, 0, 2, 4);
const theirs = BitString.atLeast(8, 2, 4);
const to = (recipientName: ORName, perRecipientIndicators = ours, extensions: ExtensionField[] = []) => ({
  recipientName,
  originallySpecifiedRecipientNumber: 1,
  perRecipientIndicators,
  extensions,
});

function message(envelope: Partial<Message['envelope']> = {}, content = fromHex('0400')): { message: Message } {
  return {
    message: {
      envelope: {
        messageIdentifier: identifier,
        originatorName: named('alice'),
        contentType: { builtIn: 2 },
        priority: 0,
        perMessageIndicators: BitString.empty,
        traceInformation: [relayed],
        extensions: [],
        perRecipientFields: [to(named('bob'))],
        ...envelope,
      },
      content,
    },
  };
}

function done(result: Downgrading): Downgrading & { kind: 'unchanged' | 'downgraded' } {
  if (result.kind === 'impossible') throw new Error(result.cause.message);
  return result;
}

const envelopeOf = (result: Downgrading) => done(result).apdu.message?.envelope;
const told = (result: Downgrading) =>
  done(result).changes.map(({ kind, path, message: text }) => `${kind} ${path}: ${text}`);
const codes = (result: Downgrading) =>
  result.unreachable.map(({ index, cause }) => [index, cause.reason, cause.diagnostic]);

/** Octets of 1984, which 1984 reads with nothing left over. */
function octetsOf(result: Downgrading): Uint8Array {
  const octets = encode(MTSAPDU, done(result).apdu, { edition: 1984 });
  expect(decodeAs(MTSAPDU, octets, 1984).issues).to.deep.equal([]);
  return octets;
}

describe('downgrading a message, X.419 Annex B', () => {
  it('leaves one alone that 1984 has all of', () => {
    const apdu = message();
    const result = downgrade(apdu);
    expect(result).to.deep.include({ kind: 'unchanged', changes: [], unreachable: [] });
    expect(done(result).apdu).to.equal(apdu);
  });

  it('drops extensions, the internal trace with them, of the message and of its recipients', () => {
    const internal = { ...extension(38), value: [] };
    const result = downgrade(
      message({
        extensions: [internal, extension(1, FOR_DELIVERY)],
        perRecipientFields: [to(named('bob'), ours, [extension(7)])],
      }),
    );
    expect(told(result)).to.deep.equal([
      'dropped message.envelope.extensions[0]: extension internal-trace-information',
      'dropped message.envelope.extensions[1]: extension recipient-reassignment-prohibited',
      'dropped message.envelope.perRecipientFields[0].extensions[0]: extension physical-forwarding-prohibited',
    ]);
    octetsOf(result);
  });

  it('does not transfer a message with an extension that is critical for transfer', () => {
    const result = downgrade(message({ extensions: [extension(4, FOR_TRANSFER)] }));
    expect(result.kind).to.equal('impossible');
    expect(codes(result)).to.deep.equal([[0, 1, 18]]);
  });

  it('leaves behind the recipient who has such an extension, and answers for the others only', () => {
    const bob = to(named('bob'));
    const carol = { ...to(named('carol'), ours, [extension(10, FOR_TRANSFER)]), originallySpecifiedRecipientNumber: 2 };
    const result = downgrade(message({ perRecipientFields: [bob, carol] }));
    expect(codes(result)).to.deep.equal([[1, 1, 18]]);
    const fields = envelopeOf(result)?.perRecipientFields ?? [];
    expect(fields.map(({ perRecipientIndicators: { octets } }) => toHex(octets))).to.deep.equal(['a8', '28']);
    octetsOf(result);
  });

  it('maps a common name to the domain-defined attribute Common', () => {
    const result = downgrade(message({ perRecipientFields: [to(named('bob', withAttribute(1, 'Postmaster')))] }));
    expect(envelopeOf(result)?.perRecipientFields[0]?.recipientName).to.deep.equal(
      named('bob', { builtInDomainDefinedAttributes: [{ type: 'Common', value: 'Postmaster' }] }),
    );
    expect(done(result).changes[0]?.clause).to.equal('RFC 1328 3.2');
    octetsOf(result);
  });

  it('drops a directory name beside an address, and does not reach one without', () => {
    const alone: ORName = { builtInStandardAttributes: {}, ...directory };
    const result = downgrade(message({ perRecipientFields: [to(named('bob', directory)), to(alone)] }));
    expect(codes(result)).to.deep.equal([[1, 1, 47]]);
    expect(envelopeOf(result)?.perRecipientFields.map(({ recipientName }) => recipientName)).to.deep.equal([
      named('bob'),
    ]);
  });

  it('does not reach an address that 1984 cannot tell, and does not name it in the copy', () => {
    const result = downgrade(message({ perRecipientFields: [to(named('bob', street)), to(named('carol'))] }));
    expect(codes(result)).to.deep.equal([[0, 1, 47]]);
    expect(result.unreachable[0]?.cause.message).to.equal('no 1984 form of the address: street-address');
    expect(envelopeOf(result)?.perRecipientFields).to.have.lengthOf(1);
    octetsOf(result);
  });

  it('answers for nobody whom another MTA answers for', () => {
    const result = downgrade(message({ perRecipientFields: [to(named('bob', street), theirs), to(named('carol'))] }));
    expect(codes(result)).to.deep.equal([]);
    expect(envelopeOf(result)?.perRecipientFields).to.have.lengthOf(1);
  });

  it('does not transfer where nobody of ours is left, nor what comes from where 1984 cannot answer to', () => {
    const nobody = downgrade(message({ perRecipientFields: [to(named('bob', street)), to(named('carol'), theirs)] }));
    expect(nobody.kind).to.equal('impossible');
    expect(codes(nobody)).to.deep.equal([[0, 1, 47]]);
    const anonymous = downgrade(message({ originatorName: named('alice', street) }));
    expect(anonymous.kind).to.equal('impossible');
    expect(codes(anonymous)).to.deep.equal([[0, 1, 47]]);
  });

  it('does not leave an explicit conversion undone that 1984 has not', () => {
    const asked = (explicitConversion: number) =>
      message({ perRecipientFields: [{ ...to(named('bob')), explicitConversion }] });
    expect(codes(downgrade(asked(8)))).to.deep.equal([[0, 1, 47]]);
    for (const known of [0, 1]) expect(downgrade(asked(known)).kind).to.equal('unchanged');
  });

  it('tells extended EITs by their bits, and the others as undefined', () => {
    const eits = (...extended: string[]) => ({
      originalEncodedInformationTypes: {
        builtInEncodedInformationTypes: BitString.of(2),
        g3Facsimile: BitString.empty,
        extendedEncodedInformationTypes: extended,
      },
    });
    const bits = (...extended: string[]) =>
      envelopeOf(
        downgrade(message(eits(...extended))),
      )?.originalEncodedInformationTypes?.builtInEncodedInformationTypes.bits();
    expect(bits('2.6.3.4.3', '2.6.3.4.2')).to.deep.equal([2, 3]);
    expect(bits('1.2.3')).to.deep.equal([0, 2]);
    expect(bits('2.6.3.4.99')).to.deep.equal([0, 2]);
    octetsOf(downgrade(message(eits('1.2.3'))));
  });

  it('drops later indicators, and bilateral information for private domains', () => {
    const forAdmd = {
      countryName: domain.countryName,
      domain: { administrationDomainName: { printable: 'A' } },
      bilateralInformation: fromHex('0500'),
    };
    const forPrmd = {
      ...forAdmd,
      domain: { privateDomain: { administrationDomainName: { printable: 'A' } } },
    };
    const both = downgrade(
      message({ perMessageIndicators: BitString.of(1, 3, 7), perDomainBilateralInformation: [forPrmd, forAdmd] }),
    );
    expect(envelopeOf(both)?.perMessageIndicators.bits()).to.deep.equal([1, 3]);
    expect(envelopeOf(both)?.perDomainBilateralInformation).to.deep.equal([forAdmd]);
    octetsOf(both);
    const none = downgrade(message({ perDomainBilateralInformation: [forPrmd] }));
    expect(envelopeOf(none)?.perDomainBilateralInformation).to.equal(undefined);
    octetsOf(none);
  });

  it('keeps identifier and trace to the octet, but for other-actions', () => {
    const redirected = {
      ...relayed,
      domainSuppliedInformation: { ...relayed.domainSuppliedInformation, otherActions: BitString.of(0) },
    };
    const given = message({ traceInformation: [relayed, redirected], extensions: [extension(1)] });
    const result = downgrade(given);
    expect(told(result)[1]).to.match(/^dropped message.envelope.traceInformation\[1].*otherActions/);
    const { traceInformation, messageIdentifier } = envelopeOf(result) ?? {};
    expect(traceInformation).to.deep.equal([relayed, relayed]);
    expect(traceInformation?.[0]).to.equal(relayed);
    expect(messageIdentifier).to.equal(given.message.envelope.messageIdentifier);
    octetsOf(result);
  });
});

describe('downgrading an address, RFC 1328 3', () => {
  const mapped = (more: Partial<ORName>): ORName | undefined => {
    const result = downgrade(message({ perRecipientFields: [to(named('bob', more))] }));
    return result.kind === 'impossible' ? undefined : envelopeOf(result)?.perRecipientFields[0]?.recipientName;
  };
  const universal = (text: string) => ({ characterEncoding: { twoOctets: text } });

  it('takes the printable one of several forms', () => {
    const extensionAttributes = [
      { extensionAttributeType: 24, extensionAttributeValue: universal('Bób') },
      { extensionAttributeType: 2, extensionAttributeValue: 'B\u00c2ob' },
      { extensionAttributeType: 1, extensionAttributeValue: 'Bob' },
    ];
    expect(mapped({ extensionAttributes })?.builtInDomainDefinedAttributes).to.deep.equal([
      { type: 'Common', value: 'Bob' },
    ]);
    expect(mapped(withAttribute(4, { surname: 'B\u00c2ob' }))).to.deep.equal(named('bob'));
  });

  it('puts teletex and universal forms into printable ones where their characters allow it', () => {
    const attributes = (more: Partial<ORName>) => mapped(more)?.builtInStandardAttributes;
    expect(attributes(withAttribute(3, 'Example'))?.organizationName).to.equal('Example');
    expect(attributes(withAttribute(27, [universal('a'), universal('b')]))?.organizationalUnitNames).to.deep.equal([
      'a',
      'b',
    ]);
    const { personalName, ...nameless } = named('x').builtInStandardAttributes;
    const person = withAttribute(26, { surname: universal('Bob'), givenName: universal('R') });
    const result = downgrade(message({ perRecipientFields: [to({ builtInStandardAttributes: nameless, ...person })] }));
    expect(
      envelopeOf(result)?.perRecipientFields[0]?.recipientName.builtInStandardAttributes.personalName,
    ).to.deep.equal({
      surname: 'Bob',
      givenName: 'R',
    });
    expect(mapped(withAttribute(6, [{ type: 'ID', value: '7' }]))?.builtInDomainDefinedAttributes).to.deep.equal([
      { type: 'ID', value: '7' },
    ]);
    expect(mapped(withAttribute(3, 'M\u00c8uller'))).to.equal(undefined);
    expect(mapped(withAttribute(2, 'under_score'))).to.equal(undefined);
  });

  it('does not reach physical, network and unknown addresses', () => {
    const values: [number, unknown][] = [
      [8, { iso3166Alpha2Code: 'GB' }],
      [9, { printableCode: 'N1' }],
      [16, { printableAddress: ['Street 1'] }],
      [22, { e1634Address: { number: '4412345' } }],
      [23, 5],
      [35, universal('Street 1')],
      [99, fromHex('0500')],
    ];
    for (const [type, value] of values) expect(mapped(withAttribute(type, value)), `${type}`).to.equal(undefined);
  });

  it('has room for four domain-defined attributes, and for one common name', () => {
    const common = withAttribute(1, 'Bob');
    const defined = (...types: string[]) => ({
      builtInDomainDefinedAttributes: types.map((type) => ({ type, value: '1' })),
      ...common,
    });
    expect(mapped(defined('a', 'b', 'c'))?.builtInDomainDefinedAttributes).to.have.lengthOf(4);
    expect(mapped(defined('a', 'b', 'c', 'd'))).to.equal(undefined);
    expect(mapped(defined('COMMON'))).to.equal(undefined);
  });
});

describe('downgrading probes and reports', () => {
  it('treats a probe as its message', () => {
    const { message: subject } = message();
    const { messageIdentifier, priority, ...fields } = subject.envelope;
    const probe = { ...fields, probeIdentifier: identifier, contentType: { builtIn: 22 }, extensions: [extension(1)] };
    const result = downgrade({ probe });
    expect(done(result).apdu.probe?.contentType).to.deep.equal({ builtIn: 2 });
    octetsOf(result);
    const unreached = downgrade({ probe: { ...probe, perRecipientFields: [to(named('bob', street))] } });
    expect(unreached.kind).to.equal('impossible');
    expect(codes(unreached)).to.deep.equal([[0, 1, 47]]);
  });

  const fields = (reportType: ReportType, more: Partial<PerRecipientReportTransferFields> = {}) => ({
    actualRecipientName: named('bob'),
    originallySpecifiedRecipientNumber: 1,
    perRecipientIndicators: ours,
    lastTraceInformation: { arrivalTime, reportType },
    extensions: [],
    ...more,
  });
  const failed = (reason: number, diagnostic?: number): ReportType => ({
    nonDelivery: {
      nonDeliveryReasonCode: reason,
      ...(diagnostic === undefined ? {} : { nonDeliveryDiagnosticCode: diagnostic }),
    },
  });
  function report(content: Partial<Report['content']> = {}, envelope: Partial<Report['envelope']> = {}): MTSAPDU {
    return {
      report: {
        envelope: {
          reportIdentifier: identifier,
          reportDestinationName: named('alice'),
          traceInformation: [relayed],
          extensions: [],
          ...envelope,
        },
        content: {
          subjectIdentifier: identifier,
          perRecipientFields: [fields(failed(1, 0))],
          extensions: [],
          ...content,
        },
      },
    };
  }
  const reported = (apdu: MTSAPDU) => done(downgrade(apdu)).apdu.report?.content;

  it('drops of a report what 1984 does not tell', () => {
    const given = report(
      {
        contentType: { builtIn: 22 },
        originalEncodedInformationTypes: {
          builtInEncodedInformationTypes: BitString.of(2),
          g3Facsimile: BitString.empty,
        },
        subjectIntermediateTraceInformation: [relayed],
        returnedContent: fromHex('04'),
        additionalInformation: fromHex('0500'),
        extensions: [extension(23)],
      },
      { extensions: [extension(30)] },
    );
    const content = reported(given);
    expect(content).to.not.have.any.keys('contentType', 'originalEncodedInformationTypes', 'additionalInformation');
    expect(content?.subjectIntermediateTraceInformation).to.deep.equal([relayed]);
    expect(content?.returnedContent).to.deep.equal(fromHex('04'));
    expect(content?.billingInformation).to.deep.equal(fromHex('0500'));
    octetsOf(downgrade(given));
    expect(upgrade(done(downgrade(given)).apdu).report?.content.additionalInformation).to.deep.equal(fromHex('0500'));
  });

  it('tells later reasons as transfer-failure, and a later diagnostic not at all', () => {
    const fate = (...code: [number, number?]) =>
      reported(report({ perRecipientFields: [fields(failed(...code))] }))?.perRecipientFields[0]?.lastTraceInformation
        .reportType;
    expect(fate(1, 11)).to.deep.equal(failed(1, 11));
    expect(fate(1, 47)).to.deep.equal(failed(1));
    expect(fate(8, 46)).to.deep.equal(failed(0));
    expect(fate(3)).to.deep.equal(failed(0));
    const delivery = (typeOfMTSUser: number): ReportType => ({
      delivery: { messageDeliveryTime: arrivalTime, typeOfMTSUser },
    });
    const user = (type: number) =>
      reported(report({ perRecipientFields: [fields(delivery(type))] }))?.perRecipientFields[0]?.lastTraceInformation
        .reportType;
    expect([user(1), user(3)]).to.deep.equal([delivery(1), delivery(0)]);
  });

  it('names recipients as far as 1984 can', () => {
    const given = report({
      perRecipientFields: [
        fields(failed(1, 0), {
          actualRecipientName: named('bob', street),
          originallyIntendedRecipientName: named('carol', street),
          supplementaryInformation: 'x'.repeat(70),
        }),
      ],
    });
    const [first] = reported(given)?.perRecipientFields ?? [];
    expect(first?.actualRecipientName).to.deep.equal(named('bob'));
    expect(first).to.not.have.property('originallyIntendedRecipientName');
    expect(first?.supplementaryInformation).to.have.lengthOf(64);
    octetsOf(downgrade(given));
  });

  it('does not transfer a report that 1984 cannot address; nobody is told', () => {
    const result = downgrade(report({}, { reportDestinationName: named('alice', street) }));
    expect(result).to.deep.include({ kind: 'impossible', unreachable: [] });
  });
});

describe('downgrading anything', () => {
  it('gives octets that 1984 and 1988 read alike, with nothing left over', () => {
    fc.assert(
      fc.property(mtsApdu, (value) => {
        const result = downgrade(value as MTSAPDU);
        if (result.kind === 'impossible') {
          for (const { cause } of result.unreachable)
            expect(cause.message).to.not.match(REPERTOIRE.printable as RegExp);
          return;
        }
        const octets = encode(MTSAPDU, result.apdu, { edition: 1984 });
        const read = decodeAs(MTSAPDU, octets, 1984);
        expect(read.issues.filter(({ kind }) => kind !== 'encoding-form')).to.deep.equal([]);
        const again = downgrade(read.decoded?.value as MTSAPDU);
        expect(again.kind).to.equal('unchanged');
        expect(sameValue(upgrade(result.apdu), decodeAs(MTSAPDU, octets, 1988).decoded?.value)).to.equal(true);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves names, identifiers and trace of 1984 alone', () => {
    fc.assert(
      fc.property(mtsApdu1984, (value) => {
        const result = downgrade(value, { interpersonal: 'keep' });
        if (result.kind === 'impossible') {
          // What both editions declare has values that only the later one names.
          for (const { cause } of result.unreachable) expect(cause.message).to.match(/^explicit-conversion /);
          return;
        }
        expect(untouched(result.apdu)).to.deep.equal(untouched(value));
      }),
      { numRuns: 100 },
    );
  });
});

function untouched({ message: subject, probe, report }: MTSAPDU): unknown {
  const envelope = subject?.envelope ?? probe;
  if (report !== undefined) {
    const { reportDestinationName, reportIdentifier, traceInformation } = report.envelope;
    const names = report.content.perRecipientFields.map(({ actualRecipientName }) => actualRecipientName);
    return [reportDestinationName, reportIdentifier, traceInformation, names, report.content.subjectIdentifier];
  }
  const recipients = envelope?.perRecipientFields.map(({ recipientName }) => recipientName);
  return [envelope?.originatorName, envelope?.traceInformation, recipients, envelope?.contentType];
}
