import { choice, member, sequence, set } from '../asn1/declare.js';
import {
  bmpString,
  explicit,
  integer,
  numericString,
  octetString,
  openType,
  printableString,
  type StructureClass,
  sequenceOf,
  setOf,
  type TypeRef,
  teletexString,
  universalString,
} from '../asn1/types.js';
import { upperBounds as ub } from './upper-bounds.js';

/** A string with its language, in 16 or 32 bits a character. X.411 (06/1999), module MTSAbstractService. */
export interface UniversalOrBMPString {
  characterEncoding: { twoOctets?: string; fourOctets?: string };
  /** ISO 639. */
  iso639LanguageCode?: string;
}

function universalOrBMPString(max: number): StructureClass {
  @choice({ name: 'UniversalOrBMPString.character-encoding' })
  class CharacterEncoding {
    @member(bmpString({ min: 1, max })) twoOctets?: string;
    @member(universalString({ min: 1, max })) fourOctets?: string;
  }
  @set({ name: 'UniversalOrBMPString' })
  class Bounded {
    @member(CharacterEncoding) characterEncoding!: CharacterEncoding;
    @member(printableString({ min: 2, max: 5 }), { optional: true }) iso639LanguageCode?: string;
  }
  return Bounded;
}

@set()
export class TeletexPersonalName {
  @member(teletexString({ min: 1, max: ub.surnameLength }), { tag: 0 }) surname!: string;
  @member(teletexString({ min: 1, max: ub.givenNameLength }), { tag: 1, optional: true }) givenName?: string;
  @member(teletexString({ min: 1, max: ub.initialsLength }), { tag: 2, optional: true }) initials?: string;
  @member(teletexString({ min: 1, max: ub.generationQualifierLength }), { tag: 3, optional: true })
  generationQualifier?: string;
}

@set()
export class UniversalPersonalName {
  @member(universalOrBMPString(ub.universalSurnameLength), { tag: 0 }) surname!: UniversalOrBMPString;
  @member(universalOrBMPString(ub.universalGivenNameLength), { tag: 1, optional: true })
  givenName?: UniversalOrBMPString;
  @member(universalOrBMPString(ub.universalInitialsLength), { tag: 2, optional: true })
  initials?: UniversalOrBMPString;
  @member(universalOrBMPString(ub.universalGenerationQualifierLength), { tag: 3, optional: true })
  generationQualifier?: UniversalOrBMPString;
}

@sequence()
export class TeletexDomainDefinedAttribute {
  @member(teletexString({ min: 1, max: ub.domainDefinedAttributeTypeLength })) type!: string;
  @member(teletexString({ min: 1, max: ub.domainDefinedAttributeValueLength })) value!: string;
}

@sequence()
export class UniversalDomainDefinedAttribute {
  @member(universalOrBMPString(ub.domainDefinedAttributeTypeLength)) type!: UniversalOrBMPString;
  @member(universalOrBMPString(ub.domainDefinedAttributeValueLength)) value!: UniversalOrBMPString;
}

/** PhysicalDeliveryCountryName has no [APPLICATION 1], unlike CountryName. */
@choice()
export class PhysicalDeliveryCountryName {
  @member(numericString({ min: ub.countryNameNumericLength, max: ub.countryNameNumericLength })) x121DccCode?: string;
  @member(printableString({ min: ub.countryNameAlphaLength, max: ub.countryNameAlphaLength }))
  iso3166Alpha2Code?: string;
}

@choice()
export class PostalCode {
  @member(numericString({ min: 1, max: ub.postalCodeLength })) numericCode?: string;
  @member(printableString({ min: 1, max: ub.postalCodeLength })) printableCode?: string;
}

/** A part of a postal address. */
@set()
export class PDSParameter {
  @member(printableString({ min: 1, max: ub.pdsParameterLength }), { optional: true }) printableString?: string;
  @member(teletexString({ min: 1, max: ub.pdsParameterLength }), { optional: true }) teletexString?: string;
}

@set()
export class UnformattedPostalAddress {
  @member(
    sequenceOf(printableString({ min: 1, max: ub.pdsParameterLength }), {
      size: { min: 1, max: ub.pdsPhysicalAddressLines },
    }),
    { optional: true },
  )
  printableAddress?: string[];
  @member(teletexString({ min: 1, max: ub.unformattedAddressLength }), { optional: true }) teletexString?: string;
}

@sequence({ name: 'ExtendedNetworkAddress.e163-4-address' })
export class E1634Address {
  @member(numericString({ min: 1, max: ub.e1634NumberLength }), { tag: 0 }) number!: string;
  @member(numericString({ min: 1, max: ub.e1634SubAddressLength }), { tag: 1, optional: true }) subAddress?: string;
}

/** X.520, module SelectedAttributeTypes, which has explicit tags. */
@sequence()
export class PresentationAddress {
  @member(explicit(0, octetString()), { optional: true }) pSelector?: Uint8Array;
  @member(explicit(1, octetString()), { optional: true }) sSelector?: Uint8Array;
  @member(explicit(2, octetString()), { optional: true }) tSelector?: Uint8Array;
  @member(explicit(3, setOf(octetString(), { size: { min: 1 } }))) nAddresses!: Uint8Array[];
}

