import { closeSync } from 'node:fs';
import { P1specError } from '../../harness/ber/error.js';
import { VirtualClock } from '../../harness/link/clock.js';
import type { LinkEvent } from '../../harness/link/events.js';
import { ScenarioErrors } from '../../harness/mta/scenario/errors.js';
import { scenarioJsonSchema } from '../../harness/mta/scenario/json-schema.js';
import { createStage } from '../../harness/mta/scenario/play-stage.js';
import { type LocatedScenario, openScenario } from '../../harness/mta/scenario/read.js';
import { recordingHeader } from '../../harness/mta/scenario/recording.js';
import type { ScenarioResult, StepResult } from '../../harness/mta/scenario/result.js';
import { runScenario } from '../../harness/mta/scenario/run.js';
import { type ScenarioOverrides, withOverrides } from '../../harness/mta/scenario/run-overrides.js';
import type { Scenario } from '../../harness/mta/scenario/schema/scenario.js';
import type { Stage } from '../../harness/mta/scenario/stage.js';
import {
  comparisonLines,
  findingProgressLine,
  scenarioJson,
  scenarioLines,
  stepProgressLine,
} from '../../harness/report/scenario.js';
import { stageEventLines } from '../../harness/report/scenario-events.js';
import { PcapngWriter } from '../../harness/transcript/pcapng-writer.js';
import { openNew, type Recorder, TranscriptWriter, writeAll } from '../../harness/transcript/writer.js';
import { Exit, fail } from '../exit.js';
import { stream, write, writeLines } from '../output.js';
import { type Comparison, EarlierRecording, scriptOf } from '../scenario-recording.js';
import { ScenarioWatch } from '../scenario-watch.js';
import { endsOnSignal } from '../signals.js';

export interface ScenarioCommandOptions extends ScenarioOverrides {
  readonly record?: string;
  /** A file, or `-` for stdout. */
  readonly events?: string;
  readonly json?: boolean;
  /** Shows the queues live. */
  readonly watch?: boolean;
  /** A recording: what is said now has to mean the same. */
  readonly against?: string;
  /** The same, and what is said now stands in its place. */
  readonly update?: string;
  /** What may vary between the two; a file. */
  readonly rules?: string;
  /** Reads it, and plays nothing. */
  readonly check?: boolean;
}

const EXIT: Readonly<Record<ScenarioResult['verdict'], number>> = {
  pass: Exit.clean,
  fail: Exit.findings,
  inconclusive: Exit.inconclusive,
  error: Exit.error,
};

/** Plays a scenario, or says what is wrong with it. */
export async function scenario(file: string, options: ScenarioCommandOptions): Promise<void> {
  checkTogether(options);
  try {
    const located = withOverrides(await openScenario(file), options);
    if (options.check === true) await writeLines([checkedLine(located)]);
    else await play(located, options);
  } catch (error) {
    if (!(error instanceof ScenarioErrors)) throw error;
    // Where an editor looks for them: file:line:column first.
    process.stderr.write(`${error.message}\n`);
    process.exitCode = Exit.error;
  }
}

/** The language of scenarios, for editors. */
export async function schema(): Promise<void> {
  await write(`${JSON.stringify(scenarioJsonSchema(), undefined, 2)}\n`);
}

function checkTogether({ events, json, watch, against, update, rules }: ScenarioCommandOptions): void {
  if (watch === true && (json === true || events === '-')) {
    throw new P1specError('ERR_TWO_ON_STDOUT', {
      message: `--watch and ${json === true ? '--json' : '--events -'} both write to stdout`,
      hint: 'leave --watch out, or give --events a file',
    });
  }
  if (events === '-' && json === true) {
    throw new P1specError('ERR_TWO_ON_STDOUT', {
      message: '--json and --events - both write to stdout',
      hint: 'give --events a file',
    });
  }
  if (against !== undefined && update !== undefined) {
    throw new P1specError('ERR_MTA_OPTION', {
      message: '--against and --update name two recordings',
      hint: '--update compares too',
    });
  }
  if (rules !== undefined && against === undefined && update === undefined) {
    throw new P1specError('ERR_MTA_OPTION', { message: '--rules are for --against and --update' });
  }
}

