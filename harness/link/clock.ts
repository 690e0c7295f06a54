/** Milliseconds since the epoch, and timers on the same scale. */
export interface Clock {
  now(): number;
  /** Calls `fn` at `at`, at once where that has passed; never before this call returns. Returns how to cancel it. */
  setTimer(at: number, fn: () => void): () => void;
}

/** setTimeout's longest delay. */
const LONGEST_DELAY = 0x7fffffff;

/** The system's clock. Its timers keep no process alive that has nothing else to do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(at, fn) {
    const delay = Math.min(Math.max(0, at - Date.now()), LONGEST_DELAY);
    const timer = setTimeout(fn, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/** A clock that stands still until it is told to go on: a day of retries runs in milliseconds. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  #timers: Timer[] = [];

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimer(at: number, fn: () => void): () => void {
    const timer: Timer = { at, order: this.#order, fn };
    this.#order += 1;
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  /** When the next timer runs; undefined where there is none. */
  get nextTimer(): number | undefined {
    return this.#next()?.at;
  }

  /** Goes on to `time`, and runs what is due on the way, in order. `settle` runs after each timer. */
  advanceTo(time: number, settle?: () => void): void {
    for (let timer = this.#next(); timer !== undefined && timer.at <= time; timer = this.#next()) {
      this.#run(timer);
      settle?.();
    }
    this.#now = Math.max(this.#now, time);
  }

  /** As `advanceTo`, but lets promises and link deliveries settle after each timer. */
  async advanceToAsync(time: number): Promise<void> {
    await turns();
    for (let timer = this.#next(); timer !== undefined && timer.at <= time; timer = this.#next()) {
      this.#run(timer);
      await turns();
    }
    this.#now = Math.max(this.#now, time);
  }

  /** Runs timers until none is left, or until `limit` of them ran. Returns how many ran. */
  runUntilIdle(limit = 100_000): number {
    let count = 0;
    for (let timer = this.#next(); timer !== undefined && count < limit; timer = this.#next()) {
      this.#run(timer);
      count += 1;
    }
    return count;
  }

  #run(timer: Timer): void {
    this.#timers = this.#timers.filter((each) => each !== timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.fn();
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}

/** Milliseconds of real time between two looks. */
const LOOK = 2;

/**
 * Lets time pass until something holds, at most so many milliseconds; whether it does. Virtual time goes from one timer to
 * the next. Ends early where `signal` is aborted.
 */
export async function passUntil(
  clock: Clock,
  holds: () => boolean,
  within: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const end = clock.now() + within;
  while (!holds()) {
    if (signal?.aborted === true) return false;
    if (clock instanceof VirtualClock) {
      // What is due now, and what follows from it, comes first.
      await clock.advanceToAsync(clock.now());
      if (holds()) return true;
      const next = clock.nextTimer;
      if (next === undefined || next > end) {
        await clock.advanceToAsync(end);
        return holds();
      }
      await clock.advanceToAsync(next);
    } else {
      if (clock.now() >= end) return false;
      await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK, end - clock.now())));
    }
  }
  return true;
}

/** Waits until all that is queued now, and what it queues, has run. */
function turns(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
