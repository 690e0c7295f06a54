import { TagClass } from '../../../harness/ber/tag.js';
import { type BerNode, constructed, primitive } from '../../../harness/ber/writer.js';
import type { Deviations } from '../../../harness/stack/association/service.js';

/** Tags that the types do not have: `[9]` in RTSE's, `[28]` in ACSE's. */
const TAGS = { rtse: 9, acse: 28 } as const;

/** An element that nobody defined, with some octets. */
export function foreignElement(layer: keyof typeof TAGS = 'rtse'): BerNode {
  return primitive(TagClass.context, TAGS[layer], Uint8Array.of(0xca, 0xfe));
}

type Rewrite = NonNullable<Deviations['rewrite']>;
/** Changes the members of RTORQ or RTOAC. */
export type Edit = (members: readonly BerNode[]) => readonly BerNode[];

/** What the peer's request to open says, changed. */
export function editsOfOpen(edit: Edit): Rewrite {
  return edits('RTORQ', 'PCONNECT', edit);
}

/** What the peer's answer to a request says, changed. */
export function editsOfAccept(edit: Edit): Rewrite {
  return edits('RTOAC', 'PACCEPT', edit);
}

/** The member [`tag`] is an INTEGER of this value. */
export function setMember(tag: number, value: number): Edit {
  return (members) => [primitive(TagClass.context, tag, Uint8Array.of(value)), ...withoutMember(tag)(members)];
}

export function withoutMember(tag: number): Edit {
  return (members) => members.filter((node) => !isContext(node, tag));
}

/** The bind argument in [16], as only normal mode has it. X.419 (06/1999) 13.2. */
export const wrappedBind: Rewrite = editsOfOpen((members) =>
  members.map((node) => (isContext(node, 3) ? inner(node, (open) => open.map(wrapped)) : node)),
);

function wrapped(open: BerNode): BerNode {
  return isContext(open, 0) ? inner(open, (bind) => [constructed(TagClass.context, 16, bind)]) : open;
}

/** In the X.410 modes pUserData, [1], has the members. X.410 (1984), PConnect. */
function edits(name: string, x410Name: string, edit: Edit): Rewrite {
  return (pdu, tree) => {
    if ('raw' in tree || tree.content instanceof Uint8Array) return tree;
    const members = tree.content as readonly BerNode[];
    if (pdu === name) return { ...tree, content: edit(members) };
    if (pdu !== x410Name) return tree;
    const isUserData = (node: BerNode) =>
      !('raw' in node) && node.tagClass === TagClass.context && node.tagNumber === 1;
    return { ...tree, content: members.map((node) => (isUserData(node) ? inner(node, edit) : node)) };
  };
}

function isContext(node: BerNode, tag: number): boolean {
  return !('raw' in node) && node.tagClass === TagClass.context && node.tagNumber === tag;
}

function inner(node: BerNode, edit: Edit): BerNode {
  if ('raw' in node || node.content instanceof Uint8Array) return node;
  return { ...node, content: edit(node.content as readonly BerNode[]) };
}
