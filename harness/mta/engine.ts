import { P1specError } from '../ber/error.js';
import type { Octets } from '../ber/octets.js';
import type { Link } from '../link/link.js';
import type { Mode } from '../stack/association/events.js';
import type { AssociationMachine } from '../stack/association/machine.js';
import {
  type ConnectionIdentifier,
  connectionKey,
  type OpenRefusal,
  type TransferStore,
} from '../stack/association/service.js';
import { MemoryTransferStore } from '../stack/rtse/transfer-store.js';
import { Admission } from './admission.js';
import type { NonDelivery } from './answers.js';
import { MtaAssociation } from './association.js';
import { associationMachine, type MachineParts } from './association-machine.js';
import { type MTABindErrorName, openRefusal, type ReceivedBind } from './bind.js';
import { Carriage } from './carriage.js';
import { type ConnectionBook, MemoryConnectionBook } from './connection-book.js';
import { ConnectionNames } from './connection-names.js';
import { Connector, type ConnectorHost } from './connector.js';
import type { PduEdit } from './edits/edit.js';
import { Editor } from './edits/editor.js';
import { Emitter } from './emitter.js';
import type { Ending, MtaEvents } from './events.js';
import { combineHooks, type Hooks } from './hooks.js';
import type { AssociationHost, Outgoing } from './host.js';
import { Identification } from './identification.js';
import { LinkState } from './link-state.js';
import { type Fate, MessageFactory, type MessageRequest, type ProbeRequest } from './message.js';
import type { MtaOptions } from './mta-options.js';
import { nextEvent } from './once.js';
import type { PeerConfig } from './peer.js';
import type { Personality } from './preset.js';
import type { DestinationQueue, Interrupted, QueuedItem, Submission } from './queue.js';
import type { ReceivedApdu } from './received.js';
import { type ReportRequest, reportOn } from './report-request.js';
import { Responsibility } from './responsibility.js';

export type { MtaOptions } from './mta-options.js';

/** A fake MTA: takes part in associations, keeps a queue for each peer, and behaves as its preset has it. */
export class Mta implements AssociationHost, ConnectorHost {
  readonly name: string;
  readonly events = new Emitter<MtaEvents>();
  readonly hooks: Hooks;
  readonly #options: MtaOptions;
  readonly #personality: Personality;
  readonly #identification: Identification;
  readonly #carriage: Carriage;
  readonly #editor: Editor;
  readonly #admission: Admission;
  readonly #factory: MessageFactory;
  readonly #connectors = new Map<string, Connector>();
  readonly #associations = new Set<MtaAssociation>();
  readonly #linkState: LinkState;
  readonly #responsibility: Responsibility;
  /** What is kept of transfers that come in. */
  readonly #transfers: TransferStore | undefined;
  readonly #connections: ConnectionBook;
  readonly #names = new ConnectionNames();
  /** Who is to be pumped once what is being taken is kept; undefined while nothing is. */
  #taking: Set<Connector> | undefined;
  #count = 0;
  #started = false;

