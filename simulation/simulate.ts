import { createHash } from 'node:crypto';
import type { Problem } from './accounts.js';
import { excusesOf } from './excuses.js';
import { Ledger } from './ledger.js';
import type { LinkPlan, Plan } from './plan.js';
import { readWire, type Transfer, type WireReport } from './wire.js';
import { EPOCH, type MtaClass, type Seen, World } from './world.js';

const MINUTE = 60_000;
/** How long the queues have to drain once nothing goes wrong any more. */
const DRAIN = 24 * 60 * MINUTE;
/** How often who is only called is called, where it has something to send. */
const POLL = 10 * MINUTE;
/** How long associations may take to end once all is done. */
const RELEASE = 60 * MINUTE;
/** How long a link may be left that only one side has closed. */
const LINGER = MINUTE;

export interface Outcome {
  readonly plan: Plan;
  readonly problems: readonly Problem[];
  /** Of all octets and all that happened. */
  readonly digest: string;
  readonly story: readonly string[];
  readonly seen: readonly Seen[];
  readonly transfers: readonly Transfer[];
  readonly counts: Counts;
}

export interface Counts {
  readonly submitted: number;
  readonly connections: number;
  readonly octets: number;
  readonly incidents: number;
  readonly failures: number;
  /** Copies beyond the first. */
  readonly twice: number;
  readonly nonDelivered: number;
  readonly resumed: number;
  /** Virtual time, in milliseconds. */
  readonly lasted: number;
}

/** Runs a plan to its end. Whatever goes wrong with it is among the problems; nothing is thrown. */
export async function simulate(plan: Plan, make?: MtaClass): Promise<Outcome> {
  const ledger: Ledger = new Ledger(plan, () => world.clock.now());
  const world: World = new World(plan, ledger, make);
  const problems: Problem[] = [];
  const fail = (message: string) => problems.push({ at: world.clock.now() - EPOCH, message });
  try {
    world.begin();
    if (await drains(world, ledger, plan)) await release(world, fail);
    else fail(`the queues did not drain: ${ledger.standing} items stand`);
  } catch (error) {
    fail(`an exception: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  const wire = readWire(world.seen, world.connections);
  judgeWire(wire, fail);
  ledger.close(excusesOf(plan, wire.transfers, ledger.crashes, (from, to) => world.refused(from, to)));
  if (plan.faults.length === 0 && ledger.failures > 0)
    fail(`${ledger.failures} transfers failed, and nothing was wrong`);
  const copies = [...ledger.copies.values()];
  return {
    plan,
    problems: [...problems, ...ledger.problems],
    digest: digestOf(world.seen, ledger.story),
    story: ledger.story,
    seen: world.seen,
    transfers: wire.transfers,
    counts: {
      submitted: ledger.submissions.size,
      connections: world.connections.length,
      octets: world.seen.reduce((sum, { event }) => sum + (event.kind === 'data' ? event.octets.length : 0), 0),
      incidents: ledger.incidents,
      failures: ledger.failures,
      twice: copies.reduce((sum, { delivered }) => sum + Math.max(0, delivered - 1), 0),
      nonDelivered: copies.filter(({ nonDelivered }) => nonDelivered > 0).length,
      resumed: wire.transfers.filter(({ resumed }) => resumed).length,
      lasted: world.clock.now() - EPOCH,
    },
  };
}

/** Lets time pass until all is submitted, nothing goes wrong any more and nothing is queued; whether that came. */
async function drains(world: World, ledger: Ledger, plan: Plan): Promise<boolean> {
  const { clock } = world;
  const calm = EPOCH + plan.calm;
  let nextPoll = calm + POLL;
  while (clock.now() < calm + DRAIN) {
    if (clock.now() >= calm && ledger.standing === 0 && world.mtas.length === plan.mtas.length) return true;
    const next = Math.min(clock.nextTimer ?? Number.POSITIVE_INFINITY, clock.now() < calm ? calm : nextPoll);
    await clock.advanceToAsync(next);
    ledger.breathe();
    if (clock.now() < nextPoll) continue;
    nextPoll += POLL;
    for (const link of plan.links) if (mustBeCalled(link, ledger)) world.poll(link);
  }
  return false;
}

/** Whether the side that opens no associations has something to send. */
function mustBeCalled({ ends }: LinkPlan, ledger: Ledger): boolean {
  const [one, other] = ends;
  if (!one.opens) return ledger.standingFor(one.mta, other.mta) > 0;
  return !other.opens && ledger.standingFor(other.mta, one.mta) > 0;
}

async function release(world: World, fail: (message: string) => void): Promise<void> {
  const { clock } = world;
  for (const mta of world.mtas) mta.stop();
  const end = clock.now() + RELEASE;
  const open = () => world.mtas.flatMap(({ name, associations }) => associations.map((each) => ({ name, ...each })));
  while (open().length > 0 && clock.now() < end) {
    await clock.advanceToAsync(Math.min(clock.nextTimer ?? end, end));
  }
  for (const mta of world.mtas) {
    for (const { index, peer } of mta.associations) fail(`association ${index} of ${mta.name} with ${peer} never ends`);
  }
  // Who has closed a link waits a while for the other side.
  await clock.advanceToAsync(clock.now() + LINGER);
  if (world.timers > 0) fail(`${world.timers} timers are left when all has stopped`);
}

function judgeWire({ findings, excesses }: WireReport, fail: (message: string) => void): void {
  for (const excess of excesses) fail(excess);
  for (const { rule, connection, direction, offset, path, message } of findings) {
    fail(`${rule} on connection ${connection}, ${direction}, octet ${offset}: ${path}: ${message}`);
  }
}

function digestOf(seen: readonly Seen[], story: readonly string[]): string {
  const hash = createHash('sha256');
  for (const { view, event } of seen) {
    const { kind, connection, time } = event;
    hash.update(`${view} ${kind} ${connection} ${time} ${event.kind === 'open' ? '' : event.direction}\n`);
    if (event.kind === 'data') hash.update(event.octets);
  }
  for (const line of story) hash.update(`${line}\n`);
  return hash.digest('hex');
}
