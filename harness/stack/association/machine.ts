import { Octets } from '../../ber/octets.js';
import { type TransportEvent, TransportMachine } from '../cotp/machine.js';
import { RtseMachine } from '../rtse/machine.js';
import type { ModeProfile } from '../rtse/mode.js';
import { SessionMachine } from '../session/machine.js';
import type { SessionEvent } from '../session/primitives.js';
import { TpktPieces } from '../tpkt/pieces.js';
import { AssociationError } from './error.js';
import type { Mode } from './events.js';
import { checkBind, modeOfConnect, modeProfile, usualVersions } from './modes.js';
import { checkOptions, type MachineOptions, referenceFrom, sessionDeviations, timersOf } from './options.js';
import type {
  ActivityReason,
  AssociationService,
  AssociationTimers,
  ConnectionIdentifier,
  OpenRefusal,
  OpenRequest,
  OpenResponse,
  Resumption,
  RtAbortReason,
  ServiceEvent,
  TransferOptions,
} from './service.js';
import { type Due, Timer } from './timer.js';

const DEFAULT_COLLECT_LIMIT = 64 * 1024 * 1024;
const DEFAULT_TPDU_SIZE = 2048;
/** Asks for no parameter C0. RFC 1006 clause 5. */
const UNLIMITED_TPDU = 65_531;

/**
 * One side of an association: transport, session, presentation, ACSE and RTSE put together. Timers (milliseconds):
 * `open` runs from the TCP connection to the answer to CONNECT (a responder: to the CONNECT); `transfer` from ACTIVITY
 * END to its acknowledgement, while the window is full, and after an exception report; `release` from FINISH to
 * DISCONNECT, for the answers to ACTIVITY INTERRUPT, ACTIVITY DISCARD and GIVE TOKENS CONFIRM, and from ABORT, REFUSE or
 * DISCONNECT until the peer has closed TCP. Beside them runs the time that a transfer was given as a whole.
 */
export class AssociationMachine implements AssociationService {
  readonly role: 'initiator' | 'responder';
  readonly #options: MachineOptions;
  readonly #timers: AssociationTimers;
  readonly #transport: TransportMachine;
  readonly #session: SessionMachine;
  #profile: ModeProfile | undefined;
  #rtse: RtseMachine | undefined;
  #mode: Mode | undefined;
  #request: OpenRequest | undefined;
  #phase: 'idle' | 'opening' | 'open' | 'closing' | 'closed' = 'idle';
  #wantsClose = false;
  #disconnected = false;
  #now = 0;
  #received = 0;
  /** The timer that runs; `at` is undefined until the time of its start is known. */
  readonly #timer = new Timer();
  /** The time of a whole transfer runs beside that of each step. */
  readonly #transferTimer = new Timer();
  readonly #chunks = new TpktPieces();
  #inbox: TransportEvent[] = [];
  #output: Uint8Array[] = [];
  #events: ServiceEvent[] = [];

