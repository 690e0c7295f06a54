import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { fromHex, toHex } from '../../../harness/ber/octets.js';
import { p1UserTypes } from '../../../harness/rules/p1-association.js';
import { convert } from '../../../harness/transcript/convert.js';
import { type ObservedEvent, observe } from '../../../harness/transcript/observe.js';
import { openConversation } from '../../../harness/transcript/open.js';
import { parsePduName, tpktsOf } from '../../../harness/transcript/pdu.js';
import { chunks, Folder, read, rejection } from './support/files.js';
import {
  accept,
  activity,
  anomalies,
  CC_TPDU,
  CR_TPDU,
  connect,
  kinds,
  opening,
  probe,
  release,
} from './support/x410.js';

const carried = (name: string, hex: string): string => {
  const pdu = parsePduName(name);
  if (pdu === undefined) throw new Error(`${name} names no PDU`);
  const octets = tpktsOf(pdu, fromHex(hex));
  return typeof octets === 'string' ? octets : toHex(octets);
};

describe('a PDU of a log, in the TPKTs that would have carried it', () => {
  for (const [name, hex, expected] of [
    ['CR-TPDU', CR_TPDU, '0300000b06e00000000100'],
    ['DR-TPDU', '068000010002 80', '0300000b06800001000280'],
    ['FN-SPDU', '0903110101', '0300000c02f0800903110101'],
    ['GTC-SPDU', '1500', '0300000902f0801500'],
    ['PT-SPDU', '0203100101', '0300000c02f0800203100101'],
    ['AS-SPDU', '2d052903020101', '0300001002f08001002d052903020101'],
    ['DT-SPDU', '0100aabb', '0300000d02f08001000100aabb'],
    ['AEA-SPDU', '2a032a0131', '0300000e02f08002002a032a0131'],
    ['GT+AS-SPDU', '01002d052903020101', '0300001002f08001002d052903020101'],
    // One SI, two SPDUs: the name tells which, and so whether something stands before it. X.225 6.3.7.
    ['AB-SPDU', '1903110105', '0300000c02f0801903110105'],
    ['AI-SPDU', '1903320101', '0300000e02f08001001903320101'],
    ['AA-SPDU', '1a00', '0300000902f0801a00'],
    ['AIA-SPDU', '1a00', '0300000b02f08002001a00'],
  ] as const) {
    it(`${name} ${hex}`, () => expect(carried(name, hex)).to.equal(expected));
  }

  it('is cut where it is larger than a TPKT', () => {
    const hex = carried('DT-SPDU', `0100${'55'.repeat(70_000)}`);
    expect(hex.slice(0, 14)).to.equal('0300ffff02f000');
    expect(hex.slice(2 * 0xffff, 2 * 0xffff + 14)).to.match(/^0300....02f080$/);
    expect(hex.length / 2).to.equal(70_004 + 2 * 7);
  });

  for (const [name, hex, why] of [
    ['CR-TPDU', CC_TPDU, 'is no CR: its TPDU code is d0'],
    ['CR-TPDU', '06', 'is no CR: its TPDU code is missing'],
    ['AS-SPDU', '29032a0131', 'is no AS: its SI is 29'],
    ['GT+AS-SPDU', '2d00', 'is no GT: its SI is 2d'],
  ] as const) {
    it(`is refused where ${why}`, () => expect(carried(name, hex)).to.equal(why));
  }

  it('has a name of X.224 class 0 or X.225', () => {
    for (const name of ['XX-SPDU', 'AS-TPDU', 'AS', 'as-SPDU', 'AS+DT-SPDU', 'GT+CR-TPDU', '2d05', 'AK-TPDU'])
      expect(parsePduName(name), name).to.equal(undefined);
    expect(parsePduName('PT+MIA-SPDU')).to.deep.equal({ unit: 'SPDU', kind: 'MIA', prefix: 'PT' });
  });
});

