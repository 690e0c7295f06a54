import type { Finding } from '../../../../harness/rules/finding.js';
import { Judge } from '../../../../harness/rules/judge.js';
import { p1UserTypes } from '../../../../harness/rules/p1-association.js';
import { observe, type Sent } from './association.js';

/** What the observer and all rules make of an association. */
export function judged(sent: readonly Sent[], options: { chunk?: number; judge?: Judge } = {}): Finding[] {
  const { judge = new Judge() } = options;
  const findings: Finding[] = [];
  for (const event of observe(sent, p1UserTypes, options)) findings.push(...judge.on(event));
  return [...findings, ...judge.end()];
}
