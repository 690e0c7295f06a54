import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openConversation } from '../../harness/transcript/open.js';
import { runCli, startCli, temporaryFolder } from './support/cli.js';

/** Two third-party MTAs around the one that is judged; the second refuses every third transfer. */
const AROUND = `title: Two third-party MTAs around one
mtas:
  alpha: { preset: tolerant }
  iut: { preset: exchange-2003-kb916986, judged: true }
  beta:
    preset: tolerant
    when:
      - { step: transfer, every: 3, answer: { refuse: temporaryProblem } }
      - { step: bind, nth: 99, answer: close }
links:
  - { between: [alpha, iut] }
  - { between: [iut, beta] }
steps:
  - send: { from: alpha, to: beta, count: 6, subject: 'Order {n}' }
  - expect: { at: iut, event: transferFailed, where: { peer: beta } }
  - expect: { at: beta, event: messageReceived, where: { subject: Order }, count: 6 }
  - check: { at: iut, queue: { to: beta, length: 0 }, within: 1 min }
  - check: { at: iut, findings: 0 }
`;

/** One fake, and one that may be a live one. */
const PAIR = `title: A fake and a gateway
mtas:
  alpha: { preset: tolerant }
  gateway: { preset: tolerant, judged: true }
steps:
  - send: { from: alpha, to: gateway, count: 2, reports: true }
  - expect: { at: alpha, event: messageTransferred, count: 2, within: 20 s }
  - check: { at: gateway, findings: 0 }
`;

