import { integer } from '../asn1/types.js';
import { upperBounds as ub } from './upper-bounds.js';

/** Why a message was not delivered, by code. X.411 (06/1999), module MTSAbstractService; 1984 has 0 to 2. */
export const nonDeliveryReasons: readonly string[] = [
  'transfer-failure',
  'unable-to-transfer',
  'conversion-not-performed',
  'physical-rendition-not-performed',
  'physical-delivery-not-performed',
  'restricted-delivery',
  'directory-operation-unsuccessful',
  'deferred-delivery-not-performed',
  'transfer-failure-for-security-reason',
];

/** What went wrong exactly, by code. X.411 (06/1999), module MTSAbstractService; 1984 has 0 to 11. */
export const nonDeliveryDiagnostics: readonly string[] = [
  'unrecognised-OR-name',
  'ambiguous-OR-name',
  'mts-congestion',
  'loop-detected',
  'recipient-unavailable',
  'maximum-time-expired',
  'encoded-information-types-unsupported',
  'content-too-long',
  'conversion-impractical',
  'implicit-conversion-prohibited',
  'implicit-conversion-not-subscribed',
  'invalid-arguments',
  'content-syntax-error',
  'size-constraint-violation',
  'protocol-violation',
  'content-type-not-supported',
  'too-many-recipients',
  'no-bilateral-agreement',
  'unsupported-critical-function',
  'conversion-with-loss-prohibited',
  'line-too-long',
  'page-split',
  'pictorial-symbol-loss',
  'punctuation-symbol-loss',
  'alphabetic-character-loss',
  'multiple-information-loss',
  'recipient-reassignment-prohibited',
  'redirection-loop-detected',
  'dl-expansion-prohibited',
  'no-dl-submit-permission',
  'dl-expansion-failure',
  'physical-rendition-attributes-not-supported',
  'undeliverable-mail-physical-delivery-address-incorrect',
  'undeliverable-mail-physical-delivery-office-incorrect-or-invalid',
  'undeliverable-mail-physical-delivery-address-incomplete',
  'undeliverable-mail-recipient-unknown',
  'undeliverable-mail-recipient-deceased',
  'undeliverable-mail-organization-expired',
  'undeliverable-mail-recipient-refused-to-accept',
  'undeliverable-mail-recipient-did-not-claim',
  'undeliverable-mail-recipient-changed-address-permanently',
  'undeliverable-mail-recipient-changed-address-temporarily',
  'undeliverable-mail-recipient-changed-temporary-address',
  'undeliverable-mail-new-address-unknown',
  'undeliverable-mail-recipient-did-not-want-forwarding',
  'undeliverable-mail-originator-prohibited-forwarding',
  'secure-messaging-error',
  'unable-to-downgrade',
  'unable-to-complete-transfer',
  'transfer-attempts-limit-reached',
  'incorrect-notification-type',
  'dl-expansion-prohibited-by-security-policy',
  'forbidden-alternate-recipient',
  'security-policy-violation',
  'security-services-refusal',
  'unauthorised-dl-member',
  'unauthorised-dl-name',
  'unauthorised-originally-intended-recipient-name',
  'unauthorised-originator-name',
  'unauthorised-recipient-name',
  'unreliable-system',
  'authentication-failure-on-subject-message',
  'decryption-failed',
  'decryption-key-unobtainable',
  'double-envelope-creation-failure',
  'double-enveloping-message-restoring-failure',
  'failure-of-proof-of-message',
  'integrity-failure-on-subject-message',
  'invalid-security-label',
  'key-failure',
  'mandatory-parameter-absence',
  'operation-security-failure',
  'repudiation-failure-of-message',
  'security-context-failure',
  'token-decryption-failed',
  'token-error',
  'unknown-security-label',
  'unsupported-algorithm-identifier',
  'unsupported-security-policy',
];

function numbered(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name, code) => [name, code]));
}

export const NonDeliveryReasonCode = integer(numbered(nonDeliveryReasons), {
  name: 'NonDeliveryReasonCode',
  min: 0,
  max: ub.reasonCodes,
});

export const NonDeliveryDiagnosticCode = integer(numbered(nonDeliveryDiagnostics), {
  name: 'NonDeliveryDiagnosticCode',
  min: 0,
  max: ub.diagnosticCodes,
});

/** The name of a reason code, or the number where X.411 has no name for it. */
export function nonDeliveryReasonName(code: number): string {
  return nonDeliveryReasons[code] ?? String(code);
}

/** The name of a diagnostic code, or the number where X.411 has no name for it. */
export function nonDeliveryDiagnosticName(code: number): string {
  return nonDeliveryDiagnostics[code] ?? String(code);
}

/** The code of a reason by its name in X.411. */
export function nonDeliveryReason(name: string): number | undefined {
  const code = nonDeliveryReasons.indexOf(name);
  return code < 0 ? undefined : code;
}

/** The code of a diagnostic by its name in X.411. */
export function nonDeliveryDiagnostic(name: string): number | undefined {
  const code = nonDeliveryDiagnostics.indexOf(name);
  return code < 0 ? undefined : code;
}
