import type { Answer } from '../hooks.js';
import { toAnswer } from './answer.js';
import type { Happening } from './happening.js';
import { isWhere } from './reactions.js';
import type { StepOf } from './schema/steps.js';

/** One `expect` of a scenario, and how often it has come about. */
export class Expectation {
  readonly value: StepOf<'expect'>;
  #matches = 0;

  constructor(value: StepOf<'expect'>) {
    this.value = value;
  }

  get matches(): number {
    return this.#matches;
  }

  get isMet(): boolean {
    return this.#matches >= (this.value.count ?? 1);
  }

  /** Whether it is what was expected. */
  take(happening: Happening): boolean {
    const { event, where } = this.value;
    if (happening.event !== event || !isWhere(happening, where)) return false;
    this.#matches += 1;
    return true;
  }
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

  /** The answer, where it is the step that one with an answer waits for. */
  take(happening: Happening): Answer | undefined {
    const next = this.#rows.get(happening.mta)?.find(({ isMet }) => !isMet);
    if (next?.take(happening) !== true) return undefined;
    const { answer } = next.value;
    return answer === undefined ? undefined : toAnswer(answer, next.value.event);
  }
}
