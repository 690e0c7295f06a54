import { closeSync } from 'node:fs';
import { P1specError } from '../harness/ber/error.js';
import type { Mta } from '../harness/mta/engine.js';
import { Counters } from '../harness/mta/operator/counters.js';
import { OperatorLog } from '../harness/mta/operator/log.js';
import { overview } from '../harness/mta/operator/overview.js';
import type { Preset } from '../harness/mta/preset.js';
import { countersJson, eventJson } from '../harness/report/operator-events.js';
import { Watch, type WatchTerminal } from '../harness/report/watch.js';
import { openNew, writeAll } from '../harness/transcript/writer.js';

export interface OperatorOptions {
  readonly watch?: boolean;
  /** A file, or `-` for stdout. */
  readonly events?: string;
}

interface Watched {
  readonly mta: Mta;
  readonly preset: Preset;
  /** Findings so far that fail. */
  failing(): number;
  /** What could not be written. */
  onFault(error: unknown): void;
}

/** Milliseconds between two views: on a terminal, and as lines. */
const REDRAW = 500;
const LINES = 10_000;
const COUNTERS = 60_000;

/** Throws ERR_TWO_ON_STDOUT where the live view and the events would mix. */
export function checkOperator({ watch, events }: OperatorOptions): void {
  if (watch !== true || events !== '-') return;
  throw new P1specError('ERR_TWO_ON_STDOUT', {
    message: '--watch and --events - both write to stdout',
    hint: 'give --events a file',
  });
}

/** The operator of a running MTA: watches it live, and keeps its event log and its counters. */
export class Operator {
  readonly #watched: Watched;
  readonly #log: OperatorLog;
  readonly #counters: Counters;
  readonly #watch: Watch | undefined;
  readonly #write: ((line: string) => void) | undefined;
  readonly #endings: (() => void)[] = [];
  readonly #stdoutIsTaken: boolean;

  constructor(watched: Watched, { watch, events }: OperatorOptions) {
    const { mta, preset } = watched;
    this.#watched = watched;
    this.#stdoutIsTaken = events === '-';
    this.#write = events === undefined ? undefined : this.#lineWriter(events);
    const started = mta.now();
    const title = `${preset.name} as ${mta.name}`;
    const look = () => ({ title, now: mta.now(), started, queues: overview(mta), failingFindings: watched.failing() });
    this.#watch = watch === true ? new Watch(terminal, look) : undefined;
    this.#counters = new Counters(mta);
    this.#log = new OperatorLog(mta, {
      family: preset.family,
      tell: (event) => {
        this.#write?.(eventJson(event));
        this.#watch?.event(event);
      },
    });
  }

  get watches(): boolean {
    return this.#watch !== undefined;
  }

  begin(): void {
    if (this.#write !== undefined) this.#every(COUNTERS, () => this.#count());
    const live = this.#watch;
    if (live === undefined) return;
    // However the process ends, the terminal is given back.
    const restore = () => live.restore();
    process.on('exit', restore);
    this.#endings.push(() => process.off('exit', restore));
    this.#every(terminal.size() === undefined ? LINES : REDRAW, () => live.draw());
    live.draw();
  }

  /** Progress goes to stderr, or into the live view. */
  say(line: string): void {
    if (this.#watch !== undefined && terminal.size() !== undefined) this.#watch.line(line);
    else process.stderr.write(`${new Date().toISOString()}  ${line}\n`);
  }

  /** What was found goes to stdout, or wherever that leaves room. */
  result(line: string): void {
    if (this.#watch !== undefined) this.#watch.line(line);
    else (this.#stdoutIsTaken ? process.stderr : process.stdout).write(`${line}\n`);
  }

  /** What happens from here on is not the MTA's doing. */
  stopListening(): void {
    this.#log.stop();
    this.#counters.stop();
  }

  end(): void {
    this.stopListening();
    this.#count();
    this.#watch?.end();
    for (const ending of this.#endings.splice(0)) ending();
  }

  #count(): void {
    this.#write?.(countersJson(this.#counters.snapshot(this.#watched.mta.now())));
  }

  #every(milliseconds: number, action: () => void): void {
    const timer = setInterval(action, milliseconds);
    this.#endings.push(() => clearInterval(timer));
  }

  /** The first line that cannot be written is the last one. */
  #lineWriter(file: string): (line: string) => void {
    if (file === '-') return (line) => process.stdout.write(`${line}\n`);
    const fd = openNew(file, true);
    this.#endings.push(() => closeSync(fd));
    let failed = false;
    return (line) => {
      if (failed) return;
      try {
        writeAll(fd, Buffer.from(`${line}\n`), file);
      } catch (error) {
        failed = true;
        this.#watched.onFault(error);
      }
    };
  }
}

/** stdout, as far as it is a terminal. */
export const terminal: WatchTerminal = {
  write: (text) => process.stdout.write(text),
  color: process.stdout.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb',
  size: () => {
    const { isTTY, columns, rows } = process.stdout;
    if (isTTY !== true || process.env.TERM === 'dumb') return undefined;
    // A terminal of no known size is as large as terminals used to be.
    return { columns: columns || 80, rows: rows || 24 };
  },
};
