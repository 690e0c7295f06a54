import { countsAs, standing } from '../verdict/expected-failures.js';
import type { CaseResult, RunListener, RunResult } from '../verdict/results.js';
import { githubSummary } from './github-summary.js';
import { lostSanity, oneLine, outcomeWord, plainLines, reasonOf, troubledCases } from './outcome.js';
import type { Sink } from './sink.js';
import { summaryText } from './summary.js';

export interface GithubReporterOptions {
  /** Where the Markdown goes: the file that GITHUB_STEP_SUMMARY names, or one that was asked for. */
  readonly summary?: Sink;
  /** A word that nobody can guess: while the run lasts, no line of the log is a command. */
  readonly token: string;
}

/**
 * For GitHub Actions: an annotation for each case that somebody has to look at, and a summary of the job in Markdown.
 * Commands are off between the beginning and the end of the run, so that what other reporters show of the wire is none.
 */
export class GithubReporter implements RunListener {
  readonly #sink: Sink;
  readonly #options: GithubReporterOptions;
  #stopped = false;

  constructor(sink: Sink, options: GithubReporterOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  runStarted(): void {
    this.#stopped = true;
    this.#sink.write(`::stop-commands::${this.#options.token}\n`);
  }

  runEnded(result: RunResult): void {
    this.close();
    this.#sink.write(githubAnnotations(result));
    this.#options.summary?.write(githubSummary(result));
  }

  /** Idempotent. Commands are on again, also after a run that never came to its end. */
  close(): void {
    if (this.#stopped) this.#sink.write(`::${this.#options.token}::\n`);
    this.#stopped = false;
  }
}

type Command = 'error' | 'warning' | 'notice';

/** Findings that an annotation names. */
const NAMED = 4;

/** Workflow commands, a line each, the worst first: GitHub shows no more than ten of each kind. */
export function githubAnnotations(result: RunResult): string {
  const annotations: { command: Command; title: string; text: string }[] = [
    ...troubledCases(result).map((each) => ({
      command: commandOf(each),
      title: `${each.id} ${outcomeWord(each)}`,
      text: caseText(each),
    })),
    ...lostSanity(result).map(({ group, when, verdict, reason = '' }) => ({
      command: verdict === 'error' ? ('error' as const) : ('warning' as const),
      title: `sanity ${when} ${group}: ${verdict}`,
      text: plainLines(reason),
    })),
    ...(result.interrupted === undefined
      ? []
      : [
          {
            command: 'warning' as const,
            title: 'p1spec',
            text: `ended before its end: ${oneLine(result.interrupted)}`,
          },
        ]),
    ...result.cases
      .filter((each) => standing(each) === 'expected-failure')
      .map((each) => ({
        command: 'notice' as const,
        title: `${each.id} expected failure`,
        text: plainLines(reasonOf(each)),
      })),
    { command: 'notice', title: 'p1spec', text: summaryText(result) },
  ];
  const order: readonly Command[] = ['error', 'warning', 'notice'];
  return order
    .flatMap((command) => annotations.filter((each) => each.command === command))
    .map(({ command, title, text }) => `::${command} title=${property(oneLine(title))}::${data(text)}\n`)
    .join('');
}

function commandOf(result: CaseResult): Command {
  return ['fail', 'error'].includes(countsAs(result)) ? 'error' : 'warning';
}

function caseText(each: CaseResult): string {
  const findings = each.failing.slice(0, NAMED);
  const more = each.failing.length - findings.length;
  const reason = standing(each) === 'unexpected-pass' ? `expected to fail: ${reasonOf(each)}` : (each.reason ?? '');
  return [
    `${oneLine(each.purpose)} (${oneLine(each.clause)}, ${each.strength})`,
    // A failure's own words repeat below their first line what its findings say.
    plainLines(findings.length > 0 ? (reason.split('\n')[0] ?? '') : reason),
    ...findings.map(
      ({ rule, path, message, direction, connection, offset }) =>
        `${oneLine(rule)} ${oneLine(path)}: ${oneLine(message)} (connection ${connection}, ${direction}, offset ${offset})`,
    ),
    ...(more > 0 ? [`and ${more} more`] : []),
    `reproduce: ${oneLine(each.reproduce)}`,
  ].join('\n');
}

/** The value of a command: its line ends are written out, as the runner reads them back. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
