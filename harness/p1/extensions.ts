import { BitString } from '../asn1/bit-string.js';
import { choice, member, sequence, type Tolerance } from '../asn1/declare.js';
import {
  bitString,
  type CollectionType,
  integer,
  objectIdentifier,
  openType,
  setOf,
  type TypeRef,
} from '../asn1/types.js';
import { TagClass, Universal } from '../ber/tag.js';
import * as value from './extension-values.js';
import { ORAddress, ORName } from './or-name.js';
import { AlgorithmIdentifier, SecurityLabel } from './security.js';
import { InternalTraceInformation, TraceInformation } from './trace.js';
import { upperBounds as ub } from './upper-bounds.js';

/** The places that have extensions, each with the name of its set in X.411's module MTAAbstractService. */
export const extensionPlaces = {
  message: 'MessageTransferExtensions',
  messagePerRecipient: 'PerRecipientMessageTransferExtensions',
  probe: 'ProbeTransferExtensions',
  probePerRecipient: 'PerRecipientProbeTransferExtensions',
  reportEnvelope: 'ReportTransferEnvelopeExtensions',
  reportContent: 'ReportTransferContentExtensions',
  reportPerRecipient: 'PerRecipientReportTransferExtensions',
} as const;

export type ExtensionPlace = keyof typeof extensionPlaces;

export type RecommendedCriticality = 'for-submission' | 'for-delivery';

export interface StandardExtension {
  /** From 1 to 46. */
  readonly number: number;
  /** As X.411 spells it. */
  readonly name: string;
  readonly criticality: RecommendedCriticality | undefined;
  /** Where X.411 lists it in P1; none where it belongs to submission, delivery or retrieval alone. */
  readonly places: readonly ExtensionPlace[];
  /** The type of its value; where there is none the value is kept as the octets of a TLV. */
  readonly type: TypeRef | undefined;
}

const message: ExtensionPlace = 'message';
const recipient: ExtensionPlace = 'messagePerRecipient';
const probe: ExtensionPlace = 'probe';
const probeRecipient: ExtensionPlace = 'probePerRecipient';
const report: ExtensionPlace = 'reportEnvelope';
const reportContent: ExtensionPlace = 'reportContent';
const reportRecipient: ExtensionPlace = 'reportPerRecipient';

type Row = readonly [
  number: number,
  name: string,
  criticality: 'D' | 'S' | '-',
  places: readonly ExtensionPlace[],
  type?: TypeRef,
];

// X.411 (06/1999), modules MTSAbstractService and MTAAbstractService. 36 is X.413's; 41, 43 and 44 are X.420's, which
// adds them to the per-recipient fields of messages (IPMPerRecipientEnvelopeExtensions). The per-recipient fields of a
// probe have a list of their own, much shorter than those of a message.
const rows: readonly Row[] = [
  [1, 'recipient-reassignment-prohibited', 'D', [message, probe], value.RecipientReassignmentProhibited],
  [2, 'originator-requested-alternate-recipient', 'S', [recipient, probeRecipient], ORName],
  [3, 'dl-expansion-prohibited', 'D', [message, probe], value.DLExpansionProhibited],
  [4, 'conversion-with-loss-prohibited', 'D', [message, probe], value.ConversionWithLossProhibited],
  [5, 'latest-delivery-time', 'D', [message], value.LatestDeliveryTime],
  [6, 'requested-delivery-method', '-', [recipient, probeRecipient], value.RequestedDeliveryMethod],
  [7, 'physical-forwarding-prohibited', 'D', [recipient], value.PhysicalForwardingProhibited],
  [8, 'physical-forwarding-address-request', 'D', [recipient], value.PhysicalForwardingAddressRequest],
  [9, 'physical-delivery-modes', 'D', [recipient], value.PhysicalDeliveryModes],
  [10, 'registered-mail-type', 'D', [recipient], value.RegisteredMailType],
  [11, 'recipient-number-for-advice', 'D', [recipient], value.RecipientNumberForAdvice],
  [12, 'physical-rendition-attributes', 'D', [recipient, probeRecipient], value.PhysicalRenditionAttributes],
  [13, 'originator-return-address', '-', [message], ORAddress],
  [14, 'physical-delivery-report-request', 'D', [recipient], value.PhysicalDeliveryReportRequest],
  [15, 'originator-certificate', '-', [message, probe]],
  [16, 'message-token', 'D', [recipient]],
  [17, 'content-confidentiality-algorithm-identifier', 'D', [message], AlgorithmIdentifier],
  [18, 'content-integrity-check', 'D', [recipient]],
  [19, 'message-origin-authentication-check', 'D', [message]],
  [20, 'message-security-label', 'D', [message, probe, report], SecurityLabel],
  [21, 'proof-of-submission-request', 'S', [], value.ProofOfSubmissionRequest],
  [22, 'proof-of-delivery-request', 'D', [recipient], value.ProofOfDeliveryRequest],
  [23, 'content-correlator', '-', [message, probe, reportContent], value.ContentCorrelator],
  [24, 'probe-origin-authentication-check', 'D', [probe]],
  [25, 'redirection-history', '-', [recipient, probeRecipient, report, reportRecipient], value.RedirectionHistory],
  [26, 'dl-expansion-history', '-', [message], value.DLExpansionHistory],
  [27, 'physical-forwarding-address', '-', [reportRecipient], ORName],
  [28, 'recipient-certificate', '-', [recipient, reportRecipient]],
  [29, 'proof-of-delivery', '-', [reportRecipient]],
  [30, 'originator-and-DL-expansion-history', '-', [report], value.OriginatorAndDLExpansionHistory],
  [31, 'reporting-DL-name', '-', [report], ORName],
  [32, 'reporting-MTA-certificate', 'D', [report]],
  [33, 'report-origin-authentication-check', 'D', [report]],
  [34, 'originating-MTA-certificate', '-', []],
  [35, 'proof-of-submission', '-', []],
  [36, 'forwarding-request', '-', []],
  [37, 'trace-information', '-', [], TraceInformation],
  [38, 'internal-trace-information', '-', [message, probe, report], InternalTraceInformation],
  [39, 'reporting-MTA-name', '-', [report], value.ReportingMTAName],
  [40, 'multiple-originator-certificates', '-', [message]],
  [41, 'blind-copy-recipients', '-', [recipient]],
  [42, 'dl-exempted-recipients', '-', [message], value.DLExemptedRecipients],
  [43, 'body-part-encryption-token', '-', [recipient]],
  [44, 'forwarded-content-token', '-', [recipient]],
  [45, 'certificate-selectors', '-', [message]],
  [46, 'certificate-selectors-override', '-', [recipient]],
];

