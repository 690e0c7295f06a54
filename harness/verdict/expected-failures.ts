import { RunError } from './failure.js';
import type { CaseResult, ExpectedFailure, RunResult } from './results.js';
import { type ExitCode, exitCode, type Verdict } from './verdict.js';

/** From `P1/ROUTE/BV-001=reason`; a failure without a reason is expected by nobody. */
export function parseExpectedFailure(text: string): ExpectedFailure {
  const at = text.indexOf('=');
  const id = at < 0 ? text : text.slice(0, at);
  const reason = at < 0 ? '' : text.slice(at + 1).trim();
  if (id === '' || reason === '') {
    throw new RunError('ERR_EXPECTED_FAILURE', {
      message: `${JSON.stringify(text)} is no expected failure`,
      hint: "write it as 'P1/ROUTE/BV-001=why it is expected'",
    });
  }
  return { id, reason };
}

/** What a result counts as: an expected failure is borne, a pass that nobody expected is a failure. */
export function countsAs({ verdict, expectedFailure }: Pick<CaseResult, 'verdict' | 'expectedFailure'>): Verdict {
  if (expectedFailure === undefined) return verdict;
  if (verdict === 'fail') return 'pass';
  return verdict === 'pass' ? 'fail' : verdict;
}

export type Standing = 'as-it-is' | 'expected-failure' | 'unexpected-pass';

export function standing({ verdict, expectedFailure }: Pick<CaseResult, 'verdict' | 'expectedFailure'>): Standing {
  if (expectedFailure === undefined) return 'as-it-is';
  if (verdict === 'fail') return 'expected-failure';
  return verdict === 'pass' ? 'unexpected-pass' : 'as-it-is';
}

/** Sanity conversations that failed leave the run inconclusive at best. */
export function runExitCode({ cases, sanity }: Pick<RunResult, 'cases' | 'sanity'>): ExitCode {
  if (cases.length === 0) return 2;
  return exitCode([...cases.map(countsAs), ...sanity.map(({ verdict }) => verdict)]);
}
