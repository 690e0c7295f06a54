import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { P1specError } from '../../../harness/ber/error.js';
import { Octets } from '../../../harness/ber/octets.js';
import type { Mta } from '../../../harness/mta/engine.js';
import { FileSpool } from '../../../harness/mta/file-spool.js';
import { Counters } from '../../../harness/mta/operator/counters.js';
import type { PeerConfig } from '../../../harness/mta/peer.js';
import { exchange2003Kb916986 } from '../../../harness/mta/presets/index.js';
import { readApdu, typedApdu } from '../../../harness/mta/received.js';
import { Bench, bob, mail, pairOf, wordsIn } from './two-mtas.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** When what came to an MTA came, by its words. */
function arrivals(bench: Bench, mta: Mta, words: readonly string[]): [string, number][] {
  const seen: [string, number][] = [];
  mta.on('messageReceived', ({ apdu }) => {
    for (const word of wordsIn(apdu.octets, words)) seen.push([word, bench.clock.now()]);
  });
  return seen;
}

const envelopeOf = (octets: Uint8Array) => typedApdu(readApdu(Octets.of(octets), undefined))?.message?.envelope;

describe('deferred delivery', () => {
  it('says so in envelope and trace, and holds the message until its time, with nothing waiting behind it', async () => {
    const bench = new Bench();
    const { a, b } = pairOf(bench);
    const seen = arrivals(bench, b, ['later', 'at once']);
    const released: string[] = [];
    a.on('messageReleased', ({ item }) => released.push(item.identifier));
    a.start();
    const start = bench.clock.now();
    const deferredUntil = start + 2 * HOUR + 500;
    const item = a.submit('B', { ...mail('later'), priority: 'urgent', deferredUntil });
    a.submit('B', { ...mail('at once'), priority: 'nonUrgent' });
    await bench.pass(HOUR);
    expect(seen).to.deep.equal([['at once', start]]);
    expect(a.queueTo('B').account()).to.include({ length: 0, deferred: 1, oldest: undefined, transferred: 1 });
    await bench.pass(2 * HOUR);
    expect(seen[1]).to.deep.equal(['later', deferredUntil]);
    expect(released).to.deep.equal([item.identifier]);
    const envelope = envelopeOf(item.apdu);
    expect(envelope?.deferredDeliveryTime).to.equal('060808020000Z');
    expect(envelope?.traceInformation[0]?.domainSuppliedInformation).to.include({
      arrivalTime: '060808000000Z',
      deferredTime: '060808020000Z',
    });
  });

  it('calls nobody for what is deferred, and counts it against no threshold and no retry', async () => {
    const bench = new Bench();
    let calls = 0;
    const connect = async () => {
      calls += 1;
      throw new Error('nobody there');
    };
    const { a } = pairOf(bench, { ofB: { connect, retry: { openInterval: 10 * MINUTE, threshold: 1 } } });
    a.start();
    const start = bench.clock.now();
    for (let i = 0; i < 5; i += 1) a.submit('B', { ...mail('later'), deferredUntil: start + 6 * HOUR });
    await bench.pass(HOUR);
    expect(calls).to.equal(0);
    a.submit('B', mail('now'));
    await bench.pass(HOUR - 1000);
    // One association at a time, for the one message: at 1:00, 1:10, 1:20 ... 1:50.
    expect(calls).to.equal(6);
    expect(
      a
        .queueTo('B')
        .deferred()
        .map(({ openRetries }) => openRetries),
    ).to.deep.equal([0, 0, 0, 0, 0]);
    await bench.pass(5 * HOUR);
    expect(a.queueTo('B').account()).to.include({ length: 6, deferred: 0 });
  });

  it('lets a message grow old from its time on, and not before', async () => {
    const bench = new Bench();
    const messageTimeout = { urgent: HOUR, normal: HOUR, nonUrgent: HOUR };
    const { a } = pairOf(bench, { ofB: { activation: 'remote', retry: { messageTimeout } } });
    const given: number[] = [];
    a.on('nonDelivered', () => given.push(bench.clock.now()));
    a.start();
    const start = bench.clock.now();
    a.submit('B', { ...mail('later'), deferredUntil: start + 3 * DAY });
    await bench.pass(5 * DAY);
    expect(given).to.deep.equal([start + 3 * DAY + HOUR]);
    expect(bench.clock.nextTimer).to.equal(undefined);
  });

  it('whose time has passed goes at once, and no trace says that it was held', async () => {
    const bench = new Bench();
    const { a, b } = pairOf(bench);
    const seen = arrivals(bench, b, ['past']);
    a.start();
    const start = bench.clock.now();
    const { apdu } = a.submit('B', { ...mail('past'), deferredUntil: start - DAY });
    await bench.pass(1000);
    expect(seen).to.deep.equal([['past', start]]);
    expect(envelopeOf(apdu)?.deferredDeliveryTime).to.equal('060807000000Z');
    expect(envelopeOf(apdu)?.traceInformation[0]?.domainSuppliedInformation.deferredTime).to.equal(undefined);
  });

  it('refuses a time that no UTCTime can say', () => {
    const { a } = pairOf(new Bench());
    for (const deferredUntil of [Number.NaN, Date.UTC(2050, 0, 1), Number.POSITIVE_INFINITY]) {
      expect(() => a.submit('B', { ...mail('x'), deferredUntil }))
        .to.throw(P1specError)
        .with.property('code', 'ERR_DEFERRED_UNTIL');
    }
    expect(a.queueTo('B').items()).to.deep.equal([]);
  });

  it('is counted apart from the work queue', async () => {
    const bench = new Bench();
    const { a } = pairOf(bench, { ofB: { activation: 'remote' } });
    const counters = new Counters(a);
    a.start();
    a.submit('B', { ...mail('later'), deferredUntil: bench.clock.now() + HOUR });
    a.submit('B', mail('now'));
    await bench.pass(MINUTE);
    expect(counters.snapshot(bench.clock.now()).mta).to.include({
      'Deferred Delivery Messages': 1,
      'Work Queue Length': 1,
      'Total Recipients Queued': 1,
    });
    await bench.pass(HOUR);
    expect(counters.snapshot(bench.clock.now()).mta).to.include({
      'Deferred Delivery Messages': 0,
      'Work Queue Length': 2,
    });
  });

  describe('of a message from another domain', () => {
    /** Two messages of A's by way of B: one with no time to come, and one that is not due yet, though A held it no longer. */
    async function relayed(options: { ofA?: Partial<PeerConfig>; preset?: 'hold' | 'relay' }) {
      const bench = new Bench();
      const received: [number, Uint8Array][] = [];
      const c: Mta = bench.mta('C', [{ name: 'B' }]);
      c.on('messageReceived', ({ apdu }) => received.push([bench.clock.now(), apdu.octets]));
      const b: Mta = bench.mta(
        'B',
        [
          { name: 'A', ...options.ofA },
          { name: 'C', connect: async () => bench.link(() => c) },
        ],
        {
          route: () => 'C',
          ...(options.preset === undefined
            ? {}
            : { preset: exchange2003Kb916986.with({ deferral: options.preset }), modes: ['normal'] }),
        },
      );
      const a: Mta = bench.mta('A', [{ name: 'B', connect: async () => bench.link(() => b) }]);
      for (const mta of [a, b, c]) mta.start();
      const start = bench.clock.now();
      const made = a.submit('B', { ...mail('passing'), deferredUntil: start });
      const until = start + 3 * HOUR;
      const apdu = Buffer.from(made.apdu);
      const at = apdu.indexOf('060808000000Z', apdu.indexOf(Buffer.from([0x80, 0x0d])));
      apdu.write('060808030000Z', at, 'latin1');
      const { kind, priority, system, identifier } = made;
      a.enqueue('B', { kind, priority, system, identifier: `${identifier}x`, apdu: new Uint8Array(apdu) });
      await bench.pass(5 * HOUR);
      return { start, until, received, b };
    }

    it('goes on at once where nothing is agreed', async () => {
      const { start, received } = await relayed({});
      expect(received.map(([at]) => at)).to.deep.equal([start, start]);
      const trace = envelopeOf(received[1]?.[1] ?? new Uint8Array())?.traceInformation;
      expect(trace?.at(-1)?.domainSuppliedInformation.deferredTime).to.equal(undefined);
    });

    for (const [what, options] of [
      ['a peer', { ofA: { deferral: 'hold' } }],
      ['the preset', { preset: 'hold' }],
    ] as const) {
      it(`is held where that is agreed, by the configuration of ${what}, and the trace says so`, async () => {
        const { start, until, received } = await relayed(options);
        expect(received.map(([at]) => at)).to.deep.equal([start, until]);
        const envelope = envelopeOf(received[1]?.[1] ?? new Uint8Array());
        expect(envelope?.deferredDeliveryTime).to.equal('060808030000Z');
        expect(envelope?.traceInformation.at(-1)?.domainSuppliedInformation).to.include({
          arrivalTime: '060808000000Z',
          deferredTime: '060808030000Z',
        });
      });
    }

    it('goes on at once where the peer is none of those agreed with', async () => {
      const { start, received } = await relayed({ preset: 'hold', ofA: { deferral: 'relay' } });
      expect(received.map(([at]) => at)).to.deep.equal([start, start]);
    });
  });

  describe('over a spool', () => {
    let folder = '';

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'p1spec-'));
    });

    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    const metas = () =>
      readdirSync(join(folder, 'queues', 'B'))
        .filter((name) => /^\d+\.json$/.test(name))
        .map((name) => join(folder, 'queues', 'B', name));

    it('survives the end of the process, and is due at its time', async () => {
      const bench = new Bench();
      const first = new FileSpool(folder);
      const start = bench.clock.now();
      const before = pairOf(bench, { a: { spool: first } }).a;
      before.submit('B', { ...mail('later'), deferredUntil: start + HOUR });
      before.kill();
      first.close();
      await bench.pass(MINUTE);
      const second = new FileSpool(folder);
      const { a, b } = pairOf(bench, { a: { spool: second } });
      const seen = arrivals(bench, b, ['later']);
      a.start();
      expect(a.queueTo('B').account()).to.include({ length: 0, deferred: 1 });
      await bench.pass(2 * HOUR);
      expect(seen).to.deep.equal([['later', start + HOUR]]);
      expect(metas()).to.deep.equal([]);
      second.close();
    });

    it('is due at once where its time has passed in between', async () => {
      const bench = new Bench();
      const first = new FileSpool(folder);
      pairOf(bench, { a: { spool: first } }).a.submit('B', {
        ...mail('later'),
        deferredUntil: bench.clock.now() + HOUR,
      });
      first.close();
      await bench.pass(2 * HOUR);
      const second = new FileSpool(folder);
      const { a, b } = pairOf(bench, { a: { spool: second } });
      const seen = arrivals(bench, b, ['later']);
      a.start();
      await bench.pass(1000);
      expect(seen).to.have.lengthOf(1);
      second.close();
    });

    it('takes an item of a spool that knew of no deferral, and none whose time is no number', () => {
      const first = new FileSpool(folder);
      const bench = new Bench();
      pairOf(bench, { a: { spool: first } }).a.submit('B', mail('old'));
      first.close();
      const [meta = ''] = metas();
      const written = JSON.parse(readFileSync(meta, 'utf8')) as object;
      expect(written).to.not.have.property('deferredUntil');
      const again = new FileSpool(folder);
      expect(again.queues().get('B')).to.have.lengthOf(1);
      writeFileSync(meta, JSON.stringify({ ...written, deferredUntil: 'tomorrow' }));
      expect(() => again.queues())
        .to.throw(P1specError)
        .with.property('code', 'ERR_SPOOL');
      again.close();
    });
  });

  it('can be taken out by an operator before its time', async () => {
    const bench = new Bench();
    const { a, b } = pairOf(bench);
    const seen = arrivals(bench, b, ['later']);
    a.start();
    a.submit('B', { ...mail('later'), deferredUntil: bench.clock.now() + HOUR });
    expect(a.connectorTo('B').remove(() => true, false)).to.equal(1);
    expect(bench.clock.nextTimer).to.equal(undefined);
    await bench.pass(2 * HOUR);
    expect(seen).to.deep.equal([]);
    expect(a.queueTo('B').items()).to.deep.equal([]);
  });

  it('leaves a report to whom it concerns undeferred', async () => {
    const bench = new Bench();
    const { a, b } = pairOf(bench, { ofB: { dialogueMode: 'twa' }, ofA: { dialogueMode: 'twa' } });
    const reports: number[] = [];
    a.on('reportReceived', () => reports.push(bench.clock.now()));
    a.start();
    b.start();
    const start = bench.clock.now();
    a.submit('B', { ...mail('later'), recipients: [bob], reports: true, deferredUntil: start + HOUR });
    await bench.pass(2 * HOUR);
    expect(reports).to.deep.equal([start + HOUR]);
  });
});
