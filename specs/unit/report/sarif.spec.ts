import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { sarifLog } from '../../../harness/report/sarif.js';
import { catalogue } from '../../../harness/rules/catalogue.js';
import type { RunResult } from '../../../harness/verdict/results.js';
import { type JsonSchema, schemaErrors } from '../../support/json-schema.js';
import { caseResult, failed, finding, runResult } from '../../support/results.js';

interface SarifText {
  readonly text: string;
}

interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly kind: string;
  readonly level: string;
  readonly message: SarifText;
  readonly locations: readonly {
    readonly physicalLocation?: {
      readonly artifactLocation: { readonly uri: string; readonly uriBaseId: string; readonly index: number };
      readonly region?: { readonly byteOffset: number; readonly byteLength: number };
      readonly contextRegion?: { readonly byteOffset: number; readonly snippet: { readonly binary: string } };
    };
  }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions: readonly { readonly kind: string; readonly justification: string }[];
  readonly properties: Readonly<Record<string, unknown>>;
}

interface SarifRun {
  readonly tool: { readonly driver: { readonly version: string; readonly rules: readonly { readonly id: string }[] } };
  readonly automationDetails: { readonly id: string };
  readonly invocations: readonly {
    readonly executionSuccessful: boolean;
    readonly exitCode: number;
    readonly endTimeUtc: string;
    readonly toolExecutionNotifications: readonly { readonly level: string; readonly message: SarifText }[];
  }[];
  readonly artifacts: readonly { readonly location: { readonly uri: string } }[];
  readonly results: readonly SarifResult[];
}

/** The log as a program reads it, with what the standard demands of every part that refers to another. */
function runOf(result: RunResult): SarifRun {
  const log = JSON.parse(JSON.stringify(sarifLog(result, process.cwd()))) as { version: string; runs: SarifRun[] };
  expect(log.version).to.equal('2.1.0');
  const [run, ...more] = log.runs;
  if (run === undefined || more.length > 0) throw new Error('not one run');
  for (const { ruleId, ruleIndex, message, kind, level, locations } of run.results) {
    expect(run.tool.driver.rules[ruleIndex]?.id).to.equal(ruleId);
    expect(message.text).not.to.equal('');
    if (kind !== 'fail') expect(level).to.equal('none');
    for (const { physicalLocation } of locations) {
      const { uri, index } = physicalLocation?.artifactLocation ?? {};
      if (index !== undefined) expect(run.artifacts[index]?.location.uri).to.equal(uri);
    }
  }
  return run;
}

