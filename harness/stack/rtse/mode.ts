import type { Octets } from '../../ber/octets.js';
import type { Mode } from '../mode.js';
import type { PassedEvent, SessionProvider } from '../presentation/primitives.js';
import type { SessionEvent } from '../session/primitives.js';
import type { ConnectionIdentifier } from './recovery.js';
import type { DialogueMode } from './terms.js';

/** RTORQ, as far as reliable transfer decides it. X.228 9. */
export interface OpenValue {
  readonly checkpointSize: number | undefined;
  readonly windowSize: number | undefined;
  readonly dialogueMode: DialogueMode;
  readonly initialTurn: 'initiator' | 'responder';
  /** The user's TLV. */
  readonly userData: Uint8Array;
  /** In its place: the session connection that this one recovers. */
  readonly recover: ConnectionIdentifier | undefined;
}

/** RTOAC. */
export interface AcceptValue {
  readonly checkpointSize: number | undefined;
  readonly windowSize: number | undefined;
  readonly userData: Uint8Array;
  /** In its place, where the request had it. */
  readonly recover: ConnectionIdentifier | undefined;
}

/** RTORJ. */
export interface RefusalValue {
  readonly userData: Uint8Array | undefined;
  readonly refuseReason: number | undefined;
  /** Of a REFUSE alone, without an RTORJ. X.225 8.3.5.10. */
  readonly sessionReason?: number;
}

/** RTAB. `reason` as X.228 numbers it. */
export interface AbortValue {
  readonly reason: number;
  readonly userData: Uint8Array | undefined;
}

/** What comes up from below RTSE: its own APDUs as values, and session's primitives as they are. */
export type ModeEvent =
  | {
      readonly kind: 'associateIndication';
      readonly checkpointSize: number;
      readonly windowSize: number;
      readonly dialogueMode: DialogueMode;
      /** Undefined where the tokens are split between the sides. */
      readonly initialTurn: 'initiator' | 'responder' | undefined;
      readonly recover: ConnectionIdentifier | undefined;
      readonly userData: Octets;
      /** Functional units that were proposed. */
      readonly functionalUnits: number;
    }
  | {
      readonly kind: 'associateConfirm';
      readonly checkpointSize: number;
      readonly windowSize: number;
      readonly userData: Octets;
    }
  | {
      readonly kind: 'associateRefused';
      readonly refusedBy: 'session' | 'presentation' | 'acse' | 'rtse';
      readonly reason: number | undefined;
      readonly userData: Octets | undefined;
    }
  | { readonly kind: 'dataIndication'; readonly slice: Octets }
  | { readonly kind: 'turnPleaseIndication'; readonly priority: number }
  | { readonly kind: 'releaseIndication' }
  | { readonly kind: 'releaseConfirm' }
  /** RTAB, or an abort of the peer without one. */
  | { readonly kind: 'abortIndication'; readonly reason: number | undefined; readonly userData: Octets | undefined }
  | {
      readonly kind: 'providerAbortIndication';
      readonly layer: 'session' | 'presentation' | 'acse';
      readonly reason: number | undefined;
      readonly message: string;
    }
  /** An APDU of RTSE that cannot be read where it is due. */
  | { readonly kind: 'invalidApdu'; readonly message: string }
  | PassedEvent;

/**
 * How a mode carries reliable transfer: what stands in the user data of the session's SPDUs, and how it is read.
 * X.228 8, X.226 8.4, X.227 6.5. RTSE's machine is the same in all modes; everything that differs is behind this.
 */
export interface ModeProfile {
  readonly mode: Mode;
  /** Names the session connection: as this side opened it, or as the CONNECT said. Undefined before, or without references. */
  readonly connection: ConnectionIdentifier | undefined;
  /** RT-OPEN: CONNECT, ACCEPT, REFUSE. */
  associate(open: OpenValue): void;
  acceptAssociation(accept: AcceptValue): void;
  /** Throws where that answer would have no room in its SPDU: asked before anything changes. */
  checkAccept?(accept: Pick<AcceptValue, 'userData'> & Partial<AcceptValue>): void;
  refuseAssociation(refusal: RefusalValue): void;
  /** The value that is sliced, made of the APDU: in an EXTERNAL, or bare. */
  wrap(apdu: Uint8Array): Uint8Array;
  /** The APDU in the octets of a transfer; undefined where they hold none. */
  unwrap(octets: Octets): Octets | undefined;
  /** RTTR. */
  data(slice: Uint8Array): void;
  /** RTTP. */
  turnPlease(priority: number): void;
  release(): void;
  releaseResponse(): void;
  /** RTAB. */
  abort(abort: AbortValue): void;
  /** The session services that carry nothing of RTSE; `primitive` names the request in errors. */
  session(primitive: string): SessionProvider;
  receive(event: SessionEvent): ModeEvent[];
}
