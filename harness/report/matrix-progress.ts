import type { MatrixCell } from '../verdict/matrix.js';
import { leaksText, queueText } from './matrix.js';
import type { Sink } from './sink.js';

/** How far a matrix is: a counter that stays in its line on a terminal, elsewhere a line for each conversation. */
export class MatrixProgress {
  readonly #sink: Pick<Sink, 'write'>;
  readonly #live: boolean;

  constructor(sink: Pick<Sink, 'write'>, options: { live: boolean }) {
    this.#sink = sink;
    this.#live = options.live;
  }

  cellEnded(cell: MatrixCell, { done, all }: { readonly done: number; readonly all: number }): void {
    if (this.#live) {
      // What anybody else writes stands over it.
      this.#sink.write(`p1spec: ${done} of ${all} conversations\r`);
      return;
    }
    const { exchange, peer, mode } = cell;
    const found = cell.verdict === 'inconclusive' ? 'no bind' : `${leaksText(cell)}, ${queueText(cell)}`;
    const count = `${String(done).padStart(String(all).length)}/${all}`;
    this.#sink.write(`p1spec: ${count} ${exchange} and ${peer}, ${mode}: ${found}\n`);
  }

  /** Leaves a clean line behind. */
  end(): void {
    if (this.#live) this.#sink.write('\u001b[K');
  }
}
