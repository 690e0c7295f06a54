import type { Clock } from '../../link/clock.js';
import type { Link } from '../../link/link.js';
import type { Geography } from './geography.js';
import type { Scenario } from './schema/scenario.js';
import type { Actor } from './stage.js';
import type { Telling } from './telling.js';

/** One of the MTAs, as the stage has it. */
export interface StagePlayer extends Actor {
  readonly telling: Telling;
  /** Reactions that never fired, and edits that changed nothing, in words. */
  readonly unused: readonly string[];
}

/** What the stage lends to its MTAs. */
export interface Props {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly geography: Geography;
  connect(from: string, to: string): Promise<Link>;
  endpointOf(name: string): string | undefined;
  until(holds: () => boolean, within: number): Promise<boolean>;
  /** Milliseconds within which associations are released that are asked to be. */
  readonly parting: number;
  onFault(fault: unknown): void;
}
