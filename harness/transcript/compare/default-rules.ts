import type { ComparisonRule } from './rule.js';

/**
 * What varies from one conversation to the next without meaning anything. The first rule that matches a value decides:
 * rules of a user's stand before these.
 */
export const defaultComparisonRules: readonly ComparisonRule[] = [
  {
    id: 'tpdu-cuts',
    matches: { layer: 'cotp', unit: 'DT' },
    how: 'ignore',
    reason: 'How a TSDU is cut into TPDUs, and TPDUs into TCP segments, is of no meaning (X.224 6.3, RFC 1006 5).',
  },
  {
    id: 'data-cuts',
    matches: { layer: 'session', unit: 'DATA TRANSFER' },
    how: 'ignore',
    reason: 'How an APDU is cut into RTTRs is of no meaning (X.228 8.3); the APDU itself is compared.',
  },
  {
    id: 'checkpoints',
    matches: { layer: 'session', unit: ['MINOR SYNC POINT', 'MINOR SYNC ACK'] },
    how: 'any-number',
    reason: 'Checkpoints follow from the cuts: an APDU that is a few octets longer may have one more.',
  },
  {
    id: 'serial-numbers',
    matches: { type: 'serial' },
    how: 'serial',
    reason: 'Serial numbers count the checkpoints (X.225 7.20).',
  },
  {
    id: 'transport-references',
    matches: { layer: 'cotp', path: ['*.sourceReference', '*.destinationReference'] },
    how: 'renamed',
    as: 'transport-reference',
    scope: 'connection',
    reason: 'Each side chooses its reference for each connection (X.224 13.3.3).',
  },
  {
    id: 'session-references',
    matches: { layer: 'session', type: 'reference', path: '**.connectionIdentifier.*' },
    how: 'renamed',
    as: 'session-reference',
    scope: 'connection',
    fresh: 'time',
    reason: 'References name one session connection, and hold the time at which it was opened (X.228 8.1.1.3).',
  },
  {
    id: 'resumed-references',
    matches: { layer: 'session', type: 'reference', path: '**.linkingInformation.*Reference*' },
    how: 'renamed',
    as: 'session-reference',
    reason: 'An ACTIVITY RESUME names the session connection in which the activity began (X.225 8.3.30).',
  },
  {
    id: 'session-references-recovered',
    matches: { layer: 'rtse', path: '**.{sessionConnectionIdentifier,recover}.**' },
    how: 'renamed',
    as: 'session-reference',
    reason: 'What is recovered is named by the references of its session connection (X.228 7.8).',
  },
  {
    id: 'activity-identifiers',
    matches: { layer: 'session', path: '**.activityIdentifier' },
    how: 'renamed',
    as: 'activity',
    scope: 'connection',
    reason: 'The sender numbers its activities as it likes (X.228 8.3).',
  },
  {
    id: 'mts-identifiers',
    matches: { layer: 'p1', path: '**.localIdentifier' },
    how: 'renamed',
    as: 'mts-identifier',
    distinct: true,
    fresh: 'identifier',
    reason: 'Messages, probes and reports are named anew each time (X.411 8.2.1.1.1.1).',
  },
  {
    id: 'content-identifiers',
    matches: { layer: 'p1', path: '**.contentIdentifier' },
    how: 'renamed',
    as: 'content-identifier',
    reason: 'The originator names the content as it likes (X.411 8.2.1.1.1.18).',
  },
  {
    id: 'ipm-identifiers',
    matches: {
      layer: 'p1',
      path: [
        '**.IPM.heading.{thisIPM,repliedToIPM}.printableString',
        '**.IPM.heading.{obsoletedIPMs,relatedIPMs}.*.printableString',
        '**.IPN.**.printableString',
      ],
    },
    how: 'renamed',
    as: 'mts-identifier',
    fresh: 'identifier',
    reason: "A user's agent numbers its messages, often by the MTS identifier (X.420 7.1.1).",
  },
  {
    id: 'times',
    matches: { type: 'UTCTime' },
    how: 'time',
    reason: 'Any other day is another time.',
  },
];
