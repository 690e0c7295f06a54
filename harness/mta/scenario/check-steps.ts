import { ORNameError, parseORName } from '../../p1/parse.js';
import { connectionCounters, mtaCounters } from '../operator/counter-names.js';
import { presets } from '../presets/index.js';
import { checkAnswer } from './check-answers.js';
import type { Cast } from './check-cast.js';
import { checkPreset } from './check-preset.js';
import { checkWhere } from './check-where.js';
import { offer, type Path, quoted, type Tell } from './errors.js';
import type { Scenario } from './schema/scenario.js';
import { type ScenarioStep, type StepKind, type StepOf, stepOf } from './schema/steps.js';
import type { Amount } from './schema/values.js';

type Check<K extends StepKind> = (value: StepOf<K>, path: Path, cast: Cast, tell: Tell) => void;

/** One step: whom it names, and what goes together in it. */
export function checkStep(written: Scenario['steps'][number], path: Path, cast: Cast, tell: Tell): void {
  const { kind, value }: ScenarioStep = stepOf(written);
  (CHECKS[kind] as Check<typeof kind>)(value as never, [...path, kind], cast, tell);
}

const CHECKS: { readonly [K in StepKind]: Check<K> } = {
  send: checkSend,
  probe: checkSubmitted,
  report(value, path, cast, tell) {
    if (cast.isOurs(value.from, [...path, 'from'], NOT_ASKED)) cast.isPeerOf(value.from, value.to, [...path, 'to']);
    if (value.diagnostic !== undefined && value.reason === undefined) {
      const message = 'a diagnostic code belongs to a reason code';
      tell([...path, 'diagnostic'], { code: 'ERR_SCENARIO_MISSING', message, hint: 'add reason', inKey: true });
    }
  },
  wait: () => {},
  expect(value, path, cast, tell) {
    checkExpectation(value, path, cast, tell);
    if (value.answer !== undefined) checkAnswer(value.event, value.answer, [...path, 'answer'], tell);
  },
  never: checkExpectation,
  check: checkState,
  queue({ at, to, do: done, where }, path, cast, tell) {
    if (cast.isOurs(at, [...path, 'at'], NO_QUEUES)) cast.isPeerOf(at, to, [...path, 'to']);
    if (where === undefined || done.startsWith('delete')) return;
    const message = `'where' says what is deleted; to ${done} is for the whole queue`;
    tell([...path, 'where'], { code: 'ERR_SCENARIO_VALUE', message, hint: 'leave it out', inKey: true });
  },
  association(value, path, cast) {
    if (cast.isOurs(value.at, [...path, 'at'], NOT_ASKED)) cast.isPeerOf(value.at, value.with, [...path, 'with']);
  },
  link({ between: [one, other] }, path, cast) {
    if (cast.knows(one, [...path, 'between', 0])) cast.isPeerOf(one, other, [...path, 'between', 1]);
  },
  linkState({ at }, path, cast, tell) {
    if (!cast.isOurs(at, [...path, 'at'], NOT_ASKED) || isEverExchange(at, cast)) return;
    const message = `'${at}' is no Exchange MTA: it has no link state table`;
    tell([...path, 'at'], { code: 'ERR_SCENARIO_PRESET', message, hint: EXCHANGE });
  },
  start: (name, path, cast) => void cast.isOurs(name, path, NOT_STARTED),
  stop: (name, path, cast) => void cast.isOurs(name, path, NOT_STARTED),
  kill: (name, path, cast) => void cast.isOurs(name, path, NOT_STARTED),
  restart(value, path, cast, tell) {
    cast.isOurs(value.mta, [...path, 'mta'], NOT_STARTED);
    if (value.preset !== undefined) checkPreset(value.preset, [...path, 'preset'], tell);
  },
  hotfix({ mta }, path, cast, tell) {
    if (!cast.isOurs(mta, [...path, 'mta'], NOT_STARTED) || isEverExchange(mta, cast)) return;
    const message = `'${mta}' is no Exchange MTA, and the hotfix is for one`;
    tell([...path, 'mta'], { code: 'ERR_SCENARIO_PRESET', message, hint: EXCHANGE });
  },
  note: () => {},
};

const NOT_ASKED = 'it does not do what a scenario says';
const NO_QUEUES = 'its queues are out of reach';
const NOT_STARTED = 'a scenario neither starts nor ends it';
const EXCHANGE = `Exchange presets are: ${presets
  .filter(({ family }) => family === 'exchange')
  .map(({ name }) => name)
  .join(', ')}`;

