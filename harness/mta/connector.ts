import { type ConnectionIdentifier, connectionKey } from '../stack/association/service.js';
import type { MtaAssociation } from './association.js';
import type { Emitter } from './emitter.js';
import type { MtaEvents } from './events.js';
import type { Fate } from './message.js';
import type { PeerConfig } from './peer.js';
import {
  ageFrom,
  DestinationQueue,
  type Interrupted,
  type QueuedItem,
  type QueueJournal,
  type QueuePriority,
  type QueueState,
  type Submission,
} from './queue.js';
import { RetryModel, type RetryOptions } from './retry.js';
import { type ActivationSchedule, checkSchedule, isWithin, nextChange } from './schedule.js';

/** What a connector asks of its MTA. */
export interface ConnectorHost {
  readonly events: Emitter<MtaEvents>;
  /** Whether something is being taken: nothing is handed out until that is kept, and `connector` is pumped then. */
  waitsForTaking(connector: Connector): boolean;
  now(): number;
  after(milliseconds: number, action: () => void): () => void;
  /** Begins to open an association; what comes of it is told by `opened` and `ended`. */
  open(connector: Connector, purpose: 'any' | 'urgent'): MtaAssociation;
  canOpen(peer: PeerConfig): boolean;
  /** Reports to the originator; returns the report, if there is one. */
  notDelivered(item: QueuedItem, fate: Fate): Submission | undefined;
}

/** X.411's reason and diagnostic after the last retry, as Exchange reports it: transfer-failure, MTS-congestion. KB Q157630. */
const CONGESTION: Fate = { reason: 0, diagnostic: 2 };
/** Unable-to-transfer, maximum-time-expired. */
const EXPIRED: Fate = { reason: 1, diagnostic: 5 };

/** Unable-to-transfer. What Exchange reports of a message that an operator deletes is not published: an assumption. */
const REMOVED: Fate = { reason: 1 };

/** What travels on an association of its own if need be; reports are among it. KB Q215472. */
const URGENT: readonly QueuePriority[] = ['urgent'];
/** How often, in milliseconds, ages are looked at. */
const EXPIRY_CHECK = 60_000;

/** Recoveries that get no answer, before the transfer begins anew. */
const RECOVERY_ATTEMPTS = 2;
/** Resumptions that break off where they began: there are peers that end when they are asked to go on. */
const RESUME_ATTEMPTS = 5;

/** RTTP's priorities of what waits; 0 is left to release. X.218 9.4.1.1. */
const turnPriorities: Readonly<Record<QueuePriority, number>> = { urgent: 1, normal: 2, nonUrgent: 3 };

/** One peer: its queue, its associations, and when to try again. */
export class Connector {
  readonly peer: PeerConfig;
  readonly queue: DestinationQueue;
  readonly retry: RetryModel;
  readonly #host: ConnectorHost;
  readonly #associations = new Set<MtaAssociation>();
  /** Items under way that an earlier transfer is gone on with. */
  readonly #resumed = new WeakSet<QueuedItem>();
  #retryTimer: (() => void) | undefined;
  #nextExpiryCheck = 0;
  /** When ages are looked at, whatever else happens. */
  #expiry: { readonly at: number; readonly cancel: () => void } | undefined;
  /** When what is deferred is due, or a window of the schedule begins or ends. */
  #wake: { readonly at: number; readonly cancel: () => void } | undefined;
  #frozen = false;
  #started = false;

