import type { Compiled } from '../../../../harness/asn1/compile.js';
import type { TypeRef } from '../../../../harness/asn1/types.js';
import { TagClass, Universal } from '../../../../harness/ber/tag.js';
import { type BerNode, constructed, primitive } from '../../../../harness/ber/writer.js';
import { DirectoryString } from '../../../../harness/p1/directory-name.js';
import { extensionAttributes, extensionPlaceOf, isListedAt, standardExtensions } from '../../../../harness/p1/index.js';
import { integerOctets, oidOctets } from './samples.js';

/** One of the types that an open type can be, with what its siblings then are. */
export interface Variant {
  readonly label: string;
  readonly fixed: Readonly<Record<string, BerNode>>;
  /** The member that is the open type, and the type it is; undefined where its octets are kept raw. */
  readonly open: string;
  readonly value: TypeRef | undefined;
}

const number0 = (number: number): BerNode => primitive(TagClass.context, 0, integerOctets(number));

const attributeVariants: readonly Variant[] = [...extensionAttributes.values()].map(({ number, type }) => ({
  label: `attribute ${number}`,
  fixed: { extensionAttributeType: number0(number) },
  open: 'extensionAttributeValue',
  value: type,
}));

const typeOf = (dotted: string): BerNode =>
  primitive(TagClass.universal, Universal.objectIdentifier, oidOctets(dotted));

/** An attribute that is known to be text, and one that is not. */
const nameVariants: readonly Variant[] = [
  { label: 'CN', fixed: { type: typeOf('2.5.4.3') }, open: 'value', value: DirectoryString },
  { label: '2.5.4.49', fixed: { type: typeOf('2.5.4.49') }, open: 'value', value: undefined },
];

const extensionVariants = new Map<string, readonly Variant[]>();

/** The extensions that X.411 lists at the place whose collection has this name. */
function extensionsIn(collection: string): readonly Variant[] {
  const known = extensionVariants.get(collection);
  if (known !== undefined) return known;
  const place = extensionPlaceOf(collection);
  const listed = [...standardExtensions.values()].filter(
    ({ number }) => place === undefined || isListedAt(place, number),
  );
  const variants = listed.map(({ number, type }): Variant => {
    const raw = type === undefined;
    return {
      label: `extension ${number}`,
      fixed: {
        type: number0(number),
        // Raw values are of a type of X.509's or X.411's that is kept as octets; a SEQUENCE will do.
        ...(raw ? { value: constructed(TagClass.context, 2, [constructed(TagClass.universal, 16, [])]) } : {}),
      },
      open: 'value',
      value: type,
    };
  });
  extensionVariants.set(collection, variants);
  return variants;
}

/** The variants of a structure with an open type that a table resolves; undefined for any other. */
export function variantsOf(type: Compiled, collection: string | undefined): readonly Variant[] | undefined {
  if (type.base !== 'structure') return undefined;
  switch (type.declaration.name) {
    case 'ExtensionField':
      return extensionsIn(collection ?? '');
    case 'ExtensionAttribute':
      return attributeVariants;
    case 'AttributeTypeAndValue':
      return nameVariants;
    default:
      return undefined;
  }
}
