import type { Clock } from '../clock.js';

/** Lets things happen in their order, each not before what was to be waited for before it. */
export class Gate {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #until: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  run(step: () => void): void {
    if (this.#until === undefined) step();
    else this.#waiting.push(step);
  }

  /** What comes from now on waits so long. */
  delay(milliseconds: number): void {
    this.run(() => {
      this.#until = this.#clock.now() + milliseconds;
      this.#cancel = this.#clock.setTimer(this.#until, () => this.#open());
    });
  }

  /** What waits never happens. */
  drop(): void {
    this.#cancel?.();
    this.#until = undefined;
    this.#waiting = [];
  }

  #open(): void {
    this.#until = undefined;
    const steps = this.#waiting;
    this.#waiting = [];
    // One of them may be another delay, or the end of it all.
    for (const step of steps) this.run(step);
  }
}
