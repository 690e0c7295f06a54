import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VirtualClock } from '../harness/link/clock.js';
import type { OperatorEvent } from '../harness/mta/operator/log.js';
import { createStage } from '../harness/mta/scenario/play-stage.js';
import { openScenario } from '../harness/mta/scenario/read.js';
import type { StepResult } from '../harness/mta/scenario/result.js';
import { runScenario } from '../harness/mta/scenario/run.js';
import { elapsedText } from '../harness/mta/scenario/run-text.js';
import { escapeText } from '../harness/report/escape.js';

/** A scenario told as a page: what is written by hand, and what a run of it showed. */
interface Story {
  readonly title: string;
  readonly scenario: string;
  /** Whose event log and counters are shown, and its queue to whom. */
  readonly watched: { readonly mta: string; readonly queueTo: string };
  readonly before: string;
  readonly after: string;
}

/** Lines of a long event log that are shown. */
const FIRST = 16;
const LAST = 6;

const COUNTERS = [
  'Queue Length',
  'Oldest Message Queued',
  'Inbound Messages Total',
  'Outbound Messages Total',
] as const;

const run = (scenario: string) => `\`\`\`sh
npx p1spec mta fixtures/scenarios/${scenario}
\`\`\``;

const founding: Story = {
  title: 'KB 916986: the queue that a routing packet blocks',
  scenario: 'kb916986.yaml',
  watched: { mta: 'exchange', queueTo: 'foreign' },
  before: `This is the fault that p1spec was made for, as one scenario. Exchange Server 2003 SP2 sends over an X.400 connector to
an MTA that is not Exchange. It puts proprietary routing data into what it sends; the foreign MTA cannot interpret that,
and may stop talking. Exchange still receives, but what it sends is queued: routing packets and mail. The hotfix
(Emsmta.exe 6.5.7651.40, which requires SP2) cures it. So far KB 916986.

The article does not say where in the bind the data stands, what a routing packet looks like on the wire, how the foreign
MTA refuses, for how long, or what becomes of the packets that are queued when the hotfix is applied. The presets have
defaults for all of that; each is an assumption, and labelled as one in [presets.md](presets.md). The retry times are
documented (KB 157630), and so are the event numbers, but for what [events.md](events.md) marks as assumed.

${run('kb916986.yaml')}

The same over TCP, between real sockets, with shorter waits:

${run('kb916986-tcp.yaml')}

On a build below SP2 the hotfix is refused: \`fixtures/scenarios/kb916986-before-sp2.yaml\`.`,
  after: `## What to look at

- **The queue blocks while mail comes in.** The foreign MTA opens its own associations, and these are not refused.
- **Only one packet is ever on the wire at a time.** The others pile up behind it, with the mail: each change of a link's
  state elsewhere, every ten minutes by default, is one more.
- **Each attempt starts the refusal anew.** An hour after a routing packet the foreign MTA takes associations again, and
  the first thing that comes is the routing packet: urgent, it stands before all mail.
- **The hotfix does not touch the mail.** The queue is the same before and after; without the packets it drains at the
  first association that the foreign MTA takes.

To hold a real MTA to this, let it play one of the two sides: \`--connect foreign=HOST:PORT\` faces a real foreign MTA with
the fake Exchange, and \`p1spec run\` tests what a real Exchange or gateway sends ([scenarios.md](scenarios.md)).`,
};

const poison: Story = {
  title: 'The poison message: KB 916986 as a real MTA showed it',
  scenario: 'poison-message-pp.yaml',
  watched: { mta: 'exchange', queueTo: 'pp' },
  before: `PP 6.0 is a real MTA of the time. Its reactions to 277 deviations were recorded ([recordings.md](recordings.md)), and the
preset \`pp\` repeats them. It takes most leaks without a word: a marker in the bind, unknown members of an envelope, even
routing packets, which it answers with non-delivery reports. But an extension of an envelope that it cannot parse makes
it abort the association, with nothing queued, and the next association with the same message ends the same way. In case
C11 an urgent message of that kind was sent three times; ordinary mail queued behind it came through only when the
message was not sent any more. One message is enough: that is KB 916986's symptom, on an MTA that was never asked about it.

That Exchange puts extensions with an object identifier into envelopes is documented (KB 911029); when it does so is not.
Here the scenario puts one into a message of its own. What an operator's deletion reports is an assumption, and so is that
Exchange sends PP routing packets at all.

${run('poison-message-pp.yaml')}`,
  after: `## What to look at

- **A leak need not block, and need not show.** The routing packets go through, and come back as reports. Nothing in PP's
  answers tells that the bind was marked: only looking at the octets finds it (\`p1spec check\`).
- **Priority makes it worse.** The poison is urgent, so it stands first on every association.
- **Left alone, it takes the mail with it.** The connector counts a failed opening or its transfer retries for everything
  that waits (KB 157630): after 144 waits of 600 s the message behind the poison is returned too, with transfer-failure
  and MTS-congestion, though nothing is wrong with it. With two transfer retries of 120 s before each wait that is not
  24 hours but 33 hours and 40 minutes.
- **Deleting the poison is enough.** The mail behind it goes at the next retry.`,
};

/** The pages that tell stories, by name. Time is virtual in them, and all chance is seeded: they are the same each time. */
export async function storyPages(): Promise<[string, string][]> {
  return [
    ['kb916986.md', await storyMarkdown(founding)],
    ['poison-message.md', await storyMarkdown(poison)],
  ];
}

interface Chapter {
  readonly title: string;
  readonly steps: StepResult[];
  readonly events: OperatorEvent[];
  /** Milliseconds, on the scenario's clock. */
  ended: number;
  counters: readonly number[];
}

