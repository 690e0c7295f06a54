import { REPERTOIRE } from '../asn1/repertoire.js';
import { type Cause, Changes, clause, unableToDowngrade } from './downgrade-changes.js';
import {
  type ExtensionAttribute,
  extensionAttributes,
  type TeletexPersonalName,
  type UniversalOrBMPString,
  type UniversalPersonalName,
} from './or-address-extensions.js';
import type { BuiltInDomainDefinedAttribute, BuiltInStandardAttributes, ORName, PersonalName } from './or-name.js';
import { upperBounds as ub } from './upper-bounds.js';

/** The type of the domain-defined attribute that stands for a common name. RFC 1328 3.2 writes it so. */
export const COMMON_NAME_TYPE = 'Common';

/** What an O/R name cannot be told without in 1984. */
export class Inexpressible extends Error {}

/**
 * The O/R name as 1984 has it. A common name becomes a domain-defined attribute (RFC 1328 3.2); teletex and universal
 * forms go where the printable form is there or can be had without loss; a directory name goes where there is an address
 * beside it. Throws `Inexpressible` where an attribute has no 1984 form: the name without it would be another name.
 */
export function downgradeORName(orName: ORName, path: string, changes: Changes): ORName {
  const { extensionAttributes: attributes = [], directoryName, ...rest } = orName;
  if (attributes.length === 0 && directoryName === undefined) return orName;
  if (isEmpty(orName)) throw new Inexpressible('a directory name alone');
  const address = new Address(rest, path, changes);
  for (const attribute of attributes) address.note(attribute);
  for (const attribute of attributes) address.take(attribute);
  if (directoryName !== undefined) changes.dropped(`${path}.directoryName`, 'a directory name', clause.annexB);
  return address.orName();
}

/** The name as 1984 has it, or why there is none; nothing is noted of a name that there is not. */
export function expressed(
  orName: ORName,
  path: string,
  changes: Changes,
): { readonly name: ORName; readonly cause?: undefined } | { readonly name?: undefined; readonly cause: Cause } {
  const own = new Changes();
  try {
    const name = downgradeORName(orName, path, own);
    changes.list.push(...own.list);
    return { name };
  } catch (thrown) {
    if (!(thrown instanceof Inexpressible)) throw thrown;
    return { cause: unableToDowngrade(`no 1984 form of the address: ${thrown.message}`, clause.addresses) };
  }
}

function isEmpty({ builtInStandardAttributes, builtInDomainDefinedAttributes, extensionAttributes }: ORName): boolean {
  const present = Object.values(builtInStandardAttributes).filter((each) => each !== undefined);
  return present.length === 0 && !builtInDomainDefinedAttributes?.length && !extensionAttributes?.length;
}

const COMMON_NAME = 1;

class Address {
  readonly #standard: BuiltInStandardAttributes;
  #domainDefined: BuiltInDomainDefinedAttribute[];
  readonly #path: string;
  readonly #changes: Changes;
  /** Attributes that stood in the name in their printable form. */
  readonly #printable = new Set<string>();

