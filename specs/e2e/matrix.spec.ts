import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { modes } from '../../harness/stack/mode.js';
import type { MatrixResult } from '../../harness/verdict/matrix.js';
import { runCli, temporaryFolder } from './support/cli.js';

describe('p1spec matrix', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  after(() => folder.remove());

  for (const mode of modes) {
    it(`shows both Exchange presets against both peers in mode ${mode}`, async () => {
      const out = join(folder.path, mode);
      const { status, stdout, stderr } = await runCli(['matrix', '--json', '--mode', mode, '--out', out]);
      expect(status, stderr).to.equal(0);
      const result = JSON.parse(stdout) as MatrixResult;
      expect(result.mode).to.equal(mode);
      judge(result);
    });
  }

  function judge({ cells }: MatrixResult): void {
    const of = (exchange: string, peer: string) =>
      cells.find((cell) => cell.exchange === exchange && cell.peer === peer);
    const leaking = of('exchange-2003-sp2', 'refuse-after-routing-packet');
    expect(leaking).to.deep.include({ verdict: 'fail', inbound: { arrived: 2, submitted: 2 } });
    expect(leaking?.queue).to.include({ drained: false, out: 0 });
    expect(leaking?.rules).to.include.members(['BIND-001', 'BODY-003']);
    const tolerated = of('exchange-2003-sp2', 'tolerant');
    expect(tolerated?.leaks).to.equal(leaking?.leaks);
    expect(tolerated?.queue).to.include({ drained: true, out: 3, length: 0 });
    for (const peer of ['tolerant', 'refuse-after-routing-packet']) {
      const mended = of('exchange-2003-kb916986', peer);
      expect(mended).to.deep.include({ verdict: 'pass', leaks: 0, inbound: { arrived: 2, submitted: 2 } });
      expect(mended?.queue.drained).to.equal(true);
    }
    for (const { transcript } of cells) expect(existsSync(transcript ?? '')).to.equal(true);
  }

  it('is a table for people, progress apart', async () => {
    const { status, stdout, stderr } = await runCli([
      'matrix',
      '--mode',
      'x410-1988',
      '--out',
      join(folder.path, 'table'),
    ]);
    expect(status).to.equal(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).to.equal('mode x410-1988');
    expect(lines[1]).to.match(/^Exchange +peer/);
    expect(lines.filter((line) => /clean +drains +arrives/.test(line))).to.have.lengthOf(2);
    expect(lines.filter((line) => /leaks \d+ .* blocks \(0 of 3 out\) +arrives/.test(line))).to.have.lengthOf(1);
    expect(stderr.trimEnd().split('\n')).to.have.lengthOf(4);
  });
});
