import { BitString } from '../asn1/bit-string.js';
import { encode } from '../asn1/encode.js';
import { P1specError } from '../ber/error.js';
import { primitive, writeBer } from '../ber/writer.js';
import type { PerDomainBilateralInformation } from '../p1/bilateral.js';
import { type ContentType, contentType as contentTypes } from '../p1/content-types.js';
import { BuiltInEncodedInformationTypes } from '../p1/eits.js';
import type { ExtensionField } from '../p1/extensions.js';
import type { MTSIdentifier } from '../p1/identifiers.js';
import {
  type Message,
  PerRecipientIndicators,
  type PerRecipientMessageTransferFields,
  perMessageIndicator,
  priority as priorities,
} from '../p1/message.js';
import { MTSAPDU } from '../p1/mts-apdu.js';
import type { ORName } from '../p1/or-name.js';
import type { ProbeTransferEnvelope } from '../p1/probe.js';
import type { PerRecipientReportTransferFields, Report } from '../p1/report.js';
import { formatMTSIdentifier } from '../p1/text.js';
import { RoutingAction, type TraceInformationElement } from '../p1/trace.js';
import { formatUTCTime } from '../p1/utc-time.js';
import { interpersonalMessage } from './content.js';
import { type Domain, globalDomainIdentifier, printableTag } from './names.js';
import type { QueuePriority, Submission } from './queue.js';

export interface FactoryOptions {
  readonly domain: Domain;
  /** Stands in identifiers: `L=<SERVER>-<yymmddhhmmss>Z-<n>`, the form of Exchange's (KB Q153188 and its event texts). */
  readonly server: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A site's name that goes into per-domain-bilateral-information; none where absent. KB Q157358. */
  readonly bilateralSite?: string;
  readonly habits?: MessageHabits;
  /** Whether who asks for messages holds them until their deferred delivery time, and the trace says so; it does if absent. */
  readonly holdsDeferred?: boolean;
}

/** What an MTA puts into whatever it makes. */
export interface MessageHabits {
  /** In the envelope of each message. */
  readonly extensions?: readonly ExtensionField[];
  /** Of messages whose request says nothing of it. */
  readonly contentType?: ContentType;
  /** In reports on messages that do not ask for their content's return. KB Q298000. */
  readonly reportedContentType?: ContentType;
}

export interface MessageRequest {
  readonly originator: ORName;
  readonly recipients: readonly ORName[];
  readonly subject?: string;
  readonly text?: string;
  readonly priority?: QueuePriority;
  /** With `content`, instead of subject and text. */
  readonly contentType?: ContentType;
  readonly content?: Uint8Array;
  readonly extensions?: readonly ExtensionField[];
  /** Asks for delivery reports too; non-delivery reports are always asked for. */
  readonly reports?: boolean;
  /** Asks for its content back with a non-delivery report; it does where absent. */
  readonly contentReturn?: boolean;
  readonly system?: boolean;
  /** Its deferred delivery time, in milliseconds since the epoch: it is held here until then. */
  readonly deferredUntil?: number;
}

export interface ProbeRequest {
  readonly originator: ORName;
  readonly recipients: readonly ORName[];
  /** In octets. */
  readonly contentLength?: number;
}

/** What became of each recipient: delivered at a time, or not, by X.411's codes. */
export type Fate =
  | { readonly deliveredAt: number }
  | { readonly reason: number; readonly diagnostic?: number; readonly supplementaryInformation?: string };

/** The subject of a report, as far as a report tells of it. */
export interface ReportSubject {
  readonly identifier: MTSIdentifier;
  readonly originator: ORName;
  readonly recipients: readonly {
    readonly recipientName: ORName;
    readonly originallySpecifiedRecipientNumber: number;
    readonly perRecipientIndicators: BitString;
  }[];
  readonly contentType?: ContentType;
  readonly contentIdentifier?: string;
  readonly asksForReturn?: boolean;
}

const bit = PerRecipientIndicators.named;
const LOCAL_IDENTIFIER_LENGTH = 32;

/** Makes messages, probes and reports. With the same options and the same clock, the same octets. */
export class MessageFactory {
  readonly #options: FactoryOptions;
  #serial = 0;

  constructor(options: FactoryOptions) {
    this.#options = options;
  }

