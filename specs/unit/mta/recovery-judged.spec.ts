import { expect } from 'chai';
import { VirtualClock } from '../../../harness/link/clock.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import { type LinkFault, withFaults } from '../../../harness/link/faults.js';
import type { Link } from '../../../harness/link/link.js';
import { memoryPair } from '../../../harness/link/memory.js';
import { recordLink } from '../../../harness/link/recorder.js';
import { Mta } from '../../../harness/mta/engine.js';
import { orName } from '../../../harness/mta/names.js';
import { tolerant } from '../../../harness/mta/presets/index.js';
import { seededRandom } from '../../../harness/mta/random.js';
import { activityLines } from '../../../harness/report/activity-table.js';
import { ShowCollector, showJson } from '../../../harness/report/show.js';
import { collectFindings } from '../../../harness/rules/conversation.js';
import { fails } from '../../../harness/rules/finding.js';
import { p1UserTypes } from '../../../harness/rules/p1-association.js';
import type { Mode } from '../../../harness/stack/association/events.js';
import { convert } from '../../../harness/transcript/convert.js';
import { transcriptHeader } from '../../../harness/transcript/format.js';
import { ConversationObserver } from '../../../harness/transcript/observe.js';
import { openConversation } from '../../../harness/transcript/open.js';
import { MemoryTranscript } from '../../../harness/transcript/writer.js';
import { Folder, read, stream } from '../transcript/support/files.js';

const MODES: readonly Mode[] = ['normal', 'x410-1984', 'x410-1988'];
const LEAK = 'ORGINFO {00000123}\r\n0123456789abcdef0123456789abcdef (';
const domain = (privateDomain: string) => ({ country: 'XX', administrationDomain: ' ', privateDomain });
const alice = orName({ ...domain('A'), surname: 'Alice' });
const bob = orName({ ...domain('B'), surname: 'Bob' });

/** What passed between two MTAs, of which A sends a text; the link breaks behind so many of A's octets. */
async function recorded(mode: Mode, text: string, breaks?: number): Promise<LinkEvent[]> {
  const clock = new VirtualClock(Date.UTC(2006, 7, 8));
  const events: LinkEvent[] = [];
  let opened = 0;
  const retry = { openInterval: 1000, transferInterval: 1000 };
  const modes = MODES;
  const common = { preset: tolerant, clock, random: seededRandom(7), modes };
  const b = new Mta({ ...common, name: 'B', domain: domain('B'), peers: [{ name: 'A', retry }] });
  const connect = async (): Promise<Link> => {
    const connection = opened;
    opened += 1;
    const pair = memoryPair({ initiator: `127.0.0.1:${3000 + connection}`, responder: '127.0.0.1:102' });
    b.accept(pair.responder);
    const faults: LinkFault[] =
      breaks === undefined || connection > 0 ? [] : [{ direction: 'sent', offset: breaks, does: { kind: 'reset' } }];
    const link = recordLink(pair.initiator, { connection, clock, sink: (event) => events.push(event) });
    return withFaults(link, faults, clock);
  };
  const peer = { name: 'B', retry, mode, checkpointSize: 1, windowSize: 2, connect };
  const a = new Mta({ ...common, name: 'A', domain: domain('A'), peers: [peer] });
  a.start();
  b.start();
  a.submit('B', { originator: alice, recipients: [bob], text });
  for (const end = clock.now() + 60_000; clock.now() < end; ) {
    await clock.advanceToAsync(Math.min(end, clock.nextTimer ?? end));
  }
  expect([a.queueTo('B').length, b.queueTo('A').length]).to.deep.equal([0, 0]);
  return events;
}

/** A text whose leak is cut by a synchronization point, and the octets of A's in front of that. */
async function straddling(mode: Mode): Promise<{ text: string; begins: number; cut: number }> {
  for (let before = 6000; before < 7100; before += 20) {
    const text = `${'x'.repeat(before)}${LEAK}${'y'.repeat(6000)}`;
    const sent = stream(await recorded(mode, text), 'i2r');
    const begins = sent.indexOf(LEAK.slice(0, 8));
    if (begins < 0 || sent.includes(LEAK)) continue;
    const cut = LEAK.split('').findIndex((_, i) => !sent.includes(LEAK.slice(0, i + 1)));
    return { text, begins, cut: begins + cut };
  }
  throw new Error('no text is cut by a synchronization point');
}

