import type { Element } from '../ber/element.js';
import { type Tag, TagClass, tagKey } from '../ber/tag.js';
import { declarationOf, isStructureClass, type MemberDeclaration, type StructureDeclaration } from './declaration.js';
import {
  type AnyType,
  type CollectionType,
  type Edition,
  type OpenType,
  type PrimitiveType,
  type StructureClass,
  type TypeRef,
  universalTag,
} from './types.js';
import { type UsualContent, usualContent } from './usual.js';

/** A declaration made ready for the engines: tags resolved as X.680 31.2 says, members by tag. */
export type Compiled = CompiledPrimitive | CompiledOpen | CompiledCollection | CompiledStructure;

interface CompiledCommon {
  readonly name: string;
  /** Tags from the outermost in; all but the last are explicit wrappers. Empty for an untagged CHOICE or open type. */
  readonly tags: readonly Tag[];
  /** The same as keys. */
  readonly keys: readonly number[];
  /** How many of them are on elements around the value's own. */
  readonly wrappers: number;
}
export interface CompiledPrimitive extends CompiledCommon {
  readonly base: 'primitive';
  readonly type: PrimitiveType;
  /** Whether the content of an element has nothing odd about it, seen at a glance. */
  readonly isUsual: UsualContent;
}
export interface CompiledOpen extends CompiledCommon {
  readonly base: 'open';
  readonly type: OpenType;
}
export interface CompiledCollection extends CompiledCommon {
  readonly base: 'collection';
  readonly type: CollectionType;
  readonly of: () => Compiled;
}
export interface CompiledStructure extends CompiledCommon {
  readonly base: 'structure';
  readonly declaration: StructureDeclaration;
  readonly construct: StructureClass;
  /** Members of one edition, in the order declared. */
  readonly members: (edition: Edition) => CompiledMembers;
}

export interface CompiledMember {
  readonly declaration: MemberDeclaration;
  readonly index: number;
  readonly type: Compiled;
  /** Keys of the tags it can begin with; undefined for an untagged open type, which takes any. */
  readonly tags: readonly number[] | undefined;
  readonly hasDefault: boolean;
}
export interface CompiledMembers {
  readonly list: readonly CompiledMember[];
  /** Those that are not optional. */
  readonly required: readonly CompiledMember[];
  /** The first member of each tag: a SEQUENCE may have several, X.680 25.6. */
  readonly byTag: ReadonlyMap<number, CompiledMember>;
  /** The first member that is an untagged open type, if there is one: it takes any tag. */
  readonly any: CompiledMember | undefined;
}

/** Compiles a declaration. Classes and types keep their compiled form, so that each is compiled once. */
export function compile(ref: TypeRef): Compiled {
  if (isStructureClass(ref)) return memo(ref.prototype as object, () => compileStructure(ref));
  // A thunk is an arrow function; a class that bears no declaration is told so.
  if (typeof ref === 'function') {
    if ('prototype' in ref) declarationOf(ref as unknown as StructureClass);
    return compile((ref as () => TypeRef)());
  }
  return memo(ref, () => compileType(ref as AnyType));
}

const COMPILED = new WeakMap<object, Compiled>();

function memo(key: object, make: () => Compiled): Compiled {
  let compiled = COMPILED.get(key);
  if (compiled === undefined) {
    compiled = make();
    COMPILED.set(key, compiled);
  }
  return compiled;
}

function compileType(type: AnyType): Compiled {
  switch (type.kind) {
    case 'tagged': {
      const inner = compile(type.of);
      return retag(inner, type.tag, type.explicit, type.name);
    }
    case 'open':
      return shaped({ base: 'open', name: type.name, tags: [], type });
    case 'sequenceOf':
    case 'setOf': {
      const tags = [{ tagClass: TagClass.universal, tagNumber: universalTag(type) }];
      let of: Compiled | undefined;
      const member = (): Compiled => {
        of ??= compile(type.of);
        return of;
      };
      return shaped({ base: 'collection', name: type.name, tags, type, of: member });
    }
    default: {
      const tags = [{ tagClass: TagClass.universal, tagNumber: universalTag(type) }];
      return shaped({ base: 'primitive', name: type.name, tags, type, isUsual: usualContent(type) });
    }
  }
}

/** All that any of them has. */
interface Fields extends Pick<CompiledCommon, 'name' | 'tags'> {
  readonly base: Compiled['base'];
  readonly type?: PrimitiveType | OpenType | CollectionType;
  readonly isUsual?: UsualContent;
  readonly of?: () => Compiled;
  readonly declaration?: StructureDeclaration;
  readonly construct?: StructureClass;
  readonly members?: CompiledStructure['members'];
}

