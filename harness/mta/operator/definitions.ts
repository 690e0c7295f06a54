import { assumption, type Evidence, kb } from '../evidence.js';

export type EventSeverity = 'information' | 'warning' | 'error';

/** Exchange's category of an event. */
export type EventCategory = 'Security' | 'X.400 Service' | 'Resource';

/** What an event says beside its number, by name. */
export type EventParameters = Readonly<Record<string, string | number>>;

/** A kind of event that an operator is told of. */
export interface EventDefinition {
  /** The number that Exchange's MTA gives it; undefined where it has none, or none is known. */
  readonly id?: number;
  readonly category: EventCategory;
  readonly severity: EventSeverity;
  /** When it is logged here. */
  readonly when: string;
  /** On what number, type and occasion rest; empty of an event without a number. */
  readonly evidence: readonly Evidence[];
  /** In words of our own: Exchange's texts are not repeated. */
  readonly text: (parameters: EventParameters) => string;
}

const untyped = assumption('the article does not give its type; warning is what its neighbours have');

/** Every kind of event, by the name that it has here. */
export const eventDefinitions = {
  openedWhileSuspended: {
    id: 37,
    category: 'Security',
    severity: 'warning',
    when: 'a peer binds whose connector is scheduled Never, and is refused',
    evidence: [kb(169716), assumption('that it is refused as busy, the article does not say')],
    text: ({ peer }) => `${peer} tried to open an association while its connector is scheduled Never`,
  },
  unknownMtaBound: {
    id: 51,
    category: 'Security',
    severity: 'warning',
    when: 'we refuse a bind for its name or password',
    evidence: [kb(166308)],
    text: ({ peer, association }) => `bind of an unknown MTA, association ${association}: name or password of ${peer}`,
  },
  incorrectLinkOption: {
    id: 55,
    category: 'Security',
    severity: 'warning',
    when: 'we refuse a bind for its dialogue mode',
    evidence: [kb(171113), untyped],
    text: ({ peer, association }) => `${peer} asked for a dialogue mode that is not agreed, association ${association}`,
  },
  associationLimitReached: {
    id: 57,
    category: 'X.400 Service',
    severity: 'warning',
    when: 'as many associations are open to a peer as there may be, and the queue calls for more; once, until it does not',
    evidence: [kb(194589), untyped],
    text: ({ peer, limit }) => `no more than ${limit} associations to ${peer}`,
  },
  invalidApdu: {
    id: 200,
    category: 'X.400 Service',
    severity: 'warning',
    when: 'an APDU that was transferred to us cannot be read as P1',
    evidence: [kb(235534), untyped],
    text: ({ peer, octets }) => `an APDU of ${octets} octets from ${peer} cannot be read`,
  },
  connectionNotOpened: {
    id: 289,
    category: 'X.400 Service',
    severity: 'warning',
    when: 'an association of ours could not be opened; after 1290 or 1294',
    evidence: [kb(157630), kb(246278)],
    text: ({ peer }) => `no connection to ${peer}`,
  },
  nonDeliveryReport: {
    id: 290,
    category: 'X.400 Service',
    severity: 'warning',
    when: 'we make a non-delivery report',
    evidence: [kb(254818), kb(160947), kb(328654)],
    text: ({ identifier, reason, diagnostic }) =>
      `non-delivery report on ${identifier}: ${because(reason, diagnostic)}`,
  },
  openRetryTimer: {
    id: 301,
    category: 'X.400 Service',
    severity: 'information',
    when: 'the connector begins to wait for the open interval',
    evidence: [kb(157630)],
    text: ({ peer, seconds }) => `an association to ${peer} is tried again in ${seconds} s`,
  },
  queueBacklogged: {
    id: 659,
    category: 'Resource',
    severity: 'warning',
    when: 'a queue has grown to the outbound queue alarm, where one is set',
    evidence: [kb(163085)],
    text: ({ peer, messages }) => `${messages} messages in the queue to ${peer}`,
  },
  queueBacklogSubsided: {
    id: 660,
    category: 'Resource',
    severity: 'warning',
    when: 'that queue has shrunk again, to half of the alarm where nothing else is set',
    evidence: [kb(163085)],
    text: ({ peer, messages }) => `${messages} messages left in the queue to ${peer}`,
  },
  workQueueBacklogged: {
    id: 666,
    category: 'Resource',
    severity: 'warning',
    when: 'all queues together have grown to the work queue alarm, where one is set',
    evidence: [kb(163085)],
    text: ({ messages }) => `${messages} messages in the work queue`,
  },
  workQueueBacklogSubsided: {
    id: 667,
    category: 'Resource',
    severity: 'warning',
    when: 'they have shrunk again, to half of the alarm where nothing else is set',
    evidence: [kb(163085)],
    text: ({ messages }) => `${messages} messages left in the work queue`,
  },
  routingMessageNotTaken: {
    id: 668,
    category: 'X.400 Service',
    severity: 'warning',
    when: 'a peer did not take a system message with routing data',
    evidence: [
      kb(281744),
      assumption(
        'the article has the number of Exchange 2000 where the link state table was not taken, not its text, type or category; that 2003 logs it too is not published',
      ),
    ],
    text: ({ peer, identifier, reason }) => `system message ${identifier} not taken by ${peer}: ${reason}`,
  },
  ourAssociationRefused: {
    id: 1290,
    category: 'X.400 Service',
    severity: 'warning',
    when: 'a peer refuses an association that we open',
    evidence: [kb(196381)],
    text: ({ peer, association, error }) => `association ${association} to ${peer} refused: ${error}`,
  },
  theirAssociationRefused: {
    id: 1293,
    category: 'X.400 Service',
    severity: 'warning',
    when: 'we refuse an association; after 37, 51 or 55, where one of these says why',
    evidence: [kb(196381), kb(169716)],
    text: ({ peer, association, error }) => `association ${association} from ${peer} refused: ${error}`,
  },
  associationEndedAbnormally: {
    id: 1294,
    category: 'X.400 Service',
    severity: 'warning',
    when: 'an association that was open ends without a release, or the link for one of ours cannot be had',
    evidence: [kb(157630), kb(257727)],
    text: ({ peer, association, detail }) => `association ${association} with ${peer} ended abnormally: ${detail}`,
  },
  connectionError: {
    id: 4284,
    category: 'X.400 Service',
    severity: 'warning',
    when: 'the link for an association of ours cannot be had; after 1294',
    evidence: [
      kb(157630),
      assumption(
        'the code is the one that the article has for a peer that cannot be reached; whatever kept us from it',
      ),
    ],
    text: ({ code, detail }) => `error ${code} during connection: ${detail}`,
  },
  associationOpened: {
    category: 'X.400 Service',
    severity: 'information',
    when: 'an association is open',
    evidence: [],
    text: ({ peer, association, role }) =>
      `association ${association} ${role === 'initiator' ? 'to' : 'from'} ${peer} is open`,
  },
  transferFailed: {
    category: 'X.400 Service',
    severity: 'warning',
    when: 'a peer did not take what we transferred to it',
    evidence: [],
    text: ({ identifier, peer, reason }) => `${identifier} not taken by ${peer}: ${reason}`,
  },
  transferRetryTimer: {
    category: 'X.400 Service',
    severity: 'information',
    when: 'the connector begins to wait for the transfer interval',
    evidence: [],
    text: ({ peer, seconds }) => `a transfer to ${peer} is tried again in ${seconds} s`,
  },
  transferRefused: {
    category: 'X.400 Service',
    severity: 'warning',
    when: 'we did not take what a peer transferred to us',
    evidence: [],
    text: ({ peer, association, answer }) => `transfer from ${peer} on association ${association} refused: ${answer}`,
  },
  notCaredFor: {
    category: 'X.400 Service',
    severity: 'error',
    when: 'an APDU was taken, and could be neither relayed nor reported on, though it can be read',
    evidence: [],
    text: ({ peer, detail }) => `an APDU from ${peer} could be neither relayed nor reported on: ${detail}`,
  },
  givenUpUnreported: {
    category: 'X.400 Service',
    severity: 'warning',
    when: 'a queued item is given up, and nobody is told: it is a report, a system message, or wants no report',
    evidence: [],
    text: ({ identifier, peer, reason, diagnostic }) =>
      `${identifier} to ${peer} given up unreported: ${because(reason, diagnostic)}`,
  },
  downgraded: {
    category: 'X.400 Service',
    severity: 'information',
    when: 'a message goes to an MTA of 1984 without what that cannot read',
    evidence: [],
    text: ({ identifier, peer, changes, leftBehind }) =>
      `${identifier} to ${peer} downgraded: ${changes} changes, ${leftBehind} recipients left behind`,
  },
  messageDiscarded: {
    category: 'X.400 Service',
    severity: 'warning',
    when: 'what a peer transferred to us is acknowledged, and dropped on purpose',
    evidence: [],
    text: ({ identifier, peer }) => `${identifier} from ${peer} acknowledged and dropped`,
  },
  loopDetected: {
    category: 'X.400 Service',
    severity: 'warning',
    when: 'what a peer transferred to us has been here before, and goes no further',
    evidence: [],
    text: ({ identifier, peer }) => `${identifier} from ${peer} has been here before`,
  },
  queueDrained: {
    category: 'X.400 Service',
    severity: 'information',
    when: 'the last item of a queue has been transferred',
    evidence: [],
    text: ({ peer }) => `queue to ${peer} drained`,
  },
} as const satisfies Record<string, EventDefinition>;

