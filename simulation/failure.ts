import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ladderLines } from '../harness/report/ladder.js';
import { ShowCollector } from '../harness/report/show.js';
import { p1UserTypes } from '../harness/rules/p1-association.js';
import type { Mode } from '../harness/stack/association/events.js';
import { transcriptHeader } from '../harness/transcript/format.js';
import { ConversationObserver } from '../harness/transcript/observe.js';
import { MemoryTranscript } from '../harness/transcript/writer.js';
import { MODES } from './draw.js';
import type { Outcome } from './simulate.js';
import { transcriptOf } from './wire.js';
import { describePlan } from './words.js';

/** Lines of a ladder that are shown; the file has all. */
const LADDER_LINES = 80;
const PROBLEMS = 12;

export interface FailureFiles {
  readonly transcript: string;
  readonly story: string;
  readonly ladder: string;
}

/** What a person needs to find out why a seed failed; files of it go into a folder. */
export function describeFailure(
  outcome: Outcome,
  options: { readonly folder: string; readonly modes: readonly Mode[]; readonly broken?: string },
): string[] {
  const { plan, problems } = outcome;
  const ladder = ladderOf(outcome);
  const files = writeFailure(outcome, options.folder, ladder);
  const shown = ladder.slice(0, LADDER_LINES);
  const rest = ladder.length - shown.length;
  return [
    `seed ${plan.seed} FAILED`,
    ...problems.slice(0, PROBLEMS).map(({ at, message }) => `  ${(at / 1000).toFixed(3)} s  ${message}`),
    ...(problems.length > PROBLEMS ? [`  and ${problems.length - PROBLEMS} more`] : []),
    ...describePlan(plan).map((line) => `  ${line}`),
    `  the last association that it went over, as its initiator saw it:`,
    ...shown.map((line) => `    ${line}`),
    ...(rest > 0 ? [`    and ${rest} lines more`] : []),
    `  all that happened: ${files.story}`,
    `  octets: npx p1spec show ${files.transcript}`,
    `  again: ${replayCommand(plan.seed, options)}`,
  ];
}

export function replayCommand(
  seed: number,
  { modes, broken }: { readonly modes: readonly Mode[]; readonly broken?: string },
): string {
  const chosen = modes.length === MODES.length ? '' : ` --modes ${modes.join()}`;
  return `npm run simulate -- --seed ${seed}${chosen}${broken === undefined ? '' : ` --broken ${broken}`}`;
}

function writeFailure(
  { plan, seen, story, problems }: Outcome,
  folder: string,
  ladder: readonly string[],
): FailureFiles {
  mkdirSync(folder, { recursive: true });
  const files = {
    transcript: join(folder, `seed-${plan.seed}.ndjson`),
    story: join(folder, `seed-${plan.seed}.txt`),
    ladder: join(folder, `seed-${plan.seed}-ladder.txt`),
  };
  const transcript = new MemoryTranscript(transcriptHeader({ comment: `simulation, seed ${plan.seed}` }));
  for (const event of transcriptOf(seen)) transcript.record(event);
  writeFileSync(files.transcript, transcript.toString());
  const told = [...problems.map(({ message }) => message), '', ...describePlan(plan), '', ...story];
  writeFileSync(files.story, `${told.join('\n')}\n`);
  writeFileSync(files.ladder, `${ladder.join('\n')}\n`);
  return files;
}

/** The association on which the APDU of the first problem was last seen; the last one of all where it has none. */
function ladderOf({ seen, problems, transfers }: Outcome): string[] {
  const collector = new ShowCollector({ keepEvents: true });
  const observer = new ConversationObserver({ types: p1UserTypes });
  for (const event of transcriptOf(seen)) for (const observed of observer.push(event)) collector.push(observed);
  for (const observed of observer.end()) collector.push(observed);
  const identifier = problems.find((problem) => problem.identifier !== undefined)?.identifier;
  const connection = transfers.filter((each) => each.identifier === identifier).at(-1)?.connection;
  const { associations } = collector;
  const association = associations.find((each) => each.connection === connection) ?? associations.at(-1);
  return association === undefined ? [] : [...ladderLines(association, { tree: false, octets: false })];
}
