import type { Answer } from '../hooks.js';
import type { ReceivedApdu } from '../received.js';
import type { ScenarioEventName, WhereField } from './schema/events.js';

/** Something that happened at an MTA of a scenario: what expectations and reactions are held against. */
export interface Happening {
  /** Milliseconds since the epoch, on the scenario's clock. */
  readonly time: number;
  /** By its name in the scenario. */
  readonly mta: string;
  readonly event: ScenarioEventName;
  /** What it can be told apart by; what is not known is absent. `peer` is by its name in the scenario. */
  readonly fields: Readonly<Partial<Record<WhereField, string | number | boolean>>>;
  /** What came, where something did. */
  readonly apdu?: ReceivedApdu;
  /** More about it, for people. Holds what peers say: escape it for a terminal. */
  readonly detail?: string;
}

/**
 * Hears of everything that happens at an MTA, in order and at once. For a step of the protocol it may give the answer; the
 * first listener that gives one decides, before the reactions of the scenario and those of the preset.
 */
export type HappeningListener = (happening: Happening) => Answer | undefined;
