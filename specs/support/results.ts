import type { CaseFinding, CaseResult, RunResult } from '../../harness/verdict/results.js';

/** A result made by hand, for reporters. */
export function caseResult(fields: Partial<CaseResult> = {}): CaseResult {
  const { id = 'P1/ROUTE/BV-001' } = fields;
  return {
    id,
    group: id.split('/')[1] ?? '',
    purpose: 'The bind argument holds only what X.411 defines',
    clause: 'X.411 MTABindArgument',
    role: 'initiator',
    strength: 'shall',
    verdict: 'pass',
    duration: 12,
    failing: [],
    findings: [],
    transcripts: ['p1spec-out/P1-ROUTE-BV-001.ndjson'],
    reproduce: `npx p1spec run ${id} --target exchange-2003-sp2`,
    ...fields,
  };
}

export const finding: CaseFinding = {
  rule: 'BIND-001',
  tier: 1,
  path: 'MTABindArgument.authenticated',
  layer: 'p1',
  connection: 0,
  direction: 'i2r',
  offset: 20,
  length: 4,
  message: 'element [5] that X.411 does not define',
  clause: 'X.411 MTABindArgument',
  context: { offset: 16, octets: '000102038502cafe0405' },
};

export function failed(fields: Partial<CaseResult> = {}): CaseResult {
  return caseResult({
    verdict: 'fail',
    reason: '1 finding',
    requirement: 'No proprietary routing data',
    expected: 'nothing foreign',
    actual: '1 finding: BIND-001 at 20',
    failing: [finding],
    findings: [finding],
    ...fields,
  });
}

export function runResult(fields: Partial<RunResult> = {}): RunResult {
  return {
    tool: 'p1spec',
    version: '0.1.0',
    target: 'exchange-2003-sp2',
    mode: 'normal',
    startedAt: '2026-01-02T03:04:05.678Z',
    duration: 1234,
    permissions: [],
    expectedFailures: [],
    sanity: [],
    cases: [caseResult()],
    ...fields,
  };
}
