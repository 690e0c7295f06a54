import { overview } from '../harness/mta/operator/overview.js';
import type { Happening } from '../harness/mta/scenario/happening.js';
import type { StepResult } from '../harness/mta/scenario/result.js';
import type { Stage } from '../harness/mta/scenario/stage.js';
import { escapeText } from '../harness/report/escape.js';
import { timeOfDay } from '../harness/report/operator-events.js';
import { stepProgressLine } from '../harness/report/scenario.js';
import { Watch } from '../harness/report/watch.js';
import { fails } from '../harness/rules/finding.js';
import { terminal } from './operator.js';

/** Milliseconds between two views: on a terminal, and as lines. */
const REDRAW = 500;
const LINES = 10_000;

/** The queues of all fakes of a scenario, live, with what is logged and which steps are done. */
export class ScenarioWatch {
  readonly #watch: Watch;
  readonly #endings: (() => void)[] = [];

  constructor(title: string, stage: Stage) {
    const started = stage.clock.now();
    this.#watch = new Watch(terminal, () => ({
      title,
      now: stage.clock.now(),
      started,
      queues: queuesOf(stage),
      failingFindings: failing(stage),
    }));
    for (const name of stage.names) {
      this.#endings.push(stage.actor(name).listen((happening) => this.#heard(happening)));
    }
  }

  begin(): void {
    // However the process ends, the terminal is given back.
    const restore = () => this.#watch.restore();
    process.on('exit', restore);
    const timer = setInterval(() => this.#watch.draw(), terminal.size() === undefined ? LINES : REDRAW);
    this.#endings.push(
      () => process.off('exit', restore),
      () => clearInterval(timer),
    );
    this.#watch.draw();
  }

  /** Fit for a terminal. */
  line(text: string): void {
    this.#watch.line(text);
  }

  step(step: StepResult): void {
    const line = stepProgressLine(step, { color: false });
    if (line !== undefined) this.#watch.line(line);
  }

  /** Gives the terminal back, and leaves the last view on it. */
  end(): void {
    for (const ending of this.#endings.splice(0)) ending();
    this.#watch.end();
  }

  #heard({ event, mta, time, detail = '' }: Happening): undefined {
    if (event === 'logged') this.#watch.line(escapeText(`${timeOfDay(time)}  ${mta}: ${detail}`));
    return undefined;
  }
}

function queuesOf(stage: Stage) {
  const fakes = stage.names.map((name) => stage.actor(name)).filter(({ isLive }) => !isLive);
  return fakes.flatMap(({ name, mta }) =>
    overview(mta).map((queue) => ({ ...queue, destination: `${queue.destination}, at ${name}` })),
  );
}

function failing(stage: Stage): number {
  const judged = stage.names.map((name) => stage.actor(name)).filter(({ isJudged }) => isJudged);
  return judged.reduce((sum, { findings }) => sum + findings.filter(fails).length, 0);
}
