import { runExitCode, standing } from '../verdict/expected-failures.js';
import type { RunResult } from '../verdict/results.js';
import { type ExitCode, type Verdict, verdicts } from '../verdict/verdict.js';

export interface Summary {
  readonly cases: number;
  /** By verdict, as it came out; expected failures are among `fail`. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly expectedFailures: number;
  readonly unexpectedPasses: number;
  readonly exitCode: ExitCode;
}

export function summarize(result: RunResult): Summary {
  const { cases } = result;
  const count = (verdict: Verdict) => cases.filter((each) => each.verdict === verdict).length;
  return {
    cases: cases.length,
    verdicts: {
      pass: count('pass'),
      fail: count('fail'),
      inconclusive: count('inconclusive'),
      'not-applicable': count('not-applicable'),
      'not-run': count('not-run'),
      error: count('error'),
    },
    expectedFailures: cases.filter((each) => standing(each) === 'expected-failure').length,
    unexpectedPasses: cases.filter((each) => standing(each) === 'unexpected-pass').length,
    exitCode: runExitCode(result),
  };
}

/** In one line, the worst first: `31 cases: 2 fail, 29 pass (4.2 s)`. */
export function summaryText(result: RunResult): string {
  const summary = summarize(result);
  const parts = [...verdicts]
    .reverse()
    .filter((verdict) => summary.verdicts[verdict] > 0)
    .map((verdict) => `${summary.verdicts[verdict]} ${verdict}`);
  if (summary.expectedFailures > 0) parts.push(`${summary.expectedFailures} of them expected to fail`);
  if (summary.unexpectedPasses > 0)
    parts.push(`${counted(summary.unexpectedPasses, 'unexpected pass', 'unexpected passes')}`);
  return `${counted(summary.cases, 'case')}: ${parts.join(', ')} (${(result.duration / 1000).toFixed(1)} s)`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
