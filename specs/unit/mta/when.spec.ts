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

  it('meet every nth, and those with one peer, which are counted by themselves', () => {
    const script = new Script();
    script.when('transfer').every(3).then.close();
    script.when('transfer').from('Y').nth(2).then.hold();
    const from = (peer: string | undefined) => script.hooks.onTransfer?.({ ...step, peer })?.do;
    expect([from('X'), from('Y'), from('X'), from(undefined), from('Y'), from('Y'), from('Y')]).to.deep.equal([
      undefined,
      undefined,
      'close',
      undefined,
      'hold',
      'close',
      undefined,
    ]);
  });

  it('are to reports, to bind results, and to what is sent', () => {
    const script = new Script();
    script.when('report').every().then.nonDeliver(1, 5, 'because');
    script.when('bindResult').every().then.refuse('authenticationError');
    script.when('sending').every().then.discard('localUserError');
    script.when('sendingCheckpoint').every().then.interrupt();
    script.when('transfer').every().then.discard();
    const { onReport, onBind, onSending, onTransfer } = script.hooks;
    const nothing = { kind: 'message', identifier: '', octets: 0 } as const;
    expect([
      onReport?.({ ...step, apdu: undefined as never }),
      onBind?.({ ...step, phase: 'result', bind: undefined as never, octets: new Uint8Array(0) }),
      onBind?.({ ...step, phase: 'argument', bind: undefined as never, octets: new Uint8Array(0) }),
      onSending?.({ ...step, ...nothing, phase: 'start', serial: undefined }),
      onSending?.({ ...step, ...nothing, phase: 'checkpoint', serial: 1 }),
      onTransfer?.(step),
    ]).to.deep.equal([
      { do: 'nonDeliver', reason: 1, diagnostic: 5, supplementaryInformation: 'because' },
      { do: 'refuse', error: 'authenticationError' },
      undefined,
      { do: 'discardTransfer', reason: 'localUserError' },
      { do: 'interruptTransfer', reason: undefined },
      { do: 'discard' },
    ]);
  });

  it('are refused where they mean nothing', () => {
    const { then: turn } = new Script().when('turn').every();
    const { then: bind } = new Script().when('bind').every();
    for (const wrong of [
      () => turn.refuse('busy'),
      () => turn.interrupt(),
      () => turn.discard(),
      () => bind.nonDeliver(1),
      () => turn.refuseSession(1),
    ]) {
      expect(wrong).to.throw().with.property('code', 'ERR_WHEN_REACTION');
    }
    expect(() => bind.refuseSession(1)).to.not.throw();
  });

  it('need not fire', () => {
    const script = new Script();
    script.when('release').nth(9).then.close();
    expect(script.fired).to.equal(0);
  });
});
