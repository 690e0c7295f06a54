import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { compareConversations, differenceLines } from '../../harness/transcript/compare/index.js';
import { parseTranscript } from '../../harness/transcript/reader.js';
import { type CliResult, type RunningCli, runCli, startCli, temporaryFolder } from './support/cli.js';

const CAPTURES = process.env.P1SPEC_CAPTURES;
const FIXTURES = new URL('../../fixtures/transcripts/', import.meta.url).pathname;

interface Told {
  readonly verdict: string;
  readonly complete: boolean;
  readonly associations: number;
  readonly written: boolean;
  readonly differences: readonly {
    readonly kind: string;
    readonly unit: string;
    readonly path: string;
    readonly expected?: unknown;
    readonly actual?: unknown;
    readonly rule?: string;
    readonly why: string;
  }[];
}

/** Starts p1spec where it listens on a free port, and gives the port once it does. */
async function listening(args: readonly string[]): Promise<{ cli: RunningCli; port: string }> {
  const cli = startCli([...args, '--listen', '127.0.0.1:0']);
  const [, port = ''] = await cli.says(/listens on 127\.0\.0\.1:(\d+)/);
  return { cli, port };
}

/** What one side of two recordings says otherwise, or both sides. */
function between(one: string, other: string, side?: string): string[] {
  const [then, now] = [one, other].map((file) => parseTranscript(readFileSync(file, 'utf8')).events);
  return compareConversations(then ?? [], now ?? [], { side }).flatMap(differenceLines);
}

const HOTFIX = ['exchange-2003-kb916986', '--name', 'EXCH1', '--send', '2', '--messages', '2', '--for', '30s'];
const SP2 = ['exchange-2003-sp2', '--name', 'EXCH1', '--send', '2', '--messages', '3', '--for', '30s'];

