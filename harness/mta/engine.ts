import { P1specError } from '../ber/error.js';
import type { Octets } from '../ber/octets.js';
import type { Clock } from '../link/clock.js';
import { drive } from '../link/driver.js';
import type { Link } from '../link/link.js';
import { recordLink } from '../link/recorder.js';
import type { ORName } from '../p1/or-name.js';
import type { Mode } from '../stack/association/events.js';
import { AssociationMachine } from '../stack/association/machine.js';
import { type ConnectionIdentifier, connectionKey, type TransferStore } from '../stack/association/service.js';
import { MemoryTransferStore } from '../stack/rtse/transfer-store.js';
import type { NonDelivery } from './answers.js';
import { MtaAssociation } from './association.js';
import { type MTABindErrorName, markerDeviations, type ReceivedBind } from './bind.js';
import { type ConnectionBook, MemoryConnectionBook } from './connection-book.js';
import { ConnectionNames } from './connection-names.js';
import { Connector, type ConnectorHost } from './connector.js';
import { Emitter } from './emitter.js';
import type { Ending, MtaEvents } from './events.js';
import { combineHooks, type Hooks } from './hooks.js';
import type { AssociationHost, Outgoing } from './host.js';
import { Identification } from './identification.js';
import { LinkState } from './link-state.js';
import { type Fate, MessageFactory, type MessageRequest, type ProbeRequest } from './message.js';
import type { Domain } from './names.js';
import type { PeerConfig } from './peer.js';
import { transfersOf } from './peer-transfers.js';
import type { Personality, Preset } from './preset.js';
import type { DestinationQueue, Interrupted, QueuedItem, Submission } from './queue.js';
import type { ReceivedApdu } from './received.js';
import { Responsibility } from './responsibility.js';
import type { Spool } from './spool.js';

export interface MtaOptions {
  /** The MTA name, as in MTA-binds. */
  readonly name: string;
  readonly preset: Preset;
  readonly domain: Domain;
  /** Stands in identifiers; the MTA name where absent. */
  readonly server?: string;
  readonly peers?: readonly PeerConfig[];
  /** How MTAs are dealt with that bind and are not among the peers; they are refused where absent. */
  readonly strangers?: Omit<PeerConfig, 'name' | 'theirs'> & {
    /** What each has to say; not looked at where absent. */
    readonly password?: string;
  };
  readonly clock: Clock;
  readonly random: (octets: number) => Uint8Array;
  /** Asked before the preset's. */
  readonly hooks?: Hooks;
  /** The peer behind which a recipient is; undefined for those that are here. All are here where it is absent. */
  readonly route?: (recipient: ORName) => string | undefined;
  /** Of associations that others open. */
  readonly modes?: readonly Mode[];
  /**
   * What is kept of transfers that break off while they come in, to go on with them: in memory where absent. `none` keeps
   * nothing and refuses to recover or resume, as ISODE and PP do.
   */
  readonly recovery?: TransferStore | 'none';
  /** Keeps queues, and what `recovery` would, where a crash does not reach. */
  readonly spool?: Spool;
}

/** How many MTAs that nobody has configured may make themselves known. */
const STRANGERS = 1000;

/** A fake MTA: takes part in associations, keeps a queue for each peer, and behaves as its preset has it. */
export class Mta implements AssociationHost, ConnectorHost {
  readonly name: string;
  readonly events = new Emitter<MtaEvents>();
  readonly hooks: Hooks;
  readonly #options: MtaOptions;
  readonly #personality: Personality;
  readonly #identification: Identification;
  readonly #factory: MessageFactory;
  readonly #connectors = new Map<string, Connector>();
  readonly #associations = new Set<MtaAssociation>();
  readonly #linkState: LinkState;
  readonly #responsibility: Responsibility;
  /** What is kept of transfers that come in. */
  readonly #transfers: TransferStore | undefined;
  readonly #connections: ConnectionBook;
  readonly #names = new ConnectionNames();
  #count = 0;
  #strangers = 0;
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
    const { bilateralSite, habits } = this.#personality;
    this.#factory = new MessageFactory({ domain, server, now: () => clock.now(), bilateralSite, habits });
    this.#responsibility = new Responsibility({
      events: this.events,
      factory: this.#factory,
      route: options.route,
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

