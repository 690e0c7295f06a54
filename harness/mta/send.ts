import { P1specError } from '../ber/error.js';
import type { Octets } from '../ber/octets.js';
import type { Clock } from '../link/clock.js';
import { type Drive, drive } from '../link/driver.js';
import type { Link } from '../link/link.js';
import type { MTSIdentifier } from '../p1/identifiers.js';
import { formatMTSIdentifier } from '../p1/text.js';
import { AssociationMachine } from '../stack/association/machine.js';
import type {
  AssociationAddresses,
  AssociationService,
  DialogueMode,
  ExceptionAction,
  ServiceEvent,
} from '../stack/association/service.js';
import type { Mode } from '../stack/mode.js';
import {
  bindArgument,
  type Identity,
  type MTABindErrorName,
  type ReceivedBind,
  readBind,
  readBindError,
} from './bind.js';
import { type ReceivedApdu, readApdu } from './received.js';

/** RTTP: 0 is the most urgent, and reserved for release. X.218 9.4.1.1. */
const RELEASE_PRIORITY = 0;
/** Milliseconds that a peer has to close TCP once all is said. */
const FAREWELL = 2_000;

export interface SendOptions {
  readonly mode: Mode;
  readonly ours: Identity;
  /** What the peer has to say of itself; what is absent is not looked at. */
  readonly theirs?: Pick<Identity, 'mtaName' | 'password'>;
  readonly addresses?: AssociationAddresses;
  readonly tpduSize?: number;
  readonly checkpointSize?: number;
  readonly windowSize?: number;
  readonly dialogueMode?: DialogueMode;
  /** Milliseconds for each answer of the peer. */
  readonly timeout: number;
  /** Milliseconds to leave the turn to the peer after the transfer, for its report; the dialogue is then `twa`. */
  readonly wait?: number;
  /** What is transferred, in the edition of the mode; absent, the association is released as soon as it is open. */
  readonly submission?: { readonly identifier: string; readonly apdu: Uint8Array };
  readonly clock: Clock;
  readonly random: (octets: number) => Uint8Array;
  readonly onProgress?: (progress: SendProgress) => void;
}

/** What came of it so far. Each is told before the next octets are sent. */
export type SendProgress =
  | {
      readonly kind: 'opened';
      readonly mode: Mode;
      /** As negotiated: units of 1024 octets, and points that may be unconfirmed. */
      readonly checkpointSize: number;
      readonly windowSize: number;
      readonly peer: ReceivedBind;
    }
  | { readonly kind: 'transferring'; readonly octets: number }
  | { readonly kind: 'exception'; readonly reason: number; readonly action: ExceptionAction }
  /** The peer has secured it, and has the responsibility. X.218 9.3. */
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'waiting'; readonly milliseconds: number }
  | { readonly kind: 'report'; readonly apdu: ReceivedApdu }
  /** The peer transferred something else, which stays with it. */
  | { readonly kind: 'declined'; readonly apdu: ReceivedApdu }
  | { readonly kind: 'noReport' }
  | { readonly kind: 'released' }
  | { readonly kind: 'failed'; readonly failure: SendFailure };

/** The first thing that went wrong. */
export type SendFailure =
  | {
      readonly kind: 'refused';
      readonly layer: string;
      readonly reason: number | undefined;
      readonly error: MTABindErrorName | undefined;
    }
  | {
      readonly kind: 'aborted';
      readonly layer: string;
      readonly reason: number | undefined;
      readonly message: string;
    }
  /** `exception`: the reason with which the peer stopped the transfer. X.225 8.3.28.4. */
  | { readonly kind: 'notAcknowledged'; readonly message: string; readonly exception: number | undefined }
  /** The peer is not who it should be: we aborted. */
  | { readonly kind: 'wrongPeer'; readonly message: string }
  /** The peer closed TCP in the middle. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'givenUp'; readonly message: string };

export interface SendResult {
  readonly failure: SendFailure | undefined;
  readonly opened: boolean;
  readonly acknowledged: boolean;
  readonly released: boolean;
  readonly report: ReceivedApdu | undefined;
}

/** One association with a peer: opens, transfers one APDU, waits for its report, releases. No retries, no queue. */
export class Sender {
  readonly #options: SendOptions;
  readonly #service: AssociationMachine;
  #drive: Drive | undefined;
  #failure: SendFailure | undefined;
  #failureTold = false;
  #exception: number | undefined;
  #opened = false;
  #acknowledged = false;
  #released = false;
  #report: ReceivedApdu | undefined;
  #waiting = false;
  #cancelTimer: (() => void) | undefined;

