import { BitString } from '../asn1/bit-string.js';
import { P1specError } from '../ber/error.js';
import type { ContentType } from '../p1/content-types.js';
import type { MTSIdentifier } from '../p1/identifiers.js';
import { PerRecipientIndicators } from '../p1/message.js';
import type { ORName } from '../p1/or-name.js';
import type { Fate, MessageFactory } from './message.js';
import type { Submission } from './queue.js';

/** A report to be made, on whatever the request says that it is on. */
export interface ReportRequest {
  /** The identifier of the message or probe that it is on. */
  readonly subject: MTSIdentifier;
  /** Whom it goes to: the originator of its subject. */
  readonly destination: ORName;
  readonly recipients: readonly ReportedRecipient[];
  readonly contentType?: ContentType;
  readonly contentIdentifier?: string;
  /** When the subject came, in milliseconds since the epoch; now where absent. */
  readonly arrivedAt?: number;
}

export interface ReportedRecipient {
  readonly name: ORName;
  /** Its originally-specified-recipient-number; its place in the list, from 1, where absent. */
  readonly number?: number;
  /** Delivered or not. */
  readonly fate: Fate;
  /** As the subject had them; such that ask for a report on this where absent. */
  readonly indicators?: BitString;
}

/** Makes it. Throws ERR_REPORT_RECIPIENTS where it would be on nobody. X.411 (06/1999) 12.2.1.3. */
export function reportOn(factory: MessageFactory, request: ReportRequest, now: number): Submission {
  const { subject, destination, recipients, contentType, contentIdentifier, arrivedAt = now } = request;
  if (recipients.length === 0) {
    throw new P1specError('ERR_REPORT_RECIPIENTS', {
      message: 'a report on no recipient',
      hint: 'name those that it is on, each with its fate',
    });
  }
  const fates = recipients.map(({ fate }) => fate);
  return factory.report(
    {
      identifier: subject,
      originator: destination,
      recipients: recipients.map(({ name, number, fate, indicators }, i) => ({
        recipientName: name,
        originallySpecifiedRecipientNumber: number ?? i + 1,
        perRecipientIndicators: indicators ?? askedBy(fate),
      })),
      contentType,
      contentIdentifier,
    },
    fates,
    arrivedAt,
  );
}

/** X.411 (06/1999) 12.2.1.1.1.5. */
function askedBy(fate: Fate): BitString {
  const bit = PerRecipientIndicators.named;
  return 'reason' in fate
    ? BitString.atLeast(8, bit.responsibility, bit.originatingMTANonDeliveryReport, bit.originatorNonDeliveryReport)
    : BitString.atLeast(8, bit.responsibility, bit.originatingMTAReport, bit.originatorReport);
}
