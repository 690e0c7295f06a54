import { P1specError } from '../../ber/error.js';
import { VirtualClock } from '../../link/clock.js';
import { fails } from '../../rules/finding.js';
import { Geography } from './geography.js';
import type { ScenarioResult, StepResult } from './result.js';
import { Expectation, Expectations } from './run-expectations.js';
import { History } from './run-history.js';
import { letPlay } from './run-play.js';
import { stepText } from './run-text.js';
import type { Scenario } from './schema/scenario.js';
import { type ScenarioStep, stepOf } from './schema/steps.js';
import type { Stage } from './stage.js';
import { perform, type StepContext, type StepFailure } from './steps/index.js';

export interface RunOptions {
  /** Made, but not started. */
  readonly stage: Stage;
  /** Where something of the scenario stands in its file, by path; from 1. */
  readonly lineOf?: (path: readonly (string | number)[]) => number | undefined;
  /** What a module tells in TypeScript, behind the steps; it fails by throwing. */
  readonly play?: (stage: Stage) => Promise<void>;
  /** How long anything expected may take where the scenario says nothing, in milliseconds. */
  readonly within?: number;
  /** Called when the stage has started, before the first step. */
  readonly onStart?: () => void;
  /** Hears of each step once it is done or has failed, and at the end of those never reached. */
  readonly onStep?: (result: StepResult) => void;
  /** Ends the run: the step that it is at fails. */
  readonly signal?: AbortSignal;
}

const HOUR = 3_600_000;
const REAL_SECONDS = 30_000;

/** Steps that change nothing: expectations behind them belong to the same block. */
const PASSIVE: ReadonlySet<ScenarioStep['kind']> = new Set(['expect', 'never', 'check', 'note']);

