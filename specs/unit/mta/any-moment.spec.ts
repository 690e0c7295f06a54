import { expect } from 'chai';
import type { Mta } from '../../../harness/mta/engine.js';
import type { MtaEvents } from '../../../harness/mta/events.js';
import type { Hooks } from '../../../harness/mta/hooks.js';
import { alice, Bench, bob, mail, pairOf, wordsIn } from './two-mtas.js';

const WORDS = ['first message', 'second message', 'third message', 'a message back'] as const;

const EVENTS: readonly (keyof MtaEvents)[] = [
  'associationOpened',
  'associationClosed',
  'messageQueued',
  'messageTransferred',
  'transferFailed',
  'transferResumed',
  'messageReceived',
  'downgraded',
  'queueBlocked',
  'queueDrained',
  'nextRetry',
];

const HOOKS: readonly (keyof Hooks)[] = [
  'onTransportConnect',
  'onSession',
  'onBind',
  'onTurn',
  'onTransfer',
  'onCheckpoint',
  'onSending',
  'onRelease',
  'onAbort',
];

const later = (bench: Bench, action: () => void) => bench.clock.setTimer(bench.clock.now() + 500, action);

const ACTIONS: Readonly<Record<string, (mta: Mta, bench: Bench, other: string) => void>> = {
  'closes its associations': ({ associations }) => {
    for (const each of associations) each.close();
  },
  'aborts its associations': ({ associations }) => {
    for (const each of associations) each.abort('temporaryProblem');
  },
  'interrupts what it sends': ({ associations }) => {
    for (const each of associations) each.breakOff('interrupt');
  },
  'is killed, and starts again': (mta, bench) => {
    mta.kill();
    later(bench, () => mta.start());
  },
  'is stopped, and starts again': (mta, bench) => {
    mta.stop();
    later(bench, () => mta.start());
  },
  'queues one more': (mta, _bench, other) => {
    mta.submit(other, mail('one more'));
  },
};

/** What came of four messages, where `side` does this when it is told of `at` for the first time. */
async function outcome(side: 'a' | 'b', at: keyof MtaEvents | keyof Hooks, action: string): Promise<string[]> {
  const bench = new Bench();
  bench.faults.push([{ direction: 'sent', offset: 9000, does: { kind: 'reset' } }]);
  let done = false;
  const act = () => {
    if (done) return undefined;
    done = true;
    ACTIONS[action]?.({ a, b }[side], bench, side === 'a' ? 'B' : 'A');
    return undefined;
  };
  const hooks = at.startsWith('on') ? { hooks: { [at]: act } } : {};
  const { a, b } = pairOf(bench, { ofB: { mode: 'x410-1984', dialogueMode: 'twa' }, [side]: hooks });
  const got: string[] = [];
  for (const mta of [a, b]) mta.on('messageReceived', ({ apdu }) => got.push(...wordsIn(apdu.octets, WORDS)));
  if (!at.startsWith('on')) ({ a, b })[side].on(at as keyof MtaEvents, act);
  a.start();
  b.start();
  a.submit('B', mail(WORDS[0], 12_000));
  a.submit('B', mail(WORDS[1]));
  a.submit('B', { ...mail(WORDS[2]), priority: 'urgent' });
  b.submit('A', { ...mail(WORDS[3], 6000), originator: bob, recipients: [alice] });
  await bench.pass(3_600_000);
  // B calls nobody: what it queued last waits for A to call.
  a.submit('B', mail('the last'));
  await bench.pass(3_600_000);
  expect([a.queueTo('B').length, b.queueTo('A').length]).to.deep.equal([0, 0]);
  return got.sort();
}

describe('an MTA to which something is done in the middle of something else', () => {
  for (const action of Object.keys(ACTIONS)) {
    for (const side of ['a', 'b'] as const) {
      it(`loses nothing, and gets nothing twice: ${side === 'a' ? 'a sender' : 'a receiver'} that ${action}`, async () => {
        for (const at of [...EVENTS, ...HOOKS]) {
          const got = await outcome(side, at, action);
          // Who ends it before it has answered has taken what will come again.
          const seen = at === 'messageReceived' ? [...new Set(got)] : got;
          expect(seen, at).to.deep.equal([...WORDS].sort());
        }
      });
    }
  }
});
