import { readdirSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { associationRules } from '../rules/catalogue.js';
import { checkPermissions } from '../rules/finding.js';
import { type Mode, modes } from '../stack/mode.js';
import { p1specVersion } from '../transcript/format.js';
import { type ConformanceCase, caseOf, descriptionOf, notApplicableIn, type RunContext } from './case.js';
import { ConformanceRun, type ConformanceRunOptions } from './conformance-run.js';
import { RunError } from './failure.js';
import type { CaseDescription, RunDescription, RunResult } from './results.js';
import { type Selection, select } from './selection.js';
import { checkTarget, DEFAULT_TARGET, prepareOut } from './testbed.js';

export interface RunOptions extends ConformanceRunOptions, Selection {
  /** Absolute paths of suites; the built-in ones where absent. */
  readonly files?: readonly string[];
  /** Milliseconds for all of it; default 15 minutes. Multiplied by `timeoutScale`. */
  readonly timeout?: number;
}

const RUN_TIMEOUT = 15 * 60_000;

/** Runs suites against a target. The process's mocha configuration is not read. */
export async function run(options: RunOptions = {}): Promise<RunResult> {
  const { target = DEFAULT_TARGET, mode = 'normal', permissions = [], expectedFailures = [], listener } = options;
  checkMode(mode);
  checkTarget(target);
  checkPermissions(permissions, associationRules);
  const { mocha, cases } = await load(options.files ?? builtInSuites());
  checkExpected(options, cases);
  const ids = select(
    cases.map(({ id }) => id),
    options,
  );
  const selected = cases.filter(({ id }) => ids.includes(id));
  const inapplicable = new Map(selected.map((each) => [each, notApplicableIn(mode, each)] as const));
  const applicable = selected.filter((each) => inapplicable.get(each) === undefined);
  // A group in which nothing is applicable needs no sanity conversation either.
  keepOnly(mocha.suite, new Set(applicable.map(({ id }) => id)));
  const description: RunDescription = {
    tool: 'p1spec',
    version: p1specVersion(),
    target,
    mode,
    startedAt: new Date().toISOString(),
    permissions,
    expectedFailures,
    ...(options.shard === undefined ? {} : { shard: `${options.shard.part}/${options.shard.of}` }),
  };
  prepareOut(options.out);
  listener?.runStarted?.(description, selected.map(descriptionOf));
  const started = performance.now();
  const clock = new RunClock(options);
  const conformance = new ConformanceRun({ ...options, target, mode, signal: clock.signal });
  for (const [each, reason] of inapplicable) {
    if (reason !== undefined) conformance.note(each, 'not-applicable', reason);
  }
  (mocha.suite.ctx as RunContext).p1spec = conformance;
  try {
    await runMocha(mocha, conformance, clock.signal);
  } finally {
    clock.stop();
    mocha.dispose();
  }
  for (const each of selected) conformance.note(each, 'not-run', clock.reason ?? 'it was never reached');
  const result: RunResult = {
    ...description,
    duration: Math.round(performance.now() - started),
    cases: selected.flatMap(({ id }) => conformance.results.get(id) ?? []),
    sanity: conformance.sanityResults,
    ...(clock.reason === undefined ? {} : { interrupted: clock.reason }),
  };
  await listener?.runEnded?.(result);
  return result;
}

/** The cases of suites, in their order, without running them. */
export async function listCases(files: readonly string[] = builtInSuites()): Promise<CaseDescription[]> {
  return (await load(files)).cases.map(descriptionOf);
}

/** The suites that ship: compiled beside the compiled harness, as source beside its source. */
export function builtInSuites(): string[] {
  const folder = fileURLToPath(new URL('../../specs/conformance/', import.meta.url));
  const ending = `.spec${extname(fileURLToPath(import.meta.url))}`;
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  return files.map((name) => resolve(folder, name));
}

/** From the bottom of what an MTA does to its top. */
const ORDER = ['bind', 'x410', 'rts', 'transfer', 'p1984', 'route', 'queue'];

function rank(file: string): number {
  const at = ORDER.indexOf(file.slice(0, file.indexOf('.')));
  return at < 0 ? ORDER.length : at;
}

/** Names that mocha's bdd interface puts among the globals. */
const BDD = ['describe', 'xdescribe', 'context', 'xcontext', 'it', 'xit', 'specify', 'xspecify'].concat([
  'before',
  'after',
  'beforeEach',
  'afterEach',
  'run',
]);

interface LoadedSuites {
  readonly mocha: Mocha;
  readonly cases: ConformanceCase[];
}

/**
 * Modules are imported anew for each run: only then do they register their cases again. The globals are mocha's while
 * that lasts, and afterwards what they were, for whoever runs us from tests.
 */
async function load(files: readonly string[]): Promise<LoadedSuites> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', timeout: 0, reporter: class {} as unknown as Mocha.ReporterConstructor });
  const globals = globalThis as unknown as Record<string, unknown>;
  const before = new Map(BDD.map((name) => [name, globals[name]]));
  const { EVENT_FILE_PRE_REQUIRE, EVENT_FILE_POST_REQUIRE } = Mocha.Suite.constants;
  try {
    for (const file of files) {
      mocha.suite.emit(EVENT_FILE_PRE_REQUIRE, globalThis, file, mocha);
      await importAnew(file);
      mocha.suite.emit(EVENT_FILE_POST_REQUIRE, globalThis, file, mocha);
    }
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete globals[name];
      else globals[name] = value;
    }
  }
  const cases: ConformanceCase[] = [];
  mocha.suite.eachTest((test) => {
    const found = caseOf(test);
    if (found === undefined) {
      throw new RunError('ERR_SUITE', {
        message: `${JSON.stringify(test.fullTitle())} is no conformance case`,
        hint: 'register it with conformanceCase, so that it has an id and a verdict',
      });
    }
    cases.push(found);
  });
  if (cases.length === 0) throw new RunError('ERR_NO_CASE', { message: 'the suites hold no case' });
  return { mocha, cases };
}

