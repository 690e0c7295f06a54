import { standing } from '../verdict/expected-failures.js';
import type { RunListener, RunResult } from '../verdict/results.js';
import type { Sink } from './sink.js';
import { summarize } from './summary.js';

/** For programs: one JSON object when the run has ended. docs/results.md describes it. */
export class JsonReporter implements RunListener {
  readonly #sink: Sink;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  runEnded(result: RunResult): void {
    this.#sink.write(`${JSON.stringify(resultJson(result), undefined, 2)}\n`);
  }
}

export function resultJson({ cases, sanity, ...description }: RunResult): object {
  return {
    ...description,
    summary: summarize({ ...description, cases, sanity }),
    sanity,
    cases: cases.map((result) => ({ ...result, standing: standing(result) })),
  };
}
