import { expect } from 'chai';
import { P1specError } from '../../../../harness/ber/error.js';
import type { Finding } from '../../../../harness/rules/finding.js';
import { FakeStage, play, states } from './support/fake-stage.js';

const MINUTE = 60_000;

describe('the runner of scenarios', () => {
  it('does the steps in order, tells each, and ends the stage', async () => {
    const stage = new FakeStage();
    const told: string[] = [];
    const result = await play([{ kill: 'a' }, { note: 'a pause' }, { wait: '10 min' }, { start: 'a' }], stage, {
      onStep: ({ number, kind, time, line }) => told.push(`${number} ${kind} ${time} ${line}`),
    });
    expect(result.verdict).to.equal('pass');
    expect(told).to.deep.equal(['1 kill 0 10', '2 note 0 11', '3 wait 600000 12', '4 start 600000 13']);
    expect(stage.actor('a').done).to.deep.equal(['kill', 'start']);
    expect(result.elapsed).to.equal(10 * MINUTE);
    expect(stage.ended).to.equal(true);
  });

  it('goes on as soon as what is expected has happened', async () => {
    const stage = new FakeStage();
    stage.at(90_000, () => stage.actor('b').happen('messageReceived', { peer: 'a' }));
    const result = await play([{ expect: { at: 'b', event: 'messageReceived' } }, { kill: 'b' }], stage);
    expect(states(result)).to.deep.equal(['done', 'done']);
    expect(result.elapsed).to.equal(90_000);
  });

  it('fails what does not happen in time, with what did, and reaches no step behind it', async () => {
    const stage = new FakeStage();
    stage.at(1000, () => stage.actor('b').happen('bind', { peer: 'a' }));
    stage.at(2500, () => stage.actor('b').happen('bindRefused', { peer: 'a', error: 'busy' }, 'of the peer'));
    stage.at(3000, () => stage.actor('a').happen('nextRetry', { peer: 'b' }));
    const result = await play(
      [{ expect: { at: 'b', event: 'messageReceived', within: '10 min' } }, { kill: 'b' }],
      stage,
    );
    expect(result.verdict).to.equal('fail');
    const [failed, unreached] = result.steps;
    expect(failed).to.deep.include({
      state: 'failed',
      line: 10,
      time: 10 * MINUTE,
      why: 'messageReceived at b did not happen within 10 min',
      seen: ['+0:00:01 bind (peer a)', '+0:00:02.500 bindRefused (peer a, error busy): of the peer'],
    });
    expect(unreached).to.deep.include({ state: 'not reached', line: 11, text: 'kill b' });
    expect(unreached).not.to.have.property('time');
    expect(stage.actor('b').done).to.deep.equal([]);
    expect(stage.ended).to.equal(true);
  });

  it('counts the time allowed from when it comes to a step', async () => {
    const stage = new FakeStage();
    stage.at(50_000, () => stage.actor('a').happen('bind'));
    stage.at(100_000, () => stage.actor('b').happen('bind'));
    const steps = [
      { expect: { at: 'a', event: 'bind', within: '55 s' } },
      { expect: { at: 'b', event: 'bind', within: '55 s' } },
    ] as const;
    expect((await play([...steps], stage)).verdict).to.equal('pass');
  });

  it('allows an hour where nobody says how long, or what the scenario says', async () => {
    const expected = [{ expect: { at: 'a', event: 'bind' } }] as const;
    expect((await play([...expected])).elapsed).to.equal(60 * MINUTE);
    expect((await play([...expected], new FakeStage(), { within: '2 min' })).elapsed).to.equal(2 * MINUTE);
  });

  it('says of errors of the stage what they say; of our own, that they are', async () => {
    const wrong = new FakeStage();
    wrong.actor('a').hotfixError = new P1specError('ERR_HOTFIX', { message: 'it is too old', hint: 'take SP2' });
    const refused = await play([{ hotfix: { mta: 'a', apply: 'kb916986' } }], wrong);
    expect([refused.verdict, refused.steps[0]?.why]).to.deep.equal(['fail', 'it is too old [ERR_HOTFIX] (take SP2)']);

    const broken = new FakeStage();
    broken.actor('a').hotfixError = new TypeError('x is not a function');
    const result = await play([{ hotfix: { mta: 'a', apply: 'kb916986' } }, { kill: 'a' }], broken);
    expect([result.verdict, states(result)]).to.deep.equal(['error', ['failed', 'not reached']]);
    expect(result.steps[0]?.why).to.equal('internal error: x is not a function');
  });

  it('is in error where the stage has a fault', async () => {
    const stage = new FakeStage();
    stage.at(10, () => {
      stage.fault = new Error('the disk is full');
    });
    const result = await play([{ wait: '1 s' }, { kill: 'a' }], stage);
    expect([result.verdict, result.steps[0]?.why]).to.deep.equal(['error', 'the disk is full']);
  });

  it('ends when it is told to, without a verdict', async () => {
    const stage = new FakeStage();
    const controller = new AbortController();
    stage.at(1000, () => {
      controller.abort();
      stage.aborted = true;
    });
    const result = await play([{ expect: { at: 'a', event: 'bind' } }, { kill: 'a' }], stage, {
      signal: controller.signal,
    });
    expect([result.verdict, states(result)]).to.deep.equal(['inconclusive', ['failed', 'not reached']]);
    expect(result.steps[0]?.why).to.match(/^interrupted: bind at a did not happen/);
  });

  describe('its verdict', () => {
    const found = { rule: 'BIND-001', tier: 1 } as Finding;

    it('fails with a finding of tier 1 or 2 in what a judged MTA sent, though every step is done', async () => {
      for (const [judged, finding, verdict] of [
        [true, found, 'fail'],
        [true, { ...found, tier: 3 }, 'pass'],
        [true, { ...found, tier: 2, permitted: 'agreed' }, 'pass'],
        [false, found, 'pass'],
      ] as const) {
        const stage = new FakeStage();
        stage.actor('a').isJudged = judged;
        stage.actor('a').findings.push(finding);
        expect((await play([{ kill: 'a' }], stage)).verdict, `${judged} ${finding.tier}`).to.equal(verdict);
      }
    });

    it('is inconclusive where associations were tried, a step failed and no bind was seen', async () => {
      const stage = new FakeStage();
      stage.at(10, () => stage.actor('a').happen('associationClosed', { peer: 'b', ending: 'closed' }));
      expect((await play([{ expect: { at: 'b', event: 'transfer' } }], stage)).verdict).to.equal('inconclusive');
      const bound = new FakeStage();
      bound.at(10, () => bound.actor('b').happen('bind', { peer: 'a' }));
      bound.at(20, () => bound.actor('a').happen('associationClosed', { peer: 'b', ending: 'refused' }));
      const result = await play([{ expect: { at: 'b', event: 'transfer' } }], bound);
      expect([result.verdict, result.binds]).to.deep.equal(['fail', 1]);
    });

    it('is inconclusive where a live MTA was never reached', async () => {
      const stage = new FakeStage(['a', 'b', 'gateway']);
      stage.actor('gateway').isLive = true;
      stage.at(5, () => stage.actor('b').happen('bind', { peer: 'a' }));
      stage.at(10, () => stage.actor('a').happen('associationClosed', { peer: 'gateway', ending: 'closed' }));
      const failing = [{ expect: { at: 'b', event: 'transfer' } }] as const;
      expect((await play([...failing], stage, { links: [{ between: ['a', 'b'] }] })).verdict).to.equal('inconclusive');
    });

    it('counts a bind to a live MTA by its answer', async () => {
      const stage = new FakeStage(['a', 'gateway']);
      stage.actor('gateway').isLive = true;
      stage.at(10, () => stage.actor('a').happen('bindResult', { peer: 'gateway' }));
      stage.at(20, () => stage.actor('a').happen('bindRefused', { peer: 'gateway', by: 'peer' }));
      expect((await play([{ wait: '1 s' }], stage)).binds).to.equal(2);
    });
  });

  it('tells what was not used, and what each MTA has received', async () => {
    const stage = new FakeStage();
    stage.unused.push('the reaction to transfer, nth 3');
    stage.at(10, () => stage.actor('b').happen('messageReceived', { peer: 'a', kind: 'message' }));
    stage.at(20, () => stage.actor('b').happen('reportReceived', { peer: 'a' }));
    const result = await play([{ wait: '1 s' }], stage);
    expect(result.unused).to.deep.equal(['the reaction to transfer, nth 3']);
    expect(result.mtas.map(({ name, received }) => [name, received])).to.deep.equal([
      ['a', 0],
      ['b', 2],
    ]);
  });
});
