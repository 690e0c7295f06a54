import { assumption, kb } from '../evidence.js';
import { stimuli } from '../expectation.js';
import { abortWith, anyTransfer, thirdParty } from '../third-party.js';

/** Binds well, and aborts each transfer. */
export const abortOnTransfer = thirdParty('abort-on-transfer', {
  says: 'Accepts associations, and aborts each with protocolError as soon as a transfer has come',
  behaviour: [{ does: abortWith('protocolError'), on: anyTransfer, evidence: kb(123650) }],
  notes: [
    {
      what: 'it does so on every transfer',
      evidence: assumption('KB 123650 has the octets of such an abort, by an MTA that missed a name in the bind'),
    },
  ],
  reacts: stimuli.map((to) => ({ to, outcome: 'aborted' })),
});
