import { expect } from 'chai';
import { presets } from '../../../harness/mta/presets/index.js';
import { gridOf, matrixLines } from '../../../harness/report/matrix.js';
import { matrixHtml } from '../../../harness/report/matrix-html.js';
import { MatrixProgress } from '../../../harness/report/matrix-progress.js';
import { type Mode, modes } from '../../../harness/stack/mode.js';
import type { MatrixCell, MatrixResult } from '../../../harness/verdict/matrix.js';
import { expectedCell } from '../../../harness/verdict/matrix-expected.js';

/** All presets, each pair as it is documented. */
function documented(changed: (cell: MatrixCell) => Partial<MatrixCell> | undefined = () => undefined): MatrixCell[] {
  const family = (name: string) => presets.filter((preset) => preset.family === name);
  return modes.flatMap((mode) =>
    family('exchange').flatMap((exchange) =>
      family('third-party').map((peer): MatrixCell => {
        const expected = expectedCell(exchange, peer, mode);
        const { rules, drains: drained } = expected;
        const cell: MatrixCell = {
          exchange: exchange.name,
          peer: peer.name,
          mode,
          verdict: rules.length === 0 && drained ? 'pass' : 'fail',
          leaks: rules.length,
          rules,
          queue: { drained, out: drained ? 3 : 0, submitted: 3, length: drained ? 0 : 4 },
          inbound: { arrived: 2, submitted: 2 },
          expected,
          asExpected: true,
          transcript: `out/matrix-${mode}-${exchange.name}-${peer.name}.ndjson`,
        };
        return { ...cell, ...changed(cell) };
      }),
    ),
  );
}

function result(cells: readonly MatrixCell[], more: Partial<MatrixResult> = {}): MatrixResult {
  const startedAt = '2006-08-08T00:00:00.000Z';
  return { tool: 'p1spec', version: '0.1.0', modes, startedAt, duration: 8100, cells, ...more };
}

const lines = (cells: readonly MatrixCell[], more: Partial<MatrixResult> = {}, color = false) => [
  ...matrixLines(result(cells, more), { color }),
];

const is = (cell: MatrixCell, exchange: string, peer: string, mode: Mode) =>
  cell.exchange === exchange && cell.peer === peer && cell.mode === mode;

describe('the matrix on a terminal', () => {
  it('fits into a hundred columns with all presets, and has no colours off a terminal', () => {
    const all = lines(documented());
    expect(Math.max(...all.map(({ length }) => length))).to.be.at.most(100);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this is about
    expect(all.join('\n')).to.not.match(/[\x00-\x09\x0b-\x1f]/);
    expect(lines(documented(), {}, true).join('\n')).to.include('\u001b[3');
  });

  it('has a grid for each mode, with a column for each Exchange preset', () => {
    const all = lines(documented());
    const heads = all.filter((line) => line.startsWith('mode '));
    expect(heads).to.have.lengthOf(3);
    expect(heads[0]?.split(/ {2,}/)).to.deep.equal([
      'mode normal',
      '2003-sp2',
      '2003-kb916986',
      '2000-rtm',
      '2000-sp1',
      '5.5',
    ]);
    const row = all.find((line) => line.startsWith('strict-bind'));
    expect(row).to.match(
      /^strict-bind +1 leak {2}blocks +clean {3}drains +1 leak {2}blocks +1 leak {2}drains +2 leaks drains$/,
    );
    const at = all.findIndex((line) => line.startsWith('refuse-after-'));
    expect(all[at]).to.match(/ 4 leaks blocks +clean {3}drains /);
    expect(all[at + 1]).to.equal('  routing-packet');
  });

  it('says which rules found what, and sums up', () => {
    const all = lines(documented());
    expect(all).to.include('  exchange-2003-kb916986  clean');
    expect(all).to.include('  exchange-5.5            BODY-001, ENV-010');
    expect(all).to.include('transcripts: out/matrix-<mode>-<exchange>-<peer>.ndjson');
    expect(all.at(-1)).to.match(/^195 conversations in 8\.1 s: \d+ clean, \d+ leak; \d+ drain, \d+ block; all as the/);
  });

  it('marks what is not as documented, and tells both', () => {
    const odd = (cell: MatrixCell) =>
      is(cell, 'exchange-2003-kb916986', 'tolerant', 'normal')
        ? {
            rules: ['ENV-007'],
            leaks: 1,
            queue: { drained: false, out: 1, submitted: 3, length: 2 },
            inbound: { arrived: 1, submitted: 2 },
            asExpected: false,
          }
        : undefined;
    const all = lines(documented(odd));
    expect(all.find((line) => line.startsWith('tolerant'))).to.match(/ 1 leak {2}blocks ! {2,}/);
    const at = all.findIndex((line) => line.startsWith('! '));
    expect(all.slice(at, at + 3)).to.deep.equal([
      '! exchange-2003-kb916986 and tolerant, normal: ENV-007; blocks (1 of 3 out); 1 of 2 from the peer do not arrive',
      '  documented: clean; drains',
      '  transcript: out/matrix-normal-exchange-2003-kb916986-tolerant.ndjson',
    ]);
    expect(all.at(-1)).to.include('1 not as the presets document it');
  });

  it('shows a grid with holes where it was ended before', () => {
    const some = documented().filter((cell) => cell.mode === 'normal' && !is(cell, 'exchange-5.5', 'pp', 'normal'));
    const all = lines(some, { interrupted: 'ended by SIGINT' });
    expect(all.filter((line) => line.startsWith('mode '))).to.have.lengthOf(1);
    expect(all.find((line) => line.startsWith('pp'))).to.match(/ -$/);
    expect(all).to.include('ended before its end: ended by SIGINT');
    expect(lines([], { interrupted: 'x' }).at(-1)).to.match(/^0 conversations/);
  });

  it('says so where nothing was bound', () => {
    const all = lines(documented(() => ({ verdict: 'inconclusive' })));
    expect(all.find((line) => line.startsWith('echo'))).to.match(/^echo( +no bind){5}$/);
  });

  it('has rows of peers in columns of Exchange', () => {
    const { columns, rows } = gridOf(documented(), 'x410-1984');
    expect([columns.length, rows.length, rows[0]?.cells.length]).to.deep.equal([5, 13, 5]);
    expect(rows.every(({ cells }) => cells.every((cell) => cell?.mode === 'x410-1984'))).to.equal(true);
  });
});

