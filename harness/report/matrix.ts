import { dirname, join } from 'node:path';
import type { Mode } from '../stack/mode.js';
import type { MatrixCell, MatrixResult } from '../verdict/matrix.js';
import { escapeText } from './escape.js';
import { type Paint, painter } from './sink.js';
import { counted } from './summary.js';

/** Characters of a name before it goes on in another line: so that five columns fit into a hundred. */
const NAME_WIDTH = 18;
const GAP = '  ';
/** Of `n leaks`, so that what comes behind stands in a column. */
const LEAKS_WIDTH = 7;

/** A grid for each mode: a column for each Exchange preset, a row for each third-party preset; then what leaks. */
export function* matrixLines(result: MatrixResult, options: { color: boolean }): Generator<string> {
  const paint = painter(options);
  for (const mode of result.modes) {
    const grid = gridOf(result.cells, mode);
    if (grid.rows.length === 0) continue;
    yield* gridLines(grid, mode, paint);
    yield '';
  }
  yield 'n leaks: places in what the Exchange side sent that hold proprietary data, each counted once';
  yield 'drains, blocks: what its queue to the peer does; ! is not as the two presets document it';
  yield* leakLines(result.cells);
  yield* surpriseLines(result.cells, paint);
  const [transcript] = result.cells.flatMap(({ transcript }) => transcript ?? []);
  if (transcript !== undefined) {
    yield `transcripts: ${escapeText(join(dirname(transcript), 'matrix-<mode>-<exchange>-<peer>.ndjson'))}`;
  }
  if (result.interrupted !== undefined) yield `ended before its end: ${escapeText(result.interrupted)}`;
  yield summaryLine(result);
}

export interface MatrixGrid {
  /** Exchange presets. */
  readonly columns: readonly string[];
  readonly rows: readonly {
    /** Third-party preset. */
    readonly peer: string;
    /** In the order of the columns; undefined where there was no such conversation. */
    readonly cells: readonly (MatrixCell | undefined)[];
  }[];
}

/** The cells of a mode in rows and columns. */
export function gridOf(cells: readonly MatrixCell[], mode: Mode): MatrixGrid {
  const own = cells.filter((cell) => cell.mode === mode);
  const columns = [...new Set(own.map(({ exchange }) => exchange))];
  const peers = [...new Set(own.map(({ peer }) => peer))];
  const rows = peers.map((peer) => ({
    peer,
    cells: columns.map((exchange) => own.find((cell) => cell.peer === peer && cell.exchange === exchange)),
  }));
  return { columns, rows };
}

/** `clean`, `1 leak`, `4 leaks`. */
export function leaksText({ leaks }: Pick<MatrixCell, 'leaks'>): string {
  return leaks === 0 ? 'clean' : counted(leaks, 'leak');
}

/** `drains` or `blocks`. */
export function queueText({ queue }: Pick<MatrixCell, 'queue'>): string {
  return queue.drained ? 'drains' : 'blocks';
}

/** `3 drain` of what, and how many are not as documented. */
export function summaryLine({ cells, duration }: MatrixResult): string {
  const clean = cells.filter(({ leaks }) => leaks === 0).length;
  const drained = cells.filter(({ queue }) => queue.drained).length;
  const otherwise = cells.filter(({ asExpected }) => !asExpected).length;
  return [
    `${counted(cells.length, 'conversation')} in ${(duration / 1000).toFixed(1)} s: ${clean} clean, ${cells.length - clean} leak`,
    `${drained} drain, ${cells.length - drained} block`,
    otherwise === 0 ? 'all as the presets document it' : `${otherwise} not as the presets document it`,
  ].join('; ');
}

/** What documentation has, in words: `clean, drains`. */
export function expectedText({ expected }: Pick<MatrixCell, 'expected'>): string {
  const { rules, drains, arrives } = expected;
  const sends = rules.length === 0 ? 'clean' : rules.join(', ');
  return `${sends}; ${drains ? 'drains' : 'blocks'}${arrives ? '' : '; mail from the peer does not arrive'}`;
}

