import { conformanceCase, group } from '../../../../harness/verdict/index.js';

const facts = { purpose: 'It passes', clause: 'none', role: 'both', strength: 'shall' } as const;

group('MADE', 'The same id twice', () => {
  conformanceCase('P1/MADE/BV-001', facts, () => {});
  conformanceCase('P1/MADE/BV-001', facts, () => {});
});
