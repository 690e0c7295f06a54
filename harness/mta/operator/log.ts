import { nonDeliveryDiagnosticName, nonDeliveryReasonName } from '../../p1/non-delivery.js';
import type { Mta } from '../engine.js';
import type { MtaEvents } from '../events.js';
import type { Evidence } from '../evidence.js';
import type { Fate } from '../message.js';
import type { Preset } from '../preset.js';
import { type Alarm, alarmOff, Latch } from './alarm.js';
import {
  type EventCategory,
  type EventDefinition,
  type EventName,
  type EventParameters,
  type EventSeverity,
  eventDefinitions,
} from './definitions.js';

/** One entry of an MTA's event log. Texts and parameters hold what peers say of themselves: escape them for a terminal. */
export interface OperatorEvent {
  /** Exchange's number; only of its presets, and only where one is known. */
  readonly id: number | undefined;
  readonly name: EventName;
  readonly source: 'MSExchangeMTA' | 'MTA';
  readonly category: EventCategory;
  readonly severity: EventSeverity;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
  readonly parameters: EventParameters;
  /** On what the number rests; empty where there is none. */
  readonly evidence: readonly Evidence[];
}

export interface OperatorLogOptions {
  /** Exchange's numbers are for its own presets only. */
  readonly family: Preset['family'];
  readonly tell: (event: OperatorEvent) => void;
  /** For each queue; none where absent. KB Q163085. */
  readonly outboundQueueAlarm?: Alarm;
  /** For all queues together; none where absent. */
  readonly workQueueAlarm?: Alarm;
}

/** What KB Q157630 has of a peer that cannot be reached. */
const CONNECTION_ERROR = 8511;

/** Tells what happens in an MTA as its operator would find it in the event log. */
export class OperatorLog {
  readonly #mta: Mta;
  readonly #options: OperatorLogOptions;
  readonly #subscriptions: (() => void)[];
  /** Associations that are open. */
  readonly #open = new Set<number>();
  /** Associations that the peer has refused, until they are closed. */
  readonly #refused = new Set<number>();
  /** The wait that was last told of, by peer. */
  readonly #told = new Map<string, number>();
  readonly #limits = new Map<string, Latch>();
  readonly #backlogs = new Map<string, Latch>();
  readonly #work = new Latch();

