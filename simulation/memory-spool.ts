import { type ConnectionBook, MemoryConnectionBook } from '../harness/mta/connection-book.js';
import type { QueuedItem, QueueJournal } from '../harness/mta/queue.js';
import type { ReceivedApdu } from '../harness/mta/received.js';
import type { Spool } from '../harness/mta/spool.js';
import type { TransferStore } from '../harness/stack/association/service.js';
import { MemoryTransferStore } from '../harness/stack/rtse/transfer-store.js';

/** What was written, once it stands. */
export type Write =
  | { readonly what: 'added' | 'changed' | 'removed'; readonly peer: string; readonly item: QueuedItem }
  | { readonly what: 'received'; readonly peer: string; readonly apdu: ReceivedApdu }
  | { readonly what: 'transfer' | 'connection' };

export interface SpoolOptions {
  /** What an earlier one held. */
  readonly earlier?: MemorySpool;
  /** Of transfers that come in, and the connections that they come on: all of it, or nothing. */
  readonly transfers?: 'kept' | 'lost';
  /** Whether the MTA that writes is still there. */
  readonly isAlive: () => boolean;
  readonly wrote: (write: Write) => void;
}

/** An item as the journal last heard of it. */
interface Entry {
  readonly peer: string;
  state: QueuedItem;
}

/**
 * A spool that survives the MTA which writes it, as one on disk does: it holds what it was told and no object of the
 * MTA's. The MTA may end behind any write; what it still does in the same breath is written nowhere.
 */
export class MemorySpool implements Spool {
  readonly transfers: TransferStore;
  readonly connections: ConnectionBook;
  readonly #options: SpoolOptions;
  readonly #entries: Set<Entry>;
  readonly #entryOf = new WeakMap<QueuedItem, Entry>();
  readonly #kept: { readonly transfers: MemoryTransferStore; readonly connections: MemoryConnectionBook };

  constructor(options: SpoolOptions) {
    const { earlier, transfers } = options;
    this.#options = options;
    this.#entries = new Set([...(earlier === undefined ? [] : earlier.#entries)].map((entry) => ({ ...entry })));
    this.#kept =
      earlier !== undefined && transfers === 'kept'
        ? earlier.#kept
        : { transfers: new MemoryTransferStore(), connections: new MemoryConnectionBook() };
    this.transfers = this.#mortalTransfers();
    this.connections = this.#mortalConnections();
  }

  queues(): ReadonlyMap<string, readonly QueuedItem[]> {
    const queues = new Map<string, QueuedItem[]>();
    for (const entry of this.#entries) {
      const item = { ...entry.state };
      this.#entryOf.set(item, entry);
      queues.set(entry.peer, [...(queues.get(entry.peer) ?? []), item]);
    }
    return queues;
  }

  journal(peer: string): QueueJournal {
    const add = (item: QueuedItem): void => {
      const entry = { peer, state: { ...item } };
      this.#entries.add(entry);
      this.#entryOf.set(item, entry);
    };
    return {
      added: (item: QueuedItem, earlier?: QueuedItem) => {
        const entry = earlier && this.#entryOf.get(earlier);
        if (earlier === undefined || entry === undefined) {
          this.#write({ what: 'added', peer, item }, () => add(item));
          return;
        }
        // It stands in the place of another, which is gone with the same write.
        this.#write({ what: 'changed', peer, item }, () => {
          entry.state = { ...item };
          this.#entryOf.set(item, entry);
          this.#entryOf.delete(earlier);
        });
      },
      restored: (item, earlier) => {
        const entry = this.#entryOf.get(earlier);
        if (entry === undefined) throw new Error(`an item is restored that ${peer} was never owed`);
        entry.state = { ...item };
        this.#entryOf.set(item, entry);
      },
      changed: (item) =>
        this.#write({ what: 'changed', peer, item }, () => {
          const entry = this.#entryOf.get(item);
          if (entry !== undefined) entry.state = { ...item };
        }),
      removed: (item) => {
        const entry = this.#entryOf.get(item);
        if (entry !== undefined) this.#write({ what: 'removed', peer, item }, () => this.#entries.delete(entry));
      },
    };
  }

  received(apdu: ReceivedApdu, peer: string): void {
    this.#write({ what: 'received', peer, apdu }, () => {});
  }

  #write(write: Write, run: () => void): void {
    if (!this.#options.isAlive()) return;
    run();
    this.#options.wrote(write);
  }

  #mortalTransfers(): TransferStore {
    const { transfers } = this.#kept;
    const write = (run: () => void) => this.#write({ what: 'transfer' }, run);
    return {
      secure: (key, serial, octets) => write(() => transfers.secure(key, serial, octets)),
      resumed: (key, by, serial) => write(() => transfers.resumed(key, by, serial)),
      completed: (key) => write(() => transfers.completed(key)),
      discarded: (key) => write(() => transfers.discarded(key)),
      find: (key) => transfers.find(key),
    };
  }

  #mortalConnections(): ConnectionBook {
    const { connections } = this.#kept;
    const write = (run: () => void) => this.#write({ what: 'connection' }, run);
    return {
      opened: (key, peer) => write(() => connections.opened(key, peer)),
      released: (key) => write(() => connections.released(key)),
      peerOf: (key) => connections.peerOf(key),
    };
  }
}
