import type { Decoded } from '../asn1/decoded.js';
import { extensionPlaceOf, extensionPlaces, isListedAt, standardExtensions } from '../p1/extensions.js';
import { objectName } from '../p1/object-identifiers.js';
import { formatORName } from '../p1/text.js';
import { isStandardEncodedInformationType, LAST_EXTENSION_NUMBER, LAST_STANDARD_EXTENSION } from './allowed.js';
import { anomalyRule, linkStateRule } from './anomaly-rule.js';
import { policy } from './bind.js';
import { defineRule, MODES_OF_1988, type Rule } from './rule.js';

// ENV: the envelopes of messages and probes, and what all envelopes have: extensions, bilateral information, encoded
// information types. O/R names are ADDR's.

const shall = { tier: 1, strength: 'shall' } as const;
const agreed = { tier: 2, strength: 'should' } as const;

const INTERNAL_TRACE = 38;
/** The internal trace of 1984, by the profiles of its time. */
const TRACE_OF_1984 = '[APPLICATION 30]';

const isTraceOf1984 = ({ detail, path }: { detail?: string; path: string }): boolean =>
  detail === TRACE_OF_1984 && /^MTS-APDU\.(message\.envelope|probe|report\.envelope)$/.test(path);

const unknownApdu = anomalyRule(
  {
    ...shall,
    id: 'ENV-001',
    title: 'An MTS-APDU is a message, a report or a probe',
    clause: 'X.411 12.2.1',
    rationale: 'A peer cannot interpret another, and may abort the association for it.',
  },
  { kinds: ['unknown'], regions: ['envelope'], only: ({ path }) => path === 'MTS-APDU' },
);

const unknown = anomalyRule(
  {
    ...shall,
    id: 'ENV-002',
    title: 'The envelope of a message or probe holds only what X.411 defines',
    clause: 'X.411 12.2.1.1',
    rationale: 'New elements come as extensions; what else stands in an envelope is skipped or refused.',
  },
  {
    kinds: ['unknown'],
    regions: ['envelope'],
    only: (anomaly) => anomaly.path !== 'MTS-APDU' && !isTraceOf1984(anomaly),
  },
);

const disorder = anomalyRule(
  {
    ...shall,
    id: 'ENV-003',
    title: 'The envelope has each mandatory element, each element once, and in its place',
    clause: 'X.690 8.9 to 8.12',
    rationale: 'A missing or second element refuses the message at every strict peer.',
  },
  { kinds: ['disorder'], regions: ['envelope'] },
);

const malformed = anomalyRule(
  {
    ...shall,
    id: 'ENV-004',
    title: 'Every value in the envelope is one of its type',
    clause: 'X.690 8',
    rationale: 'A peer that cannot decode an envelope ends the association, and the message comes again.',
  },
  { kinds: ['malformed'], regions: ['envelope'] },
);

const surplus = anomalyRule(
  {
    ...shall,
    id: 'ENV-005',
    title: 'No octets inside a NULL or in the tail of a BIT STRING of the envelope',
    clause: 'X.690 8.6, 8.8',
    rationale: 'Octets that no decoder reads are where a leak goes unseen.',
  },
  { kinds: ['surplus-octets'], regions: ['envelope', 'address'] },
);

/** What the rules on extensions see of a field. */
interface Extension {
  readonly field: Decoded;
  readonly number: number | bigint | undefined;
  readonly identifier: string | undefined;
  readonly place: keyof typeof extensionPlaces | undefined;
}

