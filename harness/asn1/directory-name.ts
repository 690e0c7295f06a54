import { choice, member, sequence } from './declare.js';
import {
  bmpString,
  ia5String,
  numericString,
  objectIdentifier,
  openType,
  printableString,
  sequenceOf,
  setOf,
  type TypeRef,
  teletexString,
  universalString,
  utf8String,
} from './types.js';

// Here and not in p1, because the AP-titles of ACSE are Names too, and the stack does not know p1.

/**
 * A character string value of an attribute. X.520's DirectoryString, with the string types of older and other
 * attributes (IA5String, NumericString) beside it: which one an attribute uses is for the directory to judge.
 */
@choice({ name: 'DirectoryString' })
export class DirectoryString {
  @member(teletexString()) teletexString?: string;
  @member(printableString()) printableString?: string;
  @member(universalString()) universalString?: string;
  @member(bmpString()) bmpString?: string;
  @member(utf8String()) utf8String?: string;
  @member(ia5String()) ia5String?: string;
  @member(numericString()) numericString?: string;
}

/** Attribute types whose values are strings, with the short names people write. X.520, RFC 4519. */
export const stringAttributes: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.4', 'SN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'street'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.12', 'title'],
  ['2.5.4.13', 'description'],
  ['2.5.4.15', 'businessCategory'],
  ['2.5.4.17', 'postalCode'],
  ['2.5.4.18', 'postOfficeBox'],
  ['2.5.4.20', 'telephoneNumber'],
  ['2.5.4.41', 'name'],
  ['2.5.4.42', 'givenName'],
  ['2.5.4.43', 'initials'],
  ['2.5.4.44', 'generationQualifier'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
]);

/** X.501 9.3. `value` is a DirectoryString where the attribute is known to hold text, else open. */
@sequence()
export class AttributeTypeAndValue {
  @member(objectIdentifier) type!: string;
  @member(openType(attributeValue, { name: 'AttributeValue' })) value!: unknown;
}

function attributeValue(sibling: (name: string) => unknown): TypeRef | undefined {
  const type = sibling('type');
  return typeof type === 'string' && stringAttributes.has(type) ? DirectoryString : undefined;
}

/** X.501 9.3. */
export const RelativeDistinguishedName = setOf(AttributeTypeAndValue, {
  name: 'RelativeDistinguishedName',
  size: { min: 1 },
});

/** X.501 9.2. */
export const RDNSequence = sequenceOf(RelativeDistinguishedName, { name: 'RDNSequence' });

/** X.501 9.2: a CHOICE of one alternative, so that a tag over it is explicit. */
@choice()
export class Name {
  @member(RDNSequence) rdnSequence?: AttributeTypeAndValue[][];
}
