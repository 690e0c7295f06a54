import type { Octets } from '../../ber/octets.js';
import type { BerForm, BerNode } from '../../ber/writer.js';
import type { Mode } from './events.js';

/** X.218 3.5.12, 3.5.13: only one side ever sends, or both in turn. */
export type DialogueMode = 'monologue' | 'twa';

/** RTSE's abort reasons. X.228 9, RTABapdu. */
export type RtAbortReason =
  | 'localSystemProblem'
  | 'invalidParameter'
  | 'unrecognizedActivity'
  | 'temporaryProblem'
  | 'protocolError'
  | 'permanentProblem'
  | 'userError'
  | 'transferCompleted';

/** Reasons of S-U-EXCEPTION-REPORT, S-ACTIVITY-INTERRUPT and S-ACTIVITY-DISCARD. X.225 8.3.28.4. */
export type ActivityReason =
  | 'unspecified'
  | 'receivingAbilityJeopardized'
  | 'sequenceError'
  | 'localUserError'
  | 'unrecoverableProcedureError'
  | 'demandDataToken';

/** What the initiator asks for, and what it may get wrong on purpose. */
export interface OpenRequest {
  /** The MTA-bind argument's TLV, wrapped as the mode has it. */
  readonly userData: Uint8Array;
  readonly dialogueMode?: DialogueMode;
  readonly initialTurn?: 'initiator' | 'responder';
  /** Units of 1024 octets; 0 leaves it to the responder. X.228 7.1.4. */
  readonly checkpointSize?: number;
  /** Minor synchronization points that may be unconfirmed; undefined leaves it out (3 holds). */
  readonly windowSize?: number;
}

export interface OpenResponse {
  /** The MTA-bind result's TLV, wrapped as the mode has it. */
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
}

/** Who is who, below RTSE. All selectors are octets. */
export interface AssociationAddresses {
  readonly callingTransportSelector?: Uint8Array;
  readonly calledTransportSelector?: Uint8Array;
  readonly callingSessionSelector?: Uint8Array;
  readonly calledSessionSelector?: Uint8Array;
  readonly callingPresentationSelector?: Uint8Array;
  readonly calledPresentationSelector?: Uint8Array;
}

/** Places where a fake puts what no standard has there. Each is written as given. */
export interface Deviations {
  /** Parameters appended to SPDUs, by kind: `{ CONNECT: [{ code: 0x63, value }] }`. */
  readonly spduParameters?: Readonly<Record<string, readonly { code: number; value: Uint8Array }[]>>;
  /** Presentation contexts proposed beyond the three. */
  readonly presentationContexts?: readonly { id: number; abstractSyntax: string }[];
  readonly applicationContext?: string;
  /** Elements appended to AARQ (initiator) or AARE (responder), before user-information. */
  readonly acseElements?: readonly BerNode[];
  /** EXTERNALs, as whole TLVs, behind RTSE's in user-information. */
  readonly userInformation?: readonly BerNode[];
  /** Elements appended to RTORQ or RTOAC. */
  readonly rtseElements?: readonly BerNode[];
  /** How connect PDUs and RTTR wrappers are written. */
  readonly form?: BerForm;
  /** Changes a PDU's tree just before it is written; the last resort. */
  readonly rewrite?: (
    pdu: 'CP' | 'CPA' | 'CPR' | 'AARQ' | 'AARE' | 'RLRQ' | 'RLRE' | 'ABRT' | 'RTORQ' | 'RTOAC' | 'RTORJ' | 'RTAB',
    tree: BerNode,
  ) => BerNode;
}