const found = async (events: readonly LinkEvent[]) => {
  const { findings, summary } = await collectFindings(events);
  const failing = findings
    .filter(fails)
    .map(({ rule, connection, offset, length }) => ({ rule, connection, offset, length }));
  return { failing, summary };
};

function shown(events: readonly LinkEvent[]) {
  const collector = new ShowCollector();
  const observer = new ConversationObserver({ types: p1UserTypes });
  for (const event of events) for (const each of observer.push(event)) collector.push(each);
  for (const each of observer.end()) collector.push(each);
  return collector.associations;
}

for (const mode of MODES) {
  describe(`a leak in a message whose link breaks, in mode ${mode}`, () => {
    let example: Awaited<ReturnType<typeof straddling>>;
    before(async () => {
      example = await straddling(mode);
    });
    const length = LEAK.length - 2;

    it('is found where it went, if it went before the break', async () => {
      const { text, begins, cut } = example;
      const events = await recorded(mode, text, cut + 2500);
      const { failing, summary } = await found(events);
      expect(summary).to.include({ associations: 2, apdus: 1 });
      expect(failing).to.deep.equal([{ rule: 'BODY-003', connection: 0, offset: begins, length }]);
    });

    it('is found where it went, if it went behind the break', async () => {
      const { text, begins } = example;
      const events = await recorded(mode, text, begins - 2500);
      const again = stream(events, 'i2r', 1).indexOf(LEAK.slice(0, 8));
      expect(again).to.be.greaterThan(0);
      const { failing, summary } = await found(events);
      expect(summary).to.include({ associations: 2, apdus: 1 });
      expect(failing).to.deep.equal([{ rule: 'BODY-003', connection: 1, offset: again, length }]);
    });

    it('is found where it began, if it went over the break', async () => {
      const { text, begins, cut } = example;
      const events = await recorded(mode, text, cut + 3);
      const { failing } = await found(events);
      expect(failing).to.deep.equal([{ rule: 'BODY-003', connection: 0, offset: begins, length }]);
    });

    it('is the same in a transcript and in a capture', async () => {
      const { text, cut } = example;
      const events = await recorded(mode, text, cut + 3);
      const { failing } = await found(events);
      const transcript = new MemoryTranscript(transcriptHeader({ mode }));
      for (const event of events) transcript.record(event);
      const folder = new Folder();
      try {
        const file = folder.file('recorded.ndjson', transcript.toString());
        await convert(file, folder.file('recorded.pcapng'));
        for (const each of [file, folder.file('recorded.pcapng')]) {
          const again = await read(await openConversation(each));
          expect((await found(again.events)).failing, each).to.deep.equal(failing);
        }
      } finally {
        folder.remove();
      }
    });

    it('stands in one APDU, whole, and the activities say how it went', async () => {
      const { text, cut } = example;
      const events = await recorded(mode, text, cut + 3);
      const [first, second] = shown(events);
      if (first === undefined || second === undefined) throw new Error('there are two associations');
      expect(first.apdus).to.deep.equal([]);
      expect(first.activities[0]).to.include({ outcome: 'broken', goesOnIn: 1 });
      expect(second.apdus).to.have.lengthOf(1);
      const [apdu] = second.apdus;
      expect(apdu).to.include({ kind: 'message', complete: true });
      expect(Buffer.from(apdu?.content ?? []).includes(text)).to.equal(true);
      const checkpoint = second.activities[0]?.resumedFrom?.checkpoint ?? 0;
      expect(checkpoint).to.be.greaterThan(3);
      expect([...activityLines(second)].join('\n')).to.include(
        `resumed from association 0 at checkpoint ${checkpoint}`,
      );
      const json = JSON.stringify(showJson([first, second]));
      expect(json)
        .to.include(`"resumedFrom":{"connection":0,"checkpoint":${checkpoint}}`)
        .and.to.include('"goesOnIn":1');
    });
  });
}
