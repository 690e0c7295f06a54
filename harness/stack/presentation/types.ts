import { BitString } from '../../asn1/bit-string.js';
import { choice, member, sequence, set } from '../../asn1/declare.js';
import {
  application,
  bitString,
  integer,
  objectIdentifier,
  octetString,
  openType,
  sequenceOf,
} from '../../asn1/types.js';
import { RTAB, RTOAC, RTORJ, RTORQ } from '../rtse/types.js';

// X.226 (07/94) 8.2, module ISO8823-PRESENTATION. Its X.410 mode imports the RTSE APDUs, as here.

export const PresentationContextIdentifier = integer(undefined, { name: 'Presentation-context-identifier' });
export const PresentationSelector = octetString({ name: 'Presentation-selector' });

@choice({ name: 'PDV-list.presentation-data-values' })
export class PresentationDataValues {
  /** A whole TLV of the abstract syntax; the observers type it by the context. */
  @member(openType(), { tag: 0 }) singleASN1Type?: unknown;
  @member(octetString(), { tag: 1 }) octetAligned?: Uint8Array;
  @member(bitString(), { tag: 2 }) arbitrary?: BitString;
}

@sequence({ name: 'PDV-list' })
export class PDVList {
  @member(objectIdentifier, { optional: true }) transferSyntaxName?: string;
  @member(PresentationContextIdentifier) presentationContextIdentifier!: number;
  @member(PresentationDataValues) presentationDataValues!: PresentationDataValues;
}

/** X.226 8.4.1: simple encoding is the bare value in an OCTET STRING, full encoding names the context of each value. */
@choice({ name: 'User-data' })
export class UserData {
  @member(application(0, 'Simply-encoded-data', octetString())) simplyEncodedData?: Uint8Array;
  @member(application(1, 'Fully-encoded-data', sequenceOf(PDVList, { size: { min: 1 } })))
  fullyEncodedData?: PDVList[];
}

export const ModeValue = integer({ x410Mode: 0, normalMode: 1 }, { name: 'mode-value' });

@set({ name: 'Mode-selector' })
export class ModeSelector {
  @member(ModeValue, { tag: 0 }) modeValue!: number;
}

export const PresentationProtocolVersion = bitString({ version1: 0 }, { name: 'Protocol-version' });

export const PresentationRequirements = bitString(
  { contextManagement: 0, restoration: 1 },
  { name: 'Presentation-requirements' },
);

export const UserSessionRequirements = bitString(
  {
    halfDuplex: 0,
    duplex: 1,
    expeditedData: 2,
    minorSynchronize: 3,
    majorSynchronize: 4,
    resynchronize: 5,
    activityManagement: 6,
    negotiatedRelease: 7,
    capabilityData: 8,
    exceptions: 9,
    typedData: 10,
    symmetricSynchronize: 11,
    dataSeparation: 12,
  },
  { name: 'User-session-requirements' },
);

/** One proposed presentation context. */
@sequence({ name: 'Presentation-context-definition' })
export class PresentationContextDefinition {
  @member(PresentationContextIdentifier) presentationContextIdentifier!: number;
  @member(objectIdentifier) abstractSyntaxName!: string;
  @member(sequenceOf(objectIdentifier, { size: { min: 1 } })) transferSyntaxNameList!: string[];
}

export const PresentationContextDefinitionList = sequenceOf(PresentationContextDefinition, {
  name: 'Presentation-context-definition-list',
});

@sequence({ name: 'Default-context-name' })
export class DefaultContextName {
  @member(objectIdentifier, { tag: 0 }) abstractSyntaxName!: string;
  @member(objectIdentifier, { tag: 1 }) transferSyntaxName!: string;
}

export const ContextResult = integer({ acceptance: 0, userRejection: 1, providerRejection: 2 }, { name: 'Result' });
export const ContextProviderReason = integer({
  reasonNotSpecified: 0,
  abstractSyntaxNotSupported: 1,
  proposedTransferSyntaxesNotSupported: 2,
  localLimitOnDcsExceeded: 3,
});

/** The answer to one proposed context, in the order of the proposals. */
@sequence({ name: 'Presentation-context-definition-result' })
export class PresentationContextDefinitionResult {
  @member(ContextResult, { tag: 0 }) result!: number;
  /** Present only with acceptance. */
  @member(objectIdentifier, { tag: 1, optional: true }) transferSyntaxName?: string;
  @member(ContextProviderReason, { tag: 2, optional: true }) providerReason?: number;
}

