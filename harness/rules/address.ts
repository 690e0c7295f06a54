import type { Decoded } from '../asn1/decoded.js';
import { extensionAttributes } from '../p1/or-address-extensions.js';
import { CONFIGURATION, isGuid } from './allowed.js';
import { anomalyRule } from './anomaly-rule.js';
import { defineRule, MODES_OF_1988, type Rule, type RuleContext } from './rule.js';

// ADDR: O/R names, wherever they stand in an APDU.

const shall = { tier: 1, strength: 'shall' } as const;
const agreed = { tier: 2, strength: 'should' } as const;

const unknown = anomalyRule(
  {
    ...shall,
    id: 'ADDR-001',
    title: 'An O/R name holds only what X.411 defines',
    clause: 'X.411 8.5.5',
    rationale: 'New attributes come as extension attributes; what else stands in a name is lost or refused.',
  },
  { kinds: ['unknown'], regions: ['address'] },
);

const disorder = anomalyRule(
  {
    ...shall,
    id: 'ADDR-002',
    title: 'An O/R name has each attribute once, and in its place',
    clause: 'X.690 8.9 to 8.12',
    rationale: 'The attributes are a SEQUENCE: one that comes late is not found.',
  },
  { kinds: ['disorder'], regions: ['address'] },
);

/** KB Q156716: an underscore in a PrintableString. */
const malformed = anomalyRule(
  {
    ...shall,
    id: 'ADDR-003',
    title: 'Every attribute of an O/R name is a value of its type, in its characters',
    clause: 'X.680 41, X.690 8',
    rationale: 'A strict peer cannot decode the name, and ends the association for it.',
  },
  { kinds: ['malformed'], regions: ['address'] },
);

const RECIPIENTS: ReadonlySet<string> = new Set([
  'recipientName',
  'actualRecipientName',
  'originallyIntendedRecipientName',
  'intendedRecipient',
  'reportDestinationName',
]);

/** KB Q175499, Q275631. */
const directoryNameOnly = defineRule({
  ...agreed,
  id: 'ADDR-004',
  title: 'A recipient has an O/R address',
  clause: 'X.402 18.5, X.411 8.5.5',
  rationale: "Only who has the sender's directory can route a directory name.",
  appliesTo: MODES_OF_1988,
  start: ({ find }) => ({
    nodes: {
      ORName(node) {
        if (!isRecipient(node) || node.get('directoryName') === undefined) return;
        const attributes = node.get('builtInStandardAttributes')?.inner.children.length ?? 0;
        const others = ['builtInDomainDefinedAttributes', 'extensionAttributes'].some(
          (name) => (node.get(name)?.inner.children.length ?? 0) > 0,
        );
        if (attributes === 0 && !others) {
          find(node, 'a recipient that is only a directory name', { covers: false });
        }
      },
    },
  }),
});

const ORIGINATOR_REQUESTED_ALTERNATE_RECIPIENT = 2;

function isRecipient(node: Decoded): boolean {
  if (RECIPIENTS.has(node.name)) return true;
  const field = node.parent?.parent;
  return (
    field?.type.name === 'ExtensionField' &&
    field.get('type', 'standardExtension')?.primitive === ORIGINATOR_REQUESTED_ALTERNATE_RECIPIENT
  );
}

/** KB Q155695, Q156716. */
const exchangeAttribute = defineRule({
  ...agreed,
  id: 'ADDR-005',
  title: 'No domain-defined attribute MSXCHNGE without an agreement',
  clause: 'X.402 18.1',
  rationale: 'It addresses objects of an Exchange directory, and nobody else can deliver to them.',
  start: ({ find }) => {
    const judge = (node: Decoded): void => {
      if (stringBelow(node.get('type'))?.trim().toUpperCase() !== 'MSXCHNGE') return;
      find(node, 'a domain-defined attribute of type MSXCHNGE', { key: 'MSXCHNGE' });
    };
    return {
      nodes: {
        BuiltInDomainDefinedAttribute: judge,
        TeletexDomainDefinedAttribute: judge,
        UniversalDomainDefinedAttribute: judge,
      },
    };
  },
});

