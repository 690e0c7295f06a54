import type { StepName } from '../harness/mta/when.js';
import type { Mode } from '../harness/stack/association/events.js';
import type { ActivityReason, RtAbortReason } from '../harness/stack/association/service.js';
import type {
  Deed,
  Dispatch,
  EndPlan,
  Fault,
  LinkPlan,
  MtaPlan,
  Place,
  Plan,
  RecipientPlan,
  StepAnswer,
} from './plan.js';
import { Random } from './random.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const KILOBYTE = 1024;

/** When the last message is submitted, at the latest. */
const TRAFFIC_ENDS = 20 * MINUTE;
const CALM = 45 * MINUTE;

export const MODES: readonly Mode[] = ['normal', 'x410-1984', 'x410-1988'];

/** The plan of a seed. Only the modes given are drawn: a plan is one of its seed and its modes. */
export function drawPlan(seed: number, modes: readonly Mode[] = MODES): Plan {
  const random = new Random(seed);
  const shape = random.stream('shape').pick(['pair', 'pair', 'line', 'triangle'] as const);
  const names = shape === 'pair' ? ['A', 'B'] : ['A', 'B', 'C'];
  const pairs = {
    pair: [['A', 'B']],
    line: [
      ['A', 'B'],
      ['B', 'C'],
    ],
    triangle: [
      ['A', 'B'],
      ['B', 'C'],
      ['A', 'C'],
    ],
  }[shape] as [string, string][];
  const mtas = names.map((name): MtaPlan => ({ name, recovers: random.stream(`MTA ${name}`).percent(75) }));
  const links = pairs.map((pair) => drawLink(random.stream(`link ${pair.join()}`), pair, modes));
  const routes = drawRoutes(shape, random.stream('routes'));
  const traffic = drawTraffic(random.stream('traffic'), names, routes);
  const faults = drawFaults(random.stream('faults'), mtas, links);
  return { seed, shape, mtas, links, routes, traffic, faults, calm: CALM };
}

function drawLink(random: Random, [one, other]: [string, string], modes: readonly Mode[]): LinkPlan {
  const mode = random.pick(modes);
  const dialogueMode = random.pick(['monologue', 'twa'] as const);
  // Without two-way alternate, who never opens could never send.
  const opener = dialogueMode === 'monologue' ? 'both' : random.pick(['one', 'other', 'both'] as const);
  return {
    name: `${one}-${other}`,
    ends: [drawEnd(random, one, opener !== 'other'), drawEnd(random, other, opener !== 'one')],
    mode,
    dialogueMode,
    initialTurn: dialogueMode === 'twa' && random.percent(30) ? 'responder' : 'initiator',
    tpduSize: random.pick([128, 512, 2048, 8192, 65_531] as const),
    latency: random.pick([0, 1, 20, 300] as const),
    chunk: random.pick([undefined, 1460, 100, 7] as const),
  };
}

function drawEnd(random: Random, mta: string, opens: boolean): EndPlan {
  const openInterval = random.pick([30 * SECOND, 2 * MINUTE, 10 * MINUTE] as const);
  return {
    mta,
    opens,
    checkpointSize: random.pick([0, 0, 1, 1, 2, 3, 8] as const),
    windowSize: random.pick([undefined, 1, 1, 2, 3, 5, 10] as const),
    timers: {
      open: random.pick([20, 60] as const) * SECOND,
      transfer: random.pick([30, 120, 300] as const) * SECOND,
      release: random.pick([10, 30] as const) * SECOND,
    },
    retry: {
      openInterval,
      transferInterval: random.pick([5 * SECOND, 30 * SECOND, 2 * MINUTE] as const),
      maxTransferRetries: random.between(0, 3),
      // Few, and mail is given up while things go wrong.
      maxOpenRetries: random.percent(30) ? random.between(2, 4) : 144,
      associationLifetime: random.pick([10 * SECOND, MINUTE, 5 * MINUTE] as const),
      threshold: random.pick([1, 2, 50] as const),
      maxAssociations: random.pick([1, 2, 9] as const),
      maxUrgentAssociations: random.between(0, 1),
    },
  };
}

