import {
  type Compiled,
  type CompiledCollection,
  type CompiledPrimitive,
  type CompiledStructure,
  compile,
  firstTags,
  ownsLastTag,
} from '../../../../harness/asn1/compile.js';
import type { TypeRef } from '../../../../harness/asn1/types.js';
import { concat } from '../../../../harness/ber/octets.js';
import { TagClass, tagKey, tagName, Universal } from '../../../../harness/ber/tag.js';
import type { BerElement, BerNode } from '../../../../harness/ber/writer.js';
import { type Around, Builder, lastTag, stringKind } from './builder.js';
import type { Profile } from './profile.js';
import { type Variant, variantsOf } from './variants.js';

/** One place where something foreign can stand, and the value of the root that has it there. */
export interface Place {
  /** The root's name: the SPDU, or TRANSFER. */
  readonly root: string;
  /** The protocol data unit, or the part of it, that it stands in. */
  readonly family: string;
  /** Decoded path, with the number of an extension or attribute where one had to be chosen. */
  readonly path: string;
  /** The type whose inside it is, as the Recommendation names it. */
  readonly type: string;
  readonly kind: PlaceKind;
  /** Tags that are known there: a foreign element has another. */
  readonly avoid: ReadonlySet<number>;
  /** The root's tree with these octets at the place: a TLV, or for NULL and BIT STRING bare octets. */
  readonly inject: (foreign: Uint8Array) => BerNode;
}
export type PlaceKind = 'member' | 'alternative' | 'wrapper' | 'segment' | 'null' | 'tail';

/** All places of a root, from its declaration. */
export function placesOf(root: string, ref: TypeRef, profile: Profile): Place[] {
  const walker = new Walker(root, profile);
  const type = compile(ref);
  walker.walk(type, { path: root, shown: root, family: type.name }, {}, (node) => node);
  return walker.places;
}

interface Where {
  /** For the profile. */
  readonly path: string;
  /** For people. */
  readonly shown: string;
  readonly family: string;
}
type Embed = (node: BerNode) => BerNode;

class Walker {
  readonly places: Place[] = [];
  readonly #root: string;
  readonly #builder: Builder;

  constructor(root: string, profile: Profile) {
    this.#root = root;
    this.#builder = new Builder(profile);
  }