const criticalities = { D: 'for-delivery', S: 'for-submission', '-': undefined } as const;

/** The standard extensions, by number. */
export const standardExtensions: ReadonlyMap<number, StandardExtension> = new Map(
  rows.map(([number, name, criticality, places, type]) => [
    number,
    { number, name, criticality: criticalities[criticality], places, type },
  ]),
);

/** The standard extension of that name, as X.411 spells it. */
export function standardExtensionNamed(name: string): StandardExtension | undefined {
  return [...standardExtensions.values()].find((extension) => extension.name === name);
}

/**
 * ISO 10021-4 of 1990 could be read as `[0] EXPLICIT CHOICE { INTEGER, OBJECT IDENTIFIER }`, and real MTAs send that:
 * `a0 03 02 01 nn` and `a0 { 06 … }`; `a3 { 06 … }` is the same slip over the private alternative.
 */
const explicitType: Tolerance = (element) => {
  const [only, ...more] = element.children;
  if (!element.constructed || element.tagClass !== TagClass.context || only === undefined || more.length > 0) return;
  if (only.tagClass !== TagClass.universal || only.constructed) return;
  const { tagNumber } = element;
  if (tagNumber === 0 && only.tagNumber === Universal.integer) {
    return { element: element.retagged(TagClass.context, 0, only), message: 'an extension type with an explicit tag' };
  }
  if ((tagNumber === 0 || tagNumber === 3) && only.tagNumber === Universal.objectIdentifier) {
    return { element: element.retagged(TagClass.context, 3, only), message: 'an extension type with an explicit tag' };
  }
  return;
};

@choice({ tolerate: explicitType })
export class ExtensionType {
  @member(integer(undefined, { name: 'StandardExtension', min: 0, max: ub.extensionTypes }), { tag: 0 })
  standardExtension?: number;
  @member(objectIdentifier, { tag: 3 }) privateExtension?: string;
}

export const Criticality = bitString(
  { forSubmission: 0, forTransfer: 1, forDelivery: 2 },
  { name: 'Criticality', size: { max: ub.bitOptions } },
);

/** The octets of NULL: what an extension's value is where it is absent. */
const NULL_OCTETS: Uint8Array = Uint8Array.of(5, 0);

@sequence()
export class ExtensionField {
  @member(ExtensionType) type!: ExtensionType;
  /** A bit that is one: who does not know the extension must not do that with the message. */
  @member(Criticality, { tag: 1, default: BitString.empty }) criticality: BitString = BitString.empty;
  /** Of the type that `standardExtensions` has for it; the octets of a TLV where it has none. */
  @member(openType(valueType, { name: 'EXTENSION.value' }), { tag: 2, default: NULL_OCTETS }) value!: unknown;
}

function valueType(sibling: (name: string) => unknown): TypeRef | undefined {
  const type = sibling('type') as ExtensionType | undefined;
  return type?.standardExtension === undefined ? undefined : standardExtensions.get(type.standardExtension)?.type;
}

/** The SET OF ExtensionField of a place; it bears the name that X.411 gives to the extensions allowed there. */
export function extensionsAt(place: ExtensionPlace): CollectionType {
  return setOf(ExtensionField, { name: extensionPlaces[place] });
}

const placesByName: ReadonlyMap<string, ExtensionPlace> = new Map(
  (Object.keys(extensionPlaces) as ExtensionPlace[]).map((place) => [extensionPlaces[place], place]),
);

/** The place of a collection that `extensionsAt` made, by its type's name. */
export function extensionPlaceOf(typeName: string): ExtensionPlace | undefined {
  return placesByName.get(typeName);
}

/** Whether X.411 lists the standard extension of that number at that place. Private ones may stand anywhere. */
export function isListedAt(place: ExtensionPlace, number: number): boolean {
  return standardExtensions.get(number)?.places.includes(place) ?? false;
}
