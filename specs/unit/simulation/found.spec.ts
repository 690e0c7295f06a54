import { expect } from 'chai';
import { VirtualClock } from '../../../harness/link/clock.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import { type Conversation, runBetween, type Side } from '../../../harness/mta/conversation.js';
import { Mta } from '../../../harness/mta/engine.js';
import type { Hooks } from '../../../harness/mta/hooks.js';
import { MemorySpool, type SpoolWrite } from '../../../harness/mta/memory-spool.js';
import { orName } from '../../../harness/mta/names.js';
import { tolerant } from '../../../harness/mta/presets/index.js';
import { collectFindings } from '../../../harness/rules/conversation.js';
import { fails } from '../../../harness/rules/finding.js';
import { connectionKey } from '../../../harness/stack/association/service.js';
import { domainOf } from '../../../simulation/world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const [alice, bob] = ['A', 'B'].map((mta) => orName({ ...domainOf(mta), surname: 'User' }));
if (alice === undefined || bob === undefined) throw new Error('no names');
const toB = { originator: alice, recipients: [bob], text: 'x'.repeat(5000) };
const toA = { originator: bob, recipients: [alice], text: 'x' };

function begin(a: Partial<Side> = {}, b: Partial<Side> = {}, sink?: (event: LinkEvent) => void): Promise<Conversation> {
  const clock = new VirtualClock(Date.UTC(2006, 7, 8));
  const side = (name: string): Side => ({ preset: tolerant, name, domain: domainOf(name) });
  return runBetween({ ...side('A'), ...a }, { ...side('B'), ...b }, { clock, links: 'memory', sink });
}

const answering = (hooks: Hooks): Partial<Side> => ({ options: { hooks } });