  constructor({ builtInStandardAttributes, builtInDomainDefinedAttributes }: ORName, path: string, changes: Changes) {
    this.#standard = { ...builtInStandardAttributes };
    this.#domainDefined = [...(builtInDomainDefinedAttributes ?? [])];
    this.#path = path;
    this.#changes = changes;
    const { organizationName, personalName, organizationalUnitNames } = builtInStandardAttributes;
    if (organizationName !== undefined) this.#printable.add('organization name');
    if (personalName !== undefined) this.#printable.add('personal name');
    if (organizationalUnitNames !== undefined) this.#printable.add('organizational units');
    if (this.#domainDefined.length > 0) this.#printable.add('domain-defined attributes');
  }

  /** Sees every attribute before any is taken: a SET OF has no order. */
  note({ extensionAttributeType }: ExtensionAttribute): void {
    if (extensionAttributeType === COMMON_NAME) this.#printable.add('common name');
  }

  take({ extensionAttributeType: number, extensionAttributeValue: value }: ExtensionAttribute): void {
    switch (number) {
      case COMMON_NAME:
        this.#commonName(String(value));
        break;
      case 2:
      case 24:
        this.#alternative(number, 'common name', () => this.#commonName(textOf(value)));
        break;
      case 3:
      case 25:
        this.#alternative(number, 'organization name', () => {
          this.#standard.organizationName = printable(textOf(value), ub.organizationNameLength, number);
        });
        break;
      case 4:
      case 26:
        this.#alternative(number, 'personal name', () => {
          this.#standard.personalName = personalName(
            value as Partial<TeletexPersonalName | UniversalPersonalName>,
            number,
          );
        });
        break;
      case 5:
      case 27:
        this.#alternative(number, 'organizational units', () => {
          this.#standard.organizationalUnitNames = listed(value, number).map((unit) =>
            printable(textOf(unit), ub.organizationalUnitNameLength, number),
          );
        });
        break;
      case 6:
      case 28:
        this.#alternative(number, 'domain-defined attributes', () => {
          for (const each of listed(value, number)) {
            const { type, value: text } = each as { readonly type?: unknown; readonly value?: unknown };
            this.#define({
              type: printable(textOf(type), ub.domainDefinedAttributeTypeLength, number),
              value: printable(textOf(text), ub.domainDefinedAttributeValueLength, number),
            });
          }
        });
        break;
      default:
        throw new Inexpressible(nameOf(number));
    }
  }

  orName(): ORName {
    const { length } = this.#domainDefined;
    return {
      builtInStandardAttributes: this.#standard,
      ...(length === 0 ? {} : { builtInDomainDefinedAttributes: this.#domainDefined }),
    };
  }

  /** Another form of an attribute is superfluous beside the printable one, and else is put into that form. X.402 18. */
  #alternative(number: number, attribute: string, toPrintable: () => void): void {
    const path = `${this.#path}.extensionAttributes`;
    if (this.#printable.has(attribute)) {
      this.#changes.dropped(path, `${nameOf(number)}, beside its printable form`, clause.addresses);
      return;
    }
    toPrintable();
    this.#printable.add(attribute);
    if (attribute !== 'common name') {
      this.#changes.replaced(path, `${nameOf(number)} by its printable form`, clause.addresses);
    }
  }

  #commonName(text: string): void {
    const value = printable(text, ub.domainDefinedAttributeValueLength, COMMON_NAME);
    if (this.#domainDefined.some(({ type }) => type.toLowerCase() === COMMON_NAME_TYPE.toLowerCase())) {
      throw new Inexpressible(`common-name beside a domain-defined attribute ${COMMON_NAME_TYPE}`);
    }
    this.#define({ type: COMMON_NAME_TYPE, value });
    const message = `common-name by the domain-defined attribute ${COMMON_NAME_TYPE}`;
    this.#changes.replaced(`${this.#path}.extensionAttributes`, message, clause.commonName);
  }

  #define(attribute: BuiltInDomainDefinedAttribute): void {
    if (this.#domainDefined.length >= ub.domainDefinedAttributes) {
      throw new Inexpressible(`more than ${ub.domainDefinedAttributes} domain-defined attributes`);
    }
    this.#domainDefined = [...this.#domainDefined, attribute];
  }
}

function nameOf(number: number): string {
  return extensionAttributes.get(number)?.name ?? `extension attribute ${number}`;
}

/** The characters of a teletex or universal string. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const encoding = (value as Partial<UniversalOrBMPString> | undefined)?.characterEncoding;
  return encoding?.twoOctets ?? encoding?.fourOctets ?? '';
}

function listed(value: unknown, number: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw new Inexpressible(nameOf(number));
  return value;
}

/** The text, where it is a PrintableString of that length. */
function printable(text: string, max: number, number: number): string {
  if (text === '' || text.length > max || REPERTOIRE.printable?.test(text)) throw new Inexpressible(nameOf(number));
  return text;
}

function personalName(name: Partial<TeletexPersonalName | UniversalPersonalName>, number: number): PersonalName {
  const { surname, givenName, initials, generationQualifier } = name;
  const part = (value: unknown, max: number) => printable(textOf(value), max, number);
  return {
    surname: part(surname, ub.surnameLength),
    ...(givenName === undefined ? {} : { givenName: part(givenName, ub.givenNameLength) }),
    ...(initials === undefined ? {} : { initials: part(initials, ub.initialsLength) }),
    ...(generationQualifier === undefined
      ? {}
      : { generationQualifier: part(generationQualifier, ub.generationQualifierLength) }),
  };
}