async function play(located: LocatedScenario, options: ScenarioCommandOptions): Promise<void> {
  const { scenario: played, file } = located;
  const kept = await EarlierRecording.open(file, options);
  const signals = endsOnSignal();
  let recorder: Recorder | undefined;
  let watch: ScenarioWatch | undefined;
  const sink = (event: LinkEvent) => {
    recorder?.record(event);
    kept?.record(event);
  };
  const told = new Set<string>();
  const stage: Stage = createStage(played, {
    sink,
    signal: signals.signal,
    onFinding: (finding, by) => {
      // The first of its kind; all stand in the report at the end.
      const key = `${by} ${finding.rule}`;
      if (by === undefined || told.has(key) || !stage.actor(by).isJudged) return;
      told.add(key);
      const line = findingProgressLine(finding, by);
      if (watch === undefined) process.stderr.write(`${line}\n`);
      else watch.line(line);
    },
  });
  try {
    // Last: what was recorded before is gone only where we can begin.
    const { record, events } = options;
    recorder =
      record === undefined
        ? undefined
        : openRecorder(record, recordingHeader(played, new Date(), scriptOf(file, record)));
    if (options.watch === true) watch = watchOf(played, stage);
    const eventLog = events === undefined ? undefined : eventWriter(events);
    const result = await runScenario(played, {
      stage,
      lineOf: (path) => located.lineOf(path),
      play: located.play,
      signal: signals.signal,
      onStart: () => {
        tellEndpoints(stage);
        watch?.begin();
      },
      onStep: (step) => (watch === undefined ? tell(step) : watch.step(step)),
    }).finally(() => {
      watch?.end();
      recorder?.close();
    });
    eventLog?.(stage);
    const comparison = kept?.conclude(result, (script) => recordingHeader(played, new Date(), script));
    await report(result, comparison, options);
    if (stage.fault !== undefined) fail(stage.fault);
  } finally {
    // Where it could not begin, there are spools to be closed.
    await stage.stop();
    signals.stop();
  }
}

/** Hours of virtual time are over before anybody sees them. */
function watchOf({ title }: Scenario, stage: Stage): ScenarioWatch {
  if (stage.clock instanceof VirtualClock) {
    throw new P1specError('ERR_MTA_OPTION', {
      message: '--watch shows what goes on in real time, and the time of this scenario is virtual',
      hint: 'add --time real',
    });
  }
  return new ScenarioWatch(title, stage);
}

async function report(
  result: ScenarioResult,
  comparison: Comparison | undefined,
  { json, events }: ScenarioCommandOptions,
): Promise<void> {
  process.exitCode = EXIT[result.verdict];
  if (result.verdict === 'pass' && comparison?.fits === false) process.exitCode = Exit.findings;
  if (json === true) {
    await write(`${scenarioJson(result, comparison)}\n`);
    return;
  }
  const out = stream(events === '-' ? process.stderr : process.stdout);
  for (const line of scenarioLines(result, out)) out.write(`${line}\n`);
  if (comparison !== undefined) for (const line of comparisonLines(comparison, out)) out.write(`${line}\n`);
}

/** Over TCP, where a live MTA finds the fakes. */
function tellEndpoints(stage: Stage): void {
  for (const { name, isLive, endpoint } of stage.names.map((each) => stage.actor(each))) {
    if (!isLive && endpoint !== undefined) process.stderr.write(`${name} listens on ${endpoint}\n`);
  }
}

/** Progress goes to stderr. */
function tell(step: StepResult): void {
  const out = stream(process.stderr);
  const line = stepProgressLine(step, out);
  if (line !== undefined) out.write(`${line}\n`);
}

function checkedLine({ scenario: { title, mtas, steps }, file, play }: LocatedScenario): string {
  const count = `${Object.keys(mtas).length} MTAs, ${steps.length} steps`;
  return `${file}: ${title}: ${count}${play === undefined ? '' : ', and what the module plays'}: nothing wrong`;
}

function openRecorder(file: string, header: ReturnType<typeof recordingHeader>): Recorder {
  if (!file.endsWith('.pcapng')) return TranscriptWriter.open(file, header, { overwrite: true });
  const fd = openNew(file, true);
  return new PcapngWriter((bytes: Uint8Array) => writeAll(fd, bytes, file), header);
}

/** What writes the event logs and the counters of all MTAs, once all has been played. */
function eventWriter(file: string): (stage: Stage) => void {
  if (file === '-') {
    return (stage) => {
      for (const line of stageEventLines(stage)) process.stdout.write(`${line}\n`);
    };
  }
  const fd = openNew(file, true);
  return (stage) => {
    for (const line of stageEventLines(stage)) writeAll(fd, Buffer.from(`${line}\n`), file);
    closeSync(fd);
  };
}
