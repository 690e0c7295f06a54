import { anomalyRule } from './anomaly-rule.js';
import { defineRule, MODES_OF_1988, type Rule } from './rule.js';

// RPT: delivery and non-delivery reports. Their extensions and content types are ENV's and BODY's.

const shall = { tier: 1, strength: 'shall' } as const;

const unknown = anomalyRule(
  {
    ...shall,
    id: 'RPT-001',
    title: 'A report holds only what X.411 defines',
    clause: 'X.411 12.2.1.3',
    rationale: 'A report that cannot be read leaves its originator without an answer.',
  },
  { kinds: ['unknown'], regions: ['report'], only: ({ detail, path }) => !isTraceOf1984(detail, path) },
);

const isTraceOf1984 = (detail: string | undefined, path: string): boolean =>
  detail === '[APPLICATION 30]' && path === 'MTS-APDU.report.envelope';

const disorder = anomalyRule(
  {
    ...shall,
    id: 'RPT-002',
    title: 'A report has each mandatory element, each element once, and in its place',
    clause: 'X.690 8.9 to 8.12',
    rationale: 'No one reports on a report: one that is refused is lost.',
  },
  { kinds: ['disorder'], regions: ['report'] },
);

const malformed = anomalyRule(
  {
    ...shall,
    id: 'RPT-003',
    title: 'Every value in a report is one of its type',
    clause: 'X.690 8',
    rationale: 'No one reports on a report: one that cannot be decoded is lost.',
  },
  { kinds: ['malformed'], regions: ['report'] },
);

const surplus = anomalyRule(
  {
    ...shall,
    id: 'RPT-004',
    title: 'No octets inside a NULL or in the tail of a BIT STRING of a report',
    clause: 'X.690 8.6, 8.8',
    rationale: 'Octets that no decoder reads are where a leak goes unseen.',
  },
  { kinds: ['surplus-octets'], regions: ['report'] },
);

const additionalInformation = defineRule({
  id: 'RPT-005',
  title: 'No additional information in a report without an agreement',
  tier: 2,
  strength: 'should',
  clause: 'X.411 12.2.1.3.2, additional-information',
  rationale: 'X.411 leaves its content to bilateral agreements, and deprecates it.',
  appliesTo: MODES_OF_1988,
  start: ({ find }) => ({
    nodes: {
      ReportTransferContent(content) {
        const node = content.get('additionalInformation');
        if (node !== undefined) find(node, 'additional information, whose type an agreement would say');
      },
    },
  }),
});

export const reportRules: readonly Rule[] = [unknown, disorder, malformed, surplus, additionalInformation];
