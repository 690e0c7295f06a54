import type { TransferStore } from './recovery.js';
import type { ExceptionAction } from './service.js';

export interface RtseOptions {
  readonly role: 'initiator' | 'responder';
  /** Octets of a received value that are kept, here and in the store. */
  readonly collectLimit: number;
  /** Whether this side owns every session token. */
  readonly ownsTokens: () => boolean;
  /** Where received transfers are kept to be resumed; none are where it is absent. */
  readonly store?: TransferStore;
  /** Other reactions to exceptions than those of X.410 4.5.2, by code. */
  readonly onException?: Readonly<Record<number, ExceptionAction>>;
}

/** What the machine waits for from the peer; a change starts the timer of its kind anew. */
export interface Awaiting {
  readonly timer: 'transfer' | 'release';
  readonly what: string;
}

/** The time within which a transfer has to be secured; it runs on whatever happens to it. X.218 9.3.1.2. */
export interface TransferDeadline {
  /** Tells one transfer from the next. */
  readonly key: string;
  readonly milliseconds: number;
}