async function storyMarkdown({ title, scenario: file, watched, before, after }: Story): Promise<string> {
  const path = fileURLToPath(new URL(`../fixtures/scenarios/${file}`, import.meta.url));
  const { scenario, lineOf } = await openScenario(path);
  const stage = createStage(scenario);
  if (!(stage.clock instanceof VirtualClock)) throw new Error(`${file} is told in virtual time`);
  const started = stage.clock.now();
  const actor = stage.actor(watched.mta);
  const chapters: Chapter[] = [];
  let told = 0;
  const close = () => {
    const chapter = chapters.at(-1);
    if (chapter === undefined) return;
    chapter.events.push(...actor.log.slice(told));
    told = actor.log.length;
    chapter.ended = stage.clock.now() - started;
    chapter.counters = COUNTERS.map((name) => actor.counter(name, watched.queueTo));
  };
  const result = await runScenario(scenario, {
    stage,
    lineOf,
    onStep: (step) => {
      if (step.kind === 'note') {
        close();
        chapters.push({ title: step.text, steps: [], events: [], ended: 0, counters: [] });
      } else {
        chapters.at(-1)?.steps.push(step);
        // The stage ends with the last step.
        if (step.number === scenario.steps.length) close();
      }
    },
  });
  if (result.verdict !== 'pass') throw new Error(`${file} does not run: ${result.verdict}`);
  return [
    '<!-- Generated by `npm run docs`. -->',
    `# ${title}`,
    before,
    '## What happens',
    ...chapters.map((chapter, i) => chapterMarkdown(chapter, i + 1, started)),
    '## In counters',
    `At the end of each chapter, of the queue of \`${watched.mta}\` to \`${watched.queueTo}\`. The counters start anew with the MTA.`,
    countersTable(chapters),
    after,
    `## The scenario`,
    `\`\`\`yaml\n${readFileSync(path, 'utf8').trimEnd()}\n\`\`\``,
    '',
  ].join('\n\n');
}

function chapterMarkdown({ title, steps, events }: Chapter, number: number, started: number): string {
  const lines = steps.map(({ time = 0, text }) => `${elapsedText(time).padStart(9)}  ${escapeText(text)}`);
  const all = folded(events).map(
    ({ at, id, text, more }) =>
      `${elapsedText(at - started).padStart(9)}  ${String(id ?? '').padStart(4)}  ${escapeText(text)}${more}`,
  );
  const left = all.length - FIRST - LAST;
  const log =
    left <= 0 ? all : [...all.slice(0, FIRST), `                 … ${left} more like these`, ...all.slice(-LAST)];
  const block = (rows: readonly string[]) => `\`\`\`text\n${rows.join('\n')}\n\`\`\``;
  return [
    `### ${number}. ${title}`,
    block(lines),
    ...(log.length === 0 ? [] : ['The event log meanwhile:', block(log)]),
  ].join('\n\n');
}

/** Rounds that repeat are told once: events that differ in their numbers alone, as long as they keep their order. */
function folded(events: readonly OperatorEvent[]): { at: number; id?: number; text: string; more: string }[] {
  const told: { at: number; id?: number; text: string; more: string }[] = [];
  const kindOf = ({ name, text }: OperatorEvent) => `${name} ${text.replace(/\d+/g, '')}`;
  for (let i = 0; i < events.length; ) {
    const { length, times } = longestRound(events, i, kindOf);
    const last = events[i + (times - 1) * length];
    for (const [j, { at, id, text }] of events.slice(i, i + length).entries()) {
      const isLast = times > 1 && j === length - 1 && last !== undefined;
      told.push({ at, id, text, more: isLast ? span(times, last.at - (events[i]?.at ?? last.at)) : '' });
    }
    i += times * length;
  }
  return told;
}

/** Events in a round that are looked for at most, and how often it has to come to be told once. */
const ROUND = 16;
const OFTEN = 3;

/** The round from `start` that stands for most events; a single event where nothing repeats. */
function longestRound(
  events: readonly OperatorEvent[],
  start: number,
  kindOf: (event: OperatorEvent) => string,
): { readonly length: number; readonly times: number } {
  const rounds = Array.from({ length: ROUND }, (_, i) => i + 1)
    .map((length) => ({ length, times: repeats(events, start, length, kindOf) }))
    .filter(({ times }) => times >= OFTEN);
  const most = Math.max(...rounds.map(({ length, times }) => length * times));
  return rounds.find(({ length, times }) => length * times === most) ?? { length: 1, times: 1 };
}

/** How often the events from `start` come again, so many at a time. */
function repeats(
  events: readonly OperatorEvent[],
  start: number,
  length: number,
  kindOf: (event: OperatorEvent) => string,
): number {
  let times = 1;
  const same = (offset: number) => {
    const one = events[start + (offset % length)];
    const other = events[start + offset];
    return one !== undefined && other !== undefined && kindOf(one) === kindOf(other);
  };
  while (Array.from({ length }, (_, i) => times * length + i).every(same)) times += 1;
  return times;
}

function span(times: number, milliseconds: number): string {
  return `\n                 … ${times} times, until ${elapsedText(milliseconds)} later`;
}

function countersTable(chapters: readonly Chapter[]): string {
  const rows = chapters.map(
    ({ ended, counters }, i) => `| ${i + 1} | ${elapsedText(ended)} | ${counters.map(Math.round).join(' | ')} |`,
  );
  const names = COUNTERS.map((name) => (name === 'Oldest Message Queued' ? `${name} (s)` : name));
  return [
    `| chapter | at | ${names.join(' | ')} |`,
    `| --- | --- |${COUNTERS.map(() => ' ---: |').join('')}`,
    ...rows,
  ].join('\n');
}
