import type { Decoded } from '../asn1/decoded.js';
import { objectName } from '../p1/object-identifiers.js';
import { ABSTRACT_SYNTAXES, APPLICATION_CONTEXT, isMicrosoft, TRANSFER_SYNTAX } from './allowed.js';
import { anomalyRule, linkStateRule } from './anomaly-rule.js';
import { defineRule, MODES_OF_1988, NORMAL_MODE, type Rule } from './rule.js';

// BIND: the making, refusing, releasing and breaking of an association, from CR and CC up to the MTA-bind. No PDU of
// it has room for anything of an MTA's own, and X.411 gives the bind no extension field.

const shall = { tier: 1, strength: 'shall' } as const;
const text = (node: Decoded | undefined): string | undefined =>
  typeof node?.primitive === 'string' ? node.primitive : undefined;
const named = (identifier: string): string => {
  const name = objectName(identifier);
  return name === undefined ? identifier : `${identifier} (${name})`;
};

/** KB 281744: the bind request is where the marker travelled that made one Exchange MTA know another. */
const unknownInBind = anomalyRule(
  {
    ...shall,
    id: 'BIND-001',
    title: 'The MTA-bind argument, result and error hold only what X.411 defines',
    clause: 'X.411 12.1.1',
    rationale: 'The MTA-bind has no extension field: what else stands in it is for MTAs of one make only.',
  },
  { kinds: ['unknown'], regions: ['bind'], only: ({ layer }) => layer === 'p1' },
);

const unknownInRtse = anomalyRule(
  {
    ...shall,
    id: 'BIND-002',
    title: 'RTORQ, RTOAC, RTORJ and RTAB hold only what X.228 defines',
    clause: 'X.228 9',
    rationale: 'RTSE ignores fields that it does not know, so a leak there is seen by nobody.',
  },
  { kinds: ['unknown'], regions: ['bind'], only: ({ layer }) => layer === 'rtse' },
);

const unknownInAcse = anomalyRule(
  {
    ...shall,
    id: 'BIND-003',
    title: 'AARQ, AARE, RLRQ, RLRE and ABRT hold only what X.227 defines',
    clause: 'X.227 9.1',
    rationale: 'A strict peer refuses the association for an element that its ACSE does not know.',
    appliesTo: NORMAL_MODE,
  },
  { kinds: ['unknown'], regions: ['bind'], only: ({ layer }) => layer === 'acse' },
);

const unknownInPresentation = anomalyRule(
  {
    ...shall,
    id: 'BIND-004',
    title: 'CP, CPA, CPR, ARU and ARP hold only what X.226 defines',
    clause: 'X.226 8.2',
    rationale: 'Outside CP an element that X.226 does not know breaks the connection (8.5).',
    appliesTo: NORMAL_MODE,
  },
  { kinds: ['unknown'], regions: ['bind'], only: ({ layer }) => layer === 'presentation' },
);

const unknownBelow = anomalyRule(
  {
    ...shall,
    id: 'BIND-005',
    title: 'CONNECT, ACCEPT and REFUSE, CR and CC hold only parameters that X.225 and X.224 define',
    clause: 'X.225 8.3',
    rationale: 'No parameter of the session protocol is private: one that X.225 does not have means nothing to a peer.',
  },
  { kinds: ['unknown'], regions: ['bind'], only: ({ layer }) => layer === 'session' || layer === 'cotp' },
);

const disorder = anomalyRule(
  {
    ...shall,
    id: 'BIND-006',
    title: 'Connect PDUs have each mandatory element, each element once, and in its place',
    clause: 'X.690 8.9, X.225 8.2.6',
    rationale: 'What comes twice or in another place is read by one peer and dropped by the next.',
  },
  { kinds: ['disorder'], regions: ['bind'] },
);

const malformed = anomalyRule(
  {
    ...shall,
    id: 'BIND-007',
    title: 'Every value in a connect PDU is one of its type',
    clause: 'X.690 8',
    rationale: 'What cannot be decoded refuses the association, or ends it.',
  },
  { kinds: ['malformed'], regions: ['bind'] },
);

