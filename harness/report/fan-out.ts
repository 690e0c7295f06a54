import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { P1specError } from '../ber/error.js';
import { writeAll } from '../transcript/writer.js';
import type { CaseDescription, CaseResult, RunDescription, RunListener, RunResult } from '../verdict/results.js';
import { ConsoleReporter } from './console.js';
import { GithubReporter } from './github.js';
import { JsonReporter } from './json.js';
import { JUnitReporter } from './junit.js';
import { SarifReporter } from './sarif.js';
import type { Sink } from './sink.js';
import { TapReporter } from './tap.js';

/** What is around the reporters of a run. */
export interface ReporterSurroundings {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** The working directory of the run, from which its paths lead; the process's if absent. */
  readonly folder?: string;
  /** The file that GitHub reads a job's summary from; `GITHUB_STEP_SUMMARY` names it. */
  readonly stepSummary?: string;
  /** A word that nobody can guess, for the `github` reporter; drawn if absent. */
  readonly token?: string;
}

/** Where a reporter stands: what it writes to, and the working directory of the run. */
interface Place {
  readonly sink: Sink;
  readonly folder: string;
}

const reporters = {
  console: ({ sink }: Place): RunListener => new ConsoleReporter(sink),
  json: ({ sink }: Place): RunListener => new JsonReporter(sink),
  junit: ({ sink }: Place): RunListener => new JUnitReporter(sink),
  tap: ({ sink }: Place): RunListener => new TapReporter(sink),
  sarif: ({ sink, folder }: Place): RunListener => new SarifReporter(sink, folder),
} as const;

export type ReporterName = keyof typeof reporters | 'github';

export const reporterNames: readonly ReporterName[] = [
  ...(Object.keys(reporters) as (keyof typeof reporters)[]),
  'github',
];

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
  if (!(reporterNames as readonly string[]).includes(name) || file === '') {
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
  /** Whether what it held stays. */
  readonly appended: boolean;
}

/**
 * Tells several reporters of one run. At most one of them has stdout, the console where none is named; where another
 * one has it, progress goes to stderr. `github` shares stdout with the console, and has stderr where stdout is
 * another's. Files are opened at once, so that a run does not end in a report that cannot be written.
 */
export class FanOut implements RunListener {
  readonly #listeners: RunListener[] = [];
  readonly #files: ReportFile[] = [];
  readonly #github: GithubReporter | undefined;
  #started = false;

  constructor(choices: readonly ReporterChoice[], surroundings: ReporterSurroundings) {
    const { stdout, stderr, folder = process.cwd() } = surroundings;
    const onStdout = choices.filter(({ name, file }) => file === undefined && name !== 'github');
    if (onStdout.length > 1) {
      throw new P1specError('ERR_REPORTER', {
        message: `${onStdout.map(({ name }) => name).join(' and ')} cannot share stdout`,
        hint: `give one of them a file: ${onStdout.at(-1)?.name}=report`,
      });
    }
    const first = onStdout[0]?.name ?? 'console';
    this.#github = this.#githubOf(choices, surroundings, first === 'console' ? stdout : stderr);
    if (first !== 'github') this.#listeners.push(reporters[first]({ sink: stdout, folder }));
    if (first !== 'console') this.#listeners.push(new Progress(stderr));
    for (const { name, file } of choices) {
      if (file === undefined || name === 'github') continue;
      this.#listeners.push(reporters[name]({ sink: this.#open(file), folder }));
    }
  }

  runStarted(run: RunDescription, cases: readonly CaseDescription[]): void {
    this.#started = true;
    // A device or a pipe has no length.
    for (const { fd, appended } of this.#files) if (!appended && fstatSync(fd).isFile()) ftruncateSync(fd);
    this.#github?.runStarted();
    for (const listener of this.#listeners) listener.runStarted?.(run, cases);
  }

  caseStarted(description: CaseDescription): void {
    for (const listener of this.#listeners) listener.caseStarted?.(description);
  }

  caseEnded(result: CaseResult): void {
    for (const listener of this.#listeners) listener.caseEnded?.(result);
  }

  /** What one reporter cannot do keeps no other from its report; the first error is thrown when all are done. */
  async runEnded(result: RunResult): Promise<void> {
    const errors: unknown[] = [];
    for (const listener of [...this.#listeners, ...(this.#github === undefined ? [] : [this.#github])]) {
      try {
        await listener.runEnded?.(result);
      } catch (error) {
        errors.push(error);
      }
    }
    this.close();
    if (errors.length > 0) throw errors[0];
  }

  /** Idempotent. Of a run that was never started nothing is left, and an older report stays as it was. */
  close(): void {
    this.#github?.close();
    for (const { file, fd, isNew } of this.#files.splice(0)) {
      closeSync(fd);
      if (isNew && !this.#started) rmSync(file, { force: true });
    }
  }

  /** However often it is named it is one, whose Markdown goes to every file that was given, or to GitHub's own. */
  #githubOf(
    choices: readonly ReporterChoice[],
    { stepSummary, token = randomUUID() }: ReporterSurroundings,
    sink: Sink,
  ): GithubReporter | undefined {
    const chosen = choices.filter(({ name }) => name === 'github');
    if (chosen.length === 0) return undefined;
    const given = chosen.flatMap(({ file }) => (file === undefined ? [] : [file]));
    const files = given.length > 0 || stepSummary === undefined || stepSummary === '' ? given : [stepSummary];
    const sinks = files.map((file) => this.#open(file, true));
    const summary: Sink = {
      color: false,
      write: (text) => {
        for (const each of sinks) each.write(text);
      },
    };
    return new GithubReporter(sink, { token, summary });
  }

  #open(file: string, appended = false): Sink {
    try {
      mkdirSync(dirname(file), { recursive: true });
      const isNew = !existsSync(file);
      const fd = openSync(file, 'a');
      this.#files.push({ file, fd, isNew, appended });
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
