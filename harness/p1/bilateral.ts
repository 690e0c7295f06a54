import { choice, member, sequence, type Tolerance } from '../asn1/declare.js';
import { openType, sequenceOf } from '../asn1/types.js';
import { TagClass } from '../ber/tag.js';
import { AdministrationDomainName, CountryName, PrivateDomainIdentifier } from './identifiers.js';
import { upperBounds as ub } from './upper-bounds.js';

/**
 * The [0] of X.411 replaces the [APPLICATION 2] of AdministrationDomainName (X.680 31.2.7 allows it over a tagged
 * CHOICE); some encoders keep both.
 */
const keptApplicationTag: Tolerance = (element) => {
  const [only, ...more] = element.children;
  if (element.tagClass !== TagClass.context || element.tagNumber !== 0 || only === undefined || more.length > 0) return;
  if (only.tagClass !== TagClass.application || only.tagNumber !== 2 || !only.constructed) return;
  return {
    element: element.retagged(TagClass.context, 0, only),
    message: 'administration-domain-name under both [0] and [APPLICATION 2]',
  };
};

@sequence({ name: 'BilateralDomain.private-domain', tolerate: keptApplicationTag })
export class BilateralPrivateDomain {
  @member(AdministrationDomainName, { tag: 0 }) administrationDomainName!: AdministrationDomainName;
  /** Mandatory in X.411, but real MTAs leave it out. */
  @member(PrivateDomainIdentifier, { tag: 1, optional: true }) privateDomainIdentifier?: PrivateDomainIdentifier;
}

@choice({ name: 'BilateralDomain.domain' })
export class BilateralDomain {
  @member(AdministrationDomainName) administrationDomainName?: AdministrationDomainName;
  @member(BilateralPrivateDomain, { since: 1988 }) privateDomain?: BilateralPrivateDomain;
}

/** Information for one domain on the way, by an agreement with it. X.411 (06/1999), module MTAAbstractService. */
@sequence()
export class PerDomainBilateralInformation {
  @member(CountryName) countryName!: CountryName;
  @member(BilateralDomain) domain!: BilateralDomain;
  /** The octets of a TLV. */
  @member(openType(undefined, { name: 'BILATERAL' })) bilateralInformation!: unknown;
}

export const PerDomainBilateralInformationList = sequenceOf(PerDomainBilateralInformation, {
  name: 'per-domain-bilateral-information',
  size: { min: 1, max: ub.transfers },
});
