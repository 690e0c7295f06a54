import type { IAsnConverter } from '@peculiar/asn1-schema';
import type { BaseBlock, AsnType as Block } from 'asn1js';
import { TagClass, Universal } from '../ber/tag.js';
import { declarationOf, isStructureClass, type MemberDeclaration, type StructureDeclaration } from './declaration.js';
import {
  BER_OPTIONS,
  type Codec,
  childrenOf,
  codecOf,
  converterOf,
  expectStart,
  isCurrent,
  libraryName,
  memberCodec,
  retag,
  type Sibling,
  type Start,
  schemaOf,
  wrap,
} from './second-engine-codecs.js';
import { library } from './second-engine-library.js';
import type { AnyType, PrimitiveType, StructureClass, TypeRef } from './types.js';

// The second engine: @peculiar/asn1-schema on the same declarations, through its decorators alone. docs/decisions/0002.

/** A value on its way into the library, which serializes only objects that convert themselves. */
interface Box {
  fromASN(block: Block): unknown;
  toASN(): Block;
  toSchema(name: string): BaseBlock;
}
type BoxClass = new (value?: unknown, sibling?: Sibling) => Box;

/**
 * Makes a class known to the second engine. Called by `sequence`, `set` and `choice`.
 * The library knows neither APPLICATION tags nor defaults that it fills in, so the class converts itself: it takes its
 * tag off and hands the rest to the library. The library asks a class whether it does so before it looks for a schema
 * of it, so that the schema need not be made, nor the library loaded, before that.
 */
export function registerStructure(construct: StructureClass, declaration: StructureDeclaration): void {
  let view: (new () => object) | undefined;
  const viewClass = (): (new () => object) => {
    view ??= register(construct, declaration);
    return view;
  };
  const methods = {
    toSchema: (name: string): BaseBlock => schemaOf(codecOf(construct), name),
    fromASN(this: Record<string, unknown>, block: Block): unknown {
      expectStart(codecOf(construct).starts(), block);
      const { AsnParser } = library.schema;
      const read = AsnParser.fromASN(withoutTag(declaration, block), viewClass(), { berOptions: BER_OPTIONS });
      return take(this, declaration, read as Record<string, unknown>);
    },
    toASN(this: Record<string, unknown>): Block {
      const { AsnSerializer } = library.schema;
      const written = Object.assign(new (viewClass())(), give(this, declaration));
      return withTag(declaration, AsnSerializer.toASN(written));
    },
  };
  for (const [name, value] of Object.entries(methods)) {
    // Not enumerable: a value keeps the properties of its type and no others.
    Object.defineProperty(construct.prototype, name, { value, configurable: true, writable: true });
  }
}

/** Tells the library of a class, by AsnProp and AsnType. Gives the class that the library fills and reads. */
function register(construct: StructureClass, { kind, members, name }: StructureDeclaration): new () => object {
  const { AsnType, AsnTypeTypes } = library.schema;
  for (const each of members.filter(isCurrent)) registerMember(construct.prototype, each);
  const type = { sequence: AsnTypeTypes.Sequence, set: AsnTypeTypes.Set, choice: AsnTypeTypes.Choice }[kind];
  AsnType({ type })(construct);
  // It inherits the schema of the class, as a subclass would, but does not convert itself.
  const View = class {};
  Object.defineProperty(View, 'name', { value: name });
  Object.setPrototypeOf(View, construct);
  AsnType({ type })(View);
  return View;
}

function registerMember(prototype: object, declaration: MemberDeclaration): void {
  const { AsnProp, AsnPropTypes } = library.schema;
  const { name, tag, explicit, optional } = declaration;
  const type = asPrimitive(declaration.type);
  if (type === undefined) {
    const Member = boxOf(() => memberCodec(declaration), isResolved(declaration.type));
    AsnProp({ type: Member as never, optional })(prototype, name);
    return;
  }
  AsnProp({
    type: AsnPropTypes[libraryName(type)],
    converter: converterOf(type) as IAsnConverter,
    optional,
    context: tag,
    implicit: tag !== undefined && !explicit,
  })(prototype, name);
}

/**
 * A type that is no class, for `AsnConvert.parse(octets, secondEngineType(T))`, which gives the plain value, and
 * `AsnConvert.serialize(new (secondEngineType(T))(value))`.
 */
export function secondEngineType(ref: TypeRef): BoxClass {
  return boxOf(() => codecOf(ref), false);
}

