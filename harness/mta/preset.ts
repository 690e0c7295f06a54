import type { DialogueMode } from '../stack/association/service.js';
import type { BindMarker } from './bind.js';
import type { Statement } from './evidence.js';
import type { Hooks } from './hooks.js';
import type { Domain } from './names.js';
import type { RetryOptions } from './retry.js';
import type { RoutingTraffic } from './routing.js';

/** What a preset makes of one MTA; its state is that MTA's alone. */
export interface Personality {
  readonly hooks: Hooks;
  readonly connector: RetryOptions;
  readonly association: AssociationOptions;
  /** Goes into bind arguments. */
  readonly bindMarker?: BindMarker;
  /** A site's name for per-domain-bilateral-information. */
  readonly bilateralSite?: string;
  /** System messages with routing data. */
  readonly routing?: RoutingTraffic;
  /** System messages of an earlier run are not taken over with a queue. */
  readonly dropsSystemMessages: boolean;
}

export interface AssociationOptions {
  readonly dialogueMode: DialogueMode;
  /** Units of 1024 octets. */
  readonly checkpointSize: number;
  /** Undefined leaves it out, and 3 holds. */
  readonly windowSize: number | undefined;
}

/** A fake MTA's behaviour by name. */
export interface Preset {
  readonly name: string;
  readonly family: 'exchange' | 'third-party';
  /** In one sentence. */
  readonly says: string;
  /** All options as they hold, for people and for comparing presets. */
  readonly options: object;
  readonly statements: readonly Statement[];
  readonly personality: (mta: { readonly server: string; readonly domain: Domain }) => Personality;
}
