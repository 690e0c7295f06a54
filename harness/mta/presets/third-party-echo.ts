import { assumption, kb } from '../evidence.js';
import { thirdParty } from '../third-party.js';

/** The foreign MTA of KB 281744. */
export const echo = thirdParty('echo', {
  says: 'Repeats in its bind result what is foreign in a bind argument, and accepts everything else',
  behaviour: [],
  traits: { echoesBind: true },
  notes: [
    { what: 'repeats the unknown octets of a bind in its answer (ISOCOR)', evidence: kb(281744) },
    {
      what: 'they stand at the end of the SET of the result, whatever place in the bind argument they had',
      evidence: assumption('the article says that the response repeats them, not where'),
    },
    {
      what: 'what stands below the bind, in ACSE or presentation, is not repeated',
      evidence: assumption('no MTA is recorded to do so: PP repeats only session references (case B08)'),
    },
    {
      what: 'it accepts the system message that it is then sent',
      evidence: assumption(
        'KB 281744: ISOCOR could not handle it, and the connection closed; that is refuse-after-routing-packet',
      ),
    },
  ],
});
