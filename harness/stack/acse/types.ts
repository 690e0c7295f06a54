import { BitString } from '../../asn1/bit-string.js';
import { choice, member, sequence } from '../../asn1/declare.js';
import { type AttributeTypeAndValue, Name, RelativeDistinguishedName } from '../../asn1/directory-name.js';
import {
  bitString,
  enumerated,
  graphicString,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  openType,
  sequenceOf,
} from '../../asn1/types.js';
import { TagClass, Universal } from '../../ber/tag.js';

// X.227 (04/95) 9.1: the module has explicit tags; the implicit ones are said so there, and here by `IMPLICIT`.

/** X.680 34, X.690 8.18: the form of 1988, with the components in the open. */
@choice({ name: 'EXTERNAL.encoding' })
export class ExternalEncoding {
  /** A whole TLV of the abstract syntax; the observers type it by `indirectReference`. */
  @member(openType(), { tag: 0 }) singleASN1Type?: unknown;
  @member(octetString(), { tag: 1 }) octetAligned?: Uint8Array;
  @member(bitString(), { tag: 2 }) arbitrary?: BitString;
}

/** EXTERNAL. Its `indirectReference` is a presentation context identifier. */
@sequence({ universal: Universal.external, name: 'EXTERNAL' })
export class External {
  @member(objectIdentifier, { optional: true }) directReference?: string;
  @member(integer(), { optional: true }) indirectReference?: number;
  @member(
    implicit(Universal.objectDescriptor, graphicString(undefined, { name: 'ObjectDescriptor' }), TagClass.universal),
    { optional: true },
  )
  dataValueDescriptor?: string;
  @member(ExternalEncoding) encoding!: ExternalEncoding;
}

/** Association-information: SEQUENCE OF EXTERNAL, one of them in a P1 association. */
export const AssociationInformation = sequenceOf(External, { name: 'Association-information' });

@choice({ name: 'AP-title' })
export class APTitle {
  @member(Name) apTitleForm1?: Name;
  @member(objectIdentifier) apTitleForm2?: string;
}

@choice({ name: 'AE-qualifier' })
export class AEQualifier {
  @member(RelativeDistinguishedName) aeQualifierForm1?: AttributeTypeAndValue[];
  @member(integer()) aeQualifierForm2?: number;
}

export const AcseProtocolVersion = bitString({ version1: 0 }, { name: 'protocol-version' });
export const AcseRequirements = bitString(
  { authentication: 0, applicationContextNegotiation: 1 },
  { name: 'ACSE-requirements' },
);
export const ApplicationContextNameList = sequenceOf(objectIdentifier, { name: 'Application-context-name-list' });

@sequence({ name: 'Authentication-value.other' })
export class OtherAuthenticationValue {
  @member(objectIdentifier) otherMechanismName!: string;
  @member(openType()) otherMechanismValue!: unknown;
}

@choice({ name: 'Authentication-value' })
export class AuthenticationValue {
  @member(graphicString(), { tag: 0 }) charstring?: string;
  @member(bitString(), { tag: 1 }) bitstring?: BitString;
  @member(External, { tag: 2 }) external?: External;
  @member(OtherAuthenticationValue, { tag: 3 }) other?: OtherAuthenticationValue;
}

/** Association request. */
@sequence({ application: 0, name: 'AARQ-apdu' })
export class AARQ {
  @member(AcseProtocolVersion, { tag: 0, default: BitString.of(0) }) protocolVersion: BitString = BitString.of(0);
  @member(objectIdentifier, { tag: 1, explicit: true }) applicationContextName!: string;
  @member(APTitle, { tag: 2, explicit: true, optional: true }) calledAPTitle?: APTitle;
  @member(AEQualifier, { tag: 3, explicit: true, optional: true }) calledAEQualifier?: AEQualifier;
  @member(integer(), { tag: 4, explicit: true, optional: true }) calledAPInvocationIdentifier?: number;
  @member(integer(), { tag: 5, explicit: true, optional: true }) calledAEInvocationIdentifier?: number;
  @member(APTitle, { tag: 6, explicit: true, optional: true }) callingAPTitle?: APTitle;
  @member(AEQualifier, { tag: 7, explicit: true, optional: true }) callingAEQualifier?: AEQualifier;
  @member(integer(), { tag: 8, explicit: true, optional: true }) callingAPInvocationIdentifier?: number;
  @member(integer(), { tag: 9, explicit: true, optional: true }) callingAEInvocationIdentifier?: number;
  /** Absent where only the kernel is used. */
  @member(AcseRequirements, { tag: 10, optional: true }) senderAcseRequirements?: BitString;
  @member(objectIdentifier, { tag: 11, optional: true }) mechanismName?: string;
  @member(AuthenticationValue, { tag: 12, explicit: true, optional: true })
  callingAuthenticationValue?: AuthenticationValue;
  @member(ApplicationContextNameList, { tag: 13, optional: true }) applicationContextNameList?: string[];
  @member(graphicString(), { tag: 29, optional: true }) implementationInformation?: string;
  @member(AssociationInformation, { tag: 30, optional: true }) userInformation?: External[];
}

