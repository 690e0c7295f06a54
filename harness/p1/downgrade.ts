import { BitString } from '../asn1/bit-string.js';
import { contentType as builtIn, type ContentType } from './content-types.js';
import { expressed } from './downgrade-address.js';
import { type Cause, type Change, Changes, clause, unableToDowngrade } from './downgrade-changes.js';
import { downgradeIpm, externalContent } from './downgrade-content.js';
import {
  downgradeBilateral,
  downgradeEITs,
  downgradePerMessageIndicators,
  downgradeTrace,
  dropExtensions,
  type PrivateBilateral,
} from './downgrade-parts.js';
import { downgradeReport } from './downgrade-report.js';
import {
  ExplicitConversion,
  type MessageTransferEnvelope,
  PerRecipientIndicators,
  type PerRecipientMessageTransferFields,
} from './message.js';
import type { MTSAPDU } from './mts-apdu.js';
import { oid } from './object-identifiers.js';
import type { ProbeTransferEnvelope } from './probe.js';

export type { Cause, Change } from './downgrade-changes.js';

/** A recipient for whom this MTA is responsible, and to whom 1984 does not lead. */
export interface Unreachable {
  /** Its place in the APDU's per-recipient fields, from 0. */
  readonly index: number;
  readonly cause: Cause;
}

/** An MTS-APDU of 1988 as one of 1984. */
export type Downgrading =
  | {
      /** `unchanged` where 1984 has all of it: then `apdu` is the one given. */
      readonly kind: 'unchanged' | 'downgraded';
      /** Responsible for the recipients that it reaches, and for no other. */
      readonly apdu: MTSAPDU;
      readonly changes: readonly Change[];
      /** Non-delivery is to be reported for these; the copy reaches the others. */
      readonly unreachable: readonly Unreachable[];
    }
  | {
      /** It cannot be transferred: nobody would be reached, or it would not be what the originator sent. */
      readonly kind: 'impossible';
      readonly cause: Cause;
      /** All recipients of ours; none of a report, about which nobody is told. */
      readonly unreachable: readonly Unreachable[];
    };

export interface DowngradeOptions {
  /**
   * What becomes of an interpersonal message of 1988, type 22: of type 2 where its content can be downgraded, and of
   * type 22 still where it cannot; or always of type 22, which P1 of 1984 can carry. RFC 1328 5.
   */
  readonly interpersonal?: 'downgrade' | 'keep';
  /** Dropped where absent: the administration domain is not whom it is for. */
  readonly privateBilateral?: PrivateBilateral;
}

/**
 * Downgrades an MTS-APDU to P1 of 1984. X.419 Annex B, RFC 1328 3 to 5; what both leave open is decided in
 * docs/decisions/0006. The other way needs nothing but `upgrade`: what 1984 has, 1988 has.
 */
export function downgrade(apdu: MTSAPDU, options: DowngradeOptions = {}): Downgrading {
  const changes = new Changes();
  if (apdu.report !== undefined) {
    const report = downgradeReport(apdu.report, changes);
    if ('cause' in report) return { kind: 'impossible', cause: report.cause, unreachable: [] };
    return result(apdu, { report }, changes, []);
  }
  return apdu.probe === undefined ? messageOf(apdu, changes, options) : probeOf(apdu, apdu.probe, changes, options);
}

/** An MTS-APDU of 1984 as one of 1988, value for value: what was called billing information is additional information. */
export function upgrade(apdu: MTSAPDU): MTSAPDU {
  const { report } = apdu;
  if (report?.content.billingInformation === undefined) return apdu;
  const { billingInformation, ...content } = report.content;
  return { report: { ...report, content: { ...content, additionalInformation: billingInformation } } };
}

function messageOf(apdu: MTSAPDU, changes: Changes, options: DowngradeOptions): Downgrading {
  const { message } = apdu;
  if (message === undefined) return { kind: 'unchanged', apdu, changes: [], unreachable: [] };
  const path = 'message.envelope';
  const subject = subjectOf(message.envelope, path, changes, options);
  const content = contentOf(message.envelope.contentType, message.content, changes, options);
  const cause = subject.cause ?? content.cause;
  if (cause !== undefined) return impossible(message.envelope, cause);
  if (subject.noneLeft !== undefined) return nobodyReached(subject.noneLeft, subject.unreachable);
  const envelope: MessageTransferEnvelope = {
    ...message.envelope,
    ...subject.fields,
    contentType: content.contentType,
    perRecipientFields: subject.recipients,
  };
  return result(apdu, { message: { envelope, content: content.content } }, changes, subject.unreachable);
}

