import { expect } from 'chai';
import { concat, Octets } from '../../../harness/ber/octets.js';
import type { BerNode } from '../../../harness/ber/writer.js';
import { writeBer } from '../../../harness/ber/writer.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import { ConversationJudge, verdictOf } from '../../../harness/rules/conversation.js';
import type { Finding } from '../../../harness/rules/finding.js';
import { scanLeaf } from '../../../harness/rules/signatures.js';
import type { Direction } from '../../../harness/stack/direction.js';
import { decodeSpdu } from '../../../harness/stack/session/decode.js';
import { encodeSpdu, type SpduDescription } from '../../../harness/stack/session/encode.js';
import { tsduAsSent } from './injector/conversation.js';
import {
  CONSTRUCTS,
  directoryName,
  extensions,
  LINK_STATE,
  message,
  probe,
  recipient,
  standardExtension,
  utf16be,
  utf16le,
} from './support/apdus.js';
import {
  appOf,
  association,
  cons,
  ctx,
  ctxOf,
  integer,
  latin1,
  octets,
  offsetOf,
  type Sent,
  sequence,
  streamOf,
} from './support/association.js';
import { judged } from './support/judged.js';

// What an expert disputed from outside, and was right about.

const FOREIGN = ctx(27, 'foreign octets');

/** Findings that fail, each as rule, offset and length. */
function failing(findings: readonly Finding[]): string[] {
  return findings.filter(({ tier }) => tier < 3).map(({ rule, offset, length }) => `${rule} ${offset}+${length}`);
}

describe('the order of octets in wide text', () => {
  const texts = { LINK_STATE, 'of constructs': `${CONSTRUCTS} and more` };
  for (const [name, text] of Object.entries(texts)) {
    for (const prefix of ['', 'x', 'xy', 'abc\r\n', '\xfe\xff', '\x04\x82\x01']) {
      it(`is told by where the text ${name} begins and ends, behind ${JSON.stringify(prefix)}`, () => {
        for (const encode of [utf16le, utf16be]) {
          const bytes = concat([latin1(prefix), encode(text)]);
          const match = scanLeaf([{ bytes, offset: 100 }]);
          expect(match?.offset, encode.name).to.equal(100 + prefix.length);
        }
      });
    }
  }
});

describe('a place told once, and where it is', () => {
  const judge = (sent: readonly Sent[]): string[] => failing(judged(sent));

  it('is the unknown alternative of an untagged CHOICE, and not also the member that it stood for', () => {
    const type = ctx(5, [1]);
    const sent = association({
      transfers: [{ apdu: message({ more: [extensions(sequence(type, ctxOf(2, octets('value'))))] }) }],
    });
    expect(judge(sent)).to.deep.equal([`ENV-002 ${offsetOf(sent, 'i2r', Uint8Array.of(0x85, 1, 1, 0xa2, 7))}+3`]);
  });

  it('is the first octet behind a complete CP, BER or not', () => {
    const surplus = Uint8Array.of(0x1f, 0xff, 0xff);
    const sent = association({ spdu: withUserData('CONNECT', (userData) => concat([userData, surplus])) });
    expect(judge(sent)).to.deep.equal([`BIND-008 ${offsetOf(sent, 'i2r', surplus)}+3`]);
  });

  it('is the element that has no end', () => {
    const cut = (userData: Uint8Array): Uint8Array => userData.subarray(0, userData.length - 1);
    const sent = association({ spdu: withUserData('FINISH', cut) });
    const found = judged(sent).filter(({ tier }) => tier === 1);
    expect(found.map(({ rule, length }) => [rule, length])).to.deep.equal([['ENC-004', 2]]);
  });

  it('counts its own octets only, not the headers of lower layers between them', () => {
    const apdu = concat([Uint8Array.of(0x30, 0x83, 0, 1, 0, 0x30, 0xff), new Uint8Array(200)]);
    const sent = association({ transfers: [{ apdu: ctxOf(0), slice: 50 }] });
    const sliced = association({
      transfers: [{ apdu, slice: 16 }],
      edit: (pdu, tree) => (pdu === 'EXTERNAL' ? { raw: apdu } : tree),
    });
    expect(judge(sent)).to.have.length.above(0);
    expect(judged(sliced).find(({ rule }) => rule === 'ENC-004')?.length).to.equal(apdu.length);
  });

  it('is the header where TPKTs end, however TCP cuts what follows', () => {
    const text = `no TPKT, but ${LINK_STATE}`;
    const garbage = (size: number): Sent => ({
      direction: 'i2r',
      octets: latin1(text.padEnd(size, '.')),
      what: 'text',
    });
    const open = association({ ending: 'none' });
    const at = streamOf(open, 'i2r').length;
    for (const size of [100, 1000]) {
      expect(judge([...open, garbage(size)])).to.deep.equal([
        `ENC-004 ${at}+4`,
        `ENC-010 ${at + 13}+${LINK_STATE.length - 2}`,
      ]);
    }
  });
});

