import { expect } from 'chai';
import { ScenarioErrors } from '../../../../harness/mta/scenario/errors.js';
import { readScenario } from '../../../../harness/mta/scenario/read.js';
import { recordingHeader } from '../../../../harness/mta/scenario/recording.js';
import { type ScenarioOverrides, withOverrides } from '../../../../harness/mta/scenario/run-overrides.js';

const text = `title: two MTAs
permit: [ { rule: ENV-007, reason: agreed } ]
mtas:
  alpha: { preset: exchange-2003-sp2, judged: false }
  beta: { preset: echo, mtaName: BETA, when: [ { step: bind, answer: close } ] }
steps:
  - send: { from: alpha, to: beta }
  - expect: { at: alpha, event: messageTransferred }
`;

const overridden = (overrides: ScenarioOverrides, source = text) =>
  withOverrides(readScenario(source, 'two.yaml'), overrides).scenario;

function errors(overrides: ScenarioOverrides, source?: string): string {
  try {
    overridden(overrides, source);
  } catch (error) {
    if (error instanceof ScenarioErrors) return error.message;
    throw error;
  }
  throw new Error('nothing is wrong with it');
}

describe('what stands in the place of what a scenario says', () => {
  it('is nothing where nothing is said', () => {
    expect(overridden({})).to.deep.equal(readScenario(text, 'two.yaml').scenario);
  });

  it('makes a live MTA of a fake: its name stays, what fakes have goes', () => {
    const { mtas, time, network } = overridden({ connect: [{ name: 'beta', host: '10.0.0.5', port: 102 }] });
    expect(mtas.beta?.live).to.deep.equal({ connect: { host: '10.0.0.5', port: 102 } });
    expect(mtas.beta?.mtaName).to.equal('BETA');
    expect(mtas.beta).not.to.have.any.keys('preset', 'when');
    expect([time, network]).to.deep.equal(['real', 'tcp']);
  });

  it('has fakes listen over TCP, in real time', () => {
    const { mtas, time, network } = overridden({ listen: [{ name: 'alpha', host: '0.0.0.0', port: 10_102 }] });
    expect(mtas.alpha?.listen).to.deep.equal({ host: '0.0.0.0', port: 10_102 });
    expect([time, network]).to.deep.equal(['real', 'tcp']);
  });

  it('is another seed, time and network, and more permissions', () => {
    expect(overridden({ seed: 7, time: 'real', network: 'tcp' })).to.include({ seed: 7, time: 'real', network: 'tcp' });
    const permit = [{ rule: 'ENV-008', reason: 'agreed too' }];
    expect(overridden({ permit }).permit?.map(({ rule }) => rule)).to.deep.equal(['ENV-007', 'ENV-008']);
  });

  it('is refused, with the place in the file, where the parts do not fit any more', () => {
    const live = { connect: [{ name: 'alpha', host: '10.0.0.5', port: 102 }] };
    expect(errors(live))
      .to.match(/^two\.yaml:7:\d+: .*'alpha' is a live MTA/)
      .and.to.match(/^two\.yaml:8:\d+: /m);
    expect(errors({ network: 'tcp', time: 'virtual' })).to.include('TCP needs real time');
    expect(() => overridden({ connect: [{ name: 'gamma', host: 'h', port: 1 }] })).to.throw(/no MTA "gamma"/);
  });
});

describe('the header of the recording of a scenario', () => {
  const header = (source: string) =>
    recordingHeader(readScenario(source, 'two.yaml').scenario, new Date(Date.UTC(2006, 7, 8)));
  const errs = (source: string) => header(source).deliberateErrors.join('\n');

  it('says when, in which mode, and what errs on purpose', () => {
    expect(header(text)).to.deep.include({
      recorded: '2006-08-08T00:00:00.000Z',
      mode: 'normal',
      comment: 'scenario: two MTAs',
    });
    expect(errs(text)).to.include('exchange-2003-sp2: proprietary data in the MTA-bind');
    const restarts = text.replace('echo', 'tolerant').replace('exchange-2003-sp2', 'tolerant');
    expect(errs(restarts)).to.equal('');
    expect(errs(`${restarts}  - restart: { mta: alpha, preset: exchange-2003-sp2 }\n`)).to.include('exchange-2003-sp2');
    expect(errs(`${restarts}  - send: { from: alpha, via: beta, apdu: a000 }\n`)).to.include('alpha: an APDU');
    const edited = restarts.replace(
      'judged: false',
      'edits: [ { pdu: message, edits: [ { remove: { at: message.envelope.priority } } ] } ]',
    );
    expect(errs(edited)).to.equal('alpha: message edited: remove');
    const faulty = `${restarts}links: [ { between: [alpha, beta], faults: [ { sentBy: beta, layer: session, nth: 1, does: abort } ] } ]\n`;
    expect(errs(faulty)).to.equal('beta: fault at session: abort');
  });

  it('names the sides where one alone opens, and no mode where a live MTA may open any', () => {
    expect(header(text)).not.to.have.property('initiator');
    const opens = header(`${text}links: [ { between: [alpha, beta], opens: beta } ]\n`);
    expect([opens.initiator, opens.responder]).to.deep.equal([
      { name: 'BETA', preset: 'echo' },
      { name: 'alpha', preset: 'exchange-2003-sp2' },
    ]);
    const live = text.replace(/beta: \{.*\}\n/, 'beta: { live: { connect: "127.0.0.1:102" } }\n');
    expect(header(live).mode).to.equal(undefined);
    const mixed = `${text}links: [ { between: [alpha, beta], mode: x410-1984 } ]\n`;
    expect(header(mixed).mode).to.equal('x410-1984');
  });
});
