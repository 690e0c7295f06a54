import { activityRules } from './activity.js';
import { anomalyRule, linkStateRule } from './anomaly-rule.js';
import { NORMAL_MODE, type Rule, X410_MODES } from './rule.js';
import { transportRules } from './transport.js';

// ENC: what carries the APDUs (TPKT, DT, the SPDUs behind the connect phase, RTTR and its EXTERNAL), and the forms and
// sizes of encodings at every layer.

const shall = { tier: 1, strength: 'shall' } as const;

const unknownSession = anomalyRule(
  {
    ...shall,
    id: 'ENC-001',
    title: 'Every TPDU and SPDU, and every parameter in it, is one that X.224 and X.225 define',
    clause: 'X.225 8.3',
    rationale: 'No parameter of the session protocol is private: one that X.225 does not have means nothing to a peer.',
  },
  { kinds: ['unknown'], regions: ['carriage'], only: ({ layer }) => layer === 'session' || layer === 'cotp' },
);

const unknownCarrier = anomalyRule(
  {
    ...shall,
    id: 'ENC-002',
    title: 'RTTR, its EXTERNAL and presentation data hold only what X.228, X.690 and X.226 define',
    clause: 'X.228 9, X.226 8.4, X.690 8.18',
    rationale: 'What stands beside an APDU is carried to the peer and read by nobody.',
  },
  { kinds: ['unknown'], regions: ['carriage'], only: ({ layer }) => layer !== 'session' && layer !== 'cotp' },
);

const disorder = anomalyRule(
  {
    ...shall,
    id: 'ENC-003',
    title: 'Data PDUs have each mandatory element, each element once, and in its place',
    clause: 'X.225 8.2.6, X.690 8.9',
    rationale: 'What comes twice or in another place is read by one peer and dropped by the next.',
  },
  { kinds: ['disorder'], regions: ['carriage'] },
);

const malformed = anomalyRule(
  {
    ...shall,
    id: 'ENC-004',
    title: 'What carries an APDU can be decoded',
    clause: 'RFC 1006 6, X.225 8.2, X.690 8',
    rationale: 'A peer that cannot decode it ends the association, and the message comes again.',
  },
  { kinds: ['malformed'], regions: ['carriage'] },
);

const surplusOctets = anomalyRule(
  {
    ...shall,
    id: 'ENC-005',
    title: 'Nothing stands behind a complete APDU or SPDU',
    clause: 'X.228 7.3.2, X.225 6.3.7',
    rationale: 'Octets that no decoder reads are where a leak goes unseen.',
  },
  { kinds: ['surplus-octets'], regions: ['carriage'] },
);

const unmapped = anomalyRule(
  {
    ...shall,
    id: 'ENC-006',
    title: 'SPDUs on which RTSE maps nothing carry no user data',
    clause: 'X.218 9, X.228 8',
    rationale: 'User data of an activity start or end reaches no user of a foreign RTSE.',
  },
  { kinds: ['unmapped'], regions: ['carriage', 'envelope', 'address', 'report', 'body'] },
);

const inopportune = anomalyRule(
  {
    ...shall,
    id: 'ENC-007',
    title: 'No typed data, no data outside an activity, nothing that the functional units do not have',
    clause: 'X.225 Annex A, X.228 7',
    rationale: 'A peer ends the association on an SPDU for which its state table has no entry.',
  },
  { kinds: ['inopportune'] },
);

const context = anomalyRule(
  {
    ...shall,
    id: 'ENC-008',
    title: 'Every value is in the presentation context that is negotiated for it, by its transfer syntax',
    clause: 'X.226 8.4.2, X.228 7.3.2',
    rationale: 'A value in another context is one of another protocol, or of none.',
    appliesTo: NORMAL_MODE,
  },
  { kinds: ['context'] },
);

const surplusValue = anomalyRule(
  {
    ...shall,
    id: 'ENC-009',
    title: 'Data, release and turn carry one value each',
    clause: 'X.226 8.4, X.228 8',
    rationale: 'A value beside the one that is due is dropped, or ends the association.',
    appliesTo: NORMAL_MODE,
  },
  { kinds: ['surplus-value'], regions: ['carriage', 'envelope', 'address', 'report', 'body'] },
);

const linkState = linkStateRule(
  {
    id: 'ENC-010',
    title: 'No octets beside the APDUs carry link state data',
    rationale: 'KB 916986: routing data of Exchange, sent to an MTA that is none.',
  },
  ['stray'],
);

const form = anomalyRule(
  {
    id: 'ENC-020',
    title: 'Encodings have their usual form',
    tier: 3,
    strength: 'may',
    clause: 'X.690 8, 10, 11',
    rationale:
      'Redundant lengths, explicit defaults, unused bits and kept tags are read by every sound decoder, and trip weak ones.',
  },
  { kinds: ['form'] },
);

const bounds = anomalyRule(
  {
    id: 'ENC-021',
    title: 'Values are within the bounds of their types',
    tier: 3,
    strength: 'should',
    clause: 'X.411 Annex B',
    rationale: 'Sizes outside the upper bounds are cut or refused by some MTAs.',
  },
  { kinds: ['bounds'] },
);

const bareSlices = anomalyRule(
  {
    ...shall,
    id: 'ENC-012',
    title: 'APDU and slices stand bare in the X.410 modes: no presentation header, no OCTET STRING, no EXTERNAL',
    clause: 'X.226 8.4.3.2, X.410 4.2',
    rationale: 'The most common mistake of a stack that speaks both: the peer finds no APDU in what it is sent.',
    appliesTo: X410_MODES,
  },
  { kinds: ['mode'], regions: ['carriage', 'envelope', 'address', 'report', 'body'] },
);

/** Real MTAs send as much as they like between two points: it is told, and does not fail. */
const checkpoints = anomalyRule(
  {
    id: 'ENC-022',
    title: 'No more octets stand between two points than the checkpoint size allows',
    tier: 3,
    strength: 'shall',
    clause: 'X.228 7.1',
    rationale: 'KB 246302: a receiver that keeps no more than was negotiated ends the association.',
  },
  { kinds: ['negotiated'] },
);

export const encodingRules: readonly Rule[] = [
  unknownSession,
  unknownCarrier,
  disorder,
  malformed,
  surplusOctets,
  unmapped,
  inopportune,
  context,
  surplusValue,
  linkState,
  bareSlices,
  ...activityRules.filter(({ tier }) => tier === 1),
  form,
  bounds,
  checkpoints,
  ...activityRules.filter(({ tier }) => tier !== 1),
  ...transportRules,
];
