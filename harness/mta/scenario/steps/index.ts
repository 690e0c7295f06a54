import type { ScenarioStep, StepKind } from '../schema/steps.js';
import { check } from './check.js';
import type { StepAction, StepContext, StepFailure } from './context.js';
import { expect, never, wait } from './expect.js';
import { hotfix, kill, restart, start, stop } from './life.js';
import { association, link, linkState, queue } from './operate.js';
import { report } from './report.js';
import { probe, send } from './submit.js';

const actions: { readonly [K in StepKind]: StepAction<K> } = {
  send,
  probe,
  report,
  wait,
  expect,
  never,
  check,
  queue,
  association,
  link,
  linkState,
  start,
  stop,
  kill,
  restart,
  hotfix,
  note: () => undefined,
};

/** Does one step. Throws what keeps it from being done. */
export async function perform(step: ScenarioStep, context: StepContext): Promise<StepFailure | undefined> {
  const action = actions[step.kind] as StepAction<typeof step.kind>;
  return action(step.value as never, context);
}

export type { StepAction, StepContext, StepFailure } from './context.js';