describe('logs of PDUs', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
  });
  afterEach(() => folder.remove());

  const events = async (path: string): Promise<ObservedEvent[]> => {
    const seen: ObservedEvent[] = [];
    const conversation = await openConversation(path);
    for await (const event of observe(conversation.events(), { types: p1UserTypes })) seen.push(event);
    return seen;
  };

  /** The lines as files of a folder. */
  const directory = (lines: readonly string[], sides: Record<string, string> = { '>': 'tx', '<': 'rx' }): string => {
    const path = join(folder.path, 'log');
    mkdirSync(path);
    for (const [i, line] of lines.entries()) {
      const [mark = '', , name, ...hex] = line.split(' ');
      writeFileSync(join(path, `${i + 9}-${sides[mark]}-${name}.hex`), `${hex.join('')}\n`);
    }
    return path;
  };

  const conversation = [...opening(), ...activity('>', probe()), ...release];

  it('are read from a folder, in the order of their numbers', async () => {
    const path = directory(conversation);
    writeFileSync(join(path, 'README.md'), 'not looked at');
    const seen = await events(path);
    expect(kinds(seen)).to.deep.equal(['CN', 'AC', 'AS', 'DT', 'AE', 'AEA', 'FN', 'DN']);
    expect(anomalies(seen)).to.deep.equal([]);
    expect(seen[0]).to.include({ kind: 'open', initiator: 'tx', responder: 'rx' });
    expect(seen.find(({ kind }) => kind === 'apdu')).to.include({ complete: true, direction: 'i2r' });
    expect(seen.at(-1)).to.include({ kind: 'end', outcome: 'released' });
    const { format, file } = await openConversation(path);
    expect([format, file]).to.deep.equal(['pdu-directory', path]);
  });

  it('are read from one file', async () => {
    const seen = await events(folder.file('log.hex', conversation.join('\n')));
    expect(kinds(seen)).to.deep.equal(['CN', 'AC', 'AS', 'DT', 'AE', 'AEA', 'FN', 'DN']);
    expect(anomalies(seen)).to.deep.equal([]);
  });

  it('may hold octets in place of hexadecimal', async () => {
    const path = join(folder.path, 'octets');
    mkdirSync(path);
    writeFileSync(join(path, '1-tx-CR-TPDU.bin'), fromHex(CR_TPDU));
    const { events: link } = await read(await openConversation(path));
    expect(chunks(link, 'i2r').map(({ octets }) => toHex(octets))).to.deep.equal([`0300000b${CR_TPDU}`]);
  });

  it('have their initiator by who sends CR or CN, or else does not answer', async () => {
    expect((await events(directory(conversation, { '>': 'rx', '<': 'tx' })))[0]).to.include({ initiator: 'rx' });
    const later = folder.file('later.hex', [`> 0 AC-SPDU ${accept()}`, `< 0 FN-SPDU 0903110101`].join('\n'));
    expect((await events(later))[0]).to.include({ initiator: '<' });
    const session = folder.file('session.hex', [`< 0 CN-SPDU ${connect()}`, `> 0 AC-SPDU ${accept()}`].join('\n'));
    expect((await events(session))[0]).to.include({ initiator: '<' });
  });

  it('say that data were left out, and are not accused of it', async () => {
    const seen = await events(folder.file('log.hex', conversation.filter((line) => !line.includes('DT-')).join('\n')));
    expect(anomalies(seen)).to.deep.equal([]);
    const told = seen.flatMap((event) =>
      event.kind === 'transfer' ? [event.phase] : event.kind === 'gap' ? ['gap'] : [],
    );
    expect(told).to.deep.equal(['started', 'gap', 'ended', 'confirmed']);
    expect(seen.filter(({ kind }) => kind === 'apdu')).to.deep.equal([]);
    expect(seen.at(-1)).to.include({ outcome: 'released' });
  });

  it('have no gap where data come, in whatever slices', async () => {
    const lines = [
      ...opening(),
      '> 0 AS-SPDU 2d052903020101',
      `> 0 DT-SPDU 0100${probe().slice(0, 20)}`,
      '> 0 MIP-SPDU 31032a0131',
      '< 0 MIA-SPDU 32032a0131',
      `> 0 DT-SPDU 0100${probe().slice(20)}`,
      '> 0 AE-SPDU 29032a0132',
    ];
    const seen = await events(folder.file('log.hex', lines.join('\n')));
    expect(seen.filter(({ kind }) => kind === 'gap')).to.deep.equal([]);
    expect(seen.find(({ kind }) => kind === 'apdu')).to.include({ complete: true });
  });

  it('come through pcapng as TPKTs', async () => {
    const out = folder.file('log.pcapng');
    await convert(directory(conversation), out);
    expect(kinds(await events(out))).to.deep.equal(['CN', 'AC', 'AS', 'DT', 'AE', 'AEA', 'FN', 'DN']);
  });

  describe('are refused with the name of the file', () => {
    for (const [what, files, message] of [
      ['octets that are another PDU', { '1-tx-CR-TPDU.hex': CC_TPDU }, 'is no CR: its TPDU code is d0'],
      ['a name that is no PDU', { '1-tx-QQ-SPDU.hex': '00' }, 'QQ-SPDU, which is no PDU'],
      ['half an octet', { '1-tx-FN-SPDU.hex': '090' }, 'an odd count'],
      ['nothing', { '1-tx-FN-SPDU.hex': '\n' }, 'is empty'],
      ['two of a number', { '1-tx-FN-SPDU.hex': '0900', '01-rx-DN-SPDU.hex': '0a00' }, 'has the same number as'],
    ] as const) {
      it(`for ${what}`, async () => {
        const path = join(folder.path, 'bad');
        mkdirSync(path);
        for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
        const error = await rejection(openConversation(path).then((conversation) => read(conversation)));
        expect(error).to.include({ name: 'TranscriptError', code: 'ERR_PDU_FILE' });
        expect(error.message).to.contain(path).and.to.contain(message);
      });
    }

    it('or its line', async () => {
      const error = await rejection(folder.read(`> 0 CR-TPDU ${CR_TPDU}\n> 0 AE-SPDU 2d00\n`));
      expect(error).to.have.property('code', 'ERR_HEX_LINE');
      expect(error.message).to.contain('line 2: what is called AE-SPDU is no AE: its SI is 2d');
    });

    it('and a folder without any, with a hint', async () => {
      expect(await rejection(openConversation(folder.path)))
        .to.have.property('hint')
        .that.contains('CR-TPDU.hex');
    });
  });
});
