import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { bindArgument, ctx } from '../unit/rules/support/association.js';
import { runCli, temporaryFolder } from './support/cli.js';
import { messageApdu } from './support/messages.js';
import { writeRecording } from './support/recording.js';

describe('p1spec check', () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  const leak = { argument: bindArgument(ctx(5, 'proprietary')) };
  before(() => {
    writeRecording(path('clean.ndjson'), [{ transfers: [{ apdu: messageApdu('hello') }] }]);
    writeRecording(path('ping.ndjson'), [{}]);
    writeRecording(path('leak.ndjson'), [leak]);
  });
  after(() => folder.remove());

  it('passes clean mail, and a bind and release without mail', async () => {
    for (const name of ['clean.ndjson', 'ping.ndjson']) {
      const { status, stdout, stderr } = await runCli(['check', path(name)]);
      expect([status, stderr], name).to.deep.equal([0, '']);
      expect(stdout).to.match(/: pass {2}\(1 associations, /);
    }
  });

  it('fails a foreign element in the bind, and says where, with the octets marked', async () => {
    const { status, stdout } = await runCli(['check', path('leak.ndjson')]);
    expect(status).to.equal(1);
    expect(stdout)
      .to.match(/^tier 1 {2}BIND-001/m)
      .and.to.match(/initiator to responder, offset \d+, 13 octets/);
    expect(stdout).to.match(/ 85 0b [\s\S]*\^\^/);
    expect(stdout, 'the password beside it is masked').to.include('******').and.not.to.include('secret');
  });

  it('gives the same findings of the same conversation in every form', async () => {
    const findings = async (file: string) => {
      const { status, stdout } = await runCli(['check', '--json', file]);
      expect(status, file).to.equal(1);
      return JSON.parse(stdout).files[0].findings;
    };
    const expected = await findings(path('leak.ndjson'));
    for (const name of ['leak.pcapng', 'leak.hex']) {
      expect((await runCli(['convert', path('leak.ndjson'), path(name)])).status).to.equal(0);
      expect(await findings(path(name)), name).to.deep.equal(expected);
    }
    expect(expected[0]).to.include({ rule: 'BIND-001', tier: 1, connection: 0, direction: 'i2r', length: 13 });
    const octets = octetsOf(path('leak.ndjson'), 'i2r');
    expect(octets.subarray(expected[0].offset, expected[0].offset + 13).toString('latin1')).to.equal(
      '\x85\x0bproprietary',
    );
  });

  it('keeps the order of its arguments, and takes the worst verdict', async () => {
    const { status, stdout } = await runCli([
      'check',
      '--json',
      path('ping.ndjson'),
      path('leak.ndjson'),
      path('clean.ndjson'),
    ]);
    const result = JSON.parse(stdout);
    expect([status, result.verdict]).to.deep.equal([1, 'fail']);
    expect(result.files.map(({ file }: { file: string }) => file)).to.deep.equal(
      ['ping.ndjson', 'leak.ndjson', 'clean.ndjson'].map(path),
    );
  });

  it('judges one side on request', async () => {
    expect((await runCli(['check', '--iut', 'r', path('leak.ndjson')])).status).to.equal(0);
    expect((await runCli(['check', '--iut', '127.0.0.1:40000', path('leak.ndjson')])).status).to.equal(1);
  });

  it('fails only what a baseline does not have', async () => {
    const { stdout } = await runCli(['check', '--json', path('leak.ndjson')]);
    writeFileSync(path('old.json'), stdout);
    expect((await runCli(['check', '--baseline', path('old.json'), path('leak.ndjson')])).status).to.equal(0);
    writeRecording(path('twice.ndjson'), [leak, leak]);
    expect((await runCli(['check', '--baseline', path('old.json'), path('twice.ndjson')])).status).to.equal(1);
  });

  it('refuses a permission that names no rule of tier 2', async () => {
    for (const permit of ['NOPE-001=because', 'BIND-001=because', 'gibberish']) {
      const { status, stderr } = await runCli(['check', '--permit', permit, path('clean.ndjson')]);
      expect(status, permit).to.equal(2);
      expect(stderr, permit).to.not.match(/^\s+at /m);
    }
  });

  describe('on what is no conversation', () => {
    const cases: [name: string, octets: Buffer | undefined, status: number, says: RegExp][] = [
      ['missing.pcap', undefined, 2, /missing\.pcap/],
      ['empty.pcap', Buffer.alloc(0), 2, /empty/],
      ['letter.txt', Buffer.from('Dear operator,\nthe queue is full.\n'), 2, /no transcript, capture or TPKT hex/],
      ['cut.pcap', pcapHeader().subarray(0, 20), 2, /cut\.pcap/],
      ['half.pcap', Buffer.concat([pcapHeader(), Buffer.alloc(9)]), 2, /half\.pcap/],
      ['none.pcap', pcapHeader(), 3, /holds no connection/],
      ['other.pcap', Buffer.concat([pcapHeader(), ethernetRecord()]), 3, /no TCP connection/],
      ['bad.ndjson', Buffer.from('{"p1spec":\n'), 2, /bad\.ndjson/],
    ];
    for (const [name, octets, expected, says] of cases) {
      it(`ends with ${expected} for ${name}, and says why`, async () => {
        if (octets !== undefined) writeFileSync(path(name), octets);
        const { status, stderr, stdout } = await runCli(['check', path(name)]);
        expect(status, stderr).to.equal(expected);
        expect(stderr)
          .to.match(says)
          .and.to.match(/^p1spec: /);
        expect(stderr + stdout).to.not.match(/^\s+at |internal error/m);
      });
    }

    it('judges the files that it can read, and ends with 2 all the same', async () => {
      const { status, stdout } = await runCli(['check', '--json', path('missing.pcap'), path('clean.ndjson')]);
      expect([status, JSON.parse(stdout).files.length]).to.deep.equal([2, 1]);
    });

    it('ends with 2 without a file', async () => {
      expect((await runCli(['check'])).status).to.equal(2);
    });
  });
});

/** The octets that one side sent, out of a transcript. */
function octetsOf(file: string, direction: string): Buffer {
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const sent = events.filter((event) => Object.values(event).includes(direction));
  return Buffer.concat(sent.map((event) => Buffer.from(Object.values(event).find(isHex) ?? '', 'hex')));
}

function isHex(value: unknown): value is string {
  return typeof value === 'string' && /^([0-9a-f]{2}){4,}$/.test(value);
}

/** Little-endian, microseconds, Ethernet. */
function pcapHeader(): Buffer {
  return Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');
}

/** An ARP request. */
function ethernetRecord(): Buffer {
  const frame = Buffer.concat([
    Buffer.alloc(6, 0xff),
    Buffer.alloc(6, 2),
    Buffer.from('0806', 'hex'),
    Buffer.alloc(46),
  ]);
  const record = Buffer.alloc(16);
  record.writeUInt32LE(frame.length, 8);
  record.writeUInt32LE(frame.length, 12);
  return Buffer.concat([record, frame]);
}
