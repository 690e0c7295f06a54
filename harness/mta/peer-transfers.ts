import type { TransferKey, TransferStore } from '../stack/association/service.js';

/**
 * The transfers of one peer, in a store that holds those of all. A peer chooses the names of its connections itself, and
 * learns those of others: what it says of a transfer holds for its own.
 */
export function transfersOf(peer: () => string | undefined, store: TransferStore): TransferStore {
  const own = ({ connection, activity }: TransferKey): TransferKey => ({
    connection: `${Buffer.from(peer() ?? '').toString('hex')}:${connection}`,
    activity,
  });
  return {
    secure: (key, serial, octets) => store.secure(own(key), serial, octets),
    resumed: (key, by, serial) => store.resumed(own(key), own(by), serial),
    completed: (key) => store.completed(own(key)),
    discarded: (key) => store.discarded(own(key)),
    find: (key) => store.find(own(key)),
  };
}
