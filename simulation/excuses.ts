import type { HopAccount } from './accounts.js';
import type { Plan } from './plan.js';
import type { Transfer } from './wire.js';

/** An MTA ended with nothing said. */
export interface Crash {
  readonly mta: string;
  /** What it kept of transfers that came in. */
  readonly transfers: 'kept' | 'lost';
}

/**
 * How many transfers to another MTA may have been taken there without their sender knowing: the acknowledgement was
 * lost, no later activity made it good, and the transfer was to be recovered in vain, or could not be. X.218 9.3.1.3.
 */
export function excusesOf(
  plan: Plan,
  transfers: readonly Transfer[],
  crashes: readonly Crash[],
  refused: (from: string, to: string) => boolean,
): (hop: HopAccount) => number {
  const recovers = (name: string) => plan.mtas.some((mta) => mta.name === name && mta.recovers);
  const isExcused = ({ from, to, byInitiator, unanswered, secured, abandoned, tried }: Transfer, given: boolean) => {
    if (!unanswered || secured) return false;
    // Only who opened the session connection can recover it. X.228 7.8.
    const could = recovers(from) && recovers(to) && byInitiator;
    // The sender wrote down what was confirmed, and not that all was sent; the receiver may have lost what it had.
    const forgot = crashes.some(({ mta, transfers: kept }) => mta === from || (mta === to && kept === 'lost'));
    return !could || forgot || abandoned || tried || given || refused(from, to);
  };
  return ({ from, to, identifier, givenUp }) =>
    transfers.filter(
      (each) =>
        each.from === from &&
        each.to === to &&
        (each.identifier === identifier || each.identifier === undefined) &&
        isExcused(each, givenUp > 0),
    ).length;
}
