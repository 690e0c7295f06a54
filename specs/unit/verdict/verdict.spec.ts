import { expect } from 'chai';
import fc from 'fast-check';
import { countsAs, parseExpectedFailure, runExitCode } from '../../../harness/verdict/expected-failures.js';
import { exitCode, type Verdict, verdicts, worse, worst } from '../../../harness/verdict/verdict.js';
import { caseResult } from '../../support/results.js';

describe('verdicts', () => {
  const any = fc.constantFrom(...verdicts);

  it('never get better', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect([a, b]).to.include(worse(a, b));
        expect(verdicts.indexOf(worse(a, b))).to.be.at.least(Math.max(verdicts.indexOf(a), verdicts.indexOf(b)));
      }),
    );
  });

  it('of none are none', () => {
    expect(worst([])).to.equal(undefined);
  });

  for (const [given, code] of [
    [['pass'], 0],
    [['pass', 'not-applicable'], 0],
    [['not-applicable'], 0],
    [['pass', 'inconclusive'], 3],
    [['pass', 'not-run'], 3],
    [['not-run', 'fail', 'inconclusive'], 1],
    [['fail', 'error', 'pass'], 2],
    [[], 2],
  ] as const) {
    it(`make exit code ${code} of ${given.join(', ') || 'nothing'}`, () => {
      expect(exitCode([...given])).to.equal(code);
    });
  }

  it('have the same exit code in whatever order the cases ran', () => {
    fc.assert(
      fc.property(fc.array(any, { minLength: 1 }), (all) => {
        expect(exitCode(all)).to.equal(exitCode([...all].reverse()));
      }),
    );
  });
});

describe('expected failures', () => {
  const expectedFailure = { reason: 'known' };

  for (const [verdict, counts] of [
    ['fail', 'pass'],
    ['pass', 'fail'],
    ['inconclusive', 'inconclusive'],
    ['not-run', 'not-run'],
    ['error', 'error'],
    ['not-applicable', 'not-applicable'],
  ] satisfies [Verdict, Verdict][]) {
    it(`count a ${verdict} as ${counts}`, () => {
      expect(countsAs({ verdict, expectedFailure })).to.equal(counts);
      expect(countsAs({ verdict })).to.equal(verdict);
    });
  }

  it('decide the exit code of a run', () => {
    const failed = caseResult({ verdict: 'fail' });
    expect(runExitCode({ cases: [failed], sanity: [] })).to.equal(1);
    expect(runExitCode({ cases: [{ ...failed, expectedFailure }], sanity: [] })).to.equal(0);
    expect(runExitCode({ cases: [caseResult({ verdict: 'pass', expectedFailure })], sanity: [] })).to.equal(1);
  });

  it('want a reason', () => {
    expect(parseExpectedFailure('P1/ROUTE/BV-001=ticket 7=8')).to.deep.equal({
      id: 'P1/ROUTE/BV-001',
      reason: 'ticket 7=8',
    });
    expect(() => parseExpectedFailure('P1/ROUTE/BV-001'))
      .to.throw()
      .with.property('code', 'ERR_EXPECTED_FAILURE');
    expect(() => parseExpectedFailure('P1/ROUTE/BV-001= '))
      .to.throw()
      .with.property('code', 'ERR_EXPECTED_FAILURE');
  });
});

describe('sanity conversations', () => {
  const passed = caseResult({ verdict: 'pass' });

  it('that failed leave a run inconclusive', () => {
    const sanity = [{ group: 'BIND', when: 'after', verdict: 'inconclusive' }] as const;
    expect(runExitCode({ cases: [passed], sanity: [...sanity] })).to.equal(3);
  });

  it('alone are no run', () => {
    expect(runExitCode({ cases: [], sanity: [{ group: 'BIND', when: 'before', verdict: 'pass' }] })).to.equal(2);
  });
});
