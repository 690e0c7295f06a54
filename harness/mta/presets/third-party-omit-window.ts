import { assumption, kb } from '../evidence.js';
import { found, refuseBind, thirdParty } from '../third-party.js';

/** The peer of KB 189754. */
export const omitWindow = thirdParty('omit-window', {
  says: 'Leaves the window out of its binds, so that 3 holds, and aborts where the answer has a larger one',
  behaviour: [
    {
      does: refuseBind('authenticationError'),
      on: found('finding of BIND-023 in a bind result', (id) => id === 'BIND-023'),
      evidence: kb(189754),
    },
  ],
  association: { windowSize: undefined },
  notes: [
    { what: 'windowSize left out', evidence: kb(189754) },
    {
      what: 'it aborts without a reason of RTSE',
      evidence: assumption('the article says that it aborts, not how'),
    },
    {
      what: 'as a responder it takes the window that it is offered',
      evidence: assumption('the article is about its own binds'),
    },
  ],
});