  /** Throws a typed error where the options do not go together, before anything is sent. */
  constructor(options: SendOptions) {
    this.#options = options;
    const { mode, ours, addresses, tpduSize, checkpointSize, windowSize, timeout, wait = 0, random } = options;
    const { dialogueMode = wait > 0 ? 'twa' : 'monologue' } = options;
    if (wait > 0 && dialogueMode === 'monologue') {
      throw new P1specError('ERR_SEND_MONOLOGUE', {
        message: 'to wait for a report on a monologue is in vain: the peer may never transfer on it',
        hint: 'leave the dialogue mode out, or do not wait',
      });
    }
    this.#service = new AssociationMachine({
      role: 'initiator',
      modes: [mode],
      addresses,
      tpduSize,
      timers: { open: timeout, transfer: timeout, release: timeout },
      random,
      userReference: ours.mtaName,
    });
    this.#service.open({ userData: bindArgument(mode, ours), dialogueMode, checkpointSize, windowSize });
  }

  /** Runs on a link that is connected, to the end of the link. To be called once. */
  async run(link: Link): Promise<SendResult> {
    const { clock } = this.#options;
    this.#drive = drive(this.#service, link, clock, (event, service) => this.#on(event, service));
    await this.#drive.done;
    this.#cancelTimer?.();
    this.#tellFailure();
    return {
      failure: this.#failure,
      opened: this.#opened,
      acknowledged: this.#acknowledged,
      released: this.#released,
      report: this.#report,
    };
  }

  /** Aborts what is under way, and drops the link where that is already done. */
  giveUp(message: string): void {
    this.#fail({ kind: 'givenUp', message });
    if (this.#service.state === 'opening' || this.#service.state === 'open') {
      this.#drive?.use(() => this.#service.abort());
    } else this.#drive?.destroy();
  }

  #on(event: ServiceEvent, service: AssociationService): void {
    switch (event.kind) {
      case 'rtOpenConfirm':
        if (event.accepted) this.#confirmed(event, service);
        else this.#refused(event);
        break;
      case 'rtTransferConfirm':
        this.#transferred(event.secured, event.reason, service);
        break;
      case 'exceptionIndication':
        this.#exception = event.reason;
        this.#tell({ kind: 'exception', reason: event.reason, action: event.action });
        break;
      case 'rtTurnPleaseIndication':
        if (this.#waiting && service.hasTurn && service.state === 'open') service.turnGive();
        break;
      case 'rtTurnGiveIndication':
        if (!this.#waiting) service.close();
        break;
      case 'rtTransferIndication':
        this.#received(event.apdu ?? event.octets, service);
        break;
      case 'transferAbandoned':
        // It leaves the turn with the peer.
        if (!this.#waiting) this.#finish(service);
        break;
      case 'rtCloseConfirm':
        this.#released = true;
        this.#tell({ kind: 'released' });
        this.#leave();
        break;
      case 'rtCloseIndication':
        this.#fail({ kind: 'aborted', layer: 'rtse', reason: undefined, message: 'the peer released, as only we may' });
        break;
      case 'rtUAbortIndication':
        this.#fail({ kind: 'aborted', layer: 'rtse', reason: event.reason, message: 'the MTA at the peer aborted' });
        break;
      case 'rtPAbortIndication':
        this.#fail({ kind: 'aborted', layer: event.layer, reason: event.reason, message: event.message });
        break;
      case 'disconnected':
        if (!this.#released) this.#fail({ kind: 'closed' });
        break;
      case 'rtOpenIndication':
      case 'rtTransferStart':
      case 'rtSegmentIndication':
      case 'checkpointIndication':
      case 'checkpointConfirm':
        break;
    }
  }

  #confirmed(event: ServiceEvent & { kind: 'rtOpenConfirm'; accepted: true }, service: AssociationService): void {
    const { submission, mode } = this.#options;
    const peer = readBind(event.userData, 'result', mode);
    const { checkpointSize, windowSize } = event;
    this.#opened = true;
    this.#tell({ kind: 'opened', mode, checkpointSize, windowSize, peer });
    const wrong = this.#wrong(peer);
    if (wrong !== undefined) {
      this.#fail({ kind: 'wrongPeer', message: wrong });
      service.abort();
    } else if (submission === undefined) {
      service.close();
    } else {
      this.#tell({ kind: 'transferring', octets: submission.apdu.length });
      service.transfer(submission.apdu);
    }
  }

  #refused({ refusedBy, reason, userData }: ServiceEvent & { kind: 'rtOpenConfirm'; accepted: false }): void {
    const error = userData && readBindError(userData);
    this.#fail({ kind: 'refused', layer: refusedBy, reason, error });
  }

  #wrong(peer: ReceivedBind): string | undefined {
    const { theirs } = this.#options;
    if (theirs?.mtaName !== undefined && peer.mtaName !== theirs.mtaName) {
      const named = peer.mtaName === undefined ? 'gives no name' : `is ${JSON.stringify(peer.mtaName)}`;
      return `the peer ${named}, and not ${JSON.stringify(theirs.mtaName)}`;
    }
    if (theirs?.password === undefined) return undefined;
    const said = peer.password && Buffer.from(peer.password).toString('latin1');
    if (said === theirs.password) return undefined;
    return said === undefined ? 'the peer gives no password' : "the peer's password is not the one that was expected";
  }

  #transferred(secured: boolean, reason: string | undefined, service: AssociationService): void {
    const { wait = 0 } = this.#options;
    if (!secured) {
      this.#fail({
        kind: 'notAcknowledged',
        message: reason ?? 'no reason is known',
        exception: this.#exception,
      });
      if (service.state !== 'open') return;
      this.#tellFailure();
      if (service.hasTurn) service.close();
      return;
    }
    this.#acknowledged = true;
    this.#tell({ kind: 'acknowledged' });
    // An abort may be what told that it is secured.
    if (service.state !== 'open') return;
    if (wait === 0) {
      service.close();
      return;
    }
    this.#waiting = true;
    this.#tell({ kind: 'waiting', milliseconds: wait });
    this.#after(wait, () => {
      this.#tell({ kind: 'noReport' });
      this.#finish(service);
    });
    service.turnGive();
  }

  /** A report on what was sent is ours; for anything else nobody here can take the responsibility. X.218 9.3. */
  #received(octets: Octets | undefined, service: AssociationService): void {
    const apdu = readApdu(octets, service.mode);
    const { submission } = this.#options;
    if (submission === undefined || subjectOf(apdu) !== submission.identifier) {
      this.#tell({ kind: 'declined', apdu });
      // Of the reasons there are, this is the one on which its sender discards the transfer and keeps the association.
      service.reportException('unspecified');
      return;
    }
    this.#report = apdu;
    this.#tell({ kind: 'report', apdu });
    service.acceptTransfer();
    this.#finish(service);
  }

  /** Gets the turn, and releases with it. */
  #finish(service: AssociationService): void {
    this.#waiting = false;
    this.#after(this.#options.timeout, () => this.giveUp('the peer did not give the turn back'));
    if (service.state !== 'open' || service.transferring !== 'none') return;
    if (service.hasTurn) service.close();
    else service.turnPlease(RELEASE_PRIORITY);
  }

  /** The one timer that runs beside those of the machine. */
  #after(milliseconds: number, action: () => void): void {
    const { clock } = this.#options;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.setTimer(clock.now() + milliseconds, () => {
      this.#cancelTimer = undefined;
      if (this.#service.state === 'open') this.#drive?.use(action);
    });
  }

  /** The first counts; but a transfer that an abort ended is handed back before the abort is told. X.218 9.6. */
  #fail(failure: SendFailure): void {
    const before = this.#failure;
    const handedBack = before?.kind === 'notAcknowledged' && before.exception === undefined;
    if (before !== undefined && !handedBack) return;
    this.#failure = failure;
    if (failure.kind === 'notAcknowledged') return;
    this.#tellFailure();
    this.#leave();
  }

  #tellFailure(): void {
    if (this.#failure === undefined || this.#failureTold) return;
    this.#failureTold = true;
    this.#tell({ kind: 'failed', failure: this.#failure });
  }

  /** There is nothing more to learn: a peer that does not close is not waited for. */
  #leave(): void {
    const { clock } = this.#options;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.setTimer(clock.now() + FAREWELL, () => this.#drive?.destroy());
  }

  #tell(progress: SendProgress): void {
    this.#options.onProgress?.(progress);
  }
}

/** What a report is on. */
function subjectOf({ decoded }: ReceivedApdu): string | undefined {
  const subject = decoded?.get('report', 'content', 'subjectIdentifier')?.value;
  return subject === undefined ? undefined : formatMTSIdentifier(subject as Partial<MTSIdentifier>);
}
