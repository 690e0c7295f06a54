import { expect } from 'chai';
import { createStage } from '../../../../harness/mta/scenario/play-stage.js';
import { defineScenario, readScenario, readScenarioModule } from '../../../../harness/mta/scenario/read.js';
import type { ScenarioResult } from '../../../../harness/mta/scenario/result.js';
import { runScenario } from '../../../../harness/mta/scenario/run.js';

const PAIR = `mtas:
  alpha: { preset: tolerant, connector: { openInterval: 60 s, transferInterval: 10 s } }
  beta: { preset: tolerant }
`;

async function play(text: string): Promise<ScenarioResult> {
  const { scenario, lineOf, play: played } = readScenario(`title: of a test\n${text}`, 'test.yaml');
  return runScenario(scenario, { stage: createStage(scenario), lineOf, play: played });
}

/** Undefined of a scenario that passes, else which line failed and why. */
function failure({ steps, verdict }: ScenarioResult): string | undefined {
  const failed = steps.find(({ state }) => state === 'failed');
  return verdict === 'pass' ? undefined : `${verdict}, line ${failed?.line}: ${failed?.why}`;
}

describe('a scenario on its stage', () => {
  it('gives the answer of an expectation in time, and only there', async () => {
    const result = await play(`${PAIR}steps:
  - send: { from: alpha, to: beta, count: 3 }
  - expect: { at: beta, event: transfer }
  - expect: { at: beta, event: transfer, answer: { refuse: temporaryProblem } }
  - expect: { at: alpha, event: transferFailed }
  - expect: { at: beta, event: messageReceived, count: 2 }
  - check: { at: beta, received: { messages: 3 } }
  - check: { at: alpha, counter: { name: Queue Length, to: beta, value: 0 }, within: 1 s }
`);
    expect(failure(result)).to.equal(undefined);
    expect(result.elapsed).to.equal(10_000);
  });

  it('refuses a bind on request, and tells that no transfer came', async () => {
    const result = await play(`${PAIR}steps:
  - send: { from: alpha, to: beta }
  - expect: { at: beta, event: bind, answer: { refuse: busy } }
  - expect: { at: alpha, event: bindRefused, where: { by: peer, error: busy } }
  - never: { at: beta, event: transfer, for: 59 s }
  - expect: { at: beta, event: transfer, within: 5 s }
`);
    expect(failure(result)).to.equal(undefined);
  });

  it('does what it is told to the open associations', async () => {
    const opened = `${PAIR}steps:
  - send: { from: alpha, to: beta }
  - expect: { at: beta, event: messageReceived }
`;
    for (const [at, other, does, ending] of [
      ['alpha', 'beta', 'release', 'released'],
      ['alpha', 'beta', 'abort', 'aborted'],
      ['beta', 'alpha', 'abort', 'aborted'],
    ] as const) {
      const result = await play(`${opened}
  - association: { at: ${at}, with: ${other}, do: ${does} }
  - expect: { at: ${other}, event: associationClosed, where: { ending: ${ending} }, within: 10 s }
`);
      expect(failure(result), `${at} ${does}`).to.equal(undefined);
    }
    const closed = await play(`${opened}
  - association: { at: beta, with: alpha, do: close }
  - expect: { at: alpha, event: associationClosed, within: 10 s }
  - association: { at: beta, with: alpha, do: close }
`);
    expect(failure(closed)).to.include('line 11: beta has no open association with alpha');
    const released = await play(`${opened}
  - association: { at: beta, with: alpha, do: release }
`);
    expect(failure(released)).to.include('ERR_NOT_INITIATOR');
    const idle = await play(`${opened}
  - association: { at: alpha, with: beta, do: interrupt }
`);
    expect(failure(idle)).to.include('ERR_NO_TRANSFER');
  });

  it('interrupts a transfer, which goes on later', async () => {
    const result = await play(`mtas:
  alpha: { preset: tolerant, connector: { transferInterval: 10 s } }
  beta: { preset: tolerant, when: [ { step: checkpoint, nth: 3, answer: { delay: 5 s } } ] }
links: [ { between: [alpha, beta], checkpointSize: 1, windowSize: 2 } ]
steps:
  - send: { from: alpha, to: beta, size: 20000 }
  - expect: { at: beta, event: checkpoint, count: 3 }
  - association: { at: alpha, with: beta, do: interrupt }
  - expect: { at: alpha, event: transferFailed }
  - expect: { at: alpha, event: transferResumed, where: { direction: out } }
  - expect: { at: beta, event: messageReceived }
`);
    expect(failure(result)).to.equal(undefined);
  });

  it('takes the link down and up, and restarts an MTA over its queue', async () => {
    const result = await play(`${PAIR}steps:
  - link: { between: [alpha, beta], do: down }
  - send: { from: alpha, to: beta, count: 2 }
  - expect: { at: alpha, event: nextRetry, where: { cause: open } }
  - restart: { mta: alpha, after: 5 min }
  - check: { at: alpha, queue: { to: beta, length: 2 } }
  - link: { between: [beta, alpha], do: up }
  - expect: { at: beta, event: messageReceived, count: 2, within: 2 min }
`);
    expect(failure(result)).to.equal(undefined);
  });

  it('sends a report on what came, and an APDU as it stands', async () => {
    const result = await play(`${PAIR}steps:
  - send: { from: alpha, to: beta }
  - expect: { at: beta, event: messageReceived }
  - report: { from: beta, to: alpha, on: last, reason: 1, diagnostic: 11 }
  - expect: { at: alpha, event: reportReceived }
  - send: { from: alpha, via: beta, apdu: 'af 03 02 01 05' }
  - expect: { at: beta, event: notCaredFor }
`);
    expect(failure(result)).to.equal(undefined);
  });

  it('plays what a module has to play, behind its steps', async () => {
    const module = (length: number) =>
      defineScenario({
        title: 'a module',
        mtas: { alpha: {}, beta: {} },
        steps: [{ send: { from: 'alpha', to: 'beta', count: 2 } }],
        play: async (stage) => {
          await stage.advance(1000);
          const received = stage.actor('beta').counter('Inbound Messages Total');
          if (received !== length) throw new Error(`received ${received}`);
        },
      });
    for (const [length, why] of [
      [2, undefined],
      [3, 'fail, line undefined: received 2'],
    ] as const) {
      const { scenario, play: played } = readScenarioModule(module(length), 'module.ts');
      const result = await runScenario(scenario, { stage: createStage(scenario), play: played });
      expect(failure(result)).to.equal(why);
      expect(result.steps.map(({ kind }) => kind)).to.deep.equal(['send', 'play']);
    }
  });
});
