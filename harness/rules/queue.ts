import type { Tier } from './finding.js';
import type { AcceptedCopy, Copy, QueueObservation, TransferAttempt } from './queue-observation.js';
import { EVERY_MODE, type RuleInfo } from './rule.js';

export * from './queue-observation.js';

// QUEUE: what an MTA accepted comes out of it, once. Judged from outside, by identifiers and recipient numbers.

/** What is wrong with one copy, or with the queue as a whole. */
export interface QueueFinding {
  readonly rule: string;
  readonly tier: Tier;
  readonly clause: string;
  readonly message: string;
  readonly identifier?: string;
  readonly recipient?: number;
  /** Milliseconds, on the observation's clock. */
  readonly time?: number;
}

/** A rule over an observation record. */
export interface QueueRule extends RuleInfo {
  judge(observation: QueueObservation): QueueFinding[];
}

type Problem = Pick<QueueFinding, 'message' | 'identifier' | 'recipient' | 'time'>;

function queueRule(
  info: Omit<RuleInfo, 'tier' | 'strength' | 'appliesTo'>,
  judge: (observation: QueueObservation) => Iterable<Problem>,
): QueueRule {
  const { id, clause } = info;
  return {
    ...info,
    tier: 1,
    strength: 'shall',
    appliesTo: EVERY_MODE,
    judge: (observation) => [...judge(observation)].map((problem) => ({ rule: id, tier: 1, clause, ...problem })),
  };
}

const keyOf = ({ identifier, recipient }: Copy): string => `${identifier}\n${recipient ?? ''}`;

const nameOf = ({ identifier, recipient }: Copy): string =>
  recipient === undefined ? identifier : `${identifier}, recipient ${recipient}`;

/** The copies that an attempt carried. */
function copiesOf({ identifier, recipients }: TransferAttempt): Copy[] {
  if (recipients.length === 0) return [{ identifier, recipient: undefined }];
  return recipients.map((recipient) => ({ identifier, recipient }));
}

/** When each copy came out, by whichever way. */
function departures({ attempts, reports }: QueueObservation): Map<string, number> {
  const out = new Map<string, number>();
  const note = (copy: Copy, time: number): void => {
    out.set(keyOf(copy), Math.min(time, out.get(keyOf(copy)) ?? Number.POSITIVE_INFINITY));
  };
  for (const attempt of attempts) {
    if (attempt.outcome !== 'refused') for (const copy of copiesOf(attempt)) note(copy, attempt.time);
  }
  for (const { subject, nonDelivered, time } of reports) {
    for (const recipient of nonDelivered) note({ identifier: subject, recipient }, time);
  }
  return out;
}

/** What the IUT answers for, the first time it accepted it. */
function owed({ accepted }: QueueObservation): AcceptedCopy[] {
  const first = new Map<string, AcceptedCopy>();
  for (const copy of accepted) if (copy.responsibility && !first.has(keyOf(copy))) first.set(keyOf(copy), copy);
  return [...first.values()];
}

const comesOut = queueRule(
  {
    id: 'QUEUE-001',
    title: 'What was accepted comes out within the time allowed, as a transfer or in a non-delivery report',
    clause: 'X.411 14.3, X.218 9.3',
    rationale: 'Who acknowledged a message has the responsibility for it: mail that stays is mail that is lost.',
  },
  function* (observation) {
    const out = departures(observation);
    for (const copy of owed(observation)) {
      const due = copy.time + observation.allowed;
      const left = out.get(keyOf(copy));
      if (left !== undefined ? left <= due : observation.until < due) continue;
      const { identifier, recipient } = copy;
      const fate = left === undefined ? 'has not come out' : `came out after ${left - copy.time} ms`;
      const message = `${nameOf(copy)} ${fate}; ${observation.allowed} ms are allowed`;
      yield { message, identifier, recipient, time: left ?? observation.until };
    }
  },
);

const once = queueRule(
  {
    id: 'QUEUE-002',
    title: 'A copy is transferred twice only where its acknowledgement was lost',
    clause: 'X.218 9.3.1.3',
    rationale: 'A duplicate reaches the recipient as a second message.',
  },
  function* ({ attempts }) {
    const secured = new Map<string, number>();
    for (const attempt of [...attempts].sort((a, b) => a.time - b.time)) {
      for (const copy of copiesOf(attempt)) {
        const before = secured.get(keyOf(copy));
        if (before !== undefined) {
          const message = `${nameOf(copy)} was sent again after it had been secured at ${before} ms`;
          yield { message, identifier: copy.identifier, recipient: copy.recipient, time: attempt.time };
        } else if (attempt.outcome === 'secured') {
          secured.set(keyOf(copy), attempt.time);
        }
      }
    }
  },
);

