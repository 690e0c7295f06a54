import { expressed } from './downgrade-address.js';
import { type Cause, type Changes, clause } from './downgrade-changes.js';
import { downgradeEITs, downgradeTrace, dropExtensions } from './downgrade-parts.js';
import { nonDeliveryDiagnosticName, nonDeliveryReasonName } from './non-delivery.js';
import type { ORName } from './or-name.js';
import type {
  LastTraceInformation,
  PerRecipientReportTransferFields,
  Report,
  ReportTransferContent,
  ReportType,
} from './report.js';

/** 1984 stops at these: conversion-not-performed, invalid-arguments, private. */
const LAST_REASON = 2;
const LAST_DIAGNOSTIC = 11;
const LAST_USER_TYPE = 1;
const TRANSFER_FAILURE = 0;
const UA_PUBLIC = 0;
/** Of supplementary information in 1984, as PP cuts it. */
const SUPPLEMENTARY_LENGTH = 64;

/**
 * A report as 1984 has it. Whom it goes to must be expressible; of whom it speaks is told as far as it can be, for the
 * subject's identifier and the recipient's number say who is meant.
 */
export function downgradeReport(report: Report, changes: Changes): Report | { readonly cause: Cause } {
  const { envelope, content } = report;
  const path = 'report.envelope';
  const critical = dropExtensions(envelope.extensions, `${path}.extensions`, changes);
  if (critical !== undefined) return { cause: critical };
  const destination = expressed(envelope.reportDestinationName, `${path}.reportDestinationName`, changes);
  if (destination.cause !== undefined) return { cause: destination.cause };
  const downgraded = contentOf(content, changes);
  if ('cause' in downgraded) return downgraded;
  return {
    envelope: {
      ...envelope,
      reportDestinationName: destination.name,
      traceInformation: downgradeTrace(envelope.traceInformation, `${path}.traceInformation`, changes),
      extensions: [],
    },
    content: downgraded,
  };
}

function contentOf(
  content: ReportTransferContent,
  changes: Changes,
): ReportTransferContent | { readonly cause: Cause } {
  const path = 'report.content';
  const { originalEncodedInformationTypes, contentType, additionalInformation, ...rest } = content;
  const critical = dropExtensions(content.extensions, `${path}.extensions`, changes);
  if (critical !== undefined) return { cause: critical };
  if (originalEncodedInformationTypes !== undefined) {
    changes.dropped(`${path}.originalEncodedInformationTypes`, 'original EITs of the subject', clause.edition);
  }
  if (contentType !== undefined) changes.dropped(`${path}.contentType`, 'content type of the subject', clause.edition);
  // One element under two names; the octets are the same.
  if (additionalInformation !== undefined) {
    changes.replaced(`${path}.additionalInformation`, 'additional by billing information', clause.edition);
  }
  const intermediate = content.subjectIntermediateTraceInformation;
  const trace = intermediate && downgradeTrace(intermediate, `${path}.subjectIntermediateTraceInformation`, changes);
  const perRecipientFields: PerRecipientReportTransferFields[] = [];
  for (const [index, recipient] of content.perRecipientFields.entries()) {
    const fields = recipientOf(recipient, `${path}.perRecipientFields[${index}]`, changes);
    if ('cause' in fields) return fields;
    perRecipientFields.push(fields);
  }
  return {
    ...rest,
    ...(trace === undefined ? {} : { subjectIntermediateTraceInformation: trace }),
    ...(additionalInformation === undefined ? {} : { billingInformation: additionalInformation }),
    perRecipientFields,
    extensions: [],
  };
}

function recipientOf(
  recipient: PerRecipientReportTransferFields,
  path: string,
  changes: Changes,
): PerRecipientReportTransferFields | { readonly cause: Cause } {
  const { originallyIntendedRecipientName: intended, supplementaryInformation: told, ...rest } = recipient;
  const critical = dropExtensions(recipient.extensions, `${path}.extensions`, changes);
  if (critical !== undefined) return { cause: critical };
  const intendedPath = `${path}.originallyIntendedRecipientName`;
  const original = intended === undefined ? undefined : expressed(intended, intendedPath, changes);
  if (original?.cause !== undefined) changes.dropped(intendedPath, original.cause.message, clause.addresses);
  if (told !== undefined && told.length > SUPPLEMENTARY_LENGTH) {
    changes.replaced(`${path}.supplementaryInformation`, 'supplementary information by its beginning', clause.edition);
  }
  return {
    ...rest,
    actualRecipientName: told1984(recipient.actualRecipientName, `${path}.actualRecipientName`, changes),
    lastTraceInformation: lastTraceOf(recipient.lastTraceInformation, `${path}.lastTraceInformation`, changes),
    ...(original?.name === undefined ? {} : { originallyIntendedRecipientName: original.name }),
    ...(told === undefined ? {} : { supplementaryInformation: told.slice(0, SUPPLEMENTARY_LENGTH) }),
    extensions: [],
  };
}

/** The name, or what 1984 has of it: a report is about a number, the name only tells people. */
function told1984(orName: ORName, path: string, changes: Changes): ORName {
  const { name, cause } = expressed(orName, path, changes);
  if (name !== undefined) return name;
  changes.replaced(path, `${cause.message}; without its attributes of 1988`, clause.addresses);
  const { builtInStandardAttributes, builtInDomainDefinedAttributes } = orName;
  return {
    builtInStandardAttributes,
    ...(builtInDomainDefinedAttributes === undefined ? {} : { builtInDomainDefinedAttributes }),
  };
}

function lastTraceOf(last: LastTraceInformation, path: string, changes: Changes): LastTraceInformation {
  const { convertedEncodedInformationTypes: eits } = last;
  return {
    ...last,
    ...(eits === undefined
      ? {}
      : {
          convertedEncodedInformationTypes: downgradeEITs(eits, `${path}.convertedEncodedInformationTypes`, changes),
        }),
    reportType: reportTypeOf(last.reportType, `${path}.reportType`, changes),
  };
}

/** A reason that 1984 does not have becomes transfer-failure, as in PP; a diagnostic that it does not have says nothing. */
function reportTypeOf(type: ReportType, path: string, changes: Changes): ReportType {
  const { delivery, nonDelivery } = type;
  if (delivery !== undefined) {
    if (delivery.typeOfMTSUser <= LAST_USER_TYPE) return type;
    changes.dropped(`${path}.delivery.typeOfMTSUser`, `type-of-MTS-user ${delivery.typeOfMTSUser}`, clause.edition);
    return { delivery: { ...delivery, typeOfMTSUser: UA_PUBLIC } };
  }
  if (nonDelivery === undefined) return type;
  const { nonDeliveryReasonCode: reason, nonDeliveryDiagnosticCode: diagnostic } = nonDelivery;
  const known = diagnostic === undefined || diagnostic <= LAST_DIAGNOSTIC;
  if (reason <= LAST_REASON && known) return type;
  if (reason > LAST_REASON) {
    const message = `reason ${nonDeliveryReasonName(reason)} by transfer-failure`;
    changes.replaced(`${path}.nonDelivery.nonDeliveryReasonCode`, message, clause.edition);
  }
  if (!known) {
    const message = `diagnostic ${nonDeliveryDiagnosticName(diagnostic)}`;
    changes.dropped(`${path}.nonDelivery.nonDeliveryDiagnosticCode`, message, clause.edition);
  }
  return {
    nonDelivery: {
      nonDeliveryReasonCode: reason > LAST_REASON ? TRANSFER_FAILURE : reason,
      ...(known && diagnostic !== undefined ? { nonDeliveryDiagnosticCode: diagnostic } : {}),
    },
  };
}
