import { z } from 'zod';
import { mode, mtaReference, natural, priority } from './values.js';

/** What an event can be told apart by. */
export const where = z
  .strictObject({
    peer: mtaReference.optional().meta({ description: 'The other side' }),
    role: z.enum(['initiator', 'responder']).optional().meta({ description: 'Of the MTA on that association' }),
    mode: mode.optional(),
    kind: z.enum(['message', 'probe', 'report']).optional().meta({ description: 'Of MTS-APDU' }),
    priority: priority.optional().meta({ description: 'Of the message' }),
    subject: z.string().optional().meta({ description: 'What the subject of the message contains' }),
    system: z.boolean().optional().meta({ description: 'Made by the MTA for itself, such as a routing packet' }),
    foreign: z.boolean().optional().meta({ description: 'With the signs of proprietary routing data' }),
    recover: z.boolean().optional().meta({ description: 'Goes on with a session connection that was lost' }),
    phase: z.enum(['please', 'give']).optional().meta({ description: 'Of a turn: asked for, or given' }),
    serial: natural.optional().meta({ description: 'Of a synchronization point' }),
    by: z.enum(['us', 'peer']).optional().meta({ description: 'Who refused' }),
    error: z.string().optional().meta({ description: 'An MTA-bind error' }),
    ending: z
      .enum(['released', 'refused', 'aborted', 'closed'])
      .optional()
      .meta({ description: 'How the association ended' }),
    direction: z.enum(['in', 'out']).optional().meta({ description: 'Of the transfer' }),
    reason: natural.optional().meta({ description: "X.411's non-delivery reason code" }),
    diagnostic: natural.optional().meta({ description: "X.411's non-delivery diagnostic code" }),
    cause: z
      .enum(['open', 'transfer'])
      .optional()
      .meta({ description: 'Of a retry: the opening failed, or the transfer' }),
    id: natural.optional().meta({ description: "Of a logged event: Exchange's number" }),
    name: z.string().optional().meta({ description: 'Of a logged event: its name (docs/events.md)' }),
    rule: z.string().optional().meta({ description: 'Of a finding: the rule, such as BODY-003' }),
  })
  .meta({ description: 'What an event is told apart by; all of it has to hold' });
export type Where = z.output<typeof where>;
export type WhereField = keyof Where;

export interface EventText {
  readonly what: string;
  readonly where: readonly WhereField[];
  /** Whether an answer can be given to it. */
  readonly answerable?: true;
}

const PLACE = ['peer', 'role', 'mode'] as const;
const APDU = ['kind', 'priority', 'subject', 'foreign'] as const;
const ITEM = ['peer', 'kind', 'priority', 'system', 'subject', 'foreign'] as const;

/** Everything that a scenario can wait for at an MTA: steps of the protocol, which can be answered, and what follows. */
export const scenarioEvents = {
  connect: { what: 'TCP is connected', where: PLACE, answerable: true },
  session: { what: 'the peer opens a session', where: [...PLACE, 'recover'], answerable: true },
  bind: { what: "the peer's MTA-bind argument has come", where: PLACE, answerable: true },
  bindResult: { what: "the peer's MTA-bind result has come", where: PLACE, answerable: true },
  turn: { what: 'the peer asks for the turn or gives it', where: [...PLACE, 'phase'], answerable: true },
  transferStart: { what: 'the peer begins a transfer', where: PLACE, answerable: true },
  transfer: {
    what: 'all of a message or probe has come, and nothing is acknowledged yet',
    where: [...PLACE, ...APDU],
    answerable: true,
  },
  checkpoint: { what: 'a synchronization point of the peer', where: [...PLACE, 'serial'], answerable: true },
  report: { what: 'all of a report has come, and nothing is acknowledged yet', where: PLACE, answerable: true },
  sending: { what: 'we are about to begin a transfer', where: [...PLACE, 'kind', 'priority'], answerable: true },
  sendingCheckpoint: {
    what: 'the peer has confirmed a synchronization point of ours',
    where: [...PLACE, 'serial'],
    answerable: true,
  },
  release: { what: 'we are about to release, or the peer has released', where: PLACE, answerable: true },
  abort: { what: 'the peer or its stack has aborted', where: PLACE },
  associationOpened: { what: 'an association is open', where: ['peer', 'role'] },
  associationClosed: { what: 'an association is over', where: ['peer', 'role', 'ending'] },
  bindRefused: { what: 'a bind was refused', where: ['peer', 'role', 'by', 'error'] },
  messageQueued: { what: 'something stands in a queue', where: ITEM },
  messageReleased: { what: 'its deferred delivery time has come', where: ITEM },
  messageTransferred: { what: 'the peer has secured it', where: ITEM },
  transferFailed: { what: 'the peer did not take it; it is back in its place', where: ITEM },
  transferResumed: { what: 'a transfer goes on where it broke off', where: ['peer', 'role', 'direction', 'serial'] },
  transferRefused: { what: 'we did not take a transfer', where: ['peer', 'role'] },
  messageReceived: { what: 'a message or probe was taken', where: ['peer', ...APDU] },
  messageDiscarded: { what: 'a message was acknowledged and dropped', where: ['peer', ...APDU] },
  reportReceived: { what: 'a report was taken', where: ['peer'] },
  notCaredFor: { what: 'what was taken could be neither relayed nor reported on', where: ['peer'] },
  nonDelivered: { what: 'something was given up', where: [...ITEM, 'reason', 'diagnostic'] },
  nonDeliveryReported: { what: 'a non-delivery report was made', where: ['reason', 'diagnostic'] },
  loopDetected: { what: 'something has been here before', where: ['peer'] },
  downgraded: { what: 'something was changed for P1 of 1984', where: ITEM },
  editFailed: { what: 'an edit could not be made, and the PDU went out as it was: the run fails', where: ['peer'] },
  queueBlocked: { what: 'a failure holds back what is queued', where: ['peer'] },
  queueDrained: { what: 'a queue is empty', where: ['peer'] },
  nextRetry: { what: 'the time of the next attempt is set', where: ['peer', 'cause'] },
  logged: { what: 'an event in the event log', where: ['peer', 'id', 'name'] },
  finding: { what: 'something of tier 1 or 2 in what this MTA sent', where: ['peer', 'rule'] },
} as const satisfies Readonly<Record<string, EventText>>;

export type ScenarioEventName = keyof typeof scenarioEvents;
const names = Object.keys(scenarioEvents) as [ScenarioEventName, ...ScenarioEventName[]];
const answerable = names.filter((name) => 'answerable' in scenarioEvents[name]) as [
  ScenarioEventName,
  ...ScenarioEventName[],
];

export const eventName = z.enum(names).meta({ description: 'What happens at an MTA (docs/scenarios.md)' });
export const stepName = z.enum(answerable).meta({ description: 'A step of the protocol that can be answered' });
