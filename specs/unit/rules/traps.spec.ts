import { expect } from 'chai';
import { associationRules, catalogue } from '../../../harness/rules/catalogue.js';
import { Judge } from '../../../harness/rules/judge.js';
import { ConversationMemory } from '../../../harness/rules/memory.js';
import { EVERY_MODE } from '../../../harness/rules/rule.js';
import { traps } from '../../support/traps.js';
import { judged } from './support/judged.js';
import { encodingVectors } from './traps/encoding.js';
import { lowerVectors } from './traps/lower.js';
import { transferVectors } from './traps/transfer.js';

// Each trap is sprung in every mode that has room for it: the rules of the table tell of it, and no other.

const vectors = { ...lowerVectors, ...transferVectors, ...encodingVectors };

describe('traps', () => {
  it('each have a name of their own, vectors, and rules that there are', () => {
    expect(new Set(traps.map(({ id }) => id)).size).to.equal(traps.length);
    expect(Object.keys(vectors)).to.have.members(traps.map(({ id }) => id));
    const ids = catalogue.map(({ id }) => id);
    for (const { id, rules, note } of traps) {
      expect(ids, id).to.include.members([...rules]);
      // Of what no rule tells, it is said why.
      if (rules.length === 0) expect(note, id).to.be.a('string');
    }
  });

  for (const { id, what, rules } of traps) {
    describe(`${id}: ${what}`, () => {
      const own = vectors[id] ?? [];
      for (const vector of own) {
        const told = vector.rules ?? rules;
        for (const mode of vector.modes ?? EVERY_MODE) {
          const name = vector.what === undefined ? '' : `, ${vector.what}`;
          it(`${told.length === 0 ? 'is clean' : `is told by ${told.join(', ')}`}${name} (${mode})`, () => {
            const memory = new ConversationMemory();
            const findings = vector.of(mode).map((sent) => judged(sent, { judge: new Judge({ memory }) }));
            const found = findings.at(-1)?.map(({ rule, message }) => ({ rule, message })) ?? [];
            const seen = [...new Set(found.map(({ rule }) => rule))];
            expect(seen, found.map(({ rule, message }) => `${rule} ${message}`).join('\n')).to.have.members([...told]);
          });
        }
      }

      it('has vectors for each rule that judges an association', () => {
        const judgedRules = rules.filter((rule) => associationRules.some((each) => each.id === rule));
        const told = own.flatMap((vector) => vector.rules ?? rules);
        expect(told).to.include.members(judgedRules);
        if (judgedRules.length === 0 && rules.length === 0) expect(own).to.not.have.lengthOf(0);
      });
    });
  }
});
