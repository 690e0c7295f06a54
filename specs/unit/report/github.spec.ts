import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { FanOut } from '../../../harness/report/fan-out.js';
import { githubAnnotations } from '../../../harness/report/github.js';
import { githubSummary } from '../../../harness/report/github-summary.js';
import type { RunResult } from '../../../harness/verdict/results.js';
import { caseResult, failed, runResult } from '../../support/results.js';
import { workflowCommands } from '../../support/workflow-commands.js';

function collector() {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  return { color: false, write, text: () => text };
}

describe('annotations for GitHub', () => {
  it('tell what somebody has to look at, the worst first', () => {
    const expectedFailure = { reason: 'ticket 7' };
    const sanity = [{ group: 'ROUTE', when: 'after', verdict: 'inconclusive', reason: 'silent' }] as const;
    const commands = workflowCommands(
      githubAnnotations(
        runResult({
          sanity,
          interrupted: 'SIGINT',
          cases: [
            caseResult(),
            caseResult({ id: 'P1/A/BV-001', verdict: 'inconclusive', reason: 'no answer' }),
            caseResult({ id: 'P1/A/BV-002', verdict: 'not-applicable', reason: 'no probes' }),
            caseResult({ id: 'P1/A/BV-003', verdict: 'error', reason: 'ours' }),
            failed({ id: 'P1/A/BV-004' }),
            failed({ id: 'P1/A/BV-005', expectedFailure }),
            caseResult({ id: 'P1/A/BV-006', expectedFailure }),
            caseResult({ id: 'P1/A/BV-007', verdict: 'not-run', reason: 'ended' }),
          ],
        }),
      ),
    );
    expect(commands.map(({ name, properties }) => `${name} ${properties.title}`)).to.deep.equal([
      'error P1/A/BV-003 error',
      'error P1/A/BV-004 fail',
      'error P1/A/BV-006 unexpected pass',
      'warning P1/A/BV-001 inconclusive',
      'warning P1/A/BV-007 not-run',
      'warning sanity after ROUTE: inconclusive',
      'warning p1spec',
      'notice P1/A/BV-005 expected failure',
      'notice p1spec',
    ]);
    expect(commands[1]?.message.split('\n')).to.deep.equal([
      'The bind argument holds only what X.411 defines (X.411 MTABindArgument, shall)',
      '1 finding',
      'BIND-001 MTABindArgument.authenticated: element [5] that X.411 does not define (connection 0, i2r, offset 20)',
      'reproduce: npx p1spec run P1/A/BV-004 --target exchange-2003-sp2',
    ]);
  });

  it('keep per cent, colon and comma as they are', () => {
    const [command] = workflowCommands(
      githubAnnotations(runResult({ cases: [failed({ id: 'P1/a:b,c%0A/BV-001', reason: '100%0A::error::x' })] })),
    );
    expect(command?.properties.title).to.equal('P1/a:b,c%0A/BV-001 fail');
    expect(command?.message).to.include('\n100%0A::error::x\n');
  });
});

