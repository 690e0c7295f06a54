import { choice, member, sequence } from '../asn1/declare.js';
import { application, ia5String, numericString, printableString } from '../asn1/types.js';
import { upperBounds as ub } from './upper-bounds.js';

/** X.411 (06/1999), module MTSAbstractService: the country of a domain, as an X.121 data country code or an ISO 3166 code. */
@choice({ application: 1 })
export class CountryName {
  @member(numericString({ min: ub.countryNameNumericLength, max: ub.countryNameNumericLength })) x121DccCode?: string;
  @member(printableString({ min: ub.countryNameAlphaLength, max: ub.countryNameAlphaLength }))
  iso3166Alpha2Code?: string;
}

/** A single space stands for any ADMD; that, an empty name and an absent one are three different things. */
@choice({ application: 2 })
export class AdministrationDomainName {
  @member(numericString({ min: 0, max: ub.domainNameLength })) numeric?: string;
  @member(printableString({ min: 0, max: ub.domainNameLength })) printable?: string;
}

/** Untagged in a GlobalDomainIdentifier, [2] in an O/R name. */
@choice()
export class PrivateDomainIdentifier {
  @member(numericString({ min: 1, max: ub.domainNameLength })) numeric?: string;
  @member(printableString({ min: 1, max: ub.domainNameLength })) printable?: string;
}

/** Names a management domain. */
@sequence({ application: 3 })
export class GlobalDomainIdentifier {
  @member(CountryName) countryName!: CountryName;
  @member(AdministrationDomainName) administrationDomainName!: AdministrationDomainName;
  @member(PrivateDomainIdentifier, { optional: true }) privateDomainIdentifier?: PrivateDomainIdentifier;
}

export const LocalIdentifier = ia5String({ min: 1, max: ub.localIdLength }, { name: 'LocalIdentifier' });

/** Identifies a message, probe or report for ever; MPDUIdentifier in 1984. */
@sequence({ application: 4 })
export class MTSIdentifier {
  @member(GlobalDomainIdentifier) globalDomainIdentifier!: GlobalDomainIdentifier;
  @member(LocalIdentifier) localIdentifier!: string;
}

export const MTAName = ia5String({ min: 1, max: ub.mtaNameLength }, { name: 'MTAName' });

/** Assigned by the originator, and given back in reports. */
export const ContentIdentifier = application(
  10,
  'ContentIdentifier',
  printableString({ min: 1, max: ub.contentIdLength }),
);
