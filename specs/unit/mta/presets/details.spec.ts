import { expect } from 'chai';
import { toHex } from '../../../../harness/ber/octets.js';
import { TagClass } from '../../../../harness/ber/tag.js';
import { primitive } from '../../../../harness/ber/writer.js';
import { VirtualClock } from '../../../../harness/link/clock.js';
import type { LinkEvent } from '../../../../harness/link/events.js';
import { Conversation, type Side } from '../../../../harness/mta/conversation.js';
import { deliberateErrorsOf } from '../../../../harness/mta/deliberate-errors.js';
import type { MtaEvents } from '../../../../harness/mta/events.js';
import { exchangeChoices, exchangeOptionTexts } from '../../../../harness/mta/exchange-options.js';
import { orName } from '../../../../harness/mta/names.js';
import { PeerJudge } from '../../../../harness/mta/peer-judge.js';
import type { Preset } from '../../../../harness/mta/preset.js';
import {
  echo,
  exchange55,
  exchange2000Rtm,
  exchange2003Kb916986,
  exchange2003Sp2,
  omitWindow,
  pp,
  presets,
  slowCheckpoint,
  tolerant,
} from '../../../../harness/mta/presets/index.js';
import { associationRules } from '../../../../harness/rules/catalogue.js';
import { p1UserTypes } from '../../../../harness/rules/p1-association.js';
import type { AssociationEvent } from '../../../../harness/stack/association/events.js';
import { AssociationObserver } from '../../../../harness/stack/association/observer.js';
import type { Deviations } from '../../../../harness/stack/association/service.js';

const MINUTE = 60_000;
const domain = (privateDomain: string) => ({ country: 'XX', administrationDomain: ' ', privateDomain });
const alice = orName({ ...domain('A'), surname: 'Alice' });
const bob = orName({ ...domain('B'), surname: 'Bob' });
const mail = (text: string) => ({ originator: alice, recipients: [bob], text });

/** A and B, and all that passed between them. */
async function between(a: Partial<Side> & { preset: Preset }, b: Partial<Side> & { preset: Preset }) {
  const links: LinkEvent[] = [];
  const seen: AssociationEvent[] = [];
  const observers = new Map<number, AssociationObserver>();
  const sink = (event: LinkEvent) => {
    links.push(event);
    const { connection } = event;
    const observer = observers.get(connection) ?? new AssociationObserver({ connection, types: p1UserTypes });
    observers.set(connection, observer);
    if (event.kind === 'data') seen.push(...observer.push(event.direction, event.octets, event.time));
  };
  const clock = new VirtualClock(Date.UTC(2006, 7, 8));
  const conversation = new Conversation(
    { name: 'A', domain: domain('A'), ...a },
    { name: 'B', domain: domain('B'), ...b },
    { clock, links: 'memory', sink },
  );
  const refused: MtaEvents['bindRefused'][] = [];
  conversation.a.on('bindRefused', (event) => refused.push(event));
  await conversation.start();
  return { conversation, links, seen, refused };
}

const remote = { peer: { activation: 'remote' } } as const;

function memberOf(seen: readonly AssociationEvent[], pdu: string, member: string): unknown {
  const event = seen.find((each) => each.kind === 'pdu' && each.name === pdu);
  return event?.kind === 'pdu' ? event.decoded.get(member)?.primitive : 'no such PDU';
}

/** A responder that has a window of its own. */
const answersFive: Deviations = {
  rewrite: (pdu, tree) =>
    pdu === 'RTOAC' && !('raw' in tree) && !(tree.content instanceof Uint8Array)
      ? { ...tree, content: [...tree.content, primitive(TagClass.context, 1, Uint8Array.of(5))] }
      : tree,
};

describe('omit-window', () => {
  it('leaves the window out, and takes 3', async () => {
    const { conversation, seen } = await between({ preset: omitWindow }, { preset: tolerant, ...remote });
    conversation.a.submit('B', mail('Through.'));
    await conversation.advance(MINUTE);
    expect(memberOf(seen, 'RTORQ', 'windowSize')).to.equal(undefined);
    expect(conversation.received.b).to.have.lengthOf(1);
  });

  it('aborts where the answer is 5, the trap of KB 189754', async () => {
    const wide = { preset: tolerant, peer: { activation: 'remote', deviations: answersFive } } as const;
    const { conversation, refused, seen } = await between({ preset: omitWindow }, wide);
    conversation.a.submit('B', mail('Held back.'));
    await conversation.advance(MINUTE);
    expect(memberOf(seen, 'RTOAC', 'windowSize')).to.equal(5);
    expect(refused).to.have.lengthOf(0);
    expect(seen.filter(({ kind }) => kind === 'abort')).to.have.lengthOf(1);
    expect(conversation.received.b).to.deep.equal([]);
    // Others do not mind.
    const other = await between({ preset: slowCheckpoint }, wide);
    other.conversation.a.submit('B', mail('Through.'));
    await other.conversation.advance(MINUTE);
    expect(other.conversation.received.b).to.have.lengthOf(1);
  });
});

