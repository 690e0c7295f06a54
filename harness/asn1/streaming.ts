import type { Element } from '../ber/element.js';
import { tagKey } from '../ber/tag.js';
import type { Header } from '../ber/tokenizer.js';
import { type Compiled, type CompiledMembers, type CompiledStructure, compile, ownsLastTag } from './compile.js';
import type { Edition, TypeRef } from './types.js';

/**
 * Tells, while an element of a type is still being read, whether the element that now opens is one whose declaration
 * says that its content is streamed. `parents` are the open elements around it; the type's own stands at `from`.
 */
export function streamedMember(ref: TypeRef, edition: Edition = 1988): StreamedMember {
  const type = compile(ref);
  const known = STREAMED[edition].get(type) ?? findStreamedMember(type, edition);
  STREAMED[edition].set(type, known);
  return known;
}

const STREAMED: Record<Edition, WeakMap<Compiled, StreamedMember>> = { 1984: new WeakMap(), 1988: new WeakMap() };

function findStreamedMember(type: Compiled, edition: Edition): StreamedMember {
  const depths = streamedDepths(type, edition);
  const deepest = Math.max(-1, ...depths);
  return (header, parents, from = 0) => {
    const depth = parents.length - from;
    if (depth > deepest || !depths.has(depth)) return false;
    let current: Compiled | undefined = type;
    for (let i = from; i < parents.length && current !== undefined; ) {
      const descent: Descent | undefined = enter(current, parents, i, edition, header);
      if (descent === undefined) return false;
      current = descent.type;
      i = descent.next;
    }
    return current !== undefined && isStreamed(current) && startsWith(current, header);
  };
}

export type StreamedMember = (header: Header, parents: readonly Element[], from?: number) => boolean;

interface Descent {
  readonly type: Compiled;
  readonly next: number;
}

/** From the type of `parents[i]` to the type of what opens inside it: `parents[i + 1]`, or the header. */
function enter(
  type: Compiled,
  parents: readonly Element[],
  i: number,
  edition: Edition,
  header: Header,
): Descent | undefined {
  if (type.base !== 'structure') return undefined;
  let at = i;
  const members = type.members(edition);
  if (type.declaration.kind === 'choice') {
    // A tagged CHOICE's wrappers are elements of their own; an untagged one is its alternative.
    at += type.tags.length;
    const chosen = at < parents.length ? keyOf(parents[at] as Element) : keyOf(header);
    const member = members.byTag.get(chosen);
    return member === undefined ? undefined : { type: member.type, next: at };
  }
  at += Math.max(0, type.tags.length - 1);
  const parent = parents[at];
  if (parent === undefined) return undefined;
  const inner = at + 1 < parents.length ? (parents[at + 1] as Element) : undefined;
  const key = inner === undefined ? keyOf(header) : keyOf(inner);
  const member = type.declaration.kind === 'set' ? members.byTag.get(key) : positional(members, parent, key);
  return member === undefined ? undefined : { type: member.type, next: at + 1 };
}

/** The member of a SEQUENCE that the latest child is: each child takes the next member that fits it. */
function positional(
  members: CompiledMembers,
  parent: Element,
  key: number,
): CompiledMembers['list'][number] | undefined {
  const { children } = parent;
  const last = children[children.length - 1];
  // The header's own element may already stand among the children.
  const before = last !== undefined && !last.complete && keyOf(last) === key ? children.slice(0, -1) : children;
  let next = 0;
  for (const child of before) next = (nextFitting(members, keyOf(child), next)?.index ?? next - 1) + 1;
  return nextFitting(members, key, next);
}

function nextFitting(members: CompiledMembers, key: number, from: number): CompiledMembers['list'][number] | undefined {
  return members.list.find(({ index, type }) => index >= from && startsWithKey(type, key));
}

function startsWithKey({ keys }: Compiled, key: number): boolean {
  return keys.length === 0 || keys[0] === key;
}

function startsWith(type: Compiled, header: Header): boolean {
  return startsWithKey(type, keyOf(header));
}

function keyOf(element: { tagClass: Header['tagClass']; tagNumber: number }): number {
  return tagKey(element.tagClass, element.tagNumber);
}

function isStreamed(type: Compiled): boolean {
  return type.base === 'primitive' && type.type.kind === 'octetString' && type.type.streamed;
}

/** Nesting depths at which a streamed member can open: most headers are told apart by these alone. */
function streamedDepths(type: Compiled, edition: Edition): Set<number> {
  const depths = new Set<number>();
  const visiting = new Set<CompiledStructure['declaration']>();
  const visit = (current: Compiled, depth: number): void => {
    if (isStreamed(current)) {
      depths.add(depth + current.tags.length - 1);
      return;
    }
    if (current.base !== 'structure' || visiting.has(current.declaration)) return;
    visiting.add(current.declaration);
    const inside = depth + (ownsLastTag(current) ? Math.max(1, current.tags.length) : current.tags.length);
    for (const member of current.members(edition).list) visit(member.type, inside);
    visiting.delete(current.declaration);
  };
  visit(type, 0);
  return depths;
}
