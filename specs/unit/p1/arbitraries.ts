import fc from 'fast-check';
import { BitString } from '../../../harness/asn1/bit-string.js';

// Values of P1 types as the decoder gives them: every default is there, so that a round trip is the identity.

type Arbitrary = fc.Arbitrary<Record<string, unknown>>;

const printableCharacters = "ABCxyz019 '()+,-./:=?";
const text = (characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });

export const printable = (maxLength: number, minLength = 1): fc.Arbitrary<string> =>
  text(printableCharacters, minLength, maxLength);
export const numeric = (maxLength: number, minLength = 1): fc.Arbitrary<string> =>
  text('0123456789 ', minLength, maxLength);
export const ia5 = (maxLength: number, minLength = 1): fc.Arbitrary<string> =>
  text(`${printableCharacters}@&_*\t~`, minLength, maxLength);
export const teletex = (maxLength: number): fc.Arbitrary<string> => text('ABCxyz019 \u00c8\u00e9', 1, maxLength);

/** An object whose optional members may be absent, and never undefined. */
function structure(
  mandatory: Record<string, fc.Arbitrary<unknown>>,
  optional: Record<string, fc.Arbitrary<unknown>> = {},
) {
  return fc.record({ ...mandatory, ...optional }, { requiredKeys: Object.keys(mandatory) }) as Arbitrary;
}

/** An object with one of these keys. */
function choice(alternatives: Record<string, fc.Arbitrary<unknown>>): Arbitrary {
  return fc.oneof(...Object.entries(alternatives).map(([key, value]) => fc.record({ [key]: value }))) as Arbitrary;
}

export const objectIdentifier: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('1.2', '2.6', '2.999', '0.9', '1.2.840.113556'), fc.array(fc.nat(1_000_000), { maxLength: 5 }))
  .map(([top, arcs]) => [top, ...arcs].join('.'));

