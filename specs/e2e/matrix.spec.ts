import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Expectation, ReactionOutcome, Stimulus } from '../../harness/mta/expectation.js';
import type { Preset } from '../../harness/mta/preset.js';
import { presets } from '../../harness/mta/presets/index.js';
import type { Mode } from '../../harness/stack/mode.js';
import { modes } from '../../harness/stack/mode.js';
import type { MatrixCell, MatrixResult } from '../../harness/verdict/matrix.js';
import { runCli, temporaryFolder } from './support/cli.js';

/** What an Exchange does to its peer, where a rule finds something in it. */
const stimulusOf: Readonly<Record<string, Stimulus>> = {
  'BIND-001': 'marked bind',
  'BODY-003': 'routing packet',
  'ENV-010': 'bilateral information',
};
const blocking: readonly (ReactionOutcome | undefined)[] = ['bind refused', 'aborted', 'closed'];

/** What two presets say of themselves, put together. */
function expectedCell({ emits }: Expectation, peer: Preset, mode: Mode): { rules: string[]; drains: boolean } {
  const whens: readonly string[] = peer.name === 'echo' ? ['always', 'echoed'] : ['always'];
  const sent = emits
    .filter(({ when, modes: own }) => whens.includes(when) && (own?.includes(mode) ?? true))
    .map(({ rule }) => rule);
  const outcome = (stimulus: Stimulus | undefined) =>
    peer.expectation.reacts.find(({ to, modes: own }) => to === stimulus && (own?.includes(mode) ?? true))?.outcome;
  const met = sent.map((rule) => outcome(stimulusOf[rule]));
  const bound = !met.includes('bind refused');
  return {
    rules: sent.filter((rule) => bound || rule.startsWith('BIND-')).sort(),
    drains: ![outcome('message'), ...met].some((each) => blocking.includes(each)),
  };
}

describe('p1spec matrix', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  after(() => folder.remove());

  for (const mode of modes) {
    it(`shows what the presets say of themselves, each Exchange against each peer, in mode ${mode}`, async () => {
      const out = join(folder.path, mode);
      const { status, stdout, stderr } = await runCli(['matrix', '--json', '--mode', mode, '--out', out]);
      expect(status, stderr).to.equal(0);
      const result = JSON.parse(stdout) as MatrixResult;
      expect(result.mode).to.equal(mode);
      judge(result);
    });
  }

  function judge({ cells, mode }: MatrixResult): void {
    const pairs = presets
      .filter(({ family }) => family === 'exchange')
      .flatMap((exchange) =>
        presets.filter(({ family }) => family === 'third-party').map((peer) => ({ exchange, peer })),
      );
    expect(cells.map(({ exchange, peer }) => [exchange, peer])).to.deep.equal(
      pairs.map(({ exchange, peer }) => [exchange.name, peer.name]),
    );
    for (const [i, { exchange, peer }] of pairs.entries()) {
      const { verdict, rules, queue, inbound, transcript } = cells[i] as MatrixCell;
      const due = expectedCell(exchange.expectation, peer, mode);
      const what = `${exchange.name} and ${peer.name}`;
      expect(rules, what).to.deep.equal(due.rules);
      expect(queue.drained, what).to.equal(due.drains);
      expect([queue.out, queue.length], what).to.deep.equal(due.drains ? [3, 0] : [0, queue.length]);
      expect(inbound, what).to.deep.equal({ arrived: 2, submitted: 2 });
      expect(verdict, what).to.equal(due.rules.length === 0 && due.drains ? 'pass' : 'fail');
      expect(existsSync(transcript ?? ''), what).to.equal(true);
    }
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
    expect(lines.slice(2)).to.have.lengthOf(65);
    expect(lines.find((line) => /^exchange-2003-kb916986 +tolerant/.test(line))).to.match(/clean +drains +arrives/);
    const blocked = lines.find((line) => /^exchange-2003-sp2 +refuse-after-routing-packet/.test(line));
    expect(blocked).to.match(/leaks 4 .* blocks \(0 of 3 out\) +arrives/);
    expect(stderr.trimEnd().split('\n')).to.have.lengthOf(65);
  });
});
