import { encode } from '../../asn1/encode.js';
import { integer } from '../../asn1/types.js';
import { PrimitiveError } from '../primitive-error.js';
import { RESUME_LIMIT, reactionTo } from './exceptions.js';
import type { ModeProfile } from './mode.js';
import type { Sizes } from './negotiation.js';
import type { TransferDeadline } from './options.js';
import { OutgoingTransfer, SERIAL_MAXIMUM } from './outgoing.js';
import { type ConnectionIdentifier, connectionKey, type Resumption } from './recovery.js';
import type { ExceptionAction, TransferOptions } from './service.js';

const ACTIVITY_IDENTIFIER = integer(undefined, { name: 'activity identifier' });
/** Octets of PI 41. X.225 Table 37. */
const ACTIVITY_OCTETS = 6;
/** Names a session connection that has no references: on no other can it be recovered. */
const UNNAMED: ConnectionIdentifier = { callingReference: new Uint8Array(0), commonReference: new Uint8Array(0) };

/** What came in the place of an acknowledgement. */
export type Ending = 'interrupted' | 'discarded' | 'lost' | 'aborted';

/** How a transfer came out. */
export interface Outcome {
  readonly secured: boolean;
  readonly resumption: Resumption | undefined;
}

interface Activity {
  readonly connection: ConnectionIdentifier;
  readonly activity: Uint8Array;
}

interface Transfer {
  readonly outgoing: OutgoingTransfer;
  readonly number: number;
  readonly time: number | undefined;
  /** Whether ACTIVITY RESUME began it. */
  resumed: boolean;
  /** Under this name its receiver surely knows it: that of the last progress, else the one it was resumed from. */
  known: Activity;
  /** Its name here, for as long as there was no progress under it. */
  own: Activity;
  /** ACTIVITY END was out, here or before, and not answered by an exception. */
  ended: boolean;
  /** The receiver said that it has it all, or nothing of it. */
  completed: boolean;
  unknown: boolean;
  /** Times it was resumed by the machine itself since the last progress. */
  resumes: number;
}

/** What the sending side knows of its transfer, from S-ACTIVITY-START or -RESUME to the confirm. X.228 7.3, 7.8. */
export class Sender {
  readonly #mode: ModeProfile;
  /** Activity identifiers count on the association, in each direction. */
  #activities = 0;
  #transfers = 0;
  #transfer: Transfer | undefined;
  /** Counts every step that the receiver confirms. */
  #progress = 0;

  constructor(mode: ModeProfile) {
    this.#mode = mode;
  }

  get progress(): number {
    return this.#progress;
  }

  get deadline(): TransferDeadline | undefined {
    const transfer = this.#transfer;
    if (transfer?.time === undefined) return undefined;
    return { key: `transfer ${transfer.number}`, milliseconds: transfer.time };
  }

  /** What it takes to go on with the transfer, if it broke off now. */
  get resumption(): Resumption | undefined {
    const transfer = this.#transfer;
    if (transfer === undefined) return undefined;
    const { known, outgoing, ended } = transfer;
    return { ...known, ...outgoing.last, ended };
  }

  /** Throws where `options` do not fit, and has done nothing then. */
  check(value: Uint8Array, { resume, transferTime }: TransferOptions): void {
    if (transferTime !== undefined && !(transferTime > 0)) throw misfit(`a transfer time of ${transferTime}`);
    if (resume === undefined) return;
    const { serial, position, activity } = resume;
    if (!Number.isInteger(serial) || serial < 0 || serial > SERIAL_MAXIMUM) throw misfit(`serial number ${serial}`);
    if (activity.length === 0 || activity.length > ACTIVITY_OCTETS) {
      throw misfit(`an activity identifier of ${activity.length} octets`);
    }
    if (!Number.isInteger(position) || position < 0 || position > value.length) {
      throw misfit(`position ${position} in a value of ${value.length} octets`);
    }
    if (serial === 0 && position > 0) throw misfit(`position ${position} in front of the first point`);
    if (isUnnamed(resume.connection) && !this.#isHere(resume.connection)) {
      throw misfit('a session connection without references');
    }
  }

