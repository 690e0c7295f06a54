import { presets } from '../mta/presets/index.js';
import { fails, type Permission } from '../rules/finding.js';
import type { Mode } from '../stack/association/events.js';
import { p1specVersion } from '../transcript/format.js';
import type { CaseFinding } from './results.js';
import { checkMode } from './run.js';
import { prepareOut, Testbed } from './testbed.js';
import type { Verdict } from './verdict.js';

/** What came of one Exchange preset with one third-party preset. */
export interface MatrixCell {
  readonly exchange: string;
  readonly peer: string;
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
    /** What is left in it, system messages included; null where the target does not tell. */
    readonly length: number | null;
  };
  readonly inbound: { readonly arrived: number; readonly submitted: number };
  readonly transcript: string | null;
}

export interface MatrixResult {
  readonly tool: 'p1spec';
  readonly version: string;
  readonly mode: Mode;
  readonly startedAt: string;
  readonly cells: readonly MatrixCell[];
}

export interface MatrixOptions {
  /** Of the associations; normal where absent. */
  readonly mode?: Mode;
  readonly out?: string;
  readonly permissions?: readonly Permission[];
  readonly timeoutScale?: number;
  readonly onCell?: (cell: MatrixCell) => void;
  readonly signal?: AbortSignal;
}

const OUTBOUND = 3;
const INBOUND = 2;
/** Conversations that run at the same time: most of each is waiting. */
const AT_ONCE = 4;
/** Retry intervals that a queue has to drain. */
const INTERVALS = 2;

/** Every Exchange preset against every third-party preset: mail both ways, and what became of it. */
export async function matrix(options: MatrixOptions = {}): Promise<MatrixResult> {
  const { mode = 'normal' } = options;
  checkMode(mode);
  const startedAt = new Date().toISOString();
  prepareOut(options.out);
  const named = (family: 'exchange' | 'third-party') =>
    presets.filter((preset) => preset.family === family).map(({ name }) => name);
  const pairs = named('exchange').flatMap((exchange) => named('third-party').map((peer) => ({ exchange, peer })));
  const cells: (MatrixCell | undefined)[] = pairs.map(() => undefined);
  const waiting = pairs.entries();
  const work = async (): Promise<void> => {
    // One iterator for all: each takes what is next.
    for (const [index, { exchange, peer }] of waiting) {
      if (options.signal?.aborted === true) return;
      const cell = await conversation(exchange, peer, options);
      cells[index] = cell;
      options.onCell?.(cell);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const done = cells.filter((cell) => cell !== undefined);
  return { tool: 'p1spec', version: p1specVersion(), mode, startedAt, cells: done };
}

async function conversation(exchange: string, preset: string, options: MatrixOptions): Promise<MatrixCell> {
  const name = `matrix-${exchange}-${preset}`;
  const { mode, out, permissions, timeoutScale } = options;
  const bed = new Testbed({ name, target: exchange, mode, out, permissions, timeoutScale });
  try {
    const { iut, peer } = await bed.start({ preset });
    await iut.sends(OUTBOUND).messages();
    const queue = iut.queueTo(peer);
    const refused = () => peer.associations.some(({ outcome }) => outcome === 'refused' || outcome === 'aborted');
    await bed.settles(() => queue.isDrained || refused());
    const inbound = await peer.sends(INBOUND).messages();
    await bed.settles(() => queue.isDrained, INTERVALS * bed.retryInterval);
    await peer.hasDelivered(inbound);
    const taken = new Set(
      bed.traffic.sentByPeers(peer.name).flatMap(({ confirmed, identifier }) => (confirmed ? [identifier] : [])),
    );
    const state = { drained: queue.isDrained, out: queue.out.length, length: queue.account?.length ?? null };
    await bed.close();
    if (bed.fault !== undefined) throw bed.fault;
    const leaks = distinct(bed.traffic.findings().filter(fails));
    const arrived = inbound.filter((identifier) => taken.has(identifier)).length;
    const bound = bed.traffic.associations.some(({ isBound }) => isBound);
    const good = leaks.length === 0 && state.drained && arrived === INBOUND;
    return {
      exchange,
      peer: preset,
      verdict: bound ? (good ? 'pass' : 'fail') : 'inconclusive',
      leaks: leaks.length,
      rules: [...new Set(leaks.map(({ rule }) => rule))].sort(),
      queue: { ...state, submitted: OUTBOUND },
      inbound: { arrived, submitted: INBOUND },
      transcript: bed.transcripts[0] ?? null,
    };
  } finally {
    await bed.close();
  }
}

/** What is found again on each attempt is one leak. */
function distinct(findings: readonly CaseFinding[]): CaseFinding[] {
  const seen = new Map(findings.map((finding) => [`${finding.rule} ${finding.path}`, finding]));
  return [...seen.values()];
}
