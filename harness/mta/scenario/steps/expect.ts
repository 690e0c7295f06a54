import { isWhere } from '../reactions.js';
import type { Early } from '../run-expectations.js';
import { durationText, elapsedText, expectedText } from '../run-text.js';
import type { StepAction } from './context.js';

/** Something has to happen; counted since its block began. */
export const expect: StepAction<'expect'> = async (value, context) => {
  const { stage, expectation, within, seenAt, started } = context;
  const { at, count = 1 } = value;
  stage.actor(at);
  if (expectation === undefined) return undefined;
  const time = value.within ?? within;
  if (await stage.until(() => expectation.isMet, time)) return undefined;
  const times = count === 1 ? 'did not happen' : `happened ${expectation.matches} times, not ${count},`;
  const before = earlyText(expectation.early, started);
  return { why: `${expectedText(value)} ${times} within ${durationText(time)}${before}`, seen: seenAt(at) };
};

/** What came too soon is what whoever wrote the scenario looks for. */
function earlyText(early: Early | undefined, started: number): string {
  if (early === undefined) return '';
  const { count, last } = early;
  const when =
    count === 1 ? `once, at ${elapsedText(last - started)}` : `${count} times, last at ${elapsedText(last - started)}`;
  return `; before its turn it came ${when} (those at one MTA come in their order, each in its block)`;
}

/** Something must not happen, from now on and for a time. */
export const never: StepAction<'never'> = async (value, { stage, seenAt }) => {
  const { at, event, where } = value;
  let happened = false;
  const end = stage.actor(at).listen((happening) => {
    happened ||= happening.event === event && isWhere(happening, where);
    return undefined;
  });
  const started = stage.clock.now();
  try {
    if (!(await stage.until(() => happened, value.for))) return undefined;
  } finally {
    end();
  }
  const after = durationText(stage.clock.now() - started);
  return { why: `${expectedText(value)} happened, after ${after}`, seen: seenAt(at) };
};

export const wait: StepAction<'wait'> = async (milliseconds, { stage }) => {
  await stage.advance(milliseconds);
  return undefined;
};
