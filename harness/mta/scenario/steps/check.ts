import type { History } from '../run-history.js';
import { amountText, durationText } from '../run-text.js';
import type { StepOf } from '../schema/steps.js';
import { type Amount, isWithin } from '../schema/values.js';
import type { Stage } from '../stage.js';
import type { StepAction } from './context.js';

/** How things have to stand: at once, or within a time. */
export const check: StepAction<'check'> = async (value, { stage, history, seenAt }) => {
  const { at, within } = value;
  const faults = () => [
    ...queueFaults(at, value.queue, stage),
    ...receivedFaults(at, value.received, history),
    ...counterFaults(at, value.counter, stage),
    ...amountFaults('findings', value.findings, () => stage.actor(at).findings.length),
  ];
  // What cannot be asked is told at once, not after the time allowed.
  if (faults().length === 0) return undefined;
  if (within !== undefined && (await stage.until(() => faults().length === 0, within))) return undefined;
  const time = within === undefined ? '' : ` after ${durationText(within)}`;
  return { why: `${at}${time}: ${faults().join('; ')}`, seen: seenAt(at) };
};

function queueFaults(at: string, wanted: StepOf<'check'>['queue'], stage: Stage): string[] {
  if (wanted === undefined) return [];
  const queue = stage.actor(at).mta.queueTo(wanted.to);
  const account = queue.account();
  const name = `queue to ${wanted.to}`;
  const state = wanted.state === undefined || account.state === wanted.state;
  return [
    ...amountFaults(`${name}: length`, wanted.length, () => account.length),
    ...amountFaults(
      `${name}: system messages`,
      wanted.system,
      () => queue.served().filter(({ system }) => system).length,
    ),
    ...(state ? [] : [`${name}: state is ${account.state}, not ${wanted.state}`]),
  ];
}

function receivedFaults(at: string, wanted: StepOf<'check'>['received'], history: History): string[] {
  if (wanted === undefined) return [];
  const { from, messages, reports, subject } = wanted;
  const arrived = history.arrivedAt(at).filter((each) => from === undefined || each.from === from);
  const meant = arrived.filter((each) => subject === undefined || each.subject?.includes(subject) === true);
  const source = from === undefined ? '' : ` from ${from}`;
  const about = subject === undefined ? '' : ` with '${subject}' in the subject`;
  return [
    ...amountFaults(
      `messages received${source}${about}`,
      messages,
      () => meant.filter(({ kind }) => kind === 'message' || kind === 'probe').length,
    ),
    ...amountFaults(`reports received${source}`, reports, () => arrived.filter(({ kind }) => kind === 'report').length),
  ];
}

function counterFaults(at: string, wanted: StepOf<'check'>['counter'], stage: Stage): string[] {
  if (wanted === undefined) return [];
  const { name, to, value } = wanted;
  const target = to === undefined ? '' : ` to ${to}`;
  return amountFaults(`${name}${target}`, value, () => stage.actor(at).counter(name, to));
}

function amountFaults(what: string, wanted: Amount | undefined, count: () => number): string[] {
  if (wanted === undefined) return [];
  const value = count();
  return isWithin(value, wanted) ? [] : [`${what}: ${value}, not ${amountText(wanted)}`];
}
