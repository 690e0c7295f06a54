import { expect } from 'chai';
import { stories } from '../../../../fixtures/founding.js';
import { VirtualClock } from '../../../../harness/link/clock.js';
import type { LinkEvent } from '../../../../harness/link/events.js';
import { memoryPair } from '../../../../harness/link/memory.js';
import { runBetween, type Side, type Which } from '../../../../harness/mta/conversation.js';
import type { Mta } from '../../../../harness/mta/engine.js';
import type { MessageRequest } from '../../../../harness/mta/message.js';
import { orName } from '../../../../harness/mta/names.js';
import { exchange2003Kb916986, tolerant } from '../../../../harness/mta/presets/index.js';
import { playRecording } from '../../../../harness/mta/replay-script/index.js';
import { type Mode, modes } from '../../../../harness/stack/mode.js';
import type { Difference } from '../../../../harness/transcript/compare/match.js';
import { differenceLines } from '../../../../harness/transcript/compare/text.js';
import { unitsOf } from '../../../../harness/transcript/compare/units.js';
import { ANOTHER_DAY, eventsOf, playAgainst, storyNamed } from './against.js';

const exchangeDomain = { country: 'US', administrationDomain: ' ', privateDomain: 'Example' };
const foreignDomain = { country: 'GB', administrationDomain: ' ', privateDomain: 'Foreign' };
const alice = orName({ ...exchangeDomain, organization: 'Example', surname: 'Alice' });
const bob = orName({ ...foreignDomain, organization: 'Foreign', surname: 'Bob' });
const toBob = { originator: alice, recipients: [bob] };
const toAlice = { originator: bob, recipients: [alice] };

/** What the users of fixtures/founding.ts do, by its seconds. */
const mail: readonly (readonly [seconds: number, from: Which, request: MessageRequest])[] = [
  [10, 'a', { ...toBob, subject: 'Order 1', text: 'Ten boxes, please.', reports: true }],
  [25, 'a', { ...toBob, subject: 'Order 2', text: 'And five more.' }],
  [45, 'b', { ...toAlice, subject: 'Offer', text: 'We have boxes.' }],
  [400, 'a', { ...toBob, subject: 'Where are they?', text: 'Have you had my orders?' }],
  [500, 'b', { ...toAlice, subject: 'Anything wrong?', text: 'We hear nothing from you.' }],
];

function usersOf(which: Which, other: string) {
  return (mta: Mta, clock: VirtualClock) => {
    for (const [seconds, from, request] of mail) {
      if (from === which) clock.setTimer(ANOTHER_DAY + seconds * 1000, () => mta.submit(other, request));
    }
  };
}

/** Plays one side of a story against the other side of another story. */
function play(
  recorded: string,
  live: string,
  which: Which,
  options: Parameters<typeof playAgainst>[0]['options'] = {},
) {
  const story = storyNamed(recorded);
  const played = story.sides[which === 'a' ? 'b' : 'a'];
  const use = usersOf(which, played.name);
  return playAgainst({ recording: eventsOf(story), live: storyNamed(live).sides[which], played, which, use, options });
}

const texts = (differences: readonly Difference[]) =>
  differences.map(({ kind, connection, unit, path, expected, actual }) =>
    kind === 'value' ? `${connection} ${unit} ${path}` : `${connection} ${kind} ${expected ?? actual}`,
  );

