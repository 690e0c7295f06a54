import { offer, type Path, type Tell } from './errors.js';
import { activityReasons, bindErrors, type ImmediateAnswer, type ScenarioAnswer } from './schema/answers.js';
import { type EventText, type ScenarioEventName, scenarioEvents } from './schema/events.js';

export const answerable = Object.entries(scenarioEvents as Readonly<Record<string, EventText>>)
  .filter(([, text]) => text.answerable === true)
  .map(([name]) => name);

const ALWAYS = ['accept', 'hold', 'delay', 'abort', 'close'] as const;

/** What can be answered beside the words that fit everywhere. */
const ANSWERS: Readonly<Partial<Record<ScenarioEventName, readonly string[]>>> = {
  session: ['refuse', 'refuseSession'],
  bind: ['refuse', 'refuseSession'],
  transferStart: ['refuse'],
  transfer: ['refuse', 'nonDeliver', 'discard'],
  checkpoint: ['refuse'],
  report: ['refuse', 'discard'],
  sending: ['interrupt', 'discard'],
  sendingCheckpoint: ['interrupt', 'discard'],
};

const OURS: readonly string[] = ['sending', 'sendingCheckpoint'];
const BINDS: readonly string[] = ['session', 'bind'];

/** The answers that there are to an event, by their names. */
export function answersTo(event: ScenarioEventName): readonly string[] {
  if (!('answerable' in scenarioEvents[event])) return [];
  return [...ALWAYS, ...(ANSWERS[event] ?? [])];
}

/** By what a step is refused: the bind by an MTA-bind error, a transfer by a reason of activities. */
export function refusalsOf(event: ScenarioEventName): readonly string[] {
  return BINDS.includes(event) ? bindErrors : activityReasons;
}

export function checkAnswer(event: ScenarioEventName, answer: ScenarioAnswer, path: Path, tell: Tell): void {
  const answers = answersTo(event);
  if (answers.length === 0) {
    const hint = `answers belong to ${answerable.join(', ')}`;
    const message = `'${event}' has happened when it is heard of: it takes no answer`;
    tell(path, { code: 'ERR_SCENARIO_ANSWER', message, hint, inKey: true });
    return;
  }
  const name = nameOf(answer);
  const inner = typeof answer === 'string' ? path : [...path, name];
  if (!answers.includes(name)) {
    const hint = `at ${event} there are: ${answers.join(', ')}`;
    const message = `'${name}' is no answer at ${event}`;
    tell(inner, { code: 'ERR_SCENARIO_ANSWER', message, hint, inKey: typeof answer !== 'string' });
    return;
  }
  if (typeof answer === 'string') return;
  if (answer.refuse !== undefined) checkRefusal(event, answer.refuse, inner, tell);
  if (answer.discard !== undefined && !OURS.includes(event)) {
    const message = `a reason to discard belongs to what we send; at ${event} the peer is told nothing`;
    tell(inner, { code: 'ERR_SCENARIO_ANSWER', message, hint: 'write discard alone', inKey: true });
  }
  if ('delay' in answer && typeof answer.delay === 'object') {
    checkAnswer(event, answer.delay.next satisfies ImmediateAnswer, [...inner, 'next'], tell);
  }
}

function checkRefusal(event: ScenarioEventName, reason: string, path: Path, tell: Tell): void {
  const reasons = refusalsOf(event);
  if (reasons.includes(reason)) return;
  const by = BINDS.includes(event) ? 'a bind is refused by' : 'a transfer is refused by';
  const message = `'${reason}' does not refuse a ${event}`;
  tell(path, { code: 'ERR_SCENARIO_ANSWER', message, hint: offer(reason, reasons, by) });
}

function nameOf(answer: ScenarioAnswer): string {
  if (typeof answer === 'string') return answer;
  return Object.entries(answer).find(([, value]) => value !== undefined)?.[0] ?? 'accept';
}
