import type { TransferStore } from '../stack/association/service.js';
import { MemoryTransferStore } from '../stack/rtse/transfer-store.js';
import { type ConnectionBook, MemoryConnectionBook } from './connection-book.js';
import type { QueuedItem, QueueJournal } from './queue.js';
import type { ReceivedApdu } from './received.js';
import type { Spool } from './spool.js';

/** What was written to a spool, once it stands. */
export type SpoolWrite =
  | (QueueEntry & { readonly what: 'added' | 'changed' | 'removed' })
  /** What came from `peer`, and with it what was put into queues because of it. */
  | {
      readonly what: 'taken';
      readonly peer: string;
      readonly apdu: ReceivedApdu;
      readonly added: readonly QueueEntry[];
    }
  | { readonly what: 'transfer' | 'connection' };

/** An item, and whose queue it is in. */
export interface QueueEntry {
  readonly peer: string;
  readonly item: QueuedItem;
}

export interface MemorySpoolOptions {
  /** What an earlier one held. */
  readonly earlier?: MemorySpool;
  /** Of transfers that come in, and the connections that they come on: all of it, or nothing. */
  readonly transfers?: 'kept' | 'lost';
  /** Whether the MTA that writes is still there; it always is where absent. */
  readonly isAlive?: () => boolean;
  readonly wrote?: (write: SpoolWrite) => void;
}

/** An item as the journal last heard of it. */
interface Entry {
  readonly peer: string;
  state: QueuedItem;
}

/** What is being taken: none of it is there yet. */
interface Taking {
  readonly peer: string;
  readonly apdu: ReceivedApdu;
  added: readonly QueueEntry[];
}

/**
 * A spool that survives the MTA which writes it, as one on disk does: it holds what it was told and no object of the
 * MTA's. The MTA may end behind any write; what it still does in the same breath is written nowhere. What comes of a
 * transfer is one write, and the same one by which that transfer is completed.
 */
export class MemorySpool implements Spool {
  readonly transfers: TransferStore;
  readonly connections: ConnectionBook;
  readonly #options: MemorySpoolOptions;
  readonly #entries: Set<Entry>;
  readonly #entryOf = new WeakMap<QueuedItem, Entry>();
  readonly #kept: { readonly transfers: MemoryTransferStore; readonly connections: MemoryConnectionBook };
  #taking: Taking | undefined;
  #isCaring = false;

  constructor(options: MemorySpoolOptions = {}) {
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
    return {
      added: (item: QueuedItem, earlier?: QueuedItem) => {
        const entry = earlier && this.#entryOf.get(earlier);
        if (earlier === undefined || entry === undefined) {
          if (this.#isCaring && this.#taking !== undefined)
            this.#taking.added = [...this.#taking.added, { peer, item }];
          else this.#write({ what: 'added', peer, item }, () => this.#add({ peer, item }));
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
        else if (this.#taking !== undefined)
          this.#taking.added = this.#taking.added.filter((each) => each.item !== item);
      },
    };
  }

  received(apdu: ReceivedApdu, peer: string): void {
    this.taken();
    this.#taking = { peer, apdu, added: [] };
  }

  caring(care: () => void): void {
    this.#isCaring = true;
    try {
      care();
    } finally {
      this.#isCaring = false;
    }
  }

  taken(): void {
    if (this.#taking !== undefined) this.#take(() => {});
  }

  /** What is being taken is there from now on, together with what `complete` writes. */
  #take(complete: () => void): void {
    const taking = this.#taking;
    this.#taking = undefined;
    this.#write(taking === undefined ? { what: 'transfer' } : { what: 'taken', ...taking }, () => {
      for (const each of taking?.added ?? []) this.#add(each);
      complete();
    });
  }

  #add({ peer, item }: QueueEntry): void {
    const entry = { peer, state: { ...item } };
    this.#entries.add(entry);
    this.#entryOf.set(item, entry);
  }

  #write(write: SpoolWrite, run: () => void): void {
    if (this.#options.isAlive?.() === false) return;
    run();
    this.#options.wrote?.(write);
  }

  #mortalTransfers(): TransferStore {
    const { transfers } = this.#kept;
    const write = (run: () => void) => this.#write({ what: 'transfer' }, run);
    return {
      secure: (key, serial, octets) => write(() => transfers.secure(key, serial, octets)),
      resumed: (key, by, serial) => write(() => transfers.resumed(key, by, serial)),
      completed: (key) => this.#take(() => transfers.completed(key)),
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
