import { rmSync } from 'node:fs';
import type { Link } from '../link/link.js';
import type { Permission } from '../rules/finding.js';
import type { Mode } from '../stack/association/events.js';
import { type ConformanceCase, descriptionOf, notApplicableIn } from './case.js';
import { Inconclusive, Interrupted, NotApplicable } from './failure.js';
import { type Judgement, judgementOf } from './judgement.js';
import { permissionName } from './permissions.js';
import type { CaseResult, ExpectedFailure, RunListener, SanityResult } from './results.js';
import type { Runtime } from './runtime.js';
import { sanityConversation } from './sanity.js';
import { DEFAULT_TARGET, Testbed } from './testbed.js';
import { worse } from './verdict.js';

export interface ConformanceRunOptions {
  /** A preset's name. */
  readonly target?: string;
  /** Of the associations; normal where absent. */
  readonly mode?: Mode;
  /** Folder of the transcripts; none are written where absent. */
  readonly out?: string;
  readonly permissions?: readonly Permission[];
  readonly expectedFailures?: readonly ExpectedFailure[];
  /** Milliseconds; default 20 s. */
  readonly caseTimeout?: number;
  /** Multiplies every time-out. */
  readonly timeoutScale?: number;
  /** Stands between the target and the network while a case runs, for tests that have to see it fail. */
  readonly between?: (target: Link) => Link;
  readonly listener?: RunListener;
  /** Ends the run: what is under way and what is left was not run. */
  readonly signal?: AbortSignal;
}

const CASE_TIMEOUT = 20_000;

/** Runs cases one after the other and keeps their results. */
export class ConformanceRun implements Runtime {
  readonly results = new Map<string, CaseResult>();
  readonly sanityResults: SanityResult[] = [];
  readonly #options: ConformanceRunOptions;
  /** Groups whose first sanity conversation failed, and why. */
  readonly #dead = new Map<string, string>();

  constructor(options: ConformanceRunOptions) {
    this.#options = options;
  }

