import { expect } from 'chai';
import { P1specError } from '../../../harness/ber/error.js';
import { systemClock, VirtualClock } from '../../../harness/link/clock.js';
import { memoryPair } from '../../../harness/link/memory.js';
import { perform } from '../../../harness/mta/answers.js';
import { type Conversation, runBetween, type Side } from '../../../harness/mta/conversation.js';
import { Mta } from '../../../harness/mta/engine.js';
import type { MtaEvents } from '../../../harness/mta/events.js';
import type { Answer, Hooks } from '../../../harness/mta/hooks.js';
import { orName } from '../../../harness/mta/names.js';
import { exchange2003Kb916986, tolerant } from '../../../harness/mta/presets/index.js';
import { typedApdu } from '../../../harness/mta/received.js';
import { connectorDefaults } from '../../../harness/mta/retry.js';

const here = { country: 'US', administrationDomain: ' ', privateDomain: 'Here' };
const there = { country: 'GB', administrationDomain: ' ', privateDomain: 'There' };
const alice = orName({ ...here, surname: 'Alice' });
const bob = orName({ ...there, surname: 'Bob' });
const mail = { originator: alice, recipients: [bob], text: 'x' };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Sides {
  readonly a?: Partial<Side>;
  readonly b?: Partial<Side>;
}

function begin(sides: Sides = {}, links: 'memory' | 'tcp' = 'memory'): Promise<Conversation> {
  const a: Side = { preset: exchange2003Kb916986, name: 'A', domain: here, ...sides.a };
  const b: Side = { preset: tolerant, name: 'B', domain: there, ...sides.b };
  return runBetween(a, b, { clock: links === 'tcp' ? systemClock : new VirtualClock(Date.UTC(2006, 7, 8)), links });
}

/** Every event of one name, from now on. */
function watch<K extends keyof MtaEvents>(mta: Mta, name: K): MtaEvents[K][] {
  const seen: MtaEvents[K][] = [];
  mta.on(name, (payload) => {
    seen.push(payload);
  });
  return seen;
}

const withHooks = (hooks: Hooks): Sides => ({ b: { options: { hooks } } });

/** Answers so at the first step it is asked about, and accepts afterwards. */
function once(answer: Answer): () => Answer | undefined {
  let asked = 0;
  return () => {
    asked += 1;
    return asked === 1 ? answer : undefined;
  };
}

