import { choice, member, set } from '../asn1/declare.js';
import { explicit, integer, nullType } from '../asn1/types.js';
import { MTAName } from './identifiers.js';
import { Credentials, SecurityContext, type SecurityLabel } from './security.js';
import { upperBounds as ub } from './upper-bounds.js';

// X.411 (06/1999), module MTAAbstractService. Neither SET has an extension field: whatever else stands in them is foreign.

@set({ name: 'MTABindArgument.authenticated' })
export class AuthenticatedBindArgument {
  @member(MTAName, { tag: 0 }) initiatorName!: string;
  @member(Credentials, { tag: 1 }) initiatorCredentials!: Credentials;
  @member(SecurityContext, { tag: 2, optional: true, since: 1988 }) securityContext?: SecurityLabel[];
}

/** What the initiator sends. X.411 (06/1999), module MTAAbstractService. */
@choice()
export class MTABindArgument {
  @member(nullType) unauthenticated?: null;
  @member(AuthenticatedBindArgument, { tag: 1 }) authenticated?: AuthenticatedBindArgument;
}

@set({ name: 'MTABindResult.authenticated' })
export class AuthenticatedBindResult {
  @member(MTAName, { tag: 0 }) responderName!: string;
  @member(Credentials, { tag: 1 }) responderCredentials!: Credentials;
}

/** What the responder answers. X.411 (06/1999), module MTAAbstractService. */
@choice()
export class MTABindResult {
  @member(nullType) unauthenticated?: null;
  @member(AuthenticatedBindResult, { tag: 1 }) authenticated?: AuthenticatedBindResult;
}

/** Why the responder refuses. X.411 (06/1999), module MTAAbstractService; there is no 1. */
export const MTABindError = integer(
  {
    busy: 0,
    authenticationError: 2,
    unacceptableDialogueMode: 3,
    unacceptableSecurityContext: 4,
    inadequateAssociationConfidentiality: 5,
  },
  { name: 'MTABindError', min: 0, max: ub.integerOptions },
);

// The wrappers of normal mode; the X.410 modes have the bare values. X.419; the tags are of ROSE-bind.
export const BindInvoke = { ...explicit(16, MTABindArgument), name: 'bind-invoke' };
export const BindResult = { ...explicit(17, MTABindResult), name: 'bind-result' };
export const BindError = { ...explicit(18, MTABindError), name: 'bind-error' };
export const UnbindInvoke = { ...explicit(19, nullType), name: 'unbind-invoke' };
export const UnbindResult = { ...explicit(20, nullType), name: 'unbind-result' };
export const UnbindError = { ...explicit(21, nullType), name: 'unbind-error' };

/** Any user data of RT-OPEN and RT-CLOSE in normal mode. */
@choice({ name: 'MTA-bind' })
export class MTABindAPDU {
  @member(BindInvoke) bindInvoke?: MTABindArgument;
  @member(BindResult) bindResult?: MTABindResult;
  @member(BindError) bindError?: number;
  @member(UnbindInvoke) unbindInvoke?: null;
  @member(UnbindResult) unbindResult?: null;
  @member(UnbindError) unbindError?: null;
}
