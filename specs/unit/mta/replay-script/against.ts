import { readFileSync } from 'node:fs';
import { type Story, stories } from '../../../../fixtures/founding.js';
import { VirtualClock } from '../../../../harness/link/clock.js';
import type { LinkEvent } from '../../../../harness/link/events.js';
import type { Link } from '../../../../harness/link/link.js';
import { memoryPair } from '../../../../harness/link/memory.js';
import { mtaOf, type Side, sideRandom, type Which } from '../../../../harness/mta/conversation.js';
import type { Mta } from '../../../../harness/mta/engine.js';
import { type PlayOptions, type PlayResult, RecordingPlayer } from '../../../../harness/mta/replay-script/index.js';
import { parseTranscript } from '../../../../harness/transcript/reader.js';

const FOLDER = new URL('../../../../fixtures/transcripts/', import.meta.url);

export function storyNamed(name: string): Story {
  return stories.find((story) => story.name === name) as Story;
}

export function eventsOf({ name }: Pick<Story, 'name'>): LinkEvent[] {
  return parseTranscript(readFileSync(new URL(`${name}.ndjson`, FOLDER), 'utf8')).events;
}

export interface Against {
  readonly recording: readonly LinkEvent[];
  /** Who lives; the other is played. */
  readonly live: Side;
  readonly played: Side;
  readonly which: Which;
  /** What its users do. */
  readonly use?: (mta: Mta, clock: VirtualClock) => void;
  readonly start?: number;
  readonly options?: Partial<PlayOptions>;
  /** Milliseconds that may pass. */
  readonly within?: number;
  readonly seed?: number;
  /** What passes on a link of ours. */
  readonly wrap?: (link: Link) => Link;
}

export interface AgainstResult extends PlayResult {
  readonly events: readonly LinkEvent[];
  readonly mta: Mta;
}

/** Another day than that of the fixtures. */
export const ANOTHER_DAY = Date.UTC(2011, 2, 3, 14, 30, 7);

/** Plays one side of a recording against a fake that lives, in memory and on a virtual clock. */
export async function playAgainst(against: Against): Promise<AgainstResult> {
  const {
    recording,
    live,
    played,
    which,
    use,
    start = ANOTHER_DAY,
    options = {},
    seed = 7,
    wrap = (link) => link,
  } = against;
  const clock = new VirtualClock(start);
  const events: LinkEvent[] = [];
  const random = sideRandom(seed, which);
  const connectToUs = async () => {
    const pair = memoryPair({ initiator: live.name, responder: played.name });
    player.accept(wrap(pair.responder));
    return pair.initiator;
  };
  const mta = mtaOf(live, { name: played.name, connect: connectToUs }, { clock, random });
  const player = new RecordingPlayer({
    events: recording,
    side: played.name,
    clock,
    connect: async () => {
      const pair = memoryPair({ initiator: played.name, responder: live.name });
      mta.accept(pair.responder);
      return wrap(pair.initiator);
    },
    timeout: 20 * 60_000,
    record: (event) => events.push(event),
    ...options,
  });
  const running = player.run();
  mta.start();
  use?.(mta, clock);
  let result: PlayResult | undefined;
  void running.then((done) => {
    result = done;
  });
  const until = start + (against.within ?? 4 * 3_600_000);
  while (result === undefined && clock.now() < until) {
    await clock.advanceToAsync(Math.min(clock.nextTimer ?? until, until));
  }
  mta.kill();
  if (result === undefined) throw new Error('the player did not end');
  return { ...(result as PlayResult), events, mta };
}