describe('the progress of a matrix', () => {
  const [cell] = documented();
  const told = (live: boolean) => {
    let text = '';
    const progress = new MatrixProgress({ write: (more) => (text += more) }, { live });
    progress.cellEnded(cell as MatrixCell, { done: 7, all: 195 });
    progress.end();
    return text;
  };

  it('is a line each, or a counter that stays in its line and goes', () => {
    expect(told(false)).to.equal('p1spec:   7/195 exchange-2003-sp2 and tolerant, normal: 4 leaks, drains\n');
    expect(told(true)).to.equal('p1spec: 7 of 195 conversations\r\u001b[K');
  });
});

/** Elements that have no end tag. */
const VOID = new Set(['meta', 'input', 'br']);

/** The names of elements, each closed where it was opened. */
function elementsOf(html: string): Map<string, number> {
  const open: string[] = [];
  const counts = new Map<string, number>();
  for (const [, slash, name = '', attributes = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>/g)) {
    if (slash === '/') expect(open.pop()).to.equal(name);
    else {
      expect(attributes, name).to.match(/^(?:\s+[a-z-]+(?:="[^"]*")?)*$/);
      if (!VOID.has(name)) open.push(name);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  expect(open).to.deep.equal([]);
  return counts;
}

describe('the matrix as a page', () => {
  const page = matrixHtml(result(documented()), 'out');

  it('is sound, and a table for each mode with heads that say whose they are', () => {
    expect(page).to.match(/^<!doctype html>\n<html lang="en">/);
    const counts = elementsOf(page);
    expect(counts.get('table')).to.equal(3);
    expect(counts.get('caption')).to.equal(3);
    expect([...page.matchAll(/<th scope="col">/g)]).to.have.lengthOf(15);
    expect([...page.matchAll(/<th scope="row">/g)]).to.have.lengthOf(39);
    expect([...page.matchAll(/<input type="radio" name="mode"/g)]).to.have.lengthOf(4);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('asks nobody for anything and runs nothing', () => {
    expect(page).to.include(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).to.not.match(/<(script|img|link|iframe|object|embed|form|base)\b|\bsrc=|@import|url\(|https?:/);
    expect(page).to.not.match(/\son[a-z]+=/);
    expect(page).to.include('prefers-color-scheme: dark');
  });

  it('links each cell to its transcript from where the page is, and each name to what it is', () => {
    const links = (html: string) => [...html.matchAll(/<a class="chips" href="([^"]+)"/g)].map(([, href]) => href);
    expect(links(page)).to.have.lengthOf(195);
    expect(links(page)[0]).to.equal('matrix-normal-exchange-2003-sp2-tolerant.ndjson');
    expect(links(matrixHtml(result(documented()), 'pages/today'))[0]).to.equal(
      '../../out/matrix-normal-exchange-2003-sp2-tolerant.ndjson',
    );
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).to.include(target);
  });

  it('has a cell without a transcript all the same', () => {
    const bare = matrixHtml(result(documented(() => ({ transcript: null }))), '.');
    expect(bare).to.not.include('ndjson');
    expect([...bare.matchAll(/<span class="chips">/g)]).to.have.lengthOf(195);
  });

  it('disarms names of files, and whatever else is no text of its own', () => {
    const evil = `java"script:<script>alert(1)</script>&'\u202e/x.ndjson`;
    const odd = matrixHtml(
      result(
        documented(() => ({ transcript: evil, exchange: '<b onclick="x">', rules: ['<i>'], leaks: 1 })),
        {
          interrupted: '<u>',
          version: '"><s>',
          startedAt: '<em>',
        },
      ),
      '.',
    );
    elementsOf(odd);
    expect(odd).to.not.match(/<script|<b |<i>|<u>|<s>|\u202e/);
    expect(odd).to.include('href="java%22script%3A%3Cscript%3Ealert(1)%3C/script%3E%26&#39;%E2%80%AE/x.ndjson"');
  });

  it('tells what was found and documented where these are not the same', () => {
    const odd = matrixHtml(result(documented(() => ({ asExpected: false, rules: ['ENV-007'] }))), '.');
    expect(odd).to.include('no. Documented: ADDR-006, BIND-001, BODY-001, BODY-003; drains. Found: ENV-007; drains');
    expect(page).to.not.include('Found:');
  });

  it('calls an assumption one', () => {
    expect(page).to.match(/On what it rests: \d+ statements, \d+ of them assumptions/);
    expect(page).to.include('<em>(KB 916986)</em>');
    expect(page).to.include('(assumption: ');
  });

  it('shows a filter only where there is a choice', () => {
    const one = documented().filter(({ mode }) => mode === 'normal');
    expect(matrixHtml(result(one, { modes: ['normal'] }), '.')).to.not.include('type="radio"');
  });
});
