import { expect } from 'chai';
import { VirtualClock } from '../../../../harness/link/clock.js';
import {
  type FaultAction,
  type FaultLayer,
  FaultPlan,
  type LayerFault,
} from '../../../../harness/link/faults/index.js';
import { memoryPair } from '../../../../harness/link/memory.js';
import { listen, wire } from './support.js';

/** PLEASE TOKENS and MINOR SYNC ACK with a serial number of one digit, in one DT: 14 octets. */
const ack = (digit: number) => `0300000e02f0800200${spdu(digit)}`;
const spdu = (digit: number) => `32032a013${digit}`;
/** An S-P-ABORT, X.225 8.3.9. */
const ABORT = '0300000c02f0801903110109';
const CR = '0300000b06e00000000700';
const CC = '0300000b06d00007000900';

interface Outcome {
  /** What the receiver of the unit is told. */
  readonly heard: string[];
  /** What its sender is told. */
  readonly sender?: string[];
}

const ended = (...before: string[]): Outcome => ({ heard: [...before, 'end'], sender: ['end'] });
const whole = [ack(1), ack(2), ack(3)];

/** What becomes of three acknowledgements where the second is hit. */
const table: [FaultLayer, string, FaultAction, Outcome][] = [
  ['tcp', 'segment', { kind: 'drop' }, { heard: [ack(1), ack(3)] }],
  ['tcp', 'segment', { kind: 'truncate', octets: 5 }, { heard: [ack(1), '0300000e02', ack(3)] }],
  ['tcp', 'segment', { kind: 'corrupt', octet: 13, mask: 1 }, { heard: [ack(1), ack(3), ack(3)] }],
  ['tcp', 'segment', { kind: 'split', at: 4 }, { heard: [ack(1), '0300000e', '02f08002003203' + '2a0132', ack(3)] }],
  ['tcp', 'segment', { kind: 'duplicate' }, { heard: [ack(1), ack(2), ack(2), ack(3)] }],
  ['tcp', 'segment', { kind: 'abort' }, { heard: [ack(1), 'close reset'], sender: ['close reset'] }],
  ['tcp', 'segment', { kind: 'close' }, ended(ack(1))],
  ['tcp', 'segment', { kind: 'halfClose' }, { heard: [ack(1), 'end'] }],
  ['tcp', 'segment', { kind: 'reset' }, { heard: [ack(1), 'close reset'], sender: ['close reset'] }],

  ['tpkt', 'TPKT', { kind: 'drop' }, { heard: [ack(1), ack(3)] }],
  // The rest vanishes, and the length still counts it.
  ['tpkt', 'TPKT', { kind: 'truncate', octets: 5 }, { heard: [ack(1), '0300000e02', ack(3)] }],
  ['tpkt', 'TPKT', { kind: 'corrupt', octet: 3, mask: 3 }, { heard: [ack(1), ack(2).replace('0e', '0d'), ack(3)] }],
  ['tpkt', 'TPKT', { kind: 'split', at: 4 }, { heard: [ack(1), '0300000e', '02f080020032032a0132', ack(3)] }],
  ['tpkt', 'TPKT', { kind: 'duplicate' }, { heard: [ack(1), ack(2), ack(2), ack(3)] }],
  ['tpkt', 'TPKT', { kind: 'abort' }, { heard: [ack(1), 'close reset'], sender: ['close reset'] }],
  ['tpkt', 'TPKT', { kind: 'close' }, ended(ack(1))],
  ['tpkt', 'TPKT', { kind: 'halfClose' }, { heard: [ack(1), 'end'] }],
  ['tpkt', 'TPKT', { kind: 'reset' }, { heard: [ack(1), 'close reset'], sender: ['close reset'] }],

  ['cotp', 'DT', { kind: 'drop' }, { heard: [ack(1), ack(3)] }],
  ['cotp', 'DT', { kind: 'truncate', octets: 5 }, { heard: [ack(1), '0300000902f0800200', ack(3)] }],
  ['cotp', 'DT', { kind: 'corrupt', octet: 1, mask: 0x80 }, { heard: [ack(1), ack(2).replace('f0', '70'), ack(3)] }],
  [
    'cotp',
    'DT',
    { kind: 'split', at: 5 },
    { heard: [ack(1), '0300000902f0000200', '0300000c02f08032032a0132', ack(3)] },
  ],
  ['cotp', 'DT', { kind: 'duplicate' }, { heard: [ack(1), ack(2), ack(2), ack(3)] }],
  // A DR with the references that CR and CC have told: none were seen.
  ['cotp', 'DT', { kind: 'abort' }, ended(ack(1), '0300000b06800000000000')],
  ['cotp', 'DT', { kind: 'close' }, ended(ack(1))],
  ['cotp', 'DT', { kind: 'halfClose' }, { heard: [ack(1), 'end'] }],
  ['cotp', 'DT', { kind: 'reset' }, { heard: [ack(1), 'close reset'], sender: ['close reset'] }],

  ['session', 'MINOR SYNC ACK', { kind: 'drop' }, { heard: [ack(1), ack(3)] }],
  // What leads it, and the layers below, are as they should be.
  [
    'session',
    'MINOR SYNC ACK',
    { kind: 'truncate', octets: 3 },
    { heard: [ack(1), '0300000c02f080020032032a', ack(3)] },
  ],
  ['session', 'MINOR SYNC ACK', { kind: 'corrupt', octet: 4, mask: 1 }, { heard: [ack(1), ack(3), ack(3)] }],
  [
    'session',
    'MINOR SYNC ACK',
    { kind: 'split', at: 2 },
    { heard: [ack(1), '0300000b02f00002003203', '0300000a02f0802a0132', ack(3)] },
  ],
  ['session', 'MINOR SYNC ACK', { kind: 'duplicate' }, { heard: [ack(1), ack(2), ack(2), ack(3)] }],
  ['session', 'MINOR SYNC ACK', { kind: 'abort' }, ended(ack(1), ABORT)],
  ['session', 'MINOR SYNC ACK', { kind: 'close' }, ended(ack(1))],
  ['session', 'MINOR SYNC ACK', { kind: 'halfClose' }, { heard: [ack(1), 'end'] }],
  ['session', 'MINOR SYNC ACK', { kind: 'reset' }, { heard: [ack(1), 'close reset'], sender: ['close reset'] }],
];