function extensionRule(
  info: Omit<Rule, 'appliesTo' | 'start'>,
  judge: (extension: Extension) => { readonly message: string; readonly key?: string } | undefined,
): Rule {
  return defineRule({
    ...info,
    // P1 of 1984 has no extensions: there the whole list is foreign.
    appliesTo: MODES_OF_1988,
    start: ({ find }) => ({
      nodes: {
        ExtensionField(field) {
          const number = field.get('type', 'standardExtension')?.primitive;
          const identifier = field.get('type', 'privateExtension')?.primitive;
          const found = judge({
            field,
            number: typeof number === 'number' || typeof number === 'bigint' ? number : undefined,
            identifier: typeof identifier === 'string' ? identifier : undefined,
            place: field.parent === undefined ? undefined : extensionPlaceOf(field.parent.type.name),
          });
          if (found !== undefined) find(field, found.message, { key: found.key });
        },
      },
    }),
  });
}

const numberBeyond = extensionRule(
  {
    ...shall,
    id: 'ENV-006',
    title: 'The number of a standard extension is within its type',
    clause: 'X.411 Annex B, ub-extension-types',
    rationale: 'No edition can define an extension outside 0 to 256.',
  },
  ({ number }) =>
    number !== undefined && (number > LAST_EXTENSION_NUMBER || number < 0)
      ? { message: `standard extension ${number}: the type ends at ${LAST_EXTENSION_NUMBER}` }
      : undefined,
);

/** KB 911029: Exchange 2003 names its extensions by object identifier, and a strict MTA refuses them. */
const privateExtension = extensionRule(
  {
    ...agreed,
    id: 'ENV-007',
    title: 'No private extension without an agreement',
    clause: 'X.411 9.4',
    rationale:
      'A private extension means nothing to an MTA that has not agreed to it; a strict one refuses the message.',
  },
  ({ identifier }) =>
    identifier === undefined ? undefined : { message: `private extension ${identifier}`, key: identifier },
);

const unassignedExtension = extensionRule(
  {
    ...agreed,
    id: 'ENV-008',
    title: 'No standard extension without a definition',
    clause: 'X.411 12.2.1',
    rationale: 'Numbers that no edition has defined are unknown to every other MTA.',
  },
  ({ number }) =>
    number !== undefined &&
    (number === 0 || number > LAST_STANDARD_EXTENSION) &&
    number >= 0 &&
    number <= LAST_EXTENSION_NUMBER
      ? { message: `standard extension ${number}, which no edition defines`, key: String(number) }
      : undefined,
);

const misplacedExtension = extensionRule(
  {
    ...agreed,
    id: 'ENV-009',
    title: 'A standard extension stands where X.411 lists it',
    clause: 'X.411 12.2.1, extension sets of MTAAbstractService',
    rationale: 'Elsewhere it has no meaning, and a peer that reads by place refuses it.',
  },
  ({ number, place }) => {
    if (typeof number !== 'number' || place === undefined || isListedAt(place, number)) return undefined;
    const extension = standardExtensions.get(number);
    if (extension === undefined) return undefined;
    const message = `${extension.name} (${number}) in ${extensionPlaces[place]}, which does not list it`;
    return { message, key: String(number) };
  },
);

const bilateralInformation = defineRule({
  ...agreed,
  id: 'ENV-010',
  title: 'No per-domain bilateral information without an agreement',
  clause: 'X.411 12.2.1.1.1.6',
  rationale: 'KB Q157358, Q177374: Exchange adds it by default, and some MTAs reject or discard the message for it.',
  start: ({ find }) => ({
    nodes: {
      PerDomainBilateralInformation(node) {
        const domain = domainOf(node);
        find(node, `bilateral information for ${domain}`, { key: domain });
      },
    },
  }),
});

/** Country, ADMD and PRMD, as an O/R name has them. */
function domainOf(node: Decoded): string {
  const value = (...path: string[]): string | undefined => textBelow(node.get(...path));
  const country = value('countryName');
  const administration =
    value('domain', 'administrationDomainName') ?? value('domain', 'privateDomain', 'administrationDomainName');
  const organization = value('domain', 'privateDomain', 'privateDomainIdentifier');
  return formatORName({
    builtInStandardAttributes: {
      ...(country === undefined ? {} : { countryName: { iso3166Alpha2Code: country } }),
      ...(administration === undefined ? {} : { administrationDomainName: { printable: administration } }),
      ...(organization === undefined ? {} : { privateDomainName: { printable: organization } }),
    },
  });
}

