import { P1specError } from '../../../../../harness/ber/error.js';
import { VirtualClock } from '../../../../../harness/link/clock.js';
import { Mta } from '../../../../../harness/mta/engine.js';
import type { Answer } from '../../../../../harness/mta/hooks.js';
import { Counters, type CountersSnapshot } from '../../../../../harness/mta/operator/counters.js';
import { tolerant } from '../../../../../harness/mta/presets/index.js';
import { seededRandom } from '../../../../../harness/mta/random.js';
import type { ReceivedApdu } from '../../../../../harness/mta/received.js';
import { domainOf } from '../../../../../harness/mta/scenario/geography.js';
import type { Happening, HappeningListener } from '../../../../../harness/mta/scenario/happening.js';
import type { ScenarioResult, StepResult } from '../../../../../harness/mta/scenario/result.js';
import { runScenario } from '../../../../../harness/mta/scenario/run.js';
import type { ScenarioEventName } from '../../../../../harness/mta/scenario/schema/events.js';
import { type ScenarioSource, scenario } from '../../../../../harness/mta/scenario/schema/scenario.js';
import type { Actor, Stage, StageLink } from '../../../../../harness/mta/scenario/stage.js';
import type { Finding } from '../../../../../harness/rules/finding.js';

const START = Date.UTC(2006, 7, 8);

/** Of an MTA that only says what it is told to say, and notes what is done to it. */
export class FakeActor implements Actor {
  readonly name: string;
  readonly endpoint = undefined;
  readonly preset = 'tolerant';
  readonly log = [];
  readonly findings: Finding[] = [];
  readonly unused = [];
  readonly done: string[] = [];
  isLive = false;
  isJudged = false;
  /** It has queues, and reaches nobody. */
  mta: Mta;
  counts: Readonly<Record<string, number>> = {};
  hotfixError: Error | undefined;
  /** Called when it is started anew. */
  onStart: () => void = () => {};
  readonly #listeners = new Set<HappeningListener>();
  readonly #clock: VirtualClock;

  constructor(name: string, peers: readonly string[], clock: VirtualClock) {
    this.name = name;
    this.#clock = clock;
    this.mta = new Mta({
      name,
      preset: tolerant,
      domain: domainOf(name, {}),
      clock,
      random: seededRandom(1),
      peers: peers.map((peer) => ({ name: peer })),
    });
  }

  counter(name: string): number {
    return this.counts[name] ?? 0;
  }

  counters(): CountersSnapshot {
    return new Counters(this.mta).snapshot(this.#clock.now());
  }

  listen(listener: HappeningListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something happens; returns the answer of the first that gives one. */
  happen(
    event: ScenarioEventName,
    fields: Happening['fields'] = {},
    detail?: string,
    apdu?: ReceivedApdu,
  ): Answer | undefined {
    const happening = { time: this.#clock.now(), mta: this.name, event, fields, detail, apdu };
    const answers = [...this.#listeners].map((listener) => listener(happening));
    return answers.find((answer) => answer !== undefined);
  }

  start(): void {
    this.done.push('start');
    this.onStart();
  }

  async stop(): Promise<void> {
    this.done.push('stop');
  }

  kill(): void {
    this.done.push('kill');
  }

  restart(preset = 'as it was'): void {
    this.done.push(`restart ${preset} at ${this.#clock.now() - START}`);
  }

  async applyHotfix(name: 'kb916986'): Promise<void> {
    if (this.hotfixError !== undefined) throw this.hotfixError;
    this.done.push(name);
  }

  changeLinkState(): void {
    this.done.push('link state');
  }
}

/** A stage with nothing behind it: what happens on it is told by the test. */
export class FakeStage implements Stage {
  readonly clock: VirtualClock;
  readonly names: readonly string[];
  readonly unused: string[] = [];
  readonly links: string[] = [];
  fault: unknown;
  ended = false;
  aborted = false;
  readonly #actors: ReadonlyMap<string, FakeActor>;

  constructor(names: readonly string[] = ['a', 'b'], clock = new VirtualClock(START)) {
    this.clock = clock;
    this.names = names;
    const others = (own: string) => names.filter((name) => name !== own);
    this.#actors = new Map(names.map((name) => [name, new FakeActor(name, others(name), this.clock)]));
  }

  actor(name: string): FakeActor {
    const actor = this.#actors.get(name);
    if (actor === undefined) throw new P1specError('ERR_UNKNOWN_MTA', { message: `there is no ${name}` });
    return actor;
  }

  link(one: string, other: string): StageLink {
    const note = (what: string) => () => void this.links.push(`${one} ${other} ${what}`);
    return {
      between: [one, other],
      isDown: false,
      down: note('down'),
      up: note('up'),
      cut: note('cut'),
      unmetFaults: [],
    };
  }

  /** What is to happen so many milliseconds after the start. */
  at(milliseconds: number, run: () => void): void {
    this.clock.setTimer(START + milliseconds, run);
  }

  async start(): Promise<void> {}

  async advance(milliseconds: number): Promise<void> {
    await this.clock.advanceToAsync(this.clock.now() + milliseconds);
  }

  async until(holds: () => boolean, within: number): Promise<boolean> {
    const end = this.clock.now() + within;
    while (!holds() && !this.aborted) {
      const next = Math.min(this.clock.nextTimer ?? end, end);
      await this.clock.advanceToAsync(next);
      if (next === end) return holds();
    }
    return holds();
  }

  nextHop(_from: string, to: string): string {
    return to;
  }

  async stop(): Promise<void> {
    this.ended = true;
  }
}

type Steps = ScenarioSource['steps'];

/** Plays steps between MTAs a and b, on this stage. */
export function play(
  steps: Steps,
  stage: FakeStage = new FakeStage(),
  more: Partial<ScenarioSource> & { readonly onStep?: (step: StepResult) => void; readonly signal?: AbortSignal } = {},
): Promise<ScenarioResult> {
  const { onStep, signal, ...rest } = more;
  const mtas = Object.fromEntries(stage.names.map((name) => [name, {}]));
  const read = scenario.parse({ title: 'of a test', mtas, steps, ...rest } satisfies ScenarioSource);
  return runScenario(read, { stage, onStep, signal, lineOf: (path) => 10 + Number(path[1]) });
}

/** `done`, `failed` or `not reached`, of each step. */
export function states({ steps }: ScenarioResult): string[] {
  return steps.map(({ state }) => state);
}