  constructor(options: MachineOptions) {
    checkOptions(options);
    this.role = options.role;
    this.#options = options;
    this.#timers = timersOf(options);
    const { addresses, tpduSize = DEFAULT_TPDU_SIZE } = options;
    this.#transport = new TransportMachine(options.role, {
      reference: referenceFrom(options.random),
      callingSelector: addresses?.callingTransportSelector,
      calledSelector: addresses?.calledTransportSelector,
      tpduSize: tpduSize >= UNLIMITED_TPDU ? null : tpduSize,
    });
    this.#session = new SessionMachine(options.role, {
      versions: options.sessionVersions ?? usualVersions(options),
      enforceLimits: options.enforceLimits,
      closeTimeout: Number.POSITIVE_INFINITY,
      deviations: sessionDeviations(options),
      repeatsReferences: options.deviations?.refuseReferences,
    });
  }

  get mode(): Mode | undefined {
    return this.#mode;
  }

  get state(): 'idle' | 'opening' | 'open' | 'closing' | 'closed' {
    return this.#phase;
  }

  get connection(): ConnectionIdentifier | undefined {
    return this.#profile?.connection;
  }

  get hasTurn(): boolean {
    return this.#rtse?.hasTurn ?? false;
  }

  get transferring(): 'sending' | 'receiving' | 'none' {
    return this.#rtse?.transferring ?? 'none';
  }

  get resumption(): Resumption | undefined {
    return this.#rtse?.resumption;
  }

  get received(): number {
    return this.#received;
  }

  get wantsClose(): boolean {
    return this.#wantsClose;
  }

  get nextDeadline(): number | undefined {
    const deadlines = [this.#timer.deadline(this.#now), this.#transferTimer.deadline(this.#now)];
    const running = deadlines.filter((each) => each !== undefined);
    return running.length === 0 ? undefined : Math.min(...running);
  }

  takeOutput(): Uint8Array[] {
    return this.#output.splice(0);
  }

  takeEvents(): ServiceEvent[] {
    if (this.#events.length === 0) this.#work();
    return this.#events.splice(0);
  }

  connected(now: number): void {
    this.#now = now;
    if (this.#phase !== 'idle') throw this.#misuse('connected twice');
    this.#phase = 'opening';
    if (this.#request !== undefined) this.#transport.tConnectRequest();
    this.#work();
    this.#startTimer();
  }

  receive(bytes: Uint8Array, now: number): void {
    this.#now = now;
    const octets = Octets.of(bytes, this.#received);
    this.#received += bytes.length;
    if (!this.#disconnected) this.#chunks.push(octets);
    this.#work();
    this.#startTimer();
  }

  disconnected(now: number): void {
    this.#now = now;
    if (this.#disconnected) return;
    this.#disconnected = true;
    this.#work();
  }

  advance(now: number): void {
    this.#now = now;
    this.#startTimer();
    if (this.#transferTimer.ranOut(now)) {
      this.#transferTimer.select(undefined);
      this.#rtse?.transferTimeout();
    } else if (this.#timer.ranOut(now)) {
      this.#timedOut();
    } else return;
    this.#settle();
    this.#startTimer();
  }

  open(request: OpenRequest): void {
    if (this.role !== 'initiator') throw this.#misuse('open by the responder');
    if (this.#request !== undefined) throw this.#misuse('open twice');
    checkBind(request, this.#options);
    this.#request = request;
    if (this.#phase !== 'opening') return;
    this.#transport.tConnectRequest();
    this.#settle();
  }

  acceptOpen(response: OpenResponse): void {
    if (this.#rtse?.state === 'awaitOpenResponse') this.#profile?.checkAccept?.(response);
    this.#use((rtse) => rtse.acceptOpen(response));
    this.#phase = 'open';
  }

  refuseOpen(refusal: OpenRefusal): void {
    this.#use((rtse) => rtse.refuseOpen(refusal));
    this.#phase = 'closing';
  }

  transfer(apdu: Uint8Array, options?: TransferOptions): void {
    this.#use((rtse) => rtse.transfer(apdu, options));
  }

  acceptTransfer(): void {
    this.#use((rtse) => rtse.acceptTransfer());
  }

  reportException(reason: ActivityReason): void {
    this.#use((rtse) => rtse.reportException(reason));
  }

  holdCheckpoints(hold: boolean): void {
    this.#use((rtse) => rtse.holdCheckpoints(hold));
  }

  holdTransfer(hold: boolean): void {
    this.#use((rtse) => rtse.holdTransfer(hold));
  }

  discardTransfer(reason?: ActivityReason): void {
    this.#use((rtse) => rtse.discardTransfer(reason));
  }

  interruptTransfer(reason?: ActivityReason): void {
    this.#use((rtse) => rtse.interruptTransfer(reason));
  }

  turnPlease(priority: number): void {
    this.#use((rtse) => rtse.turnPlease(priority));
  }

  turnGive(): void {
    this.#use((rtse) => rtse.turnGive());
  }

  close(): void {
    this.#use((rtse) => rtse.close());
    this.#phase = 'closing';
  }

  abort(reason?: RtAbortReason, userData?: Uint8Array): void {
    const state = this.#rtse?.state;
    if (this.#phase === 'idle' || this.#phase === 'closed') throw this.#misuse(`abort in ${this.#phase}`);
    if (this.#rtse === undefined || state === 'idle') {
      // There is no session connection to abort yet.
      this.#phase = 'closing';
      this.#transport.tDisconnectRequest();
      this.#settle();
      return;
    }
    this.#use((rtse) => rtse.abort(reason, userData));
    this.#phase = 'closing';
  }

  #use(request: (rtse: RtseMachine) => void): void {
    const rtse = this.#rtse;
    if (rtse === undefined || this.#phase === 'closed') throw this.#misuse(`no association (${this.#phase})`);
    request(rtse);
    this.#settle();
  }

  /** Sends down what a request made, and lets the rest of the inbox wait for `takeEvents`. */
  #settle(): void {
    this.#settleSession();
    this.#selectTimer();
  }

  /**
   * Works off what has come, one TPKT at a time, as far as the next events: what the user does about them comes before
   * the next TPKT, however the octets were cut into chunks.
   */
  #work(): void {
    this.#settleSession();
    while (this.#events.length === 0 && this.#next()) this.#settleSession();
    this.#selectTimer();
  }

  /** One step; false where there is nothing to do. */
  #next(): boolean {
    const event = this.#inbox.shift();
    if (event !== undefined) {
      this.#transportEvent(event);
      return true;
    }
    const piece = this.#chunks.next();
    if (piece !== undefined) {
      this.#transport.receive(piece);
      return true;
    }
    if (!this.#disconnected || this.#phase === 'closed') return false;
    this.#transport.linkClosed();
    this.#settleSession();
    for (let last = this.#inbox.shift(); last !== undefined; last = this.#inbox.shift()) {
      this.#transportEvent(last);
      this.#settleSession();
    }
    this.#phase = 'closed';
    this.#wantsClose = true;
    this.#emit({ kind: 'disconnected' });
    return true;
  }

  #settleSession(): void {
    this.#sendTsdus();
    for (let events = this.#session.takeEvents(); events.length > 0; events = this.#session.takeEvents()) {
      for (const event of events) {
        this.#sessionEvent(event);
        this.#sendTsdus();
      }
    }
    for (const event of this.#rtse?.takeEvents() ?? []) this.#emit(event);
    this.#output.push(...this.#transport.takeOutput());
    for (const event of this.#transport.takeEvents()) {
      if (event.kind === 'closeLink') this.#wantsClose = true;
      else this.#inbox.push(event);
    }
  }

  #sendTsdus(): void {
    for (const tsdu of this.#session.takeOutput()) {
      if (this.#transport.state === 'OPEN') this.#transport.tDataRequest(tsdu);
    }
  }

  #transportEvent(event: TransportEvent): void {
    switch (event.kind) {
      case 'tConnectIndication':
        this.#transport.tConnectResponse();
        break;
      case 'tConnectConfirm':
        this.#openSession();
        break;
      case 'tDataIndication':
        this.#session.receive(event.octets);
        break;
      case 'tDisconnectIndication':
        this.#transportLost(event.reason === 'refused', event.code, event.message);
        break;
      case 'closeLink':
        break;
    }
  }

  #sessionEvent(event: SessionEvent): void {
    if (event.kind === 'tDisconnectRequest') {
      this.#transport.tDisconnectRequest();
      return;
    }
    if (event.kind === 'sConnectIndication' && !this.#acceptsMode(event)) return;
    const rtse = this.#rtse;
    if (rtse === undefined) {
      if (event.kind === 'sPAbortIndication') this.#providerAbort('session', event.message);
      return;
    }
    for (const each of this.#profile?.receive(event) ?? []) rtse.receive(each);
    if (rtse.state === 'idle') this.#providerAbort('presentation', 'a CONNECT whose user data cannot be read');
  }

  /** A CONNECT in a mode that is not spoken here is refused in the form that its initiator reads. */
  #acceptsMode(event: Extract<SessionEvent, { kind: 'sConnectIndication' }>): boolean {
    const { mode, spoken, what } = modeOfConnect(event.userData, this.#options);
    if (spoken) {
      this.#start(mode);
      return true;
    }
    const profile = this.#modeProfile(mode);
    profile.receive(event);
    // A presentation entity that cannot read its CP has refused already.
    if (this.#session.allows('SCONrsp-')) profile.refuseAssociation({ userData: undefined, refuseReason: undefined });
    this.#providerAbort('presentation', `a CONNECT in ${what}, which this side does not speak`);
    return false;
  }

  #start(mode: Mode): void {
    this.#mode = mode;
    this.#profile = this.#modeProfile(mode);
    this.#rtse = new RtseMachine(this.#profile, {
      role: this.role,
      collectLimit: this.#options.collectLimit ?? DEFAULT_COLLECT_LIMIT,
      store: this.#options.store,
      onException: this.#options.onException,
      ownsTokens: () => this.#session.ownsAllTokens,
    });
  }

  #modeProfile(mode: Mode): ModeProfile {
    return modeProfile(mode, this.#session, this.#options, () => this.#now);
  }

  #openSession(): void {
    const request = this.#request;
    const [mode] = this.#options.modes;
    if (request === undefined || mode === undefined) return;
    this.#start(mode);
    this.#rtse?.open(request);
  }

  #transportLost(refused: boolean, code: number | undefined, message: string): void {
    if (this.#rtse !== undefined) {
      this.#session.tDisconnectIndication(message);
      return;
    }
    if (this.#phase !== 'opening') return;
    if (refused) {
      const refusal = { refusedBy: 'cotp', reason: code, userData: undefined } as const;
      this.#emit({ kind: 'rtOpenConfirm', accepted: false, ...refusal });
    } else {
      this.#emit({ kind: 'rtPAbortIndication', layer: 'cotp', reason: code, message });
    }
    this.#phase = 'closing';
  }

  #providerAbort(layer: string, message: string): void {
    this.#emit({ kind: 'rtPAbortIndication', layer, reason: undefined, message });
    this.#phase = 'closing';
  }

  #emit(event: ServiceEvent): void {
    switch (event.kind) {
      case 'rtOpenConfirm':
        this.#phase = event.accepted ? 'open' : 'closing';
        break;
      case 'rtCloseIndication':
      case 'rtCloseConfirm':
      case 'rtUAbortIndication':
      case 'rtPAbortIndication':
        this.#phase = 'closing';
        break;
      default:
        break;
    }
    this.#events.push(event);
  }

  /** Which timer is due in this state; a timer that goes on keeps its key. */
  #due(): Due | undefined {
    if (this.#wantsClose || this.#disconnected || this.#phase === 'idle') return undefined;
    if (this.#session.state === 'STA16') return { key: 'transport close', milliseconds: this.#timers.release };
    const rtse = this.#rtse;
    if (rtse === undefined || rtse.state === 'awaitAssociateConfirm') {
      return { key: 'answer to open', milliseconds: this.#timers.open };
    }
    const { awaiting } = rtse;
    return awaiting === undefined ? undefined : { key: awaiting.what, milliseconds: this.#timers[awaiting.timer] };
  }

  #selectTimer(): void {
    this.#timer.select(this.#due());
    this.#transferTimer.select(this.#disconnected ? undefined : this.#rtse?.transferDeadline);
  }

  #startTimer(): void {
    this.#timer.start(this.#now);
    this.#transferTimer.start(this.#now);
  }

  #timedOut(): void {
    const { key } = this.#timer;
    this.#timer.select(undefined);
    if (key === 'transport close') {
      this.#transport.tDisconnectRequest();
    } else if (key === 'answer to open') {
      this.#openTimedOut();
    } else {
      this.#rtse?.timeout();
    }
  }

  #openTimedOut(): void {
    const what = this.role === 'initiator' ? 'no answer to the opening of the association' : 'no CONNECT';
    const message = `${what} within ${this.#timers.open} ms`;
    if (this.#rtse === undefined) this.#transport.tDisconnectRequest();
    else this.#rtse.abort('temporaryProblem');
    this.#providerAbort(this.#rtse === undefined ? 'cotp' : 'session', message);
  }

  #misuse(message: string): AssociationError {
    return new AssociationError('ERR_ASSOCIATION_STATE', { message: `${this.role}: ${message}` });
  }
}
