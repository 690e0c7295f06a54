import { assumption } from '../evidence.js';
import { thirdParty } from '../third-party.js';

/** Accepts everything, ignores what it does not know, and echoes none of it, as PP does with most of it (cases B01 to B09). */
export const tolerant = thirdParty('tolerant', {
  says: 'Accepts everything, ignores unknown elements and echoes none',
  behaviour: [],
  notes: [
    {
      what: 'takes also what cannot be read as P1, such as an APDU cut short or with an unknown tag: it goes no further, and nobody is reported to (event notCaredFor)',
      evidence: assumption('it stands for no MTA; PP aborts on what it cannot parse (case C01ia)'),
    },
  ],
});
