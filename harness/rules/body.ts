import type { Decoded } from '../asn1/decoded.js';
import { objectName } from '../p1/object-identifiers.js';
import { isStandardContentType, MDBEF } from './allowed.js';
import { anomalyRule, linkStateRule } from './anomaly-rule.js';
import { ExternalContents } from './external-content.js';
import { defineRule, type Place, type Rule } from './rule.js';

// BODY: what a message says that its content is, and what the content is. Contents are searched, never judged by words;
// only what names the type of a content in its own first octets is read.

const shall = { tier: 1, strength: 'shall' } as const;

function extendedType(node: Decoded): { readonly node: Decoded; readonly identifier: string } | undefined {
  const extended = node.get('extended');
  const identifier = extended?.primitive;
  return extended !== undefined && typeof identifier === 'string' ? { node: extended, identifier } : undefined;
}

/** KB Q169159, Q298000: MDBEF is for connectors between Exchange systems only, in messages and in reports. */
const databaseFormat = defineRule({
  ...shall,
  id: 'BODY-001',
  title: "No content is of Exchange's database encoding format (MDBEF)",
  clause: 'X.411 8.4.2',
  rationale: 'Only Exchange can read it: no recipient behind another MTA can.',
  start: ({ find, memory }) => {
    const external = new ExternalContents('BODY-001', memory);
    const tell = (place: Place) => {
      const signature = "Exchange's message database encoding format";
      find(place, `the content type ${MDBEF} (MDBEF)`, { key: MDBEF, signature });
    };
    return {
      kinds: ['content', 'apdu'],
      on(event) {
        const named = external.on(event);
        if (named?.identifier === MDBEF) tell(named.place);
      },
      nodes: {
        ContentType(type) {
          const found = extendedType(type);
          if (found?.identifier === MDBEF) tell(found.node);
        },
      },
    };
  },
});

const contentType = defineRule({
  id: 'BODY-002',
  title: 'No content type from outside message handling without an agreement',
  tier: 2,
  strength: 'should',
  clause: 'X.411 8.4.2',
  rationale: 'A content type is for those who agreed on it; others return the message, or lose its type.',
  start: ({ find, memory }) => {
    const external = new ExternalContents('BODY-002', memory);
    const look = (place: Place, identifier: string) => {
      if (identifier === MDBEF || isStandardContentType(identifier)) return;
      const name = objectName(identifier);
      const message = `the content type ${identifier}${name === undefined ? '' : ` (${name})`}`;
      find(place, message, { key: identifier });
    };
    return {
      kinds: ['content', 'apdu'],
      on(event) {
        const named = external.on(event);
        if (named !== undefined) look(named.place, named.identifier);
      },
      nodes: {
        ContentType(type) {
          const found = extendedType(type);
          if (found !== undefined) look(found.node, found.identifier);
        },
      },
    };
  },
});

const linkState = linkStateRule(
  {
    id: 'BODY-003',
    title: 'No content carries link state data',
    rationale: 'KB 281744, KB 916986: the system message that carries the link state table of Exchange.',
  },
  ['content'],
);

const foreignSegment = anomalyRule(
  {
    ...shall,
    id: 'BODY-004',
    title: 'A constructed content has only OCTET STRINGs in it',
    clause: 'X.690 8.7.3',
    rationale: 'An element between the segments belongs to no content, and decoders drop it.',
  },
  { kinds: ['unknown', 'disorder', 'malformed', 'surplus-octets'], regions: ['body'] },
);

export const bodyRules: readonly Rule[] = [databaseFormat, contentType, linkState, foreignSegment];