const other = { here: 'there', there: 'here' } as const;

for (const [from, direction] of [
  ['here', 'sent'],
  ['there', 'received'],
] as const) {
  describe(`a fault at one of the lower layers, at what is ${direction}`, () => {
    for (const [layer, kind, does, outcome] of table) {
      it(`${does.kind} ${kind} of ${layer}`, () => {
        const fault: LayerFault = { direction, layer, kind, nth: 2, does };
        const { send, heard, plan } = wire([fault]);
        for (const each of whole) send(from, each);
        expect(heard[other[from]]).to.deep.equal(outcome.heard);
        expect(heard[from]).to.deep.equal(outcome.sender ?? []);
        expect(plan.hits).to.deep.equal([{ fault, index: 0, connection: 0, kind, nth: 2, time: 0 }]);
        expect(plan.unmet).to.deep.equal([]);
      });
    }

    for (const [layer, kind] of [
      ['tcp', 'segment'],
      ['tpkt', 'TPKT'],
      ['cotp', 'DT'],
      ['session', 'MINOR SYNC ACK'],
    ] as const) {
      it(`delay ${kind} of ${layer}: what is behind it keeps its place`, () => {
        const { send, heard, pass, here, responder } = wire([
          { direction, layer, kind, nth: 2, does: { kind: 'delay', milliseconds: 500 } },
        ]);
        for (const each of whole) send(from, each);
        (from === 'here' ? here : responder).close();
        pass(499);
        expect(heard[other[from]]).to.deep.equal([ack(1)]);
        pass(1);
        expect(heard[other[from]]).to.deep.equal([...whole, 'end']);
      });
    }

    it('reaches the other direction only where it ends the connection', () => {
      for (const kind of ['drop', 'halfClose', 'close', 'reset'] as const) {
        const { send, heard } = wire([{ direction, layer: 'session', nth: 1, does: { kind } }]);
        send(from, ack(1));
        send(other[from], ack(2));
        const passes = kind === 'drop' || kind === 'halfClose';
        expect(heard[from].includes(ack(2)), kind).to.equal(passes);
      }
    });

    it('ends a connection that both then close', () => {
      for (const kind of ['close', 'halfClose', 'abort'] as const) {
        const { send, heard, here, responder, deliverAll } = wire([
          { direction, layer: 'session', nth: 1, does: { kind } },
        ]);
        send(from, ack(1));
        here.close();
        responder.close();
        deliverAll();
        for (const side of ['here', 'there'] as const) {
          expect(heard[side].slice(-2), `${kind} ${side}`).to.deep.equal(['end', 'close end']);
        }
      }
    });
  });
}

