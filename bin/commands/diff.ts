import type { LinkEvent } from '../../harness/link/events.js';
import { compareConversations } from '../../harness/transcript/compare/compare.js';
import { defaultComparisonRules } from '../../harness/transcript/compare/default-rules.js';
import type { ComparisonRule } from '../../harness/transcript/compare/rule.js';
import { differenceLines } from '../../harness/transcript/compare/text.js';
import { openConversation } from '../../harness/transcript/open.js';
import { Exit } from '../exit.js';
import { write, writeLines } from '../output.js';
import { recordedEvents } from '../recorded-events.js';

export interface DiffCommandOptions {
  readonly rules?: string;
  readonly json?: boolean;
}

/** Octets of a recording that are held in memory to be compared. */
const LIMIT = { octets: 512 * 1024 * 1024, code: 'ERR_DIFF_TOO_LARGE', purpose: 'compare' };

/** Compares two recordings by meaning: what of the second is not as the first has it. */
export async function diff(one: string, other: string, { rules: file, json }: DiffCommandOptions): Promise<void> {
  const rules = await rulesOf(file);
  const [recorded, live] = [await eventsOf(one), await eventsOf(other)];
  const differences = compareConversations(recorded, live, { rules });
  const verdict = differences.length === 0 ? 'same' : 'different';
  if (json === true) {
    await write(`${JSON.stringify({ one, other, verdict, differences }, undefined, 2)}\n`);
  } else {
    await writeLines(differences.flatMap(differenceLines));
    const said =
      differences.length === 0
        ? 'say the same'
        : `differ: ${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`;
    await write(`${one} and ${other} ${said}\n`);
  }
  process.exitCode = differences.length === 0 ? Exit.clean : Exit.findings;
}

async function rulesOf(file: string | undefined): Promise<readonly ComparisonRule[]> {
  if (file === undefined) return defaultComparisonRules;
  return (await import('../../harness/transcript/compare/rule-file.js')).readComparisonRules(file);
}

async function eventsOf(file: string): Promise<LinkEvent[]> {
  const conversation = await openConversation(file);
  const events = await recordedEvents(conversation, LIMIT);
  const truncated = conversation.truncated();
  if (truncated !== undefined) process.stderr.write(`p1spec: ${file} is cut short: ${truncated.reason}\n`);
  return events;
}
