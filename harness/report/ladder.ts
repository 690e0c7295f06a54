import type { Decoded } from '../asn1/decoded.js';
import { formatMTSIdentifier } from '../p1/text.js';
import { masked, secretsIn } from '../rules/secrets.js';
import type { AssociationEvent } from '../stack/association/events.js';
import type { Tpdu } from '../stack/cotp/tpdu.js';
import type { Direction } from '../stack/direction.js';
import { Token } from '../stack/session/constants.js';
import type { LinkingInformation, Spdu } from '../stack/session/spdu.js';
import { firstHolder } from './activities.js';
import { activityLines, resumedText } from './activity-table.js';
import { escapeText, quoteText } from './escape.js';
import { foreignText } from './foreign.js';
import { hexdumpLines } from './hexdump.js';
import type { ShownAssociation } from './show.js';
import { placeText, treeLines } from './tree.js';

export interface LadderOptions {
  /** Decoded trees under their PDUs. */
  readonly tree: boolean;
  /** The octets of each SPDU. */
  readonly octets: boolean;
  /** Passwords are written out, where they are otherwise masked. */
  readonly passwords?: boolean;
}

/**
 * An association as a ladder: a line for each PDU, in the order sent, the initiator on the left; its activities, a line
 * each, below.
 */
export function* ladderLines(association: ShownAssociation, options: LadderOptions): Generator<string> {
  const { connection, initiator, responder, mode, outcome, notP1 } = association;
  yield `association ${connection}: ${escapeText(initiator)} → ${escapeText(responder)}, ${mode ?? 'mode unknown'}, ${outcome}`;
  if (notP1 !== undefined) yield `  the user data is not P1: ${escapeText(notP1)}`;
  const secrets = options.passwords === true ? [] : association.events.flatMap(secretsIn);
  const hiddenIn = {
    i2r: secrets.filter(({ direction }) => direction === 'i2r'),
    r2i: secrets.filter(({ direction }) => direction === 'r2i'),
  };
  let first: number | undefined;
  for (const event of association.events) {
    first ??= event.time;
    const { direction } = event;
    const hidden = hiddenIn[direction];
    const text = eventText(event);
    if (text !== undefined)
      yield `${((event.time - first) / 1000).toFixed(3).padStart(9)}  ${arrow(direction)} ${text}`;
    if (options.octets && event.kind === 'spdu')
      yield* hexdumpLines(masked(event.spdu.octets, hidden), { indent: '             ' });
    const decoded = options.tree ? decodedOf(event) : undefined;
    const stretches = event.kind === 'apdu' ? event.transfer.stretches : undefined;
    if (decoded !== undefined) yield* treeLines(decoded, { indent: '               ', secrets: hidden, stretches });
  }
  yield* activityLines(association);
}

const SIDE: Readonly<Record<Direction, string>> = { i2r: 'initiator', r2i: 'responder' };

function arrow(direction: Direction): string {
  return direction === 'i2r' ? '→' : '←';
}

function decodedOf(event: AssociationEvent): Decoded | undefined {
  if (event.kind === 'bind' || event.kind === 'apdu') return event.decoded;
  if (event.kind !== 'pdu' || event.layer === 'presentation' || event.name === 'RTTP') return undefined;
  return event.decoded;
}

/** An event in a line of the ladder; undefined for what has none there. */
export function eventText(event: AssociationEvent): string | undefined {
  switch (event.kind) {
    case 'tpdu':
      return event.tpdu.kind === 'DT' ? undefined : tpduText(event.tpdu);
    case 'spdu':
      return spduText(event.spdu, event.direction);
    case 'pdu':
      return event.name === 'RTTP' ? turnPleaseText(event.decoded) : `     ${event.name}`;
    case 'bind':
      return `       MTA-bind ${event.phase}${bindText(event)}`;
    case 'transfer':
      return transferText(event);
    case 'apdu':
      return `     ${apduText(event)}`;
    case 'anomaly':
      return event.anomaly.code === 'encoding-form' ? undefined : anomalyText(event);
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

function spduText(spdu: Spdu, direction: Direction): string {
  const { serialNumber, activityIdentifier, reason, kind, linking } = spdu;
  const details = [
    kind === 'ACCEPT' ? acceptText(spdu) : undefined,
    kind === 'GIVE TOKENS ACK' ? `the turn is the ${SIDE[direction]}'s` : undefined,
    kind === 'PLEASE TOKENS' || kind === 'GIVE TOKENS' ? tokensText(spdu.tokenItem ?? 0) : undefined,
    serialNumber === undefined ? undefined : `serial ${serialNumber}`,
    activityIdentifier === undefined ? undefined : `activity ${activityIdentifier.toHex()}`,
    linking === undefined ? undefined : linkingText(linking),
    reason === undefined ? undefined : `reason ${reason}`,
    kind === 'DATA TRANSFER' ? `${spdu.userData?.length ?? 0} octets` : undefined,
  ].filter((part) => part !== undefined);
  return [`${spdu.abbreviation.padEnd(4)} ${kind}`, ...details].join('  ');
}

/** What was agreed on: ACCEPT has the last word, and repeats or chooses who begins. */
function acceptText({ version, functionalUnits, tokenSetting = 0 }: Spdu): string {
  const holder = firstHolder(tokenSetting);
  const turn = holder === undefined ? `tokens ${hexOf(tokenSetting, 2)}` : `the turn is the ${SIDE[holder]}'s`;
  return `version ${version ?? 'unknown'}, units ${hexOf(functionalUnits ?? 0, 4)}, ${turn}`;
}

function hexOf(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function tokensText(tokens: number): string {
  const names = Object.entries(Token).flatMap(([name, bit]) => ((tokens & bit) !== 0 ? [name] : []));
  return names.length === 0 ? 'no token' : names.join(', ');
}

function linkingText({ activityIdentifier, serialNumber, callingReference }: LinkingInformation): string {
  const elsewhere = callingReference === undefined ? '' : ' of another session connection';
  return `goes on with ${activityIdentifier?.toHex() ?? 'no activity'}${elsewhere} behind ${serialNumber ?? 'no serial'}`;
}

function turnPleaseText({ primitive }: Decoded): string {
  return `     turn please, priority ${typeof primitive === 'number' ? primitive : 'unreadable'}`;
}

function anomalyText({ anomaly, transfer }: AssociationEvent & { kind: 'anomaly' }): string {
  const { layer, code, offset, message } = anomaly;
  return `     ! ${layer} ${code} at ${placeText(offset, transfer?.stretches)}: ${message}`;
}

function transferText({
  connection,
  phase,
  transfer,
  goesOnIn,
}: AssociationEvent & { kind: 'transfer' }): string | undefined {
  const { index, resumed, from } = transfer;
  if (phase === 'continued') return `     transfer ${index} goes on in association ${goesOnIn ?? 'unknown'}`;
  if (phase === 'started') {
    const where = from && { connection: from.connection, checkpoint: from.serial };
    return resumed ? `     transfer ${index} ${resumedText(where, connection)}` : undefined;
  }
  if (phase === 'lapsed') return `     transfer ${index} was not resumed`;
  // An APDU is told when its transfer ends, on a line of its own.
  return phase === 'ended' ? undefined : `     transfer ${index} ${phase}`;
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
  if (event.foreign !== undefined) return `not P1, ${size}: ${foreignText(event.foreign)}`;
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
