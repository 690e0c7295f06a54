import { expect } from 'chai';
import { openConversation } from '../../../harness/transcript/open.js';
import { Folder, rejection } from './support/files.js';
import { CR, pcap } from './support/packets.js';

describe('opening a recording', () => {
  let folder: Folder;
  before(() => {
    folder = new Folder();
  });
  after(() => folder.remove());

  const cases: [string, string | Uint8Array, string][] = [
    ['an empty file', '', 'ERR_FILE_EMPTY'],
    ['prose', 'Dear Sir or Madam,\n', 'ERR_FILE_UNKNOWN'],
    ['prose behind a heading', '# Notes\n\nDear Sir\n', 'ERR_FILE_UNKNOWN'],
    ['markup', '<html>\n', 'ERR_FILE_UNKNOWN'],
    ['octets', Uint8Array.of(0, 1, 2, 3), 'ERR_FILE_UNKNOWN'],
    ['white space', '\n \n', 'ERR_FILE_UNKNOWN'],
    ['other JSON', '{\n  "name": "x"\n}\n', 'ERR_TRANSCRIPT_HEADER'],
    ['octets in hexadecimal alone', `${Buffer.from(CR).toString('hex')}\n`, 'ERR_HEX_DIRECTION'],
    ['the first octets of a capture', pcap([]).subarray(0, 20), 'ERR_CAPTURE_TRUNCATED'],
  ];
  for (const [what, content, code] of cases) {
    it(`refuses ${what}`, async () => {
      const error = await rejection(folder.read(content));
      expect(error).to.include({ name: 'TranscriptError', code });
      expect(error.at.file).to.equal(folder.file('input'));
    });
  }

  it('refuses a file that is not there, and a directory', async () => {
    expect(await rejection(openConversation(folder.file('nothing')))).to.have.property('code', 'ERR_FILE_MISSING');
    expect(await rejection(openConversation(folder.path))).to.have.property('code', 'ERR_FILE_DIRECTORY');
  });

  it('says that a compressed capture must be expanded', async () => {
    expect(await rejection(folder.read(Uint8Array.of(0x1f, 0x8b, 8, 0))))
      .to.have.property('hint')
      .that.contains('gunzip');
  });

  it('reads a capture without packets: nothing is wrong with it', async () => {
    const { events, conversation } = await folder.read(pcap([]));
    expect(events).to.deep.equal([]);
    expect(conversation.truncated()).to.equal(undefined);
  });

  it('may be read twice', async () => {
    const path = folder.file('twice', `> 0 ${Buffer.from(CR).toString('hex')}\n`);
    const conversation = await openConversation(path);
    for (let round = 0; round < 2; round += 1) {
      let count = 0;
      for await (const _ of conversation.events()) count += 1;
      expect(count).to.equal(3);
      expect(conversation.stats().connections).to.equal(1);
    }
  });
});