function probeOf(
  apdu: MTSAPDU,
  probe: ProbeTransferEnvelope,
  changes: Changes,
  options: DowngradeOptions,
): Downgrading {
  const subject = subjectOf(probe, 'probe', changes, options);
  if (subject.cause !== undefined) return impossible(probe, subject.cause);
  if (subject.noneLeft !== undefined) return nobodyReached(subject.noneLeft, subject.unreachable);
  const contentType = probedType(probe.contentType, changes, options);
  const copy: ProbeTransferEnvelope = {
    ...probe,
    ...subject.fields,
    contentType,
    perRecipientFields: subject.recipients,
  };
  return result(apdu, { probe: copy }, changes, subject.unreachable);
}

function result(given: MTSAPDU, apdu: MTSAPDU, { list }: Changes, unreachable: readonly Unreachable[]): Downgrading {
  if (list.length === 0 && unreachable.length === 0)
    return { kind: 'unchanged', apdu: given, changes: [], unreachable };
  return { kind: 'downgraded', apdu, changes: list, unreachable };
}

type Subject = MessageTransferEnvelope | ProbeTransferEnvelope;

function impossible(subject: Subject, cause: Cause): Downgrading {
  const unreachable = subject.perRecipientFields.flatMap((recipient, index) =>
    isOurs(recipient) ? [{ index, cause }] : [],
  );
  return { kind: 'impossible', cause, unreachable };
}

function nobodyReached(cause: Cause, unreachable: readonly Unreachable[]): Downgrading {
  return { kind: 'impossible', cause, unreachable };
}

interface SubjectDowngrade {
  /** Why it cannot be transferred to anybody. */
  readonly cause?: Cause;
  /** Why nobody is left for whom it could be transferred. */
  readonly noneLeft?: Cause;
  readonly fields: Pick<
    Subject,
    | 'originatorName'
    | 'originalEncodedInformationTypes'
    | 'perMessageIndicators'
    | 'perDomainBilateralInformation'
    | 'traceInformation'
    | 'extensions'
  >;
  readonly recipients: PerRecipientMessageTransferFields[];
  readonly unreachable: readonly Unreachable[];
}

/** Of an APDU in which nobody is ours, and nobody can be named. */
const NOBODY: Cause = unableToDowngrade('no 1984 form of any address', clause.addresses);

/** What messages and probes have in common. */
function subjectOf(
  subject: Subject,
  path: string,
  changes: Changes,
  { privateBilateral }: DowngradeOptions,
): SubjectDowngrade {
  const critical = dropExtensions(subject.extensions, `${path}.extensions`, changes);
  const originator = expressed(subject.originatorName, `${path}.originatorName`, changes);
  const eits = subject.originalEncodedInformationTypes;
  const { recipients, unreachable } = recipientsOf(subject.perRecipientFields, `${path}.perRecipientFields`, changes);
  const ours = subject.perRecipientFields.filter(isOurs).length;
  return {
    cause: critical ?? originator.cause,
    noneLeft:
      recipients.length === 0 || (ours > 0 && unreachable.length === ours)
        ? (unreachable[0]?.cause ?? NOBODY)
        : undefined,
    fields: {
      originatorName: originator.name ?? subject.originatorName,
      ...(eits === undefined
        ? {}
        : {
            originalEncodedInformationTypes: downgradeEITs(eits, `${path}.originalEncodedInformationTypes`, changes),
          }),
      perMessageIndicators: downgradePerMessageIndicators(
        subject.perMessageIndicators,
        `${path}.perMessageIndicators`,
        changes,
      ),
      // Undefined where nothing of it stays: the envelope it is spread over may have it.
      perDomainBilateralInformation: undefined,
      ...downgradeBilateral(
        subject.perDomainBilateralInformation,
        `${path}.perDomainBilateralInformation`,
        changes,
        privateBilateral,
      ),
      traceInformation: downgradeTrace(subject.traceInformation, `${path}.traceInformation`, changes),
      extensions: [],
    },
    recipients,
    unreachable,
  };
}

/**
 * Recipients that stay behind keep their fields, without our responsibility, where they can be told at all: the others
 * read who else was written to. X.411 (06/1999) 12.2.1.1.1.5.
 */