describe('echo', () => {
  const marker = toHex(exchange2000Rtm.options.bindMarker.bytes);
  const passed = (links: readonly LinkEvent[], direction: string) =>
    links.map((event) => (event.kind === 'data' && event.direction === direction ? toHex(event.octets) : '')).join('');

  for (const [place, repeated] of [
    ['extra-tag-in-set', true],
    ['credentials', true],
    ['acse-user-info', false],
  ] as const) {
    it(`${repeated ? 'repeats' : 'does not repeat'} a marker that is ${place}`, async () => {
      const preset = exchange2000Rtm.with({ bindMarker: { place } });
      const { conversation, links } = await between({ preset }, { preset: echo, ...remote });
      conversation.a.submit('B', mail('Ordinary.'));
      await conversation.advance(MINUTE);
      expect(passed(links, 'i2r').split(marker).length - 1).to.equal(1);
      expect(passed(links, 'r2i').split(marker).length - 1).to.equal(repeated ? 1 : 0);
      // The echo is what makes the peer one of Exchange's kind: then a routing packet comes too. KB 281744.
      expect(conversation.received.b).to.have.lengthOf(repeated ? 2 : 1);
    });
  }
});

describe('pp', () => {
  it('calls with a checkpoint size of 63 and no window, answers with 1, and writes its password as octets', async () => {
    const { conversation, seen } = await between({ preset: pp }, { preset: pp, ...remote });
    conversation.a.submit('B', mail('Ordinary.'));
    await conversation.advance(MINUTE);
    expect([memberOf(seen, 'RTORQ', 'checkpointSize'), memberOf(seen, 'RTORQ', 'windowSize')]).to.deep.equal([
      63,
      undefined,
    ]);
    expect(memberOf(seen, 'RTOAC', 'checkpointSize')).to.equal(1);
    const passwords = seen.flatMap((event) =>
      event.kind === 'bind'
        ? [...(event.decoded?.walk() ?? [])].filter(({ name }) => name === 'octetString' || name === 'ia5String')
        : [],
    );
    expect(passwords.map(({ name }) => name)).to.deep.equal(['octetString', 'octetString']);
    expect(conversation.received.b).to.have.lengthOf(1);
  });

  it('compares names and passwords without regard to case, and others do not', async () => {
    for (const [preset, arrived] of [
      [pp, 1],
      [tolerant, 0],
    ] as const) {
      const theirs = { mtaName: 'percival', password: 'Excalibur' };
      const ours = { mtaName: 'PERCIVAL', password: 'excalibur' };
      const { conversation } = await between(
        { preset: tolerant, peer: { ours } },
        { preset, peer: { activation: 'remote', theirs } },
      );
      conversation.a.submit('B', mail('Ordinary.'));
      await conversation.advance(MINUTE);
      expect(conversation.received.b, preset.name).to.have.lengthOf(arrived);
    }
  });

  it('refuses with a bare INTEGER, and repeats the references', async () => {
    const theirs = { mtaName: 'somebody', password: 'else' };
    const refusal = async (preset: Preset) => {
      const peer = { activation: 'remote', theirs } as const;
      const { conversation, seen } = await between({ preset: tolerant }, { preset, peer });
      conversation.a.submit('B', mail('Ordinary.'));
      await conversation.advance(MINUTE);
      const spdus = seen.flatMap((event) => (event.kind === 'spdu' ? [event.spdu] : []));
      const [connect, refuse] = ['CONNECT', 'REFUSE'].map((kind) => spdus.find((spdu) => spdu.kind === kind));
      const repeats = refuse?.calledReference?.toHex() === connect?.callingReference?.toHex();
      return { repeats, octets: refuse?.octets.toHex() ?? '' };
    };
    const [ofPp, ofOthers] = [await refusal(pp), await refusal(tolerant)];
    expect([ofPp.repeats, ofOthers.repeats]).to.deep.equal([true, false]);
    // [1] { INTEGER 2 }, as recorded in case B11; X.419 has the wrapper [18] between the two.
    expect(ofPp.octets).to.include('b205a103020102');
    expect(ofOthers.octets).to.include('a105b203020102');
  });

  it('turns one message with an extension into a blocked queue, as in case C11, while its own mail arrives', async () => {
    const preset = exchange2003Kb916986.with({ privateExtension: { type: 'object-identifier' } });
    const { conversation } = await between({ preset }, { preset: pp });
    const { a, b } = conversation;
    const failed: string[] = [];
    a.on('transferFailed', ({ item }) => failed.push(item.identifier));
    const poison = a.submit('B', { ...mail('Poison.'), priority: 'urgent' });
    a.submit('B', mail('Behind it.'));
    await conversation.advance(30 * MINUTE);
    expect(failed.length).to.be.greaterThan(2);
    expect(new Set(failed)).to.include(poison.identifier);
    expect(conversation.received.b).to.deep.equal([]);
    expect(a.queueTo('B').length).to.equal(2);
    b.submit('A', { ...mail('The other way.'), originator: bob, recipients: [alice] });
    await conversation.advance(MINUTE);
    expect(conversation.received.a).to.have.lengthOf(1);
  });
});

