import { conformanceCase, expect, group, Inconclusive, NotApplicable } from '../../../../harness/verdict/index.js';

const facts = { clause: 'none', role: 'both', strength: 'shall' } as const;

group('MADE', 'One case for each verdict', () => {
  conformanceCase('P1/MADE/BV-001', { ...facts, purpose: 'It passes' }, () => {});
  conformanceCase('P1/MADE/BV-002', { ...facts, purpose: 'It fails' }, () => {
    expect([1, 2], 'the list').to.have.lengthOf(3);
  });
  conformanceCase('P1/MADE/BV-003', { ...facts, purpose: 'It could not be asked' }, () => {
    throw new Inconclusive('nobody answered');
  });
  conformanceCase('P1/MADE/BV-004', { ...facts, purpose: 'It is not claimed' }, () => {
    throw new NotApplicable('no probes');
  });
  conformanceCase('P1/MADE/BI-001', { ...facts, purpose: 'It is broken' }, () => {
    throw new TypeError('undefined is not a function');
  });
  conformanceCase('P1/MADE/BO-001', { ...facts, purpose: 'It never ends' }, () => new Promise(() => {}));
});
