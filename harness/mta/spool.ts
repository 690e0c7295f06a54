import type { TransferStore } from '../stack/association/service.js';
import type { ConnectionBook } from './connection-book.js';
import type { QueuedItem, QueueJournal } from './queue.js';
import type { ReceivedApdu } from './received.js';

/**
 * What an MTA keeps where a crash does not reach: what it has taken responsibility for, and how far it got. All of it is
 * written before what depends on it is said to a peer.
 */
export interface Spool {
  /** The queues of an earlier run, by peer. */
  queues(): ReadonlyMap<string, readonly QueuedItem[]>;
  journal(peer: string): QueueJournal;
  /** An APDU came and will be acknowledged. */
  received(apdu: ReceivedApdu, peer: string): void;
  readonly transfers: TransferStore;
  readonly connections: ConnectionBook;
}
