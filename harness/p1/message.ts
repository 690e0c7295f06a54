import { BitString } from '../asn1/bit-string.js';
import { member, sequence, set } from '../asn1/declare.js';
import { application, bitString, enumerated, integer, octetString, sequenceOf, utcTime } from '../asn1/types.js';
import { type PerDomainBilateralInformation, PerDomainBilateralInformationList } from './bilateral.js';
import { ContentType } from './content-types.js';
import { EncodedInformationTypes } from './eits.js';
import { type ExtensionField, extensionsAt } from './extensions.js';
import { ContentIdentifier, MTSIdentifier } from './identifiers.js';
import { ORName } from './or-name.js';
import { TraceInformation, type TraceInformationElement } from './trace.js';
import { upperBounds as ub } from './upper-bounds.js';

const priorities = enumerated({ normal: 0, nonUrgent: 1, urgent: 2 }, { name: 'Priority' });

/** The numbers of the priorities; an INTEGER in 1984, with the same octets. */
export const priority = priorities.named;
export const Priority = application(7, 'Priority', priorities);

const perMessageIndicators = bitString(
  {
    disclosureOfOtherRecipients: 0,
    implicitConversionProhibited: 1,
    alternateRecipientAllowed: 2,
    contentReturnRequest: 3,
    /** By MOTIS 1986. */
    reserved: 4,
    /** Bits 5 and 6 are the notification type. */
    bit5: 5,
    bit6: 6,
    serviceMessage: 7,
  },
  { name: 'PerMessageIndicators', size: { max: ub.bitOptions } },
);

/** The bits of per-message-indicators. */
export const perMessageIndicator = perMessageIndicators.named;
export const PerMessageIndicators = application(8, 'PerMessageIndicators', perMessageIndicators);

/** Bits 1 and 2 are not both zero, of 3 and 4 at most one is one; bits 0 to 2 mean nothing in a report. */
export const PerRecipientIndicators = bitString(
  {
    responsibility: 0,
    originatingMTAReport: 1,
    originatingMTANonDeliveryReport: 2,
    originatorReport: 3,
    originatorNonDeliveryReport: 4,
    reserved5: 5,
    reserved6: 6,
    reserved7: 7,
  },
  { name: 'PerRecipientIndicators', size: { min: 8, max: ub.bitOptions } },
);

/** In 1984: 0 is IA5 text to teletex, 1 teletex to telex. */
export const ExplicitConversion = integer(
  {
    ia5TextToTeletex: 0,
    ia5TextToG3Facsimile: 8,
    ia5TextToG4Class1: 9,
    ia5TextToVideotex: 10,
    teletexToIa5Text: 11,
    teletexToG3Facsimile: 12,
    teletexToG4Class1: 13,
    teletexToVideotex: 14,
    videotexToIa5Text: 16,
    videotexToTeletex: 17,
  },
  { name: 'ExplicitConversion', min: 0, max: ub.integerOptions },
);

export const OriginallySpecifiedRecipientNumber = integer(undefined, {
  name: 'OriginallySpecifiedRecipientNumber',
  min: 1,
  max: ub.recipients,
});

/** The content as it travels: any size, never part of a value. */
export const Content = octetString({ name: 'Content', streamed: true });

/** X.411 (06/1999), module MTAAbstractService. */
@set()
export class PerMessageTransferFields {
  @member(MTSIdentifier) messageIdentifier!: MTSIdentifier;
  @member(ORName) originatorName!: ORName;
  @member(EncodedInformationTypes, { optional: true }) originalEncodedInformationTypes?: EncodedInformationTypes;
  @member(ContentType) contentType!: ContentType;
  @member(ContentIdentifier, { optional: true }) contentIdentifier?: string;
  @member(Priority, { default: priority.normal }) priority: number = priority.normal;
  @member(PerMessageIndicators, { default: BitString.empty }) perMessageIndicators: BitString = BitString.empty;
  @member(utcTime, { tag: 0, optional: true }) deferredDeliveryTime?: string;
  @member(PerDomainBilateralInformationList, { tag: 1, optional: true })
  perDomainBilateralInformation?: PerDomainBilateralInformation[];
  @member(TraceInformation) traceInformation!: TraceInformationElement[];
  @member(extensionsAt('message'), { tag: 3, default: [], since: 1988 }) extensions: ExtensionField[] = [];
}

@set()
export class PerRecipientMessageTransferFields {
  @member(ORName) recipientName!: ORName;
  /** From 1, in the order of submission; kept when copies are split. */
  @member(OriginallySpecifiedRecipientNumber, { tag: 0 }) originallySpecifiedRecipientNumber!: number;
  @member(PerRecipientIndicators, { tag: 1 }) perRecipientIndicators!: BitString;
  @member(ExplicitConversion, { tag: 2, optional: true }) explicitConversion?: number;
  @member(extensionsAt('messagePerRecipient'), { tag: 3, default: [], since: 1988 }) extensions: ExtensionField[] = [];
}

/** Envelope of a message in transfer. X.411 (06/1999) 12.2.1.1. */
@set()
export class MessageTransferEnvelope extends PerMessageTransferFields {
  @member(sequenceOf(PerRecipientMessageTransferFields, { size: { min: 1, max: ub.recipients } }), { tag: 2 })
  perRecipientFields!: PerRecipientMessageTransferFields[];
}

@sequence()
export class Message {
  @member(MessageTransferEnvelope) envelope!: MessageTransferEnvelope;
  /** Absent from a decoded value where the reader hands it on in pieces. */
  @member(Content) content?: Uint8Array;
}