describe('p1spec replay', () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  after(() => folder.remove());

  /** Two presets talk to each other, and the one that calls records. */
  async function record(file: string, caller: readonly string[]): Promise<void> {
    const messages = caller[caller.indexOf('--messages') + 1] as string;
    const { cli, port } = await listening(['mta', 'tolerant', '--messages', messages]);
    const { stderr } = await runCli(['mta', ...caller, '--connect', `127.0.0.1:${port}`, '--record', file]);
    expect(existsSync(file), stderr).to.equal(true);
    await cli.ended;
  }

  /** The side that accepts is played; a preset calls it. */
  async function called(args: readonly string[], caller: readonly string[]): Promise<CliResult> {
    const { cli, port } = await listening(['replay', ...args]);
    await runCli(['mta', ...caller, '--connect', `127.0.0.1:${port}`]);
    return cli.ended;
  }

  /** The side that calls is played; a preset is called. */
  async function calling(args: readonly string[], preset: readonly string[]): Promise<CliResult> {
    const { cli, port } = await listening(['mta', ...preset, '--for', '50s']);
    const result = await runCli(['replay', ...args, '--connect', `127.0.0.1:${port}`]);
    cli.child.kill('SIGINT');
    await cli.ended;
    return result;
  }

  const hotfix = path('hotfix.ndjson');
  const sp2 = path('sp2.ndjson');
  before(async function () {
    this.timeout(60_000);
    await Promise.all([record(hotfix, HOTFIX), record(sp2, SP2)]);
  });

  it('fits the build that was recorded, in place of either side', async () => {
    const [accepted, called2] = await Promise.all([
      called([hotfix, '--as', 'r'], HOTFIX),
      calling([hotfix, '--as', 'EXCH1'], ['tolerant']),
    ]);
    expect([accepted.status, accepted.stdout], accepted.stderr).to.deep.equal([
      0,
      `${hotfix} as r: fits (1 connections, 1 associations)\n`,
    ]);
    expect([called2.status, called2.stdout], called2.stderr).to.deep.equal([
      0,
      `${hotfix} as EXCH1: fits (1 connections, 1 associations)\n`,
    ]);
  });

  it('tells which field and which message of another build differ', async () => {
    const [fixed, leaking] = await Promise.all([
      called([sp2, '--as', 'r', '--json'], ['exchange-2003-kb916986', ...SP2.slice(1), '--messages', '2']),
      called([hotfix, '--as', 'r'], SP2),
    ]);
    expect(fixed.status, fixed.stderr).to.equal(1);
    const told = JSON.parse(fixed.stdout) as Told;
    expect(told).to.include({ verdict: 'differs', complete: true, associations: 1 });
    const [marker] = told.differences;
    expect(marker).to.deep.include({ kind: 'value', unit: 'CONNECT', path: 'MTABindArgument.authenticated[5]' });
    expect(marker?.why).to.equal('it was not sent');
    expect(told.differences.some(({ kind, unit }) => kind === 'missing' && unit === 'message')).to.equal(true);
    expect(leaking.status, leaking.stderr).to.equal(1);
    expect(leaking.stdout)
      .to.include('CONNECT: MTABindArgument.authenticated[5]')
      .and.to.match(/unit \d+, message\n {2}expected {2}nothing\n {2}actual {4}"message L=EXCH/)
      .and.to.include('the recording does not have it')
      .and.to.include(`${hotfix} as r: differs:`);
  });

  it('tells that a peer refuses, with what it does in the place of what, and then leaves a recording as it is', async () => {
    const file = path('kept.ndjson');
    writeFileSync(file, readFileSync(sp2));
    const { status, stdout } = await calling(
      [file, '--mode', 'update', '--as', 'i'],
      ['refuse-after-routing-packet', '--name', 'tolerant'],
    );
    expect(status).to.equal(1);
    expect(stdout)
      .to.match(/ACTIVITY END ACK\n {2}expected {2}"ACTIVITY END ACK 1"\n {2}actual {4}"ABORT/)
      .and.to.include(`${file}: not written: the conversation did not run to its end`);
    expect(readFileSync(file).equals(readFileSync(sp2))).to.equal(true);
  });

  it('lets vary what a file of rules says, and says where such a file is wrong', async () => {
    const rules = path('ours.yaml');
    writeFileSync(
      rules,
      'rules:\n  - id: marker\n    unit: CONNECT\n    path: MTABindArgument.authenticated[5]\n    how: ignore\n    reason: known\n',
    );
    const { stdout } = await called(
      [sp2, '--as', 'r', '--json', '--rules', rules],
      ['exchange-2003-kb916986', ...SP2.slice(1), '--messages', '2'],
    );
    const { differences } = JSON.parse(stdout) as Told;
    expect(new Set(differences.map(({ kind }) => kind))).to.deep.equal(new Set(['missing']));
    writeFileSync(rules, 'rules:\n  - id: marker\n    path: a\n    how: ignored\n    reason: known\n');
    const wrong = await runCli(['replay', sp2, '--as', 'i', '--connect', '127.0.0.1:9', '--rules', rules]);
    expect([wrong.status, wrong.stdout]).to.deep.equal([2, '']);
    expect(wrong.stderr).to.include(`${rules}:4:10:`).and.to.include('[ERR_COMPARISON_RULE]');
  });

  it('records anew what our side meets today, into a file that was not there', async () => {
    const today = path('today.ndjson');
    const made = await called([today, '--mode', 'record', '--from', hotfix, '--as', 'r'], HOTFIX);
    expect([made.status, made.stdout.endsWith(`${today}: written\n`)], made.stderr).to.deep.equal([0, true]);
    expect(between(hotfix, today)).to.deep.equal([]);
    const before = readFileSync(today, 'utf8');
    const refused = ['--mode', 'record', '--as', 'r', '--listen', '127.0.0.1:0'];
    const [again, nothing] = await Promise.all([
      runCli(['replay', today, ...refused, '--from', hotfix]),
      runCli(['replay', path('new.ndjson'), ...refused]),
    ]);
    expect([again.status, again.stderr.includes('[ERR_FILE_EXISTS]')]).to.deep.equal([2, true]);
    expect(readFileSync(today, 'utf8')).to.equal(before);
    expect([nothing.status, nothing.stderr.includes('[ERR_REPLAY_MODE]')]).to.deep.equal([2, true]);
  });

  it('updates a recording that has changed, with its differences told, and leaves one that fits', async () => {
    const file = path('updated.ndjson');
    writeFileSync(file, readFileSync(hotfix));
    const fits = await called([file, '--mode', 'update', '--as', 'r'], HOTFIX);
    expect([fits.status, fits.stdout.endsWith(`${file}: left as it is: it still fits\n`)], fits.stdout).to.deep.equal([
      0,
      true,
    ]);
    expect(readFileSync(file).equals(readFileSync(hotfix))).to.equal(true);
    const changed = await called([file, '--mode', 'update', '--as', 'r'], SP2);
    expect([changed.status, changed.stdout.endsWith(`${file}: written\n`)], changed.stdout).to.deep.equal([0, true]);
    expect(changed.stdout).to.include('MTABindArgument.authenticated[5]');
    // What SP2 said then.
    expect(between(sp2, file, 'i')).to.deep.equal([]);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('.'))).to.deep.equal([]);
  });

  it('refuses a recording of a scenario that has changed, unless it is to be made anew', async () => {
    const [scenario, file] = [path('story.yaml'), path('story.ndjson')];
    writeFileSync(scenario, 'steps: []\n');
    const made = await called([file, '--mode', 'record', '--from', hotfix, '--script', scenario, '--as', 'r'], HOTFIX);
    expect(made.status, made.stderr).to.equal(0);
    const scriptNow = () => JSON.parse(readFileSync(file, 'utf8').split('\n')[0] as string).script;
    const before = scriptNow();
    expect(before.name).to.equal(scenario);
    writeFileSync(scenario, 'steps: [abort]\n');
    const stale = await runCli(['replay', file, '--as', 'r', '--listen', '127.0.0.1:0']);
    expect([stale.status, stale.stdout]).to.deep.equal([2, '']);
    expect(stale.stderr).to.include('[ERR_RECORDING_STALE]').and.to.include('as it was before it was changed');
    const updated = await called([file, '--mode', 'update', '--as', 'r'], SP2);
    expect(updated.status, updated.stdout).to.equal(0);
    expect(scriptNow()).to.include({ name: scenario }).and.to.not.deep.equal(before);
  });

  it('reads each fixture, and says that nobody is there', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    const tell = async (name: string) => {
      const links = ['--connect', `127.0.0.1:${port}`, '--listen', '127.0.0.1:0', '--timeout', '1s'];
      const { status, stdout } = await runCli(['replay', join(FIXTURES, name), '--as', 'EXCH1', ...links, '--json']);
      return [name, status, (JSON.parse(stdout) as Told).verdict];
    };
    const names = readdirSync(FIXTURES);
    const told = await Promise.all(names.map(tell));
    expect(told).to.deep.equal(names.map((name) => [name, 3, 'no-association']));
  });

  it('says what is wrong with a file or a side', async () => {
    const of = async (...args: string[]) => {
      const { status, stderr } = await runCli(['replay', ...args]);
      return [status, /\[(\w+)\]/.exec(stderr)?.[1]];
    };
    const codes = await Promise.all([
      of(path('none.ndjson'), '--as', 'i', '--connect', '127.0.0.1:1'),
      of(hotfix, '--as', 'nobody', '--connect', '127.0.0.1:1'),
      of(hotfix, '--as', 'i', '--listen', '127.0.0.1:0'),
      of(hotfix, '--as', 'r', '--connect', '127.0.0.1:1'),
    ]);
    expect(codes).to.deep.equal([
      [2, 'ERR_FILE_MISSING'],
      [2, 'ERR_REPLAY_SIDE'],
      [2, 'ERR_REPLAY_LINK'],
      [2, 'ERR_REPLAY_LINK'],
    ]);
  });

  describe('of real MTAs', () => {
    before(function () {
      if (CAPTURES === undefined) this.skip();
    });

    it('plays PP’s part of a capture to the preset pp, which differs where it says that it does', async () => {
      const file = join(CAPTURES ?? '', 'pp-p1-message.pcapng');
      const pp = ['pp', '--name', 'mta-harness', '--password', 'harness'];
      const { status, stdout } = await calling([file, '--as', 'i', '--json'], pp);
      expect(status).to.equal(1);
      const { complete, differences } = JSON.parse(stdout) as Told;
      expect(complete).to.equal(true);
      // docs/recordings.md: we repeat the selectors of the CR in the CC.
      const selectors = differences.filter(({ unit }) => unit === 'CC');
      expect(selectors.map(({ path: where }) => where)).to.deep.equal([
        'CC.callingTransportSelector',
        'CC.calledTransportSelector',
      ]);
      expect(
        differences.filter((each) => !selectors.includes(each)).every(({ path: where }) => /Credentials/.test(where)),
      ).to.equal(true);
    });

    it('plays a capture of 2005 to a tolerant MTA', async () => {
      const file = join(CAPTURES ?? '', 'x400-ping-success.pcap');
      const { stdout } = await calling([file, '--as', 'i', '--json'], ['tolerant', '--name', 'guinevere.smhs.co.uk']);
      const { complete, differences } = JSON.parse(stdout) as Told;
      expect(complete).to.equal(true);
      expect(differences.every(({ unit, path: where }) => unit === 'CC' || /Credentials/.test(where))).to.equal(true);
    });

    it('refuses a log in which data were left out', async () => {
      const args = ['replay', join(CAPTURES ?? '', 'x410-1992'), '--as', 'i', '--connect', '127.0.0.1:1'];
      const { status, stderr } = await runCli(args);
      expect([status, stderr.includes('[ERR_REPLAY_INCOMPLETE]')]).to.deep.equal([2, true]);
    });
  });
});
