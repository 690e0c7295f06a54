import { assumption, kb } from '../evidence.js';
import { found, nonDeliver, thirdParty } from '../third-party.js';

const P1_1988 = ['normal', 'x410-1988'] as const;
/** Unable to transfer, invalid arguments. */
const [REASON, DIAGNOSTIC] = [1, 11] as const;
const RULES: readonly string[] = ['ENV-006', 'ENV-007', 'ENV-008'];

/** The foreign MTA of KB 911029. */
export const strictExtension = thirdParty('strict-extension', {
  says: 'Reports non-delivery of messages with private extensions, or with numbers that no edition has defined',
  behaviour: [
    {
      does: nonDeliver(REASON, DIAGNOSTIC),
      on: found(`finding of ${RULES.join(', ')}`, (id) => RULES.includes(id)),
      evidence: kb(911029),
    },
  ],
  notes: [
    {
      what: `reason ${REASON}, diagnostic ${DIAGNOSTIC}`,
      evidence: assumption('what Exchange itself gives for a private extension towards an ADMD (KB 230420)'),
    },
    {
      what: 'numbers that no edition has defined are refused like object identifiers',
      evidence: assumption('KB 911029 has an MTA that accepts integers; which, it does not say'),
    },
    {
      what: 'P1 of 1984 has no extensions, and nothing is refused there',
      evidence: assumption('nothing is published on 1984'),
    },
  ],
  reacts: [
    { to: 'private extension', outcome: 'reported 1/11', modes: P1_1988 },
    { to: 'critical extension', outcome: 'reported 1/11', modes: P1_1988 },
  ],
});
