import type { AsnPropTypes, IAsnConverter } from '@peculiar/asn1-schema';
import type * as asn1js from 'asn1js';
import { type Tag, TagClass, Universal } from '../ber/tag.js';
import { BitString } from './bit-string.js';
import { declarationOf, isStructureClass, type MemberDeclaration } from './declaration.js';
import { library } from './second-engine-library.js';
import {
  type AnyType,
  type Charset,
  type OpenType,
  type PrimitiveType,
  type StructureClass,
  type TypeRef,
  universalTag,
} from './types.js';

/** Finds what stands beside a value in its structure, by name. */
export type Sibling = (name: string) => unknown;

/** A tag with which a value can begin, and whether the element is constructed. */
export interface Start extends Tag {
  readonly constructed: boolean;
}

/** Between our values and the library's blocks. Tags are composed here from the outside in, not taken from `compile`. */
export interface Codec {
  /** Undefined where any tag can stand: an open type. Several for an untagged CHOICE. */
  starts(): readonly Start[] | undefined;
  /** Whether it has no tag of its own, as an open type and an untagged CHOICE: a tag over it is explicit, X.680 31.2.7. */
  untagged(): boolean;
  read(block: asn1js.AsnType, sibling: Sibling): unknown;
  write(value: unknown, sibling: Sibling): asn1js.AsnType;
}

/** Resource limits of the library are lifted: what it is given has passed our reader's. */
export const BER_OPTIONS: asn1js.FromBerOptions = {
  maxDepth: 1000,
  maxNodes: Number.POSITIVE_INFINITY,
  maxContentLength: Number.POSITIVE_INFINITY,
  parseEmbedded: false,
  copyInput: false,
};

const CODECS = new WeakMap<object, Codec>();

export function codecOf(ref: TypeRef): Codec {
  const known = CODECS.get(ref);
  if (known !== undefined) return known;
  const codec = makeCodec(ref);
  CODECS.set(ref, codec);
  return codec;
}

function makeCodec(ref: TypeRef): Codec {
  if (isStructureClass(ref)) return structureCodec(ref);
  if (typeof ref === 'function') return codecOf((ref as () => TypeRef)());
  const type = ref as AnyType;
  switch (type.kind) {
    case 'tagged':
      return taggedCodec(type.tag, type.explicit, () => codecOf(type.of));
    case 'open':
      return openCodec(type);
    case 'sequenceOf':
    case 'setOf':
      return collectionCodec(type.kind, () => codecOf(type.of));
    default:
      return primitiveCodec(type);
  }
}

export function memberCodec({ type, tag, explicit }: MemberDeclaration): Codec {
  if (tag === undefined) return codecOf(type);
  return taggedCodec({ tagClass: TagClass.context, tagNumber: tag }, explicit, () => codecOf(type));
}

/** The library's schema of a value: its outermost tag, so that it finds its place by tag as X.680 says. */
export function schemaOf(codec: Codec, name: string): asn1js.BaseBlock {
  const starts = codec.starts();
  const blocks = (starts ?? []).map((start) => emptyBlock(start, name));
  const [only] = blocks;
  if (only !== undefined && blocks.length === 1) return only;
  const any =
    starts === undefined
      ? new library.asn1js.Any({ name })
      : new library.asn1js.Choice({ name, value: blocks as never });
  return any as unknown as asn1js.BaseBlock;
}

function taggedCodec(tag: Tag, isExplicit: boolean, inner: () => Codec): Codec {
  // The tag that this one replaces; none where it is explicit.
  const natural = (): Start | undefined => (isExplicit || inner().untagged() ? undefined : inner().starts()?.[0]);
  const own = (): Start => ({ ...tag, constructed: natural()?.constructed ?? true });
  return {
    starts: () => [own()],
    untagged: () => false,
    read(block, sibling) {
      expectStart([own()], block);
      const start = natural();
      if (start !== undefined) return inner().read(retag(block, start), sibling);
      const [only, ...more] = childrenOf(block);
      if (only === undefined || more.length > 0) throw new Error('an explicit tag holds exactly one element');
      expectStart(inner().starts(), only);
      return inner().read(only, sibling);
    },
    write(value, sibling) {
      const block = inner().write(value, sibling);
      if (natural() !== undefined) return retag(block, own());
      return wrap(block, tag);
    },
  };
}

function openCodec(type: OpenType): Codec {
  const resolved = (sibling: Sibling): Codec | undefined => {
    const ref = type.resolve?.(sibling);
    return ref === undefined ? undefined : codecOf(ref);
  };
  return {
    starts: () => undefined,
    untagged: () => true,
    read(block, sibling) {
      const codec = resolved(sibling);
      if (codec !== undefined && hasStart(codec.starts(), block)) return codec.read(block, sibling);
      return Uint8Array.from(block.valueBeforeDecodeView);
    },
    write(value, sibling) {
      const codec = resolved(sibling);
      if (codec !== undefined && !(value instanceof Uint8Array && !holdsOctets(codec))) {
        return codec.write(value, sibling);
      }
      if (!(value instanceof Uint8Array)) throw new TypeError('an open type wants its octets');
      return parse(value);
    },
  };
}

