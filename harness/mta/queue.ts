import type { Mode } from '../stack/association/events.js';
import type { Resumption } from '../stack/association/service.js';
import type { Attempts } from './retry.js';

/** X.411's priorities; the order in which a queue is served. */
export type QueuePriority = 'urgent' | 'normal' | 'nonUrgent';

const ORDER: readonly QueuePriority[] = ['urgent', 'normal', 'nonUrgent'];

/** As Exchange 2000 and later show a queue's connection. KB Q264054, Q264273. */
export type QueueState = 'active' | 'ready' | 'retry' | 'scheduled' | 'remote' | 'frozen' | 'disabled';

/** What a message, probe or report is to the queue. */
export interface Submission {
  readonly kind: 'message' | 'probe' | 'report';
  readonly priority: QueuePriority;
  /** As text, `[/…/;local-id]`. */
  readonly identifier: string;
  /** The MTS-APDU's TLV. */
  readonly apdu: Uint8Array;
  /** Made by the MTA for itself, such as a routing packet: nobody is told that it could not be delivered. */
  readonly system: boolean;
  /** The peer that it came from; absent where it was submitted here. */
  readonly from?: string;
  /** Sent as it stands, also where the association's mode has another edition of P1: what is to provoke a peer. */
  readonly verbatim?: boolean;
  /** Milliseconds since the epoch, before which it is not transferred: its deferred delivery time, where that is kept here. */
  readonly deferredUntil?: number;
}

/** A transfer that broke off, and what it takes to go on with it. */
export interface Interrupted {
  readonly resumption: Resumption;
  /** Its octets are counted as this mode has them. */
  readonly mode: Mode | undefined;
  /** Ours on the association that was lost: its initiator recovers it. X.228 7.8. */
  readonly role: 'initiator' | 'responder';
  /** How often its recovery was tried in vain, with no answer. */
  readonly attempts: number;
  /** How often it was gone on with from here, and broke off with nothing more confirmed; not at all where absent. */
  readonly resumes?: number;
  /** Of its octets, where these were edited on their way out: with others it is not gone on with. */
  readonly digest?: string;
}

/** One APDU on its way to one destination. */
export interface QueuedItem extends Submission, Attempts {
  /** Counts from 1 in its queue; the order within a priority. */
  readonly place: number;
  /** Milliseconds since the epoch. */
  readonly queuedAt: number;
  interrupted?: Interrupted;
}

/** Hears of every change to a queue before anybody acts on it, to keep it where a crash does not reach. */
export interface QueueJournal {
  /** Where it stands for `earlier`, that one is not there any more. */
  added(item: QueuedItem, earlier?: QueuedItem): void;
  /** `item` stands for `earlier`, of an earlier run. */
  restored(item: QueuedItem, earlier: QueuedItem): void;
  /** Its attempts, or how far its transfer got. */
  changed(item: QueuedItem): void;
  removed(item: QueuedItem): void;
}

/** What an administrator sees of a queue. KB Q264270. */
export interface QueueAccount {
  readonly destination: string;
  readonly state: QueueState;
  /** Items that wait or are being transferred; what is deferred is in none of the counts but its own. */
  readonly length: number;
  readonly octets: number;
  /** When the oldest was queued, or its deferral ended; undefined of an empty queue. */
  readonly oldest: number | undefined;
  /** Items that are held until their deferred delivery time. */
  readonly deferred: number;
  readonly byPriority: Readonly<Record<QueuePriority, number>>;
  /** Since the queue was made. */
  readonly transferred: number;
  readonly nonDelivered: number;
  readonly failedTransfers: number;
}

/** From when an item's age counts: what is deferred does not grow old before its time. Nothing is published on that. */
export function ageFrom({ queuedAt, deferredUntil = queuedAt }: QueuedItem): number {
  return Math.max(queuedAt, deferredUntil);
}

/**
 * The items for one destination. Urgent ones stand before normal ones, these before non-urgent ones; within a priority
 * the order of arrival holds, also for what comes back after a failed transfer. Deferred items stand apart until
 * `release` gives them their places: nothing waits behind them, and nobody is handed one.
 */
export class DestinationQueue {
  readonly destination: string;
  /** Set by the connector, or by an operator. */
  state: QueueState = 'ready';
  #places = 0;
  readonly #waiting: Record<QueuePriority, QueuedItem[]> = { urgent: [], normal: [], nonUrgent: [] };
  readonly #underway = new Set<QueuedItem>();
  /** The next one to be due first. */
  readonly #deferred: QueuedItem[] = [];
  #transferred = 0;
  #nonDelivered = 0;
  #failedTransfers = 0;
  readonly #journal: QueueJournal | undefined;

  constructor(destination: string, journal?: QueueJournal) {
    this.destination = destination;
    this.#journal = journal;
  }

  /** Items that wait or are being transferred, but not those deferred. */
  get length(): number {
    return this.waitingLength + this.#underway.size;
  }

