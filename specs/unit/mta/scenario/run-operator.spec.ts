import { expect } from 'chai';
import { createStage } from '../../../../harness/mta/scenario/play-stage.js';
import { readScenario } from '../../../../harness/mta/scenario/read.js';
import type { ScenarioResult } from '../../../../harness/mta/scenario/result.js';
import { runScenario } from '../../../../harness/mta/scenario/run.js';

async function play(text: string): Promise<ScenarioResult> {
  const { scenario, lineOf } = readScenario(`title: of a test\n${text}`, 'test.yaml');
  return runScenario(scenario, { stage: createStage(scenario), lineOf });
}

function failure({ steps, verdict }: ScenarioResult): string | undefined {
  const failed = steps.find(({ state }) => state === 'failed');
  return verdict === 'pass' ? undefined : `${verdict}, line ${failed?.line}: ${failed?.why}`;
}

const HELD = `mtas:
  alpha: { preset: tolerant }
  beta: { preset: tolerant }
steps:
  - queue: { at: alpha, to: beta, do: freeze }
  - send: { from: alpha, to: beta, subject: Keep, priority: normal }
  - send: { from: alpha, to: beta, subject: Drop, priority: urgent }
`;

describe('an operator in a scenario', () => {
  it('deletes what is meant without a word, and the rest goes', async () => {
    const result = await play(`${HELD}
  - queue: { at: alpha, to: beta, do: delete, where: { subject: Drop } }
  - never: { at: alpha, event: nonDeliveryReported, for: 1 s }
  - queue: { at: alpha, to: beta, do: thaw }
  - expect: { at: beta, event: messageReceived, where: { subject: Keep } }
  - never: { at: beta, event: messageReceived, where: { subject: Drop }, for: 1 h }
`);
    expect(failure(result)).to.equal(undefined);
  });

  it('deletes by priority and has it reported, as unable to transfer', async () => {
    const result = await play(`${HELD}
  - queue: { at: alpha, to: beta, do: deleteWithReport, where: { priority: urgent } }
  - expect: { at: alpha, event: nonDeliveryReported }
  - expect: { at: alpha, event: nonDelivered, where: { subject: Drop, reason: 1 } }
  - check: { at: alpha, queue: { to: beta, length: 1 } }
`);
    expect(failure(result)).to.equal(undefined);
  });

  it('is told where nothing like that waits', async () => {
    const result = await play(`${HELD}
  - queue: { at: alpha, to: beta, do: delete, where: { system: true } }
`);
    expect(failure(result)).to.equal('fail, line 10: nothing like that waits at alpha for beta');
  });
});

describe('what a send puts into an envelope', () => {
  it('is an extension that the rules find, by its object identifier', async () => {
    const result = await play(`mtas:
  alpha: { preset: tolerant, judged: true }
  beta: { preset: tolerant }
steps:
  - send:
      from: alpha
      to: beta
      extensions: [{ type: 1.2.840.113556.9.1, criticality: [forTransfer], value: 04 01 2a }]
  - expect: { at: beta, event: messageReceived }
`);
    const [alpha] = result.mtas;
    expect(alpha?.findings.map(({ rule }) => rule)).to.deep.equal(['ENV-007']);
    expect(result.verdict).to.equal('fail');
  });
});

describe('a third-party preset with options', () => {
  const story = (options: string) => `mtas:
  exchange: { preset: exchange-2003-sp2 }
  foreign: { preset: refuse-after-routing-packet${options} }
steps:
  - send: { from: exchange, to: foreign }
  - expect: { at: foreign, event: transferRefused }
`;

  it('refuses for as long as it is told', async () => {
    const short = await play(`${story(', options: { refusal.lasts: 1 min }')}
  - hotfix: { mta: exchange, apply: kb916986 }
  - expect: { at: foreign, event: messageReceived, within: 20 min }
`);
    expect(failure(short)).to.equal(undefined);
    const long = await play(`${story('')}
  - hotfix: { mta: exchange, apply: kb916986 }
  - never: { at: foreign, event: messageReceived, for: 40 min }
`);
    expect(failure(long)).to.equal(undefined);
  });

  it('refuses in the way that it is told', async () => {
    const result = await play(`${story(', options: { refusal.how: abort, refusal.lasts: forever }')}
  - expect: { at: exchange, event: associationOpened, count: 2 }
  - never: { at: exchange, event: bindRefused, for: 2 h }
`);
    expect(failure(result)).to.equal(undefined);
  });

  it('confirms checkpoints as late as it is told', async () => {
    const slow = (delay: string) => `mtas:
  alpha: { preset: tolerant }
  beta: { preset: slow-checkpoint, options: { delay: ${delay} } }
links:
  - { between: [alpha, beta], checkpointSize: 1 }
steps:
  - send: { from: alpha, to: beta, size: 10000 }
  - never: { at: beta, event: messageReceived, for: 2 s }
`;
    expect(failure(await play(slow('1500 ms')))).to.equal(undefined);
    expect(failure(await play(slow('1 ms')))).to.include('line 9');
  });
});

