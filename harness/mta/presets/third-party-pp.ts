import { toBer } from '../../asn1/encode.js';
import type { BerNode } from '../../ber/writer.js';
import { MTABindError } from '../../p1/bind.js';
import { PRefuse, RTORJ } from '../../stack/rtse/types.js';
import { assumption, recorded } from '../evidence.js';
import type { Preset } from '../preset.js';
import { abortWith, closeConnection, discardSilently, nonDeliver, refuseBind, thirdParty } from '../third-party.js';
import {
  allButGuids,
  type Directory,
  emptyActivity,
  fatal,
  probe,
  tooManyHops,
  unknownRecipient,
  unreadable1984,
  unreadable1988,
  unreadableBind,
  unsupportedCritical,
} from './pp-reading.js';

const P1_1988 = ['normal', 'x410-1988'] as const;

const { authenticationError } = MTABindError.named;
/** The INTEGER of an MTABindError stands in RTORJ without the wrapper that X.419 has. */
const BARE_ERROR = toBer(MTABindError, authenticationError);
/** Whatever it is that it does not like. */
const refusals: Readonly<Partial<Record<string, BerNode>>> = {
  RTORJ: toBer(RTORJ, { userDataRJ: BARE_ERROR }),
  PREFUSE: toBer(PRefuse, { refuseReason: authenticationError }),
};

/** PP 6.0 over ISODE 8.0, as it was recorded, with the users and channels that `knows` has. */
export function ppWith(knows: Directory): Preset {
  return thirdParty('pp', {
    says: 'A real MTA as recorded: silent about most leaks, but it aborts on an extension that it cannot parse, each time',
    behaviour: [
      { does: refuseBind('authenticationError'), on: unreadableBind, evidence: recorded('B16b') },
      { does: discardSilently, on: emptyActivity, evidence: recorded('D25c') },
      { does: closeConnection, on: fatal, evidence: recorded('C08c, C08e, C09g, D04c') },
      { does: abortWith('userError'), on: unreadable1988, evidence: recorded('C01ia, C02lb, C04a, C07a, D29d, D30a') },
      { does: discardSilently, on: unreadable1984, evidence: recorded('D11f, D29e, C08f') },
      { does: discardSilently, on: probe, evidence: recorded('A04') },
      { does: nonDeliver(1, 3, { unasked: true }), on: tooManyHops, evidence: recorded('D17c') },
      {
        does: nonDeliver(1, 18, {
          supplementaryInformation: "Unsupported criticality of 'per_message_extensions'",
          unasked: true,
        }),
        on: unsupportedCritical,
        evidence: recorded('S-C01kb, S-C02mb, S-C02n, S-C06b, E06b'),
      },
      { does: nonDeliver(1, 0, { unasked: true }), on: unknownRecipient(knows), evidence: recorded('A06b, C09a, C10') },
    ],
    association: { checkpointSize: 63, answeredCheckpointSize: 1, windowSize: undefined },
    traits: {
      ignoresCase: true,
      recovery: 'none',
      passwordForm: 'octetString',
      deviations: { refuseReferences: true, rewrite: (pdu, tree) => refusals[pdu] ?? tree },
    },
    notes: [
      { what: 'its passwords are OCTET STRINGs in normal mode', evidence: recorded('A01, E01') },
      { what: 'names and passwords are compared without regard to case', evidence: recorded('B10b, B11e') },
      {
        what: 'every refusal has bind error 2 without its wrapper [18], and in the X.410 modes refuseReason 2',
        evidence: recorded('B05, B10, B11b, B16b'),
      },
      { what: 'it never recovers nor resumes', evidence: recorded('B15, D14, D15d') },
      { what: 'a REFUSE repeats the references of its CONNECT', evidence: recorded('B11') },
      { what: 'checkpointSize 63 and no window where it calls', evidence: recorded('E01') },
      {
        what: 'checkpointSize 1 where it answers, whatever it was offered, and the window that it was offered',
        evidence: recorded('A07 to A07f'),
      },
      {
        what: 'unknown elements of binds and envelopes are accepted and not repeated',
        evidence: recorded('B01, B02, B17, C05a'),
      },
      {
        what: 'an extension can be parsed if its type is a0{02} or a0{06}; then it is critical or not',
        evidence: recorded('C02p, C07b, S-C01ka'),
      },
      {
        what: 'an unknown extension of a recipient is refused though it is not critical',
        evidence: recorded('S-C06b'),
      },
      { what: 'it reports non-delivery also where the sender asks for no reports', evidence: recorded('C09a, E06a') },
      {
        what: 'of 1984 a person gets what cannot be parsed; here it is dropped',
        evidence: recorded('D29e'),
      },
      {
        what: 'whom it does not know: names that are GUIDs',
        evidence: assumption(
          'an MTA has tables of users and channels; ours has none, and takes all others for its own',
        ),
      },
      {
        what: 'a message with some recipients that it knows is taken for all',
        evidence: assumption(
          'case A06 has a report on the one that is not known; a hook answers for the whole message',
        ),
      },
      {
        what: 'what it relays is written as it came, and its own domain in a trace is a loop',
        evidence: assumption(
          'PP made content types built-in 0 (case E06c), and counts hops alone (case D17): not modelled',
        ),
      },
      {
        what: 'x410-1988 is parsed like normal mode',
        evidence: assumption('recorded with an ordinary message only (case A12)'),
      },
      {
        what: 'how it retries',
        evidence: assumption('its queue manager was not recorded: the defaults of the Exchange connector'),
      },
    ],
    reacts: [
      { to: 'routing packet', outcome: 'reported 1/0' },
      { to: 'private extension', outcome: 'aborted', modes: P1_1988 },
      { to: 'critical extension', outcome: 'aborted', modes: P1_1988 },
      { to: 'bilateral information', outcome: 'aborted', modes: P1_1988 },
    ],
  });
}

export const pp = ppWith(allButGuids);