describe('the SARIF report', () => {
  it('has a result for each finding, with its place in the stream of its direction', () => {
    const { results } = runOf(runResult({ cases: [caseResult(), failed()] }));
    expect(results).to.have.lengthOf(1);
    const [result] = results;
    expect(result).to.deep.include({ ruleId: 'BIND-001', kind: 'fail', level: 'error', suppressions: [] });
    const { artifactLocation, region, contextRegion } = result?.locations[0]?.physicalLocation ?? {};
    expect(artifactLocation?.uri).to.equal('p1spec-out/P1-ROUTE-BV-001.ndjson');
    expect(region).to.deep.equal({ byteOffset: 20, byteLength: 4 });
    const snippet = Buffer.from(contextRegion?.snippet.binary ?? '', 'base64');
    expect(snippet.subarray(20 - (contextRegion?.byteOffset ?? 0)).toString('hex')).to.match(/^8502cafe/);
    expect(result?.properties).to.include({ case: 'P1/ROUTE/BV-001', direction: 'i2r', connection: 0 });
    expect(result?.properties.streamOffset).to.match(/direction/);
  });

  it('levels findings by their tier', () => {
    const findings = ([1, 2, 3] as const).map((tier) => ({ ...finding, tier, offset: tier }));
    const { results } = runOf(runResult({ cases: [caseResult({ findings })] }));
    expect(results.map(({ level }) => level)).to.deep.equal(['error', 'warning', 'note']);
  });

  it('has no context that does not hold all of the place', () => {
    const findings = [{ ...finding, length: 4000 }];
    const [result] = runOf(runResult({ cases: [caseResult({ findings })] })).results;
    expect(result?.locations[0]?.physicalLocation).to.have.property('region');
    expect(result?.locations[0]?.physicalLocation).not.to.have.property('contextRegion');
  });

  it('has a result of its own for a case that rests on no finding', () => {
    const verdicts = ['pass', 'fail', 'inconclusive', 'not-run', 'not-applicable', 'error'] as const;
    const { results, invocations } = runOf(
      runResult({
        cases: verdicts.map((verdict) => caseResult({ id: `P1/ROUTE/${verdict}`, verdict, reason: 'because' })),
      }),
    );
    expect(results.map(({ ruleId, kind, level }) => [ruleId.slice(9), kind, level])).to.deep.equal([
      ['fail', 'fail', 'error'],
      ['inconclusive', 'open', 'none'],
      ['not-run', 'open', 'none'],
    ]);
    expect(results[0]?.message.text).to.include('because');
    expect(invocations[0]?.exitCode).to.equal(2);
    expect(invocations[0]?.executionSuccessful).to.equal(false);
    expect(invocations[0]?.toolExecutionNotifications.map(({ message }) => message.text)).to.deep.equal([
      'P1/ROUTE/error: because',
    ]);
  });

  it('suppresses what is permitted and what was expected, with the reason', () => {
    const permitted = { ...finding, rule: 'ENV-007', tier: 2, permitted: 'agreed in May' } as const;
    const elsewhere = { ...finding, offset: 99 };
    const expectedFailure = { reason: 'ticket 7' };
    const { results } = runOf(
      runResult({
        cases: [
          failed({ findings: [finding, permitted, elsewhere], expectedFailure }),
          caseResult({ id: 'P1/ROUTE/BV-002', verdict: 'fail', reason: 'no answer', expectedFailure }),
          caseResult({ id: 'P1/ROUTE/BV-003', expectedFailure }),
        ],
      }),
    );
    expect(results.map(({ suppressions }) => suppressions[0]?.justification)).to.deep.equal([
      'expected failure: ticket 7',
      'permitted: agreed in May',
      undefined,
      'expected failure: ticket 7',
      undefined,
    ]);
    expect(results[4]).to.deep.include({ kind: 'fail', level: 'error' });
    expect(results[4]?.message.text).to.include('expected to fail: ticket 7');
  });

  it('has every rule, and says what ran, when, and how it ended', () => {
    const sanity = [{ group: 'ROUTE', when: 'after', verdict: 'inconclusive', reason: 'silent' }] as const;
    const { tool, invocations, automationDetails } = runOf(
      runResult({ target: 'a/b c', shard: '1/2', sanity, interrupted: 'SIGINT' }),
    );
    const ids = tool.driver.rules.map(({ id }) => id);
    expect(ids).to.include.members(catalogue.map(({ id }) => id));
    expect(new Set(ids).size).to.equal(ids.length);
    expect(tool.driver.version).to.equal('0.1.0');
    expect(automationDetails.id).to.match(/^p1spec\/a%2Fb%20c\/normal\/1%2F2\/2026-/);
    expect(invocations[0]?.endTimeUtc).to.equal('2026-01-02T03:04:06.912Z');
    expect(invocations[0]?.executionSuccessful).to.equal(false);
    expect(invocations[0]?.toolExecutionNotifications.map(({ message }) => message.text)).to.deep.equal([
      'sanity after ROUTE: inconclusive: silent',
      'ended before its end: SIGINT',
    ]);
  });

  it('knows a finding again that has moved, and no other', () => {
    const moved = { ...finding, offset: 21, connection: 3 };
    const other = { ...finding, message: 'another' };
    const { results } = runOf(runResult({ cases: [caseResult({ findings: [finding, moved, other] })] }));
    const [a, b, c] = results.map(({ partialFingerprints }) => partialFingerprints['p1spec/v1']);
    expect([a === b, a === c]).to.deep.equal([true, false]);
  });

  it('makes neither placeholder nor link of what the wire carried', () => {
    const findings = [{ ...finding, message: '[click](https://evil.example) {0}' }];
    const [result] = runOf(runResult({ cases: [caseResult({ findings })] })).results;
    expect(result?.message.text).to.include('[click] (https://evil.example) {{0}}');
  });

  it('bears OASIS’s schema, where that is given', function () {
    const file = process.env.P1SPEC_SARIF_SCHEMA;
    if (file === undefined) this.skip();
    const schema = JSON.parse(readFileSync(file, 'utf8')) as JsonSchema;
    const permitted = { ...finding, tier: 2, permitted: 'agreed' } as const;
    const sanity = [{ group: 'ROUTE', when: 'after', verdict: 'error', reason: 'silent' }] as const;
    const result = runResult({
      sanity,
      interrupted: 'SIGINT',
      permissions: [{ rule: 'ENV-007', reason: 'agreed' }],
      cases: [
        failed({ findings: [finding, permitted] }),
        caseResult({ id: 'P1/A/BV-001', verdict: 'inconclusive', reason: 'silent', transcripts: [] }),
        caseResult({ id: 'P1/A/BV-002', findings: [finding], transcripts: [] }),
      ],
    });
    const log: unknown = JSON.parse(JSON.stringify(sarifLog(result, process.cwd())));
    expect(schemaErrors(schema, log)).to.deep.equal([]);
    expect(schemaErrors(schema, { version: '2.1.0', runs: [{}] })).not.to.deep.equal([]);
  });
});