const transferOrReport = queueRule(
  {
    id: 'QUEUE-003',
    title: 'A copy that was transferred is not reported as undeliverable by the same MTA',
    clause: 'X.411 14.3',
    rationale: 'Its originator sends it again, and its recipient has it twice.',
  },
  function* ({ attempts, reports }) {
    const secured = new Set(
      attempts
        .filter(({ outcome }) => outcome === 'secured')
        .flatMap(copiesOf)
        .map(keyOf),
    );
    for (const { subject, nonDelivered, time } of reports) {
      for (const recipient of nonDelivered) {
        const copy = { identifier: subject, recipient };
        if (!secured.has(keyOf(copy))) continue;
        yield { message: `${nameOf(copy)} was transferred, and reported as not delivered`, ...copy, time };
      }
    }
  },
);

const blocksNothing = queueRule(
  {
    id: 'QUEUE-004',
    title: 'A refused message holds back nothing behind it',
    clause: 'X.411 14.3',
    rationale: 'KB 916986: routing packets that the peer refuses keep user mail in the queue.',
  },
  function* (observation) {
    const out = departures(observation);
    const refused = observation.attempts.filter(({ outcome }) => outcome === 'refused');
    for (const copy of owed(observation)) {
      if (out.has(keyOf(copy)) || observation.until < copy.time + observation.allowed) continue;
      const tried = observation.attempts.some((attempt) =>
        copiesOf(attempt).some((each) => keyOf(each) === keyOf(copy)),
      );
      const before = refused.find(
        ({ destination, identifier, time }) =>
          identifier !== copy.identifier && destination === copy.destination && time <= copy.time + observation.allowed,
      );
      if (tried || before === undefined) continue;
      const { identifier, recipient } = copy;
      const message = `${nameOf(copy)} was never tried, while ${before.identifier} was refused before it`;
      yield { message, identifier, recipient, time: before.time };
    }
  },
);

/** The connector's own default is 144 openings with 2 transfers each: KB Q157630. */
const MOST_ATTEMPTS = 288;

const endsTrying = queueRule(
  {
    id: 'QUEUE-005',
    title: 'Nothing is resent without end',
    clause: 'X.411 14.3',
    rationale: 'A message that is refused each time ends in a non-delivery report, or it blocks the link for ever.',
  },
  function* ({ attempts, mostAttempts = MOST_ATTEMPTS }) {
    const refusals = new Map<string, number>();
    for (const attempt of attempts) {
      if (attempt.outcome !== 'refused') continue;
      for (const copy of copiesOf(attempt)) {
        const count = (refusals.get(keyOf(copy)) ?? 0) + 1;
        refusals.set(keyOf(copy), count);
        if (count !== mostAttempts + 1) continue;
        const message = `${nameOf(copy)} was sent ${count} times and refused each time; at most ${mostAttempts} are expected`;
        yield { message, identifier: copy.identifier, recipient: copy.recipient, time: attempt.time };
      }
    }
  },
);

const drains = queueRule(
  {
    id: 'QUEUE-006',
    title: 'The length of the queue returns to zero',
    clause: 'X.411 14.3',
    rationale: 'A floor above zero is mail that is stuck, though no one outside may see whose.',
  },
  function* ({ samples = [], accepted, allowed, until }) {
    const last = samples.reduce<{ time: number; length: number } | undefined>(
      (newest, sample) => (newest === undefined || sample.time >= newest.time ? sample : newest),
      undefined,
    );
    const newest = accepted.reduce((time, copy) => Math.max(time, copy.time), Number.NEGATIVE_INFINITY);
    if (last === undefined || last.length === 0 || until < newest + allowed) return;
    yield { message: `${last.length} in the queue when last asked`, time: last.time };
  },
);

const accountable = queueRule(
  {
    id: 'QUEUE-007',
    title: 'A non-delivery report is sent once for a copy',
    clause: 'X.411 14.4',
    rationale: 'Reports are not answered: a second one tells its reader of a failure that there was not.',
  },
  function* ({ reports }) {
    const told = new Map<string, string>();
    for (const { subject, nonDelivered, identifier, time } of reports) {
      for (const recipient of nonDelivered) {
        const copy = { identifier: subject, recipient };
        const before = told.get(keyOf(copy));
        // The same report again is a transfer that was repeated: QUEUE-002 judges that.
        if (before !== undefined && before !== identifier) {
          yield { message: `${nameOf(copy)} was reported in ${before}, and again in ${identifier}`, ...copy, time };
        }
        told.set(keyOf(copy), identifier);
      }
    }
  },
);

export const queueRules: readonly QueueRule[] = [
  comesOut,
  once,
  transferOrReport,
  blocksNothing,
  endsTrying,
  drains,
  accountable,
];

/** All QUEUE rules over one observation. */
export function judgeQueue(observation: QueueObservation, rules: readonly QueueRule[] = queueRules): QueueFinding[] {
  return rules.flatMap((rule) => rule.judge(observation));
}
