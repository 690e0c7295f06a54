import { expect } from 'chai';
import { createStage } from '../../../../harness/mta/scenario/play-stage.js';
import { readScenarioModule } from '../../../../harness/mta/scenario/read.js';
import type { ScenarioResult } from '../../../../harness/mta/scenario/result.js';
import { runScenario } from '../../../../harness/mta/scenario/run.js';
import type { Stage } from '../../../../harness/mta/scenario/stage.js';

const HOUR = 3_600_000;

async function playing(play: (stage: Stage) => Promise<void>): Promise<ScenarioResult> {
  const source = {
    title: 'of a test',
    mtas: { alpha: { preset: 'tolerant' }, beta: { preset: 'tolerant' } },
    steps: [{ send: { from: 'alpha', to: 'beta', deferFor: '3 h' } }],
    play,
  };
  const { scenario, play: played } = readScenarioModule(source, 'test.mjs');
  return runScenario(scenario, { stage: createStage(scenario), play: played });
}

describe('what a module plays in virtual time', () => {
  it('may wait for an event of an MTA: time goes on by itself', async () => {
    const result = await playing(async (stage) => {
      await stage.actor('beta').mta.once('messageReceived', undefined, { within: 4 * HOUR });
    });
    expect(result.verdict).to.equal('pass');
    expect(result.elapsed).to.equal(3 * HOUR);
  });

  it('fails where the event does not come in time', async () => {
    const result = await playing(async (stage) => {
      await stage.actor('beta').mta.once('messageReceived', undefined, { within: HOUR });
    });
    expect(result.verdict).to.equal('fail');
    expect(result.steps.at(-1)?.why).to.include('messageReceived');
    expect(result.elapsed).to.equal(HOUR);
  });

  it('lets no more time pass than it says itself', async () => {
    const times: number[] = [];
    const result = await playing(async (stage) => {
      const started = stage.clock.now();
      await stage.advance(HOUR);
      times.push(stage.clock.now() - started);
      await stage.until(() => stage.clock.now() - started >= 2 * HOUR, 5 * HOUR);
      times.push(stage.clock.now() - started);
    });
    expect(result.verdict).to.equal('pass');
    expect(times[0]).to.equal(HOUR);
    expect(times[1]).to.be.at.least(2 * HOUR);
    expect(result.elapsed).to.be.below(4 * HOUR);
  });

  it('fails where it waits for what never comes', async () => {
    const result = await playing(() => new Promise(() => {}));
    expect(result.verdict).to.equal('fail');
    expect(result.steps.at(-1)?.why).to.include('waits for what does not come');
  });
});
