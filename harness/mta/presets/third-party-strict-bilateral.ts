import { assumption, kb } from '../evidence.js';
import { found, nonDeliver, thirdParty } from '../third-party.js';

/** Unable to transfer, no bilateral agreement. */
const [REASON, DIAGNOSTIC] = [1, 17] as const;

/** The foreign MTAs of KB 157358. */
export const strictBilateral = thirdParty('strict-bilateral', {
  says: 'Reports non-delivery of messages with bilateral information or the internal trace of 1984',
  behaviour: [
    {
      does: nonDeliver(REASON, DIAGNOSTIC),
      on: found('finding of ENV-010, ENV-011', (id) => id === 'ENV-010' || id === 'ENV-011'),
      evidence: kb(157358),
    },
  ],
  notes: [
    { what: 'the internal trace of 1984 likewise', evidence: kb(177374) },
    {
      what: `reason ${REASON}, diagnostic ${DIAGNOSTIC}`,
      evidence: assumption('the articles say that it is not delivered, not with what diagnostic'),
    },
  ],
  reacts: [
    { to: 'bilateral information', outcome: 'reported 1/17', modes: ['normal', 'x410-1988'] },
    { to: 'bilateral information', outcome: 'reported 1', modes: ['x410-1984'] },
  ],
});
