import { closeSync, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { P1specError } from '../ber/error.js';
import { writeAll } from '../transcript/writer.js';
import type { CaseDescription, CaseResult, RunDescription, RunListener, RunResult } from '../verdict/results.js';
import { ConsoleReporter } from './console.js';
import { JsonReporter } from './json.js';
import { JUnitReporter } from './junit.js';
import type { Sink } from './sink.js';

const reporters = {
  console: (sink: Sink): RunListener => new ConsoleReporter(sink),
  json: (sink: Sink): RunListener => new JsonReporter(sink),
  junit: (sink: Sink): RunListener => new JUnitReporter(sink),
} as const;

export type ReporterName = keyof typeof reporters;

export const reporterNames = Object.keys(reporters) as ReporterName[];

/** A reporter, and the file that it writes; without one it writes to stdout. */
export interface ReporterChoice {
  readonly name: ReporterName;
  readonly file?: string;
}

/** From `junit=report.xml` or `json`. */
export function parseReporter(text: string): ReporterChoice {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const file = at < 0 ? undefined : text.slice(at + 1);
  if (!(reporterNames as string[]).includes(name) || file === '') {
    throw new P1specError('ERR_REPORTER', {
      message: `${JSON.stringify(text)} is no reporter`,
      hint: `write it as name or name=file; the names are ${reporterNames.join(', ')}`,
    });
  }
  return { name: name as ReporterName, ...(file === undefined ? {} : { file }) };
}

interface ReportFile {
  readonly file: string;
  readonly fd: number;
  readonly isNew: boolean;
}

/**
 * Tells several reporters of one run. At most one of them has stdout, the console where none is named; where another
 * one has it, progress goes to stderr. Files are opened at once, so that a run does not end in a report that cannot be
 * written.
 */
export class FanOut implements RunListener {
  readonly #listeners: RunListener[] = [];
  readonly #files: ReportFile[] = [];
  #started = false;

  constructor(choices: readonly ReporterChoice[], { stdout, stderr }: { stdout: Sink; stderr: Sink }) {
    const onStdout = choices.filter(({ file }) => file === undefined);
    if (onStdout.length > 1) {
      throw new P1specError('ERR_REPORTER', {
        message: `${onStdout.map(({ name }) => name).join(' and ')} cannot share stdout`,
        hint: `give one of them a file: ${onStdout.at(-1)?.name}=report`,
      });
    }
    const [first] = onStdout;
    this.#listeners.push(reporters[first?.name ?? 'console'](stdout));
    if (first !== undefined && first.name !== 'console') this.#listeners.push(new Progress(stderr));
    for (const { name, file } of choices) {
      if (file !== undefined) this.#listeners.push(reporters[name](this.#open(file)));
    }
  }

  runStarted(run: RunDescription, cases: readonly CaseDescription[]): void {
    this.#started = true;
    // A device or a pipe has no length.
    for (const { fd } of this.#files) if (fstatSync(fd).isFile()) ftruncateSync(fd);
    for (const listener of this.#listeners) listener.runStarted?.(run, cases);
  }

  caseStarted(description: CaseDescription): void {
    for (const listener of this.#listeners) listener.caseStarted?.(description);
  }

  caseEnded(result: CaseResult): void {
    for (const listener of this.#listeners) listener.caseEnded?.(result);
  }

  async runEnded(result: RunResult): Promise<void> {
    for (const listener of this.#listeners) await listener.runEnded?.(result);
    this.close();
  }

  /** Idempotent. Of a run that was never started nothing is left, and an older report stays as it was. */
  close(): void {
    for (const { file, fd, isNew } of this.#files.splice(0)) {
      closeSync(fd);
      if (isNew && !this.#started) rmSync(file, { force: true });
    }
  }

  #open(file: string): Sink {
    try {
      mkdirSync(dirname(file), { recursive: true });
      const isNew = !existsSync(file);
      const fd = openSync(file, 'a');
      this.#files.push({ file, fd, isNew });
      return { color: false, write: (text) => writeAll(fd, Buffer.from(text), file) };
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new P1specError('ERR_FILE_UNWRITABLE', {
        message: `${file} cannot be written: ${detail}`,
        at: { file },
        cause,
      });
    }
  }
}

/** A line as each case ends, where results go elsewhere. */
class Progress implements RunListener {
  readonly #sink: Sink;
  #total = 0;
  #done = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  runStarted(_run: RunDescription, cases: readonly CaseDescription[]): void {
    this.#total = cases.length;
  }

  caseEnded({ id, verdict }: CaseResult): void {
    this.#done += 1;
    this.#sink.write(`p1spec: ${this.#done}/${this.#total} ${verdict} ${id}\n`);
  }
}
