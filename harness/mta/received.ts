import { decode } from '../asn1/decode.js';
import type { Decoded } from '../asn1/decoded.js';
import type { Issue } from '../asn1/issue.js';
import { Octets } from '../ber/octets.js';
import { readElements } from '../ber/reader.js';
import { upgrade } from '../p1/downgrade.js';
import type { MTSIdentifier } from '../p1/identifiers.js';
import { MTSAPDU } from '../p1/mts-apdu.js';
import type { ORName } from '../p1/or-name.js';
import { formatMTSIdentifier } from '../p1/text.js';
import { editionOf, type Mode } from '../stack/association/events.js';
import type { Submission } from './queue.js';

/** An MTS-APDU as it came, read as far as it can be. */
export interface ReceivedApdu {
  /** Undefined where it is no MTS-APDU. */
  readonly kind: Submission['kind'] | undefined;
  /** As text; of a report its own identifier, not its subject's. */
  readonly identifier: string | undefined;
  readonly decoded: Decoded | undefined;
  /** Its TLV, or, where there is no TLV, what came; empty where it was too large to keep. */
  readonly octets: Uint8Array;
  /** Whether something in it could not be read as what it should be, or a mandatory member is missing. */
  readonly unparseable: boolean;
  /** What the decoder saw beside the value. */
  readonly issues: readonly Issue[];
}

/** Reads what an RT-TRANSFER brought; `octets` is undefined where it was too large to keep, and nothing is said of it. */
export function readApdu(octets: Octets | undefined, mode: Mode | undefined): ReceivedApdu {
  const bytes = octets?.toBytes() ?? new Uint8Array(0);
  const { elements, error } = readElements(Octets.of(bytes));
  const [element, ...more] = elements;
  const nothing = {
    kind: undefined,
    identifier: undefined,
    decoded: undefined,
    octets: bytes,
    unparseable: octets !== undefined,
    issues: [],
  };
  if (element === undefined) return nothing;
  const { decoded, issues } = decode(MTSAPDU, element, { edition: editionOf(mode) });
  const kind = (['message', 'probe', 'report'] as const).find((each) => decoded?.get(each) !== undefined);
  const identifier = kind === undefined ? undefined : decoded?.get(...identifierPath[kind])?.value;
  return {
    kind,
    identifier: identifier === undefined ? undefined : formatMTSIdentifier(identifier as Partial<MTSIdentifier>),
    decoded,
    octets: bytes,
    unparseable:
      kind === undefined ||
      error !== undefined ||
      more.length > 0 ||
      issues.some((issue) => issue.kind === 'malformed' || issue.kind === 'missing-element'),
    issues,
  };
}

const identifierPath = {
  message: ['message', 'envelope', 'messageIdentifier'],
  probe: ['probe', 'probeIdentifier'],
  report: ['report', 'envelope', 'reportIdentifier'],
} as const;

/** The typed value, as 1988 has it; only of an APDU whose mandatory members are all there. */
export function typedApdu(apdu: ReceivedApdu): MTSAPDU | undefined {
  const value = apdu.unparseable ? undefined : (apdu.decoded?.value as MTSAPDU | undefined);
  return value && upgrade(value);
}

/** The recipients of a message or probe, or the destination of a report. */
export function recipientsOf(value: MTSAPDU): ORName[] {
  const fields: readonly { recipientName: ORName }[] =
    (value.message?.envelope ?? value.probe)?.perRecipientFields ?? [];
  return value.report === undefined
    ? fields.map(({ recipientName }) => recipientName)
    : [value.report.envelope.reportDestinationName];
}
