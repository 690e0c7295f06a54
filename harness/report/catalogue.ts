import { formatEvidence } from '../mta/evidence.js';
import type { ExchangePreset } from '../mta/exchange.js';
import { exchangeChoices, exchangeOptionTexts } from '../mta/exchange-options.js';
import { expectationLines } from '../mta/expectation.js';
import type { Preset } from '../mta/preset.js';
import { EVERY_MODE, type RuleInfo } from '../rules/rule.js';
import type { Mode } from '../stack/mode.js';
import type { CaseDescription } from '../verdict/results.js';

/** The rules as lines for a terminal: id, tier, strength, modes, what holds. */
export function* ruleLines(rules: readonly RuleInfo[]): Generator<string> {
  for (const { id, tier, strength, title, appliesTo } of rules)
    yield `${id.padEnd(10)} tier ${tier}  ${strength.padEnd(6)}  ${modesText(appliesTo).padEnd(9)}  ${title}`;
}

/** In how many modes a rule holds, in a word or two. */
function modesText(modes: readonly Mode[]): string {
  if (modes.length === EVERY_MODE.length) return 'all modes';
  if (modes.length === 1) return modes[0] as string;
  return modes.includes('normal') ? 'P1-1988' : 'x410';
}

/** One rule with everything that is known of it. */
export function* ruleDetails({ id, title, tier, strength, clause, rationale, appliesTo }: RuleInfo): Generator<string> {
  yield `${id}  ${title}`;
  yield `  tier ${tier} (${TIER[tier]}), ${strength}, ${clause}`;
  yield `  modes: ${appliesTo.join(', ')}`;
  yield `  ${rationale}`;
}

const TIER = {
  1: 'violation: fails',
  2: 'bilateral: fails unless permitted',
  3: 'quality: told, never fails',
} as const;

export const WRITTEN = 'Written by `npm run docs`; a test fails where it is stale.';

/** The catalogue of rules as a page. */
export function rulesMarkdown(rules: readonly RuleInfo[]): string {
  const lines = [
    '# Rules',
    '',
    WRITTEN,
    '',
    'Tier 1 violates the Recommendations and fails. Tier 2 is legal P1 that needs an agreement, and fails unless permitted',
    '(`--permit rule=reason`). Tier 3 is told and never fails.',
    '',
    'A rule that names modes holds in associations of those modes only: `x410` are the two X.410 modes, `P1-1988` normal',
    'mode and `x410-1988`.',
  ];
  for (const [family, members] of byGroup(rules, ({ id }) => id.split('-')[0] as string)) {
    lines.push(
      '',
      `## ${family}`,
      '',
      ...table(['id', 'tier', 'strength', 'modes', 'what holds', 'clause', 'why'], members.map(ruleRow)),
    );
  }
  return `${lines.join('\n')}\n`;
}

function ruleRow({ id, tier, strength, appliesTo, title, clause, rationale }: RuleInfo): string[] {
  return [id, String(tier), strength, modesText(appliesTo), title, clause, rationale];
}

/** The catalogue of cases as a page. */
export function casesMarkdown(cases: readonly CaseDescription[]): string {
  const lines = [
    '# Cases',
    '',
    WRITTEN,
    '',
    "BV is valid behaviour of the peer, BI invalid, BO inopportune. The role is the IUT's. Where a run is in a mode that a",
    'case is not for, its verdict is `not-applicable`.',
  ];
  for (const [group, members] of byGroup(cases, (each) => each.group)) {
    lines.push(
      '',
      `## ${group}`,
      '',
      ...table(['id', 'purpose', 'modes', 'role', 'strength', 'clause'], members.map(caseRow)),
    );
  }
  return `${lines.join('\n')}\n`;
}

function caseRow({ id, purpose, modes, role, strength, clause }: CaseDescription): string[] {
  return [id, purpose, modes === undefined ? 'all' : modes.join(', '), role, strength, clause];
}

/** The presets as a page: what each does, and what that rests on. */
export function presetsMarkdown(presets: readonly Preset[]): string {
  const lines = [
    '# Presets',
    '',
    WRITTEN,
    '',
    "What a preset does, and on what that rests: an article of Microsoft's Knowledge Base (KB), a recorded reaction of a real",
    'MTA, or an **assumption** of this project. An assumption is not documented behaviour of any product; it is an option',
    'with a default.',
  ];
  lines.push('', ...optionLines(presets.filter(isExchange)));
  for (const { name, says, statements, expectation } of presets) {
    const rows = statements.map(({ what, evidence }) => [
      what,
      formatEvidence(evidence).replace(/^assumption/, '**assumption**'),
    ]);
    lines.push('', `## ${name}`, '', `${says}.`);
    const shows = expectationLines(expectation);
    if (shows.length > 0) lines.push('', 'To a partner that makes no other mistake it shows:', '');
    lines.push(...shows.map((each) => `- ${each}`));
    if (rows.length > 0) lines.push('', ...table(['what', 'evidence'], rows));
  }
  return `${lines.join('\n')}\n`;
}

const isExchange = (preset: Preset): preset is ExchangePreset => preset.family === 'exchange';

/** What the Exchange presets have for each option. */
function optionLines(presets: readonly ExchangePreset[]): string[] {
  const texts = presets.map(({ options }) => exchangeOptionTexts(options));
  const rows = Object.entries(exchangeChoices).map(([option, choices]) => [
    option,
    choices,
    ...texts.map((own) => own.get(option) ?? ''),
  ]);
  return [
    '## Options of the Exchange presets',
    '',
    'What is not published is an option: `preset.with({ bindMarker: { place: "credentials" } })` is the same preset with',
    'another choice. On what the choices of each preset rest, its own table says.',
    '',
    ...table(['option', 'choices', ...presets.map(({ name }) => name)], rows),
  ];
}

function byGroup<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

/** The lines of a table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
