import { type ReceivedApdu, typedApdu } from '../mta/received.js';
import { nonDeliveryDiagnosticName, nonDeliveryReasonName } from '../p1/non-delivery.js';
import { formatORName } from '../p1/text.js';
import { escapeText } from './escape.js';

/** What a report says of one recipient. */
export type ReportOutcome =
  | { readonly recipient: string; readonly delivered: true; readonly at: string }
  | {
      readonly recipient: string;
      readonly delivered: false;
      readonly reason: number;
      readonly diagnostic: number | null;
      readonly supplementaryInformation: string | null;
    };

/** Nothing of what cannot be read as a report. X.411 (06/1999) 12.2.1.3. */
export function reportOutcomes(apdu: ReceivedApdu): ReportOutcome[] {
  const fields = typedApdu(apdu)?.report?.content.perRecipientFields ?? [];
  return fields.map(({ actualRecipientName, lastTraceInformation, supplementaryInformation = null }) => {
    const recipient = formatORName(actualRecipientName);
    const { delivery, nonDelivery } = lastTraceInformation.reportType;
    if (delivery !== undefined) return { recipient, delivered: true, at: delivery.messageDeliveryTime };
    const reason = nonDelivery?.nonDeliveryReasonCode ?? 0;
    const diagnostic = nonDelivery?.nonDeliveryDiagnosticCode ?? null;
    return { recipient, delivered: false, reason, diagnostic, supplementaryInformation };
  });
}

export function reportText(outcome: ReportOutcome): string {
  const recipient = escapeText(outcome.recipient);
  if (outcome.delivered) return `${recipient} delivered at ${escapeText(outcome.at)}`;
  const { reason, diagnostic, supplementaryInformation } = outcome;
  const why = [
    `reason ${reason} (${nonDeliveryReasonName(reason)})`,
    ...(diagnostic === null ? [] : [`diagnostic ${diagnostic} (${nonDeliveryDiagnosticName(diagnostic)})`]),
    ...(supplementaryInformation === null ? [] : [`"${escapeText(supplementaryInformation)}"`]),
  ];
  return `${recipient} not delivered: ${why.join(', ')}`;
}
