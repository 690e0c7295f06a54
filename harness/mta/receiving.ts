import type { Octets } from '../ber/octets.js';
import type { ActivityReason, AssociationService } from '../stack/association/service.js';
import type { NonDelivery, Reaction } from './answers.js';
import type { MtaAssociation } from './association.js';
import type { Answer, Step } from './hooks.js';
import type { AssociationHost } from './host.js';
import { readApdu } from './received.js';

const TOO_LARGE: Answer = { do: 'exception', reason: 'unspecified' };

/** What receiving asks of its association. */
export interface Receiver {
  readonly association: MtaAssociation;
  readonly service: AssociationService;
  readonly host: AssociationHost;
  step(): Step;
  perform(at: string, answer: Answer | undefined, reaction: Reaction): void;
  /** There may be something else to do now. */
  pump(): void;
}

/** The transfers of the peer: hooks are asked, and an answer is for the transfer that it was asked about, however late. */
export class Receiving {
  readonly #receiver: Receiver;
  #count = 0;
  /** The number of the one that is under way, until it is answered. */
  #unanswered: number | undefined;
  #awaited = false;

  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  /** Whether the peer waits for our answer to its transfer, or to a checkpoint. */
  get isAwaited(): boolean {
    return this.#awaited;
  }

  started(resumedAt: number | undefined): void {
    const { association, service, host, step } = this.#receiver;
    this.#count += 1;
    this.#unanswered = this.#count;
    this.#awaited = false;
    // What was held back of another transfer says nothing of this one.
    service.holdCheckpoints(false);
    if (resumedAt !== undefined) host.resumed(association, 'in', resumedAt);
    this.#during('transfer', host.hooks.onTransfer?.({ ...step(), phase: 'start' }));
  }

  checkpoint(serial: number): void {
    const { host, step } = this.#receiver;
    this.#during('checkpoint', host.hooks.onCheckpoint?.({ ...step(), serial }));
  }

  /** `octets` are undefined where they are more than is collected. */
  ended(octets: Octets | undefined): void {
    const { service, host, step, perform } = this.#receiver;
    this.#awaited = true;
    const apdu = readApdu(octets, service.mode);
    const inTransfer = this.#thisTransfer();
    const take = (nonDelivery?: NonDelivery) => {
      // What came behind it may have ended the transfer: then nobody has given us the responsibility.
      if (!inTransfer()) return;
      // The sender keeps what nobody has here.
      if (octets === undefined) perform('transfer', TOO_LARGE, { accept: () => {}, inTransfer });
      else this.#take(apdu, nonDelivery, inTransfer);
    };
    const report = apdu.kind === 'report' ? host.hooks.onReport?.({ ...step(), apdu }) : undefined;
    const answer = host.hooks.onTransfer?.({ ...step(), phase: 'end', apdu });
    perform('transfer', report ?? answer, { accept: () => take(), nonDeliver: take, inTransfer });
  }

  exception(reason: ActivityReason): void {
    this.#answered();
    this.#receiver.service.reportException(reason);
  }

  abandoned(): void {
    this.#answered();
  }

  #take(apdu: ReturnType<typeof readApdu>, nonDelivery: NonDelivery | undefined, inTransfer: () => boolean): void {
    const { association, service, host, pump } = this.#receiver;
    // First kept, then acknowledged: with ACTIVITY END ACK the responsibility is ours. X.218 9.3.
    try {
      host.received(association, apdu, nonDelivery);
      if (inTransfer()) service.acceptTransfer();
    } finally {
      host.taken();
    }
    this.#answered();
    pump();
  }

  /** While the peer transfers, to hold is to confirm no checkpoint. */
  #during(at: string, answer: Answer | undefined): void {
    if (answer === undefined || answer.do === 'accept') return;
    const inTransfer = this.#thisTransfer();
    const holds = (hold: boolean) => () => {
      if (!inTransfer()) return;
      this.#awaited = hold;
      this.#receiver.service.holdCheckpoints(hold);
    };
    this.#receiver.perform(at, answer, { accept: holds(false), hold: holds(true), delayed: holds(true), inTransfer });
  }

  /** Whether the transfer that is under way now still is, and has not been answered. */
  #thisTransfer(): () => boolean {
    const { service } = this.#receiver;
    const here = this.#unanswered;
    return () => here !== undefined && this.#unanswered === here && service.transferring === 'receiving';
  }

  #answered(): void {
    this.#unanswered = undefined;
    this.#awaited = false;
  }
}