/** From the start, or after a restart as another one. */
function isEverExchange(name: string, { scenario }: Cast): boolean {
  const restarts = scenario.steps.flatMap(({ restart }) => (restart?.mta === name ? [restart.preset] : []));
  return [scenario.mtas[name]?.preset, ...restarts].some(
    (preset) => presets.find((each) => each.name === preset)?.family === 'exchange',
  );
}

/** What an MTS-APDU as it stands leaves nothing to say about. */
const IN_APDU = [
  'to',
  'recipients',
  'originator',
  'subject',
  'text',
  'size',
  'priority',
  'reports',
  'deferFor',
  'extensions',
  'content',
] as const;

function checkSend(value: StepOf<'send'>, path: Path, cast: Cast, tell: Tell): void {
  const { apdu, via, from, content } = value;
  if (via !== undefined && cast.has(from)) cast.isPeerOf(from, via, [...path, 'via']);
  if (content !== undefined) {
    for (const field of ['subject', 'text', 'size'] as const) {
      if (value[field] !== undefined) excluded(field, 'content', path, tell);
    }
    if (!/^\d+(?:\.\d+)*$/.test(content.type)) {
      const message = `${quoted(content.type)} is no content type`;
      const hint = 'an object identifier such as 2.6.1.10.1, or a number such as 22';
      tell([...path, 'content', 'type'], { code: 'ERR_SCENARIO_VALUE', message, hint });
    }
  }
  if (apdu === undefined) {
    checkSubmitted(value, path, cast, tell);
    return;
  }
  cast.isOurs(from, [...path, 'from'], NOT_ASKED);
  for (const field of IN_APDU) if (value[field] !== undefined) excluded(field, 'apdu', path, tell);
  if (via === undefined) {
    const hint = 'add via: the neighbour that gets it';
    const message = 'nothing says where an MTS-APDU as it stands goes';
    tell([...path, 'apdu'], { code: 'ERR_SCENARIO_MISSING', message, hint, inKey: true });
  }
  checkEvery(value, path, tell);
}

function excluded(field: string, by: string, path: Path, tell: Tell): void {
  const message = `'${field}' says nothing beside '${by}', which is sent as it stands`;
  tell([...path, field], { code: 'ERR_SCENARIO_VALUE', message, hint: 'leave one of them out', inKey: true });
}

function checkSubmitted(value: StepOf<'probe'> | StepOf<'send'>, path: Path, cast: Cast, tell: Tell): void {
  const { from, to, recipients, originator } = value;
  const isOurs = cast.isOurs(from, [...path, 'from'], NOT_ASKED);
  for (const [i, name] of (typeof to === 'string' ? [to] : (to ?? [])).entries()) {
    const at = typeof to === 'string' ? [...path, 'to'] : [...path, 'to', i];
    if (!cast.knows(name, at) || !isOurs || cast.reaches(from, name)) continue;
    tell(at, { code: 'ERR_SCENARIO_LINK', message: `no links lead from '${from}' to '${name}'` });
  }
  if (to === undefined && recipients === undefined) {
    const hint = 'add to: an MTA, or recipients: O/R addresses';
    tell(path, { code: 'ERR_SCENARIO_MISSING', message: "neither 'to' nor 'recipients' is here", hint, inKey: true });
  }
  recipients?.forEach((address, i) => {
    checkAddress(address, [...path, 'recipients', i], tell);
  });
  if (originator !== undefined) checkAddress(originator, [...path, 'originator'], tell);
  checkEvery(value, path, tell);
}

function checkEvery({ every, count }: { readonly every?: number; readonly count?: number }, path: Path, tell: Tell) {
  if (every === undefined || count !== undefined) return;
  const message = "'every' is the time between several, and there is one";
  tell([...path, 'every'], { code: 'ERR_SCENARIO_MISSING', message, hint: 'add count', inKey: true });
}

function checkAddress(address: string, path: Path, tell: Tell): void {
  try {
    parseORName(address);
  } catch (error) {
    if (!(error instanceof ORNameError)) throw error;
    const message = `${quoted(address)} is no O/R address: ${error.message}`;
    const hint = 'such as C=XX;A= ;P=ALPHA;S=Bob';
    tell(path, { code: 'ERR_SCENARIO_ADDRESS', message, hint, character: error.position });
  }
}