describe('a link with faults', () => {
  it('tells its user, when it starts, of what came about before', () => {
    const { initiator } = memoryPair({ delivery: 'manual' });
    const clock = new VirtualClock();
    const close: LayerFault = { direction: 'sent', layer: 'tpkt', nth: 1, does: { kind: 'close' } };
    const link = new FaultPlan([close], clock).apply(initiator);
    link.send(Buffer.from(ack(1), 'hex'));
    clock.advanceTo(1);
    expect(listen(link)).to.deep.equal(['end']);
  });

  it('tells its user of one end', () => {
    const close: LayerFault = { direction: 'sent', layer: 'session', nth: 1, does: { kind: 'close' } };
    const { send, heard, responder } = wire([close]);
    responder.close();
    send('here', ack(1));
    expect(heard.here).to.deep.equal(['end', 'close end']);
  });

  it('does not write to the octets that it was given', () => {
    const corrupt: LayerFault = {
      direction: 'sent',
      layer: 'tpkt',
      nth: 1,
      does: { kind: 'corrupt', octet: 1, mask: 1 },
    };
    const { here } = wire([corrupt]);
    const octets = Buffer.from(ack(1), 'hex');
    here.send(octets);
    expect(octets.toString('hex')).to.equal(ack(1));
    const cut = wire([{ direction: 'sent', layer: 'session', nth: 1, does: { kind: 'truncate', octets: 1 } }]);
    const parts = ['0300000a02f000020032', '0300000b02f080032a0131'].map((each) => Buffer.from(each, 'hex'));
    for (const part of parts) cut.here.send(part);
    cut.deliverAll();
    expect(cut.heard.there).to.deep.equal(['0300000a02f080020032']);
    expect(parts[0]?.toString('hex')).to.equal('0300000a02f000020032');
  });

  it('cuts what came at once, where something happens in the middle of it', () => {
    const does = { kind: 'delay', milliseconds: 10 } as const;
    const { send, heard, pass } = wire([{ direction: 'sent', layer: 'session', nth: 2, does }]);
    send('here', whole.join(''));
    expect(heard.there).to.deep.equal([ack(1)]);
    pass(10);
    expect(heard.there).to.deep.equal([ack(1), ack(2) + ack(3)]);
    const closed = wire([{ direction: 'sent', layer: 'session', nth: 2, does: { kind: 'close' } }]);
    closed.send('here', whole.join(''));
    expect(closed.heard.there).to.deep.equal([ack(1), 'end']);
  });

  it('is dropped with all that waits in it', () => {
    const wait: LayerFault = {
      direction: 'received',
      layer: 'session',
      nth: 1,
      does: { kind: 'delay', milliseconds: 9 },
    };
    const { send, heard, here, pass } = wire([wait]);
    send('there', ack(1));
    here.destroy();
    pass(10);
    expect(heard.here).to.deep.equal(['close reset']);
    const other = wire([wait]);
    other.send('there', ack(1));
    other.responder.destroy();
    other.deliverAll();
    other.pass(10);
    expect(other.heard.here).to.deep.equal(['close reset']);
  });
});

