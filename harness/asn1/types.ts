import { type Tag, TagClass, Universal } from '../ber/tag.js';

/** Values of a type: a class with our decorators, a type from this file, or a thunk for a type declared later. */
export type TypeRef = AnyType | StructureClass | (() => TypeRef);

// biome-ignore lint/complexity/noBannedTypes: a decorated class is known only as a constructor
export type StructureClass = (new () => object) & Function;

/** 1984 is P1 of 1984; 1988 stands for it and everything later (X.411 06/1999). */
export type Edition = 1984 | 1988;

interface Common {
  /** As the Recommendation spells it. */
  readonly name: string;
}

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export interface BooleanType extends Common {
  readonly kind: 'boolean';
}
export interface NullType extends Common {
  readonly kind: 'null';
}
export interface IntegerType extends Common, Bounds {
  readonly kind: 'integer';
  readonly named: Readonly<Record<string, number>>;
}
export interface EnumeratedType extends Common {
  readonly kind: 'enumerated';
  readonly named: Readonly<Record<string, number>>;
}
export interface BitStringType extends Common {
  readonly kind: 'bitString';
  /** Named bits by number. */
  readonly named: Readonly<Record<string, number>>;
  /** Size in bits. */
  readonly size?: Bounds;
}
export interface OctetStringType extends Common {
  readonly kind: 'octetString';
  /** Size in octets. */
  readonly size?: Bounds;
  /** Content of any size: never part of a value, handed on in pieces. */
  readonly streamed: boolean;
}
export interface ObjectIdentifierType extends Common {
  readonly kind: 'objectIdentifier';
}
export type Charset =
  | 'numeric'
  | 'printable'
  | 'teletex'
  | 'ia5'
  | 'visible'
  | 'graphic'
  | 'general'
  | 'universal'
  | 'bmp'
  | 'utf8';
export interface CharacterStringType extends Common {
  readonly kind: 'characterString';
  readonly charset: Charset;
  /** Size in characters. */
  readonly size?: Bounds;
}
export interface UtcTimeType extends Common {
  readonly kind: 'utcTime';
}
/** ANY, an open type. `resolve` finds the type by what stands beside it in the same SEQUENCE. */
export interface OpenType extends Common {
  readonly kind: 'open';
  readonly resolve?: (sibling: (name: string) => unknown) => TypeRef | undefined;
}
export interface CollectionType extends Common {
  readonly kind: 'sequenceOf' | 'setOf';
  readonly of: TypeRef;
  /** Number of members. */
  readonly size?: Bounds;
}
export interface TaggedType extends Common {
  readonly kind: 'tagged';
  readonly tag: Tag;
  readonly explicit: boolean;
  readonly of: TypeRef;
}

export type PrimitiveType =
  | BooleanType
  | NullType
  | IntegerType
  | EnumeratedType
  | BitStringType
  | OctetStringType
  | ObjectIdentifierType
  | CharacterStringType
  | UtcTimeType;
export type AnyType = PrimitiveType | OpenType | CollectionType | TaggedType;

/** Options that every type constructor takes. */
export interface Named {
  /** The type's name in the Recommendation. */
  readonly name?: string;
}

export const boolean: BooleanType = { kind: 'boolean', name: 'BOOLEAN' };
export const nullType: NullType = { kind: 'null', name: 'NULL' };
export const objectIdentifier: ObjectIdentifierType = { kind: 'objectIdentifier', name: 'OBJECT IDENTIFIER' };
export const utcTime: UtcTimeType = { kind: 'utcTime', name: 'UTCTime' };

/** INTEGER, with its named numbers as properties: `integer({ busy: 0 }).named.busy`. */
export function integer<N extends Record<string, number> = Record<never, number>>(
  named?: N,
  options: Named & Bounds = {},
): IntegerType & { readonly named: N } {
  return { kind: 'integer', name: 'INTEGER', named: (named ?? {}) as N, ...options };
}

