import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LinkEvent } from '../../harness/link/events.js';
import { collectFindings } from '../../harness/rules/conversation.js';
import { fails } from '../../harness/rules/finding.js';
import { modes } from '../../harness/stack/mode.js';
import { openConversation } from '../../harness/transcript/open.js';
import { type CliResult, type RunningCli, runCli, spawnCli, startCli, temporaryFolder } from './support/cli.js';

type Direction = 'i2r' | 'r2i';

async function started(args: readonly string[], pattern: RegExp): Promise<{ cli: RunningCli; port: number }> {
  const cli = startCli(args);
  const [, port] = await cli.says(pattern);
  return { cli, port: Number(port) };
}

const tapTo = (port: number, ...args: string[]) =>
  started(
    ['tap', '--listen', '127.0.0.1:0', '--to', `127.0.0.1:${port}`, ...args],
    /(?:listens on |"endpoint":")127\.0\.0\.1:(\d+)/,
  );

async function stopped(cli: RunningCli): Promise<CliResult> {
  cli.child.kill('SIGINT');
  return await cli.ended;
}

async function eventsOf(file: string): Promise<LinkEvent[]> {
  const events: LinkEvent[] = [];
  for await (const event of (await openConversation(file)).events()) events.push(event);
  return events;
}

/** What each side sent, in hexadecimal, a connection after the other. */
function streams(events: readonly LinkEvent[]): string[] {
  const octets = new Map<string, string>();
  for (const event of events) {
    if (event.kind === 'open') for (const way of ['i2r', 'r2i']) octets.set(`${event.connection} ${way}`, '');
    if (event.kind !== 'data') continue;
    const key = `${event.connection} ${event.direction}`;
    octets.set(key, `${octets.get(key)}${Buffer.from(event.octets).toString('hex')}`);
  }
  return [...octets.values()];
}

function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Octets that are no P1, and no two thousand of which are alike. */
function noise(length: number, seed: number): Buffer {
  let state = seed;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 16;
    }),
  );
}

