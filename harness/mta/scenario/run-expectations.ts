import type { Answer } from '../hooks.js';
import { toAnswer } from './answer.js';
import type { Happening } from './happening.js';
import { isWhere } from './reactions.js';
import type { StepOf } from './schema/steps.js';

/** One `expect` of a scenario, and how often it has come about. */
export class Expectation {
  readonly value: StepOf<'expect'>;
  #matches = 0;
  #early: Early | undefined;

  constructor(value: StepOf<'expect'>) {
    this.value = value;
  }

  get matches(): number {
    return this.#matches;
  }

  get isMet(): boolean {
    return this.#matches >= (this.value.count ?? 1);
  }

  /** What was expected, and came when this was not yet its turn. */
  get early(): Early | undefined {
    return this.#early;
  }

  /** Whether it is what was expected. */
  take(happening: Happening): boolean {
    if (!this.#fits(happening)) return false;
    this.#matches += 1;
    return true;
  }

  /** It does not count: what comes before is still waited for, or its block has not begun. */
  passOver(happening: Happening): void {
    if (happening.mta !== this.value.at || !this.#fits(happening)) return;
    this.#early = { count: (this.#early?.count ?? 0) + 1, last: happening.time };
  }

  #fits(happening: Happening): boolean {
    const { event, where } = this.value;
    return happening.event === event && isWhere(happening, where);
  }
}

export interface Early {
  readonly count: number;
  /** The time of the last one. */
  readonly last: number;
}

export interface Taken {
  readonly by: Expectation;
  /** What the MTA does at this step. */
  readonly answer: Answer | undefined;
}

/** The expectations of a block: those at one MTA come about in their order, whatever happens at others. */
export class Expectations {
  readonly #rows = new Map<string, Expectation[]>();

  constructor(expectations: readonly Expectation[]) {
    for (const each of expectations) {
      const { at } = each.value;
      this.#rows.set(at, [...(this.#rows.get(at) ?? []), each]);
    }
  }

  /** Undefined where nobody waits for it. */
  take(happening: Happening): Taken | undefined {
    const by = this.#rows.get(happening.mta)?.find(({ isMet }) => !isMet);
    if (by?.take(happening) !== true) return undefined;
    const { answer, event } = by.value;
    return { by, answer: answer === undefined ? undefined : toAnswer(answer, event) };
  }
}
