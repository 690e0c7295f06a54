import { presets } from '../mta/presets/index.js';
import { associationRules } from '../rules/catalogue.js';
import { checkPermissions, type Permission } from '../rules/finding.js';
import { modes as allModes, type Mode } from '../stack/mode.js';
import { p1specVersion } from '../transcript/format.js';
import { RunError } from './failure.js';
import type { MatrixPair } from './matrix-cell.js';
import { matrixCrew } from './matrix-crew.js';
import type { ExpectedCell } from './matrix-expected.js';
import { checkMode } from './run.js';
import { prepareOut } from './testbed.js';
import type { Verdict } from './verdict.js';

/** What came of one Exchange preset with one third-party preset in one mode. */
export interface MatrixCell {
  readonly exchange: string;
  readonly peer: string;
  readonly mode: Mode;
  /** `inconclusive` where there was no association to look at. */
  readonly verdict: Extract<Verdict, 'pass' | 'fail' | 'inconclusive'>;
  /** Places in what the Exchange side sent that hold proprietary data, each counted once. */
  readonly leaks: number;
  /** The rules that found them. */
  readonly rules: readonly string[];
  readonly queue: {
    readonly drained: boolean;
    readonly out: number;
    readonly submitted: number;
    /** What is left in it, system messages and reports included; null where the target does not tell. */
    readonly length: number | null;
  };
  readonly inbound: { readonly arrived: number; readonly submitted: number };
  /** What the two presets' own documentation has. */
  readonly expected: ExpectedCell;
  readonly asExpected: boolean;
  readonly transcript: string | null;
}

export interface MatrixResult {
  readonly tool: 'p1spec';
  readonly version: string;
  /** Where there is only one. */
  readonly mode?: Mode;
  readonly modes: readonly Mode[];
  /** ISO 8601. */
  readonly startedAt: string;
  /** Milliseconds. */
  readonly duration: number;
  /** In the order of modes, Exchange presets, third-party presets. */
  readonly cells: readonly MatrixCell[];
  /** Set where it was ended before its end; cells are missing. */
  readonly interrupted?: string;
}

/** What holds for each conversation. */
export interface MatrixConversation {
  /** Folder of the transcripts; none are written where absent. */
  readonly out?: string;
  readonly permissions?: readonly Permission[];
  readonly timeoutScale?: number;
}

export interface MatrixOptions extends MatrixConversation {
  /** Of the associations; all where absent or empty. */
  readonly modes?: readonly Mode[];
  /** Exchange presets, by name; all where absent or empty. */
  readonly exchanges?: readonly string[];
  /** Third-party presets, likewise. */
  readonly peers?: readonly string[];
  /** Processes that share the work, at most; 1, where absent, is this one alone. What comes out is the same. */
  readonly jobs?: number;
  /** Told of each cell as it ends, in no order. */
  readonly onCell?: (cell: MatrixCell, count: { readonly done: number; readonly all: number }) => void;
  readonly signal?: AbortSignal;
}

/** Conversations that a process has at the same time: a good part of each is waiting. */
const AT_ONCE = 6;

/** Every Exchange preset against every third-party preset in every mode: mail both ways, and what became of it. */
export async function matrix(options: MatrixOptions = {}): Promise<MatrixResult> {
  const { jobs = 1, out, permissions, timeoutScale, signal } = options;
  const pairs = pairsOf(options);
  if (!Number.isSafeInteger(jobs) || jobs < 1) throw new RangeError(`${jobs} is no number of jobs`);
  checkPermissions(permissions ?? [], associationRules);
  prepareOut(out);
  const startedAt = new Date().toISOString();
  const since = performance.now();
  const cells = pairs.map((): MatrixCell | undefined => undefined);
  const enough = Math.max(1, Math.ceil(pairs.length / AT_ONCE));
  const crew = matrixCrew(Math.min(jobs, enough), { out, permissions, timeoutScale });
  const isEnded = () => signal?.aborted === true;
  const stop = () => {
    for (const worker of crew) worker.stop();
  };
  signal?.addEventListener('abort', stop, { once: true });
  let done = 0;
  const waiting = pairs.entries();
  const works = crew.flatMap((worker) =>
    Array.from({ length: AT_ONCE }, async () => {
      // One iterator for all: each takes what is next.
      for (const [index, pair] of waiting) {
        if (isEnded()) return;
        const cell = await worker.converse(pair);
        if (isEnded()) return;
        cells[index] = cell;
        done += 1;
        options.onCell?.(cell, { done, all: pairs.length });
      }
    }),
  );
  try {
    await Promise.all(works);
  } catch (error) {
    if (!isEnded()) throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
    await Promise.allSettled(works);
  }
  const modes = allModes.filter((each) => pairs.some(({ mode }) => mode === each));
  return {
    tool: 'p1spec',
    version: p1specVersion(),
    ...(modes.length === 1 ? { mode: modes[0] } : {}),
    modes,
    startedAt,
    duration: Math.round(performance.now() - since),
    cells: cells.filter((cell) => cell !== undefined),
    ...(isEnded() ? { interrupted: reasonOf(signal) } : {}),
  };
}

/** 0 each pair is as documented, leaks and blocked queues included; 1 one is not; 3 one never bound, or cells are missing. */
export function matrixExitCode({ cells, interrupted }: MatrixResult): 0 | 1 | 3 {
  const bound = cells.filter(({ verdict }) => verdict !== 'inconclusive');
  if (bound.some(({ asExpected }) => !asExpected)) return 1;
  return bound.length < cells.length || interrupted !== undefined ? 3 : 0;
}

function pairsOf({ modes = [], exchanges = [], peers = [] }: MatrixOptions): MatrixPair[] {
  for (const mode of modes) checkMode(mode);
  const chosen = (family: 'exchange' | 'third-party', names: readonly string[]): string[] => {
    const all = presets.filter((preset) => preset.family === family).map(({ name }) => name);
    const unknown = names.find((name) => !all.includes(name));
    if (unknown === undefined) return names.length === 0 ? all : all.filter((name) => names.includes(name));
    throw new RunError('ERR_UNKNOWN_TARGET', {
      message: `there is no ${family === 'exchange' ? 'Exchange' : family} preset ${JSON.stringify(unknown)}`,
      hint: `there are: ${all.join(', ')}`,
    });
  };
  const rows = chosen('exchange', exchanges);
  const columns = chosen('third-party', peers);
  return allModes
    .filter((mode) => modes.length === 0 || modes.includes(mode))
    .flatMap((mode) => rows.flatMap((exchange) => columns.map((peer) => ({ mode, exchange, peer }))));
}

function reasonOf(signal: AbortSignal | undefined): string {
  return typeof signal?.reason === 'string' ? signal.reason : 'the matrix was ended';
}
