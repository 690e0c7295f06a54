import type { AttributeTypeAndValue, DirectoryString, Name } from './directory-name.js';
import { stringAttributes } from './directory-name.js';
import type { GlobalDomainIdentifier, MTSIdentifier } from './identifiers.js';
import type { UniversalOrBMPString } from './or-address-extensions.js';
import type { ORAddress, ORName } from './or-name.js';

// For people who read reports. Values may be incomplete: they come from the wire.

type Part = readonly [key: string, value: string | undefined];

/**
 * An O/R name as `/C=GB/A= /P=X/S=bob/`, in this order: country, domains, organization,
 * units, names, terminals, domain-defined attributes. `/`, `=` and `$` in values are preceded by `$`, as RFC 2156 does.
 * A directory name follows in angle brackets.
 */
export function formatORName(orName: Partial<ORName>): string {
  const address = formatParts([...standardParts(orName), ...domainDefinedParts(orName)]);
  const directory = orName.directoryName === undefined ? '' : `<${formatName(orName.directoryName)}>`;
  return address === '' || directory === '' ? address + directory : `${address} ${directory}`;
}

function standardParts(orName: Partial<ORAddress>): Part[] {
  const standard = orName.builtInStandardAttributes ?? {};
  const { personalName } = standard;
  return [
    ['C', only(standard.countryName)],
    ['A', only(standard.administrationDomainName)],
    ['P', only(standard.privateDomainName)],
    ['O', standard.organizationName ?? extension(orName, 3, 25)],
    ...(standard.organizationalUnitNames ?? []).map((unit, i): Part => [`OU${i + 1}`, unit]),
    ['CN', extension(orName, 1, 2, 24)],
    ['S', personalName?.surname],
    ['G', personalName?.givenName],
    ['I', personalName?.initials],
    ['Q', personalName?.generationQualifier],
    ['X121', standard.networkAddress],
    ['T-ID', standard.terminalIdentifier],
    ['N-ID', standard.numericUserIdentifier],
  ];
}

function domainDefinedParts(orName: Partial<ORAddress>): Part[] {
  return (orName.builtInDomainDefinedAttributes ?? []).map(({ type, value }): Part => [`DDA:${type}`, value]);
}

/** The text of the first of these extension attributes that has one. */
function extension(orName: Partial<ORAddress>, ...numbers: number[]): string | undefined {
  for (const number of numbers) {
    const found = orName.extensionAttributes?.find((each) => each.extensionAttributeType === number);
    const value = found?.extensionAttributeValue;
    if (typeof value === 'string') return value;
    const encoding = (value as Partial<UniversalOrBMPString> | undefined)?.characterEncoding;
    const text = encoding?.twoOctets ?? encoding?.fourOctets;
    if (text !== undefined) return text;
  }
  return undefined;
}

function formatParts(parts: readonly Part[]): string {
  const present = parts.filter(([, value]) => value !== undefined);
  if (present.length === 0) return '';
  return `/${present.map(([key, value]) => `${escaped(key)}=${escaped(value ?? '')}`).join('/')}/`;
}

function escaped(text: string): string {
  return text.replace(/[/=$]/g, '$$$&');
}

/** The text of a CHOICE of strings. */
function only(choice: object | undefined): string | undefined {
  if (choice === undefined) return undefined;
  return Object.values(choice).find((value): value is string => typeof value === 'string');
}

/** A directory name, the root first: `C=GB,O=Example,CN=Bob`. Values that are no text are given in hexadecimal. */
export function formatName(name: Name): string {
  return (name.rdnSequence ?? []).map((rdn) => rdn.map(formatAttribute).join('+')).join(',');
}

function formatAttribute({ type, value }: AttributeTypeAndValue): string {
  const text =
    value instanceof Uint8Array ? `#${Buffer.from(value).toString('hex')}` : only(value as DirectoryString | undefined);
  return `${stringAttributes.get(type) ?? type}=${(text ?? '').replace(/[,+=\\<>]/g, '\\$&')}`;
}

/** A domain as `/PRMD=X/ADMD= /C=GB/`, the form of RFC 2156. */
export function formatGlobalDomainIdentifier(domain: Partial<GlobalDomainIdentifier>): string {
  return formatParts([
    ['PRMD', only(domain.privateDomainIdentifier)],
    ['ADMD', only(domain.administrationDomainName)],
    ['C', only(domain.countryName)],
  ]);
}

/** An identifier as `[/PRMD=X/ADMD= /C=GB/;local-id]`, the form of RFC 2156. */
export function formatMTSIdentifier(identifier: Partial<MTSIdentifier>): string {
  const domain = formatGlobalDomainIdentifier(identifier.globalDomainIdentifier ?? {});
  return `[${domain};${identifier.localIdentifier ?? ''}]`;
}
