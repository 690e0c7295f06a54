import { encode } from '../../asn1/encode.js';
import { integer } from '../../asn1/types.js';
import type { Octets } from '../../ber/octets.js';
import { outOfOrder, PrimitiveError } from '../primitive-error.js';
import { RELIABLE_TRANSFER_UNITS } from '../session/constants.js';
import { IncomingTransfer } from './incoming.js';
import type { ModeEvent, ModeProfile } from './mode.js';
import { ACTIVITY_REASONS, type Awaiting, type RtseOptions } from './options.js';
import { OutgoingTransfer } from './outgoing.js';
import type { OpenRefusal, OpenRequest, OpenResponse, ServiceEvent } from './service.js';
import { RECEIVED, REQUESTED, type RtseRequest, type RtseState } from './tables.js';
import type { ActivityReason, RtAbortReason } from './terms.js';
import { AbortReason } from './types.js';

/** X.228 7.1.5: what holds where the request or the response has no window size. */
const DEFAULT_WINDOW = 3;
const ACTIVITY_IDENTIFIER = integer(undefined, { name: 'activity identifier' });

/**
 * A reliable transfer protocol machine, X.228 (1988), whatever the mode: `ModeProfile` is what differs. States and
 * events are in `tables.ts`. It has no clock: `awaiting` says which timer is due, and `timeout` that it ran out.
 */
export class RtseMachine {
  readonly #mode: ModeProfile;
  readonly #options: RtseOptions;
  #state: RtseState = 'idle';
  #checkpointSize = 0;
  #windowSize = DEFAULT_WINDOW;
  #activities = 0;
  #outgoing: OutgoingTransfer | undefined;
  #incoming: IncomingTransfer | undefined;
  /** Why the transfer that is being discarded failed. */
  #failure: string | undefined;
  #progress = 0;
  #holding = false;
  #heldSerial: number | undefined;
  #events: ServiceEvent[] = [];

  constructor(mode: ModeProfile, options: RtseOptions) {
    this.#mode = mode;
    this.#options = options;
  }

  get state(): RtseState {
    return this.#state;
  }

  get hasTurn(): boolean {
    const may = this.#state !== 'awaitControlGiven' && this.#state !== 'closed' && !this.#opening;
    return may && this.#options.ownsTokens();
  }

  get transferring(): 'sending' | 'receiving' | 'none' {
    switch (this.#state) {
      case 'sending':
      case 'awaitEndConfirm':
      case 'awaitDiscardConfirm':
        return 'sending';
      case 'receiving':
      case 'awaitTransferResponse':
      case 'awaitAbandonment':
        return 'receiving';
      default:
        return 'none';
    }
  }

