import type { Sink } from '../harness/report/sink.js';
import { Exit } from './exit.js';

/**
 * Looks after stdout and stderr. Where nobody reads any more (`| head`) the rest is for nobody, and the work goes on;
 * where what we say cannot be written (a full disk), the process ends with an error.
 */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`p1spec: stdout cannot be written: ${error.message}\n`);
    process.exit(Exit.error);
  });
  // There is nowhere else to say it.
  process.stderr.on('error', () => {});
}

/** Writes lines to stdout with back-pressure. */
export async function writeLines(lines: Iterable<string> | AsyncIterable<string>): Promise<void> {
  let pending = '';
  for await (const line of lines) {
    pending += `${line}\n`;
    if (pending.length >= 64 * 1024) {
      await write(pending);
      pending = '';
    }
  }
  await write(pending);
}

export async function write(text: string): Promise<void> {
  if (text === '') return;
  // An error is for `watchOutput`.
  await new Promise<void>((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}

/** Colours only on a terminal that wants them. */
export function stream(out: NodeJS.WriteStream): Sink {
  return {
    color: out.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb',
    write: (text) => void out.write(text),
  };
}
