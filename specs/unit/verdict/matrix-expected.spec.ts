import { expect } from 'chai';
import type { ExchangeChoices, ExchangePreset } from '../../../harness/mta/exchange.js';
import type { Preset } from '../../../harness/mta/preset.js';
import {
  abortOnTransfer,
  echo,
  exchange55,
  exchange2000Rtm,
  exchange2000Sp1,
  exchange2003Kb916986,
  exchange2003Sp2,
  pp,
  presets,
  refuseAfterRoutingPacket,
  silentDiscard,
  strictBilateral,
  strictBind,
  strictExtension,
  tolerant,
} from '../../../harness/mta/presets/index.js';
import { thirdParty } from '../../../harness/mta/third-party.js';
import { type Mode, modes } from '../../../harness/stack/mode.js';
import { expectedCell, isAsExpected } from '../../../harness/verdict/matrix-expected.js';

const PACKET = ['ADDR-006', 'BODY-001', 'BODY-003'];

function cell(exchange: Preset, peer: Preset, mode: Mode = 'normal'): string {
  const { rules, drains } = expectedCell(exchange, peer, mode);
  return `${rules.join(' ') || 'clean'}, ${drains ? 'drains' : 'blocks'}`;
}

/** SP2 or its like with other options. */
const variant = (choices: ExchangeChoices, base: ExchangePreset = exchange2003Kb916986) => base.with(choices);