function because(reason: string | number | undefined, diagnostic: string | number | undefined): string {
  return diagnostic === undefined ? `${reason}` : `${reason}, ${diagnostic}`;
}

export type EventName = keyof typeof eventDefinitions;

/** Numbers of Exchange's that nothing here gives rise to, and why. */
export const unloggedNumbers: readonly { readonly ids: string; readonly what: string; readonly why: string }[] = [
  { ids: '62', what: 'delivery failure', why: 'no source at hand tells when it is logged beside 290' },
  {
    ids: '141, 142',
    what: 'a report or a recipient cannot be routed',
    why: 'every recipient is here or behind a peer',
  },
  {
    ids: '175',
    what: 'information on a recipient cannot be downgraded',
    why: 'no article of the Knowledge Base has it',
  },
  { ids: '202, 209, 210, 211, 246', what: 'extensions, domains, conversion', why: 'nothing is refused for these' },
  { ids: '270', what: 'permanent error with an entity', why: 'when it is logged is not published' },
  { ids: '1133 to 1279', what: 'state and decoding errors by layer', why: 'they tell of the inside of that program' },
  { ids: '2050, 2051, 9405', what: 'fatal internal errors', why: 'they tell of the inside of that program' },
  { ids: '9156', what: 'no free control block', why: 'there are none here' },
  { ids: '9202 to 9236', what: 'errors of sockets', why: 'they tell of the inside of that program' },
  { ids: '9301', what: 'no connector for an address', why: 'a peer is known by its bind' },
  { ids: '9318, 9322', what: 'remote procedure calls', why: 'that is no X.400' },
];
