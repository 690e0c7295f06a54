import fc from 'fast-check';
import { BitString } from '../../../harness/asn1/bit-string.js';
import type { MTSAPDU } from '../../../harness/p1/mts-apdu.js';
import { anyTlv, mtsApdu } from './arbitraries.js';

type Members = Record<string, unknown>;

/** The values of 1988 without what 1984 has not; the decoder fills in the defaults of both. */
function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof BitString || value instanceof Uint8Array) return value;
  const { extensionAttributes, directoryName, extendedEncodedInformationTypes, ...members } = value as Members;
  const kept = Object.fromEntries(Object.entries(members).map(([name, each]) => [name, stripped(each)]));
  if ('extensions' in kept) kept.extensions = [];
  if ('otherActions' in kept) kept.otherActions = BitString.empty;
  if (isChoice(kept.contentType, 'extended')) kept.contentType = { builtIn: 2 };
  if (isChoice(kept.domain, 'privateDomain')) {
    kept.domain = { administrationDomainName: (kept.domain.privateDomain as Members).administrationDomainName };
  }
  return kept;
}

function isChoice(value: unknown, alternative: string): value is Members {
  return typeof value === 'object' && value !== null && alternative in value;
}

/** With what only 1984 has. */
function withBilling(apdu: MTSAPDU, billingInformation: Uint8Array | undefined): MTSAPDU {
  const { report } = apdu;
  if (report === undefined) return apdu;
  const { originalEncodedInformationTypes, contentType, ...content } = report.content;
  return { report: { ...report, content: { ...content, ...(billingInformation && { billingInformation }) } } };
}

/** APDUs of 1984 as the decoder gives them in that edition. */
export const mtsApdu1984: fc.Arbitrary<MTSAPDU> = fc
  .tuple(mtsApdu, fc.option(anyTlv, { nil: undefined }))
  .map(([apdu, billing]) => withBilling(stripped(apdu) as MTSAPDU, billing));
