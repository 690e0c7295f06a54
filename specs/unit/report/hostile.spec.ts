import { expect } from 'chai';
import { ConsoleReporter } from '../../../harness/report/console.js';
import { githubAnnotations } from '../../../harness/report/github.js';
import { githubSummary } from '../../../harness/report/github-summary.js';
import { resultJson } from '../../../harness/report/json.js';
import { junitXml } from '../../../harness/report/junit.js';
import { asciiJson } from '../../../harness/report/outcome.js';
import { sarifLog } from '../../../harness/report/sarif.js';
import { tapText } from '../../../harness/report/tap.js';
import type { CaseFinding, RunResult } from '../../../harness/verdict/results.js';
import { caseResult, finding, runResult } from '../../support/results.js';
import { parseTap } from '../../support/tap.js';
import { workflowCommands } from '../../support/workflow-commands.js';
import { parseXml } from '../../support/xml.js';

/** What a peer may call itself. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ['a script', '<script>alert(1)</script><img src=x onerror=alert(1)>'],
  ['quotes', '"\' onmouseover="alert(1)" `'],
  ['characters that turn the direction', 'safe\u202egnp.exe\u2066\u200f'],
  ['control characters', 'a\u0000\u001b[31m\u0007\u0008\u007f\u0085\r'],
  ['the ends of comments and sections', '--> ]]> </style> */ \u2028 \u2029'],
  ['a line that looks like a result', 'x\nok 99 - forged\n1..1\n  ...\nBail out!'],
  ['a directive', 'x # SKIP forged \\# TODO \\'],
  ['workflow commands', '::error::forged\n::error title=a::forged%0A::error::forged\n##[error]forged'],
  ['Markdown', '|\n```\n| [a](javascript:x) ![b](http://e) @all #1 <b> </details>\n# head'],
  ['half a surrogate', '\ud800 \udfff \ufffe'],
  ['a placeholder and a link', '{0} {{ [text](https://evil.example)'],
];

function hostileRun(text: string): RunResult {
  const found: CaseFinding = { ...finding, path: text, message: text, clause: text, signature: text };
  const permitted: CaseFinding = { ...found, tier: 2, permitted: text };
  const fields = {
    purpose: text,
    clause: text,
    reason: text,
    requirement: text,
    expected: text,
    actual: text,
    reproduce: text,
    transcripts: [text],
    failing: [found],
    findings: [found, permitted],
  };
  const verdicts = ['fail', 'inconclusive', 'not-run', 'not-applicable', 'error', 'pass'] as const;
  return runResult({
    target: text,
    shard: text,
    interrupted: text,
    permissions: [{ rule: 'ENV-007', reason: text, match: text }],
    expectedFailures: [{ id: text, reason: text }],
    sanity: [{ group: text, when: 'before', verdict: 'inconclusive', reason: text }],
    cases: [
      ...verdicts.map((verdict, i) => caseResult({ ...fields, id: `P1/ROUTE/BV-00${i}`, verdict })),
      caseResult({ ...fields, id: text, group: text, verdict: 'fail', expectedFailure: { reason: text } }),
      caseResult({ ...fields, id: 'P1/ROUTE/BV-009', expectedFailure: { reason: text } }),
    ],
  });
}

describe('reports of what a hostile peer sent', () => {
  for (const [what, text] of HOSTILE) {
    describe(what, () => {
      const run = hostileRun(text);

      it('is one text of TAP’s, in no line of its own', () => {
        const { plan, points } = parseTap(tapText(run));
        expect([plan, points.length]).to.deep.equal([9, 9]);
        expect(points.filter(({ directive }) => directive?.kind === 'SKIP').map(({ id }) => id)).to.deep.equal([4]);
        expect(points.filter(({ directive }) => directive?.kind === 'TODO').map(({ id }) => id)).to.deep.equal([7]);
        expect(points[0]?.diagnosis).to.have.property('reason', wellFormed(text));
      });

      it('is inert in SARIF', () => {
        const json = asciiJson(sarifLog(run, process.cwd()), 2);
        expect(json).to.match(/^[\n\x20-\x7e]*$/);
        const messages = texts(JSON.parse(json));
        expect(messages.length).to.be.greaterThan(10);
        for (const each of messages) {
          expect(each).to.match(/^[\n\x20-\x7e]*$/);
          expect(each).not.to.include('](');
          expect(each.replaceAll('{{', '').replaceAll('}}', '')).not.to.match(/[{}]/);
        }
      });

      it('is no command of GitHub’s', () => {
        const log = githubAnnotations(run);
        expect(log).to.match(/^[\n\x20-\x7e]*$/);
        expect(log.split('\n').filter((line) => line !== '' && !/^::(error|warning|notice) title=/.test(line))).to.be
          .empty;
        expect(workflowCommands(log).map(({ name }) => name)).to.deep.equal([
          ...['error', 'error', 'error', 'warning', 'warning', 'warning', 'warning', 'notice', 'notice'],
        ]);
      });

      it('is text in GitHub’s Markdown', () => {
        const markdown = githubSummary(run);
        expect(markdown).to.match(/^[\n\x20-\x7e]*$/);
        const { prose, blocks } = fencesOf(markdown);
        expect(blocks).to.equal(5);
        // What is left of tags and of characters that mean something is ours.
        const plain = prose.replace(/\\[!-/:-@[-`{-~]/g, '');
        expect(plain.match(/<[^>]*>/g) ?? []).to.have.members(
          Array.from({ length: blocks }, () => ['<details>', '<summary>', '</summary>', '</details>']).flat(),
        );
        expect(plain).not.to.match(/[`@[\]]|https?:/);
      });

      it('is well formed in JUnit’s XML and in JSON', () => {
        expect(parseXml(junitXml(run)).name).to.equal('testsuites');
        expect(JSON.parse(JSON.stringify(resultJson(run)))).to.have.nested.property(
          'cases[0].reason',
          run.cases[0]?.reason,
        );
      });

      it('moves nothing on a terminal', () => {
        let shown = '';
        const console = new ConsoleReporter({
          color: false,
          write: (more) => {
            shown += more;
          },
        });
        // Ids and purposes are the suites' own; what a peer sent stands in reasons and findings.
        const own = run.cases.map((each) => ({ ...each, id: 'P1/A/BV-001', purpose: 'ours', clause: 'ours' }));
        for (const each of own) console.caseEnded(each);
        console.runEnded({ ...run, cases: own, permissions: [], sanity: [], expectedFailures: [] });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not be there
        expect(shown).not.to.match(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/);
      });
    });
  }
});

/** Lone surrogates have no place in a text of Unicode. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** Every `text` of a message. */
function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(texts);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (key === 'message' && typeof member === 'object') return [(member as { text: string }).text];
    return texts(member);
  });
}

/** CommonMark 4.5: a fence ends at one that is at least as long, with nothing behind it. */
function fencesOf(markdown: string): { prose: string; blocks: number } {
  const prose: string[] = [];
  let fence: string | undefined;
  let blocks = 0;
  for (const line of markdown.split('\n')) {
    const found = /^ {0,3}(`{3,})(.*)$/.exec(line);
    if (fence === undefined && found !== null) {
      fence = found[1];
      blocks += 1;
    } else if (fence === undefined) prose.push(line);
    else if (found !== null && (found[1]?.length ?? 0) >= fence.length && found[2]?.trim() === '') fence = undefined;
  }
  return { prose: prose.join('\n'), blocks };
}
