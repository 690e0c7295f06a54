import type { LinkEvent } from '../../../../harness/link/events.js';
import type { Link } from '../../../../harness/link/link.js';
import { memoryPair } from '../../../../harness/link/memory.js';
import { recordLink } from '../../../../harness/link/recorder.js';
import type { PduEdit } from '../../../../harness/mta/edits/index.js';
import type { Mta } from '../../../../harness/mta/engine.js';
import type { MtaOptions } from '../../../../harness/mta/mta-options.js';
import type { PeerConfig } from '../../../../harness/mta/peer.js';
import type { Finding } from '../../../../harness/rules/finding.js';
import { Judge } from '../../../../harness/rules/judge.js';
import { p1UserTypes } from '../../../../harness/rules/p1-association.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import { AssociationObserver } from '../../../../harness/stack/association/observer.js';
import { Bench, pairOf } from '../two-mtas.js';

export interface JudgedPair {
  readonly bench: Bench;
  readonly a: Mta;
  readonly b: Mta;
  /** Of tier 1 and 2, in what A and B sent so far. */
  findings(): Finding[];
}

interface PairOptions {
  readonly a?: Partial<MtaOptions>;
  readonly b?: Partial<MtaOptions>;
  /** How A deals with B. */
  readonly ofB?: Partial<PeerConfig>;
}

/** A calls B in that mode; A's edits are made, and all that passes is judged. */
export function judgedPair(
  mode: Mode,
  edits: readonly PduEdit[],
  { ofB = {}, a = {}, b = {} }: PairOptions = {},
): JudgedPair {
  const bench = new Bench();
  const findings: Finding[] = [];
  const judges: Judge[] = [];
  const connect = async (): Promise<Link> => {
    const pair = memoryPair();
    pairMtas.b.accept(pair.responder);
    const connection = judges.length;
    const judge = new Judge({ connection });
    judges.push(judge);
    const observer = new AssociationObserver({ connection, types: p1UserTypes });
    const sink = (event: LinkEvent) => {
      if (event.kind !== 'data') return;
      for (const each of observer.push(event.direction, event.octets, event.time)) findings.push(...judge.on(each));
    };
    return recordLink(pair.initiator, { connection, clock: bench.clock, sink });
  };
  const pairMtas = pairOf(bench, { a: { ...a, edits }, b, ofB: { mode, connect, ...ofB } });
  return {
    bench,
    ...pairMtas,
    findings: () => [...findings, ...judges.flatMap((judge) => judge.end())].filter(({ tier }) => tier < 3),
  };
}
