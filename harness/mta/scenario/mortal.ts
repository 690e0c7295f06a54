import type { Clock } from '../../link/clock.js';
import type { Link } from '../../link/link.js';
import type { Spool } from '../spool.js';

/** What an MTA has for as long as it lives. */
export interface Life {
  readonly isAlive: () => boolean;
  /** Takes what is thrown where nobody else would: a timer and a link have nobody to throw to. */
  readonly onFault: (fault: unknown) => void;
}

/** Timers of one that has ended do not run. */
export function mortalClock(clock: Clock, { isAlive, onFault }: Life): Clock {
  return {
    now: () => clock.now(),
    setTimer: (at, fn) =>
      clock.setTimer(at, () => {
        if (isAlive()) caught(fn, onFault);
      }),
  };
}

/** One that has ended writes nothing, though it goes on for a breath. */
export function mortalSpool(spool: Spool, { isAlive }: Life): Spool {
  const write = (run: () => void): void => {
    if (isAlive()) run();
  };
  const { transfers, connections } = spool;
  const caring = spool.caring?.bind(spool);
  return {
    queues: () => spool.queues(),
    journal: (peer) => {
      const journal = spool.journal(peer);
      return {
        added: (item, earlier) => write(() => journal.added(item, earlier)),
        restored: (item, earlier) => write(() => journal.restored(item, earlier)),
        changed: (item) => write(() => journal.changed(item)),
        removed: (item) => write(() => journal.removed(item)),
      };
    },
    received: (apdu, peer) => write(() => spool.received(apdu, peer)),
    ...(caring === undefined ? {} : { caring: (care) => (isAlive() ? caring(care) : care()) }),
    taken: () => write(() => spool.taken?.()),
    transfers: {
      secure: (key, serial, octets) => write(() => transfers.secure(key, serial, octets)),
      resumed: (key, by, serial) => write(() => transfers.resumed(key, by, serial)),
      completed: (key) => write(() => transfers.completed(key)),
      discarded: (key) => write(() => transfers.discarded(key)),
      find: (key) => transfers.find(key),
    },
    connections: {
      opened: (key, peer) => write(() => connections.opened(key, peer)),
      released: (key) => write(() => connections.released(key)),
      peerOf: (key) => connections.peerOf(key),
    },
  };
}

/** A link whose user's faults are told. `onGone` is called when nothing more will come of it; perhaps twice. */
export function guardedLink(link: Link, onFault: (fault: unknown) => void, onGone: () => void = () => {}): Link {
  return {
    localEndpoint: link.localEndpoint,
    remoteEndpoint: link.remoteEndpoint,
    opened: link.opened,
    start: (handlers) =>
      link.start({
        data: (bytes) => caught(() => handlers.data(bytes), onFault),
        end: () => caught(() => handlers.end(), onFault),
        close: (how, error) => {
          onGone();
          caught(() => handlers.close(how, error), onFault);
        },
        drain: () => caught(() => handlers.drain?.(), onFault),
      }),
    send: (bytes) => link.send(bytes),
    close: () => link.close(),
    destroy: () => {
      onGone();
      link.destroy();
    },
  };
}

function caught(run: () => void, onFault: (fault: unknown) => void): void {
  try {
    run();
  } catch (fault) {
    onFault(fault);
  }
}
