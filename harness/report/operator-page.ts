import { formatEvidence } from '../mta/evidence.js';
import { type CounterDefinition, connectionCounters, mtaCounters, uncounted } from '../mta/operator/counter-names.js';
import { type EventDefinition, eventDefinitions, unloggedNumbers } from '../mta/operator/definitions.js';
import { table, WRITTEN } from './catalogue.js';

/** The events and counters that an operator is told of, as a page. */
export function eventsMarkdown(): string {
  const events: [string, EventDefinition][] = Object.entries(eventDefinitions);
  const numbered = events.filter(([, { id }]) => id !== undefined);
  const others = events.filter(([, { id }]) => id === undefined);
  const lines = [
    '# Events and counters',
    '',
    WRITTEN,
    '',
    '`p1spec mta --watch` shows the queues and the last events of a fake MTA, live; `--events <file>` writes events and',
    'counters as JSON lines (`-` for stdout). Of a scenario, each line names the MTA that it is of, as `scenarioMta`.',
    '',
    '## Events with a number',
    '',
    "Exchange presets have the numbers of Exchange's MTA (source `MSExchangeMTA`). A number is given where an article of",
    "Microsoft's Knowledge Base has it, and where what it stands for happens in a fake MTA; **assumption** marks what the",
    "article does not say. The order in which the numbers of one failure come is this project's: the articles list them, and",
    'do not say which comes first. Third-party presets have the same events without numbers: an event log of theirs is not',
    'published. Texts are in words of our own.',
    '',
    ...table(
      ['number', 'name', 'category', 'type', 'when', 'evidence'],
      numbered.map(([name, { id, category, severity, when, evidence }]) => [
        String(id),
        `\`${name}\``,
        category,
        severity,
        when,
        evidence.map((each) => formatEvidence(each).replace(/^assumption/, '**assumption**')).join('; '),
      ]),
    ),
    '',
    '## Events without a number',
    '',
    'No number is known of these, or Exchange has none; every preset has them.',
    '',
    ...table(
      ['name', 'type', 'when'],
      others.map(([name, { severity, when }]) => [`\`${name}\``, severity, when]),
    ),
    '',
    '## Numbers that are not given',
    '',
    "Exchange's MTA has more events. These nothing here gives rise to:",
    '',
    ...table(
      ['numbers', 'what', 'why not'],
      unloggedNumbers.map(({ ids, what, why }) => [ids, what, why]),
    ),
    '',
    '## Counters of the MTA',
    '',
    "Names are those of Exchange's performance counters; what they mean is that of the objects of RFC 1566 to which its",
    'documentation maps them. Messages are messages, probes and reports.',
    '',
    ...counterTable(mtaCounters),
    '',
    '## Counters of each connection',
    '',
    ...counterTable(connectionCounters),
    '',
    '## Counters that are not kept',
    '',
    ...table(
      ['name', 'why not'],
      uncounted.map(({ name, why }) => [name, why]),
    ),
    '',
    '## JSON lines',
    '',
    'Each line is an object. What is written here is a promise: it changes only by additions.',
    '',
    '- `{ "kind": "event", "at", "id", "name", "source", "category", "severity", "text", "parameters", "evidence" }`: `at` is a',
    '  time of ISO 8601, `id` the number, absent where there is none, `source` is `MSExchangeMTA` or `MTA`, `parameters` an',
    '  object of text and numbers, `evidence` a list of text. `text` is for people, and may change.',
    '- `{ "kind": "counters", "at", "mta": {}, "connections": [{ "peer", "counters": {} }] }`, every minute and at the end:',
    '  counters by name; those that say nothing at that time are absent.',
    '- Everything that is not ASCII is escaped as JSON has it.',
  ];
  return `${lines.join('\n')}\n`;
}

function counterTable(counters: Readonly<Record<string, CounterDefinition>>): string[] {
  return table(
    ['counter', 'what is counted', 'name from'],
    Object.entries(counters).map(([name, { means, source }]) => [name, means, source]),
  );
}
