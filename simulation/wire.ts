import { toHex } from '../harness/ber/octets.js';
import type { LinkEvent } from '../harness/link/events.js';
import type { MTSIdentifier } from '../harness/p1/identifiers.js';
import { formatMTSIdentifier } from '../harness/p1/text.js';
import { ConversationJudge } from '../harness/rules/conversation.js';
import { type Finding, fails } from '../harness/rules/finding.js';
import { p1UserTypes } from '../harness/rules/p1-association.js';
import type { AssociationEvent } from '../harness/stack/association/events.js';
import { recoverIn } from '../harness/stack/association/open-values.js';
import type { Direction } from '../harness/stack/direction.js';
import { AbortReason } from '../harness/stack/rtse/types.js';
import type { LinkingInformation, SessionReferences, Spdu } from '../harness/stack/session/spdu.js';
import { ConversationObserver } from '../harness/transcript/observe.js';
import { FlowLimits } from './flow-limits.js';
import type { Connection } from './network.js';
import type { Seen } from './world.js';

/** One transfer as its sender saw it on the wire, over all the activities that it took. */
export interface Transfer {
  readonly from: string;
  readonly to: string;
  /** Undefined where too little of it was sent to tell. */
  identifier: string | undefined;
  /** The last connection that carried it. */
  connection: number;
  /** An ACTIVITY END went out on an activity that was not acknowledged. */
  unanswered: boolean;
  /** Its ACTIVITY END ACK came. */
  secured: boolean;
  resumed: boolean;
  /** It was sent by the side that opened the connection. */
  readonly byInitiator: boolean;
  /** It was given up for good: its sender discarded an activity of it, or an MTA aborted it as user. X.218 9.7. */
  abandoned: boolean;
  /** Its sender tried to go on with it, or to recover the connection that it broke off on. */
  tried: boolean;
}

export interface WireReport {
  readonly transfers: readonly Transfer[];
  /** Rules that octets broke which no incident touched. */
  readonly findings: readonly Finding[];
  /** Windows and checkpoint sizes that were exceeded. */
  readonly excesses: readonly string[];
}

/** Reads what both sides of all connections saw. */
export function readWire(seen: readonly Seen[], connections: readonly Connection[]): WireReport {
  const initiators = new SenderView('i2r', connections);
  const responders = new SenderView('r2i', connections);
  const judge = new ConversationJudge({ onEvent: (event) => initiators.on(event) });
  const observer = new ConversationObserver({ types: p1UserTypes });
  const findings: Finding[] = [];
  const observe = (events: ReturnType<ConversationObserver['push']>) => {
    for (const event of events) if (event.kind !== 'open') responders.on(event);
  };
  const closed = new Set<string>();
  for (const { view, event } of seen) {
    // Who has closed its side does not hear any more, though octets still arrive.
    const side = `${view} ${event.connection}`;
    const outward = view === 'initiator' ? 'i2r' : 'r2i';
    if (event.kind === 'close' && event.direction === outward) closed.add(side);
    if (event.kind === 'data' && closed.has(side)) continue;
    if (view === 'initiator') findings.push(...judge.push(event));
    else observe(observer.push(event));
  }
  findings.push(...judge.end());
  observe(observer.end());
  const resumed = new Set([...initiators.resumed, ...responders.resumed]);
  return {
    transfers: [...initiators.transfers, ...responders.transfers],
    findings: findings.filter((finding) => fails(finding) && isUntouched(connections, resumed, finding.connection)),
    excesses: [...initiators.excesses, ...responders.excesses],
  };
}

/** Whether the octets are the MTAs' own: also those that go on with what began on an earlier connection of the link. */
function isUntouched(connections: readonly Connection[], resumed: ReadonlySet<number>, index: number): boolean {
  const connection = connections[index];
  if (connection === undefined || connection.touched) return false;
  const earlier = connections.slice(0, index).filter(({ plan }) => plan === connection.plan);
  return !resumed.has(index) || !earlier.some(({ changed }) => changed);
}

/** Link events of one view, as a transcript has them. */
export function transcriptOf(seen: readonly Seen[], view: Seen['view'] = 'initiator'): LinkEvent[] {
  return seen.filter((each) => each.view === view).map(({ event }) => event);
}

/** Follows what the sides of one role sent, each as it saw its own association. */
class SenderView {
  readonly transfers: Transfer[] = [];
  readonly excesses: string[] = [];
  /** Connections on which something was gone on with. */
  readonly resumed = new Set<number>();
  readonly #direction: Direction;
  readonly #connections: readonly Connection[];
  /** By connection and index of the observer's. */
  readonly #byIndex = new Map<string, Transfer>();
  /** By what an ACTIVITY RESUME names it. */
  readonly #byName = new Map<string, Transfer>();
  readonly #names = new Map<number, string>();
  readonly #resuming = new Map<number, Transfer>();
  readonly #limits = new Map<number, FlowLimits>();

  constructor(direction: Direction, connections: readonly Connection[]) {
    this.#direction = direction;
    this.#connections = connections;
  }