function checkExpectation(
  { at, event, where }: Pick<StepOf<'expect'>, 'at' | 'event' | 'where'>,
  path: Path,
  cast: Cast,
  tell: Tell,
): void {
  const isSeen = event === 'finding';
  if (isSeen) cast.knows(at, [...path, 'at']);
  else cast.isOurs(at, [...path, 'at'], 'only its findings are seen');
  if (where !== undefined) checkWhere(event, where, at, [...path, 'where'], cast, tell);
}

function checkState(value: StepOf<'check'>, path: Path, cast: Cast, tell: Tell): void {
  const { at, queue, received, counter, findings } = value;
  const inside = Object.entries({ queue, received, counter }).filter(([, each]) => each !== undefined);
  const [first] = inside;
  if (first === undefined) cast.knows(at, [...path, 'at']);
  else if (!cast.isOurs(at, [...path, 'at'], `only its findings are seen, not its ${first[0]}`)) return;
  if (first === undefined && findings === undefined) {
    const hint = 'add queue, received, counter or findings';
    tell(path, { code: 'ERR_SCENARIO_MISSING', message: 'nothing is checked', hint, inKey: true });
  }
  if (findings !== undefined) checkAmount(findings, [...path, 'findings'], tell);
  if (queue !== undefined) {
    cast.isPeerOf(at, queue.to, [...path, 'queue', 'to']);
    oneOf(queue, ['length', 'system', 'state'], [...path, 'queue'], tell);
  }
  if (received !== undefined) {
    if (received.from !== undefined) cast.knows(received.from, [...path, 'received', 'from']);
    oneOf(received, ['messages', 'reports'], [...path, 'received'], tell);
  }
  if (counter !== undefined) checkCounter(counter, at, [...path, 'counter'], cast, tell);
}

/** Amounts, of which one at least has to be there. */
function oneOf<T extends object>(value: T, fields: readonly (keyof T & string)[], path: Path, tell: Tell): void {
  if (fields.every((field) => value[field] === undefined)) {
    const message = 'nothing is checked';
    tell(path, { code: 'ERR_SCENARIO_MISSING', message, hint: `add ${fields.join(' or ')}`, inKey: true });
  }
  for (const field of fields) {
    const amount = value[field];
    if (amount !== undefined && typeof amount !== 'string') checkAmount(amount as Amount, [...path, field], tell);
  }
}

function checkAmount(amount: Amount, path: Path, tell: Tell): void {
  if (typeof amount === 'number') return;
  const { atLeast, atMost } = amount;
  if (atLeast === undefined && atMost === undefined) {
    const message = "neither 'atLeast' nor 'atMost' is here";
    tell(path, { code: 'ERR_SCENARIO_MISSING', message, hint: 'a number alone is exactly so many', inKey: true });
  } else if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
    tell([...path, 'atMost'], {
      code: 'ERR_SCENARIO_VALUE',
      message: `no number is ${atLeast} at least and ${atMost} at most`,
    });
  }
}

/** Their value is a text. */
const REASONS: readonly string[] = ['Inbound Reject Reason', 'Outbound Failure Reason'];

function checkCounter(
  { name, to, value }: NonNullable<StepOf<'check'>['counter']>,
  at: string,
  path: Path,
  cast: Cast,
  tell: Tell,
): void {
  checkAmount(value, [...path, 'value'], tell);
  if (to !== undefined) cast.isPeerOf(at, to, [...path, 'to']);
  const own = Object.keys(to === undefined ? mtaCounters : connectionCounters);
  const others = Object.keys(to === undefined ? connectionCounters : mtaCounters);
  const counted = own.filter((each) => !REASONS.includes(each));
  if (counted.includes(name)) return;
  const code = 'ERR_SCENARIO_COUNTER';
  if (REASONS.includes(name)) {
    tell([...path, 'name'], { code, message: `'${name}' is a text, no number` });
  } else if (others.includes(name)) {
    const [whose, hint] = to === undefined ? ['one connection', 'add to: the peer'] : ['the whole MTA', 'leave to out'];
    tell([...path, 'name'], { code, message: `'${name}' is a counter of ${whose}`, hint });
  } else {
    tell([...path, 'name'], { code, message: `there is no counter ${quoted(name)}`, hint: offer(name, counted) });
  }
}
