import { addressRules } from './address.js';
import { bindRules } from './bind.js';
import { bodyRules } from './body.js';
import { encodingRules } from './encoding.js';
import { envelopeRules } from './envelope.js';
import { negotiationRules } from './negotiation.js';
import { queueRules } from './queue.js';
import { reportRules } from './report.js';
import type { Rule, RuleInfo } from './rule.js';

/** Rules on what is sent over an association. Families in the order in which an association meets them. */
export const associationRules: readonly Rule[] = [
  ...bindRules,
  ...negotiationRules,
  ...envelopeRules,
  ...addressRules,
  ...reportRules,
  ...bodyRules,
  ...encodingRules,
];

/** Every rule, by family (BIND, ENV, ADDR, RPT, BODY, ENC, QUEUE) and then by number. */
export const catalogue: readonly RuleInfo[] = [...associationRules, ...queueRules];

/** The rule of that id. */
export function ruleOf(id: string): RuleInfo | undefined {
  return catalogue.find((rule) => rule.id === id);
}
