import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Mode } from '../harness/stack/association/events.js';
import { brokenMtas } from './broken.js';
import { drawPlan, MODES } from './draw.js';
import { replayCommand } from './failure.js';
import { runSeed, type SeedResult, sum, type Task } from './run-seeds.js';
import type { Counts } from './simulate.js';
import { describePlan } from './words.js';

const USAGE = `npm run simulate -- [--seeds N] [--from S] [--seed S] [--modes ${MODES.join()}]
  --seeds N    how many seeds; 100 where absent
  --from S     the first of them; 1 where absent
  --seed S     this one alone, and all that its plan says
  --modes M,M  only these modes
  --jobs N     processes; as many as there are processors where absent
  --out DIR    where what fails is written; simulation-out where absent
  --broken B   with an MTA that breaks a promise: ${Object.keys(brokenMtas).join(', ')}`;

const PROGRESS = 5000;
/** Failures that are described; of the others only the seed is told. */
const DESCRIBED = 3;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    modes: { type: 'string', default: MODES.join() },
    jobs: { type: 'string', default: String(availableParallelism()) },
    out: { type: 'string', default: 'simulation-out' },
    broken: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

function fail(message: string): never {
  console.error(`${message}\n${USAGE}`);
  process.exit(2);
}

function count(text: string, name: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) fail(`--${name} ${text} is no count`);
  return number;
}

function modesOf(text: string): Mode[] {
  return text.split(',').map((name) => MODES.find((mode) => mode === name) ?? fail(`there is no mode ${name}`));
}

/** Runs seeds in processes of their own, and gives their results as they come. */
async function runAll(seeds: readonly number[], jobs: number, task: Task, on: (result: SeedResult) => void) {
  const left = [...seeds];
  const worker = () =>
    new Promise<void>((done, failed) => {
      const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)));
      const next = () => {
        const seed = left.shift();
        if (seed === undefined) child.disconnect();
        else child.send({ seed, task });
      };
      child.on('message', (result: SeedResult) => {
        on(result);
        next();
      });
      child.on('error', failed);
      child.on('exit', (code) => (code === 0 ? done() : failed(new Error(`a worker ended with ${code}`))));
      next();
    });
  await Promise.all(Array.from({ length: Math.min(jobs, seeds.length) }, worker));
}

function summary({ submitted, connections, octets, failures, resumed, twice, nonDelivered, lasted }: Counts): string {
  return [
    `${submitted} messages and probes`,
    `${connections} connections`,
    `${(octets / 2e6).toFixed(1)} MB`,
    `${failures} transfers that failed`,
    `${resumed} resumed`,
    `${twice} copies more than once`,
    `${nonDelivered} not delivered`,
    `${Math.round(lasted / 86_400_000)} days`,
  ].join(', ');
}

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (values.broken !== undefined && brokenMtas[values.broken] === undefined)
  fail(`nothing breaks like ${values.broken}`);
const task: Task = { modes: modesOf(values.modes), folder: values.out, broken: values.broken };

if (values.seed !== undefined) {
  const seed = count(values.seed, 'seed');
  const { failure, counts, digest } = await runSeed(seed, task);
  console.log((failure.length > 0 ? failure : describePlan(drawPlan(seed, task.modes))).join('\n'));
  console.log(`${failure.length > 0 ? 'FAILED' : 'passed'}: ${summary(counts)}\ndigest ${digest}`);
  process.exitCode = failure.length > 0 ? 1 : 0;
} else {
  const [from, number] = [count(values.from, 'from'), count(values.seeds, 'seeds')];
  const begun = performance.now();
  const failed: number[] = [];
  let done = 0;
  let told = begun;
  let counts: Counts | undefined;
  const rate = () => `${((done * 1000) / (performance.now() - begun)).toFixed(1)} a second`;
  await runAll(
    Array.from({ length: number }, (_, i) => from + i),
    Math.max(1, count(values.jobs, 'jobs')),
    task,
    (result) => {
      done += 1;
      counts = counts === undefined ? result.counts : sum(counts, result.counts);
      if (result.failure.length > 0) {
        failed.push(result.seed);
        console.log(failed.length <= DESCRIBED ? result.failure.join('\n') : `seed ${result.seed} FAILED`);
      }
      if (performance.now() - told < PROGRESS) return;
      told = performance.now();
      console.log(`${done} of ${number} seeds, ${rate()}, ${failed.length} failed`);
    },
  );
  console.log(
    `${done} seeds from ${from} on in ${task.modes.join(', ')}: ${counts === undefined ? '' : summary(counts)}`,
  );
  console.log(`${done - failed.length} passed, ${failed.length} failed, ${rate()}`);
  for (const seed of failed.sort((a, b) => a - b)) console.log(`  ${replayCommand(seed, task)}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
