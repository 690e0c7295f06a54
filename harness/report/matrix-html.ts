import { relative, sep } from 'node:path';
import { formatEvidence } from '../mta/evidence.js';
import type { Preset } from '../mta/preset.js';
import { presets } from '../mta/presets/index.js';
import { ruleOf } from '../rules/catalogue.js';
import type { Mode } from '../stack/mode.js';
import type { MatrixCell, MatrixResult } from '../verdict/matrix.js';
import { escapeHtml, relativeUrl } from './escape.js';
import { expectedText, foundText, gridOf, leaksText, queueText, summaryLine } from './matrix.js';
import { filterStyle, matrixStyle } from './matrix-style.js';

/**
 * The matrix as one page. It holds all that it shows, asks nobody for anything and runs no script: its own policy
 * forbids both. The transcripts are linked from the page's `folder`.
 */
export function matrixHtml(result: MatrixResult, folder: string): string {
  const { modes } = result;
  return lines([
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<title>p1spec matrix</title>',
    `<style>${matrixStyle}${filterStyle(modes)}</style>`,
    '</head>',
    '<body>',
    '<header>',
    '<h1>p1spec matrix</h1>',
    '<p>Each Exchange preset against each third-party preset: mail both ways, and a report. A cell says what leaks in what',
    ' the Exchange side sends, and whether its queue to the peer drains; it leads to the transcript.</p>',
    `<p class="summary">${escapeHtml(summaryLine(result))}.</p>`,
    ...(result.interrupted === undefined
      ? []
      : [`<p class="summary otherwise">Ended before its end: ${escapeHtml(result.interrupted)}.</p>`]),
    modes.length > 1 ? filter(modes) : '',
    legend,
    '</header>',
    '<main>',
    ...modes.map((mode) => section(result.cells, mode, folder)),
    presetSection(result.cells),
    '</main>',
    `<footer><p>p1spec ${escapeHtml(result.version)}, begun <time>${escapeHtml(result.startedAt)}</time></p></footer>`,
    '</body>',
    '</html>',
    '',
  ]);
}

const legend = [
  '<ul class="legend">',
  '<li><span class="chip good">clean</span> nothing of tier 1 or 2 found</li>',
  '<li><span class="chip bad">4 leaks</span> places that hold proprietary data, each counted once</li>',
  '<li><span class="chip good">drains</span> all that was queued came out</li>',
  '<li><span class="chip bad">blocks</span> it did not, in two retry intervals and three failures</li>',
  '<li><span class="chip otherwise">otherwise</span> not as the two presets document it</li>',
  '</ul>',
].join('\n');

function filter(modes: readonly Mode[]): string {
  const choice = (id: string, text: string, checked = false) =>
    `<label><input type="radio" name="mode" id="show-${id}"${checked ? ' checked' : ''}> ${text}</label>`;
  return lines([
    '<fieldset>',
    '<legend>Mode</legend>',
    choice('all', 'all', true),
    ...modes.map((mode) => choice(mode, mode)),
    '</fieldset>',
  ]);
}

function section(cells: readonly MatrixCell[], mode: Mode, folder: string): string {
  const { columns, rows } = gridOf(cells, mode);
  return lines([
    `<section class="mode" id="mode-${mode}">`,
    `<h2 id="head-${mode}">Mode ${mode}</h2>`,
    `<section class="wide" aria-labelledby="head-${mode}" tabindex="0">`,
    '<table>',
    `<caption>Third-party presets down, Exchange presets across, in mode ${mode}</caption>`,
    '<thead>',
    '<tr>',
    '<td></td>',
    ...columns.map((name) => `<th scope="col">${linked(name)}</th>`),
    '</tr>',
    '</thead>',
    '<tbody>',
    ...rows.flatMap(({ peer, cells: own }) => [
      '<tr>',
      `<th scope="row">${linked(peer)}</th>`,
      ...own.map((cell) => (cell === undefined ? '<td>not held</td>' : tableCell(cell, folder))),
      '</tr>',
    ]),
    '</tbody>',
    '</table>',
    '</section>',
    '</section>',
  ]);
}

