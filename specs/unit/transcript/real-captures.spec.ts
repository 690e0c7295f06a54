import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { fromHex } from '../../../harness/ber/octets.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import { convert } from '../../../harness/transcript/convert.js';
import { openConversation } from '../../../harness/transcript/open.js';
import { chunks, Folder, read, stream } from './support/files.js';

/** The lengths of a stream's TPKTs; they must fill it. */
function units(octets: Buffer): number[] {
  const lengths: number[] = [];
  for (let at = 0; at < octets.length; at += lengths.at(-1)!) lengths.push(octets.readUInt16BE(at + 2));
  expect(lengths.reduce((sum, length) => sum + length, 0)).to.equal(octets.length);
  return lengths;
}

describe('recordings of real MTAs', () => {
  const root = process.env.P1SPEC_CAPTURES;
  let folder: Folder;
  before(function () {
    if (root === undefined) this.skip();
    folder = new Folder();
  });
  after(() => folder?.remove());

  const open = async (name: string) => read(await openConversation(join(root!, name)));

  const captures: [string, { i2r: number; r2i: number; open: Partial<LinkEvent>; close: Partial<LinkEvent> }][] = [
    [
      'x400-ping-success.pcap',
      {
        i2r: 3,
        r2i: 3,
        open: { initiator: '192.168.0.3:2284', responder: '192.168.0.4:102' },
        close: { how: 'end', direction: 'i2r' },
      },
    ],
    [
      'pp-ping-success.pcapng',
      { i2r: 4, r2i: 3, open: { responder: '127.0.0.1:10102' }, close: { how: 'end', direction: 'i2r' } },
    ],
    [
      'pp-p1-message.pcapng',
      { i2r: 7, r2i: 4, open: { responder: '127.0.0.1:10102' }, close: { how: 'end', direction: 'r2i' } },
    ],
    [
      'isode-rts-x410-echo.pcapng',
      { i2r: 181, r2i: 179, open: { responder: '127.0.0.1:10102' }, close: { how: 'end' } },
    ],
  ];
  for (const [name, expected] of captures) {
    it(`${name} is one whole connection`, async () => {
      const { events, conversation } = await open(name);
      expect(events[0]).to.include({ kind: 'open', connection: 0, ...expected.open });
      expect(events.at(-1)).to.include({ kind: 'close', ...expected.close });
      expect(units(stream(events, 'i2r'))).to.have.lengthOf(expected.i2r);
      expect(units(stream(events, 'r2i'))).to.have.lengthOf(expected.r2i);
      expect(conversation.stats()).to.include({
        connections: 1,
        ignoredConnections: 0,
        skippedPackets: 0,
        lostOctets: 0,
      });
      expect(conversation.truncated()).to.equal(undefined);
    });

    it(`${name} comes back from pcapng with all its octets`, async () => {
      const out = folder.file('out.pcapng');
      await convert(join(root!, name), out);
      expect((await read(await openConversation(out))).events).to.deep.equal((await open(name)).events);
    });
  }

  it('pp-reactions: every octet in its direction, and the CR is the initiator’s', async () => {
    for (const name of readdirSync(join(root!, 'pp-reactions')).filter((file) => file.endsWith('.tpkt.hex'))) {
      const { events } = await open(join('pp-reactions', name));
      const driver = name.startsWith('E') ? 'r2i' : 'i2r';
      const lines = readFileSync(join(root!, 'pp-reactions', name), 'utf8').split('\n');
      const driven = lines.flatMap((line) => {
        const [mark, connection, octets] = line.split(/\s+/);
        return mark === '>' && connection === '0' ? [fromHex(octets!)] : [];
      });
      expect(
        chunks(events, driver).map(({ octets }) => octets),
        name,
      ).to.deep.equal(driven);
      expect(stream(events, 'i2r')[5], name).to.equal(0xe0);
    }
  });
});
