import type { Happening } from './happening.js';
import type { Where } from './schema/events.js';
import type { ScenarioStep, StepOf } from './schema/steps.js';
import type { Amount } from './schema/values.js';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** `10 min`: in the largest unit that it is a whole number of. */
export function durationText(milliseconds: number): string {
  const [unit, factor] = UNITS.find(([, each]) => milliseconds >= each && milliseconds % each === 0) ?? ['ms', 1];
  return `${milliseconds / factor} ${unit}`;
}

/** `+0:10:00`, or `+0:10:00.250`: hours, minutes and seconds since the start of a scenario. */
export function elapsedText(milliseconds: number): string {
  const whole = Math.max(0, Math.round(milliseconds));
  const two = (value: number) => String(value % 60).padStart(2, '0');
  const seconds = Math.floor(whole / 1000);
  const rest = whole % 1000;
  const fraction = rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`;
  return `+${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60))}:${two(seconds)}${fraction}`;
}

export function amountText(wanted: Amount): string {
  if (typeof wanted === 'number') return String(wanted);
  const { atLeast, atMost } = wanted;
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ];
  return bounds.length === 0 ? 'any' : bounds.join(', ');
}

/** Something that happened, with its time since `started`. Holds what peers say: escape it for a terminal. */
export function happeningText({ time, event, fields, detail }: Happening, started: number): string {
  const told = detail === undefined ? '' : `: ${detail}`;
  // What it is not goes without saying: there are several of these in each line.
  const said = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== false));
  return `${elapsedText(time - started)} ${event}${fieldsText(said)}${told}`;
}

/** What an expectation waits for, and where. */
export function expectedText({ at, event, where }: { readonly at: string; readonly event: string; where?: Where }) {
  return `${event}${fieldsText(where ?? {})} at ${at}`;
}

/** A step in one line. */
export function stepText(step: ScenarioStep): string {
  switch (step.kind) {
    case 'send': {
      const what = step.value.apdu === undefined ? 'message' : 'APDU';
      return `${submittedText(step.value, what)}${priorityText(step.value)}${deferralText(step.value)}`;
    }
    case 'probe':
      return submittedText(step.value, 'probe');
    case 'report': {
      const { from, to, on, reason } = step.value;
      const what = reason === undefined ? 'a delivery report' : `a non-delivery report, reason ${reason},`;
      return `${from} sends ${what} on ${on === 'last' ? 'the last message from there' : on} to ${to}`;
    }
    case 'wait':
      return `wait ${durationText(step.value)}`;
    case 'expect': {
      const { count = 1, answer } = step.value;
      const times = count === 1 ? '' : `, ${count} times`;
      return `expect ${expectedText(step.value)}${times}${answer === undefined ? '' : `, answer ${answerText(answer)}`}`;
    }
    case 'never':
      return `no ${expectedText(step.value)} for ${durationText(step.value.for)}`;
    case 'check':
      return checkText(step.value);
    case 'queue': {
      const { at, to, do: does, where = {} } = step.value;
      return `${queueActions[does]} the queue of ${at} to ${to}${fieldsText(where)}`;
    }
    case 'association': {
      const { at, with: peer, do: does } = step.value;
      return `${at}: ${does} on its associations with ${peer}`;
    }
    case 'link': {
      const { between, do: does } = step.value;
      return `link between ${between.join(' and ')} ${does}`;
    }
    case 'linkState': {
      const { at, changes = 1 } = step.value;
      return `the link state changes at ${at}${changes === 1 ? '' : `, ${changes} times`}`;
    }
    case 'start':
    case 'stop':
    case 'kill':
      return `${step.kind} ${step.value}`;
    case 'restart': {
      const { mta, preset, how = 'stop', after } = step.value;
      const away = after === undefined ? '' : ` after ${durationText(after)}`;
      return `${how} ${mta}, start it${away}${preset === undefined ? '' : ` as ${preset}`}`;
    }
    case 'hotfix': {
      const { mta, apply, refused = false } = step.value;
      return `apply ${apply} to ${mta}${refused ? ', which has to be refused' : ''}`;
    }
    case 'note':
      return step.value;
  }
}

const queueActions = {
  freeze: 'freeze',
  thaw: 'thaw',
  retry: 'retry at once',
  delete: 'delete from',
  deleteWithReport: 'delete, with a report, from',
} as const satisfies Record<StepOf<'queue'>['do'], string>;

function submittedText({ from, to, recipients, via, count = 1, every }: Submitted, what: string): string {
  const number = count === 1 ? `1 ${what}` : `${count} ${what}s`;
  const target = to === undefined ? (recipients ?? (via === undefined ? [] : [via])) : [to].flat();
  const pace = every === undefined || count === 1 ? '' : `, every ${durationText(every)}`;
  return `${from} sends ${number} to ${target.join(', ')}${pace}`;
}

type Submitted = Pick<StepOf<'send'>, 'from' | 'to' | 'recipients' | 'count' | 'every'> & { readonly via?: string };

function priorityText({ priority }: StepOf<'send'>): string {
  return priority === undefined || priority === 'normal' ? '' : `, ${priority}`;
}

function deferralText({ deferFor }: StepOf<'send'>): string {
  return deferFor === undefined ? '' : `, deferred for ${durationText(deferFor)}`;
}

function answerText(answer: NonNullable<StepOf<'expect'>['answer']>): string {
  return typeof answer === 'string'
    ? answer
    : JSON.stringify(answer)
        .replace(/["{}]/g, '')
        .replace(/([:,])/g, '$1 ');
}

function checkText({ at, queue, received, counter, findings, within }: StepOf<'check'>): string {
  const parts = [
    ...(queue === undefined ? [] : [`its queue to ${queue.to}: ${queueText(queue)}`]),
    ...(received === undefined ? [] : [`received${receivedText(received)}`]),
    ...(counter === undefined
      ? []
      : [`${counter.name}${counter.to === undefined ? '' : ` to ${counter.to}`}: ${amountText(counter.value)}`]),
    ...(findings === undefined ? [] : [`findings in what it sent: ${amountText(findings)}`]),
  ];
  return `check ${at}: ${parts.join('; ')}${within === undefined ? '' : `, within ${durationText(within)}`}`;
}

function queueText({ length, system, state }: NonNullable<StepOf<'check'>['queue']>): string {
  return [
    ...(length === undefined ? [] : [`length ${amountText(length)}`]),
    ...(system === undefined ? [] : [`system messages ${amountText(system)}`]),
    ...(state === undefined ? [] : [`state ${state}`]),
  ].join(', ');
}

function receivedText({ from, messages, reports, subject }: NonNullable<StepOf<'check'>['received']>): string {
  const source = from === undefined ? '' : ` from ${from}`;
  const about = subject === undefined ? '' : ` with '${subject}' in the subject`;
  const amounts = [
    ...(messages === undefined ? [] : [`messages${about} ${amountText(messages)}`]),
    ...(reports === undefined ? [] : [`reports ${amountText(reports)}`]),
  ];
  return `${source}: ${amounts.join(', ')}`;
}

function fieldsText(fields: Readonly<Record<string, unknown>>): string {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return known.length === 0 ? '' : ` (${known.map(([name, value]) => `${name} ${value}`).join(', ')})`;
}
