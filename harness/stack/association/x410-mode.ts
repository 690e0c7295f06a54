import { decode } from '../../asn1/decode.js';
import type { Decoded } from '../../asn1/decoded.js';
import { berFromBytes, toBer } from '../../asn1/encode.js';
import type { TypeRef } from '../../asn1/types.js';
import type { Element } from '../../ber/element.js';
import { Octets } from '../../ber/octets.js';
import { readElements } from '../../ber/reader.js';
import { TagClass, tagKey, Universal } from '../../ber/tag.js';
import { type BerNode, writeBer } from '../../ber/writer.js';
import { presentationMode } from '../presentation/observer.js';
import { PASSED, type SessionProvider } from '../presentation/primitives.js';
import type { AbortValue, AcceptValue, ModeEvent, ModeProfile, OpenValue, RefusalValue } from '../rtse/mode.js';
import type { ConnectionIdentifier } from '../rtse/recovery.js';
import {
  AbortInformation,
  AbortReason,
  DataTransferSyntax,
  DialogueMode,
  PAccept,
  PConnect,
  PRefuse,
  RefuseReason,
  RTTP,
} from '../rtse/types.js';
import { userDataLimit } from '../session/limits.js';
import type { ConnectRequest, SessionEvent } from '../session/primitives.js';
import { AssociationError } from './error.js';
import type { Mode } from './events.js';
import {
  ALL_RESPONDER,
  associateConfirm,
  associateIndication,
  connectionOf,
  NO_USER_DATA,
  numberIn,
  octetsOf,
  recovering,
  turnPriority,
} from './open-values.js';
import type { Deviations } from './service.js';

export interface X410ModeOptions {
  readonly mode: Exclude<Mode, 'normal'>;
  /** Of those, X.410 mode has room for `rtseElements`, `form` and `rewrite`. */
  readonly deviations?: Deviations;
  /** What to name as the application protocol instead of 1 or 12; `absent` leaves the member out. */
  readonly applicationProtocol?: number | 'absent';
  /** Whether a bind that has no room in its SPDU is refused before it is sent; true if absent. */
  readonly enforceLimits?: boolean;
  /** References of the session connection, asked for when it is opened. X.225 7.1.1 a. */
  readonly references: () => Pick<ConnectRequest, 'callingReference' | 'commonReference'>;
}

/** X.419 13.2.1.1.1: what names P1 of 1988; X.410 names that of 1984 by 1. */
export const APPLICATION_PROTOCOLS = { 'x410-1984': 1, 'x410-1988': 12 } as const;

/** The one data transfer syntax, X.410 4.2.1. */
const X409 = { dataTransferSyntax: DataTransferSyntax.named.x409 };

/** Reason of REFUSE, whoever above session refuses. X.225 8.3.5.10. */
const REJECTED_BY_USER = 2;

/** X.225 (1988) Annex D: user data of ABORT in version 1. */
const ABORT_OCTETS = 9;

/**
 * Reliable transfer straight on session, without presentation and ACSE: X.410-1984, and X.410 mode of 1988 with the same
 * octets (X.226 8.2, 8.4.3; X.227 6.5; X.228 8.2). Version 1 of session, whose SPDUs have 512 octets for a bind.
 */
export class X410Mode implements ModeProfile {
  readonly mode: Exclude<Mode, 'normal'>;
  readonly #session: SessionProvider;
  readonly #options: X410ModeOptions;
  #connection: ConnectionIdentifier | undefined;
  /** Whether this side asked to recover an association, and wants that answered. */
  #recovering = false;
  /** What a responder answers beside its own. */
  #answer: Answer = { session: {}, checkpointSize: 0 };

  constructor(session: SessionProvider, options: X410ModeOptions) {
    this.mode = options.mode;
    this.#session = session;
    this.#options = options;
  }

  get connection(): ConnectionIdentifier | undefined {
    return this.#connection;
  }