/** Where the second engine falls short of the declarations reachable from a class; each with its reason. */
export function secondEngineGaps(construct: StructureClass): string[] {
  const gaps: string[] = [];
  const seen = new Set<unknown>();
  const visit = (ref: TypeRef, path: string): void => {
    if (seen.has(ref)) return;
    seen.add(ref);
    if (isStructureClass(ref)) {
      const { name, members, tolerate } = declarationOf(ref);
      if (tolerate !== undefined) gaps.push(`${name}: the encodings it tolerates are refused`);
      members.forEach((each, i) => {
        const place = `${name}.${each.name}`;
        if (!isCurrent(each)) gaps.push(`${place}: of 1984 only`);
        else if (isAny(each) && each.optional && i < members.length - 1) gaps.push(`${place}: takes what follows it`);
        visit(each.type, place);
      });
      return;
    }
    if (typeof ref === 'function') {
      visit((ref as () => TypeRef)(), path);
      return;
    }
    const type = ref as AnyType;
    if (type.kind === 'octetString' && type.streamed) gaps.push(`${path}: in memory as a whole`);
    if (type.kind === 'open' && type.resolve !== undefined) gaps.push(`${path}: types it resolves to are not listed`);
    if ('of' in type) visit(type.of, path);
  };
  visit(construct, construct.name);
  return gaps;
}

function boxOf(codec: () => Codec, deferred: boolean): BoxClass {
  return class implements Box {
    readonly #value: unknown;
    readonly #sibling: Sibling;

    constructor(value?: unknown, sibling: Sibling = () => undefined) {
      this.#value = value;
      this.#sibling = sibling;
    }

    toSchema(name: string): BaseBlock {
      return schemaOf(codec(), name);
    }

    /** An open type is read when all of its siblings are there. */
    fromASN(block: Block): unknown {
      return deferred ? block : codec().read(block, () => undefined);
    }

    toASN(): Block {
      return codec().write(this.#value, this.#sibling);
    }
  };
}

function withoutTag({ kind, tag }: StructureDeclaration, block: Block): Block {
  if (kind !== 'choice') return retag(block, naturalStart(kind));
  if (tag === undefined) return block;
  const [only, ...more] = childrenOf(block);
  if (only === undefined || more.length > 0) throw new Error('a tagged CHOICE holds exactly one element');
  return only;
}

function withTag({ kind, tag }: StructureDeclaration, block: Block): Block {
  if (tag === undefined) return block;
  return kind === 'choice' ? wrap(block, tag) : retag(block, { ...tag, constructed: true });
}

function naturalStart(kind: 'sequence' | 'set'): Start {
  return { tagClass: TagClass.universal, tagNumber: Universal[kind], constructed: true };
}

/** What the library read, as our value: open types by their siblings, and defaults. */
function take(value: Record<string, unknown>, { members, kind }: StructureDeclaration, view: Record<string, unknown>) {
  for (const each of members.filter(isCurrent)) {
    const { name } = each;
    if (!Object.hasOwn(view, name)) {
      if ('default' in each && kind !== 'choice' && value[name] === undefined) value[name] = ownDefault(each);
    } else if (isResolved(each.type)) {
      value[name] = memberCodec(each).read(view[name] as Block, (sibling) => value[sibling]);
    } else {
      value[name] = view[name];
    }
  }
  return value;
}

/** Our value, as the library writes it: without defaults, in boxes. */
function give(value: Record<string, unknown>, { members }: StructureDeclaration): Record<string, unknown> {
  const view: Record<string, unknown> = {};
  const sibling: Sibling = (name) => value[name];
  for (const each of members.filter(isCurrent)) {
    const one = value[each.name];
    if (one === undefined) continue;
    const codec = memberCodec(each);
    if (
      'default' in each &&
      sameOctets(
        codec.write(one, sibling),
        codec.write(each.default, () => undefined),
      )
    )
      continue;
    view[each.name] = asPrimitive(each.type) === undefined ? new (boxOf(() => codec, false))(one, sibling) : one;
  }
  return view;
}

function ownDefault({ default: standard }: MemberDeclaration): unknown {
  return Array.isArray(standard) ? [...standard] : standard;
}

function sameOctets(a: Block, b: Block): boolean {
  return Buffer.compare(Buffer.from(a.toBER(false)), Buffer.from(b.toBER(false))) === 0;
}

function asPrimitive(ref: TypeRef): PrimitiveType | undefined {
  if (typeof ref === 'function') return undefined;
  return ref.kind === 'tagged' || ref.kind === 'open' || 'of' in ref ? undefined : ref;
}

/** Whether it is an open type, under whatever tags, that its siblings resolve. */
function isResolved(ref: TypeRef): boolean {
  if (typeof ref === 'function') return false;
  if (ref.kind === 'tagged') return isResolved(ref.of);
  return ref.kind === 'open' && ref.resolve !== undefined;
}

function isAny({ type, tag }: MemberDeclaration): boolean {
  return tag === undefined && typeof type !== 'function' && type.kind === 'open';
}
