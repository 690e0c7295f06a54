import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import type { LinkEvent } from '../../../../harness/link/events.js';
import { compareConversations } from '../../../../harness/transcript/compare/compare.js';
import { defaultComparisonRules } from '../../../../harness/transcript/compare/default-rules.js';
import type { Difference } from '../../../../harness/transcript/compare/match.js';
import type { ComparisonRule } from '../../../../harness/transcript/compare/rule.js';
import { differenceLines } from '../../../../harness/transcript/compare/text.js';
import { parseTranscript } from '../../../../harness/transcript/reader.js';

const FOLDER = new URL('../../../../fixtures/transcripts/', import.meta.url);
const recording = (name: string): LinkEvent[] =>
  parseTranscript(readFileSync(new URL(`exchange-2003-${name}.ndjson`, FOLDER), 'utf8')).events;
const said = ({ connection, unit, path }: Difference) => `${connection} ${unit}${path === '' ? '' : ` ${path}`}`;

/** The same octets, with one text in the place of another of its length. */
function changed(events: readonly LinkEvent[], from: string, to: string, connection?: number): LinkEvent[] {
  expect(to).to.have.lengthOf(from.length);
  return events.map((event) => {
    if (event.kind !== 'data' || (connection !== undefined && event.connection !== connection)) return event;
    const text = Buffer.from(event.octets).toString('latin1').replaceAll(from, to);
    return { ...event, octets: new Uint8Array(Buffer.from(text, 'latin1')) };
  });
}

/** Other cuts of the streams, at the same times. */
function cut(events: readonly LinkEvent[], lengths: readonly number[]): LinkEvent[] {
  let next = 0;
  return events.flatMap((event): LinkEvent[] => {
    if (event.kind !== 'data') return [event];
    const pieces: LinkEvent[] = [];
    for (let from = 0; from < event.octets.length; ) {
      const length = lengths[next % lengths.length] as number;
      next += 1;
      pieces.push({ ...event, octets: event.octets.subarray(from, from + length) });
      from += length;
    }
    return pieces;
  });
}

const sp2 = recording('sp2--tolerant');
const hotfix = recording('kb916986--tolerant');