  associate(open: OpenValue): void {
    const userData = connectOctets(this.#options, open);
    const references = this.#options.references();
    this.#connection = connectionOf(references);
    this.#recovering = open.recover !== undefined;
    const tokenSetting = open.initialTurn === 'initiator' ? 0 : ALL_RESPONDER;
    this.#session.sConnectRequest({ ...references, tokenSetting, userData });
  }

  acceptAssociation(accept: AcceptValue): void {
    const { session } = this.#answer;
    this.#session.sConnectAccept({ ...session, highestVersion: 1, userData: acceptOctets(this.#options, accept) });
  }

  /** Throws where the answer that `acceptAssociation` is to send has no room for its bind. */
  checkAccept(accept: Pick<AcceptValue, 'userData'> & Partial<AcceptValue>): void {
    const { checkpointSize = this.#answer.checkpointSize, windowSize, recover, userData } = accept;
    acceptOctets(this.#options, { checkpointSize, windowSize, recover, userData });
  }

  /** Whatever refuses, without a reason of its own, does so as one who does not know the initiator. X.410 4.2.3. */
  refuseAssociation(refusal: RefusalValue): void {
    const { refuseReason = RefuseReason.named.validationFailure, sessionReason: reason } = refusal;
    if (reason !== undefined) {
      this.#session.sConnectRefuse({ reason });
      return;
    }
    const userData = written(this.#options, 'PREFUSE', toBer(PRefuse, { refuseReason }));
    this.#session.sConnectRefuse({ reason: REJECTED_BY_USER, userData });
  }

  /** X.226 8.4.3.2: an APDU is sliced as it stands. */
  wrap(apdu: Uint8Array): Uint8Array {
    return apdu;
  }

  unwrap(octets: Octets): Octets | undefined {
    const { elements } = readElements(octets, { layer: 'rtse' });
    const [first] = elements;
    return first?.complete === true ? octets.subarray(0, first.length) : undefined;
  }

  data(slice: Uint8Array): void {
    this.#session.sData(slice);
  }

  turnPlease(priority: number): void {
    this.#session.sTokenPlease(writeBer(toBer(RTTP, priority)));
  }

  release(): void {
    this.#session.sRelease();
  }

  releaseResponse(): void {
    this.#session.sReleaseResponse();
  }

  /** X.218 9.7: there is no RT-U-ABORT in X.410 mode; what the user aborts for is a problem of this system. */
  abort({ reason }: AbortValue): void {
    const { userError, permanentProblem, localSystemProblem } = AbortReason.named;
    const abortReason = reason === userError || reason === permanentProblem ? localSystemProblem : reason;
    const tree = toBer(AbortInformation, { abortReason });
    const formed = writeBer(tree, this.#options.deviations?.form);
    this.#session.sUAbort(formed.length > ABORT_OCTETS ? writeBer(tree) : formed);
  }

  session(): SessionProvider {
    return this.#session;
  }

  receive(event: SessionEvent): ModeEvent[] {
    switch (event.kind) {
      case 'sConnectIndication':
        return [this.#connectIndication(event)];
      case 'sConnectConfirm':
        return [this.#connectConfirm(event.userData)];
      case 'sConnectRefusal':
        return [connectRefused(event.reason, event.userData)];
      case 'sDataIndication':
        return event.userData === undefined ? [] : [{ kind: 'dataIndication', slice: event.userData }];
      case 'sTokenPleaseIndication':
        return [turnPlease(event.userData)];
      // X.218 9.2.1: release carries nothing, and what a peer puts there changes nothing.
      case 'sReleaseIndication':
        return [{ kind: 'releaseIndication' }];
      case 'sReleaseConfirm':
        return [{ kind: 'releaseConfirm' }];
      case 'sUAbortIndication': {
        const reason = read(AbortInformation, event.userData)?.get('abortReason')?.primitive;
        return [{ kind: 'abortIndication', reason: numberOf(reason), userData: undefined }];
      }
      case 'sPAbortIndication': {
        const reason = event.local ? undefined : event.transportDisconnect;
        return [{ kind: 'providerAbortIndication', layer: 'session', reason, message: event.message }];
      }
      case 'tDisconnectRequest':
        return [];
      default:
        return event.kind in PASSED ? [event] : [];
    }
  }

  #connectIndication(event: Extract<SessionEvent, { kind: 'sConnectIndication' }>): ModeEvent {
    const callingReference = event.callingReference?.toBytes();
    const commonReference = event.commonReference?.toBytes();
    const additionalReference = event.additionalReference?.toBytes();
    this.#connection = connectionOf({ callingReference, commonReference, additionalReference });
    const request = read(PConnect, event.userData)?.get('pUserData');
    // Real MTAs echo the initiator's reference as the called one, and the common one as it is.
    const session = { calledReference: callingReference, commonReference };
    const checkpointSize = request === undefined ? 0 : numberIn(request, 'checkpointSize', 0);
    this.#answer = { session, checkpointSize };
    const indication = associateIndication(request, event, userDataOf);
    return indication ?? { kind: 'invalidApdu', message: 'no PConnect that can be read' };
  }

  #connectConfirm(userData: Octets | undefined): ModeEvent {
    const answer = read(PAccept, userData)?.get('pUserData');
    return associateConfirm(answer, 'PAccept', this.#recovering, userDataOf);
  }
}

interface Answer {
  readonly session: { readonly calledReference?: Uint8Array; readonly commonReference?: Uint8Array };
  readonly checkpointSize: number;
}

/** User data of the CONNECT. Throws a typed error where the SPDU has no room for it, before anything is sent. */
export function connectOctets(options: Omit<X410ModeOptions, 'references'>, open: OpenValue): Uint8Array {
  const { applicationProtocol = APPLICATION_PROTOCOLS[options.mode] } = options;
  const { checkpointSize, windowSize, recover } = open;
  const tree = toBer(PConnect, {
    dataTransferSyntax: X409,
    pUserData: {
      checkpointSize,
      windowSize,
      dialogueMode: DialogueMode.named[open.dialogueMode],
      connectionDataRQ: { open: berFromBytes(recover === undefined ? open.userData : NO_USER_DATA) },
      applicationProtocol: applicationProtocol === 'absent' ? undefined : applicationProtocol,
    },
  });
  return fitting(options, 'CONNECT', written(options, 'PCONNECT', recovering(tree, 'connectionDataRQ', recover)));
}

function acceptOctets(options: X410ModeOptions, { checkpointSize, windowSize, recover, ...accept }: AcceptValue) {
  const open = berFromBytes(recover === undefined ? accept.userData : NO_USER_DATA);
  const pUserData = { checkpointSize, windowSize, connectionDataAC: { open } };
  const tree = toBer(PAccept, { dataTransferSyntax: X409, pUserData });
  return fitting(options, 'ACCEPT', written(options, 'PACCEPT', recovering(tree, 'connectionDataAC', recover)));
}

/** With the deviations that are wanted of it. */
function written(
  { deviations = {} }: Pick<X410ModeOptions, 'deviations'>,
  pdu: 'PCONNECT' | 'PACCEPT' | 'PREFUSE',
  tree: BerNode,
): Uint8Array {
  const { form, rewrite, rtseElements = [] } = deviations;
  const whole = extended(tree, rtseElements);
  return writeBer(rewrite?.(pdu, whole) ?? whole, form);
}

/** Elements behind those of RTORQ or RTOAC, which PConnect and PAccept have in [1]. */
function extended(tree: BerNode, elements: readonly BerNode[]): BerNode {
  if (elements.length === 0 || 'raw' in tree || tree.content instanceof Uint8Array) return tree;
  if (tree.name === 'pUserData') return { ...tree, content: [...tree.content, ...elements] };
  return { ...tree, content: tree.content.map((each) => extended(each, elements)) };
}

function fitting(
  { mode, enforceLimits }: Pick<X410ModeOptions, 'mode' | 'enforceLimits'>,
  kind: 'CONNECT' | 'ACCEPT',
  userData: Uint8Array,
): Uint8Array {
  const limit = userDataLimit(kind, 1);
  if (enforceLimits === false || userData.length <= limit) return userData;
  throw new AssociationError('ERR_BIND_SIZE', {
    message: `${userData.length} octets of user data with the bind; in ${mode} ${kind} takes ${limit}`,
    hint: 'X.410 modes use version 1 of session: shorten the names, or use normal mode (strong credentials need it)',
  });
}

/** What a CONNECT opens, as far as its user data tells: X.226 8.2 has both modes in one SET. */
export type ConnectKind =
  | { readonly kind: 'normal' }
  | {
      readonly kind: 'x410';
      /** NaN where the member is no number that can be read. */
      readonly applicationProtocol: number | undefined;
    };

/** Undefined where the user data is neither. */
export function connectKind(userData: Octets | undefined): ConnectKind | undefined {
  const selected = userData === undefined ? undefined : presentationMode(userData);
  if (selected === 'normal') return { kind: 'normal' };
  const pConnect = read(PConnect, userData);
  const request = pConnect?.get('pUserData');
  // A data transfer syntax that is missing or odd makes no other protocol of it: normal mode has nothing in [1].
  if (selected === undefined && request === undefined) return undefined;
  const protocol = request?.get('applicationProtocol');
  return {
    kind: 'x410',
    applicationProtocol: protocol === undefined ? undefined : (numberOf(protocol.primitive) ?? Number.NaN),
  };
}

/**
 * The mode that an application protocol stands for. X.410 has P1 where none is named, and a gateway of 1992 named it by
 * 0. `others` are protocols of other users whose values pass for P1's of 1984: nothing says that they know more.
 */
export function x410ModeOf(
  applicationProtocol: number | undefined,
  others: readonly number[] = [],
): Exclude<Mode, 'normal'> | undefined {
  if (applicationProtocol === APPLICATION_PROTOCOLS['x410-1988']) return 'x410-1988';
  const { 'x410-1984': p1 } = APPLICATION_PROTOCOLS;
  const known = applicationProtocol === undefined || [0, p1, ...others].includes(applicationProtocol);
  return known ? 'x410-1984' : undefined;
}

function connectRefused(sessionReason: number, userData: Octets | undefined): ModeEvent {
  const kind = 'associateRefused';
  if (userData === undefined) return { kind, refusedBy: 'session', reason: sessionReason, userData: undefined };
  const reason = numberOf(read(PRefuse, userData)?.get('refuseReason')?.primitive);
  return { kind, refusedBy: 'rtse', reason, userData: undefined };
}

function turnPlease(userData: Octets | undefined): ModeEvent {
  const element = userData === undefined ? undefined : readElements(userData, { layer: 'rtse' }).elements[0];
  const priority = userData !== undefined && element === undefined ? undefined : turnPriority(element);
  if (priority === undefined) return { kind: 'invalidApdu', message: 'user data of PLEASE TOKENS that is no RTTP' };
  return { kind: 'turnPleaseIndication', priority };
}

function read(type: TypeRef, userData: Octets | undefined): Decoded | undefined {
  if (userData === undefined) return undefined;
  const { elements, error } = readElements(userData, { layer: 'rtse' });
  const [first] = elements;
  return first === undefined || (error !== undefined && !first.complete) ? undefined : decode(type, first).decoded;
}

const EMPTY = tagKey(TagClass.context, 0);
const NULL = tagKey(TagClass.universal, Universal.null);

/** No user data stands there as a NULL, of its own tag or of [0]: ISODE has both, and X.228 9 the second. */
function userDataOf(open: Element | undefined): Octets {
  const empty = open !== undefined && (open.key === EMPTY || open.key === NULL) && open.contentLength === 0;
  return empty ? Octets.of(NO_USER_DATA, open.offset) : octetsOf(open);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
