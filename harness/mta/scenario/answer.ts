import type { Answer } from '../hooks.js';
import { type activityReasons, bindErrors, type ImmediateAnswer, type ScenarioAnswer } from './schema/answers.js';
import type { ScenarioEventName } from './schema/events.js';

type BindError = (typeof bindErrors)[number];
type ActivityReason = Extract<Answer, { do: 'exception' }>['reason'];
type WrittenReason = (typeof activityReasons)[number];

/** The answer of a hook that a scenario's means, at that step: what is discarded there is ours, or the peer's. */
export function toAnswer(written: ScenarioAnswer, step: ScenarioEventName): Answer {
  if (typeof written === 'object' && 'delay' in written && written.delay !== undefined) {
    const { delay } = written;
    if (typeof delay === 'number') return { do: 'delay', milliseconds: delay };
    // biome-ignore lint/suspicious/noThenProperty: no function, so that nothing takes it for a promise
    return { do: 'delay', milliseconds: delay.for, then: immediate(delay.next, step) };
  }
  return immediate(written as ImmediateAnswer, step);
}

function immediate(written: ImmediateAnswer, step: ScenarioEventName): Answer {
  if (typeof written === 'string') return word(written, step);
  const { refuse, refuseSession, abort, interrupt, discard, nonDeliver } = written;
  if (refuse !== undefined) return refusal(refuse);
  if (refuseSession !== undefined) return { do: 'refuseSession', reason: refuseSession };
  if (abort !== undefined) return { do: 'abort', reason: abort };
  if (interrupt !== undefined) return { do: 'interruptTransfer', reason: activityReason(interrupt) };
  if (discard !== undefined) return { do: 'discardTransfer', reason: activityReason(discard) };
  if (nonDeliver !== undefined) return { do: 'nonDeliver', ...nonDeliver };
  return { do: 'accept' };
}

function word(written: Extract<ImmediateAnswer, string>, step: ScenarioEventName): Answer {
  if (written === 'interrupt') return { do: 'interruptTransfer' };
  const isOurs = step === 'sending' || step === 'sendingCheckpoint';
  return { do: written === 'discard' && isOurs ? 'discardTransfer' : written };
}

/** A bind is refused by an MTA-bind error, a transfer by an exception of the activity. */
function refusal(reason: BindError | WrittenReason): Answer {
  return isBindError(reason) ? { do: 'refuse', error: reason } : { do: 'exception', reason: activityReason(reason) };
}

/** A temporary problem is receiving ability jeopardized: it cannot go on just now. X.215 13.12. */
function activityReason(reason: WrittenReason): ActivityReason {
  return reason === 'temporaryProblem' ? 'receivingAbilityJeopardized' : reason;
}

function isBindError(reason: BindError | WrittenReason): reason is BindError {
  return (bindErrors as readonly string[]).includes(reason);
}
