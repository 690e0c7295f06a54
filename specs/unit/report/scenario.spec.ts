import { expect } from 'chai';
import type { ScenarioResult, StepResult } from '../../../harness/mta/scenario/result.js';
import { comparisonLines, scenarioJson, scenarioLines, stepProgressLine } from '../../../harness/report/scenario.js';
import type { Finding } from '../../../harness/rules/finding.js';
import type { Difference } from '../../../harness/transcript/compare/index.js';

const plain = { color: false };

const done: StepResult = { number: 1, kind: 'kill', text: 'kill a', state: 'done', line: 9, time: 600_000 };
const failed: StepResult = {
  number: 2,
  kind: 'expect',
  text: 'expect transfer at b',
  state: 'failed',
  line: 10,
  time: 4_200_250,
  why: 'transfer at b did not happen within 1 h',
  seen: ['+0:10:00 connect (peer a)', '+0:10:01 bindRefused: \u001b[31mevil\u0007'],
};
const unreached: StepResult = { number: 3, kind: 'wait', text: 'wait 1 h', state: 'not reached', line: 11 };
const note: StepResult = { number: 4, kind: 'note', text: 'so far so good', state: 'not reached', line: 12 };

const finding: Finding = {
  rule: 'BIND-001',
  tier: 1,
  path: 'MTABindArgument.authenticated',
  layer: 'p1',
  connection: 0,
  direction: 'i2r',
  offset: 191,
  length: 18,
  message: '[5] is no member',
  clause: 'X.411 12.1.1',
};

function result(more: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    title: 'of a test',
    verdict: 'fail',
    steps: [done, failed, unreached, note],
    unused: [],
    failedEdits: [],
    mtas: [
      {
        name: 'a',
        preset: 'exchange-2003-sp2',
        judged: true,
        findings: [],
        queues: [{ to: 'b', length: 4, state: 'retry' }],
        received: 2,
      },
      { name: 'b', preset: 'tolerant', judged: false, findings: [finding], queues: [], received: 0 },
    ],
    elapsed: 4_200_250,
    binds: 1,
    ...more,
  };
}

describe('the report of a scenario', () => {
  it('tells each step in a line as it ends, with its time and its line in the file', () => {
    expect(stepProgressLine(done, plain)).to.equal(' +0:10:00  ✓ line 9    kill a');
    expect(stepProgressLine(failed, plain)).to.equal(
      '+1:10:00.250  ✗ line 10   expect transfer at b: transfer at b did not happen within 1 h',
    );
    expect(stepProgressLine({ ...note, state: 'done', time: 0 }, plain)).to.equal(
      ' +0:00:00  # line 12   so far so good',
    );
    expect(stepProgressLine({ number: 1, kind: 'kill', text: 'kill a', state: 'done', time: 1 }, plain)).to.equal(
      '+0:00:00.001  ✓ kill a',
    );
    expect(stepProgressLine(unreached, plain)).to.equal(undefined);
  });

  it('shows what failed or was never reached as a table, and what happened instead', () => {
    expect([...scenarioLines(result(), plain)]).to.deep.equal([
      '',
      'Steps that failed or were never reached:',
      '  line  state        what was to be',
      '    10  failed       expect transfer at b',
      '                       at +1:10:00.250: transfer at b did not happen within 1 h',
      '                       what happened there last:',
      '                         +0:10:00 connect (peer a)',
      '                         +0:10:01 bindRefused: \\x1b[31mevil\\x07',
      '    11  not reached  wait 1 h',
      '',
      'MTA  preset                     received  queues',
      'a    exchange-2003-sp2, judged  2         4 to b, retry',
      'b    tolerant                   0         -',
      '',
      'fail: 1 of 4 steps done, 1 failed, 2 never reached, 1 bind; 1:10:00.250 on its clock',
    ]);
  });

  it('breaks what is long at spaces, so that it stands within 100 columns', () => {
    const word = 'connecting';
    const seen = [Array.from({ length: 30 }, () => word).join(' '), 'x'.repeat(200)];
    const lines = [...scenarioLines(result({ steps: [{ ...failed, why: seen[0] ?? '', seen }] }), plain)];
    const table = lines.slice(0, lines.indexOf('', 1));
    expect(table.filter((line) => line.length > 100).map((line) => line.trim())).to.deep.equal(['x'.repeat(200)]);
    expect(table.join(' ').split(word).length - 1).to.equal(60);
  });

  it('counts steps where there are no lines, and says where nothing at all happened', () => {
    const { line: _, ...nowhere } = failed;
    const text = [...scenarioLines(result({ steps: [{ ...nowhere, seen: [] }] }), plain)].join('\n');
    expect(text).to.include('  step  state').and.to.include('     2  failed').and.to.include('nothing at all happened');
  });

  it('has no table where all is done, and shows what is found in what judged MTAs sent', () => {
    const [a, b] = result().mtas;
    if (a === undefined || b === undefined) throw new Error('there are two');
    const mtas = [a, { ...b, judged: true }];
    const lines = [...scenarioLines(result({ steps: [done], verdict: 'fail', mtas }), plain)];
    expect(lines.join('\n')).not.to.include('never reached');
    expect(lines).to.include('Found in what b sent:');
    expect(lines).to.include('    MTABindArgument.authenticated: [5] is no member');
    expect(lines.at(-1)).to.equal('fail: 1 of 1 step done, 1 bind, 1 finding that fail; 1:10:00.250 on its clock');
  });

  it('does not show what was found in what others sent', () => {
    expect([...scenarioLines(result(), plain)].join('\n')).not.to.include('BIND-001');
  });

  it('tells what was not used', () => {
    const lines = [...scenarioLines(result({ unused: ['b: the reaction to transfer, nth 3'] }), plain)];
    expect(lines).to.include('Not used, which is no fault:').and.to.include('  b: the reaction to transfer, nth 3');
  });

  it('is JSON of ASCII alone', () => {
    const text = scenarioJson(result({ title: 'Z\u00fcrich \u2028' }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what stands in JSON
    expect(text).to.match(/^[\x0a\x20-\x7e]*$/);
    expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(result({ title: 'Z\u00fcrich \u2028' }))));
  });

  it('shows the differences from a recording, not all of many', () => {
    const difference: Difference = {
      kind: 'value',
      connection: 1,
      direction: 'i2r',
      unit: 'message',
      index: 2,
      path: 'MTS-APDU.message',
      expected: 'one',
      actual: 'two',
      why: 'no rule lets it vary',
    };
    const lines = (count: number, written: boolean) => [
      ...comparisonLines({ file: 'r.ndjson', differences: new Array(count).fill(difference), written }, plain),
    ];
    expect(lines(0, false)).to.deep.equal(['against r.ndjson: says the same']);
    expect(lines(1, true).at(-1)).to.equal('against r.ndjson: 1 difference; recorded anew');
    const many = lines(25, false);
    expect(many.filter((line) => line === '  actual    "two"')).to.have.lengthOf(20);
    expect(many.slice(-2)).to.deep.equal(['and 5 differences more', 'against r.ndjson: 25 differences']);
  });
});
