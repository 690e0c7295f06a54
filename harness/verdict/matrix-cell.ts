import { presetNamed } from '../mta/presets/index.js';
import { fails } from '../rules/finding.js';
import type { Mode } from '../stack/mode.js';
import { Interrupted } from './failure.js';
import type { Iut } from './iut.js';
import type { MatrixCell, MatrixConversation } from './matrix.js';
import { expectedCell, isAsExpected } from './matrix-expected.js';
import type { Peer } from './peer.js';
import type { CaseFinding } from './results.js';
import { Testbed } from './testbed.js';

/** One pair in one mode. */
export interface MatrixPair {
  readonly exchange: string;
  readonly peer: string;
  readonly mode: Mode;
}

const OUTBOUND = 3;
/** Retry intervals that a queue has to drain … */
const INTERVALS = 2;
/** … and associations that fail in them, before it is said to block. */
const FAILURES = 3;

/** The conversation of one pair: mail both ways, a report on one of the peer's, and what became of it. */
export async function matrixCell(
  pair: MatrixPair,
  options: MatrixConversation = {},
  signal?: AbortSignal,
): Promise<MatrixCell> {
  const { exchange, mode } = pair;
  const { out, permissions, timeoutScale } = options;
  const name = `matrix-${mode}-${exchange}-${pair.peer}`;
  const bed = new Testbed({ name, target: exchange, mode, out, permissions, timeoutScale });
  // What was cut short says nothing.
  const checkEnded = () => {
    if (signal?.aborted === true) throw new Interrupted('the matrix was ended');
  };
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= bed.close();
    return closing;
  };
  try {
    const { iut, peer } = await bed.start({ preset: pair.peer });
    signal?.addEventListener('abort', close, { once: true });
    checkEnded();
    const { inbound, queue } = await exchangeMail(bed, iut, peer, checkEnded);
    await close();
    if (bed.fault !== undefined) throw bed.fault;
    const { findings, leaks } = foundIn(bed);
    const good = leaks.length === 0 && queue.drained && inbound.arrived === inbound.submitted;
    const bound = bed.traffic.associations.some(({ isBound }) => isBound);
    const expected = expectedCell(presetNamed(exchange), presetNamed(pair.peer), mode);
    return {
      exchange,
      peer: pair.peer,
      mode,
      verdict: bound ? (good ? 'pass' : 'fail') : 'inconclusive',
      leaks: leaks.length,
      rules: rulesOf(leaks),
      queue,
      inbound,
      expected,
      asExpected: isAsExpected(expected, { rules: rulesOf(findings), queue, inbound }),
      transcript: bed.transcripts[0] ?? null,
    };
  } finally {
    signal?.removeEventListener('abort', close);
    await close();
  }
}

async function exchangeMail(
  bed: Testbed,
  iut: Iut,
  peer: Peer,
  checkEnded: () => void,
): Promise<Pick<MatrixCell, 'queue' | 'inbound'>> {
  await iut.sends(OUTBOUND).messages();
  const queue = iut.queueTo(peer);
  await bed.settles(() => queue.isDrained || failures(bed) > 0);
  checkEnded();
  const inbound = [
    ...(await peer.sends(1).messages()),
    // Some content types stand only in reports on such. KB 298000.
    ...(await peer.sends(1).messages({ reports: true, contentReturn: false })),
  ];
  await peer.hasDelivered(inbound);
  checkEnded();
  await drains(bed, () => queue.isDrained && bed.traffic.sentByIut(peer.name).some(({ kind }) => kind === 'report'));
  checkEnded();
  const taken = bed.traffic.sentByPeers(peer.name).filter(({ confirmed }) => confirmed);
  const arrived = inbound.filter((identifier) => taken.some((apdu) => apdu.identifier === identifier)).length;
  const { isDrained, out, account } = queue;
  return {
    queue: { drained: isDrained, out: out.length, submitted: OUTBOUND, length: account?.length ?? null },
    inbound: { arrived, submitted: inbound.length },
  };
}

/**
 * Waits until the queue is empty, or is seen not to become so. That takes failures and not time alone: on a busy machine
 * a queue that drains may be slow.
 */
async function drains(bed: Testbed, isDrained: () => boolean): Promise<void> {
  const before = failures(bed);
  const least = INTERVALS * bed.retryInterval;
  const since = performance.now();
  const isStuck = () => performance.now() - since >= least && failures(bed) - before >= FAILURES;
  await bed.settles(() => isDrained() || isStuck(), INTERVALS * bed.retryInterval);
}

/** Associations that the IUT has opened, or tried to, and that ended otherwise than in good order. */
function failures(bed: Testbed): number {
  return bed.traffic.associations.filter(
    ({ iutRole, outcome }) => iutRole === 'initiator' && outcome !== undefined && outcome !== 'released',
  ).length;
}

/** What is found again on each attempt is one finding. */
function foundIn(bed: Testbed): { findings: CaseFinding[]; leaks: CaseFinding[] } {
  const all = bed.traffic.findings().filter(({ tier }) => tier < 3);
  const findings = [...new Map(all.map((finding) => [`${finding.rule} ${finding.path}`, finding])).values()];
  return { findings, leaks: findings.filter(fails) };
}

function rulesOf(findings: readonly CaseFinding[]): string[] {
  return [...new Set(findings.map(({ rule }) => rule))].sort();
}
