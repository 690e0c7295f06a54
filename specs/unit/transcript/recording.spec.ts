import { readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { expect } from 'chai';
import type { LinkEvent } from '../../../harness/link/events.js';
import { openConversation } from '../../../harness/transcript/open.js';
import { parseTranscript } from '../../../harness/transcript/reader.js';
import { MemoryTranscript, TranscriptWriter } from '../../../harness/transcript/writer.js';
import { Folder, read, rejection } from './support/files.js';
import { CC, CR } from './support/packets.js';

const header = { p1spec: '0.1.0', deliberateErrors: [] };
const events: LinkEvent[] = [
  { kind: 'open', connection: 0, time: 1000.125, initiator: 'a', responder: 'b' },
  { kind: 'data', connection: 0, time: 1001, direction: 'i2r', octets: CR },
  { kind: 'data', connection: 0, time: 1002, direction: 'r2i', octets: CC },
  { kind: 'close', connection: 0, time: 1003, direction: 'i2r', how: 'end' },
];

describe('recording', () => {
  let folder: Folder;
  before(() => {
    folder = new Folder();
  });
  after(() => folder.remove());

  it('is read back as it was written', async () => {
    const path = folder.file('whole.ndjson');
    const writer = TranscriptWriter.open(path, header);
    for (const event of events) writer.record(event);
    writer.close();
    writer.record(events[0]!);
    const { events: found, conversation } = await read(await openConversation(path));
    expect(found).to.deep.equal(events);
    expect(conversation.header).to.deep.include(header);
    expect(conversation.stats()).to.include({ connections: 1, octets: CR.length + CC.length });
    expect(conversation.truncated()).to.equal(undefined);
  });

  it('replaces an older file, and no device', () => {
    const path = folder.file('device');
    symlinkSync('/dev/null', path);
    const writer = TranscriptWriter.open(path, header, { overwrite: true });
    writer.record(events[0]!);
    writer.close();
    expect(readlinkSync(path)).to.equal('/dev/null');
  });

  it('has each event in the file before the next one', () => {
    const path = folder.file('each.ndjson');
    const writer = TranscriptWriter.open(path, header);
    writer.record(events[0]!);
    expect(parseTranscript(readFileSync(path, 'utf8')).events).to.deep.equal([events[0]]);
    writer.close();
  });

  it('loses at most the last line when it is killed, wherever that is', async () => {
    const memory = new MemoryTranscript(header);
    for (const event of events) memory.record(event);
    const whole = Buffer.from(memory.toString());
    const firstLine = whole.indexOf('\n');
    for (let cut = firstLine; cut <= whole.length; cut += 1) {
      const part = whole.subarray(0, cut);
      const complete = part
        .toString()
        .split('\n')
        .slice(1)
        .filter((line) => line.endsWith('}')).length;
      const { events: found, conversation } = await folder.read(part);
      expect(found).to.deep.equal(events.slice(0, complete));
      expect(conversation.truncated() !== undefined).to.equal(!['}', '\n'].includes(part.toString().at(-1)!));
      expect(parseTranscript(part.toString()).events).to.deep.equal(found);
    }
    for (let cut = 1; cut < firstLine; cut += 1) {
      expect(await rejection(folder.read(whole.subarray(0, cut)))).to.have.property('code', 'ERR_TRANSCRIPT_HEADER');
    }
  });

  it('refuses a file that is there, and with overwrite leaves its recorder alone', () => {
    const path = folder.file('shared.ndjson');
    const first = TranscriptWriter.open(path, header);
    expect(() => TranscriptWriter.open(path, header))
      .to.throw()
      .with.property('code', 'ERR_FILE_EXISTS');
    const second = TranscriptWriter.open(path, header, { overwrite: true });
    second.record(events[0]!);
    first.record(events[0]!);
    first.record(events[3]!);
    expect(parseTranscript(readFileSync(path, 'utf8')).events).to.deep.equal([events[0]]);
    first.close();
    second.close();
  });

  it('says which line is wrong', async () => {
    const memory = new MemoryTranscript(header);
    for (const event of [events[0]!, events[1]!]) memory.record(event);
    const lines = memory.toString().split('\n');
    for (const [wrong, message] of [
      [[lines[0], '{"kind":', lines[1]], 'line 2: is no transcript event'],
      [[lines[0], '', lines[2]], 'line 3: connection 0 was never opened'],
      [[lines[0], lines[1], lines[1]], 'line 3: connection 0 is opened twice'],
    ] as const) {
      const error = await rejection(folder.read(`${wrong.join('\n')}\n`));
      expect(error).to.have.property('code', 'ERR_TRANSCRIPT_LINE');
      expect(error.message).to.contain(message);
    }
  });
});
