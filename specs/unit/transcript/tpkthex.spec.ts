import { expect } from 'chai';
import { toHex } from '../../../harness/ber/octets.js';
import { TpktHexWriter } from '../../../harness/transcript/tpkthex.js';
import { Folder, rejection, stream } from './support/files.js';
import { CC, CR, dt } from './support/packets.js';

describe('TPKT hex', () => {
  let folder: Folder;
  before(() => {
    folder = new Folder();
  });
  after(() => folder.remove());

  it('takes the sender of the CR as initiator, connection by connection', async () => {
    const { events, conversation } = await folder.read(
      [
        '# two connections',
        `> 0 ${toHex(CR)} # CR`,
        `< 0 ${toHex(CC)}`,
        '',
        `< 1 ${toHex(CR)}`,
        `> 1 ${toHex(CC)}`,
        `> 0 ${toHex(dt([1]))}`,
      ].join('\n'),
    );
    expect(conversation.format).to.equal('tpkt-hex');
    expect(events).to.deep.equal([
      { kind: 'open', connection: 0, time: 0, initiator: '>', responder: '<' },
      { kind: 'data', connection: 0, time: 0, direction: 'i2r', octets: CR },
      { kind: 'data', connection: 0, time: 0, direction: 'r2i', octets: CC },
      { kind: 'open', connection: 1, time: 0, initiator: '<', responder: '>' },
      { kind: 'data', connection: 1, time: 0, direction: 'i2r', octets: CR },
      { kind: 'data', connection: 1, time: 0, direction: 'r2i', octets: CC },
      { kind: 'data', connection: 0, time: 0, direction: 'i2r', octets: dt([1]) },
      { kind: 'close', connection: 0, time: 0, how: 'lost' },
      { kind: 'close', connection: 1, time: 0, how: 'lost' },
    ]);
  });

  it('hands on octets that are no TPKT, and looks past them for the CR', async () => {
    const { events } = await folder.read(`> 0 DEAD be ef\n< 0 ${toHex(CR)}\n> 1 00\n`);
    expect(stream(events, 'r2i').toString('hex')).to.equal('deadbeef');
    expect(stream(events, 'i2r', 1).toString('hex')).to.equal('00');
  });

  for (const [line, code, message] of [
    ['> 0 030', 'ERR_HEX_LINE', 'line 2: an odd count'],
    ['> 0 03zz', 'ERR_HEX_LINE', 'line 2: octets are not hexadecimal'],
    ['> 0300', 'ERR_HEX_LINE', 'line 2: no octets'],
    ['> 0', 'ERR_HEX_LINE', 'line 2: no octets'],
    ['< 999999 03', 'ERR_HEX_LINE', 'line 2: no number'],
    ['hello', 'ERR_HEX_LINE', "line 2: no '>' or '<'"],
    [toHex(CR), 'ERR_HEX_DIRECTION', 'line 2: octets without a direction'],
  ] as const) {
    it(`refuses ${line}`, async () => {
      const error = await rejection(folder.read(`> 0 ${toHex(CR)}\n${line}\n`));
      expect(error).to.have.property('code', code);
      expect(error.message).to.contain(message);
      expect(error.at).to.have.property('line', 2);
    });
  }

  it('is written a line per TPKT, however it was segmented', () => {
    const lines: string[] = [];
    const writer = new TpktHexWriter((text) => lines.push(text));
    const chunk = (direction: 'i2r' | 'r2i', octets: Uint8Array) =>
      writer.record({ kind: 'data', connection: 2, direction, time: 0, octets });
    writer.record({ kind: 'open', connection: 2, time: 0, initiator: 'a', responder: 'b' });
    chunk('i2r', CR.subarray(0, 3));
    chunk('i2r', CR.subarray(3));
    chunk('r2i', Buffer.concat([CC, dt([1]), dt([2]).subarray(0, 5)]));
    chunk('i2r', Buffer.from('junk'));
    writer.record({ kind: 'close', connection: 2, time: 0, how: 'reset', direction: 'r2i' });
    expect(lines.filter((line) => !line.startsWith('#'))).to.deep.equal([
      `> 2 ${toHex(CR)}\n`,
      `< 2 ${toHex(CC)}\n`,
      `< 2 ${toHex(dt([1]))}\n`,
      '> 2 6a756e6b\n',
      `< 2 ${toHex(dt([2]).subarray(0, 5))}\n`,
    ]);
  });
});
