import type { Clock } from '../../link/clock.js';
import type { FaultAction, FaultCount, LayerFault } from '../../link/faults/fault.js';
import { FaultPlan } from '../../link/faults/plan.js';
import type { Link } from '../../link/link.js';
import type { ScenarioFault } from './schema/link.js';

/** The faults of a link between two MTAs, counted over all its connections. They stand at the end that one of the two has. */
export class LinkFaults {
  readonly #home: string;
  readonly #written: readonly ScenarioFault[];
  readonly #plan: FaultPlan | undefined;

  /** `home`: a fake one of the two; the other end may be a live MTA's. Throws a FaultError where a fault cannot be. */
  constructor(faults: readonly ScenarioFault[] = [], home: string, clock: Clock) {
    this.#home = home;
    this.#written = faults;
    this.#plan =
      faults.length === 0
        ? undefined
        : new FaultPlan(
            faults.map((each) => toLayerFault(each, home)),
            clock,
          );
  }

  get isNone(): boolean {
    return this.#plan === undefined;
  }

  isAt(mta: string): boolean {
    return mta === this.#home;
  }

  on(link: Link): Link {
    return this.#plan?.apply(link) ?? link;
  }

  /** Those that never took effect, in words. */
  get unmet(): string[] {
    const never = (this.#plan?.unmet ?? []).filter(({ hits }) => hits === 0);
    return never.flatMap(({ index, seen, tooShort }) => {
      const fault = this.#written[index];
      if (fault === undefined) return [];
      const why = tooShort > 0 ? `${tooShort} too short for it` : `${seen} seen`;
      return [`${inWords(fault)} (${why})`];
    });
  }
}

/** As the end of `home` sees it. */
export function toLayerFault({ sentBy, layer, kind, nth, first, from, does }: ScenarioFault, home: string): LayerFault {
  return {
    direction: sentBy === home ? 'sent' : 'received',
    layer,
    ...(kind === undefined ? {} : { kind }),
    nth: toCount({ nth, first, from }),
    does: toAction(does),
  };
}

function toCount({ nth, first, from }: Pick<ScenarioFault, 'nth' | 'first' | 'from'>): FaultCount {
  if (nth !== undefined) return nth;
  if (first !== undefined) return { first };
  return from === undefined ? 'every' : { from };
}

function toAction(does: ScenarioFault['does']): FaultAction {
  if (typeof does === 'string') return { kind: does };
  const { delay, truncate, corrupt, split } = does;
  if (delay !== undefined) return { kind: 'delay', milliseconds: delay };
  if (truncate !== undefined) return { kind: 'truncate', octets: truncate };
  if (corrupt !== undefined) return { kind: 'corrupt', octet: corrupt.octet, mask: corrupt.mask ?? 0xff };
  return { kind: 'split', at: split ?? 1 };
}

function inWords({ sentBy, layer, kind = 'any unit', nth, first, from, does }: ScenarioFault): string {
  const what = typeof does === 'string' ? does : (Object.keys(does)[0] ?? '');
  const which = Object.entries({ nth, first, from }).filter(([, value]) => value !== undefined);
  const count = which.map(([name, value]) => `, ${name} ${value}`).join('');
  return `the fault at ${layer} ${kind} sent by ${sentBy}${count}: ${what}`;
}
