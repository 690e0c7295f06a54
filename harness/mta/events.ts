import type { P1specError } from '../ber/error.js';
import type { Change } from '../p1/downgrade.js';
import type { MTABindErrorName } from './bind.js';
import type { LeftBehind } from './editions.js';
import type { EditedPdu } from './edits/edit.js';
import type { Fate } from './message.js';
import type { QueuedItem, Submission } from './queue.js';
import type { ReceivedApdu } from './received.js';
import type { RetryCause } from './retry.js';

/** How an association ended. */
export type Ending = 'released' | 'refused' | 'aborted' | 'closed';

interface AssociationPlace {
  /** Counts from 0 within the MTA. */
  readonly association: number;
  readonly role: 'initiator' | 'responder';
  /** Undefined where the other side was not known yet. */
  readonly peer: string | undefined;
}

interface Edited {
  readonly peer: string | undefined;
  readonly pdu: EditedPdu;
  readonly edit: number;
  readonly nth: number;
}

/** What an MTA tells those who watch it. */
export interface MtaEvents {
  associationOpened: AssociationPlace;
  associationClosed: AssociationPlace & { readonly ending: Ending; readonly detail: string | undefined };
  /** `by` is who refused; `error` is undefined where the other side gave no MTA-bind error. */
  bindRefused: AssociationPlace & { readonly by: 'us' | 'peer'; readonly error: MTABindErrorName | undefined };
  messageQueued: { readonly peer: string; readonly item: QueuedItem };
  /** Its deferred delivery time has come: it waits to be transferred. */
  messageReleased: { readonly peer: string; readonly item: QueuedItem };
  /** The peer has secured it. */
  messageTransferred: { readonly peer: string; readonly item: QueuedItem };
  /** The peer did not take it; it is back in its place. */
  transferFailed: { readonly peer: string; readonly item: QueuedItem; readonly reason: string };
  /** A transfer goes on behind a synchronization point, where it broke off earlier. */
  transferResumed: AssociationPlace & { readonly direction: 'in' | 'out'; readonly serial: number };
  /** We did not take it. */
  transferRefused: AssociationPlace & { readonly answer: string };
  /** Taken: a message, a probe, or what cannot be read; of that `notCaredFor` tells too. */
  messageReceived: { readonly peer: string; readonly apdu: ReceivedApdu };
  /** Acknowledged, and dropped on purpose. */
  messageDiscarded: { readonly peer: string; readonly apdu: ReceivedApdu };
  reportReceived: { readonly peer: string; readonly apdu: ReceivedApdu };
  /** Taken, but it could be neither relayed nor reported on: it cannot be read, or not be written again. */
  notCaredFor: { readonly peer: string; readonly apdu: ReceivedApdu; readonly error: P1specError };
  /** Given up. `report` is what goes back to the originator; nothing goes back about a system message or a report. */
  nonDelivered: {
    readonly peer: string;
    readonly item: QueuedItem;
    readonly fate: Fate;
    readonly report: Submission | undefined;
  };
  /** A non-delivery report has been made; `subject` is what it is on. */
  nonDeliveryReported: { readonly subject: string; readonly fate: Fate; readonly report: Submission };
  /** It has been here before: it goes no further. `subject` is its identifier. */
  loopDetected: { readonly peer: string; readonly subject: string };
  /** On its way to an MTA of 1984: `changes` are what it does not tell there, `leftBehind` whom it does not reach. */
  downgraded: {
    readonly peer: string;
    readonly item: QueuedItem;
    readonly changes: readonly Change[];
    readonly leftBehind: readonly LeftBehind[];
  };
  /** What we send was changed on its way out: `edit` counts from 0 in the MTA's edits, `nth` from 1 among what it counts. */
  edited: Edited;
  /** It could not be, and went out as it was. */
  editFailed: Edited & { readonly error: P1specError };
  /** A failure holds back what is queued: `head` stands first. */
  queueBlocked: { readonly peer: string; readonly head: QueuedItem; readonly length: number };
  queueDrained: { readonly peer: string };
  /** `at` in milliseconds since the epoch. */
  nextRetry: { readonly peer: string; readonly at: number; readonly cause: RetryCause };
}
