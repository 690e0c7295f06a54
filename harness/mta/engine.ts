import { P1specError } from '../ber/error.js';
import { Octets } from '../ber/octets.js';
import type { Clock } from '../link/clock.js';
import { drive } from '../link/driver.js';
import type { Link } from '../link/link.js';
import type { MTSAPDU } from '../p1/mts-apdu.js';
import type { ORName } from '../p1/or-name.js';
import type { Mode } from '../stack/association/events.js';
import { AssociationMachine } from '../stack/association/machine.js';
import { type ConnectionIdentifier, connectionKey, type TransferStore } from '../stack/association/service.js';
import { MemoryTransferStore } from '../stack/rtse/transfer-store.js';
import type { NonDelivery } from './answers.js';
import { MtaAssociation } from './association.js';
import { bindArgument, type Identity, type MTABindErrorName, markerDeviations, type ReceivedBind } from './bind.js';
import { type ConnectionBook, MemoryConnectionBook } from './connection-book.js';
import { Connector, type ConnectorHost } from './connector.js';
import { dispose, subjectOf, wantsReport } from './delivery.js';
import { apduFor } from './editions.js';
import { Emitter } from './emitter.js';
import type { Ending, MtaEvents } from './events.js';
import { combineHooks, type Hooks } from './hooks.js';
import type { AssociationHost, Outgoing } from './host.js';
import { type Fate, MessageFactory, type MessageRequest, type ProbeRequest, type ReportSubject } from './message.js';
import type { Domain } from './names.js';
import { isAuthentic, isNamedBy, type PeerConfig } from './peer.js';
import type { Personality, Preset } from './preset.js';
import type { DestinationQueue, Interrupted, QueuedItem, Submission } from './queue.js';
import { type ReceivedApdu, readApdu, typedApdu } from './received.js';
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
  readonly strangers?: Omit<PeerConfig, 'name' | 'theirs'>;
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

/** Milliseconds after which a connection cannot be of the same second as another one, however long it took to open. */
const SAME_NAME = 60_000;

/** How many MTAs that nobody has configured may make themselves known. */
const STRANGERS = 1000;

/** A fake MTA: takes part in associations, keeps a queue for each peer, and behaves as its preset has it. */
export class Mta implements AssociationHost, ConnectorHost {
  readonly name: string;
  readonly events = new Emitter<MtaEvents>();
  readonly hooks: Hooks;
  readonly #options: MtaOptions;
  readonly #personality: Personality;
  readonly #factory: MessageFactory;
  readonly #connectors = new Map<string, Connector>();
  readonly #associations = new Set<MtaAssociation>();
  /** Peers whose bind result held our marker. */
  readonly #echoing = new Set<string>();
  /** What is kept of transfers that come in. */
  readonly #transfers: TransferStore | undefined;
  readonly #connections: ConnectionBook;
  /** Additional references of connections, by when they were opened. */
  readonly #references = new Map<number, number>();
  #count = 0;
  #strangers = 0;
  #started = false;
  #linkStateTimer: (() => void) | undefined;