export const PresentationContextDefinitionResultList = sequenceOf(PresentationContextDefinitionResult, {
  name: 'Presentation-context-definition-result-list',
});

@sequence({ name: 'CP-type.normal-mode-parameters' })
export class ConnectPresentationNormal {
  @member(PresentationProtocolVersion, { tag: 0, default: BitString.of(0) }) protocolVersion: BitString =
    BitString.of(0);
  @member(PresentationSelector, { tag: 1, optional: true }) callingPresentationSelector?: Uint8Array;
  @member(PresentationSelector, { tag: 2, optional: true }) calledPresentationSelector?: Uint8Array;
  @member(PresentationContextDefinitionList, { tag: 4, optional: true })
  presentationContextDefinitionList?: PresentationContextDefinition[];
  @member(DefaultContextName, { tag: 6, optional: true }) defaultContextName?: DefaultContextName;
  @member(PresentationRequirements, { tag: 8, optional: true }) presentationRequirements?: BitString;
  /** Absent where it is what the session layer proposes. */
  @member(UserSessionRequirements, { tag: 9, optional: true }) userSessionRequirements?: BitString;
  @member(UserData, { optional: true }) userData?: UserData;
}

/** Connect. In X.410 mode the octets are those of X.410-1984's PConnect. */
@set({ name: 'CP-type' })
export class CP {
  @member(ModeSelector, { tag: 0 }) modeSelector!: ModeSelector;
  @member(RTORQ, { tag: 1, optional: true }) x410ModeParameters?: RTORQ;
  @member(ConnectPresentationNormal, { tag: 2, optional: true }) normalModeParameters?: ConnectPresentationNormal;
}

@sequence({ name: 'CPA-PPDU.normal-mode-parameters' })
export class ConnectPresentationAcceptNormal {
  @member(PresentationProtocolVersion, { tag: 0, default: BitString.of(0) }) protocolVersion: BitString =
    BitString.of(0);
  @member(PresentationSelector, { tag: 3, optional: true }) respondingPresentationSelector?: Uint8Array;
  @member(PresentationContextDefinitionResultList, { tag: 5, optional: true })
  presentationContextDefinitionResultList?: PresentationContextDefinitionResult[];
  @member(PresentationRequirements, { tag: 8, optional: true }) presentationRequirements?: BitString;
  @member(UserSessionRequirements, { tag: 9, optional: true }) userSessionRequirements?: BitString;
  @member(UserData, { optional: true }) userData?: UserData;
}

/** Connect accept. */
@set({ name: 'CPA-PPDU' })
export class CPA {
  @member(ModeSelector, { tag: 0 }) modeSelector!: ModeSelector;
  @member(RTOAC, { tag: 1, optional: true }) x410ModeParameters?: RTOAC;
  @member(ConnectPresentationAcceptNormal, { tag: 2, optional: true })
  normalModeParameters?: ConnectPresentationAcceptNormal;
}

export const ConnectProviderReason = integer(
  {
    reasonNotSpecified: 0,
    temporaryCongestion: 1,
    localLimitExceeded: 2,
    calledPresentationAddressUnknown: 3,
    protocolVersionNotSupported: 4,
    defaultContextNotSupported: 5,
    userDataNotReadable: 6,
    noPsapAvailable: 7,
  },
  { name: 'Provider-reason' },
);

/** SET { COMPONENTS OF RTORJapdu }: universal 17, not [18]. */
@set({ name: 'CPR-PPDU.x410-mode-parameters' })
export class ConnectPresentationRejectX410 extends RTORJ {}

@sequence({ name: 'CPR-PPDU.normal-mode-parameters' })
export class ConnectPresentationRejectNormal {
  @member(PresentationProtocolVersion, { tag: 0, default: BitString.of(0) }) protocolVersion: BitString =
    BitString.of(0);
  @member(PresentationSelector, { tag: 3, optional: true }) respondingPresentationSelector?: Uint8Array;
  @member(PresentationContextDefinitionResultList, { tag: 5, optional: true })
  presentationContextDefinitionResultList?: PresentationContextDefinitionResult[];
  @member(ContextResult, { tag: 7, optional: true }) defaultContextResult?: number;
  /** Present where the presentation entity itself refuses; then there is no user data. */
  @member(ConnectProviderReason, { tag: 10, optional: true }) providerReason?: number;
  @member(UserData, { optional: true }) userData?: UserData;
}