describe('an MTA', () => {
  for (const links of ['memory', 'tcp'] as const) {
    it(`transfers messages, probes and reports over ${links}`, async () => {
      const both = await begin({}, links);
      both.a.submit('B', { ...mail, reports: true });
      both.a.probe('B', { originator: alice, recipients: [bob], contentLength: 100 });
      const done = await both.until(() => both.received.a.length === 2 && both.received.b.length === 2, 10_000);
      expect(done).to.equal(true);
      expect(both.received.b.map(({ apdu }) => apdu.kind)).to.deep.equal(['message', 'probe']);
      const fates = both.received.a.map(
        ({ apdu }) => typedApdu(apdu)?.report?.content.perRecipientFields[0]?.lastTraceInformation.reportType,
      );
      for (const fate of fates) expect(fate?.delivery).to.not.equal(undefined);
      await both.stop(10_000);
      expect(both.a.associations.length + both.b.associations.length).to.equal(0);
    });
  }

  it('releases an association that has been idle for its lifetime', async () => {
    const both = await begin();
    const closed = watch(both.a, 'associationClosed');
    both.a.submit('B', mail);
    await both.advance(299_000);
    expect(both.a.associations).to.have.lengthOf(1);
    await both.advance(2000);
    expect(closed.map(({ ending }) => ending)).to.deep.equal(['released']);
    expect(both.b.associations).to.have.lengthOf(0);
  });

  it('gives a message up after 24 h of openings that fail: transfer-failure, MTS-congestion', async () => {
    const both = await begin(withHooks({ onTransportConnect: () => ({ do: 'close' }) }));
    const given = watch(both.a, 'nonDelivered');
    const retries = watch(both.a, 'nextRetry');
    const begun = both.clock.now();
    both.a.submit('B', mail);
    await both.advance(24 * HOUR - 1);
    expect(given).to.have.lengthOf(0);
    expect(retries).to.have.lengthOf(connectorDefaults.maxOpenRetries);
    await both.advance(1);
    expect(given.map(({ fate }) => fate)).to.deep.equal([{ reason: 0, diagnostic: 2 }]);
    expect(given[0]?.report?.kind).to.equal('report');
    expect(both.clock.now() - begun).to.equal(24 * HOUR);
    expect(both.a.queueTo('B').length).to.equal(0);
  });

  it('counts a link that cannot be opened as an opening that failed, and gives up what has become too old', async () => {
    const clock = new VirtualClock();
    const connect = () => Promise.reject(new Error('connection refused'));
    const retry = { maxOpenRetries: 10_000 };
    const mta = new Mta({
      name: 'A',
      preset: tolerant,
      domain: here,
      peers: [{ name: 'B', connect, retry }],
      clock,
      random: (octets) => new Uint8Array(octets),
    });
    const closed = watch(mta, 'associationClosed');
    const given = watch(mta, 'nonDelivered');
    mta.start();
    mta.submit('B', { ...mail, priority: 'urgent' });
    await clock.advanceToAsync(1000);
    expect(closed.map(({ ending, detail }) => [ending, detail])).to.deep.equal([['closed', 'connection refused']]);
    await clock.advanceToAsync(49 * HOUR);
    expect(given.map(({ fate }) => fate)).to.deep.equal([{ reason: 1, diagnostic: 5 }]);
  });

  it('puts a message that was refused back in its place, and tries again in 120 s', async () => {
    const onTransfer: Hooks['onTransfer'] = (() => {
      const answer = once({ do: 'exception', reason: 'unrecoverableProcedureError' });
      return ({ phase }) => (phase === 'end' ? answer() : undefined);
    })();
    const both = await begin(withHooks({ onTransfer }));
    const blocked = watch(both.a, 'queueBlocked');
    const items = [1, 2, 3].map(() => both.a.submit('B', mail).identifier);
    await both.advance(MINUTE);
    expect(both.received.b).to.have.lengthOf(0);
    expect(blocked.map(({ head, length }) => [head.identifier, length])).to.deep.equal([[items[0], 3]]);
    await both.advance(MINUTE);
    expect(both.received.b.map(({ apdu }) => apdu.identifier)).to.deep.equal(items);
  });

  const refusals: [string, Hooks][] = [
    ['a bind refused as busy', { onBind: once({ do: 'refuse', error: 'busy' }) }],
    ['a session refused', { onSession: once({ do: 'refuse', error: 'unacceptableDialogueMode' }) }],
    ['an abort at the bind', { onBind: once({ do: 'abort' }) }],
    ['TCP closed at the bind', { onBind: once({ do: 'close' }) }],
    ['a bind that is not answered', { onBind: once({ do: 'hold' }) }],
    ['a transfer aborted', { onTransfer: once({ do: 'abort', reason: 'userError' }) }],
    ['TCP closed in a transfer', { onTransfer: once({ do: 'close' }) }],
    ['TCP closed at a checkpoint', { onCheckpoint: once({ do: 'close' }) }],
  ];
  for (const [what, hooks] of refusals) {
    it(`gets a message through after ${what}`, async () => {
      const both = await begin(withHooks(hooks));
      both.a.submit('B', { ...mail, text: 'x'.repeat(70_000) });
      await both.advance(15 * MINUTE);
      expect(both.received.b).to.have.lengthOf(1);
      expect(both.a.queueTo('B').account()).to.include({ length: 0, transferred: 1 });
    });
  }

  it('waits where an answer is delayed', async () => {
    const onTransfer: Hooks['onTransfer'] = ({ phase }) =>
      phase === 'end' ? { do: 'delay', milliseconds: 5000 } : undefined;
    const both = await begin(withHooks({ onTransfer, onBind: once({ do: 'delay', milliseconds: 2000 }) }));
    both.a.submit('B', mail);
    await both.advance(6900);
    expect(both.received.b).to.have.lengthOf(0);
    await both.advance(200);
    expect(both.received.b).to.have.lengthOf(1);
  });

  it('sends a non-delivery report where a hook says so', async () => {
    const onTransfer: Hooks['onTransfer'] = ({ phase, apdu }) =>
      phase === 'end' && apdu?.kind === 'message' ? { do: 'nonDeliver', reason: 1, diagnostic: 18 } : undefined;
    const both = await begin(withHooks({ onTransfer }));
    both.a.submit('B', mail);
    await both.advance(MINUTE);
    const [arrival] = both.received.a;
    const report = arrival && typedApdu(arrival.apdu)?.report;
    expect(report?.content.perRecipientFields[0]?.lastTraceInformation.reportType.nonDelivery).to.include({
      nonDeliveryReasonCode: 1,
      nonDeliveryDiagnosticCode: 18,
    });
  });

  it('refuses an answer that has no meaning at its step', async () => {
    const both = await begin();
    both.a.submit('B', mail);
    await both.advance(1000);
    const [association] = both.a.associations;
    if (association === undefined) throw new Error('no association');
    const later = () => {};
    const { service } = association;
    const actor = { service, abort: later, close: later, later, refusedTransfer: later, exception: later };
    const reaction = { accept: () => {} };
    for (const answer of [
      { do: 'refuse', error: 'busy' },
      { do: 'exception', reason: 'unspecified' },
      { do: 'nonDeliver', reason: 1 },
    ] as const) {
      expect(() => perform('turn', answer, reaction, actor))
        .to.throw(P1specError)
        .with.property('code', 'ERR_HOOK_ANSWER');
    }
    await both.stop();
  });

  it('opens another association for each 50 messages, and one for an urgent message behind busy ones', async () => {
    const hold: Hooks['onTransfer'] = ({ phase }) =>
      phase === 'end' ? { do: 'delay', milliseconds: 10_000 } : undefined;
    const both = await begin(withHooks({ onTransfer: hold }));
    for (let i = 0; i < 101; i += 1) both.a.submit('B', mail);
    await both.advance(1000);
    expect(both.a.associations).to.have.lengthOf(3);
    both.a.submit('B', { ...mail, priority: 'urgent' });
    await both.advance(1000);
    expect(both.a.associations.map(({ purpose }) => purpose)).to.deep.equal(['any', 'any', 'any', 'urgent']);
    await both.advance(HOUR);
    expect(both.received.b).to.have.lengthOf(102);
  });

  it('sends both ways over one association in two-way alternate mode', async () => {
    const peer = { dialogueMode: 'twa' } as const;
    const both = await begin({ a: { peer }, b: { peer: { ...peer, activation: 'remote' } } });
    both.b.submit('A', { ...mail, originator: bob, recipients: [alice] });
    expect(both.b.queueTo('A').state).to.equal('remote');
    both.a.submit('B', mail);
    both.a.submit('B', mail);
    await both.advance(MINUTE);
    expect([both.received.a.length, both.received.b.length]).to.deep.equal([1, 2]);
    await both.advance(10 * MINUTE);
    expect(both.a.associations).to.have.lengthOf(0);
  });

  it('refuses whom it does not know, and a wrong password', async () => {
    for (const peer of [{ ours: { mtaName: 'C' } }, { ours: { mtaName: 'A', password: 'wrong' } }]) {
      const both = await begin({ a: { peer }, b: { peer: { theirs: { mtaName: 'A', password: 'right' } } } });
      const refused = watch(both.a, 'bindRefused');
      both.a.submit('B', mail);
      await both.advance(1000);
      expect(refused.map(({ by, error }) => [by, error])).to.deep.equal([['peer', 'authenticationError']]);
      both.a.kill();
    }
  });

  it('takes passwords of either form, and unauthenticated binds where that is agreed', async () => {
    for (const [ours, theirs] of [
      [
        { mtaName: 'A', password: 'p', passwordForm: 'octetString' },
        { mtaName: 'A', password: 'p' },
      ],
      [{}, {}],
    ] as const) {
      const both = await begin({ a: { peer: { ours } }, b: { peer: { theirs } } });
      both.a.submit('B', mail);
      await both.advance(1000);
      expect(both.received.b).to.have.lengthOf(1);
      both.a.kill();
    }
  });

  it('relays to the peer behind which a recipient is, once', async () => {
    const route = () => 'A';
    const both = await begin({ b: { options: { route } } });
    both.a.submit('B', { ...mail, recipients: [alice] });
    await both.advance(MINUTE);
    const [arrival] = both.received.a;
    const envelope = arrival && typedApdu(arrival.apdu)?.message?.envelope;
    expect(envelope?.traceInformation).to.have.lengthOf(2);

    const looping = await begin({ a: { options: { route: () => 'B' } }, b: { options: { route } } });
    looping.a.submit('B', mail);
    await looping.advance(HOUR);
    expect(looping.received.b.map(({ apdu }) => apdu.kind)).to.deep.equal(['message', 'report']);
  });

  it('says so where it ends an association itself, and counts no attempt that it has cut short', async () => {
    const clock = new VirtualClock();
    const connect = () => Promise.resolve(memoryPair().initiator);
    const mta = new Mta({
      name: 'A',
      preset: tolerant,
      domain: here,
      peers: [{ name: 'B', connect }],
      clock,
      random: (octets) => new Uint8Array(octets),
    });
    const closed = watch(mta, 'associationClosed');
    const retries = watch(mta, 'nextRetry');
    mta.start();
    mta.submit('B', mail);
    await clock.advanceToAsync(1000);
    mta.kill();
    expect(closed.map(({ ending, detail }) => [ending, detail])).to.deep.equal([['closed', 'closed by us']]);
    expect([retries, mta.queueTo('B').length]).to.deep.equal([[], 1]);
  });

  it('waits for the retry that was due when it was stopped, once it is started again', async () => {
    const both = await begin(withHooks({ onTransportConnect: once({ do: 'close' }) }));
    both.a.submit('B', mail);
    await both.advance(MINUTE);
    both.a.stop();
    both.a.start();
    await both.advance(9 * MINUTE - 1);
    expect(both.received.b).to.have.lengthOf(0);
    await both.advance(1001);
    expect(both.received.b).to.have.lengthOf(1);
  });

  it('refuses a name or a password that it could not write when a peer binds', () => {
    const options = {
      name: 'A',
      preset: tolerant,
      domain: here,
      clock: new VirtualClock(),
      random: () => new Uint8Array(),
    };
    const ours = { mtaName: 'A', password: '\u20ac' };
    for (const given of [{ strangers: { ours } }, { peers: [{ name: 'B', ours }] }]) {
      expect(() => new Mta({ ...options, ...given }))
        .to.throw()
        .with.property('code', 'ERR_ENCODE');
    }
    expect(() => new Mta({ ...options, strangers: { ours: { mtaName: 'A'.repeat(12_000) } } }))
      .to.throw()
      .with.property('code', 'ERR_BIND_NAME');
  });

  it('holds a frozen queue', async () => {
    const both = await begin();
    both.a.connectorTo('B').freeze(true);
    both.a.submit('B', mail);
    await both.advance(HOUR);
    expect(both.a.queueTo('B').account()).to.include({ state: 'frozen', length: 1 });
    both.a.connectorTo('B').freeze(false);
    await both.advance(1000);
    expect(both.received.b).to.have.lengthOf(1);
  });

  it('takes strangers where it is told to, and names the peers it knows where it is asked for another', () => {
    const mta = new Mta({
      name: 'A',
      preset: tolerant,
      domain: here,
      clock: new VirtualClock(),
      random: (n) => new Uint8Array(n),
      strangers: {},
    });
    const bind = { authenticated: true, mtaName: 'X', password: undefined, foreign: [], decoded: undefined };
    expect(mta.admit(bind)).to.deep.equal({ peer: 'X' });
    expect(() => mta.queueTo('Y'))
      .to.throw()
      .with.property('hint', 'it knows: X');
  });

  it('takes strangers with their password alone, where they have to have one', () => {
    const mta = new Mta({
      name: 'A',
      preset: tolerant,
      domain: here,
      clock: new VirtualClock(),
      random: (n) => new Uint8Array(n),
      strangers: { password: 'secret' },
    });
    const bind = (mtaName: string | undefined, password: string | undefined) => ({
      authenticated: mtaName !== undefined,
      mtaName,
      password: password === undefined ? undefined : new Uint8Array(Buffer.from(password)),
      foreign: [],
      decoded: undefined,
    });
    for (const [name, password] of [
      ['X', 'wrong'],
      ['X', undefined],
      [undefined, undefined],
    ]) {
      expect(mta.admit(bind(name, password))).to.deep.equal({ error: 'authenticationError' });
    }
    expect(mta.admit(bind('X', 'secret'))).to.deep.equal({ peer: 'X' });
    expect(mta.admit(bind('X', 'wrong'))).to.deep.equal({ error: 'authenticationError' });
  });

  it('asks back the turn that it gave to a peer which wants it no more', async () => {
    const twa = { dialogueMode: 'twa' } as const;
    let given = 0;
    const hooks: Hooks = {
      onTurn: ({ phase }) => {
        if (phase !== 'please') return undefined;
        given += 1;
        both.b.connectorTo('A').freeze(true);
        return undefined;
      },
    };
    const both = await begin({ a: { peer: twa, options: { hooks } }, b: { peer: { ...twa, activation: 'remote' } } });
    let first = true;
    both.b.on('messageReceived', () => {
      if (first) both.b.submit('A', mail);
      first = false;
    });
    for (let i = 0; i < 5; i += 1) both.a.submit('B', mail);
    await both.advance(60_000);
    expect([given, both.received.b.length, both.received.a.length]).to.deep.equal([1, 5, 0]);
  });
});
