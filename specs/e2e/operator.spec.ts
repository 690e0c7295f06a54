import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCli, startCli, temporaryFolder } from './support/cli.js';

interface Line {
  readonly kind: string;
  readonly id?: number;
  readonly name?: string;
  readonly mta?: Readonly<Record<string, number>>;
}

const linesOf = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('what an operator sees of p1spec mta', () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  it('is an event log and counters as JSON lines, alone on stdout or in a file', async () => {
    const file = join(folder.path, 'events.ndjson');
    const peer = startCli(['mta', 'tolerant', '--listen', '127.0.0.1:0', '--messages', '1', '--events', file]);
    const [, port] = await peer.says(/listens on 127\.0\.0\.1:(\d+)/);
    const sends = ['--connect', `127.0.0.1:${port}`, '--send', '1', '--messages', '1', '--events', '-'];
    const { status, stdout, stderr } = await runCli(['mta', 'exchange-2003-kb916986', ...sends]);
    expect(status, stderr).to.equal(0);
    expect(stderr).to.include('1 binds, 1 messages');
    const ours = linesOf(stdout);
    expect(ours.map(({ kind, name }) => name ?? kind)).to.deep.equal(['associationOpened', 'queueDrained', 'counters']);
    expect(ours.at(-1)?.mta).to.include({ 'Outbound Messages Total': 1, 'Work Queue Length': 0 });
    expect((await peer.ended).stdout).to.include('1 binds, 1 messages');
    const theirs = linesOf(readFileSync(file, 'utf8'));
    expect(theirs.at(-1)?.mta).to.include({ 'Inbound Messages Total': 1 });
    expect(theirs.filter(({ id }) => id !== undefined)).to.deep.equal([]);
  });

  it('is lines where there is no terminal to draw on, without a single escape sequence', async () => {
    const watched = startCli(['mta', 'exchange-2003-sp2', '--watch', '--listen', '127.0.0.1:0', '--peer-name', 'B']);
    const [, port] = await watched.says(/listens on 127\.0\.0\.1:(\d+)/);
    const sends = ['--connect', `127.0.0.1:${port}`, '--send', '1', '--messages', '1'];
    expect((await runCli(['mta', 'tolerant', ...sends])).status).to.equal(0);
    await watched.says(/information {2}association 0 from tolerant is open/);
    watched.child.kill('SIGINT');
    const { status, stdout } = await watched.ended;
    expect(status).to.equal(0);
    expect(stdout).to.match(/queue to tolerant: \w+, \d+ messages? of \d+ octets/);
    expect(stdout).to.not.include('\u001b');
  });

  it('is not both on stdout', async () => {
    const { status, stderr } = await runCli(['mta', 'tolerant', '--watch', '--events', '-']);
    expect(status).to.equal(2);
    expect(stderr).to.include('ERR_TWO_ON_STDOUT');
  });
});
