import { conformanceCase, group } from '../../../../harness/verdict/index.js';

group('MADE', 'A case without a right id', () => {
  conformanceCase('P1/MADE/XX-1', { purpose: 'It passes', clause: 'none', role: 'both', strength: 'shall' }, () => {});
});
