import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCli, temporaryFolder } from './support/cli.js';

const FIXTURES = new URL('../../fixtures/transcripts/', import.meta.url).pathname;
const SP2 = join(FIXTURES, 'exchange-2003-sp2--tolerant.ndjson');
const HOTFIX = join(FIXTURES, 'exchange-2003-kb916986--tolerant.ndjson');

describe('p1spec diff', () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  it('says that a recording says the same as itself', async () => {
    const { status, stdout } = await runCli(['diff', SP2, SP2]);
    expect([status, stdout]).to.deep.equal([0, `${SP2} and ${SP2} say the same\n`]);
  });

  it('tells what a hotfix sends no more, each value under its path', async () => {
    const { status, stdout } = await runCli(['diff', SP2, HOTFIX]);
    expect(status).to.equal(1);
    expect(stdout)
      .to.include('connection 0 → unit 1, CONNECT: MTABindArgument.authenticated[5]')
      .and.to.match(/message\n {2}expected {2}"message L=EXCH1-/)
      .and.to.match(/differ: \d+ differences\n$/);
  });

  it('lets vary what a file of rules says, and gives JSON', async () => {
    const rules = join(folder.path, 'ours.yaml');
    writeFileSync(rules, 'rules:\n  - { id: marker, path: "**.authenticated[5]", how: ignore, reason: known }\n');
    const { status, stdout } = await runCli(['diff', SP2, HOTFIX, '--rules', rules, '--json']);
    expect(status).to.equal(1);
    const { verdict, differences } = JSON.parse(stdout) as { verdict: string; differences: { kind: string }[] };
    expect(verdict).to.equal('different');
    expect(new Set(differences.map(({ kind }) => kind))).to.deep.equal(new Set(['missing']));
  });

  it('cannot read what is not there', async () => {
    const { status, stdout, stderr } = await runCli(['diff', SP2, join(folder.path, 'none.ndjson')]);
    expect([status, stdout]).to.deep.equal([2, '']);
    expect(stderr).to.include('[ERR_FILE_MISSING]');
  });
});
