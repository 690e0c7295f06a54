import { expect } from 'chai';
import { VirtualClock } from '../../../harness/link/clock.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import { type Conversation, runBetween, type Side } from '../../../harness/mta/conversation.js';
import { assumption } from '../../../harness/mta/evidence.js';
import type { ExchangePreset } from '../../../harness/mta/exchange.js';
import { orName } from '../../../harness/mta/names.js';
import type { Preset } from '../../../harness/mta/preset.js';
import {
  exchange2003Kb916986,
  exchange2003Sp2,
  refuseAfterRoutingPacket,
  tolerant,
} from '../../../harness/mta/presets/index.js';
import { foreignness } from '../../../harness/mta/recognise.js';
import { abortWith, refuseFurtherTraffic, routingPacket, thirdParty } from '../../../harness/mta/third-party.js';

const exchangeDomain = { country: 'US', administrationDomain: ' ', privateDomain: 'Example' };
const foreignDomain = { country: 'GB', administrationDomain: ' ', privateDomain: 'Foreign' };
const alice = orName({ ...exchangeDomain, surname: 'Alice' });
const bob = orName({ ...foreignDomain, surname: 'Bob' });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const exchange = (preset: Preset): Side => ({ preset, name: 'EXCH1', domain: exchangeDomain });
const foreign = (preset: Preset): Side => ({ preset, name: 'FOREIGN', domain: foreignDomain });

async function start(a: ExchangePreset, b: Preset, sink?: (event: LinkEvent) => void): Promise<Conversation> {
  const clock = new VirtualClock(Date.UTC(2006, 7, 8));
  return runBetween(exchange(a), foreign(b), { clock, links: 'memory', seed: 916986, sink });
}

function sendBothWays(conversation: Conversation, messages = 3): void {
  for (let i = 1; i <= messages; i += 1) {
    conversation.a.submit('FOREIGN', { originator: alice, recipients: [bob], subject: `out ${i}`, text: 'x' });
    conversation.b.submit('EXCH1', { originator: bob, recipients: [alice], subject: `in ${i}`, text: 'x' });
  }
}

const userMail = (arrivals: Conversation['received']['b']) => arrivals.filter(({ apdu }) => !foreignness(apdu)).length;
const packets = (arrivals: Conversation['received']['b']) => arrivals.filter(({ apdu }) => foreignness(apdu)).length;

describe('the founding story, KB 916986', () => {
  it('SP2 against a peer that refuses after a routing packet: mail comes in, mail going out queues', async () => {
    const story = await start(exchange2003Sp2, refuseAfterRoutingPacket);
    sendBothWays(story);
    await story.advance(MINUTE);
    expect(userMail(story.received.a)).to.equal(3);
    expect(story.received.b).to.have.lengthOf(0);
    const queue = story.a.queueTo('FOREIGN');
    expect(queue.account()).to.deep.include({
      state: 'retry',
      transferred: 0,
      byPriority: { urgent: 1, normal: 3, nonUrgent: 0 },
    });

    // One more routing packet for each change of the link state, and none of the user's mail.
    for (const hours of [1, 2, 3]) {
      await story.advance(HOUR);
      expect(queue.account().byPriority, `${hours} h`).to.deep.equal({
        urgent: 1 + 6 * hours,
        normal: 3,
        nonUrgent: 0,
      });
    }
    story.b.submit('EXCH1', { originator: bob, recipients: [alice], text: 'later' });
    await story.advance(MINUTE);
    expect(userMail(story.received.a)).to.equal(4);
    expect(story.received.b).to.have.lengthOf(0);

    // The hotfix restarts the MTA over its queue.
    story.restart('a', exchange2003Kb916986);
    const fixed = story.a.queueTo('FOREIGN');
    expect(fixed.length).to.equal(3);
    await story.advance(2 * HOUR);
    expect(fixed.length).to.equal(0);
    expect(userMail(story.received.b)).to.equal(3);
    expect(packets(story.received.b)).to.equal(0);
    await story.stop();
  });

  it('SP2 against a tolerant peer: the packets go through, and so does the mail', async () => {
    const story = await start(exchange2003Sp2, tolerant);
    sendBothWays(story);
    await story.advance(HOUR);
    expect(story.a.queueTo('FOREIGN').length).to.equal(0);
    expect([userMail(story.received.a), userMail(story.received.b)]).to.deep.equal([3, 3]);
    expect(packets(story.received.b)).to.equal(7);
    await story.stop();
  });

  for (const peer of [tolerant, refuseAfterRoutingPacket]) {
    it(`the hotfix against ${peer.name}: the queue drains`, async () => {
      const story = await start(exchange2003Kb916986, peer);
      sendBothWays(story);
      await story.advance(HOUR);
      expect(story.a.queueTo('FOREIGN').length).to.equal(0);
      expect([userMail(story.received.a), userMail(story.received.b)]).to.deep.equal([3, 3]);
      expect(packets(story.received.b)).to.equal(0);
      await story.stop();
      expect(story.a.associations).to.have.lengthOf(0);
    });
  }

  it('has the marker and the packet in the octets that SP2 sent, and neither in those of the hotfix', async () => {
    const { bytes } = exchange2003Sp2.options.bindMarker;
    for (const [preset, leaks] of [
      [exchange2003Sp2, true],
      [exchange2003Kb916986, false],
    ] as const) {
      const sent = Buffer.concat(await octetsOf(preset, 'i2r'));
      expect(sent.includes(Buffer.concat([Buffer.of(0x85, 0x10), bytes])), preset.name).to.equal(leaks);
      expect(sent.includes('ORGINFO {'), preset.name).to.equal(leaks);
    }
  });

  it('sends the same octets from the same seed', async () => {
    const [first, second] = [await octetsOf(exchange2003Sp2, 'i2r'), await octetsOf(exchange2003Sp2, 'i2r')];
    expect(first.length).to.be.greaterThan(5);
    expect(Buffer.concat(first).equals(Buffer.concat(second))).to.equal(true);
  });
});

/** What the Exchange side sent on its first association. */
async function octetsOf(preset: ExchangePreset, direction: 'i2r' | 'r2i'): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  const story = await start(preset, tolerant, (event) => {
    if (event.kind === 'data' && event.direction === direction && event.connection === 0) chunks.push(event.octets);
  });
  story.a.submit('FOREIGN', { originator: alice, recipients: [bob], text: 'x' });
  await story.advance(MINUTE);
  await story.stop();
  return chunks;
}

describe('refusing further traffic', () => {
  for (const how of ['busy', 'abort'] as const) {
    for (const lasts of [HOUR, 'forever'] as const) {
      it(`by ${how}, for ${lasts === HOUR ? 'an hour' : lasts}`, async () => {
        const peer = thirdParty('refuser', {
          says: 'refuses',
          behaviour: [
            { does: refuseFurtherTraffic({ how, lasts }), after: routingPacket, evidence: assumption('a test') },
            { does: abortWith('userError'), on: routingPacket, evidence: assumption('a test') },
          ],
        });
        const story = await start(exchange2003Sp2, peer);
        sendBothWays(story);
        await story.advance(MINUTE);
        story.restart('a', exchange2003Kb916986);
        await story.advance(30 * MINUTE);
        expect(story.a.queueTo('FOREIGN').length, 'within the hour').to.equal(3);
        await story.advance(2 * HOUR);
        expect(story.a.queueTo('FOREIGN').length, 'after it').to.equal(lasts === HOUR ? 0 : 3);
        expect(userMail(story.received.a)).to.equal(3);
      });
    }
  }
});