const surplusOctets = anomalyRule(
  {
    ...shall,
    id: 'BIND-008',
    title: 'Nothing stands behind a complete connect PDU, in a NULL or in the tail of a BIT STRING',
    clause: 'X.226 8.3, X.690 8.8',
    rationale: 'Octets that no decoder reads are where a leak goes unseen.',
  },
  { kinds: ['surplus-octets'], regions: ['bind'] },
);

const surplusValue = anomalyRule(
  {
    ...shall,
    id: 'BIND-009',
    title: 'A connect PDU carries one value, and its user information one EXTERNAL: that of RTSE',
    clause: 'X.227 9.1, X.228 8',
    rationale: 'RTSE is the only user of the association; an EXTERNAL beside its own is for MTAs of one make.',
    appliesTo: NORMAL_MODE,
  },
  { kinds: ['surplus-value'], regions: ['bind'] },
);

const unmapped = anomalyRule(
  {
    ...shall,
    id: 'BIND-010',
    title: 'CR, CC, RLRQ and RLRE carry no user data',
    clause: 'X.228 8.2, X.224 6.5',
    rationale: 'RTSE maps nothing on a release, and the session protocol nothing on the transport connection.',
  },
  { kinds: ['unmapped'], regions: ['bind'] },
);

const applicationContext = defineRule({
  ...shall,
  id: 'BIND-011',
  title: 'The application context is mts-transfer',
  clause: 'X.419 12',
  rationale: 'P1 in normal mode has one application context; some MTAs accept any other in silence.',
  appliesTo: NORMAL_MODE,
  start: ({ find }) => {
    const judge = (apdu: Decoded): void => {
      const names = [apdu.get('applicationContextName'), ...(apdu.get('applicationContextNameList')?.children ?? [])];
      for (const node of names) {
        const name = text(node);
        if (node === undefined || name === undefined || name === APPLICATION_CONTEXT) continue;
        find(node.inner, `the application context ${named(name)}`, { path: node.path, key: name });
      }
    };
    return { nodes: { 'AARQ-apdu': judge, 'AARE-apdu': judge } };
  },
});

const presentationContext = defineRule({
  ...shall,
  id: 'BIND-012',
  title: 'Presentation contexts are proposed for ACSE, RTSE and MTSE alone',
  clause: 'X.419 12, X.226 8.2',
  rationale: 'A context for another abstract syntax announces PDUs that no P1 peer has.',
  appliesTo: NORMAL_MODE,
  start: ({ find }) => {
    const judge = (node: Decoded): void => {
      const syntax = text(node.get('abstractSyntaxName'));
      if (syntax === undefined || ABSTRACT_SYNTAXES.has(syntax)) return;
      find(node, `a presentation context for ${named(syntax)}`, { key: syntax });
    };
    return { nodes: { 'Presentation-context-definition': judge, 'Default-context-name': judge } };
  },
});

const transferSyntax = defineRule({
  ...shall,
  id: 'BIND-013',
  title: 'The transfer syntax is BER',
  clause: 'X.419 12, X.226 8.2',
  rationale: 'P1 is transferred by the basic encoding rules; a peer can decode nothing else.',
  appliesTo: NORMAL_MODE,
  start: ({ find }) => {
    const judge = (node: Decoded | undefined): void => {
      const syntax = text(node);
      if (node === undefined || syntax === undefined || syntax === TRANSFER_SYNTAX) return;
      find(node.inner, `the transfer syntax ${named(syntax)}`, { path: node.path, key: syntax });
    };
    const ofName = (node: Decoded): void => judge(node.get('transferSyntaxName'));
    return {
      nodes: {
        'Presentation-context-definition': (node) => node.get('transferSyntaxNameList')?.children.forEach(judge),
        'Presentation-context-definition-result': ofName,
        'Presentation-context-identifier-list.item': ofName,
        'Default-context-name': ofName,
        'PDV-list': ofName,
        EXTERNAL: (node) => judge(node.get('directReference')),
      },
    };
  },
});

const linkState = linkStateRule(
  {
    id: 'BIND-014',
    title: 'No connect PDU carries link state data',
    rationale: 'KB 281744, KB 916986: routing data of Exchange, sent to an MTA that is none.',
  },
  ['bind', 'session'],
);

