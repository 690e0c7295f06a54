import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { P1specError } from '../../../../harness/ber/error.js';
import { defaultComparisonRules } from '../../../../harness/transcript/compare/default-rules.js';
import { type ComparisonRule, pathPattern, RuleSet } from '../../../../harness/transcript/compare/rule.js';
import { parseComparisonRules, readComparisonRules } from '../../../../harness/transcript/compare/rule-file.js';

const leaf = (path: string, type = 'text', layer: 'p1' | 'session' = 'p1') => ({ path, type, layer, value: '' });

describe('paths of comparison rules', () => {
  const cases: readonly (readonly [pattern: string, path: string, fits: boolean])[] = [
    ['**.localIdentifier', 'MTS-APDU.message.envelope.messageIdentifier.localIdentifier', true],
    ['**.localIdentifier', 'localIdentifier', true],
    ['**.localIdentifier', 'a.localIdentifiers', false],
    ['*.sourceReference', 'CR.sourceReference', true],
    ['*.sourceReference', 'a.CR.sourceReference', false],
    ['a.b[*].c', 'a.b[12].c', true],
    ['a.b[*].c', 'a.b[12].d.c', false],
    ['a.b[0].c', 'a.b[1].c', false],
    ['a.**', 'a.b.c[1]', true],
    ['a.**', 'a', true],
    ['a.**', 'ab', false],
    ['a.{b,c}.d', 'a.c.d', true],
    ['a.{b,c}.d', 'a.e.d', false],
    ['AARE.result', 'AAREzresult', false],
  ];
  for (const [pattern, path, fits] of cases) {
    it(`${pattern} ${fits ? 'is' : 'is not'} ${path}`, () => {
      expect(pathPattern(pattern).test(path)).to.equal(fits);
    });
  }
});

describe('comparison rules', () => {
  it('have an id each, a reason in one line, and come in an order that lets each be met', () => {
    const ids = defaultComparisonRules.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const { reason } of defaultComparisonRules) expect(reason).to.match(/^[^\n]{10,}\.$/);
    const set = new RuleSet(defaultComparisonRules);
    expect(set.ofUnit({ name: 'DT', layer: 'cotp' })?.id).to.equal('tpdu-cuts');
    expect(set.ofUnit({ name: 'MINOR SYNC ACK', layer: 'session' })?.how).to.equal('any-number');
    expect(set.ofUnit({ name: 'ACTIVITY END', layer: 'session' })).to.equal(undefined);
    const reference = leaf('ACCEPT.connectionIdentifier.commonReference', 'reference', 'session');
    expect(set.ofLeaf({ name: 'ACCEPT' }, reference)?.id).to.equal('session-references');
    expect(set.ofLeaf({ name: 'message' }, leaf('MTS-APDU.x.arrivalTime', 'UTCTime'))?.id).to.equal('times');
    expect(set.ofLeaf({ name: 'message' }, leaf('MTS-APDU.message.envelope.priority', 'INTEGER'))).to.equal(undefined);
  });

  it('stand in docs/replay.md, each with how it lets vary, in their order', () => {
    const page = readFileSync(new URL('../../../../docs/replay.md', import.meta.url), 'utf8');
    const told = [...page.matchAll(/^\| `([a-z-]+)` \| .* \| `([a-z-]+)` \|$/gm)].map(([, id, how]) => [id, how]);
    expect(told).to.deep.equal(defaultComparisonRules.map(({ id, how }) => [id, how]));
  });

  it('are read from the page as they stand there', () => {
    const page = readFileSync(new URL('../../../../docs/replay.md', import.meta.url), 'utf8');
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    expect(parseComparisonRules(example, 'replay.md').map(({ id }) => id)).to.include.members([
      'our-subjects',
      'our-text',
    ]);
  });

  it('decide in their order, and only where all that they say matches', () => {
    const rule = (id: string, matches: ComparisonRule['matches']): ComparisonRule => ({
      id,
      matches,
      how: 'ignore',
      reason: 'a test',
    });
    const set = new RuleSet([
      rule('by-unit', { unit: ['report', 'probe'], path: '**' }),
      rule('by-layer', { layer: 'session', path: '**' }),
      rule('by-type', { type: 'UTCTime' }),
      rule('whole', { unit: 'probe' }),
    ]);
    expect(set.ofLeaf({ name: 'report' }, leaf('a', 'UTCTime'))?.id).to.equal('by-unit');
    expect(set.ofLeaf({ name: 'message' }, leaf('a', 'UTCTime'))?.id).to.equal('by-type');
    expect(set.ofLeaf({ name: 'message' }, leaf('a', 'UTCTime', 'session'))?.id).to.equal('by-layer');
    expect(set.ofLeaf({ name: 'message' }, leaf('a'))).to.equal(undefined);
    expect(set.ofUnit({ name: 'probe', layer: 'p1' })?.id).to.equal('whole');
    expect(set.ofUnit({ name: 'report', layer: 'p1' })).to.equal(undefined);
  });
});

