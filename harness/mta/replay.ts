import { concat } from '../ber/octets.js';
import type { VirtualClock } from '../link/clock.js';
import type { Endpoint, LinkEvent } from '../link/events.js';
import type { Link } from '../link/link.js';
import { type MemoryOptions, memoryPair } from '../link/memory.js';
import type { Direction } from '../stack/direction.js';
import type { Mta } from './engine.js';

export interface ReplayOptions {
  readonly events: Iterable<LinkEvent>;
  /** Which endpoint of the recording the MTA stands for. */
  readonly side: Endpoint;
  /** Stands where it stood when the recording began, or before. */
  readonly clock: VirtualClock;
  /** Makes the MTA, and has its users submit at `clock`'s times what they did. It reaches all peers by `connect`. */
  readonly make: (connect: () => Promise<Link>) => Mta;
  /** Cuts what passes either way; as it was recorded if absent. */
  readonly cut?: MemoryOptions['chunk'];
}

/** What an MTA sends at one place: an octet, the end of its sending, or nothing. */
export type Sent = number | 'end' | undefined;

/** The first place where an MTA differs from its recording. */
export interface ReplayMismatch {
  readonly connection: number;
  /** The MTA's own. */
  readonly direction: Direction;
  /** Counts from the first octet of that direction. */
  readonly offset: number;
  readonly expected: Sent;
  readonly actual: Sent;
}

/**
 * Plays all that the others sent in a recording to an MTA, at its times, and compares every octet that the MTA sends.
 * What the others sent waits for what the MTA had sent before it. Gives the first difference, or nothing.
 */
export async function feedRecording(options: ReplayOptions): Promise<ReplayMismatch | undefined> {
  const { clock } = options;
  const feed = new Feed(options);
  try {
    for (const time of feed.times) {
      await clock.advanceToAsync(time);
      if (feed.mismatch !== undefined) break;
    }
    return feed.mismatch ?? feed.missing();
  } finally {
    feed.mta.kill();
  }
}

/** One recorded connection, as the feed has it. */
interface Line {
  readonly connection: number;
  /** The MTA's. */
  readonly direction: Direction;
  readonly expected: Uint8Array;
  /** Octets of the MTA that have come. */
  taken: number;
  /** Those of them that the recording has come to. */
  passed: number;
  ended: boolean;
  /** The others' end of it, once it is open. */
  link: Link | undefined;
}

class Feed {
  readonly mta: Mta;
  /** When something of the recording happened, ascending. */
  readonly times: readonly number[];
  mismatch: ReplayMismatch | undefined;
  readonly #options: ReplayOptions;
  readonly #events: readonly LinkEvent[];
  readonly #lines = new Map<number, Line>();
  /** Connections that the MTA is still to open, in order. */
  readonly #toOpen: Line[] = [];
  #next = 0;

  constructor(options: ReplayOptions) {
    const { clock } = options;
    this.#options = options;
    this.#events = [...options.events];
    this.times = [...new Set(this.#events.map(({ time }) => time))].sort((one, other) => one - other);
    for (const event of this.#events) if (event.kind === 'open') this.#expect(event.connection, event.initiator);
    // Set before the MTA is made: of what happens at the same time, the recording comes first.
    for (const time of this.times) clock.setTimer(time, () => this.#pump());
    this.mta = options.make(async () => this.#opened());
    this.mta.start();
  }

  /** What the MTA has not done when the recording is over. */
  missing(): ReplayMismatch | undefined {
    const event = this.#events[this.#next];
    const line = event && this.#lines.get(event.connection);
    return line && different(line, { expected: line.expected[line.taken] ?? 'end', actual: undefined });
  }

  #expect(connection: number, initiator: Endpoint): void {
    const direction = initiator === this.#options.side ? 'i2r' : 'r2i';
    const expected = concat(
      this.#events.flatMap((event) =>
        event.kind === 'data' && event.connection === connection && event.direction === direction ? [event.octets] : [],
      ),
    );
    const line: Line = { connection, direction, expected, taken: 0, passed: 0, ended: false, link: undefined };
    this.#lines.set(connection, line);
    if (direction === 'i2r') this.#toOpen.push(line);
  }

  /** Goes on in the recording as far as time and the MTA have come. */
  #pump(): void {
    for (let event = this.#events[this.#next]; event !== undefined; event = this.#events[this.#next]) {
      const line = this.#lines.get(event.connection);
      if (this.mismatch !== undefined || line === undefined) return;
      const own = event.kind === 'open' ? line.direction === 'i2r' : event.direction === line.direction;
      if (own ? !this.#hasDone(event, line) : event.time > this.#options.clock.now()) return;
      this.#next += 1;
      if (!own) this.#play(event, line);
    }
  }

  #hasDone(event: LinkEvent, line: Line): boolean {
    switch (event.kind) {
      case 'open':
        return line.link !== undefined;
      case 'data':
        if (line.passed + event.octets.length > line.taken) return false;
        line.passed += event.octets.length;
        return true;
      case 'close':
        return line.ended;
    }
  }

  #play(event: LinkEvent, line: Line): void {
    switch (event.kind) {
      case 'open':
        this.mta.accept(this.#pair(line, 'initiator'));
        break;
      case 'data':
        line.link?.send(event.octets);
        break;
      case 'close':
        if (event.how === 'end') line.link?.close();
        else if (event.how === 'reset') line.link?.destroy();
        break;
    }
  }

  /** The MTA opens its next connection. */
  #opened(): Link {
    const line = this.#toOpen.shift() ?? this.#surplus();
    const link = this.#pair(line, 'responder');
    this.#pump();
    return link;
  }

  /** A connection that the recording does not have. */
  #surplus(): Line {
    const connection = Math.max(-1, ...this.#lines.keys()) + 1;
    this.#expect(connection, this.#options.side);
    return this.#toOpen.shift() as Line;
  }

  /** Makes a connection; `here` is the others' end. Gives the MTA's. */
  #pair(line: Line, here: 'initiator' | 'responder'): Link {
    const { side, cut } = this.#options;
    const pair = memoryPair({ [here === 'initiator' ? 'responder' : 'initiator']: side, chunk: cut });
    const link = pair[here];
    line.link = link;
    link.start({
      data: (bytes) => this.#take(line, bytes),
      end: () => this.#ended(line),
      close: () => this.#ended(line),
    });
    return pair[here === 'initiator' ? 'responder' : 'initiator'];
  }

  #take(line: Line, bytes: Uint8Array): void {
    for (const actual of bytes) {
      const expected = line.expected[line.taken];
      if (expected !== actual) {
        this.mismatch ??= different(line, { expected: expected ?? this.#endOf(line), actual });
        return;
      }
      line.taken += 1;
    }
    this.#pump();
  }

  #ended(line: Line): void {
    if (line.ended) return;
    line.ended = true;
    const expected = line.expected[line.taken];
    if (expected !== undefined) this.mismatch ??= different(line, { expected, actual: 'end' });
    this.#pump();
  }

  /** What the recording has behind the last octet. */
  #endOf({ connection, direction }: Line): Sent {
    const closes = this.#events.some(
      (event) => event.kind === 'close' && event.connection === connection && event.direction === direction,
    );
    return closes ? 'end' : undefined;
  }
}

function different({ connection, direction, taken }: Line, what: { expected: Sent; actual: Sent }): ReplayMismatch {
  return { connection, direction, offset: taken, ...what };
}
