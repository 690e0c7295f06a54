import { assumption, kb } from '../evidence.js';
import { discardSilently, found, thirdParty } from '../third-party.js';

const P1_1988 = ['normal', 'x410-1988'] as const;
const FAMILIES: readonly string[] = ['ENV', 'ADDR', 'RPT', 'BODY'];

/** Acknowledges what it cannot use, and drops it: to its sender all is well. */
export const silentDiscard = thirdParty('silent-discard', {
  says: 'Acknowledges messages in which the rules find something of tier 1 or 2, and drops them without a report',
  behaviour: [
    {
      does: discardSilently,
      on: found('finding of the ENV, ADDR, RPT or BODY rules', (id) => FAMILIES.includes(id.split('-')[0] ?? '')),
      evidence: kb(168137),
    },
  ],
  notes: [
    { what: 'one drops, without a report, what it cannot read (ISOCOR)', evidence: kb(166165) },
    {
      what: 'what it drops is what the rules find',
      evidence: assumption(
        'KB 168137 has bilateral information, KB 166165 a presentation context; other causes are not published',
      ),
    },
  ],
  reacts: [
    { to: 'routing packet', outcome: 'discarded' },
    { to: 'bilateral information', outcome: 'discarded' },
    { to: 'private extension', outcome: 'discarded', modes: P1_1988 },
    { to: 'critical extension', outcome: 'discarded', modes: P1_1988 },
  ],
});
