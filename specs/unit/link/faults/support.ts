import { fromHex, toHex } from '../../../../harness/ber/octets.js';
import { VirtualClock } from '../../../../harness/link/clock.js';
import type { LinkEvent } from '../../../../harness/link/events.js';
import { FaultPlan, type LayerFault } from '../../../../harness/link/faults/index.js';
import type { Link } from '../../../../harness/link/link.js';
import { type MemoryPair, memoryPair } from '../../../../harness/link/memory.js';
import { recordLink } from '../../../../harness/link/recorder.js';
import { Mta, type MtaOptions } from '../../../../harness/mta/engine.js';
import { orName } from '../../../../harness/mta/names.js';
import type { PeerConfig } from '../../../../harness/mta/peer.js';
import { tolerant } from '../../../../harness/mta/presets/index.js';
import { seededRandom } from '../../../../harness/mta/random.js';
import type { ReceivedApdu } from '../../../../harness/mta/received.js';
import { p1UserTypes } from '../../../../harness/rules/p1-association.js';
import type { AssociationEvent } from '../../../../harness/stack/association/events.js';
import { AssociationObserver } from '../../../../harness/stack/association/observer.js';
import type { Direction } from '../../../../harness/stack/direction.js';

/** What an end of a link is told: octets in hexadecimal, `end`, `close reset`. */
export function listen(link: Link): string[] {
  const told: string[] = [];
  link.start({
    data: (bytes) => told.push(toHex(bytes)),
    end: () => told.push('end'),
    close: (how) => told.push(`close ${how}`),
  });
  return told;
}

export interface Wire extends MemoryPair {
  readonly plan: FaultPlan;
  readonly clock: VirtualClock;
  /** The end with the faults. */
  readonly here: Link;
  /** What each end is told. */
  readonly heard: { readonly here: string[]; readonly there: string[] };
  /** Sends octets in hexadecimal, and lets all that is under way arrive. */
  send(from: 'here' | 'there', ...pieces: readonly string[]): void;
  /** Lets time pass. */
  pass(milliseconds: number): void;
}

/** Two ends in memory; the faults are on the one that opened the link. */
export function wire(faults: readonly LayerFault[], options?: ConstructorParameters<typeof FaultPlan>[2]): Wire {
  const clock = new VirtualClock();
  const pair = memoryPair({ delivery: 'manual' });
  const plan = new FaultPlan(faults, clock, options);
  const here = plan.apply(pair.initiator);
  const heard = { here: listen(here), there: listen(pair.responder) };
  const pass = (milliseconds: number): void => clock.advanceTo(clock.now() + milliseconds, () => pair.deliverAll());
  return {
    ...pair,
    plan,
    clock,
    here,
    heard,
    pass,
    send(from, ...pieces) {
      for (const piece of pieces) (from === 'here' ? here : pair.responder).send(fromHex(piece));
      pair.deliverAll();
      pass(0);
      pair.deliverAll();
    },
  };
}

const domain = (privateDomain: string) => ({ country: 'XX', administrationDomain: ' ', privateDomain });
export const alice = orName({ ...domain('A'), surname: 'Alice' });
export const bob = orName({ ...domain('B'), surname: 'Bob' });
export const text = 'Whatever happens on the way. '.repeat(200);
export const mail = { originator: alice, recipients: [bob], text };

/** Two MTAs; A calls B over links that have the plan's faults, at A's end. */
export class Pair {
  readonly clock = new VirtualClock(Date.UTC(2006, 7, 8));
  readonly plan: FaultPlan;
  readonly a: Mta;
  readonly b: Mta;
  readonly received: ReceivedApdu[] = [];
  /** All that passed behind the faults of A's end, as B sees it. */
  readonly passed: LinkEvent[] = [];
  /** What is made of it, of each connection. */
  readonly events: AssociationEvent[][] = [];

  constructor(faults: readonly LayerFault[], { a = {}, b = {}, peer = {}, chunk }: PairOptions = {}) {
    const { clock } = this;
    this.plan = new FaultPlan(faults, clock);
    const retry = { openInterval: 1000, transferInterval: 1000 };
    const make = (name: string, peers: readonly PeerConfig[], options: Partial<MtaOptions>) =>
      new Mta({
        name,
        preset: tolerant,
        domain: domain(name),
        clock,
        random: seededRandom(name.length),
        peers,
        modes: ['normal', 'x410-1984', 'x410-1988'],
        ...options,
      });
    const toA: PeerConfig = { name: 'A', retry };
    this.b = make('B', [toA], b);
    const toB = { name: 'B', retry, checkpointSize: 1, windowSize: 2, ...peer };
    this.a = make('A', [{ ...toB, connect: async () => this.#connect(chunk) }], a);
    this.b.on('messageReceived', ({ apdu }) => this.received.push(apdu));
    this.a.start();
    this.b.start();
  }

  #connect(chunk: PairOptions['chunk']): Link {
    const pair = memoryPair({ initiator: 'A', responder: 'B', ...(chunk === undefined ? {} : { chunk }) });
    this.b.accept(pair.responder);
    const seen: AssociationEvent[] = [];
    const connection = this.events.push(seen) - 1;
    const observer = new AssociationObserver({ connection, types: p1UserTypes });
    const sink = (event: LinkEvent): void => {
      this.passed.push(event);
      if (event.kind === 'data') seen.push(...observer.push(event.direction, event.octets, event.time));
      if (event.kind === 'close') seen.push(...observer.close(event.how, event.time, event.direction));
    };
    return this.plan.apply(recordLink(pair.initiator, { connection, clock: this.clock, sink }));
  }

  /** Lets time pass. */
  async pass(milliseconds = 60_000): Promise<void> {
    const { clock } = this;
    for (const end = clock.now() + milliseconds; clock.now() < end; ) {
      await clock.advanceToAsync(Math.min(end, clock.nextTimer ?? end));
    }
    await clock.advanceToAsync(clock.now());
  }

  /** SPDUs of a connection, in order: `>ACTIVITY START`. */
  spdus(connection: number): string[] {
    return (this.events[connection] ?? []).flatMap((event) =>
      event.kind === 'spdu' ? [`${event.direction === 'i2r' ? '>' : '<'}${event.spdu.kind}`] : [],
    );
  }
}

export interface PairOptions {
  readonly a?: Partial<MtaOptions>;
  readonly b?: Partial<MtaOptions>;
  /** How A deals with B. */
  readonly peer?: Partial<PeerConfig>;
  readonly chunk?: (bytes: Uint8Array, direction: Direction) => Iterable<Uint8Array>;
}

/** What observers make of octets that were recorded, chunk by chunk. */
export function observed(events: readonly LinkEvent[]): AssociationEvent[] {
  const observer = new AssociationObserver({ connection: 0, types: p1UserTypes });
  return events.flatMap((event) =>
    event.kind === 'data' ? observer.push(event.direction, event.octets, event.time) : [],
  );
}
