import { type Decoded, joinPath } from '../../asn1/decoded.js';
import type { Edition } from '../../asn1/types.js';
import { P1specError } from '../../ber/error.js';
import { tagName } from '../../ber/tag.js';
import { isTlv, type Laid, type TreeNode } from './tree.js';

/** A step of a path: a member or alternative, a member of a collection, or whatever stands there. */
export type PathStep =
  | { readonly name: string }
  /** `[3]` */
  | { readonly index: number }
  /** `/#3` */
  | { readonly raw: number };

const STEP = /(?:^|\.)([A-Za-z][\w-]*)|\[(\d{1,6})\]|\/#(\d{1,6})/y;

/** Throws ERR_EDIT_PATH where it is no path. */
export function parsePath(text: string): PathStep[] {
  const steps: PathStep[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const from = STEP.lastIndex;
    const match = STEP.exec(text);
    if (match === null) {
      throw new P1specError('ERR_EDIT_PATH', {
        message: `no path: ${JSON.stringify(text)}, from ${JSON.stringify(text.slice(from, from + 20))} on`,
        hint: 'a path is as findings have it, such as message.envelope.extensions[0].value, or message.envelope/#2',
      });
    }
    const [, name, index, raw] = match;
    if (name !== undefined) steps.push({ name });
    else if (index !== undefined) steps.push({ index: Number(index) });
    else steps.push({ raw: Number(raw) });
  }
  return steps;
}

/** What a path leads to. */
export interface Found {
  /** The outermost TLV, explicit wrappers included. */
  readonly node: TreeNode;
  /** The TLV that holds the value itself. */
  readonly inner: TreeNode;
  readonly path: string;
}

export interface PathContext {
  readonly root: Decoded | undefined;
  readonly laid: Laid;
  /** Names that the root may have. */
  readonly roots: readonly string[];
  readonly edition: Edition;
}

interface Position extends Found {
  readonly decoded: Decoded | undefined;
}

/** Throws ERR_EDIT_PATH, with the nearest part that exists. */
export function findPath(text: string, top: readonly TreeNode[], context: PathContext): Found {
  const [first, ...rest] = parsePath(text);
  const named = first !== undefined && 'name' in first && context.roots.includes(first.name);
  const { root, laid } = context;
  const node = root === undefined ? top[0] : laid.nodeOf(root.element);
  if (node === undefined) throw missing(text, { path: '', nearest: 'nothing is there', hint: undefined });
  const inner = root === undefined ? node : laid.nodeOf(root.inner);
  let position: Position = { node, inner, path: '', decoded: root };
  for (const step of named || first === undefined ? rest : [first, ...rest]) {
    position = follow(step, position, text, context);
  }
  return position;
}

function follow(step: PathStep, position: Position, text: string, context: PathContext): Position {
  const { laid } = context;
  if ('raw' in step) {
    const child = isTlv(position.node) ? position.node.children[step.raw] : undefined;
    if (child === undefined) throw lost(step, position, text, context);
    return raw(child, `${position.path}/#${step.raw}`, position, laid);
  }
  const name = 'name' in step ? step.name : `[${step.index}]`;
  const decoded = childNamed(position.decoded, name);
  const path = joinPath(position.path, name);
  if (decoded !== undefined) {
    return { node: laid.nodeOf(decoded.element), inner: laid.nodeOf(decoded.inner), path, decoded };
  }
  // What is no member of a collection has its place in it all the same.
  const stranger =
    'index' in step && position.decoded?.type.base === 'collection' && isTlv(position.inner)
      ? position.inner.children.filter(isTlv)[step.index]
      : undefined;
  if (stranger === undefined) throw lost(step, position, text, context);
  return { node: stranger, inner: stranger, path, decoded: undefined };
}

/** An element by its place; where a declaration knows it, names go on behind it. */
function raw(child: TreeNode, path: string, { decoded }: Position, laid: Laid): Position {
  const known =
    decoded === undefined
      ? undefined
      : [decoded, ...membersOf(decoded)].find(
          (each) => laid.nodeOf(each.element) === child || laid.nodeOf(each.inner) === child,
        );
  return { node: child, inner: known === undefined ? child : laid.nodeOf(known.inner), path, decoded: known };
}

function childNamed(decoded: Decoded | undefined, name: string): Decoded | undefined {
  return decoded && membersOf(decoded).find((child) => child.name === name);
}

/** The value of an open type has no name of its own. */
function membersOf(decoded: Decoded): readonly Decoded[] {
  const [only] = decoded.children;
  return decoded.type.base === 'open' && only !== undefined ? membersOf(only) : decoded.children;
}

function lost(step: PathStep, position: Position, text: string, context: PathContext): P1specError {
  const { path, decoded } = position;
  const wanted = 'name' in step ? step.name : 'index' in step ? `[${step.index}]` : `element #${step.raw}`;
  const nearest = `${path === '' ? 'the PDU' : path} has no ${wanted}; there ${standing(position, context.laid)}`;
  const type = decoded?.type;
  const declared =
    'name' in step && type?.base === 'structure'
      ? type.members(context.edition).list.find(({ declaration }) => declaration.name === step.name)
      : undefined;
  const hint =
    declared === undefined ? undefined : `${wanted} may stand there, and does not: inject it at ${path || 'the root'}`;
  return missing(text, { path, nearest, hint });
}

/** Beyond these, the others are counted. */
const MOST_SHOWN = 12;

function standing({ node, inner, decoded }: Position, laid: Laid): string {
  const holder = isTlv(inner) ? inner : node;
  if (!isTlv(holder)) return `stand ${holder.raw.length} octets that are no BER`;
  const names = new Map<TreeNode, string>();
  for (const member of decoded === undefined ? [] : membersOf(decoded)) {
    names.set(laid.nodeOf(member.element), member.name);
  }
  // A choice without a tag of its own is its alternative.
  const own = names.get(holder);
  if (own !== undefined) return `stands ${own}`;
  if (!holder.constructed) return `stands ${tagName(holder)} with ${holder.content.length} octets`;
  const shown = holder.children.slice(0, MOST_SHOWN).map((child, i) => names.get(child) ?? unknownName(child, i));
  const more = holder.children.length - shown.length;
  if (shown.length === 0) return 'stands nothing';
  return `stand ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function unknownName(node: TreeNode, index: number): string {
  return `${isTlv(node) ? tagName(node) : 'raw octets'} (/#${index})`;
}

function missing(
  text: string,
  { path, nearest, hint }: { readonly path: string; readonly nearest: string; readonly hint: string | undefined },
): P1specError {
  return new P1specError('ERR_EDIT_PATH', { message: `${text}: ${nearest}`, at: { path }, hint });
}
