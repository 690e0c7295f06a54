import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { matrixLines } from '../../harness/report/matrix.js';
import { matrixHtml } from '../../harness/report/matrix-html.js';
import { MatrixProgress } from '../../harness/report/matrix-progress.js';
import type { Mode } from '../../harness/stack/mode.js';
import { fileError } from '../../harness/transcript/errors.js';
import { matrixExitCode, matrix as runMatrix } from '../../harness/verdict/matrix.js';
import { stream, write, writeLines } from '../output.js';
import { endsOnSignal } from '../signals.js';

export interface MatrixCommandOptions {
  readonly mode: readonly Mode[];
  readonly exchange: readonly string[];
  readonly peer: readonly string[];
  readonly jobs?: number;
  readonly json?: boolean;
  readonly html?: string;
  readonly out: string;
  readonly timeoutScale: number;
}

/** The table is the result: a leak in it that is documented is what it is for, not an error. */
export async function matrix(options: MatrixCommandOptions): Promise<void> {
  const { mode, exchange, peer, jobs = availableParallelism(), json, out, timeoutScale } = options;
  const page = options.html ?? join(out, 'matrix.html');
  const stderr = stream(process.stderr);
  const live = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  const progress = new MatrixProgress(stderr, { live });
  const signals = endsOnSignal();
  try {
    const result = await runMatrix({
      modes: mode,
      exchanges: exchange,
      peers: peer,
      jobs,
      out,
      timeoutScale,
      signal: signals.signal,
      onCell: (cell, count) => progress.cellEnded(cell, count),
    }).finally(() => progress.end());
    if (json === true) await write(`${JSON.stringify(result, undefined, 2)}\n`);
    else await writeLines(matrixLines(result, stream(process.stdout)));
    save(page, matrixHtml(result, dirname(page)));
    stderr.write(`p1spec: as a page: ${page}\n`);
    process.exitCode = matrixExitCode(result);
  } finally {
    signals.stop();
  }
}

function save(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw fileError(cause, file, 'write');
  }
}