function textBelow(node: Decoded | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (typeof node.primitive === 'string') return node.primitive;
  return textBelow(node.children[0]);
}

const internalTraceOf1984 = anomalyRule(
  {
    ...agreed,
    id: 'ENV-011',
    title: 'No internal trace of 1984 without an agreement',
    clause: 'X.411 12.2.1.1',
    rationale: "KB Q177374: [APPLICATION 30] is of the profiles of 1984, not of X.411, and tells of a domain's inside.",
  },
  { kinds: ['unknown'], only: isTraceOf1984 },
);

const messagePolicy = defineRule({
  ...agreed,
  id: 'ENV-012',
  title: 'No Microsoft security policy in a security label without an agreement',
  clause: 'X.411 8.5.9',
  rationale: 'Security policies are an open set, but one of Microsoft is unknown to an MTA of another make.',
  appliesTo: MODES_OF_1988,
  start: ({ find }) => ({
    nodes: { SecurityLabel: (node) => policy(node, (path) => path.startsWith('MTS-APDU'), find) },
  }),
});

const linkState = linkStateRule(
  {
    id: 'ENV-013',
    title: 'No envelope, address or extension carries link state data',
    rationale: 'KB 916986: routing data of Exchange, sent to an MTA that is none.',
  },
  ['envelope'],
);

const internalTrace = extensionRule(
  {
    id: 'ENV-014',
    title: 'Internal trace information stays inside its domain',
    tier: 3,
    strength: 'may',
    clause: 'X.411 12.2.1.1.1.2, 12.3',
    rationale: "A standard extension, of use only inside the domain that wrote it; it names that domain's MTAs.",
  },
  ({ number, place }) =>
    number === INTERNAL_TRACE && place !== undefined && isListedAt(place, INTERNAL_TRACE)
      ? { message: 'internal-trace-information (38)' }
      : undefined,
);

const encodedInformationType = defineRule({
  ...agreed,
  id: 'ENV-015',
  title: 'No encoded information type from outside message handling without an agreement',
  clause: 'X.411 8.4.1, X.420 Annex D',
  rationale: 'A peer that does not know it may take the message for one that it cannot deliver.',
  appliesTo: MODES_OF_1988,
  start: ({ find }) => ({
    nodes: {
      ExtendedEncodedInformationTypes(list) {
        for (const node of list.children) {
          const identifier = node.primitive;
          if (typeof identifier !== 'string' || isStandardEncodedInformationType(identifier)) continue;
          const name = objectName(identifier);
          const message = `the encoded information type ${identifier}${name === undefined ? '' : ` (${name})`}`;
          find(node, message, { key: identifier });
        }
      },
    },
  }),
});

/** KB 232656: a common name that was left in a message downgraded to 1984, and was refused for it. */
const laterElement = anomalyRule(
  {
    ...shall,
    id: 'ENV-016',
    title: 'An APDU of P1-1984 has no element of 1988',
    clause: 'X.419 Annex B',
    rationale:
      'KB 232656: an MTA of 1984 refuses extensions, common names and other names for content types, or drops them.',
    appliesTo: ['x410-1984'],
  },
  { kinds: ['edition'], regions: ['envelope', 'address', 'report', 'body', 'carriage'] },
);

export const envelopeRules: readonly Rule[] = [
  unknownApdu,
  unknown,
  disorder,
  malformed,
  surplus,
  numberBeyond,
  privateExtension,
  unassignedExtension,
  misplacedExtension,
  bilateralInformation,
  internalTraceOf1984,
  messagePolicy,
  linkState,
  internalTrace,
  encodedInformationType,
  laterElement,
];
