import { expect } from 'chai';
import { FakeStage, play, states } from './support/fake-stage.js';

describe('a block of a scenario: what is done, and what is expected of it', () => {
  it('sees what happens while its action is still under way, in the same breath', async () => {
    const stage = new FakeStage();
    stage.actor('a').onStart = () => stage.actor('a').happen('associationOpened', { peer: 'b' });
    const result = await play([{ start: 'a' }, { expect: { at: 'a', event: 'associationOpened' } }], stage);
    expect([result.verdict, result.elapsed]).to.deep.equal(['pass', 0]);
  });

  it('sees what happened during the first of its actions', async () => {
    const stage = new FakeStage();
    stage.at(5000, () => stage.actor('b').happen('bind'));
    const result = await play([{ wait: '10 s' }, { wait: '10 s' }, { expect: { at: 'b', event: 'bind' } }], stage);
    expect([result.verdict, result.elapsed]).to.deep.equal(['pass', 20_000]);
  });

  it('does not see what happened in an earlier block', async () => {
    const stage = new FakeStage();
    stage.at(1000, () => stage.actor('b').happen('bind'));
    stage.at(1000, () => stage.actor('b').happen('bind'));
    const steps = [
      { wait: '5 s' },
      { expect: { at: 'b', event: 'bind' } },
      { wait: '1 s' },
      { expect: { at: 'b', event: 'bind', within: '5 s' } },
    ] as const;
    expect(states(await play([...steps], stage))).to.deep.equal(['done', 'done', 'done', 'failed']);
  });

  it('holds the expectations at one MTA against what happens in their order', async () => {
    const expected = [
      { expect: { at: 'b', event: 'bind' } },
      { expect: { at: 'b', event: 'transfer', within: '1 min' } },
    ] as const;
    const inOrder = new FakeStage();
    inOrder.at(1, () => inOrder.actor('b').happen('bind'));
    inOrder.at(1, () => inOrder.actor('b').happen('transfer'));
    expect((await play([...expected], inOrder)).verdict).to.equal('pass');
    const backwards = new FakeStage();
    backwards.at(1, () => backwards.actor('b').happen('transfer'));
    backwards.at(2, () => backwards.actor('b').happen('bind'));
    expect(states(await play([...expected], backwards))).to.deep.equal(['done', 'failed']);
  });

  it('tells what came before its turn, and what came before its block', async () => {
    const stage = new FakeStage();
    stage.at(1000, () => stage.actor('b').happen('transfer'));
    stage.at(2000, () => stage.actor('b').happen('transfer'));
    stage.at(3000, () => stage.actor('b').happen('bind'));
    const inBlock = await play(
      [{ expect: { at: 'b', event: 'bind' } }, { expect: { at: 'b', event: 'transfer', within: '1 min' } }],
      stage,
    );
    expect(inBlock.steps[1]?.why).to.match(/^transfer at b did not happen .*came 2 times, last at \+0:00:02 \(/);
    const later = new FakeStage();
    later.at(1000, () => later.actor('b').happen('transfer'));
    const block = [{ wait: '5 s' }, { check: { at: 'b', received: { messages: 0 } } }, { wait: '1 s' }] as const;
    const expected = { expect: { at: 'b', event: 'transfer', within: '1 min' } } as const;
    const result = await play([...block, expected], later);
    expect(result.steps[3]?.why).to.match(/before its turn it came once, at \+0:00:01 \(/);
  });

  it('does not tell of what another expectation has taken', async () => {
    const stage = new FakeStage();
    stage.at(1000, () => stage.actor('b').happen('bind'));
    const twice = [{ expect: { at: 'b', event: 'bind' } }, { expect: { at: 'b', event: 'bind' } }] as const;
    expect((await play([...twice], stage)).steps[1]?.why).to.equal('bind at b did not happen within 1 h');
  });

  it('does not mind in which order things happen at different MTAs', async () => {
    const stage = new FakeStage();
    stage.at(1, () => stage.actor('b').happen('transfer'));
    stage.at(2, () => stage.actor('a').happen('bind'));
    const steps = [{ expect: { at: 'a', event: 'bind' } }, { expect: { at: 'b', event: 'transfer' } }] as const;
    expect((await play([...steps], stage)).verdict).to.equal('pass');
  });

  it('takes no happening for two expectations', async () => {
    const stage = new FakeStage();
    stage.at(1, () => stage.actor('b').happen('bind'));
    const steps = [{ expect: { at: 'b', event: 'bind' } }, { expect: { at: 'b', event: 'bind' } }] as const;
    expect(states(await play([...steps], stage))).to.deep.equal(['done', 'failed']);
  });

  it('goes over checks, notes and what must not happen: nothing is missed while they are done', async () => {
    const stage = new FakeStage();
    stage.at(1000, () => stage.actor('a').happen('messageTransferred'));
    stage.at(900, () => stage.actor('b').happen('messageReceived', { kind: 'message' }));
    const steps = [
      { expect: { at: 'a', event: 'messageTransferred' } },
      { note: 'it is there' },
      { check: { at: 'b', received: { messages: 1 } } },
      { never: { at: 'b', event: 'messageDiscarded', for: '1 min' } },
      { expect: { at: 'b', event: 'messageReceived' } },
    ] as const;
    expect((await play([...steps], stage)).verdict).to.equal('pass');
  });

  it('counts, and tells how many there were', async () => {
    const expected = [{ expect: { at: 'b', event: 'transfer', count: 3, where: { kind: 'message' } } }] as const;
    for (const [times, state] of [
      [2, 'failed'],
      [3, 'done'],
    ] as const) {
      const stage = new FakeStage();
      for (let i = 1; i <= times; i += 1) stage.at(i, () => stage.actor('b').happen('transfer', { kind: 'message' }));
      stage.at(9, () => stage.actor('b').happen('transfer', { kind: 'probe' }));
      const result = await play([...expected], stage);
      expect(states(result)).to.deep.equal([state]);
      if (state === 'done') continue;
      expect(result.steps[0]?.why).to.equal('transfer (kind message) at b happened 2 times, not 3, within 1 h');
    }
  });

  it('matches by all of where, and by what a subject contains', async () => {
    const stage = new FakeStage();
    const answers: unknown[] = [];
    const happen = (fields: object) => answers.push(stage.actor('b').happen('transfer', fields));
    stage.at(1, () => happen({ peer: 'a', subject: 'order 7' }));
    stage.at(2, () => happen({ peer: 'c', subject: 'invoice 7' }));
    stage.at(3, () => happen({ peer: 'a' }));
    stage.at(4, () => happen({ peer: 'a', subject: 'invoice 7' }));
    const where = { peer: 'a', subject: 'invoice' };
    await play([{ expect: { at: 'b', event: 'transfer', where, answer: 'close' } }], stage);
    expect(answers).to.deep.equal([undefined, undefined, undefined, { do: 'close' }]);
  });

  it('answers a step at once, each time that it is meant and not once more', async () => {
    const stage = new FakeStage();
    const answers: unknown[] = [];
    for (const time of [1, 2, 3]) stage.at(time, () => answers.push(stage.actor('b').happen('transfer')));
    const steps = [
      { expect: { at: 'b', event: 'transfer', count: 2, answer: { refuse: 'temporaryProblem' } } },
      { wait: '1 s' },
    ] as const;
    expect((await play([...steps], stage)).verdict).to.equal('pass');
    const refused = { do: 'exception', reason: 'receivingAbilityJeopardized' };
    expect(answers).to.deep.equal([refused, refused, undefined]);
  });

  it('answers only when its turn has come', async () => {
    const stage = new FakeStage();
    const answers: unknown[] = [];
    stage.at(1, () => answers.push(stage.actor('b').happen('transfer')));
    stage.at(2, () => answers.push(stage.actor('b').happen('bind')));
    stage.at(3, () => answers.push(stage.actor('b').happen('transfer')));
    const steps = [
      { expect: { at: 'b', event: 'bind' } },
      { expect: { at: 'b', event: 'transfer', answer: 'abort' } },
    ] as const;
    await play([...steps], stage);
    expect(answers).to.deep.equal([undefined, undefined, { do: 'abort' }]);
  });
});

describe('what must not happen', () => {
  it('is watched for its time, from when it is come to', async () => {
    const stage = new FakeStage();
    stage.at(1000, () => stage.actor('b').happen('transfer'));
    stage.at(71_000, () => stage.actor('b').happen('transfer'));
    const steps = [{ wait: '2 s' }, { never: { at: 'b', event: 'transfer', for: '1 min' } }] as const;
    const result = await play([...steps], stage);
    expect([result.verdict, result.elapsed]).to.deep.equal(['pass', 62_000]);
  });

  it('fails as soon as it happens, and not for something else', async () => {
    const stage = new FakeStage();
    stage.at(1000, () => stage.actor('b').happen('transfer', { kind: 'probe' }));
    stage.at(5000, () => stage.actor('b').happen('transfer', { kind: 'message' }));
    const where = { kind: 'message' } as const;
    const result = await play([{ never: { at: 'b', event: 'transfer', where, for: '1 min' } }], stage);
    expect([result.verdict, result.elapsed]).to.deep.equal(['fail', 5000]);
    expect(result.steps[0]?.why).to.equal('transfer (kind message) at b happened, after 5 s');
  });
});
