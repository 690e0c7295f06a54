import { standing } from '../verdict/expected-failures.js';
import { permissionName } from '../verdict/permissions.js';
import type { CaseFinding, CaseResult, RunListener, RunResult, SanityResult } from '../verdict/results.js';
import { allFindings, lostSanity, oneLine, reasonOf } from './outcome.js';
import type { Sink } from './sink.js';
import { summaryText } from './summary.js';

/**
 * The Test Anything Protocol, version 14. `not-applicable` is a SKIP and an expected failure a TODO; every other verdict
 * but `pass` is `not ok`, and so are an unexpected pass and a sanity conversation that failed. Written when the run has
 * ended, in the order of the suites.
 */
export class TapReporter implements RunListener {
  readonly #sink: Sink;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  runEnded(result: RunResult): void {
    this.#sink.write(tapText(result));
  }
}

export function tapText(result: RunResult): string {
  const { cases, version, target, mode, shard, permissions, expectedFailures, interrupted } = result;
  const lost = lostSanity(result);
  const comments = [
    `p1spec ${version}: ${target}, mode ${mode}${shard === undefined ? '' : `, shard ${shard}`}`,
    ...permissions.map((each) => `permitted: ${permissionName(each)}: ${each.reason}`),
    ...expectedFailures.map(({ id, reason }) => `expected to fail: ${id}: ${reason}`),
  ];
  return [
    'TAP version 14',
    `1..${cases.length + lost.length}`,
    ...comments.map(commentLine),
    ...cases.flatMap((each, index) => caseLines(each, index + 1)),
    ...lost.flatMap((each, index) => sanityLines(each, cases.length + index + 1)),
    ...(interrupted === undefined ? [] : [commentLine(`ended before its end: ${interrupted}`)]),
    commentLine(summaryText(result)),
    '',
  ].join('\n');
}

function commentLine(text: string): string {
  return `# ${oneLine(text)}`;
}

function caseLines(result: CaseResult, number: number): string[] {
  const isOk = standing(result) === 'as-it-is' && ['pass', 'not-applicable'].includes(result.verdict);
  return [
    `${isOk ? 'ok' : 'not ok'} ${number} - ${escaped(`${result.id} ${result.purpose}`)}${directive(result)}`,
    ...yamlBlock(diagnosis(result)),
  ];
}

function directive(result: CaseResult): string {
  if (standing(result) === 'expected-failure') return ` # TODO expected failure: ${escaped(reasonOf(result))}`;
  return result.verdict === 'not-applicable' ? ` # SKIP not-applicable: ${escaped(reasonOf(result))}` : '';
}

function sanityLines({ group, when, verdict, reason = '' }: SanityResult, number: number): string[] {
  return [`not ok ${number} - sanity ${when} ${escaped(group)}`, ...yamlBlock({ verdict, reason })];
}

/** A backslash and a hash sign have a meaning in a description. */
function escaped(text: string): string {
  return oneLine(text).replace(/[\\#]/g, '\\$&');
}

type Yaml = string | number | readonly string[] | readonly Readonly<Record<string, string | number | undefined>>[];

function diagnosis(result: CaseResult): Readonly<Record<string, Yaml | undefined>> {
  const { verdict, purpose, clause, strength, role, duration, reason, requirement, expected, actual } = result;
  const how = standing(result);
  return {
    verdict,
    standing: how === 'as-it-is' ? undefined : how,
    expectedFailure: result.expectedFailure?.reason,
    reason,
    purpose,
    clause,
    strength,
    role,
    duration_ms: duration,
    requirement,
    expected,
    actual,
    findings: result.failing.map(place),
    permitted: allFindings(result)
      .filter(({ permitted }) => permitted !== undefined)
      .map(place),
    transcripts: result.transcripts,
    reproduce: result.reproduce,
  };
}

function place(finding: CaseFinding): Readonly<Record<string, string | number | undefined>> {
  const { rule, tier, path, layer, connection, direction, offset, length, message, clause, permitted, signature } =
    finding;
  return { rule, tier, path, layer, connection, direction, offset, length, message, clause, permitted, signature };
}

/** A map as a block of YAML: what is absent or empty is left out, every text stands in double quotes. */
function yamlBlock(map: Readonly<Record<string, Yaml | undefined>>): string[] {
  const lines = Object.entries(map).flatMap(([key, value]) => (value === undefined ? [] : yamlMember(key, value)));
  return ['---', ...lines, '...'].map((line) => `  ${line}`);
}

function yamlMember(key: string, value: Yaml): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [`${key}: ${scalar(value)}`];
  if (value.length === 0) return [];
  return [`${key}:`, ...value.flatMap((item) => yamlItem(item).map((line) => `  ${line}`))];
}

function yamlItem(item: string | Readonly<Record<string, string | number | undefined>>): string[] {
  if (typeof item === 'string') return [`- ${scalar(item)}`];
  return Object.entries(item)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${scalar(value)}`]))
    .map((line, index) => `${index === 0 ? '- ' : '  '}${line}`);
}

/** A word that is nothing else in YAML stands as it is. */
const WORD = /^(?:pass|fail|inconclusive|not-applicable|not-run|error|shall|should|may|i2r|r2i)$/;

/** YAML 1.2, 5.7: in double quotes, JSON's escapes and those of code points. */
function scalar(value: string | number): string {
  if (typeof value === 'number' || WORD.test(value)) return String(value);
  const inner = JSON.stringify(value).replace(/[\x7f-\u{10ffff}]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  // What JSON has already escaped is a surrogate without its other half, which YAML cannot name.
  return inner.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\\ufffd');
}
