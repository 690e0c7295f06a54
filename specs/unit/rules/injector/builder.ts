import {
  type Compiled,
  type CompiledMember,
  type CompiledPrimitive,
  type CompiledStructure,
  compile,
  ownsLastTag,
} from '../../../../harness/asn1/compile.js';
import type { TypeRef } from '../../../../harness/asn1/types.js';
import { TagClass, Universal } from '../../../../harness/ber/tag.js';
import { type BerElement, type BerNode, primitive, writeBer } from '../../../../harness/ber/writer.js';
import { find, type Profile } from './profile.js';
import { plainSample, textOctets } from './samples.js';
import { type Variant, variantsOf } from './variants.js';

/** How much of a value is there: what it must have, or all that it may have, with the alternatives of one turn. */
export type Fullness = { readonly full: false } | { readonly full: true; readonly turn: number };

/** What stands around a value and is not in its type. */
export interface Around {
  /** The name of the collection it is a member of. */
  readonly collection?: string;
  /** Of a structure with an open type: what it is to be. */
  readonly variant?: Variant;
}

/** Makes BER trees of values out of the declarations alone. */
export class Builder {
  readonly profile: Profile;
  readonly #fullness: Fullness;
  /** Trees are never changed, so each is made once. */
  readonly #made = new Map<Compiled, Map<string, BerNode>>();

  constructor(profile: Profile, fullness: Fullness = { full: false }) {
    this.profile = profile;
    this.#fullness = fullness;
  }

  value(type: Compiled, path: string, around: Around = {}): BerNode {
    const made = this.#made.get(type) ?? new Map<string, BerNode>();
    this.#made.set(type, made);
    const key = `${path} ${around.variant?.label ?? ''}`;
    const node = made.get(key) ?? this.#make(type, path, around);
    made.set(key, node);
    return node;
  }

  #make(type: Compiled, path: string, around: Around): BerNode {
    switch (type.base) {
      case 'primitive':
        return this.wrap(type, this.primitive(type, path));
      case 'open':
        return this.wrap(type, this.#open(path));
      case 'collection': {
        const of = type.of();
        const name = type.type.name;
        const variants = this.#fullness.full ? variantsOf(of, name) : undefined;
        const count = variants?.length ?? this.count(type.type.size?.min, path);
        const members = Array.from({ length: count }, (_, i) =>
          this.value(of, `${path}.[${i}]`, { collection: name, variant: variants?.[i] }),
        );
        return this.collection(type, members);
      }
      case 'structure':
        return type.declaration.kind === 'choice' ? this.#choice(type, path) : this.structure(type, path, around);
    }
  }

  count(least: number | undefined, path: string): number {
    return find(this.profile.counts, path) ?? Math.max(least ?? 1, 1);
  }

  /** The explicit wrappers of a type around the TLV that is its value. */
  wrap(type: Compiled, node: BerNode): BerNode {
    const wrappers = ownsLastTag(type) ? type.tags.slice(0, -1) : type.tags;
    return wrappers.reduceRight<BerNode>((inner, tag) => ({ ...tag, content: [inner] }), node);
  }

  primitive(type: CompiledPrimitive, path: string): BerElement {
    const content = find(this.profile.samples, path) ?? this.#aligned(path) ?? plainSample(type.type);
    return { ...lastTag(type), content, string: stringKind(type) };
  }

  /** The octets of octet-aligned are those of the value that single-ASN1-type would hold. */
  #aligned(path: string): Uint8Array | undefined {
    const { parent } = ALIGNED.exec(path)?.groups ?? {};
    const type = parent === undefined ? undefined : this.openType(`${parent}.singleASN1Type`);
    return type === undefined ? undefined : writeBer(this.value(compile(type), `${parent}.singleASN1Type`));
  }

  collection(type: Extract<Compiled, { base: 'collection' }>, members: readonly BerNode[]): BerNode {
    return this.wrap(type, { ...lastTag(type), content: members, unordered: type.type.kind === 'setOf' });
  }

  /** A SEQUENCE or SET; `put` gives the node of some member. */
  structure(type: CompiledStructure, path: string, around: Around, put?: { name: string; node: BerNode }): BerNode {
    const variants = variantsOf(type, around.collection);
    const variant = around.variant ?? variants?.[this.#fullness.full ? this.#fullness.turn % variants.length : 0];
    const content: BerNode[] = [];
    for (const member of this.members(type)) {
      const { name } = member.declaration;
      const own = `${path}.${name}`;
      if (put?.name === name) content.push(put.node);
      else if (variant?.fixed[name] !== undefined) content.push(variant.fixed[name]);
      else if (this.#isPresent(member, own)) content.push(this.member(member, own, variant));
    }
    return this.wrap(type, { ...lastTag(type), content, unordered: type.declaration.kind === 'set' });
  }

  /** A member, its open type resolved as the variant says. */
  member(member: CompiledMember, path: string, variant: Variant | undefined): BerNode {
    const value = variant?.open === member.declaration.name ? variant.value : undefined;
    if (value === undefined) return this.value(member.type, path);
    return this.wrap(member.type, this.value(compile(value), path));
  }

  members(type: CompiledStructure): readonly CompiledMember[] {
    return type.members(this.profile.edition).list;
  }

  /** The alternatives of a CHOICE that the profile has. */
  alternatives(type: CompiledStructure, path: string): readonly CompiledMember[] {
    return this.members(type).filter(({ declaration }) => !this.isAbsent(`${path}.${declaration.name}`));
  }

  isAbsent(path: string): boolean {
    return this.profile.absent.some((pattern) => pattern.test(path));
  }

  openType(path: string): TypeRef | undefined {
    return find(this.profile.opens, path);
  }

  #choice(type: CompiledStructure, path: string): BerNode {
    const alternatives = this.alternatives(type, path);
    const turn = this.#fullness.full ? this.#fullness.turn : 0;
    const chosen = alternatives[turn % alternatives.length] as CompiledMember;
    return this.wrap(type, this.value(chosen.type, `${path}.${chosen.declaration.name}`));
  }

  #open(path: string): BerNode {
    const type = this.openType(path);
    if (type !== undefined) return this.value(compile(type), path);
    return primitive(TagClass.universal, Universal.octetString, textOctets('open'));
  }

  #isPresent({ declaration }: CompiledMember, path: string): boolean {
    if (this.isAbsent(path)) return false;
    if (!declaration.optional || this.#fullness.full) return true;
    return this.profile.present.some((pattern) => pattern.test(path));
  }
}

const ALIGNED = /^(?<parent>.*)\.octetAligned$/;

export function lastTag(type: Compiled): { tagClass: BerElement['tagClass']; tagNumber: number } {
  return type.tags[type.tags.length - 1] as { tagClass: BerElement['tagClass']; tagNumber: number };
}

export function stringKind({ type }: CompiledPrimitive): BerElement['string'] {
  switch (type.kind) {
    case 'octetString':
      return 'octets';
    case 'bitString':
      return 'bits';
    case 'characterString':
    case 'utcTime':
      return 'characters';
    default:
      return undefined;
  }
}