  walk(type: Compiled, where: Where, around: Around, embed: Embed): void {
    const embedInner: Embed = (node) => embed(this.#builder.wrap(type, node));
    this.#wrappers(type, where, around, embed);
    switch (type.base) {
      case 'primitive':
        this.#primitive(type, where, embedInner);
        break;
      case 'open': {
        const inner = this.#builder.openType(where.path);
        if (inner === undefined) break;
        const compiled = compile(inner);
        this.#openValue(compiled, { ...where, family: compiled.name }, embedInner);
        break;
      }
      case 'collection':
        this.#collection(type, where, embedInner);
        break;
      case 'structure':
        if (type.declaration.kind === 'choice') this.#choice(type, where, embedInner);
        else this.#structure(type, where, around, embedInner);
    }
  }

  /** A second element in each explicit wrapper. */
  #wrappers(type: Compiled, where: Where, around: Around, embed: Embed): void {
    const wrappers = ownsLastTag(type) ? type.tags.slice(0, -1) : type.tags;
    wrappers.forEach((tag, depth) => {
      this.#place(where, `${type.name} in ${tagName(tag)}`, 'wrapper', new Set(), (foreign) => {
        const value = innermost(this.#builder.value(type, where.path, around), wrappers.length);
        const tree = wrappers.reduceRight<BerNode>(
          (inner, each, i) => ({ ...each, content: i === depth ? [inner, { raw: foreign }] : [inner] }),
          value,
        );
        return embed(tree);
      });
    });
  }

  #openValue(type: Compiled, where: Where, embed: Embed): void {
    if (type.base === 'structure' && type.declaration.kind === 'choice' && type.tags.length === 0) {
      this.#place(where, type.name, 'alternative', this.#known(type), (foreign) => embed({ raw: foreign }));
    }
    this.walk(type, where, {}, embed);
  }

  #primitive(type: CompiledPrimitive, where: Where, embed: Embed): void {
    const own = this.#builder.primitive(type, where.path);
    const content = own.content as Uint8Array;
    if (type.type.kind === 'null') {
      this.#place(where, type.name, 'null', new Set(), (foreign) => embed({ ...lastTag(type), content: foreign }));
    }
    if (type.type.kind === 'bitString' && Object.keys(type.type.named).length > 0) {
      const { named, size } = type.type;
      const length = Math.max(...Object.values(named).map((bit) => bit + 1), size?.max ?? 0, size?.min ?? 0);
      const head = new Uint8Array(1 + Math.ceil(length / 8));
      head.set(content.subarray(1), 1);
      this.#place(where, type.name, 'tail', new Set(), (foreign) =>
        embed({ ...lastTag(type), content: concat([head, foreign]) }),
      );
      this.#place(where, type.name, 'tail', new Set(), (foreign) =>
        embed({ ...lastTag(type), content: [head, concat([Uint8Array.of(0), foreign])].map(bitSegment) }),
      );
    }
    const kind = stringKind(type);
    if (kind === undefined) return;
    const number = kind === 'bits' ? Universal.bitString : Universal.octetString;
    const segment: BerElement = { tagClass: TagClass.universal, tagNumber: number, content };
    // Segments of a character string under its own tag are tolerated, so that is avoided too.
    const base = (type.type.kind === 'characterString' && CHARACTERS) || [number, Universal.utcTime];
    const avoid = new Set(base.map((each) => tagKey(TagClass.universal, each)));
    for (const before of [true, false]) {
      this.#place(where, type.name, 'segment', avoid, (foreign) => {
        const raw = { raw: foreign };
        return embed({ ...lastTag(type), content: before ? [raw, segment] : [segment, raw] });
      });
    }
  }

  #collection(type: CompiledCollection, where: Where, embed: Embed): void {
    const of = type.of();
    const collection = type.type.name;
    const count = this.#builder.count(type.type.size?.min, where.path);
    const member = (i: number, variant?: Variant): BerNode =>
      this.#builder.value(of, `${where.path}.[${i}]`, { collection, variant });
    const own = (members: readonly BerNode[]): BerNode => ({
      ...lastTag(type),
      content: members,
      unordered: type.type.kind === 'setOf',
    });
    const tags = firstTags(of, this.#builder.profile.edition);
    if (tags !== undefined) {
      const avoid = new Set(tags);
      for (const at of [0, count]) {
        this.#place(where, `${type.name} OF ${of.name}`, 'member', avoid, (foreign) => {
          const members = Array.from({ length: count }, (_, i) => member(i));
          members.splice(at, 0, { raw: foreign });
          return embed(own(members));
        });
      }
    }
    const variants = variantsOf(of, collection) ?? [undefined];
    for (const variant of variants) {
      const inside = { ...where, path: `${where.path}.[0]`, shown: `${where.shown}[${variant?.label ?? 0}]` };
      this.walk(of, inside, { collection, variant }, (node) =>
        embed(own([node, ...Array.from({ length: count - 1 }, (_, i) => member(i + 1))])),
      );
    }
  }

  #choice(type: CompiledStructure, where: Where, embed: Embed): void {
    if (type.tags.length > 0) {
      this.#place(where, type.name, 'alternative', this.#known(type), (foreign) => embed({ raw: foreign }));
    }
    for (const { declaration, type: alternative } of this.#builder.alternatives(type, where.path)) {
      const inside = into(where, declaration.name);
      this.walk(alternative, where.family === 'MTS-APDU' ? { ...inside, family: declaration.name } : inside, {}, embed);
    }
  }

  #structure(type: CompiledStructure, where: Where, around: Around, embed: Embed): void {
    const builder = this.#builder;
    const { any } = type.members(builder.profile.edition);
    const plain = unwrapped(builder.structure(type, where.path, around), type) as BerElement;
    const content = plain.content as readonly BerNode[];
    const ordered = type.declaration.kind === 'sequence';
    // Before an untagged open type any element is that open type: only behind it is there room for a foreign one.
    const gaps = any !== undefined ? [content.length] : ordered ? content.map((_, i) => i) : [0];
    for (const at of new Set([...gaps, content.length])) {
      this.#place(where, type.name, 'member', this.#known(type), (foreign) => {
        const members = [...content];
        members.splice(at, 0, { raw: foreign });
        return embed({ ...plain, content: members });
      });
    }
    const variants = variantsOf(type, around.collection);
    const { variant } = around;
    for (const member of builder.members(type)) {
      const { name } = member.declaration;
      const inside = into(where, name);
      if (variant?.fixed[name] !== undefined && variant.open !== name) continue;
      if (builder.isAbsent(inside.path)) continue;
      const put: Embed = (node) => embed(unwrapped(builder.structure(type, where.path, around, { name, node }), type));
      if (variant?.open === name) {
        this.#wrappersOf(member.type, variant, inside, put);
        if (variant.value === undefined) continue;
        this.#openValue(compile(variant.value), inside, (node) => put(builder.wrap(member.type, node)));
      } else if (variants === undefined || variant === variants[0]) {
        this.walk(member.type, inside, {}, put);
      }
    }
  }

  /** The wrappers of an open type, around the value of a variant. */
  #wrappersOf(type: Compiled, variant: Variant, where: Where, embed: Embed): void {
    type.tags.forEach((tag) => {
      this.#place(where, `${type.name} in ${tagName(tag)}`, 'wrapper', new Set(), (foreign) => {
        const value =
          variant.value === undefined
            ? { tagClass: TagClass.universal, tagNumber: Universal.sequence, content: [] }
            : this.#builder.value(compile(variant.value), where.path);
        return embed({ ...tag, content: [value, { raw: foreign }] });
      });
    });
  }

  #known(type: CompiledStructure): ReadonlySet<number> {
    return new Set(type.members(this.#builder.profile.edition).byTag.keys());
  }

  #place(
    { shown, family }: Where,
    type: string,
    kind: PlaceKind,
    avoid: ReadonlySet<number>,
    inject: Place['inject'],
  ): void {
    this.places.push({ root: this.#root, family, path: shown, type, kind, avoid, inject });
  }
}

const CHARACTERS = [
  Universal.octetString,
  Universal.utf8String,
  Universal.numericString,
  Universal.printableString,
  Universal.teletexString,
  Universal.ia5String,
  Universal.graphicString,
  Universal.visibleString,
  Universal.generalString,
  Universal.universalString,
  Universal.bmpString,
];

function bitSegment(content: Uint8Array): BerElement {
  return { tagClass: TagClass.universal, tagNumber: Universal.bitString, content };
}

function into({ path, shown, family }: Where, name: string): Where {
  return { path: `${path}.${name}`, shown: `${shown}.${name}`, family };
}

/** What stands inside the explicit wrappers of a structure. */
function unwrapped(node: BerNode, type: CompiledStructure): BerNode {
  return innermost(node, type.tags.length - 1);
}

function innermost(node: BerNode, depth: number): BerNode {
  let inner = node;
  for (let i = 0; i < depth; i += 1) inner = ((inner as BerElement).content as readonly BerNode[])[0] as BerNode;
  return inner;
}
