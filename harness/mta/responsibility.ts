import { P1specError } from '../ber/error.js';
import { Octets } from '../ber/octets.js';
import type { MTSAPDU } from '../p1/mts-apdu.js';
import type { ORName } from '../p1/or-name.js';
import { formatMTSIdentifier } from '../p1/text.js';
import type { Mode } from '../stack/association/events.js';
import type { ToldNonDelivery } from './answers.js';
import { deferredDeliveryTime, dispose, subjectOf, wantsReport } from './delivery.js';
import { apduFor } from './editions.js';
import type { Emitter } from './emitter.js';
import type { MtaEvents } from './events.js';
import type { Outgoing } from './host.js';
import type { Fate, MessageFactory, ReportSubject } from './message.js';
import type { DestinationQueue, QueuedItem, Submission } from './queue.js';
import { type ReceivedApdu, readApdu, typedApdu } from './received.js';

/** What an MTA lends to those who act on its responsibility. */
export interface ResponsibleMta {
  readonly events: Emitter<MtaEvents>;
  readonly factory: MessageFactory;
  /** The peer behind which a recipient is; undefined for those that are here. */
  readonly route: ((recipient: ORName) => string | undefined) | undefined;
  /** Whether messages of a peer's are held here until their deferred delivery time. */
  holds(peer: string): boolean;
  /** Bilateral information is read in 1984 too, in the one form that there is. */
  readonly keepsBilateral: boolean;
  now(): number;
  enqueue(peer: string, submission: Submission): QueuedItem;
}

/** Unable-to-transfer, loop-detected. */
const LOOP: Fate = { reason: 1, diagnostic: 3 };

/** What becomes of APDUs that an MTA has taken: relayed, delivered and reported on, or given up. X.411 (06/1999) 14. */
export class Responsibility {
  readonly #mta: ResponsibleMta;

  constructor(mta: ResponsibleMta) {
    this.#mta = mta;
  }

  /** `nonDelivery`: why nobody is to get it. */
  take(apdu: ReceivedApdu, from: string, nonDelivery: ToldNonDelivery | undefined): void {
    const value = typedApdu(apdu);
    if (value === undefined) {
      const error = new P1specError('ERR_UNREADABLE_APDU', { message: 'it cannot be read as an MTS-APDU' });
      this.#mta.events.emit('notCaredFor', { peer: from, apdu, error });
      return;
    }
    try {
      this.#careFor(value, from, nonDelivery);
    } catch (error) {
      // What can be decoded need not be fit to be encoded again: nothing from the wire may end the MTA.
      if (!(error instanceof P1specError)) throw error;
      this.#mta.events.emit('notCaredFor', { peer: from, apdu, error });
    }
  }

  /** Nobody is told of system messages. */
  notDelivered(item: QueuedItem, fate: Fate): Submission | undefined {
    if (item.system) return undefined;
    const value = typedApdu(readApdu(Octets.of(item.apdu), undefined));
    return this.#report(value && subjectOf(value), fate, item.queuedAt, item.from);
  }

  /** The item in the edition of the mode; whom it cannot reach there is reported on. Undefined where it reaches nobody. */
  conveyed(queue: DestinationQueue, item: QueuedItem, mode: Mode | undefined): Outgoing | undefined {
    const privateBilateral = this.#mta.keepsBilateral ? 'to-administration-domain' : 'drop';
    const conveyance = apduFor(item, mode, { privateBilateral });
    const { leftBehind } = conveyance;
    const told = item.system ? [] : leftBehind;
    const reports = told.map(({ subject, fate }) => this.#report(subject, fate, item.queuedAt, item.from));
    const peer = queue.destination;
    if (conveyance.kind === 'undeliverable') {
      queue.abandon(item);
      const { reason, diagnostic } = conveyance.cause;
      const report = reports.find((each) => each !== undefined);
      this.#mta.events.emit('nonDelivered', { peer, item, fate: { reason, diagnostic }, report });
      queue.forget(item);
      return undefined;
    }
    const { apdu, changes, kept } = conveyance;
    // Told first: behind a crash, whom it does not reach is told of twice rather than never.
    if (changes.length > 0) this.#mta.events.emit('downgraded', { peer, item, changes, leftBehind });
    const own = kept === undefined ? item : queue.amend(item, kept);
    return { item: own, apdu };
  }

  #careFor(value: MTSAPDU, from: string, nonDelivery: ToldNonDelivery | undefined): void {
    const now = this.#mta.now();
    if (nonDelivery !== undefined) {
      this.#report(subjectOf(value), nonDelivery, now, from, nonDelivery.unasked);
      return;
    }
    // The originating domain defers; another only where it has agreed to. What is for somebody here is taken at once.
    const deferredUntil = this.#mta.holds(from) ? deferredDeliveryTime(value) : undefined;
    const trace = this.#mta.factory.traceElement(now, deferredUntil);
    const { relayed, looped, toReport } = dispose(value, this.#mta.route, trace);
    const deferral = deferredUntil === undefined || deferredUntil <= now ? {} : { deferredUntil };
    for (const copy of relayed) this.#mta.enqueue(copy.peer, { ...copy.submission, from, ...deferral });
    if (looped !== undefined) {
      this.#mta.events.emit('loopDetected', { peer: from, subject: formatMTSIdentifier(looped.identifier) });
    }
    this.#report(looped, LOOP, now, from);
    this.#report(toReport, { deliveredAt: now }, now, from);
  }

  /** Makes a report where one is wanted, and sends it back to where its subject came from; here it only is returned. */
  #report(
    subject: ReportSubject | undefined,
    fate: Fate,
    arrivedAt: number,
    to: string | undefined,
    unasked = false,
  ): Submission | undefined {
    if (subject === undefined || subject.recipients.length === 0) return undefined;
    if (!unasked && !wantsReport(subject, fate)) return undefined;
    const report = this.#mta.factory.report(subject, fate, arrivedAt);
    if ('reason' in fate) {
      const identifier = formatMTSIdentifier(subject.identifier);
      this.#mta.events.emit('nonDeliveryReported', { subject: identifier, fate, report });
    }
    const peer = this.#mta.route?.(subject.originator) ?? to;
    try {
      if (peer !== undefined) this.#mta.enqueue(peer, report);
    } catch (error) {
      // Of an earlier run, and nobody knows it any more.
      if (!(error instanceof P1specError) || peer === undefined) throw error;
      this.#mta.events.emit('notCaredFor', { peer, apdu: readApdu(Octets.of(report.apdu), undefined), error });
    }
    return report;
  }
}
