import type { ConnectionIdentifier } from '../stack/association/service.js';

/** Milliseconds after which a connection cannot be of the same second as another one, however long it took to open. */
const SAME_NAME = 60_000;

/** Octets of a TLV's header in front of so short a reference. */
const HEADER = 2;

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

  /** A connection of an earlier run, on which something broke off: that may have been in this same second. */
  taken({ additionalReference }: ConnectionIdentifier, now: number): void {
    const text = Buffer.from(additionalReference?.subarray(HEADER) ?? []).toString('latin1');
    const number = text === '' ? 0 : Number.parseInt(text, 36);
    if (!Number.isNaN(number)) this.#taken.set(number, now);
  }
}
