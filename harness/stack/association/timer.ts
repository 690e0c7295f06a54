/** A timer by what it waits for. */
export interface Due {
  readonly key: string;
  readonly milliseconds: number;
}

/**
 * Goes on while what it waits for stays the same. It starts at the time of the input that made it due, or at the next one
 * that brings a time.
 */
export class Timer {
  #due: Due | undefined;
  #at: number | undefined;

  get key(): string | undefined {
    return this.#due?.key;
  }

  select(due: Due | undefined): void {
    if (this.#due?.key === due?.key) return;
    this.#due = due;
    this.#at = undefined;
  }

  start(now: number): void {
    if (this.#due !== undefined) this.#at ??= now + this.#due.milliseconds;
  }

  /** When it runs out; `now` where it was started by a request, which brings no time: `advance` has to say when that was. */
  deadline(now: number): number | undefined {
    return this.#due === undefined ? undefined : (this.#at ?? now);
  }

  ranOut(now: number): boolean {
    return this.#at !== undefined && now >= this.#at;
  }
}
