import { assumption } from '../evidence.js';
import { found, refuseBind, thirdParty } from '../third-party.js';

/** Refuses a bind that holds anything which the Recommendations do not have there. */
export const strictBind = thirdParty('strict-bind', {
  says: 'Refuses each bind in which the BIND rules find something of tier 1 or 2',
  behaviour: [
    {
      does: refuseBind('authenticationError'),
      on: found('finding of the BIND rules', (id) => id.startsWith('BIND-')),
      evidence: assumption(
        'KB 281744: the peer of a marked bind moves no mail; PP gives authentication-error for whatever it refuses (cases B05, B10, B16b)',
      ),
    },
  ],
  reacts: [{ to: 'marked bind', outcome: 'bind refused' }],
});