  get waitingLength(): number {
    return ORDER.reduce((sum, priority) => sum + this.#waiting[priority].length, 0);
  }

  add(submission: Submission, now: number): QueuedItem {
    this.#places += 1;
    const item = { ...submission, place: this.#places, queuedAt: now, openRetries: 0, transferRetries: 0 };
    if (ageFrom(item) > now) this.#defer(item);
    else this.#waiting[item.priority].push(item);
    this.#journal?.added(item);
    return item;
  }

  /** When the next deferred item is due; undefined where there is none. */
  get nextRelease(): number | undefined {
    return this.#deferred[0]?.deferredUntil;
  }

  /** Gives the deferred items that are due their places among those that wait. */
  release(now: number): QueuedItem[] {
    const later = this.#deferred.findIndex((item) => ageFrom(item) > now);
    const due = this.#deferred.splice(0, later < 0 ? this.#deferred.length : later);
    for (const item of due) this.#insert(item);
    return due;
  }

  /** What stands first, of the waiting items with one of these priorities. */
  head(priorities: readonly QueuePriority[] = ORDER): QueuedItem | undefined {
    for (const priority of priorities) {
      const [first] = this.#waiting[priority];
      if (first !== undefined) return first;
    }
    return undefined;
  }

  /** Takes what stands first out to be transferred. It counts in the queue's length until it is settled. */
  take(priorities?: readonly QueuePriority[]): QueuedItem | undefined {
    const item = this.head(priorities);
    if (item === undefined) return undefined;
    this.#drop(item);
    this.#underway.add(item);
    return item;
  }

  /** The peer has secured it. */
  settle(item: QueuedItem): void {
    if (!this.#underway.delete(item)) return;
    this.#transferred += 1;
    this.#journal?.removed(item);
  }

  /** It is not transferred at all, as nobody can be reached by it: to be forgotten once that is told. */
  abandon(item: QueuedItem): void {
    if (this.#underway.delete(item)) this.#nonDelivered += 1;
  }

  /** The item with another APDU in its place: there before the one it stands for is gone. */
  amend(item: QueuedItem, apdu: Uint8Array): QueuedItem {
    const amended = { ...item, apdu };
    if (!this.#underway.has(item)) return item;
    this.#underway.add(amended);
    this.#journal?.added(amended, item);
    this.#underway.delete(item);
    this.#journal?.removed(item);
    return amended;
  }

  /** How far the transfer of an item got, as it goes. */
  progressed(item: QueuedItem, interrupted: Interrupted | undefined): void {
    item.interrupted = interrupted;
    this.#journal?.changed(item);
  }

  /** The transfer failed: the item has its old place again. */
  putBack(item: QueuedItem): void {
    if (!this.#underway.delete(item)) return;
    this.#failedTransfers += 1;
    this.#insert(item);
    this.#journal?.changed(item);
  }

  /** Takes waiting and deferred items out for good, as not delivered: each is to be forgotten once that is told. */
  giveUp(which: (item: QueuedItem) => boolean): QueuedItem[] {
    const given = [...this.waiting(), ...this.#deferred].filter(which);
    for (const item of given) this.#drop(item);
    this.#nonDelivered += given.length;
    return given;
  }

  /** What became of an item that was given up has been told, and is kept where it has to be. */
  forget(item: QueuedItem): void {
    this.#journal?.removed(item);
  }

  /** All items: in the order in which they are served, those being transferred in their places; then those deferred. */
  items(): QueuedItem[] {
    return [...this.served(), ...this.#deferred];
  }

  /** The next one to be due first. */
  deferred(): QueuedItem[] {
    return [...this.#deferred];
  }

  /** What waits or is being transferred. */
  served(): QueuedItem[] {
    const underway = [...this.#underway];
    return ORDER.flatMap((priority) =>
      [...this.#waiting[priority], ...underway.filter((item) => item.priority === priority)].sort(
        (a, b) => a.place - b.place,
      ),
    );
  }

  waiting(): QueuedItem[] {
    return ORDER.flatMap((priority) => this.#waiting[priority]);
  }

  /** Takes over the items of another queue, as a restarted MTA does: in their order, with their ages and attempts. */
  restore(items: readonly QueuedItem[]): void {
    for (const item of [...items].sort((a, b) => a.place - b.place)) {
      // The places that they had, as far as these are free: a journal may know them by no others.
      this.#places = Math.max(this.#places + 1, item.place);
      const restored = { ...item, place: this.#places };
      if (item.deferredUntil === undefined) this.#waiting[item.priority].push(restored);
      // Released at once where that is due.
      else this.#defer(restored);
      this.#journal?.restored(restored, item);
    }
  }

  account(): QueueAccount {
    const items = this.served();
    const count = (priority: QueuePriority) => items.filter((item) => item.priority === priority).length;
    return {
      destination: this.destination,
      state: this.state,
      length: items.length,
      octets: items.reduce((sum, { apdu }) => sum + apdu.length, 0),
      oldest: items.reduce<number | undefined>(
        (oldest, item) => Math.min(oldest ?? Number.POSITIVE_INFINITY, ageFrom(item)),
        undefined,
      ),
      deferred: this.#deferred.length,
      byPriority: { urgent: count('urgent'), normal: count('normal'), nonUrgent: count('nonUrgent') },
      transferred: this.#transferred,
      nonDelivered: this.#nonDelivered,
      failedTransfers: this.#failedTransfers,
    };
  }

  #defer(item: QueuedItem): void {
    const before = this.#deferred.findIndex((each) => ageFrom(each) > ageFrom(item));
    this.#deferred.splice(before < 0 ? this.#deferred.length : before, 0, item);
  }

  #insert(item: QueuedItem): void {
    const row = this.#waiting[item.priority];
    const before = row.findIndex(({ place }) => place > item.place);
    row.splice(before < 0 ? row.length : before, 0, item);
  }

  #drop(item: QueuedItem): void {
    for (const row of [this.#waiting[item.priority], this.#deferred]) {
      const at = row.indexOf(item);
      if (at >= 0) row.splice(at, 1);
    }
  }
}