function refusalOf(text: string): unknown {
  try {
    return parseComparisonRules(text, 'ours.yaml');
  } catch (error) {
    return error;
  }
}

describe('a file of comparison rules', () => {
  const RULE =
    "  - id: ours\n    path: '**.subject.*'\n    how: pattern\n    pattern: 'Order \\d+'\n    reason: counted\n";

  it('goes before the default rules, or takes their place', () => {
    const rules = parseComparisonRules(`rules:\n${RULE}`, 'ours.yaml');
    expect(rules[0]).to.deep.include({ id: 'ours', how: 'pattern', pattern: 'Order \\d+', reason: 'counted' });
    expect(rules[0]?.matches.path).to.equal('**.subject.*');
    expect(rules.slice(1)).to.deep.equal(defaultComparisonRules);
    expect(parseComparisonRules(`defaults: false\nrules:\n${RULE}`, 'ours.yaml')).to.have.lengthOf(1);
  });

  const wrong: readonly (readonly [what: string, text: string, line: number, column: number, says: RegExp])[] = [
    ['no YAML', 'rules:\n  - id: "ours\n', 3, 1, /./],
    ['no rules', 'defaults: true\n', 1, 1, /rules/],
    ['a key that no rule has', `rules:\n${RULE}    paths: x\n`, 7, 5, /'paths' is nothing/],
    ['a way that is none', 'rules:\n  - id: a\n    path: b\n    how: sometimes\n    reason: c\n', 4, 10, /how/],
    ['a value of a wrong kind', 'rules:\n  - id: a\n    path: 7\n    how: ignore\n    reason: c\n', 3, 11, /path/],
    ['no expression', `rules:\n${RULE.replace("'Order \\d+'", "'Order ('")}`, 5, 14, /no regular expression/],
    ['a second rule of one name', `rules:\n${RULE}${RULE}`, 7, 9, /a second rule 'ours'/],
    ['what it is about missing', 'rules:\n  - id: a\n    how: ignore\n    reason: c\n', 2, 5, /not what it is about/],
    [
      'a time that is a unit',
      'rules:\n  - id: a\n    unit: FINISH\n    how: time\n    reason: c\n',
      4,
      10,
      /whole units/,
    ],
    [
      'any number of values',
      'rules:\n  - id: a\n    path: b\n    how: any-number\n    reason: c\n',
      4,
      10,
      /any-number/,
    ],
    ['no reason', 'rules:\n  - id: a\n    path: b\n    how: ignore\n', 2, 5, /reason/],
  ];
  for (const [what, text, line, column, says] of wrong) {
    it(`is refused with file, line and column: ${what}`, () => {
      const refused = refusalOf(text);
      expect(refused).to.be.instanceOf(P1specError);
      const { code, at, message } = refused as P1specError;
      expect({ code, file: at.file, line: at.line, column: at.column }).to.deep.equal({
        code: 'ERR_COMPARISON_RULE',
        file: 'ours.yaml',
        line,
        column,
      });
      expect(message).to.match(says);
    });
  }

  it('is read from the disk, and told missing where it is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'p1spec-'));
    try {
      writeFileSync(join(folder, 'ours.yaml'), `rules:\n${RULE}`);
      expect((await readComparisonRules(join(folder, 'ours.yaml')))[0]?.id).to.equal('ours');
      const missing = await readComparisonRules(join(folder, 'none.yaml')).catch((error: unknown) => error);
      expect(missing).to.have.property('code', 'ERR_FILE_MISSING');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
