import type { Edition } from './types.js';

/**
 * What the observing decoder saw beside the typed value: an element the declaration does not know, or a known one in a
 * form or with a value that the declaration does not have.
 */
export interface Issue {
  readonly kind: IssueKind;
  /** Path from the root of the decoded value. */
  readonly path: string;
  /** Stream offset of the smallest TLV (or octet) that is wrong. */
  readonly offset: number;
  /** Its own octets. */
  readonly length: number;
  readonly message: string;
  /** The tag of a foreign element, as ASN.1 writes it. */
  readonly detail?: string;
  /** Of an unknown element: the other edition of its type, which has it. */
  readonly edition?: Edition;
}

export type IssueKind =
  /** No member of its structure, a second element in an explicit wrapper, a foreign segment of a constructed string. */
  | 'unknown-element'
  | 'duplicate-element'
  | 'misplaced-element'
  | 'missing-element'
  /** Octets where the type has none: in a NULL, or whole octets behind the named bits of a BIT STRING. */
  | 'surplus-octets'
  /** Unused bits of a BIT STRING that are not zero. */
  | 'unused-bits'
  /** Not of its type at all. */
  | 'malformed'
  /** Characters outside the string's repertoire. */
  | 'charset'
  /** A value outside the bounds of the declaration. */
  | 'bounds'
  /** Legal, but not the usual form: redundant tag or length octets, an explicit default, a tolerated alternative encoding. */
  | 'encoding-form';
