import type { Pair, Source, Standing } from './exercise.js';
import type { Exercised } from './machines.js';

const SECTIONS: readonly (readonly [Source, string])[] = [
  ['peer', 'received'],
  ['user', 'of the user'],
  ['provider', 'of the layer below, and timers'],
];

/** In the order in which one run of a pair outranks another in the sums. */
const STANDINGS: readonly Standing[] = ['transition', 'ignored', 'error', 'refused', 'impossible'];

/** docs/state-tables.md: each machine's pairs of state and event, as the exercise found them. */
export function stateTablesMarkdown(machines: readonly Exercised[]): string {
  return [
    '# State tables',
    '',
    'Every state of every protocol machine, with every event: each pair is exercised by `specs/unit/stack/state-tables.spec.ts`,',
    'which leads a machine into the state by a conversation, feeds the event, and compares what it does with the tables of',
    'the Recommendation, transcribed for that purpose. `npm run docs` writes this page from the same exercise.',
    '',
    '- a state: the next one; `+X`: what the machine sends by itself',
    '- `(state)`: valid, and without effect on the user',
    '- `err`: an error of the peer; what follows is said above each table',
    '- `ref`: an error of the user: the request throws, and nothing changes',
    '- `–`: cannot arise; fed all the same',
    '- `a or b`: by the variables of the conversation (tokens, serial numbers) that led to the state',
    '',
    ...machines.flatMap(machineSection),
  ].join('\n');
}

function machineSection({ heading, pairs }: Exercised): string[] {
  const { abbreviations = {} } = heading;
  const columns = [...new Set(pairs.map(({ column }) => column))];
  const head = columns.map((column) => column.replace(/^\S+/, (state) => short(state, abbreviations)));
  const tables = SECTIONS.flatMap(([source, title]) => {
    const rows = tableRows(pairs, columns, source, abbreviations);
    if (rows.length === 0) return [];
    return [
      `### ${heading.title}: events ${title}`,
      '',
      line(['', ...head]),
      line(['---', ...columns.map(() => '---')]),
      ...rows,
      '',
    ];
  });
  return [
    `## ${heading.title}`,
    '',
    heading.source,
    '',
    `Columns: ${heading.columns}`,
    '',
    `\`err\`: ${heading.error}`,
    '',
    ...heading.notes.map((note) => `- ${note}`),
    ...abbreviated(abbreviations),
    '',
    summary(pairs),
    '',
    ...tables,
  ];
}

type Abbreviations = Readonly<Record<string, string>>;

/** States without the STA that they share. */
const short = (state: string, abbreviations: Abbreviations) => abbreviations[state] ?? state.replace(/^STA/, '');

function abbreviated(abbreviations: Abbreviations): string[] {
  const names = Object.entries(abbreviations).map(([state, name]) => `${name} ${state}`);
  return names.length === 0 ? [] : [`- States: ${names.join(', ')}.`];
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** Neighbours with the same cells share a row. */
function tableRows(
  pairs: readonly Pair[],
  columns: readonly string[],
  source: Source,
  abbreviations: Abbreviations,
): string[] {
  const rows: { labels: string[]; cells: string }[] = [];
  for (const label of new Set(pairs.filter((pair) => pair.source === source).map(({ row }) => row))) {
    const cells = columns.map((column) => {
      const runs = pairs.filter((pair) => pair.row === label && pair.column === column);
      return [...new Set(runs.map((run) => outcome(run, abbreviations)))].join(' or ');
    });
    const joined = cells.join(' | ');
    const last = rows.at(-1);
    if (last?.cells === joined) last.labels.push(label);
    else rows.push({ labels: [label], cells: joined });
  }
  return rows.map(({ labels, cells }) => `| ${labels.join('; ')} | ${cells} |`);
}

function outcome({ standing, observed, source }: Pair, abbreviations: Abbreviations): string {
  const state = short(observed.state, abbreviations);
  switch (standing) {
    case 'error':
      return 'err';
    case 'refused':
      return 'ref';
    case 'impossible':
      return '–';
    case 'ignored':
      return `(${state})`;
    case 'transition':
      return source === 'user' || observed.sent.length === 0 ? state : `${state} +${observed.sent.join('+')}`;
  }
}

function summary(pairs: readonly Pair[]): string {
  const best = new Map<string, Standing>();
  for (const { row, column, standing } of pairs) {
    const pair = `${row}\n${column}`;
    const before = best.get(pair);
    if (before === undefined || STANDINGS.indexOf(standing) < STANDINGS.indexOf(before)) best.set(pair, standing);
  }
  const count = (standing: Standing) => [...best.values()].filter((each) => each === standing).length;
  const conversations = new Set(pairs.map(({ column, path }) => `${column}\n${path}`)).size;
  return (
    `**${best.size} pairs**, all exercised, in ${conversations} conversations (${pairs.length} runs): ` +
    `${count('transition')} transitions, ${count('ignored')} without effect, ${count('error')} errors of the peer, ` +
    `${count('refused')} refused requests, ${count('impossible')} that cannot arise.`
  );
}
