import type { Answer } from '../hooks.js';
import { toAnswer } from './answer.js';
import type { Happening } from './happening.js';
import type { Where } from './schema/events.js';
import type { ScenarioReaction } from './schema/mta.js';
import { isMeant } from './schema/values.js';

/** Whether a happening has all that is asked of it; of a subject, that it contains this. */
export function isWhere({ fields }: Happening, where: Where = {}): boolean {
  return Object.entries(where).every(([name, wanted]) => {
    if (wanted === undefined) return true;
    const value = fields[name as keyof Where];
    return name === 'subject' ? typeof value === 'string' && value.includes(String(wanted)) : value === wanted;
  });
}

/** What one MTA does at the steps of its scenario: each reaction counts those that it could be meant for. */
export class Reactions {
  readonly #all: readonly {
    readonly written: ScenarioReaction;
    readonly answer: Answer;
    count: number;
    fired: number;
  }[];

  constructor(reactions: readonly ScenarioReaction[] = []) {
    this.#all = reactions.map((written) => ({
      written,
      answer: toAnswer(written.answer, written.step),
      count: 0,
      fired: 0,
    }));
  }

  /** The answer of the first that is meant; all of them count. */
  answer(happening: Happening): Answer | undefined {
    let answer: Answer | undefined;
    for (const each of this.#all) {
      const { written } = each;
      if (written.step !== happening.event || !isWhere(happening, written.where)) continue;
      each.count += 1;
      if (answer !== undefined || !isMeant(each.count, written)) continue;
      each.fired += 1;
      answer = each.answer;
    }
    return answer;
  }

  /** Those that never fired, in words. */
  get unused(): string[] {
    return this.#all.filter(({ fired }) => fired === 0).map(({ written }) => `the reaction to ${inWords(written)}`);
  }
}

function inWords({ step, where = {}, nth, first, every, from }: ScenarioReaction): string {
  const conditions = Object.entries({ ...where, nth, first, every, from }).filter(([, value]) => value !== undefined);
  return [step, ...conditions.map(([name, value]) => `${name} ${String(value)}`)].join(', ');
}
