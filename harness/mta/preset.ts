import type { LinkEvent } from '../link/events.js';
import type { Mode } from '../stack/association/events.js';
import type { Deviations, DialogueMode } from '../stack/association/service.js';
import type { BindMarker, Identity } from './bind.js';
import type { Statement } from './evidence.js';
import type { Expectation } from './expectation.js';
import type { Hooks } from './hooks.js';
import type { MessageHabits } from './message.js';
import type { Domain } from './names.js';
import type { Deferral, RetryOptions } from './retry.js';
import type { RoutingTraffic } from './routing.js';

/** What a preset makes of one MTA; its state is that MTA's alone. */
export interface Personality {
  readonly hooks: Hooks;
  readonly connector: RetryOptions;
  /** Of messages that a peer sends before their deferred delivery time; they go on at once where absent. */
  readonly deferral?: Deferral;
  readonly association: AssociationOptions;
  /** Of the associations that it opens, and the one that it accepts, where its configuration says nothing; else normal. */
  readonly mode?: Mode;
  /** Goes into bind arguments. */
  readonly bindMarker?: BindMarker;
  /** What its peer's bind has and X.411 does not is repeated in the bind result. KB 281744. */
  readonly echoesBind?: boolean;
  /** The string type of its passwords in normal mode, where its configuration does not say. */
  readonly passwordForm?: Identity['passwordForm'];
  /** MTA names and passwords are the same to it in capitals and small letters. */
  readonly ignoresCase?: boolean;
  /** It keeps nothing of transfers that break off, and goes on with none. */
  readonly recovery?: 'none';
  /** A site's name for per-domain-bilateral-information. */
  readonly bilateralSite?: string;
  /** What it puts into the messages and reports that it makes. */
  readonly habits?: MessageHabits;
  /** System messages with routing data. */
  readonly routing?: RoutingTraffic;
  /** System messages of an earlier run are not taken over with a queue. */
  readonly dropsSystemMessages: boolean;
  /** Below P1, on every association. */
  readonly deviations?: Deviations;
  /** Hears what passes on its links, before it reacts to it; the connection is the number of the association. */
  readonly hears?: (event: LinkEvent) => void;
}

export interface AssociationOptions {
  readonly dialogueMode: DialogueMode;
  /** Units of 1024 octets. */
  readonly checkpointSize: number;
  /** As a responder, where it is not the same. */
  readonly answeredCheckpointSize?: number;
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
  /** What shows of it from outside; a test holds each preset to it. */
  readonly expectation: Expectation;
  readonly personality: (mta: { readonly server: string; readonly domain: Domain }) => Personality;
}
