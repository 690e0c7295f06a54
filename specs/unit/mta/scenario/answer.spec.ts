import { expect } from 'chai';
import { toAnswer } from '../../../../harness/mta/scenario/answer.js';
import { answer } from '../../../../harness/mta/scenario/schema/answers.js';
import type { ScenarioEventName } from '../../../../harness/mta/scenario/schema/events.js';

const meant = (written: Parameters<typeof answer.parse>[0], step: ScenarioEventName = 'transfer') =>
  toAnswer(answer.parse(written), step);

describe('answers of a scenario', () => {
  it('are words', () => {
    for (const word of ['accept', 'hold', 'abort', 'close', 'discard'] as const) {
      expect(meant(word)).to.deep.equal({ do: word });
    }
  });

  it('refuse a bind by an error, a transfer by an exception', () => {
    expect(meant({ refuse: 'busy' }, 'bind')).to.deep.equal({ do: 'refuse', error: 'busy' });
    expect(meant({ refuse: 'sequenceError' })).to.deep.equal({ do: 'exception', reason: 'sequenceError' });
    const jeopardized = { do: 'exception', reason: 'receivingAbilityJeopardized' };
    expect(meant({ refuse: 'temporaryProblem' })).to.deep.equal(jeopardized);
  });

  it('break off what we send, and drop what the peer sends', () => {
    expect(meant('discard', 'sending')).to.deep.equal({ do: 'discardTransfer' });
    expect(meant('interrupt', 'sendingCheckpoint')).to.deep.equal({ do: 'interruptTransfer' });
    expect(meant({ interrupt: 'localUserError' }, 'sending')).to.deep.equal({
      do: 'interruptTransfer',
      reason: 'localUserError',
    });
    expect(meant({ discard: 'unspecified' }, 'sending')).to.deep.equal({
      do: 'discardTransfer',
      reason: 'unspecified',
    });
  });

  it('abort with a reason, report, and come late', () => {
    expect(meant({ abort: 'userError' })).to.deep.equal({ do: 'abort', reason: 'userError' });
    const nonDeliver = { reason: 1, diagnostic: 18, unasked: true };
    expect(meant({ nonDeliver })).to.deep.equal({ do: 'nonDeliver', ...nonDeliver });
    expect(meant({ delay: '2 s' })).to.deep.equal({ do: 'delay', milliseconds: 2000 });
    const late = meant({ delay: { for: '1 min', next: { abort: 'protocolError' } } });
    expect(late).to.deep.equal({
      do: 'delay',
      milliseconds: 60_000,
      // biome-ignore lint/suspicious/noThenProperty: no function, so that nothing takes it for a promise
      then: { do: 'abort', reason: 'protocolError' },
    });
  });
});
