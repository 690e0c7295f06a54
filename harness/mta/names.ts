import { TagClass, Universal } from '../ber/tag.js';
import type { GlobalDomainIdentifier } from '../p1/identifiers.js';
import type { ORName } from '../p1/or-name.js';

/** A management domain, in short. */
export interface Domain {
  /** ISO 3166, two letters. */
  readonly country: string;
  /** A single space stands for any. */
  readonly administrationDomain: string;
  readonly privateDomain?: string;
}

/** An O/R name, in short: the attributes that people write. */
export interface Address extends Partial<Domain> {
  readonly organization?: string;
  readonly units?: readonly string[];
  readonly commonName?: string;
  readonly surname?: string;
  readonly givenName?: string;
  readonly domainDefined?: readonly { readonly type: string; readonly value: string }[];
  /** The root first: `[['O', 'Example'], ['CN', 'Bob']]`. */
  readonly directoryName?: readonly (readonly [attribute: 'C' | 'O' | 'OU' | 'CN', value: string])[];
}

const COMMON_NAME = 1;

const attributeTypes = { CN: '2.5.4.3', C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11' } as const;

export function globalDomainIdentifier(domain: Domain): GlobalDomainIdentifier {
  const { country, administrationDomain, privateDomain } = domain;
  return {
    countryName: { iso3166Alpha2Code: country },
    administrationDomainName: { printable: administrationDomain },
    ...(privateDomain === undefined ? {} : { privateDomainIdentifier: { printable: privateDomain } }),
  };
}

export function orName(address: Address): ORName {
  const { country, administrationDomain, privateDomain, organization, units, surname, givenName } = address;
  const { commonName, domainDefined, directoryName } = address;
  return {
    builtInStandardAttributes: {
      ...(country === undefined ? {} : { countryName: { iso3166Alpha2Code: country } }),
      ...(administrationDomain === undefined ? {} : { administrationDomainName: { printable: administrationDomain } }),
      ...(privateDomain === undefined ? {} : { privateDomainName: { printable: privateDomain } }),
      ...(organization === undefined ? {} : { organizationName: organization }),
      ...(surname === undefined ? {} : { personalName: { surname, givenName } }),
      ...(units === undefined ? {} : { organizationalUnitNames: [...units] }),
    },
    ...(domainDefined === undefined
      ? {}
      : { builtInDomainDefinedAttributes: domainDefined.map((each) => ({ ...each })) }),
    ...(commonName === undefined
      ? {}
      : { extensionAttributes: [{ extensionAttributeType: COMMON_NAME, extensionAttributeValue: commonName }] }),
    ...(directoryName === undefined
      ? {}
      : {
          directoryName: {
            rdnSequence: directoryName.map(([attribute, value]) => [
              { type: attributeTypes[attribute], value: { printableString: value } },
            ]),
          },
        }),
  };
}

/** The tag of a printable string, for open types. */
export const printableTag = { tagClass: TagClass.universal, tagNumber: Universal.printableString } as const;