/** The numbers of the extension attributes that are common names. */
const COMMON_NAMES: ReadonlySet<unknown> = new Set([1, 2, 24]);
const ID_AT_COMMON_NAME = '2.5.4.3';

/** The address templates of a routing group have its GUID as common name: Microsoft, bb123663. */
const guidCommonName = defineRule({
  ...agreed,
  id: 'ADDR-006',
  title: 'No common name that is a GUID without an agreement',
  clause: 'X.402 18.3',
  rationale: "It addresses an object of the sender's system, such as a routing group, and no user.",
  start: ({ find }) => ({
    nodes: {
      // Its form in 1984: RFC 1328 3.2, KB Q232656.
      BuiltInDomainDefinedAttribute(node) {
        if (String(node.get('type')?.primitive).toLowerCase() === 'common') eachGuid(node.get('value'), find);
      },
      ExtensionAttribute(node) {
        if (COMMON_NAMES.has(node.get('extensionAttributeType')?.primitive)) {
          eachGuid(node.get('extensionAttributeValue'), find);
        }
      },
      AttributeTypeAndValue(node) {
        if (inName(node) && node.get('type')?.primitive === ID_AT_COMMON_NAME) eachGuid(node.get('value'), find);
      },
    },
  }),
});

function eachGuid(value: Decoded | undefined, find: RuleContext['find']): void {
  for (const leaf of strings(value)) {
    if (isGuid(leaf.primitive as string)) find(leaf, 'a common name that is a GUID');
  }
}

const configurationUnit = defineRule({
  ...agreed,
  id: 'ADDR-007',
  title: 'No address inside an Exchange configuration without an agreement',
  clause: 'X.402 18.3',
  rationale: 'Its servers and connectors are reached only by MTAs of the same organization.',
  start: ({ find }) => {
    const judge = (value: Decoded | undefined): void => {
      for (const leaf of strings(value)) {
        if (CONFIGURATION.test(leaf.primitive as string)) find(leaf, 'a name inside cn=Configuration');
      }
    };
    return {
      nodes: {
        OrganizationalUnitNames: judge,
        ExtensionAttribute: (node) => judge(node.get('extensionAttributeValue')),
        BuiltInDomainDefinedAttribute: (node) => judge(node.get('value')),
        AttributeTypeAndValue(node) {
          if (!inName(node)) return;
          judge(node.get('value'));
          for (const leaf of strings(node.get('value'))) {
            const isContainer =
              node.get('type')?.primitive === ID_AT_COMMON_NAME && /^configuration$/i.test(leaf.primitive as string);
            if (isContainer) find(leaf, 'a name inside cn=Configuration');
          }
        },
      },
    };
  },
});

const unknownAttribute = defineRule({
  ...agreed,
  id: 'ADDR-008',
  title: 'No extension attribute that X.411 does not define without an agreement',
  clause: 'X.411 8.5.5, ExtensionAttributeTable',
  rationale: 'A peer cannot tell where such an address leads.',
  appliesTo: MODES_OF_1988,
  start: ({ find }) => ({
    nodes: {
      ExtensionAttribute(node) {
        const number = node.get('extensionAttributeType')?.primitive;
        if (typeof number === 'number' && extensionAttributes.has(number)) return;
        if (typeof number !== 'number' && typeof number !== 'bigint') return;
        find(node, `extension attribute ${number}, which X.411 does not define`, { key: String(number) });
      },
    },
  }),
});

/** Directory names of P1, not those of AP-titles. */
function inName(node: Decoded): boolean {
  return node.path.startsWith('MTS-APDU');
}

/** The character strings at or below a node. */
function* strings(node: Decoded | undefined): Generator<Decoded> {
  if (node === undefined) return;
  if (
    node.type.base === 'primitive' &&
    node.type.type.kind === 'characterString' &&
    typeof node.primitive === 'string'
  ) {
    yield node;
  }
  for (const child of node.children) yield* strings(child);
}

function stringBelow(node: Decoded | undefined): string | undefined {
  for (const leaf of strings(node)) return leaf.primitive as string;
  return undefined;
}

export const addressRules: readonly Rule[] = [
  unknown,
  disorder,
  malformed,
  directoryNameOnly,
  exchangeAttribute,
  guidCommonName,
  configurationUnit,
  unknownAttribute,
];
