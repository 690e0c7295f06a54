import { expect } from 'chai';
import type { LinkEvent } from '../../../harness/link/events.js';
import { associationRules, catalogue, ruleOf } from '../../../harness/rules/catalogue.js';
import {
  type ConversationOptions,
  collectFindings,
  judgeConversation,
  sideOf,
  verdictOf,
} from '../../../harness/rules/conversation.js';
import { type Finding, fails, type Permission } from '../../../harness/rules/finding.js';
import { Judge } from '../../../harness/rules/judge.js';
import { p1UserTypes } from '../../../harness/rules/p1-association.js';
import { extensions, LINK_STATE, latin1, message, privateExtension, recipient } from './support/apdus.js';
import {
  type AssociationScript,
  association,
  bindArgument,
  bindResult,
  ctx,
  observe,
  octets,
  type Sent,
} from './support/association.js';

const FOREIGN = ctx(27, 'foreign octets');
const PRIVATE = '1.2.840.113556.9.1';

function judged(script: AssociationScript, options: ConstructorParameters<typeof Judge>[0] = {}): Finding[] {
  const judge = new Judge(options);
  return [...judge.push(observe(association(script), p1UserTypes)), ...judge.end()];
}

const ids = (findings: readonly Finding[]): string[] =>
  findings.filter(({ tier }) => tier !== 3).map(({ rule }) => rule);

function linkEvents(sent: readonly Sent[], connection = 0): LinkEvent[] {
  const open: LinkEvent = {
    kind: 'open',
    connection,
    time: 0,
    initiator: '192.0.2.1:2000',
    responder: '[2001:db8::2]:102',
  };
  const data = sent.map(
    ({ direction, octets: bytes }, i): LinkEvent => ({ kind: 'data', connection, direction, time: i, octets: bytes }),
  );
  return [open, ...data, { kind: 'close', connection, time: sent.length, how: 'reset' }];
}

const bothLeak: AssociationScript = { argument: bindArgument(FOREIGN), result: bindResult(FOREIGN) };

describe('the judge', () => {
  it('tells one finding for a foreign element, and none for what is inside it', () => {
    const nested = ctx(27, 'x');
    expect(
      ids(judged({ argument: bindArgument({ ...nested, content: [FOREIGN, octets(LINK_STATE)] }) })),
    ).to.deep.equal(['BIND-001']);
  });

  it('says what an element that is foreign probably is', () => {
    const [found] = judged({ argument: bindArgument(ctx(5, LINK_STATE)) }).filter(({ tier }) => tier === 1);
    expect(found).to.include({ rule: 'BIND-001', signature: 'link state data (OrgInfo)' });
  });

  it('takes text behind an APDU as the nature of that surplus', () => {
    const found = judged({ transfers: [{ apdu: message(), behind: latin1(LINK_STATE) }] }).filter(
      ({ tier }) => tier === 1,
    );
    expect(found).to.have.lengthOf(1);
    expect(found[0]).to.include({ rule: 'ENC-005' });
    expect(found[0]?.signature).to.include('link state data');
  });

  it('finds link state data in octets that were no APDU', () => {
    const judge = new Judge();
    const transfer = { index: 0, direction: 'i2r', activity: '', resumed: true } as const;
    const common = { connection: 0, direction: 'i2r', time: 0 } as const;
    judge.on({ ...common, kind: 'stray', transfer, bytes: latin1(LINK_STATE), offset: 77 });
    expect(judge.end()[0]).to.include({ rule: 'ENC-010', offset: 77 });
  });

  it('finds a packet in a content of many slices', () => {
    const content = `${'x'.repeat(5000)}${LINK_STATE}${'y'.repeat(5000)}`;
    for (const slice of [1, 50, 1024]) {
      const transfers = [{ apdu: message({ content }), slice }];
      expect(ids(judged({ transfers })), `slices of ${slice}`).to.deep.equal(['BODY-003']);
    }
  }).timeout(20_000);

  it('judges the side that it is told', () => {
    expect(ids(judged(bothLeak))).to.deep.equal(['BIND-001', 'BIND-001']);
    const initiator = judged(bothLeak, { direction: 'i2r' });
    expect(initiator.every(({ direction }) => direction === 'i2r')).to.equal(true);
    expect(ids(initiator)).to.deep.equal(['BIND-001']);
  });

  it('finds the same whatever the chunks', () => {
    const sent = association({ ...bothLeak, transfers: [{ apdu: message({ content: LINK_STATE, more: [FOREIGN] }) }] });
    const judgedIn = (chunk: number | undefined): Finding[] => {
      const judge = new Judge();
      return [...judge.push(observe(sent, p1UserTypes, { chunk })), ...judge.end()];
    };
    for (const chunk of [1, 2, 7, 100]) expect(judgedIn(chunk)).to.deep.equal(judgedIn(undefined));
  });

  it('gives a finding as soon as its PDU is over', () => {
    const judge = new Judge();
    const events = observe(association({ ...bothLeak, ending: 'none' }), p1UserTypes);
    const bind = events.findIndex(({ kind }) => kind === 'bind');
    const early = judge.push(events.slice(0, bind + 2));
    expect(early).to.have.lengthOf(1);
  });
});

