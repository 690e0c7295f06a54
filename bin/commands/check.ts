import { readFile } from 'node:fs/promises';
import { P1specError } from '../../harness/ber/error.js';
import { Baseline, type CheckedFile, checkJson, checkVerdict, fileVerdict } from '../../harness/report/check.js';
import { escapeText } from '../../harness/report/escape.js';
import { ExcerptCollector } from '../../harness/report/excerpt.js';
import { findingLines } from '../../harness/report/findings.js';
import { catalogue, ruleOf } from '../../harness/rules/catalogue.js';
import { ConversationJudge, type ConversationOptions } from '../../harness/rules/conversation.js';
import { checkPermissions, type Finding, fails, type Permission } from '../../harness/rules/finding.js';
import { type Secret, secretsIn } from '../../harness/rules/secrets.js';
import type { Conversation } from '../../harness/transcript/conversation.js';
import { openConversation } from '../../harness/transcript/open.js';
import { Exit, fail } from '../exit.js';
import { write, writeLines } from '../output.js';

export interface CheckOptions {
  readonly json?: boolean;
  readonly iut?: string;
  readonly permit: readonly Permission[];
  readonly baseline?: string;
  readonly quiet?: boolean;
}

export async function check(files: readonly string[], options: CheckOptions): Promise<void> {
  checkPermissions(options.permit, catalogue);
  const baseline = options.baseline === undefined ? undefined : await readBaseline(options.baseline);
  const judging = { permissions: options.permit, iut: options.iut };
  const checked: CheckedFile[] = [];
  let unreadable = false;
  for (const file of files) {
    try {
      const conversation = await openConversation(file);
      const result = await judge(conversation, judging, baseline);
      checked.push(result);
      if (options.json !== true) await tell(conversation, result, options.quiet === true);
    } catch (error) {
      if (!(error instanceof P1specError)) throw error;
      unreadable = true;
      fail(error);
    }
  }
  if (options.json === true) await write(`${JSON.stringify(checkJson(checked), undefined, 2)}\n`);
  process.exitCode = unreadable ? Exit.error : EXIT[checkVerdict(checked)];
}

/** Findings of one rule with one message that are told in full; `--json` has them all. */
const ALIKE = 5;

const EXIT = { pass: Exit.clean, fail: Exit.findings, inconclusive: Exit.inconclusive } as const;

interface Judged extends CheckedFile {
  /** Passwords, which are not shown. */
  readonly secrets: readonly Secret[];
}

async function judge(
  conversation: Conversation,
  options: ConversationOptions,
  baseline: Baseline | undefined,
): Promise<Judged> {
  const secrets: Secret[] = [];
  const judging = new ConversationJudge({ ...options, onEvent: (event) => secrets.push(...secretsIn(event)) });
  const findings: Finding[] = [];
  for await (const event of conversation.events()) findings.push(...judging.push(event));
  findings.push(...judging.end());
  const truncation = conversation.truncated();
  if (truncation !== undefined) {
    process.stderr.write(`p1spec: ${conversation.file} is cut short: ${truncation.reason}\n`);
  }
  const { summary } = judging;
  return { file: conversation.file, summary, findings, known: baseline?.known(findings) ?? new Set(), secrets };
}

/** Findings with their octets, worst first in the order of the file, and a line that sums up. */
async function tell(conversation: Conversation, result: Judged, quiet: boolean): Promise<void> {
  const { findings, known, summary, file } = result;
  const told = quiet ? findings.filter((finding) => fails(finding) && !known.has(finding)) : findings;
  const shown = told.filter(({ tier }) => tier < 3);
  const excerpts = new ExcerptCollector(shown, result.secrets);
  // The file is read again only where there is something in it to show.
  if (shown.length > 0) for await (const event of conversation.events()) excerpts.push(event);
  const repeats = new Map<string, number>();
  for (const finding of told) {
    const same = `${finding.rule} ${finding.message}`;
    const count = (repeats.get(same) ?? 0) + 1;
    repeats.set(same, count);
    if (count > ALIKE) continue;
    await writeLines(findingLines(finding, { rule: ruleOf(finding.rule), excerpt: excerptOf(excerpts, finding) }));
    if (known.has(finding)) await write('  known from the baseline\n');
  }
  for (const [same, count] of repeats) {
    if (count > ALIKE) await write(`… and ${count - ALIKE} more like this: ${escapeText(same)}\n`);
  }
  for (const [connection, why] of summary.notP1) {
    await write(`${file}: association ${connection} is not P1: ${escapeText(why)}; not judged above RTSE\n`);
  }
  const failing = findings.filter((finding) => fails(finding) && !known.has(finding)).length;
  const counts = [1, 2, 3].map(
    (tier) => `${findings.filter((finding) => finding.tier === tier).length} of tier ${tier}`,
  );
  const what = `${summary.associations} associations, ${summary.apdus} APDUs; findings: ${counts.join(', ')}`;
  await write(`${file}: ${fileVerdict(result)}  (${what}${known.size > 0 ? `; ${known.size} known` : ''})\n`);
  if (failing === 0 && summary.binds === 0 && (summary.notP1.size === 0 || summary.notP1.size < summary.associations)) {
    process.stderr.write(`p1spec: ${file} ${nothingJudged(conversation, summary)}\n`);
  }
}

function excerptOf(excerpts: ExcerptCollector, finding: Finding) {
  return finding.tier < 3 ? excerpts.excerpt(finding) : undefined;
}

function nothingJudged(conversation: Conversation, summary: CheckedFile['summary']): string {
  const { connections, ignoredConnections, packets, lostOctets } = conversation.stats();
  if (connections === 0 && ignoredConnections > 0) {
    return `has ${ignoredConnections} TCP connections, and none of them carries TPKTs`;
  }
  if (connections === 0)
    return packets > 0 ? `has ${packets} packets, and no TCP connection among them` : 'holds no connection';
  if (lostOctets > 0 || summary.incomplete) return 'does not show a bind: the recording is incomplete';
  return 'has TPKT connections, and no MTA-bind on any of them';
}

async function readBaseline(file: string): Promise<Baseline> {
  try {
    return new Baseline(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new P1specError('ERR_BASELINE', {
      message: `${file} is no result of \`check --json\`: ${why}`,
      at: { file },
      hint: 'write one with: p1spec check --json FILE > baseline.json',
      cause,
    });
  }
}
