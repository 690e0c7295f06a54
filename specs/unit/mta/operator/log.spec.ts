import { expect } from 'chai';
import { VirtualClock } from '../../../../harness/link/clock.js';
import { type Conversation, runBetween, type Side } from '../../../../harness/mta/conversation.js';
import { Mta } from '../../../../harness/mta/engine.js';
import { formatEvidence } from '../../../../harness/mta/evidence.js';
import { orName } from '../../../../harness/mta/names.js';
import { Counters } from '../../../../harness/mta/operator/counters.js';
import { eventDefinitions } from '../../../../harness/mta/operator/definitions.js';
import { type OperatorEvent, OperatorLog, type OperatorLogOptions } from '../../../../harness/mta/operator/log.js';
import { exchange2003Kb916986, exchange2003Sp2, tolerant } from '../../../../harness/mta/presets/index.js';
import { connectorDefaults } from '../../../../harness/mta/retry.js';

const here = { country: 'US', administrationDomain: ' ', privateDomain: 'Here' };
const there = { country: 'GB', administrationDomain: ' ', privateDomain: 'There' };
const alice = orName({ ...here, surname: 'Alice' });
const bob = orName({ ...there, surname: 'Bob' });
const mail = { originator: alice, recipients: [bob], text: 'x' };
const back = { originator: bob, recipients: [alice], text: 'x' };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2006, 7, 8);

function begin(a: Partial<Side> = {}, b: Partial<Side> = {}): Promise<Conversation> {
  return runBetween(
    { preset: exchange2003Kb916986, name: 'EXCH1', domain: here, ...a },
    { preset: tolerant, name: 'FOREIGN', domain: there, ...b },
    { clock: new VirtualClock(START), links: 'memory' },
  );
}

function logOf(mta: Mta, options: Partial<OperatorLogOptions> = {}): OperatorEvent[] {
  const events: OperatorEvent[] = [];
  new OperatorLog(mta, { family: 'exchange', tell: (event) => events.push(event), ...options });
  return events;
}

/** An MTA whose peer cannot be reached. */
function alone(): { readonly mta: Mta; readonly clock: VirtualClock } {
  const clock = new VirtualClock(START);
  const connect = () => Promise.reject(new Error('connection refused'));
  const random = (octets: number) => new Uint8Array(octets);
  const peers = [{ name: 'FOREIGN', connect }];
  return { mta: new Mta({ name: 'EXCH1', preset: exchange2003Kb916986, domain: here, peers, clock, random }), clock };
}

/** The numbers, in order; names of what has none. */
const numbers = (events: readonly OperatorEvent[]) => events.map(({ id, name }) => id ?? name);
const numbered = (events: readonly OperatorEvent[]) => events.flatMap(({ id }) => (id === undefined ? [] : [id]));

/** Closes what is opened to it, before a word is said. */
const unreachable = { options: { hooks: { onTransportConnect: () => ({ do: 'close' }) as const } } };

