import { P1specError } from '../ber/error.js';
import type { CaseFinding } from './results.js';

/** Findings that a failure's own message names. */
const NAMED = 6;

/** The IUT did not do what it has to do: verdict `fail`. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure';
  readonly requirement: string;
  readonly expected: string;
  readonly actual: string;
  /** What it rests on, where it rests on octets. */
  readonly findings: readonly CaseFinding[];

  constructor(details: {
    requirement: string;
    expected: string;
    actual: string;
    findings?: readonly CaseFinding[];
  }) {
    const { requirement, expected, actual, findings = [] } = details;
    const places = findings.slice(0, NAMED).map(findingText);
    if (findings.length > NAMED) places.push(`and ${findings.length - NAMED} findings more`);
    super([`Requirement: ${requirement}`, `Expected: ${expected}`, `Actual: ${actual}`, ...places].join('\n'));
    this.requirement = requirement;
    this.expected = expected;
    this.actual = actual;
    this.findings = findings;
  }
}

/** The question could not be put: the stimulus was not delivered, or the link failed. Verdict `inconclusive`. */
export class Inconclusive extends Error {
  override readonly name = 'Inconclusive';
}

/** The target does not claim what the case is about. Verdict `not-applicable`. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** The run was ended from outside while the case was under way. Verdict `not-run`. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** A run that was asked for in a way that cannot be done: usage, or a suite that is wrong. */
export class RunError extends P1specError {
  override readonly name = 'RunError';

  constructor(code: RunErrorCode, details: { message: string; hint?: string; cause?: unknown }) {
    super(code, details);
  }
}

export type RunErrorCode =
  | 'ERR_CASE_ID'
  | 'ERR_CASE_OUTSIDE_GROUP'
  /** A selection, shard or list of expected failures that names no case. */
  | 'ERR_NO_CASE'
  | 'ERR_SHARD'
  | 'ERR_EXPECTED_FAILURE'
  | 'ERR_UNKNOWN_TARGET'
  | 'ERR_MODE'
  | 'ERR_OUT'
  | 'ERR_SUITE'
  | 'ERR_JOB'
  | 'ERR_SPAN';

/** A finding in one line, its octets in brackets among those around it. */
export function findingText(finding: CaseFinding): string {
  const { rule, tier, path, direction, connection, offset, message } = finding;
  const octets = marked(finding);
  const place = `offset ${offset} of connection ${connection} ${direction}`;
  return `${rule} (tier ${tier}) at ${place}, ${path}: ${message}${octets === '' ? '' : `; octets ${octets}`}`;
}

const AROUND = 4;
const SHOWN = 16;

function marked({ context, offset, length }: CaseFinding): string {
  if (context === undefined) return '';
  const octets = context.octets.match(/../g) ?? [];
  const at = offset - context.offset;
  const element = octets.slice(at, at + Math.min(length, SHOWN));
  const tail = length > SHOWN ? ' ...' : '';
  const before = octets.slice(Math.max(0, at - AROUND), at).join(' ');
  const after = length > SHOWN ? '' : octets.slice(at + length, at + length + AROUND).join(' ');
  return `${before} [${element.join(' ')}${tail}] ${after}`.trim();
}
