import { expect } from 'chai';
import { P1specError } from '../../../harness/ber/error.js';
import { type Actor, perform } from '../../../harness/mta/answers.js';
import type { Answer, SendingStep } from '../../../harness/mta/hooks.js';
import type { QueuedItem } from '../../../harness/mta/queue.js';
import { Script } from '../../../harness/mta/when.js';
import type { Mode } from '../../../harness/stack/association/events.js';
import { Bench, mail, pairOf } from './two-mtas.js';

const MODES: readonly Mode[] = ['normal', 'x410-1988', 'x410-1984'];
/** Checkpoints are a kilobyte apart, two may be unconfirmed. */
const OCTETS = 12_000;

interface Run {
  readonly bench: Bench;
  readonly item: QueuedItem;
  readonly steps: readonly SendingStep[];
  /** `failed`, `resumed 3`, `received`, each with the seconds that had passed. */
  readonly told: readonly string[];
  readonly close: () => void;
}

/** A sends B one message, and answers at its own steps as `script` says. */
async function run(mode: Mode, tell: (script: Script) => void, octets = OCTETS): Promise<Run> {
  const bench = new Bench();
  const script = new Script();
  tell(script);
  const steps: SendingStep[] = [];
  const watching = {
    onSending: (step: SendingStep) => {
      steps.push(step);
      return undefined;
    },
  };
  const { hooks } = script;
  const onSending = (step: SendingStep) => watching.onSending(step) ?? hooks.onSending?.(step);
  const { a, b } = pairOf(bench, { a: { hooks: { ...hooks, onSending } }, ofB: { mode } });
  const begun = bench.clock.now();
  const told: string[] = [];
  const note = (what: string) => told.push(`${what} at ${Math.floor((bench.clock.now() - begun) / 1000)} s`);
  a.on('transferFailed', () => note('failed'));
  a.on('transferResumed', ({ serial }) => note(`resumed ${serial}`));
  b.on('messageReceived', () => note('received'));
  a.start();
  const item = a.submit('B', mail('one', octets));
  await bench.pass(10_000);
  return { bench, item, steps, told, close: () => a.kill() };
}

describe('hooks of what an MTA sends', () => {
  for (const mode of MODES) {
    it(`interrupt a transfer, which goes on behind what was confirmed, in mode ${mode}`, async () => {
      const { told, bench, steps, item } = await run(mode, (script) =>
        script.when('sendingCheckpoint').nth(3).then.interrupt('localUserError'),
      );
      expect(told).to.deep.equal(['failed at 0 s', 'resumed 3 at 1 s', 'received at 1 s']);
      const spdus = bench.spdus.flat();
      expect(spdus).to.include.members(['>ACTIVITY START', '>ACTIVITY INTERRUPT', '>ACTIVITY RESUME']);
      expect(spdus.filter((each) => each === '>ACTIVITY START')).to.have.lengthOf(1);
      expect(steps[0]).to.include({ phase: 'start', kind: 'message', octets: item.apdu.length, peer: 'B' });
      expect(steps[0]).to.include({ identifier: item.identifier, serial: undefined, role: 'initiator', mode });
      const serials = steps.filter(({ phase }) => phase === 'checkpoint').map(({ serial }) => serial);
      expect(serials.slice(0, 4)).to.deep.equal([1, 2, 3, 4]);
    });

    it(`discard one, which begins anew, in mode ${mode}`, async () => {
      const { told, bench } = await run(mode, (script) => script.when('sendingCheckpoint').nth(3).then.discard());
      expect(told).to.deep.equal(['failed at 0 s', 'received at 1 s']);
      expect(bench.spdus.flat().filter((each) => each === '>ACTIVITY START')).to.have.lengthOf(2);
      expect(bench.spdus.flat()).to.include('>ACTIVITY DISCARD');
    });
  }

  it('break one off where it begins', async () => {
    for (const how of ['interrupt', 'discard'] as const) {
      const { told, bench } = await run('normal', (script) => script.when('sending').nth(1).then[how]());
      expect(told).to.deep.equal(['failed at 0 s', 'received at 1 s']);
      expect(bench.spdus.flat()).to.include(how === 'interrupt' ? '>ACTIVITY INTERRUPT' : '>ACTIVITY DISCARD');
    }
  });

  it('break one off whose end is out already: it comes once all the same', async () => {
    for (const how of ['interrupt', 'discard'] as const) {
      for (const mode of MODES) {
        const { told } = await run(mode, (script) => script.when('sending').nth(1).then[how](), 10);
        expect(
          told.filter((each) => each.startsWith('received')),
          `${how} in ${mode}`,
        ).to.have.lengthOf(1);
      }
    }
  });

  it('hold one back: nothing of it goes out, and it is as far as it was', async () => {
    const { told, bench, item, close } = await run('normal', (script) => script.when('sending').nth(1).then.hold());
    expect(told).to.deep.equal([]);
    expect(bench.spdus.flat()).to.not.include('>ACTIVITY START');
    close();
    expect([told, item.interrupted]).to.deep.equal([['failed at 10 s'], undefined]);
  });

  it('hold one back that is to be gone on with, and it still is', async () => {
    const { told, item, close } = await run('normal', (script) => {
      script.when('sendingCheckpoint').nth(3).then.interrupt();
      script.when('sending').nth(2).then.hold();
    });
    expect(told).to.deep.equal(['failed at 0 s']);
    close();
    expect(item.interrupted?.resumption.serial).to.equal(3);
  });

  it('hold one in its midst: what the window allowed is the last of it', async () => {
    const { told, bench, steps } = await run('normal', (script) => script.when('sendingCheckpoint').nth(3).then.hold());
    expect(told).to.deep.equal([]);
    const spdus = bench.spdus.flat();
    expect(spdus.filter((each) => each === '>MINOR SYNC POINT')).to.have.lengthOf(5);
    expect(steps.at(-1)).to.include({ phase: 'checkpoint', serial: 5 });
    expect(spdus).to.not.include('>ACTIVITY END');
  });

  it('delay its beginning, and its midst', async () => {
    const { told } = await run('normal', (script) => {
      script.when('sending').nth(1).then.delay(2_000);
      script.when('sendingCheckpoint').nth(2).then.delay(3_000);
    });
    expect(told).to.deep.equal(['received at 5 s']);
  });

  it('hold back only the transfer that they were asked about', async () => {
    const { told } = await run('normal', (script) => {
      script.when('sendingCheckpoint').nth(3).then.delay(5_000);
      script.when('sendingCheckpoint').nth(4).then.interrupt();
    });
    expect(told).to.deep.equal(['failed at 0 s', 'resumed 4 at 1 s', 'received at 1 s']);
  });

  it('end the association under it', async () => {
    const { told: closed } = await run('normal', (script) => script.when('sendingCheckpoint').nth(3).then.close());
    expect(closed).to.deep.equal(['failed at 0 s', 'resumed 3 at 1 s', 'received at 1 s']);
    const { told: aborted, bench } = await run('normal', (script) =>
      script.when('sending').nth(1).then.abort('temporaryProblem'),
    );
    expect(aborted).to.deep.equal(['failed at 0 s', 'received at 1 s']);
    expect(bench.spdus[0]).to.include('>ABORT');
  });
});

