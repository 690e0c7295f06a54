import type { Link } from '../../link/link.js';
import type { LinkFaults } from './link-faults.js';
import type { ScenarioLink } from './schema/link.js';
import type { StageLink } from './stage.js';
import type { Ends } from './stage-judge.js';

/** A connection that somebody has opened on the stage. */
export interface StageConnection extends Ends {
  /** Counts from 0 over the whole stage. */
  readonly number: number;
  readonly link: Link;
}

/** What two MTAs reach each other by: in order, or not. */
export class PlayLink implements StageLink {
  readonly between: readonly [string, string];
  readonly written: ScenarioLink;
  readonly faults: LinkFaults;
  readonly #connections: ReadonlySet<StageConnection>;
  #isDown: boolean;

  /** `connections`: all that are open on the stage. */
  constructor(written: ScenarioLink, faults: LinkFaults, connections: ReadonlySet<StageConnection>) {
    this.written = written;
    this.between = written.between;
    this.faults = faults;
    this.#connections = connections;
    this.#isDown = written.down ?? false;
  }

  get isDown(): boolean {
    return this.#isDown;
  }

  get unmetFaults(): readonly string[] {
    return this.faults.unmet;
  }

  isBetween(one: string, other: string): boolean {
    return one !== other && this.between.includes(one) && this.between.includes(other);
  }

  down(): void {
    this.#isDown = true;
    this.cut();
  }

  up(): void {
    this.#isDown = false;
  }

  cut(): void {
    for (const { initiator, responder, link } of [...this.#connections]) {
      const caller = initiator();
      if (caller !== undefined && this.isBetween(caller, responder)) link.destroy();
    }
  }
}
