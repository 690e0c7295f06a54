import type { Edition, TypeRef } from '../../../../harness/asn1/types.js';
import { fromHex } from '../../../../harness/ber/octets.js';
import {
  BindError,
  BindInvoke,
  BindResult,
  MTABindArgument,
  MTABindResult,
  MTSAPDU,
} from '../../../../harness/p1/index.js';
import { AARE, AARQ, ABRT, RLRE, RLRQ } from '../../../../harness/stack/acse/types.js';
import { RTAB, RTOAC, RTORJ, RTORQ, RTTP, RTTR } from '../../../../harness/stack/rtse/types.js';
import { integerOctets, oidOctets, textOctets } from './samples.js';

/**
 * What the declarations alone do not say of a clean conversation: which optional members it needs, which alternatives
 * belong to another mode, what stands in open types that the observers know by their place, and the values that have to
 * agree. Keys are tried on the path, `CONNECT.normalModeParameters.userData`; the first that fits holds.
 */
export interface Profile {
  readonly edition: Edition;
  readonly opens: Table<TypeRef>;
  readonly present: readonly RegExp[];
  readonly absent: readonly RegExp[];
  /** Number of members of collections; 1 where none is named. */
  readonly counts: Table<number>;
  /** Content octets. */
  readonly samples: Table<Uint8Array>;
}
export type Table<T> = readonly (readonly [RegExp, T])[];

export function find<T>(table: Table<T>, path: string): T | undefined {
  return table.find(([pattern]) => pattern.test(path))?.[1];
}

const pdv = (root: string): RegExp => new RegExp(`^${root}\\..*fullyEncodedData\\.\\[0\\].*\\.singleASN1Type$`);
const external = (root: string): RegExp =>
  new RegExp(`^${root}\\..*\\.userInformation\\.\\[0\\]\\.encoding\\.singleASN1Type$`);
const under = (root: string, end: string): RegExp => new RegExp(`^${root}\\b.*\\.${end}$`);

/** Values in MTS-APDUs that have to agree, in every mode. */
const p1Samples: Table<Uint8Array> = [
  [/\.(alpha2Code|iso3166Alpha2Code)$/, textOctets('GB')],
  [/\.countryName\.x121DccCode$/, textOctets('234')],
  [/\.countryName\.numeric$/, textOctets('234')],
  [/\.perRecipientIndicators$/, fromHex('00d0')],
  [/\.contentType\.builtIn$/, integerOctets(0)],
  [/\.extendedEncodedInformationTypes\.\[0\]$/, oidOctets('2.6.3.4.2')],
  [/\.physicalRenditionAttributes$/, oidOctets('2.6.3.5.0')],
];

/** An address of its own, so that no recipient is a directory name only; and what the algorithm of a token needs. */
const p1Present: readonly RegExp[] = [
  /[bB]uiltInStandardAttributes\.(countryName|administrationDomainName|organizationName)$/,
  /\.parameters$/,
];

