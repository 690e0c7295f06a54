import type { Octets } from '../ber/octets.js';
import { type Finding, fails } from '../rules/finding.js';
import type { RuleInfo } from '../rules/rule.js';
import { escapeText } from './escape.js';
import { hexdumpLines } from './hexdump.js';

export interface FindingTextOptions {
  /** What the catalogue says of the rule. */
  readonly rule?: Pick<RuleInfo, 'title'>;
  /** The octets around the place, with their stream offsets. */
  readonly excerpt?: Octets;
  readonly indent?: string;
}

/** A finding for a person: what is required, what was sent, where, and the octets with their place marked. */
export function* findingLines(finding: Finding, options: FindingTextOptions = {}): Generator<string> {
  const { rule, excerpt, indent = '' } = options;
  const { tier, offset, length, path, message, clause, connection, direction, permitted, signature } = finding;
  const side = direction === 'i2r' ? 'initiator to responder' : 'responder to initiator';
  yield `${indent}tier ${tier}  ${finding.rule}  ${rule?.title ?? ''}`.trimEnd();
  yield `${indent}  ${escapeText(path)}: ${escapeText(message)}`;
  if (signature !== undefined) yield `${indent}  probably ${escapeText(signature)}`;
  yield `${indent}  connection ${connection}, ${side}, offset ${offset}, ${length} ${length === 1 ? 'octet' : 'octets'}  (${escapeText(clause)})`;
  if (permitted !== undefined) yield `${indent}  permitted: ${escapeText(permitted)}`;
  if (excerpt !== undefined && excerpt.length > 0 && (fails(finding) || permitted !== undefined)) {
    yield* hexdumpLines(excerpt, { indent: `${indent}  `, mark: { offset, length } });
  }
}