  get #mode(): Mode {
    return this.#options.mode ?? 'normal';
  }

  async runCase(conformanceCase: ConformanceCase): Promise<void> {
    const { listener, signal } = this.#options;
    if (signal?.aborted === true) throw new Interrupted(reasonOf(signal));
    listener?.caseStarted?.(descriptionOf(conformanceCase));
    const started = performance.now();
    const { thrown, ...evidence } = await this.#conduct(conformanceCase);
    const judgement = judgementOf(conformanceCase, thrown);
    this.#keep(conformanceCase, { judgement, duration: performance.now() - started, ...evidence });
    if (judgement.verdict !== 'pass') throw thrown ?? new Error(judgement.reason);
  }

  async sanity(group: string, when: 'before' | 'after'): Promise<void> {
    if (this.#options.signal?.aborted === true) return;
    const bed = new Testbed(this.#bedOptions(`sanity-${group}-${when}`, []));
    try {
      await this.#guarded(() => sanityConversation(bed));
      if (bed.fault !== undefined) throw bed.fault;
      this.sanityResults.push({ group, when, verdict: 'pass' });
    } catch (error) {
      if (error instanceof Interrupted) return;
      const ours = bed.fault !== undefined;
      const reason = ours
        ? `${when} group ${group}: ${messageOf(bed.fault)}`
        : `the target did not answer ${when} group ${group}: ${messageOf(error)}`;
      if (when === 'before') this.#dead.set(group, reason);
      this.sanityResults.push({ group, when, verdict: ours ? 'error' : 'inconclusive', reason });
    } finally {
      await bed.close();
      // Of a target that lives there is nothing to show.
      if (this.sanityResults.at(-1)?.verdict === 'pass') for (const file of bed.transcripts) rmSync(file);
    }
  }

  /** Notes a case that nobody ran or could run, or whose failure did not come through `runCase`. */
  note(conformanceCase: ConformanceCase, verdict: 'not-applicable' | 'not-run' | 'error', reason: string): void {
    if (this.results.has(conformanceCase.id)) return;
    const judgement: Judgement = { verdict, reason, failing: [] };
    this.#keep(conformanceCase, { judgement, duration: 0, findings: [], transcripts: [] });
  }

  async #conduct(conformanceCase: ConformanceCase): Promise<Evidence & { thrown: unknown }> {
    const inapplicable = notApplicableIn(this.#mode, conformanceCase);
    if (inapplicable !== undefined) return { thrown: new NotApplicable(inapplicable), findings: [], transcripts: [] };
    const dead = this.#dead.get(conformanceCase.group);
    if (dead !== undefined) return { thrown: new Inconclusive(dead), findings: [], transcripts: [] };
    const { id, options, body } = conformanceCase;
    const bed = new Testbed(this.#bedOptions(id.replaceAll('/', '-'), options.deliberateErrors ?? [], options));
    let thrown: unknown;
    try {
      await this.#guarded(async () => {
        const context = await bed.start(...(options.peers ?? []));
        await body(context);
      });
    } catch (error) {
      thrown = error ?? new Error('the case threw nothing');
    }
    try {
      await bed.close();
      return { thrown: bed.fault ?? thrown, findings: bed.traffic.findings(), transcripts: bed.transcripts };
    } catch (error) {
      return { thrown: thrown ?? error, findings: [], transcripts: bed.transcripts };
    }
  }

  /** Runs until done, timed out or interrupted. */
  async #guarded(action: () => Promise<void>): Promise<void> {
    const { caseTimeout = CASE_TIMEOUT, timeoutScale = 1, signal } = this.#options;
    const limit = caseTimeout * timeoutScale;
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const ended = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Inconclusive(`no verdict within ${limit / 1000} s`)), limit);
      onAbort = () => reject(new Interrupted(reasonOf(signal)));
      signal?.addEventListener('abort', onAbort, { once: true });
    });
    try {
      await Promise.race([action(), ended]);
    } finally {
      clearTimeout(timer);
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
    }
  }

  #bedOptions(name: string, deliberateErrors: readonly string[], facts?: ConformanceCase['options']) {
    const { target = DEFAULT_TARGET, out, permissions = [], timeoutScale = 1 } = this.#options;
    const ofCase = facts === undefined ? {} : { role: facts.role, between: this.#options.between };
    return { name, target, mode: this.#mode, out, permissions, timeoutScale, deliberateErrors, ...ofCase };
  }

  #keep(conformanceCase: ConformanceCase, run: Evidence & { judgement: Judgement; duration: number }): void {
    const { judgement, duration, findings, transcripts } = run;
    const { target = DEFAULT_TARGET, permissions = [], expectedFailures = [], listener } = this.#options;
    const { id } = conformanceCase;
    const before = this.results.get(id);
    if (before !== undefined && worse(before.verdict, judgement.verdict) === before.verdict) return;
    const expected = expectedFailures.find((each) => each.id === id);
    const result: CaseResult = {
      ...descriptionOf(conformanceCase),
      ...judgement,
      duration: Math.round(duration),
      findings,
      transcripts,
      reproduce: reproduceCommand(id, target, this.#mode, permissions),
      ...(expected === undefined ? {} : { expectedFailure: { reason: expected.reason } }),
    };
    this.results.set(id, result);
    listener?.caseEnded?.(result);
  }
}

type Evidence = Pick<CaseResult, 'findings' | 'transcripts'>;

/** The command that runs a case alone, as for a shell. */
export function reproduceCommand(id: string, target: string, mode: Mode, permissions: readonly Permission[]): string {
  const inMode = mode === 'normal' ? '' : ` --mode ${mode}`;
  const permits = permissions.map((each) => ` --permit ${quoted(`${permissionName(each)}=${each.reason}`)}`);
  return `npx p1spec run ${id} --target ${quoted(target)}${inMode}${permits.join('')}`;
}

function quoted(text: string): string {
  return /^[\w./=:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function reasonOf(signal: AbortSignal | undefined): string {
  return typeof signal?.reason === 'string' ? signal.reason : 'the run was ended';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
