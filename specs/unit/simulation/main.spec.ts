import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { collectFindings } from '../../../harness/rules/conversation.js';
import { openConversation } from '../../../harness/transcript/open.js';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

describe('npm run simulate', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'p1spec-simulate-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => {
    const command = ['--import', 'tsx', 'simulation/main.ts', '--out', folder, ...args];
    return spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' });
  };

  it('exits 0 where all seeds pass, and says how many', () => {
    const { status, stdout } = run('--seeds', '3', '--from', '5', '--modes', 'normal,x410-1988', '--jobs', '2');
    expect(status, stdout).to.equal(0);
    expect(stdout).to.include('3 seeds from 5 on in normal, x410-1988');
    expect(stdout).to.include('3 passed, 0 failed');
  });

  it('shows the plan of one seed, and the same digest each time', () => {
    const runs = [run('--seed', '7'), run('--seed', '7')];
    expect(runs.map(({ status }) => status)).to.deep.equal([0, 0]);
    expect(runs[0]?.stdout).to.match(/^seed 7: .*\nlink A-B: /);
    expect(runs[0]?.stdout).to.match(/\ndigest [0-9a-f]{64}\n$/);
    expect(runs[0]?.stdout).to.equal(runs[1]?.stdout);
  });

  it('exits 1 where one fails, with what was wrong, its transcript and how to see it again', async () => {
    const { status, stdout } = run('--seeds', '1', '--broken', 'delivers-twice');
    expect(status, stdout).to.equal(1);
    expect(stdout).to.match(/^seed 1 FAILED\n {2}[\d.]+ s .* came 2 times, was transferred 1 times/);
    expect(stdout).to.include('CN   CONNECT');
    expect(stdout).to.include('npm run simulate -- --seed 1 --broken delivers-twice');
    const { findings, summary } = await collectFindings(
      (await openConversation(join(folder, 'seed-1.ndjson'))).events(),
    );
    expect(summary.apdus).to.be.greaterThan(0);
    expect(findings.filter(({ tier }) => tier === 1)).to.deep.equal([]);
  });

  it('exits 2 where it is asked for what there is not', () => {
    for (const args of [
      ['--modes', 'x400'],
      ['--seeds', 'many'],
      ['--broken', 'nothing'],
    ]) {
      const { status, stderr } = run(...args);
      expect(status, args.join(' ')).to.equal(2);
      expect(stderr).to.include('npm run simulate --');
    }
  });
});
