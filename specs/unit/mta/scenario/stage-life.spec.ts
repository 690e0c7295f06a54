import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HOUR, MINUTE, played } from './on-stage.js';

async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  return 'nothing thrown';
}

describe('links of a stage', () => {
  it('carry nothing while they are down, and again once they are up', async () => {
    const play = await played({ mtas: { a: {}, b: {} } });
    const link = play.stage.link('a', 'b');
    play.send('a', 'b', 'first');
    await play.takes('b', 1);
    link.down();
    expect(link.isDown).to.equal(true);
    play.send('a', 'b', 'second');
    await play.stage.advance(MINUTE);
    expect(play.at('b', 'associationClosed').map(({ fields }) => fields.ending)).to.deep.equal(['aborted']);
    expect(play.actor('a').mta.queueTo('b').state).to.equal('retry');
    expect(play.at('a', 'nextRetry').map(({ fields }) => fields)).to.deep.equal([{ peer: 'b', cause: 'open' }]);
    link.up();
    await play.stage.advance(HOUR);
    expect(play.arrived('b')).to.deep.equal(['first', 'second']);
    await play.stage.stop();
  });

  it('are cut, and open again at once', async () => {
    const play = await played({ mtas: { a: {}, b: {} } });
    play.send('a', 'b', 'first');
    await play.takes('b', 1);
    play.stage.link('b', 'a').cut();
    play.send('a', 'b', 'second');
    await play.stage.advance(HOUR);
    expect(play.arrived('b')).to.deep.equal(['first', 'second']);
    expect(play.names('b', 'associationOpened')).to.have.length.of.at.least(2);
    await play.stage.stop();
  });

  it('are opened by one side only, where the scenario has it so', async () => {
    const play = await played({
      mtas: { a: {}, b: {} },
      links: [{ between: ['a', 'b'], opens: 'a', dialogueMode: 'twa' }],
    });
    play.send('b', 'a', 'waits');
    await play.stage.advance(HOUR);
    expect(play.happenings.filter(({ event }) => event === 'connect')).to.deep.equal([]);
    expect(play.actor('b').mta.queueTo('a').state).to.equal('remote');
    play.send('a', 'b', 'calls');
    await play.stage.advance(MINUTE);
    expect([play.arrived('a'), play.arrived('b')]).to.deep.equal([['waits'], ['calls']]);
    await play.stage.stop();
  });

  it('have their faults, counted over all their connections, and say which met nothing', async () => {
    const play = await played({
      mtas: { a: {}, b: {} },
      links: [
        {
          between: ['a', 'b'],
          faults: [
            { sentBy: 'b', layer: 'session', kind: 'ACCEPT', nth: 1, does: 'close' },
            { sentBy: 'a', layer: 'p1', kind: 'report', does: { delay: '1 s' } },
          ],
        },
      ],
    });
    play.send('a', 'b', 'late');
    await play.stage.advance(MINUTE);
    expect(play.arrived('b')).to.deep.equal([]);
    await play.stage.advance(HOUR);
    expect(play.arrived('b')).to.deep.equal(['late']);
    const { unmetFaults } = play.stage.link('a', 'b');
    expect(unmetFaults).to.have.lengthOf(1);
    expect(unmetFaults[0]).to.include('sent by a');
    expect(play.stage.unused).to.deep.equal(unmetFaults);
    await play.stage.stop();
  });

  it('are judged by what was sent, not by what a fault made of it', async () => {
    const corrupt = {
      sentBy: 'a',
      layer: 'p1',
      kind: 'message',
      nth: 1,
      does: { corrupt: { octet: 0, mask: 1 } },
    } as const;
    for (const opens of ['a', 'b']) {
      const play = await played({
        mtas: { a: {}, b: {} },
        links: [{ between: ['b', 'a'], opens, dialogueMode: 'twa', faults: [corrupt] }],
      });
      play.send('b', 'a');
      play.send('a', 'b');
      await play.stage.advance(MINUTE);
      await play.stage.stop();
      expect(play.stage.unused, opens).to.deep.equal([]);
      expect([play.actor('a').findings, play.actor('b').findings], opens).to.deep.equal([[], []]);
      expect(play.names('b', 'messageReceived', 'notCaredFor'), opens).to.include('notCaredFor');
    }
  });
});

