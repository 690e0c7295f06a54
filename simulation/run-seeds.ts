import type { Mode } from '../harness/stack/association/events.js';
import { brokenMtas } from './broken.js';
import { drawPlan } from './draw.js';
import { describeFailure } from './failure.js';
import { type Counts, simulate } from './simulate.js';

/** What is simulated, beside the seeds. */
export interface Task {
  readonly modes: readonly Mode[];
  /** Where what fails is written. */
  readonly folder: string;
  /** The MTA that is simulated, where it is one of those that break a promise. */
  readonly broken?: string;
}

export interface SeedResult {
  readonly seed: number;
  readonly digest: string;
  readonly counts: Counts;
  /** For people; empty where all went well. */
  readonly failure: readonly string[];
}

export async function runSeed(seed: number, task: Task): Promise<SeedResult> {
  const { broken, modes } = task;
  const outcome = await simulate(drawPlan(seed, modes), broken === undefined ? undefined : brokenMtas[broken]);
  const { digest, counts, problems } = outcome;
  const failure = problems.length === 0 ? [] : describeFailure(outcome, task);
  return { seed, digest, counts, failure };
}

/** All counts together. */
export function sum(one: Counts, other: Counts): Counts {
  return {
    submitted: one.submitted + other.submitted,
    connections: one.connections + other.connections,
    octets: one.octets + other.octets,
    incidents: one.incidents + other.incidents,
    failures: one.failures + other.failures,
    twice: one.twice + other.twice,
    nonDelivered: one.nonDelivered + other.nonDelivered,
    resumed: one.resumed + other.resumed,
    lasted: one.lasted + other.lasted,
  };
}