  /** S-ACTIVITY-START, or S-ACTIVITY-RESUME; the octets follow by `pump`. */
  begin(value: Uint8Array, { resume, transferTime }: TransferOptions, sizes: Sizes): void {
    this.#transfers += 1;
    const own = this.#nextActivity();
    this.#transfer = {
      outgoing: new OutgoingTransfer(value, sizes.checkpointSize, sizes.windowSize, resume),
      number: this.#transfers,
      time: transferTime,
      resumed: resume !== undefined,
      known: resume ?? own,
      own,
      ended: resume?.ended ?? false,
      completed: false,
      unknown: false,
      resumes: 0,
    };
    if (resume === undefined) this.#mode.session('P-ACTIVITY-START').sActivityStart(own.activity);
    else this.#resume(this.#transfer);
  }

  /** The activity was interrupted for an exception, and goes on on this association. X.228 7.8. */
  resumeHere(): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    transfer.resumed = true;
    transfer.own = this.#nextActivity();
    transfer.outgoing.rewind();
    this.#resume(transfer);
  }

  /** Sends as much as the window allows; true once the end of the activity is out. */
  pump(): boolean {
    const transfer = this.#transfer;
    if (transfer === undefined) return false;
    const { outgoing } = transfer;
    for (;;) {
      switch (outgoing.next) {
        case 'slice':
          this.#mode.data(outgoing.takeSlice());
          break;
        case 'checkpoint':
          outgoing.checkpointSent(this.#mode.session('P-SYNC-MINOR').sSyncMinor());
          break;
        case 'end':
          transfer.ended = true;
          this.#mode.session('P-ACTIVITY-END').sActivityEnd();
          return true;
        case 'wait':
          return false;
      }
    }
  }

  checkpointConfirmed(serial: number): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    transfer.outgoing.confirmed(serial);
    transfer.known = transfer.own;
    transfer.resumes = 0;
    this.#progress += 1;
  }

  /** What to do about an exception that the receiver reported. */
  reaction(reason: number, wanted: ExceptionAction | undefined): ExceptionAction {
    return wanted ?? reactionTo(reason, this.#secured);
  }

  /** Whether the machine itself goes on with what it interrupts. Else the user does, or nobody. */
  mayResume(): boolean {
    const transfer = this.#transfer;
    if (transfer === undefined || !this.#secured || transfer.resumes >= RESUME_LIMIT) return false;
    transfer.resumes += 1;
    return true;
  }

  /** An exception came: where the end was out, it is answered now, and not by an acknowledgement. */
  refused(): void {
    if (this.#transfer !== undefined) this.#transfer.ended = false;
  }

  /**
   * The receiver has it already: S-U-EXCEPTION-REPORT with a sequence error says so of a transfer that was resumed
   * (X.410 4.5.2). Of one that was not, it says that the receiver lost its way, and the transfer failed.
   */
  hasItAlready(): void {
    if (this.#transfer?.resumed === true) this.#transfer.completed = true;
  }

  /** RTAB says so too, X.228 9, transferCompleted: of any transfer whose end can have come. */
  completedByAbort(): void {
    const transfer = this.#transfer;
    if (transfer !== undefined && (transfer.resumed || transfer.ended)) transfer.completed = true;
  }

  /** RTAB, unrecognizedActivity: there is nothing to go on from. */
  unrecognized(): void {
    if (this.#transfer !== undefined) this.#transfer.unknown = true;
  }

  secured(): Outcome {
    this.#progress += 1;
    this.#transfer = undefined;
    return { secured: true, resumption: undefined };
  }

  /**
   * The transfer is over without an acknowledgement: that of AI or AD came instead, the association was lost, or a user
   * aborted it, which nobody recovers from (X.218 9.7).
   */
  over(how: Ending): Outcome {
    const { resumption } = this;
    const transfer = this.#transfer;
    this.#transfer = undefined;
    if (transfer === undefined || resumption === undefined) return { secured: false, resumption: undefined };
    if (transfer.completed || transfer.unknown) return { secured: transfer.completed, resumption: undefined };
    // A discard that crossed the acknowledgement was confirmed by a receiver that has it all: it will say so.
    const kept = how !== 'aborted' && (resumption.ended || (how !== 'discarded' && resumption.serial > 0));
    const found = how !== 'lost' || !isUnnamed(resumption.connection);
    return { secured: false, resumption: kept && found ? resumption : undefined };
  }

  get #secured(): boolean {
    return (this.#transfer?.outgoing.last.serial ?? 0) > 0;
  }

  #nextActivity(): Activity {
    this.#activities += 1;
    const activity = encode(ACTIVITY_IDENTIFIER, this.#activities);
    return { connection: this.#mode.connection ?? UNNAMED, activity };
  }

  /** X.225 7.30, 8.3.30: the references stand there only where the activity was on another session connection. */
  #resume({ known, own, outgoing }: Transfer): void {
    const { callingReference, commonReference, additionalReference } = known.connection;
    const references = { callingReference, commonReference, additionalReference };
    const link = { activityIdentifier: known.activity, serialNumber: outgoing.last.serial };
    this.#mode.session('P-ACTIVITY-RESUME').sActivityResume({
      activityIdentifier: own.activity,
      linking: this.#isHere(known.connection) ? link : { ...references, ...link },
    });
  }

  #isHere(connection: ConnectionIdentifier): boolean {
    return connectionKey(connection) === connectionKey(this.#mode.connection ?? UNNAMED);
  }
}

function isUnnamed({ callingReference, commonReference }: ConnectionIdentifier): boolean {
  return callingReference.length === 0 || commonReference.length === 0;
}

function misfit(message: string): PrimitiveError {
  return new PrimitiveError('ERR_PRIMITIVE_PARAMETER', { message: `transfer: ${message}`, layer: 'rtse' });
}
