import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { LONG_LEASH, type RunningCli, startCli, temporaryFolder } from './support/cli.js';

const MEGABYTE = 1024 * 1024;
const MODES = ['normal', 'x410-1984', 'x410-1988'] as const;

/** The names and octets of what a fake with a spool has taken. */
function received(spool: string): { name: string; octets: number }[] {
  const folder = join(spool, 'received');
  return readdirSync(folder).map((name) => ({ name, octets: statSync(join(folder, name)).size }));
}

/** Octets of a partial transfer that a spool holds. */
function partial(spool: string): number {
  const folder = join(spool, 'transfers');
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder).filter((name) => name.endsWith('.octets'));
  return files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((next) => setTimeout(next, 2));
}

const start = (args: readonly string[]) => startCli(args, undefined, LONG_LEASH);

describe('a message of 5 MB with a checkpoint after every kilobyte, between two processes', function () {
  this.timeout(LONG_LEASH + 10_000);
  const folder = temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  after(() => folder.remove());
  let count = 0;

  interface Pair {
    readonly sender: RunningCli;
    readonly receiver: RunningCli;
    readonly port: number;
    readonly spools: { readonly sender: string; readonly receiver: string };
    readonly senderArgs: readonly string[];
  }

  async function pair(mode: string, window: number, receiverArgs: readonly string[] = []): Promise<Pair> {
    count += 1;
    const spools = { sender: path(`sender-${count}`), receiver: path(`receiver-${count}`) };
    const receive = ['mta', 'tolerant', '--spool', spools.receiver, ...receiverArgs];
    const receiver = start([...receive, '--listen', '127.0.0.1:0']);
    const [, port = ''] = await receiver.says(/listens on 127\.0\.0\.1:(\d+)/);
    const association = ['--mode', mode, '--checkpoint-size', '1', '--window', String(window), '--retry', '100ms'];
    const senderArgs = ['mta', 'tolerant', '--connect', `127.0.0.1:${port}`, '--spool', spools.sender, ...association];
    const sender = start([...senderArgs, '--send', '1', '--size', '5M', '--messages', '1']);
    return { sender, receiver, port: Number(port), spools, senderArgs };
  }

  /** Waits until about so much of it has come, ends the sender with no warning, and starts it again. */
  async function killedAndRestarted({ sender, spools, senderArgs }: Pair): Promise<RunningCli> {
    const enough = Math.floor((0.1 + 0.7 * Math.random()) * 5 * MEGABYTE);
    await until(() => partial(spools.receiver) > enough);
    sender.child.kill('SIGKILL');
    await sender.ended;
    return start([...senderArgs, '--messages', '1']);
  }

  async function finished({ receiver, spools }: Pair, sender: RunningCli): Promise<string> {
    const { status, stderr } = await sender.ended;
    expect(status, stderr).to.equal(0);
    receiver.child.kill('SIGINT');
    const ended = await receiver.ended;
    expect(ended.status, ended.stdout).to.equal(0);
    const all = received(spools.receiver);
    expect(all).to.have.lengthOf(1);
    expect(all[0]?.octets).to.be.greaterThan(5 * MEGABYTE);
    expect(partial(spools.receiver)).to.equal(0);
    return ended.stderr;
  }

  for (const [i, mode] of MODES.entries()) {
    it(`passes in mode ${mode} with windows of 1, 3 and 10`, async () => {
      const pairs = await Promise.all([1, 3, 10].map((window) => pair(mode, window)));
      await Promise.all(pairs.map((each) => finished(each, each.sender)));
    });

    const window = [10, 1, 3][i] ?? 3;
    it(`is gone on with in mode ${mode}, window ${window}, when its sender is killed and started again`, async () => {
      const both = await pair(mode, window);
      const log = await finished(both, await killedAndRestarted(both));
      const [, serial] = /goes on behind checkpoint (\d+)/.exec(log) ?? [];
      expect(Number(serial)).to.be.greaterThan(100);
    });
  }

  it('is gone on with when its receiver is killed and started again', async () => {
    const both = await pair('x410-1988', 3);
    await until(() => partial(both.spools.receiver) > 1.5 * MEGABYTE);
    both.receiver.child.kill('SIGKILL');
    await both.receiver.ended;
    const again = ['mta', 'tolerant', '--spool', both.spools.receiver, '--listen', `127.0.0.1:${both.port}`];
    const log = await finished({ ...both, receiver: start(again) }, both.sender);
    const [, serial] = /goes on behind checkpoint (\d+)/.exec(log) ?? [];
    expect(Number(serial)).to.be.greaterThan(1000);
  });

  it('comes whole to a peer that refuses to recover, as ISODE does', async () => {
    const both = await pair('x410-1988', 3, ['--no-resume', '--record', path('isode.ndjson')]);
    await both.receiver.says(/is open/);
    await new Promise((next) => setTimeout(next, 300));
    both.sender.child.kill('SIGKILL');
    await both.sender.ended;
    const log = await finished(both, start([...both.senderArgs, '--messages', '1']));
    expect(log).to.contain('refused by us: no MTA-bind error given').and.not.to.contain('goes on behind');
    expect(readFileSync(path('isode.ndjson'), 'utf8')).to.contain('3103800101');
  });
});