describe('what no table said', () => {
  const judge = (sent: readonly Sent[]): string[] => failing(judged(sent));

  it('an EXTERNAL of ACSE names the context of RTSE', () => {
    const named = (id: number) => (pdu: string, tree: BerNode) =>
      pdu === 'AARQ' ? replaced(tree, [1, 0, 1], integer(id)) : tree;
    expect(judge(association({ edit: named(3) }))).to.deep.equal([]);
    for (const id of [1, 9]) {
      const sent = association({ edit: named(id) });
      const at = offsetOf(sent, 'i2r', Uint8Array.of(0x51, 1, 2, 1, id, 0xa0));
      expect(judge(sent)).to.deep.equal([`ENC-008 ${at + 2}+3`]);
    }
  });

  it('the alternate recipient that an originator asks for is a recipient', () => {
    const name = appOf(0, sequence(), directoryName('somebody'));
    const sent = association({
      transfers: [{ apdu: message({ recipients: [recipient(undefined, extensions(standardExtension(2, name)))] }) }],
    });
    const octets = writeBer(name);
    expect(judge(sent)).to.deep.equal([`ADDR-004 ${offsetOf(sent, 'i2r', octets)}+${octets.length}`]);
  });

  it('the reflected parameter of RTAB has room for eight bits', () => {
    const rtab = ctxOf(22, ctx(0, [1]), ctx(1, Uint8Array.of(0, 0x80, ...latin1('tail'))));
    const sent = association({ ending: 'abort', edit: (pdu, tree) => (pdu === 'RTAB' ? rtab : tree) });
    expect(judge(sent)).to.deep.equal([`BIND-008 ${offsetOf(sent, 'i2r', 'tail')}+4`]);
  });

  it('without a Version Number the session protocol is version 1', () => {
    for (const si of [0x0d, 0x0e]) {
      const { spdu, anomalies } = decodeSpdu(Octets.of(Uint8Array.of(si, 5, 5, 3, 19, 1, 0)));
      expect(anomalies).to.deep.equal([]);
      expect(spdu.version).to.equal(1);
    }
  });

  it('a transport connection that is refused has no bind in it', () => {
    const judge = new ConversationJudge();
    const [request] = association();
    const refusal = Uint8Array.of(3, 0, 0, 11, 6, 0x80, 0, 1, 0, 0, 3);
    for (const event of events([request as Sent, { direction: 'r2i', octets: refusal, what: 'DR' }])) judge.push(event);
    expect(verdictOf(judge.end(), judge.summary)).to.equal('inconclusive');
  });
});

describe('a transfer that is interrupted and resumed', () => {
  const apdu = (more: readonly BerNode[], content: string): Uint8Array =>
    writeBer(cons(0, 8, integer(5), ctxOf(0, message({ more, content }))));

  /** Sends up to `sent`, of which up to `confirmed` is confirmed; goes on there. */
  function resumed(value: Uint8Array, confirmed: number, sent: number): Sent[] {
    const open = association({ ending: 'none' });
    const slice = (from: number, to?: number): SpduDescription => ({
      kind: 'DATA TRANSFER',
      userData: writeBer(appOf(1, sequence(integer(3), ctxOf(0, octets(value.subarray(from, to)))))),
    });
    return [
      ...open,
      i(give, { kind: 'ACTIVITY START', activityIdentifier: Uint8Array.of(2, 1, 1) }),
      i(give, slice(0, confirmed)),
      i(give, { kind: 'MINOR SYNC POINT', serialNumber: 1 }),
      r(please, { kind: 'MINOR SYNC ACK', serialNumber: 1 }),
      i(give, slice(confirmed, sent)),
      r(please, { kind: 'EXCEPTION DATA', reason: 1 }),
      i(give, { kind: 'ACTIVITY INTERRUPT', reason: 1 }),
      r(please, { kind: 'ACTIVITY INTERRUPT ACK' }),
      i(give, {
        kind: 'ACTIVITY RESUME',
        linking: { activityIdentifier: Uint8Array.of(2, 1, 1), serialNumber: 1 },
        activityIdentifier: Uint8Array.of(2, 1, 2),
      }),
      i(give, slice(confirmed)),
      i(give, { kind: 'ACTIVITY END', serialNumber: 2 }),
      r(please, { kind: 'ACTIVITY END ACK', serialNumber: 2 }),
    ];
  }

  it('is one APDU, whatever comes twice', () => {
    const value = apdu([], 'x'.repeat(300));
    for (const [confirmed, sent] of [
      [100, 101],
      [100, 200],
      [250, 400],
    ] as const) {
      expect(failing(judged(resumed(value, confirmed, sent)))).to.deep.equal([]);
    }
  });

  it('is judged behind the point at which it was resumed', () => {
    const value = apdu([FOREIGN], `${'x'.repeat(300)}${LINK_STATE}`);
    const sent = resumed(value, 60, 61);
    const foreign = writeBer(FOREIGN);
    expect(failing(judged(sent))).to.deep.equal([
      `ENV-002 ${offsetOf(sent, 'i2r', foreign)}+${foreign.length}`,
      `BODY-003 ${offsetOf(sent, 'i2r', 'ORGINFO')}+${LINK_STATE.length - 2}`,
    ]);
  });

  it('finds text that goes over that point', () => {
    const value = apdu([], `${'x'.repeat(300)}${LINK_STATE}`);
    const at = Buffer.from(value).indexOf('{00000123}');
    const found = judged(resumed(value, at, at + 1)).filter(({ tier }) => tier === 1);
    expect(found.map(({ rule, length }) => [rule, length])).to.deep.equal([['BODY-003', LINK_STATE.length - 2]]);
  });
});