/** What was found, in the same words. */
export function foundText({ verdict, rules, queue, inbound }: MatrixCell): string {
  if (verdict === 'inconclusive') return 'no association was bound';
  const sends = rules.length === 0 ? 'clean' : rules.join(', ');
  const lost = inbound.submitted - inbound.arrived;
  const out = queue.drained ? 'drains' : `blocks (${queue.out} of ${queue.submitted} out)`;
  return `${sends}; ${out}${lost === 0 ? '' : `; ${lost} of ${inbound.submitted} from the peer do not arrive`}`;
}

function* gridLines({ columns, rows }: MatrixGrid, mode: Mode, paint: Paint): Generator<string> {
  const names = rows.map(({ peer }) => wrapped(peer));
  const title = `mode ${mode}`;
  const first = Math.max(title.length, ...names.flat().map(({ length }) => length));
  const heads = columns.map((name) => name.replace(/^exchange-/, ''));
  const widths = columns.map((_, i) =>
    Math.max(heads[i]?.length ?? 0, ...rows.map(({ cells }) => plainText(cells[i]).length)),
  );
  const row = (name: string, texts: readonly string[]) => [name, ...texts].join(GAP).trimEnd();
  yield row(
    paint('bold', title.padEnd(first)),
    heads.map((head, i) => paint('bold', head.padEnd(widths[i] ?? 0))),
  );
  for (const [index, { cells }] of rows.entries()) {
    const [name = '', ...more] = names[index] ?? [];
    const texts = cells.map((cell, i) => painted(cell, paint) + ' '.repeat((widths[i] ?? 0) - plainText(cell).length));
    yield row(name.padEnd(first), texts);
    for (const rest of more) yield `  ${rest}`;
  }
}

/** Broken behind a hyphen, where it is long; what follows stands two further in. */
function wrapped(name: string): string[] {
  if (name.length <= NAME_WIDTH) return [name];
  const at = name.lastIndexOf('-', NAME_WIDTH - 1) + 1;
  if (at === 0) return [name];
  const [next = '', ...more] = wrapped(name.slice(at));
  return [name.slice(0, at), next, ...more];
}

function plainText(cell: MatrixCell | undefined): string {
  return painted(cell, (_, text) => text);
}

function painted(cell: MatrixCell | undefined, paint: Paint): string {
  if (cell === undefined) return '-';
  if (cell.verdict === 'inconclusive') return paint('yellow', 'no bind');
  const leaks = paint(cell.leaks === 0 ? 'green' : 'red', leaksText(cell).padEnd(LEAKS_WIDTH));
  const queue = paint(cell.queue.drained ? 'green' : 'red', queueText(cell));
  return `${leaks} ${queue}${cell.asExpected ? '' : paint('yellow', ' !')}`;
}

/** Which rules found something, by Exchange preset. */
function* leakLines(cells: readonly MatrixCell[]): Generator<string> {
  const names = [...new Set(cells.map(({ exchange }) => exchange))];
  const width = Math.max(0, ...names.map(({ length }) => length));
  for (const name of names) {
    const rules = new Set(cells.flatMap(({ exchange, rules }) => (exchange === name ? rules : [])));
    yield `  ${name.padEnd(width)}  ${rules.size === 0 ? 'clean' : [...rules].sort().join(', ')}`;
  }
}

function* surpriseLines(cells: readonly MatrixCell[], paint: Paint): Generator<string> {
  for (const cell of cells.filter(({ asExpected }) => !asExpected)) {
    yield paint('yellow', `! ${cell.exchange} and ${cell.peer}, ${cell.mode}: ${foundText(cell)}`);
    yield `  documented: ${expectedText(cell)}`;
    if (cell.transcript !== null) yield `  transcript: ${escapeText(cell.transcript)}`;
  }
}