/** Whether a value of the type is itself octets. */
function holdsOctets(codec: Codec): boolean {
  const starts = codec.starts();
  return starts?.length === 1 && starts[0]?.tagClass === 0 && starts[0].tagNumber === Universal.octetString;
}

function collectionCodec(kind: 'sequenceOf' | 'setOf', of: () => Codec): Codec {
  const tagNumber = kind === 'setOf' ? Universal.set : Universal.sequence;
  const starts = [{ tagClass: TagClass.universal, tagNumber, constructed: true }];
  const none: Sibling = () => undefined;
  return {
    starts: () => starts,
    untagged: () => false,
    read(block) {
      return childrenOf(block).map((child) => {
        expectStart(of().starts(), child);
        return of().read(child, none);
      });
    },
    write(value) {
      if (!Array.isArray(value)) throw new TypeError('a collection wants an array');
      const Container = kind === 'setOf' ? library.asn1js.Set : library.asn1js.Sequence;
      return new Container({ value: value.map((each) => of().write(each, none)) as never });
    },
  };
}

/** The class itself is convertible: the library takes its own schema of it from there. */
function structureCodec(construct: StructureClass): Codec {
  const { tag, members } = declarationOf(construct);
  return {
    starts() {
      if (tag !== undefined) return [{ ...tag, constructed: true }];
      const starts = members.filter(isCurrent).map((each) => memberCodec(each).starts());
      return starts.includes(undefined) ? undefined : starts.flatMap((each) => each ?? []);
    },
    untagged: () => tag === undefined,
    read: (block) => library.schema.AsnParser.fromASN(block, construct, { berOptions: BER_OPTIONS }),
    write(value) {
      if (typeof value !== 'object' || value === null) throw new TypeError(`${construct.name} wants an object`);
      return library.schema.AsnSerializer.toASN(
        value instanceof construct ? value : Object.assign(new construct(), value),
      );
    },
  };
}

/** The second engine knows one edition: 1988 and later. */
export function isCurrent(declaration: MemberDeclaration): boolean {
  return declaration.until !== 1984;
}

function primitiveCodec(type: PrimitiveType): Codec {
  const converter = converterOf(type);
  const starts = [{ tagClass: TagClass.universal, tagNumber: universalTag(type), constructed: false }];
  return {
    starts: () => starts,
    untagged: () => false,
    read: (block) => converter.fromASN(block),
    write: (value) => converter.toASN(value),
  };
}

type LibraryName = Exclude<keyof typeof AsnPropTypes & keyof typeof asn1js, 'Any'>;

/** The library's name of a primitive type. */
export function libraryName(type: PrimitiveType): LibraryName {
  return type.kind === 'characterString' ? CHARSETS[type.charset] : KINDS[type.kind];
}

const KINDS: Record<Exclude<PrimitiveType['kind'], 'characterString'>, LibraryName> = {
  boolean: 'Boolean',
  null: 'Null',
  integer: 'Integer',
  enumerated: 'Enumerated',
  bitString: 'BitString',
  octetString: 'OctetString',
  objectIdentifier: 'ObjectIdentifier',
  utcTime: 'UTCTime',
};

const CHARSETS = {
  numeric: 'NumericString',
  printable: 'PrintableString',
  teletex: 'TeletexString',
  ia5: 'IA5String',
  visible: 'VisibleString',
  graphic: 'GraphicString',
  general: 'GeneralString',
  universal: 'UniversalString',
  bmp: 'BmpString',
  utf8: 'Utf8String',
} as const satisfies Record<Charset, LibraryName>;

/**
 * Converters that give our values. The library's own lose the unused bits of a BIT STRING, turn INTEGERs of four octets
 * into text and times into Dates.
 */
export function converterOf(type: PrimitiveType): IAsnConverter<unknown, asn1js.AsnType> {
  switch (type.kind) {
    case 'boolean':
      return converter(
        library.asn1js.Boolean,
        (block) => block.valueBlock.value,
        (value) => new library.asn1js.Boolean({ value: value === true }),
      );
    case 'null':
      return converter(
        library.asn1js.Null,
        () => null,
        () => new library.asn1js.Null(),
      );
    case 'integer':
      return converter(
        library.asn1js.Integer,
        integerOf,
        (value) => new library.asn1js.Integer({ valueHex: twosComplement(value) }),
      );
    case 'enumerated':
      return converter(
        library.asn1js.Enumerated,
        integerOf,
        (value) => new library.asn1js.Enumerated({ valueHex: twosComplement(value) }),
      );
    case 'bitString':
      return converter(
        library.asn1js.BitString,
        ({ valueBlock }) => new BitString(Uint8Array.from(valueBlock.valueHexView), valueBlock.unusedBits),
        (value) => {
          if (!(value instanceof BitString)) throw new TypeError(`${type.name} wants a BitString`);
          return new library.asn1js.BitString({ valueHex: bufferOf(value.octets), unusedBits: value.unusedBits });
        },
      );
    case 'octetString':
      return converter(
        library.asn1js.OctetString,
        ({ valueBlock }) => Uint8Array.from(valueBlock.valueHexView),
        (value) => new library.asn1js.OctetString({ valueHex: bufferOf(value as Uint8Array) }),
      );
    case 'objectIdentifier':
      return converter(
        library.asn1js.ObjectIdentifier,
        (block) => block.getValue(),
        (value) => new library.asn1js.ObjectIdentifier({ value: String(value) }),
      );
    case 'utcTime':
      return converter(
        library.asn1js.UTCTime,
        (block) => block.toString(),
        (value) => new library.asn1js.UTCTime({ value: String(value) }),
      );
    case 'characterString': {
      const Text = library.asn1js[CHARSETS[type.charset]];
      return converter<asn1js.BaseStringBlock>(
        Text,
        (block) => block.getValue(),
        (value) => new Text({ value: String(value) }),
      );
    }
  }
}

