import type { Link } from '../link/link.js';
import type { Mode } from '../stack/association/events.js';
import type {
  AssociationAddresses,
  AssociationTimers,
  Deviations,
  DialogueMode,
} from '../stack/association/service.js';
import type { Identity, ReceivedBind } from './bind.js';
import type { Deferral, RetryOptions } from './retry.js';
import type { ActivationSchedule } from './schedule.js';

/** Another MTA, and how we deal with it. What is absent is as the preset has it. */
export interface PeerConfig {
  /** How it is called here; also its MTA name, where `theirs` does not say. */
  readonly name: string;
  /** Opens a link to it; without that, only it opens associations. */
  readonly connect?: () => Promise<Link>;
  /** Whether we open associations to it: by ourselves, only at selected times, only it does, or nobody may. */
  readonly activation?: 'always' | ActivationSchedule | 'remote' | 'never';
  /**
   * What becomes of messages from it whose deferred delivery time is still to come: deferral is the originating domain's,
   * and another's only where the two have agreed on it. As the preset has it where absent.
   */
  readonly deferral?: Deferral;
  /** How we name ourselves to it; by our MTA name and an empty password where absent. */
  readonly ours?: Identity;
  /** What it has to say of itself. An empty object is an unauthenticated bind; a password that is absent is not looked at. */
  readonly theirs?: Identity;
  /** Of associations that we open. */
  readonly mode?: Mode;
  readonly addresses?: AssociationAddresses;
  readonly dialogueMode?: DialogueMode;
  readonly initialTurn?: 'initiator' | 'responder';
  readonly checkpointSize?: number;
  readonly windowSize?: number;
  readonly tpduSize?: number;
  readonly timers?: Partial<AssociationTimers>;
  readonly deviations?: Deviations;
  readonly retry?: Partial<RetryOptions>;
  /** The connector joins two Exchange routing groups. */
  readonly connectedRoutingGroup?: boolean;
}

/** Whether a bind names this peer. Names compare exactly; PP ignores case, Exchange does not (KB 169159). */
export function isNamedBy(peer: PeerConfig, bind: ReceivedBind, ignoresCase = false): boolean {
  const name = peer.theirs === undefined ? peer.name : peer.theirs.mtaName;
  if (!bind.authenticated) return name === undefined;
  return ignoresCase ? bind.mtaName?.toLowerCase() === name?.toLowerCase() : bind.mtaName === name;
}

/** Whether its password is the agreed one; as octets, whichever string type it has. */
export function isAuthentic(peer: PeerConfig, bind: ReceivedBind, ignoresCase = false): boolean {
  const expected = peer.theirs?.password;
  if (expected === undefined) return true;
  if (ignoresCase) return latin1(bind.password).toLowerCase() === expected.toLowerCase();
  return Buffer.from(expected, 'latin1').equals(bind.password ?? new Uint8Array(0));
}

function latin1(octets: Uint8Array = new Uint8Array(0)): string {
  return Buffer.from(octets).toString('latin1');
}