describe('what a recording lost', () => {
  it('leaves slices of which no one knows where they begin: never of tier 1, though they read as BER', () => {
    const content = concat(Array.from({ length: 100 }, () => Uint8Array.of(4, 2, 0x61, 0x62)));
    const all = association({ transfers: [{ apdu: message({ content }), slice: 40 }, { apdu: probe() }] });
    const slices = all.flatMap(({ what }, index) => (what === 'DATA TRANSFER' ? [index] : []));
    const start = all.findIndex(({ what }) => what === 'ACTIVITY START');
    for (const upTo of slices.slice(0, -2)) {
      const judge = new ConversationJudge();
      const findings = events(all, (index) => index >= start && index <= upTo).flatMap((event) => judge.push(event));
      expect(failing([...findings, ...judge.end()])).to.deep.equal([]);
      expect(judge.summary.incomplete).to.equal(true);
    }
  });

  it('leaves octets of a content that look like an SPDU: they are none', () => {
    const likeness = Uint8Array.of(1, 0, 1, 0, 4, 2, 0x61, 0x62);
    const content = concat(Array.from({ length: 600 }, () => likeness));
    const all = association({ transfers: [{ apdu: message({ content }) }] });
    const lost = (what: string): boolean => what === 'ACTIVITY START' || what === 'DATA TRANSFER';
    const end = all.findIndex(({ what }) => what === 'ACTIVITY END');
    for (let shift = 0; shift < likeness.length; shift += 1) {
      const judge = new ConversationJudge();
      const rest: Sent = { direction: 'i2r', octets: tpktOf(content.subarray(shift, 400)), what: 'rest' };
      const sent = [...all.slice(0, end), rest, ...all.slice(end)];
      const findings = events(sent, (index) => lost(sent[index]?.what ?? '')).flatMap((each) => judge.push(each));
      expect(failing([...findings, ...judge.end()]), `${shift}`).to.deep.equal([]);
    }
  });
});

const give: SpduDescription = { kind: 'GIVE TOKENS' };
const please: SpduDescription = { kind: 'PLEASE TOKENS' };
const spdus = (direction: Direction, each: readonly SpduDescription[]): Sent =>
  tsduAsSent(direction, concat(each.map(encodeSpdu)), each.at(-1)?.kind);
const i = (...each: SpduDescription[]): Sent => spdus('i2r', each);
const r = (...each: SpduDescription[]): Sent => spdus('r2i', each);

function withUserData(kind: string, change: (userData: Uint8Array) => Uint8Array) {
  return (each: SpduDescription): SpduDescription =>
    each.kind === kind && each.userData !== undefined ? { ...each, userData: change(each.userData) } : each;
}

/** The tree with another node at a place, counted by members. */
function replaced(tree: BerNode, [at, ...inner]: readonly number[], node: BerNode): BerNode {
  if (at === undefined) return node;
  if ('raw' in tree || tree.content instanceof Uint8Array) throw new TypeError('not a constructed node');
  const content = tree.content.map((each, i) => (i === at ? replaced(each, inner, node) : each));
  return { ...tree, content };
}

/** A DT that ends a TSDU. */
const tpktOf = (data: Uint8Array): Uint8Array => tsduAsSent('i2r', data).octets;

/** Link events of one connection; `lost` says which TPKTs the recording has not. */
function events(sent: readonly Sent[], lost: (index: number) => boolean = () => false): LinkEvent[] {
  const initiator = '192.0.2.1:1024';
  const told: LinkEvent[] = [{ kind: 'open', connection: 0, time: 0, initiator, responder: '192.0.2.2:102' }];
  const missing: Record<Direction, number> = { i2r: 0, r2i: 0 };
  for (const [index, { direction, octets }] of sent.entries()) {
    if (lost(index)) {
      missing[direction] += octets.length;
      continue;
    }
    const lostBefore = missing[direction] === 0 ? undefined : missing[direction];
    told.push({ kind: 'data', connection: 0, direction, time: index, octets, lostBefore });
    missing[direction] = 0;
  }
  return told;
}