export interface AssociationMachineOptions {
  readonly role: 'initiator' | 'responder';
  /** A responder takes the mode from the CONNECT, if it is among these; an initiator uses the first. */
  readonly modes: readonly Mode[];
  readonly addresses?: AssociationAddresses;
  /** Octets of a TPDU to offer or at most to accept: 128 to 8192, or 65531 (no parameter). Default 2048. */
  readonly tpduSize?: number;
  /** A source of octets for references (transport reference, SS-user reference). */
  readonly random: (octets: number) => Uint8Array;
  /** SS-user reference text, such as the MTA name. */
  readonly userReference?: string;
  /** Milliseconds to wait for each answer that a timer guards; see the machine's docs. */
  readonly timers?: Partial<AssociationTimers>;
  /** An APDU received is collected up to this many octets; beyond, only `rtSegmentIndication`s carry it. Default 64 MiB. */
  readonly collectLimit?: number;
  readonly deviations?: Deviations;
}

export interface AssociationTimers {
  /** From TCP connection to the answer to CONNECT. Default 60 s. */
  readonly open: number;
  /** From ACTIVITY END to its acknowledgement (RT transfer-time). Default 300 s. */
  readonly transfer: number;
  /** From FINISH to DISCONNECT, and from ABORT to the closing of TCP. Default 30 s. */
  readonly release: number;
}

/** What the machine tells its user: the indications and confirms of X.218. */
export type ServiceEvent =
  /** Responder: answer with `acceptOpen` or `refuseOpen`. `userData` is the bind argument's TLV. */
  | {
      readonly kind: 'rtOpenIndication';
      readonly mode: Mode;
      readonly userData: Octets;
      readonly recover: boolean;
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
  /** The peer began to transfer; a fake may `reportException`, `abort` or close at any of these. */
  | { readonly kind: 'rtTransferStart'; readonly activity: string }
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
  /** `secured`: the peer has it. Otherwise it is handed back, and may have been secured all the same (X.218 9.3.1.3). */
  | { readonly kind: 'rtTransferConfirm'; readonly secured: boolean; readonly reason?: string }
  | { readonly kind: 'checkpointConfirm'; readonly serial: number }
  /** The peer reported an exception on our transfer; the machine has discarded it and will confirm negatively. */
  | { readonly kind: 'exceptionIndication'; readonly reason: number }
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

/** One side of one association, sans-I/O: octets in, octets and service events out; it takes `now` and gives deadlines. */
export interface AssociationService {
  readonly role: 'initiator' | 'responder';
  readonly mode: Mode | undefined;
  readonly state: 'idle' | 'opening' | 'open' | 'closing' | 'closed';
  /** Whether this side holds the turn. */
  readonly hasTurn: boolean;
  readonly transferring: 'sending' | 'receiving' | 'none';

  /** TCP is connected: the initiator sends its CR. */
  connected(now: number): void;
  receive(bytes: Uint8Array, now: number): void;
  /** TCP has closed or was reset. */
  disconnected(now: number): void;
  advance(now: number): void;
  /** When `advance` wants to be called; undefined for never. Milliseconds, on the clock of `now`. */
  readonly nextDeadline: number | undefined;
  takeOutput(): Uint8Array[];
  takeEvents(): ServiceEvent[];
  /** The machine is done with the link: close TCP once the output is written. */
  readonly wantsClose: boolean;

  /** Initiator; before `connected`, or at it. */
  open(request: OpenRequest): void;
  acceptOpen(response: OpenResponse): void;
  refuseOpen(refusal: OpenRefusal): void;
  /** RT-TRANSFER: `apdu` is the MTS-APDU's TLV; the machine wraps and slices it. Needs the turn and no other transfer. */
  transfer(apdu: Uint8Array): void;
  /** Secures the transfer that was indicated: ACTIVITY END ACK goes out, and responsibility moves. */
  acceptTransfer(): void;
  /** Answers the transfer under way with S-U-EXCEPTION-REPORT. */
  reportException(reason: ActivityReason): void;
  /** Holds back acknowledgements of checkpoints until `false`. */
  holdCheckpoints(hold: boolean): void;
  /** Sender: gives up the transfer under way. */
  discardTransfer(reason?: ActivityReason): void;
  turnPlease(priority: number): void;
  turnGive(): void;
  /** RT-CLOSE: the initiator, with the turn and no transfer outstanding. */
  close(): void;
  /** RT-U-ABORT. */
  abort(reason?: RtAbortReason, userData?: Uint8Array): void;
}
