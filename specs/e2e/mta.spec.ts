import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { modes } from '../../harness/stack/mode.js';
import { openConversation } from '../../harness/transcript/open.js';
import { type RunningCli, runCli, startCli, temporaryFolder } from './support/cli.js';

/** Starts a fake that listens on a free port, and gives the port once it does. */
async function listening(args: readonly string[]): Promise<{ cli: RunningCli; port: number }> {
  const cli = startCli(['mta', ...args, '--listen', '127.0.0.1:0']);
  const [, port] = await cli.says(/listens on 127\.0\.0\.1:(\d+)/);
  return { cli, port: Number(port) };
}

interface Finding {
  readonly rule: string;
  readonly direction: string;
  readonly offset: number;
  readonly length: number;
}

async function findings(file: string): Promise<string[]> {
  const { stdout } = await runCli(['check', '--json', file]);
  const [judged] = JSON.parse(stdout).files as { findings: (Finding & { tier: number })[] }[];
  return (judged?.findings ?? [])
    .filter(({ tier }) => tier < 3)
    .map(({ rule, direction, offset, length }) => `${rule} ${direction} ${offset} ${length}`);
}

describe('p1spec mta', () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  after(() => folder.remove());

  for (const mode of modes) {
    it(`shows the fault of KB 916986 between two processes in mode ${mode}, and the same in both recordings`, async () => {
      const name = (ending: string) => path(`${mode}-${ending}`);
      const peer = await listening(['refuse-after-routing-packet', '--modes', mode, '--record', name('peer.ndjson')]);
      const connect = ['--connect', `127.0.0.1:${peer.port}`, '--send', '2', '--record', name('exchange.pcapng')];
      const exchange = startCli(['mta', 'exchange-2003-sp2', '--mode', mode, ...connect]);
      await exchange.says(/queue to peer blocked by .*, 3 waiting/);
      exchange.child.kill('SIGINT');
      expect((await exchange.ended).status, 'only the peer is judged, and it did nothing wrong').to.equal(0);
      peer.cli.child.kill('SIGINT');
      const { status, stdout } = await peer.cli.ended;
      expect(status).to.equal(1);
      const live = [...stdout.matchAll(/^tier [12] {2}(\S+)[\s\S]*?offset (\d+), (\d+) octets/gm)].map(
        ([, rule, offset, length]) => `${rule} i2r ${offset} ${length}`,
      );
      expect(live.map((text) => text.split(' ')[0])).to.include.members(['BIND-001', 'BODY-003']);
      expect(await findings(name('peer.ndjson'))).to.deep.equal(live);
      expect(await findings(name('exchange.pcapng'))).to.deep.equal(live);
      expect((await openConversation(name('peer.ndjson'))).header?.mode).to.equal(mode);
      if (mode !== 'normal') return;
      expect((await runCli(['convert', name('peer.ndjson'), name('peer.pcapng')])).status).to.equal(0);
      expect(await findings(name('peer.pcapng'))).to.deep.equal(live);
    });
  }

  it('takes associations in every mode, unless it is told which', async () => {
    const open = await listening(['tolerant', '--messages', '3']);
    for (const mode of modes) {
      const sends = ['--mode', mode, '--connect', `127.0.0.1:${open.port}`, '--send', '1', '--messages', '1'];
      const { status, stderr } = await runCli(['mta', 'exchange-2003-kb916986', ...sends]);
      expect(status, `${mode}: ${stderr}`).to.equal(0);
    }
    expect((await open.cli.ended).stdout).to.equal('3 binds, 3 messages, 0 findings that fail\n');
    const choosy = await listening(['tolerant', '--modes', 'normal,x410-1988', '--for', '20s']);
    const refused = ['--mode', 'x410-1984', '--connect', `127.0.0.1:${choosy.port}`, '--send', '1'];
    const caller = startCli(['mta', 'exchange-2003-kb916986', ...refused]);
    await caller.says(/refused|aborted/);
    caller.child.kill('SIGINT');
    expect((await caller.ended).stdout).to.match(/ 0 messages, 0 findings that fail$/m);
    choosy.cli.child.kill('SIGINT');
    expect((await choosy.cli.ended).stdout).to.match(/ 0 messages, 0 findings that fail$/m);
    const wrong = await runCli(['mta', 'tolerant', '--modes', 'x410']);
    expect([wrong.status, wrong.stderr.includes('x410-1988')]).to.deep.equal([2, true]);
  });

  it('lets the hotfix’s mail through, ends after the messages asked for, and finds nothing', async () => {
    const peer = await listening(['refuse-after-routing-packet', '--messages', '2']);
    const exchange = [
      'exchange-2003-kb916986',
      '--connect',
      `127.0.0.1:${peer.port}`,
      '--send',
      '2',
      '--messages',
      '2',
    ];
    expect((await runCli(['mta', ...exchange])).status).to.equal(0);
    const { status, stdout } = await peer.cli.ended;
    expect([status, stdout]).to.deep.equal([0, '1 binds, 2 messages, 0 findings that fail\n']);
  });

  it('lives on after peers that talk no TPKT, and serves the next one', async () => {
    const peer = await listening(['tolerant', '--messages', '1']);
    const garbage = [
      'GET / HTTP/1.1\r\n\r\n',
      Buffer.from('16030100c8010000c40303', 'hex'),
      Buffer.from('0300010011e0', 'hex'),
      Buffer.alloc(1_000_000),
    ];
    for (const octets of garbage) {
      const socket = connect(peer.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.end(octets);
      socket.resume();
      await once(socket, 'close');
    }
    const reset = connect(peer.port, '127.0.0.1');
    await once(reset, 'connect');
    reset.write(Buffer.from('0300', 'hex'), () => reset.resetAndDestroy());
    await once(reset, 'close');
    const sends = ['--connect', `127.0.0.1:${peer.port}`, '--send', '1', '--messages', '1'];
    expect((await runCli(['mta', 'exchange-2003-kb916986', ...sends])).status).to.equal(0);
    const { status, stdout, stderr } = await peer.cli.ended;
    expect(status).to.equal(1);
    expect(stdout)
      .to.include('version 71 where a TPKT has 3')
      .and.to.match(/^1 binds, 1 messages, /m);
    expect(stderr).not.to.match(/^\s+at /m);
  });

  it('refuses what it could not do later: a password that no bind can hold, mail to nobody', async () => {
    const password = await runCli(['mta', 'tolerant', '--listen', '127.0.0.1:0', '--password', '\u20ac']);
    expect([password.status, password.stdout]).to.deep.equal([2, '']);
    expect(password.stderr)
      .to.include('[ERR_ENCODE]')
      .and.not.to.match(/^\s+at /m);
    const mail = await runCli(['mta', 'tolerant', '--listen', '127.0.0.1:0', '--send', '1']);
    expect([mail.status, mail.stdout]).to.deep.equal([2, '']);
    expect(mail.stderr).to.include('[ERR_SEND_NOWHERE]').and.not.to.include('listens on');
  });

  it('lists the presets, with the evidence for each thing they do', async () => {
    const { status, stdout } = await runCli(['mta', '--list']);
    expect(status).to.equal(0);
    for (const name of ['exchange-2003-sp2', 'exchange-2003-kb916986', 'tolerant', 'refuse-after-routing-packet']) {
      expect(stdout).to.match(new RegExp(`^${name} `, 'm'));
    }
    expect(stdout)
      .to.match(/\[KB 916986\]/)
      .and.to.match(/\[assumption: /);
  });

  it('names the preset that was meant', async () => {
    const { status, stderr } = await runCli(['mta', 'exchange-2003-sp3']);
    expect(status).to.equal(2);
    expect(stderr)
      .to.include("did you mean 'exchange-2003-sp2'?")
      .and.not.to.match(/^\s+at /m);
  });

  describe('on a network that does not play along', () => {
    let server: Server;
    let port: number;
    before(async () => {
      server = createServer(() => {}).listen(0, '127.0.0.1');
      await once(server, 'listening');
      ({ port } = server.address() as AddressInfo);
    });
    after(() => {
      server.close();
    });

    it('says that a port is in use', async () => {
      const { status, stderr } = await runCli(['mta', 'tolerant', '--listen', `127.0.0.1:${port}`]);
      expect(status).to.equal(2);
      expect(stderr)
        .to.include('the port is in use')
        .and.not.to.match(/^\s+at /m);
    });

    it('ends with 3 where the peer never answers', async () => {
      const { status, stdout } = await runCli([
        'mta',
        'tolerant',
        '--connect',
        `127.0.0.1:${port}`,
        '--send',
        '1',
        '--for',
        '1s',
      ]);
      expect([status, stdout]).to.deep.equal([3, '0 binds, 0 messages, 0 findings that fail\n']);
    });

    it('ends with 3 where nothing listens, and says so', async () => {
      const closed = createServer().listen(0, '127.0.0.1');
      await once(closed, 'listening');
      const { port: free } = closed.address() as AddressInfo;
      await new Promise((done) => closed.close(done));
      const { status, stderr } = await runCli([
        'mta',
        'tolerant',
        '--connect',
        `127.0.0.1:${free}`,
        '--send',
        '1',
        '--for',
        '1s',
      ]);
      expect(status).to.equal(3);
      expect(stderr).to.include('nothing listens there');
    });
  });
});
