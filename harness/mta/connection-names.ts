/** Milliseconds after which a connection cannot be of the same second as another one, however long it took to open. */
const SAME_NAME = 60_000;

/** Tells connections apart that one MTA opens at about the same time: what recovers one names it. X.228 7.8. */
export class ConnectionNames {
  readonly #taken = new Map<number, number>();

  /** The additional reference of a connection that is opened now; most have no need of one. */
  next(now: number): string | undefined {
    for (const [number, openedAt] of this.#taken) if (openedAt <= now - SAME_NAME) this.#taken.delete(number);
    let number = 0;
    while (this.#taken.has(number)) number += 1;
    this.#taken.set(number, now);
    return number === 0 ? undefined : number.toString(36).slice(-2);
  }
}
