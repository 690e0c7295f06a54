import { type Direction, opposite } from '../stack/direction.js';
import type { Clock } from './clock.js';
import type { Endpoint, LinkEvent } from './events.js';
import type { Link } from './link.js';
import type { LinkSink } from './recorder.js';

/** Milliseconds that a receiver has for what was sent before a reset, ahead of the reset. */
const LAST_OCTETS = 2_000;
const LOOK_AGAIN = 10;

export interface RelayOptions {
  /** The number of the connection in the recording. */
  readonly connection: number;
  readonly clock: Clock;
  /** Has every event before it is passed on. Where it throws, nothing more is passed. */
  readonly sink: LinkSink;
  /** What the sink threw; both links are then dropped. */
  readonly onFault?: (error: unknown) => void;
  /** Both links are gone. Called once. */
  readonly onGone?: () => void;
  /** The one who called, and the one who was called; as the links have them, if absent. */
  readonly initiator?: Endpoint;
  readonly responder?: Endpoint;
}

/** One direction of a relay. */
interface Way {
  readonly from: Link;
  readonly to: Link;
  /** The sender's FIN was passed on. */
  ended: boolean;
  /** `from` is gone. */
  gone: boolean;
  octets: number;
  mostUnsent: number;
}

/**
 * Joins two links: what comes on one goes out on the other, octet for octet, FIN for FIN, RST for RST. It reads no
 * faster than the other side takes, so that a slow side slows the other and nothing piles up here.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #ways: Readonly<Record<Direction, Way>>;
  /** Nothing is passed any more. */
  #cut = false;
  #isGone = false;
  #cancelLast: (() => void) | undefined;

  /** Neither link has been started; `caller` was accepted, `called` was opened. */
  constructor(caller: Link, called: Link, options: RelayOptions) {
    this.#options = options;
    this.#ways = { i2r: way(caller, called), r2i: way(called, caller) };
    const { initiator = caller.remoteEndpoint, responder = called.remoteEndpoint, connection, clock } = options;
    if (!this.#tell({ kind: 'open', connection, time: clock.now(), initiator, responder })) return;
    this.#start('i2r');
    this.#start('r2i');
  }

  /** Octets passed on so far. */
  octets(direction: Direction): number {
    return this.#ways[direction].octets;
  }

  /** The most octets of that direction that stood here at a time. */
  mostUnsent(direction: Direction): number {
    return this.#ways[direction].mostUnsent;
  }

  /** Drops both links; the recording says that it ended first. */
  stop(): void {
    if (!this.#cut && !this.#isOver) {
      const { connection, clock } = this.#options;
      this.#tell({ kind: 'close', connection, how: 'lost', time: clock.now() });
    }
    this.#drop();
  }

  get #isOver(): boolean {
    return this.#ways.i2r.ended && this.#ways.r2i.ended;
  }

  #start(direction: Direction): void {
    this.#ways[direction].from.start({
      data: (bytes) => this.#pass(direction, bytes),
      end: () => this.#end(direction),
      close: (how) => this.#closed(direction, how),
      // There is room again for what the other side sends.
      drain: () => {
        if (!this.#cut) this.#ways[opposite(direction)].from.resume?.();
      },
    });
  }

  #pass(direction: Direction, octets: Uint8Array): void {
    const way = this.#ways[direction];
    const { connection, clock } = this.#options;
    if (this.#cut || way.ended || octets.length === 0) return;
    if (!this.#tell({ kind: 'data', connection, direction, time: clock.now(), octets })) return;
    way.octets += octets.length;
    const room = way.to.send(octets);
    way.mostUnsent = Math.max(way.mostUnsent, way.to.unsent ?? 0);
    if (!room) way.from.pause?.();
  }

  #end(direction: Direction): void {
    const way = this.#ways[direction];
    const { connection, clock } = this.#options;
    if (this.#cut || way.ended) return;
    way.ended = true;
    if (this.#tell({ kind: 'close', connection, direction, how: 'end', time: clock.now() })) way.to.close();
  }

  #closed(direction: Direction, how: 'end' | 'reset'): void {
    const way = this.#ways[direction];
    if (way.gone) return;
    way.gone = true;
    if (!this.#cut && how === 'reset') this.#reset(direction);
    if (this.#ways.i2r.gone && this.#ways.r2i.gone) this.#gone();
  }

  /** What was passed before the reset comes before it, as it would without us; TCP itself may still lose it. */
  #reset(direction: Direction): void {
    const { to } = this.#ways[direction];
    const { connection, clock } = this.#options;
    this.#cut = true;
    to.pause?.();
    const event: LinkEvent = { kind: 'close', connection, direction, how: 'reset', time: clock.now() };
    if (!this.#isOver && !this.#tell(event)) return;
    const until = clock.now() + LAST_OCTETS;
    const look = () => {
      if ((to.unsent ?? 0) === 0 || clock.now() >= until) to.destroy();
      else this.#cancelLast = clock.setTimer(clock.now() + LOOK_AGAIN, look);
    };
    look();
  }

  /** False, and both links dropped, where it could not be told. */
  #tell(event: LinkEvent): boolean {
    try {
      this.#options.sink(event);
      return true;
    } catch (error) {
      this.#drop();
      this.#options.onFault?.(error);
      return false;
    }
  }

  #drop(): void {
    this.#cut = true;
    this.#cancelLast?.();
    for (const each of Object.values(this.#ways)) {
      each.gone = true;
      each.from.destroy();
    }
    this.#gone();
  }

  #gone(): void {
    this.#cancelLast?.();
    if (this.#isGone) return;
    this.#isGone = true;
    this.#options.onGone?.();
  }
}

function way(from: Link, to: Link): Way {
  return { from, to, ended: false, gone: false, octets: 0, mostUnsent: 0 };
}
