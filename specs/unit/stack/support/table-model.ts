import { type Annex, intersect } from './annex.js';
import type { Expected, Model, Observed, Standing, Stimulus } from './exercise.js';

/** What an invalid intersection with an event of the peer or of the provider makes. */
export interface Invalid {
  readonly standing: Extract<Standing, 'error' | 'impossible'>;
  readonly state: string;
  readonly outgoing: readonly string[];
}

/** A Recommendation's tables and what its text says beside them. */
export interface Reading<Variables, Detail> {
  readonly annex: Annex<Variables, Detail>;
  readonly start: string;
  /** Outgoing events that are PDUs or requests to the layer below; the others are for the user. */
  readonly sent: RegExp;
  invalid(state: string, stimulus: Stimulus<Variables, Detail>, v: Variables): Invalid;
  /** Requests that are without effect where the table does not have them, and no error. */
  readonly harmless?: ReadonlySet<string>;
  show?(state: string, v: Variables): string | undefined;
}

/** A machine that runs on a Recommendation's tables alone. */
export class TableModel<Variables extends object, Detail extends object> implements Model<Variables, Detail> {
  readonly variables: Variables;
  readonly #reading: Reading<Variables, Detail>;
  #state: string;

  constructor(reading: Reading<Variables, Detail>, variables: Variables) {
    this.#reading = reading;
    this.#state = reading.start;
    this.variables = variables;
  }

  step(stimulus: Stimulus<Variables, Detail>, detail: Detail | undefined): Expected {
    const { annex, invalid, harmless } = this.#reading;
    const before = this.#state;
    const taken = intersect(annex, before, stimulus.event, this.variables, detail ?? ({} as Detail));
    if (taken !== undefined) {
      this.#state = taken.state;
      const ignored = taken.state === before && taken.outgoing.length === 0;
      return { standing: ignored ? 'ignored' : 'transition', observed: this.#observed(taken.outgoing) };
    }
    if (harmless?.has(stimulus.event)) return { standing: 'impossible', observed: this.#observed([]) };
    if (stimulus.source === 'user') return { standing: 'refused', observed: this.#observed([], true) };
    const { standing, state, outgoing } = invalid(before, stimulus, this.variables);
    this.#state = state;
    return { standing, observed: this.#observed(outgoing) };
  }

  #observed(outgoing: readonly string[], refused?: true): Observed {
    const { sent, show } = this.#reading;
    return {
      state: this.#state,
      sent: outgoing.filter((name) => sent.test(name)),
      told: outgoing.filter((name) => !sent.test(name)),
      variables: show?.(this.#state, this.variables),
      refused,
    };
  }
}
