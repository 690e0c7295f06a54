import { standing } from '../verdict/expected-failures.js';
import { permissionName } from '../verdict/permissions.js';
import type { CaseResult, RunResult } from '../verdict/results.js';
import { type Verdict, verdicts } from '../verdict/verdict.js';
import { findingBlocks } from './console.js';
import { lostSanity, oneLine, outcomeWord, plainLines, reasonOf, troubledCases } from './outcome.js';
import { summarize, summaryText } from './summary.js';

/** GitHub refuses a summary of more than 1 MiB, whole. */
const LIMIT = 900 * 1024;

/** A run in GitHub's Markdown: counts by group, what failed and why, what was permitted or expected. */
export function githubSummary(result: RunResult): string {
  const { version, target, mode, shard, startedAt, interrupted } = result;
  const { exitCode } = summarize(result);
  const where = `target ${text(target)}, mode ${mode}${shard === undefined ? '' : `, shard ${text(shard)}`}`;
  const head = [
    `## p1spec: ${exitCode === 0 ? 'passed' : exitCode === 3 ? 'inconclusive' : 'failed'}`,
    `${text(summaryText(result))}. p1spec ${text(version)}, ${where}, begun ${text(startedAt)}.`,
    ...(interrupted === undefined ? [] : [`**Ended before its end:** ${text(interrupted)}`]),
    groupTable(result),
    listed(
      'Sanity conversations that failed',
      lostSanity(result).map(({ group, when, verdict, reason = '' }) => `${when} ${group}: ${verdict}: ${reason}`),
    ),
    listed(
      'Permitted',
      result.permissions.map((each) => `${permissionName(each)}: ${each.reason}`),
    ),
    listed(
      'Expected failures',
      result.expectedFailures.map(({ id, reason }) => `${id}: ${reason}${outcomeOf(result, id)}`),
    ),
  ].filter((part) => part !== '');
  return `${[...head, ...details(troubledCases(result), Buffer.byteLength(head.join('\n\n')))].join('\n\n')}\n`;
}

function outcomeOf({ cases }: RunResult, id: string): string {
  const found = cases.find((each) => each.id === id);
  return found === undefined ? '' : ` (${outcomeWord(found)})`;
}

function groupTable({ cases }: RunResult): string {
  const shown: readonly Verdict[] = [...verdicts].reverse();
  const groups = [...new Set(cases.map(({ group }) => group))];
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['group', ...shown]),
    row(['---', ...shown.map(() => '---:')]),
    ...groups.map((group) => {
      const count = (verdict: Verdict) =>
        cases.filter((each) => each.group === group && each.verdict === verdict).length;
      return row([text(group), ...shown.map((verdict) => String(count(verdict) || ''))]);
    }),
  ].join('\n');
}

function listed(title: string, items: readonly string[]): string {
  return items.length === 0 ? '' : [`### ${title}`, '', ...items.map((item) => `- ${text(item)}`)].join('\n');
}

/** A block for each case, until there is no more room. */
function* details(cases: readonly CaseResult[], used: number): Generator<string> {
  if (cases.length > 0) yield '### To look at';
  let octets = used;
  for (const [index, each] of cases.entries()) {
    const block = caseBlock(each);
    octets += Buffer.byteLength(block);
    if (octets > LIMIT) {
      yield `${cases.length - index} more are left out here, for want of room.`;
      return;
    }
    yield block;
  }
}

function caseBlock(each: CaseResult): string {
  const { id, purpose, clause, strength, role, requirement, expected, actual, failing, transcripts, reproduce } = each;
  const iut = role === 'both' ? 'initiator and responder' : role;
  const fields = [
    ...(standing(each) === 'unexpected-pass' ? [['Expected to fail', reasonOf(each)] as const] : []),
    ...(requirement === undefined && each.reason !== undefined ? [['Reason', each.reason] as const] : []),
    ...Object.entries({ Requirement: requirement, Expected: expected, Actual: actual }),
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${plainLines(value)}`]));
  const lines = [
    ...fields,
    ...findingBlocks(failing, ''),
    ...transcripts.map((file) => `transcript: ${oneLine(file)}`),
    `reproduce: ${oneLine(reproduce)}`,
  ];
  return [
    `<details><summary>${outcomeWord(each)}: ${html(`${id} ${purpose}`)}</summary>`,
    `${text(clause)}, ${strength}; the IUT is ${iut}.`,
    fenced(lines.join('\n')),
    '</details>',
  ].join('\n\n');
}

/** A block of code that nothing inside it ends. */
function fenced(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${code}\n${fence}`;
}

/** Printable ASCII in which no character means anything to Markdown: no table, link, mention or tag comes of it. */
function text(value: string): string {
  return oneLine(value).replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

function html(value: string): string {
  return oneLine(value).replace(/[^A-Za-z0-9 ]/g, (character) => `&#${character.charCodeAt(0)};`);
}