  /** Makes a message and queues it. */
  submit(peer: string, request: MessageRequest): QueuedItem {
    return this.enqueue(peer, this.#factory.message(request));
  }

  probe(peer: string, request: ProbeRequest): QueuedItem {
    return this.enqueue(peer, this.#factory.probe(request));
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
    const modes = this.#options.modes ?? [this.#mode];
    const service = this.#machine('responder', modes, { tpduSize, timers, deviations }, () => association.peer);
    const association: MtaAssociation = new MtaAssociation({ index: this.#nextIndex(), service, host: this });
    this.#associations.add(association);
    this.#carry(association, link);
    return association;
  }

  open(connector: Connector, purpose: 'any' | 'urgent'): MtaAssociation {
    const { peer } = connector;
    const { dialogueMode, checkpointSize, windowSize } = this.optionsFor(peer.name);
    const { mode = this.#mode, initialTurn } = peer;
    const recover = this.#transfers === undefined ? undefined : connector.toRecover();
    const service = this.#machine('initiator', [mode], peer, () => peer.name);
    const userData = this.#identification.argumentFor(peer, mode);
    service.open({ userData, recover, dialogueMode, initialTurn, checkpointSize, windowSize });
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
    void this.#dial(association, peer);
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
    const known = this.#peers.filter((peer) => this.#identification.isNamedBy(peer, bind));
    const authentic = known.find((peer) => this.#identification.isAuthentic(peer, bind));
    if (authentic !== undefined) {
      const peer = authentic.name;
      // KB Q169716: a connector scheduled Never does not accept either. That it says busy is assumed.
      return authentic.activation === 'never' ? { peer, error: 'busy' } : { peer };
    }
    const { strangers } = this.#options;
    if (known.length > 0 || strangers === undefined) return { error: 'authenticationError' };
    const { password } = strangers;
    if (!this.#identification.isAuthentic({ name: '', theirs: { password } }, bind)) {
      return { error: 'authenticationError' };
    }
    if (this.#strangers >= STRANGERS) return { error: 'busy' };
    this.#strangers += 1;
    const name = bind.mtaName ?? 'unauthenticated';
    const said = password === undefined ? {} : { theirs: { mtaName: name, password } };
    this.#know({ ...strangers, name, ...(bind.authenticated ? said : { theirs: {} }) });
    return { peer: name };
  }

  admitRecovery(connection: ConnectionIdentifier): string | undefined {
    const peer = this.#transfers === undefined ? undefined : this.#connections.peerOf(connectionKey(connection));
    return peer !== undefined && this.#connectors.has(peer) ? peer : undefined;
  }

  recognises(name: string, bind: ReceivedBind): boolean {
    const { peer } = this.connectorTo(name);
    const by = this.#identification;
    return peer.theirs === undefined || (by.isNamedBy(peer, bind) && by.isAuthentic(peer, bind));
  }

  bindResultFor(name: string, argument: Octets, mode: Mode): Uint8Array {
    return this.#identification.resultFor(this.connectorTo(name).peer, argument, mode);
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
      const outgoing = this.#responsibility.conveyed(connector.queue, item, association.service.mode);
      if (outgoing !== undefined) return outgoing;
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
    this.#options.spool?.received(apdu, peer);
    this.events.emit(apdu.kind === 'report' ? 'reportReceived' : 'messageReceived', { peer, apdu });
    this.#responsibility.take(apdu, peer, nonDelivery);
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
    if (this.#knowAgain(peer)) this.restore(peer, items);
  }

  /** A peer of an earlier run that nobody has configured is dealt with as a stranger, where strangers are. */
  #knowAgain(peer: string): boolean {
    const { strangers } = this.#options;
    if (this.#connectors.has(peer)) return true;
    if (strangers === undefined || this.#strangers >= STRANGERS) return false;
    this.#strangers += 1;
    this.#know({ ...strangers, name: peer });
    return true;
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
    role: 'initiator' | 'responder',
    modes: readonly Mode[],
    peer: Partial<PeerConfig>,
    name: () => string | undefined,
  ): AssociationMachine {
    const { addresses, tpduSize, timers, deviations } = peer;
    const marked = role === 'initiator' ? markerDeviations(this.#personality.bindMarker) : {};
    return new AssociationMachine({
      role,
      modes,
      addresses,
      tpduSize,
      timers,
      random: this.#options.random,
      userReference: this.name,
      ...(role === 'initiator' ? { additionalReference: this.#names.next(this.now()) } : {}),
      store: this.#transfers && transfersOf(name, this.#transfers),
      deviations: {
        ...this.#personality.deviations,
        ...deviations,
        userInformation: [...(deviations?.userInformation ?? []), ...(marked.userInformation ?? [])],
      },
    });
  }

  async #dial(association: MtaAssociation, { connect }: PeerConfig): Promise<void> {
    try {
      const link = await connect?.();
      if (link !== undefined) this.#carry(association, link);
    } catch (error) {
      association.lost(error instanceof Error ? error.message : String(error));
    }
  }

  /** Sets an association going on its link. */
  #carry(association: MtaAssociation, link: Link): void {
    if (association.isOver) {
      link.destroy();
      return;
    }
    const { service } = association;
    association.carriedBy({ flush: () => {}, close: () => link.destroy() });
    association.transportConnected(() => {
      const heard = this.#heard(link, association.index);
      const driven = drive(service, heard, this.#options.clock, (event) => association.handle(event));
      association.carriedBy({
        flush: () => driven.pump(),
        close: () => {
          heard.close();
          driven.use(() => service.disconnected(this.now()));
        },
      });
    });
  }

  #heard(link: Link, connection: number): Link {
    const { hears } = this.#personality;
    return hears === undefined ? link : recordLink(link, { connection, clock: this.#options.clock, sink: hears });
  }

  #nextIndex(): number {
    this.#count += 1;
    return this.#count - 1;
  }
}
