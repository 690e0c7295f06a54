import type { BitString } from '../asn1/bit-string.js';
import { choice, member, sequence, set } from '../asn1/declare.js';
import { integer, openType, printableString, sequenceOf, utcTime } from '../asn1/types.js';
import { ContentType } from './content-types.js';
import { EncodedInformationTypes } from './eits.js';
import { type ExtensionField, extensionsAt } from './extensions.js';
import { ContentIdentifier, MTSIdentifier } from './identifiers.js';
import { Content, OriginallySpecifiedRecipientNumber, PerRecipientIndicators } from './message.js';
import { NonDeliveryDiagnosticCode, NonDeliveryReasonCode } from './non-delivery.js';
import { ORName } from './or-name.js';
import { TraceInformation, type TraceInformationElement } from './trace.js';
import { upperBounds as ub } from './upper-bounds.js';

/** X.411 (06/1999), module MTAAbstractService. */
@set()
export class ReportTransferEnvelope {
  @member(MTSIdentifier) reportIdentifier!: MTSIdentifier;
  @member(ORName) reportDestinationName!: ORName;
  @member(TraceInformation) traceInformation!: TraceInformationElement[];
  @member(extensionsAt('reportEnvelope'), { tag: 1, default: [], since: 1988 }) extensions: ExtensionField[] = [];
}

export const TypeOfMTSUser = integer(
  { public: 0, private: 1, ms: 2, dl: 3, pdau: 4, physicalRecipient: 5, other: 6 },
  { name: 'TypeOfMTSUser', min: 0, max: ub.mtsUserTypes },
);

@set()
export class DeliveryReport {
  @member(utcTime, { tag: 0 }) messageDeliveryTime!: string;
  @member(TypeOfMTSUser, { tag: 1, default: TypeOfMTSUser.named.public }) typeOfMTSUser = 0;
}

@set()
export class NonDeliveryReport {
  @member(NonDeliveryReasonCode, { tag: 0 }) nonDeliveryReasonCode!: number;
  @member(NonDeliveryDiagnosticCode, { tag: 1, optional: true }) nonDeliveryDiagnosticCode?: number;
}

@choice()
export class ReportType {
  @member(DeliveryReport, { tag: 0 }) delivery?: DeliveryReport;
  @member(NonDeliveryReport, { tag: 1 }) nonDelivery?: NonDeliveryReport;
}

@set()
export class LastTraceInformation {
  @member(utcTime, { tag: 0 }) arrivalTime!: string;
  @member(EncodedInformationTypes, { optional: true }) convertedEncodedInformationTypes?: EncodedInformationTypes;
  @member(ReportType, { tag: 1 }) reportType!: ReportType;
}

@set()
export class PerRecipientReportTransferFields {
  @member(ORName, { tag: 0 }) actualRecipientName!: ORName;
  @member(OriginallySpecifiedRecipientNumber, { tag: 1 }) originallySpecifiedRecipientNumber!: number;
  @member(PerRecipientIndicators, { tag: 2 }) perRecipientIndicators!: BitString;
  @member(LastTraceInformation, { tag: 3 }) lastTraceInformation!: LastTraceInformation;
  @member(ORName, { tag: 4, optional: true }) originallyIntendedRecipientName?: ORName;
  @member(printableString({ min: 1, max: ub.supplementaryInfoLength }, { name: 'SupplementaryInformation' }), {
    tag: 5,
    optional: true,
  })
  supplementaryInformation?: string;
  @member(extensionsAt('reportPerRecipient'), { tag: 6, default: [], since: 1988 }) extensions: ExtensionField[] = [];
}

@set()
export class PerReportTransferFields {
  @member(MTSIdentifier) subjectIdentifier!: MTSIdentifier;
  @member(TraceInformation, { optional: true }) subjectIntermediateTraceInformation?: TraceInformationElement[];
  @member(EncodedInformationTypes, { optional: true, since: 1988 })
  originalEncodedInformationTypes?: EncodedInformationTypes;
  @member(ContentType, { optional: true, since: 1988 }) contentType?: ContentType;
  @member(ContentIdentifier, { optional: true }) contentIdentifier?: string;
  /** Of any size, handed on in pieces. */
  @member(Content, { tag: 1, optional: true }) returnedContent?: Uint8Array;
  /** Kept by X.411 for old systems, its use strongly deprecated. */
  @member(openType(undefined, { name: 'AdditionalInformation' }), { tag: 2, optional: true, since: 1988 })
  additionalInformation?: unknown;
  @member(openType(undefined, { name: 'BillingInformation' }), { tag: 2, optional: true, until: 1984 })
  billingInformation?: unknown;
  @member(extensionsAt('reportContent'), { tag: 3, default: [], since: 1988 }) extensions: ExtensionField[] = [];
}

@set()
export class ReportTransferContent extends PerReportTransferFields {
  @member(sequenceOf(PerRecipientReportTransferFields, { size: { min: 1, max: ub.recipients } }), { tag: 0 })
  perRecipientFields!: PerRecipientReportTransferFields[];
}

@sequence()
export class Report {
  @member(ReportTransferEnvelope) envelope!: ReportTransferEnvelope;
  @member(ReportTransferContent) content!: ReportTransferContent;
}
