import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Story, stories, tell } from '../../../fixtures/founding.js';
import { fromHex, toHex } from '../../../harness/ber/octets.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import { collectFindings, verdictOf } from '../../../harness/rules/conversation.js';
import type { Finding } from '../../../harness/rules/finding.js';
import { parseTranscript } from '../../../harness/transcript/reader.js';

const FOLDER = new URL('../../../fixtures/transcripts/', import.meta.url);
/** In octets of its file. */
const LARGEST = 60_000;

/** What SP2's leaks begin with, by the rule that finds them. */
const leaks: Readonly<Record<string, string>> = {
  // A marker [5] of 16 octets: GUID of our own.
  'BIND-001': '85107cc2dff28354a1fdafff92049f4f862b',
  // id-mdbef.
  'BODY-001': '06082a864886f7140501',
  // The routing group's GUID as common name.
  'ADDR-006': '1324433544434344374',
  'BODY-003': toHex(Buffer.from('ORGINFO {')),
};

/** Connection, rule and offset; all are sent by Exchange, which opened these connections. */
const expected: Readonly<Record<string, readonly (readonly [number, string, number])[]>> = {
  'exchange-2003-sp2--tolerant': [
    [0, 'BIND-001', 191],
    [0, 'BODY-001', 388],
    [0, 'ADDR-006', 499],
    [0, 'BODY-003', 548],
    [2, 'BIND-001', 191],
    [2, 'BODY-001', 851],
    [2, 'ADDR-006', 962],
    [2, 'BODY-003', 1011],
  ],
  'exchange-2003-sp2--refuse-after-routing-packet': [
    [0, 'BIND-001', 191],
    [0, 'BODY-001', 388],
    [0, 'ADDR-006', 499],
    [0, 'BODY-003', 548],
    [2, 'BIND-001', 191],
    [4, 'BIND-001', 191],
  ],
  'exchange-2003-kb916986--tolerant': [],
  'exchange-2003-kb916986--refuse-after-routing-packet': [],
};

const recorded = ({ name }: Story): string => readFileSync(new URL(`${name}.ndjson`, FOLDER), 'utf8');

function firstDifference(made: string, text: string): string | undefined {
  if (made === text) return undefined;
  const [now, then] = [made.split('\n'), text.split('\n')];
  const index = now.findIndex((line, i) => line !== then[i]);
  const at = index === -1 ? now.length : index;
  return `line ${at + 1}\nmade:     ${now[at]}\nrecorded: ${then[at]}\n`;
}

function stream(events: readonly LinkEvent[], { connection, direction }: Finding): Buffer {
  const chunks = events.flatMap((event) =>
    event.kind === 'data' && event.connection === connection && event.direction === direction ? [event.octets] : [],
  );
  return Buffer.concat(chunks);
}

describe('fixtures/transcripts', () => {
  it('holds the founding conversations and nothing else', () => {
    expect(readdirSync(FOLDER).sort()).to.deep.equal(stories.map(({ name }) => `${name}.ndjson`).sort());
  });

  for (const story of stories) {
    describe(story.name, () => {
      const text = recorded(story);
      const { header, events, truncated } = parseTranscript(text);

      it('comes out of the fakes again, octet for octet (after a change on purpose: npm run fixtures)', async () => {
        expect(text.length).to.be.lessThan(LARGEST);
        expect(truncated).to.equal(false);
        // The version that recorded it stays in the file; the rest is made anew.
        const difference = firstDifference(String(await tell(story, header.p1spec)), text);
        expect(difference, difference).to.equal(undefined);
      });

      it('says what it is', () => {
        const [exchange, peer] = story.name.split('--');
        expect(header.mode).to.equal('normal');
        expect(header.initiator).to.include({ name: 'EXCH1', preset: exchange });
        expect(header.responder).to.include({ name: 'FOREIGN', preset: peer });
        expect(header.comment).to.include('virtual clock');
        expect(header.deliberateErrors).to.have.lengthOf(exchange === 'exchange-2003-sp2' ? 2 : 0);
      });

      it('is judged as the story goes', async () => {
        const { findings, summary } = await collectFindings(events);
        const wanted = expected[story.name] ?? [];
        const failing = findings.filter(({ tier }) => tier !== 3);
        expect(
          failing.map(({ connection, rule, offset, direction }) => [connection, rule, offset, direction]),
        ).to.deep.equal(wanted.map((each) => [...each, 'i2r']));
        expect(verdictOf(findings, summary)).to.equal(wanted.length === 0 ? 'pass' : 'fail');
        expect(summary.incomplete).to.equal(false);
        for (const finding of failing) {
          const octets = toHex(stream(events, finding).subarray(finding.offset));
          expect(octets.startsWith(leaks[finding.rule] as string), `${finding.rule} at ${finding.offset}`).to.equal(
            true,
          );
        }
      });

      it('has no leak that was not found', async () => {
        const { findings } = await collectFindings(events);
        const all = Buffer.concat(events.map((event) => (event.kind === 'data' ? event.octets : new Uint8Array(0))));
        for (const rule of ['BIND-001', 'BODY-001', 'BODY-003']) {
          const occurrences = all
            .toString('latin1')
            .split(Buffer.from(fromHex(leaks[rule] as string)).toString('latin1'));
          expect(occurrences.length - 1, rule).to.equal(findings.filter((finding) => finding.rule === rule).length);
        }
      });
    });
  }

  it('tells of SP2 and the refusing peer: an abort, refused binds, and mail that still arrives', async () => {
    const { events } = parseTranscript(recorded(stories[1] as Story));
    const { summary } = await collectFindings(events);
    const opened = events.flatMap((event) => (event.kind === 'open' ? [event.initiator] : []));
    expect(opened.map((initiator, connection) => [initiator, summary.outcomes.get(connection)])).to.deep.equal([
      ['EXCH1', 'aborted'],
      ['FOREIGN', 'released'],
      ['EXCH1', 'refused'],
      ['FOREIGN', 'released'],
      ['EXCH1', 'refused'],
    ]);
    // The routing packet, and two messages of the peer.
    expect(summary.apdus).to.equal(3);
  });
});