// Each of these was a seed once.
describe('what the simulation found', () => {
  it('an MTA names connections of the same second apart, so that none is taken for another when it is recovered', async () => {
    const retry = { threshold: 1 };
    const hold: Hooks = { onTransfer: ({ phase }) => (phase === 'end' ? { do: 'hold' } : undefined) };
    const both = await begin({ peer: { retry } }, answering(hold));
    for (let i = 0; i < 3; i += 1) both.a.submit('B', toB);
    await both.advance(100);
    const names = both.a.associations.map(({ service }) => service.connection && connectionKey(service.connection));
    expect(names).to.have.lengthOf(3);
    expect(new Set(names)).to.have.lengthOf(3);
  });

  it('mail comes in while the turn that was just given is on its way: it is asked for once it has gone', async () => {
    const givenAt: (boolean | undefined)[] = [];
    const onTurn: Hooks['onTurn'] = ({ phase }) => {
      if (phase === 'give' && givenAt.length === 0) {
        givenAt.push(both.b.associations[0]?.service.hasTurn);
        both.b.submit('A', toA);
      }
      return undefined;
    };
    const peer = { dialogueMode: 'twa', initialTurn: 'responder' } as const;
    const both = await begin({ peer, ...answering({ onTurn }) }, { peer: { activation: 'remote' } });
    both.a.submit('B', toB);
    await both.advance(MINUTE);
    expect(givenAt).to.deep.equal([false]);
    expect([both.received.a.length, both.received.b.length]).to.deep.equal([1, 1]);
  });

  it('mail does not wait for ever behind an association whose turn the peer keeps', async () => {
    let asked = 0;
    const onTurn: Hooks['onTurn'] = ({ phase }) => {
      if (phase === 'please') asked += 1;
      return phase === 'please' && asked === 1 ? { do: 'hold' } : undefined;
    };
    const peer = { dialogueMode: 'twa', initialTurn: 'responder' } as const;
    const both = await begin({ peer }, { peer: { activation: 'remote' }, ...answering({ onTurn }) });
    both.a.submit('B', toB);
    await both.advance(9 * MINUTE);
    expect(both.received.b).to.have.lengthOf(0);
    await both.advance(HOUR);
    expect(both.received.b).to.have.lengthOf(1);
    expect(asked).to.equal(2);
  });

  it('nor where the turn was not wanted any more for a while', async () => {
    let asked = 0;
    const onTurn: Hooks['onTurn'] = ({ phase }) => {
      if (phase === 'please') asked += 1;
      return phase === 'please' && asked === 1 ? { do: 'hold' } : undefined;
    };
    const peer = { dialogueMode: 'twa', initialTurn: 'responder' } as const;
    const both = await begin({ peer }, { peer: { activation: 'remote' }, ...answering({ onTurn }) });
    both.a.submit('B', toB);
    await both.advance(MINUTE);
    both.a.connectorTo('B').freeze(true);
    await both.advance(HOUR);
    expect(both.received.b).to.have.lengthOf(0);
    both.a.connectorTo('B').freeze(false);
    await both.advance(HOUR);
    expect(both.received.b).to.have.lengthOf(1);
  });

  it('a checkpoint that was held back says nothing of later transfers', async () => {
    let seen = 0;
    const onCheckpoint: Hooks['onCheckpoint'] = () => {
      seen += 1;
      return seen === 1 ? { do: 'hold' } : undefined;
    };
    const retry = { associationLifetime: HOUR, transferInterval: 1000 };
    const peer = { checkpointSize: 1, windowSize: 1, retry, timers: { transfer: 10_000 } };
    const both = await begin({ peer }, { peer, ...answering({ onCheckpoint }) });
    both.a.submit('B', toB);
    await both.advance(MINUTE);
    expect(both.received.b).to.have.lengthOf(1);
    expect(both.a.associations).to.have.lengthOf(1);
  });

  it('each refusal counts, however far the transfer had got: nothing is sent again without end', async () => {
    const writes: SpoolWrite[] = [];
    const spool = new MemorySpool({ isAlive: () => true, wrote: (write) => void writes.push(write) });
    const onTransfer: Hooks['onTransfer'] = ({ phase }) =>
      phase === 'end' ? { do: 'exception', reason: 'unrecoverableProcedureError' } : undefined;
    const peer = { checkpointSize: 1, windowSize: 1 };
    const both = await begin({}, { peer, ...answering({ onTransfer }) });
    both.a.kill();
    const clock = both.clock;
    const failures: string[] = [];
    const { connect } = both.a.connectorTo('B').peer;
    const retry = { maxOpenRetries: 1, maxTransferRetries: 1, openInterval: MINUTE, transferInterval: MINUTE };
    const mta = new Mta({
      name: 'A',
      preset: tolerant,
      domain: domainOf('A'),
      clock,
      random: (octets) => new Uint8Array(octets),
      peers: [{ name: 'B', connect, retry, ...peer }],
      spool,
    });
    mta.on('transferFailed', ({ reason }) => failures.push(reason));
    mta.start();
    mta.submit('B', toB);
    await both.advance(HOUR);
    expect(mta.queueTo('B').account()).to.include({ length: 0, nonDelivered: 1 });
    expect(failures.length).to.be.within(2, 8);
    mta.kill();
  });

  it('what is given up is told of before it is taken out of the spool', async () => {
    const order: string[] = [];
    const wrote = (write: SpoolWrite) => {
      if ('item' in write) order.push(`${write.what} ${write.item.kind}`);
    };
    const spool = new MemorySpool({ isAlive: () => true, wrote });
    const clock = new VirtualClock(0);
    const connect = () => Promise.reject(new Error('connection refused'));
    const mta = new Mta({
      name: 'B',
      preset: tolerant,
      domain: domainOf('B'),
      clock,
      random: (octets) => new Uint8Array(octets),
      // The originator is behind the one peer, the recipient behind the other.
      peers: [{ name: 'A' }, { name: 'C', connect, retry: { maxOpenRetries: 0 } }],
      route: () => 'A',
      spool,
    });
    mta.on('nonDelivered', () => order.push('told'));
    const sent = mta.submit('C', toB);
    expect(sent.kind).to.equal('message');
    mta.start();
    await clock.advanceToAsync(HOUR);
    expect(order.filter((each) => !each.startsWith('changed'))).to.deep.equal([
      'added message',
      'added report',
      'told',
      'removed message',
    ]);
    mta.kill();
  });

  it('octets that were under way when the other side aborted are no finding', async () => {
    const events: LinkEvent[] = [];
    const peer = { checkpointSize: 1, windowSize: 10 };
    const both = await begin({ peer }, { peer }, (event) => events.push(event));
    both.a.submit('B', toB);
    await both.advance(MINUTE);
    await both.stop();
    const data = events.filter((event) => event.kind === 'data');
    const start = data.findIndex(({ octets }) => Buffer.from(octets).includes(Buffer.from([1, 0, 0x2d])));
    // ABORT, between the slices of the transfer.
    const abort = { ...(data[start] as LinkEvent & { kind: 'data' }), direction: 'r2i' as const };
    const octets = Uint8Array.from([3, 0, 0, 12, 2, 0xf0, 0x80, 25, 3, 17, 1, 3]);
    const at = events.indexOf(data[start + 3] as LinkEvent);
    const sent = events.slice(at).filter((event) => event.kind === 'data' && event.direction === 'i2r');
    const crossed = [...events.slice(0, at), { ...abort, octets }, ...sent.slice(0, 4)];
    expect(sent.length).to.be.greaterThan(4);
    const { findings, summary } = await collectFindings(crossed);
    expect(summary.apdus).to.equal(1);
    expect(findings.filter(fails)).to.deep.equal([]);
  });
});