function tableCell(cell: MatrixCell, folder: string): string {
  const { exchange, peer, mode, transcript } = cell;
  const chips = chipsOf(cell);
  const href = transcript === null ? undefined : relativeUrl(relative(folder, transcript), sep);
  const whose = escapeHtml(` of ${exchange} and ${peer}, ${mode}`);
  return lines([
    '<td>',
    href === undefined
      ? `<span class="chips">${chips}</span>`
      : `<a class="chips" href="${escapeHtml(href)}">${chips}<span class="unseen">: transcript${whose}</span></a>`,
    `<details><summary>details<span class="unseen">${whose}</span></summary>`,
    '<dl>',
    ...details(cell).map(([name, text]) => `<dt>${name}</dt><dd>${text}</dd>`),
    '</dl>',
    '</details>',
    '</td>',
  ]);
}

function chipsOf(cell: MatrixCell): string {
  const chip = (kind: 'good' | 'bad' | 'otherwise', text: string) => `<span class="chip ${kind}">${text}</span>`;
  if (cell.verdict === 'inconclusive') return chip('otherwise', 'no bind');
  return [
    chip(cell.leaks === 0 ? 'good' : 'bad', leaksText(cell)),
    chip(cell.queue.drained ? 'good' : 'bad', queueText(cell)),
    ...(cell.asExpected ? [] : [chip('otherwise', 'otherwise')]),
  ].join(' ');
}

/** Names and their texts, as HTML. */
function details(cell: MatrixCell): (readonly [string, string])[] {
  const { rules, queue, inbound, expected, asExpected, transcript } = cell;
  const left = queue.length === null ? '' : `, ${queue.length} left in it`;
  return [
    ['Rules', rules.length === 0 ? 'none found anything' : list(rules.map(ruleText))],
    ['Queue to the peer', `${queue.out} of ${queue.submitted} messages out${left}`],
    ['Mail from the peer', `${inbound.arrived} of ${inbound.submitted} arrive`],
    ...(expected.reactions.length === 0
      ? []
      : [['The peer', list(expected.reactions.map(({ to, outcome }) => `${to}: ${outcome}`))] as const]),
    [
      'As documented',
      asExpected ? 'yes' : `no. Documented: ${escapeHtml(expectedText(cell))}. Found: ${escapeHtml(foundText(cell))}`,
    ],
    ...(transcript === null
      ? []
      : [['To read it', `<code>${escapeHtml(`p1spec show ${transcript}`)}</code>`] as const]),
  ];
}

function ruleText(id: string): string {
  const rule = ruleOf(id);
  return `${escapeHtml(id)}${rule === undefined ? '' : `: ${escapeHtml(rule.title)}`}`;
}

function list(items: readonly string[]): string {
  return `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

/** A preset's name, leading to what it is. */
function linked(name: string): string {
  return `<a href="#preset-${escapeHtml(encodeURIComponent(name))}">${escapeHtml(name)}</a>`;
}

function presetSection(cells: readonly MatrixCell[]): string {
  const met = new Set(cells.flatMap(({ exchange, peer }) => [exchange, peer]));
  return lines([
    '<section aria-labelledby="head-presets">',
    '<h2 id="head-presets">The presets</h2>',
    '<p>Fakes, each with the evidence for what it does. What nobody has published is an assumption, and is called so.</p>',
    ...presets.filter(({ name }) => met.has(name)).map(presetText),
    '</section>',
  ]);
}

function presetText({ name, says, statements }: Preset): string {
  const assumed = statements.filter(({ evidence }) => evidence.kind === 'assumption').length;
  const items = statements.map(
    ({ what, evidence }) => `${escapeHtml(what)} <em>(${escapeHtml(formatEvidence(evidence))})</em>`,
  );
  return lines([
    `<article id="preset-${escapeHtml(name)}">`,
    `<h3>${escapeHtml(name)}</h3>`,
    `<p>${escapeHtml(says)}.</p>`,
    ...(items.length === 0
      ? []
      : [
          `<details><summary>On what it rests: ${items.length} statements, ${assumed} of them assumptions</summary>`,
          list(items),
          '</details>',
        ]),
    '</article>',
  ]);
}

function lines(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}
