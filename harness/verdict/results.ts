import type { Finding, Permission } from '../rules/finding.js';
import type { Strength } from '../rules/rule.js';
import type { Mode } from '../stack/association/events.js';
import type { Verdict } from './verdict.js';

/** Who opens the association that a case is about; `both` where it does not matter or both do. */
export type CaseRole = 'initiator' | 'responder' | 'both';

/** What a case says of itself, for lists and reports. */
export interface CaseFacts {
  /** One sentence. */
  readonly purpose: string;
  /** Recommendation and clause that the requirement comes from. */
  readonly clause: string;
  /** The IUT's role. */
  readonly role: CaseRole;
  readonly strength: Strength;
  /** The modes that it is about; all where absent. In others it is not applicable. */
  readonly modes?: readonly Mode[];
  /** What the peer does wrong on purpose, in words; it goes into the transcript's header. */
  readonly deliberateErrors?: readonly string[];
}

export interface CaseDescription extends CaseFacts {
  /** `P1/<group>/<BV|BI|BO>-<nnn>`. */
  readonly id: string;
  readonly group: string;
}

/** A finding of the judge on the IUT's octets, with enough around it to be shown. */
export interface CaseFinding extends Finding {
  /** The stream's octets around it, in hexadecimal, from `offset` on. */
  readonly context?: { readonly offset: number; readonly octets: string };
}

export interface CaseResult extends CaseDescription {
  readonly verdict: Verdict;
  /** Why, in one line; of a pass there is nothing to say. */
  readonly reason?: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly requirement?: string;
  readonly expected?: string;
  readonly actual?: string;
  /** What the failure rests on. */
  readonly failing: readonly CaseFinding[];
  /** Everything that the judge found in what the IUT sent during the case. */
  readonly findings: readonly CaseFinding[];
  /** Files, relative to the working directory. */
  readonly transcripts: readonly string[];
  /** Runs this case alone. */
  readonly reproduce: string;
  /** The case stands on the list of expected failures. */
  readonly expectedFailure?: { readonly reason: string };
}

/** A conversation before or after a group, that shows whether the target lives. */
export interface SanityResult {
  readonly group: string;
  readonly when: 'before' | 'after';
  readonly verdict: Verdict;
  readonly reason?: string;
}

export interface ExpectedFailure {
  readonly id: string;
  readonly reason: string;
}

/** What a run is, before its cases. */
export interface RunDescription {
  readonly tool: 'p1spec';
  readonly version: string;
  readonly target: string;
  readonly mode: Mode;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly permissions: readonly Permission[];
  readonly expectedFailures: readonly ExpectedFailure[];
  readonly shard?: string;
}

export interface RunResult extends RunDescription {
  /** Milliseconds. */
  readonly duration: number;
  readonly cases: readonly CaseResult[];
  readonly sanity: readonly SanityResult[];
  /** Set where the run was ended before its end. */
  readonly interrupted?: string;
}

/** Told of a run as it goes; reporters are listeners. */
export interface RunListener {
  runStarted?(run: RunDescription, cases: readonly CaseDescription[]): void;
  caseStarted?(description: CaseDescription): void;
  caseEnded?(result: CaseResult): void;
  runEnded?(result: RunResult): void | Promise<void>;
}
