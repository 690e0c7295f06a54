import { choice, member, sequence } from '../asn1/declare.js';
import {
  bitString,
  type EnumeratedType,
  enumerated,
  ia5String,
  integer,
  objectIdentifier,
  octetString,
  sequenceOf,
  setOf,
  teletexString,
  utcTime,
} from '../asn1/types.js';
import { Name } from './directory-name.js';
import { GlobalDomainIdentifier, MTAName } from './identifiers.js';
import { ORName } from './or-name.js';
import { upperBounds as ub } from './upper-bounds.js';

// X.411 (06/1999), module MTSAbstractService: the values of extensions that readers want to read.

function prohibition(name: string, allowed: string, prohibited: string): EnumeratedType {
  return enumerated({ [allowed]: 0, [prohibited]: 1 }, { name });
}

export const RecipientReassignmentProhibited = prohibition(
  'RecipientReassignmentProhibited',
  'recipientReassignmentAllowed',
  'recipientReassignmentProhibited',
);
export const DLExpansionProhibited = prohibition(
  'DLExpansionProhibited',
  'dlExpansionAllowed',
  'dlExpansionProhibited',
);
export const ConversionWithLossProhibited = prohibition(
  'ConversionWithLossProhibited',
  'conversionWithLossAllowed',
  'conversionWithLossProhibited',
);
export const PhysicalForwardingProhibited = prohibition(
  'PhysicalForwardingProhibited',
  'physicalForwardingAllowed',
  'physicalForwardingProhibited',
);
export const PhysicalForwardingAddressRequest = prohibition(
  'PhysicalForwardingAddressRequest',
  'physicalForwardingAddressNotRequested',
  'physicalForwardingAddressRequested',
);
export const ProofOfSubmissionRequest = prohibition(
  'ProofOfSubmissionRequest',
  'proofOfSubmissionNotRequested',
  'proofOfSubmissionRequested',
);
export const ProofOfDeliveryRequest = prohibition(
  'ProofOfDeliveryRequest',
  'proofOfDeliveryNotRequested',
  'proofOfDeliveryRequested',
);

export const LatestDeliveryTime = { ...utcTime, name: 'LatestDeliveryTime' };

/** In order of preference, the most preferred first. */
export const RequestedDeliveryMethod = sequenceOf(
  integer(
    {
      anyDeliveryMethod: 0,
      mhsDelivery: 1,
      physicalDelivery: 2,
      telexDelivery: 3,
      teletexDelivery: 4,
      g3FacsimileDelivery: 5,
      g4FacsimileDelivery: 6,
      ia5TerminalDelivery: 7,
      videotexDelivery: 8,
      telephoneDelivery: 9,
    },
    { min: 0, max: ub.integerOptions },
  ),
  { name: 'RequestedDeliveryMethod' },
);

export const PhysicalDeliveryModes = bitString(
  {
    ordinaryMail: 0,
    specialDelivery: 1,
    expressMail: 2,
    counterCollection: 3,
    counterCollectionWithTelephoneAdvice: 4,
    counterCollectionWithTelexAdvice: 5,
    counterCollectionWithTeletexAdvice: 6,
    bureauFaxDelivery: 7,
  },
  { name: 'PhysicalDeliveryModes', size: { max: ub.bitOptions } },
);

export const RegisteredMailType = integer(
  { nonRegisteredMail: 0, registeredMail: 1, registeredMailToAddresseeInPerson: 2 },
  { name: 'RegisteredMailType', min: 0, max: ub.integerOptions },
);

export const RecipientNumberForAdvice = teletexString(
  { min: 1, max: ub.recipientNumberForAdviceLength },
  { name: 'RecipientNumberForAdvice' },
);

export const PhysicalRenditionAttributes = { ...objectIdentifier, name: 'PhysicalRenditionAttributes' };

export const PhysicalDeliveryReportRequest = integer(
  {
    returnOfUndeliverableMailByPDS: 0,
    returnOfNotificationByPDS: 1,
    returnOfNotificationByMHS: 2,
    returnOfNotificationByMHSAndPDS: 3,
  },
  { name: 'PhysicalDeliveryReportRequest', min: 0, max: ub.integerOptions },
);

/** An ANY in 1988, these two since; at most 512 octets with all encoding. */
@choice()
export class ContentCorrelator {
  @member(ia5String({ max: ub.contentCorrelatorLength })) ia5text?: string;
  @member(octetString({ size: { max: ub.contentCorrelatorLength } })) octets?: Uint8Array;
}

@sequence()
export class IntendedRecipientName {
  @member(ORName) intendedRecipient!: ORName;
  @member(utcTime) redirectionTime!: string;
}

export const RedirectionReason = enumerated(
  {
    recipientAssignedAlternateRecipient: 0,
    originatorRequestedAlternateRecipient: 1,
    recipientMDAssignedAlternateRecipient: 2,
    directoryLookUp: 3,
    alias: 4,
  },
  { name: 'RedirectionReason' },
);

@sequence()
export class Redirection {
  @member(IntendedRecipientName) intendedRecipientName!: IntendedRecipientName;
  @member(RedirectionReason) redirectionReason!: number;
}

export const RedirectionHistory = sequenceOf(Redirection, {
  name: 'RedirectionHistory',
  size: { min: 1, max: ub.redirections },
});

@sequence()
export class DLExpansion {
  @member(ORName) dl!: ORName;
  @member(utcTime) dlExpansionTime!: string;
}

export const DLExpansionHistory = sequenceOf(DLExpansion, {
  name: 'DLExpansionHistory',
  size: { min: 1, max: ub.dlExpansions },
});

@sequence()
export class OriginatorAndDLExpansion {
  @member(ORName) originatorOrDlName!: ORName;
  @member(utcTime) originationOrExpansionTime!: string;
}

/** The originator and at least one list. */
export const OriginatorAndDLExpansionHistory = sequenceOf(OriginatorAndDLExpansion, {
  name: 'OriginatorAndDLExpansionHistory',
  size: { min: 2, max: ub.origAndDlExpansions },
});

@sequence()
export class ReportingMTAName {
  @member(GlobalDomainIdentifier) domain!: GlobalDomainIdentifier;
  @member(MTAName) mtaName!: string;
  @member(Name, { tag: 0, optional: true }) mtaDirectoryName?: Name;
}

export const DLExemptedRecipients = setOf(ORName, { name: 'DLExemptedRecipients' });