  message(request: MessageRequest): Submission {
    const identifier = this.#identifier();
    const { originator, recipients, priority = 'normal', system = false, deferredUntil } = request;
    const now = this.#options.now();
    const isHeld = deferredUntil !== undefined && this.#options.holdsDeferred !== false;
    const content = request.content ?? this.#interpersonal(identifier, request);
    const bilateral = this.#bilateral();
    const { habits = {} } = this.#options;
    const message: Message = {
      envelope: {
        messageIdentifier: identifier,
        originatorName: originator,
        originalEncodedInformationTypes: {
          builtInEncodedInformationTypes: BitString.of(
            request.content === undefined
              ? BuiltInEncodedInformationTypes.named.ia5Text
              : BuiltInEncodedInformationTypes.named.unknown,
          ),
          g3Facsimile: BitString.empty,
        },
        contentType: request.contentType ?? habits.contentType ?? { builtIn: contentTypes.interpersonalMessaging1988 },
        priority: priorities[priority],
        // Exchange asks for the content's return by default; KB Q151413.
        perMessageIndicators:
          request.contentReturn === false ? BitString.empty : BitString.of(perMessageIndicator.contentReturnRequest),
        ...(deferredUntil === undefined ? {} : { deferredDeliveryTime: timeOf(deferredUntil) }),
        ...(bilateral === undefined ? {} : { perDomainBilateralInformation: bilateral }),
        traceInformation: [this.traceElement(now, isHeld ? deferredUntil : undefined)],
        extensions: [...(request.extensions ?? []), ...(habits.extensions ?? [])],
        perRecipientFields: recipients.map(
          (recipientName, i): PerRecipientMessageTransferFields => ({
            recipientName,
            originallySpecifiedRecipientNumber: i + 1,
            perRecipientIndicators: BitString.atLeast(8, ...indicators(request.reports ?? false)),
            extensions: [],
          }),
        ),
      },
      content,
    };
    const made = submission('message', identifier, { message }, priority, system);
    return isHeld ? { ...made, deferredUntil } : made;
  }

