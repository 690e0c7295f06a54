import type { Layer } from '../../ber/error.js';
import type { Direction } from '../../stack/direction.js';

/** A value of a unit that has no parts: what is compared, matched by rules, and recomputed when we send. */
export interface Leaf {
  readonly layer: Layer;
  /** `CONNECT.connectionIdentifier.commonReference`, `MTS-APDU.message.envelope.priority`. */
  readonly path: string;
  /** `UTCTime`, `INTEGER`, `reference`, …: what kind of value it is, for rules. */
  readonly type: string;
  /** Octets in hexadecimal, where `form` says so. */
  readonly value: LeafValue;
  /** How the value stands in its octets; undefined where it cannot be written in its place. */
  readonly form?: 'text' | 'octets' | 'unsigned';
  /** Its content octets in the stream of its direction. */
  readonly place?: { readonly offset: number; readonly length: number };
  /** A password: compared, never told. */
  readonly secret?: true;
  /** It stands for a value that was not sent: a default. */
  readonly implied?: true;
}

export type LeafValue = string | number | boolean | null;

/** What one side sent, as far as it can be compared by meaning: a TPDU, an SPDU with all that it carries, or an APDU. */
export interface Unit {
  readonly connection: number;
  readonly direction: Direction;
  /** Milliseconds since the epoch, of the chunk that completed it. */
  readonly time: number;
  /** Of its outermost part. */
  readonly layer: Layer;
  /** `CR`, `CONNECT`, `message`, … */
  readonly name: string;
  /** Stream offset of its first octet. */
  readonly offset: number;
  readonly leaves: readonly Leaf[];
}

/** A serial number, an acknowledgement: what a player of a recording needs beside the leaves. */
export function leafOf(unit: Unit, path: string): Leaf | undefined {
  return unit.leaves.find((leaf) => leaf.path === path);
}