export const utcTime: fc.Arbitrary<string> = fc
  .tuple(fc.date({ min: new Date('1984-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }), fc.boolean())
  .chain(([date, seconds]) =>
    fc.constantFrom('Z', '+0000', '-0400', '+0530').map((zone) => {
      const digits = date
        .toISOString()
        .replace(/\D/g, '')
        .slice(2, seconds ? 14 : 12);
      return `${digits}${zone}`;
    }),
  );

export const namedBits = (highest: number, minimum = 0): fc.Arbitrary<BitString> =>
  fc.uniqueArray(fc.nat(highest)).map((bits) => BitString.atLeast(minimum, ...bits));

const octets = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ maxLength }).map((bytes) => new Uint8Array(bytes));

/** A whole TLV, for open types. */
export const anyTlv: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constant(Uint8Array.of(5, 0)),
  octets(40).map((bytes) => Uint8Array.of(4, bytes.length, ...bytes)),
  octets(10).map((bytes) => Uint8Array.of(0x30, bytes.length + 2, 0xc1, bytes.length, ...bytes)),
);

const numericOrPrintable = (maxLength: number, minLength = 1): Arbitrary =>
  choice({ numeric: numeric(maxLength, minLength), printable: printable(maxLength, minLength) });

export const countryName: Arbitrary = choice({ x121DccCode: numeric(3, 3), iso3166Alpha2Code: printable(2, 2) });
export const administrationDomainName: Arbitrary = numericOrPrintable(16, 0);
export const privateDomainIdentifier: Arbitrary = numericOrPrintable(16);

export const globalDomainIdentifier: Arbitrary = structure(
  { countryName, administrationDomainName },
  { privateDomainIdentifier },
);

export const mtsIdentifier: Arbitrary = structure({ globalDomainIdentifier, localIdentifier: ia5(32) });

const personalName = structure(
  { surname: printable(40) },
  { givenName: printable(16), initials: printable(5), generationQualifier: printable(3) },
);

const universalString = (maxLength: number): Arbitrary =>
  structure(
    { characterEncoding: choice({ twoOctets: printable(maxLength), fourOctets: printable(maxLength) }) },
    { iso639LanguageCode: fc.constantFrom('en', 'de') },
  );

const pdsParameter = structure({}, { printableString: printable(30), teletexString: teletex(30) });

const extensionAttribute = (type: number, value: fc.Arbitrary<unknown>): Arbitrary =>
  structure({ extensionAttributeType: fc.constant(type), extensionAttributeValue: value });

export const extensionAttributeValue: Arbitrary = fc.oneof(
  extensionAttribute(1, printable(64)),
  extensionAttribute(2, teletex(64)),
  extensionAttribute(4, structure({ surname: teletex(40) }, { givenName: teletex(16) })),
  extensionAttribute(5, fc.array(teletex(32), { minLength: 1, maxLength: 4 })),
  extensionAttribute(9, choice({ numericCode: numeric(16), printableCode: printable(16) })),
  extensionAttribute(17, pdsParameter),
  extensionAttribute(22, choice({ e1634Address: structure({ number: numeric(15) }, { subAddress: numeric(40) }) })),
  extensionAttribute(23, fc.integer({ min: 3, max: 8 })),
  extensionAttribute(24, universalString(64)),
  extensionAttribute(99, anyTlv),
);

const attribute = fc.oneof(
  structure({
    type: fc.constantFrom('2.5.4.3', '2.5.4.10'),
    value: choice({ printableString: printable(20), utf8String: fc.string({ maxLength: 20 }) }),
  }),
  structure({ type: fc.constant('1.2.3.4'), value: anyTlv }),
);

export const directoryName: Arbitrary = structure({
  rdnSequence: fc.array(fc.array(attribute, { minLength: 1, maxLength: 2 }), { maxLength: 3 }),
});

const builtInStandardAttributes = structure(
  {},
  {
    countryName,
    administrationDomainName,
    networkAddress: numeric(16),
    terminalIdentifier: printable(24),
    privateDomainName: privateDomainIdentifier,
    organizationName: printable(64),
    numericUserIdentifier: numeric(32),
    personalName,
    organizationalUnitNames: fc.array(printable(32), { minLength: 1, maxLength: 4 }),
  },
);

const builtInDomainDefinedAttributes = fc.array(structure({ type: printable(8), value: printable(128) }), {
  minLength: 1,
  maxLength: 4,
});

const orAddressOptions = {
  builtInDomainDefinedAttributes,
  extensionAttributes: fc.array(extensionAttributeValue, { minLength: 1, maxLength: 3 }),
};

export const orAddress: Arbitrary = structure({ builtInStandardAttributes }, orAddressOptions);
export const orName: Arbitrary = structure({ builtInStandardAttributes }, { ...orAddressOptions, directoryName });

export const encodedInformationTypes: Arbitrary = structure(
  { builtInEncodedInformationTypes: namedBits(9), g3Facsimile: fc.constant(BitString.empty) },
  { extendedEncodedInformationTypes: fc.array(objectIdentifier, { minLength: 1, maxLength: 3 }) },
);

export const contentType: Arbitrary = choice({ builtIn: fc.nat(32767), extended: objectIdentifier });

const actions = {
  arrivalTime: utcTime,
  routingAction: fc.nat(1),
  otherActions: namedBits(1),
};
const additionalActions = { deferredTime: utcTime, convertedEncodedInformationTypes: encodedInformationTypes };

export const traceInformation = fc.array(
  structure({
    globalDomainIdentifier,
    domainSuppliedInformation: structure(actions, { ...additionalActions, attemptedDomain: globalDomainIdentifier }),
  }),
  { minLength: 1, maxLength: 3 },
);

export const internalTraceInformation = fc.array(
  structure({
    globalDomainIdentifier,
    mtaName: ia5(32),
    mtaSuppliedInformation: structure(actions, {
      ...additionalActions,
      attempted: choice({ mta: ia5(32), domain: globalDomainIdentifier }),
    }),
  }),
  { minLength: 1, maxLength: 3 },
);

export const securityLabel: Arbitrary = structure(
  {},
  {
    securityPolicyIdentifier: objectIdentifier,
    securityClassification: fc.nat(256),
    privacyMark: printable(128),
    securityCategories: fc.array(structure({ type: objectIdentifier, value: anyTlv }), { minLength: 1, maxLength: 2 }),
  },
);

const extensionField = (type: fc.Arbitrary<unknown>, value: fc.Arbitrary<unknown>): Arbitrary =>
  structure({ type, criticality: namedBits(2), value });
const standard = (number: number, value: fc.Arbitrary<unknown>): Arbitrary =>
  extensionField(fc.constant({ standardExtension: number }), value);
const redirection = structure({
  intendedRecipientName: structure({ intendedRecipient: orName, redirectionTime: utcTime }),
  redirectionReason: fc.nat(4),
});

/** Private extensions, unknown ones and every typed value, without regard to place. */
export const extension: Arbitrary = fc.oneof(
  extensionField(choice({ privateExtension: objectIdentifier }), anyTlv),
  standard(200, anyTlv),
  standard(15, anyTlv),
  standard(1, fc.nat(1)),
  standard(2, orName),
  standard(5, utcTime),
  standard(6, fc.array(fc.nat(9), { maxLength: 3 })),
  standard(9, namedBits(7)),
  standard(10, fc.nat(2)),
  standard(11, teletex(32)),
  standard(12, objectIdentifier),
  standard(13, orAddress),
  standard(20, securityLabel),
  standard(23, choice({ ia5text: ia5(64), octets: octets(64) })),
  standard(25, fc.array(redirection, { minLength: 1, maxLength: 2 })),
  standard(
    30,
    fc.array(structure({ originatorOrDlName: orName, originationOrExpansionTime: utcTime }), {
      minLength: 2,
      maxLength: 3,
    }),
  ),
  standard(38, internalTraceInformation),
  standard(39, structure({ domain: globalDomainIdentifier, mtaName: ia5(32) }, { mtaDirectoryName: directoryName })),
  standard(42, fc.array(orName, { maxLength: 2 })),
);

const extensions = fc.array(extension, { maxLength: 2 });

export const perDomainBilateralInformation: Arbitrary = structure({
  countryName,
  domain: choice({
    administrationDomainName,
    privateDomain: structure({ administrationDomainName }, { privateDomainIdentifier }),
  }),
  bilateralInformation: anyTlv,
});

const perRecipientFields = fc.array(
  structure(
    {
      recipientName: orName,
      originallySpecifiedRecipientNumber: fc.integer({ min: 1, max: 32767 }),
      perRecipientIndicators: namedBits(7, 8),
      extensions,
    },
    { explicitConversion: fc.constantFrom(0, 8, 16, 17) },
  ),
  { minLength: 1, maxLength: 3 },
);

const subject = {
  originatorName: orName,
  contentType,
  perMessageIndicators: namedBits(7),
  traceInformation,
  extensions,
  perRecipientFields,
};
const subjectOptions = {
  originalEncodedInformationTypes: encodedInformationTypes,
  contentIdentifier: printable(16),
  perDomainBilateralInformation: fc.array(perDomainBilateralInformation, { minLength: 1, maxLength: 2 }),
};

export const messageTransferEnvelope: Arbitrary = structure(
  { ...subject, messageIdentifier: mtsIdentifier, priority: fc.nat(2) },
  { ...subjectOptions, deferredDeliveryTime: utcTime },
);

export const message: Arbitrary = structure({ envelope: messageTransferEnvelope, content: octets(300) });

export const probeTransferEnvelope: Arbitrary = structure(
  { ...subject, probeIdentifier: mtsIdentifier },
  { ...subjectOptions, contentLength: fc.nat(2147483647) },
);

const reportType = choice({
  delivery: structure({ messageDeliveryTime: utcTime, typeOfMTSUser: fc.nat(6) }),
  nonDelivery: structure({ nonDeliveryReasonCode: fc.nat(8) }, { nonDeliveryDiagnosticCode: fc.nat(78) }),
});

const perRecipientReportFields = structure(
  {
    actualRecipientName: orName,
    originallySpecifiedRecipientNumber: fc.integer({ min: 1, max: 32767 }),
    perRecipientIndicators: namedBits(7, 8),
    lastTraceInformation: structure(
      { arrivalTime: utcTime, reportType },
      { convertedEncodedInformationTypes: encodedInformationTypes },
    ),
    extensions,
  },
  { originallyIntendedRecipientName: orName, supplementaryInformation: printable(256) },
);

export const report: Arbitrary = structure({
  envelope: structure({
    reportIdentifier: mtsIdentifier,
    reportDestinationName: orName,
    traceInformation,
    extensions,
  }),
  content: structure(
    {
      subjectIdentifier: mtsIdentifier,
      perRecipientFields: fc.array(perRecipientReportFields, { minLength: 1, maxLength: 2 }),
      extensions,
    },
    {
      subjectIntermediateTraceInformation: traceInformation,
      originalEncodedInformationTypes: encodedInformationTypes,
      contentType,
      contentIdentifier: printable(16),
      returnedContent: octets(100),
    },
  ),
});

export const mtsApdu: Arbitrary = choice({ message, probe: probeTransferEnvelope, report });

const credentials = choice({ simple: choice({ ia5String: ia5(62, 0), octetString: octets(62) }) });

export const mtaBindArgument: Arbitrary = choice({
  unauthenticated: fc.constant(null),
  authenticated: structure(
    { initiatorName: ia5(32), initiatorCredentials: credentials },
    { securityContext: fc.array(securityLabel, { minLength: 1, maxLength: 2 }) },
  ),
});

export const mtaBindResult: Arbitrary = choice({
  unauthenticated: fc.constant(null),
  authenticated: structure({ responderName: ia5(32), responderCredentials: credentials }),
});
