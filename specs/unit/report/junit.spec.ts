import { expect } from 'chai';
import fc from 'fast-check';
import { junitXml } from '../../../harness/report/junit.js';
import { caseResult, failed, finding, runResult } from '../../support/results.js';
import { parseXml, type XmlElement } from '../../support/xml.js';

function cases(xml: string): XmlElement[] {
  return parseXml(xml).children.flatMap(({ children }) => children.filter(({ name }) => name === 'testcase'));
}

describe('the JUnit report', () => {
  it('names every case, its group and its outcome', () => {
    const xml = junitXml(
      runResult({
        cases: [
          caseResult(),
          failed({ id: 'P1/ROUTE/BV-002' }),
          caseResult({ id: 'P1/QUEUE/BV-001', group: 'QUEUE', verdict: 'inconclusive', reason: 'no answer' }),
          caseResult({ id: 'P1/QUEUE/BV-002', group: 'QUEUE', verdict: 'not-run', reason: 'ended' }),
          caseResult({ id: 'P1/QUEUE/BV-003', group: 'QUEUE', verdict: 'error', reason: 'ours' }),
          caseResult({ id: 'P1/QUEUE/BV-004', group: 'QUEUE', verdict: 'not-applicable', reason: 'no probes' }),
        ],
      }),
    );
    const root = parseXml(xml);
    expect(root.attributes).to.include({ tests: '6', failures: '1', errors: '2', skipped: '2' });
    expect(root.children.map(({ attributes }) => attributes.name)).to.deep.equal(['ROUTE', 'QUEUE']);
    expect(root.children[1]?.attributes).to.include({ tests: '4', failures: '0', errors: '2', skipped: '2' });
    const found = cases(xml);
    expect(found.map(({ attributes }) => attributes.name?.slice(0, 15))).to.deep.equal([
      'P1/ROUTE/BV-001',
      'P1/ROUTE/BV-002',
      'P1/QUEUE/BV-001',
      'P1/QUEUE/BV-002',
      'P1/QUEUE/BV-003',
      'P1/QUEUE/BV-004',
    ]);
    expect(found.map(({ attributes }) => attributes.classname)).to.deep.equal([
      'ROUTE',
      'ROUTE',
      'QUEUE',
      'QUEUE',
      'QUEUE',
      'QUEUE',
    ]);
    expect(found.map(({ children }) => children[0]?.name)).to.deep.equal([
      'system-out',
      'failure',
      'error',
      'skipped',
      'error',
      'skipped',
    ]);
    expect(found[2]?.children[0]?.attributes.type).to.equal('inconclusive');
  });

  it('tells the failure with its place', () => {
    const [testcase] = cases(junitXml(runResult({ cases: [failed()] })));
    const failure = testcase?.children.find(({ name }) => name === 'failure');
    expect(failure?.text).to.include('Expected: nothing foreign').and.include('offset 20').and.include('^^^');
    expect(testcase?.children.at(-1)?.text).to.include('reproduce: npx p1spec run P1/ROUTE/BV-001');
  });

  it('has permissions and expected failures among the properties', () => {
    const xml = junitXml(
      runResult({
        permissions: [{ rule: 'ENV-007', reason: 'agreed with "Example" & Co' }],
        expectedFailures: [{ id: 'P1/ROUTE/BV-001', reason: 'ticket <7>' }],
        cases: [failed({ expectedFailure: { reason: 'ticket <7>' } })],
      }),
    );
    const [suite] = parseXml(xml).children;
    const properties = suite?.children.find(({ name }) => name === 'properties')?.children ?? [];
    expect(properties.map(({ attributes }) => attributes)).to.deep.include.members([
      { name: 'p1spec.permit.ENV-007', value: 'agreed with "Example" & Co' },
      { name: 'p1spec.expect-fail.P1/ROUTE/BV-001', value: 'ticket <7>' },
    ]);
    expect(suite?.attributes).to.include({ failures: '0', skipped: '1' });
  });

  it('makes an unexpected pass a failure', () => {
    const [testcase] = cases(junitXml(runResult({ cases: [caseResult({ expectedFailure: { reason: 'known' } })] })));
    expect(testcase?.children[0]?.attributes).to.deep.include({ type: 'unexpected-pass' });
  });

  it('counts a sanity conversation that failed as an error', () => {
    const sanity = [{ group: 'ROUTE', when: 'after', verdict: 'inconclusive', reason: 'silent' }] as const;
    expect(parseXml(junitXml(runResult({ sanity: [...sanity] }))).children[0]?.attributes).to.include({
      tests: '2',
      errors: '1',
    });
  });

  it('is well formed whatever came from the wire', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, (reason, path) => {
        const xml = junitXml(
          runResult({ cases: [failed({ reason, actual: reason, failing: [{ ...finding, path, message: reason }] })] }),
        );
        expect(parseXml(xml).name).to.equal('testsuites');
      }),
    );
    const wire = 'a\u0000\u001b[31m\ud800<&"\'>]]>\ufffe';
    expect(parseXml(junitXml(runResult({ cases: [failed({ reason: wire })] }))).name).to.equal('testsuites');
  });
});
