import { expect } from 'chai';
import fc from 'fast-check';
import { matches, parseShard, select } from '../../../harness/verdict/selection.js';

const ids = ['P1/BIND/BV-001', 'P1/BIND/BI-001', 'P1/ROUTE/BV-001', 'P1/ROUTE/BV-002', 'P1/QUEUE/BO-001'];

describe('the selection of cases', () => {
  for (const [pattern, wanted] of [
    ['P1/ROUTE/BV-001', ['P1/ROUTE/BV-001']],
    ['route', ['P1/ROUTE/BV-001', 'P1/ROUTE/BV-002']],
    ['P1', ids],
    ['P1/BIND', ['P1/BIND/BV-001', 'P1/BIND/BI-001']],
    ['P1/BIND/', ['P1/BIND/BV-001', 'P1/BIND/BI-001']],
    ['P1/BIND/BI', ['P1/BIND/BI-001']],
    ['BIND/BI-001', ['P1/BIND/BI-001']],
    ['*BV-001', ['P1/BIND/BV-001', 'P1/ROUTE/BV-001']],
    ['ROUTE/*', ['P1/ROUTE/BV-001', 'P1/ROUTE/BV-002']],
  ] as const) {
    it(`takes ${pattern}`, () => {
      expect(ids.filter((id) => matches(pattern, id))).to.deep.equal(wanted);
    });
  }

  for (const pattern of ['ROU', 'P1/ROUTE/BV-0', 'P1/ROUTE/BV-00.', 'BV', '']) {
    it(`takes nothing for ${JSON.stringify(pattern)}`, () => {
      expect(ids.filter((id) => matches(pattern, id))).to.deep.equal([]);
    });
  }

  it('keeps the order of the suites, whatever the order of the patterns', () => {
    expect(select(ids, { only: ['QUEUE', 'BIND'], exclude: ['*/BI-*'] })).to.deep.equal([
      'P1/BIND/BV-001',
      'P1/QUEUE/BO-001',
    ]);
  });

  it('refuses a pattern that names no case, and a selection that leaves none', () => {
    expect(() => select(ids, { only: ['BIND', 'NONE'] }))
      .to.throw('NONE')
      .with.property('code', 'ERR_NO_CASE');
    expect(() => select(ids, { exclude: ['NONE'] }))
      .to.throw('NONE')
      .with.property('code', 'ERR_NO_CASE');
    expect(() => select(ids, { only: ['BIND'], exclude: ['BIND'] })).to.throw('no case is left');
    expect(() => select(ids, { only: ['QUEUE'], shard: { part: 2, of: 2 } })).to.throw('shard 2/2');
  });

  it('gives each case to exactly one shard', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: ids.length }), (of) => {
        const parts = Array.from({ length: of }, (_, i) => select(ids, { shard: { part: i + 1, of } }));
        expect(parts.flat().sort()).to.deep.equal([...ids].sort());
      }),
    );
  });

  it('reads shards', () => {
    expect(parseShard('2/3')).to.deep.equal({ part: 2, of: 3 });
    for (const text of ['0/3', '4/3', '1', '1/0', 'a/b', '1/2/3']) {
      expect(() => parseShard(text))
        .to.throw()
        .with.property('code', 'ERR_SHARD');
    }
  });
});
