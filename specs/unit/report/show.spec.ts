import { expect } from 'chai';
import { fromHex, Octets, toHex } from '../../../harness/ber/octets.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import { foreignText } from '../../../harness/report/foreign.js';
import { ladderLines } from '../../../harness/report/ladder.js';
import { ShowCollector, type ShownAssociation, showJson } from '../../../harness/report/show.js';
import { collectFindings, verdictOf } from '../../../harness/rules/conversation.js';
import { p1UserTypes } from '../../../harness/rules/p1-association.js';
import { ConversationObserver } from '../../../harness/transcript/observe.js';
import { parsePduName, tpktsOf } from '../../../harness/transcript/pdu.js';
import { activity, bind, opening, probe, release, resumption, text, tlv, turn } from '../transcript/support/x410.js';

/** The link events of PDU lines; a line is a tenth of a second after the one before. */
function link(lines: readonly string[]): LinkEvent[] {
  const events = lines.map((line, i): LinkEvent => {
    const [mark, , name = '', ...hex] = line.split(' ');
    const pdu = parsePduName(name);
    const octets = pdu === undefined ? name : tpktsOf(pdu, fromHex(hex.join('')));
    if (typeof octets === 'string') throw new Error(`${line}: ${octets}`);
    return { kind: 'data', connection: 0, time: i * 100, direction: mark === '>' ? 'i2r' : 'r2i', octets };
  });
  return [{ kind: 'open', connection: 0, time: 0, initiator: 'here:1', responder: 'there:102' }, ...events];
}

function shown(lines: readonly string[]): ShownAssociation {
  const collector = new ShowCollector({ keepEvents: true });
  const observer = new ConversationObserver({ types: p1UserTypes });
  for (const event of link(lines)) for (const each of observer.push(event)) collector.push(each);
  for (const each of observer.end()) collector.push(each);
  const [association] = collector.associations;
  if (association === undefined) throw new Error('no association');
  return association;
}

const ladder = (lines: readonly string[], options: { tree?: boolean; octets?: boolean; passwords?: boolean } = {}) =>
  [...ladderLines(shown(lines), { tree: false, octets: false, ...options })].join('\n');

interface Shown {
  readonly activities: readonly Record<string, unknown>[];
  readonly turns: readonly Record<string, unknown>[];
  readonly notP1?: string;
  readonly bind: { readonly argument: unknown };
  readonly apdus: readonly { readonly kind: string }[];
}
const json = (lines: readonly string[]): Shown =>
  (showJson([shown(lines)]) as unknown as { associations: [Shown] }).associations[0];

/** An association of another application: neither its number nor its user data are P1's. */
const foreign = { protocol: 128, argument: '0202091b', result: '0202091c', tokens: '15' };
const notP1 = [
  ...opening(foreign),
  ...turn('>', 1),
  ...activity('>', tlv('04', text('hello'))),
  ...turn('<', 2),
  ...activity('<', tlv('04', 'ff00')),
  ...turn('>', 3),
  ...release,
];

