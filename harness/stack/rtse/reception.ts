import type { Octets } from '../../ber/octets.js';
import { ACTIVITY_REASONS } from './exceptions.js';
import type { ModeEvent, ModeProfile } from './mode.js';
import type { Receiver } from './receiver.js';
import type { ServiceEvent } from './service.js';

type ActivityResumed = Extract<ModeEvent, { kind: 'sActivityResumeIndication' }>;

/** The procedures of the receiving side, X.228 7.3, 7.7, 7.8: what it answers, and what it tells its user. */
export class Reception {
  readonly #mode: ModeProfile;
  readonly #receiver: Receiver;
  readonly #emit: (event: ServiceEvent) => void;
  #holding = false;
  #heldSerial: number | undefined;
  #completedBefore = false;

  constructor(mode: ModeProfile, receiver: Receiver, emit: (event: ServiceEvent) => void) {
    this.#mode = mode;
    this.#receiver = receiver;
    this.#emit = emit;
  }

  /** The exception that was reported last said that this side has it all. */
  get completedBefore(): boolean {
    return this.#completedBefore;
  }

  start(activity: Octets): void {
    this.#heldSerial = undefined;
    this.#receiver.start(activity);
    this.#emit({ kind: 'rtTransferStart', activity: activity.toHex(), resumedAt: undefined });
  }

  /**
   * The receiver goes on with what it kept. What it completed it will not take again: a sequence error says so, and RTAB
   * to a sender that does not listen. What it does not know has to come whole. X.228 7.8, X.410 4.5.2.
   */
  resume(event: ActivityResumed): 'resumed' | 'refused' | 'hopeless' {
    this.#heldSerial = undefined;
    const refusal = this.#receiver.resume(event);
    if (refusal === undefined) {
      const activity = event.activityIdentifier.toHex();
      this.#emit({ kind: 'rtTransferStart', activity, resumedAt: event.serialNumber });
      return 'resumed';
    }
    if (refusal === 'completed again') return 'hopeless';
    const { sequenceError, unrecoverableProcedureError } = ACTIVITY_REASONS;
    this.reportException(refusal === 'completed' ? sequenceError : unrecoverableProcedureError);
    this.#completedBefore = refusal === 'completed';
    return 'refused';
  }

  reportException(reason: number): void {
    this.#completedBefore = false;
    this.#mode.session('P-U-EXCEPTION-REPORT').sUExceptionReport(reason);
  }

  data(slice: Octets): void {
    this.#receiver.push(slice);
    this.#emit({ kind: 'rtSegmentIndication', octets: slice });
  }

  checkpoint(serial: number, explicit: boolean): void {
    this.#receiver.point(serial);
    this.#emit({ kind: 'checkpointIndication', serial });
    if (!explicit) return;
    if (this.#holding) this.#heldSerial = serial;
    else this.#confirm(serial);
  }

  /** `now`: whether what was held back can be confirmed when the hold ends. */
  hold(hold: boolean, now: boolean): void {
    this.#holding = hold;
    const serial = this.#heldSerial;
    if (hold || serial === undefined || !now) return;
    this.#heldSerial = undefined;
    this.#confirm(serial);
  }

  /** True where the answer is given already: it came to its end on an association that the sender gave up. */
  end(): boolean {
    if (this.#receiver.completedElsewhere) {
      this.acknowledge();
      return true;
    }
    const { length, value: octets } = this.#receiver;
    const apdu = octets === undefined ? undefined : this.#mode.unwrap(octets);
    this.#emit({ kind: 'rtTransferIndication', apdu, octets: apdu === undefined ? octets : undefined, length });
    return false;
  }

  acknowledge(): void {
    this.#heldSerial = undefined;
    this.#receiver.completed();
    this.#mode.session('P-ACTIVITY-END response').sActivityEndResponse();
  }

  /** S-ACTIVITY-INTERRUPT or -DISCARD, answered; `told`: whether there was a transfer to abandon. */
  abandoned(how: 'interrupted' | 'discarded', reason: number | undefined, told: boolean): void {
    this.#heldSerial = undefined;
    this.#completedBefore = false;
    if (how === 'interrupted') {
      this.#receiver.interrupted();
      this.#mode.session('P-ACTIVITY-INTERRUPT response').sActivityInterruptResponse();
    } else {
      this.#receiver.discarded();
      this.#mode.session('P-ACTIVITY-DISCARD response').sActivityDiscardResponse();
    }
    if (told) this.#emit({ kind: 'transferAbandoned', how, reason });
  }

  /** With the association: what was secured stays. */
  lost(): void {
    this.#receiver.interrupted();
  }

  #confirm(serial: number): void {
    this.#receiver.secure(serial);
    this.#mode.session('P-SYNC-MINOR response').sSyncMinorResponse(serial);
  }
}
