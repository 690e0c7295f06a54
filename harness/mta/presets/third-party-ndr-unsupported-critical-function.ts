import { standardExtensions } from '../../p1/extensions.js';
import { assumption, kb, recorded } from '../evidence.js';
import { extensionsIn, isCritical, type ReceivedExtension } from '../extension-fields.js';
import { nonDeliver, type Trigger, thirdParty } from '../third-party.js';

const P1_1988 = ['normal', 'x410-1988'] as const;

/** Unable to transfer, unsupported critical function. */
export const UNSUPPORTED_CRITICAL_FUNCTION = { reason: 1, diagnostic: 18 } as const;

/** An extension that is critical and not known. */
export function unsupportedCritical(isKnown: (extension: ReceivedExtension) => boolean): Trigger {
  return {
    name: 'critical extension that it does not know',
    matches: (step) =>
      'apdu' in step &&
      step.apdu !== undefined &&
      [...extensionsIn(step.apdu)].some((each) => isCritical(each) && !isKnown(each)),
  };
}

const { reason, diagnostic } = UNSUPPORTED_CRITICAL_FUNCTION;

/** Does as X.411 has it with an extension that it does not know. */
export const ndrUnsupportedCriticalFunction = thirdParty('ndr-unsupported-critical-function', {
  says: 'Reports non-delivery of messages with an extension that is critical and unknown, and takes others that are unknown',
  behaviour: [
    {
      does: nonDeliver(reason, diagnostic, { supplementaryInformation: 'Unsupported critical extension' }),
      on: unsupportedCritical(({ number }) => number !== undefined && standardExtensions.has(number)),
      evidence: recorded('E06b, S-C01kb'),
    },
  ],
  notes: [
    { what: `reason ${reason}, diagnostic ${diagnostic}`, evidence: kb(174175) },
    { what: 'one that is not critical is taken', evidence: recorded('S-C01ka') },
    { what: 'critical for delivery is refused like critical for transfer', evidence: recorded('S-C02n') },
    {
      what: 'it knows the standard extensions 1 to 46, in whatever place',
      evidence: assumption('an MTA that knows each of them is the mildest'),
    },
  ],
  reacts: [{ to: 'critical extension', outcome: 'reported 1/18', modes: P1_1988 }],
});
