import { randomUUID } from 'node:crypto';
import { FanOut, parseReporter } from '../../harness/report/fan-out.js';
import type { Permission } from '../../harness/rules/finding.js';
import type { Mode } from '../../harness/stack/mode.js';
import { modesText } from '../../harness/verdict/case.js';
import { parseExpectedFailure, runExitCode } from '../../harness/verdict/expected-failures.js';
import { listCases, type RunOptions, run as runSuites } from '../../harness/verdict/run.js';
import { parseShard, select } from '../../harness/verdict/selection.js';
import { stream, writeLines } from '../output.js';
import { endsOnSignal } from '../signals.js';

export interface RunCommandOptions {
  readonly target: string;
  readonly mode: Mode;
  readonly only: readonly string[];
  readonly exclude: readonly string[];
  readonly expectFail: readonly string[];
  readonly permit: readonly Permission[];
  readonly reporter: readonly string[];
  readonly out: string;
  readonly list?: boolean;
  readonly shard?: string;
  readonly timeoutScale: number;
}

export async function run(cases: readonly string[], options: RunCommandOptions): Promise<void> {
  const { target, mode, exclude, permit, out, timeoutScale } = options;
  const selection = {
    only: [...cases, ...options.only],
    exclude,
    ...(options.shard === undefined ? {} : { shard: parseShard(options.shard) }),
  };
  if (options.list === true) return list(selection);
  const expectedFailures = options.expectFail.map(parseExpectedFailure);
  const choices = options.reporter.map(parseReporter);
  const listener = new FanOut(choices, {
    stdout: stream(process.stdout),
    stderr: stream(process.stderr),
    folder: process.cwd(),
    stepSummary: process.env.GITHUB_STEP_SUMMARY,
    token: randomUUID(),
  });
  const signals = endsOnSignal();
  try {
    const result = await runSuites({
      ...selection,
      target,
      mode,
      permissions: permit,
      expectedFailures,
      out,
      timeoutScale,
      listener,
      signal: signals.signal,
    });
    process.exitCode = runExitCode(result);
  } finally {
    signals.stop();
    listener.close();
  }
}

async function list(selection: Pick<RunOptions, 'only' | 'exclude' | 'shard'>): Promise<void> {
  const all = await listCases();
  const selected = new Set(
    select(
      all.map(({ id }) => id),
      selection,
    ),
  );
  const width = Math.max(...all.map(({ id }) => id.length));
  await writeLines(
    all
      .filter(({ id }) => selected.has(id))
      .map(
        ({ id, purpose, modes }) =>
          `${id.padEnd(width)}  ${purpose}${modes === undefined ? '' : ` (${modesText(modes)})`}`,
      ),
  );
}
