/**
 * What was seen of an IUT's queue from outside, filled by fakes, control adapters and captures. Times are in
 * milliseconds on one clock. Identifiers are as `formatMTSIdentifier` writes them.
 */
export interface QueueObservation {
  /** How long anything may stay in the queue: the retries that the target's description allows. */
  readonly allowed: number;
  /** When watching ended; what was accepted less than `allowed` before is not yet due. */
  readonly until: number;
  /** What the IUT took the responsibility for, a copy a recipient. */
  readonly accepted: readonly AcceptedCopy[];
  /** What the IUT transferred or tried to. */
  readonly attempts: readonly TransferAttempt[];
  /** Reports that the IUT sent, of which each transfer was secured. */
  readonly reports: readonly SentReport[];
  /** Where the target has a probe: lengths of the queue to the peer that is watched. */
  readonly samples?: readonly QueueSample[];
  /** Attempts at one copy beyond which it is resent without end. */
  readonly mostAttempts?: number;
}

/** One message, or report, for one recipient. Copies of a message may be split on the way. */
export interface Copy {
  /** Of the message; of a report its own identifier. */
  readonly identifier: string;
  /** Originally-specified-recipient-number; undefined for a report, which has one recipient. */
  readonly recipient: number | undefined;
}

export interface AcceptedCopy extends Copy {
  readonly time: number;
  /** The responsibility bit: without it the copy is for another MTA to deliver. */
  readonly responsibility: boolean;
  /** The peer that it is to be sent to, where more than one is watched. */
  readonly destination?: string;
}

export interface TransferAttempt {
  readonly time: number;
  readonly destination?: string;
  readonly identifier: string;
  /** The recipients whose responsibility bit is set in this copy; empty for a report. */
  readonly recipients: readonly number[];
  /**
   * `secured`: the peer acknowledged it, and the IUT has the acknowledgement. `acknowledgement-lost`: the peer has it,
   * and the IUT cannot know. `refused`: an exception, an abort or a close before that.
   */
  readonly outcome: 'secured' | 'acknowledgement-lost' | 'refused';
}

export interface SentReport {
  readonly time: number;
  readonly identifier: string;
  /** The message that it reports on, and its recipients that it reports as not delivered. */
  readonly subject: string;
  readonly nonDelivered: readonly number[];
}

export interface QueueSample {
  readonly time: number;
  readonly length: number;
}
