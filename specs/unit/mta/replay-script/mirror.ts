import { VirtualClock } from '../../../../harness/link/clock.js';
import type { LinkEvent } from '../../../../harness/link/events.js';
import type { Link } from '../../../../harness/link/link.js';
import { type MemoryOptions, memoryPair } from '../../../../harness/link/memory.js';
import { type PlayOptions, type PlayResult, RecordingPlayer } from '../../../../harness/mta/replay-script/index.js';

export interface Mirrored {
  readonly i: PlayResult;
  readonly r: PlayResult;
  /** What passed between the two. */
  readonly events: readonly LinkEvent[];
}

/** Plays both sides of a recording against each other, on a virtual clock. */
export async function mirror(
  recording: readonly LinkEvent[],
  options: { start?: number; chunk?: MemoryOptions['chunk'] } & Partial<PlayOptions> = {},
): Promise<Mirrored> {
  const { start = Date.UTC(2011, 2, 3, 14, 30, 7), chunk, ...more } = options;
  const clock = new VirtualClock(start);
  const events: LinkEvent[] = [];
  const connect = async (): Promise<Link> => {
    const pair = memoryPair({ chunk });
    responder.accept(pair.responder);
    return pair.initiator;
  };
  const common = { events: recording, clock, timeout: 60_000, ...more };
  const responder = new RecordingPlayer({ ...common, side: 'r' });
  const initiator = new RecordingPlayer({ ...common, side: 'i', connect, record: (event) => events.push(event) });
  const running = [responder.run(), initiator.run()];
  let results: PlayResult[] | undefined;
  void Promise.all(running).then((done) => {
    results = done;
  });
  for (let turns = 0; results === undefined && turns < 10_000; turns += 1) {
    await clock.advanceToAsync(clock.nextTimer ?? clock.now());
  }
  const [r, i] = results ?? [];
  if (r === undefined || i === undefined) throw new Error('the players did not end');
  return { i, r, events };
}
