import { BitString } from '../asn1/bit-string.js';
import { encode } from '../asn1/encode.js';
import { PerRecipientIndicators, perMessageIndicator, priority as priorities } from '../p1/message.js';
import { MTSAPDU } from '../p1/mts-apdu.js';
import type { ORName } from '../p1/or-name.js';
import { formatGlobalDomainIdentifier, formatMTSIdentifier } from '../p1/text.js';
import type { TraceInformationElement } from '../p1/trace.js';
import { upperBounds } from '../p1/upper-bounds.js';
import { parseUTCTime } from '../p1/utc-time.js';
import { type Fate, type ReportSubject, sentIndicators } from './message.js';
import type { QueuePriority, Submission } from './queue.js';

const bit = PerRecipientIndicators.named;

interface Recipient {
  readonly recipientName: ORName;
  readonly originallySpecifiedRecipientNumber: number;
  readonly perRecipientIndicators: BitString;
}

/** What is to be done with an APDU that we have taken responsibility for. */
export interface Disposition {
  /** Copies for other MTAs, by peer; each is responsible for its own recipients only. */
  readonly relayed: readonly { readonly peer: string; readonly submission: Submission }[];
  /** Recipients that would be relayed, had the APDU not been here before; none of a report, on which nobody reports. */
  readonly looped: ReportSubject | undefined;
  /** Recipients here whose originating MTA wants to hear that they were reached. */
  readonly toReport: ReportSubject | undefined;
}

/**
 * Sorts recipients into those that are here and those behind other MTAs. Only those whose responsibility bit is set
 * are ours to care for. X.411 (06/1999) 14.3.
 */
export function dispose(
  value: MTSAPDU,
  route: ((recipient: ORName) => string | undefined) | undefined,
  trace: TraceInformationElement,
): Disposition {
  if (value.report !== undefined) return disposeOfReport(value, route, trace);
  const recipients = recipientsOf(value).filter(({ perRecipientIndicators }) =>
    perRecipientIndicators.has(bit.responsibility),
  );
  const byPeer = new Map<string, Recipient[]>();
  const here: Recipient[] = [];
  for (const recipient of recipients) {
    const peer = route?.(recipient.recipientName);
    if (peer === undefined) here.push(recipient);
    else byPeer.set(peer, [...(byPeer.get(peer) ?? []), recipient]);
  }
  const wanting = here.filter(
    ({ perRecipientIndicators }) => value.probe !== undefined || perRecipientIndicators.has(bit.originatingMTAReport),
  );
  const envelope = value.message?.envelope ?? value.probe;
  const looped = envelope !== undefined && byPeer.size > 0 && wasHere(envelope, trace);
  return {
    looped: looped ? subjectOf(value, [...byPeer.values()].flat()) : undefined,
    relayed: looped ? [] : [...byPeer].map(([peer, theirs]) => ({ peer, submission: copyFor(value, theirs, trace) })),
    toReport: wanting.length === 0 ? undefined : subjectOf(value, wanting),
  };
}

/** The subject of a report on all of an APDU's recipients that are ours; none about a report. */
export function subjectOf(value: MTSAPDU, recipients?: readonly Recipient[]): ReportSubject | undefined {
  const envelope = value.message?.envelope ?? value.probe;
  if (envelope === undefined) return undefined;
  const responsible = recipientsOf(value).filter((each) => each.perRecipientIndicators.has(bit.responsibility));
  return {
    identifier: 'messageIdentifier' in envelope ? envelope.messageIdentifier : envelope.probeIdentifier,
    originator: envelope.originatorName,
    recipients: recipients ?? responsible,
    contentType: envelope.contentType,
    contentIdentifier: envelope.contentIdentifier || undefined,
    ...(value.message === undefined
      ? {}
      : { asksForReturn: envelope.perMessageIndicators.has(perMessageIndicator.contentReturnRequest) }),
  };
}

/** Before which the message is not to be delivered, in milliseconds since the epoch. X.411 (06/1999) 12.2.1.1. */
export function deferredDeliveryTime({ message }: MTSAPDU): number | undefined {
  const text = message?.envelope.deferredDeliveryTime;
  return text === undefined ? undefined : parseUTCTime(text)?.getTime();
}

/** Whether the originating MTA wants a report with this fate for anybody. X.411 (06/1999) 12.2.1.1.1.5. */
export function wantsReport(subject: ReportSubject, fate: Fate): boolean {
  return subject.recipients.some(
    ({ perRecipientIndicators: asked }) =>
      asked.has(bit.originatingMTAReport) || ('reason' in fate && asked.has(bit.originatingMTANonDeliveryReport)),
  );
}

