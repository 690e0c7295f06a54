import type { Decoded } from '../../asn1/decoded.js';
import type { TypeRef } from '../../asn1/types.js';
import type { Layer } from '../../ber/error.js';
import type { Octets } from '../../ber/octets.js';

import type { Anomaly } from '../anomaly.js';
import type { Tpdu } from '../cotp/tpdu.js';
import type { Direction } from '../direction.js';
import type { Mode } from '../mode.js';
import type { Spdu } from '../session/spdu.js';
import type { Stretch } from './stretches.js';

export { editionOf, type Mode } from '../mode.js';

/** The types that the stack's user gives it: the stack itself knows no P1. */
export interface UserTypes {
  readonly apdu: TypeRef;
  /** As they stand in RT-OPEN: wrapped in normal mode, bare in the X.410 modes. */
  readonly bind: Readonly<Record<'normal' | 'x410', BindTypes>>;
  /** The abstract syntax of the APDUs in normal mode. */
  readonly abstractSyntax: string;
  /** The abstract syntax of RTSE with the bind. */
  readonly rtseAbstractSyntax: string;
}
export interface BindTypes {
  readonly argument: TypeRef;
  readonly result: TypeRef;
  readonly error: TypeRef;
}

/** How an association ended. `incomplete`: the recording does not show its end, or not its start. */
export type Outcome = 'released' | 'refused' | 'aborted' | 'closed' | 'incomplete';

/** Why a bind was refused, as far as the octets tell. */
export interface Refusal {
  /** The highest layer that gave a reason. */
  readonly layer: Layer;
  readonly reason: number | undefined;
}

/** One transfer of an APDU: an activity, or what there is of it. */
export interface Transfer {
  /** Counts from 0 on the association. */
  readonly index: number;
  readonly direction: Direction;
  /** Activity identifier as sent, in hexadecimal; empty where the start was not seen. */
  readonly activity: string;
  /** An ACTIVITY RESUME began it: its first octets came before. */
  readonly resumed: boolean;
  /** What it was told as when it began, where it goes on here. */
  readonly first?: Transfer;
  /** Where it broke off, and the minor synchronization point behind which it goes on here. X.225 7.30. */
  readonly from?: { readonly connection: number; readonly serial: number };
  /**
   * Where its octets came, in order; only where that were several connections. Offsets in what is told of its APDU are
   * then shifted: `placeIn` says what they stand for.
   */
  readonly stretches?: readonly Stretch[];
}

/** The same for all that a transfer was told as: what to gather its octets by. */
export function wholeOf(transfer: Transfer): Transfer {
  return transfer.first ?? transfer;
}

interface Common {
  readonly connection: number;
  readonly direction: Direction;
  /** Milliseconds since the epoch, of the chunk that completed it. */
  readonly time: number;
}

/** What an observer tells of an association, in the order in which the octets came. */
export type AssociationEvent =
  | (Common & { readonly kind: 'tpdu'; readonly tpdu: Tpdu })
  | (Common & { readonly kind: 'spdu'; readonly spdu: Spdu })
  /** A decoded PDU of presentation, ACSE or RTSE. */
  | (Common & { readonly kind: 'pdu'; readonly layer: Layer; readonly name: string; readonly decoded: Decoded })
  | (Common & { readonly kind: 'mode'; readonly mode: Mode })
  /** What RT-OPEN says and holds is another application's: nothing above RTSE is then told, or judged, as P1. */
  | (Common & {
      readonly kind: 'foreignApplication';
      readonly applicationProtocol: number;
      readonly message: string;
    })
  | (Common & {
      readonly kind: 'bind';
      readonly phase: 'argument' | 'result';
      readonly decoded: Decoded | undefined;
    })
  | (Common & {
      readonly kind: 'bind';
      readonly phase: 'error';
      readonly decoded: Decoded | undefined;
      readonly refusal: Refusal;
    })
  | (Common & {
      readonly kind: 'transfer';
      readonly phase: TransferPhase;
      readonly transfer: Transfer;
      /** Its APDU is told later: where it goes on, or here, when it is not awaited any more. */
      readonly awaited?: true;
      /** Of what is awaited: octets that came. */
      readonly octets?: number;
      /** The tag number of the APDU that is awaited, as far as it came. */
      readonly tagNumber?: number;
      /** The connection in which it goes on. */
      readonly goesOnIn?: number;
    })
  /** A piece of an APDU's content; never part of its value. */
  | (Common & {
      readonly kind: 'content';
      readonly transfer: Transfer;
      readonly bytes: Uint8Array;
      readonly offset: number;
    })
  /** Octets inside a transfer that belong to no element. */
  | (Common & {
      readonly kind: 'stray';
      readonly transfer: Transfer;
      readonly bytes: Uint8Array;
      readonly offset: number;
    })
  /** An APDU, decoded as far as it goes, when its transfer ended or broke off. */
  | (Common & {
      readonly kind: 'apdu';
      readonly transfer: Transfer;
      readonly decoded: Decoded | undefined;
      readonly complete: boolean;
      readonly octets: number;
      readonly contentOctets: number;
      /** The first octets of what another application transferred; absent where the application is P1. */
      readonly foreign?: Octets;
    })
  /** A TSDU that is no SPDU at all. */
  | (Common & { readonly kind: 'undecodable'; readonly octets: Octets })
  /** `transfer`: the one in whose stretches it stands, where there are several. */
  | (Common & { readonly kind: 'anomaly'; readonly anomaly: Anomaly; readonly transfer?: Transfer })
  /** Octets were lost to the recording before this point of this direction. */
  | (Common & { readonly kind: 'gap' })
  | (Common & { readonly kind: 'abort'; readonly provider: boolean; readonly reason: number | undefined })
  /** `awaited`: transfers that may go on elsewhere, and of which more is told on this association. */
  | (Common & { readonly kind: 'end'; readonly outcome: Outcome; readonly awaited?: number });

/**
 * `ended`: the sender says that this is all (ACTIVITY END). `confirmed`: the receiver has secured it, and has the
 * responsibility from now on. `broken`: the association ended inside it. `continued`: it goes on in another connection,
 * where its APDU is told. `lapsed`: it was awaited, and its APDU is told as far as it came.
 */
export type TransferPhase =
  | 'started'
  | 'ended'
  | 'confirmed'
  | 'exception'
  | 'interrupted'
  | 'discarded'
  | 'broken'
  | 'continued'
  | 'lapsed';

export type EventBody = AssociationEvent extends infer E
  ? E extends AssociationEvent
    ? Omit<E, 'connection' | 'time'>
    : never
  : never;