  probe({ originator, recipients, contentLength }: ProbeRequest): Submission {
    const identifier = this.#identifier();
    const probe: ProbeTransferEnvelope = {
      probeIdentifier: identifier,
      originatorName: originator,
      contentType: { builtIn: contentTypes.interpersonalMessaging1988 },
      ...(contentLength === undefined ? {} : { contentLength }),
      perMessageIndicators: BitString.empty,
      traceInformation: [this.traceElement(this.#options.now())],
      extensions: [],
      perRecipientFields: recipients.map((recipientName, i) => ({
        recipientName,
        originallySpecifiedRecipientNumber: i + 1,
        perRecipientIndicators: BitString.atLeast(8, ...indicators(true)),
        extensions: [],
      })),
    };
    return submission('probe', identifier, { probe }, 'normal', false);
  }

  /**
   * A report on all recipients of its subject, which came at `arrivedAt`; it goes to the subject's originator. Each
   * recipient has a fate of its own where there are several.
   */
  report(subject: ReportSubject, fate: Fate | readonly Fate[], arrivedAt: number): Submission {
    const identifier = this.#identifier();
    const habit = subject.asksForReturn === false ? this.#options.habits?.reportedContentType : undefined;
    const contentType = habit ?? subject.contentType;
    const report: Report = {
      envelope: {
        reportIdentifier: identifier,
        reportDestinationName: subject.originator,
        traceInformation: [this.traceElement(this.#options.now())],
        extensions: [],
      },
      content: {
        subjectIdentifier: subject.identifier,
        ...(contentType === undefined ? {} : { contentType }),
        ...(subject.contentIdentifier === undefined ? {} : { contentIdentifier: subject.contentIdentifier }),
        extensions: [],
        perRecipientFields: subject.recipients.map((recipient, i) =>
          reportFields(recipient, 'length' in fate ? (fate[i] as Fate) : fate, arrivedAt),
        ),
      },
    };
    // Reports travel like urgent messages, on their own association if need be; KB Q215472.
    return submission('report', identifier, { report }, 'urgent', false);
  }

  /**
   * What this domain adds to the trace of what it makes or relays. X.411 (06/1999) 12.2.1.1.1.3. The deferred time stands
   * there where it holds the message, and is the time until which: RFC 2156 reads it so.
   */
  traceElement(arrivedAt: number, deferredUntil = arrivedAt): TraceInformationElement {
    return {
      globalDomainIdentifier: globalDomainIdentifier(this.#options.domain),
      domainSuppliedInformation: {
        arrivalTime: formatUTCTime(new Date(arrivedAt)),
        routingAction: RoutingAction.named.relayed,
        ...(deferredUntil > arrivedAt ? { deferredTime: timeOf(deferredUntil) } : {}),
        otherActions: BitString.empty,
      },
    };
  }

  #identifier(): MTSIdentifier {
    this.#serial += 1;
    const tail = `-${formatUTCTime(new Date(this.#options.now()))}-${this.#serial}`;
    const server = this.#options.server.slice(0, LOCAL_IDENTIFIER_LENGTH - 2 - tail.length);
    return {
      globalDomainIdentifier: globalDomainIdentifier(this.#options.domain),
      localIdentifier: `L=${server}${tail}`,
    };
  }

  #interpersonal(identifier: MTSIdentifier, request: MessageRequest): Uint8Array {
    return interpersonalMessage({
      identifier: identifier.localIdentifier,
      originator: request.originator,
      recipients: request.recipients,
      subject: request.subject ?? '',
      text: request.text ?? '',
    });
  }

  #bilateral(): PerDomainBilateralInformation[] | undefined {
    const { bilateralSite, domain } = this.#options;
    if (bilateralSite === undefined) return undefined;
    const { countryName, administrationDomainName, privateDomainIdentifier } = globalDomainIdentifier(domain);
    const site = primitive(printableTag.tagClass, printableTag.tagNumber, new Uint8Array(Buffer.from(bilateralSite)));
    return [
      {
        countryName,
        domain:
          privateDomainIdentifier === undefined
            ? { administrationDomainName }
            : { privateDomain: { administrationDomainName, privateDomainIdentifier } },
        bilateralInformation: writeBer(site),
      },
    ];
  }
}

/** The originating MTA asks for no less than the originator. X.411 (06/1999) 12.2.1.1.1.5. */
function indicators(reports: boolean): number[] {
  return reports
    ? [bit.responsibility, bit.originatingMTAReport, bit.originatorReport]
    : [bit.responsibility, bit.originatingMTANonDeliveryReport, bit.originatorNonDeliveryReport];
}

/** Some MTAs send fewer than the eight bits that there are at least; it is not ours to do so. X.411 Annex B. */
export function sentIndicators(bits: BitString): BitString {
  return BitString.atLeast(Math.max(8, bits.length), ...bits.bits());
}

/** Throws ERR_DEFERRED_UNTIL for what no UTCTime can say. */
function timeOf(instant: number): string {
  try {
    return formatUTCTime(new Date(instant));
  } catch (cause) {
    throw new P1specError('ERR_DEFERRED_UNTIL', {
      message: `a deferred delivery time of ${instant} ms cannot be written`,
      hint: 'give milliseconds since 1970, before the year 2050',
      cause,
    });
  }
}

function reportFields(
  recipient: ReportSubject['recipients'][number],
  fate: Fate,
  arrivedAt: number,
): PerRecipientReportTransferFields {
  const told = 'reason' in fate ? fate.supplementaryInformation : undefined;
  return {
    actualRecipientName: recipient.recipientName,
    originallySpecifiedRecipientNumber: recipient.originallySpecifiedRecipientNumber,
    perRecipientIndicators: sentIndicators(recipient.perRecipientIndicators),
    lastTraceInformation: {
      arrivalTime: formatUTCTime(new Date(arrivedAt)),
      reportType:
        'reason' in fate
          ? { nonDelivery: { nonDeliveryReasonCode: fate.reason, nonDeliveryDiagnosticCode: fate.diagnostic } }
          : { delivery: { messageDeliveryTime: formatUTCTime(new Date(fate.deliveredAt)), typeOfMTSUser: 0 } },
    },
    ...(told === undefined ? {} : { supplementaryInformation: told }),
    extensions: [],
  };
}

function submission(
  kind: Submission['kind'],
  identifier: MTSIdentifier,
  apdu: MTSAPDU,
  priority: QueuePriority,
  system: boolean,
): Submission {
  return { kind, priority, identifier: formatMTSIdentifier(identifier), apdu: encode(MTSAPDU, apdu), system };
}
