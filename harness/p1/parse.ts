import { REPERTOIRE } from '../asn1/repertoire.js';
import { P1specError } from '../ber/error.js';
import type { BuiltInDomainDefinedAttribute, BuiltInStandardAttributes, ORName, PersonalName } from './or-name.js';
import { upperBounds as ub } from './upper-bounds.js';

/** A text that is no O/R address. */
export class ORNameError extends P1specError {
  override readonly name = 'ORNameError';
  /** Where in the text, in characters, counted from 1. */
  readonly position: number;

  constructor(text: string, position: number, message: string, hint: string) {
    const pointer = `${text}\n  ${' '.repeat(position - 1)}^\n  ${hint}`;
    super('ERR_OR_NAME', { message: `${message}, at character ${position}`, hint: pointer });
    this.position = position;
  }
}

interface Attribute {
  /** As messages name it. */
  readonly means: string;
  readonly max: number;
  readonly numeric?: boolean;
  /** May be empty: an empty ADMD, one of a single space and none are three different things. */
  readonly mayBeEmpty?: boolean;
}

/** The labels of RFC 1685, as far as `formatORName` writes them too. */
const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  C: { means: 'country', max: ub.countryNameNumericLength },
  A: { means: 'ADMD', max: ub.domainNameLength, mayBeEmpty: true },
  P: { means: 'PRMD', max: ub.domainNameLength },
  O: { means: 'organization', max: ub.organizationNameLength },
  OU1: { means: 'organizational unit', max: ub.organizationalUnitNameLength },
  OU2: { means: 'organizational unit', max: ub.organizationalUnitNameLength },
  OU3: { means: 'organizational unit', max: ub.organizationalUnitNameLength },
  OU4: { means: 'organizational unit', max: ub.organizationalUnitNameLength },
  CN: { means: 'common name', max: ub.commonNameLength },
  S: { means: 'surname', max: ub.surnameLength },
  G: { means: 'given name', max: ub.givenNameLength },
  I: { means: 'initials', max: ub.initialsLength },
  Q: { means: 'generation qualifier', max: ub.generationQualifierLength },
  X121: { means: 'X.121 address', max: ub.x121AddressLength, numeric: true },
  'T-ID': { means: 'terminal identifier', max: ub.terminalIdLength },
  'N-ID': { means: 'numeric user identifier', max: ub.numericUserIdLength, numeric: true },
};

const ALIASES: Readonly<Record<string, string>> = {
  ADMD: 'A',
  PRMD: 'P',
  OU: 'OU1',
  'X.121': 'X121',
  'UA-ID': 'N-ID',
};

const KNOWN =
  'attributes: C A P O OU1 OU2 OU3 OU4 CN S G I Q X121 T-ID N-ID DDA:type, such as C=GB;A= ;P=ALPHA;O=Example;S=Bob';
const EXTENSION_COMMON_NAME = 1;

interface Part {
  readonly text: string;
  /** Of its first character in the whole, from 0. */
  readonly start: number;
}

/**
 * An O/R address as people write it: `C=GB;A= ;P=ALPHA;S=Bob`, or with slashes as `formatORName` writes it. Strict:
 * unknown and doubled attributes, characters that PrintableString has not, and lengths past X.411's bounds are errors
 * with their place. Labels are in either case. A last `;` may be there or not; see KB 924416.
 */
export function parseORName(text: string): ORName {
  const slashed = text.startsWith('/');
  const read = new Reading(text);
  for (const part of slashed ? partsOf(text.slice(1), '/', 1) : partsOf(text, ';', 0)) read.part(part);
  return read.finish();
}

/** The parts between separators. A `$` takes what follows it as it is; a last part may be empty. */
function partsOf(text: string, separator: string, start: number): Part[] {
  const parts: Part[] = [];
  let begin = 0;
  for (let i = 0; i <= text.length; i += 1) {
    if (text[i] === '$') {
      i += 1;
    } else if (i >= text.length || text[i] === separator) {
      parts.push({ text: text.slice(begin, i), start: start + begin });
      begin = i + 1;
    }
  }
  if (parts.length > 1 && parts.at(-1)?.text.trim() === '') parts.pop();
  return parts;
}

class Reading {
  readonly #text: string;
  readonly #values = new Map<string, { readonly value: string; readonly start: number }>();
  readonly #domainDefined: BuiltInDomainDefinedAttribute[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  part({ text, start }: Part): void {
    const begin = start + (text.length - text.trimStart().length);
    const equals = unescapedEquals(text);
    if (equals < 0) throw this.#error(begin, text.trim() === '' ? 'an empty attribute' : 'an attribute without "="');
    const label = text.slice(0, equals).trim();
    const value = unescaped(text.slice(equals + 1));
    const at = start + equals + 1;
    const defined = /^DDA:(.+)$/i.exec(label);
    if (defined?.[1] !== undefined) {
      this.#defined(unescaped(defined[1]), value, begin, at);
      return;
    }
    const upper = label.toUpperCase();
    const key = ALIASES[upper] ?? upper;
    const attribute = Object.hasOwn(ATTRIBUTES, key) ? ATTRIBUTES[key] : undefined;
    if (attribute === undefined) throw this.#error(begin, `${JSON.stringify(label)} is no attribute of an O/R address`);
    if (this.#values.has(key)) throw this.#error(begin, `a second ${attribute.means} (${key})`);
    this.#check(`${attribute.means} (${key})`, value, at, attribute);
    this.#values.set(key, { value, start: at });
  }

