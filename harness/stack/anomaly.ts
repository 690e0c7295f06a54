import type { Edition } from '../asn1/types.js';
import type { Layer } from '../ber/error.js';

/**
 * Something in the octets that the tables or declarations of its layer do not know, or do not allow.
 * Codecs and observers only report; whether it matters is for the rules.
 */
export interface Anomaly {
  readonly layer: Layer;
  readonly code: AnomalyCode;
  /** Decoded path, outermost first: `CONNECT.userData`, `AARQ.userInformation[1]`. */
  readonly path: string;
  /** Stream offset of the smallest foreign unit's first octet. */
  readonly offset: number;
  /** That unit's own octets. */
  readonly length: number;
  readonly message: string;
  readonly clause?: string;
  /** What a rule needs to tell cases apart: a dotted OID, a parameter code, a tag. */
  readonly detail?: string;
  /** Of an unknown element: the other edition of its type, which has it. */
  readonly edition?: Edition;
}

export type AnomalyCode =
  /** An element, parameter, SPDU or APDU that no table or declaration has at this place. */
  | 'unknown-element'
  | 'unknown-parameter'
  | 'unknown-pdu'
  /** Known, but not here: a second occurrence, or out of order. */
  | 'duplicate-element'
  | 'misplaced-element'
  | 'missing-element'
  /** Octets behind a complete unit, inside a NULL, in the unused bits of a BIT STRING. */
  | 'surplus-octets'
  | 'unused-bits'
  /** User data where nothing is mapped, TYPED DATA, data outside an activity. */
  | 'unexpected-user-data'
  | 'unexpected-pdu'
  /** A PDV in a context that was not negotiated, or more PDVs or EXTERNALs than the protocol has. */
  | 'surplus-value'
  | 'foreign-context'
  /** What another mode has around or in the place of what stands here in this one. */
  | 'other-mode'
  /** More than the association has negotiated. */
  | 'beyond-negotiated'
  /** Cannot be decoded, or has a value that its type does not allow. */
  | 'malformed'
  | 'bad-value'
  | 'charset'
  | 'bounds'
  /** Legal, but unusual. */
  | 'encoding-form';
