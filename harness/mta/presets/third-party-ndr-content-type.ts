import { contentType } from '../../p1/content-types.js';
import { idMhs, underArc } from '../../p1/object-identifiers.js';
import { assumption, kb } from '../evidence.js';
import { nonDeliver, type Trigger, thirdParty } from '../third-party.js';

/** Unable to transfer, content type not supported. */
const [REASON, DIAGNOSTIC] = [1, 15] as const;
const KNOWN: readonly number[] = [contentType.interpersonalMessaging1984, contentType.interpersonalMessaging1988];

const unknownContentType: Trigger = {
  name: 'content type other than 2, 22 and those under 2.6',
  matches: (step) => {
    if (!('apdu' in step) || step.apdu?.kind !== 'message') return false;
    const type = step.apdu.decoded?.get('message', 'envelope', 'contentType');
    const builtIn = type?.get('builtIn')?.primitive;
    const extended = type?.get('extended')?.primitive;
    if (typeof extended === 'string') return !underArc(extended, idMhs);
    return typeof builtIn === 'number' && !KNOWN.includes(builtIn);
  },
};

/** Takes interpersonal messages, and says so of all others. */
export const ndrContentType = thirdParty('ndr-content-type', {
  says: 'Reports non-delivery of messages whose content type it does not support',
  behaviour: [{ does: nonDeliver(REASON, DIAGNOSTIC), on: unknownContentType, evidence: kb(174175) }],
  notes: [
    {
      what: 'which content types it supports',
      evidence: assumption('KB 174175 has the diagnostic (15); what an MTA supports is its own'),
    },
  ],
  reacts: [
    { to: 'routing packet', outcome: 'reported 1/15', modes: ['normal', 'x410-1988'] },
    { to: 'routing packet', outcome: 'reported 1', modes: ['x410-1984'] },
  ],
});