describe('permissions', () => {
  const extended: AssociationScript = {
    transfers: [
      {
        apdu: message({
          more: [extensions(privateExtension(PRIVATE))],
          recipients: [recipient(undefined, extensions(privateExtension('1.3.6.1.4.1.1')))],
        }),
      },
    ],
  };
  const permit = (...permissions: Permission[]): Finding[] =>
    judged(extended, { permissions }).filter(({ rule }) => rule === 'ENV-007');

  it('keep the finding, with their reason, and do not fail it', () => {
    const found = permit({ rule: 'ENV-007', reason: 'agreed in May' });
    expect(found).to.have.lengthOf(2);
    expect(found.every(({ permitted }) => permitted === 'agreed in May')).to.equal(true);
    expect(found.some(fails)).to.equal(false);
  });

  it('may name one extension', () => {
    const found = permit({ rule: 'ENV-007', reason: 'agreed', match: PRIVATE });
    expect(found.map(fails)).to.have.members([true, false]);
  });

  it('are refused for rules of other tiers, and for no rule', () => {
    const one = (rule: string) => () => new Judge({ permissions: [{ rule, reason: 'because' }] });
    expect(one('BIND-001')).to.throw().with.property('code', 'ERR_PERMIT_TIER');
    expect(one('ENC-020')).to.throw().with.property('code', 'ERR_PERMIT_TIER');
    expect(one('ENV-999')).to.throw().with.property('code', 'ERR_PERMIT_UNKNOWN');
  });

  it('permit an extension, and not what is wrong inside it', () => {
    const script: AssociationScript = {
      transfers: [{ apdu: message({ more: [extensions(privateExtension(PRIVATE, octets(LINK_STATE)))] }) }],
    };
    expect(ids(judged(script))).to.deep.equal(['ENV-007']);
    const permitted = judged(script, { permissions: [{ rule: 'ENV-007', reason: 'agreed' }] });
    expect(permitted.filter(fails).map(({ rule }) => rule)).to.deep.equal(['ENV-013']);
  });
});