function drawRoutes(shape: Plan['shape'], random: Random): Plan['routes'] {
  if (shape === 'pair') return { A: { B: 'B' }, B: { A: 'A' } };
  const line = { A: { B: 'B', C: 'B' }, B: { A: 'A', C: 'C' }, C: { A: 'B', B: 'B' } };
  if (shape === 'line') return line;
  // One detour at most, so that nothing goes in a circle.
  return { A: { B: 'B', C: random.percent(30) ? 'B' : 'C' }, B: { A: 'A', C: 'C' }, C: { A: 'A', B: 'B' } };
}

function drawTraffic(random: Random, names: readonly string[], routes: Plan['routes']): Dispatch[] {
  return Array.from({ length: random.between(1, 12) }, (): Dispatch => {
    const from = random.pick(names);
    const first = random.pick(names.filter((name) => name !== from));
    const via = routes[from]?.[first] as string;
    // Whom the next MTA reaches without coming back here.
    const others = names.filter((name) => name === via || (name !== from && routes[via]?.[name] !== from));
    const more = Array.from({ length: random.pick([0, 0, 0, 1, 2, 4] as const) }, () => random.pick(others));
    const kind = random.percent(12) ? 'probe' : 'message';
    return {
      at: random.percent(40) ? 0 : random.between(0, TRAFFIC_ENDS),
      kind,
      from,
      via,
      recipients: [first, ...more].map((home) => ({ home, named: drawNaming(random) })),
      priority: random.pick(['normal', 'normal', 'urgent', 'nonUrgent'] as const),
      size: drawSize(random),
      text: random.percent(50),
      reports: random.percent(40),
    };
  }).sort((one, other) => one.at - other.at);
}

function drawNaming(random: Random): RecipientPlan['named'] {
  const kind = random.between(1, 100);
  if (kind <= 80) return 'personal';
  return kind <= 92 ? 'common' : 'postal';
}

function drawSize(random: Random): number {
  const kind = random.between(1, 100);
  if (kind <= 10) return 0;
  if (kind <= 70) return random.magnitude(1, 2 * KILOBYTE);
  if (kind <= 95) return random.magnitude(2 * KILOBYTE, 16 * KILOBYTE);
  return random.magnitude(16 * KILOBYTE, 200 * KILOBYTE);
}

function drawFaults(random: Random, mtas: readonly MtaPlan[], links: readonly LinkPlan[]): Fault[] {
  const count = random.percent(8) ? 0 : random.magnitude(2, 20);
  return Array.from({ length: count }, () => drawFault(random, mtas, links));
}

function drawFault(random: Random, mtas: readonly MtaPlan[], links: readonly LinkPlan[]): Fault {
  const link = random.pick(links);
  const at = drawPlace(random, link);
  const mta = random.pick(link.ends).mta;
  const kind = random.between(1, 100);
  if (kind <= 24) return { kind: random.pick(['end', 'reset', 'reset', 'halfClose'] as const), at };
  if (kind <= 30) return { kind: 'swallow', at, resetAfter: random.magnitude(10 * SECOND, 15 * MINUTE) };
  if (kind <= 36) return { kind: 'stall', at, milliseconds: random.magnitude(100, 10 * MINUTE) };
  if (kind <= 42) {
    return { kind: 'corrupt', at, header: random.pick([0, 2, 3] as const), mask: random.between(1, 255) };
  }
  if (kind <= 46) {
    const from = random.between(0, TRAFFIC_ENDS);
    return { kind: 'refuse', link: link.name, from, until: from + random.magnitude(SECOND, 20 * MINUTE) };
  }
  if (kind <= 72) return drawStep(random, random.pick(mtas).name);
  if (kind <= 86) return { kind: 'deed', mta, at, deed: drawDeed(random) };
  return {
    kind: 'crash',
    mta,
    at: random.percent(50) ? at : { write: random.magnitude(1, 60) },
    downFor: random.magnitude(2 * SECOND, 15 * MINUTE),
    transfers: random.percent(70) ? 'kept' : 'lost',
  };
}

