import type { Limits } from '../ber/limits.js';
import type { LinkEvent, LinkOpened } from '../link/events.js';
import { type BrokenTransferLimits, BrokenTransfers } from '../stack/association/broken-transfers.js';
import type { AssociationEvent, UserTypes } from '../stack/association/events.js';
import { AssociationObserver } from '../stack/association/observer.js';

export interface ObserveOptions {
  readonly types: UserTypes;
  readonly limits?: Partial<Limits>;
  /** What is kept of transfers that broke off, until they go on in another connection. */
  readonly broken?: Partial<BrokenTransferLimits>;
}

/** What an observer of several connections tells: a connection opens, then its association's events. */
export type ObservedEvent = LinkOpened | AssociationEvent;

/**
 * From link events to association events, for any number of interleaved connections: the one way in for live links,
 * transcripts and captures. Push the events in order, then `end`.
 */
export class ConversationObserver {
  readonly #options: ObserveOptions;
  readonly #open = new Map<number, AssociationObserver>();
  readonly #broken: BrokenTransfers;
  #time = 0;

  constructor(options: ObserveOptions) {
    this.#options = options;
    this.#broken = new BrokenTransfers(options.broken);
  }

  push(event: LinkEvent): ObservedEvent[] {
    const events = this.#observe(event);
    const late = this.#broken.told();
    return late.length === 0 ? events : [...late, ...events];
  }

  #observe(event: LinkEvent): ObservedEvent[] {
    this.#time = event.time;
    const { connection } = event;
    if (event.kind === 'open') {
      const { types, limits } = this.#options;
      const { startLost } = event;
      const broken = this.#broken;
      this.#open.set(connection, new AssociationObserver({ connection, types, limits, startLost, broken }));
      return [event];
    }
    const observer = this.#open.get(connection);
    if (observer === undefined) return [];
    if (event.kind === 'data') {
      const { direction, octets, time, lostBefore = 0 } = event;
      if (lostBefore === 0) return observer.push(direction, octets, time);
      return [...observer.gap(direction, lostBefore, time), ...observer.push(direction, octets, time)];
    }
    const events = observer.close(event.how, event.time, event.direction);
    if (events.some(({ kind }) => kind === 'end')) this.#open.delete(connection);
    return events;
  }

  /** The source has ended: what is still open was not seen to its end. */
  end(): ObservedEvent[] {
    const events = [...this.#open.values()].flatMap((observer) => observer.close('lost', this.#time));
    this.#open.clear();
    this.#broken.end();
    return [...events, ...this.#broken.told()];
  }
}

/** The same over a whole source. */
export async function* observe(
  source: AsyncIterable<LinkEvent> | Iterable<LinkEvent>,
  options: ObserveOptions,
): AsyncGenerator<ObservedEvent> {
  const observer = new ConversationObserver(options);
  for await (const event of source) yield* observer.push(event);
  yield* observer.end();
}