  constructor(options: MtaOptions) {
    const { name, domain, preset, clock } = options;
    const server = options.server ?? name;
    this.name = name;
    this.#options = options;
    this.#personality = preset.personality({ server, domain });
    const { spool, recovery = this.#personality.recovery } = options;
    this.#transfers = recovery === 'none' ? undefined : (recovery ?? spool?.transfers ?? new MemoryTransferStore());
    this.#connections = spool?.connections ?? new MemoryConnectionBook();
    this.hooks = combineHooks([...(options.hooks === undefined ? [] : [options.hooks]), this.#personality.hooks]);
    const { bilateralSite, habits, hears } = this.#personality;
    this.#carriage = new Carriage(clock, hears);
    this.#editor = new Editor(options.edits ?? [], this.events);
    this.#factory = new MessageFactory({ domain, server, now: () => clock.now(), bilateralSite, habits });
    this.#responsibility = new Responsibility({
      events: this.events,
      factory: this.#factory,
      route: options.route,
      holds: (peer) => (this.#connectors.get(peer)?.peer.deferral ?? this.#personality.deferral) === 'hold',
      keepsBilateral: bilateralSite !== undefined,
      now: () => clock.now(),
      enqueue: (peer, submission) => this.enqueue(peer, submission),
    });
    this.#linkState = new LinkState(this.#personality.routing, {
      connectors: () => this.#connectors.values(),
      reaches: ({ peer, associations }) => this.canOpen(peer) || associations.some(({ maySend }) => maySend),
      submit: (peer, request) => this.submit(peer, request),
      after: (milliseconds, action) => this.after(milliseconds, action),
    });
    this.#identification = new Identification(name, this.#personality);
    this.#admission = new Admission({
      identification: this.#identification,
      strangers: options.strangers,
      peers: () => this.#peers,
      know: (peer) => this.#know(peer),
    });
    for (const peer of [options.strangers, ...(options.peers ?? [])]) {
      if (peer !== undefined) this.#identification.check(peer);
    }
    for (const peer of options.peers ?? []) this.#know(peer);
    for (const [peer, items] of spool?.queues() ?? []) this.#restoreSpooled(peer, items);
  }

  /** Begins to open associations, and to send routing packets where the preset does. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#linkState.start();
    for (const connector of this.#connectors.values()) connector.start();
  }

  /** Opens nothing any more, and releases what it has opened as soon as nothing is under way. */
  stop(): void {
    this.#started = false;
    this.#linkState.stop();
    for (const connector of this.#connectors.values()) connector.stop();
  }

  /** Stops at once: links are closed with nothing said. */
  kill(): void {
    this.stop();
    for (const association of [...this.#associations]) association.close();
  }

  on<K extends keyof MtaEvents>(name: K, listener: (payload: MtaEvents[K]) => void): () => void {
    return this.events.on(name, listener);
  }

  /**
   * The next event of that name that `filter` takes; without one, any. Rejects with ERR_EVENT_NOT_SEEN once `within`
   * milliseconds on the MTA's clock have passed; it waits for ever where there are none.
   */
  once<K extends keyof MtaEvents>(
    name: K,
    filter?: (payload: MtaEvents[K]) => boolean,
    options: { readonly within?: number } = {},
  ): Promise<MtaEvents[K]> {
    return nextEvent(this.events, this.#options.clock, name, { ...options, filter, who: this.name });
  }

  /** The edits that changed nothing so far: what they are for was not sent. */
  get unusedEdits(): readonly PduEdit[] {
    return this.#editor.unused;
  }

  /** Makes a message and queues it. */
  submit(peer: string, request: MessageRequest): QueuedItem {
    return this.enqueue(peer, this.#factory.message(request));
  }

  probe(peer: string, request: ProbeRequest): QueuedItem {
    return this.enqueue(peer, this.#factory.probe(request));
  }

  /** Makes a report and queues it: on what was received here, or on what never was. */
  report(peer: string, request: ReportRequest): QueuedItem {
    return this.enqueue(peer, reportOn(this.#factory, request, this.now()));
  }

  enqueue(peer: string, submission: Submission): QueuedItem {
    return this.connectorTo(peer).submit(submission);
  }

  /** Takes over the queue of an earlier run. */
  restore(peer: string, items: readonly QueuedItem[]): void {
    const { dropsSystemMessages } = this.#personality;
    const connector = this.connectorTo(peer);
    const dropped = items.filter(({ system }) => system && dropsSystemMessages);
    for (const item of dropped) this.#options.spool?.journal(peer).removed(item);
    connector.queue.restore(items.filter((item) => !dropped.includes(item)));
    for (const { interrupted } of items) {
      if (interrupted?.role === 'initiator') this.#names.taken(interrupted.resumption.connection, this.now());
    }
    connector.pump();
  }

  /** A link went up or down elsewhere: there is a new link state table. Throws ERR_NO_LINK_STATE where there is none. */
  linkStateChanged(): void {
    if (this.#linkState.changed()) return;
    throw new P1specError('ERR_NO_LINK_STATE', {
      message: `${this.name} has no link state table to send`,
      hint: 'presets with routing messages have one, such as exchange-2003-sp2',
    });
  }

  queueTo(peer: string): DestinationQueue {
    return this.connectorTo(peer).queue;
  }

  /** Throws ERR_UNKNOWN_PEER. */
  connectorTo(peer: string): Connector {
    const connector = this.#connectors.get(peer);
    if (connector !== undefined) return connector;
    throw new P1specError('ERR_UNKNOWN_PEER', {
      message: `${this.name} knows no peer ${JSON.stringify(peer)}`,
      hint: `it knows: ${[...this.#connectors.keys()].join(', ') || 'none'}`,
    });
  }

  get associations(): readonly MtaAssociation[] {
    return [...this.#associations];
  }

  get connectors(): readonly Connector[] {
    return [...this.#connectors.values()];
  }

  /** Takes an incoming link. Whose it is shows in the bind; where it is known before, that peer's own settings hold. */
  accept(link: Link, from?: string): MtaAssociation {
    const [only, ...others] = this.#connectors.values();
    const sole = others.length === 0 ? only : undefined;
    const expected = from === undefined ? sole : this.connectorTo(from);
    const { tpduSize, timers, deviations } = expected?.peer ?? this.#options.strangers ?? {};
    const service = this.#machine({
      role: 'responder',
      modes: this.#options.modes ?? [this.#mode],
      peer: { tpduSize, timers, deviations },
      connector: expected?.retry.options ?? this.#personality.connector,
      peerName: () => association.peer,
    });
    const association: MtaAssociation = new MtaAssociation({ index: this.#nextIndex(), service, host: this });
    this.#associations.add(association);
    this.#carriage.carry(association, link);
    return association;
  }

  open(connector: Connector, purpose: 'any' | 'urgent'): MtaAssociation {
    const { peer } = connector;
    const { dialogueMode, checkpointSize, windowSize } = this.optionsFor(peer.name);
    const { mode = this.#mode, initialTurn } = peer;
    const recover = this.#transfers === undefined ? undefined : connector.toRecover();
    const service = this.#machine({
      role: 'initiator',
      modes: [mode],
      peer,
      connector: connector.retry.options,
      recovers: recover !== undefined,
      peerName: () => peer.name,
    });
    const index = this.#nextIndex();
    const association = new MtaAssociation({
      index,
      service,
      host: this,
      purpose,
      peer: peer.name,
      recovers: recover,
      dialogueMode,
      initialTurn,
    });
    this.#associations.add(association);
    // Only what is sent counts among what is edited.
    const begin = () => {
      const own = this.#identification.argumentFor(peer, mode);
      const userData = recover === undefined ? this.#editor.bind('bindArgument', peer.name, own, mode) : own;
      service.open({ userData, recover, dialogueMode, initialTurn, checkpointSize, windowSize });
    };
    void this.#carriage.dial(association, peer.connect, begin);
    return association;
  }

  now(): number {
    return this.#options.clock.now();
  }

  after(milliseconds: number, action: () => void): () => void {
    return this.#options.clock.setTimer(this.now() + milliseconds, action);
  }

  canOpen(peer: PeerConfig): boolean {
    return peer.connect !== undefined;
  }

  admit(bind: ReceivedBind): ReturnType<AssociationHost['admit']> {
    return this.#admission.admit(bind);
  }

  admitRecovery(connection: ConnectionIdentifier): string | undefined {
    const peer = this.#transfers === undefined ? undefined : this.#connections.peerOf(connectionKey(connection));
    return peer !== undefined && this.#connectors.has(peer) ? peer : undefined;
  }

  recognises(name: string, bind: ReceivedBind): boolean {
    return this.#admission.recognises(this.connectorTo(name).peer, bind);
  }

  bindResultFor(name: string, argument: Octets, mode: Mode): Uint8Array {
    const result = this.#identification.resultFor(this.connectorTo(name).peer, argument, mode);
    return this.#editor.bind('bindResult', name, result, mode);
  }

  refusalFor(peer: string | undefined, error: MTABindErrorName | undefined, mode: Mode | undefined): OpenRefusal {
    const refusal = openRefusal(error, mode);
    const { userData } = refusal;
    return userData === undefined ? refusal : { userData: this.#editor.bind('bindError', peer, userData, mode) };
  }

  optionsFor(name: string): ReturnType<AssociationHost['optionsFor']> {
    const { peer, retry } = this.connectorTo(name);
    const preset = this.#personality.association;
    return {
      dialogueMode: peer.dialogueMode ?? preset.dialogueMode,
      checkpointSize: peer.checkpointSize ?? preset.checkpointSize,
      answeredCheckpointSize: peer.checkpointSize ?? preset.answeredCheckpointSize,
      windowSize: peer.windowSize ?? preset.windowSize,
      lifetime: retry.options.associationLifetime,
      transferTime: ({ priority }, octets) => retry.transferTime(priority, octets),
    };
  }

  opened(association: MtaAssociation, bindOctets: Uint8Array): void {
    const { index, role, peer = '' } = association;
    const connector = this.connectorTo(peer);
    const { connection } = association.service;
    // Its initiator recovers it, and nobody recovers one of ours. X.228 7.8.
    if (connection !== undefined && role === 'responder') this.#connections.opened(connectionKey(connection), peer);
    connector.opened(association);
    this.events.emit('associationOpened', { association: index, role, peer });
    const { bindMarker } = this.#personality;
    if (
      role === 'initiator' &&
      bindMarker !== undefined &&
      Buffer.from(bindOctets).includes(Buffer.from(bindMarker.bytes))
    ) {
      this.#linkState.echoed(peer);
    }
    this.#linkState.tell(connector);
  }

  waitingFor(association: MtaAssociation): number | undefined {
    return this.connectorTo(association.peer ?? '').waitingPriority();
  }

  next(association: MtaAssociation): Outgoing | undefined {
    const connector = this.connectorTo(association.peer ?? '');
    for (let item = connector.next(association); item !== undefined; item = connector.next(association)) {
      const { mode } = association.service;
      const outgoing = this.#responsibility.conveyed(connector.queue, item, mode);
      if (outgoing !== undefined) return this.#editor.outgoing(connector.peer.name, outgoing, mode, item);
    }
    return undefined;
  }

  transferred(association: MtaAssociation, item: QueuedItem): void {
    this.connectorTo(association.peer ?? '').transferred(item);
  }

  resumed({ index, role, peer }: MtaAssociation, direction: 'in' | 'out', serial: number): void {
    this.events.emit('transferResumed', { association: index, role, peer, direction, serial });
  }

  progressed(association: MtaAssociation, item: QueuedItem, interrupted: Interrupted | undefined): void {
    if (this.#options.spool !== undefined) this.queueTo(association.peer ?? '').progressed(item, interrupted);
  }

  failed(association: MtaAssociation, item: QueuedItem, reason: string, interrupted: Interrupted | undefined): void {
    this.connectorTo(association.peer ?? '').failed(item, reason, interrupted);
  }

  received(association: MtaAssociation, apdu: ReceivedApdu, nonDelivery: NonDelivery | undefined): void {
    const peer = association.peer ?? '';
    if (nonDelivery?.do === 'discard') {
      this.events.emit('messageDiscarded', { peer, apdu });
      return;
    }
    const { spool } = this.#options;
    spool?.received(apdu, peer);
    this.events.emit(apdu.kind === 'report' ? 'reportReceived' : 'messageReceived', { peer, apdu });
    const care = () => this.#responsibility.take(apdu, peer, nonDelivery);
    this.#taking = new Set();
    if (spool?.caring === undefined) care();
    else spool.caring(care);
  }

  waitsForTaking(connector: Connector): boolean {
    this.#taking?.add(connector);
    return this.#taking !== undefined;
  }

  taken(): void {
    const waiting = this.#taking ?? [];
    this.#taking = undefined;
    this.#options.spool?.taken?.();
    for (const connector of waiting) connector.pump();
  }

  notDelivered(item: QueuedItem, fate: Fate): Submission | undefined {
    return this.#responsibility.notDelivered(item, fate);
  }

  bindRefused({ index, role, peer }: MtaAssociation, by: 'us' | 'peer', error: MTABindErrorName | undefined): void {
    this.events.emit('bindRefused', { association: index, role, peer, by, error });
  }

  transferRefused({ index, role, peer }: MtaAssociation, answer: string): void {
    this.events.emit('transferRefused', { association: index, role, peer, answer });
  }

  ended(association: MtaAssociation, ending: Ending, detail: string | undefined): void {
    const { index, role, peer } = association;
    this.#associations.delete(association);
    const { connection } = association.service;
    if (connection !== undefined && role === 'responder' && ending === 'released') {
      this.#connections.released(connectionKey(connection));
    }
    this.events.emit('associationClosed', { association: index, role, peer, ending, detail });
    if (peer !== undefined) this.#connectors.get(peer)?.ended(association);
  }

  /** Items of a peer that is not known again stay in the spool. */
  #restoreSpooled(peer: string, items: readonly QueuedItem[]): void {
    if (this.#admission.knowAgain(peer)) this.restore(peer, items);
  }

  #know(peer: PeerConfig): Connector {
    const journal = this.#options.spool?.journal(peer.name);
    const connector = new Connector(peer, this.#personality.connector, this, journal);
    this.#connectors.set(peer.name, connector);
    if (this.#started) connector.start();
    return connector;
  }

  get #mode(): Mode {
    return this.#personality.mode ?? 'normal';
  }

  get #peers(): PeerConfig[] {
    return [...this.#connectors.values()].map(({ peer }) => peer);
  }

  #machine(
    parts: Pick<MachineParts, 'role' | 'modes' | 'peer' | 'connector' | 'recovers' | 'peerName'>,
  ): AssociationMachine {
    const { random } = this.#options;
    const additionalReference = parts.role === 'initiator' ? this.#names.next(this.now()) : undefined;
    const [personality, transfers] = [this.#personality, this.#transfers];
    return associationMachine({
      ...parts,
      random,
      userReference: this.name,
      additionalReference,
      personality,
      transfers,
    });
  }

  #nextIndex(): number {
    this.#count += 1;
    return this.#count - 1;
  }
}
