import type { MatrixCell, MatrixResult } from '../verdict/matrix.js';
import { type Paint, painter } from './sink.js';

const HEAD = ['Exchange', 'peer', 'what it sends', 'queue to the peer', 'mail from the peer', 'transcript'];

/** A line for each pair, under a head. */
export function* matrixLines({ mode, cells }: MatrixResult, options: { color: boolean }): Generator<string> {
  if (mode !== 'normal') yield `mode ${mode}`;
  const rows = [HEAD, ...cells.map(row)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cols) => cols[column]?.length ?? 0)));
  const paint = painter(options);
  for (const [i, columns] of rows.entries()) {
    const cell = cells[i - 1];
    yield columns
      .map((text, column) =>
        painted(paint, cell, column, column === columns.length - 1 ? text : text.padEnd(widths[column] ?? 0)),
      )
      .join('  ')
      .trimEnd();
  }
}

function row({ exchange, peer, leaks, rules, queue, inbound, transcript }: MatrixCell): string[] {
  return [
    exchange,
    peer,
    leaks === 0 ? 'clean' : `leaks ${leaks} (${rules.join(', ')})`,
    queue.drained ? 'drains' : `blocks (${queue.out} of ${queue.submitted} out)`,
    inbound.arrived === inbound.submitted ? 'arrives' : `${inbound.arrived} of ${inbound.submitted} arrive`,
    transcript ?? '',
  ];
}

function painted(paint: Paint, cell: MatrixCell | undefined, column: number, text: string): string {
  if (cell === undefined) return paint('bold', text);
  const good = [
    undefined,
    undefined,
    cell.leaks === 0,
    cell.queue.drained,
    cell.inbound.arrived === cell.inbound.submitted,
  ][column];
  if (good === undefined) return text;
  return paint(good ? 'green' : 'red', text);
}
