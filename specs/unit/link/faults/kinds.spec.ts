import { expect } from 'chai';
import { VirtualClock } from '../../../../harness/link/clock.js';
import {
  FAULT_LAYERS,
  type FaultAction,
  FaultError,
  FaultPlan,
  faultActions,
  faultKinds,
  type LayerFault,
} from '../../../../harness/link/faults/index.js';

const minorAck: LayerFault = {
  direction: 'received',
  layer: 'session',
  kind: 'MINOR SYNC ACK',
  nth: 2,
  does: { kind: 'drop' },
};

function refusal(fault: unknown): FaultError {
  try {
    new FaultPlan([fault as LayerFault], new VirtualClock());
  } catch (error) {
    if (error instanceof FaultError) return error;
    throw error;
  }
  throw new Error(`nothing is wrong with ${JSON.stringify(fault)}`);
}

describe('the kinds of units that have faults', () => {
  it('are those of their Recommendations', () => {
    expect(faultKinds('session')).to.include.members(['CONNECT', 'MINOR SYNC POINT', 'ACTIVITY END ACK', 'ABORT']);
    expect(faultKinds('session')).to.not.include('UNKNOWN');
    expect(faultKinds('cotp')).to.deep.equal(['CR', 'CC', 'DT', 'DR', 'ER']);
    expect(faultKinds('rtse')).to.include('RTTR');
    for (const layer of FAULT_LAYERS) expect(faultKinds(layer), layer).to.not.have.lengthOf(0);
  });

  it('say what can be done to them', () => {
    expect(faultActions('cotp', 'CR')).to.not.include('split');
    expect(faultActions('cotp', 'DT')).to.include('split');
    expect(faultActions('p1', 'message')).to.not.include('duplicate');
    expect(faultActions('p1', 'bindArgument')).to.include('duplicate');
    for (const layer of FAULT_LAYERS) expect(faultActions(layer), layer).to.have.lengthOf(10);
  });
});

describe('a fault that cannot be', () => {
  const wrong: [string, unknown, RegExp][] = [
    ['an unknown kind', { ...minorAck, kind: 'MINOR SYNC' }, /'MINOR SYNC' is no unit of layer session/],
    ['a kind of another layer', { ...minorAck, layer: 'acse' }, /no unit of layer acse/],
    ['an unknown layer', { ...minorAck, layer: 'ip' }, /'ip' is no layer/],
    ['an unknown direction', { ...minorAck, direction: 'i2r' }, /direction 'i2r'/],
    ['an unknown action', { ...minorAck, does: { kind: 'explode' } }, /'explode'/],
    [
      'a split CR',
      { ...minorAck, layer: 'cotp', kind: 'CR', does: { kind: 'split', at: 5 } },
      /split cannot be done to CR/,
    ],
    ['a message twice', { ...minorAck, layer: 'p1', kind: 'message', does: { kind: 'duplicate' } }, /duplicate cannot/],
    ['the 0th', { ...minorAck, nth: 0 }, /nth: 0/],
    ['the 1.5th', { ...minorAck, nth: 1.5 }, /nth: 1.5/],
    ['an empty count', { ...minorAck, nth: {} }, /nth: \{\}/],
    ['the first 0', { ...minorAck, nth: { first: 0 } }, /nth/],
    ['no count', { ...minorAck, nth: undefined }, /nth/],
    ['a mask that changes nothing', { ...minorAck, does: { kind: 'corrupt', octet: 0, mask: 0 } }, /mask 0/],
    ['a mask of nine bits', { ...minorAck, does: { kind: 'corrupt', octet: 0, mask: 256 } }, /mask 256/],
    ['an octet before the first', { ...minorAck, does: { kind: 'corrupt', octet: -1, mask: 1 } }, /octet -1/],
    ['a split before the first octet', { ...minorAck, does: { kind: 'split', at: 0 } }, /at 0/],
    [
      'a split in the header of a DT',
      { ...minorAck, layer: 'cotp', kind: 'DT', does: { kind: 'split', at: 3 } },
      /at 3/,
    ],
    ['nothing of an SPDU', { ...minorAck, does: { kind: 'truncate', octets: 0 } }, /octets 0/],
    ['a time that is none', { ...minorAck, does: { kind: 'delay', milliseconds: Number.NaN } }, /NaN/],
  ];
  for (const [name, fault, message] of wrong) {
    it(`is refused: ${name}`, () => {
      const error = refusal(fault);
      expect(error.code).to.equal('ERR_FAULT');
      expect(error.message).to.match(message);
      expect(error.hint).to.be.a('string');
    });
  }

  it('is none that can be, as data', () => {
    const does: FaultAction[] = [
      { kind: 'truncate', octets: 0 },
      { kind: 'delay', milliseconds: 0 },
    ];
    const faults: LayerFault[] = does.map((each) => ({ ...minorAck, layer: 'acse', kind: 'AARQ', does: each }));
    const data = JSON.parse(JSON.stringify([minorAck, ...faults, { ...minorAck, nth: { from: 3 } }]));
    expect(() => new FaultPlan(data, new VirtualClock())).to.not.throw();
  });
});
