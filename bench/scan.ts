import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { p1specVersion } from '../harness/transcript/format.js';
import { checkProcess, inMemory, type Measurement, median, tshark, tsharkVersion } from './measure.js';
import { TRAFFIC, type Traffic, writeTraffic } from './traffic.js';

// How fast captures are scanned, beside tshark on the same captures in the same run. It asserts nothing: what a machine
// reaches is for docs/performance.md. Run the compiled code: `npm run bench`.

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Runs that count, of each measurement. */
    runs: { type: 'string', default: '5' },
    /** Only traffic whose name has this in it. */
    only: { type: 'string', default: '' },
  },
});
const runs = Math.max(1, Number(values.runs) || 1);

interface Scanned {
  readonly traffic: Traffic;
  readonly messages: number;
  /** Of the capture file. */
  readonly octets: number;
  readonly measurements: readonly Measurement[];
}

async function scan(traffic: Traffic, folder: string): Promise<Scanned> {
  const file = join(folder, `${TRAFFIC.indexOf(traffic)}.pcapng`);
  writeTraffic(traffic, file);
  const measurements = [
    ...(await inMemory(file, runs)),
    await checkProcess(file, runs),
    ...(await tshark(file, Math.min(runs, 3))),
  ];
  const octets = statSync(file).size;
  rmSync(file);
  return { traffic, messages: traffic.associations * traffic.messagesEach, octets, measurements };
}

/** The figures of one measurement: its median, and how far the runs lie apart. */
function figures({ messages, octets }: Scanned, { what, runs, note }: Measurement) {
  if (runs.length === 0) return { what, note };
  const times = runs.map(({ seconds }) => seconds);
  const seconds = median(times);
  const peaks = runs.flatMap(({ resident }) => (resident === undefined ? [] : [resident]));
  return {
    what,
    runs: runs.length,
    seconds,
    spread: (Math.max(...times) - Math.min(...times)) / seconds,
    megabytesPerSecond: octets / seconds / 1e6,
    messagesPerSecond: messages / seconds,
    residentMegabytes: peaks.length === 0 ? undefined : Math.max(...peaks) / 1e6,
  };
}

const machine = {
  p1spec: p1specVersion(),
  node: process.version,
  tshark: tsharkVersion(),
  cpu: cpus()[0]?.model,
  cores: availableParallelism(),
};

const folder = mkdtempSync(join(tmpdir(), 'p1spec-bench-'));
try {
  const results: { traffic: Traffic; messages: number; octets: number; figures: ReturnType<typeof figures>[] }[] = [];
  if (!values.json)
    console.log(
      Object.entries(machine)
        .map(([name, value]) => `${name} ${value ?? '-'}`)
        .join(', '),
    );
  for (const traffic of TRAFFIC.filter(({ name }) => name.includes(values.only))) {
    const scanned = await scan(traffic, folder);
    const { messages, octets, measurements } = scanned;
    const all = measurements.map((measurement) => figures(scanned, measurement));
    results.push({ traffic, messages, octets, figures: all });
    if (!values.json) print(scanned, all);
  }
  if (values.json) console.log(JSON.stringify({ machine, results }, undefined, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function print({ traffic, messages, octets }: Scanned, all: readonly ReturnType<typeof figures>[]): void {
  const { name, associations } = traffic;
  console.log(`\n${name}: ${messages} messages on ${associations} associations, ${(octets / 1e6).toFixed(1)} MB`);
  console.log(row(['', 'MB/s', 'PDU/s', 'seconds', 'spread', 'peak MB']));
  for (const each of all) {
    if (each.seconds === undefined) {
      console.log(`${each.what}: ${each.note}`);
      continue;
    }
    const { what, megabytesPerSecond, messagesPerSecond, seconds, spread, residentMegabytes } = each;
    const peak = residentMegabytes?.toFixed(0) ?? '';
    const pdus = messagesPerSecond >= 100 ? messagesPerSecond.toFixed(0) : messagesPerSecond.toPrecision(3);
    console.log(row([what, megabytesPerSecond.toFixed(1), pdus, seconds.toFixed(3), percent(spread), peak]));
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function row([first = '', ...others]: readonly string[]): string {
  return first.padEnd(20) + others.map((text) => text.padStart(11)).join('');
}