export function enumerated<N extends Record<string, number>>(
  named: N,
  options: Named = {},
): EnumeratedType & { readonly named: N } {
  return { kind: 'enumerated', name: 'ENUMERATED', named, ...options };
}

/** BIT STRING; `named` gives the number of each named bit. */
export function bitString<N extends Record<string, number> = Record<never, number>>(
  named?: N,
  options: Named & { size?: Bounds } = {},
): BitStringType & { readonly named: N } {
  return { kind: 'bitString', name: 'BIT STRING', named: (named ?? {}) as N, ...options };
}

export function octetString(options: Named & { size?: Bounds; streamed?: boolean } = {}): OctetStringType {
  return { kind: 'octetString', name: 'OCTET STRING', streamed: false, ...options };
}

function characterString(charset: Charset, name: string) {
  return (size?: Bounds, options: Named = {}): CharacterStringType => ({
    kind: 'characterString',
    charset,
    name,
    size,
    ...options,
  });
}
export const numericString = characterString('numeric', 'NumericString');
export const printableString = characterString('printable', 'PrintableString');
export const teletexString = characterString('teletex', 'TeletexString');
export const ia5String = characterString('ia5', 'IA5String');
export const visibleString = characterString('visible', 'VisibleString');
export const graphicString = characterString('graphic', 'GraphicString');
export const generalString = characterString('general', 'GeneralString');
export const universalString = characterString('universal', 'UniversalString');
export const bmpString = characterString('bmp', 'BMPString');
export const utf8String = characterString('utf8', 'UTF8String');

/** ANY or an open type. Any tag over it is explicit, X.680 31.2.7. */
export function openType(resolve?: OpenType['resolve'], options: Named = {}): OpenType {
  return { kind: 'open', name: 'ANY', resolve, ...options };
}

export function sequenceOf(of: TypeRef, options: Named & { size?: Bounds } = {}): CollectionType {
  return { kind: 'sequenceOf', name: 'SEQUENCE OF', of, ...options };
}
export function setOf(of: TypeRef, options: Named & { size?: Bounds } = {}): CollectionType {
  return { kind: 'setOf', name: 'SET OF', of, ...options };
}

/** `[n] IMPLICIT T`; over an untagged CHOICE or an open type it becomes explicit by itself, X.680 31.2.7. */
export function implicit(tagNumber: number, of: TypeRef, tagClass: TagClass = TagClass.context): TaggedType {
  return { kind: 'tagged', name: '', tag: { tagClass, tagNumber }, explicit: false, of };
}
/** `[n] EXPLICIT T`. */
export function explicit(tagNumber: number, of: TypeRef, tagClass: TagClass = TagClass.context): TaggedType {
  return { kind: 'tagged', name: '', tag: { tagClass, tagNumber }, explicit: true, of };
}
/** `[APPLICATION n] IMPLICIT T`, under the type's own name. */
export function application(tagNumber: number, name: string, of: TypeRef): TaggedType {
  return { kind: 'tagged', name, tag: { tagClass: TagClass.application, tagNumber }, explicit: false, of };
}

/** The universal tag number of each character string type. X.680 Table 8. */
export const CHARSET_TAG: Record<Charset, number> = {
  numeric: Universal.numericString,
  printable: Universal.printableString,
  teletex: Universal.teletexString,
  ia5: Universal.ia5String,
  visible: Universal.visibleString,
  graphic: Universal.graphicString,
  general: Universal.generalString,
  universal: Universal.universalString,
  bmp: Universal.bmpString,
  utf8: Universal.utf8String,
};

/** The universal tag number of a type that has one of its own. */
export function universalTag(type: PrimitiveType | CollectionType): number {
  switch (type.kind) {
    case 'characterString':
      return CHARSET_TAG[type.charset];
    case 'sequenceOf':
      return Universal.sequence;
    case 'setOf':
      return Universal.set;
    default:
      return Universal[type.kind];
  }
}
