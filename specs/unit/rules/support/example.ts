import type { BerNode } from '../../../../harness/ber/writer.js';
import type { Direction } from '../../../../harness/stack/direction.js';
import type { SpduDescription } from '../../../../harness/stack/session/encode.js';
import { type AssociationScript, appended, type PduName } from './association.js';

/** An association in which a rule fails, and the octets that the finding is to cover. */
export interface Case {
  readonly what: string;
  readonly script: AssociationScript;
  /** They stand once in their direction's stream. */
  readonly at: BerNode | Uint8Array | string;
  readonly direction?: Direction;
}

export interface Example {
  readonly fails: readonly Case[];
  readonly holds: readonly AssociationScript[];
}

export const transfer = (apdu: BerNode): AssociationScript => ({ transfers: [{ apdu }] });
export const edit =
  (name: PduName, change: (tree: BerNode) => BerNode): AssociationScript['edit'] =>
  (pdu, tree) =>
    pdu === name ? change(tree) : tree;
export const adds = (name: PduName, more: BerNode): AssociationScript => ({
  edit: edit(name, (tree) => appended(tree, more)),
});
export const spdu =
  (kind: string, change: Partial<SpduDescription>): AssociationScript['spdu'] =>
  (description) =>
    description.kind === kind ? { ...description, ...change } : description;
/** The members of a constructed node, one of them changed. */
export const within = (tree: BerNode, at: number, change: (node: BerNode) => BerNode): BerNode => {
  if ('raw' in tree || tree.content instanceof Uint8Array) throw new TypeError('not a constructed node');
  return { ...tree, content: tree.content.map((each, i) => (i === at ? change(each) : each)) };
};
/** A constructed node without one of its members. */
export const without = (tree: BerNode, at: number): BerNode => {
  if ('raw' in tree || tree.content instanceof Uint8Array) throw new TypeError('not a constructed node');
  return { ...tree, content: tree.content.filter((_, i) => i !== at) };
};