/** One shape for all of them: engines look at a compiled type for every element that they read. */
function shaped({ base, name, tags, type, isUsual, of, declaration, construct, members }: Fields): Compiled {
  const keys = tags.map(({ tagClass, tagNumber }) => tagKey(tagClass, tagNumber));
  const ownsLast = base !== 'open' && declaration?.kind !== 'choice';
  const wrappers = ownsLast ? Math.max(0, tags.length - 1) : tags.length;
  return { base, name, tags, keys, wrappers, type, isUsual, of, declaration, construct, members } as Compiled;
}

function compileStructure(construct: StructureClass): Compiled {
  const declaration = declarationOf(construct);
  const compiled = new Map<Edition, CompiledMembers>();
  return shaped({
    base: 'structure',
    name: declaration.name,
    tags: declaration.tag === undefined ? [] : [declaration.tag],
    declaration,
    construct,
    members: (edition) => {
      let members = compiled.get(edition);
      if (members === undefined) {
        members = compileMembers(declaration, edition);
        compiled.set(edition, members);
      }
      return members;
    },
  });
}

/** X.680 31.2: an implicit tag replaces the outermost tag; over an untagged CHOICE or open type it is explicit. */
function retag(inner: Compiled, tag: Tag, isExplicit: boolean, name: string): Compiled {
  const kept = isExplicit ? inner.tags : inner.tags.slice(1);
  return shaped({ ...inner, name: name === '' ? inner.name : name, tags: [tag, ...kept] });
}

function compileMembers(declaration: StructureDeclaration, edition: Edition): CompiledMembers {
  const list: CompiledMember[] = [];
  const required: CompiledMember[] = [];
  const byTag = new Map<number, CompiledMember>();
  let any: CompiledMember | undefined;
  for (const each of declaration.members) {
    if (each.since > edition || (each.until !== undefined && each.until < edition)) continue;
    let type = compile(each.type);
    if (each.tag !== undefined) {
      type = retag(type, { tagClass: TagClass.context, tagNumber: each.tag }, each.explicit, '');
    }
    const keys = firstTags(type, edition);
    const hasDefault = 'default' in each;
    const compiled: CompiledMember = { declaration: each, index: list.length, type, tags: keys, hasDefault };
    list.push(compiled);
    if (!each.optional) required.push(compiled);
    if (keys === undefined) any ??= compiled;
    else for (const key of keys) if (!byTag.has(key)) byTag.set(key, compiled);
  }
  return { list, required, byTag, any };
}

/** The tags with which a value of the type can begin; undefined where any tag can. */
export function firstTags(type: Compiled, edition: Edition): readonly number[] | undefined {
  const known = FIRST_TAGS[edition].get(type);
  if (known !== undefined) return known;
  const tags = findFirstTags(type, edition);
  if (tags !== undefined) FIRST_TAGS[edition].set(type, tags);
  return tags;
}

const FIRST_TAGS: Record<Edition, WeakMap<Compiled, readonly number[]>> = { 1984: new WeakMap(), 1988: new WeakMap() };

function findFirstTags(type: Compiled, edition: Edition): number[] | undefined {
  const [outer] = type.tags;
  if (outer !== undefined) return [tagKey(outer.tagClass, outer.tagNumber)];
  if (type.base === 'open') return undefined;
  if (type.base !== 'structure') return [];
  const keys: number[] = [];
  for (const { type: alternative } of type.members(edition).list) {
    const inner = firstTags(alternative, edition);
    if (inner === undefined) return undefined;
    keys.push(...inner);
  }
  return keys;
}

/** Whether the last tag stands on the value itself (implicit or its own), not on a wrapper around it. */
export function ownsLastTag({ tags, wrappers }: Compiled): boolean {
  return wrappers < tags.length;
}

/** The member of a SET, or the alternative of a CHOICE, that an element of this tag is, if any. */
export function memberFor(members: CompiledMembers, element: Element): CompiledMember | undefined {
  return members.byTag.get(element.key) ?? members.any;
}

/** The member of a SEQUENCE that an element is: the next that fits, else one that should have come earlier. */
export function memberInOrder(members: CompiledMembers, element: Element, next: number): CompiledMember | undefined {
  const { key } = element;
  const due = members.list[next];
  if (due?.tags?.length === 1 && due.tags[0] === key) return due;
  const direct = members.byTag.get(key);
  if (direct !== undefined && direct.index >= next && members.any === undefined) return direct;
  for (let i = next; i < members.list.length; i += 1) {
    const each = members.list[i] as CompiledMember;
    if (each.tags === undefined || each.tags.includes(key)) return each;
  }
  return direct;
}