describe('p1spec tap', () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  after(() => folder.remove());

  it('stands between two MTAs in every mode: both ends and the tap record the same octets, and it finds what one leaks', async () => {
    const peer = await started(
      ['mta', 'tolerant', '--listen', '127.0.0.1:0', '--messages', '5', '--record', path('peer.ndjson')],
      /listens on 127\.0\.0\.1:(\d+)/,
    );
    const tap = await tapTo(peer.port, '--record', path('tap.ndjson'), '--iut', 'i');
    const connection = ['--connect', `127.0.0.1:${tap.port}`, '--password', 'c0nfidential'];
    const senders = modes.map((mode) => {
      const record = ['--record', path(`${mode}.ndjson`)];
      const one = ['--mode', mode, ...connection, '--send', '1', '--messages', '1', '--size', '20000', ...record];
      return runCli(['mta', 'exchange-2003-kb916986', ...one]);
    });
    for (const { status, stderr } of await Promise.all(senders)) expect(status, stderr).to.equal(0);
    const leaks = [...connection, '--send', '1', '--messages', '2', '--record', path('leaks.ndjson')];
    expect((await runCli(['mta', 'exchange-2003-sp2', ...leaks])).status).to.equal(0);
    const { status, stdout, stderr } = await stopped(tap.cli);
    await stopped(peer.cli);
    const files = [...modes, 'leaks'].map((name) => path(`${name}.ndjson`));
    const sent = (await Promise.all(files.map(eventsOf))).flatMap(streams).sort();
    expect(sent).to.have.lengthOf(8);
    expect(streams(await eventsOf(path('tap.ndjson'))).sort()).to.deep.equal(sent);
    expect(streams(await eventsOf(path('peer.ndjson'))).sort()).to.deep.equal(sent);
    expect(status, stderr).to.equal(1);
    expect(stdout)
      .to.match(/^tier 1 {2}BIND-001/m)
      .and.to.match(/^4 connections, 4 binds, 5 APDUs, \d+ findings that fail$/m);
    expect(stdout + stderr).not.to.include('c0nfidential');
    const { findings } = await collectFindings(await eventsOf(path('tap.ndjson')), { iut: 'i' });
    const failing = findings.filter(fails);
    expect(stdout).to.include(` ${failing.length} findings that fail`);
    expect(failing.every((finding) => finding.connection === 3)).to.equal(true);
  });

  it('rotates in the midst of an association: every file can be checked, and together they are what was sent', async () => {
    const peer = await started(
      ['mta', 'tolerant', '--listen', '127.0.0.1:0', '--record', path('whole.ndjson')],
      /listens on 127\.0\.0\.1:(\d+)/,
    );
    const tap = await tapTo(peer.port, '--record', path('part.ndjson'), '--rotate-size', '100k', '--json');
    const sends = ['--connect', `127.0.0.1:${tap.port}`, '--send', '3', '--messages', '3', '--size', '100k'];
    expect((await runCli(['mta', 'exchange-2003-kb916986', ...sends])).status).to.equal(0);
    const { status, stdout } = await stopped(tap.cli);
    await stopped(peer.cli);
    expect(status, stdout).to.equal(0);
    const files = jsonLines(stdout).flatMap(({ event, file }) => (event === 'recording' ? [String(file)] : []));
    expect(
      readdirSync(folder.path)
        .filter((name) => name.startsWith('part-'))
        .sort(),
    ).to.deep.equal(files.map((file) => file.slice(folder.path.length + 1)));
    expect(files.length).to.be.above(3);
    const parts = await Promise.all(files.map(eventsOf));
    const [i2r, r2i] = [0, 1].map((way) => parts.map((part) => streams(part)[way]).join(''));
    expect([i2r, r2i]).to.deep.equal(streams(await eventsOf(path('whole.ndjson'))));
    const checked = await runCli(['check', '--json', ...files]);
    const judged = JSON.parse(checked.stdout).files as { findings: { tier: number }[] }[];
    expect(judged.map(({ findings }) => findings.filter(({ tier }) => tier < 3))).to.deep.equal(files.map(() => []));
    expect(checked.status, 'only the first file has a bind').to.equal(3);
  });

  describe('between sockets', () => {
    let server: Server;
    let port: number;
    let serve: (socket: Socket) => void = () => {};
    before(async () => {
      server = createServer({ allowHalfOpen: true }, (socket) => {
        socket.on('error', () => {});
        serve(socket);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      ({ port } = server.address() as AddressInfo);
    });
    after(() => {
      server.close();
    });

    function call(to: number): Socket {
      const socket = connect({ port: to, host: '127.0.0.1', allowHalfOpen: true });
      return socket.on('error', () => {});
    }

    const echo = (socket: Socket) => void socket.pipe(socket);

    async function answered(to: number, octets: Buffer): Promise<Buffer> {
      const socket = call(to);
      socket.end(octets);
      const pieces: Buffer[] = [];
      for await (const piece of socket) pieces.push(piece as Buffer);
      return Buffer.concat(pieces);
    }

    it('passes on what is no P1, 5 MB to a reader that sleeps, and lives on after either side’s death', async () => {
      const tap = await tapTo(port, '--json', '--record', path('noise.ndjson'), '--max-connections', '3');
      // Several at once, of which both sides speak.
      serve = echo;
      const sent = [noise(70_000, 1), Buffer.from('GET / HTTP/1.1\r\n\r\n'), noise(1, 2)];
      const back = await Promise.all(sent.map((octets) => answered(tap.port, octets)));
      expect(back.map((octets, i) => octets.equals(sent[i] as Buffer))).to.deep.equal([true, true, true]);

      // A slow reader.
      const many = noise(5_000_000, 3);
      let wake: () => void = () => {};
      const got = new Promise<Buffer>((done) => {
        serve = async (socket) => {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          const pieces: Buffer[] = [];
          for await (const piece of socket) pieces.push(piece as Buffer);
          socket.end();
          done(Buffer.concat(pieces));
        };
      });
      const slow = call(tap.port).resume();
      slow.end(many);
      await new Promise((next) => setTimeout(next, 500));
      // The others do not wait for it.
      const asleep = wake;
      serve = echo;
      expect((await answered(tap.port, Buffer.from('meanwhile'))).toString()).to.equal('meanwhile');
      asleep();
      expect((await got).equals(many)).to.equal(true);
      await once(slow, 'close');

      // The caller dies, then the called.
      const death = (socket: Socket) =>
        new Promise<string>((resolve) => {
          socket.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
          socket.on('end', () => resolve('end'));
        });
      const met = new Promise<string>((resolve) => {
        serve = (socket) => {
          const dies = death(socket);
          let come = 0;
          socket.on('data', ({ length }) => {
            come += length;
            // Behind the last octet: Node takes a RST that comes with octets for a FIN, here and in the tap.
            if (come < 100_000) return;
            caller.resetAndDestroy();
            dies.then(resolve);
          });
        };
      });
      const caller = call(tap.port);
      caller.write(noise(100_000, 4));
      expect(await met).to.equal('ECONNRESET');
      serve = (socket) => socket.once('data', () => socket.resetAndDestroy());
      const widow = call(tap.port);
      widow.write(noise(1000, 5));
      expect(await death(widow)).to.equal('ECONNRESET');

      // More than three at a time.
      serve = (socket) => socket.resume();
      const guests = [call(tap.port), call(tap.port), call(tap.port)];
      for (const guest of guests) guest.write('here');
      await tap.cli.says(/"event":"opened","connection":9,/);
      expect(await death(call(tap.port).resume())).to.equal('ECONNRESET');

      const { status, stdout } = await stopped(tap.cli);
      expect(status, 'garbage is a finding').to.equal(1);
      const lines = jsonLines(stdout);
      const closed = lines.filter(({ event }) => event === 'closed') as unknown as {
        connection: number;
        octets: Record<Direction, number>;
        mostUnsent: Record<Direction, number>;
      }[];
      const big = closed.find(({ connection }) => connection === 3);
      expect(big?.octets).to.deep.equal({ i2r: many.length, r2i: 0 });
      expect(big?.mostUnsent.i2r).to.be.below(256 * 1024);
      expect(lines.at(-1)).to.include({ event: 'result', connections: 10, turnedAway: 1, unreachable: 0, exit: 1 });
      const events = await eventsOf(path('noise.ndjson'));
      const recorded = streams(events.filter(({ connection }) => connection === 3))[0] ?? '';
      expect(recorded === many.toString('hex')).to.equal(true);
      const ends = events
        .filter(({ kind }) => kind === 'close')
        .map((event) => {
          const { connection, how, direction } = event as LinkEvent & { kind: 'close' };
          return `${connection} ${how} ${direction}`;
        });
      expect(ends).to.include.members(['3 end i2r', '3 end r2i', '5 reset i2r', '6 reset r2i', '7 lost undefined']);
    });

    it('closes the caller where the MTA is not there, says so, and passes on once it is', async () => {
      const gone = createServer().listen(0, '127.0.0.1');
      await once(gone, 'listening');
      const { port: free } = gone.address() as AddressInfo;
      await new Promise((done) => gone.close(done));
      const tap = await tapTo(free, '--record', path('alone.ndjson'));
      const caller = call(tap.port);
      await new Promise((closed) => caller.once('close', closed));
      const late = createServer(echo).listen(free, '127.0.0.1');
      await once(late, 'listening');
      expect((await answered(tap.port, Buffer.from('\x03'))).toString()).to.equal('\x03');
      late.close();
      const { status, stdout, stderr } = await stopped(tap.cli);
      expect([status, stdout]).to.deep.equal([
        3,
        '2 connections, 0 binds, 0 APDUs, 1 not passed on, 0 findings that fail\n',
      ]);
      expect(stderr)
        .to.include('connection 0: closed, as it cannot be passed on')
        .and.to.include('nothing listens there');
      const shape = (await eventsOf(path('alone.ndjson'))).slice(0, 2).map((event) => event.kind);
      expect(shape).to.deep.equal(['open', 'close']);
    });

    for (const action of ['stop', 'pass']) {
      it(`where it cannot record any more, ${action === 'stop' ? 'passes nothing on, and ends' : 'passes on, if told to'}`, async () => {
        serve = echo;
        const own = temporaryFolder();
        const rotating = ['--record', join(own.path, 'x.ndjson'), '--rotate-size', '1'];
        const tap = await tapTo(port, ...rotating, '--on-record-error', action);
        own.remove();
        const back = (await answered(tap.port, Buffer.from('hello')).catch(() => Buffer.of())).toString();
        expect(back).to.equal(action === 'stop' ? '' : 'hello');
        const { status, stderr } = await (action === 'stop' ? tap.cli.ended : stopped(tap.cli));
        expect(status).to.equal(2);
        expect(stderr)
          .to.include('its folder does not exist')
          .and.to.include(action === 'stop' ? 'the tap ends' : 'THE RECORDING ENDS');
      });
    }

    it('waits for nobody who does not read what it tells', async () => {
      serve = echo;
      const child = spawnCli(['tap', '--json', '--listen', '127.0.0.1:0', '--to', `127.0.0.1:${port}`]);
      try {
        const [text] = (await once(child.stdout ?? child, 'data')) as [Buffer];
        child.stdout?.pause();
        const own = Number(/"endpoint":"127\.0\.0\.1:(\d+)/.exec(text.toString())?.[1]);
        // Each of them gives several lines: together more than a pipe and its reader hold.
        for (let i = 0; i < 40; i += 1) {
          const octets = noise(20, i);
          const back = await Promise.all(Array.from({ length: 20 }, () => answered(own, octets)));
          expect(back.every((each) => each.equals(octets))).to.equal(true);
        }
      } finally {
        child.kill('SIGKILL');
      }
    });
  });

  it('ends by itself when it is told to, and refuses what cannot be meant', async () => {
    const quiet = await runCli(['tap', '--listen', '127.0.0.1:0', '--to', '127.0.0.1:1', '--for', '100ms']);
    expect([quiet.status, quiet.stdout]).to.deep.equal([3, '0 connections, 0 binds, 0 APDUs, 0 findings that fail\n']);
    const wrong = [
      [['--listen', '127.0.0.1:10102', '--to', '127.0.0.1:10102'], '[ERR_TAP_LOOP]'],
      [['--listen', '127.0.0.1:0', '--to', '127.0.0.1:1', '--rotate-size', '1M'], '[ERR_TAP_NO_RECORD]'],
    ] as const;
    const results = await Promise.all(wrong.map(([args]) => runCli(['tap', ...args])));
    for (const [i, { status, stdout, stderr }] of results.entries()) {
      expect([status, stdout]).to.deep.equal([2, '']);
      expect(stderr)
        .to.include(wrong[i]?.[1])
        .and.not.to.match(/^\s+at /m);
    }
  });
});