export const AssociateResult = integer(
  { accepted: 0, rejectedPermanent: 1, rejectedTransient: 2 },
  { name: 'Associate-result' },
);

export const AcseServiceUserDiagnostic = integer({
  null: 0,
  noReasonGiven: 1,
  applicationContextNameNotSupported: 2,
  callingAPTitleNotRecognized: 3,
  callingAPInvocationIdentifierNotRecognized: 4,
  callingAEQualifierNotRecognized: 5,
  callingAEInvocationIdentifierNotRecognized: 6,
  calledAPTitleNotRecognized: 7,
  calledAPInvocationIdentifierNotRecognized: 8,
  calledAEQualifierNotRecognized: 9,
  calledAEInvocationIdentifierNotRecognized: 10,
  authenticationMechanismNameNotRecognized: 11,
  authenticationMechanismNameRequired: 12,
  authenticationFailure: 13,
  authenticationRequired: 14,
});

export const AcseServiceProviderDiagnostic = integer({ null: 0, noReasonGiven: 1, noCommonAcseVersion: 2 });

@choice({ name: 'Associate-source-diagnostic' })
export class AssociateSourceDiagnostic {
  @member(AcseServiceUserDiagnostic, { tag: 1, explicit: true }) acseServiceUser?: number;
  @member(AcseServiceProviderDiagnostic, { tag: 2, explicit: true }) acseServiceProvider?: number;
}

/** Association response. */
@sequence({ application: 1, name: 'AARE-apdu' })
export class AARE {
  @member(AcseProtocolVersion, { tag: 0, default: BitString.of(0) }) protocolVersion: BitString = BitString.of(0);
  @member(objectIdentifier, { tag: 1, explicit: true }) applicationContextName!: string;
  @member(AssociateResult, { tag: 2, explicit: true }) result!: number;
  @member(AssociateSourceDiagnostic, { tag: 3, explicit: true }) resultSourceDiagnostic!: AssociateSourceDiagnostic;
  @member(APTitle, { tag: 4, explicit: true, optional: true }) respondingAPTitle?: APTitle;
  @member(AEQualifier, { tag: 5, explicit: true, optional: true }) respondingAEQualifier?: AEQualifier;
  @member(integer(), { tag: 6, explicit: true, optional: true }) respondingAPInvocationIdentifier?: number;
  @member(integer(), { tag: 7, explicit: true, optional: true }) respondingAEInvocationIdentifier?: number;
  @member(AcseRequirements, { tag: 8, optional: true }) responderAcseRequirements?: BitString;
  @member(objectIdentifier, { tag: 9, optional: true }) mechanismName?: string;
  @member(AuthenticationValue, { tag: 10, explicit: true, optional: true })
  respondingAuthenticationValue?: AuthenticationValue;
  @member(ApplicationContextNameList, { tag: 11, optional: true }) applicationContextNameList?: string[];
  @member(graphicString(), { tag: 29, optional: true }) implementationInformation?: string;
  @member(AssociationInformation, { tag: 30, optional: true }) userInformation?: External[];
}

export const ReleaseRequestReason = integer(
  { normal: 0, urgent: 1, userDefined: 30 },
  { name: 'Release-request-reason' },
);
export const ReleaseResponseReason = integer(
  { normal: 0, notFinished: 1, userDefined: 30 },
  { name: 'Release-response-reason' },
);

/** Release request. */
@sequence({ application: 2, name: 'RLRQ-apdu' })
export class RLRQ {
  @member(ReleaseRequestReason, { tag: 0, optional: true }) reason?: number;
  @member(AssociationInformation, { tag: 30, optional: true }) userInformation?: External[];
}

/** Release response. */
@sequence({ application: 3, name: 'RLRE-apdu' })
export class RLRE {
  @member(ReleaseResponseReason, { tag: 0, optional: true }) reason?: number;
  @member(AssociationInformation, { tag: 30, optional: true }) userInformation?: External[];
}

export const AbortSource = integer({ acseServiceUser: 0, acseServiceProvider: 1 }, { name: 'ABRT-source' });
export const AbortDiagnostic = enumerated(
  {
    noReasonGiven: 1,
    protocolError: 2,
    authenticationMechanismNameNotRecognized: 3,
    authenticationMechanismNameRequired: 4,
    authenticationFailure: 5,
    authenticationRequired: 6,
  },
  { name: 'ABRT-diagnostic' },
);

/** Abort. */
@sequence({ application: 4, name: 'ABRT-apdu' })
export class ABRT {
  @member(AbortSource, { tag: 0 }) abortSource!: number;
  /** Absent where only the kernel is used. */
  @member(AbortDiagnostic, { tag: 1, optional: true }) abortDiagnostic?: number;
  @member(AssociationInformation, { tag: 30, optional: true }) userInformation?: External[];
}

/** Every APDU of association control. */
@choice({ name: 'ACSE-apdu' })
export class AcseApdu {
  @member(AARQ) aarq?: AARQ;
  @member(AARE) aare?: AARE;
  @member(RLRQ) rlrq?: RLRQ;
  @member(RLRE) rlre?: RLRE;
  @member(ABRT) abrt?: ABRT;
}
