import { expect } from 'chai';
import { ConsoleReporter } from '../../../harness/report/console.js';
import type { RunResult } from '../../../harness/verdict/results.js';
import { caseResult, failed, finding, runResult } from '../../support/results.js';

function report(result: RunResult, color = false): string {
  const parts: string[] = [];
  const reporter = new ConsoleReporter({ color, write: (part) => void parts.push(part) });
  reporter.runStarted(result, result.cases);
  for (const each of result.cases) reporter.caseEnded(each);
  reporter.runEnded(result);
  return parts.join('');
}

describe('the console report', () => {
  it('has a line for each case and one for all', () => {
    const text = report(runResult({ cases: [caseResult(), caseResult({ id: 'P1/ROUTE/BV-002' })] }));
    expect(text).to.match(/^pass +P1\/ROUTE\/BV-001 /m);
    expect(text).to.match(/^2 cases: 2 pass \(1\.2 s\)$/m);
  });

  it('shows requirement, expected, actual, place, octets, path and the way to see it again', () => {
    const text = report(runResult({ cases: [failed()] }));
    for (const part of [
      'Requirement: No proprietary routing data',
      'Expected:    nothing foreign',
      'Actual:      1 finding: BIND-001 at 20',
      'tier 1  BIND-001  The MTA-bind argument',
      'MTABindArgument.authenticated: ',
      'connection 0, initiator to responder, offset 20, 4 octets  (X.411 MTABindArgument)',
      'transcript:  p1spec-out/P1-ROUTE-BV-001.ndjson',
      'reproduce:   npx p1spec run P1/ROUTE/BV-001 --target exchange-2003-sp2',
    ]) {
      expect(text).to.include(part);
    }
    const lines = text.split('\n');
    const octets = lines.findIndex((line) => line.includes('00 01 02 03 85 02 ca fe 04 05'));
    const marks = lines[octets + 1] as string;
    expect(marks.indexOf('^')).to.equal((lines[octets] as string).indexOf('85'));
    expect(marks.trim()).to.have.lengthOf('85 02 ca fe'.length);
  });

  it('lets nothing from the wire reach the terminal', () => {
    const hostile = '\u001b]0;owned\u0007\r\nfoo';
    const text = report(
      runResult({
        cases: [
          failed({ reason: hostile, actual: hostile, failing: [{ ...finding, path: hostile, message: hostile }] }),
        ],
        interrupted: hostile,
      }),
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(text).not.to.match(/[\x00-\x09\x0b-\x1f]/);
  });

  it('has colours only where they are understood', () => {
    expect(report(runResult(), false)).not.to.include('\u001b[');
    expect(report(runResult(), true)).to.include('\u001b[32m');
  });

  it('tells of permissions, expected failures and unexpected passes', () => {
    const text = report(
      runResult({
        permissions: [{ rule: 'ENV-007', reason: 'agreed' }],
        cases: [
          failed({ expectedFailure: { reason: 'ticket 7' } }),
          caseResult({ id: 'P1/ROUTE/BV-002', expectedFailure: { reason: 'ticket 8' } }),
        ],
      }),
    );
    expect(text).to.include('permitted: ENV-007: agreed');
    expect(text).to.include('expected failure: P1/ROUTE/BV-001: ticket 7');
    expect(text).to.match(/^unexpected pass +P1\/ROUTE\/BV-002/m);
    expect(text).to.include('passed, but was expected to fail: ticket 8');
  });

  it('says why a case has no verdict', () => {
    const cases = [caseResult({ verdict: 'inconclusive', reason: 'the peer was never called' })];
    expect(report(runResult({ cases }))).to.match(/^inconclusive .*the peer was never called/m);
  });
});