describe('conversations compared by meaning', () => {
  it('finds none between a recording and itself, however its streams are cut', () => {
    expect(compareConversations(sp2, sp2)).to.deep.equal([]);
    const lengths = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(lengths, (pieces) => {
        expect(compareConversations(sp2, cut(sp2, pieces))).to.deep.equal([]);
      }),
      { numRuns: 8 },
    );
  });

  it('tells what the hotfix of KB 916986 sends no more: the marker in the bind, and the routing packets', () => {
    const differences = compareConversations(sp2, hotfix);
    expect(differences.filter(({ kind }) => kind === 'value').map(said)).to.deep.equal([
      '0 CONNECT MTABindArgument.authenticated[5]',
      '2 CONNECT MTABindArgument.authenticated[5]',
    ]);
    const missing = differences.filter(({ kind }) => kind === 'missing');
    expect(missing.filter(({ unit }) => unit === 'message').map(({ expected }) => expected)).to.deep.equal([
      'message L=EXCH1-060808090010Z-2',
      'message L=EXCH1-060808091000Z-5',
    ]);
    // With its activity, and the peer's acknowledgement of it.
    expect(missing.map(({ unit }) => unit).sort()).to.deep.equal(
      ['ACTIVITY END', 'ACTIVITY END ACK', 'ACTIVITY START', 'message'].flatMap((unit) => [unit, unit]),
    );
    expect(differences.every(({ kind }) => kind === 'value' || kind === 'missing')).to.equal(true);
    expect(compareConversations(hotfix, sp2).filter(({ kind }) => kind === 'surplus')).to.have.lengthOf(8);
  });

  it('compares one side alone where it is asked to', () => {
    const sides = (side: string) => new Set(compareConversations(sp2, hotfix, { side }).map(said));
    expect([...sides('EXCH1')].some((text) => text.includes('CONNECT'))).to.equal(true);
    expect([...sides('EXCH1')].some((text) => text.includes('ACK'))).to.equal(false);
    expect([...sides('FOREIGN')].every((text) => text.includes('ACTIVITY END ACK'))).to.equal(true);
    expect(sides('i')).to.not.deep.equal(sides('r'));
  });

  it('tells a value that no rule lets vary, and where it stands', () => {
    const [difference, ...more] = compareConversations(sp2, changed(sp2, 'Ten boxes', 'Two boxes'));
    expect(more).to.deep.equal([]);
    expect(difference).to.include({
      kind: 'value',
      connection: 0,
      direction: 'i2r',
      unit: 'message',
      path: 'MTS-APDU.message.content.IPM.body.[0].ia5String',
      expected: 'Ten boxes, please.',
      actual: 'Two boxes, please.',
      why: 'no rule lets it vary',
    });
    expect(difference).to.not.have.property('rule');
    expect(differenceLines(difference as Difference).join('\n')).to.include('expected  "Ten boxes, please."');
  });

  it('lets identifiers be renamed, as long as one name stands for one', () => {
    const [one, other] = ['L=EXCH1-060808090010Z-1', 'L=EXCH1-990101000000Z-7'];
    // In the message, in its heading, and in the report on it.
    expect(compareConversations(sp2, changed(sp2, one, other))).to.deep.equal([]);
    const [difference] = compareConversations(sp2, changed(sp2, one, other, 1));
    expect(difference).to.include({ connection: 1, unit: 'report', rule: 'mts-identifiers', actual: other });
    expect(difference?.path).to.equal('MTS-APDU.report.content.subjectIdentifier.localIdentifier');
    expect(difference?.why).to.include(`was "${one}" before`);
    // Two messages under one name.
    const [same] = compareConversations(sp2, changed(sp2, 'L=EXCH1-060808090025Z-3', one));
    expect(same).to.include({ rule: 'mts-identifiers', actual: one });
    expect(same?.why).to.include('stands for');
  });

  it('lets times be others, as long as they are times', () => {
    expect(compareConversations(sp2, changed(sp2, '060808090010Z', '110303143007Z'))).to.deep.equal([]);
    const wrong = compareConversations(sp2, changed(sp2, '060808090010Z', '119903143007Z'));
    const times = wrong.filter(({ rule }) => rule === 'times');
    expect(times).to.not.deep.equal([]);
    expect(times[0]).to.include({ actual: '119903143007Z', why: 'rule times: it is no valid UTCTime' });
  });

  it('lets a rule of one’s own go before the others', () => {
    const live = changed(sp2, 'Ten boxes', 'Two boxes');
    const path = '**.IPM.body.**';
    const told = (how: Partial<ComparisonRule>) => {
      const rule = { id: 'ours', matches: { path }, reason: 'a test', ...how } as ComparisonRule;
      return compareConversations(sp2, live, { rules: [rule, ...defaultComparisonRules] }).map((each) => each.why);
    };
    expect(told({ how: 'ignore' })).to.deep.equal([]);
    expect(told({ how: 'pattern', pattern: '\\w+ boxes, please\\.' })).to.deep.equal([]);
    expect(told({ how: 'pattern', pattern: '\\d+ boxes, please\\.' })[0]).to.include('rule ours: it does not match');
    expect(told({ how: 'any-of', values: ['Two boxes, please.'] })).to.deep.equal([]);
    expect(told({ how: 'any-of', values: ['No boxes, please.'] })[0]).to.include('rule ours: it is none');
  });

  it('tells that a password differs, and not which it is', () => {
    // An empty IA5String becomes an empty OCTET STRING.
    const live = sp2.map((event) =>
      event.kind === 'data' && event.connection === 0
        ? { ...event, octets: hexChanged(event.octets, '1600', '0400') }
        : event,
    );
    const differences = compareConversations(sp2, live, { side: 'EXCH1' });
    expect(differences.map(({ path }) => path.split('.').at(-1))).to.deep.equal(['ia5String', 'octetString']);
    expect(differences.map((each) => [each.expected, each.actual])).to.deep.equal([
      ['(password)', undefined],
      [undefined, '(password)'],
    ]);
  });

  it('tells of connections that only one of the two has', () => {
    const without = sp2.filter(({ connection }) => connection !== 2);
    const [difference, ...more] = compareConversations(sp2, without);
    expect(difference).to.include({ kind: 'connection', connection: 2, actual: undefined });
    expect(difference?.expected).to.equal('EXCH1 → FOREIGN');
    expect(more).to.deep.equal([]);
    expect(compareConversations(without, sp2).map(({ kind }) => kind)).to.deep.equal(['connection']);
  });

  it('pairs connections by who binds, where endpoints are other ones', () => {
    const moved = sp2.map((event) =>
      event.kind === 'open'
        ? { ...event, initiator: `10.0.0.1:${5000 + event.connection}`, responder: '10.0.0.2:102' }
        : event,
    );
    // The other's connection comes first this time.
    const order = [1, 0, 2, 3].flatMap((connection) => moved.filter((event) => event.connection === connection));
    const differences = compareConversations(sp2, order);
    expect(differences.filter(({ path }) => path.endsWith('initiatorName'))).to.deep.equal([]);
  });
});

function hexChanged(octets: Uint8Array, from: string, to: string): Uint8Array {
  return new Uint8Array(Buffer.from(Buffer.from(octets).toString('hex').replace(from, to), 'hex'));
}
