import type { Clock } from '../../link/clock.js';
import type { Finding } from '../../rules/finding.js';
import type { Mta } from '../engine.js';
import type { CountersSnapshot } from '../operator/counters.js';
import type { OperatorEvent } from '../operator/log.js';
import type { HappeningListener } from './happening.js';

/** What a scenario plays on: its MTAs, the links between them, and time. */
export interface Stage {
  readonly clock: Clock;
  /** Of the MTAs, in the order in which the scenario has them. */
  readonly names: readonly string[];
  /** Throws ERR_UNKNOWN_MTA. */
  actor(name: string): Actor;
  /** Throws ERR_UNKNOWN_LINK. */
  link(one: string, other: string): StageLink;
  /** Opens listeners; the MTAs start. */
  start(): Promise<void>;
  /** Lets time pass, in milliseconds. */
  advance(milliseconds: number): Promise<void>;
  /** Lets time pass until something holds, at most so many milliseconds; whether it does. Ends early where `aborted`. */
  until(holds: () => boolean, within: number): Promise<boolean>;
  /** Who gets what is addressed to the users of `to`: the first MTA on the way there. Throws ERR_NO_ROUTE. */
  nextHop(from: string, to: string): string;
  /** Ends everything in good order. */
  stop(): Promise<void>;
  /** What need not have happened, and did not: reactions never fired, edits never used, faults that met nothing. In words. */
  readonly unused: readonly string[];
  /** What kept it from recording, or another fault of ours. */
  readonly fault: unknown;
}

/** One of the MTAs. */
export interface Actor {
  readonly name: string;
  /** The real one, which others of the stage face: nothing can be asked of it. */
  readonly isLive: boolean;
  /** Where it listens, `host:port`, over TCP. */
  readonly endpoint: string | undefined;
  /**
   * The MTA as it now is: another one after a restart. It calls its peers, and so its queues, by their names in the
   * scenario. Throws ERR_LIVE_MTA for a live one.
   */
  readonly mta: Mta;
  readonly preset: string;
  /** Of tier 1 and 2, unpermitted, in what it has sent so far; each place once. */
  readonly findings: readonly Finding[];
  readonly isJudged: boolean;
  /** Of its event log, which goes on behind a restart. */
  readonly log: readonly OperatorEvent[];
  /**
   * A performance counter; of one queue with `to`. They count from the last start, as those of a service do. NaN where it
   * says nothing at this time. Throws ERR_UNKNOWN_COUNTER with what there is.
   */
  counter(name: string, to?: string): number;
  /** All of them, as they now are. Throws ERR_LIVE_MTA for a live one. */
  counters(): CountersSnapshot;
  /** The function that is given back ends it. */
  listen(listener: HappeningListener): () => void;
  start(): void;
  /** Opens nothing any more; resolves when its own associations are released, or after some time. */
  stop(): Promise<void>;
  /** Gone at once; its queue is what its spool has, and without one what stood in memory. */
  kill(): void;
  /** Starts anew over its queue, with another preset if one is named. Throws ERR_UNKNOWN_PRESET. */
  restart(preset?: string): void;
  /** Throws ERR_HOTFIX where the MTA is not one that it is for. */
  applyHotfix(name: 'kb916986'): Promise<void>;
  /** Something changed elsewhere: there is a new link state table. Throws ERR_NO_LINK_STATE for one that has none. */
  changeLinkState(): void;
}

/** What two MTAs reach each other by. */
export interface StageLink {
  readonly between: readonly [string, string];
  readonly isDown: boolean;
  /** Nothing can be opened over it any more; what is open is reset. */
  down(): void;
  up(): void;
  /** What is open is reset. */
  cut(): void;
  /** Faults that never met what they were for, in words. */
  readonly unmetFaults: readonly string[];
}
