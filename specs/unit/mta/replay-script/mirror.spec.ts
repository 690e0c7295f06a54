import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LinkEvent } from '../../../../harness/link/events.js';
import { collectFindings } from '../../../../harness/rules/conversation.js';
import { compareConversations } from '../../../../harness/transcript/compare/compare.js';
import { differenceLines } from '../../../../harness/transcript/compare/text.js';
import { unitsOf } from '../../../../harness/transcript/compare/units.js';
import { openConversation } from '../../../../harness/transcript/open.js';
import { parseTranscript } from '../../../../harness/transcript/reader.js';
import { type Mirrored, mirror } from './mirror.js';

const CAPTURES = process.env.P1SPEC_CAPTURES;
const FOLDER = new URL('../../../../fixtures/transcripts/', import.meta.url);

async function eventsOf(file: string): Promise<LinkEvent[]> {
  const events: LinkEvent[] = [];
  for await (const event of (await openConversation(file)).events()) {
    events.push(event.kind === 'data' ? { ...event, octets: event.octets.slice() } : event);
  }
  return events;
}

function expectFit(recorded: readonly LinkEvent[], { i, r, events }: Mirrored): void {
  const differences = [...i.differences, ...r.differences, ...compareConversations(recorded, events)];
  expect(differences.flatMap(differenceLines)).to.deep.equal([]);
  expect([i.complete, r.complete]).to.deep.equal([true, true]);
}

/** What the rules say of a conversation, without where. */
async function findingsIn(events: readonly LinkEvent[]): Promise<string[]> {
  const { findings } = await collectFindings(events);
  return findings.map(({ connection, direction, rule, path }) => `${connection} ${direction} ${rule} ${path}`).sort();
}

describe('both sides of a recording, played against each other on another day', () => {
  for (const name of readdirSync(FOLDER)) {
    const recorded = parseTranscript(readFileSync(new URL(name, FOLDER), 'utf8')).events;

    it(`${name} fits itself, and its octets say what they said`, async () => {
      const mirrored = await mirror(recorded);
      expectFit(recorded, mirrored);
      expect(await findingsIn(mirrored.events)).to.deep.equal(await findingsIn(recorded));
      const leaves = unitsOf(mirrored.events).flatMap((unit) => unit.leaves);
      const times = leaves.filter(({ type }) => type === 'UTCTime').map(({ value }) => String(value).slice(0, 6));
      expect(new Set(times)).to.deep.equal(new Set(['110303']));
      const references = leaves
        .filter(({ path }) => path.endsWith('.commonReference'))
        .map(({ value }) => String(value));
      expect(new Set(references.map((text) => text.slice(0, 6)))).to.deep.equal(new Set(['110303']));
    });

    it(`${name} fits itself with other names, and cut into single octets`, async () => {
      const single = (bytes: Uint8Array) => Array.from(bytes, (octet) => Uint8Array.of(octet));
      const mirrored = await mirror(recorded, { freshIdentifiers: true, chunk: single });
      expectFit(recorded, mirrored);
      expect(await findingsIn(mirrored.events)).to.deep.equal(await findingsIn(recorded));
    });
  }

  describe('of real MTAs', () => {
    before(function () {
      if (CAPTURES === undefined) this.skip();
    });

    for (const name of [
      'pp-p1-message.pcapng',
      'pp-ping-success.pcapng',
      'x400-ping-success.pcap',
      'isode-rts-x410-echo.pcapng',
    ]) {
      it(`${name} fits itself`, async () => {
        const recorded = await eventsOf(join(CAPTURES ?? '', name));
        expectFit(recorded, await mirror(recorded));
      });
    }

    it('every reaction of PP fits itself, with the deviation that provoked it', async () => {
      const folder = join(CAPTURES ?? '', 'pp-reactions');
      const files = readdirSync(folder).filter((name) => name.endsWith('.hex'));
      expect(files).to.not.deep.equal([]);
      for (const name of files) {
        const recorded = await eventsOf(join(folder, name));
        for (const freshIdentifiers of [false, true]) {
          const mirrored = await mirror(recorded, { freshIdentifiers });
          try {
            expectFit(recorded, mirrored);
          } catch (error) {
            throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
          }
        }
      }
    }).timeout(240_000);

    it('a log in which data were left out is not played', async () => {
      const recorded = await eventsOf(join(CAPTURES ?? '', 'x410-1992'));
      const refused = await mirror(recorded).catch((error: unknown) => error);
      expect(refused).to.have.property('code', 'ERR_REPLAY_INCOMPLETE');
    });
  });
});
