import type { BitString } from '../asn1/bit-string.js';
import { choice, member, sequence, set } from '../asn1/declare.js';
import {
  bitString,
  ia5String,
  integer,
  objectIdentifier,
  octetString,
  openType,
  printableString,
  sequenceOf,
  setOf,
  utcTime,
} from '../asn1/types.js';
import { Name } from './directory-name.js';
import { upperBounds as ub } from './upper-bounds.js';

// Tokens and certificates are kept as octets: the harness looks for foreign data beside them, not for forgeries.

/** X.509. */
@sequence()
export class AlgorithmIdentifier {
  @member(objectIdentifier) algorithm!: string;
  @member(openType(), { optional: true }) parameters?: unknown;
}

@sequence()
export class SecurityCategory {
  @member(objectIdentifier, { tag: 0 }) type!: string;
  @member(openType(), { tag: 1 }) value!: unknown;
}

export const SecurityClassification = integer(
  { unmarked: 0, unclassified: 1, restricted: 2, confidential: 3, secret: 4, topSecret: 5 },
  { name: 'SecurityClassification', min: 0, max: ub.integerOptions },
);

/** X.411 (06/1999), module MTSAbstractService. Policies and categories are an open set. */
@set()
export class SecurityLabel {
  @member(objectIdentifier, { optional: true }) securityPolicyIdentifier?: string;
  @member(SecurityClassification, { optional: true }) securityClassification?: number;
  @member(printableString({ min: 1, max: ub.privacyMarkLength }), { optional: true }) privacyMark?: string;
  @member(setOf(SecurityCategory, { name: 'SecurityCategories', size: { min: 1, max: ub.securityCategories } }), {
    optional: true,
  })
  securityCategories?: SecurityCategory[];
}

export const SecurityContext = setOf(SecurityLabel, {
  name: 'SecurityContext',
  size: { min: 1, max: ub.securityLabels },
});

/** X.411 (06/1999), module MTSAbstractService. */
@sequence()
export class Token {
  @member(objectIdentifier, { tag: 0 }) tokenTypeIdentifier!: string;
  @member(openType(), { tag: 1 }) token!: unknown;
}

/** X.509: a certificate and the path to it. */
@sequence()
export class Certificates {
  @member(openType(undefined, { name: 'Certificate' })) userCertificate!: unknown;
  @member(sequenceOf(openType(), { name: 'ForwardCertificationPath' }), { optional: true })
  certificationPath?: unknown[];
}

/** X.509, module CertificateExtensions; what only a directory reads is kept as octets. */
@sequence()
export class CertificateAssertion {
  @member(integer(), { tag: 0, optional: true }) serialNumber?: number | bigint;
  @member(Name, { tag: 1, optional: true }) issuer?: Name;
  @member(octetString(), { tag: 2, optional: true }) subjectKeyIdentifier?: Uint8Array;
  @member(sequenceOf(openType()), { tag: 3, optional: true }) authorityKeyIdentifier?: unknown[];
  /** UTCTime or GeneralizedTime. */
  @member(openType(), { tag: 4, optional: true }) certificateValid?: unknown;
  /** The text of a GeneralizedTime: the one place where X.509 brings it into a P1 bind. */
  @member(octetString({ name: 'GeneralizedTime' }), { tag: 5, optional: true }) privateKeyValid?: Uint8Array;
  @member(objectIdentifier, { tag: 6, optional: true }) subjectPublicKeyAlgID?: string;
  @member(bitString(), { tag: 7, optional: true }) keyUsage?: BitString;
  @member(openType(), { tag: 8, optional: true }) subjectAltName?: unknown;
  @member(sequenceOf(objectIdentifier), { tag: 9, optional: true }) policy?: string[];
  @member(openType(), { tag: 10, optional: true }) pathToName?: unknown;
  @member(Name, { tag: 11, optional: true }) subject?: Name;
  @member(sequenceOf(openType()), { tag: 12, optional: true }) nameConstraints?: unknown[];
}

@set()
export class StrongCredentials {
  @member(Token, { tag: 0, optional: true }) bindToken?: Token;
  @member(Certificates, { tag: 1, optional: true }) certificate?: Certificates;
  @member(CertificateAssertion, { tag: 2, optional: true }) certificateSelector?: CertificateAssertion;
}

@sequence()
export class Signature {
  @member(AlgorithmIdentifier) algorithmIdentifier!: AlgorithmIdentifier;
  @member(bitString()) encrypted!: BitString;
}

@set()
export class ProtectedPassword {
  @member(Signature) signature!: Signature;
  @member(utcTime, { tag: 0, optional: true }) time1?: string;
  @member(utcTime, { tag: 1, optional: true }) time2?: string;
  @member(bitString(), { tag: 2, optional: true }) random1?: BitString;
  @member(bitString(), { tag: 3, optional: true }) random2?: BitString;
}

/** Real MTAs send either form and compare the octets, not the type. */
@choice()
export class Password {
  @member(ia5String({ min: 0, max: ub.passwordLength })) ia5String?: string;
  @member(octetString({ size: { min: 0, max: ub.passwordLength } })) octetString?: Uint8Array;
}

@choice()
export class Credentials {
  @member(Password) simple?: Password;
  @member(StrongCredentials, { tag: 0, since: 1988 }) strong?: StrongCredentials;
  /** Since 1996; X.411 bars it from an MTA-bind, where it is decoded all the same. */
  @member(ProtectedPassword, { tag: 1, since: 1988 }) protected?: ProtectedPassword;
}
