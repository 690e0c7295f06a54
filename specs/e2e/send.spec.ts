import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { modes } from '../../harness/stack/mode.js';
import { type RunningCli, runCli, startCli, temporaryFolder } from './support/cli.js';

const BOB = ['--to', 'C=GB;A= ;P=ALPHA;S=Bob'];

async function listening(args: readonly string[]): Promise<{ cli: RunningCli; at: string }> {
  const cli = startCli(['mta', ...args, '--listen', '127.0.0.1:0']);
  const [, port] = await cli.says(/listens on 127\.0\.0\.1:(\d+)/);
  return { cli, at: `127.0.0.1:${port}` };
}

/** A server that is no MTA. */
async function stranger(onConnection: (socket: Socket) => void): Promise<{ server: Server; at: string }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, at: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The texts, without the times. */
function texts(stdout: string): string[] {
  return stdout.split('\n').map((line) => line.replace(/^ +\d+\.\d{3} {2}/, ''));
}

describe('p1spec send', () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  after(() => folder.remove());

  it('sends a message in every mode, and prints each step', async () => {
    const peer = await listening(['tolerant', '--name', 'them', '--password', 'theirs', '--messages', '3']);
    for (const mode of modes) {
      const record = path(`${mode}.ndjson`);
      const text = path('body.txt');
      writeFileSync(text, 'A line of text.\n');
      const { status, stdout, stderr } = await runCli([
        ...['send', 'message', '--mode', mode, '--connect', peer.at, ...BOB, '--peer-password', 'theirs'],
        ...['--file', text, '--size', '20k', '--checkpoint-size', '1', '--window', '3', '--priority', 'urgent'],
        ...['--record', record],
      ]);
      expect(status, `${mode}: ${stdout}${stderr}`).to.equal(0);
      const told = texts(stdout);
      const version = mode === 'normal' ? 2 : 1;
      expect(told).to.include.members([
        '→ CR  TPDU size 2048',
        '← CC  TPDU size 2048',
        `✓ open: mode ${mode}, session version ${version}, TPDUs of 2048 octets, checkpoints every 1 KiB, window 3`,
        '✓ the peer is MTA "them", with a password of 6 octets',
        '→ MIP  MINOR SYNC POINT  serial 10',
        '→ MIP  MINOR SYNC POINT  … and 10 more, the last with serial 20',
        '→ AE   ACTIVITY END  serial 21',
        '✓ acknowledged: the peer has it, and has the responsibility for it',
        '✓ released',
        'in what the peer sent: no findings',
      ]);
      const shown = await runCli(['show', '--json', record]);
      const [association] = JSON.parse(shown.stdout).associations;
      expect(association).to.deep.include({ mode, outcome: 'released' });
      expect(association.activities[0]).to.deep.include({ checkpoints: 20, outcome: 'confirmed' });
      expect((await runCli(['check', '--iut', 'i', record])).status, 'what we send is clean').to.equal(0);
    }
    expect((await peer.cli.ended).stdout).to.equal('3 binds, 3 messages, 0 findings that fail\n');
  });

  it('sends a message with a deferred delivery time, and says in no trace that it was held', async () => {
    const peer = await listening(['tolerant', '--messages', '1', '--spool', path('deferred')]);
    const { status, stderr } = await runCli([
      ...['send', 'message', '--connect', peer.at, ...BOB, '--defer', '2031-02-03T04:05Z'],
    ]);
    expect(status, stderr).to.equal(0);
    await peer.cli.ended;
    const received = path(join('deferred', 'received'));
    const [name = ''] = readdirSync(received);
    const octets = readFileSync(join(received, name));
    expect(octets.includes(Buffer.from('\x80\x0d310203040500Z', 'latin1'))).to.equal(true);
    // Nobody has held it: the trace has no deferred time.
    expect(octets.includes(Buffer.from('\x81\x0d310203040500Z', 'latin1'))).to.equal(false);
    const probe = await runCli(['send', 'probe', '--connect', peer.at, ...BOB, '--defer', '2h']);
    expect(probe.status).to.equal(2);
    expect(probe.stderr).to.contain('ERR_SEND_DEFER');
  });

  it('sends a probe, waits for its report, and tells programs all that as JSON lines', async () => {
    const peer = await listening(['tolerant', '--messages', '2']);
    const { status, stdout } = await runCli(['send', 'probe', '--connect', peer.at, ...BOB, '--wait', '20s', '--json']);
    expect(status).to.equal(0);
    const steps = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const milestones = steps.map(({ step }) => step).filter((step) => !['pdu', 'bind', 'apdu'].includes(step));
    expect(milestones).to.deep.equal('connected opened acknowledged waiting report released result'.split(' '));
    const report = steps.find(({ step }) => step === 'report');
    expect(report.recipients).to.have.lengthOf(1);
    expect(report.recipients[0]).to.include({ recipient: '/C=GB/A= /P=ALPHA/S=Bob/', delivered: true });
    expect(steps.at(-1)).to.deep.include({ what: 'probe', outcome: 'done', acknowledged: true, findings: 0, exit: 0 });
    for (let i = 1; i < steps.length - 1; i += 1) expect(steps[i].elapsed).to.be.at.least(steps[i - 1].elapsed);
    await peer.cli.ended;
  });

  it('only binds, and explains a refusal for a wrong password in every mode', async () => {
    // It calls nobody: the peer that it is configured with is who has to give this password.
    const knows = ['--connect', '127.0.0.1:1', '--peer-name', 'us', '--peer-password', 'right'];
    const peer = await listening(['tolerant', ...knows, '--for', '50s']);
    const bind = ['send', 'bind', '--connect', peer.at, '--name', 'us'];
    for (const mode of modes) {
      const right = await runCli([...bind, '--mode', mode, '--password', 'right']);
      expect(right.status, right.stdout).to.equal(0);
      expect(right.stdout).to.contain('✓ released').and.not.contain('ACTIVITY START');
      const wrong = await runCli([...bind, '--mode', mode, '--password', 'not-this']);
      expect(wrong.status).to.equal(1);
      expect(wrong.stdout).to.contain(
        mode === 'normal'
          ? '✗ refused by the MTA itself: MTA-bind error 2 (authenticationError)'
          : '✗ refused by reliable transfer (RTSE): reason 2 (validationFailure)',
      );
      expect(wrong.stdout).to.contain('to try: check --name, --password');
      expect(wrong.stdout).to.not.contain('not-this');
    }
    peer.cli.child.kill('SIGINT');
    await peer.cli.ended;
  });

  it('tells an abort in the middle from an acknowledgement', async () => {
    const peer = await listening(['abort-on-transfer', '--for', '40s']);
    const { status, stdout } = await runCli(['send', 'message', '--connect', peer.at, ...BOB]);
    expect(status).to.equal(1);
    expect(stdout)
      .to.match(/✗ aborted: .*; what was sent is not acknowledged$/m)
      .and.not.contain('✓ acknowledged');
    peer.cli.child.kill('SIGINT');
    await peer.cli.ended;
  });

  it('exits 3 where nothing listens', async () => {
    const { server, at } = await stranger(() => {});
    server.close();
    await once(server, 'close');
    const { status, stdout } = await runCli(['send', 'bind', '--connect', at]);
    expect([status, stdout.includes('nothing listens there')]).to.deep.equal([3, true]);
  });

  it('says that a peer is no MTA, and what came in place of an answer', async () => {
    const { server, at } = await stranger((socket) =>
      socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n')),
    );
    const { status, stdout } = await runCli(['send', 'bind', '--connect', at]);
    server.close();
    expect(status).to.equal(1);
    expect(stdout).to.contain('version 72 where a TPKT has 3').and.contain('there may be no MTA');
    expect(stdout).to.match(/in what the peer sent: 1 finding:\n {2}tier 1 {2}ENC-004/);
  });

  it('explains an unknown T-selector', async () => {
    const { server, at } = await stranger((socket) => {
      socket.once('data', (cr) => socket.end(Uint8Array.of(3, 0, 0, 11, 6, 0x80, cr[8] ?? 0, cr[9] ?? 0, 0, 0, 3)));
    });
    const args = ['send', 'bind', '--connect', at, '--tsel', '0x00ff', '--quiet'];
    const { status, stdout } = await runCli(args);
    server.close();
    expect(status).to.equal(1);
    expect(texts(stdout)[1]).to.equal('→ CR  called "\\x00\\xff"  TPDU size 2048');
    expect(stdout).to.contain('✗ refused by transport (COTP): reason 3 (address unknown)').and.contain('check --tsel');
    expect(stdout).to.not.contain('in what the peer sent');
  });

  it('does not wait for a silent peer longer than it is told to', async () => {
    const { server, at } = await stranger((socket) => socket.resume());
    const { status, stdout } = await runCli(['send', 'bind', '--connect', at, '--timeout', '300ms']);
    server.close();
    expect(status).to.equal(1);
    expect(stdout).to.contain('no answer to the opening of the association within 300 ms');
  });

  it('says what is wrong with its arguments, before it connects', async () => {
    const connect = ['--connect', '127.0.0.1:1'];
    for (const [args, says] of [
      [['message', ...connect], 'ERR_SEND_TO'],
      [
        ['message', ...connect, '--to', 'C=GB;A= ;P=ALPHA;T=x'],
        '"T" is no attribute of an O/R address, at character 18',
      ],
      [['message', ...connect, ...BOB, '--text', 'ä'], 'ERR_SEND_IA5'],
      [['message', ...connect, ...BOB, '--text', 'a', '--file', 'b'], '--text and --file'],
      [['message', ...connect, ...BOB, '--file', path('absent')], 'absent cannot be read'],
      [['bind', ...connect, '--mode', 'x410-1984', '--psel', 'x'], 'ERR_MODE_SELECTORS'],
      [['bind', ...connect, '--tsel', '0xg'], 'hexadecimal'],
      [['bind', ...connect, '--name', ''], '--unauthenticated'],
      [['bind', ...connect, '--name', 'x'.repeat(12_000)], 'ERR_SEND_NAME'],
      [['bind', ...connect, '--password', 'ä'], 'ERR_SEND_IA5'],
      [['bind'], '--connect'],
      [['letter', ...connect], 'message, probe, bind'],
      [['message', ...connect, ...BOB, '--wait', '1s', '--dialogue', 'monologue'], 'ERR_SEND_MONOLOGUE'],
    ] as const) {
      const { status, stdout, stderr } = await runCli(['send', ...args]);
      expect([status, stdout], args.join(' ')).to.deep.equal([2, '']);
      expect(stderr).to.contain(says);
    }
  });

  it('ends in good order at SIGINT', async () => {
    const peer = await listening(['tolerant', '--for', '50s']);
    const cli = startCli(['send', 'message', '--connect', peer.at, ...BOB, '--wait', '40s']);
    await cli.says(/waiting 40 s for a report/);
    cli.child.kill('SIGINT');
    const { status, stdout } = await cli.ended;
    expect(status).to.equal(1);
    expect(stdout).to.contain('✗ given up: interrupted; what was sent had been acknowledged before');
    expect(stdout).to.contain('AB   ABORT');
    peer.cli.child.kill('SIGINT');
    await peer.cli.ended;
  });
});
