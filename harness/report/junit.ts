import { standing } from '../verdict/expected-failures.js';
import { permissionName } from '../verdict/permissions.js';
import type { CaseResult, RunListener, RunResult } from '../verdict/results.js';
import { findingBlocks } from './console.js';
import type { Sink } from './sink.js';

/**
 * JUnit's XML for CI systems. `inconclusive` and `error` are errors, `not-run`, `not-applicable` and expected failures
 * are skipped, each with its word in `type` or in the message: none of them ever looks like a pass.
 */
export class JUnitReporter implements RunListener {
  readonly #sink: Sink;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  runEnded(result: RunResult): void {
    this.#sink.write(junitXml(result));
  }
}

export function junitXml(result: RunResult): string {
  const suites = groupsOf(result).map((group) => suiteXml(result, group));
  const all = tally(result.cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'p1spec', ...all, time: seconds(result.duration) })}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function groupsOf({ cases, sanity }: RunResult): string[] {
  return [...new Set([...cases.map(({ group }) => group), ...sanity.map(({ group }) => group)])];
}

function suiteXml(result: RunResult, group: string): string {
  const cases = result.cases.filter((each) => each.group === group);
  const lost = result.sanity.filter((each) => each.group === group && each.verdict !== 'pass');
  const { tests, failures, errors, skipped } = tally(cases);
  const time = seconds(cases.reduce((sum, { duration }) => sum + duration, 0));
  const head = { name: group, tests: tests + lost.length, failures, errors: errors + lost.length, skipped, time };
  const sanity = lost.map(
    ({ when, verdict, reason = '' }) =>
      `    <testcase${attributes({ name: `sanity ${when} ${group}`, classname: group, time: '0.000' })}>` +
      `<error${attributes({ type: verdict, message: reason })}/></testcase>`,
  );
  return [
    `  <testsuite${attributes({ ...head, timestamp: result.startedAt.slice(0, 19) })}>`,
    ...propertiesXml(result),
    ...cases.map(caseXml),
    ...sanity,
    '  </testsuite>',
  ].join('\n');
}

function propertiesXml(result: RunResult): string[] {
  const { version, target, mode, permissions, expectedFailures, shard, interrupted } = result;
  const properties: (readonly [string, string])[] = [
    ['p1spec.version', version],
    ['p1spec.target', target],
    ['p1spec.mode', mode],
    ...(shard === undefined ? [] : [['p1spec.shard', shard] as const]),
    ...(interrupted === undefined ? [] : [['p1spec.interrupted', interrupted] as const]),
    ...permissions.map((each) => [`p1spec.permit.${permissionName(each)}`, each.reason] as const),
    ...expectedFailures.map(({ id, reason }) => [`p1spec.expect-fail.${id}`, reason] as const),
  ];
  return [
    '    <properties>',
    ...properties.map(([name, value]) => `      <property${attributes({ name, value })}/>`),
    '    </properties>',
  ];
}

function caseXml(result: CaseResult): string {
  const { id, purpose, group, duration } = result;
  const head = attributes({ name: `${id} ${purpose}`, classname: group, time: seconds(duration) });
  return [
    `    <testcase${head}>`,
    ...outcomeXml(result),
    `      <system-out>${xmlText(evidence(result))}</system-out>`,
    '    </testcase>',
  ].join('\n');
}

type Outcome = 'passed' | 'failures' | 'errors' | 'skipped';

function outcomeOf(result: CaseResult): Outcome {
  const how = standing(result);
  if (how === 'expected-failure') return 'skipped';
  if (how === 'unexpected-pass' || result.verdict === 'fail') return 'failures';
  if (result.verdict === 'pass') return 'passed';
  return result.verdict === 'error' || result.verdict === 'inconclusive' ? 'errors' : 'skipped';
}

function outcomeXml(result: CaseResult): string[] {
  const { verdict, reason = '', expectedFailure } = result;
  const how = standing(result);
  switch (outcomeOf(result)) {
    case 'passed':
      return [];
    case 'skipped': {
      const word =
        how === 'expected-failure' ? `expected failure: ${expectedFailure?.reason}` : `${verdict}: ${reason}`;
      return [`      <skipped${attributes({ message: word })}/>`];
    }
    case 'errors':
      return [`      <error${attributes({ type: verdict, message: reason })}>${xmlText(reason)}</error>`];
    case 'failures': {
      const message = how === 'unexpected-pass' ? `unexpected pass: ${expectedFailure?.reason}` : reason;
      const type = how === 'unexpected-pass' ? how : verdict;
      return [`      <failure${attributes({ type, message })}>${xmlText(failureText(result))}</failure>`];
    }
  }
}

function failureText({ requirement, expected, actual, failing }: CaseResult): string {
  return [
    ...(requirement === undefined ? [] : [`Requirement: ${requirement}`]),
    ...(expected === undefined ? [] : [`Expected: ${expected}`]),
    ...(actual === undefined ? [] : [`Actual: ${actual}`]),
    ...findingBlocks(failing, ''),
  ].join('\n');
}

function evidence({ clause, strength, role, transcripts, reproduce }: CaseResult): string {
  return [
    `clause: ${clause}; ${strength}; IUT: ${role}`,
    ...transcripts.map((file) => `transcript: ${file}`),
    `reproduce: ${reproduce}`,
  ].join('\n');
}

function tally(cases: readonly CaseResult[]) {
  const count = (outcome: Outcome) => cases.filter((each) => outcomeOf(each) === outcome).length;
  return { tests: cases.length, failures: count('failures'), errors: count('errors'), skipped: count('skipped') };
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlAttribute(String(value))}"`)
    .join('');
}

/** Characters that no XML 1.0 document may hold, not even as references, become `\xhh`; the rest is escaped. */
export function xmlText(text: string): string {
  return (
    text
      .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/g, (character) => {
        const code = character.charCodeAt(0);
        return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
      })
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
  );
}

function xmlAttribute(text: string): string {
  return xmlText(text)
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;')
    .replaceAll('\t', '&#9;');
}
