import { P1specError } from '../../ber/error.js';
import { VirtualClock } from '../../link/clock.js';
import type { Actor, Stage, StageLink } from './stage.js';

/** Virtual time that a module may let pass while it waits for something by itself. */
const MONTH = 31 * 86_400_000;

/**
 * Plays what a module plays. In virtual time nothing happens by itself: while the module waits for something other than
 * the stage, time goes on from one timer to the next. Rejects with what the module throws, or with ERR_SCENARIO_PLAY where
 * it waits for what never comes.
 */
export async function letPlay(play: (stage: Stage) => Promise<void>, stage: Stage): Promise<void> {
  const { clock } = stage;
  if (!(clock instanceof VirtualClock)) return play(stage);
  const watched = new WatchedStage(stage);
  const until = clock.now() + MONTH;
  let settled = false;
  const playing = play(watched).finally(() => {
    settled = true;
  });
  // It may be rejected while time is still let pass: who awaits it below hears of it.
  playing.catch(() => undefined);
  while (!settled) {
    // All that follows from what has happened comes first.
    await new Promise((resolve) => setImmediate(resolve));
    if (settled || watched.letsTimePass) continue;
    const next = clock.nextTimer;
    if (next === undefined) throw endless('nothing more can happen');
    if (next > until) throw endless('a month has passed');
    await clock.advanceToAsync(next);
  }
  return playing;
}

function endless(why: string): P1specError {
  return new P1specError('ERR_SCENARIO_PLAY', {
    message: `the module waits for what does not come: ${why}`,
    hint: 'wait with stage.until, or give Mta.once a time with within',
  });
}

/** A stage that knows whether somebody lets its time pass. */
class WatchedStage implements Stage {
  readonly clock: Stage['clock'];
  readonly names: readonly string[];
  readonly #stage: Stage;
  #waiting = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.clock = stage.clock;
    this.names = stage.names;
  }

  get letsTimePass(): boolean {
    return this.#waiting > 0;
  }

  get fault(): unknown {
    return this.#stage.fault;
  }

  get unused(): readonly string[] {
    return this.#stage.unused;
  }

  actor(name: string): Actor {
    return this.#stage.actor(name);
  }

  link(one: string, other: string): StageLink {
    return this.#stage.link(one, other);
  }

  nextHop(from: string, to: string): string {
    return this.#stage.nextHop(from, to);
  }

  start(): Promise<void> {
    return this.#stage.start();
  }

  advance(milliseconds: number): Promise<void> {
    return this.#passing(() => this.#stage.advance(milliseconds));
  }

  until(holds: () => boolean, within: number): Promise<boolean> {
    return this.#passing(() => this.#stage.until(holds, within));
  }

  stop(): Promise<void> {
    return this.#passing(() => this.#stage.stop());
  }

  async #passing<T>(run: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    try {
      return await run();
    } finally {
      this.#waiting -= 1;
    }
  }
}