  constructor(options: MtaOptions) {
    const { name, domain, preset, clock } = options;
    const server = options.server ?? name;
    this.name = name;
    this.#options = options;
    this.#personality = preset.personality({ server, domain });
    const { recovery, spool } = options;
    this.#transfers = recovery === 'none' ? undefined : (recovery ?? spool?.transfers ?? new MemoryTransferStore());
    this.#connections = spool?.connections ?? new MemoryConnectionBook();
    this.hooks = combineHooks([...(options.hooks === undefined ? [] : [options.hooks]), this.#personality.hooks]);
    const { bilateralSite } = this.#personality;
    this.#factory = new MessageFactory({ domain, server, now: () => clock.now(), bilateralSite });
    for (const { ours } of [options.strangers, ...(options.peers ?? [])].filter((each) => each !== undefined)) {
      // Throws where it cannot be written: now, and not when a peer binds.
      bindArgument('normal', ours ?? { mtaName: name });
    }
    for (const peer of options.peers ?? []) this.#know(peer);
    for (const [peer, items] of spool?.queues() ?? []) this.#restoreSpooled(peer, items);
  }

  /** Begins to open associations, and to send routing packets where the preset does. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#scheduleLinkState();
    for (const connector of this.#connectors.values()) connector.start();
  }

  /** Opens nothing any more, and releases what it has opened as soon as nothing is under way. */
  stop(): void {
    this.#started = false;
    this.#linkStateTimer?.();
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

  /** Takes an incoming link. Whose it is shows in the bind; where it is known before, that peer's own settings hold. */
  accept(link: Link, from?: string): MtaAssociation {
    const [only, ...others] = this.#connectors.values();
    const sole = others.length === 0 ? only : undefined;
    const expected = from === undefined ? sole : this.connectorTo(from);
    const { tpduSize, timers, deviations } = expected?.peer ?? this.#options.strangers ?? {};
    const service = this.#machine('responder', this.#options.modes ?? ['normal'], { tpduSize, timers, deviations });
    const association = new MtaAssociation({ index: this.#nextIndex(), service, host: this });
    this.#associations.add(association);
    this.#carry(association, link);
    return association;
  }

  open(connector: Connector, purpose: 'any' | 'urgent'): MtaAssociation {
    const { peer } = connector;
    const { bindMarker: marker } = this.#personality;
    const { dialogueMode, checkpointSize, windowSize } = this.optionsFor(peer.name);
    const { mode = 'normal', initialTurn } = peer;
    const recover = this.#transfers === undefined ? undefined : connector.toRecover();
    const service = this.#machine('initiator', [mode], peer);
    const userData = bindArgument(mode, this.identityFor(peer.name), marker);
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
    const known = [...this.#connectors.values()].map(({ peer }) => peer).filter((peer) => isNamedBy(peer, bind));
    const authentic = known.find((peer) => isAuthentic(peer, bind));
    if (authentic !== undefined) return { peer: authentic.name };
    const { strangers } = this.#options;
    if (known.length > 0 || strangers === undefined) return { error: 'authenticationError' };
    if (this.#strangers >= STRANGERS) return { error: 'busy' };
    this.#strangers += 1;
    const name = bind.mtaName ?? 'unauthenticated';
    this.#know({ ...strangers, name, ...(bind.authenticated ? {} : { theirs: {} }) });
    return { peer: name };
  }

  admitRecovery(connection: ConnectionIdentifier): string | undefined {
    return this.#transfers === undefined ? undefined : this.#connections.peerOf(connectionKey(connection));
  }

  recognises(name: string, bind: ReceivedBind): boolean {
    const { peer } = this.connectorTo(name);
    return peer.theirs === undefined || (isNamedBy(peer, bind) && isAuthentic(peer, bind));
  }

  identityFor(name: string): Identity {
    return this.connectorTo(name).peer.ours ?? { mtaName: this.name };
  }

  optionsFor(name: string): ReturnType<AssociationHost['optionsFor']> {
    const { peer, retry } = this.connectorTo(name);
    const preset = this.#personality.association;
    return {
      dialogueMode: peer.dialogueMode ?? preset.dialogueMode,
      checkpointSize: peer.checkpointSize ?? preset.checkpointSize,
      windowSize: peer.windowSize ?? preset.windowSize,
      lifetime: retry.options.associationLifetime,
    };
  }

  opened(association: MtaAssociation, bindOctets: Uint8Array): void {
    const { index, role, peer = '' } = association;
    const connector = this.connectorTo(peer);
    const { connection } = association.service;
    if (connection !== undefined) this.#connections.opened(connectionKey(connection), peer);
    connector.opened(association);
    this.events.emit('associationOpened', { association: index, role, peer });
    const { bindMarker } = this.#personality;
    if (
      role === 'initiator' &&
      bindMarker !== undefined &&
      Buffer.from(bindOctets).includes(Buffer.from(bindMarker.bytes))
    ) {
      this.#echoing.add(peer);
    }
    this.#tellLinkState(connector);
  }

  waitingFor(association: MtaAssociation): number | undefined {
    return this.connectorTo(association.peer ?? '').waitingPriority();
  }

  next(association: MtaAssociation): Outgoing | undefined {
    const connector = this.connectorTo(association.peer ?? '');
    for (let item = connector.next(association); item !== undefined; item = connector.next(association)) {
      const outgoing = this.#conveyed(connector, item, association.service.mode);
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
    this.#options.spool?.received(apdu, peer);
    this.events.emit(apdu.kind === 'report' ? 'reportReceived' : 'messageReceived', { peer, apdu });
    const value = typedApdu(apdu);
    try {
      if (value !== undefined) this.#careFor(value, peer, nonDelivery);
    } catch (error) {
      // What can be decoded need not be fit to be encoded again: nothing from the wire may end the MTA.
      if (!(error instanceof P1specError)) throw error;
      this.events.emit('notCaredFor', { peer, apdu, error });
    }
  }

  #careFor(value: MTSAPDU, peer: string, nonDelivery: NonDelivery | undefined): void {
    const now = this.now();
    if (nonDelivery !== undefined) {
      this.#report(subjectOf(value), nonDelivery, now, peer);
      return;
    }
    const { relayed, looped, toReport } = dispose(value, this.#options.route, this.#factory.traceElement(now));
    for (const copy of relayed) this.enqueue(copy.peer, { ...copy.submission, from: peer });
    this.#report(looped, LOOP, now, peer);
    this.#report(toReport, { deliveredAt: now }, now, peer);
  }

  notDelivered(item: QueuedItem, fate: Fate): Submission | undefined {
    if (item.system) return undefined;
    const value = typedApdu(readApdu(Octets.of(item.apdu), undefined));
    return this.#report(value && subjectOf(value), fate, item.queuedAt, item.from);
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
    if (connection !== undefined && ending === 'released') this.#connections.released(connectionKey(connection));
    this.events.emit('associationClosed', { association: index, role, peer, ending, detail });
    if (peer !== undefined) this.#connectors.get(peer)?.ended(association);
  }

  /** Makes a report where one is wanted, and sends it back to where its subject came from; here it only is returned. */
  #report(
    subject: ReportSubject | undefined,
    fate: Fate,
    arrivedAt: number,
    to: string | undefined,
  ): Submission | undefined {
    if (subject === undefined || !wantsReport(subject, fate)) return undefined;
    const report = this.#factory.report(subject, fate, arrivedAt);
    const peer = this.#options.route?.(subject.originator) ?? to;
    if (peer !== undefined) this.enqueue(peer, report);
    return report;
  }

  /** A peer that nobody has configured any more is dealt with as a stranger; without strangers its items stay in the spool. */
  #restoreSpooled(peer: string, items: readonly QueuedItem[]): void {
    const { strangers } = this.#options;
    if (!this.#connectors.has(peer)) {
      if (strangers === undefined) return;
      this.#know({ ...strangers, name: peer });
    }
    this.restore(peer, items);
  }

  /** The item in the edition of the mode; whom it cannot reach there is reported on. Undefined where it reaches nobody. */
  #conveyed(connector: Connector, item: QueuedItem, mode: Mode | undefined): Outgoing | undefined {
    const conveyance = apduFor(item, mode);
    const { leftBehind } = conveyance;
    const told = item.system ? [] : leftBehind;
    const reports = told.map(({ subject, fate }) => this.#report(subject, fate, item.queuedAt, item.from));
    const peer = connector.peer.name;
    if (conveyance.kind === 'undeliverable') {
      connector.queue.abandon(item);
      const { reason, diagnostic } = conveyance.cause;
      const report = reports.find((each) => each !== undefined);
      this.events.emit('nonDelivered', { peer, item, fate: { reason, diagnostic }, report });
      return undefined;
    }
    const { apdu, changes, kept } = conveyance;
    const own = kept === undefined ? item : connector.queue.amend(item, kept);
    if (changes.length > 0) this.events.emit('downgraded', { peer, item: own, changes, leftBehind });
    return { item: own, apdu };
  }

  #know(peer: PeerConfig): Connector {
    const journal = this.#options.spool?.journal(peer.name);
    const connector = new Connector(peer, this.#personality.connector, this, journal);
    this.#connectors.set(peer.name, connector);
    if (this.#started) connector.start();
    return connector;
  }

  #machine(role: 'initiator' | 'responder', modes: readonly Mode[], peer: Partial<PeerConfig>): AssociationMachine {
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
      ...(role === 'initiator' ? { additionalReference: this.#additionalReference() } : {}),
      store: this.#transfers,
      deviations: {
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
      const driven = drive(service, link, this.#options.clock, (event) => association.handle(event));
      association.carriedBy({
        flush: () => driven.pump(),
        close: () => {
          link.close();
          driven.use(() => service.disconnected(this.now()));
        },
      });
    });
  }

  /** Sets connections apart that are opened at about the same time; most of them have no need of it. */
  #additionalReference(): string | undefined {
    const now = this.now();
    for (const [number, openedAt] of this.#references) if (openedAt <= now - SAME_NAME) this.#references.delete(number);
    let number = 0;
    while (this.#references.has(number)) number += 1;
    this.#references.set(number, now);
    return number === 0 ? undefined : number.toString(36).slice(-2);
  }

  #nextIndex(): number {
    this.#count += 1;
    return this.#count - 1;
  }

  #scheduleLinkState(): void {
    const { routing } = this.#personality;
    if (routing === undefined) return;
    this.#linkStateTimer = this.after(routing.interval, () => {
      routing.changed();
      for (const connector of this.#connectors.values()) this.#tellLinkState(connector);
      this.#scheduleLinkState();
    });
  }

  #tellLinkState(connector: Connector): void {
    const { name, connectedRoutingGroup = false } = connector.peer;
    if (!this.canOpen(connector.peer) && !connector.associations.some(({ maySend }) => maySend)) return;
    const request = this.#personality.routing?.dueTo(name, { echoed: this.#echoing.has(name), connectedRoutingGroup });
    if (request !== undefined) this.submit(name, request);
  }
}

/** Unable-to-transfer, loop-detected. */
const LOOP: Fate = { reason: 1, diagnostic: 3 };