  constructor(peer: PeerConfig, retry: RetryOptions, host: ConnectorHost, journal?: QueueJournal) {
    this.peer = peer;
    this.queue = new DestinationQueue(peer.name, journal);
    this.retry = new RetryModel({ ...retry, ...peer.retry });
    this.#host = host;
    if (this.#schedule !== undefined) checkSchedule(this.#schedule);
  }

  get associations(): readonly MtaAssociation[] {
    return [...this.#associations];
  }

  start(): void {
    this.#started = true;
    const { nextRetry } = this.retry;
    if (nextRetry !== undefined) this.#wakeAt(nextRetry);
    this.pump();
  }

  /** Releases what it opened, and opens nothing any more. */
  stop(): void {
    this.#started = false;
    this.#retryTimer?.();
    this.#retryTimer = undefined;
    this.#expireNoMore();
    this.#sleep();
    for (const association of this.#associations) association.release();
  }

  /** Holds the queue until it is thawed; associations that are open stay so. */
  freeze(frozen: boolean): void {
    this.#frozen = frozen;
    this.pump();
  }

  submit(submission: Submission): QueuedItem {
    const item = this.queue.add(submission, this.#host.now());
    this.#expireBy(item);
    this.#host.events.emit('messageQueued', { peer: this.peer.name, item });
    this.pump();
    return item;
  }

  /** Cuts a wait short, as an operator may. */
  retryNow(): void {
    this.#retryTimer?.();
    this.#retryTimer = undefined;
    this.retry.resume();
    this.pump();
  }

  /** Takes waiting items out for good, as an operator may; how many. Their originators are told, or nobody is. */
  remove(which: (item: QueuedItem) => boolean, told: boolean): number {
    const removed = this.#giveUp(which, REMOVED, told);
    this.pump();
    return removed;
  }

  /** Does what can be done now: hands out items, opens associations. */
  pump(): void {
    this.#release();
    if (this.#mayTransfer()) {
      this.#expire();
      for (const association of [...this.#associations]) association.pump();
      if (this.#mayTransfer()) this.#openMore();
      if (this.#expiry === undefined) for (const item of this.queue.waiting()) this.#expireBy(item);
    }
    this.queue.state = this.#state();
    this.#wakeForNext();
  }

  next(association: MtaAssociation): QueuedItem | undefined {
    if (!this.#mayTransfer()) return undefined;
    const item = this.queue.take(association.purpose === 'urgent' ? URGENT : undefined);
    if (item?.interrupted !== undefined) this.#resumed.add(item);
    return item;
  }

  waitingPriority(): number | undefined {
    const head = this.#mayTransfer() ? this.queue.head() : undefined;
    return head && turnPriorities[head.priority];
  }

  /** A peer's association to us, or one of ours, is open. */
  opened(association: MtaAssociation): void {
    this.#associations.add(association);
    this.queue.state = this.#state();
  }

  transferred(item: QueuedItem): void {
    this.queue.settle(item);
    this.#resumed.delete(item);
    const peer = this.peer.name;
    this.#host.events.emit('messageTransferred', { peer, item });
    if (this.queue.length > 0) return;
    this.#expireNoMore();
    this.#host.events.emit('queueDrained', { peer });
  }

  failed(item: QueuedItem, reason: string, interrupted?: Interrupted): void {
    const wasResumed = this.#resumed.delete(item);
    item.interrupted = (interrupted?.resumes ?? 0) < RESUME_ATTEMPTS ? interrupted : undefined;
    this.queue.putBack(item);
    this.#expireBy(item);
    this.#host.events.emit('transferFailed', { peer: this.peer.name, item, reason });
    // A peer that does not go on with it is sent the whole, and at once: that was no attempt. X.228 7.8.
    if (wasResumed && interrupted === undefined) return;
    // What we have cut short ourselves is no attempt that failed.
    if (!this.#started) return;
    this.retry.transferFailed(this.#host.now(), item, this.queue.waiting());
    this.#wait();
  }

  ended(association: MtaAssociation): void {
    this.#associations.delete(association);
    if (association.recovers !== undefined) this.#recovered(association, association.recovers);
    // A peer that opens, and is gone before it gives the turn, is not called again at once.
    const inVain = association.wasInVain && this.queue.waitingLength > 0;
    const failed = inVain || (!association.wasOpen && !association.recoveryRefused);
    if (this.#started && association.role === 'initiator' && failed) {
      this.retry.openFailed(this.#host.now(), this.queue.waiting());
      this.#wait();
    }
    this.pump();
  }

  /** The session connection that is to be recovered, for what was under way on it: one at a time. X.228 7.8. */
  toRecover(): ConnectionIdentifier | undefined {
    const underway = this.associations.flatMap(({ recovers }) =>
      recovers === undefined ? [] : [connectionKey(recovers)],
    );
    const waiting = this.queue
      .waiting()
      .flatMap(({ interrupted }) => (interrupted?.role === 'initiator' ? [interrupted.resumption.connection] : []));
    return waiting.find((connection) => !underway.includes(connectionKey(connection)));
  }

  /** What was to be gone on with on a connection that could not be recovered is transferred as a whole. */
  #recovered(association: MtaAssociation, connection: ConnectionIdentifier): void {
    // What we have cut short ourselves was not tried in vain.
    if (association.wasOpen || !this.#started) return;
    const key = connectionKey(connection);
    for (const item of this.queue.waiting()) {
      const { interrupted } = item;
      if (interrupted === undefined || connectionKey(interrupted.resumption.connection) !== key) continue;
      // Who is out of reach has not been asked.
      const attempts = interrupted.attempts + (association.wasConnected ? 1 : 0);
      const again = !association.recoveryRefused && attempts < RECOVERY_ATTEMPTS;
      this.queue.progressed(item, again ? { ...interrupted, attempts } : undefined);
    }
  }

  #mayTransfer(): boolean {
    if (!this.#started || this.#frozen || this.#host.waitsForTaking(this)) return false;
    return this.retry.nextRetry === undefined && this.peer.activation !== 'never';
  }

  #expire(): void {
    const now = this.#host.now();
    if (now < this.#nextExpiryCheck) return;
    this.#nextExpiryCheck = now + EXPIRY_CHECK;
    this.#giveUp((item) => this.retry.expired(item.priority, ageFrom(item), now), EXPIRED);
  }

  /** The ages are looked at when this item is too old, or before. */
  #expireBy(item: QueuedItem): void {
    const now = this.#host.now();
    const tooOld = ageFrom(item) + this.retry.options.messageTimeout[item.priority];
    const at = Math.max(tooOld, this.#nextExpiryCheck, now);
    if (!this.#started || !Number.isFinite(at) || (this.#expiry !== undefined && this.#expiry.at <= at)) return;
    this.#expireNoMore();
    const cancel = this.#host.after(at - now, () => {
      this.#expiry = undefined;
      this.pump();
    });
    this.#expiry = { at, cancel };
  }

  #expireNoMore(): void {
    this.#expiry?.cancel();
    this.#expiry = undefined;
  }

  #openMore(): void {
    if (!this.#opensItself || this.queue.waitingLength === 0 || !this.#host.canOpen(this.peer)) return;
    if (this.#isOutside && this.#schedule?.urgentAtAnyTime !== true) return;
    const wanted = this.#isOutside ? 0 : this.retry.associationsFor(this.queue.length);
    // An association of the peer's counts where we may send on it, so that two-way alternate needs no second one.
    const usable = () => this.associations.filter(({ role, maySend }) => role === 'initiator' || maySend);
    const forAll = usable().filter(({ purpose }) => purpose === 'any').length;
    for (let count = forAll; count < wanted && this.#mayTransfer(); count += 1) this.#open('any');
    const urgent = this.associations.filter(({ purpose }) => purpose === 'urgent').length;
    const free = usable().some(({ busy }) => !busy);
    if (!free && urgent < this.retry.options.maxUrgentAssociations && this.#mayTransfer() && this.queue.head(URGENT)) {
      this.#open('urgent');
    }
  }

  #open(purpose: 'any' | 'urgent'): void {
    const association = this.#host.open(this, purpose);
    if (!association.isOver) this.#associations.add(association);
  }

  #wait(): void {
    const { nextRetry, cause } = this.retry;
    this.#giveUp((item) => this.retry.exhausted(item), CONGESTION);
    if (nextRetry === undefined || cause === undefined) return;
    this.queue.state = this.#state();
    this.#wakeAt(nextRetry);
    const peer = this.peer.name;
    const head = this.queue.head();
    if (head !== undefined) this.#host.events.emit('queueBlocked', { peer, head, length: this.queue.length });
    this.#host.events.emit('nextRetry', { peer, at: nextRetry, cause });
  }

  #wakeAt(time: number): void {
    this.#retryTimer?.();
    this.#retryTimer = this.#host.after(Math.max(0, time - this.#host.now()), () => this.retryNow());
  }

  #giveUp(which: (item: QueuedItem) => boolean, fate: Fate, told = true): number {
    const given = this.queue.giveUp(which);
    for (const item of given) {
      const report = told ? this.#host.notDelivered(item, fate) : undefined;
      this.#host.events.emit('nonDelivered', { peer: this.peer.name, item, fate, report });
      // A crash before this is told of it again: better twice than never.
      this.queue.forget(item);
    }
    if (this.queue.length === 0) this.#expireNoMore();
    return given.length;
  }

  /** What is due is told of, and waits from now on. */
  #release(): void {
    for (const item of this.queue.release(this.#host.now())) {
      this.#expireBy(item);
      this.#host.events.emit('messageReleased', { peer: this.peer.name, item });
    }
  }

  #wakeForNext(): void {
    const now = this.#host.now();
    const times = [this.queue.nextRelease, this.#schedule && nextChange(this.#schedule, now)];
    const at = Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
    if (!this.#started || !Number.isFinite(at)) {
      this.#sleep();
      return;
    }
    if (this.#wake?.at === at) return;
    this.#sleep();
    const cancel = this.#host.after(Math.max(0, at - now), () => {
      this.#wake = undefined;
      this.pump();
    });
    this.#wake = { at, cancel };
  }

  #sleep(): void {
    this.#wake?.cancel();
    this.#wake = undefined;
  }

  get #schedule(): ActivationSchedule | undefined {
    const { activation } = this.peer;
    return typeof activation === 'object' ? activation : undefined;
  }

  get #opensItself(): boolean {
    return this.#schedule !== undefined || (this.peer.activation ?? 'always') === 'always';
  }

  /** There is a schedule, and none of its windows is now. */
  get #isOutside(): boolean {
    return this.#schedule !== undefined && !isWithin(this.#schedule, this.#host.now());
  }

  #state(): QueueState {
    if (this.peer.activation === 'never') return 'disabled';
    if (this.#frozen) return 'frozen';
    if (this.retry.nextRetry !== undefined) return 'retry';
    if (this.associations.some(({ isOpen }) => isOpen)) return 'active';
    if (this.#isOutside) return 'scheduled';
    return this.peer.activation === 'remote' ? 'remote' : 'ready';
  }
}
