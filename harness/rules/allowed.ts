import { idCsEitAuthority, idMhs, oid, underArc } from '../p1/object-identifiers.js';

// The allow-list of names: what X.411, X.420, X.419 and the stack below them define. Whatever else stands in their
// places is proprietary until an agreement permits it.

export const ABSTRACT_SYNTAXES: ReadonlySet<string> = new Set([oid.acseAbstractSyntax, oid.idAsMtaRtse, oid.idAsMtse]);
export const TRANSFER_SYNTAX: string = oid.ber;
export const APPLICATION_CONTEXT: string = oid.idAcMtsTransfer;
export const MDBEF: string = oid.mdbef;

/** Message handling's own arc is open: new standard content types and encoded information types go there. */
export function isStandardContentType(identifier: string): boolean {
  return underArc(identifier, idMhs);
}

/** X.420 names the character sets of general text under an arc of ISO 10021-7. */
export function isStandardEncodedInformationType(identifier: string): boolean {
  return underArc(identifier, idMhs) || underArc(identifier, idCsEitAuthority);
}

export function isMicrosoft(identifier: string): boolean {
  return underArc(identifier, oid.microsoft);
}

/** The last number that X.411 and X.420 have given to a standard extension. */
export const LAST_STANDARD_EXTENSION = 46;
/** What the bound of the type leaves to later editions. X.411, ub-extension-types. */
export const LAST_EXTENSION_NUMBER = 256;

const GUID = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;
const GUID_DIGITS = /^[0-9a-f]{32}$/i;

/** Whether all of a name is a GUID. */
export function isGuid(text: string): boolean {
  const trimmed = text.trim();
  return GUID.test(trimmed) || GUID_DIGITS.test(trimmed);
}

/** The container of an Exchange directory, as a name's component or inside a legacy name. */
export const CONFIGURATION = /(?:^|[/;,])\s*cn\s*=\s*configuration\s*(?=$|[/;,])/i;
