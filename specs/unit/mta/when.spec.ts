import { expect } from 'chai';
import type { Answer, TransferStep } from '../../../harness/mta/hooks.js';
import { Script } from '../../../harness/mta/when.js';

const step: TransferStep = { association: 0, role: 'responder', peer: 'X', mode: 'normal', now: 0, phase: 'end' };

function answers(script: Script, count: number): (Answer['do'] | undefined)[] {
  return Array.from({ length: count }, () => script.hooks.onTransfer?.(step)?.do);
}

describe('reactions told to an MTA', () => {
  it('meet the nth occurrence, the first ones, or all', () => {
    const script = new Script();
    script.when('transfer').nth(2).then.close();
    script.when('transfer').first(3).then.abort('temporaryProblem');
    script.when('transferStart').every().then.hold();
    expect(answers(script, 4)).to.deep.equal(['abort', 'close', 'abort', undefined]);
    expect(script.hooks.onTransfer?.({ ...step, phase: 'start' })?.do).to.equal('hold');
  });

  it('are asked in the order in which they were told', () => {
    const script = new Script();
    script.when('transfer').nth(2).then.close();
    script.when('transfer').every().then.delay(5);
    expect(answers(script, 3)).to.deep.equal(['delay', 'close', 'delay']);
    expect(script.fired).to.equal(3);
  });

  it('refuse a bind by an MTA-bind error, a transfer by an exception', () => {
    const script = new Script();
    script.when('session').every().then.refuse('busy');
    script.when('transfer').nth(1).then.refuse('temporaryProblem');
    script.when('transfer').nth(2).then.refuse('sequenceError');
    const session = { ...step, dialogueMode: 'monologue', checkpointSize: 0, windowSize: 3, recover: false } as const;
    expect(script.hooks.onSession?.(session)).to.deep.equal({ do: 'refuse', error: 'busy' });
    expect(script.hooks.onTransfer?.(step)).to.deep.equal({ do: 'exception', reason: 'receivingAbilityJeopardized' });
    expect(script.hooks.onTransfer?.(step)).to.deep.equal({ do: 'exception', reason: 'sequenceError' });
    for (const wrong of [
      () => script.when('transfer').every().then.refuse('busy'),
      () => script.when('bind').every().then.refuse('sequenceError'),
    ]) {
      expect(wrong).to.throw().with.property('code', 'ERR_WHEN_REFUSAL');
    }
  });

  it('need not fire', () => {
    const script = new Script();
    script.when('release').nth(9).then.close();
    expect(script.fired).to.equal(0);
  });
});