@choice()
export class ExtendedNetworkAddress {
  @member(E1634Address) e1634Address?: E1634Address;
  @member(PresentationAddress, { tag: 0 }) psapAddress?: PresentationAddress;
}

export const TerminalType = integer(
  { telex: 3, teletex: 4, g3Facsimile: 5, g4Facsimile: 6, ia5Terminal: 7, videotex: 8 },
  { name: 'TerminalType', min: 0, max: ub.integerOptions },
);

export interface StandardExtensionAttribute {
  readonly number: number;
  /** As X.411 spells it. */
  readonly name: string;
  readonly type: TypeRef;
}

const unitNames = { size: { min: 1, max: ub.organizationalUnits } };
const domainDefined = { size: { min: 1, max: ub.domainDefinedAttributes } };
const universalPDSParameter = universalOrBMPString(ub.pdsParameterLength);

const table: readonly (readonly [number, string, TypeRef])[] = [
  [1, 'common-name', printableString({ min: 1, max: ub.commonNameLength }, { name: 'CommonName' })],
  [2, 'teletex-common-name', teletexString({ min: 1, max: ub.commonNameLength }, { name: 'TeletexCommonName' })],
  [3, 'teletex-organization-name', teletexString({ min: 1, max: ub.organizationNameLength })],
  [4, 'teletex-personal-name', TeletexPersonalName],
  [
    5,
    'teletex-organizational-unit-names',
    sequenceOf(teletexString({ min: 1, max: ub.organizationalUnitNameLength }), unitNames),
  ],
  [6, 'teletex-domain-defined-attributes', sequenceOf(TeletexDomainDefinedAttribute, domainDefined)],
  [7, 'pds-name', printableString({ min: 1, max: ub.pdsNameLength }, { name: 'PDSName' })],
  [8, 'physical-delivery-country-name', PhysicalDeliveryCountryName],
  [9, 'postal-code', PostalCode],
  [10, 'physical-delivery-office-name', PDSParameter],
  [11, 'physical-delivery-office-number', PDSParameter],
  [12, 'extension-OR-address-components', PDSParameter],
  [13, 'physical-delivery-personal-name', PDSParameter],
  [14, 'physical-delivery-organization-name', PDSParameter],
  [15, 'extension-physical-delivery-address-components', PDSParameter],
  [16, 'unformatted-postal-address', UnformattedPostalAddress],
  [17, 'street-address', PDSParameter],
  [18, 'post-office-box-address', PDSParameter],
  [19, 'poste-restante-address', PDSParameter],
  [20, 'unique-postal-name', PDSParameter],
  [21, 'local-postal-attributes', PDSParameter],
  [22, 'extended-network-address', ExtendedNetworkAddress],
  [23, 'terminal-type', TerminalType],
  [24, 'universal-common-name', universalOrBMPString(ub.commonNameLength)],
  [25, 'universal-organization-name', universalOrBMPString(ub.organizationNameLength)],
  [26, 'universal-personal-name', UniversalPersonalName],
  [
    27,
    'universal-organizational-unit-names',
    sequenceOf(universalOrBMPString(ub.organizationalUnitNameLength), unitNames),
  ],
  [28, 'universal-domain-defined-attributes', sequenceOf(UniversalDomainDefinedAttribute, domainDefined)],
  [29, 'universal-physical-delivery-office-name', universalPDSParameter],
  [30, 'universal-physical-delivery-office-number', universalPDSParameter],
  [31, 'universal-extension-OR-address-components', universalPDSParameter],
  [32, 'universal-physical-delivery-personal-name', universalPDSParameter],
  [33, 'universal-physical-delivery-organization-name', universalPDSParameter],
  [34, 'universal-extension-physical-delivery-address-components', universalPDSParameter],
  [35, 'universal-unformatted-postal-address', universalOrBMPString(ub.unformattedAddressLength)],
  [36, 'universal-street-address', universalPDSParameter],
  [37, 'universal-post-office-box-address', universalPDSParameter],
  [38, 'universal-poste-restante-address', universalPDSParameter],
  [39, 'universal-unique-postal-name', universalPDSParameter],
  [40, 'universal-local-postal-attributes', universalPDSParameter],
];

/** The extension attributes of X.411's ExtensionAttributeTable, by number. */
export const extensionAttributes: ReadonlyMap<number, StandardExtensionAttribute> = new Map(
  table.map(([number, name, type]) => [number, { number, name, type }]),
);

/** An attribute that the built-in ones of 1984 cannot hold. */
@sequence()
export class ExtensionAttribute {
  @member(integer(undefined, { min: 0, max: ub.extensionAttributes }), { tag: 0 }) extensionAttributeType!: number;
  /** Of the type that `extensionAttributes` has for it; the octets of a TLV where it has none. */
  @member(openType(attributeType, { name: 'ExtensionAttribute.value' }), { tag: 1 })
  extensionAttributeValue!: unknown;
}

function attributeType(sibling: (name: string) => unknown): TypeRef | undefined {
  return extensionAttributes.get(Number(sibling('extensionAttributeType')))?.type;
}