describe('judging a conversation', () => {
  const sent = association(bothLeak);
  const collect = (events: LinkEvent[], options: ConversationOptions = {}) => collectFindings(events, options);

  it('judges every connection by itself', async () => {
    const events = [...linkEvents(sent, 0), ...linkEvents(association(), 1), ...linkEvents(sent, 2)];
    const { findings, summary } = await collect(events);
    expect(findings.filter(fails).map(({ connection }) => connection)).to.deep.equal([0, 0, 2, 2]);
    expect(summary).to.include({ associations: 3, binds: 3, apdus: 0, incomplete: false });
    expect([...summary.outcomes.values()]).to.deep.equal(['released', 'released', 'released']);
    expect(verdictOf(findings, summary)).to.equal('fail');
  });

  it('knows the IUT by its role or its address', async () => {
    for (const [iut, direction] of [
      ['i', 'i2r'],
      ['r', 'r2i'],
      ['192.0.2.1', 'i2r'],
      ['192.0.2.1:2000', 'i2r'],
      ['2001:db8::2', 'r2i'],
      ['[2001:DB8::2]:102', undefined],
      ['192.0.2.9', undefined],
    ] as const) {
      expect(sideOf(iut, '192.0.2.1:2000', '[2001:db8::2]:102'), iut).to.equal(direction);
      const { findings } = await collect(linkEvents(sent), { iut });
      const directions = new Set(findings.filter(fails).map((each) => each.direction));
      expect([...directions], iut).to.deep.equal(direction === undefined ? [] : [direction]);
    }
  });

  it('is inconclusive without a bind', async () => {
    const { findings, summary } = await collect(linkEvents(sent.slice(0, 2)));
    expect(summary).to.include({ associations: 1, binds: 0 });
    expect(verdictOf(findings, summary)).to.equal('inconclusive');
  });

  it('finds nothing of tier 1 in what a capture lost', async () => {
    const clean = association({ transfers: [{ apdu: message(), slice: 40 }, { apdu: message() }] });
    for (let lost = 0; lost < clean.length; lost += 1) {
      const missing = clean[lost] as Sent;
      const events = linkEvents(clean).map((event): LinkEvent | undefined => {
        if (event.kind !== 'data') return event;
        if (event.octets === missing.octets) return undefined;
        const next = clean.slice(lost + 1).find(({ direction }) => direction === missing.direction);
        return event.octets === next?.octets ? { ...event, lostBefore: missing.octets.length } : event;
      });
      const { findings } = await collect(events.filter((event) => event !== undefined));
      expect(findings.filter(fails), `without ${missing.what}`).to.deep.equal([]);
    }
    for (let from = 1; from < clean.length; from += 1) {
      const [open, ...rest] = linkEvents(clean.slice(from));
      const { findings, summary } = await collect([
        { ...(open as LinkEvent & { kind: 'open' }), startLost: true },
        ...rest,
      ]);
      expect(findings.filter(fails), `from ${clean[from]?.what}`).to.deep.equal([]);
      expect(summary.incomplete).to.equal(true);
    }
  });

  it('yields findings as they come, and then what there was', async () => {
    const generator = judgeConversation(linkEvents(sent));
    const first = await generator.next();
    expect(first.done).to.equal(false);
    let last = await generator.next();
    while (last.done !== true) last = await generator.next();
    expect(last.value).to.include({ binds: 1 });
  });
});

describe('the catalogue', () => {
  it('has stable ids, each once, by family and number', () => {
    const all = catalogue.map(({ id }) => id);
    expect(new Set(all).size).to.equal(all.length);
    const order = ['BIND', 'ENV', 'ADDR', 'RPT', 'BODY', 'ENC', 'QUEUE'];
    const sorted = [...all].sort((a, b) => {
      const [family, other] = [a, b].map((id) => order.indexOf(id.split('-')[0] as string)) as [number, number];
      return family - other || a.localeCompare(b);
    });
    expect(all).to.deep.equal(sorted);
    for (const id of all) expect(id).to.match(/^[A-Z]+-\d{3}$/);
  });

  it('says why, and where it is written', () => {
    for (const rule of associationRules) {
      expect(ruleOf(rule.id)).to.equal(rule);
      expect(rule.rationale, rule.id).to.match(/\.$/);
      expect(rule.clause, rule.id).to.not.equal('');
      expect(rule.title, rule.id).to.not.match(/\.$/);
    }
  });
});
