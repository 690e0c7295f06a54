import { expect } from 'chai';
import { VirtualClock } from '../../../../harness/link/clock.js';
import type { LinkEvent } from '../../../../harness/link/events.js';
import type { Link } from '../../../../harness/link/link.js';
import { memoryPair } from '../../../../harness/link/memory.js';
import { recordLink } from '../../../../harness/link/recorder.js';
import { mtaOf, type Side, sideRandom } from '../../../../harness/mta/conversation.js';
import { orName } from '../../../../harness/mta/names.js';
import { tolerant } from '../../../../harness/mta/presets/index.js';
import { type PlayResult, RecordingPlayer } from '../../../../harness/mta/replay-script/index.js';
import { type Mode, modes } from '../../../../harness/stack/mode.js';
import { differenceLines } from '../../../../harness/transcript/compare/text.js';
import { unitsOf } from '../../../../harness/transcript/compare/units.js';

const domain = (privateDomain: string) => ({ country: 'XX', administrationDomain: ' ', privateDomain });
const mail = {
  originator: orName({ ...domain('A'), surname: 'Alice' }),
  recipients: [orName({ ...domain('B'), surname: 'Bob' })],
  text: 'Exactly once. '.repeat(1500),
};
const sides = (mode: Mode): { a: Side; b: Side } => ({
  a: { preset: tolerant, name: 'A', domain: domain('A'), peer: { mode, checkpointSize: 1 } },
  b: { preset: tolerant, name: 'B', domain: domain('B'), peer: { activation: 'remote' }, options: { modes } },
});

/** A link that breaks when so many octets were sent through it. */
function breaking(link: Link, octets: number): Link {
  let left = octets;
  return {
    ...{ localEndpoint: link.localEndpoint, remoteEndpoint: link.remoteEndpoint, opened: link.opened },
    start: (handlers) => link.start(handlers),
    close: () => link.close(),
    destroy: () => link.destroy(),
    send(bytes) {
      left -= bytes.length;
      if (left >= 0) return link.send(bytes);
      link.destroy();
      return true;
    },
  };
}

/** A sends a message to B; the first connection breaks inside it, and the second goes on with it. */
async function recorded(mode: Mode): Promise<LinkEvent[]> {
  const clock = new VirtualClock(Date.UTC(2006, 7, 8, 9));
  const events: LinkEvent[] = [];
  const { a, b } = sides(mode);
  let connections = 0;
  const taker = mtaOf(
    b,
    { name: 'A', connect: () => Promise.reject(new Error('remote')) },
    { clock, random: sideRandom(1, 'b') },
  );
  const connect = async () => {
    const pair = memoryPair({ initiator: 'A', responder: 'B' });
    taker.accept(pair.responder);
    const connection = connections;
    connections += 1;
    const sink = (event: LinkEvent) => events.push(event);
    const link = connection === 0 ? breaking(pair.initiator, 9000) : pair.initiator;
    return recordLink(link, { connection, clock, sink });
  };
  const sender = mtaOf(a, { name: 'B', connect }, { clock, random: sideRandom(1, 'a') });
  taker.start();
  sender.start();
  sender.submit('B', mail);
  await clock.advanceToAsync(clock.now() + 3_600_000);
  sender.stop();
  await clock.advanceToAsync(clock.now() + 60_000);
  return events;
}

describe('a recording in which a transfer is resumed in another connection', () => {
  for (const mode of modes) {
    it(`${mode}: is played to a live MTA, which puts both parts together`, async () => {
      const recording = await recorded(mode);
      const names = unitsOf(recording).map(({ name }) => name);
      expect(names).to.include('ACTIVITY RESUME');
      const clock = new VirtualClock(Date.UTC(2011, 2, 3, 14, 30, 7));
      const { b } = sides(mode);
      const random = sideRandom(5, 'b');
      const live = mtaOf(b, { name: 'A', connect: () => Promise.reject(new Error('remote')) }, { clock, random });
      const received: boolean[] = [];
      live.on('messageReceived', ({ apdu }) => received.push(Buffer.from(apdu.octets).includes(mail.text)));
      const events: LinkEvent[] = [];
      const player = new RecordingPlayer({
        events: recording,
        side: 'A',
        clock,
        connect: async () => {
          const pair = memoryPair({ initiator: 'A', responder: 'B' });
          live.accept(pair.responder);
          return pair.initiator;
        },
        record: (event) => events.push(event),
      });
      live.start();
      let result: PlayResult | undefined;
      void player.run().then((done) => {
        result = done;
      });
      await clock.advanceToAsync(clock.now() + 600_000);
      expect(result?.differences.flatMap(differenceLines)).to.deep.equal([]);
      expect(result?.complete).to.equal(true);
      expect(received, 'whole, and once').to.deep.equal([true]);
      expect(unitsOf(events).filter(({ name }) => name === 'message').length).to.be.at.least(1);
      live.kill();
    });
  }
});