describe('the life of an MTA on a stage', () => {
  const down = [{ between: ['a', 'b'] as [string, string], down: true }];

  for (const spool of [true, undefined, 'folder'] as const) {
    it(`its queue survives kill and restart, with spool ${spool}`, async () => {
      const folder = spool === 'folder' ? mkdtempSync(join(tmpdir(), 'stage-')) : undefined;
      try {
        const play = await played({ mtas: { a: { spool: folder ?? spool }, b: {} }, links: down });
        for (const subject of ['one', 'two', 'three']) play.send('a', 'b', subject);
        await play.stage.advance(MINUTE);
        const a = play.actor('a');
        const before = a.mta;
        a.kill();
        play.stage.link('a', 'b').up();
        await play.stage.advance(HOUR);
        expect(play.arrived('b')).to.deep.equal([]);
        a.restart();
        expect(a.mta).to.not.equal(before);
        await play.stage.advance(HOUR);
        expect(play.arrived('b')).to.deep.equal(['one', 'two', 'three']);
        expect(a.mta.queueTo('b').length).to.equal(0);
        await play.stage.stop();
      } finally {
        if (folder !== undefined) rmSync(folder, { recursive: true });
      }
    });
  }

  it('a spool in a folder survives the run too, and belongs to one MTA', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stage-'));
    try {
      const cast = { mtas: { a: { spool: folder }, b: {} }, links: down };
      const first = await played(cast);
      first.send('a', 'b', 'kept');
      expect(await codeOf(() => played({ mtas: { a: { spool: folder }, b: { spool: folder } } }))).to.equal(
        'ERR_SPOOL_IN_USE',
      );
      await first.stage.stop();
      const second = await played({ ...cast, links: undefined });
      expect(await second.takes('b', 1)).to.equal(true);
      expect(second.arrived('b')).to.deep.equal(['kept']);
      await second.stage.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('one that was killed says nothing, and its peers find nobody', async () => {
    const play = await played({ mtas: { a: {}, b: {} } });
    play.send('a', 'b', 'first');
    await play.takes('b', 1);
    const before = play.at('b').length;
    play.actor('b').kill();
    play.send('a', 'b', 'second');
    await play.stage.advance(HOUR);
    expect(play.at('b')).to.have.lengthOf(before);
    expect(play.actor('a').mta.queueTo('b').state).to.equal('retry');
    play.actor('b').start();
    await play.stage.advance(HOUR);
    expect(play.arrived('b')).to.deep.equal(['first', 'second']);
    await play.stage.stop();
  });

  it('one that is stopped releases its associations and opens none; its log goes on behind a restart', async () => {
    const play = await played({ mtas: { a: {}, b: {} } });
    play.send('a', 'b', 'first');
    await play.takes('b', 1);
    const a = play.actor('a');
    await a.stop();
    expect(play.at('b', 'associationClosed').map(({ fields }) => fields.ending)).to.deep.equal(['released']);
    play.send('a', 'b', 'second');
    await play.stage.advance(HOUR);
    expect(play.arrived('b')).to.deep.equal(['first']);
    a.start();
    await play.takes('b', 2);
    const logged = a.log.length;
    expect(a.counter('Outbound Messages Total')).to.equal(2);
    a.restart('echo');
    expect([a.preset, a.log.length]).to.deep.equal(['echo', logged]);
    // As those of a service, they begin anew.
    expect(a.counter('Outbound Messages Total')).to.equal(0);
    play.send('a', 'b', 'third');
    await play.takes('b', 3);
    expect(a.log.length).to.be.above(logged);
    expect(await codeOf(() => a.restart('ekko'))).to.equal('ERR_UNKNOWN_PRESET');
    expect(a.preset).to.equal('echo');
    await play.stage.stop();
  });

  it('a hotfix lets the queue drain that SP2 blocked', async () => {
    const play = await played({
      mtas: { ex: { preset: 'exchange-2003-sp2', spool: true }, b: { preset: 'refuse-after-routing-packet' } },
    });
    const ex = play.actor('ex');
    for (const subject of ['one', 'two']) play.send('ex', 'b', subject);
    play.send('b', 'ex', 'in');
    await play.stage.advance(3 * HOUR);
    expect([play.arrived('ex'), play.arrived('b')]).to.deep.equal([['in'], []]);
    const packets = () =>
      ex.mta
        .queueTo('b')
        .items()
        .filter(({ system }) => system).length;
    const before = packets();
    expect(before).to.be.above(10);
    ex.changeLinkState();
    expect(packets()).to.equal(before + 1);
    await ex.applyHotfix('kb916986');
    expect([ex.preset, packets(), ex.mta.queueTo('b').length]).to.deep.equal(['exchange-2003-kb916986', 0, 2]);
    await play.stage.advance(HOUR);
    expect(play.arrived('b')).to.deep.equal(['one', 'two']);
    expect(await codeOf(() => ex.applyHotfix('kb916986'))).to.equal('ERR_HOTFIX');
    expect(await codeOf(() => ex.changeLinkState())).to.equal('ERR_NO_LINK_STATE');
    await play.stage.stop();
  });

  it('a hotfix is refused where it is not for the build, and nothing is changed', async () => {
    const play = await played({ mtas: { old: { preset: 'exchange-2000-sp1' }, b: {} } });
    const before = play.actor('old').mta;
    for (const name of ['old', 'b']) {
      expect(await codeOf(() => play.actor(name).applyHotfix('kb916986')), name).to.equal('ERR_HOTFIX');
    }
    expect(play.actor('old').mta).to.equal(before);
    await play.stage.stop();
  });

  it('comes back as another preset with the options that both have', async () => {
    const options = { checkpointSize: 2, 'routingMessage.size': 5000 };
    const play = await played({ mtas: { ex: { preset: 'exchange-2003-sp2', options }, b: {} } });
    const ex = play.actor('ex');
    for (const preset of ['slow-checkpoint', 'refuse-after-routing-packet', 'exchange-2000-rtm']) {
      ex.restart(preset);
      expect(ex.preset).to.equal(preset);
    }
    expect(ex.mta.optionsFor('b').checkpointSize).to.equal(2);
    await play.stage.stop();
  });

  it('what it took is in the spool of its folder under its own name, though it recovers nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stage-'));
    try {
      const play = await played({ mtas: { a: {}, b: { spool: folder, recovery: 'none' } } });
      play.send('a', 'b', 'one');
      await play.takes('b', 1);
      await play.stage.advance(MINUTE);
      expect(readdirSync(join(folder, 'received'))).to.deep.equal(['00000001-message-a.apdu']);
      await play.stage.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