function recipientsOf(
  fields: readonly PerRecipientMessageTransferFields[],
  path: string,
  changes: Changes,
): { readonly recipients: PerRecipientMessageTransferFields[]; readonly unreachable: Unreachable[] } {
  const recipients: PerRecipientMessageTransferFields[] = [];
  const unreachable: Unreachable[] = [];
  for (const [index, recipient] of fields.entries()) {
    const at = `${path}[${index}]`;
    const { name, cause: unnamed } = expressed(recipient.recipientName, `${at}.recipientName`, changes);
    const critical = dropExtensions(recipient.extensions, `${at}.extensions`, changes);
    const { explicitConversion, cause: unconverted } = conversionOf(recipient, at, changes);
    const cause = unnamed ?? critical ?? unconverted;
    if (cause !== undefined && isOurs(recipient)) unreachable.push({ index, cause });
    if (name === undefined) {
      changes.dropped(at, `the recipient: ${unnamed.message}`, unnamed.clause);
      continue;
    }
    const { explicitConversion: _, ...rest } = recipient;
    recipients.push({
      ...rest,
      recipientName: name,
      perRecipientIndicators:
        cause === undefined
          ? recipient.perRecipientIndicators
          : withoutResponsibility(recipient.perRecipientIndicators),
      ...(explicitConversion === undefined ? {} : { explicitConversion }),
      extensions: [],
    });
  }
  return { recipients, unreachable };
}

/** Of the explicit conversions 1984 knows the first; another one may not silently be left undone. */
function conversionOf(
  { explicitConversion }: PerRecipientMessageTransferFields,
  path: string,
  changes: Changes,
): { readonly explicitConversion?: number; readonly cause?: Cause } {
  // 1 is teletex to telex, of 1984 itself.
  if (explicitConversion === undefined || explicitConversion <= 1) return { explicitConversion };
  const names = Object.entries<number>(ExplicitConversion.named);
  const name = names.find(([, number]) => number === explicitConversion)?.[0] ?? String(explicitConversion);
  changes.dropped(`${path}.explicitConversion`, `explicit-conversion ${name}`, clause.edition);
  return { cause: unableToDowngrade(`explicit-conversion ${name} is not of 1984`, clause.edition) };
}

/** The numbers of content types that have both a number and an object identifier. X.411, X.420, X.435, X.440. */
const numbered: ReadonlyMap<string, number> = new Map([
  [oid.idContUndefined, builtIn.unidentified],
  [oid.interpersonalMessaging1984, builtIn.interpersonalMessaging1984],
  [oid.interpersonalMessaging1988, builtIn.interpersonalMessaging1988],
  ['2.6.7.10.0', builtIn.ediMessaging],
  ['2.6.8.8.0', builtIn.voiceMessaging],
]);

interface ContentDowngrade {
  readonly contentType: ContentType;
  readonly content?: Uint8Array;
  readonly cause?: Cause;
}

function contentOf(
  contentType: ContentType,
  content: Uint8Array | undefined,
  changes: Changes,
  { interpersonal = 'downgrade' }: DowngradeOptions,
): ContentDowngrade {
  const { extended } = contentType;
  const number = extended === undefined ? contentType.builtIn : numbered.get(extended);
  const path = 'message.envelope.contentType';
  if (number === undefined && extended !== undefined) {
    if (content === undefined) {
      return { contentType, cause: unableToDowngrade(`content type ${extended} with content that is not at hand`) };
    }
    changes.replaced(path, `content type ${extended} by external, its content by an EXTERNAL`);
    return { contentType: { builtIn: builtIn.external }, content: externalContent(extended, content) };
  }
  if (number === builtIn.interpersonalMessaging1988 && interpersonal === 'downgrade' && content !== undefined) {
    const ipm = downgradeIpm(content);
    if (ipm.kind === 'downgraded') {
      changes.replaced(path, 'content type 22 by 2', clause.content);
      changes.list.push(...ipm.changes.list);
      return { contentType: { builtIn: builtIn.interpersonalMessaging1984 }, content: ipm.content };
    }
  }
  if (extended === undefined) return { contentType, content };
  changes.replaced(path, `content type ${extended} by ${number}`);
  return { contentType: { builtIn: number }, content };
}

/** A probe asks for what its message would become. */
function probedType(contentType: ContentType, changes: Changes, { interpersonal }: DowngradeOptions): ContentType {
  const { extended } = contentType;
  const number = extended === undefined ? contentType.builtIn : (numbered.get(extended) ?? builtIn.external);
  const is22 = number === builtIn.interpersonalMessaging1988 && interpersonal !== 'keep';
  const asked = is22 ? builtIn.interpersonalMessaging1984 : number;
  if (extended === undefined && asked === contentType.builtIn) return contentType;
  changes.replaced('probe.contentType', `content type ${extended ?? number} by ${asked}`, clause.content);
  return { builtIn: asked };
}

function isOurs({ perRecipientIndicators }: PerRecipientMessageTransferFields): boolean {
  return perRecipientIndicators.has(PerRecipientIndicators.named.responsibility);
}

/** The same indicators, of the same length, with the responsibility bit zero. */
function withoutResponsibility(indicators: BitString): BitString {
  const { responsibility } = PerRecipientIndicators.named;
  return BitString.atLeast(indicators.length, ...indicators.bits().filter((bit) => bit !== responsibility));
}
