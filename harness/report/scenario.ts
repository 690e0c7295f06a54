import type { ScenarioResult, StepResult } from '../mta/scenario/result.js';
import { elapsedText } from '../mta/scenario/run-text.js';
import { type Finding, fails } from '../rules/finding.js';
import { type Difference, differenceLines } from '../transcript/compare/index.js';
import { findingBlocks } from './console.js';
import { escapeText } from './escape.js';
import { type Paint, painter, type Style } from './sink.js';
import { counted } from './summary.js';

/** How what was said compares with an earlier recording. */
export interface RecordingComparison {
  readonly file: string;
  readonly differences: readonly Difference[];
  /** What was said now stands in its place. */
  readonly written: boolean;
}

/** Differences that are shown. */
const SHOWN = 20;

const COLUMNS = 100;

const marks: Record<StepResult['state'], readonly [mark: string, style: Style]> = {
  done: ['✓', 'green'],
  failed: ['✗', 'red'],
  'not reached': ['·', 'yellow'],
};

const verdictStyles: Record<ScenarioResult['verdict'], Style> = {
  pass: 'green',
  fail: 'red',
  inconclusive: 'yellow',
  error: 'red',
};

/** A step as it ends, in one line: `+0:10:00  ✓ line 14  wait 10 min`. Those never reached are for the table at the end. */
export function stepProgressLine(step: StepResult, { color }: { readonly color: boolean }): string | undefined {
  const { state, time = 0, line, kind, text, why } = step;
  if (state === 'not reached') return undefined;
  const paint = painter({ color });
  const [mark, style] = kind === 'note' ? (['#', 'bold'] as const) : marks[state];
  const place = line === undefined ? '' : paint('dim', `line ${line}`.padEnd(10));
  const failure = why === undefined ? '' : `: ${escapeText(why)}`;
  return `${elapsedText(time).padStart(9)}  ${paint(style, mark)} ${place}${escapeText(text)}${failure}`;
}

/** Something that was found in what an MTA sent, as it is found. */
export function findingProgressLine({ rule, tier, path, message }: Finding, by: string): string {
  return `           ! ${escapeText(`${by}: tier ${tier} ${rule} ${path}: ${message}`)}`;
}

/** What came of a scenario: what was not done and why, how its MTAs stand, what was found in what they sent. */
export function* scenarioLines(result: ScenarioResult, { color }: { readonly color: boolean }): Generator<string> {
  const paint = painter({ color });
  yield* undoneLines(result.steps, paint);
  yield '';
  yield* mtaLines(result.mtas, paint);
  for (const { name, judged, findings } of result.mtas) {
    if (judged) yield* findingBlock(name, findings, paint);
  }
  if (result.failedEdits.length > 0) {
    yield '';
    yield 'Edits that could not be made; the PDUs went out as they were:';
    for (const each of result.failedEdits) yield `  ${escapeText(each)}`;
  }
  if (result.unused.length > 0) {
    yield '';
    yield 'Not used, which is no fault:';
    for (const each of result.unused) yield `  ${escapeText(each)}`;
  }
  yield '';
  yield paint(verdictStyles[result.verdict], summaryOf(result));
}

/** Where what was said means something else than in an earlier recording. */
export function* comparisonLines(
  { file, differences, written }: RecordingComparison,
  { color }: { readonly color: boolean },
): Generator<string> {
  for (const difference of differences.slice(0, SHOWN)) yield* differenceLines(difference);
  if (differences.length > SHOWN) yield `and ${counted(differences.length - SHOWN, 'difference')} more`;
  const verdict = differences.length === 0 ? 'says the same' : `${counted(differences.length, 'difference')}`;
  const style = differences.length === 0 || written ? 'green' : 'red';
  yield painter({ color })(style, `against ${escapeText(file)}: ${verdict}${written ? '; recorded anew' : ''}`);
}

/** The same as JSON, in ASCII: what peers say of themselves may go to a terminal. */
export function scenarioJson(result: ScenarioResult, comparison?: RecordingComparison): string {
  return JSON.stringify({ ...result, ...(comparison === undefined ? {} : { comparison }) }, undefined, 2).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The steps that failed or were never reached, as a table; below one that failed, why, and what was seen instead. */
function* undoneLines(steps: readonly StepResult[], paint: Paint): Generator<string> {
  const undone = steps.filter(({ state, kind }) => state !== 'done' && (state === 'failed' || kind !== 'note'));
  if (undone.length === 0) return;
  const places = undone.map(({ line, number }) => String(line ?? number));
  const heading = undone.some(({ line }) => line !== undefined) ? 'line' : 'step';
  const width = Math.max(heading.length, ...places.map(({ length }) => length));
  const stateWidth = 'not reached'.length;
  yield '';
  yield paint('bold', 'Steps that failed or were never reached:');
  yield `  ${heading.padStart(width)}  ${'state'.padEnd(stateWidth)}  what was to be`;
  for (const [index, { state, text, why, seen, time = 0 }] of undone.entries()) {
    const [, style] = marks[state];
    yield `  ${(places[index] ?? '').padStart(width)}  ${paint(style, state.padEnd(stateWidth))}  ${escapeText(text)}`;
    if (state !== 'failed') continue;
    const indent = width + stateWidth + 8;
    if (why !== undefined) yield* hung(`at ${elapsedText(time)}: ${escapeText(why)}`, indent);
    if (seen === undefined) continue;
    yield* hung(seen.length === 0 ? 'nothing at all happened there' : 'what happened there last:', indent);
    for (const each of seen) yield* hung(escapeText(each), indent + 2);
  }
}

/** In lines of 100 columns, as far as there are spaces to break at; all but the first further in. */
function* hung(text: string, indent: number): Generator<string> {
  const room = COLUMNS - indent;
  let line = '';
  let begins = true;
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > (begins ? room : room - 2)) {
      yield `${' '.repeat(begins ? indent : indent + 2)}${line}`;
      [line, begins] = [word, false];
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  yield `${' '.repeat(begins ? indent : indent + 2)}${line}`;
}

function* mtaLines(mtas: ScenarioResult['mtas'], paint: Paint): Generator<string> {
  const head = ['MTA', 'preset', 'received', 'queues'];
  const rows = mtas.map(({ name, preset, judged, received, queues }) => [
    name,
    `${preset}${judged ? ', judged' : ''}`,
    String(received),
    queues.map(({ to, length, state }) => `${length} to ${to}, ${state}`).join('; ') || '-',
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  yield paint('dim', line(head));
  for (const row of rows) yield escapeText(line(row));
}

function* findingBlock(name: string, findings: readonly Finding[], paint: Paint): Generator<string> {
  if (findings.length === 0) return;
  yield '';
  yield paint('bold', `Found in what ${escapeText(name)} sent:`);
  yield* findingBlocks(findings, '  ');
}

function summaryOf({ verdict, steps, mtas, elapsed, binds }: ScenarioResult): string {
  const count = (state: StepResult['state']) => steps.filter((step) => step.state === state).length;
  const failing = mtas.flatMap(({ judged, findings }) => (judged ? findings.filter(fails) : [])).length;
  const parts = [
    `${count('done')} of ${counted(steps.length, 'step')} done`,
    ...(count('failed') === 0 ? [] : [`${count('failed')} failed`]),
    ...(count('not reached') === 0 ? [] : [`${count('not reached')} never reached`]),
    counted(binds, 'bind'),
    ...(failing === 0 ? [] : [`${counted(failing, 'finding')} that fail`]),
  ];
  return `${verdict}: ${parts.join(', ')}; ${elapsedText(elapsed).slice(1)} on its clock`;
}