describe('answers of hooks', () => {
  const actor: Actor = {
    service: undefined as unknown as Actor['service'],
    abort: () => {},
    close: () => {},
    later: () => {},
    refusedTransfer: () => {},
    exception: () => {},
  };

  it('are refused where they mean nothing', () => {
    const misplaced: readonly Answer[] = [
      { do: 'refuse', error: 'busy' },
      { do: 'refuseSession', reason: 1 },
      { do: 'exception', reason: 'unspecified' },
      { do: 'nonDeliver', reason: 0 },
      { do: 'discard' },
      { do: 'interruptTransfer' },
      { do: 'discardTransfer' },
    ];
    for (const answer of misplaced) {
      expect(() => perform('turn', answer, { accept: () => {} }, actor), answer.do)
        .to.throw(P1specError, `'${answer.do}' is no answer at turn`)
        .with.property('code', 'ERR_HOOK_ANSWER');
    }
  });
});

describe('a refusal at the session', () => {
  for (const mode of MODES) {
    it(`is a REFUSE with nothing in it, where the session entity refuses, in mode ${mode}`, async () => {
      for (const step of ['session', 'bind'] as const) {
        const { bench, details, refusals } = await refused(mode, (script) =>
          script.when(step).nth(1).then.refuseSession(1),
        );
        expect(bench.spdus[0]).to.deep.equal(['>CONNECT', '<REFUSE']);
        expect(details[0]).to.equal('session, reason 1');
        expect(refusals[0]).to.equal(undefined);
      }
    });

    it(`has the bind error, or RTSE's reason, in mode ${mode}`, async () => {
      const reasons = { busy: 0, authenticationError: 2, unacceptableDialogueMode: 3 } as const;
      for (const [error, reason] of Object.entries(reasons)) {
        const { details, refusals } = await refused(mode, (script) =>
          script
            .when('session')
            .nth(1)
            .then.refuse(error as keyof typeof reasons),
        );
        if (mode === 'normal') expect(refusals[0]).to.equal(error);
        else expect(details[0]).to.equal(`rtse, reason ${reason}`);
      }
    });
  }

  async function refused(mode: Mode, tell: (script: Script) => void) {
    const bench = new Bench();
    const script = new Script();
    tell(script);
    const { a } = pairOf(bench, { b: { hooks: script.hooks }, ofB: { mode } });
    const details: (string | undefined)[] = [];
    const refusals: (string | undefined)[] = [];
    a.on('associationClosed', ({ detail }) => details.push(detail));
    a.on('bindRefused', ({ error }) => refusals.push(error));
    a.start();
    a.submit('B', mail('one'));
    await bench.pass(500);
    return { bench, details, refusals };
  }
});