describe('p1spec mta scenario.yaml', () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  const written = (name: string, text: string) => {
    writeFileSync(path(name), text);
    return path(name);
  };
  after(() => folder.remove());

  it('plays several MTAs around one in virtual time, records and logs all of it', async () => {
    const file = written('around.yaml', AROUND);
    const options = ['--record', path('around.ndjson'), '--events', path('events.jsonl')];
    const { status, stdout, stderr } = await runCli(['mta', file, ...options]);
    expect([status, stderr.match(/✓ line \d+/g)]).to.deep.equal([
      0,
      ['✓ line 14', '✓ line 15', '✓ line 16', '✓ line 17', '✓ line 18'],
    ]);
    expect(stdout).to.match(/^beta {3}tolerant +6 /m);
    expect(stdout).to.include('beta: the reaction to bind, nth 99');
    expect(stdout).to.match(/^pass: 5 of 5 steps done, /m);
    const header = (await openConversation(path('around.ndjson'))).header;
    expect(header).to.deep.include({ mode: 'normal', comment: 'scenario: Two third-party MTAs around one' });
    expect(header?.script?.name).to.equal('around.yaml');
    const lines = readFileSync(path('events.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const iut = lines.filter(({ scenarioMta }) => scenarioMta === 'iut');
    expect(iut.map(({ name }) => name)).to.include('transferFailed');
    expect(iut.at(-1).mta['Outbound Messages Total']).to.equal(6);
    expect((await runCli(['check', '--json', path('around.ndjson')])).status).to.equal(0);
  });

  it('fails with a table of what was not done, and says the same as JSON', async () => {
    const file = written('failing.yaml', AROUND.replace('count: 6 }', 'count: 7, within: 10 min }'));
    const [{ status, stdout }, json] = await Promise.all([runCli(['mta', file]), runCli(['mta', file, '--json'])]);
    expect(status).to.equal(1);
    expect(stdout).to.match(/^ {4}16 {2}failed {7}expect messageReceived \(subject Order\) at beta, 7 times$/m);
    const told = stdout.replace(/\s+/g, ' ');
    expect(told).to.include('happened 6 times, not 7, within 10 min').and.to.include('what happened there last:');
    expect(stdout).to.match(/^ {4}18 {2}not reached {2}check iut: findings in what it sent: 0$/m);
    const result = JSON.parse(json.stdout);
    expect([json.status, result.verdict]).to.deep.equal([1, 'fail']);
    expect(result.steps.map(({ state, line }: { state: string; line: number }) => `${line} ${state}`)).to.deep.equal([
      '14 done',
      '15 done',
      '16 failed',
      '17 not reached',
      '18 not reached',
    ]);
  });

  it('fails for what a judged MTA sent, though every step is done', async () => {
    const leaking = PAIR.replace('gateway: { preset: tolerant', 'gateway: { preset: exchange-2003-sp2').replace(
      '  - check: { at: gateway, findings: 0 }\n',
      '  - expect: { at: alpha, event: messageReceived, where: { foreign: true } }\n',
    );
    const { status, stdout } = await runCli(['mta', written('leaking.yaml', leaking)]);
    expect(status).to.equal(1);
    expect(stdout)
      .to.include('3 of 3 steps done')
      .and.to.match(/^ {2}tier 1 {2}BODY-003/m);
  });

  it('says file, line and column of every error, whether it is to play or only to check', async () => {
    const typo = AROUND.replace('count: 6 }', 'cuont: 6 }').replace('event: transferFailed', 'event: transferFaild');
    const file = written('typo.yaml', typo);
    const [good, ...bad] = await Promise.all([
      runCli(['mta', written('around.yaml', AROUND), '--check']),
      runCli(['mta', file]),
      runCli(['mta', file, '--check']),
    ]);
    for (const { status, stdout, stderr } of bad) {
      expect([status, stdout]).to.deep.equal([2, '']);
      expect(
        stderr
          .trimEnd()
          .split('\n')
          .map((line) => line.slice(file.length)),
      ).to.satisfy(
        ([event, count]: string[]) =>
          /^:15:\d+: .*did you mean 'transferFailed'/.test(event ?? '') &&
          /^:16:\d+: 'cuont' .*did you mean 'count'/.test(count ?? ''),
        stderr,
      );
    }
    expect([good.status, good.stdout]).to.deep.equal([
      0,
      `${path('around.yaml')}: Two third-party MTAs around one: 3 MTAs, 5 steps: nothing wrong\n`,
    ]);
  });

  it('plays against a live MTA over TCP, and judges it', async () => {
    const live = startCli(['mta', 'tolerant', '--listen', '127.0.0.1:0', '--messages', '2']);
    const [, port] = await live.says(/listens on 127\.0\.0\.1:(\d+)/);
    const file = written('pair.yaml', PAIR);
    const { status, stdout, stderr } = await runCli(['mta', file, '--connect', `gateway=127.0.0.1:${port}`, '--watch']);
    expect(status, stdout + stderr).to.equal(0);
    expect(stdout).to.match(/^gateway {2}live, judged {2}2 /m);
    expect(stdout)
      .to.match(/queue to gateway, at alpha: /)
      .and.to.match(/alpha: association 0 to gateway is open$/m);
    expect(stderr).to.match(/^alpha listens on 127\.0\.0\.1:\d+$/m);
    expect((await live.ended).stdout).to.include('1 binds, 2 messages, 0 findings');
  });

  it('plays the founding story over TCP', async () => {
    const { status, stdout, stderr } = await runCli(['mta', 'fixtures/scenarios/kb916986-tcp.yaml']);
    expect([status, /^pass: /m.test(stdout)], stdout + stderr).to.deep.equal([0, true]);
  });

  it('is without a verdict where nobody is there', async () => {
    const file = written('pair.yaml', PAIR.replace('within: 20 s', 'within: 300 ms'));
    const { status, stdout } = await runCli(['mta', file, '--connect', 'gateway=127.0.0.1:1']);
    expect([status, /^inconclusive: /m.test(stdout)]).to.deep.equal([3, true]);
  });

  it('holds what is said against a recording, records anew on request, and never takes another’s', async () => {
    const file = written('kept.yaml', PAIR);
    const recording = path('kept.ndjson');
    expect((await runCli(['mta', file, '--record', recording])).status).to.equal(0);

    written('kept.yaml', PAIR.replace('reports: true', "reports: true, subject: 'Another {n}'"));
    const stale = await runCli(['mta', file, '--against', recording]);
    expect([stale.status, stale.stderr.includes('ERR_RECORDING_STALE')]).to.deep.equal([2, true]);
    const updated = await runCli(['mta', file, '--update', recording]);
    expect(updated.stdout)
      .to.include('"Another 1"')
      .and.to.match(/recorded anew$/m);
    expect(updated.status).to.equal(0);
    const [same, other] = await Promise.all([
      runCli(['mta', file, '--against', recording, '--seed', '5']),
      runCli(['mta', written('around.yaml', AROUND), '--update', recording]),
    ]);
    expect([same.status, same.stdout.includes('says the same')]).to.deep.equal([0, true]);
    expect([other.status, /is a recording of kept\.yaml, not of around\.yaml/.test(other.stderr)]).to.deep.equal([
      2,
      true,
    ]);
  });

  it('says which option is whose, and has its schema for editors', async () => {
    const all = [
      [['tolerant', '--seed', '1'], '--seed is an option of a scenario only'],
      [[path('pair.yaml'), '--peer-name', 'x'], '--peer-name is an option of a preset only'],
      [[path('pair.yaml'), '--connect', '127.0.0.1:1'], '--connect NAME=127.0.0.1:1'],
      [['tolerant', '--connect', 'x=127.0.0.1:1'], 'names an MTA of a scenario'],
      [[path('pair.yaml'), '--watch'], 'add --time real'],
    ] as const;
    const [schema, ...results] = await Promise.all([
      runCli(['mta', '--schema']),
      ...all.map(([args]) => runCli(['mta', ...args])),
    ]);
    expect(results.map(({ status, stderr }, i) => [status, stderr.includes(all[i]?.[1] ?? '?')])).to.deep.equal(
      all.map(() => [2, true]),
    );
    expect(JSON.parse(schema.stdout)).to.have.nested.property('properties.steps');
  });
});
