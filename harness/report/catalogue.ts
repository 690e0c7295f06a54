import type { RuleInfo } from '../rules/rule.js';

/** The rules as lines for a terminal: id, tier, strength, what holds. */
export function* ruleLines(rules: readonly RuleInfo[]): Generator<string> {
  for (const { id, tier, strength, title } of rules)
    yield `${id.padEnd(10)} tier ${tier}  ${strength.padEnd(6)}  ${title}`;
}

/** One rule with everything that is known of it. */
export function* ruleDetails({ id, title, tier, strength, clause, rationale }: RuleInfo): Generator<string> {
  yield `${id}  ${title}`;
  yield `  tier ${tier} (${TIER[tier]}), ${strength}, ${clause}`;
  yield `  ${rationale}`;
}

const TIER = {
  1: 'violation: fails',
  2: 'bilateral: fails unless permitted',
  3: 'quality: told, never fails',
} as const;

/** The catalogue as a page. */
export function rulesMarkdown(rules: readonly RuleInfo[]): string {
  const families = new Map<string, RuleInfo[]>();
  for (const rule of rules) {
    const family = rule.id.split('-')[0] as string;
    families.set(family, [...(families.get(family) ?? []), rule]);
  }
  const lines = [
    '# Rules',
    '',
    'Written by `npm run docs` from the rules themselves. Tier 1 violates the Recommendations and fails; tier 2 is legal P1',
    'that needs an agreement, and fails unless permitted (`--permit rule=reason`); tier 3 is told and never fails.',
  ];
  for (const [family, members] of families) {
    lines.push(
      '',
      `## ${family}`,
      '',
      '| id | tier | strength | what holds | clause | why |',
      '|---|---|---|---|---|---|',
    );
    for (const { id, tier, strength, title, clause, rationale } of members) {
      lines.push(
        `| ${[id, tier, strength, title, clause, rationale].map((cell) => String(cell).replace(/\|/g, '\\|')).join(' | ')} |`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