  on(event: AssociationEvent): void {
    const limits = this.#limits.get(event.connection) ?? new FlowLimits(this.#direction);
    this.#limits.set(event.connection, limits);
    const excess = limits.on(event);
    if (excess !== undefined) this.excesses.push(`connection ${event.connection}: ${excess}`);
    if (event.kind === 'spdu') this.#spdu(event.connection, event.direction, event.spdu);
    if (event.kind === 'pdu' && event.layer === 'rtse') this.#recovery(event);
    if (event.kind === 'abort') this.#aborted(event);
    if (event.kind === 'transfer' && event.transfer.direction === this.#direction) this.#phase(event);
    if (event.kind === 'apdu' && event.direction === this.#direction) {
      const transfer = this.#byIndex.get(`${event.connection} ${event.transfer.index}`);
      if (transfer !== undefined) transfer.identifier ??= identifierOf(event);
    }
  }

  #spdu(connection: number, direction: Direction, spdu: Spdu): void {
    if (spdu.kind === 'CONNECT') this.#names.set(connection, nameOf(spdu));
    if (spdu.kind !== 'ACTIVITY RESUME' || direction !== this.#direction || spdu.linking === undefined) return;
    const { linking } = spdu;
    const name = hasReferences(linking) ? nameOf(linking) : (this.#names.get(connection) ?? '');
    const earlier = this.#byName.get(`${name} ${linking.activityIdentifier?.toHex() ?? ''}`);
    if (earlier === undefined) this.#resuming.delete(connection);
    else this.#resuming.set(connection, earlier);
  }

  /** X.410 has no number for a user's abort: there it is a local system problem. */
  #aborted({ connection, reason }: AssociationEvent & { kind: 'abort' }): void {
    const { userError, localSystemProblem } = AbortReason.named;
    const x410 = this.#connections[connection]?.plan.mode !== 'normal';
    if (reason !== userError && !(x410 && reason === localSystemProblem)) return;
    for (const transfer of this.transfers) if (transfer.connection === connection) transfer.abandoned = true;
  }

  /** An opening that names a connection to recover, in place of a bind. X.228 7.8. */
  #recovery({ decoded }: AssociationEvent & { kind: 'pdu' }): void {
    const recover = (decoded.get('pUserData') ?? decoded).get('connectionDataRQ', 'recover');
    const references = recover && recoverIn(recover);
    if (references === undefined) return;
    const { callingReference, commonReference, additionalReference } = references;
    const parts = [callingReference, commonReference, additionalReference ?? new Uint8Array(0)];
    const name = parts.map(toHex).join('/');
    for (const transfer of this.transfers) if (this.#names.get(transfer.connection) === name) transfer.tried = true;
  }

  #phase({ connection, phase, transfer: { index, activity, resumed } }: AssociationEvent & { kind: 'transfer' }): void {
    const key = `${connection} ${index}`;
    if (phase === 'started') {
      const earlier = resumed ? this.#resuming.get(connection) : undefined;
      const transfer = earlier ?? this.#begin(connection);
      transfer.connection = connection;
      transfer.resumed ||= resumed;
      if (resumed) this.resumed.add(connection);
      transfer.tried ||= resumed;
      this.#byIndex.set(key, transfer);
      this.#byName.set(`${this.#names.get(connection) ?? ''} ${activity}`, transfer);
      return;
    }
    const transfer = this.#byIndex.get(key);
    if (transfer === undefined) return;
    if (phase === 'ended') transfer.unanswered = true;
    // An acknowledgement in a TSDU with surplus octets is none to who has to refuse that.
    if (phase === 'confirmed' && !this.#connections[connection]?.changed) transfer.secured = true;
    if (phase === 'discarded') transfer.abandoned = true;
  }

  #begin(connection: number): Transfer {
    const { initiator, responder } = this.#connections[connection] as Connection;
    const [from, to] = this.#direction === 'i2r' ? [initiator, responder] : [responder, initiator];
    const transfer: Transfer = {
      from,
      to,
      connection,
      identifier: undefined,
      unanswered: false,
      secured: false,
      resumed: false,
      byInitiator: this.#direction === 'i2r',
      abandoned: false,
      tried: false,
    };
    this.transfers.push(transfer);
    return transfer;
  }
}

function identifierOf({ decoded }: AssociationEvent & { kind: 'apdu' }): string | undefined {
  const apdu = decoded?.children[0];
  const envelope = apdu?.name === 'probe' ? apdu : apdu?.get('envelope');
  const names = ['messageIdentifier', 'probeIdentifier', 'reportIdentifier'];
  const value = names.map((name) => envelope?.get(name)?.value).find((each) => each !== undefined);
  return value === undefined ? undefined : formatMTSIdentifier(value as Partial<MTSIdentifier>);
}

function nameOf({ callingReference, commonReference, additionalReference }: SessionReferences): string {
  return [callingReference, commonReference, additionalReference].map((each) => each?.toHex() ?? '').join('/');
}

function hasReferences({ callingReference, commonReference }: LinkingInformation): boolean {
  return callingReference !== undefined || commonReference !== undefined;
}
