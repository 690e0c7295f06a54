import { BitString } from '../asn1/bit-string.js';
import type { PerDomainBilateralInformation } from './bilateral.js';
import { type Cause, type Changes, clause, unsupportedCriticalFunction } from './downgrade-changes.js';
import { BuiltInEncodedInformationTypes, type EncodedInformationTypes } from './eits.js';
import { Criticality, type ExtensionField, standardExtensions } from './extensions.js';
import { perMessageIndicator } from './message.js';
import { underArc } from './object-identifiers.js';
import type { TraceInformationElement } from './trace.js';

// What messages, probes and reports have in common.

/** X.411's arc of encoded information types; its last number is the bit of the built-in one. X.411 (06/1999) Annex A. */
const ID_EIT = '2.6.3.4';

/**
 * Encoded information types that 1984 has no name for are told as undefined (bit 0), so that nobody takes the content for
 * less than it is.
 */
export function downgradeEITs(eits: EncodedInformationTypes, path: string, changes: Changes): EncodedInformationTypes {
  const { extendedEncodedInformationTypes: extended, ...rest } = eits;
  if (extended === undefined) return eits;
  const { unknown } = BuiltInEncodedInformationTypes.named;
  const bits = extended.map((each) => builtInEIT(each) ?? unknown);
  const builtIn = BitString.of(...new Set([...eits.builtInEncodedInformationTypes.bits(), ...bits]));
  changes.replaced(
    `${path}.extendedEncodedInformationTypes`,
    `extended encoded information types ${extended.join(', ')} by built-in ones`,
  );
  return { ...rest, builtInEncodedInformationTypes: builtIn };
}

function builtInEIT(identifier: string): number | undefined {
  if (!underArc(identifier, ID_EIT)) return undefined;
  const bit = Number(identifier.slice(ID_EIT.length + 1));
  return Object.values<number>(BuiltInEncodedInformationTypes.named).includes(bit) ? bit : undefined;
}

/** The first four bits are of 1984; the others were added later. */
export function downgradePerMessageIndicators(indicators: BitString, path: string, changes: Changes): BitString {
  const bits = indicators.bits();
  const kept = bits.filter((bit) => bit <= perMessageIndicator.contentReturnRequest);
  if (kept.length === bits.length) return indicators;
  const gone = bits.filter((bit) => !kept.includes(bit));
  changes.dropped(path, `per-message-indicators ${gone.join(', ')}`, clause.edition);
  return BitString.of(...kept);
}

/** Trace keeps its elements, its order and its octets; only what a domain did beside relaying is not told in 1984. */
export function downgradeTrace(
  trace: readonly TraceInformationElement[],
  path: string,
  changes: Changes,
): TraceInformationElement[] {
  return trace.map((element, i) => {
    const { domainSuppliedInformation: supplied } = element;
    const at = `${path}[${i}].domainSuppliedInformation`;
    const converted = supplied.convertedEncodedInformationTypes;
    const eits = converted && downgradeEITs(converted, `${at}.convertedEncodedInformationTypes`, changes);
    const acted = supplied.otherActions !== undefined && supplied.otherActions.bits().length > 0;
    if (acted) changes.dropped(`${at}.otherActions`, 'other-actions: redirected, dl-operation');
    if (eits === converted && !acted) return element;
    return {
      ...element,
      domainSuppliedInformation: {
        ...supplied,
        ...(eits === undefined ? {} : { convertedEncodedInformationTypes: eits }),
        otherActions: BitString.empty,
      },
    };
  });
}

/** What becomes of bilateral information for a private domain: 1984 has room for that of an ADMD only. */
export type PrivateBilateral = 'drop' | 'to-administration-domain';

export function downgradeBilateral(
  list: readonly PerDomainBilateralInformation[] | undefined,
  path: string,
  changes: Changes,
  what: PrivateBilateral = 'drop',
): { perDomainBilateralInformation?: PerDomainBilateralInformation[] } {
  if (list === undefined) return {};
  const kept = list.flatMap((each, i): PerDomainBilateralInformation[] => {
    const { privateDomain } = each.domain;
    if (privateDomain === undefined) return [each];
    if (what === 'drop') {
      changes.dropped(`${path}[${i}]`, 'bilateral information for a private domain', clause.edition);
      return [];
    }
    changes.replaced(`${path}[${i}].domain`, 'a private domain by its administration domain', clause.edition);
    return [{ ...each, domain: { administrationDomainName: privateDomain.administrationDomainName } }];
  });
  return kept.length === 0 ? {} : { perDomainBilateralInformation: kept };
}

/**
 * Extensions are dropped, the internal trace with them: base P1 of 1984 has no place for any. What the originator has
 * marked critical for transfer must not be dropped; then the cause is told.
 */
export function dropExtensions(
  extensions: readonly ExtensionField[] | undefined,
  path: string,
  changes: Changes,
): Cause | undefined {
  let cause: Cause | undefined;
  for (const [i, { type, criticality }] of (extensions ?? []).entries()) {
    const name = extensionName(type);
    if (criticality.has(Criticality.named.forTransfer)) {
      cause ??= unsupportedCriticalFunction(`extension ${name} is critical for transfer`);
    }
    changes.dropped(`${path}[${i}]`, `extension ${name}`);
  }
  return cause;
}

function extensionName({ standardExtension, privateExtension }: ExtensionField['type']): string {
  if (standardExtension === undefined) return privateExtension ?? 'without a type';
  return standardExtensions.get(standardExtension)?.name ?? String(standardExtension);
}
