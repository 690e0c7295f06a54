import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Mode, modes } from '../../../harness/stack/mode.js';
import { notApplicableIn } from '../../../harness/verdict/case.js';
import { runExitCode } from '../../../harness/verdict/expected-failures.js';
import type { CaseResult, RunListener } from '../../../harness/verdict/results.js';
import { listCases, type RunOptions, run } from '../../../harness/verdict/run.js';

function suite(name: string): string[] {
  return [fileURLToPath(new URL(`./suites/${name}.suite.ts`, import.meta.url))];
}

const ONLY_FAST = { files: suite('verdicts'), exclude: ['P1/MADE/BO'] };

function verdictsOf(cases: readonly CaseResult[]): string[] {
  return cases.map(({ id, verdict }) => `${id.slice(8)} ${verdict}`);
}

async function codeOf(only: string[], options: RunOptions = {}): Promise<number> {
  return runExitCode(await run({ ...ONLY_FAST, only, exclude: [], ...options }));
}

async function rejection(options: RunOptions): Promise<Error & { code?: string; hint?: string }> {
  try {
    await run(options);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the run was not refused');
}

describe('a run', () => {
  it('has a verdict for every case, with its reason', async () => {
    const { cases } = await run({ ...ONLY_FAST, target: 'tolerant' });
    expect(verdictsOf(cases)).to.deep.equal([
      'BV-001 pass',
      'BV-002 fail',
      'BV-003 inconclusive',
      'BV-004 not-applicable',
      'BI-001 error',
    ]);
    expect(cases[1]).to.include({ requirement: 'It fails', expected: 'the list: 3', actual: '2' });
    expect(cases[2]?.reason).to.equal('nobody answered');
    expect(cases[4]?.reason).to.equal('TypeError: undefined is not a function');
    expect(cases[1]?.reproduce).to.equal('npx p1spec run P1/MADE/BV-002 --target tolerant');
  });

  for (const [mode, verdicts, groups] of [
    ['normal', ['OLD/BV-001 not-applicable', 'MADE/BV-001 pass', 'MADE/BV-002 pass'], ['MADE']],
    ['x410-1988', ['MADE/BV-002 not-applicable', 'MADE/BV-001 pass', 'OLD/BV-001 pass'], ['MADE', 'OLD']],
    ['x410-1984', ['MADE/BV-002 not-applicable', 'MADE/BV-001 pass', 'OLD/BV-001 pass'], ['MADE', 'OLD']],
  ] as const) {
    it(`in mode ${mode} tells which cases are not applicable, and asks nothing about them`, async () => {
      const told: string[] = [];
      const listener: RunListener = { caseEnded: ({ id, verdict }) => void told.push(`${id.slice(3)} ${verdict}`) };
      const result = await run({ files: suite('modes'), mode, listener });
      expect(told).to.deep.equal(verdicts);
      expect(result.mode).to.equal(mode);
      expect([...new Set(result.sanity.map(({ group }) => group))]).to.deep.equal(groups);
      expect(result.sanity.every(({ verdict }) => verdict === 'pass')).to.equal(true);
      expect(runExitCode(result)).to.equal(0);
      const inapplicable = result.cases.find(({ verdict }) => verdict === 'not-applicable');
      const about = mode === 'normal' ? 'x410-1988 and x410-1984' : 'normal mode';
      expect(inapplicable).to.include({ reason: `it is about ${about}`, duration: 0 });
      const inMode = mode === 'normal' ? '' : ` --mode ${mode}`;
      expect(result.cases[0]?.reproduce).to.equal(
        `npx p1spec run P1/MADE/BV-001 --target exchange-2003-kb916986${inMode}`,
      );
    });
  }

  it('of cases that are all not applicable ends with 0', async () => {
    const result = await run({ files: suite('modes'), only: ['OLD'] });
    expect([result.cases.length, result.sanity, runExitCode(result)]).to.deep.equal([1, [], 0]);
  });

  it('has the exit code of its worst verdict', async () => {
    expect(await codeOf(['MADE/BV-001', 'MADE/BV-004'])).to.equal(0);
    expect(await codeOf(['MADE/BV-001', 'MADE/BV-003'])).to.equal(3);
    expect(await codeOf(['MADE/BV-002', 'MADE/BV-003'])).to.equal(1);
    expect(await codeOf(['MADE/BV-002', 'MADE/BI-001'])).to.equal(2);
  });

  it('bears expected failures, and no unexpected pass', async () => {
    const expected = (id: string) => ({ expectedFailures: [{ id, reason: 'ticket 7' }] });
    expect(await codeOf(['MADE/BV-002'], expected('P1/MADE/BV-002'))).to.equal(0);
    expect(await codeOf(['MADE/BV-001'], expected('P1/MADE/BV-001'))).to.equal(1);
    expect(await codeOf(['MADE/BI-001'], expected('P1/MADE/BI-001'))).to.equal(2);
  });

  it('is an error of ours where what passes cannot be recorded', async () => {
    const out = mkdtempSync(join(tmpdir(), 'p1spec-'));
    try {
      mkdirSync(join(out, 'sanity-MADE-before.ndjson'));
      const result = await run({ ...ONLY_FAST, only: ['MADE/BV-001'], exclude: [], out });
      expect(result.sanity[0]).to.include({ when: 'before', verdict: 'error' });
      expect(result.sanity[0]?.reason).to.include('sanity-MADE-before.ndjson');
      expect(runExitCode(result)).to.equal(2);
      writeFileSync(join(out, 'file'), '');
      expect(await rejection({ ...ONLY_FAST, out: join(out, 'file') })).to.include({ code: 'ERR_OUT' });
    } finally {
      rmSync(out, { recursive: true });
    }
  });

  it('ends a case that does not end by itself', async () => {
    const { cases } = await run({ files: suite('verdicts'), only: ['MADE/BO'], caseTimeout: 50 });
    expect(cases[0]).to.include({ verdict: 'inconclusive', reason: 'no verdict within 0.05 s' });
  });

  it('leaves a group undecided whose target does not live', async () => {
    const result = await run({ ...ONLY_FAST, only: ['MADE/BV-001'], timeoutScale: 0.0001 });
    expect(result.sanity.map(({ when, verdict }) => `${when} ${verdict}`)).to.include('before inconclusive');
    expect(verdictsOf(result.cases)).to.deep.equal(['BV-001 inconclusive']);
    expect(result.cases[0]?.reason).to.include('did not answer before group MADE');
    expect(runExitCode(result)).to.equal(3);
  });

  it('that is ended early leaves the rest as not run', async () => {
    const controller = new AbortController();
    const listener: RunListener = {
      caseEnded: ({ id }) => {
        if (id.endsWith('BV-002')) controller.abort('enough');
      },
    };
    const result = await run({ ...ONLY_FAST, exclude: [], listener, signal: controller.signal });
    expect(verdictsOf(result.cases)).to.deep.equal([
      'BV-001 pass',
      'BV-002 fail',
      'BV-003 not-run',
      'BV-004 not-run',
      'BI-001 not-run',
      'BO-001 not-run',
    ]);
    expect(result.interrupted).to.equal('enough');
    expect(result.cases[2]?.reason).to.equal('enough');
  });

  it('that is ended in the middle of a case has not run that case', async () => {
    const controller = new AbortController();
    const listener: RunListener = { caseStarted: () => void setTimeout(() => controller.abort('enough'), 20) };
    const { cases } = await run({ files: suite('verdicts'), only: ['MADE/BO'], listener, signal: controller.signal });
    expect(verdictsOf(cases)).to.deep.equal(['BO-001 not-run']);
  });

  it('ends when its time is up', async () => {
    const result = await run({
      files: suite('verdicts'),
      only: ['MADE/BO', 'MADE/BV-001'],
      timeout: 100,
      timeoutScale: 2,
    });
    expect(result.interrupted).to.include('longer than 0.2 s');
    expect(runExitCode(result)).to.equal(3);
  });

  it('tells its listener of everything, in order', async () => {
    const told: string[] = [];
    await run({
      ...ONLY_FAST,
      only: ['MADE/BV-001', 'MADE/BV-004'],
      listener: {
        runStarted: (_, cases) => void told.push(`run of ${cases.length}`),
        caseStarted: ({ id }) => void told.push(`start ${id}`),
        caseEnded: ({ id }) => void told.push(`end ${id}`),
        runEnded: () => void told.push('over'),
      },
    });
    expect(told).to.deep.equal([
      'run of 2',
      'start P1/MADE/BV-001',
      'end P1/MADE/BV-001',
      'start P1/MADE/BV-004',
      'end P1/MADE/BV-004',
      'over',
    ]);
  });

  it('leaves the globals of whoever runs it as they were', async () => {
    const before = [globalThis.describe, globalThis.it, globalThis.before];
    await run({ ...ONLY_FAST, only: ['MADE/BV-001'] });
    expect([globalThis.describe, globalThis.it, globalThis.before]).to.deep.equal(before);
  });

  for (const [what, options, code, says] of [
    ['the same id twice', { files: suite('twice') }, 'ERR_CASE_ID', 'twice'],
    ['a case outside its group', { files: suite('stray') }, 'ERR_CASE_OUTSIDE_GROUP', 'P1/OTHER/BV-001'],
    ['an id of another form', { files: suite('bad-id') }, 'ERR_CASE_ID', 'P1/MADE/XX-1'],
    ['a test that is no case', { files: suite('plain') }, 'ERR_SUITE', 'no conformance case'],
    ['a suite that does not exist', { files: ['/nowhere/x.suite.ts'] }, 'ERR_SUITE', '/nowhere'],
    ['a selection without cases', { only: ['NONE'] }, 'ERR_NO_CASE', 'NONE'],
    ['an unknown target', { target: 'exchnge' }, 'ERR_UNKNOWN_TARGET', 'exchnge'],
    ['a mode that does not exist', { mode: 'x410' as Mode }, 'ERR_MODE', 'x410-1988'],
    [
      'a failure expected of no case',
      { expectedFailures: [{ id: 'P1/X/BV-001', reason: 'x' }] },
      'ERR_NO_CASE',
      'P1/X',
    ],
    ['a permission of no rule', { permissions: [{ rule: 'NONE-001', reason: 'x' }] }, 'ERR_PERMIT_UNKNOWN', 'NONE-001'],
    ['a permission of tier 1', { permissions: [{ rule: 'BIND-001', reason: 'x' }] }, 'ERR_PERMIT_TIER', 'BIND-001'],
  ] satisfies [string, RunOptions, string, string][]) {
    it(`refuses ${what}`, async () => {
      const error = await rejection(options);
      expect(`${error.message} ${error.hint}`).to.include(says);
      expect(error.code).to.equal(code);
    });
  }
});

describe('the built-in suites', () => {
  it('have each a purpose in one sentence, a clause, a role and a strength', async () => {
    const cases = await listCases();
    expect(cases.length).to.be.at.least(30);
    for (const { id, purpose, clause, role, strength } of cases) {
      expect(id).to.match(/^P1\/(BIND|X410|RTS|XFER|P1984|ROUTE|QUEUE)\/(BV|BI|BO)-\d{3}$/);
      expect(purpose, id).to.match(/^[A-Z][^\n]{10,140}[^.]$/);
      expect(clause, id).to.match(/^X\.\d{3}/);
      expect(['initiator', 'responder', 'both'], id).to.include(role);
      expect(['shall', 'should', 'may'], id).to.include(strength);
    }
  });

  it('have cases for every mode, beside groups of the X.410 modes', async () => {
    const cases = await listCases();
    for (const mode of modes) {
      const groups = new Set(
        cases.filter((each) => notApplicableIn(mode, each) === undefined).map((each) => each.group),
      );
      const all = ['BIND', 'RTS', 'XFER', 'ROUTE', 'QUEUE'];
      const own = { normal: [], 'x410-1988': ['X410'], 'x410-1984': ['X410', 'P1984'] }[mode];
      expect(groups).to.have.all.keys(...all, ...own);
    }
  });
});
