import type { QueuePriority } from './queue.js';

/** How a connector retries. All times in milliseconds. */
export interface RetryOptions {
  /** Failed openings that are followed by another one; after these the message is not delivered. */
  readonly maxOpenRetries: number;
  readonly openInterval: number;
  /** Failed transfers of a message on associations that did open, before the connector waits as for an opening. */
  readonly maxTransferRetries: number;
  readonly transferInterval: number;
  /** How long an association may be idle before its initiator releases it. */
  readonly associationLifetime: number;
  /** Queued messages to an association; beyond that another one is opened. */
  readonly threshold: number;
  readonly maxAssociations: number;
  /** Beside these, for urgent messages and reports. */
  readonly maxUrgentAssociations: number;
  /** How old a message may become. */
  readonly messageTimeout: Readonly<Record<QueuePriority, number>>;
  /** How long the answer to the end of an association is awaited, before TCP is closed. */
  readonly disconnectTimeout: number;
  /** How long the answer is awaited to an opening that recovers a session connection. */
  readonly recoveryTimeout: number;
  /** Within which a transfer has to be secured, for each 1024 octets of the APDU or part of them. */
  readonly transferTimeout: Readonly<Record<QueuePriority, number>>;
}

/** What an MTA does with a message of another domain's that is deferred: it goes on at once, or is held until its time. */
export type Deferral = 'relay' | 'hold';

const SECOND = 1000;
const DAY = 86_400 * SECOND;

/** Octets to which a transfer timeout applies: the connector's are in seconds per K. */
const K = 1024;

/** The X.400 connector's defaults; Microsoft KB Q157630, Q234157, Q178539, Q194589, and aa997828 for 2003. */
export const connectorDefaults: RetryOptions = {
  maxOpenRetries: 144,
  openInterval: 600 * SECOND,
  maxTransferRetries: 2,
  transferInterval: 120 * SECOND,
  associationLifetime: 300 * SECOND,
  threshold: 50,
  maxAssociations: 9,
  maxUrgentAssociations: 1,
  messageTimeout: { urgent: 2 * DAY, normal: 7 * DAY, nonUrgent: 10 * DAY },
  disconnectTimeout: 120 * SECOND,
  recoveryTimeout: 60 * SECOND,
  transferTimeout: { urgent: 1000 * SECOND, normal: 2000 * SECOND, nonUrgent: 3000 * SECOND },
};

export type RetryCause = 'open' | 'transfer';

/** What has been tried for one queued item. */
export interface Attempts {
  /** Waits for an opening that it has been through. */
  openRetries: number;
  /** Failed transfers since the last of these waits. */
  transferRetries: number;
}

/** The state of a connector's retries. Time comes in; nothing waits here. KB Q157630. */
export class RetryModel {
  readonly options: RetryOptions;
  #waitingUntil: number | undefined;
  #cause: RetryCause | undefined;

  constructor(options: Partial<RetryOptions> = {}) {
    this.options = { ...connectorDefaults, ...options };
  }

  /** When to try again; undefined where nothing is waited for. */
  get nextRetry(): number | undefined {
    return this.#waitingUntil;
  }

  get cause(): RetryCause | undefined {
    return this.#cause;
  }

  /** An association could not be opened: everything that waits goes through the wait. */
  openFailed(now: number, waiting: Iterable<Attempts>): void {
    // Several associations that fail together are one failure.
    if (this.#cause === 'open') return;
    for (const attempts of waiting) {
      attempts.openRetries += 1;
      attempts.transferRetries = 0;
    }
    this.#wait('open', now + this.options.openInterval);
  }

  /** The association opened, but the transfer failed: tried again shortly, then as if the opening had failed. */
  transferFailed(now: number, failed: Attempts, waiting: Iterable<Attempts>): void {
    failed.transferRetries += 1;
    if (failed.transferRetries > this.options.maxTransferRetries) {
      this.openFailed(now, waiting);
      return;
    }
    // A longer wait that has begun stands.
    if (this.#cause === 'open') return;
    this.#wait('transfer', now + this.options.transferInterval);
  }

  /** The wait is over, or is cut short. */
  resume(): void {
    this.#waitingUntil = undefined;
    this.#cause = undefined;
  }

  /** Whether an item has had all its retries. */
  exhausted(attempts: Attempts): boolean {
    return attempts.openRetries > this.options.maxOpenRetries;
  }

  /** Whether an item is too old. */
  expired(priority: QueuePriority, queuedAt: number, now: number): boolean {
    return now - queuedAt >= this.options.messageTimeout[priority];
  }

  /** Milliseconds within which an APDU of so many octets has to be secured. KB Q234157. */
  transferTime(priority: QueuePriority, octets: number): number {
    return Math.max(1, Math.ceil(octets / K)) * this.options.transferTimeout[priority];
  }

  /** Associations of our own wanted for that many waiting items. KB Q194589. */
  associationsFor(waiting: number): number {
    const { threshold, maxAssociations } = this.options;
    return Math.min(maxAssociations, Math.ceil(waiting / threshold));
  }

  #wait(cause: RetryCause, until: number): void {
    this.#cause = cause;
    this.#waitingUntil = until;
  }
}