  constructor(mta: Mta, options: OperatorLogOptions) {
    this.#mta = mta;
    this.#options = options;
    this.#subscriptions = [
      mta.on('associationOpened', (event) => this.#opened(event)),
      mta.on('bindRefused', (event) => this.#bindRefused(event)),
      mta.on('associationClosed', (event) => this.#closed(event)),
      mta.on('transferFailed', ({ peer, item, reason }) => {
        const name = item.system ? 'routingMessageNotTaken' : 'transferFailed';
        this.#tell(name, { peer, identifier: item.identifier, reason });
      }),
      mta.on('transferRefused', ({ peer = 'unknown', association, answer }) =>
        this.#tell('transferRefused', { peer, association, answer }),
      ),
      mta.on('notCaredFor', ({ peer, apdu, error }) => {
        if (apdu.unparseable) this.#tell('invalidApdu', { peer, octets: apdu.octets.length });
        else this.#tell('notCaredFor', { peer, detail: error.message });
      }),
      mta.on('nonDeliveryReported', ({ subject, fate, report }) =>
        this.#tell('nonDeliveryReport', { identifier: subject, ...reasons(fate), report: report.identifier }),
      ),
      mta.on('nonDelivered', ({ peer, item, fate, report }) => {
        if (report === undefined)
          this.#tell('givenUpUnreported', { peer, identifier: item.identifier, ...reasons(fate) });
        this.#watchQueue(peer);
      }),
      mta.on('messageDiscarded', ({ peer, apdu: { identifier = 'what cannot be read' } }) =>
        this.#tell('messageDiscarded', { peer, identifier }),
      ),
      mta.on('loopDetected', ({ peer, subject }) => this.#tell('loopDetected', { peer, identifier: subject })),
      mta.on('downgraded', ({ peer, item, changes, leftBehind }) => {
        const counts = { changes: changes.length, leftBehind: leftBehind.length };
        this.#tell('downgraded', { peer, identifier: item.identifier, ...counts });
      }),
      mta.on('nextRetry', (event) => this.#waiting(event)),
      mta.on('messageQueued', ({ peer }) => this.#watchQueue(peer)),
      mta.on('messageReleased', ({ peer }) => this.#watchQueue(peer)),
      mta.on('messageTransferred', ({ peer }) => this.#watchQueue(peer)),
      mta.on('queueDrained', ({ peer }) => this.#tell('queueDrained', { peer })),
    ];
  }

  /** Listens no more. */
  stop(): void {
    for (const end of this.#subscriptions) end();
  }

  #tell(name: EventName, parameters: EventParameters): void {
    const { id, category, severity, text, evidence }: EventDefinition = eventDefinitions[name];
    const isExchange = this.#options.family === 'exchange';
    this.#options.tell({
      id: isExchange ? id : undefined,
      name,
      source: isExchange ? 'MSExchangeMTA' : 'MTA',
      category,
      severity,
      at: this.#mta.now(),
      text: text(parameters),
      parameters,
      evidence: isExchange ? evidence : [],
    });
  }

  #opened({ association, role, peer = 'unknown' }: MtaEvents['associationOpened']): void {
    this.#open.add(association);
    this.#tell('associationOpened', { peer, association, role });
    this.#watchLimit(peer);
  }

  #bindRefused({ association, role, peer = 'unknown', by, error }: MtaEvents['bindRefused']): void {
    const parameters = { peer, association, error: error ?? 'no MTA-bind error given' };
    if (by === 'peer') {
      this.#refused.add(association);
      this.#tell('ourAssociationRefused', parameters);
      return;
    }
    // A result that is not the agreed one: we abort, and nobody has bound to us.
    if (role === 'initiator') return;
    const suspended = this.#mta.connectors.find((each) => each.peer.name === peer)?.peer.activation === 'never';
    if (suspended) this.#tell('openedWhileSuspended', { peer });
    else if (error === 'authenticationError') this.#tell('unknownMtaBound', { peer, association });
    else if (error === 'unacceptableDialogueMode') this.#tell('incorrectLinkOption', { peer, association });
    this.#tell('theirAssociationRefused', parameters);
  }

  #closed({ association, role, peer = 'unknown', ending, detail = ending }: MtaEvents['associationClosed']): void {
    const wasOpen = this.#open.delete(association);
    const wasRefused = this.#refused.delete(association);
    const abnormal = { peer, association, detail };
    if (wasOpen) {
      if (ending !== 'released') this.#tell('associationEndedAbnormally', abnormal);
      return;
    }
    // Of an association that a peer did not get open, what was refused is all there is to tell.
    if (role === 'responder') return;
    if (!wasRefused) {
      this.#tell('associationEndedAbnormally', abnormal);
      if (ending === 'closed') this.#tell('connectionError', { peer, code: CONNECTION_ERROR, detail });
    }
    this.#tell('connectionNotOpened', { peer, association });
  }

  /** Several associations that fail together begin one wait. */
  #waiting({ peer, at, cause }: MtaEvents['nextRetry']): void {
    if (this.#told.get(peer) === at) return;
    this.#told.set(peer, at);
    const seconds = Math.round((at - this.#mta.now()) / 1000);
    this.#tell(cause === 'open' ? 'openRetryTimer' : 'transferRetryTimer', { peer, seconds });
  }

  #watchQueue(peer: string): void {
    const { outboundQueueAlarm, workQueueAlarm } = this.#options;
    this.#watchLimit(peer);
    if (outboundQueueAlarm !== undefined) {
      const messages = this.#mta.queueTo(peer).length;
      const change = latchOf(this.#backlogs, peer).set(messages, outboundQueueAlarm.on, alarmOff(outboundQueueAlarm));
      if (change === 'on') this.#tell('queueBacklogged', { peer, messages });
      if (change === 'off') this.#tell('queueBacklogSubsided', { peer, messages });
    }
    if (workQueueAlarm !== undefined) {
      const messages = this.#mta.connectors.reduce((sum, { queue }) => sum + queue.length, 0);
      const change = this.#work.set(messages, workQueueAlarm.on, alarmOff(workQueueAlarm));
      if (change === 'on') this.#tell('workQueueBacklogged', { messages });
      if (change === 'off') this.#tell('workQueueBacklogSubsided', { messages });
    }
  }

  #watchLimit(peer: string): void {
    const connector = this.#mta.connectors.find((each) => each.peer.name === peer);
    if (connector === undefined) return;
    const { maxAssociations: limit, threshold } = connector.retry.options;
    const ours = connector.associations.filter(
      ({ role, purpose, isOpen }) => role === 'initiator' && purpose === 'any' && isOpen,
    );
    const wanted = ours.length < limit ? 0 : Math.ceil(connector.queue.length / threshold);
    if (latchOf(this.#limits, peer).set(wanted, limit + 1, limit) === 'on') {
      this.#tell('associationLimitReached', { peer, limit });
    }
  }
}

function latchOf(latches: Map<string, Latch>, peer: string): Latch {
  const latch = latches.get(peer) ?? new Latch();
  latches.set(peer, latch);
  return latch;
}

/** By X.411's names. */
function reasons(fate: Fate): { readonly reason: string; readonly diagnostic?: string } {
  if (!('reason' in fate)) return { reason: 'none' };
  const reason = nonDeliveryReasonName(fate.reason);
  return fate.diagnostic === undefined
    ? { reason }
    : { reason, diagnostic: nonDeliveryDiagnosticName(fate.diagnostic) };
}