/** Where collisions and lost answers are, oftener than where most octets are. */
const SPDUS = ['AE', 'AEA', 'AEA', 'AEA', 'AS', 'AR', 'MIP', 'MIA', 'ED', 'AI', 'AIA', 'AD', 'ADA'] as const;
const CONTROL_SPDUS = ['CN', 'AC', 'RF', 'FN', 'DN', 'AB', 'PT', 'GTC', 'GTA'] as const;

function drawPlace(random: Random, link: LinkPlan): Place {
  const from = random.pick(link.ends).mta;
  if (random.percent(50)) return { link: link.name, from, octet: random.magnitude(1, 24 * KILOBYTE) };
  const spdu = random.percent(75) ? random.pick(SPDUS) : random.pick(CONTROL_SPDUS);
  return { link: link.name, from, spdu, nth: random.magnitude(1, 5), behind: random.percent(50) };
}

const ACTIVITY_REASONS: readonly ActivityReason[] = [
  'unspecified',
  'receivingAbilityJeopardized',
  'sequenceError',
  'localUserError',
  'unrecoverableProcedureError',
];
const ABORT_REASONS: readonly RtAbortReason[] = [
  'localSystemProblem',
  'invalidParameter',
  'temporaryProblem',
  'protocolError',
  'userError',
];

function drawDeed(random: Random): Deed {
  const what = random.between(1, 100);
  if (what <= 25) return { do: 'abort', reason: random.pick(ABORT_REASONS) };
  if (what <= 35) return { do: 'close' };
  if (what <= 45) return { do: 'release' };
  return { do: random.pick(['interrupt', 'discard'] as const), reason: random.pick(ACTIVITY_REASONS) };
}

function drawStep(random: Random, mta: string): Fault {
  const step = random.pick([
    'connect',
    'session',
    'bind',
    'transferStart',
    'transfer',
    'transfer',
    'transfer',
    'checkpoint',
    'checkpoint',
    'turn',
    'release',
  ] as const);
  return { kind: 'step', mta, step, nth: random.magnitude(1, 6), answer: drawAnswer(random, step) };
}

function drawAnswer(
  random: Random,
  step: Exclude<StepName, 'bindResult' | 'report' | 'sending' | 'sendingCheckpoint'>,
): StepAnswer {
  const delay: StepAnswer = { do: 'delay', milliseconds: random.magnitude(100, 6 * MINUTE) };
  const abort: StepAnswer = { do: 'abort', reason: random.pick(ABORT_REASONS) };
  // Of a transfer that is gone on with, a sequence error says that it is there already. X.410 4.5.2.
  const reasons = ACTIVITY_REASONS.filter((reason) => reason !== 'sequenceError');
  const exception: StepAnswer = { do: 'refuse', reason: random.pick(reasons) };
  switch (step) {
    case 'connect':
      return random.pick([delay, { do: 'close' }]);
    case 'session':
    case 'bind': {
      const error = random.pick(['busy', 'busy', 'authenticationError', 'unacceptableDialogueMode'] as const);
      return random.pick([{ do: 'refuse', reason: error }, { do: 'hold' }, { do: 'close' }, abort, delay]);
    }
    case 'transferStart':
    case 'checkpoint':
      return random.pick([exception, exception, { do: 'hold' }, { do: 'close' }, abort, delay]);
    case 'transfer':
      return random.pick([
        exception,
        exception,
        { do: 'hold' },
        { do: 'close' },
        abort,
        delay,
        { do: 'nonDeliver', reason: 1, diagnostic: 0 },
      ]);
    case 'turn':
      return random.pick([{ do: 'hold' }, { do: 'close' }, abort, delay]);
    // Who never released would have an association for ever that serves nobody.
    case 'release':
      return random.pick([{ do: 'close' }, abort, delay]);
  }
}