const implementationInformation = defineRule({
  id: 'BIND-015',
  title: 'No ACSE implementation information without an agreement',
  tier: 2,
  strength: 'should',
  clause: 'X.227 9.1',
  rationale: 'It is meaningful only to peers of one make, and tells every other one what it speaks to.',
  appliesTo: NORMAL_MODE,
  start: ({ find }) => {
    const judge = (apdu: Decoded): void => {
      const node = apdu.get('implementationInformation');
      if (node !== undefined) find(node, `implementation information ${JSON.stringify(text(node) ?? '')}`);
    };
    return { nodes: { 'AARQ-apdu': judge, 'AARE-apdu': judge } };
  },
});

const transportParameter = anomalyRule(
  {
    id: 'BIND-016',
    title: 'No unknown transport parameter without an agreement',
    tier: 2,
    strength: 'should',
    clause: 'X.224 13.2.3',
    rationale: 'It is to be ignored in a CR, and a protocol error in any other TPDU.',
  },
  { kinds: ['unknown-transport-parameter'] },
);

const bindPolicy = defineRule({
  id: 'BIND-017',
  title: 'No Microsoft security policy in the security context without an agreement',
  tier: 2,
  strength: 'should',
  clause: 'X.411 8.5.9',
  rationale: 'Security policies are an open set, but one of Microsoft is unknown to an MTA of another make.',
  appliesTo: MODES_OF_1988,
  start: ({ find }) => ({
    nodes: {
      SecurityLabel: (node) => policy(node, (root) => root.startsWith('bind') || root.startsWith('MTABind'), find),
    },
  }),
});

const sessionReference = defineRule({
  id: 'BIND-018',
  title: 'References of the session connection are text',
  tier: 3,
  strength: 'may',
  clause: 'X.225 8.3.1, X.228 8.1',
  rationale: 'They are echoed by every peer; binary in them has been used to carry more than a reference.',
  start: ({ find }) => ({
    kinds: ['spdu'],
    on(event) {
      if (event.kind !== 'spdu' || (event.spdu.kind !== 'CONNECT' && event.spdu.kind !== 'ACCEPT')) return;
      for (const parameter of event.spdu.parameter(1)?.members ?? []) {
        const { offset, length, value, path } = parameter;
        if (isText(value.toBytes())) continue;
        find({ path, layer: 'session', offset, length }, `${parameter.name ?? 'a reference'} holds binary`);
      }
    },
  }),
});

/** MTAAbstractService: InitiatorCredentials and ResponderCredentials WITH COMPONENTS { …, protected ABSENT }. */
const protectedCredentials = defineRule({
  ...shall,
  id: 'BIND-019',
  title: 'The credentials of an MTA-bind are simple or strong',
  clause: 'X.411 12.1.1.1',
  rationale: 'X.411 bars protected credentials, which it has for users and message stores, from the MTA-bind.',
  appliesTo: MODES_OF_1988,
  start: ({ find }) => ({
    nodes: {
      Credentials(credentials) {
        const node = credentials.get('protected');
        if (node !== undefined) find(node, 'protected credentials');
      },
    },
  }),
});

/** A TLV of a string, as SS-user references are, or nothing but text. */
function isText(octets: Uint8Array): boolean {
  const [tag, length] = octets;
  const body = tag !== undefined && tag < 0x20 && length === octets.length - 2 ? octets.subarray(2) : octets;
  return body.every((octet) => octet >= 0x20 && octet < 0x7f);
}

/** Tells of a label whose policy is Microsoft's, in the APDUs whose path begins so. */
export function policy(
  label: Decoded,
  inside: (path: string) => boolean,
  find: Parameters<Rule['start']>[0]['find'],
): void {
  const node = label.get('securityPolicyIdentifier');
  const identifier = text(node);
  if (node === undefined || identifier === undefined || !isMicrosoft(identifier) || !inside(node.path)) return;
  find(node.inner, `the security policy ${named(identifier)}`, { path: node.path, key: identifier });
}

export const bindRules: readonly Rule[] = [
  unknownInBind,
  unknownInRtse,
  unknownInAcse,
  unknownInPresentation,
  unknownBelow,
  disorder,
  malformed,
  surplusOctets,
  surplusValue,
  unmapped,
  applicationContext,
  presentationContext,
  transferSyntax,
  linkState,
  implementationInformation,
  transportParameter,
  bindPolicy,
  sessionReference,
  protectedCredentials,
];
