import { resolve } from 'node:path';
import { P1specError } from '../../ber/error.js';
import { type Clock, passUntil, systemClock, VirtualClock } from '../../link/clock.js';
import type { LinkSink } from '../../link/recorder.js';
import type { Finding } from '../../rules/finding.js';
import { Geography, linksOf, mtaNamed } from './geography.js';
import { LinkFaults } from './link-faults.js';
import { LiveActor } from './live-actor.js';
import { Network } from './network.js';
import { PlayActor } from './play-actor.js';
import { PlayLink } from './play-link.js';
import type { Scenario } from './schema/scenario.js';
import type { Actor, Stage, StageLink } from './stage.js';
import { StageJudge } from './stage-judge.js';
import type { Props, StagePlayer } from './stage-player.js';
import { Telling } from './telling.js';

export interface StageOptions {
  /** A virtual clock where the scenario's time is virtual, else the system's, where absent. */
  readonly clock?: Clock;
  /** Takes every event on the wire once. Connections are numbered over the whole stage. */
  readonly sink?: LinkSink;
  /** What fails who sent it: `by` is its name in the scenario, undefined of a stranger. */
  readonly onFinding?: (finding: Finding, by: string | undefined) => void;
  /** Ends what is waited for. */
  readonly signal?: AbortSignal;
  /** Where fakes listen that say nothing else; loopback if absent. */
  readonly listenHost?: string;
  /** When virtual time begins, in milliseconds since the epoch. */
  readonly epoch?: number;
}

/** The day of KB 916986's fix. */
const EPOCH = Date.UTC(2006, 7, 8);
/** Milliseconds for associations to be released: our own, and those that others opened. */
const PARTING = { virtual: { own: 60_000, others: 60_000 }, real: { own: 5000, others: 200 } } as const;

/**
 * The MTAs of a scenario, and what is between them. Throws where the scenario cannot be played, such as ERR_UNKNOWN_MTA,
 * ERR_UNKNOWN_PRESET, ERR_SPOOL_IN_USE.
 */
export function createStage(scenario: Scenario, options: StageOptions = {}): Stage {
  return new PlayStage(scenario, options);
}

class PlayStage implements Stage {
  readonly clock: Clock;
  readonly names: readonly string[];
  readonly #options: StageOptions;
  readonly #geography: Geography;
  readonly #network: Network;
  readonly #judge: StageJudge;
  readonly #players = new Map<string, StagePlayer>();
  readonly #fakes: PlayActor[] = [];
  #fault: unknown;
  #stopped = false;

