import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { faultActions, faultKinds } from '../harness/link/faults/index.js';
import { answersTo, refusalsOf } from '../harness/mta/scenario/check-answers.js';
import { exchangeOptionForms } from '../harness/mta/scenario/preset-options.js';
import { formsAt, formText } from '../harness/mta/scenario/read-forms.js';
import { type EventText, type ScenarioEventName, scenarioEvents } from '../harness/mta/scenario/schema/events.js';
import { scenario } from '../harness/mta/scenario/schema/scenario.js';
import { stepKinds } from '../harness/mta/scenario/schema/steps.js';
import { thirdPartyOptions } from '../harness/mta/scenario/third-party-options.js';
import { table, WRITTEN } from '../harness/report/catalogue.js';

type Path = readonly (string | number)[];

/** What a scenario is, in prose, and all of its language, from its declaration. */
export function scenariosMarkdown(): string {
  const introduction = readFileSync(new URL('templates/scenarios.md', import.meta.url), 'utf8').trimEnd();
  const lines = [
    '# Scenarios',
    '',
    WRITTEN,
    '',
    introduction,
    '',
    '## Reference',
    '',
    'A field in **bold** has to be there.',
    '',
    ...section('The scenario', []),
    ...section('An MTA: `mtas.NAME`', ['mtas', 'NAME']),
    ...section('Its domain: `domain`', ['mtas', 'NAME', 'domain']),
    ...section('Its connector: `connector`', ['mtas', 'NAME', 'connector']),
    ...section('A reaction: `when`', ['mtas', 'NAME', 'when', 0]),
    ...section('An edit: `edits`', ['mtas', 'NAME', 'edits', 0]),
    ...section('What an edit does: `edits` within it, one key each', ['mtas', 'NAME', 'edits', 0, 'edits', 0]),
    '### Options of a preset: `options`',
    '',
    'By their paths; what they mean, and on what their defaults rest, is in [presets.md](presets.md). Presets that are not',
    'here have none.',
    '',
    ...table(
      ['preset', 'option', 'wants'],
      optionRows().map(([preset, path, form]) => [
        preset,
        `\`${path}\``,
        formsAt(form, []).map(shortText).join(', or '),
      ]),
    ),
    '',
    'Of `refuse-after-routing-packet`: how it refuses further traffic, and for how long after the last routing packet. Of',
    '`slow-checkpoint`: how late it confirms each checkpoint.',
    '',
    ...section('A link: `links`', ['links', 0]),
    ...section('A fault: `faults` of a link', ['links', 0, 'faults', 0]),
    ...faultTable(),
    ...section('A permission: `permit`', ['permit', 0]),
    '## Steps',
    '',
    ...stepKinds.flatMap(stepSection),
    '## Answers',
    '',
    ...answerTable(),
    '## Events',
    '',
    ...eventTable(),
    ...section('Filters: `where`', ['mtas', 'NAME', 'when', 0, 'where']),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function section(title: string, path: Path): string[] {
  return [`### ${title}`, '', ...fieldTable(path), ''];
}

function stepSection(kind: string): string[] {
  const path: Path = ['steps', 0, kind];
  const [form] = formsAt(scenario, path);
  const what = descriptionAt(['steps', 0], kind) ?? '';
  const lines = [`### \`${kind}\``, '', `${what}.`, ''];
  if (form instanceof z.ZodObject) return [...lines, ...fieldTable(path), ''];
  const forms = formsAt(scenario, path).map(shortText);
  return [...lines, `It wants ${forms.join(', or ')}.`, ''];
}

/** Inner mappings that are told with the field itself: each field by its path. */
function fieldTable(path: Path): string[] {
  return table(['field', 'wants', 'what it is'], [...fieldRows(path, '')]);
}

function optionRows(): [string, string, z.ZodType][] {
  const thirdParty = Object.entries(thirdPartyOptions).flatMap(([name, { forms }]) =>
    Object.entries(forms).map(([path, form]): [string, string, z.ZodType] => [name, path, form]),
  );
  const exchange = Object.entries(exchangeOptionForms).map(([path, form]): [string, string, z.ZodType] => [
    'Exchange',
    path,
    form,
  ]);
  return [...exchange, ...thirdParty];
}

/** Mappings with a table of their own. */
const ELSEWHERE = ['where', 'answer', 'domain', 'connector', 'when', 'edits', 'options', 'links', 'faults', 'permit'];

function* fieldRows(path: Path, prefix: string): Generator<string[]> {
  for (const form of formsAt(scenario, path)) {
    if (!(form instanceof z.ZodObject)) continue;
    for (const [name, declared] of Object.entries(form.shape)) {
      const field = declared as z.ZodType;
      const isOptional = field instanceof z.ZodOptional;
      const shown = `\`${prefix}${name}\``;
      const inner = formsAt(scenario, [...path, name]);
      const isTold = inner.some((each) => each instanceof z.ZodObject) && !ELSEWHERE.includes(name);
      yield [isOptional ? shown : `**${shown}**`, wanted(name, inner), descriptionAt(path, name) ?? ''];
      if (isTold && name !== 'steps' && name !== 'mtas') yield* fieldRows([...path, name], `${prefix}${name}.`);
    }
  }
}

function wanted(name: string, forms: readonly z.ZodType[]): string {
  if (ELSEWHERE.includes(name) || name === 'mtas' || name === 'steps') return 'see below';
  if (name === 'event' || name === 'step') return 'an event, see below';
  return [...new Set(forms.map((form) => (form instanceof z.ZodObject ? 'a mapping' : shortText(form))))].join(', or ');
}

/** What is written how has been said: no example each time. */
function shortText(form: z.ZodType): string {
  return formText(form).replace(/ with its unit, such as.*$| in hexadecimal, such as.*$|, such as.*$/, '');
}

/** Of an optional field, or of what it holds. */
function descriptionAt(path: Path, name: string): string | undefined {
  for (const form of formsAt(scenario, path)) {
    if (!(form instanceof z.ZodObject)) continue;
    const field = form.shape[name] as z.ZodType | undefined;
    if (field === undefined) continue;
    return (
      field.description ?? (field instanceof z.ZodOptional ? (field.unwrap() as z.ZodType).description : undefined)
    );
  }
  return undefined;
}

function faultTable(): string[] {
  const layers = formsAt(scenario, ['links', 0, 'faults', 0, 'layer']).flatMap((form) =>
    form instanceof z.ZodEnum ? form.options : [],
  ) as Parameters<typeof faultKinds>[0][];
  return [
    'The units of each layer, which `kind` names, and what can be done to them:',
    '',
    ...table(
      ['layer', 'kinds', 'what can be done'],
      layers.map((layer) => [layer, faultKinds(layer).join(', '), faultActions(layer).join(', ')]),
    ),
    '',
  ];
}

const MEANINGS: readonly (readonly [string, string, string])[] = [
  ['accept', '`accept`', 'It goes on as if nothing had been said; before the reactions of the preset'],
  ['hold', '`hold`', 'Nothing is answered, ever; during a transfer no checkpoint is confirmed'],
  [
    'delay',
    '`{ delay: 10 s }`, `{ delay: { for: 10 s, next: close } }`',
    'The answer comes later: accept, or the next one',
  ],
  ['abort', '`abort`, `{ abort: userError }`', 'RT-U-ABORT, with that reason'],
  ['close', '`close`', 'TCP is closed, with nothing said'],
  ['refuse', '`{ refuse: busy }`', 'A bind by an MTA-bind error, a transfer by an exception'],
  ['nonDeliver', '`{ nonDeliver: { reason: 1, diagnostic: 0 } }`', 'It is taken, and a non-delivery report goes back'],
  [
    'discard',
    '`discard`, `{ discard: localUserError }`',
    'At transfer and report: it is acknowledged, and nobody hears of it again. Of ours: ACTIVITY DISCARD',
  ],
  ['interrupt', '`interrupt`, `{ interrupt: localUserError }`', 'ACTIVITY INTERRUPT: our transfer goes on later'],
];

function answerTable(): string[] {
  const events = Object.keys(scenarioEvents) as ScenarioEventName[];
  const all = events.filter((event) => answersTo(event).length > 0);
  const at = (name: string) => {
    const having = all.filter((event) => answersTo(event).includes(name));
    return having.length === all.length ? 'everywhere' : having.join(', ');
  };
  return [
    'What an MTA does at a step of the protocol: in a reaction, and in an expectation.',
    '',
    ...table(
      ['answer', 'at', 'what it does'],
      MEANINGS.map(([name, written, meaning]) => [written, at(name), meaning]),
    ),
    '',
    `A bind is refused by ${refusalsOf('bind').join(', ')}. A transfer is refused by ${refusalsOf('transfer').join(', ')}.`,
    '',
  ];
}

function eventTable(): string[] {
  const rows = Object.entries(scenarioEvents as Readonly<Record<string, EventText>>).map(([name, text]) => [
    `\`${name}\``,
    text.what,
    text.answerable === true ? answersTo(name as ScenarioEventName).join(', ') : '',
    text.where.join(', '),
  ]);
  return [
    'What can be expected at an MTA of ours. The steps of the protocol come first: they can be answered, and reactions are',
    'tied to them. At a live MTA there is only `finding`.',
    '',
    ...table(['event', 'when', 'answers', 'filters'], rows),
    '',
  ];
}