/** Connect reject. */
@choice({ name: 'CPR-PPDU' })
export class CPR {
  @member(ConnectPresentationRejectX410) x410ModeParameters?: ConnectPresentationRejectX410;
  @member(ConnectPresentationRejectNormal) normalModeParameters?: ConnectPresentationRejectNormal;
}

@sequence({ name: 'Presentation-context-identifier-list.item' })
export class PresentationContextIdentifierItem {
  @member(PresentationContextIdentifier) presentationContextIdentifier!: number;
  @member(objectIdentifier) transferSyntaxName!: string;
}

/** SET { COMPONENTS OF RTABapdu }: universal 17, not [22]. */
@set({ name: 'ARU-PPDU.x410-mode-parameters' })
export class AbnormalReleaseUserX410 extends RTAB {}

@sequence({ name: 'ARU-PPDU.normal-mode-parameters' })
export class AbnormalReleaseUserNormal {
  /** Shall be there where there is user data, 6.4.2.1. */
  @member(sequenceOf(PresentationContextIdentifierItem, { name: 'Presentation-context-identifier-list' }), {
    tag: 0,
    optional: true,
  })
  presentationContextIdentifierList?: PresentationContextIdentifierItem[];
  @member(UserData, { optional: true }) userData?: UserData;
}

/** Abnormal release, by the user. */
@choice({ name: 'ARU-PPDU' })
export class ARU {
  @member(AbnormalReleaseUserX410) x410ModeParameters?: AbnormalReleaseUserX410;
  @member(AbnormalReleaseUserNormal, { tag: 0 }) normalModeParameters?: AbnormalReleaseUserNormal;
}

export const PresentationAbortReason = integer(
  {
    reasonNotSpecified: 0,
    unrecognizedPpdu: 1,
    unexpectedPpdu: 2,
    unexpectedSessionServicePrimitive: 3,
    unrecognizedPpduParameter: 4,
    unexpectedPpduParameter: 5,
    invalidPpduParameterValue: 6,
  },
  { name: 'Abort-reason' },
);

export const EventIdentifier = integer(
  {
    cpPPDU: 0,
    cpaPPDU: 1,
    cprPPDU: 2,
    aruPPDU: 3,
    arpPPDU: 4,
    acPPDU: 5,
    acaPPDU: 6,
    tdPPDU: 7,
    ttdPPDU: 8,
    tePPDU: 9,
    tcPPDU: 10,
    tccPPDU: 11,
    rsPPDU: 12,
    rsaPPDU: 13,
    sReleaseIndication: 14,
    sReleaseConfirm: 15,
    sTokenGiveIndication: 16,
    sTokenPleaseIndication: 17,
    sControlGiveIndication: 18,
    sSyncMinorIndication: 19,
    sSyncMinorConfirm: 20,
    sSyncMajorIndication: 21,
    sSyncMajorConfirm: 22,
    sPExceptionReportIndication: 23,
    sUExceptionReportIndication: 24,
    sActivityStartIndication: 25,
    sActivityResumeIndication: 26,
    sActivityInterruptIndication: 27,
    sActivityInterruptConfirm: 28,
    sActivityDiscardIndication: 29,
    sActivityDiscardConfirm: 30,
    sActivityEndIndication: 31,
    sActivityEndConfirm: 32,
  },
  { name: 'Event-identifier' },
);

/** Abnormal release, by the presentation provider. */
@sequence({ name: 'ARP-PPDU' })
export class ARP {
  @member(PresentationAbortReason, { tag: 0, optional: true }) providerReason?: number;
  /** Mandatory with reasons 2 to 6. */
  @member(EventIdentifier, { tag: 1, optional: true }) eventIdentifier?: number;
}

/** What S-U-ABORT carries: [0] or SET is the user's, SEQUENCE the provider's. */
@choice({ name: 'Abort-type' })
export class AbortType {
  @member(ARU) aruPpdu?: ARU;
  @member(ARP) arpPpdu?: ARP;
}
