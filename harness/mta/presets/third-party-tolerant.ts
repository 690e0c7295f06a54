import { thirdParty } from '../third-party.js';

/** Accepts everything, ignores what it does not know, and echoes none of it, as PP does with most of it (cases B01 to B09). */
export const tolerant = thirdParty('tolerant', {
  says: 'Accepts everything, ignores unknown elements and echoes none',
  behaviour: [],
});
