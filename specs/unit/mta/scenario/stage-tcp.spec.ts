import { expect } from 'chai';
import { systemClock } from '../../../../harness/link/clock.js';
import { LinkError } from '../../../../harness/link/error.js';
import type { LinkEvent } from '../../../../harness/link/events.js';
import { connectTcp, type Listener, listenTcp } from '../../../../harness/link/tcp.js';
import { Mta } from '../../../../harness/mta/engine.js';
import { orName } from '../../../../harness/mta/names.js';
import type { Preset } from '../../../../harness/mta/preset.js';
import { exchange2003Kb916986, exchange2003Sp2 } from '../../../../harness/mta/presets/index.js';
import { seededRandom } from '../../../../harness/mta/random.js';
import { modes } from '../../../../harness/stack/mode.js';
import { type Play, played } from './on-stage.js';

/** Milliseconds of real time for what takes some of it. */
const SOON = 10_000;
const tcp = { time: 'real', network: 'tcp' } as const;

describe('a stage over TCP', () => {
  for (const mode of modes) {
    it(`relays mail by way of a third MTA, in ${mode}, each connection recorded once`, async () => {
      const events: LinkEvent[] = [];
      const play = await played(
        { ...tcp, mode, mtas: { a: {}, gw: {}, b: {} }, links: [{ between: ['a', 'gw'] }, { between: ['gw', 'b'] }] },
        { sink: (event) => events.push(event) },
      );
      play.send('a', 'b', 'out');
      expect(await play.takes('b', 1, SOON)).to.equal(true);
      play.send('b', 'a', 'back');
      expect(await play.takes('a', 1, SOON)).to.equal(true);
      expect([play.arrived('b'), play.arrived('a')]).to.deep.equal([['out'], ['back']]);
      expect(play.at('gw', 'connect').map(({ fields }) => fields.peer)).to.have.members(['a', 'b', 'a', 'b']);
      await play.stage.stop();
      const opened = events.flatMap((event) => (event.kind === 'open' ? [event.connection] : []));
      expect(opened).to.deep.equal([0, 1, 2, 3]);
      expect(play.stage.fault).to.equal(undefined);
    });
  }

  it('listens where it says, on loopback, until it ends', async () => {
    const play = await played({ ...tcp, mtas: { a: {}, b: {} } });
    const [host, port] = (play.actor('a').endpoint ?? '').split(':');
    expect(host).to.equal('127.0.0.1');
    const link = await connectTcp({ port: Number(port) });
    link.start({ data: () => {}, end: () => {}, close: () => {} });
    await play.stage.stop();
    expect(play.actor('a').endpoint).to.equal(undefined);
    const refused = await connectTcp({ port: Number(port) }).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(LinkError);
  });

  it('loses its links where they go down, and MTAs where they are killed', async () => {
    const connector = { openInterval: '50 ms', transferInterval: '50 ms' };
    const play = await played({ ...tcp, mtas: { a: { connector }, b: {} } });
    play.send('a', 'b', 'one');
    expect(await play.takes('b', 1, SOON)).to.equal(true);
    play.stage.link('a', 'b').down();
    play.send('a', 'b', 'two');
    expect(await play.stage.until(() => play.names('a', 'nextRetry').length >= 2, SOON)).to.equal(true);
    play.actor('b').kill();
    play.stage.link('a', 'b').up();
    const before = play.names('a', 'nextRetry').length;
    expect(await play.stage.until(() => play.names('a', 'nextRetry').length > before + 1, SOON)).to.equal(true);
    expect(play.arrived('b')).to.deep.equal(['one']);
    play.actor('b').restart();
    expect(await play.takes('b', 2, SOON)).to.equal(true);
    await play.stage.stop();
    expect(play.stage.fault).to.equal(undefined);
  });

  it('tells of a port that is taken', async () => {
    const taken = await listenTcp({ port: 0, onLink: (link) => link.destroy() });
    const mtas = { a: { listen: `127.0.0.1:${taken.port}` }, b: {} };
    const error = await played({ ...tcp, mtas }).catch((each: unknown) => each);
    expect(error).to.have.property('code', 'ERR_LINK_PORT_IN_USE');
    await taken.close();
  });
});

/** A real MTA, as far as the stage can tell. */
class Live {
  readonly mta: Mta;
  listener!: Listener;
  readonly taken: string[] = [];

