import type { Clock } from '../harness/link/clock.js';

/** A clock for one run of an MTA: its timers end with it. */
export class MortalClock implements Clock {
  readonly #clock: Clock;
  readonly #isAlive: () => boolean;
  readonly #waiting = new Set<object>();

  constructor(clock: Clock, isAlive: () => boolean) {
    this.#clock = clock;
    this.#isAlive = isAlive;
  }

  /** Timers that have not run, and have not been called off. */
  get timers(): number {
    return this.#waiting.size;
  }

  now(): number {
    return this.#clock.now();
  }

  setTimer(at: number, fn: () => void): () => void {
    const timer = {};
    this.#waiting.add(timer);
    const cancel = this.#clock.setTimer(at, () => {
      this.#waiting.delete(timer);
      if (this.#isAlive()) fn();
    });
    return () => {
      this.#waiting.delete(timer);
      cancel();
    };
  }
}
