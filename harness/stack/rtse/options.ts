import type { ActivityReason } from './terms.js';

export interface RtseOptions {
  readonly role: 'initiator' | 'responder';
  /** Octets of a received value that are kept. */
  readonly collectLimit: number;
  /** Whether this side owns every session token. */
  readonly ownsTokens: () => boolean;
}

/** What the machine waits for from the peer; a change starts the timer of its kind anew. */
export interface Awaiting {
  readonly timer: 'transfer' | 'release';
  readonly what: string;
}

/** Reason codes of ED, AI and AD. X.225 8.3.28.4. */
export const ACTIVITY_REASONS: Readonly<Record<ActivityReason, number>> = {
  unspecified: 0,
  receivingAbilityJeopardized: 1,
  sequenceError: 3,
  localUserError: 5,
  unrecoverableProcedureError: 6,
  demandDataToken: 128,
};
