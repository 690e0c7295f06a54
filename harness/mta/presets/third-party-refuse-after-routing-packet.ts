import { assumption, kb } from '../evidence.js';
import type { Preset } from '../preset.js';
import { abortWith, type RefusalOptions, refuseFurtherTraffic, routingPacket, thirdParty } from '../third-party.js';

const HOUR = 3_600_000;

const refusal: RefusalOptions = { how: 'busy', lasts: HOUR };

/** The foreign MTA of KB 916986, refusing in another way or for another time. */
export function refuseAfterRoutingPacketWith(choices: Partial<RefusalOptions>): Preset {
  return thirdParty('refuse-after-routing-packet', {
    says: 'Takes ordinary mail until it meets a routing packet, then refuses all further traffic; it still sends',
    behaviour: [
      { does: refuseFurtherTraffic({ ...refusal, ...choices }), after: routingPacket, evidence: kb(916986) },
      {
        does: abortWith('userError'),
        on: routingPacket,
        evidence: assumption(
          'the article does not say how it refuses; PP aborts so on what it cannot parse (case C01ia)',
        ),
      },
    ],
    notes: [
      {
        what: 'knows a routing packet by a content type outside 2.6, link-state text, or because it cannot be parsed',
        evidence: assumption('the article says only that it cannot interpret the data'),
      },
      {
        what: 'further traffic is refused by an MTA-bind error busy, for an hour after the last routing packet',
        evidence: assumption('the article says that it refuses, not how nor for how long'),
      },
    ],
    reacts: [
      { to: 'routing packet', outcome: 'aborted' },
      { to: 'message after a routing packet', outcome: 'bind refused' },
    ],
  });
}

/** … as it is by default: busy, for an hour. */
export const refuseAfterRoutingPacket = refuseAfterRoutingPacketWith({});
