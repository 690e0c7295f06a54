import { conformanceCase, group } from '../../../../harness/verdict/index.js';

group('MADE', 'A case of another group', () => {
  conformanceCase(
    'P1/OTHER/BV-001',
    { purpose: 'It passes', clause: 'none', role: 'both', strength: 'shall' },
    () => {},
  );
});
