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
}

/** One APDU on its way to one destination. */
export interface QueuedItem extends Submission, Attempts {
  /** Counts from 1 in its queue; the order within a priority. */
  readonly place: number;
  /** Milliseconds since the epoch. */
  readonly queuedAt: number;
}

/** What an administrator sees of a queue. KB Q264270. */
export interface QueueAccount {
  readonly destination: string;
  readonly state: QueueState;
  /** Items that wait or are being transferred. */
  readonly length: number;
  readonly octets: number;
  /** When the oldest was queued; undefined of an empty queue. */
  readonly oldest: number | undefined;
  readonly byPriority: Readonly<Record<QueuePriority, number>>;
  /** Since the queue was made. */
  readonly transferred: number;
  readonly nonDelivered: number;
  readonly failedTransfers: number;
}

/**
 * The items for one destination. Urgent ones stand before normal ones, these before non-urgent ones; within a priority
 * the order of arrival holds, also for what comes back after a failed transfer.
 */
export class DestinationQueue {
  readonly destination: string;
  /** Set by the connector, or by an operator. */
  state: QueueState = 'ready';
  #places = 0;
  readonly #waiting: Record<QueuePriority, QueuedItem[]> = { urgent: [], normal: [], nonUrgent: [] };
  readonly #underway = new Set<QueuedItem>();
  #transferred = 0;
  #nonDelivered = 0;
  #failedTransfers = 0;

  constructor(destination: string) {
    this.destination = destination;
  }

  /** Items that wait or are being transferred. */
  get length(): number {
    return this.waitingLength + this.#underway.size;
  }

  get waitingLength(): number {
    return ORDER.reduce((sum, priority) => sum + this.#waiting[priority].length, 0);
  }

  add(submission: Submission, now: number): QueuedItem {
    this.#places += 1;
    const item = { ...submission, place: this.#places, queuedAt: now, openRetries: 0, transferRetries: 0 };
    this.#waiting[item.priority].push(item);
    return item;
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
    if (this.#underway.delete(item)) this.#transferred += 1;
  }

  /** The transfer failed: the item has its old place again. */
  putBack(item: QueuedItem): void {
    if (!this.#underway.delete(item)) return;
    this.#failedTransfers += 1;
    const row = this.#waiting[item.priority];
    const before = row.findIndex(({ place }) => place > item.place);
    row.splice(before < 0 ? row.length : before, 0, item);
  }

  /** Takes waiting items out for good, as not delivered. */
  giveUp(which: (item: QueuedItem) => boolean): QueuedItem[] {
    const given = this.waiting().filter(which);
    for (const item of given) this.#drop(item);
    this.#nonDelivered += given.length;
    return given;
  }

  /** All items in the order in which they are served; those being transferred have their places. */
  items(): QueuedItem[] {
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
      this.#places += 1;
      this.#waiting[item.priority].push({ ...item, place: this.#places });
    }
  }

  account(): QueueAccount {
    const items = this.items();
    const count = (priority: QueuePriority) => items.filter((item) => item.priority === priority).length;
    return {
      destination: this.destination,
      state: this.state,
      length: items.length,
      octets: items.reduce((sum, { apdu }) => sum + apdu.length, 0),
      oldest: items.reduce<number | undefined>(
        (oldest, { queuedAt }) => Math.min(oldest ?? queuedAt, queuedAt),
        undefined,
      ),
      byPriority: { urgent: count('urgent'), normal: count('normal'), nonUrgent: count('nonUrgent') },
      transferred: this.#transferred,
      nonDelivered: this.#nonDelivered,
      failedTransfers: this.#failedTransfers,
    };
  }

  #drop(item: QueuedItem): void {
    const row = this.#waiting[item.priority];
    const at = row.indexOf(item);
    if (at >= 0) row.splice(at, 1);
  }
}