describe('turns and activities', () => {
  it('are read on the ladder', () => {
    const lines = ladder([...opening(), ...activity('>', probe()), ...turn('<', 4), ...activity('<', probe())]);
    expect(lines)
      .to.match(/ACCEPT {2}version 1, units 0249, the turn is the initiator's\n/)
      .and.to.match(/← PT {3}PLEASE TOKENS {2}data\n.*← {6}turn please, priority 4\n/)
      .and.to.match(/→ GTC {2}GIVE TOKENS CONFIRM\n.*← GTA {2}GIVE TOKENS ACK {2}the turn is the responder's\n/)
      .and.to.match(/→ AS {3}ACTIVITY START {2}activity 020101\n.*DT.*\n.*→ AE {3}ACTIVITY END {2}serial 1\n/)
      .and.to.match(/← AEA {2}ACTIVITY END ACK {2}serial 1\n.*← {6}transfer 0 confirmed\n/);
    expect(lines.split('\n').slice(-4)).to.deep.equal([
      '  2 activities, 2 turns',
      '    #  turn  asked  from         activity  octets  checkpoints  outcome',
      '    0     0         → initiator  020101       104            0  confirmed',
      '    1     1      4  ← responder  020101       104            0  confirmed',
    ]);
  });

  it('are told as JSON', () => {
    const { activities, turns } = json([...opening({ tokens: '15' }), ...turn('>', 2), ...activity('>', probe())]);
    expect(activities).to.deep.equal([
      {
        index: 0,
        direction: 'i2r',
        activity: '020101',
        octets: 104,
        checkpoints: 0,
        confirmed: 0,
        outcome: 'confirmed',
      },
    ]);
    expect(turns).to.deep.equal([
      { holder: 'responder', please: [], activities: [] },
      { holder: 'initiator', please: [2], activities: [0] },
    ]);
  });

  it('have no holder where the tokens are split', () => {
    expect(json(opening({ tokens: '01' })).turns).to.deep.equal([]);
    expect(ladder(opening({ tokens: '01' }))).to.include('units 0249, tokens 01');
  });

  it('pass with the data token alone only where all are given', () => {
    const give = (item: string) => [...opening(), `> 0 GT-SPDU 0103 1001${item}`];
    expect(json(give('01')).turns).to.have.lengthOf(1);
    expect(json(give('15')).turns.map(({ holder }) => holder)).to.deep.equal(['initiator', 'responder']);
  });

  const start = '> 0 AS-SPDU 2d052903020101';
  const slice = (from: number, to?: number) => `> 0 DT-SPDU 0100${probe().slice(from, to)}`;

  it('count checkpoints, exceptions and what became of an activity', () => {
    const begun = [
      ...opening(),
      start,
      slice(0, 20),
      '> 0 MIP-SPDU 31032a0131',
      slice(20, 40),
      '> 0 MIP-SPDU 31032a0132',
    ];
    const refused = [...begun, '< 0 MIA-SPDU 32032a0131', '< 0 ED-SPDU 3003320106'];
    const discarded = [...refused, '> 0 AD-SPDU 3903320100', '< 0 ADA-SPDU 3a00'];
    const counts = { checkpoints: 2, confirmed: 1, exceptions: [6] };
    expect(json(discarded).activities[0]).to.include({ outcome: 'discarded', octets: 20 }).and.to.deep.include(counts);
    expect(json(refused).activities[0]).to.include({ outcome: 'broken' });
    expect(ladder(discarded))
      .to.match(/ED {3}EXCEPTION DATA {2}reason 6\n.*transfer 0 exception\n/)
      .and.to.match(/ 1\/2 {2}discarded, exception 6$/);
    expect(json([...opening(), start, slice(0), '> 0 AE-SPDU 29032a0131']).activities[0]).to.include({
      outcome: 'broken',
    });
  });

  it('say that an interrupted activity goes on', () => {
    const lines = [
      ...opening(),
      start,
      slice(0, 20),
      '> 0 MIP-SPDU 31032a0131',
      '< 0 MIA-SPDU 32032a0131',
      '> 0 AI-SPDU 1903320101',
      '< 0 AIA-SPDU 1a00',
      '> 0 AR-SPDU 1d0f 2108 2903020101 2a0131 2903020102',
      slice(20),
      '> 0 AE-SPDU 29032a0132',
      '< 0 AEA-SPDU 2a032a0132',
    ];
    const told = ladder(lines);
    expect(told)
      .to.include('ACTIVITY RESUME  activity 020102  goes on with 020101 behind 1\n')
      .and.to.include('transfer 0 interrupted')
      .and.to.include('transfer 0 resumed')
      .and.to.match(/020102 +104 +1\/1 {2}confirmed, resumed at checkpoint 1$/);
    const { activities, apdus } = json(lines);
    expect(activities).to.have.lengthOf(1);
    expect(apdus).to.have.lengthOf(1);
  });

  it('say where a broken activity goes on', () => {
    const later = [
      ...opening(),
      `> 0 AR-SPDU ${resumption}`,
      slice(20),
      '> 0 AE-SPDU 29032a0132',
      '< 0 AEA-SPDU 2a032a0132',
    ];
    const first = [
      ...opening(),
      start,
      slice(0, 20),
      '> 0 MIP-SPDU 31032a0131',
      '< 0 MIA-SPDU 32032a0131',
      slice(20, 40),
    ];
    const events: LinkEvent[] = [
      ...link([...first, '> 0 AB-SPDU 190a110103c1053103800100']),
      { kind: 'close', connection: 0, time: 900, direction: 'i2r', how: 'end' },
      { kind: 'close', connection: 0, time: 900, direction: 'r2i', how: 'end' },
      ...link(later).map((event): LinkEvent => ({ ...event, connection: 1, time: 1000 + event.time })),
    ];
    const collector = new ShowCollector({ keepEvents: true });
    const observer = new ConversationObserver({ types: p1UserTypes });
    for (const event of events) for (const each of observer.push(event)) collector.push(each);
    for (const each of observer.end()) collector.push(each);
    const [one, other] = collector.associations as [ShownAssociation, ShownAssociation];
    expect(one.activities[0]).to.include({ outcome: 'broken', goesOnIn: 1, octets: 20 });
    expect(one.apdus).to.deep.equal([]);
    expect(other.activities[0]).to.include({ outcome: 'confirmed', resumed: true, octets: 104 });
    expect(other.activities[0]?.resumedFrom).to.deep.equal({ connection: 0, checkpoint: 1 });
    expect(other.apdus).to.have.lengthOf(1);
    const told = [...ladderLines(one, { tree: false, octets: false })].join('\n');
    expect(told)
      .to.include('transfer 0 goes on in association 1')
      .and.to.match(/broken, goes on in association 1$/);
  });

  it('say what a log left out', () => {
    const lines = link([...opening(), start, '> 0 AE-SPDU 29032a0131']).map(
      (event, i, all): LinkEvent =>
        i === all.length - 1 && event.kind === 'data' ? { ...event, lostBefore: 12 } : event,
    );
    const collector = new ShowCollector({ keepEvents: true });
    const observer = new ConversationObserver({ types: p1UserTypes });
    for (const event of lines) for (const each of observer.push(event)) collector.push(each);
    const [association] = collector.associations as [ShownAssociation];
    expect(association.activities[0]).to.include({ lost: true, outcome: 'ended' });
    expect([...ladderLines(association, { tree: false, octets: false })].at(-1)).to.match(
      /not recorded +0 +not confirmed$/,
    );
  });
});

describe('passwords', () => {
  const hidden = { passwords: false, tree: true, octets: true } as const;

  it('are masked in trees and octets, wherever they stand', () => {
    const lines = ladder(opening({ argument: bind('left', 'Xanadu') }), hidden);
    expect(lines)
      .to.include('initiatorName: "left"')
      .and.to.include('(password, 6 octets)')
      .and.to.include('open: (18 octets, with a password)')
      .and.to.not.match(/Xanadu|58616e616475|58 61 6e/);
  });

  it('are written out where that is asked for', () => {
    const lines = ladder(opening({ argument: bind('left', 'Xanadu') }), { ...hidden, passwords: true });
    expect(lines)
      .to.include('ia5String: "Xanadu"')
      .and.to.match(/58 61 6e/);
  });
});

describe('an application that is not P1', () => {
  it('is said once, and its octets are shown as what they look like', () => {
    const told = ladder(notP1, { tree: true });
    expect(told.match(/application protocol 128/g)).to.have.lengthOf(1);
    expect(told)
      .to.include('the user data is not P1: application protocol 128, which is neither 1 nor 12')
      .and.to.include('not P1, 7 octets: OCTET STRING "hello"\n')
      .and.to.include('not P1, 4 octets: OCTET STRING ff00\n')
      .and.not.to.match(/MTA-bind argument|MTS-APDU|!/);
    const { activities, turns, ...rest } = json(notP1);
    expect(rest.notP1).to.match(/^application protocol 128/);
    expect(rest.bind.argument).to.equal(null);
    expect(rest.apdus.map(({ kind }) => kind)).to.deep.equal(['unknown', 'unknown']);
    expect(activities.map(({ outcome, octets }) => [outcome, octets])).to.deep.equal([
      ['confirmed', 7],
      ['confirmed', 4],
    ]);
    expect(turns.map(({ holder }) => holder)).to.deep.equal(['responder', 'initiator', 'responder', 'initiator']);
  });

  it('is not judged as P1', async () => {
    const { findings, summary } = await collectFindings(link(notP1));
    expect(findings.filter(({ tier }) => tier < 3)).to.deep.equal([]);
    expect(summary).to.include({ associations: 1, binds: 0, apdus: 0 });
    expect([...summary.notP1.keys()]).to.deep.equal([0]);
    expect(verdictOf(findings, summary)).to.equal('inconclusive');
  });

  it('is judged below what it carries', async () => {
    const lines = notP1.map((line) => (line.includes(' FN-SPDU ') ? '> 0 FN-SPDU 0906110101630100' : line));
    const { findings } = await collectFindings(link(lines));
    expect(findings.filter(({ tier }) => tier < 3).map(({ layer }) => layer)).to.deep.equal(['session']);
  });

  // One witness is not enough: an MTA's mistake must not hide behind a number.
  for (const [what, script] of [
    ['another number over an MTA-bind', { protocol: 128 }],
    ["P1's number over what is no MTA-bind", { protocol: 12, argument: '0202091b' }],
    ['no number over what is no MTA-bind', { protocol: undefined, argument: '0202091b' }],
  ] as const) {
    it(`is not what has ${what}`, async () => {
      const lines = [...opening(script), ...activity('>', tlv('04', text('hello'))), ...release];
      expect(json(lines).notP1).to.equal(undefined);
      const { findings, summary } = await collectFindings(link(lines));
      expect(findings.filter(({ tier }) => tier === 1)).not.to.have.lengthOf(0);
      expect(summary.notP1.size).to.equal(0);
    });
  }

  it('is described by its tag and first octets', () => {
    const of = (hex: string) => foreignText(Octets.of(fromHex(hex)));
    expect(of('0202091b')).to.equal('INTEGER 091b');
    expect(of(`a103${toHex(Uint8Array.of(2, 1, 5))}`)).to.equal('[1] 020105');
    expect(of('0500')).to.equal('NULL');
    expect(of(`1640${'41'.repeat(64)}`)).to.equal(`IA5String "${'A'.repeat(32)}"…`);
    expect(of('1f')).to.equal('1f');
  });
});
