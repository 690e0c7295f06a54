import { fromHex, Octets } from '../ber/octets.js';
import { ruleOf } from '../rules/catalogue.js';
import { countsAs, runExitCode, standing } from '../verdict/expected-failures.js';
import { permissionName } from '../verdict/permissions.js';
import type { CaseFinding, CaseResult, RunDescription, RunListener, RunResult } from '../verdict/results.js';
import type { Verdict } from '../verdict/verdict.js';
import { escapeText } from './escape.js';
import { findingLines } from './findings.js';
import { type Paint, painter, type Sink, type Style } from './sink.js';
import { counted, summaryText } from './summary.js';

/** Findings that a failure shows in full. */
const SHOWN = 8;

const styles: Record<Verdict, Style> = {
  pass: 'green',
  fail: 'red',
  error: 'red',
  inconclusive: 'yellow',
  'not-run': 'yellow',
  'not-applicable': 'dim',
};

/** For people: a line a case as it ends, then what failed and why. */
export class ConsoleReporter implements RunListener {
  readonly #sink: Sink;
  readonly #paint: Paint;
  #width = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
    this.#paint = painter(sink);
  }

  runStarted(run: RunDescription, cases: readonly { readonly id: string }[]): void {
    this.#width = Math.max(0, ...cases.map(({ id }) => id.length));
    const shard = run.shard === undefined ? '' : `, shard ${run.shard}`;
    this.#line(
      `p1spec ${run.version}: ${escapeText(run.target)}, mode ${run.mode}, ${counted(cases.length, 'case')}${shard}`,
    );
    for (const each of run.permissions) this.#line(`permitted: ${permissionName(each)}: ${escapeText(each.reason)}`);
    this.#line('');
  }

  caseEnded(result: CaseResult): void {
    this.#line(caseLine(result, this.#width, this.#paint));
  }

  runEnded(result: RunResult): void {
    const troubled = result.cases.filter((each) => !['pass', 'not-applicable'].includes(countsAs(each)));
    for (const [index, each] of troubled.entries()) {
      this.#line('');
      for (const line of blockLines(each, index + 1, this.#paint)) this.#line(line);
    }
    this.#line('');
    for (const { group, when, verdict, reason } of result.sanity.filter(({ verdict }) => verdict !== 'pass')) {
      this.#line(`sanity ${when} ${group}: ${verdict}: ${escapeText(reason ?? '')}`);
    }
    for (const { id, expectedFailure } of result.cases.filter((each) => standing(each) === 'expected-failure')) {
      this.#line(`expected failure: ${id}: ${escapeText(expectedFailure?.reason ?? '')}`);
    }
    for (const each of result.permissions) this.#line(`permitted: ${permissionName(each)}: ${escapeText(each.reason)}`);
    if (result.interrupted !== undefined) this.#line(`ended before its end: ${escapeText(result.interrupted)}`);
    this.#line(this.#paint(runExitCode(result) === 0 ? 'green' : 'red', summaryText(result)));
  }

  #line(text: string): void {
    this.#sink.write(`${text}\n`);
  }
}

/** `pass  P1/ROUTE/BV-001  purpose (12 ms)`. */
export function caseLine(result: CaseResult, width: number, paint: Paint): string {
  const { id, verdict, purpose, duration, reason } = result;
  const how = standing(result);
  const [word, style]: readonly [string, Style] =
    how === 'expected-failure'
      ? ['expected failure', 'dim']
      : how === 'unexpected-pass'
        ? ['unexpected pass', 'red']
        : [verdict, styles[verdict]];
  const said = verdict === 'pass' || verdict === 'fail' || reason === undefined ? '' : `: ${escapeText(reason)}`;
  return `${paint(style, word.padEnd(14))}  ${id.padEnd(width)}  ${purpose}${said} ${paint('dim', `(${duration} ms)`)}`;
}

function* blockLines(result: CaseResult, number: number, paint: Paint): Generator<string> {
  const { id, purpose, clause, strength, role, verdict, transcripts, reproduce, failing } = result;
  yield paint('bold', `${number}) ${id}  ${purpose}`);
  yield `   ${verdict}; ${clause}; ${strength}; the IUT is ${role === 'both' ? 'initiator and responder' : role}`;
  if (standing(result) === 'unexpected-pass') {
    yield `   passed, but was expected to fail: ${escapeText(result.expectedFailure?.reason ?? '')}`;
  }
  if (result.requirement === undefined && result.reason !== undefined)
    yield `   Reason:      ${escapeText(result.reason)}`;
  if (result.requirement !== undefined) yield* field('Requirement', result.requirement);
  if (result.expected !== undefined) yield* field('Expected', result.expected);
  if (result.actual !== undefined) yield* field('Actual', result.actual);
  yield* findingBlocks(failing);
  for (const file of transcripts) yield `   transcript:  ${escapeText(file)}`;
  yield `   reproduce:   ${escapeText(reproduce)}`;
}

function* field(name: string, text: string): Generator<string> {
  const [first = '', ...rest] = text.split('\n');
  yield `   ${`${name}:`.padEnd(12)} ${escapeText(first)}`;
  for (const line of rest) yield `                ${escapeText(line)}`;
}

/** Findings one below the other; what is the same on several connections, once. */
export function* findingBlocks(findings: readonly CaseFinding[], indent = '   '): Generator<string> {
  const groups = new Map<string, CaseFinding[]>();
  for (const finding of findings) {
    const { rule, direction, offset, length, path, message } = finding;
    const key = JSON.stringify([rule, direction, offset, length, path, message]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  for (const [first, ...more] of [...groups.values()].slice(0, SHOWN)) {
    if (first === undefined) continue;
    yield* placeLines(first, indent);
    if (more.length > 0) {
      yield `${indent}  and the same on ${counted(more.length, 'connection')} more: ${more.map(({ connection }) => connection).join(', ')}`;
    }
  }
  if (groups.size > SHOWN) yield `${indent}and ${counted(groups.size - SHOWN, 'finding')} more`;
}

function* placeLines(finding: CaseFinding, indent: string): Generator<string> {
  const { context } = finding;
  const excerpt = context === undefined ? undefined : Octets.of(fromHex(context.octets), context.offset);
  yield* findingLines(finding, { rule: ruleOf(finding.rule), excerpt, indent });
}
