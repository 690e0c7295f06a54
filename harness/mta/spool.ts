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
  /**
   * What `care` puts into queues comes of the APDU received last: behind a crash it is there, together with that, if its
   * transfer was completed or `taken` was called; else none of it is, and the transfer comes again. Where a spool does not
   * know the two, some of it may be there twice.
   */
  caring?(care: () => void): void;
  /** All that had to be done about the APDU received last has been done. */
  taken?(): void;
  readonly transfers: TransferStore;
  readonly connections: ConnectionBook;
}
