import type { ConformanceCase } from './case.js';
import { ConformanceFailure, Inconclusive, Interrupted, NotApplicable } from './failure.js';
import type { CaseResult } from './results.js';
import type { Verdict } from './verdict.js';

/** What becomes of a case by what its body threw. */
export type Judgement = Pick<CaseResult, 'reason' | 'requirement' | 'expected' | 'actual' | 'failing'> & {
  readonly verdict: Verdict;
};

/** Nothing thrown is a pass; an assertion that does not hold is a failure; what nobody foresaw is our error. */
export function judgementOf({ purpose }: Pick<ConformanceCase, 'purpose'>, thrown: unknown): Judgement {
  if (thrown === undefined) return { verdict: 'pass', failing: [] };
  if (isA(thrown, ConformanceFailure)) {
    const { requirement, expected, actual, findings } = thrown;
    return { verdict: 'fail', reason: actual, requirement, expected, actual, failing: findings };
  }
  if (isA(thrown, Inconclusive)) return { verdict: 'inconclusive', reason: thrown.message, failing: [] };
  if (isA(thrown, NotApplicable)) return { verdict: 'not-applicable', reason: thrown.message, failing: [] };
  if (isA(thrown, Interrupted)) return { verdict: 'not-run', reason: thrown.message, failing: [] };
  if (isAssertionError(thrown)) {
    const { message, expected, actual } = thrown;
    return {
      verdict: 'fail',
      reason: message,
      requirement: purpose,
      expected: expected === undefined ? message : `${labelOf(message)}${shown(expected)}`,
      actual: actual === undefined ? message : shown(actual),
      failing: [],
    };
  }
  const reason = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return { verdict: 'error', reason, failing: [] };
}

/** By its name: a suite's p1spec need not be the very module that runs it. */
function isA<T extends Error>(thrown: unknown, type: { readonly name: string; readonly prototype: T }): thrown is T {
  return thrown instanceof Error && thrown.name === type.name;
}

/** Of chai's or of node's. */
function isAssertionError(thrown: unknown): thrown is Error & { expected?: unknown; actual?: unknown } {
  return thrown instanceof Error && thrown.name.startsWith('AssertionError');
}

/** What chai was told that it looks at: it stands before its own words. */
function labelOf(message: string): string {
  const at = message.indexOf(': expected ');
  return at < 0 ? '' : message.slice(0, at + 2);
}

const SHOWN = 400;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, plain) ?? String(value));
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
