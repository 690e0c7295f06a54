import type { Tier } from '../rules/finding.js';
import type { RuleInfo } from '../rules/rule.js';
import type { CaseFinding, CaseResult } from '../verdict/results.js';
import { oneLine, plainLines } from './outcome.js';

export interface Text {
  readonly text: string;
}

/** SARIF 3.49, reportingDescriptor: a rule of the catalogue, or a case whose failure rests on no rule. */
export interface Descriptor {
  readonly id: string;
  readonly name?: string;
  readonly shortDescription: Text;
  readonly fullDescription?: Text;
  readonly help?: Text;
  readonly defaultConfiguration: { readonly level: Level };
  readonly properties?: object;
}

export type Level = 'error' | 'warning' | 'note';

/** A permission is told as a suppression: what it permits keeps its level. */
export function levelOf(tier: Tier): Level {
  return tier === 1 ? 'error' : tier === 2 ? 'warning' : 'note';
}

/**
 * SARIF 3.11: braces are placeholders and stand doubled; brackets before a parenthesis are a link, and nothing that the
 * wire carried becomes one.
 */
export function message(text: string): Text {
  return { text: text.replace(/[{}]/g, '$&$&').replaceAll('](', '] (') };
}

export function ruleDescriptor({ id, title, tier, strength, clause, rationale, appliesTo }: RuleInfo): Descriptor {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: rationale },
    help: { text: `${title}.\n\n${rationale}\n\nClause: ${clause} (${strength}). Tier ${tier}: ${TIERS[tier]}.` },
    defaultConfiguration: { level: levelOf(tier) },
    properties: { tier, strength, clause, modes: appliesTo, tags: [`tier-${tier}`, strength] },
  };
}

const TIERS: Readonly<Record<Tier, string>> = {
  1: 'it cannot be right on any foreign link',
  2: 'it needs an agreement between the two MTAs',
  3: 'it is worth telling, and fails nothing',
};

/** Of a finding whose rule the catalogue does not have. */
export function findingDescriptor({ rule, tier, clause }: CaseFinding): Descriptor {
  return {
    id: rule,
    shortDescription: { text: oneLine(rule) },
    defaultConfiguration: { level: levelOf(tier) },
    properties: { tier, clause },
  };
}

export function caseDescriptor({ id, purpose, clause, strength, role, reproduce }: CaseResult): Descriptor {
  const iut = role === 'both' ? 'initiator and responder' : role;
  return {
    id,
    shortDescription: { text: plainLines(purpose) },
    help: {
      text: [
        `${plainLines(purpose)}.`,
        `Clause: ${oneLine(clause)} (${strength}). The IUT is ${iut}.`,
        `To run it alone: ${oneLine(reproduce)}`,
      ].join('\n\n'),
    },
    defaultConfiguration: { level: strength === 'shall' ? 'error' : 'warning' },
    properties: { strength, clause, role, tags: ['case', strength] },
  };
}
