import type { Octets } from '../../ber/octets.js';
import { outOfOrder, PrimitiveError } from '../primitive-error.js';
import { RELIABLE_TRANSFER_UNITS } from '../session/constants.js';
import { ACTIVITY_REASONS, reasonInAnswer } from './exceptions.js';
import type { ModeEvent, ModeProfile } from './mode.js';
import type { Awaiting, RtseOptions, TransferDeadline } from './options.js';
import { Receiver, type ResumeRefusal } from './receiver.js';
import type { ConnectionIdentifier, Resumption } from './recovery.js';
import { type Ending, type Outcome, Sender } from './sender.js';
import type {
  ExceptionAction,
  OpenRefusal,
  OpenRequest,
  OpenResponse,
  ServiceEvent,
  TransferOptions,
} from './service.js';
import { RECEIVED, REQUESTED, type RtseRequest, type RtseState } from './tables.js';
import type { ActivityReason, DialogueMode, RtAbortReason } from './terms.js';
import { AbortReason, RefuseReason } from './types.js';

/** X.228 7.1.5: what holds where the request or the response has no window size. */
const DEFAULT_WINDOW = 3;

type Side = RtseOptions['role'];

const SENDING: ReadonlySet<RtseState> = new Set([
  'sending',
  'awaitEndConfirm',
  'awaitInterruptConfirm',
  'resuming',
  'awaitDiscardConfirm',
]);
const RECEIVING: ReadonlySet<RtseState> = new Set(['receiving', 'awaitTransferResponse', 'awaitAbandonment']);

/**
 * A reliable transfer protocol machine, X.228 (1988), whatever the mode: `ModeProfile` is what differs. States and
 * events are in `tables.ts`. It has no clock: `awaiting` and `transferDeadline` say which timers are due, `timeout` and
 * `transferTimeout` that they ran out.
 */
export class RtseMachine {
  readonly #mode: ModeProfile;
  readonly #options: RtseOptions;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  #state: RtseState = 'idle';
  #checkpointSize = 0;
  #windowSize = DEFAULT_WINDOW;
  /** The side that alone may transfer, in a monologue. X.218 3.5.12. */
  #onlySender: Side | undefined;
  #recover: ConnectionIdentifier | undefined;
  /** Why the transfer that is being broken off failed. */
  #failure: string | undefined;
  /** What is wrong where the peer does not answer the exception that this side reported. */
  #refusal: ResumeRefusal | undefined;
  #holding = false;
  #heldSerial: number | undefined;
  #events: ServiceEvent[] = [];

  constructor(mode: ModeProfile, options: RtseOptions) {
    this.#mode = mode;
    this.#options = options;
    this.#sender = new Sender(mode);
    this.#receiver = new Receiver(mode, options.collectLimit, options.store);
  }

  get state(): RtseState {
    return this.#state;
  }

  get hasTurn(): boolean {
    const may = this.#state !== 'awaitControlGiven' && this.#state !== 'closed' && !this.#opening;
    return may && this.#options.ownsTokens();
  }