async function importAnew(file: string): Promise<void> {
  const url = pathToFileURL(file);
  url.searchParams.set('run', crypto.randomUUID());
  try {
    await import(url.href);
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'RunError') throw cause;
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new RunError('ERR_SUITE', { message: `${file} cannot be loaded: ${detail}`, cause });
  }
}

function keepOnly(suite: Mocha.Suite, ids: ReadonlySet<string>): void {
  suite.tests = suite.tests.filter((test) => ids.has(caseOf(test)?.id ?? ''));
  for (const inner of suite.suites) keepOnly(inner, ids);
}

async function runMocha(mocha: Mocha, conformance: ConformanceRun, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    const onAbort = () => runner.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    // A case that failed and left no result failed outside its body: a hook, or something that nobody awaited.
    runner.on('fail', (test: Mocha.Runnable, error: unknown) => {
      const found = caseOf(test);
      const reason = error instanceof Error ? error.message : String(error);
      if (found !== undefined && !signal.aborted) conformance.note(found, 'error', reason);
      if (found === undefined) conformance.sanityResults.push(hookError(test, reason));
    });
  });
}

function hookError(test: Mocha.Runnable, reason: string) {
  return { group: test.parent?.title ?? '', when: 'before', verdict: 'error', reason } as const;
}

function checkExpected({ expectedFailures = [] }: RunOptions, cases: readonly ConformanceCase[]): void {
  for (const { id } of expectedFailures) {
    if (cases.some((each) => each.id === id)) continue;
    throw new RunError('ERR_NO_CASE', {
      message: `no case is called ${JSON.stringify(id)}, so that its failure cannot be expected`,
      hint: 'p1spec run --list shows the cases',
    });
  }
}

/** Throws ERR_MODE. */
export function checkMode(mode: string): asserts mode is Mode {
  if ((modes as readonly string[]).includes(mode)) return;
  throw new RunError('ERR_MODE', {
    message: `there is no mode ${JSON.stringify(mode)}`,
    hint: `modes are: ${modes.join(', ')}`,
  });
}

/** Ends the run when its time is up, or when its caller says so. */
class RunClock {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #deaf: () => void;

  constructor({ timeout = RUN_TIMEOUT, timeoutScale = 1, signal }: RunOptions) {
    this.signal = this.#controller.signal;
    const limit = timeout * timeoutScale;
    this.#timer = setTimeout(() => this.#end(`the run took longer than ${limit / 1000} s`), limit);
    this.#timer.unref();
    const forward = () => this.#end(typeof signal?.reason === 'string' ? signal.reason : 'the run was ended');
    if (signal?.aborted === true) forward();
    signal?.addEventListener('abort', forward, { once: true });
    this.#deaf = () => signal?.removeEventListener('abort', forward);
  }

  get reason(): string | undefined {
    return this.signal.aborted ? String(this.signal.reason) : undefined;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#deaf();
  }

  #end(reason: string): void {
    if (!this.signal.aborted) this.#controller.abort(reason);
  }
}