  /** The transfer-time of X.218 9.3 runs from ACTIVITY END, and while the window is full. */
  get awaiting(): Awaiting | undefined {
    switch (this.#state) {
      case 'sending':
        return { timer: 'transfer', what: `checkpoint ${this.#progress}` };
      case 'awaitEndConfirm':
        return { timer: 'transfer', what: 'ACTIVITY END ACK' };
      case 'awaitAbandonment':
        return { timer: 'transfer', what: 'ACTIVITY DISCARD' };
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
    this.#request('open');
    this.#checkpointSize = request.checkpointSize ?? 0;
    this.#windowSize = request.windowSize ?? DEFAULT_WINDOW;
    this.#mode.associate({
      checkpointSize: request.checkpointSize,
      windowSize: request.windowSize,
      dialogueMode: request.dialogueMode ?? 'monologue',
      initialTurn: request.initialTurn ?? 'initiator',
      userData: request.userData,
    });
  }

  acceptOpen(response: OpenResponse): void {
    const checkpointSize = response.checkpointSize ?? this.#checkpointSize;
    this.#request('acceptOpen');
    this.#checkpointSize = checkpointSize;
    this.#windowSize = Math.min(this.#windowSize, response.windowSize ?? DEFAULT_WINDOW);
    this.#mode.acceptAssociation({ ...response, checkpointSize, windowSize: response.windowSize });
  }

  refuseOpen({ userData, refuseReason }: OpenRefusal): void {
    this.#request('refuseOpen');
    this.#mode.refuseAssociation({ userData, refuseReason });
  }

  transfer(apdu: Uint8Array): void {
    this.#needTurn('transfer');
    const value = this.#mode.wrap(apdu);
    this.#request('transfer');
    this.#activities += 1;
    this.#outgoing = new OutgoingTransfer(value, this.#checkpointSize, this.#windowSize);
    this.#failure = undefined;
    this.#mode.session('P-ACTIVITY-START').sActivityStart(encode(ACTIVITY_IDENTIFIER, this.#activities));
    this.#pump();
  }

  acceptTransfer(): void {
    this.#request('acceptTransfer');
    this.#incoming = undefined;
    this.#heldSerial = undefined;
    this.#mode.session('P-ACTIVITY-END response').sActivityEndResponse();
  }

  reportException(reason: ActivityReason): void {
    this.#request('reportException');
    this.#mode.session('P-U-EXCEPTION-REPORT').sUExceptionReport(ACTIVITY_REASONS[reason]);
  }

  /** While held no checkpoint is confirmed; afterwards the last one, which confirms all before it. */
  holdCheckpoints(hold: boolean): void {
    this.#holding = hold;
    const serial = this.#heldSerial;
    if (hold || serial === undefined || this.#state !== 'receiving') return;
    this.#heldSerial = undefined;
    this.#mode.session('P-SYNC-MINOR response').sSyncMinorResponse(serial);
  }

  discardTransfer(reason: ActivityReason = 'unspecified', why = 'discarded by the sender'): void {
    this.#request('discardTransfer');
    this.#discard(ACTIVITY_REASONS[reason], why);
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
    if (sending) this.#handBack('the association was aborted');
  }

  /** The timer of `awaiting` ran out. */
  timeout(): void {
    const { what } = this.awaiting ?? { what: 'nothing' };
    const message = `no ${what} within the time allowed`;
    if (this.#state === 'sending' || this.#state === 'awaitEndConfirm') this.discardTransfer('localUserError', message);
    else this.#providerAbort(AbortReason.named.temporaryProblem, message);
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
      case 'sActivityStartIndication':
        this.#incoming = new IncomingTransfer(this.#options.collectLimit);
        this.#heldSerial = undefined;
        this.#emit({ kind: 'rtTransferStart', activity: event.activityIdentifier.toHex() });
        break;
      case 'sActivityResumeIndication':
        this.#mode.session('P-U-EXCEPTION-REPORT').sUExceptionReport(ACTIVITY_REASONS.unrecoverableProcedureError);
        break;
      case 'dataIndication':
        this.#incoming?.push(event.slice);
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
        this.#outgoing?.confirmed(event.serialNumber);
        this.#progress += 1;
        this.#emit({ kind: 'checkpointConfirm', serial: event.serialNumber });
        if (this.#state === 'sending') this.#pump();
        break;
      case 'sActivityEndConfirm':
        this.#outgoing = undefined;
        this.#emit({ kind: 'rtTransferConfirm', secured: true });
        break;
      case 'sUExceptionReportIndication':
        if (before !== 'awaitAbandonment') this.#exceptionReported(event.reason ?? 0);
        break;
      case 'sPExceptionReportIndication':
        this.#exceptionReported(0);
        break;
      case 'sActivityDiscardConfirm':
        this.#handBack(this.#failure);
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
      // Single tokens mean nothing to reliable transfer: the turn is all of them. GTA has done its work.
      case 'sTokenGiveIndication':
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
    this.#checkpointSize = event.checkpointSize;
    this.#windowSize = event.windowSize;
    const { recover, dialogueMode, checkpointSize, windowSize, userData } = event;
    const { mode } = this.#mode;
    const open = { recover, dialogueMode, checkpointSize, windowSize, userData, initialTurn, mode };
    this.#emit({ kind: 'rtOpenIndication', ...open });
  }

  #openConfirmed(event: Extract<ModeEvent, { kind: 'associateConfirm' }>): void {
    // 0 left the size to the responder; otherwise it may only lower both. X.228 7.1.4, 7.1.5.
    const offered = this.#checkpointSize;
    this.#checkpointSize = offered === 0 ? event.checkpointSize : Math.min(offered, event.checkpointSize);
    this.#windowSize = Math.min(this.#windowSize, event.windowSize);
    const [checkpointSize, windowSize] = [this.#checkpointSize, this.#windowSize];
    this.#emit({ kind: 'rtOpenConfirm', accepted: true, userData: event.userData, checkpointSize, windowSize });
  }

  /** Sends as much as the window allows. */
  #pump(): void {
    const outgoing = this.#outgoing;
    while (outgoing !== undefined) {
      switch (outgoing.next) {
        case 'slice':
          this.#mode.data(outgoing.takeSlice());
          break;
        case 'checkpoint':
          outgoing.checkpointSent(this.#mode.session('P-SYNC-MINOR').sSyncMinor());
          break;
        case 'end':
          this.#state = 'awaitEndConfirm';
          this.#mode.session('P-ACTIVITY-END').sActivityEnd();
          return;
        case 'wait':
          return;
      }
    }
  }

  #checkpointReceived(serial: number, explicit: boolean): void {
    this.#emit({ kind: 'checkpointIndication', serial });
    if (!explicit) return;
    if (this.#holding) this.#heldSerial = serial;
    else this.#mode.session('P-SYNC-MINOR response').sSyncMinorResponse(serial);
  }

  #transferred(): void {
    const incoming = this.#incoming;
    const length = incoming?.length ?? 0;
    const octets = incoming === undefined || incoming.over ? undefined : incoming.octets;
    const apdu = octets === undefined ? undefined : this.#mode.unwrap(octets);
    this.#emit({ kind: 'rtTransferIndication', apdu, octets: apdu === undefined ? octets : undefined, length });
  }

  #abandoned(before: RtseState, how: 'interrupted' | 'discarded', reason: number | undefined): void {
    this.#incoming = undefined;
    this.#heldSerial = undefined;
    if (before !== 'associated') this.#emit({ kind: 'transferAbandoned', how, reason });
  }

  #exceptionReported(reason: number): void {
    this.#emit({ kind: 'exceptionIndication', reason });
    // What the receiver could not go on with is discarded, never interrupted: nothing is kept to be resumed.
    const known = Object.values(ACTIVITY_REASONS).includes(reason) && reason !== ACTIVITY_REASONS.demandDataToken;
    this.#discard(known ? reason : ACTIVITY_REASONS.unspecified, `the receiver reported exception ${reason}`);
  }

  #discard(reason: number, why: string): void {
    this.#outgoing = undefined;
    this.#failure = why;
    this.#mode.session('P-ACTIVITY-DISCARD').sActivityDiscard(reason);
  }

  /** The negative RT-TRANSFER confirm. X.218 9.3.1.3. */
  #handBack(reason: string | undefined): void {
    this.#outgoing = undefined;
    this.#emit({ kind: 'rtTransferConfirm', secured: false, reason });
  }

  #aborted(before: RtseState, reason: number | undefined, userData: Octets | undefined): void {
    const { userError } = AbortReason.named;
    if (reason === undefined || reason === userError) {
      this.#negativeConfirm(before, 'the peer aborted the association');
      this.#emit({ kind: 'rtUAbortIndication', reason, userData });
    } else {
      this.#lost(before, 'rtse', reason, 'the reliable transfer entity of the peer aborted');
    }
  }

  /** X.218 9.6: the sender first gets the negative confirm; the receiver deletes what it has of an APDU. */
  #lost(before: RtseState, layer: string, reason: number | undefined, message: string): void {
    this.#negativeConfirm(before, message);
    this.#emit({ kind: 'rtPAbortIndication', layer, reason, message });
  }

  #negativeConfirm(before: RtseState, reason: string): void {
    this.#incoming = undefined;
    const sending = before === 'sending' || before === 'awaitEndConfirm' || before === 'awaitDiscardConfirm';
    if (sending) this.#handBack(this.#failure ?? reason);
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
