import type { Decoded } from '../asn1/decoded.js';
import { formatMTSIdentifier } from '../p1/text.js';
import type { AssociationEvent } from '../stack/association/events.js';
import type { Tpdu } from '../stack/cotp/tpdu.js';
import type { Direction } from '../stack/direction.js';
import type { Spdu } from '../stack/session/spdu.js';
import { quoteText } from './escape.js';
import { hexdumpLines } from './hexdump.js';
import type { ShownAssociation } from './show.js';
import { treeLines } from './tree.js';

export interface LadderOptions {
  /** Decoded trees under their PDUs. */
  readonly tree: boolean;
  /** The octets of each SPDU. */
  readonly octets: boolean;
}

/** An association as a ladder: a line for each PDU, in the order sent, the initiator on the left. */
export function* ladderLines(association: ShownAssociation, options: LadderOptions): Generator<string> {
  const { connection, initiator, responder, mode, outcome } = association;
  yield `association ${connection}: ${initiator} → ${responder}, ${mode ?? 'mode unknown'}, ${outcome}`;
  let first: number | undefined;
  for (const event of association.events) {
    first ??= event.time;
    const text = eventText(event);
    if (text !== undefined)
      yield `${((event.time - first) / 1000).toFixed(3).padStart(9)}  ${arrow(event.direction)} ${text}`;
    if (options.octets && event.kind === 'spdu') yield* hexdumpLines(event.spdu.octets, { indent: '             ' });
    const decoded = options.tree ? decodedOf(event) : undefined;
    if (decoded !== undefined) yield* treeLines(decoded, { indent: '               ' });
  }
}

function arrow(direction: Direction): string {
  return direction === 'i2r' ? '→' : '←';
}

function decodedOf(event: AssociationEvent): Decoded | undefined {
  if (event.kind === 'bind' || event.kind === 'apdu') return event.decoded;
  return event.kind === 'pdu' && event.layer !== 'presentation' ? event.decoded : undefined;
}

function eventText(event: AssociationEvent): string | undefined {
  switch (event.kind) {
    case 'tpdu':
      return event.tpdu.kind === 'DT' ? undefined : tpduText(event.tpdu);
    case 'spdu':
      return spduText(event.spdu);
    case 'pdu':
      return `     ${event.name}`;
    case 'bind':
      return `       MTA-bind ${event.phase}${bindText(event)}`;
    case 'transfer':
      return event.phase === 'confirmed' || event.phase === 'broken'
        ? `     transfer ${event.transfer.index} ${event.phase}`
        : undefined;
    case 'apdu':
      return `     ${apduText(event)}`;
    case 'anomaly':
      return event.anomaly.code === 'encoding-form'
        ? undefined
        : `     ! ${event.anomaly.layer} ${event.anomaly.code} at ${event.anomaly.offset}: ${event.anomaly.message}`;
    case 'gap':
      return '(octets lost to the recording)';
    case 'undecodable':
      return `(${event.octets.length} octets that are no SPDU)`;
    case 'end':
      return `(${event.outcome})`;
    default:
      return undefined;
  }
}

function tpduText(tpdu: Tpdu): string {
  switch (tpdu.kind) {
    case 'CR':
    case 'CC': {
      const selectors = [
        tpdu.callingSelector === undefined ? undefined : `calling ${quoteText(latin1(tpdu.callingSelector.toBytes()))}`,
        tpdu.calledSelector === undefined ? undefined : `called ${quoteText(latin1(tpdu.calledSelector.toBytes()))}`,
        tpdu.tpduSize === undefined ? undefined : `TPDU size ${tpdu.tpduSize}`,
      ].filter((part) => part !== undefined);
      return [tpdu.kind, ...selectors].join('  ');
    }
    case 'DR':
      return `DR  reason ${tpdu.reason}`;
    default:
      return tpdu.kind;
  }
}

function spduText(spdu: Spdu): string {
  const details = [
    spdu.serialNumber === undefined ? undefined : `serial ${spdu.serialNumber}`,
    spdu.activityIdentifier === undefined ? undefined : `activity ${spdu.activityIdentifier.toHex()}`,
    spdu.reason === undefined ? undefined : `reason ${spdu.reason}`,
    spdu.kind === 'DATA TRANSFER' ? `${spdu.userData?.length ?? 0} octets` : undefined,
  ].filter((part) => part !== undefined);
  return [`${spdu.abbreviation.padEnd(4)} ${spdu.kind}`, ...details].join('  ');
}

function bindText(event: AssociationEvent & { kind: 'bind' }): string {
  const authenticated = event.decoded?.get('authenticated');
  const name = authenticated?.get('initiatorName') ?? authenticated?.get('responderName');
  if (typeof name?.primitive === 'string') return `  ${quoteText(name.primitive)}`;
  if (event.phase !== 'error') return '';
  const value = event.decoded?.primitive;
  return typeof value === 'number'
    ? `  ${value}`
    : `  refused by ${event.refusal.layer}, reason ${event.refusal.reason ?? 'not given'}`;
}

function apduText(event: AssociationEvent & { kind: 'apdu' }): string {
  const apdu = event.decoded?.children[0];
  const size = `${event.octets} octets${event.complete ? '' : ', incomplete'}`;
  if (apdu === undefined) return `APDU that cannot be decoded, ${size}`;
  const envelope = apdu.name === 'probe' ? apdu : apdu.get('envelope');
  const identifier =
    envelope?.get('messageIdentifier') ?? envelope?.get('probeIdentifier') ?? envelope?.get('reportIdentifier');
  const name =
    identifier === undefined
      ? ''
      : ` ${quoteText(formatMTSIdentifier(identifier.value as Parameters<typeof formatMTSIdentifier>[0]))}`;
  return `${apdu.name}${name}, ${size}`;
}

function latin1(octets: Uint8Array): string {
  return Buffer.from(octets).toString('latin1');
}
