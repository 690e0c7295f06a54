import { conformanceCase, expect, group } from '../../../../harness/verdict/index.js';

const facts = { clause: 'none', role: 'responder', strength: 'shall' } as const;

group('MADE', 'Cases for all modes, and for some', () => {
  conformanceCase('P1/MADE/BV-001', { ...facts, purpose: 'It is about all' }, async ({ peer, bed }) => {
    const association = await peer.opensAssociation();
    expect([association.mode, association.isBound]).to.deep.equal([bed.mode, true]);
  });
  conformanceCase('P1/MADE/BV-002', { ...facts, purpose: 'It is about one', modes: ['normal'] }, () => {});
});

group('OLD', 'Cases for the X.410 modes alone', () => {
  const modes = ['x410-1988', 'x410-1984'] as const;
  conformanceCase('P1/OLD/BV-001', { ...facts, purpose: 'It is about two', modes }, () => {});
});
