import { matrixLines } from '../../harness/report/matrix.js';
import type { Mode } from '../../harness/stack/mode.js';
import { matrix as runMatrix } from '../../harness/verdict/matrix.js';
import { Exit } from '../exit.js';
import { write, writeLines } from '../output.js';
import { endsOnSignal } from '../signals.js';
import { stream } from './run.js';

export interface MatrixCommandOptions {
  readonly mode: Mode;
  readonly json?: boolean;
  readonly out: string;
  readonly timeoutScale: number;
}

/** The table is the result: a leak in it is what it is for, not an error. */
export async function matrix({ mode, json, out, timeoutScale }: MatrixCommandOptions): Promise<void> {
  const signals = endsOnSignal();
  try {
    const result = await runMatrix({
      mode,
      out,
      timeoutScale,
      signal: signals.signal,
      onCell: ({ exchange, peer }) => process.stderr.write(`p1spec: ${exchange} and ${peer}\n`),
    });
    if (json === true) await write(`${JSON.stringify(result, undefined, 2)}\n`);
    else await writeLines(matrixLines(result, stream(process.stdout)));
    const cut = signals.signal.aborted || result.cells.some(({ verdict }) => verdict === 'inconclusive');
    process.exitCode = cut ? Exit.inconclusive : Exit.clean;
  } finally {
    signals.stop();
  }
}
