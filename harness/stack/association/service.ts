import type { BerForm, BerNode } from '../../ber/writer.js';
import type { Mode } from '../mode.js';
import type { ConnectionIdentifier, Resumption, TransferStore } from '../rtse/recovery.js';
import type {
  ExceptionAction,
  OpenRefusal,
  OpenRequest,
  OpenResponse,
  ServiceEvent,
  TransferOptions,
} from '../rtse/service.js';
import type { ActivityReason, RtAbortReason } from '../rtse/terms.js';

export {
  type ConnectionIdentifier,
  connectionKey,
  type Resumption,
  type SecuredTransfer,
  type TransferKey,
  type TransferStore,
} from '../rtse/recovery.js';
export type {
  ExceptionAction,
  OpenRefusal,
  OpenRequest,
  OpenResponse,
  ServiceEvent,
  TransferOptions,
} from '../rtse/service.js';
export type { ActivityReason, DialogueMode, RtAbortReason } from '../rtse/terms.js';

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
  /** Elements appended to RTORQ or RTOAC; in the X.410 modes to the members that PConnect and PAccept have of them. */
  readonly rtseElements?: readonly BerNode[];
  /** How connect PDUs and RTTR wrappers are written. */
  readonly form?: BerForm;
  /** A REFUSE repeats the references of its CONNECT: not needed, and harmless. */
  readonly refuseReferences?: boolean;
  /** Changes a PDU's tree just before it is written; the last resort. */
  readonly rewrite?: (
    pdu:
      | ('CP' | 'CPA' | 'CPR' | 'AARQ' | 'AARE' | 'RLRQ' | 'RLRE' | 'ABRT' | 'RTORQ' | 'RTOAC' | 'RTORJ' | 'RTAB')
      | ('PCONNECT' | 'PACCEPT' | 'PREFUSE'),
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
  /**
   * Two characters at most that set this session connection apart from others of the same user in the same second: where
   * they share a name, a transfer of one could be taken for that of another when it is resumed. X.225 8.3.1.6.
   */
  readonly additionalReference?: string;
  /** Milliseconds to wait for each answer that a timer guards; see the machine's docs. */
  readonly timers?: Partial<AssociationTimers>;
  /** An APDU received is collected up to this many octets; beyond, only `rtSegmentIndication`s carry it. Default 64 MiB. */
  readonly collectLimit?: number;
  readonly deviations?: Deviations;
  /**
   * What is kept of transfers received, to go on with them after a break; share one between all associations of an MTA.
   * Without it nothing is kept, and a resume is answered with an exception, as ISODE does.
   */
  readonly store?: TransferStore;
  /** What a sender does about exceptions, by their code, where it is not what X.410 4.5.2 says. */
  readonly onException?: Readonly<Record<number, ExceptionAction>>;
}

export interface AssociationTimers {
  /** From TCP connection to the answer to CONNECT. Default 60 s. */
  readonly open: number;
  /** From ACTIVITY END to its acknowledgement (RT transfer-time). Default 300 s. */
  readonly transfer: number;
  /** From FINISH to DISCONNECT, and from ABORT to the closing of TCP. Default 30 s. */
  readonly release: number;
}

/** One side of one association, sans-I/O: octets in, octets and service events out; it takes `now` and gives deadlines. */
export interface AssociationService {
  readonly role: 'initiator' | 'responder';
  readonly mode: Mode | undefined;
  readonly state: 'idle' | 'opening' | 'open' | 'closing' | 'closed';
  /** Names the session connection, to recover it by; undefined before it is known. */
  readonly connection: ConnectionIdentifier | undefined;
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
  /** To be called until it gives none: what has come is worked off as far as the next events each time. */
  takeEvents(): ServiceEvent[];
  /**
   * Sender: what it takes to go on with the transfer under way, if it broke off now; with serial 0 where no point is
   * confirmed yet. Undefined where nothing is being sent. A sender that survives its own crash keeps it.
   */
  readonly resumption: Resumption | undefined;
  /** Octets that have come from the peer. */
  readonly received: number;
  /** The machine is done with the link: close TCP once the output is written. */
  readonly wantsClose: boolean;

  /** Initiator; before `connected`, or at it. */
  open(request: OpenRequest): void;
  acceptOpen(response: OpenResponse): void;
  refuseOpen(refusal: OpenRefusal): void;
  /** RT-TRANSFER: `apdu` is the MTS-APDU's TLV; the machine wraps and slices it. Needs the turn and no other transfer. */
  transfer(apdu: Uint8Array, options?: TransferOptions): void;
  /** Secures the transfer that was indicated: ACTIVITY END ACK goes out, and responsibility moves. */
  acceptTransfer(): void;
  /** Answers the transfer under way with S-U-EXCEPTION-REPORT. */
  reportException(reason: ActivityReason): void;
  /** Holds back acknowledgements of checkpoints until `false`. */
  holdCheckpoints(hold: boolean): void;
  /** Sender: no more of the transfer under way goes out until `false`; its timers run on. */
  holdTransfer(hold: boolean): void;
  /** Sender: gives up the transfer under way. */
  discardTransfer(reason?: ActivityReason): void;
  /** Sender: breaks the transfer under way off; the confirm has what it takes to go on with it. */
  interruptTransfer(reason?: ActivityReason): void;
  turnPlease(priority: number): void;
  turnGive(): void;
  /** RT-CLOSE: the initiator, with the turn and no transfer outstanding. */
  close(): void;
  /** RT-U-ABORT. */
  abort(reason?: RtAbortReason, userData?: Uint8Array): void;
}
