import type { Geography } from '../geography.js';
import type { Expectation } from '../run-expectations.js';
import type { History } from '../run-history.js';
import type { Scenario } from '../schema/scenario.js';
import type { StepKind, StepOf } from '../schema/steps.js';
import type { Stage } from '../stage.js';

/** What a step of a scenario has to do with. */
export interface StepContext {
  readonly scenario: Scenario;
  readonly stage: Stage;
  readonly geography: Geography;
  readonly history: History;
  /** Of an `expect`: what has come about of it since its block began. */
  readonly expectation: Expectation | undefined;
  /** How long anything expected may take that says nothing itself, in milliseconds. */
  readonly within: number;
  /** When the scenario began, by the stage's clock. */
  readonly started: number;
  /** The latest that happened at an MTA, in words. */
  seenAt(mta: string): string[];
}

/** Why a step is not done. */
export interface StepFailure {
  readonly why: string;
  readonly seen?: readonly string[];
}

/** Does what a step says, or waits for it; undefined where all is well. A P1specError is a failure too. */
export type StepAction<K extends StepKind> = (
  value: StepOf<K>,
  context: StepContext,
) => Promise<StepFailure | undefined> | StepFailure | undefined;
