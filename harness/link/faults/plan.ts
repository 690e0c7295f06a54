import type { Clock } from '../clock.js';
import type { Link } from '../link.js';
import type { FaultCount, FaultDirection, FaultHit, FaultLayer, LayerFault, UnmetFault } from './fault.js';
import { FaultyLink } from './faulty-link.js';
import { checkFault, isPossible } from './kinds.js';

export interface FaultPlanOptions {
  /** Octets of a TSDU that are held to look into it; above, it passes, and faults above transport do not hit it. 4 MiB. */
  readonly tsduOctets?: number;
}

const TSDU_OCTETS = 4 * 1024 * 1024;

interface Counter {
  readonly fault: LayerFault;
  readonly index: number;
  seen: number;
  hits: number;
  tooShort: number;
}

/** A fault that meets a unit. It says itself whether it took effect. */
export interface Match {
  readonly fault: LayerFault;
  readonly index: number;
  hit(): void;
  /** The unit has no such octet. */
  tooShort(): void;
}

/**
 * Faults that happen at the same units in every run, on any number of links. All of a unit's octets are taken as their
 * sender sent them: a fault neither hides units from the others nor makes them count otherwise. Where several hit one
 * TSDU, they do so in the order of the plan, and behind one that takes it away nothing more does.
 *
 * While a fault may still come, octets wait until their unit is whole: a TPKT, or a TSDU for what is above transport.
 * They then pass in the pieces in which they came, unless these are a thousand and more. Octets that are no TPKTs pass.
 */
export class FaultPlan {
  readonly #counters: readonly Counter[];
  readonly #clock: Clock;
  readonly #tsduOctets: number;
  readonly #hits: FaultHit[] = [];
  #connections = 0;

  /** Throws a FaultError (ERR_FAULT) where a fault cannot be. */
  constructor(faults: readonly LayerFault[], clock: Clock, { tsduOctets = TSDU_OCTETS }: FaultPlanOptions = {}) {
    for (const fault of faults) checkFault(fault);
    this.#counters = faults.map((fault, index) => ({ fault, index, seen: 0, hits: 0, tooShort: 0 }));
    this.#clock = clock;
    this.#tsduOctets = tsduOctets;
  }

  /** The link with the faults on it: what its user sends, and what it is handed. */
  apply(link: Link): Link {
    const connection = this.#connections;
    this.#connections += 1;
    return new FaultyLink(link, {
      clock: this.#clock,
      tsduOctets: this.#tsduOctets,
      isLive: (direction, layers) => this.#isLive(direction, layers),
      meet: (direction, layer, kind) => this.#meet(connection, direction, layer, kind),
    });
  }

  /** What took effect, in order. */
  get hits(): readonly FaultHit[] {
    return this.#hits;
  }

  /** Faults that never took effect, or less often than they were to, in the order of the plan. */
  get unmet(): readonly UnmetFault[] {
    return this.#counters
      .filter(({ fault, hits }) => hits < wanted(fault.nth))
      .map(({ fault, index, seen, hits, tooShort }) => ({ fault, index, seen, hits, tooShort }));
  }

  #isLive(direction: FaultDirection, layers: readonly FaultLayer[]): boolean {
    return this.#counters.some(
      ({ fault, seen }) => fault.direction === direction && layers.includes(fault.layer) && seen < last(fault.nth),
    );
  }

  #meet(connection: number, direction: FaultDirection, layer: FaultLayer, kind: string): readonly Match[] {
    const matches: Match[] = [];
    for (const counter of this.#counters) {
      const { fault, index } = counter;
      if (fault.direction !== direction || fault.layer !== layer) continue;
      if (fault.kind === undefined ? !isPossible(layer, kind, fault.does.kind) : fault.kind !== kind) continue;
      counter.seen += 1;
      if (!counts(fault.nth, counter.seen)) continue;
      const nth = counter.seen;
      matches.push({
        fault,
        index,
        hit: () => {
          counter.hits += 1;
          this.#hits.push({ fault, index, connection, kind, nth, time: this.#clock.now() });
        },
        tooShort: () => {
          counter.tooShort += 1;
        },
      });
    }
    return matches;
  }
}

function counts(nth: FaultCount, number: number): boolean {
  if (nth === 'every') return true;
  if (typeof nth === 'number') return nth === number;
  return 'first' in nth ? number <= nth.first : number >= nth.from;
}

/** Behind this one none is hit. */
function last(nth: FaultCount): number {
  if (typeof nth === 'number') return nth;
  return nth !== 'every' && 'first' in nth ? nth.first : Number.POSITIVE_INFINITY;
}

/** How often it is to take effect at least. */
function wanted(nth: FaultCount): number {
  return typeof nth === 'object' && 'first' in nth ? nth.first : 1;
}
