import type { Mta } from '../engine.js';
import type { QueueAccount } from '../queue.js';
import type { RetryCause } from '../retry.js';

/** What an operator sees of one peer. */
export interface ConnectorOverview extends QueueAccount {
  /** Milliseconds since the epoch; undefined where nothing is waited for. */
  readonly nextRetry: number | undefined;
  readonly retryCause: RetryCause | undefined;
  /** Associations that are open: begun by the peer, and by us. */
  readonly inbound: number;
  readonly outbound: number;
}

/** The queues of an MTA, as they stand. */
export function overview(mta: Mta): ConnectorOverview[] {
  return mta.connectors.map(({ queue, retry, associations }) => {
    const open = associations.filter(({ isOpen }) => isOpen);
    const outbound = open.filter(({ role }) => role === 'initiator').length;
    return {
      ...queue.account(),
      nextRetry: retry.nextRetry,
      retryCause: retry.cause,
      inbound: open.length - outbound,
      outbound,
    };
  });
}
