import type { Octets } from '../../ber/octets.js';
import { outOfOrder, PrimitiveError } from '../primitive-error.js';
import { RELIABLE_TRANSFER_UNITS } from '../session/constants.js';
import { awaitingIn, RECEIVING, SENDING } from './awaiting.js';
import { ACTIVITY_REASONS, reasonInAnswer } from './exceptions.js';
import type { ModeEvent, ModeProfile } from './mode.js';
import { Negotiation } from './negotiation.js';
import type { Awaiting, RtseOptions, TransferDeadline } from './options.js';
import { Receiver } from './receiver.js';
import { Reception } from './reception.js';
import type { Resumption } from './recovery.js';
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
import type { ActivityReason, RtAbortReason } from './terms.js';
import { AbortReason, RefuseReason } from './types.js';

/**
 * A reliable transfer protocol machine, X.228 (1988), whatever the mode: `ModeProfile` is what differs. States and
 * events are in `tables.ts`. It has no clock: `awaiting` and `transferDeadline` say which timers are due, `timeout` and
 * `transferTimeout` that they ran out.
 */
export class RtseMachine {
  readonly #mode: ModeProfile;
  readonly #options: RtseOptions;
  readonly #sender: Sender;
  readonly #reception: Reception;
  #state: RtseState = 'idle';
  readonly #negotiation = new Negotiation();
  /** Why the transfer that is being broken off failed. */
  #failure: string | undefined;
  /** Nothing more of the transfer under way goes out. */
  #held = false;
  /** The priority of a please that waits for GTA. */
  #pleaseDue: number | undefined;
  #events: ServiceEvent[] = [];