/** Plays a scenario on its stage, from its start to the end of all its MTAs. Throws where the stage cannot be set up. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<ScenarioResult> {
  const { stage } = options;
  const run = new Run(scenario, options);
  try {
    await stage.start();
    options.onStart?.();
    await run.play();
  } finally {
    await stage.stop();
  }
  return run.result();
}

class Run {
  readonly #scenario: Scenario;
  readonly #options: RunOptions;
  readonly #steps: readonly ScenarioStep[];
  readonly #results: StepResult[] = [];
  readonly #history: History;
  readonly #context: Omit<StepContext, 'expectation'>;
  /** By the step. */
  readonly #expected = new Map<number, Expectation>();
  #expectations = new Expectations([]);
  #started = 0;
  #elapsed = 0;
  /** One of our own errors. */
  #fault: unknown;
  #interrupted = false;
  readonly #failedEdits = new Set<string>();
  #queues = new Map<string, ScenarioResult['mtas'][number]['queues']>();

  constructor(scenario: Scenario, options: RunOptions) {
    const { stage } = options;
    this.#scenario = scenario;
    this.#options = options;
    this.#steps = scenario.steps.map(stepOf);
    for (const [index, step] of this.#steps.entries()) {
      if (step.kind === 'expect') this.#expected.set(index, new Expectation(step.value));
    }
    const live = new Set(stage.names.filter((name) => stage.actor(name).isLive));
    this.#history = new History(live);
    this.#started = stage.clock.now();
    this.#context = {
      scenario,
      stage,
      geography: new Geography(scenario),
      history: this.#history,
      within: scenario.within ?? options.within ?? (stage.clock instanceof VirtualClock ? HOUR : REAL_SECONDS),
      started: this.#started,
      seenAt: (mta) => this.#history.lastAt(mta, this.#started),
    };
    // From the first moment on: the MTAs may act as soon as they start.
    for (const name of stage.names) {
      stage.actor(name).listen((happening) => {
        this.#history.add(happening);
        const { mta, event, detail = '' } = happening;
        if (event === 'editFailed') this.#failedEdits.add(`${mta}: ${detail}`);
        const taken = this.#expectations.take(happening);
        if (taken === undefined) for (const each of this.#expected.values()) each.passOver(happening);
        return taken?.answer;
      });
    }
  }

  async play(): Promise<void> {
    const { stage } = this.#options;
    const done = await this.#playSteps();
    for (const step of this.#steps.slice(this.#results.length))
      this.#conclude(this.#results.length, describe(step), false);
    await this.#playModule(done);
    this.#elapsed = stage.clock.now() - this.#started;
    for (const name of stage.names) this.#queues.set(name, this.#queuesOf(name));
  }

  async #playSteps(): Promise<boolean> {
    for (let from = 0; from < this.#steps.length; ) {
      const to = endOfBlock(this.#steps, from);
      if (!(await this.#playBlock(from, to))) return false;
      from = to;
    }
    return true;
  }

  async #playModule(reached: boolean): Promise<void> {
    const { play, stage } = this.#options;
    if (play === undefined) return;
    this.#expectations = new Expectations([]);
    const failure = reached ? await rejection(letPlay(play, stage)) : undefined;
    this.#conclude(this.#steps.length, { kind: 'play', text: 'what the module plays' }, reached, failure);
  }

  /** The expectations of a block count from its beginning on. Whether all of it is done. */
  async #playBlock(from: number, to: number): Promise<boolean> {
    const own = [...this.#expected].filter(([index]) => index >= from && index < to);
    this.#expectations = new Expectations(own.map(([, expectation]) => expectation));
    for (let index = from; index < to; index += 1) {
      if (!(await this.#play(index, this.#expected.get(index)))) return false;
    }
    return true;
  }

  async #play(index: number, expectation: Expectation | undefined): Promise<boolean> {
    const step = this.#steps[index] as ScenarioStep;
    const failure = await this.#attempt(() => perform(step, { ...this.#context, expectation }), mtaOf(step));
    return this.#conclude(index, describe(step), true, failure);
  }

  /** What it throws is a failure too; `at` is the MTA of which what happened is shown. */
  async #attempt(act: () => Promise<StepFailure | undefined>, at?: string): Promise<StepFailure | undefined> {
    try {
      return await act();
    } catch (error) {
      const seen = at === undefined ? {} : { seen: this.#context.seenAt(at) };
      if (error instanceof P1specError) {
        const hint = error.hint === undefined ? '' : ` (${error.hint})`;
        return { why: `${error.message} [${error.code}]${hint}`, ...seen };
      }
      this.#fault ??= error;
      return { why: `internal error: ${messageOf(error)}`, ...seen };
    }
  }

  /** Whether it is done, and the run goes on. */
  #conclude(index: number, step: Described, reached: boolean, failure?: StepFailure): boolean {
    const { stage, signal } = this.#options;
    const isLast = index + 1 >= this.#steps.length;
    if (!reached) {
      this.#tell(index, 'not reached', step);
    } else if (signal?.aborted === true && (failure !== undefined || !isLast)) {
      this.#interrupted = true;
      const why = `interrupted${failure === undefined ? '' : `: ${failure.why}`}`;
      this.#tell(index, 'failed', step, { why });
    } else if (stage.fault !== undefined && failure === undefined) {
      this.#tell(index, 'failed', step, { why: messageOf(stage.fault) });
    } else {
      this.#tell(index, failure === undefined ? 'done' : 'failed', step, failure);
    }
    return this.#results.at(-1)?.state === 'done';
  }

  #tell(index: number, state: StepResult['state'], step: Described, failure?: StepFailure): void {
    const { stage, lineOf, onStep } = this.#options;
    const line = lineOf?.(['steps', index]);
    const result: StepResult = {
      number: index + 1,
      ...step,
      state,
      ...(line === undefined ? {} : { line }),
      ...(state === 'not reached' ? {} : { time: stage.clock.now() - this.#started }),
      ...failure,
    };
    this.#results.push(result);
    onStep?.(result);
  }

  #queuesOf(name: string): ScenarioResult['mtas'][number]['queues'] {
    const actor = this.#options.stage.actor(name);
    if (actor.isLive) return [];
    return actor.mta.connectors.map(({ queue }) => {
      const { destination, length, state } = queue.account();
      return { to: destination, length, state };
    });
  }

  result(): ScenarioResult {
    const { stage } = this.#options;
    return {
      title: this.#scenario.title,
      verdict: this.#verdict(),
      steps: this.#results,
      unused: stage.unused,
      failedEdits: [...this.#failedEdits],
      mtas: stage.names.map((name) => {
        const { preset, isJudged, findings } = stage.actor(name);
        return {
          name,
          preset,
          judged: isJudged,
          findings,
          queues: this.#queues.get(name) ?? [],
          received: this.#history.arrivedAt(name).length,
        };
      }),
      elapsed: this.#elapsed,
      binds: this.#history.binds,
    };
  }

  #verdict(): ScenarioResult['verdict'] {
    const { stage } = this.#options;
    if (this.#fault !== undefined || stage.fault !== undefined) return 'error';
    const judged = stage.names.map((name) => stage.actor(name)).filter(({ isJudged }) => isJudged);
    if (judged.some(({ findings }) => findings.some(fails)) || this.#failedEdits.size > 0) return 'fail';
    const done = this.#results.every(({ state }) => state === 'done');
    if (this.#interrupted || this.#deliveredNothing(done)) return 'inconclusive';
    return done ? 'pass' : 'fail';
  }

  /** The stimulus could not be delivered: nobody was there, or not the MTA that all is about. */
  #deliveredNothing(done: boolean): boolean {
    const live = this.#options.stage.names.filter((name) => this.#options.stage.actor(name).isLive);
    const { binds, tried } = this.#history;
    if (binds === 0 && tried && (!done || live.length > 0)) return true;
    return !done && live.some((name) => this.#history.isOutOfReach(name));
  }
}

type Described = Pick<StepResult, 'kind' | 'text'>;

function describe(step: ScenarioStep): Described {
  return { kind: step.kind, text: stepText(step) };
}

/** Whatever a module throws is its own failure. */
async function rejection(played: Promise<void>): Promise<StepFailure | undefined> {
  try {
    await played;
    return undefined;
  } catch (error) {
    return { why: messageOf(error) };
  }
}

/** The first step of the next block: an action behind what only looks on. */
function endOfBlock(steps: readonly ScenarioStep[], from: number): number {
  let looksOn = false;
  for (let index = from; index < steps.length; index += 1) {
    const kind = steps[index]?.kind;
    const passive = kind !== undefined && PASSIVE.has(kind);
    if (looksOn && !passive) return index;
    looksOn ||= passive && kind !== 'note';
  }
  return steps.length;
}

/** The MTA at which a step takes place. */
function mtaOf({ kind, value }: ScenarioStep): string | undefined {
  switch (kind) {
    case 'send':
    case 'probe':
    case 'report':
      return value.from;
    case 'expect':
    case 'never':
    case 'check':
    case 'queue':
    case 'association':
    case 'linkState':
      return value.at;
    case 'start':
    case 'stop':
    case 'kill':
      return value;
    case 'restart':
    case 'hotfix':
      return value.mta;
    default:
      return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