  constructor(scenario: Scenario, options: StageOptions) {
    const hasLive = Object.values(scenario.mtas).some(({ live }) => live !== undefined);
    const isReal = hasLive || scenario.time === 'real';
    const { clock = isReal ? systemClock : new VirtualClock(options.epoch ?? EPOCH), sink = () => {} } = options;
    const isTcp = hasLive || scenario.network === 'tcp';
    if (isTcp && clock instanceof VirtualClock) {
      throw new P1specError('ERR_STAGE_TIME', { message: 'over TCP time is real', hint: "add 'time: real'" });
    }
    const onFault = (fault: unknown) => {
      this.#fault ??= fault;
    };
    this.clock = clock;
    this.names = Object.keys(scenario.mtas);
    this.#options = options;
    this.#geography = new Geography(scenario);
    this.#judge = new StageJudge(scenario, (finding, by, to) => {
      options.onFinding?.(finding, by);
      if (by !== undefined) this.#players.get(by)?.telling.found(finding, to);
    });
    const { listenHost, signal } = options;
    this.#network = new Network({ clock, isTcp, listenHost, signal, sink, judge: this.#judge, onFault });
    for (const written of linksOf(scenario)) {
      const home = written.between.find((name) => mtaNamed(scenario, name).live === undefined);
      const faults = new LinkFaults(written.faults, home ?? written.between[0], clock);
      this.#network.links.push(new PlayLink(written, faults, this.#network.connections));
    }
    const props: Props = {
      scenario,
      clock,
      geography: this.#geography,
      connect: (from, to) => this.#network.connect(from, to),
      endpointOf: (name) => this.#network.endpointOf(name),
      until: (holds, within) => this.until(holds, within),
      parting: this.#parting.own,
      onFault,
    };
    checkSpools(scenario);
    try {
      for (const name of this.names) this.#cast(name, props);
    } catch (error) {
      for (const fake of this.#fakes) fake.dispose();
      throw error;
    }
  }

  get fault(): unknown {
    return this.#fault;
  }

  get unused(): readonly string[] {
    const ofPlayers = [...this.#players.values()].flatMap(({ name, unused }) =>
      unused.map((each) => `${name}: ${each}`),
    );
    return [...ofPlayers, ...this.#network.links.flatMap(({ unmetFaults }) => unmetFaults)];
  }

  actor(name: string): Actor {
    const found = this.#players.get(name);
    if (found !== undefined) return found;
    throw new P1specError('ERR_UNKNOWN_MTA', {
      message: `the scenario has no MTA ${JSON.stringify(name)}`,
      hint: `it has: ${this.names.join(', ')}`,
    });
  }

  link(one: string, other: string): StageLink {
    return this.#network.linkBetween(one, other);
  }

  nextHop(from: string, to: string): string {
    this.actor(from);
    this.actor(to);
    const hop = this.#geography.nextHop(from, to);
    if (hop !== undefined) return hop;
    throw new P1specError('ERR_NO_ROUTE', {
      message: `there is no way from ${from} to ${to}`,
      hint: 'join them by links, directly or by way of others',
    });
  }

  get #parting() {
    return this.clock instanceof VirtualClock ? PARTING.virtual : PARTING.real;
  }

  async start(): Promise<void> {
    await this.#network.listen();
    for (const fake of this.#fakes) fake.start();
  }

  async advance(milliseconds: number): Promise<void> {
    const end = this.clock.now() + milliseconds;
    await this.until(() => this.clock.now() >= end, milliseconds);
  }

  until(holds: () => boolean, within: number): Promise<boolean> {
    return passUntil(this.clock, holds, within, this.#options.signal);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    const up = this.#fakes.filter(({ isUp }) => isUp);
    for (const { mta } of up) mta.stop();
    const isOver = (role?: 'initiator') => () =>
      up.every(({ mta }) => mta.associations.every((each) => role !== undefined && each.role !== role));
    const { own, others } = this.#parting;
    // Only who has opened an association can release it: what others leave open is closed.
    await this.until(isOver('initiator'), own);
    await this.until(isOver(), others);
    for (const fake of this.#fakes) fake.dispose();
    await this.#network.close();
    // The last that is under way on links in memory.
    await new Promise((resolve) => setImmediate(resolve));
    this.#judge.end();
  }

  #cast(name: string, props: Props): void {
    const { scenario, clock, onFault } = props;
    const { live, judged = true } = mtaNamed(scenario, name);
    if (live !== undefined) {
      const telling = new Telling({ name, now: () => clock.now(), onFault });
      const actor = new LiveActor(name, live.connect, judged, telling);
      this.#players.set(name, actor);
      this.#network.join(actor);
      return;
    }
    const actor = new PlayActor(name, props, seedOf(scenario.seed ?? 1, this.names.indexOf(name)));
    this.#players.set(name, actor);
    this.#fakes.push(actor);
    this.#network.join(actor);
  }
}

/** A folder keeps the queues of one MTA. */
function checkSpools({ mtas }: Scenario): void {
  const owners = new Map<string, string>();
  for (const [name, { spool }] of Object.entries(mtas)) {
    if (typeof spool !== 'string') continue;
    const folder = resolve(spool);
    const owner = owners.get(folder);
    if (owner !== undefined) {
      throw new P1specError('ERR_SPOOL_IN_USE', {
        message: `${owner} and ${name} have the same spool, ${spool}`,
        hint: 'name a folder for each',
      });
    }
    owners.set(folder, name);
  }
}

/** Each has its own, so that what one draws changes nothing for the others. */
function seedOf(seed: number, index: number): number {
  return Math.imul(seed + 1, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
}
