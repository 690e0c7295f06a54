import type { Octets } from '../../ber/octets.js';
import type { Mode } from '../mode.js';
import type { ConnectionIdentifier, Resumption } from './recovery.js';
import type { DialogueMode } from './terms.js';

// The primitives of the reliable transfer service, X.218 clause 9, as the association's user sees them.

/** What the initiator asks for, and what it may get wrong on purpose. */
export interface OpenRequest {
  /** The MTA-bind argument's TLV, wrapped as the mode has it. Not sent where an association is recovered. */
  readonly userData: Uint8Array;
  /** Opens it to go on with what was under way on this session connection, without a bind. X.228 7.8. */
  readonly recover?: ConnectionIdentifier;
  readonly dialogueMode?: DialogueMode;
  readonly initialTurn?: 'initiator' | 'responder';
  /** Units of 1024 octets; 0 leaves it to the responder. X.228 7.1.4. */
  readonly checkpointSize?: number;
  /** Minor synchronization points that may be unconfirmed; undefined leaves it out (3 holds). */
  readonly windowSize?: number;
}

export interface OpenResponse {
  /** The MTA-bind result's TLV, wrapped as the mode has it. Not sent where an association is recovered. */
  readonly userData: Uint8Array;
  /** At most what the request had; where that was 0, any. */
  readonly checkpointSize?: number;
  /** At most what the request had; undefined leaves it out. */
  readonly windowSize?: number;
}

export interface OpenRefusal {
  /** The MTA-bind error's TLV; in the X.410 modes there is none. */
  readonly userData?: Uint8Array;
  /** In the X.410 modes: RefuseReason. */
  readonly refuseReason?: number;
  /** The session entity refuses, with this reason, and nothing above it is heard of. X.225 8.3.5.10. */
  readonly sessionReason?: number;
}

/** How an APDU is to be transferred. */
export interface TransferOptions {
  /** Goes on with a transfer of the same APDU that broke off, here or on a session connection that this one recovers. */
  readonly resume?: Resumption;
  /** Milliseconds within which it has to be secured; unlimited if absent. X.218 9.3.1.2. */
  readonly transferTime?: number;
}

/**
 * What a sender does about an exception: it breaks the activity off and goes on with it later, gives it up, or aborts the
 * association. X.410 4.5.2, X.228 7.8.
 */
export type ExceptionAction = 'interrupt' | 'discard' | 'abort';

/** What the machine tells its user: the indications and confirms of X.218. */
export type ServiceEvent =
  /** Responder: answer with `acceptOpen` or `refuseOpen`. `userData` is the bind argument's TLV. */
  | {
      readonly kind: 'rtOpenIndication';
      readonly mode: Mode;
      readonly userData: Octets;
      /** The initiator wants to go on with this session connection, and sends no bind. `userData` is empty. */
      readonly recover: ConnectionIdentifier | undefined;
      readonly dialogueMode: DialogueMode;
      readonly initialTurn: 'initiator' | 'responder';
      readonly checkpointSize: number;
      readonly windowSize: number;
    }
  | {
      readonly kind: 'rtOpenConfirm';
      readonly accepted: true;
      readonly userData: Octets;
      readonly checkpointSize: number;
      readonly windowSize: number;
    }
  /** `userData` is the bind error's TLV where one came; `refusedBy` is the layer that refused, with its reason. */
  | {
      readonly kind: 'rtOpenConfirm';
      readonly accepted: false;
      readonly userData: Octets | undefined;
      readonly refusedBy: 'cotp' | 'session' | 'presentation' | 'acse' | 'rtse';
      readonly reason: number | undefined;
    }
  | { readonly kind: 'rtTurnPleaseIndication'; readonly priority: number }
  | { readonly kind: 'rtTurnGiveIndication' }
  /**
   * The peer began to transfer, or goes on behind point `resumedAt`; a fake may `reportException`, `abort` or close at
   * any of these.
   */
  | { readonly kind: 'rtTransferStart'; readonly activity: string; readonly resumedAt: number | undefined }
  | { readonly kind: 'rtSegmentIndication'; readonly octets: Octets }
  | { readonly kind: 'checkpointIndication'; readonly serial: number }
  /**
   * The peer ended its transfer: nothing is acknowledged until `acceptTransfer`. `apdu` is the MTS-APDU's TLV, out of
   * its EXTERNAL; undefined where it passed `collectLimit` or is no BER (then `octets` has what came).
   */
  | {
      readonly kind: 'rtTransferIndication';
      readonly apdu: Octets | undefined;
      readonly octets: Octets | undefined;
      readonly length: number;
    }
  /**
   * `secured`: the peer has it. Otherwise it is handed back, and may have been secured all the same (X.218 9.3.1.3);
   * with `resumption` it can go on where it broke off, while the peer keeps what it has.
   */
  | {
      readonly kind: 'rtTransferConfirm';
      readonly secured: boolean;
      readonly reason?: string;
      readonly resumption?: Resumption;
    }
  | { readonly kind: 'checkpointConfirm'; readonly serial: number }
  /** The peer reported an exception on our transfer; the machine has done `action` about it. X.228 7.8. */
  | { readonly kind: 'exceptionIndication'; readonly reason: number; readonly action: ExceptionAction }
  /** The peer interrupted or discarded its transfer. */
  | {
      readonly kind: 'transferAbandoned';
      readonly how: 'interrupted' | 'discarded';
      readonly reason: number | undefined;
    }
  /** The machine answers by itself. */
  | { readonly kind: 'rtCloseIndication' }
  | { readonly kind: 'rtCloseConfirm' }
  | { readonly kind: 'rtUAbortIndication'; readonly reason: number | undefined; readonly userData: Octets | undefined }
  | {
      readonly kind: 'rtPAbortIndication';
      readonly layer: string;
      readonly reason: number | undefined;
      readonly message: string;
    }
  /** The link closed, by whichever side; always the last event. */
  | { readonly kind: 'disconnected' };
