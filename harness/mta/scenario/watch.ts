import { nonDeliveryDiagnosticName, nonDeliveryReasonName } from '../../p1/non-delivery.js';
import type { Mta } from '../engine.js';
import type { MtaEvents } from '../events.js';
import type { Answer, Hooks, Step } from '../hooks.js';
import type { Fate } from '../message.js';
import type { OperatorEvent } from '../operator/log.js';
import type { QueuedItem } from '../queue.js';
import type { ReceivedApdu } from '../received.js';
import type { Happening } from './happening.js';
import type { ScenarioEventName } from './schema/events.js';
import type { TraitReader } from './traits.js';

/** A happening, but for where and when. */
export type Told = Omit<Happening, 'time' | 'mta'>;
/** Those of an MTA's events that a scenario can wait for. */
type Watched = Extract<keyof MtaEvents, ScenarioEventName>;
type Fields = { -readonly [K in keyof Happening['fields']]: Happening['fields'][K] };

/** What those who watch an MTA need. */
export interface Watcher {
  readonly traits: TraitReader;
  /** Whose association it is, where that has not been said in the bind yet. */
  peerOf(association: number): string | undefined;
  /** The priority of what is sent; undefined where it is not known. */
  priorityOf(peer: string | undefined, identifier: string): string | undefined;
  tell(told: Told): Answer | undefined;
}

/** Each step of the protocol as a happening, which may be answered. */
export function hooksThatTell({ traits, peerOf, priorityOf, tell }: Watcher): Hooks {
  const at = (event: ScenarioEventName, step: Step, more: Fields = {}, rest: Partial<Told> = {}) => {
    const peer = step.peer ?? peerOf(step.association);
    return tell({ event, fields: known({ peer, role: step.role, mode: step.mode, ...more }), ...rest });
  };
  return {
    onTransportConnect: (step) => at('connect', step),
    onSession: (step) => at('session', step, { recover: step.recover }),
    onBind: (step) => at(step.phase === 'argument' ? 'bind' : 'bindResult', step, {}, { detail: step.bind.mtaName }),
    onTurn: (step) => at('turn', step, { phase: step.phase }),
    onTransfer: (step) => {
      const { apdu } = step;
      if (step.phase === 'start' || apdu === undefined) return at('transferStart', step);
      return at('transfer', step, traits.received(apdu), { apdu, detail: apdu.identifier });
    },
    onCheckpoint: (step) => at('checkpoint', step, { serial: step.serial }),
    onSending: (step) => {
      const { phase, peer, kind, identifier: detail, serial } = step;
      if (phase === 'checkpoint') return at('sendingCheckpoint', step, { serial }, { detail });
      return at('sending', step, { kind, priority: priorityOf(peer, detail) }, { detail });
    },
    onReport: (step) => at('report', step, {}, { apdu: step.apdu, detail: step.apdu.identifier }),
    onRelease: (step) => at('release', step),
    onAbort: (step) => at('abort', step, {}, { detail: step.message }),
  };
}

/** What an MTA says of itself, as happenings; the function that is given back ends it. */
export function watchEvents(mta: Mta, { traits, peerOf, tell }: Watcher): () => void {
  const texts: { [K in Watched]: (event: MtaEvents[K]) => Omit<Told, 'event'> } = {
    associationOpened: (event) => ({ fields: placed(event) }),
    associationClosed: (event) => ({
      fields: { ...placed(event), ending: event.ending },
      detail: event.detail,
    }),
    bindRefused: (event) => ({ fields: { ...placed(event), by: event.by, error: event.error } }),
    messageQueued: (event) => ofItem(event),
    messageReleased: (event) => ofItem(event),
    messageTransferred: (event) => ofItem(event),
    transferFailed: (event) => ({ ...ofItem(event), detail: `${event.item.identifier}: ${event.reason}` }),
    transferResumed: (event) => ({
      fields: { ...placed(event), direction: event.direction, serial: event.serial },
    }),
    transferRefused: (event) => ({ fields: placed(event), detail: event.answer }),
    messageReceived: (event) => ofApdu(event),
    messageDiscarded: (event) => ofApdu(event),
    reportReceived: ({ peer, apdu }) => ({ fields: { peer }, apdu, detail: apdu.identifier }),
    notCaredFor: ({ peer, apdu, error }) => ({ fields: { peer }, apdu, detail: error.message }),
    nonDelivered: (event) => {
      const { fields } = ofItem(event);
      return {
        fields: { ...fields, ...codes(event.fate) },
        detail: `${event.item.identifier}: ${fateText(event.fate)}`,
      };
    },
    nonDeliveryReported: ({ subject, fate }) => ({ fields: codes(fate), detail: `${subject}: ${fateText(fate)}` }),
    loopDetected: ({ peer, subject }) => ({ fields: { peer }, detail: subject }),
    downgraded: (event) => ofItem(event),
    editFailed: ({ peer, pdu, error }) => ({ fields: { peer }, detail: `${pdu}: ${error.message}` }),
    queueBlocked: ({ peer, head, length }) => ({ fields: { peer }, detail: `${length} behind ${head.identifier}` }),
    queueDrained: ({ peer }) => ({ fields: { peer } }),
    nextRetry: ({ peer, at, cause }) => ({ fields: { peer, cause }, detail: new Date(at).toISOString() }),
  };
  const ofItem = ({ peer, item }: { readonly peer: string; readonly item: QueuedItem }) => ({
    fields: { peer, ...traits.queued(item) },
    detail: item.identifier,
  });
  const ofApdu = ({ peer, apdu }: { readonly peer: string; readonly apdu: ReceivedApdu }) => ({
    fields: { peer, ...traits.received(apdu) },
    apdu,
    detail: apdu.identifier,
  });
  const placed = ({ association, role, peer }: MtaEvents['associationOpened']): Fields => ({
    peer: peer ?? peerOf(association),
    role,
  });
  const listen = <K extends Watched>(event: K): (() => void) =>
    mta.on(event, (payload) => {
      const { fields, ...rest } = texts[event](payload);
      tell({ event, fields: known(fields), ...rest });
    });
  const ends = (Object.keys(texts) as Watched[]).map((event) => listen(event));
  return () => {
    for (const end of ends) end();
  };
}

/** An entry of the event log. */
export function toldByLog({ id, name, text, parameters }: OperatorEvent): Told {
  const peer = 'peer' in parameters && parameters.peer !== 'unknown' ? String(parameters.peer) : undefined;
  return { event: 'logged', fields: known({ peer, id, name }), detail: text };
}

function known(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function codes(fate: Fate): Fields {
  return 'reason' in fate ? { reason: fate.reason, diagnostic: fate.diagnostic } : {};
}

/** By X.411's names. */
function fateText(fate: Fate): string {
  if (!('reason' in fate)) return 'delivered';
  const { reason, diagnostic } = fate;
  const why = diagnostic === undefined ? '' : `, ${nonDeliveryDiagnosticName(diagnostic)}`;
  return `${nonDeliveryReasonName(reason)}${why}`;
}
