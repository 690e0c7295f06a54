import type { AssociationService, ServiceEvent } from '../stack/association/service.js';
import type { Clock } from './clock.js';
import type { LinkError } from './error.js';
import type { Link } from './link.js';

/** Milliseconds that a peer has to close its side of a link that this side has closed. */
const LINGER = 30_000;

/** An association that runs on a link. */
export interface Drive {
  /** To be called after the association was used outside of `onEvent`: sends what that made, and sets its timer. */
  pump(): void;
  /** Runs one use of the association, and pumps. */
  use<T>(run: (association: AssociationService) => T): T;
  /** Drops the link at once. */
  destroy(): void;
  /** Settled when the link is gone. */
  readonly done: Promise<LinkError | undefined>;
}

/**
 * Pumps octets between an association and its link, keeps its timer, and closes the link when the association is done
 * with it. `onEvent` may use the association; it is called with one event at a time, in order.
 */
export function drive(
  association: AssociationService,
  link: Link,
  clock: Clock,
  onEvent: (event: ServiceEvent, association: AssociationService) => void,
): Drive {
  let cancelTimer: (() => void) | undefined;
  let cancelLinger: (() => void) | undefined;
  let pumping = false;
  let again = false;
  let over = false;
  let closing = false;
  let resolve: (error: LinkError | undefined) => void = () => {};
  const done = new Promise<LinkError | undefined>((settle) => {
    resolve = settle;
  });

  const step = (): void => {
    for (let events = association.takeEvents(); events.length > 0; events = association.takeEvents()) {
      // What was said before an event is sent before its answer.
      send();
      for (const event of events) onEvent(event, association);
    }
    send();
  };
  const send = (): void => {
    for (const bytes of association.takeOutput()) if (!over) link.send(bytes);
  };
  const schedule = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    const at = association.nextDeadline;
    if (at === undefined || over) return;
    cancelTimer = clock.setTimer(at, () => {
      association.advance(clock.now());
      pump();
    });
  };
  const pump = (): void => {
    again = true;
    if (pumping) return;
    pumping = true;
    try {
      while (again) {
        again = false;
        step();
        // A request brings no time with it: this is the time of its timer.
        if (!over) association.advance(clock.now());
        step();
      }
    } finally {
      pumping = false;
    }
    if (association.wantsClose && !closing && !over) {
      closing = true;
      link.close();
      cancelLinger = clock.setTimer(clock.now() + LINGER, () => link.destroy());
    }
    schedule();
  };
  const gone = (): void => {
    association.disconnected(clock.now());
    pump();
  };

  association.connected(clock.now());
  link.start({
    data(bytes) {
      association.receive(bytes, clock.now());
      pump();
    },
    end() {
      // Class 0 ends with its TCP connection: half of one is of no use. RFC 1006 5.
      gone();
    },
    close(_how, error) {
      over = true;
      cancelLinger?.();
      gone();
      resolve(error);
    },
  });
  pump();
  return {
    pump,
    use(run) {
      try {
        return run(association);
      } finally {
        pump();
      }
    },
    destroy: () => link.destroy(),
    done,
  };
}