describe('the event log of an operator', () => {
  it('tells of a day of openings that fail: 1294, 4284, 289, 301 every 600 s, and 290 after 144 retries', async () => {
    const { mta, clock } = alone();
    const events = logOf(mta);
    mta.start();
    mta.submit('FOREIGN', mail);
    await clock.advanceToAsync(START + 24 * HOUR - 1);
    expect(numbers(events)).to.deep.equal(Array.from({ length: 144 }, () => [1294, 4284, 289, 301]).flat());
    const openings = events.filter(({ id }) => id === 289).map(({ at }) => at);
    expect(openings).to.deep.equal(Array.from({ length: 144 }, (_, i) => START + i * connectorDefaults.openInterval));
    const waits = events.filter(({ id }) => id === 301);
    expect(new Set(waits.map(({ parameters }) => parameters.seconds))).to.deep.equal(new Set([600]));

    await clock.advanceToAsync(START + 24 * HOUR);
    expect(numbers(events.slice(4 * 144))).to.deep.equal([1294, 4284, 289, 290, 301]);
    const [report] = events.filter(({ id }) => id === 290);
    expect(report?.at).to.equal(START + 24 * HOUR);
    expect(report?.parameters).to.include({ reason: 'transfer-failure', diagnostic: 'mts-congestion' });
    expect(report?.source).to.equal('MSExchangeMTA');
    expect(report?.evidence.map(formatEvidence)).to.include('KB 254818');

    // Nothing waits any more: nothing is opened, and nothing is told.
    const told = events.length;
    await clock.advanceToAsync(START + 48 * HOUR);
    expect(events).to.have.lengthOf(told);
  });

  it('tells the same of a third-party MTA, without the numbers of another product', async () => {
    const { mta, clock } = alone();
    const events = logOf(mta, { family: 'third-party' });
    mta.start();
    mta.submit('FOREIGN', mail);
    await clock.advanceToAsync(START + 1000);
    expect(events.map(({ name }) => name)).to.deep.equal([
      'associationEndedAbnormally',
      'connectionError',
      'connectionNotOpened',
      'openRetryTimer',
    ]);
    for (const { id, source, evidence } of events) {
      expect([id, source, evidence]).to.deep.equal([undefined, 'MTA', []]);
    }
  });

  it('tells 1294, 289 and 301 where the peer is there, and closes before it has bound', async () => {
    const both = await begin({}, unreachable);
    const events = logOf(both.a);
    both.a.submit('FOREIGN', mail);
    await both.advance(1000);
    expect(numbers(events)).to.deep.equal([1294, 289, 301]);
  });

  it('begins one wait for several associations that fail together', async () => {
    const both = await begin({}, unreachable);
    const events = logOf(both.a);
    // The first opens the first association; all wait when it is gone.
    for (let i = 0; i < 120; i += 1) both.a.submit('FOREIGN', mail);
    await both.advance(1000);
    expect(numbered(events).filter((id) => id === 289).length).to.be.greaterThan(1);
    expect(numbered(events).filter((id) => id === 301)).to.have.lengthOf(1);
  });

  it('has no number of a failure where nothing fails', async () => {
    const both = await begin();
    const events = [logOf(both.a), logOf(both.b)];
    both.a.submit('FOREIGN', mail);
    both.b.submit('EXCH1', back);
    await both.advance(10 * MINUTE);
    expect(both.received.a).to.have.lengthOf(1);
    expect(events.map(numbered)).to.deep.equal([[], []]);
    expect(numbers(events[0] ?? [])).to.include.members(['associationOpened', 'queueDrained']);
  });

  it('tells who refused a bind: 1290 and 289 where we called, 51 and 1293 where we were called', async () => {
    const both = await begin(
      { peer: { ours: { mtaName: 'EXCH1', password: 'wrong' } } },
      { peer: { theirs: { mtaName: 'EXCH1', password: 'right' } } },
    );
    const [ours, theirs] = [logOf(both.a), logOf(both.b)];
    both.a.submit('FOREIGN', mail);
    await both.advance(1000);
    expect(numbers(ours)).to.deep.equal([1290, 289, 301]);
    expect(ours[0]?.parameters.error).to.equal('authenticationError');
    expect(numbers(theirs)).to.deep.equal([51, 1293]);
  });

  it('tells 55 where the dialogue mode is what we refuse', async () => {
    const both = await begin(
      {},
      { options: { hooks: { onBind: () => ({ do: 'refuse', error: 'unacceptableDialogueMode' }) } } },
    );
    const theirs = logOf(both.b);
    both.a.submit('FOREIGN', mail);
    await both.advance(1000);
    expect(numbers(theirs)).to.deep.equal([55, 1293]);
  });

  it('tells 1293 alone where neither name nor mode is the reason', async () => {
    const both = await begin({}, { options: { hooks: { onBind: () => ({ do: 'refuse', error: 'busy' }) } } });
    const theirs = logOf(both.b);
    both.a.submit('FOREIGN', mail);
    await both.advance(1000);
    expect(numbers(theirs)).to.deep.equal([1293]);
  });

  it('tells 37 and 1293 where the connector to who calls is scheduled Never, and lets nothing in', async () => {
    const both = await begin({}, { peer: { activation: 'never' } });
    const [ours, theirs] = [logOf(both.a), logOf(both.b)];
    both.a.submit('FOREIGN', mail);
    await both.advance(1000);
    expect(numbers(theirs)).to.deep.equal([37, 1293]);
    expect(numbers(ours)).to.deep.equal([1290, 289, 301]);
    expect(both.received.b).to.have.lengthOf(0);
  });

  it('tells 668 of a routing packet that is not taken, and no number of mail that is not', async () => {
    const hooks = { onTransfer: () => ({ do: 'abort' }) as const };
    const broken = await begin({ preset: exchange2003Sp2 }, { options: { hooks } });
    const events = logOf(broken.a);
    broken.a.submit('FOREIGN', mail);
    await broken.advance(1000);
    expect(numbered(events)).to.deep.equal([668, 1294]);

    const fixed = await begin({}, { options: { hooks } });
    const others = logOf(fixed.a);
    fixed.a.submit('FOREIGN', mail);
    await fixed.advance(1000);
    expect(numbers(others)).to.deep.equal(['associationOpened', 'transferFailed', 'transferRetryTimer', 1294]);
  });

  it('tells of a loop, 290 of the report on it, and that this one loops too', async () => {
    const both = await begin({ options: { route: () => 'FOREIGN' } }, { options: { route: () => 'EXCH1' } });
    const [ours, theirs] = [logOf(both.a), logOf(both.b)];
    const counters = [new Counters(both.a), new Counters(both.b)];
    both.a.submit('FOREIGN', mail);
    await both.advance(HOUR);
    const loops = [...ours, ...theirs].filter(({ name }) => name === 'loopDetected');
    expect(loops).to.have.lengthOf(2);
    const reports = [...ours, ...theirs].filter(({ id }) => id === 290);
    expect(reports.map(({ parameters }) => [parameters.reason, parameters.diagnostic])).to.deep.equal([
      ['unable-to-transfer', 'loop-detected'],
    ]);
    const looped = loops.map(({ parameters }) => parameters.identifier);
    expect(looped).to.have.members([reports[0]?.parameters.identifier, reports[0]?.parameters.report]);
    const totals = counters.map((each) => each.snapshot(both.clock.now()).mta['Total Loops Detected']);
    expect(totals[0] ?? 0).to.equal(2 - (totals[1] ?? 0));
  });

  it('has no 290 of what nobody is told of', async () => {
    const { mta, clock } = alone();
    const events = logOf(mta);
    mta.start();
    mta.submit('FOREIGN', { ...mail, system: true });
    await clock.advanceToAsync(START + 24 * HOUR);
    expect(numbers(events.slice(4 * 144))).to.deep.equal([1294, 4284, 289, 'givenUpUnreported', 301]);
  });

  it('tells 200 of an APDU that cannot be read', async () => {
    const both = await begin();
    const theirs = logOf(both.b);
    const apdu = Uint8Array.of(0xa0, 0x02, 0x31, 0x00);
    both.a.enqueue('FOREIGN', {
      kind: 'message',
      priority: 'normal',
      identifier: 'x',
      apdu,
      system: false,
      verbatim: true,
    });
    await both.advance(1000);
    expect(numbered(theirs)).to.deep.equal([200]);
    expect(theirs.find(({ id }) => id === 200)?.parameters).to.deep.equal({ peer: 'EXCH1', octets: 4 });
  });

  it('tells 57 once where more than nine associations are called for', async () => {
    const both = await begin({}, { options: { hooks: { onTransfer: () => ({ do: 'hold' }) } } });
    const events = logOf(both.a);
    for (let i = 0; i < 470; i += 1) both.a.submit('FOREIGN', mail);
    await both.advance(1000);
    const limits = events.filter(({ id }) => id === 57);
    expect(limits.map(({ parameters }) => parameters)).to.deep.equal([{ peer: 'FOREIGN', limit: 9 }]);
  });

  it('raises the alarms that are set: 659 and 666 on the way up, 660 and 667 at half of it', async () => {
    const both = await begin(
      {},
      { options: { hooks: { onTransportConnect: () => ({ do: 'delay', milliseconds: 5000 }) } } },
    );
    const options = { outboundQueueAlarm: { on: 4 }, workQueueAlarm: { on: 5, off: 0 } };
    const events = logOf(both.a, options);
    for (let i = 0; i < 6; i += 1) both.a.submit('FOREIGN', mail);
    expect(numbered(events)).to.deep.equal([659, 666]);
    await both.advance(MINUTE);
    const queue = events.filter(({ category }) => category === 'Resource');
    expect(queue.map(({ id, parameters }) => [id, parameters.messages])).to.deep.equal([
      [659, 4],
      [666, 5],
      [660, 2],
      [667, 0],
    ]);
  });

  it('stops telling when it is told to', async () => {
    const both = await begin({}, unreachable);
    const events: OperatorEvent[] = [];
    const log = new OperatorLog(both.a, { family: 'exchange', tell: (event) => events.push(event) });
    log.stop();
    both.a.submit('FOREIGN', mail);
    await both.advance(HOUR);
    expect(events).to.have.lengthOf(0);
  });

  it('rests every number on an article of the Knowledge Base, and numbers nothing else', () => {
    for (const [name, { evidence, ...rest }] of Object.entries(eventDefinitions)) {
      const kinds = evidence.map(({ kind }) => kind);
      if ('id' in rest) expect(kinds, name).to.include('kb');
      else expect(kinds, name).to.deep.equal([]);
    }
    const ids = Object.values(eventDefinitions).flatMap((each) => ('id' in each ? [each.id] : []));
    expect(new Set(ids).size).to.equal(ids.length);
  });
});

