import { BitString } from '../../../harness/asn1/bit-string.js';
import { choice, member, sequence, set } from '../../../harness/asn1/declare.js';
import {
  application,
  bitString,
  bmpString,
  boolean,
  enumerated,
  explicit,
  generalString,
  graphicString,
  ia5String,
  implicit,
  integer,
  nullType,
  numericString,
  objectIdentifier,
  octetString,
  openType,
  printableString,
  sequenceOf,
  setOf,
  type TypeRef,
  teletexString,
  universalString,
  utcTime,
  utf8String,
  visibleString,
} from '../../../harness/asn1/types.js';
import { TagClass } from '../../../harness/ber/tag.js';

// Types that have every construct of the language once, and mean nothing.

/** A CHOICE that is tagged by name: the tag is explicit. */
@choice({ application: 1 })
export class Country {
  @member(numericString({ min: 3, max: 3 })) numeric?: string;
  @member(printableString({ min: 2, max: 2 })) alpha?: string;
}

@choice()
export class Untagged {
  @member(numericString()) numeric?: string;
  @member(printableString(), { tag: 5 }) printable?: string;
  @member(nullType, { tag: 6 }) nothing?: null;
}

/** Every way to tag a CHOICE. */
@sequence({ application: 3 })
export class Tagging {
  @member(Country) asItIs!: Country;
  @member(Country, { tag: 0 }) replaced!: Country;
  @member(Country, { tag: 1, explicit: true }) wrapped!: Country;
  @member(Untagged, { tag: 2, optional: true }) untagged?: Untagged;
  @member(implicit(9, Untagged, TagClass.private), { optional: true }) privately?: Untagged;
  @member(application(10, 'Named', ia5String()), { tag: 3, optional: true }) named?: string;
  @member(explicit(11, application(12, 'Inner', integer())), { tag: 4, explicit: true, optional: true }) deep?: number;
  @member(Untagged, { optional: true }) last?: Untagged;
}

@set()
export class Loose {
  @member(integer(), { tag: 0 }) first!: number;
  @member(boolean, { tag: 1, optional: true }) second?: boolean;
  @member(Country) third!: Country;
  @member(integer({ one: 1 }, { min: 0, max: 9 }), { tag: 2, default: 1 }) fourth = 1;
  @member(bitString({ a: 0, b: 9 }), { tag: 3, default: BitString.of(0) }) fifth: BitString = BitString.of(0);
  @member(setOf(integer()), { tag: 4, default: [] }) sixth: number[] = [];
}

/** COMPONENTS OF by inheritance, under a tag of its own. */
@set({ application: 13 })
export class Looser extends Loose {
  @member(octetString({ size: { max: 4 } }), { optional: true }) seventh?: Uint8Array;
}

/** Inherits from a tagged type and is itself not tagged. */
@set()
export class LooseAgain extends Looser {}

@sequence()
export class Strict {
  @member(integer()) a!: number;
  @member(integer()) b!: number;
  @member(boolean, { optional: true }) c?: boolean;
  @member(ia5String({ max: 5 }), { optional: true }) d?: string;
  @member(boolean, { tag: 0, optional: true, until: 1984 }) old?: boolean;
  @member(integer(), { tag: 0, optional: true, since: 1988 }) young?: number;
}

export const openTypes: ReadonlyMap<number, TypeRef> = new Map<number, TypeRef>([
  [1, Strict],
  [2, octetString()],
  [3, nullType],
  [4, Untagged],
  [5, Country],
]);

@sequence()
export class Extension {
  @member(integer()) type!: number;
  @member(
    openType((sibling) => openTypes.get(sibling('type') as number)),
    { tag: 1 },
  )
  value!: unknown;
}

@sequence()
export class Primitives {
  @member(boolean, { tag: 0, optional: true }) boolean?: boolean;
  @member(integer(), { tag: 1, optional: true }) integer?: number;
  @member(enumerated({ red: 0, green: 7 }), { tag: 2, optional: true }) enumerated?: number;
  @member(bitString({ x: 0, y: 3 }), { tag: 3, optional: true }) named?: BitString;
  @member(bitString(), { tag: 4, optional: true }) bits?: BitString;
  @member(octetString(), { tag: 5, optional: true }) octets?: Uint8Array;
  @member(objectIdentifier, { tag: 6, optional: true }) identifier?: string;
  @member(utcTime, { tag: 7, optional: true }) time?: string;
  @member(nullType, { tag: 8, optional: true }) nothing?: null;
  @member(numericString(), { optional: true }) numeric?: string;
  @member(printableString(), { optional: true }) printable?: string;
  @member(teletexString(), { optional: true }) teletex?: string;
  @member(ia5String(), { optional: true }) ia5?: string;
  @member(visibleString(), { optional: true }) visible?: string;
  @member(graphicString(), { optional: true }) graphic?: string;
  @member(generalString(), { optional: true }) general?: string;
  @member(universalString(), { optional: true }) universal?: string;
  @member(bmpString(), { optional: true }) bmp?: string;
  @member(utf8String(), { optional: true }) utf8?: string;
  @member(boolean, { optional: true }) plainBoolean?: boolean;
  @member(integer(), { optional: true }) plainInteger?: number;
  @member(bitString(), { optional: true }) plainBits?: BitString;
  @member(octetString(), { optional: true }) plainOctets?: Uint8Array;
  @member(nullType, { optional: true }) plainNull?: null;
  @member(objectIdentifier, { optional: true }) plainIdentifier?: string;
  @member(enumerated({ red: 0, green: 7 }), { optional: true }) plainEnumerated?: number;
  @member(utcTime, { optional: true }) plainTime?: string;
  @member(explicit(31, utf8String()), { optional: true }) highTag?: string;
}

/** Refers to itself, by a thunk. */
@sequence()
export class Tree {
  @member(integer()) node!: number;
  @member(
    sequenceOf(() => Tree),
    { optional: true },
  )
  children?: Tree[];
}

@sequence()
export class Everything {
  @member(Tagging, { optional: true }) tagging?: Tagging;
  @member(Loose, { optional: true }) loose?: Loose;
  @member(sequenceOf(Looser), { tag: 20, optional: true }) looser?: Looser[];
  @member(setOf(Extension), { tag: 21, optional: true }) extensions?: Extension[];
  @member(sequenceOf(sequenceOf(Country)), { tag: 22, explicit: true, optional: true }) table?: Country[][];
  @member(Primitives, { tag: 23, optional: true }) primitives?: Primitives;
  @member(Tree, { tag: 24, optional: true }) tree?: Tree;
  @member(() => LooseAgain, { tag: 25, optional: true }) later?: LooseAgain;
  @member(openType(), { tag: 26, optional: true }) open?: unknown;
}

@sequence()
export class Transfer {
  @member(Strict) envelope!: Strict;
  @member(octetString({ streamed: true, name: 'Content' })) content?: Uint8Array;
}