  get transferring(): 'sending' | 'receiving' | 'none' {
    if (SENDING.has(this.#state)) return 'sending';
    return RECEIVING.has(this.#state) ? 'receiving' : 'none';
  }

  /** Sender: what it takes to go on with the transfer under way, if it broke off now. */
  get resumption(): Resumption | undefined {
    return this.#sender.resumption;
  }

  /** The time of a whole transfer, for as long as there is one to be secured. */
  get transferDeadline(): TransferDeadline | undefined {
    const open = this.#state === 'sending' || this.#state === 'awaitEndConfirm' || this.#state === 'resuming';
    return open ? this.#sender.deadline : undefined;
  }

  /** A time for each step, which starts anew whenever the peer confirms something. */
  get awaiting(): Awaiting | undefined {
    switch (this.#state) {
      case 'sending':
        return { timer: 'transfer', what: `checkpoint ${this.#sender.progress}` };
      case 'awaitEndConfirm':
        return { timer: 'transfer', what: 'ACTIVITY END ACK' };
      case 'awaitAbandonment':
        return { timer: 'transfer', what: 'ACTIVITY DISCARD' };
      case 'awaitInterruptConfirm':
      case 'resuming':
        return { timer: 'release', what: 'ACTIVITY INTERRUPT ACK' };
      case 'awaitDiscardConfirm':
        return { timer: 'release', what: 'ACTIVITY DISCARD ACK' };
      case 'awaitControlGiven':
        return { timer: 'release', what: 'GIVE TOKENS ACK' };
      case 'awaitReleaseConfirm':
        return { timer: 'release', what: 'DISCONNECT' };
      default:
        return undefined;
    }
  }

  takeEvents(): ServiceEvent[] {
    return this.#events.splice(0);
  }

  open(request: OpenRequest): void {
    const { dialogueMode = 'monologue', initialTurn = 'initiator', recover } = request;
    this.#request('open');
    this.#opened(request.checkpointSize ?? 0, request.windowSize ?? DEFAULT_WINDOW, dialogueMode, initialTurn);
    const { checkpointSize, windowSize, userData } = request;
    this.#mode.associate({ checkpointSize, windowSize, dialogueMode, initialTurn, userData, recover });
  }

  /** An association that recovers another is accepted without a bind, by the name that was asked for. X.228 7.8. */
  acceptOpen(response: OpenResponse): void {
    this.#request('acceptOpen');
    const { checkpointSize = this.#checkpointSize, userData } = response;
    // Left out it is 3, which would be more than a smaller request has.
    const windowSize = response.windowSize ?? (this.#windowSize < DEFAULT_WINDOW ? this.#windowSize : undefined);
    this.#negotiated(checkpointSize, windowSize ?? DEFAULT_WINDOW);
    this.#mode.acceptAssociation({ checkpointSize, windowSize, userData, recover: this.#recover });
  }

  /** A bind that was not sent has no bind error; why it is not recovered, only X.410 has a place for. X.228 9. */
  refuseOpen({ userData, refuseReason }: OpenRefusal): void {
    this.#request('refuseOpen');
    const recovering = this.#recover !== undefined;
    const why = recovering && this.#mode.mode !== 'normal' ? RefuseReason.named.cannotRecover : undefined;
    this.#mode.refuseAssociation({
      userData: recovering ? undefined : userData,
      refuseReason: refuseReason ?? why,
    });
  }

  transfer(apdu: Uint8Array, options: TransferOptions = {}): void {
    this.#needTurn('transfer');
    if (this.#onlySender !== undefined && this.#onlySender !== this.#options.role) {
      throw this.#misuse(`transfer by the ${this.#options.role} in a monologue of the ${this.#onlySender}`);
    }
    const value = this.#mode.wrap(apdu);
    this.#sender.check(value, options);
    this.#request('transfer');
    this.#failure = undefined;
    const [checkpointSize, windowSize] = [this.#checkpointSize, this.#windowSize];
    this.#sender.begin(value, options, { checkpointSize, windowSize });
    this.#pump();
  }

  /** What is completed stays known, so that a sender that missed the acknowledgement learns it by resuming. */
  acceptTransfer(): void {
    this.#request('acceptTransfer');
    this.#acknowledge();
  }

  reportException(reason: ActivityReason): void {
    this.#request('reportException');
    this.#refusal = undefined;
    this.#mode.session('P-U-EXCEPTION-REPORT').sUExceptionReport(ACTIVITY_REASONS[reason]);
  }

  /** While held no checkpoint is confirmed; afterwards the last one, which confirms all before it. */
  holdCheckpoints(hold: boolean): void {
    this.#holding = hold;
    const serial = this.#heldSerial;
    if (hold || serial === undefined || this.#state !== 'receiving') return;
    this.#heldSerial = undefined;
    this.#confirmCheckpoint(serial);
  }

  discardTransfer(reason: ActivityReason = 'unspecified', why = 'discarded by the sender'): void {
    this.#request('discardTransfer');
    this.#discard(ACTIVITY_REASONS[reason], why);
  }

  interruptTransfer(reason: ActivityReason = 'unspecified', why = 'interrupted by the sender'): void {
    this.#request('interruptTransfer');
    this.#interrupt(ACTIVITY_REASONS[reason], why);
  }

  turnPlease(priority: number): void {
    if (this.hasTurn) throw this.#misuse('TURN-PLEASE by the side that has the turn');
    this.#request('turnPlease');
    this.#mode.turnPlease(priority);
  }

  turnGive(): void {
    this.#needTurn('turnGive');
    this.#request('turnGive');
    this.#mode.session('P-CONTROL-GIVE').sControlGive();
  }

  /** X.218 9.2: by the association-initiator alone, with the turn, and with no transfer outstanding. */
  close(): void {
    if (this.#options.role !== 'initiator') throw this.#misuse('RT-CLOSE by the responder of the association');
    this.#needTurn('close');
    this.#request('close');
    this.#mode.release();
  }

  abort(reason: RtAbortReason = 'userError', userData?: Uint8Array): void {
    const sending = this.transferring === 'sending';
    this.#request('abort');
    this.#mode.abort({ reason: AbortReason.named[reason], userData });
    this.#receiver.interrupted();
    if (sending) this.#handBack(reason === 'userError' ? 'aborted' : 'lost', 'the association was aborted');
  }

  /** The timer of `awaiting` ran out. */
  timeout(): void {
    const { what } = this.awaiting ?? { what: 'nothing' };
    const message = `no ${what} within the time allowed`;
    const { temporaryProblem, transferCompleted } = AbortReason.named;
    if (this.#state === 'sending' || this.#state === 'awaitEndConfirm') this.discardTransfer('localUserError', message);
    else this.#providerAbort(this.#refusal === 'completed' ? transferCompleted : temporaryProblem, message);
  }

  /** The time of `transferDeadline` ran out: X.218 9.3.1.2. What is being interrupted then is not resumed any more. */
  transferTimeout(): void {
    const message = 'not secured within the transfer time';
    if (this.#state === 'sending' || this.#state === 'awaitEndConfirm') this.discardTransfer('localUserError', message);
    if (this.#state !== 'resuming') return;
    this.#state = 'awaitInterruptConfirm';
    this.#failure = message;
  }

  receive(event: ModeEvent): void {
    const before = this.#state;
    const next = RECEIVED[before][event.kind];
    if (next === undefined) {
      if (before !== 'closed') this.#providerAbort(AbortReason.named.protocolError, `${event.kind} in ${before}`);
      return;
    }
    this.#state = next;
    this.#act(event, before);
  }

  #act(event: ModeEvent, before: RtseState): void {
    switch (event.kind) {
      case 'associateIndication':
        this.#openIndicated(event);
        break;
      case 'associateConfirm':
        this.#openConfirmed(event);
        break;
      case 'associateRefused':
        this.#emit({ ...event, kind: 'rtOpenConfirm', accepted: false });
        break;
      case 'turnPleaseIndication':
        this.#emit({ kind: 'rtTurnPleaseIndication', priority: event.priority });
        break;
      case 'sControlGiveIndication':
        this.#emit({ kind: 'rtTurnGiveIndication' });
        break;
      case 'sTokenGiveIndication':
        // The turn is all tokens, X.218 3.5.13, however they come: a peer that gives them one by one gives it too.
        if (before === 'associated' && this.hasTurn) this.#emit({ kind: 'rtTurnGiveIndication' });
        break;
      case 'sActivityStartIndication':
        this.#heldSerial = undefined;
        this.#receiver.start(event.activityIdentifier);
        this.#emit({ kind: 'rtTransferStart', activity: event.activityIdentifier.toHex(), resumedAt: undefined });
        break;
      case 'sActivityResumeIndication':
        this.#heldSerial = undefined;
        this.#resumed(event);
        break;
      case 'dataIndication':
        this.#receiver.push(event.slice);
        this.#emit({ kind: 'rtSegmentIndication', octets: event.slice });
        break;
      case 'sSyncMinorIndication':
        this.#checkpointReceived(event.serialNumber, event.explicit);
        break;
      case 'sActivityEndIndication':
        this.#transferred();
        break;
      case 'sActivityInterruptIndication':
        this.#mode.session('P-ACTIVITY-INTERRUPT response').sActivityInterruptResponse();
        this.#abandoned(before, 'interrupted', event.reason);
        break;
      case 'sActivityDiscardIndication':
        this.#mode.session('P-ACTIVITY-DISCARD response').sActivityDiscardResponse();
        this.#abandoned(before, 'discarded', event.reason);
        break;
      case 'sSyncMinorConfirm':
        this.#sender.checkpointConfirmed(event.serialNumber);
        this.#emit({ kind: 'checkpointConfirm', serial: event.serialNumber });
        if (this.#state === 'sending') this.#pump();
        break;
      case 'sActivityEndConfirm':
        this.#confirm(this.#sender.secured());
        break;
      case 'sUExceptionReportIndication':
        if (before !== 'awaitAbandonment') this.#exceptionReported(event.reason ?? 0, 'receiver');
        break;
      case 'sPExceptionReportIndication':
        if (before !== 'awaitAbandonment') this.#exceptionReported(0, 'provider');
        break;
      case 'sActivityInterruptConfirm':
        if (before === 'resuming') this.#resume();
        else this.#handBack('interrupted', this.#failure);
        break;
      case 'sActivityDiscardConfirm':
        this.#handBack('discarded', this.#failure);
        break;
      case 'releaseIndication':
        this.#emit({ kind: 'rtCloseIndication' });
        this.#mode.releaseResponse();
        break;
      case 'releaseConfirm':
        this.#emit({ kind: 'rtCloseConfirm' });
        break;
      case 'abortIndication':
        this.#aborted(before, event.reason, event.userData);
        break;
      case 'providerAbortIndication':
        this.#lost(before, event.layer, event.reason, event.message);
        break;
      case 'invalidApdu':
        this.#state = before;
        this.#providerAbort(AbortReason.named.invalidParameter, event.message);
        break;
      // GTA has done its work.
      case 'sControlGiven':
        break;
    }
  }

  #openIndicated(event: Extract<ModeEvent, { kind: 'associateIndication' }>): void {
    const { initialTurn, functionalUnits } = event;
    const units = functionalUnits & RELIABLE_TRANSFER_UNITS;
    if (initialTurn === undefined || units !== RELIABLE_TRANSFER_UNITS) {
      // The turn is all tokens together, X.218 3.5.13, and it takes all four units to pass them.
      this.#state = 'closed';
      this.#mode.refuseAssociation({ userData: undefined, refuseReason: undefined });
      const message = initialTurn === undefined ? 'tokens split between the sides' : 'functional units are missing';
      this.#emit({ kind: 'rtPAbortIndication', layer: 'rtse', reason: undefined, message: `open refused: ${message}` });
      return;
    }
    const { recover, dialogueMode, checkpointSize, windowSize, userData } = event;
    this.#opened(checkpointSize, windowSize, dialogueMode, initialTurn);
    this.#recover = recover;
    const { mode } = this.#mode;
    const open = { recover, dialogueMode, checkpointSize, windowSize, userData, initialTurn, mode };
    this.#emit({ kind: 'rtOpenIndication', ...open });
  }

  #openConfirmed(event: Extract<ModeEvent, { kind: 'associateConfirm' }>): void {
    this.#negotiated(event.checkpointSize, event.windowSize);
    const [checkpointSize, windowSize] = [this.#checkpointSize, this.#windowSize];
    this.#emit({ kind: 'rtOpenConfirm', accepted: true, userData: event.userData, checkpointSize, windowSize });
  }

  /**
   * Dialogue mode and initial turn are the initiator's choice, X.218 Table 2. Monologue binds the users: only one of them
   * ever sends, X.218 3.5.12, and X.228 has no procedure against the other. So this side does not transfer where it
   * should not, and takes what a peer transfers all the same; that it did, the rules say.
   */
  #opened(checkpointSize: number, windowSize: number, dialogueMode: DialogueMode, initialTurn: Side): void {
    this.#checkpointSize = checkpointSize;
    this.#windowSize = windowSize;
    this.#onlySender = dialogueMode === 'monologue' ? initialTurn : undefined;
  }

  /** 0 left the size to the responder; otherwise it may only lower both, and what it raises is not taken. X.228 7.1.4. */
  #negotiated(checkpointSize: number, windowSize: number): void {
    const offered = this.#checkpointSize;
    this.#checkpointSize = offered === 0 ? checkpointSize : Math.min(offered, checkpointSize);
    this.#windowSize = Math.min(this.#windowSize, windowSize);
  }

  /** Sends as much as the window allows. */
  #pump(): void {
    if (this.#sender.pump()) this.#state = 'awaitEndConfirm';
  }

  /** On the same association, as soon as the interruption is confirmed. X.228 7.8. */
  #resume(): void {
    this.#failure = undefined;
    this.#sender.resumeHere();
    this.#pump();
  }

  /**
   * The receiver goes on with what it kept. What it completed it will not take again: a sequence error says so, and RTAB
   * to a sender that does not listen. What it does not know has to come whole. X.228 7.8, X.410 4.5.2.
   */
  #resumed(event: Extract<ModeEvent, { kind: 'sActivityResumeIndication' }>): void {
    const refusal = this.#receiver.resume(event);
    this.#refusal = refusal;
    if (refusal === undefined) {
      const activity = event.activityIdentifier.toHex();
      this.#emit({ kind: 'rtTransferStart', activity, resumedAt: event.serialNumber });
    } else if (refusal === 'completed again') {
      this.#providerAbort(AbortReason.named.transferCompleted, 'a completed transfer is resumed over and over');
    } else {
      const { sequenceError, unrecoverableProcedureError } = ACTIVITY_REASONS;
      const reason = refusal === 'completed' ? sequenceError : unrecoverableProcedureError;
      this.#state = 'awaitAbandonment';
      this.#mode.session('P-U-EXCEPTION-REPORT').sUExceptionReport(reason);
    }
  }

  #checkpointReceived(serial: number, explicit: boolean): void {
    this.#receiver.point(serial);
    this.#emit({ kind: 'checkpointIndication', serial });
    if (!explicit) return;
    if (this.#holding) this.#heldSerial = serial;
    else this.#confirmCheckpoint(serial);
  }

  #confirmCheckpoint(serial: number): void {
    this.#receiver.secure(serial);
    this.#mode.session('P-SYNC-MINOR response').sSyncMinorResponse(serial);
  }

  #transferred(): void {
    if (this.#receiver.completedElsewhere) {
      // It came to its end on the association that the sender gave up, and was indicated there.
      this.#state = 'associated';
      this.#acknowledge();
      return;
    }
    const { length, value: octets } = this.#receiver;
    const apdu = octets === undefined ? undefined : this.#mode.unwrap(octets);
    this.#emit({ kind: 'rtTransferIndication', apdu, octets: apdu === undefined ? octets : undefined, length });
  }

  #acknowledge(): void {
    this.#heldSerial = undefined;
    this.#receiver.completed();
    this.#mode.session('P-ACTIVITY-END response').sActivityEndResponse();
  }

  #abandoned(before: RtseState, how: 'interrupted' | 'discarded', reason: number | undefined): void {
    this.#heldSerial = undefined;
    if (how === 'interrupted') this.#receiver.interrupted();
    else this.#receiver.discarded();
    // Behind the end it has crossed the acknowledgement, and takes nothing back.
    if (before !== 'associated') this.#emit({ kind: 'transferAbandoned', how, reason });
  }