describe('the counters of an operator', () => {
  it('count what went both ways', async () => {
    const both = await begin();
    const counters = new Counters(both.a);
    both.a.submit('FOREIGN', { ...mail, recipients: [bob, bob] });
    both.b.submit('EXCH1', back);
    await both.advance(1000);
    const { mta, connections } = counters.snapshot(both.clock.now());
    expect(mta).to.include({
      'Work Queue Length': 0,
      'Inbound Messages Total': 1,
      'Outbound Messages Total': 1,
      'Total Recipients Inbound': 1,
      'Total Recipients Outbound': 2,
      'Total Recipients Queued': 0,
    });
    expect(mta['Inbound Bytes Total']).to.equal(both.received.a[0]?.apdu.octets.length);
    expect(connections.map(({ peer }) => peer)).to.deep.equal(['FOREIGN']);
    expect(connections[0]?.counters).to.include({
      'Connector Index': 1,
      'Current Inbound Associations': 1,
      'Current Outbound Associations': 1,
      'Cumulative Outbound Associations': 1,
      'Inbound Reject Reason': '',
      'Outbound Failure Reason': '',
      'Last Outbound Association': 0,
      'Outbound Messages Total': 1,
    });
  });

  it('say how a queue that does not move stands', async () => {
    const both = await begin({}, unreachable);
    const counters = new Counters(both.a);
    const before = counters.snapshot(both.clock.now()).connections[0]?.counters;
    expect(before).to.include({ 'Outbound Failure Reason': 'never', 'Oldest Message Queued': 0 });
    const item = both.a.submit('FOREIGN', { ...mail, recipients: [bob, bob] });
    await both.advance(15 * MINUTE);
    const { mta, connections } = counters.snapshot(both.clock.now());
    expect(mta).to.include({
      'Work Queue Length': 1,
      'Total Work Queue Bytes': item.apdu.length,
      'Total Recipients Queued': 2,
      'Total Recipients Outbound': 0,
    });
    expect(connections[0]?.counters).to.include({
      'Queue Length': 1,
      'Queued Bytes': item.apdu.length,
      'Oldest Message Queued': 15 * 60,
      'Next Association Retry': 5 * 60,
      'Failed Outbound Associations': 2,
      'Cumulative Outbound Associations': 0,
      'Last Outbound Association': undefined,
    });
    expect(connections[0]?.counters['Outbound Failure Reason']).to.be.a('string').that.is.not.empty;
  });

  it('say when an association was last open, and why the last one was refused', async () => {
    let refuses = false;
    const hooks = { onBind: () => (refuses ? ({ do: 'refuse', error: 'busy' } as const) : undefined) };
    const both = await begin({}, { options: { hooks } });
    const [ours, counters] = [new Counters(both.a), new Counters(both.b)];
    both.a.submit('FOREIGN', mail);
    await both.advance(10 * MINUTE);
    refuses = true;
    both.a.submit('FOREIGN', mail);
    await both.advance(1000);
    expect(counters.snapshot(both.clock.now()).connections[0]?.counters).to.include({
      // Released after its lifetime of 300 s.
      'Last Inbound Association': 301,
      'Inbound Reject Reason': 'busy',
      'Cumulative Inbound Associations': 1,
      'Current Inbound Associations': 0,
    });
    expect(ours.snapshot(both.clock.now()).connections[0]?.counters).to.include({
      'Outbound Failure Reason': 'busy',
      'Failed Outbound Associations': 1,
      'Last Outbound Association': 301,
    });
  });
});