function converter<B extends asn1js.BaseBlock>(
  Block: new () => B,
  read: (block: B) => unknown,
  write: (value: unknown) => asn1js.AsnType,
): IAsnConverter<unknown, asn1js.AsnType> {
  return {
    fromASN(block) {
      if (!(block instanceof Block)) throw new TypeError(`${block.constructor.name} where ${Block.name} should be`);
      return read(block);
    },
    toASN: write,
  };
}

function integerOf(block: asn1js.Integer): number | bigint {
  const value = block.toBigInt();
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** Its own arithmetic: the library writes -128 in two octets, against X.690 8.3.2. */
function twosComplement(value: unknown): ArrayBuffer {
  const number = BigInt(value as number | bigint);
  let width = 8;
  while (BigInt.asIntN(width, number) !== number) width += 8;
  const digits = BigInt.asUintN(width, number)
    .toString(16)
    .padStart(width / 4, '0');
  return bufferOf(Uint8Array.from(Buffer.from(digits, 'hex')));
}

function bufferOf(octets: Uint8Array): ArrayBuffer {
  return Uint8Array.from(octets).buffer;
}

/** asn1js counts the classes from 1. */
function idBlock({ tagClass, tagNumber }: Tag): { tagClass: number; tagNumber: number } {
  return { tagClass: tagClass + 1, tagNumber };
}

function emptyBlock(start: Start, name: string): asn1js.BaseBlock {
  const Block = start.constructed ? library.asn1js.Constructed : library.asn1js.Primitive;
  return new Block({ name, idBlock: idBlock(start) } as never);
}

export function hasStart(starts: readonly Start[] | undefined, block: asn1js.AsnType): boolean {
  const { tagClass, tagNumber, isConstructed } = block.idBlock;
  return (
    starts === undefined ||
    starts.some(
      (start) =>
        start.tagClass + 1 === tagClass && start.tagNumber === tagNumber && start.constructed === isConstructed,
    )
  );
}

export function expectStart(starts: readonly Start[] | undefined, block: asn1js.AsnType): void {
  if (hasStart(starts, block)) return;
  const { tagClass, tagNumber } = block.idBlock;
  throw new TypeError(`the tag ${tagNumber} of class ${tagClass - 1} where another should be`);
}

export function childrenOf(block: asn1js.AsnType): asn1js.AsnType[] {
  if (!(block instanceof library.asn1js.Constructed)) throw new TypeError('a constructed element was expected');
  return block.valueBlock.value as asn1js.AsnType[];
}

/** The block in an explicit tag. */
export function wrap(block: asn1js.AsnType, tag: Tag): asn1js.AsnType {
  return new library.asn1js.Constructed({ idBlock: idBlock(tag), value: [block] as never });
}

/** The same content under another tag. The library has no way to do that to a block, so primitives are read anew. */
export function retag(block: asn1js.AsnType, start: Start): asn1js.AsnType {
  if (start.constructed) {
    const value = childrenOf(block) as never;
    const universal = start.tagClass === TagClass.universal ? start.tagNumber : undefined;
    if (universal === Universal.sequence) return new library.asn1js.Sequence({ value });
    if (universal === Universal.set) return new library.asn1js.Set({ value });
    return new library.asn1js.Constructed({ idBlock: idBlock(start), value });
  }
  const valueHex =
    block instanceof library.asn1js.Primitive ? bufferOf(block.valueBlock.valueHexView) : block.valueBlock.toBER(false);
  const primitive = new library.asn1js.Primitive({ idBlock: idBlock(start), valueHex } as never);
  return start.tagClass === TagClass.universal ? parse(primitive.toBER(false)) : primitive;
}

function parse(octets: ArrayBuffer | Uint8Array): asn1js.AsnType {
  const { offset, result } = library.asn1js.fromBER(octets, BER_OPTIONS);
  if (offset === -1) throw new Error(result.error);
  return result;
}