describe('Exchange presets', () => {
  it('have a text for each option, and no other', () => {
    for (const preset of [exchange2003Sp2, exchange55]) {
      expect([...exchangeOptionTexts(preset.options).keys()].sort()).to.deep.equal(Object.keys(exchangeChoices).sort());
    }
  });

  it('say what was configured otherwise', () => {
    const { statements } = exchange55.with({ bilateralInformation: false, peerTest: 'never' });
    const { what, evidence } = statements.at(-1) ?? exchange55.statements[0]!;
    expect([what, evidence.kind]).to.deep.equal(['configured otherwise: bilateralInformation, peerTest', 'assumption']);
  });

  it('call, and accept, in the mode of their connector', async () => {
    const preset = exchange2003Kb916986.with({ conformance: 'x410-1988' });
    const { conversation, seen } = await between({ preset }, { preset, ...remote });
    conversation.a.submit('B', mail('Ordinary.'));
    await conversation.advance(MINUTE);
    expect(seen.flatMap((event) => (event.kind === 'mode' ? [event.mode] : []))).to.deep.equal(['x410-1988']);
    expect(conversation.received.b).to.have.lengthOf(1);
  });

  it('say in recordings what they err in on purpose', () => {
    expect(deliberateErrorsOf(exchange55)).to.deep.equal([
      'exchange-5.5: per-domain bilateral information',
      'exchange-5.5: the content type MDBEF in reports',
    ]);
    const all = { privateExtension: { type: 'integer' }, mdbef: { messages: true } } as const;
    expect(deliberateErrorsOf(exchange2003Kb916986.with(all))).to.have.lengthOf(2);
    expect(deliberateErrorsOf(echo)).to.have.lengthOf(1);
    expect(deliberateErrorsOf(pp)).to.have.lengthOf(1);
    expect(deliberateErrorsOf(tolerant)).to.deep.equal([]);
  });

  it('differ in name, and say on what each of their differences rests', () => {
    expect(new Set(presets.map(({ name }) => name)).size).to.equal(presets.length);
    for (const { name, family, statements } of presets) {
      if (family === 'exchange' || name === 'tolerant') continue;
      expect(statements, name).to.not.deep.equal([]);
    }
  });
});

describe('a judge of peers', () => {
  it('tells of what the peer said, once, and of nothing that we said', async () => {
    const { conversation, links } = await between({ preset: exchange2003Sp2 }, { preset: tolerant, ...remote });
    conversation.a.submit('B', mail('Ordinary.'));
    await conversation.advance(MINUTE);
    const judge = new PeerJudge(associationRules);
    for (const event of links) judge.hear(event);
    const step = { association: 0, peer: 'A', mode: 'normal', now: 0 } as const;
    expect(judge.take({ ...step, role: 'initiator' }).filter(({ tier }) => tier < 3)).to.deep.equal([]);
    const again = new PeerJudge(associationRules);
    for (const event of links) again.hear(event);
    const rules = again.take({ ...step, role: 'responder' }).map(({ rule }) => rule);
    expect(rules).to.include.members(['BIND-001', 'BODY-003']);
    expect(again.take({ ...step, role: 'responder' })).to.deep.equal([]);
  });

  it('forgets an association that is closed', async () => {
    const { conversation, links } = await between({ preset: exchange2003Sp2 }, { preset: tolerant, ...remote });
    conversation.a.submit('B', mail('Ordinary.'));
    await conversation.advance(MINUTE);
    await conversation.stop();
    const judge = new PeerJudge(associationRules);
    for (const event of links) judge.hear(event);
    expect(judge.take({ association: 0, role: 'responder', peer: 'A', mode: 'normal', now: 0 })).to.deep.equal([]);
  });
});
