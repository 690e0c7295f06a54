import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LinkEvent } from '../harness/link/events.js';
import { ConversationJudge } from '../harness/rules/conversation.js';
import { p1UserTypes } from '../harness/rules/p1-association.js';
import { ConversationObserver } from '../harness/transcript/observe.js';
import { openConversation } from '../harness/transcript/open.js';

/** One measured run. */
export interface Run {
  readonly seconds: number;
  /** Peak resident set of the process, in octets; where the system tells it. */
  readonly resident?: number;
}

/** What was measured of one way to read a capture: the runs, of which the median counts. */
export interface Measurement {
  readonly what: string;
  readonly runs: readonly Run[];
  /** Why there are none. */
  readonly note?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** In this process, from link events in memory: what the layers and the rules cost, without reading the file. */
export async function inMemory(file: string, runs: number): Promise<Measurement[]> {
  const events: LinkEvent[] = [];
  for await (const event of (await openConversation(file)).events()) events.push(event);
  return [
    { what: 'observe', runs: repeat(runs, () => observeAll(events)) },
    { what: 'observe + judge', runs: repeat(runs, () => judgeAll(events)) },
  ];
}

function observeAll(events: readonly LinkEvent[]): void {
  const observer = new ConversationObserver({ types: p1UserTypes });
  for (const event of events) observer.push(event);
  observer.end();
}

function judgeAll(events: readonly LinkEvent[]): void {
  const judge = new ConversationJudge();
  for (const event of events) judge.push(event);
  judge.end();
}

/** One run to warm up, then the runs that count. */
function repeat(runs: number, work: () => void): Run[] {
  work();
  return Array.from({ length: runs }, () => {
    const start = process.hrtime.bigint();
    work();
    return { seconds: Number(process.hrtime.bigint() - start) / 1e9 };
  });
}

const PROGRAM = fileURLToPath(new URL('../bin/p1spec.js', import.meta.url));
/** Has a child tell its own peak when it ends, in kilobytes, on descriptor 3. */
const TELL_PEAK = `data:text/javascript,${encodeURIComponent(
  'import { writeSync } from "node:fs"; process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));',
)}`;

/** The whole command as a user runs it, start-up included: `p1spec check`, every rule on. */
export async function checkProcess(file: string, runs: number): Promise<Measurement> {
  const arguments_ = ['--import', TELL_PEAK, PROGRAM, 'check', file];
  return { what: 'p1spec check', runs: await inChild(process.execPath, arguments_, runs) };
}

/** tshark over the same capture, its output thrown away. */
export async function tshark(file: string, runs: number): Promise<Measurement[]> {
  const summary = 'tshark summary';
  const hierarchy = 'tshark -z io,phs';
  if (tsharkVersion() === undefined) return [{ what: summary, runs: [], note: 'tshark is not installed' }];
  return [
    { what: summary, runs: await inChild('tshark', ['-n', '-r', file], runs) },
    { what: hierarchy, runs: await inChild('tshark', ['-n', '-q', '-z', 'io,phs', '-r', file], runs) },
  ];
}

export function tsharkVersion(): string | undefined {
  const { stdout, error } = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
  return error === undefined ? /\d+\.\d+\.\d+/.exec(stdout)?.[0] : undefined;
}

async function inChild(command: string, arguments_: readonly string[], runs: number): Promise<Run[]> {
  const measured: Run[] = [];
  for (let i = 0; i <= runs; i += 1) {
    const run = await once(command, arguments_);
    // The first one brings the file into the system's cache.
    if (i > 0) measured.push(run);
  }
  return measured;
}

function once(command: string, arguments_: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const child = spawn(command, arguments_, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    let told = '';
    let errors = '';
    let watched: number | undefined;
    child.stdio[3]?.on('data', (text: Buffer) => {
      told += text.toString();
    });
    child.stderr?.on('data', (text: Buffer) => {
      errors += text.toString();
    });
    const timer = setInterval(() => {
      watched = peakOf(child) ?? watched;
    }, 20);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      if (code === 0) resolve({ seconds, resident: told === '' ? watched : Number(told) * 1024 });
      else reject(new Error(`${command} ended with ${code}: ${errors.slice(0, 1000)}`));
    });
  });
}

/** The peak of a child that does not tell it itself, where there is /proc. */
function peakOf({ pid }: ChildProcess): number | undefined {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
