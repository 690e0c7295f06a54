import type { Octets } from '../../ber/octets.js';

// What outlives an association, so that a transfer that broke off can go on where it stood. X.228 7.8.

/**
 * Names a session connection. Each reference is the TLV that stands in its session parameter. X.228 9,
 * SessionConnectionIdentifier; X.225 8.3.1.3 to 8.3.1.6.
 */
export interface ConnectionIdentifier {
  readonly callingReference: Uint8Array;
  readonly commonReference: Uint8Array;
  readonly additionalReference?: Uint8Array;
}

/** What a sender keeps of a transfer that broke off, beside the APDU itself. */
export interface Resumption {
  /** The session connection on which it last made progress. */
  readonly connection: ConnectionIdentifier;
  /** Its activity identifier there: the value of PI 41, as sent. */
  readonly activity: Uint8Array;
  /** The last minor synchronization point that was confirmed; 0 where none was. */
  readonly serial: number;
  /** Octets of the transferred value (in normal mode: of the EXTERNAL) that stand before that point. */
  readonly position: number;
  /** ACTIVITY END was sent: the receiver may have secured it all. */
  readonly ended: boolean;
}

/** A transfer as its receiver knows it: an activity on a session connection. Both in hexadecimal. */
export interface TransferKey {
  readonly connection: string;
  readonly activity: string;
}

/** Octets of a transfer that broke off, up to a minor synchronization point that was confirmed. */
export interface SecuredTransfer {
  /** The highest serial number that was secured. */
  readonly serial: number;
  /** Octets in front of point `serial`; undefined for a point that is not known. Of point 0 there are none. */
  upTo(serial: number): Octets | undefined;
}

/**
 * A receiver's memory of transfers. The machine calls it before it answers, so what it has confirmed is kept when the
 * association, or with a store on disk the process, is lost. X.218 9.3.1.3; X.228 7.3, 7.8. None of these throws: what a
 * store cannot keep it forgets, and the sender learns that when it resumes.
 */
export interface TransferStore {
  /** The octets since the last point, with a point behind them that will now be confirmed: the next, or the first. */
  secure(key: TransferKey, serial: number, octets: Octets): void;
  /** `key` goes on, behind point `serial`, as `by`: from now on both name it, and what was behind that point is gone. */
  resumed(key: TransferKey, by: TransferKey, serial: number): void;
  /** All of it came and is secured: its octets may go, its key is remembered. */
  completed(key: TransferKey): void;
  /** It was discarded, or its name has a new meaning: nothing is known of it any more, even if it was completed. */
  discarded(key: TransferKey): void;
  find(key: TransferKey): SecuredTransfer | 'completed' | undefined;
}

/** As the key of a store has it. */
export function connectionKey({
  callingReference,
  commonReference,
  additionalReference,
}: ConnectionIdentifier): string {
  const parts = [callingReference, commonReference, additionalReference ?? new Uint8Array(0)];
  return parts.map((part) => Buffer.from(part).toString('hex')).join('/');
}