describe('faults of transport', () => {
  it('abort with the references of CR and CC', () => {
    const { send, heard } = wire([{ direction: 'sent', layer: 'cotp', kind: 'DT', nth: 1, does: { kind: 'abort' } }]);
    send('here', CR);
    send('there', CC);
    send('here', ack(1));
    expect(heard.there).to.deep.equal([CR, '0300000b06800009000700', 'end']);
    expect(heard.here).to.deep.equal([CC, 'end']);
  });

  it('hit a TPDU by its kind, whatever else there is', () => {
    const { send, heard } = wire([
      { direction: 'sent', layer: 'cotp', kind: 'CR', nth: 1, does: { kind: 'corrupt', octet: 6, mask: 0x40 } },
    ]);
    send('here', ack(1), CR, CR);
    expect(heard.there).to.deep.equal([ack(1), '0300000b06e00000000740', CR]);
  });

  it('split a TPDU that does not end its TSDU into two that do not', () => {
    const { send, heard } = wire([{ direction: 'sent', layer: 'cotp', nth: 1, does: { kind: 'split', at: 4 } }]);
    send('here', '0300000902f0000200', '0300000c02f08032032a0131');
    expect(heard.there).to.deep.equal(['0300000802f00002', '0300000802f00000', '0300000c02f08032032a0131']);
  });

  it('hit one TPDU of a TSDU', () => {
    const parts = ['0300000902f0000200', '0300000902f0003203', '0300000a02f0802a0132'];
    const { send, heard } = wire([{ direction: 'sent', layer: 'cotp', kind: 'DT', nth: 2, does: { kind: 'drop' } }]);
    send('here', ...parts);
    expect(heard.there).to.deep.equal([parts[0], parts[2]]);
  });
});

describe('faults of session', () => {
  it('hit an SPDU in several TPDUs, and leave their sizes', () => {
    const parts = ['0300000902f0000200', '0300000902f0003203', '0300000a02f0802a0132'];
    const cut = wire([{ direction: 'sent', layer: 'session', nth: 1, does: { kind: 'truncate', octets: 3 } }]);
    cut.send('here', ...parts);
    expect(cut.heard.there).to.deep.equal([parts[0], parts[1], '0300000802f0802a']);
    const corrupted = wire([
      { direction: 'sent', layer: 'session', nth: 1, does: { kind: 'corrupt', octet: 1, mask: 0xff } },
    ]);
    corrupted.send('here', ...parts);
    expect(corrupted.heard.there).to.deep.equal([parts[0], '0300000902f00032fc', parts[2]]);
    const short = wire([{ direction: 'sent', layer: 'session', nth: 1, does: { kind: 'truncate', octets: 1 } }]);
    short.send('here', ...parts);
    expect(short.heard.there).to.deep.equal([parts[0], '0300000802f08032']);
  });

  it('leave an empty TPDU that ends the TSDU', () => {
    const parts = ['0300000e02f00002003203' + '2a0131', '0300000702f080'];
    const { send, heard } = wire([
      { direction: 'sent', layer: 'session', nth: 1, does: { kind: 'corrupt', octet: 4, mask: 2 } },
    ]);
    send('here', ...parts);
    expect(heard.there).to.deep.equal([parts[0]?.replace(/31$/, '33'), parts[1]]);
  });

  it('take an SPDU that leads another for itself only where it says something', () => {
    // GIVE TOKENS with a Token Item before a DATA TRANSFER.
    const bare = '0300000d02f08001000100a1b2';
    const giving = '0300001002f080010310011501' + '00a1b2';
    const { send, heard, plan } = wire([
      { direction: 'sent', layer: 'session', kind: 'GIVE TOKENS', nth: 1, does: { kind: 'drop' } },
    ]);
    send('here', bare, giving);
    expect(heard.there).to.deep.equal([bare, bare]);
    expect(plan.hits.map(({ nth }) => nth)).to.deep.equal([1]);
  });
});

describe('faults of presentation', () => {
  it('hit the ARP of its provider', () => {
    // AB of a provider, with an ARP-PPDU. X.226 8.2.
    const abort = '0300001302f080190a110103c1053003800100';
    const { send, heard } = wire([
      { direction: 'sent', layer: 'presentation', kind: 'ARP', nth: 1, does: { kind: 'truncate', octets: 2 } },
    ]);
    send('here', abort);
    expect(heard.there).to.deep.equal(['0300001002f0801907110103c1023003']);
  });
});

