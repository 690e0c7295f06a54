import type { Mta } from '../mta/engine.js';
import type { MtaEvents } from '../mta/events.js';
import { formatEvidence } from '../mta/evidence.js';
import { expectationLines } from '../mta/expectation.js';
import type { Fate } from '../mta/message.js';
import type { Preset } from '../mta/preset.js';
import type { QueuedItem } from '../mta/queue.js';
import { nonDeliveryDiagnosticName, nonDeliveryReasonName } from '../p1/non-delivery.js';
import { escapeText } from './escape.js';
import { counted } from './summary.js';

type Describe = { readonly [K in keyof MtaEvents]: (event: MtaEvents[K]) => string | undefined };

/** What an MTA tells, a line an event; undefined for what says nothing to a person. */
const texts: Describe = {
  associationOpened: ({ association, role, peer }) =>
    `association ${association} ${role === 'initiator' ? 'to' : 'from'} ${peer} is open`,
  associationClosed: ({ association, ending, detail }) =>
    `association ${association} ${ending}${detail === undefined ? '' : `: ${detail}`}`,
  bindRefused: ({ association, by, error }) =>
    `bind on association ${association} refused by ${by === 'us' ? 'us' : 'the peer'}: ${error ?? 'no MTA-bind error given'}`,
  messageQueued: ({ peer, item }) =>
    `${item.kind} ${item.identifier} queued to ${peer}, ${item.priority}${item.system ? ', system' : ''}${deferralText(item)}`,
  messageReleased: ({ peer, item }) => `${item.kind} ${item.identifier} to ${peer} is no longer deferred`,
  messageTransferred: ({ peer, item }) => `${item.kind} ${item.identifier} transferred to ${peer}`,
  transferFailed: ({ peer, item, reason }) => `${item.kind} ${item.identifier} not taken by ${peer}: ${reason}`,
  transferResumed: ({ association, direction, serial }) =>
    `transfer ${direction === 'in' ? 'from' : 'to'} the peer goes on behind checkpoint ${serial} on association ${association}`,
  transferRefused: ({ association, answer }) => `transfer on association ${association} refused by us: ${answer}`,
  messageReceived: ({ peer, apdu }) =>
    `${apdu.kind ?? 'unreadable APDU'} ${apdu.identifier ?? ''} received from ${peer}`,
  messageDiscarded: ({ peer, apdu }) =>
    `${apdu.kind ?? 'unreadable APDU'} ${apdu.identifier ?? ''} from ${peer} acknowledged and dropped`,
  reportReceived: ({ peer, apdu }) => `report ${apdu.identifier ?? ''} received from ${peer}`,
  nonDelivered: ({ peer, item }) => `${item.kind} ${item.identifier} to ${peer} given up`,
  nonDeliveryReported: ({ subject, fate, report }) =>
    `${report.identifier} made: non-delivery report on ${subject}${fateText(fate)}`,
  loopDetected: ({ peer, subject }) => `${subject} from ${peer} has been here before: it goes no further`,
  queueBlocked: ({ peer, head, length }) =>
    `queue to ${peer} blocked by ${head.kind} ${head.identifier}, ${length} waiting`,
  notCaredFor: ({ peer, apdu, error }) =>
    `${apdu.kind ?? 'APDU'} from ${peer} could be neither relayed nor reported on: ${error.message}`,
  downgraded: ({ peer, item, changes, leftBehind }) =>
    `${item.kind} ${item.identifier} to ${peer} downgraded to P1-1984: ${downgradedText(changes.length, leftBehind)}`,
  edited: ({ peer, pdu, nth }) => `${pdu} ${nth} to ${peer ?? 'whom we do not know'} edited on its way out`,
  editFailed: ({ peer, pdu, nth, error }) =>
    `${pdu} ${nth} to ${peer ?? 'whom we do not know'} went out unedited: ${error.message}`,
  queueDrained: ({ peer }) => `queue to ${peer} drained`,
  nextRetry: ({ peer, at, cause }) => `next ${cause} retry to ${peer} at ${new Date(at).toISOString()}`,
};

function downgradedText(changes: number, leftBehind: MtaEvents['downgraded']['leftBehind']): string {
  const reasons = leftBehind.map(
    ({ fate }) =>
      ('supplementaryInformation' in fate ? fate.supplementaryInformation : undefined) ?? `reason ${fate.reason}`,
  );
  const left = reasons.length === 0 ? '' : `; recipients left behind: ${reasons.join('; ')}`;
  return `${counted(changes, 'change')}${left}`;
}

function deferralText({ deferredUntil, queuedAt }: QueuedItem): string {
  if (deferredUntil === undefined || deferredUntil <= queuedAt) return '';
  return `, deferred until ${new Date(deferredUntil).toISOString()}`;
}

function fateText(fate: Fate): string {
  if (!('reason' in fate)) return '';
  const { reason, diagnostic } = fate;
  const why = [
    nonDeliveryReasonName(reason),
    ...(diagnostic === undefined ? [] : [nonDeliveryDiagnosticName(diagnostic)]),
  ];
  return `, ${why.join(', ')}`;
}

/** Tells every event of an MTA as a line of escaped text. */
export function narrate(mta: Mta, tell: (line: string) => void): void {
  for (const name of Object.keys(texts) as (keyof MtaEvents)[]) subscribe(mta, name, tell);
}

function subscribe<K extends keyof MtaEvents>(mta: Mta, name: K, tell: (line: string) => void): void {
  mta.on(name, (event) => {
    const text = texts[name](event);
    if (text !== undefined) tell(escapeText(text));
  });
}

/** A preset with every statement that it makes and what that rests on. */
export function* presetLines(preset: Preset): Generator<string> {
  yield `${preset.name}  (${preset.family})`;
  yield `  ${preset.says}.`;
  for (const line of expectationLines(preset.expectation)) yield `  * ${line}`;
  for (const { what, evidence } of preset.statements) yield `  - ${what}  [${formatEvidence(evidence)}]`;
}