  constructor(mode: ModeProfile, options: RtseOptions) {
    this.#mode = mode;
    this.#options = options;
    this.#sender = new Sender(mode);
    const receiver = new Receiver(mode, options.collectLimit, options.store);
    this.#reception = new Reception(mode, receiver, (event) => this.#emit(event));
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
    return awaitingIn(this.#state, this.#sender.progress);
  }

  takeEvents(): ServiceEvent[] {
    return this.#events.splice(0);
  }

  open(request: OpenRequest): void {
    const { dialogueMode = 'monologue', initialTurn = 'initiator', recover } = request;
    const { checkpointSize, windowSize, userData } = request;
    this.#request('open');
    this.#negotiation.asked({ checkpointSize, windowSize, dialogueMode, initialTurn, recover });
    this.#mode.associate({ checkpointSize, windowSize, dialogueMode, initialTurn, userData, recover });
  }

  /** An association that recovers another is accepted without a bind, by the name that was asked for. X.228 7.8. */
  acceptOpen(response: OpenResponse): void {
    this.#request('acceptOpen');
    const { checkpointSize, windowSize } = this.#negotiation.answer(response);
    const { recover } = this.#negotiation;
    this.#mode.acceptAssociation({ checkpointSize, windowSize, userData: response.userData, recover });
  }

  /** A bind that was not sent has no bind error; why it is not recovered, only X.410 has a place for. X.228 9. */
  refuseOpen({ userData, refuseReason, sessionReason }: OpenRefusal): void {
    this.#request('refuseOpen');
    const recovering = this.#negotiation.recover !== undefined;
    const why = recovering && this.#mode.mode !== 'normal' ? RefuseReason.named.cannotRecover : undefined;
    this.#mode.refuseAssociation({
      userData: recovering ? undefined : userData,
      refuseReason: refuseReason ?? why,
      ...(sessionReason === undefined ? {} : { sessionReason }),
    });
  }

  transfer(apdu: Uint8Array, options: TransferOptions = {}): void {
    this.#needTurn('transfer');
    const { role } = this.#options;
    const { onlySender = role } = this.#negotiation;
    if (onlySender !== role) throw this.#misuse(`transfer by the ${role} in a monologue of the ${onlySender}`);
    const value = this.#mode.wrap(apdu);
    this.#sender.check(value, options);
    this.#request('transfer');
    this.#failure = undefined;
    this.#held = false;
    this.#sender.begin(value, options, this.#negotiation.sizes);
    this.#pump();
  }

  /** What is completed stays known, so that a sender that missed the acknowledgement learns it by resuming. */
  acceptTransfer(): void {
    this.#request('acceptTransfer');
    this.#reception.acknowledge();
  }

  reportException(reason: ActivityReason): void {
    this.#request('reportException');
    this.#reception.reportException(ACTIVITY_REASONS[reason]);
  }

  /** While held no checkpoint is confirmed; afterwards the last one, which confirms all before it. */
  holdCheckpoints(hold: boolean): void {
    this.#reception.hold(hold, this.#state === 'receiving');
  }

  /** While held no more of the transfer under way goes out; another transfer is not held. */
  holdTransfer(hold: boolean): void {
    this.#held = hold;
    if (this.#state === 'sending') this.#pump();
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
    if (this.#state === 'awaitControlGiven') this.#pleaseDue = priority;
    else this.#mode.turnPlease(priority);
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
    this.#reception.lost();
    if (sending) this.#handBack(reason === 'userError' ? 'aborted' : 'lost', 'the association was aborted');
  }

  /** The timer of `awaiting` ran out. */
  timeout(): void {
    const { what } = this.awaiting ?? { what: 'nothing' };
    const message = `no ${what} within the time allowed`;
    const { temporaryProblem, transferCompleted } = AbortReason.named;
    if (this.#state === 'sending' || this.#state === 'awaitEndConfirm') this.discardTransfer('localUserError', message);
    else this.#providerAbort(this.#reception.completedBefore ? transferCompleted : temporaryProblem, message);
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
        this.#reception.start(event.activityIdentifier);
        break;
      case 'sActivityResumeIndication':
        this.#resumed(event);
        break;
      case 'dataIndication':
        this.#reception.data(event.slice);
        break;
      case 'sSyncMinorIndication':
        this.#reception.checkpoint(event.serialNumber, event.explicit);
        break;
      case 'sActivityEndIndication':
        if (this.#reception.end()) this.#state = 'associated';
        break;
      // Behind the end they have crossed the acknowledgement, and take nothing back.
      case 'sActivityInterruptIndication':
        this.#reception.abandoned('interrupted', event.reason, before !== 'associated');
        break;
      case 'sActivityDiscardIndication':
        this.#reception.abandoned('discarded', event.reason, before !== 'associated');
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
      case 'sControlGiven':
        if (this.#pleaseDue !== undefined) this.#mode.turnPlease(this.#pleaseDue);
        this.#pleaseDue = undefined;
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
    this.#negotiation.asked({ checkpointSize, windowSize, dialogueMode, initialTurn, recover });
    const { mode } = this.#mode;
    const open = { recover, dialogueMode, checkpointSize, windowSize, userData, initialTurn, mode };
    this.#emit({ kind: 'rtOpenIndication', ...open });
  }

  #openConfirmed(event: Extract<ModeEvent, { kind: 'associateConfirm' }>): void {
    this.#negotiation.answered(event);
    this.#emit({ kind: 'rtOpenConfirm', accepted: true, userData: event.userData, ...this.#negotiation.sizes });
  }

  /** Sends as much as the window allows. */
  #pump(): void {
    if (!this.#held && this.#sender.pump()) this.#state = 'awaitEndConfirm';
  }

  /** On the same association, as soon as the interruption is confirmed. X.228 7.8. */
  #resume(): void {
    this.#failure = undefined;
    this.#sender.resumeHere();
    this.#pump();
  }

  #resumed(event: Extract<ModeEvent, { kind: 'sActivityResumeIndication' }>): void {
    switch (this.#reception.resume(event)) {
      case 'resumed':
        break;
      case 'refused':
        this.#state = 'awaitAbandonment';
        break;
      case 'hopeless':
        this.#providerAbort(AbortReason.named.transferCompleted, 'a completed transfer is resumed over and over');
    }
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
    this.#reception.lost();
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