describe('the units that a fault hits', () => {
  const drops = (nth: LayerFault['nth']) => {
    const { send, heard, plan } = wire([
      { direction: 'sent', layer: 'session', kind: 'MINOR SYNC ACK', nth, does: { kind: 'drop' } },
    ]);
    for (const digit of [1, 2, 3, 4, 5]) send('here', ack(digit));
    return { left: heard.there.map((each) => Number(each.at(-1))), unmet: plan.unmet };
  };

  it('are one, each, the first ones, or those from one on', () => {
    expect(drops(3).left).to.deep.equal([1, 2, 4, 5]);
    expect(drops('every').left).to.deep.equal([]);
    expect(drops({ first: 2 }).left).to.deep.equal([3, 4, 5]);
    expect(drops({ from: 4 }).left).to.deep.equal([1, 2, 3]);
  });

  it('are missed, and that is told', () => {
    const [unmet] = drops(6).unmet;
    expect([unmet?.index, unmet?.seen, unmet?.hits, unmet?.tooShort]).to.deep.equal([0, 5, 0, 0]);
    expect(drops({ first: 7 }).unmet.map(({ hits }) => hits)).to.deep.equal([5]);
    expect(drops({ from: 7 }).unmet).to.have.lengthOf(1);
  });

  it('may be too short, and that is told', () => {
    for (const does of [
      { kind: 'corrupt', octet: 5, mask: 1 },
      { kind: 'truncate', octets: 5 },
      { kind: 'split', at: 5 },
    ] as const) {
      const { send, heard, plan } = wire([{ direction: 'sent', layer: 'session', nth: 1, does }]);
      send('here', ack(1));
      expect(heard.there).to.deep.equal([ack(1)]);
      expect(plan.hits).to.deep.equal([]);
      expect(plan.unmet.map(({ seen, tooShort }) => [seen, tooShort])).to.deep.equal([[1, 1]]);
    }
  });

  it('count as they were sent, whatever other faults make of them', () => {
    const drop = (nth: number): LayerFault => ({ direction: 'sent', layer: 'session', nth, does: { kind: 'drop' } });
    const { send, heard, plan } = wire([
      drop(2),
      drop(3),
      { direction: 'sent', layer: 'tpkt', nth: 4, does: { kind: 'duplicate' } },
      { direction: 'sent', layer: 'cotp', nth: 5, does: { kind: 'corrupt', octet: 9, mask: 8 } },
    ]);
    for (const digit of [1, 2, 3, 4, 5]) send('here', ack(digit));
    expect(heard.there).to.deep.equal([ack(1), ack(4), ack(4), ack(5).replace(/35$/, '3d')]);
    expect(plan.unmet).to.deep.equal([]);
  });

  it('are hit by several faults in the order of the plan, until one takes them away', () => {
    const corrupt = (octet: number, mask: number): LayerFault => ({
      direction: 'sent',
      layer: 'session',
      nth: 1,
      does: { kind: 'corrupt', octet, mask },
    });
    const both = wire([corrupt(4, 2), corrupt(3, 1), { ...corrupt(0, 1), does: { kind: 'duplicate' } }]);
    both.send('here', ack(1));
    const changed = '0300000e02f080020032032a0033';
    expect(both.heard.there).to.deep.equal([changed, changed]);
    const gone = wire([{ ...corrupt(0, 1), does: { kind: 'drop' } }, corrupt(4, 2)]);
    gone.send('here', ack(1));
    expect(gone.heard.there).to.deep.equal([]);
    expect(gone.plan.hits.map(({ index }) => index)).to.deep.equal([0]);
  });

  it('count over all links that share the plan', () => {
    const first = wire([{ direction: 'sent', layer: 'session', nth: 2, does: { kind: 'drop' } }]);
    first.send('here', ack(1));
    const second = wire([]);
    const link = first.plan.apply(second.initiator);
    link.start({ data() {}, end() {}, close() {} });
    link.send(Buffer.from(ack(2), 'hex'));
    link.send(Buffer.from(ack(3), 'hex'));
    second.deliverAll();
    expect(second.heard.there).to.deep.equal([ack(3)]);
    expect(first.plan.hits.map(({ connection, nth }) => [connection, nth])).to.deep.equal([[1, 2]]);
  });
});

describe('a plan that has come about on another link', () => {
  it('holds nothing back', () => {
    const parts = ['0300000902f0000200', '0300000902f0003203', '0300000a02f0802a0131'] as const;
    const first = wire([{ direction: 'sent', layer: 'session', nth: 1, does: { kind: 'drop' } }]);
    first.send('here', parts[0]);
    const second = wire([]);
    const link = first.plan.apply(second.initiator);
    link.start({ data() {}, end() {}, close() {} });
    link.send(Buffer.from(ack(1), 'hex'));
    expect(first.plan.hits).to.have.lengthOf(1);
    first.send('here', parts[1], parts[2], ack(2));
    expect(first.heard.there).to.deep.equal([...parts, ack(2)]);
  });
});

