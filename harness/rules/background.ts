import { P1specError } from '../ber/error.js';
import type { LinkEvent } from '../link/events.js';
import type { ConversationJudge } from './conversation.js';
import type { Finding } from './finding.js';

export interface BackgroundOptions {
  readonly judge: Pick<ConversationJudge, 'push' | 'end'>;
  readonly onFindings: (findings: readonly Finding[]) => void;
  /** What kept a connection from being judged; it is judged no further, and the others are. */
  readonly onFault: (error: unknown, connection: number | undefined) => void;
  /** Calls `work` after what is waiting now, such as octets that have come: `setImmediate`. */
  readonly defer: (work: () => void) => void;
  /** Milliseconds, only for how long a stretch of work took. */
  readonly now: () => number;
  /** Octets that may wait to be judged; 64 MiB if absent. */
  readonly backlog?: number;
}

const BACKLOG = 64 * 1024 * 1024;
/** Milliseconds of judging at a time. */
const STRETCH = 4;
const COMPACT = 1024;

/**
 * A judge that whoever passes the octets on never waits for, and whose errors are not theirs: events are queued, and
 * judged in short stretches. A connection for which it is too slow is judged no further.
 */
export class BackgroundJudge {
  readonly #options: BackgroundOptions;
  /** Connections of which nothing more is taken. */
  readonly #givenUp = new Set<number>();
  /** Those of which not even what waits is judged. */
  readonly #faulty = new Set<number>();
  #queue: LinkEvent[] = [];
  #head = 0;
  #waiting = 0;
  #isDeferred = false;

  constructor(options: BackgroundOptions) {
    this.#options = options;
  }

  /** Octets that wait to be judged. */
  get waiting(): number {
    return this.#waiting;
  }

  push(event: LinkEvent): void {
    if (this.#givenUp.has(event.connection)) return;
    const { backlog = BACKLOG } = this.#options;
    const octets = event.kind === 'data' ? event.octets.length : 0;
    if (octets > 0 && this.#waiting + octets > backlog) {
      this.#queue.push({ kind: 'close', connection: event.connection, how: 'lost', time: event.time });
      this.#giveUp(tooSlow(event.connection, backlog), event.connection);
    } else {
      this.#waiting += octets;
      this.#queue.push(event);
    }
    this.#defer();
  }

  /** Judges all that waits, at once. */
  end(): void {
    this.#work(Number.POSITIVE_INFINITY);
    this.#guard(undefined, () => this.#options.onFindings(this.#options.judge.end()));
  }

  #defer(): void {
    if (this.#isDeferred || this.#head >= this.#queue.length) return;
    this.#isDeferred = true;
    this.#options.defer(() => {
      this.#isDeferred = false;
      this.#work(this.#options.now() + STRETCH);
      this.#defer();
    });
  }

  #work(until: number): void {
    for (let event = this.#take(); event !== undefined; event = this.#take()) {
      this.#judge(event);
      if (this.#options.now() >= until) return;
    }
  }

  #take(): LinkEvent | undefined {
    const event = this.#queue[this.#head];
    if (event === undefined) {
      this.#queue = [];
      this.#head = 0;
      return undefined;
    }
    this.#head += 1;
    if (event.kind === 'data') this.#waiting -= event.octets.length;
    if (this.#head >= COMPACT) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    return event;
  }

  #judge(event: LinkEvent): void {
    const { judge, onFindings } = this.#options;
    if (this.#faulty.has(event.connection)) return;
    this.#guard(event.connection, () => onFindings(judge.push(event)));
  }

  #guard(connection: number | undefined, judge: () => void): void {
    try {
      judge();
    } catch (error) {
      if (connection !== undefined) this.#faulty.add(connection);
      this.#giveUp(error, connection);
    }
  }

  #giveUp(error: unknown, connection: number | undefined): void {
    if (connection !== undefined) this.#givenUp.add(connection);
    this.#options.onFault(error, connection);
  }
}

function tooSlow(connection: number, backlog: number): P1specError {
  return new P1specError('ERR_JUDGE_BEHIND', {
    message: `connection ${connection} is faster than it can be judged: more than ${backlog} octets wait`,
    hint: 'judge its recording with `p1spec check`',
  });
}
