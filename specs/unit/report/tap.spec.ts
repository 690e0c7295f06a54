import { expect } from 'chai';
import fc from 'fast-check';
import { tapText } from '../../../harness/report/tap.js';
import { caseResult, failed, finding, runResult } from '../../support/results.js';
import { parseTap, type TapPoint } from '../../support/tap.js';

function points(...cases: Parameters<typeof caseResult>[0][]): readonly TapPoint[] {
  return parseTap(tapText(runResult({ cases: cases.map(caseResult) }))).points;
}

describe('the TAP report', () => {
  it('has a test point for every case, and one for a sanity conversation that failed', () => {
    const sanity = [
      { group: 'ROUTE', when: 'before', verdict: 'pass' },
      { group: 'ROUTE', when: 'after', verdict: 'inconclusive', reason: 'silent' },
    ] as const;
    const { plan, points } = parseTap(tapText(runResult({ cases: [caseResult(), failed()], sanity })));
    expect(plan).to.equal(3);
    expect(points.map(({ ok, description }) => [ok, description.slice(0, 20)])).to.deep.equal([
      [true, 'P1/ROUTE/BV-001 The '],
      [false, 'P1/ROUTE/BV-001 The '],
      [false, 'sanity after ROUTE'],
    ]);
    expect(points[2]?.diagnosis).to.deep.equal({ verdict: 'inconclusive', reason: 'silent' });
  });

  for (const [verdict, ok, kind] of [
    ['pass', true, undefined],
    ['fail', false, undefined],
    ['inconclusive', false, undefined],
    ['not-run', false, undefined],
    ['error', false, undefined],
    ['not-applicable', true, 'SKIP'],
  ] as const) {
    it(`tells ${verdict}`, () => {
      const [point] = points({ verdict, reason: 'because' });
      expect([point?.ok, point?.directive?.kind]).to.deep.equal([ok, kind]);
      expect(point?.diagnosis).to.deep.include({ verdict, reason: 'because' });
      if (kind !== undefined) expect(point?.directive?.reason).to.equal('not-applicable: because');
    });
  }

  it('makes an expected failure a TODO, and nothing else of the list', () => {
    const expectedFailure = { reason: 'ticket #7' };
    const [borne, unexpected, other] = points(
      failed({ expectedFailure }),
      { expectedFailure },
      { verdict: 'inconclusive', reason: 'silent', expectedFailure },
    );
    expect(borne).to.deep.include({
      ok: false,
      directive: { kind: 'TODO', reason: 'expected failure: ticket #7' },
    });
    expect([unexpected?.ok, unexpected?.directive]).to.deep.equal([false, undefined]);
    expect(unexpected?.diagnosis).to.deep.include({ verdict: 'pass', standing: 'unexpected-pass' });
    expect([other?.ok, other?.directive]).to.deep.equal([false, undefined]);
  });

  it('tells of a failure what it rests on, and of a finding that it is permitted', () => {
    const permitted = { ...finding, rule: 'ENV-007', tier: 2, permitted: 'agreed in May' } as const;
    const [point] = points(failed({ findings: [finding, permitted] }));
    const { context: _, ...place } = finding;
    expect(point?.diagnosis).to.deep.include({
      clause: 'X.411 MTABindArgument',
      strength: 'shall',
      expected: 'nothing foreign',
      findings: [place],
      transcripts: ['p1spec-out/P1-ROUTE-BV-001.ndjson'],
    });
    expect(point?.diagnosis).to.have.nested.property('permitted[0].permitted', 'agreed in May');
  });

  it('prints permissions, expected failures and why it ended early', () => {
    const { comments } = parseTap(
      tapText(
        runResult({
          permissions: [{ rule: 'ENV-007', match: '1.2.3', reason: 'agreed' }],
          expectedFailures: [{ id: 'P1/ROUTE/BV-001', reason: 'ticket 7' }],
          interrupted: 'SIGINT',
        }),
      ),
    );
    expect(comments).to.include.members([
      'permitted: ENV-007:1.2.3: agreed',
      'expected to fail: P1/ROUTE/BV-001: ticket 7',
      'ended before its end: SIGINT',
    ]);
  });

  it('is the same for the same result, and gives every text back', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, (reason, message) => {
        const result = runResult({ cases: [failed({ reason, failing: [{ ...finding, message }] })] });
        expect(tapText(result)).to.equal(tapText(result));
        const [point] = parseTap(tapText(result)).points;
        expect(point?.diagnosis).to.have.property('reason', reason);
        expect(point?.diagnosis).to.have.nested.property('findings[0].message', message);
      }),
      { numRuns: 50 },
    );
    const [lone] = points(failed({ reason: 'a\ud800b\\ud800' }));
    expect(lone?.diagnosis).to.have.property('reason', 'a\ufffdb\\ud800');
  });
});