describe('octets that no fault hits', () => {
  const never: LayerFault[] = (['tcp', 'tpkt', 'cotp', 'session', 'presentation', 'acse', 'rtse', 'p1'] as const).map(
    (layer) => ({ direction: 'sent', layer, nth: 1000, does: { kind: 'drop' } }),
  );

  it('pass in the pieces in which they came, once their unit is whole', () => {
    const all = whole.join('');
    // In hexadecimal: within a TPKT, at its end, and over two of them.
    const pieces = [all.slice(0, 10), all.slice(10, 28), all.slice(28, 40), all.slice(40, 64), all.slice(64)];
    const { send, heard } = wire(never);
    send('here', pieces[0] as string);
    expect(heard.there).to.deep.equal([]);
    send('here', ...pieces.slice(1));
    expect(heard.there).to.deep.equal(pieces);
  });

  it('pass where they are no TPKTs, at once', () => {
    const { send, heard } = wire(never);
    send('here', ack(1), 'deadbeef00', '0102', ack(2));
    expect(heard.there).to.deep.equal([ack(1), 'deadbeef00', '0102', ack(2)]);
  });

  it('pass where no TPKT follows a part of a TSDU, of which the TPDUs count', () => {
    const part = '0300000902f0000200';
    const corrupt = { kind: 'corrupt', octet: 3, mask: 0xff } as const;
    const { send, heard } = wire([...never, { direction: 'sent', layer: 'cotp', nth: 1, does: corrupt }]);
    send('here', part, 'deadbeef');
    expect(heard.there).to.deep.equal(['0300000902f000fd00', 'deadbeef']);
  });

  it('pass where a TPKT holds no TPDU, and a TSDU no SPDU', () => {
    const odd = ['0300000700f080', '030000070ff0ff', '0300000902f080ffff', '0300000702f080'];
    const { send, heard } = wire(never);
    send('here', ...odd);
    expect(heard.there).to.deep.equal(odd);
  });

  it('pass before the end, whole or not', () => {
    const { send, heard, here, deliverAll } = wire(never);
    send('here', ack(1), ack(2).slice(0, 12));
    here.close();
    deliverAll();
    expect(heard.there).to.deep.equal([ack(1), ack(2).slice(0, 12), 'end']);
  });

  it('pass in a TSDU that is too long to be held, while those of transport still count', () => {
    const parts = ['0300000902f0000200', '0300000902f0003203', '0300000a02f0802a0131'] as const;
    const { send, heard, plan } = wire(
      [
        { direction: 'sent', layer: 'session', kind: 'MINOR SYNC ACK', nth: 1, does: { kind: 'drop' } },
        { direction: 'sent', layer: 'cotp', nth: 6, does: { kind: 'drop' } },
      ],
      { tsduOctets: 3 },
    );
    send('here', parts[0]);
    expect(heard.there).to.deep.equal([]);
    send('here', parts[1]);
    expect(heard.there).to.deep.equal([parts[0], parts[1]]);
    send('here', parts[2], ack(2), ack(3), ...parts);
    expect(heard.there.slice(2)).to.deep.equal([parts[2], ack(3), parts[1], parts[2]]);
    expect(plan.hits.map(({ kind }) => kind)).to.deep.equal(['MINOR SYNC ACK', 'DT']);
  });

  it('pass whole where they came one by one', () => {
    const { send, heard } = wire(never);
    const data = 'ab'.repeat(2500);
    const long = `0300${(2500 + 7).toString(16).padStart(4, '0')}02f080${data}`;
    const single = [...long.matchAll(/../g)].map(([octet]) => octet);
    send('here', ack(1), ...single.slice(0, -1));
    expect(heard.there).to.deep.equal([ack(1)]);
    send('here', ...single.slice(-1), ack(2));
    expect(heard.there.slice(1).join('')).to.equal(`${long}${ack(2)}`);
    expect(heard.there.length).to.be.lessThan(1000);
  });

  it('do not wait once no fault can come any more', () => {
    const { send, heard } = wire([{ direction: 'sent', layer: 'session', nth: 1, does: { kind: 'drop' } }]);
    send('here', ack(1), ack(2).slice(0, 12));
    expect(heard.there).to.deep.equal([ack(2).slice(0, 12)]);
  });
});
