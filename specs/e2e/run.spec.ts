import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { p1UserTypes } from '../../harness/rules/p1-association.js';
import { modes } from '../../harness/stack/mode.js';
import { observe } from '../../harness/transcript/observe.js';
import { openConversation } from '../../harness/transcript/open.js';
import type { CaseResult } from '../../harness/verdict/results.js';
import { parseXml } from '../support/xml.js';
import { runCli, runShell, startCli, temporaryFolder } from './support/cli.js';

interface RunJson {
  readonly cases: readonly (CaseResult & { readonly standing: string })[];
  readonly summary: { readonly cases: number; readonly exitCode: number; readonly verdicts: Record<string, number> };
  readonly interrupted?: string;
}

describe('p1spec run', function () {
  this.timeout(120_000);
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());
  const run = (...args: string[]) => runCli(['run', '--out', join(folder.path, 'out'), ...args]);

  for (const mode of modes) {
    it(`passes the default target in mode ${mode}, and leaves a transcript for every case that is about it`, async () => {
      const { status, stdout, stderr } = await run('--mode', mode);
      expect(stderr).to.equal('');
      expect(status, stdout).to.equal(0);
      const [, all, passed, inapplicable] = /^(\d+) cases: (\d+) pass, (\d+) not-applicable/m.exec(stdout) ?? [];
      expect(Number(all)).to.equal(Number(passed) + Number(inapplicable));
      const ids = [...stdout.matchAll(/^pass +(P1\/\w+\/\w+-\d+) /gm)].map(([, id]) => id as string);
      expect(ids).to.have.lengthOf(Number(passed));
      const files = readdirSync(join(folder.path, 'out')).sort();
      expect(files).to.deep.equal(ids.map((id) => `${id.replaceAll('/', '-')}.ndjson`).sort());
      const recording = await openConversation(join(folder.path, 'out', 'P1-ROUTE-BV-001.ndjson'));
      const { header } = recording;
      expect(header).to.deep.include({ mode, deliberateErrors: [] });
      expect(header?.initiator?.preset).to.equal('exchange-2003-kb916986');
      const seen: unknown[] = [];
      for await (const event of observe(recording.events(), { types: p1UserTypes })) {
        if (event.kind === 'mode') seen.push(event.mode);
      }
      expect(seen).to.deep.equal([mode]);
    });
  }

  it('ends with 2 where its results cannot be written, and with its verdict where nobody reads them', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const args = ['P1/BIND/BV-001', '--out', join(folder.path, 'out')];
    const full = await runShell(`"$@" > /dev/full`, ['run', ...args]);
    expect(full.status).to.equal(2);
    expect(full.stderr).to.match(/^p1spec: stdout cannot be written: ENOSPC[^\n]*\n$/);
    const rules = await runShell(`"$@" > /dev/full`, ['rules']);
    expect([rules.status, rules.stderr.split('\n').length]).to.deep.equal([2, 2]);
    const closed = await runShell(`{ "$@"; echo "$?" >&2; } | true`, ['run', ...args]);
    expect(closed.stderr).to.equal('0\n');
  });

  it('names the leaks of SP2 and the queue that does not drain, in every report', async () => {
    const json = join(folder.path, 'report.json');
    const junit = join(folder.path, 'deep', 'report.xml');
    const { status, stdout } = await run(
      ...['--target', 'exchange-2003-sp2', '--reporter', `json=${json}`, '--reporter', `junit=${junit}`],
    );
    expect(status).to.equal(1);
    expect(stdout)
      .to.match(/^fail +P1\/ROUTE\/BV-001/m)
      .and.to.match(/^fail +P1\/ROUTE\/BV-004/m);
    expect(stdout).to.match(/^fail +P1\/QUEUE\/BV-002/m);
    expect(stdout).to.match(/^pass +P1\/QUEUE\/BV-001/m, 'mail to tolerant drains');
    expect(stdout).to.match(/^pass +P1\/QUEUE\/BV-003/m, 'mail from the peer arrives');
    expect(stdout).to.include('0 of 3 came out').and.to.include('reproduce:   npx p1spec run P1/ROUTE/BV-001');
    expect(stdout)
      .to.match(/connection 0, initiator to responder, offset \d+, \d+ octets/)
      .and.to.match(/\^\^\^\^/);

    const result = JSON.parse(readFileSync(json, 'utf8')) as RunJson;
    expect(result.summary.exitCode).to.equal(1);
    const bind = caseOf(result, 'P1/ROUTE/BV-001');
    const [leak] = bind.failing;
    expect(leak).to.include({ rule: 'BIND-001', tier: 1, direction: 'i2r', layer: 'p1' });
    const packet = caseOf(result, 'P1/ROUTE/BV-004').failing.map(({ rule }) => rule);
    expect(packet).to.include('BODY-003');
    const failed = result.cases.filter(({ verdict }) => verdict === 'fail').map(({ group }) => group);
    expect([...new Set(failed)]).to.deep.equal(['ROUTE', 'QUEUE']);

    // The offset is that of the recording.
    const { header, ...recording } = await openConversation(bind.transcripts[0] as string);
    expect(header?.deliberateErrors.join()).to.include('exchange-2003-sp2');
    const octets = await sent(recording.file);
    expect(octets[leak?.offset ?? 0]).to.equal(0x85);

    const suites = parseXml(readFileSync(junit, 'utf8'));
    expect(suites.attributes.failures).to.equal(String(result.summary.verdicts.fail));
    expect(suites.attributes.tests).to.equal(String(result.summary.cases));
  });

  for (const mode of modes) {
    it(`finds the same leaks of SP2 in mode ${mode}`, async () => {
      const json = join(folder.path, 'report.json');
      const select = ['ROUTE', 'QUEUE/BV-001', 'QUEUE/BV-002', '--mode', mode];
      const { status } = await run(...select, '--target', 'exchange-2003-sp2', '--reporter', `json=${json}`);
      expect(status).to.equal(1);
      const result = JSON.parse(readFileSync(json, 'utf8')) as RunJson;
      const failed = result.cases.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id.slice(3));
      const route = ['BV-001', 'BV-003', 'BV-004', 'BV-006', 'BV-007', 'BV-009', 'BV-010', 'BI-001'];
      expect(failed).to.deep.equal([...route.map((id) => `ROUTE/${id}`), 'QUEUE/BV-002']);
      // In P1-1984 the content type stands in the EXTERNAL that is the content, and a common name in an attribute Common.
      const found = new Set(caseOf(result, 'P1/ROUTE/BV-007').findings.map(({ rule }) => rule));
      expect([...found].sort()).to.deep.equal(['ADDR-006', 'BIND-001', 'BODY-001', 'BODY-003']);
      const { reproduce } = caseOf(result, 'P1/ROUTE/BV-001');
      expect(reproduce.endsWith(mode === 'normal' ? '-sp2' : `-sp2 --mode ${mode}`), reproduce).to.equal(true);
    });
  }

  it('shows progress on stderr where stdout is a report', async () => {
    const { status, stdout, stderr } = await run('ROUTE/BV-001', '--reporter', 'json');
    expect(status).to.equal(0);
    expect((JSON.parse(stdout) as RunJson).cases.map(({ id }) => id)).to.deep.equal(['P1/ROUTE/BV-001']);
    expect(stderr).to.equal('p1spec: 1/1 pass P1/ROUTE/BV-001\n');
  });

  it('lists cases without running them', async () => {
    const { status, stdout } = await run('--list', 'QUEUE', '--exclude', '*BO*');
    expect(status).to.equal(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).to.match(/^P1\/QUEUE\/BV-001 +The queue to a tolerant peer drains$/);
    for (const line of lines) expect(line).to.match(/^P1\/QUEUE\/BV-\d{3} /);
    const x410 = await run('--list', 'X410/BV-001');
    expect(x410.stdout).to.match(/^P1\/X410\/BV-001 .* \(x410-1988 and x410-1984\)\n$/);
    expect(existsSync(join(folder.path, 'out'))).to.equal(false);
  });

  it('bears a failure that is expected, and no pass that is not', async () => {
    const expected = ['ROUTE/BV-001', '--expect-fail', 'P1/ROUTE/BV-001=ticket 7'];
    const known = await run(...expected, '--target', 'exchange-2003-sp2');
    expect(known.status, known.stdout).to.equal(0);
    expect(known.stdout).to.include('expected failure: P1/ROUTE/BV-001: ticket 7');
    const mended = await run(...expected);
    expect(mended.status).to.equal(1);
    expect(mended.stdout).to.include('unexpected pass');
  });

  it('prints permissions, which change what fails', async () => {
    const json = join(folder.path, 'report.json');
    const { stdout } = await run(
      ...[
        'ROUTE/BV-003',
        '--target',
        'exchange-2003-sp2',
        '--permit',
        'ADDR-006=agreed in May',
        '--reporter',
        `json=${json}`,
      ],
    );
    expect(stdout).to.include('permitted: ADDR-006: agreed in May');
    const { failing, findings } = caseOf(JSON.parse(readFileSync(json, 'utf8')) as RunJson, 'P1/ROUTE/BV-003');
    expect(failing.map(({ rule }) => rule)).not.to.include('ADDR-006');
    expect(findings.find(({ rule }) => rule === 'ADDR-006')?.permitted).to.equal('agreed in May');
  });

  for (const [what, args, says] of [
    ['no such case', ['NOPE'], 'no case matches "NOPE"'],
    ['no such target', ['--target', 'exchange-2003-sp9'], "did you mean 'exchange-2003-sp2'?"],
    ['a mode that does not exist', ['--mode', 'x410'], 'x410-1984'],
    ['no such reporter', ['--reporter', 'nunit'], 'console, json, junit, tap, sarif, github'],
    ['two reporters on stdout', ['--reporter', 'json', '--reporter', 'junit'], 'cannot share stdout'],
    ['a bad shard', ['--shard', '3/2'], '3/2'],
    ['a permission without reason', ['--permit', 'ADDR-006'], 'rule=reason'],
    ['a permission of tier 1', ['--permit', 'BIND-001=why not'], 'BIND-001'],
    ['an expectation without reason', ['--expect-fail', 'P1/ROUTE/BV-001'], 'why it is expected'],
    ['a folder that is a file', ['BIND/BV-001', '--out', '/dev/null/x'], '/dev/null'],
    ['an option that does not exist', ['--fast'], '--fast'],
  ] as const) {
    it(`says what is wrong with ${what}, and exits 2`, async () => {
      const { status, stdout, stderr } = await run(...args);
      expect(status, stderr).to.equal(2);
      expect(stderr + stdout).to.include(says);
      expect(stderr).not.to.match(/^\s+at .*:\d+:\d+/m);
    });
  }

  it('leaves a report when it is interrupted', async () => {
    const json = join(folder.path, 'report.json');
    const { child, ended, says } = startCli(['run', '--out', join(folder.path, 'out'), '--reporter', `json=${json}`]);
    await says(/^pass /m);
    child.kill('SIGINT');
    const { status, stdout } = await ended;
    expect(status).to.equal(3);
    expect(stdout).to.include('ended before its end: ended by SIGINT');
    const { summary, interrupted } = JSON.parse(readFileSync(json, 'utf8')) as RunJson;
    expect(interrupted).to.equal('ended by SIGINT');
    expect(summary.verdicts['not-run']).to.be.greaterThan(0);
    expect(summary.verdicts.error).to.equal(0);
  });
});

function caseOf({ cases }: RunJson, id: string): CaseResult {
  const found = cases.find((each) => each.id === id);
  if (found === undefined) throw new Error(`${id} is not in the report`);
  return found;
}

/** What the initiator of the first connection sent. */
async function sent(file: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const event of (await openConversation(file)).events()) {
    if (event.kind === 'data' && event.connection === 0 && event.direction === 'i2r') parts.push(event.octets);
  }
  return Buffer.concat(parts);
}
