import { expect } from 'chai';
import { ruleDetails, ruleLines, rulesMarkdown } from '../../../harness/report/catalogue.js';
import { catalogue, ruleOf } from '../../../harness/rules/catalogue.js';
import { EVERY_MODE, MODES_OF_1988, NORMAL_MODE, X410_MODES } from '../../../harness/rules/rule.js';

describe('the modes in the catalogue', () => {
  const shown: readonly (readonly [id: string, modes: readonly string[], text: string])[] = [
    ['BIND-001', EVERY_MODE, 'all modes'],
    ['BIND-011', NORMAL_MODE, 'normal'],
    ['BIND-020', X410_MODES, 'x410'],
    ['ENV-007', MODES_OF_1988, 'P1-1988'],
    ['ENV-016', ['x410-1984'], 'x410-1984'],
  ];
  for (const [id, modes, text] of shown) {
    it(`are told of ${id}: ${text}`, () => {
      const rule = ruleOf(id)!;
      expect(rule.appliesTo).to.deep.equal(modes);
      expect([...ruleLines([rule])].join()).to.include(` ${text} `);
      expect([...ruleDetails(rule)]).to.include(`  modes: ${modes.join(', ')}`);
      expect(rulesMarkdown([rule])).to.include(`| ${text} |`);
    });
  }

  it('are one at least for each rule, and for each mode there are rules of its own', () => {
    for (const { id, appliesTo } of catalogue) expect(appliesTo, id).to.not.have.lengthOf(0);
    for (const mode of EVERY_MODE) {
      const some = catalogue.filter(
        ({ appliesTo }) => appliesTo.includes(mode) && appliesTo.length < EVERY_MODE.length,
      );
      expect(some, mode).to.not.have.lengthOf(0);
    }
  });

  it('has ids that are unique', () => {
    expect(new Set(catalogue.map(({ id }) => id)).size).to.equal(catalogue.length);
  });
});