describe('a side of a recording, played against a live MTA', () => {
  for (const story of stories) {
    for (const which of ['a', 'b'] as const) {
      it(`${story.name}: ${story.sides[which].name} does on another day what it did`, async () => {
        const { differences, complete, connections, associations } = await play(story.name, story.name, which);
        expect(differences.flatMap(differenceLines)).to.deep.equal([]);
        expect(complete).to.equal(true);
        expect(associations).to.equal(connections);
      });
    }
  }

  it('tells of a build that sends routing packets where the recording has none, and goes on behind each', async () => {
    const { differences, complete } = await play(
      'exchange-2003-kb916986--tolerant',
      'exchange-2003-sp2--tolerant',
      'a',
    );
    expect(texts(differences)).to.deep.equal([
      '0 CONNECT MTABindArgument.authenticated[5]',
      '0 surplus message L=EXCH1-110303143017Z-2',
      '2 CONNECT MTABindArgument.authenticated[5]',
      '2 surplus ACTIVITY START 020102',
      '2 surplus ACTIVITY END 1',
      '2 surplus message L=EXCH1-110303144007Z-5',
    ]);
    expect(differences[0]).to.include({ expected: undefined, why: 'the recording does not have it' });
    expect(complete).to.equal(true);
  });

  it('tells of a build that sends them no more, and does not acknowledge what did not come', async () => {
    const { differences, complete, events } = await play(
      'exchange-2003-sp2--tolerant',
      'exchange-2003-kb916986--tolerant',
      'a',
    );
    expect(texts(differences)).to.include.members([
      '0 CONNECT MTABindArgument.authenticated[5]',
      '0 missing message L=EXCH1-060808090010Z-2',
      '2 missing message L=EXCH1-060808091000Z-5',
    ]);
    expect(differences.every(({ kind, unit }) => kind === 'missing' || unit === 'CONNECT')).to.equal(true);
    expect(complete).to.equal(true);
    const names = unitsOf(events).map(({ name }) => name);
    const count = (name: string) => names.filter((each) => each === name).length;
    expect(count('ACTIVITY END ACK')).to.equal(count('ACTIVITY END'));
  });

  it('tells of a peer that refuses where the recording has it accept, with its reason', async () => {
    const { differences, complete } = await play(
      'exchange-2003-sp2--tolerant',
      'exchange-2003-sp2--refuse-after-routing-packet',
      'b',
    );
    expect(complete).to.equal(false);
    const abort = differences.find(({ actual }) => String(actual).startsWith('ABORT'));
    expect(abort).to.include({ unit: 'ACTIVITY END ACK', expected: 'ACTIVITY END ACK 1' });
    expect(abort?.why).to.equal('ABORT ends the association, where the recording goes on');
    const refusal = differences.find(({ actual }) => String(actual).startsWith('REFUSE'));
    expect(refusal).to.include({ connection: 2, unit: 'ACCEPT' });
    expect(differences.filter(({ kind }) => kind === 'closed').map(({ why }) => why)).to.include(
      'the association was over with ABORT',
    );
  });

  it('gives our messages names of this day where it is asked to, and holds reports against them', async () => {
    const name = 'exchange-2003-kb916986--tolerant';
    const { differences, events, complete } = await play(name, name, 'b', { freshIdentifiers: true });
    expect(differences.flatMap(differenceLines)).to.deep.equal([]);
    expect(complete).to.equal(true);
    const identifiers = (from: readonly LinkEvent[]) =>
      unitsOf(from).flatMap(({ leaves }) =>
        leaves.flatMap(({ path, value }) => (path.endsWith('localIdentifier') ? [String(value)] : [])),
      );
    const recorded = new Set(identifiers(eventsOf({ name })).filter((text) => text.startsWith('L=EXCH1')));
    expect(identifiers(events).filter((text) => recorded.has(text))).to.deep.equal([]);
  });

  it('tells after a while that the peer says nothing, and what is still missing', async () => {
    const name = 'exchange-2003-kb916986--tolerant';
    const story = storyNamed(name);
    const result = await playAgainst({
      recording: eventsOf(story).filter(({ connection }) => connection === 0),
      // Its users submit nothing.
      live: story.sides.a,
      played: story.sides.b,
      which: 'a',
      options: { timeout: 90_000 },
    });
    expect(result).to.deep.include({ associations: 0, complete: false });
    expect(result.differences.map(({ kind, why }) => [kind, why])).to.deep.equal([
      ['connection', 'the peer opened no connection within 90000 ms'],
    ]);
  });

  it('tells what did not come in time on a connection that is open', async () => {
    const clock = new VirtualClock(ANOTHER_DAY);
    const recording = eventsOf({ name: 'exchange-2003-kb916986--tolerant' }).filter(
      ({ connection }) => connection === 0,
    );
    const playing = playRecording({
      events: recording,
      side: 'i',
      clock,
      timeout: 1000,
      connect: async () => {
        const { initiator, responder } = memoryPair();
        responder.start({ data: () => {}, end: () => {}, close: () => {} });
        return initiator;
      },
    });
    await clock.advanceToAsync(ANOTHER_DAY + 999);
    let over = false;
    void playing.then(() => {
      over = true;
    });
    await clock.advanceToAsync(ANOTHER_DAY + 999);
    expect(over).to.equal(false);
    await clock.advanceToAsync(ANOTHER_DAY + 1000);
    const { differences, associations, complete } = await playing;
    expect([associations, complete]).to.deep.equal([0, false]);
    expect(differences[0]).to.include({
      kind: 'time-out',
      unit: 'CC',
      why: 'nothing came from the peer within 1000 ms',
    });
    expect(differences.map(({ kind }) => kind)).to.not.include('value');
  });

  it('tells of connections that could not be opened, or that nobody expected', async () => {
    const clock = new VirtualClock(ANOTHER_DAY);
    const recording = eventsOf({ name: 'exchange-2003-kb916986--tolerant' }).filter(
      ({ connection }) => connection === 0,
    );
    const closed = await playRecording({
      events: recording,
      side: 'EXCH1',
      clock,
      connect: () => Promise.reject(new Error('nothing listens there')),
      incoming: (accept) => accept(memoryPair().responder),
    });
    expect(closed).to.include({ associations: 0, complete: false });
    expect(closed.differences.map(({ kind, why }) => [kind, why])).to.deep.equal([
      ['connection', 'the recording does not have it'],
      ['connection', 'nothing listens there'],
    ]);
  });

  it('refuses what it cannot play', async () => {
    const whole = eventsOf({ name: 'exchange-2003-kb916986--tolerant' });
    const refused = async (events: readonly LinkEvent[], more: object = {}) => {
      const clock = new VirtualClock();
      const connect = () => Promise.reject(new Error('not reached'));
      const incoming = () => {};
      const error: unknown = await playRecording({ events, side: 'i', clock, connect, incoming, ...more }).catch(
        (cause) => cause,
      );
      return (error as { code?: string }).code;
    };
    const lost = whole.map(
      (event, i): LinkEvent => (event.kind === 'data' && i > 8 ? { ...event, lostBefore: 3 } : event),
    );
    const headless = whole.map((event): LinkEvent => (event.kind === 'open' ? { ...event, startLost: true } : event));
    expect(await refused(lost)).to.equal('ERR_REPLAY_INCOMPLETE');
    expect(await refused(headless)).to.equal('ERR_REPLAY_INCOMPLETE');
    expect(await refused(whole, { truncation: { reason: 'cut', fileOffset: 9 } })).to.equal('ERR_REPLAY_INCOMPLETE');
    expect(await refused(whole, { side: 'nobody' })).to.equal('ERR_REPLAY_SIDE');
    expect(await refused([])).to.equal('ERR_REPLAY_SIDE');
    expect(await refused(whole, { connect: undefined })).to.equal('ERR_REPLAY_LINK');
    expect(await refused(whole, { side: 'r', incoming: undefined })).to.equal('ERR_REPLAY_LINK');
  });
});

