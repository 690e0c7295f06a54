import { expect } from 'chai';
import type { LinkEvent } from '../../../../harness/link/events.js';
import { addressOf } from '../../../../harness/mta/scenario/geography.js';
import { createStage } from '../../../../harness/mta/scenario/play-stage.js';
import { modes } from '../../../../harness/stack/mode.js';
import { HOUR, MINUTE, Play, played, scenarioOf } from './on-stage.js';

const chain = {
  mtas: { a: {}, gw: {}, b: {} },
  links: [{ between: ['a', 'gw'] as [string, string] }, { between: ['gw', 'b'] as [string, string] }],
};

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  return 'nothing thrown';
}

describe('the stage of a scenario', () => {
  for (const mode of modes) {
    it(`relays mail by way of a third MTA, in ${mode}`, async () => {
      const play = await played({ ...chain, mode });
      play.send('a', 'b', 'out');
      play.send('b', 'a', 'back');
      expect(await play.takes('b', 1)).to.equal(true);
      expect(await play.takes('a', 1)).to.equal(true);
      expect([play.arrived('b'), play.arrived('a')]).to.deep.equal([['out'], ['back']]);
      expect(new Set(play.at('gw', 'transfer').map(({ fields }) => fields.mode))).to.deep.equal(new Set([mode]));
      await play.stage.stop();
      expect(play.stage.fault).to.equal(undefined);
      for (const name of play.stage.names) expect(play.actor(name).mta.associations, name).to.have.lengthOf(0);
    });
  }

  it('tells what happens in order, with what it can be told apart by', async () => {
    const play = await played({ mtas: { a: {}, b: {} } });
    play.send('a', 'b', 'to be told of');
    await play.stage.advance(MINUTE);
    await play.stage.stop();
    const steps = ['connect', 'session', 'bind', 'transferStart', 'transfer', 'messageReceived', 'release'] as const;
    expect(play.names('b', ...steps, 'associationOpened', 'associationClosed')).to.deep.equal([
      'connect',
      'session',
      'bind',
      'associationOpened',
      'transferStart',
      'transfer',
      'messageReceived',
      'release',
      'associationClosed',
    ]);
    expect(play.names('a', 'messageQueued', 'connect', 'bindResult', 'sending', 'messageTransferred')).to.deep.equal([
      'messageQueued',
      'connect',
      'bindResult',
      'sending',
      'messageTransferred',
    ]);
    const [connect] = play.at('b', 'connect');
    expect(connect?.fields).to.deep.equal({ peer: 'a', role: 'responder' });
    const [transfer] = play.at('b', 'transfer');
    expect(transfer).to.deep.include({ mta: 'b', event: 'transfer' });
    expect(transfer?.fields).to.deep.equal({
      peer: 'a',
      role: 'responder',
      mode: 'normal',
      kind: 'message',
      priority: 'normal',
      subject: 'to be told of',
      foreign: false,
    });
    expect(transfer?.apdu?.kind).to.equal('message');
    const [sending] = play.at('a', 'sending');
    expect(sending?.fields).to.deep.include({ peer: 'b', kind: 'message', priority: 'normal' });
    const [closed] = play.at('b', 'associationClosed');
    expect(closed?.fields).to.deep.include({ peer: 'a', ending: 'released' });
    expect(play.at('a', 'logged').map(({ fields }) => fields.name)).to.include('queueDrained');
    expect(play.actor('a').log.map(({ name }) => name)).to.include('queueDrained');
  });

  it('finds what an MTA leaks, and says whose it is', async () => {
    const found: (string | undefined)[] = [];
    const play = await played(
      {
        mtas: { ex: { preset: 'exchange-2003-sp2' }, gw: {}, b: {} },
        links: [{ between: ['ex', 'gw'] }, { between: ['gw', 'b'] }],
      },
      { onFinding: (_, by) => found.push(by) },
    );
    play.send('gw', 'ex');
    play.send('ex', 'b', 'mail');
    expect(await play.takes('b', 1)).to.equal(true);
    const { findings } = play.actor('ex');
    expect(new Set(findings.map(({ rule }) => rule))).to.include.members(['BIND-001', 'BODY-003']);
    expect(play.at('ex', 'finding').map(({ fields }) => [fields.rule, fields.peer])).to.deep.equal(
      findings.map(({ rule }) => [rule, 'gw']),
    );
    // Who takes a routing packet keeps it: it is nobody's mail.
    expect([play.actor('gw').findings, play.actor('b').findings]).to.deep.equal([[], []]);
    expect(new Set(found)).to.deep.equal(new Set(['ex']));
    expect(play.at('gw', 'transfer').filter(({ fields }) => fields.foreign)).to.have.lengthOf(1);
    await play.stage.stop();
  });

  it('permits what the scenario has agreed to', async () => {
    const play = await played({
      mtas: { ex: { preset: 'exchange-5.5' }, b: {} },
      permit: [{ rule: 'ENV-010', reason: 'the two have agreed on it' }],
    });
    const strict = await played({ mtas: { ex: { preset: 'exchange-5.5' }, b: {} } });
    for (const each of [play, strict]) {
      each.send('ex', 'b');
      await each.stage.advance(MINUTE);
      await each.stage.stop();
    }
    const rules = strict.actor('ex').findings.map(({ rule }) => rule);
    expect(rules).to.have.length.above(0);
    expect(
      code(() => createStage(scenarioOf({ mtas: { a: {}, b: {} }, permit: [{ rule: 'NO-1', reason: 'x' }] }))),
    ).to.equal('ERR_PERMIT_UNKNOWN');
    expect(play.actor('ex').findings.map(({ rule }) => rule)).to.deep.equal(rules.filter((rule) => rule !== 'ENV-010'));
  });

  it('has the same octets on the wire from the same scenario', async () => {
    const octets = async (seed: number) => {
      const events: LinkEvent[] = [];
      const play = await played({ ...chain, seed }, { sink: (event) => events.push(event) });
      play.send('a', 'b');
      await play.stage.advance(HOUR);
      await play.stage.stop();
      return events.map((event) => ('octets' in event ? Buffer.from(event.octets).toString('hex') : event));
    };
    const [first, again, other] = [await octets(1), await octets(1), await octets(2)];
    expect(first).to.have.length.above(20);
    expect(again).to.deep.equal(first);
    expect(other).to.not.deep.equal(first);
  });

  it('hands each event on the wire over once, with its connections numbered', async () => {
    const events: LinkEvent[] = [];
    const play = await played(chain, { sink: (event) => events.push(event) });
    play.send('a', 'b');
    await play.takes('b', 1);
    await play.stage.stop();
    const opened = events.flatMap((event) => (event.kind === 'open' ? [[event.connection, event.initiator]] : []));
    expect(opened).to.deep.equal([
      [0, 'a'],
      [1, 'gw'],
    ]);
    expect(events.filter(({ kind }) => kind === 'close')).to.have.length.of.at.least(2);
  });

  it('keeps what its sink throws, and goes on', async () => {
    const play = await played(chain, {
      sink: () => {
        throw new Error('the disk is full');
      },
    });
    play.send('a', 'b');
    expect(await play.takes('b', 1)).to.equal(true);
    expect(play.stage.fault).to.be.an('error').with.property('message', 'the disk is full');
    await play.stage.stop();
  });

  it('ends what is waited for where it is aborted', async () => {
    const abort = new AbortController();
    const play = await played({ mtas: { a: {}, b: {} } }, { signal: abort.signal });
    abort.abort();
    expect(await play.stage.until(() => false, HOUR)).to.equal(false);
    expect(play.stage.clock.now()).to.equal(Date.UTC(2006, 7, 8));
    await play.stage.stop();
  });

  it('knows its MTAs, its links and the ways between them', () => {
    const { stage, scenario } = new Play({ ...chain, mtas: { ...chain.mtas, island: {} } });
    expect(stage.names).to.deep.equal(['a', 'gw', 'b', 'island']);
    expect(stage.nextHop('a', 'b')).to.equal('gw');
    expect(code(() => stage.nextHop('a', 'island'))).to.equal('ERR_NO_ROUTE');
    expect(code(() => stage.actor('c'))).to.equal('ERR_UNKNOWN_MTA');
    expect(code(() => stage.link('a', 'b'))).to.equal('ERR_UNKNOWN_LINK');
    expect(stage.link('gw', 'a').between).to.deep.equal(['a', 'gw']);
    expect(addressOf(scenario, 'gw', 'Bob')).to.equal('C=XX;A= ;P=GW;S=Bob');
  });

  it('counts as a performance monitor does', async () => {
    const play = await played({ mtas: { a: {}, b: {} }, links: [{ between: ['a', 'b'], down: true }] });
    for (let i = 0; i < 3; i += 1) play.send('a', 'b');
    await play.stage.advance(MINUTE);
    const a = play.actor('a');
    expect([a.counter('Queue Length', 'b'), a.counter('Work Queue Length')]).to.deep.equal([3, 3]);
    expect(a.counter('Next Association Retry', 'b')).to.equal(540);
    expect(code(() => a.counter('Queue Depth', 'b'))).to.equal('ERR_UNKNOWN_COUNTER');
    expect(code(() => a.counter('Outbound Failure Reason', 'b'))).to.equal('ERR_UNKNOWN_COUNTER');
    expect(code(() => a.counter('Queue Length', 'c'))).to.equal('ERR_UNKNOWN_PEER');
    await play.stage.stop();
  });

  it('refuses a scenario that it cannot play', () => {
    const cast = (mtas: Parameters<typeof scenarioOf>[0]['mtas'], more: object = {}) =>
      code(() => createStage(scenarioOf({ mtas, ...more })));
    expect(cast({ a: { preset: 'exchange-2004' }, b: {} })).to.equal('ERR_UNKNOWN_PRESET');
    expect(cast({ a: {}, b: {} }, { network: 'tcp' })).to.equal('ERR_STAGE_TIME');
    expect(cast({ a: {}, b: {} }, { links: [{ between: ['a', 'c'] }] })).to.equal('ERR_UNKNOWN_MTA');
    expect(cast({ alpha: {}, ALPHA: {} })).to.equal('ERR_SAME_DOMAIN');
    expect(cast({ a: { password: 'x'.repeat(200) }, b: {} })).to.equal('ERR_BIND_NAME');
  });
});