  finish(): ORName {
    const surname = this.#value('S');
    for (const key of ['G', 'I', 'Q']) {
      const { start } = this.#values.get(key) ?? {};
      if (start !== undefined && surname === undefined) {
        throw this.#error(start - key.length - 1, `${key} without a surname (S), which a personal name must have`);
      }
    }
    for (const key of ['C', 'A']) {
      if (this.#values.has(key)) continue;
      const hint = key === 'A' ? '; "A= " with a single space stands for any' : '';
      throw this.#error(this.#text.length, `no ${ATTRIBUTES[key]?.means} (${key})${hint}`);
    }
    const commonName = this.#value('CN');
    const standard = this.#standard(surname);
    const selective = Object.keys(standard).length > 2 || commonName !== undefined || this.#domainDefined.length > 0;
    if (!selective) throw this.#error(this.#text.length, 'nothing beside the country and the ADMD');
    return {
      builtInStandardAttributes: standard,
      ...(this.#domainDefined.length === 0 ? {} : { builtInDomainDefinedAttributes: this.#domainDefined }),
      ...(commonName === undefined
        ? {}
        : {
            extensionAttributes: [
              { extensionAttributeType: EXTENSION_COMMON_NAME, extensionAttributeValue: commonName },
            ],
          }),
    };
  }

  #standard(surname: string | undefined): BuiltInStandardAttributes {
    const [prmd, o, x121, terminal, numericId] = ['P', 'O', 'X121', 'T-ID', 'N-ID'].map((key) => this.#value(key));
    const units = this.#units();
    return {
      countryName: this.#country(),
      administrationDomainName: { printable: this.#value('A') ?? ' ' },
      ...(x121 === undefined ? {} : { networkAddress: x121 }),
      ...(terminal === undefined ? {} : { terminalIdentifier: terminal }),
      ...(prmd === undefined ? {} : { privateDomainName: { printable: prmd } }),
      ...(o === undefined ? {} : { organizationName: o }),
      ...(numericId === undefined ? {} : { numericUserIdentifier: numericId }),
      ...(surname === undefined ? {} : { personalName: this.#personalName(surname) }),
      ...(units.length === 0 ? {} : { organizationalUnitNames: units }),
    };
  }

  #personalName(surname: string): PersonalName {
    const [givenName, initials, generationQualifier] = ['G', 'I', 'Q'].map((key) => this.#value(key));
    return {
      surname,
      ...(givenName === undefined ? {} : { givenName }),
      ...(initials === undefined ? {} : { initials }),
      ...(generationQualifier === undefined ? {} : { generationQualifier }),
    };
  }

  #country(): NonNullable<BuiltInStandardAttributes['countryName']> {
    const { value, start } = this.#values.get('C') ?? { value: '', start: 0 };
    if (/^[A-Za-z]{2}$/.test(value)) return { iso3166Alpha2Code: value };
    if (/^\d{3}$/.test(value)) return { x121DccCode: value };
    throw this.#error(start, 'country (C) is no code of two letters (ISO 3166) or of three digits (X.121)');
  }

  /** From the highest down, without a gap. */
  #units(): string[] {
    const units: string[] = [];
    for (const key of ['OU1', 'OU2', 'OU3', 'OU4']) {
      const found = this.#values.get(key);
      if (found === undefined) continue;
      if (key !== `OU${units.length + 1}`) {
        throw this.#error(found.start - key.length - 1, `${key} without OU${units.length + 1}`);
      }
      units.push(found.value);
    }
    return units;
  }

  #defined(type: string, value: string, begin: number, at: number): void {
    this.#check('the type of a domain-defined attribute', type, begin + 4, {
      max: ub.domainDefinedAttributeTypeLength,
    });
    this.#check(`domain-defined attribute ${type}`, value, at, { max: ub.domainDefinedAttributeValueLength });
    if (this.#domainDefined.length === ub.domainDefinedAttributes) {
      throw this.#error(begin, `more than ${ub.domainDefinedAttributes} domain-defined attributes`);
    }
    this.#domainDefined.push({ type, value });
  }

  #check(what: string, value: string, at: number, { max, numeric, mayBeEmpty }: Omit<Attribute, 'means'>): void {
    if (value === '' && mayBeEmpty !== true) throw this.#error(at, `${what} is empty`);
    // The one value of P1 that is a space, and means something.
    if (value !== value.trim() && !(mayBeEmpty === true && value === ' ')) {
      throw this.#error(at, `${what} begins or ends with a space`);
    }
    const charset = numeric === true ? 'numeric' : 'printable';
    const foreign = value.search(REPERTOIRE[charset] ?? /^$/);
    if (foreign >= 0) {
      const type = numeric === true ? 'NumericString' : 'PrintableString';
      throw this.#error(at + foreign, `${what}: ${JSON.stringify(value[foreign])} is no character of ${type}`);
    }
    if (value.length > max) throw this.#error(at + max, `${what} has ${value.length} characters, ${max} at most`);
  }

  #value(key: string): string | undefined {
    return this.#values.get(key)?.value;
  }

  /** `index` counts from 0. */
  #error(index: number, message: string): ORNameError {
    return new ORNameError(this.#text, index + 1, message, KNOWN);
  }
}

function unescapedEquals(text: string): number {
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '$') i += 1;
    else if (text[i] === '=') return i;
  }
  return -1;
}

function unescaped(text: string): string {
  return text.replace(/\$(.)/gs, '$1');
}
