import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { presetNamed, presets } from '../../harness/mta/presets/index.js';
import { modes } from '../../harness/stack/mode.js';
import type { MatrixResult } from '../../harness/verdict/matrix.js';
import { expectedCell } from '../../harness/verdict/matrix-expected.js';
import { LONG_LEASH, runCli, startCli, temporaryFolder } from './support/cli.js';

const family = (name: string) => presets.filter((preset) => preset.family === name).map((preset) => preset.name);
/** For machines that do much else: it takes time only where something goes wrong. */
const PATIENT = ['--timeout-scale', '6'];

describe('p1spec matrix', function () {
  this.timeout(LONG_LEASH);
  const folder = temporaryFolder();
  after(() => folder.remove());
  const out = join(folder.path, 'all');

  it('shows what the presets say of themselves, each Exchange against each peer, in every mode', async () => {
    const { status, stdout, stderr } = await startCli(
      ['matrix', '--json', '--out', out, ...PATIENT],
      undefined,
      LONG_LEASH,
    ).ended;
    const { cells, ...result } = JSON.parse(stdout) as MatrixResult;
    expect(result.modes).to.deep.equal(modes);
    expect(cells.map(({ mode, exchange, peer }) => [mode, exchange, peer])).to.deep.equal(
      modes.flatMap((mode) =>
        family('exchange').flatMap((exchange) => family('third-party').map((peer) => [mode, exchange, peer])),
      ),
    );
    for (const { exchange, peer, mode, rules, queue, inbound, verdict, ...cell } of cells) {
      const due = expectedCell(presetNamed(exchange), presetNamed(peer), mode);
      const what = `${exchange} and ${peer}, ${mode}`;
      expect(rules, what).to.deep.equal(due.rules);
      expect(queue.drained, what).to.equal(due.drains);
      expect([queue.out, queue.length], what).to.deep.equal(due.drains ? [3, 0] : [0, queue.length]);
      expect(inbound, what).to.deep.equal({ arrived: 2, submitted: 2 });
      expect(verdict, what).to.equal(due.rules.length === 0 && due.drains ? 'pass' : 'fail');
      expect(cell.expected, what).to.deep.equal(due);
      expect(cell.asExpected, what).to.equal(true);
      expect(cell.transcript, what).to.equal(join(out, `matrix-${mode}-${exchange}-${peer}.ndjson`));
      expect(existsSync(cell.transcript ?? ''), what).to.equal(true);
    }
    expect(status).to.equal(0);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.filter((line) => /^p1spec: +\d+\/195 /.test(line))).to.have.lengthOf(195);
    expect(lines.at(-1)).to.equal(`p1spec: as a page: ${join(out, 'matrix.html')}`);
  });

  it('leaves a page behind whose links lead to the transcripts', () => {
    const page = join(out, 'matrix.html');
    const links = [...readFileSync(page, 'utf8').matchAll(/<a class="chips" href="([^"]+)"/g)].map(
      ([, href = '']) => href,
    );
    expect(links).to.have.lengthOf(195);
    for (const href of links) expect(existsSync(join(dirname(page), decodeURIComponent(href))), href).to.equal(true);
  });

  it('is a grid for people, of what they ask for', async () => {
    const page = join(folder.path, 'page.html');
    const chosen = ['--mode', 'x410-1988', '--exchange', 'exchange-2003-sp2', '--exchange', 'exchange-2003-kb916986'];
    const { status, stdout, stderr } = await runCli([
      'matrix',
      ...chosen,
      '--peer',
      'refuse-after-routing-packet',
      '--html',
      page,
      '--out',
      out,
      '--jobs',
      '1',
      ...PATIENT,
    ]);
    expect(status, stderr).to.equal(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).to.match(/^mode x410-1988 +2003-sp2 +2003-kb916986$/);
    expect(lines[1]).to.match(/^refuse-after- +4 leaks blocks +clean {3}drains$/);
    expect(lines.at(-1)).to.match(/^2 conversations in .* s: 1 clean, 1 leak; 1 drain, 1 block; all as the presets/);
    expect(stderr).to.match(/1\/2 .*\n.*2\/2 /);
    expect(readFileSync(page, 'utf8')).to.include('href="all/matrix-x410-1988-exchange-2003-sp2-refuse-after');
  });

  it('ends with what is there when it is interrupted', async () => {
    const running = startCli(['matrix', '--json', '--out', join(folder.path, 'cut')]);
    await running.says(/ 2\/195 /);
    running.child.kill('SIGINT');
    const { status, stdout } = await running.ended;
    const { cells, interrupted } = JSON.parse(stdout) as MatrixResult;
    expect(status).to.equal(3);
    expect(interrupted).to.equal('ended by SIGINT');
    expect(cells.length).to.be.within(2, 194);
    expect(readFileSync(join(folder.path, 'cut/matrix.html'), 'utf8')).to.include('Ended before its end');
  });

  it('refuses what it cannot do', async () => {
    const refused = async (...args: string[]) => {
      const { status, stdout, stderr } = await runCli(['matrix', '--out', join(folder.path, 'none'), ...args]);
      expect([status, stdout]).to.deep.equal([2, '']);
      return stderr;
    };
    expect(await refused('--mode', 'x400')).to.include('wants one of normal, x410-1988, x410-1984');
    expect(await refused('--jobs', '0')).to.include('1 or more');
    expect(await refused('--peer', 'lenient')).to.include('ERR_UNKNOWN_TARGET');
  });
});
