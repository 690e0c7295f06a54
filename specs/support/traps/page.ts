import type { Trap } from './trap.js';

/** The traps as a page, without the columns that have nothing in them. */
export function trapsMarkdown(traps: readonly Trap[]): string {
  const lines = [
    '# Traps',
    '',
    'Written by `npm run docs`; a test fails where it is stale.',
    '',
    'Where real MTAs have failed each other, and where stacks that speak several modes get it wrong. Each trap is sprung in',
    'every mode that has room for it, and the rules named here tell of it; what is legal, no rule tells of. The rules are in',
    '[rules.md](rules.md): tier 3 is told and never fails. What our own machines and MTAs do with it follows: whether they',
    'take it, in both roles and every mode, what never stands in what they send, and what an MTA does that is scripted to',
    'refuse whatever a rule tells of.',
  ];
  const shown = COLUMNS.filter(([, cell]) => traps.some((trap) => cell(trap) !== ''));
  for (const area of new Set(traps.map((trap) => trap.area))) {
    const rows = traps.filter((trap) => trap.area === area).map((trap) => line(shown.map(([, cell]) => cell(trap))));
    const head = shown.map(([name]) => name);
    const title = `## ${area.charAt(0).toUpperCase()}${area.slice(1)}`;
    lines.push('', title, '', line(head), line(head.map(() => '---')), ...rows);
  }
  return `${lines.join('\n')}\n`;
}

const COLUMNS: readonly (readonly [name: string, cell: (trap: Trap) => string])[] = [
  ['trap', ({ what }) => what],
  ['source', ({ source }) => source],
  ['told by', ({ rules }) => (rules.length === 0 ? 'none' : rules.join(', '))],
  ['accepted on input', ({ accepts = '' }) => accepts],
  ['never sent', ({ neverEmits = '' }) => neverEmits],
  ['what a strict peer does', ({ strictPeer = '' }) => strictPeer],
  ['note', ({ note = '' }) => note],
];

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
}
