import type { Finding } from '../../rules/finding.js';

export type StepState = 'done' | 'failed' | 'not reached';

export interface StepResult {
  /** Counts from 1. */
  readonly number: number;
  readonly kind: string;
  /** The step in one line, for people. */
  readonly text: string;
  readonly state: StepState;
  /** Where it stands, where the scenario is a file; from 1. */
  readonly line?: number;
  /** Milliseconds since the start of the scenario, on its clock, when it was done or failed. */
  readonly time?: number;
  /** Of a failure. */
  readonly why?: string;
  /** Of a failure: what did happen there instead, the latest last. */
  readonly seen?: readonly string[];
}

/** What came of a scenario. */
export interface ScenarioResult {
  readonly title: string;
  /** `fail`: a step failed or was never reached, or a judged MTA sent something that fails. `error`: our fault. */
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'error';
  readonly steps: readonly StepResult[];
  /** Which need not happen: reactions that never fired, edits never used, faults that met nothing; in words. */
  readonly unused: readonly string[];
  /** Edits that could not be made to what they were meant for, in words: the run fails. */
  readonly failedEdits: readonly string[];
  readonly mtas: readonly {
    readonly name: string;
    readonly preset: string;
    readonly judged: boolean;
    readonly findings: readonly Finding[];
    readonly queues: readonly { readonly to: string; readonly length: number; readonly state: string }[];
    readonly received: number;
  }[];
  /** Milliseconds that passed on its clock. */
  readonly elapsed: number;
  /** Connections that carried a bind. */
  readonly binds: number;
}
