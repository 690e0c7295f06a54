import { BitString } from '../asn1/bit-string.js';
import { member, set } from '../asn1/declare.js';
import { integer, sequenceOf } from '../asn1/types.js';
import { type PerDomainBilateralInformation, PerDomainBilateralInformationList } from './bilateral.js';
import { ContentType } from './content-types.js';
import { EncodedInformationTypes } from './eits.js';
import { type ExtensionField, extensionsAt } from './extensions.js';
import { ContentIdentifier, MTSIdentifier } from './identifiers.js';
import {
  ExplicitConversion,
  OriginallySpecifiedRecipientNumber,
  PerMessageIndicators,
  PerRecipientIndicators,
} from './message.js';
import { ORName } from './or-name.js';
import { TraceInformation, type TraceInformationElement } from './trace.js';
import { upperBounds as ub } from './upper-bounds.js';

@set()
export class PerProbeTransferFields {
  @member(MTSIdentifier) probeIdentifier!: MTSIdentifier;
  @member(ORName) originatorName!: ORName;
  @member(EncodedInformationTypes, { optional: true }) originalEncodedInformationTypes?: EncodedInformationTypes;
  @member(ContentType) contentType!: ContentType;
  @member(ContentIdentifier, { optional: true }) contentIdentifier?: string;
  /** In octets; where a message has its deferred-delivery-time. */
  @member(integer(undefined, { name: 'ContentLength', min: 0, max: ub.contentLength }), { tag: 0, optional: true })
  contentLength?: number;
  @member(PerMessageIndicators, { default: BitString.empty }) perMessageIndicators: BitString = BitString.empty;
  @member(PerDomainBilateralInformationList, { tag: 1, optional: true })
  perDomainBilateralInformation?: PerDomainBilateralInformation[];
  @member(TraceInformation) traceInformation!: TraceInformationElement[];
  @member(extensionsAt('probe'), { tag: 3, default: [], since: 1988 }) extensions: ExtensionField[] = [];
}

@set()
export class PerRecipientProbeTransferFields {
  @member(ORName) recipientName!: ORName;
  @member(OriginallySpecifiedRecipientNumber, { tag: 0 }) originallySpecifiedRecipientNumber!: number;
  @member(PerRecipientIndicators, { tag: 1 }) perRecipientIndicators!: BitString;
  @member(ExplicitConversion, { tag: 2, optional: true }) explicitConversion?: number;
  @member(extensionsAt('probePerRecipient'), { tag: 3, default: [], since: 1988 }) extensions: ExtensionField[] = [];
}

/** A probe has an envelope and nothing else. X.411 (06/1999), module MTAAbstractService. */
@set()
export class ProbeTransferEnvelope extends PerProbeTransferFields {
  @member(sequenceOf(PerRecipientProbeTransferFields, { size: { min: 1, max: ub.recipients } }), { tag: 2 })
  perRecipientFields!: PerRecipientProbeTransferFields[];
}
