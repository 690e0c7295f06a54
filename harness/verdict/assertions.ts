/// <reference types="chai" preserve="true" />
import { judgeQueue } from '../rules/queue.js';
import { ConformanceFailure, RunError } from './failure.js';
import type { QueueView } from './iut.js';
import type { CaseFinding } from './results.js';
import type { Testbed } from './testbed.js';
import type { SeenAssociation, Traffic } from './traffic.js';

declare global {
  namespace Chai {
    interface Assertion {
      /**
       * Of an association or of traffic: what the IUT sent holds nothing of tier 1, nor of tier 2 without a permission.
       */
      carryNoProprietaryRoutingData(): void;
      /** The same for one tier; permitted findings do not count. */
      carryNoTier(tier: 1 | 2 | 3): void;
      /**
       * Of a queue: all that the IUT was made to send comes out, as a transfer or in a non-delivery report, and the
       * queue's length returns to zero. `within` is `2 retry intervals`, `500 ms` or `3 s`.
       */
      drain(options?: DrainOptions): Promise<void>;
    }
  }
}

export interface DrainOptions {
  readonly within?: string;
}

const TICKS = 20;
/** Findings that a failure names in its text. */
const NAMED = 6;

/** p1spec's assertions for chai: `use(p1specAssertions)`. */
export const p1specAssertions: Chai.ChaiPlugin = (chai) => {
  const { Assertion } = chai;
  Assertion.addMethod('carryNoProprietaryRoutingData', function (this: Chai.AssertionStatic) {
    const found = findingsOf(this._obj).filter(({ tier, permitted }) => tier !== 3 && permitted === undefined);
    if (found.length === 0) return;
    throw new ConformanceFailure({
      requirement:
        'What an MTA sends to a foreign MTA holds only what X.411 and the layers below it define, and what both have agreed on',
      expected: 'no finding of tier 1, and none of tier 2 without a permission',
      actual: foundText(found),
      findings: found,
    });
  });
  Assertion.addMethod('carryNoTier', function (this: Chai.AssertionStatic, tier: 1 | 2 | 3) {
    const found = findingsOf(this._obj).filter((each) => each.tier === tier && each.permitted === undefined);
    if (found.length === 0) return;
    throw new ConformanceFailure({
      requirement: `What the IUT sends gives no finding of tier ${tier}`,
      expected: `no finding of tier ${tier}`,
      actual: foundText(found),
      findings: found,
    });
  });
  Assertion.addMethod('drain', function (this: Chai.AssertionStatic, options: DrainOptions = {}) {
    const queue: unknown = this._obj;
    if (!isQueue(queue)) throw new TypeError('only a queue drains: iut.queueTo(peer)');
    return drained(queue, options);
  });
};

async function drained(queue: QueueView, { within = '2 retry intervals' }: DrainOptions): Promise<void> {
  const { bed, peer } = queue;
  const allowed = span(within, bed);
  await bed.settles(() => queue.isDrained, allowed);
  // Timers and the clock are not the same to the millisecond.
  const found = judgeQueue(queue.observation(bed.allowed(allowed) - TICKS));
  if (queue.isDrained && found.length === 0) return;
  throw new ConformanceFailure({
    requirement: 'What an MTA has taken responsibility for comes out, as a transfer or in a non-delivery report',
    expected: `all ${queue.submitted.length} messages for ${peer.name} come out within ${within}, and its queue is empty`,
    actual: [
      `${queue.out.length} of ${queue.submitted.length} came out; ${lengthText(queue)}`,
      ...found.slice(0, NAMED).map(({ rule, message }) => `${rule}: ${message}`),
      ...(found.length > NAMED ? [`and ${found.length - NAMED} more`] : []),
      ...refusals(queue),
    ].join('\n'),
    findings: blocking(queue),
  });
}

function lengthText({ account }: QueueView): string {
  if (account === undefined) return 'the target does not tell the length of its queue';
  const { length, state, failedTransfers } = account;
  return `the queue holds ${length}, state ${state}, ${failedTransfers} failed transfers`;
}

/** How the peer's refusals ended the IUT's associations, counted. */
function refusals({ peer }: QueueView): string[] {
  const counts = new Map<string, number>();
  for (const { iutRole, outcome, bindError } of peer.associations) {
    if (iutRole !== 'initiator' || (outcome !== 'refused' && outcome !== 'aborted')) continue;
    const text = bindError === undefined ? outcome : `${outcome}, MTABindError ${bindError}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  return [`associations of the IUT: ${[...counts].map(([text, count]) => `${count} ${text}`).join('; ')}`];
}

/** What the IUT sent to this peer before it was refused: where to look for the reason. */
function blocking({ peer }: QueueView): CaseFinding[] {
  return peer.associations
    .flatMap(({ findings }) => findings)
    .filter(({ tier, permitted }) => tier !== 3 && permitted === undefined);
}

/** By what it has: a suite's p1spec need not be the very module that runs it. */
function findingsOf(subject: unknown): readonly CaseFinding[] {
  const { findings } = (subject ?? {}) as Partial<Pick<SeenAssociation, 'findings'> | Pick<Traffic, 'findings'>>;
  if (Array.isArray(findings)) return findings as readonly CaseFinding[];
  if (typeof findings === 'function') return (subject as Traffic).findings();
  throw new TypeError('only an association or traffic carries anything');
}

function isQueue(subject: unknown): subject is QueueView {
  return typeof subject === 'object' && subject !== null && 'isDrained' in subject && 'observation' in subject;
}

/** Which rules, and where. */
function foundText(found: readonly CaseFinding[]): string {
  const places = found.slice(0, NAMED).map(({ rule, offset, message }) => `${rule} at offset ${offset}: ${message}`);
  if (found.length > NAMED) places.push(`and ${found.length - NAMED} more`);
  return [`${found.length} finding${found.length === 1 ? '' : 's'}`, ...places].join('\n');
}

function span(text: string, bed: Testbed): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*(retry intervals?|ms|s)$/.exec(text.trim()) ?? [];
  if (count === undefined || unit === undefined) {
    throw new RunError('ERR_SPAN', {
      message: `${JSON.stringify(text)} is no span of time`,
      hint: "write it as '2 retry intervals', '500 ms' or '3 s'",
    });
  }
  if (unit.startsWith('retry')) return Number(count) * bed.retryInterval;
  return Number(count) * (unit === 's' ? 1000 : 1);
}