  #exceptionReported(reason: number, by: 'receiver' | 'provider'): void {
    const { onException = {} } = this.#options;
    // What a provider could not go on with, nobody can. X.228 7.7.
    const action = by === 'provider' ? 'discard' : this.#sender.reaction(reason, onException[reason]);
    this.#emit({ kind: 'exceptionIndication', reason, action });
    if (by === 'receiver') this.#sender.refused();
    this.#react(action, reason, `the ${by} reported exception ${reason}`);
  }

  #react(action: ExceptionAction, reason: number, why: string): void {
    switch (action) {
      case 'abort':
        this.#providerAbort(AbortReason.named.temporaryProblem, why);
        break;
      case 'interrupt':
        this.#state = this.#sender.mayResume() ? 'resuming' : 'awaitInterruptConfirm';
        this.#interrupt(reasonInAnswer(reason), why);
        break;
      case 'discard':
        if (reason === ACTIVITY_REASONS.sequenceError) this.#sender.hasItAlready();
        this.#discard(reasonInAnswer(reason), why);
        break;
    }
  }

  #discard(reason: number, why: string): void {
    this.#failure = why;
    this.#mode.session('P-ACTIVITY-DISCARD').sActivityDiscard(reason);
  }

  #interrupt(reason: number, why: string): void {
    this.#failure = why;
    this.#mode.session('P-ACTIVITY-INTERRUPT').sActivityInterrupt(reason);
  }

  /** X.218 9.3.1.3: handed back, if the receiver did not say that it has it already. */
  #handBack(how: Ending, reason: string | undefined): void {
    this.#confirm(this.#sender.over(how), reason);
  }

  #confirm({ secured, resumption }: Outcome, reason?: string): void {
    if (secured) this.#emit({ kind: 'rtTransferConfirm', secured });
    else if (resumption === undefined) this.#emit({ kind: 'rtTransferConfirm', secured, reason });
    else this.#emit({ kind: 'rtTransferConfirm', secured, reason, resumption });
  }

  #aborted(before: RtseState, reason: number | undefined, userData: Octets | undefined): void {
    const { userError, transferCompleted, unrecognizedActivity } = AbortReason.named;
    if (reason === transferCompleted) this.#sender.completedByAbort();
    if (reason === unrecognizedActivity) this.#sender.unrecognized();
    if (reason === undefined || reason === userError) {
      this.#breakOff(before, 'the peer aborted the association', reason === userError ? 'aborted' : 'lost');
      this.#emit({ kind: 'rtUAbortIndication', reason, userData });
    } else {
      this.#lost(before, 'rtse', reason, 'the reliable transfer entity of the peer aborted');
    }
  }

  /** X.218 9.6: the sender first gets its confirm; the receiver keeps no more of an APDU than the store has. */
  #lost(before: RtseState, layer: string, reason: number | undefined, message: string): void {
    this.#breakOff(before, message);
    this.#emit({ kind: 'rtPAbortIndication', layer, reason, message });
  }

  #breakOff(before: RtseState, reason: string, how: Ending = 'lost'): void {
    this.#receiver.interrupted();
    if (SENDING.has(before)) this.#handBack(how, this.#failure ?? reason);
  }

  #providerAbort(reason: number, message: string): void {
    const before = this.#state;
    this.#state = 'closed';
    this.#mode.abort({ reason, userData: undefined });
    this.#lost(before, 'rtse', reason, message);
  }

  get #opening(): boolean {
    return ['idle', 'awaitAssociateConfirm', 'awaitOpenResponse'].includes(this.#state);
  }

  #needTurn(request: RtseRequest): void {
    if (REQUESTED[this.#state][request] === undefined) throw outOfOrder('rtse', request, this.#state);
    if (!this.hasTurn) throw this.#misuse(`${request} by the side that has not got the turn`);
  }

  #misuse(message: string): PrimitiveError {
    return new PrimitiveError('ERR_PRIMITIVE_STATE', { message, layer: 'rtse' });
  }

  #request(request: RtseRequest): void {
    const next = REQUESTED[this.#state][request];
    if (next === undefined) throw outOfOrder('rtse', request, this.#state);
    this.#state = next;
  }

  #emit(event: ServiceEvent): void {
    this.#events.push(event);
  }
}