  constructor(preset: Preset, name: string, fakes: Readonly<Record<string, () => string | undefined>>) {
    this.mta = new Mta({
      name,
      preset,
      domain: { country: 'XX', administrationDomain: ' ', privateDomain: name.toUpperCase() },
      clock: systemClock,
      random: seededRandom(7),
      route: (recipient) => {
        const { printable = '' } = recipient.builtInStandardAttributes.privateDomainName ?? {};
        return Object.hasOwn(fakes, printable.toLowerCase()) ? printable.toLowerCase() : undefined;
      },
      peers: Object.entries(fakes).map(([fake, endpoint]) => ({
        name: fake,
        connect: () => connectTcp({ port: Number((endpoint() ?? '').split(':')[1]) }),
      })),
      modes,
    });
    this.mta.on('messageReceived', ({ apdu }) => this.taken.push(apdu.identifier ?? ''));
  }

  async start(): Promise<number> {
    this.listener = await listenTcp({ port: 0, onLink: (link) => void this.mta.accept(link) });
    this.mta.start();
    return this.listener.port;
  }

  async end(): Promise<void> {
    this.mta.kill();
    await this.listener.close();
  }
}

describe('a live MTA on a stage', () => {
  async function facing(preset: Preset, run: (play: Play, live: Live) => Promise<void>): Promise<void> {
    const endpoints = new Map<string, string | undefined>();
    const live = new Live(preset, 'iut', { a: () => endpoints.get('a'), b: () => endpoints.get('b') });
    const port = await live.start();
    const play = await played({
      mtas: { a: {}, iut: { live: { connect: String(port) } }, b: {} },
      links: [{ between: ['a', 'iut'] }, { between: ['iut', 'b'] }],
    });
    for (const name of ['a', 'b']) endpoints.set(name, play.actor(name).endpoint);
    try {
      await run(play, live);
      expect(play.stage.fault).to.equal(undefined);
    } finally {
      await play.stage.stop();
      await live.end();
    }
  }

  it('relays between two fakes, and is judged by what it sends', async () => {
    await facing(exchange2003Kb916986, async (play, live) => {
      expect(play.actor('iut')).to.deep.include({ isLive: true, isJudged: true, preset: 'live' });
      expect(play.actor('iut').endpoint).to.equal(`127.0.0.1:${live.listener.port}`);
      play.send('a', 'b', 'through');
      expect(await play.takes('b', 1, SOON)).to.equal(true);
      expect(live.taken).to.have.lengthOf(1);
      expect(play.actor('iut').findings).to.deep.equal([]);
      expect(play.at('b', 'bind').map(({ fields }) => fields.peer)).to.deep.equal(['iut']);
    });
  });

  it('has its leaks found, on the links that it opens and on those that it accepts', async () => {
    await facing(exchange2003Sp2, async (play, live) => {
      live.mta.submit('a', {
        originator: orName({ surname: 'Zoe' }),
        recipients: [orName({ country: 'XX', administrationDomain: ' ', privateDomain: 'A', surname: 'Al' })],
        text: 'x',
      });
      expect(await play.takes('a', 2, SOON)).to.equal(true);
      const rules = () => play.at('iut', 'finding').map(({ fields }) => `${fields.rule} ${fields.peer}`);
      expect(rules()).to.include.members(['BIND-001 a', 'BODY-003 a']);
      expect(play.actor('iut').findings).to.have.lengthOf(rules().length);
      expect(play.actor('a').findings).to.deep.equal([]);
    });
  });

  it('is cut off where its link goes down, though it called', async () => {
    await facing(exchange2003Kb916986, async (play, live) => {
      play.send('a', 'b', 'one');
      expect(await play.takes('b', 1, SOON)).to.equal(true);
      play.stage.link('iut', 'b').down();
      const closed = () => play.at('b', 'associationClosed').map(({ fields }) => fields.peer);
      expect(await play.stage.until(() => closed().length > 0, SOON)).to.equal(true);
      expect(closed()).to.deep.equal(['iut']);
      expect(live.mta.associations.filter(({ peer, isOpen }) => peer === 'a' && isOpen)).to.have.lengthOf(1);
    });
  });

  it('can be asked nothing', async () => {
    await facing(exchange2003Kb916986, async (play) => {
      const iut = play.actor('iut');
      const asked = [() => iut.mta, () => iut.counter('Queue Length'), () => iut.kill(), () => iut.restart()];
      for (const ask of asked) expect(ask).to.throw().with.property('code', 'ERR_LIVE_MTA');
      const error = await iut.applyHotfix('kb916986').catch((each: unknown) => each);
      expect(error).to.have.property('code', 'ERR_LIVE_MTA');
      expect(iut.log).to.deep.equal([]);
    });
  });
});
