import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LinkEvent } from '../../../harness/link/events.js';
import { collectFindings } from '../../../harness/rules/conversation.js';
import { transcriptHeader } from '../../../harness/transcript/format.js';
import { openConversation } from '../../../harness/transcript/open.js';
import { type RotatingOptions, RotatingWriter } from '../../../harness/transcript/rotating-writer.js';
import { temporaryFolder } from '../../e2e/support/cli.js';
import { linkEvents } from '../../e2e/support/recording.js';

const START = Date.UTC(2026, 0, 31, 8);

const opened = (connection: number, time = START): LinkEvent => ({
  kind: 'open',
  connection,
  time,
  initiator: '10.0.0.1:4000',
  responder: '10.0.0.2:102',
});
const data = (connection: number, text: string, time = START): LinkEvent => ({
  kind: 'data',
  connection,
  time,
  direction: 'i2r',
  octets: new Uint8Array(Buffer.from(text)),
});
const closed = (connection: number, direction: 'i2r' | 'r2i', time = START): LinkEvent => ({
  kind: 'close',
  connection,
  time,
  direction,
  how: 'end',
});

describe('a rotating writer', () => {
  const folder = temporaryFolder();
  after(() => folder.remove());
  let count = 0;

  function writer(options: Partial<RotatingOptions> = {}, ending = 'ndjson') {
    count += 1;
    const files: string[] = [];
    const rotating = new RotatingWriter({
      file: join(folder.path, `r${count}.${ending}`),
      header: (recorded) => transcriptHeader({ recorded }),
      now: START,
      onFile: (file) => files.push(file),
      ...options,
    });
    return { rotating, files };
  }

  async function read(file: string): Promise<LinkEvent[]> {
    const events: LinkEvent[] = [];
    for await (const event of (await openConversation(file)).events()) events.push(event);
    return events;
  }

  it('writes one file under its own name where nothing rotates, in place of the old one', async () => {
    const events = [opened(0), data(0, 'abc'), closed(0, 'i2r'), closed(0, 'r2i')];
    const { rotating, files } = writer();
    rotating.record(opened(9));
    rotating.close();
    const again = writer({ file: files[0] as string });
    for (const event of events) again.rotating.record(event);
    again.rotating.close();
    again.rotating.record(data(0, 'late'));
    expect(again.files).to.deep.equal(files);
    expect(await read(files[0] as string)).to.deep.equal(events);
  });

  it('begins another file between connections where it can, with names in their order', async () => {
    const { rotating, files } = writer({ size: 550 });
    for (let connection = 0; connection < 4; connection += 1) {
      const time = START + connection * 1000;
      for (const event of [opened(connection, time), data(connection, 'x'.repeat(120), time)]) rotating.record(event);
      rotating.record(closed(connection, 'i2r', time));
      rotating.record(closed(connection, 'r2i', time));
    }
    rotating.close();
    expect(files.map((file) => file.replace(/^.*\/r\d+/, ''))).to.deep.equal([
      '-20260131T080000Z-0001.ndjson',
      '-20260131T080001Z-0002.ndjson',
      '-20260131T080002Z-0003.ndjson',
      '-20260131T080003Z-0004.ndjson',
    ]);
    for (const [connection, file] of files.entries()) {
      const events = await read(file);
      expect(events.map(({ kind }) => kind)).to.deep.equal(['open', 'data', 'close', 'close']);
      expect(events.every((event) => event.connection === connection)).to.equal(true);
    }
  });

  it('waits a little for connections to end, then goes on with them in the next file, each octet in its place', async () => {
    const { rotating, files } = writer({ interval: 1000 });
    rotating.record(opened(7));
    rotating.record(data(7, 'abc'));
    rotating.record(data(7, 'de', START + 1100));
    expect(files).to.have.lengthOf(1);
    rotating.record(closed(7, 'r2i', START + 1100));
    rotating.record(data(7, 'fgh', START + 1250));
    rotating.record(data(7, 'i', START + 1300));
    rotating.record(data(7, 'j', START + 2600));
    rotating.record(closed(7, 'i2r', START + 2600));
    rotating.close();
    const parts = await Promise.all(files.map(read));
    const lost = (time: number): LinkEvent => ({ kind: 'close', connection: 7, time, how: 'lost' });
    const goesOn = (time: number): LinkEvent => ({ ...opened(7, time), startLost: true }) as LinkEvent;
    const behind = (event: LinkEvent, lostBefore: number) => ({ ...event, lostBefore });
    expect(parts).to.deep.equal([
      [opened(7), data(7, 'abc'), data(7, 'de', START + 1100), closed(7, 'r2i', START + 1100), lost(START + 1250)],
      [
        goesOn(START + 1250),
        closed(7, 'r2i', START + 1250),
        behind(data(7, 'fgh', START + 1250), 5),
        data(7, 'i', START + 1300),
        lost(START + 2600),
      ],
      [
        goesOn(START + 2600),
        closed(7, 'r2i', START + 2600),
        behind(data(7, 'j', START + 2600), 9),
        closed(7, 'i2r', START + 2600),
      ],
    ]);
  });

  for (const ending of ['ndjson', 'pcapng']) {
    it(`accuses nobody where an association was cut anywhere, in ${ending}`, async () => {
      const whole = linkEvents([{}]);
      // As a network may deliver it.
      const pieces = whole.flatMap((event): LinkEvent[] => {
        if (event.kind !== 'data') return [event];
        const { octets } = event;
        const cut: LinkEvent[] = [];
        for (let at = 0; at < octets.length; at += 30) cut.push({ ...event, octets: octets.subarray(at, at + 30) });
        return cut;
      });
      const timed = pieces.map((event, i): LinkEvent => ({ ...event, time: START + i * 10 }));
      const { rotating, files } = writer({ interval: 40 }, ending);
      for (const event of timed) rotating.record(event);
      rotating.close();
      expect(files.length).to.be.above(3);
      for (const file of files) {
        const { findings } = await collectFindings((await openConversation(file)).events());
        expect(
          findings.filter(({ tier }) => tier < 3),
          file,
        ).to.deep.equal([]);
      }
      if (ending !== 'ndjson') return;
      for (const direction of ['i2r', 'r2i'] as const) {
        const of = (events: readonly LinkEvent[]) =>
          Buffer.concat(
            events.map((each) => (each.kind === 'data' && each.direction === direction ? each.octets : Buffer.of())),
          );
        const parts = (await Promise.all(files.map(read))).map(of);
        expect(Buffer.concat(parts).equals(of(whole))).to.equal(true);
      }
    });
  }

  it('keeps in a capture what comes behind the first FIN', async () => {
    const { rotating, files } = writer({}, 'pcapng');
    const [open, ...rest] = linkEvents([{}]);
    const sent = rest.filter(({ kind }) => kind === 'data');
    const early: LinkEvent = { kind: 'close', connection: 0, direction: 'i2r', how: 'end', time: 1 };
    rotating.record(open as LinkEvent);
    rotating.record(sent[0] as LinkEvent);
    rotating.record(early);
    for (const event of sent.slice(1)) if (event.kind === 'data' && event.direction === 'r2i') rotating.record(event);
    rotating.record({ ...early, direction: 'r2i' });
    rotating.close();
    const answers = (events: readonly LinkEvent[]) =>
      Buffer.concat(
        events.map((each) => (each.kind === 'data' && each.direction === 'r2i' ? each.octets : Buffer.of())),
      );
    expect(answers(await read(files[0] as string)).equals(answers(sent))).to.equal(true);
  });

  it('says at once that a file cannot be begun, and later that the next one cannot', () => {
    expect(() => writer({ file: join(folder.path, 'nowhere', 'x.ndjson') })).to.throw('its folder does not exist');
    const own = temporaryFolder();
    const { rotating } = writer({ file: join(own.path, 'x.ndjson'), interval: 10 });
    expect(readdirSync(own.path)).to.have.lengthOf(1);
    own.remove();
    // It is empty, and does not rotate.
    rotating.record(opened(0, START + 20));
    expect(() => rotating.record(data(0, 'x', START + 40))).to.throw('its folder does not exist');
  });

  it('does not write over the file of another run', () => {
    const { files } = writer({ size: 10 });
    const [first] = files as [string];
    const text = readFileSync(first, 'utf8');
    expect(() => writer({ size: 10, file: first.replace(/-20260131.*(?=\.ndjson)/, '') })).to.throw('exists');
    expect(readFileSync(first, 'utf8')).to.equal(text);
    rmSync(first);
  });
});
