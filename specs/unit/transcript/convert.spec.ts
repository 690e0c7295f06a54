import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import type { LinkEvent } from '../../../harness/link/events.js';
import type { Direction } from '../../../harness/stack/direction.js';
import { convert } from '../../../harness/transcript/convert.js';
import { openConversation } from '../../../harness/transcript/open.js';
import { PcapngWriter } from '../../../harness/transcript/pcapng-writer.js';
import { MemoryTranscript } from '../../../harness/transcript/writer.js';
import { chunks, Folder, read, rejection, stream } from './support/files.js';
import { CC, CR, dt } from './support/packets.js';

const header = {
  p1spec: '0.1.0',
  mode: 'normal',
  deliberateErrors: ['a foreign element in the bind'],
  initiator: { name: 'mta-a', preset: 'exchange-2003-sp2', endpoint: undefined },
} as const;

function pcapng(events: readonly LinkEvent[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  const writer = new PcapngWriter((block) => blocks.push(block), header);
  for (const event of events) writer.record(event);
  writer.close();
  return new Uint8Array(Buffer.concat(blocks));
}

function open(connection: number, more: { startLost?: true } = {}): LinkEvent {
  const responder = connection % 2 === 0 ? '127.0.0.1:10102' : 'memory';
  return {
    kind: 'open',
    connection,
    time: 1000 + connection,
    initiator: `127.0.0.1:${connection}`,
    responder,
    ...more,
  };
}

function data(connection: number, direction: Direction, octets: Uint8Array, lostBefore = 0): LinkEvent {
  const event = { kind: 'data', connection, direction, time: 2000, octets } as const;
  return lostBefore > 0 ? { ...event, lostBefore } : event;
}

describe('pcapng, written', () => {
  let folder: Folder;
  before(() => {
    folder = new Folder();
  });
  after(() => folder.remove());

  it('is read back with its endpoints, header, times and closes', async () => {
    const events: LinkEvent[] = [
      open(0),
      data(0, 'i2r', CR),
      data(0, 'r2i', CC),
      open(1),
      data(1, 'i2r', CR),
      { kind: 'close', connection: 0, time: 3000.125, direction: 'r2i', how: 'end' },
      { kind: 'close', connection: 1, time: 3001, direction: 'i2r', how: 'reset' },
    ];
    const { events: found, conversation } = await folder.read(pcapng(events));
    expect(conversation.header).to.deep.include({ mode: 'normal', deliberateErrors: header.deliberateErrors });
    expect(found).to.deep.equal(events);
  });

  it('leaves a gap for octets that were lost, at the start, within and at the end', async () => {
    const events: LinkEvent[] = [
      open(0),
      data(0, 'i2r', CR),
      data(0, 'r2i', CC, 5),
      data(0, 'i2r', dt([1]), 100),
      data(0, 'r2i', dt([2])),
      data(0, 'i2r', new Uint8Array(0), 33),
      { kind: 'close', connection: 0, time: 3000, how: 'lost' },
    ];
    const { events: found } = await folder.read(pcapng(events));
    for (const direction of ['i2r', 'r2i'] as const) {
      expect(stream(found, direction)).to.deep.equal(stream(events, direction));
    }
    expect(chunks(found, 'i2r').map(({ lostBefore }) => lostBefore)).to.deep.equal([undefined, 100, 33]);
  });

  it('has no handshake where the start was lost', async () => {
    const events: LinkEvent[] = [open(0, { startLost: true }), data(0, 'i2r', dt([1])), data(0, 'r2i', dt([2]))];
    const { events: found } = await folder.read(pcapng(events));
    // Such a connection appears with its first octets.
    expect(found.slice(0, 3)).to.deep.equal([{ ...events[0], time: 2000 }, events[1], events[2]]);
  });

  it('has right checksums', () => {
    const file = Buffer.from(pcapng([open(0), data(0, 'i2r', CR), data(0, 'i2r', Uint8Array.of(1, 2, 3))]));
    let frames = 0;
    for (let at = 0; at < file.length; at += file.readUInt32BE(at + 4)) {
      if (file.readUInt32BE(at) !== 6) continue;
      const frame = file.subarray(at + 28, at + 28 + file.readUInt32BE(at + 20));
      const segment = frame.subarray(34);
      const pseudo = Buffer.concat([frame.subarray(26, 34), Buffer.from([0, 6, 0, segment.length]), segment]);
      expect(onesComplement(frame.subarray(14, 34))).to.equal(0xffff);
      expect(onesComplement(pseudo)).to.equal(0xffff);
      frames += 1;
    }
    expect(frames).to.equal(5);
  });

  it('holds any conversation', async () => {
    const turn = fc.record({
      connection: fc.nat(2),
      direction: fc.constantFrom('i2r' as const, 'r2i' as const),
      octets: fc.uint8Array({ minLength: 1, maxLength: 4000, size: 'max' }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { maxLength: 20 }), async (turns) => {
        const opened = [0, 1, 2].flatMap((connection) => [open(connection), data(connection, 'i2r', CR)]);
        const events = [...opened, ...turns.map((each) => data(each.connection, each.direction, each.octets))];
        const { events: found } = await folder.read(pcapng(events));
        for (const connection of [0, 1, 2]) {
          for (const direction of ['i2r', 'r2i'] as const) {
            expect(stream(found, direction, connection).equals(stream(events, direction, connection))).to.equal(true);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('convert', () => {
  let folder: Folder;
  let input: string;
  const memory = new MemoryTranscript(header);
  before(() => {
    folder = new Folder();
    for (const event of [open(0), data(0, 'i2r', CR), data(0, 'r2i', CC)]) memory.record(event);
    memory.record({ kind: 'close', connection: 0, time: 3000, direction: 'i2r', how: 'end' });
    input = folder.file('in.ndjson', memory.toString());
  });
  after(() => folder.remove());

  it('takes a transcript to pcapng and back unchanged', async () => {
    const { stats, truncated } = await convert(input, folder.file('out.pcapng'));
    expect(stats).to.include({ connections: 1, octets: CR.length + CC.length });
    expect(truncated).to.equal(undefined);
    await convert(folder.file('out.pcapng'), folder.file('back.jsonl'));
    expect(readFileSync(folder.file('back.jsonl'), 'utf8')).to.equal(memory.toString());
  });

  it('writes TPKT hex', async () => {
    await convert(input, folder.file('out.tpkt.hex'));
    const { events } = await read(await openConversation(folder.file('out.tpkt.hex')));
    expect(stream(events, 'i2r')).to.deep.equal(Buffer.from(CR));
  });

  it('refuses other extensions, and its own input', async () => {
    expect(await rejection(convert(input, folder.file('out.pcap')))).to.have.property('code', 'ERR_CONVERT_EXTENSION');
    expect(await rejection(convert(input, input))).to.have.property('code', 'ERR_CONVERT_SAME_FILE');
    const nowhere = convert(input, folder.file('none/out.hex'));
    expect(await rejection(nowhere)).to.have.property('code', 'ERR_FILE_UNWRITABLE');
  });

  it('leaves no half file behind', async () => {
    const broken = folder.file('broken.ndjson', `${memory.toString()}{}\n`);
    expect(await rejection(convert(broken, folder.file('half.hex')))).to.have.property('code', 'ERR_TRANSCRIPT_LINE');
    expect(() => readFileSync(folder.file('half.hex'))).to.throw();
  });
});

function onesComplement(octets: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < octets.length; at += 2) sum += (octets[at]! << 8) | (octets[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}
