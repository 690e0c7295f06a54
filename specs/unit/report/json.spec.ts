import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { FanOut, parseReporter } from '../../../harness/report/fan-out.js';
import { JsonReporter } from '../../../harness/report/json.js';
import { caseResult, failed, runResult } from '../../support/results.js';

function collector() {
  const parts: string[] = [];
  return { color: false, write: (text: string) => void parts.push(text), text: () => parts.join('') };
}

describe('the JSON report', () => {
  it('holds all of the run, with a summary', () => {
    const sink = collector();
    const cases = [
      caseResult({ modes: ['normal'] }),
      failed({ id: 'P1/ROUTE/BV-002', expectedFailure: { reason: 'known' } }),
    ];
    new JsonReporter(sink).runEnded(runResult({ cases }));
    const json = JSON.parse(sink.text());
    expect(json).to.include({ tool: 'p1spec', target: 'exchange-2003-sp2', mode: 'normal' });
    expect(json.summary).to.deep.equal({
      cases: 2,
      verdicts: { pass: 1, fail: 1, inconclusive: 0, 'not-applicable': 0, 'not-run': 0, error: 0 },
      expectedFailures: 1,
      unexpectedPasses: 0,
      exitCode: 0,
    });
    expect(json.cases[0].modes).to.deep.equal(['normal']);
    expect(json.cases[1]).not.to.have.property('modes');
    expect(json.cases[1]).to.deep.include({ standing: 'expected-failure', verdict: 'fail' });
    expect(json.cases[1].failing[0]).to.include({ rule: 'BIND-001', offset: 20, direction: 'i2r' });
  });
});

describe('several reporters at once', () => {
  it('are read from the command line', () => {
    expect(parseReporter('json')).to.deep.equal({ name: 'json' });
    expect(parseReporter('junit=a=b.xml')).to.deep.equal({ name: 'junit', file: 'a=b.xml' });
    for (const text of ['nunit', 'json=', '', '=x']) {
      expect(() => parseReporter(text))
        .to.throw()
        .with.property('code', 'ERR_REPORTER');
    }
  });

  it('leave stdout to one of them, and progress to stderr', async () => {
    const stdout = collector();
    const stderr = collector();
    const result = runResult();
    const fan = new FanOut([{ name: 'json' }], { stdout, stderr });
    fan.runStarted(result, result.cases);
    for (const each of result.cases) fan.caseEnded(each);
    await fan.runEnded(result);
    expect(JSON.parse(stdout.text()).cases).to.have.lengthOf(1);
    expect(stderr.text()).to.equal('p1spec: 1/1 pass P1/ROUTE/BV-001\n');
    const both = () => new FanOut([{ name: 'json' }, { name: 'junit' }], { stdout, stderr });
    expect(both).to.throw('cannot share stdout').with.property('code', 'ERR_REPORTER');
  });

  it('write files beside the console, in folders that they make', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'p1spec-'));
    const file = join(folder, 'deep', 'report.xml');
    const stdout = collector();
    try {
      const fan = new FanOut([{ name: 'junit', file }], { stdout, stderr: collector() });
      expect(existsSync(file)).to.equal(true);
      fan.runStarted(runResult(), []);
      await fan.runEnded(runResult());
      expect(readFileSync(file, 'utf8')).to.include('<testsuites');
      expect(stdout.text()).to.include('1 case: 1 pass');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('leave an older report as it was where the run never starts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'p1spec-'));
    const [old, fresh] = [join(folder, 'old.json'), join(folder, 'fresh.json')];
    const sinks = { stdout: collector(), stderr: collector() };
    try {
      writeFileSync(old, 'older');
      const fan = new FanOut(
        [old, fresh].map((file) => ({ name: 'json', file }) as const),
        sinks,
      );
      fan.close();
      expect(readFileSync(old, 'utf8')).to.equal('older');
      expect(existsSync(fresh)).to.equal(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('write to a device as it is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'p1spec-'));
    try {
      const file = join(folder, 'device');
      symlinkSync('/dev/null', file);
      const fan = new FanOut([{ name: 'json', file }], { stdout: collector(), stderr: collector() });
      fan.runStarted(runResult(), []);
      await fan.runEnded(runResult());
      expect(existsSync(file)).to.equal(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('say at once where a report cannot be written', () => {
    const sinks = { stdout: collector(), stderr: collector() };
    expect(() => new FanOut([{ name: 'json', file: '/dev/null/report.json' }], sinks))
      .to.throw('/dev/null/report.json')
      .with.property('code', 'ERR_FILE_UNWRITABLE');
  });
});
