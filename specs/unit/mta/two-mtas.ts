import { VirtualClock } from '../../../harness/link/clock.js';
import { type Drive, drive } from '../../../harness/link/driver.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import { type LinkFault, withFaults } from '../../../harness/link/faults.js';
import type { Link } from '../../../harness/link/link.js';
import { memoryPair } from '../../../harness/link/memory.js';
import { recordLink } from '../../../harness/link/recorder.js';
import { Mta, type MtaOptions } from '../../../harness/mta/engine.js';
import { orName } from '../../../harness/mta/names.js';
import type { PeerConfig } from '../../../harness/mta/peer.js';
import { tolerant } from '../../../harness/mta/presets/index.js';
import { seededRandom } from '../../../harness/mta/random.js';
import { p1UserTypes } from '../../../harness/rules/p1-association.js';
import { AssociationMachine } from '../../../harness/stack/association/machine.js';
import { AssociationObserver } from '../../../harness/stack/association/observer.js';
import type { AssociationMachineOptions, ServiceEvent } from '../../../harness/stack/association/service.js';

const domain = (privateDomain: string) => ({ country: 'XX', administrationDomain: ' ', privateDomain });
export const alice = orName({ ...domain('A'), surname: 'Alice' });
export const bob = orName({ ...domain('B'), surname: 'Bob' });

/** To Bob; of so many octets. */
export const mail = (text: string, octets = text.length) => ({
  originator: alice,
  recipients: [bob],
  text: text.padEnd(octets, '.'),
});

/** What of these words an APDU holds. */
export function wordsIn(octets: Uint8Array, words: readonly string[]): string[] {
  return words.filter((word) => Buffer.from(octets).includes(word));
}

/** MTAs, or machines in the place of one, on links in memory and a clock that is told to go on. */
export class Bench {
  readonly clock = new VirtualClock(Date.UTC(2006, 7, 8));
  /** SPDUs of each connection, in order: `>ACTIVITY START`. */
  readonly spdus: string[][] = [];
  /** Faults of the next connections, in order. */
  readonly faults: LinkFault[][] = [];

  mta(name: string, peers: readonly PeerConfig[], options: Partial<MtaOptions> = {}): Mta {
    const { clock } = this;
    const random = seededRandom(name.length);
    const modes = ['normal', 'x410-1984', 'x410-1988'] as const;
    return new Mta({ name, preset: tolerant, domain: domain(name), clock, random, peers, modes, ...options });
  }

  /** A link to the MTA, recorded. */
  link(to: () => Mta, from?: string): Link {
    const { clock } = this;
    const pair = memoryPair();
    const seen: string[] = [];
    const connection = this.spdus.push(seen) - 1;
    to().accept(pair.responder, from);
    const observer = new AssociationObserver({ connection, types: p1UserTypes });
    const sink = (event: LinkEvent) => {
      if (event.kind !== 'data') return;
      for (const each of observer.push(event.direction, event.octets, event.time)) {
        if (each.kind === 'spdu') seen.push(`${each.direction === 'i2r' ? '>' : '<'}${each.spdu.kind}`);
      }
    };
    return recordLink(withFaults(pair.initiator, this.faults[connection] ?? [], clock), { connection, clock, sink });
  }

  /** A machine that calls the MTA, and does what `onEvent` does. */
  caller(
    to: () => Mta,
    options: Partial<AssociationMachineOptions>,
    onEvent: (event: ServiceEvent, machine: AssociationMachine) => void,
    open: (machine: AssociationMachine) => void,
  ): Drive {
    const random = seededRandom(99);
    const machine = new AssociationMachine({ role: 'initiator', modes: ['normal'], random, ...options });
    open(machine);
    return drive(machine, this.link(to), this.clock, (event) => onEvent(event, machine));
  }

  /** Runs what is due, and lets everything settle. */
  async pass(milliseconds: number): Promise<void> {
    const { clock } = this;
    for (const end = clock.now() + milliseconds; clock.now() < end; ) {
      await clock.advanceToAsync(Math.min(end, clock.nextTimer ?? end));
    }
    await clock.advanceToAsync(clock.now());
  }
}

/** A and B that know each other; A calls B. */
export function pairOf(
  bench: Bench,
  { a = {}, b = {}, ofB = {}, ofA = {} }: PairOptions = {},
): { readonly a: Mta; readonly b: Mta } {
  const retry = { openInterval: 1000, transferInterval: 1000 };
  const mtaB: Mta = bench.mta('B', [{ name: 'A', retry, ...ofA }], b);
  const peer = { name: 'B', retry, checkpointSize: 1, windowSize: 2, connect: async () => bench.link(() => mtaB) };
  const mtaA = bench.mta('A', [{ ...peer, ...ofB }], a);
  return { a: mtaA, b: mtaB };
}

interface PairOptions {
  readonly a?: Partial<MtaOptions>;
  readonly b?: Partial<MtaOptions>;
  /** How A deals with B. */
  readonly ofB?: Partial<PeerConfig>;
  readonly ofA?: Partial<PeerConfig>;
}
