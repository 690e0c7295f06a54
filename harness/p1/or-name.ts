import { member, sequence, set } from '../asn1/declare.js';
import { numericString, printableString, sequenceOf, setOf } from '../asn1/types.js';
import { Name } from './directory-name.js';
import { AdministrationDomainName, CountryName, PrivateDomainIdentifier } from './identifiers.js';
import { ExtensionAttribute } from './or-address-extensions.js';
import { upperBounds as ub } from './upper-bounds.js';

/** X.411 (06/1999), module MTSAbstractService, printable form; the teletex and universal forms are extension attributes. */
@set()
export class PersonalName {
  @member(printableString({ min: 1, max: ub.surnameLength }), { tag: 0 }) surname!: string;
  @member(printableString({ min: 1, max: ub.givenNameLength }), { tag: 1, optional: true }) givenName?: string;
  /** All initials but the surname's. */
  @member(printableString({ min: 1, max: ub.initialsLength }), { tag: 2, optional: true }) initials?: string;
  @member(printableString({ min: 1, max: ub.generationQualifierLength }), { tag: 3, optional: true })
  generationQualifier?: string;
}

export const OrganizationalUnitNames = sequenceOf(printableString({ min: 1, max: ub.organizationalUnitNameLength }), {
  name: 'OrganizationalUnitNames',
  size: { min: 1, max: ub.organizationalUnits },
});

/** Present in every O/R name, though it may be empty. The order of a SEQUENCE is mandatory. */
@sequence()
export class BuiltInStandardAttributes {
  @member(CountryName, { optional: true }) countryName?: CountryName;
  @member(AdministrationDomainName, { optional: true }) administrationDomainName?: AdministrationDomainName;
  /** X.121. */
  @member(numericString({ min: 1, max: ub.x121AddressLength }), { tag: 0, optional: true }) networkAddress?: string;
  @member(printableString({ min: 1, max: ub.terminalIdLength }), { tag: 1, optional: true })
  terminalIdentifier?: string;
  @member(PrivateDomainIdentifier, { tag: 2, optional: true }) privateDomainName?: PrivateDomainIdentifier;
  @member(printableString({ min: 1, max: ub.organizationNameLength }), { tag: 3, optional: true })
  organizationName?: string;
  @member(numericString({ min: 1, max: ub.numericUserIdLength }), { tag: 4, optional: true })
  numericUserIdentifier?: string;
  @member(PersonalName, { tag: 5, optional: true }) personalName?: PersonalName;
  /** From the highest unit down. */
  @member(OrganizationalUnitNames, { tag: 6, optional: true }) organizationalUnitNames?: string[];
}

@sequence()
export class BuiltInDomainDefinedAttribute {
  @member(printableString({ min: 1, max: ub.domainDefinedAttributeTypeLength })) type!: string;
  @member(printableString({ min: 1, max: ub.domainDefinedAttributeValueLength })) value!: string;
}

export const BuiltInDomainDefinedAttributes = sequenceOf(BuiltInDomainDefinedAttribute, {
  name: 'BuiltInDomainDefinedAttributes',
  size: { min: 1, max: ub.domainDefinedAttributes },
});

export const ExtensionAttributes = setOf(ExtensionAttribute, {
  name: 'ExtensionAttributes',
  size: { min: 1, max: ub.extensionAttributes },
});

/** An O/R address alone: an untagged SEQUENCE. */
@sequence()
export class ORAddress {
  @member(BuiltInStandardAttributes) builtInStandardAttributes!: BuiltInStandardAttributes;
  @member(BuiltInDomainDefinedAttributes, { optional: true })
  builtInDomainDefinedAttributes?: BuiltInDomainDefinedAttribute[];
  @member(ExtensionAttributes, { optional: true, since: 1988 }) extensionAttributes?: ExtensionAttribute[];
}

/** COMPONENTS OF ORAddress and a directory name. Where it holds nothing else, the address is absent. */
@sequence({ application: 0 })
export class ORName extends ORAddress {
  @member(Name, { tag: 0, optional: true, since: 1988 }) directoryName?: Name;
}