export const normalProfile: Profile = {
  edition: 1988,
  // The deeper paths first: an EXTERNAL stands inside a PDV.
  opens: [
    [under('CONNECT', 'connectionDataRQ\\.open'), BindInvoke],
    [under('ACCEPT', 'connectionDataAC\\.open'), BindResult],
    [under('REFUSE', 'userDataRJ'), BindError],
    [external('CONNECT'), RTORQ],
    [external('ACCEPT'), RTOAC],
    [external('REFUSE'), RTORJ],
    [external('ABORT'), RTAB],
    [/^CONNECT\.[^.]+\.userData\.fullyEncodedData\.\[0\]\.presentationDataValues\.singleASN1Type$/, AARQ],
    [/^ACCEPT\.[^.]+\.userData\.fullyEncodedData\.\[0\]\.presentationDataValues\.singleASN1Type$/, AARE],
    [/^REFUSE\.[^.]+\.userData\.fullyEncodedData\.\[0\]\.presentationDataValues\.singleASN1Type$/, AARE],
    [/^ABORT\.[^.]+\.[^.]+\.userData\.fullyEncodedData\.\[0\]\.presentationDataValues\.singleASN1Type$/, ABRT],
    [pdv('FINISH'), RLRQ],
    [pdv('DISCONNECT'), RLRE],
    [pdv('DATA'), RTTR],
    [pdv('PLEASE'), RTTP],
    [/^TRANSFER\.encoding\.singleASN1Type$/, MTSAPDU],
  ],
  present: [
    /\.normalModeParameters$/,
    /\.userData$/,
    /\.presentationContextDefinitionList$/,
    /\.presentationContextDefinitionResultList(\.\[\d\]\.transferSyntaxName)?$/,
    /\.presentationContextIdentifierList$/,
    /^(CONNECT|ACCEPT|REFUSE|ABORT)\..*\.userInformation$/,
    /(\.userInformation\.\[0\]|^TRANSFER)\.indirectReference$/,
    /\.userDataRJ$/,
    ...p1Present,
  ],
  absent: [
    /\.x410ModeParameters$/,
    /\.simplyEncodedData$/,
    // Bits, of which no BER can be read.
    /\.arbitrary$/,
    /\.applicationProtocol$/,
    /\.refuseReason$/,
    /\.userdataAB$/,
    // Barred from the MTA-bind, which is the one place of credentials in P1.
    /\.protected$/,
    // Only where the presentation entity itself refuses, and then there is nothing else.
    /^REFUSE\..*\.providerReason$/,
    // On these RTSE maps nothing: they are leaks themselves.
    /^(FINISH|DISCONNECT)\..*\.userInformation$/,
  ],
  counts: [
    [/\.presentationContextDefinition(Result)?List$/, 3],
    [/\.presentationContextIdentifierList$/, 2],
  ],
  samples: [
    [/\.modeSelector\.modeValue$/, integerOctets(1)],
    [/List\.\[0\]\.presentationContextIdentifier$/, integerOctets(1)],
    [/List\.\[1\]\.presentationContextIdentifier$/, integerOctets(3)],
    [/List\.\[2\]\.presentationContextIdentifier$/, integerOctets(5)],
    [/^(DATA|PLEASE)\..*\.presentationContextIdentifier$/, integerOctets(3)],
    [/\.presentationContextIdentifier$/, integerOctets(1)],
    [/\[0\]\.abstractSyntaxName$/, oidOctets('2.2.1.0.1')],
    [/\[1\]\.abstractSyntaxName$/, oidOctets('2.6.0.2.12')],
    [/\.abstractSyntaxName$/, oidOctets('2.6.0.2.7')],
    [/\.transferSyntaxName(List\.\[0\])?$/, oidOctets('2.1.1')],
    [/\.directReference$/, oidOctets('2.1.1')],
    [/^TRANSFER\.indirectReference$/, integerOctets(5)],
    [/\.indirectReference$/, integerOctets(3)],
    [/\.presentationRequirements$/, fromHex('0600')],
    // The functional units 0x0249 as the bits of a BIT STRING: 0, 3, 6 and 9.
    [/\.userSessionRequirements$/, fromHex('069240')],
    [/[aA]pplicationContextName(List\.\[0\])?$/, oidOctets('2.6.0.1.6')],
    [/^REFUSE\..*\.(result|acseServiceUser)$/, integerOctets(1)],
    [/^REFUSE\.normalModeParameters\.presentationContextDefinitionResultList\..*\.result$/, integerOctets(0)],
    [/^CONNECT\..*\.checkpointSize$/, integerOctets(63)],
    [/\.checkpointSize$/, integerOctets(1)],
    [/^CONNECT\..*\.windowSize$/, integerOctets(5)],
    [/\.windowSize$/, integerOctets(2)],
    [/\.dialogueMode$/, integerOctets(1)],
    [/\.abortReason$/, integerOctets(6)],
    ...p1Samples,
  ],
};

/** A clean conversation of an X.410 mode. */
export function x410Profile(mode: 'x410-1984' | 'x410-1988'): Profile {
  return {
    edition: mode === 'x410-1984' ? 1984 : 1988,
    opens: [
      [under('CONNECT', 'connectionDataRQ\\.open'), MTABindArgument],
      [under('ACCEPT', 'connectionDataAC\\.open'), MTABindResult],
    ],
    present: [/\.applicationProtocol$/, ...p1Present],
    // Barred from the MTA-bind, which is the one place of credentials in P1.
    absent: [/\.protected$/],
    counts: [],
    samples: [
      [/\.dataTransferSyntax$/, integerOctets(0)],
      [/\.applicationProtocol$/, integerOctets(mode === 'x410-1984' ? 1 : 12)],
      [/^CONNECT\..*\.checkpointSize$/, integerOctets(63)],
      [/\.checkpointSize$/, integerOctets(1)],
      [/^CONNECT\..*\.windowSize$/, integerOctets(5)],
      [/\.windowSize$/, integerOctets(2)],
      [/\.dialogueMode$/, integerOctets(1)],
      [/\.abortReason$/, integerOctets(4)],
      [/\.refuseReason$/, integerOctets(2)],
      ...p1Samples,
    ],
  };
}