/** A conversation of a text of so many octets, with a checkpoint every 1024, in a mode. */
async function recorded(mode: Mode, octets: number): Promise<LinkEvent[]> {
  const clock = new VirtualClock(Date.UTC(2006, 7, 8, 9));
  const events: LinkEvent[] = [];
  const conversation = await runBetween(sender(mode), taker, {
    clock,
    links: 'memory',
    sink: (event) => events.push(event),
  });
  conversation.a.submit(taker.name, { ...toBob, text: 'x'.repeat(octets) });
  await conversation.advance(60_000);
  await conversation.stop();
  return events;
}

const sender = (mode: Mode): Side => ({
  preset: exchange2003Kb916986,
  name: 'EXCH1',
  domain: exchangeDomain,
  peer: { mode, checkpointSize: 1 },
});
const taker: Side = {
  preset: tolerant,
  name: 'FOREIGN',
  domain: foreignDomain,
  peer: { activation: 'remote' },
  options: { modes },
};

describe('a side of a recording with checkpoints, in each mode', () => {
  for (const mode of modes) {
    it(`${mode}: acknowledges as many as come, more or fewer than were recorded`, async () => {
      const recording = await recorded(mode, 6000);
      for (const octets of [6000, 9000, 3000]) {
        const { differences, complete, mta } = await playAgainst({
          recording,
          live: sender(mode),
          played: taker,
          which: 'a',
          use: (live) => live.submit(taker.name, { ...toBob, text: 'x'.repeat(octets) }),
        });
        expect(mta.queueTo(taker.name).items().length, `${octets} octets`).to.equal(0);
        expect(complete, `${octets} octets`).to.equal(true);
        expect(differences.map(({ unit, path }) => `${unit} ${path.split('.').slice(-4).join('.')}`)).to.deep.equal(
          octets === 6000 ? [] : ['message IPM.body.[0].ia5String'],
        );
      }
    });

    it(`${mode}: sends them, and takes what a live MTA acknowledges`, async () => {
      const recording = await recorded(mode, 6000);
      const { differences, complete } = await playAgainst({ recording, live: taker, played: sender(mode), which: 'b' });
      expect(differences.flatMap(differenceLines)).to.deep.equal([]);
      expect(complete).to.equal(true);
    });
  }
});