describe('the connector of a scenario’s MTA', () => {
  it('opens associations in its windows of the day', async () => {
    const result = await play(`mtas:
  alpha: { preset: tolerant, connector: { activation: { windows: [{ from: '22:00', to: '06:00' }] } } }
  beta: { preset: tolerant }
steps:
  - wait: 12 h
  - send: { from: alpha, to: beta }
  - never: { at: beta, event: messageReceived, for: 9 h }
  - check: { at: alpha, queue: { to: beta, state: scheduled, length: 1 } }
  - expect: { at: beta, event: messageReceived, within: 2 h }
`);
    expect(failure(result)).to.equal(undefined);
    expect(result.elapsed).to.equal(22 * 3_600_000);
  });

  it('gives a transfer the time that it is told, for each 1024 octets', async () => {
    const told = (time: string) => `mtas:
  alpha: { preset: tolerant, connector: { transferTimeout: { normal: ${time} }, recoveryTimeout: 1 s } }
  beta: { preset: tolerant, when: [{ step: transfer, first: 1, answer: { delay: 1 min } }] }
steps:
  - send: { from: alpha, to: beta, size: 100 }
  - never: { at: alpha, event: transferFailed, for: 2 min }
`;
    expect(failure(await play(told('200 s')))).to.equal(undefined);
    expect(failure(await play(told('20 s')))).to.include('transferFailed');
  });

  it('holds what is submitted for later, and not what is submitted behind it', async () => {
    const result = await play(`mtas:
  alpha: { preset: tolerant }
  beta: { preset: tolerant }
steps:
  - send: { from: alpha, to: beta, subject: Later, deferFor: 3 h }
  - send: { from: alpha, to: beta, subject: Now }
  - expect: { at: beta, event: messageReceived, where: { subject: Now }, within: 1 s }
  - check: { at: alpha, counter: { name: Deferred Delivery Messages, value: 1 } }
  - wait: 2 h
  - check: { at: beta, received: { messages: 1 } }
  - expect: { at: beta, event: messageReceived, where: { subject: Later }, within: 61 min }
`);
    expect(failure(result)).to.equal(undefined);
    expect(result.elapsed).to.equal(3 * 3_600_000);
  });
});

describe('an edit of a scenario', () => {
  it('fails the run where it cannot be made to what it is meant for', async () => {
    const result = await play(`mtas:
  alpha:
    preset: tolerant
    edits: [{ pdu: message, edits: [{ remove: { at: 'message.envelope.deferredDeliveryTime' } }] }]
  beta: { preset: tolerant }
steps:
  - send: { from: alpha, to: beta }
  - expect: { at: alpha, event: editFailed, where: { peer: beta } }
  - expect: { at: beta, event: messageReceived }
`);
    expect(result.verdict).to.equal('fail');
    expect(result.failedEdits).to.have.lengthOf(1);
    expect(result.failedEdits[0]).to.match(/^alpha: message: .*deferredDeliveryTime/);
  });
});

describe('routes of a scenario', () => {
  it('lead in a circle where they are told to, and the loop is found', async () => {
    const result = await play(`mtas:
  alpha: { preset: tolerant, routes: { omega: beta } }
  beta: { preset: tolerant, routes: { omega: gamma } }
  gamma: { preset: tolerant, routes: { omega: alpha } }
  omega: { preset: tolerant }
links:
  - { between: [alpha, beta] }
  - { between: [beta, gamma] }
  - { between: [gamma, alpha] }
  - { between: [gamma, omega] }
steps:
  - send: { from: alpha, to: omega }
  - expect: { at: alpha, event: loopDetected, where: { peer: gamma } }
  - expect: { at: alpha, event: nonDeliveryReported, where: { reason: 1, diagnostic: 3 } }
  - never: { at: omega, event: messageReceived, for: 1 h }
`);
    expect(failure(result)).to.equal(undefined);
  });
});

describe('a session that is refused below the bind', () => {
  it('is told to the initiator as no MTA-bind error', async () => {
    const result = await play(`mtas:
  alpha: { preset: tolerant }
  beta: { preset: tolerant, when: [{ step: session, first: 1, answer: { refuseSession: 2 } }] }
steps:
  - send: { from: alpha, to: beta }
  - expect: { at: alpha, event: bindRefused, where: { by: peer } }
  - expect: { at: beta, event: messageReceived, within: 20 min }
`);
    expect(failure(result)).to.equal(undefined);
  });
});