describe('the summary for GitHub', () => {
  it('counts by group, and shows failures with their octets', () => {
    const markdown = githubSummary(
      runResult({
        permissions: [{ rule: 'ENV-007', reason: 'agreed' }],
        expectedFailures: [{ id: 'P1/ROUTE/BV-002', reason: 'ticket 7' }],
        cases: [
          caseResult({ id: 'P1/BIND/BV-001' }),
          failed(),
          failed({ id: 'P1/ROUTE/BV-002', expectedFailure: { reason: 'ticket 7' } }),
        ],
      }),
    );
    expect(markdown).to.match(/^## p1spec: failed\n/);
    expect(markdown).to.match(/^\| BIND \| {2}\| {2}\| {2}\| {2}\| 1 \| {2}\|$/m);
    expect(markdown).to.match(/^\| ROUTE \| {2}\| 2 \|/m);
    expect(markdown).to.include('### Permitted\n\n- ENV\\-007\\: agreed');
    expect(markdown).to.include('ticket 7 \\(expected failure\\)');
    expect(markdown.match(/<details>/g)).to.have.lengthOf(1);
    expect(markdown).to.include('^^^^');
  });

  it('stays below what GitHub takes, and says what is missing', () => {
    const cases = Array.from({ length: 400 }, (_, i) =>
      failed({ id: `P1/ROUTE/BV-${String(i).padStart(3, '0')}`, actual: 'x'.repeat(5000) }),
    );
    const markdown = githubSummary(runResult({ cases }));
    expect(Buffer.byteLength(markdown)).to.be.lessThan(1024 * 1024);
    const shown = markdown.match(/<details>/g)?.length ?? 0;
    expect(shown).to.be.greaterThan(10);
    expect(markdown).to.include(`${400 - shown} more are left out`);
  });
});

describe('the github reporter among others', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'p1spec-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function told(result: RunResult, fan: FanOut): Promise<void> {
    fan.runStarted(result, result.cases);
    for (const each of result.cases) fan.caseEnded(each);
    await fan.runEnded(result);
  }

  it('shares stdout with the console, none of whose lines is a command', async () => {
    const stdout = collector();
    const result = runResult({ cases: [failed({ actual: 'a\n::error::forged\n##[add-mask]x' })] });
    expect(workflowCommandsOf('a\n::error::forged\n##[add-mask]x')).to.deep.equal(['error', 'add-mask']);
    await told(result, new FanOut([{ name: 'github' }], { stdout, stderr: collector(), folder, token: 'none-knows' }));
    expect(stdout.text()).to.include('forged').and.include('1 case: 1 fail');
    expect(workflowCommandsOf(stdout.text())).to.deep.equal(['error', 'notice']);
  });

  it('has stderr where stdout is another’s, and appends its summary', async () => {
    const [stdout, stderr] = [collector(), collector()];
    const stepSummary = join(folder, 'summary.md');
    writeFileSync(stepSummary, 'before\n');
    const around = { stdout, stderr, folder, stepSummary };
    await told(runResult(), new FanOut([{ name: 'github' }, { name: 'json' }], around));
    expect(JSON.parse(stdout.text())).to.have.property('tool', 'p1spec');
    expect(workflowCommandsOf(stderr.text())).to.deep.equal(['notice']);
    expect(readFileSync(stepSummary, 'utf8')).to.match(/^before\n## p1spec: passed\n/);
  });

  it('writes its summary into a file that is named, in place of GitHub’s', async () => {
    const stepSummary = join(folder, 'summary.md');
    const file = join(folder, 'own.md');
    const around = { stdout: collector(), stderr: collector(), folder, stepSummary };
    await told(runResult(), new FanOut([{ name: 'github', file }], around));
    expect(readFileSync(file, 'utf8')).to.match(/^## p1spec: passed\n/);
    expect(() => readFileSync(stepSummary)).to.throw();
  });

  it('lets commands through again where the run breaks off', () => {
    const stdout = collector();
    const fan = new FanOut([{ name: 'github' }], { stdout, stderr: collector(), folder });
    fan.runStarted(runResult(), []);
    expect(() => workflowCommands(stdout.text())).to.throw('commands stay off');
    fan.close();
    fan.close();
    expect(workflowCommands(stdout.text())).to.deep.equal([]);
  });

  it('keeps no other reporter from its report where one fails', async () => {
    const file = join(folder, 'run.json');
    const broken = {
      color: false,
      write: () => {
        throw new Error('no room');
      },
    };
    const fan = new FanOut([{ name: 'tap' }, { name: 'json', file }], { stdout: broken, stderr: collector(), folder });
    const result = runResult();
    fan.runStarted(result, result.cases);
    let thrown: unknown;
    await fan.runEnded(result).catch((error: unknown) => {
      thrown = error;
    });
    expect(thrown).to.have.property('message', 'no room');
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.have.property('tool', 'p1spec');
  });
});

function workflowCommandsOf(log: string): string[] {
  return workflowCommands(log).map(({ name }) => name);
}
