import { expect } from 'chai';
import { P1specError } from '../../../harness/ber/error.js';
import type { Mta } from '../../../harness/mta/engine.js';
import type { PeerConfig } from '../../../harness/mta/peer.js';
import { type ActivationSchedule, isWithin, nextChange } from '../../../harness/mta/schedule.js';
import { Bench, mail, pairOf } from './two-mtas.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Midnight, as that of the bench. */
const MIDNIGHT = Date.UTC(2006, 7, 8);

const nobody = async () => {
  throw new Error('nobody there');
};

describe('the state of a queue, KB 264054', () => {
  async function stateOf(ofB: Partial<PeerConfig>, act: 'submit' | 'freeze' | 'nothing' = 'submit') {
    const bench = new Bench();
    const { a } = pairOf(bench, { ofB });
    a.start();
    if (act !== 'nothing') a.submit('B', mail('x'));
    if (act === 'freeze') a.connectorTo('B').freeze(true);
    await bench.pass(MINUTE);
    return a.queueTo('B').account().state;
  }

  it('is ready where it may open an association', async () => {
    expect(await stateOf({}, 'nothing')).to.equal('ready');
  });

  it('is active while an association is open', async () => {
    expect(await stateOf({})).to.equal('active');
  });

  it('is retry while the next attempt is waited for', async () => {
    expect(await stateOf({ connect: nobody, retry: { openInterval: HOUR } })).to.equal('retry');
  });

  it('is scheduled outside the windows of its schedule', async () => {
    const activation = { windows: [{ from: 8 * HOUR, to: 9 * HOUR }] };
    expect(await stateOf({ activation })).to.equal('scheduled');
    expect(await stateOf({ activation }, 'nothing')).to.equal('scheduled');
  });

  it('is remote where only the peer opens', async () => {
    expect(await stateOf({ activation: 'remote' })).to.equal('remote');
  });

  it('is frozen where an operator holds it', async () => {
    expect(await stateOf({}, 'freeze')).to.equal('frozen');
  });

  it('is disabled where the connector is never active', async () => {
    expect(await stateOf({ activation: 'never' })).to.equal('disabled');
  });
});

describe('an activation schedule', () => {
  const morning: ActivationSchedule = { windows: [{ from: 8 * HOUR, to: 9 * HOUR }] };

  it('opens associations in its windows only, and by itself', async () => {
    const bench = new Bench();
    const { a } = pairOf(bench, { ofB: { activation: morning, retry: { associationLifetime: 5 * MINUTE } } });
    const sent: number[] = [];
    const opened: number[] = [];
    a.on('messageTransferred', () => sent.push(bench.clock.now() - MIDNIGHT));
    a.on('associationOpened', () => opened.push(bench.clock.now() - MIDNIGHT));
    a.start();
    a.submit('B', mail('early'));
    await bench.pass(8.5 * HOUR);
    a.submit('B', mail('in time'));
    await bench.pass(HOUR);
    a.submit('B', mail('late'));
    await bench.pass(DAY);
    expect(sent).to.deep.equal([8 * HOUR, 8.5 * HOUR, DAY + 8 * HOUR]);
    expect(opened).to.deep.equal(sent);
  });

  it('shows its state as the windows pass', async () => {
    const bench = new Bench();
    const { a } = pairOf(bench, { ofB: { activation: morning } });
    a.start();
    const states: string[] = [];
    for (const step of [7 * HOUR, 1.5 * HOUR, HOUR]) {
      await bench.pass(step);
      states.push(a.queueTo('B').state);
    }
    expect(states).to.deep.equal(['scheduled', 'ready', 'scheduled']);
    a.stop();
    expect(bench.clock.nextTimer).to.equal(undefined);
  });

  it('lets urgent messages pass at any time where it says so, and nothing else with them', async () => {
    const bench = new Bench();
    const { a } = pairOf(bench, { ofB: { activation: { ...morning, urgentAtAnyTime: true } } });
    const sent: string[] = [];
    a.on('messageTransferred', ({ item: { priority } }) => sent.push(priority));
    a.start();
    a.submit('B', mail('x'));
    await bench.pass(MINUTE);
    expect(sent).to.deep.equal([]);
    a.submit('B', { ...mail('x'), priority: 'urgent' });
    await bench.pass(MINUTE);
    expect(sent).to.deep.equal(['urgent']);
    await bench.pass(8 * HOUR);
    expect(sent).to.deep.equal(['urgent', 'normal']);
  });

  it('lets them pass too while the peer has an association open on which we may not send', async () => {
    const bench = new Bench();
    const b: Mta = bench.mta('B', [{ name: 'A', connect: async () => bench.link(() => a) }]);
    const activation = { ...morning, urgentAtAnyTime: true };
    const a: Mta = bench.mta('A', [{ name: 'B', activation, connect: async () => bench.link(() => b) }]);
    for (const mta of [a, b]) mta.start();
    b.submit('A', mail('there'));
    await bench.pass(1000);
    expect(a.associations.map(({ isOpen, busy }) => [isOpen, busy])).to.deep.equal([[true, false]]);
    a.submit('B', { ...mail('back'), priority: 'urgent' });
    await bench.pass(1000);
    expect(a.queueTo('B').account()).to.include({ length: 0, transferred: 1 });
  });

  it('lets the peer call at any time', async () => {
    const bench = new Bench();
    const twa = { dialogueMode: 'twa' } as const;
    const b = bench.mta('B', [{ name: 'A', ...twa, activation: morning }]);
    const a = bench.mta('A', [{ name: 'B', ...twa, connect: async () => bench.link(() => b) }]);
    const got: number[] = [];
    a.on('messageReceived', () => got.push(bench.clock.now() - MIDNIGHT));
    a.start();
    b.start();
    b.submit('A', mail('back'));
    await bench.pass(HOUR);
    expect(got).to.deep.equal([]);
    a.submit('B', mail('there'));
    await bench.pass(MINUTE);
    expect(got).to.deep.equal([HOUR]);
  });

  it('reads windows over midnight, and up to it', () => {
    const night: ActivationSchedule = { windows: [{ from: 22 * HOUR, to: 2 * HOUR }] };
    const hours = [0, 1, 2, 12, 21, 22, 23];
    expect(hours.filter((hour) => isWithin(night, MIDNIGHT + hour * HOUR))).to.deep.equal([0, 1, 22, 23]);
    expect(nextChange(night, MIDNIGHT)).to.equal(MIDNIGHT + 2 * HOUR);
    expect(nextChange(night, MIDNIGHT + 2 * HOUR)).to.equal(MIDNIGHT + 22 * HOUR);
    expect(nextChange(night, MIDNIGHT + 23 * HOUR)).to.equal(MIDNIGHT + DAY + 2 * HOUR);
    const day: ActivationSchedule = { windows: [{ from: 0, to: DAY }] };
    expect([0, DAY - 1, DAY].every((time) => isWithin(day, MIDNIGHT + time))).to.equal(true);
    expect(isWithin({ windows: [] }, MIDNIGHT)).to.equal(false);
    expect(nextChange({ windows: [] }, MIDNIGHT)).to.equal(undefined);
  });

  it('refuses what is no window of a day', () => {
    for (const window of [
      { from: -1, to: HOUR },
      { from: 0, to: DAY + 1 },
      { from: HOUR, to: HOUR },
      { from: Number.NaN, to: HOUR },
    ]) {
      expect(() => new Bench().mta('A', [{ name: 'B', activation: { windows: [window] } }]))
        .to.throw(P1specError)
        .with.property('code', 'ERR_SCHEDULE');
    }
  });
});
