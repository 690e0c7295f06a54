import { BitString } from '../asn1/bit-string.js';
import { decode } from '../asn1/decode.js';
import { encode } from '../asn1/encode.js';
import type { IssueKind } from '../asn1/issue.js';
import type { Edition } from '../asn1/types.js';
import { P1specError } from '../ber/error.js';
import { Octets } from '../ber/octets.js';
import { readElements } from '../ber/reader.js';
import { type Cause, type Change, type DowngradeOptions, downgrade, type Unreachable } from '../p1/downgrade.js';
import { PerRecipientIndicators } from '../p1/message.js';
import { MTSAPDU } from '../p1/mts-apdu.js';
import { editionOf, type Mode } from '../stack/association/events.js';
import { subjectOf } from './delivery.js';
import type { Fate, ReportSubject } from './message.js';
import type { Submission } from './queue.js';

/** Recipients that stay behind, and what their originator is to be told. */
export interface LeftBehind {
  readonly subject: ReportSubject;
  readonly fate: Fate & { readonly reason: number };
}

/** What of an item goes over an association. */
export type Conveyance =
  | {
      readonly kind: 'transfer';
      /** In the edition that the association's mode has. */
      readonly apdu: Uint8Array;
      /** What became other on the way from 1988 to 1984. */
      readonly changes: readonly Change[];
      readonly leftBehind: readonly LeftBehind[];
      /**
       * The item's own APDU without responsibility for those that are left behind, where there are any: what is kept, so
       * that they are reported on once.
       */
      readonly kept?: Uint8Array;
    }
  | {
      /** Nobody can be reached, or the whole of it cannot be told. */
      readonly kind: 'undeliverable';
      readonly cause: Cause;
      readonly leftBehind: readonly LeftBehind[];
    };

/** An APDU with these was made to be odd: it is sent as it stands. */
const ODD: readonly IssueKind[] = [
  'unknown-element',
  'duplicate-element',
  'misplaced-element',
  'missing-element',
  'surplus-octets',
  'unused-bits',
  'malformed',
];

/**
 * The octets of a queued item for an association of that mode: as they are where the mode is of 1988 or the octets are
 * of 1984 already, else downgraded. The same item gives the same octets each time, which resumption counts on. An APDU
 * that no edition knows as it is, and one that is to go verbatim, provokes the peer: nothing in it is touched.
 */
export function apduFor(
  item: Pick<Submission, 'apdu' | 'verbatim'>,
  mode: Mode | undefined,
  options: DowngradeOptions = {},
): Conveyance {
  const asItIs: Conveyance = { kind: 'transfer', apdu: item.apdu, changes: [], leftBehind: [] };
  if (editionOf(mode) === 1988 || item.verbatim === true) return asItIs;
  const of1984 = read(item.apdu, 1984);
  const value = of1984 ?? read(item.apdu, 1988);
  if (value === undefined) return asItIs;
  try {
    const downgraded = downgrade(value, options);
    const { unreachable } = downgraded;
    if (downgraded.kind === 'impossible') {
      return { kind: 'undeliverable', cause: downgraded.cause, leftBehind: leftBehind(value, unreachable) };
    }
    if (downgraded.kind === 'unchanged' && of1984 !== undefined) return asItIs;
    return {
      kind: 'transfer',
      apdu: encode(MTSAPDU, downgraded.apdu, { edition: 1984 }),
      changes: downgraded.changes,
      leftBehind: leftBehind(value, unreachable),
      ...(unreachable.length === 0 ? {} : { kept: encode(MTSAPDU, relieved(value, unreachable)) }),
    };
  } catch (error) {
    // What can be decoded need not be fit to be encoded again.
    if (!(error instanceof P1specError)) throw error;
    return asItIs;
  }
}

/** The value, where the edition knows all of it. */
function read(apdu: Uint8Array, edition: Edition): MTSAPDU | undefined {
  const { elements, error } = readElements(Octets.of(apdu));
  const [element, ...more] = elements;
  if (element === undefined || more.length > 0 || error !== undefined) return undefined;
  const { decoded, issues } = decode(MTSAPDU, element, { edition });
  return issues.some(({ kind }) => ODD.includes(kind)) ? undefined : (decoded?.value as MTSAPDU | undefined);
}

/** Grouped by cause: a report on each. */
function leftBehind(value: MTSAPDU, unreachable: readonly Unreachable[]): LeftBehind[] {
  const fields = (value.message?.envelope ?? value.probe)?.perRecipientFields ?? [];
  const byCause = new Map<string, { readonly cause: Cause; readonly indexes: Set<number> }>();
  for (const { index, cause } of unreachable) {
    const group = byCause.get(cause.message);
    if (group === undefined) byCause.set(cause.message, { cause, indexes: new Set([index]) });
    else group.indexes.add(index);
  }
  return [...byCause.values()].flatMap(({ cause, indexes }) => {
    const recipients = fields.filter((_, index) => indexes.has(index));
    const subject = subjectOf(value, recipients);
    return subject === undefined ? [] : [{ subject, fate: fateOf(cause) }];
  });
}

function fateOf({ reason, diagnostic, message }: Cause): LeftBehind['fate'] {
  return { reason, diagnostic, supplementaryInformation: message };
}

/** The same APDU without our responsibility for these recipients. */
function relieved(value: MTSAPDU, unreachable: readonly Unreachable[]): MTSAPDU {
  const indexes = new Set(unreachable.map(({ index }) => index));
  const { responsibility } = PerRecipientIndicators.named;
  const without = <R extends { readonly perRecipientIndicators: BitString }>(recipient: R, index: number): R => {
    const { perRecipientIndicators: asked } = recipient;
    if (!indexes.has(index)) return recipient;
    const kept = asked.bits().filter((bit) => bit !== responsibility);
    return { ...recipient, perRecipientIndicators: BitString.atLeast(asked.length, ...kept) };
  };
  if (value.probe !== undefined) {
    return { probe: { ...value.probe, perRecipientFields: value.probe.perRecipientFields.map(without) } };
  }
  const { message } = value;
  if (message === undefined) return value;
  const { envelope } = message;
  return {
    message: { ...message, envelope: { ...envelope, perRecipientFields: envelope.perRecipientFields.map(without) } },
  };
}