/** Whether our domain is in the trace already, or the trace has no room for it. X.411 (06/1999) 14.3.1. */
function wasHere(
  { traceInformation }: { readonly traceInformation: readonly TraceInformationElement[] },
  ours: TraceInformationElement,
): boolean {
  const here = domainOf(ours);
  return traceInformation.length >= upperBounds.transfers || traceInformation.some((each) => domainOf(each) === here);
}

/** Domains compare without regard to case, and to how many spaces there are. X.402 18.3. */
function domainOf({ globalDomainIdentifier }: TraceInformationElement): string {
  return formatGlobalDomainIdentifier(globalDomainIdentifier).toLowerCase().replace(/ +/g, ' ');
}

function disposeOfReport(
  value: MTSAPDU,
  route: ((recipient: ORName) => string | undefined) | undefined,
  trace: TraceInformationElement,
): Disposition {
  const { report } = value;
  const peer = report && route?.(report.envelope.reportDestinationName);
  const none = { relayed: [], looped: undefined, toReport: undefined };
  if (report === undefined || peer === undefined) return none;
  if (wasHere(report.envelope, trace)) {
    const { reportIdentifier: identifier, reportDestinationName: originator } = report.envelope;
    return { ...none, looped: { identifier, originator, recipients: [] } };
  }
  const envelope = { ...report.envelope, traceInformation: [...report.envelope.traceInformation, trace] };
  const perRecipientFields = report.content.perRecipientFields.map(withSentIndicators);
  const content = withoutEmptyIdentifier({ ...report.content, perRecipientFields });
  const apdu = encode(MTSAPDU, { report: { ...report, envelope, content } });
  const identifier = formatMTSIdentifier(envelope.reportIdentifier);
  const submission = { kind: 'report', priority: 'urgent', identifier, apdu, system: false } as const;
  return { ...none, relayed: [{ peer, submission }] };
}

function copyFor(value: MTSAPDU, theirs: readonly Recipient[], trace: TraceInformationElement): Submission {
  const ours = new Set(theirs.map(({ originallySpecifiedRecipientNumber }) => originallySpecifiedRecipientNumber));
  const marked = <R extends Recipient>(recipient: R): R =>
    ours.has(recipient.originallySpecifiedRecipientNumber)
      ? withSentIndicators(recipient)
      : { ...recipient, perRecipientIndicators: without(recipient.perRecipientIndicators, bit.responsibility) };
  if (value.probe !== undefined) {
    const { probe } = value;
    const copy = {
      ...withoutEmptyIdentifier(probe),
      traceInformation: [...probe.traceInformation, trace],
      perRecipientFields: probe.perRecipientFields.map(marked),
    };
    const identifier = formatMTSIdentifier(probe.probeIdentifier);
    return { kind: 'probe', priority: 'normal', identifier, apdu: encode(MTSAPDU, { probe: copy }), system: false };
  }
  const { envelope, content } = value.message as NonNullable<MTSAPDU['message']>;
  const copy = {
    ...withoutEmptyIdentifier(envelope),
    traceInformation: [...envelope.traceInformation, trace],
    perRecipientFields: envelope.perRecipientFields.map(marked),
  };
  return {
    kind: 'message',
    priority: priorityNamed(envelope.priority),
    identifier: formatMTSIdentifier(envelope.messageIdentifier),
    apdu: encode(MTSAPDU, { message: { envelope: copy, content } }),
    system: false,
  };
}

function recipientsOf(value: MTSAPDU): readonly Recipient[] {
  return (value.message?.envelope ?? value.probe)?.perRecipientFields ?? [];
}

function without(bits: BitString, number: number): BitString {
  return BitString.atLeast(sentIndicators(bits).length, ...bits.bits().filter((each) => each !== number));
}

function withSentIndicators<R extends Pick<Recipient, 'perRecipientIndicators'>>(recipient: R): R {
  return { ...recipient, perRecipientIndicators: sentIndicators(recipient.perRecipientIndicators) };
}

/** KB 183014: one of no characters says nothing, and has ended MTAs. */
function withoutEmptyIdentifier<E extends { readonly contentIdentifier?: string }>(envelope: E): E {
  return envelope.contentIdentifier === '' ? { ...envelope, contentIdentifier: undefined } : envelope;
}

function priorityNamed(number: number): QueuePriority {
  if (number === priorities.urgent) return 'urgent';
  return number === priorities.nonUrgent ? 'nonUrgent' : 'normal';
}