describe('what two presets make expect', () => {
  it('is the founding story: before the hotfix it leaks and blocks, behind it neither', () => {
    for (const mode of modes) {
      expect(cell(exchange2003Sp2, refuseAfterRoutingPacket, mode)).to.equal(
        'ADDR-006 BIND-001 BODY-001 BODY-003, blocks',
      );
      expect(cell(exchange2003Kb916986, refuseAfterRoutingPacket, mode)).to.equal('clean, drains');
    }
  });

  it('has no routing packets where the bind is refused', () => {
    expect(cell(exchange2003Sp2, strictBind)).to.equal('BIND-001, blocks');
    expect(cell(exchange2000Rtm, strictBind)).to.equal('BIND-001, blocks');
    expect(cell(exchange2003Kb916986, strictBind)).to.equal('clean, drains');
  });

  it('has routing packets of Exchange 2000 only to a peer that echoes its marker', () => {
    expect(cell(exchange2000Rtm, tolerant, 'x410-1984')).to.equal('BIND-001, drains');
    expect(cell(exchange2000Rtm, echo, 'x410-1984')).to.equal('ADDR-006 BIND-001 BODY-001 BODY-003, drains');
    const unmarked = variant({ bindMarker: { place: 'none' } }, exchange2000Rtm);
    expect(cell(unmarked, echo, 'x410-1984'), 'nothing to echo').to.equal('clean, drains');
  });

  it('has what stands in reports, also where mail is stuck: a report overtakes it', () => {
    expect(cell(exchange2000Sp1, tolerant)).to.equal('BODY-001, drains');
    expect(cell(exchange2000Sp1, tolerant, 'x410-1984')).to.equal('clean, drains');
    expect(cell(exchange2000Sp1, abortOnTransfer)).to.equal('BODY-001, blocks');
  });

  it('has nothing of what stands behind a routing packet that blocks', () => {
    const both = variant({ bilateralInformation: true, mdbef: { reports: true } }, exchange2003Sp2);
    expect(expectedCell(both, refuseAfterRoutingPacket, 'normal').rules).to.deep.equal(['BIND-001', ...PACKET].sort());
    expect(expectedCell(both, tolerant, 'normal').rules).to.deep.equal(['BIND-001', 'ENV-010', ...PACKET].sort());
  });

  it('tells a message that is reported on or dropped from one that is aborted each time', () => {
    expect(cell(exchange55, strictBilateral)).to.equal('BODY-001 ENV-010, drains');
    expect(cell(exchange55, silentDiscard)).to.equal('BODY-001 ENV-010, drains');
    expect(cell(exchange55, pp)).to.equal('BODY-001 ENV-010, blocks');
    expect(cell(exchange55, pp, 'x410-1984'), 'PP does not look at it there').to.equal('ENV-010, drains');
  });

  it('asks what an extension is to the peer', () => {
    const harmless = variant({ privateExtension: { type: 'object-identifier' } });
    const critical = variant({ privateExtension: { type: 'integer', criticality: ['forTransfer'] } });
    expect(cell(harmless, pp)).to.equal('ENV-007, blocks');
    expect(cell(critical, strictExtension)).to.equal('ENV-008, drains');
    expect(expectedCell(critical, strictExtension, 'normal').reactions).to.deep.equal([
      { to: 'critical extension', outcome: 'reported 1/11' },
    ]);
    expect(cell(harmless, pp, 'x410-1984'), 'there are none in 1984').to.equal('clean, drains');
  });

  it('is stuck behind a packet that is taken, where what follows is not', () => {
    const grudging = thirdParty('grudging', {
      says: 'Takes a routing packet, and nothing after it',
      behaviour: [],
      reacts: [{ to: 'message after a routing packet', outcome: 'bind refused' }],
    });
    expect(cell(exchange2003Sp2, grudging)).to.equal('ADDR-006 BIND-001 BODY-001 BODY-003, blocks');
    expect(cell(exchange55, grudging)).to.equal('BODY-001 ENV-010, drains');
  });

  it('ends a bind only where that is refused: else it is the mail that is aborted or hung up on', () => {
    expect(cell(exchange2000Rtm, abortOnTransfer)).to.equal('BIND-001 BODY-001, blocks');
    const curt = thirdParty('curt', {
      says: 'Hangs up on mail over a marked bind',
      behaviour: [],
      reacts: [{ to: 'marked bind', outcome: 'closed' }],
    });
    expect(cell(exchange2000Rtm, curt)).to.equal('BIND-001 BODY-001, blocks');
    expect(cell(exchange55, curt)).to.equal('BODY-001 ENV-010, drains');
  });

  it('names the reactions that it rests on', () => {
    const { reactions } = expectedCell(exchange2003Sp2, refuseAfterRoutingPacket, 'normal');
    expect(reactions).to.deep.equal([{ to: 'routing packet', outcome: 'aborted' }]);
    expect(expectedCell(exchange2003Sp2, tolerant, 'normal').reactions).to.deep.equal([]);
  });

  it('has all mail of the peer arrive: no Exchange preset refuses any', () => {
    for (const exchange of presets.filter(({ family }) => family === 'exchange')) {
      expect(expectedCell(exchange, tolerant, 'normal').arrives, exchange.name).to.equal(true);
    }
    const deaf: Preset = {
      ...exchange55,
      expectation: { ...exchange55.expectation, reacts: [{ to: 'message', outcome: 'aborted' }] },
    };
    expect(expectedCell(deaf, tolerant, 'normal').arrives).to.equal(false);
  });
});

describe('whether a conversation came out as expected', () => {
  const expected = expectedCell(exchange55, tolerant, 'normal');
  const found = {
    rules: ['ENV-010', 'BODY-001'],
    queue: { drained: true },
    inbound: { arrived: 2, submitted: 2 },
  };

  it('does where rules, queue and mail did, whatever the order', () => {
    expect(isAsExpected(expected, found)).to.equal(true);
  });

  it('does not where one of them is otherwise', () => {
    expect(isAsExpected(expected, { ...found, rules: ['ENV-010'] })).to.equal(false);
    expect(isAsExpected(expected, { ...found, rules: [...found.rules, 'BIND-001'] })).to.equal(false);
    expect(isAsExpected(expected, { ...found, queue: { drained: false } })).to.equal(false);
    expect(isAsExpected(expected, { ...found, inbound: { arrived: 1, submitted: 2 } })).to.equal(false);
  });
});
