import type { Octets } from '../ber/octets.js';
import type { Mode } from '../stack/association/events.js';
import type { ConnectionIdentifier, OpenRefusal } from '../stack/association/service.js';
import type { NonDelivery } from './answers.js';
import type { MtaAssociation } from './association.js';
import type { MTABindErrorName, ReceivedBind } from './bind.js';
import type { Ending } from './events.js';
import type { Hooks } from './hooks.js';
import type { AssociationOptions } from './preset.js';
import type { Interrupted, QueuedItem } from './queue.js';
import type { ReceivedApdu } from './received.js';

/** What an association asks of its MTA. */
export interface AssociationHost {
  readonly hooks: Hooks;
  now(): number;
  /** Runs `action` later, in milliseconds; the function returned calls it off. */
  after(milliseconds: number, action: () => void): () => void;
  /** Who it is that binds to us, or why it may not; who that is, where it is known. */
  admit(bind: ReceivedBind): { readonly peer: string } | { readonly peer?: string; readonly error: MTABindErrorName };
  /** Whose session connection it was that is to be gone on with; undefined where nothing is known of it. */
  admitRecovery(connection: ConnectionIdentifier): string | undefined;
  /** Whether a bind result is from whom it should be. */
  recognises(peer: string, bind: ReceivedBind): boolean;
  /** The bind result's TLV, in answer to that argument. */
  bindResultFor(peer: string, argument: Octets, mode: Mode): Uint8Array;
  /** How that is refused, or, with no error, a recovery. */
  refusalFor(peer: string | undefined, error: MTABindErrorName | undefined, mode: Mode | undefined): OpenRefusal;
  optionsFor(peer: string): AssociationOptions & {
    readonly lifetime: number;
    /** Within which an item of so many octets has to be secured, in milliseconds. */
    readonly transferTime: (item: QueuedItem, octets: number) => number;
  };
  opened(association: MtaAssociation, bindOctets: Uint8Array): void;
  /** RTTP's priority for what waits for its peer; undefined where nothing does. */
  waitingFor(association: MtaAssociation): number | undefined;
  /** Takes what is next for its peer, as the association's mode has it. */
  next(association: MtaAssociation): Outgoing | undefined;
  transferred(association: MtaAssociation, item: QueuedItem): void;
  resumed(association: MtaAssociation, direction: 'in' | 'out', serial: number): void;
  /** How far the transfer of an item has got. */
  progressed(association: MtaAssociation, item: QueuedItem, interrupted: Interrupted | undefined): void;
  failed(association: MtaAssociation, item: QueuedItem, reason: string, interrupted: Interrupted | undefined): void;
  received(association: MtaAssociation, apdu: ReceivedApdu, nonDelivery: NonDelivery | undefined): void;
  /** What was received last is taken, and acknowledged if its association is still there. */
  taken(): void;
  bindRefused(association: MtaAssociation, by: 'us' | 'peer', error: MTABindErrorName | undefined): void;
  transferRefused(association: MtaAssociation, answer: string): void;
  ended(association: MtaAssociation, ending: Ending, detail: string | undefined): void;
}

/** An item that is to be transferred, and its octets in the edition of the association's mode. */
export interface Outgoing {
  readonly item: QueuedItem;
  readonly apdu: Uint8Array;
  /** Of the octets, where they are not what the item alone makes of them: by it they are known again. */
  readonly digest?: string;
}

/** What carries an association's machine: its link, and who moves octets between the two. */
export interface Carrier {
  /** Moves what the machine has for the link, and what it has for us. */
  flush(): void;
  /** Closes the link. */
  close(): void;
}
