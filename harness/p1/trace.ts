import { BitString } from '../asn1/bit-string.js';
import { choice, member, sequence, set } from '../asn1/declare.js';
import { application, bitString, enumerated, sequenceOf, utcTime } from '../asn1/types.js';
import { EncodedInformationTypes } from './eits.js';
import { GlobalDomainIdentifier, MTAName } from './identifiers.js';
import { upperBounds as ub } from './upper-bounds.js';

export const RoutingAction = enumerated({ relayed: 0, rerouted: 1 }, { name: 'RoutingAction' });

export const OtherActions = bitString(
  { redirected: 0, dlOperation: 1 },
  { name: 'OtherActions', size: { max: ub.bitOptions } },
);

/** What a domain did with the message. X.411 (06/1999), module MTAAbstractService. */
@set()
export class DomainSuppliedInformation {
  @member(utcTime, { tag: 0 }) arrivalTime!: string;
  @member(RoutingAction, { tag: 2 }) routingAction!: number;
  /** The domain that could not be reached; only with `rerouted`. */
  @member(GlobalDomainIdentifier, { optional: true }) attemptedDomain?: GlobalDomainIdentifier;
  @member(utcTime, { tag: 1, optional: true }) deferredTime?: string;
  @member(EncodedInformationTypes, { optional: true }) convertedEncodedInformationTypes?: EncodedInformationTypes;
  @member(OtherActions, { tag: 3, default: BitString.empty, since: 1988 }) otherActions: BitString = BitString.empty;
}

@sequence()
export class TraceInformationElement {
  @member(GlobalDomainIdentifier) globalDomainIdentifier!: GlobalDomainIdentifier;
  @member(DomainSuppliedInformation) domainSuppliedInformation!: DomainSuppliedInformation;
}

/** The domains on the way, the first to have had the message first. */
export const TraceInformation = application(
  9,
  'TraceInformation',
  sequenceOf(TraceInformationElement, { size: { min: 1, max: ub.transfers } }),
);

@choice({ name: 'MTASuppliedInformation.attempted' })
export class Attempted {
  @member(MTAName) mta?: string;
  @member(GlobalDomainIdentifier) domain?: GlobalDomainIdentifier;
}

/** What an MTA did with the message. */
@set()
export class MTASuppliedInformation {
  @member(utcTime, { tag: 0 }) arrivalTime!: string;
  @member(RoutingAction, { tag: 2 }) routingAction!: number;
  @member(Attempted, { optional: true }) attempted?: Attempted;
  @member(utcTime, { tag: 1, optional: true }) deferredTime?: string;
  @member(EncodedInformationTypes, { optional: true }) convertedEncodedInformationTypes?: EncodedInformationTypes;
  @member(OtherActions, { tag: 3, default: BitString.empty }) otherActions: BitString = BitString.empty;
}

@sequence()
export class InternalTraceInformationElement {
  @member(GlobalDomainIdentifier) globalDomainIdentifier!: GlobalDomainIdentifier;
  @member(MTAName) mtaName!: string;
  @member(MTASuppliedInformation) mtaSuppliedInformation!: MTASuppliedInformation;
}

/** Standard extension 38: the MTAs on the way, within a domain. */
export const InternalTraceInformation = sequenceOf(InternalTraceInformationElement, {
  name: 'InternalTraceInformation',
  size: { min: 1, max: ub.transfers },
});
