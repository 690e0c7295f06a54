import type { Octets } from '../../ber/octets.js';
import { DEFAULT_FUNCTIONAL_UNITS, type SpduDefinition, type SpduKind } from './spdu-table.js';

/** A PGI unit or PI unit as it came. X.225 8.2.2, 8.2.3. */
export interface SpduParameter {
  readonly code: number;
  /** As X.225 names it, in camelCase; undefined where X.225 has no such parameter in this SPDU. */
  readonly name: string | undefined;
  /** `CONNECT.connectAcceptItem.versionNumber`, `CONNECT.<0x63>`. */
  readonly path: string;
  readonly offset: number;
  /** Octets of code, length indicator and value together. */
  readonly length: number;
  readonly value: Octets;
  /** What a PGI holds. */
  readonly members: readonly SpduParameter[] | undefined;
}

/** References of a session connection, each as the SS-users' octets. X.225 7.1.1 a. */
export interface SessionReferences {
  readonly calledReference: Octets | undefined;
  readonly callingReference: Octets | undefined;
  readonly commonReference: Octets | undefined;
  readonly additionalReference: Octets | undefined;
}

/** What an ACTIVITY RESUME says of the activity it resumes. X.225 8.3.30. */
export interface LinkingInformation extends SessionReferences {
  readonly activityIdentifier: Octets | undefined;
  readonly serialNumber: number | undefined;
}

/** Which part of a segmented SSDU an SPDU carries. X.225 8.4. */
export interface Enclosure {
  readonly beginning: boolean;
  readonly end: boolean;
}

interface SpduFields {
  readonly definition: SpduDefinition | undefined;
  readonly si: number;
  readonly octets: Octets;
  readonly parameters: readonly SpduParameter[];
  readonly userInformation: Octets | undefined;
  readonly malformed: boolean;
}

/**
 * One SPDU as it was received. The accessors give the first parameter of their name, undefined where it is absent,
 * empty (which X.225 8.2.6 makes the same) or unreadable; `parameters` has everything, in the order it came.
 */
export class Spdu {
  readonly kind: SpduKind;
  /** X.225's abbreviation; '??' for an SI that it does not have. */
  readonly abbreviation: string;
  readonly si: number;
  readonly offset: number;
  readonly length: number;
  readonly octets: Octets;
  readonly parameters: readonly SpduParameter[];
  /** Its parameters cannot all be told apart. */
  readonly malformed: boolean;
  readonly #fields: SpduFields;
  readonly #joined: Octets | undefined;

  constructor(fields: SpduFields, joinedUserData?: Octets) {
    this.kind = fields.definition?.kind ?? 'UNKNOWN';
    this.abbreviation = fields.definition?.abbreviation ?? '??';
    this.si = fields.si;
    this.octets = fields.octets;
    this.offset = fields.octets.offset;
    this.length = fields.octets.length;
    this.parameters = fields.parameters;
    this.malformed = fields.malformed;
    this.#fields = fields;
    this.#joined = joinedUserData;
  }

  /** The same SPDU as the first of several whose user data, joined, is `userData`. X.225 7.37. */
  withUserData(userData: Octets): Spdu {
    return new Spdu(this.#fields, userData);
  }

  /** The first parameter with `code`, at top level or, with `group`, inside that PGI. */
  parameter(code: number, group?: number): SpduParameter | undefined {
    const level = group === undefined ? this.parameters : this.parameter(group)?.members;
    return level?.find((parameter) => parameter.code === code);
  }

  /** SS-user data, wherever this SPDU carries it; the octets keep their stream offsets. */
  get userData(): Octets | undefined {
    if (this.#joined !== undefined) return this.#joined;
    const { definition, userInformation } = this.#fields;
    if (definition === undefined) return undefined;
    if (definition.userInformation === true) return present(userInformation);
    if (definition.kind === 'CONNECT') return this.#value(193) ?? this.#value(194);
    if (definition.kind === 'REFUSE') {
      const value = this.#value(50);
      // The first octet is the reason, but for the segments that follow the first. X.225 8.4.2.2.
      return this.enclosure?.beginning === false ? value : present(value?.subarray(1));
    }
    return definition.userData === undefined ? undefined : this.#value(definition.userData);
  }

  /** Session User Requirements; CN and AC have a default. X.225 8.3.1.16. */
  get functionalUnits(): number | undefined {
    const value = this.#unsigned(20);
    if (value !== undefined) return value;
    return this.kind === 'CONNECT' || this.kind === 'ACCEPT' ? DEFAULT_FUNCTIONAL_UNITS : undefined;
  }

  /** The version bits: 1 is version 1, 2 is version 2, 3 is both. Absent means version 1. X.225 8.3.1.9. */
  get versions(): number | undefined {
    if (this.kind === 'CONNECT' || this.kind === 'ACCEPT') return this.#unsigned(22, 5) ?? 1;
    return this.#unsigned(22);
  }

  /** The highest of `versions`: in an AC, the one selected. */
  get version(): number | undefined {
    const { versions } = this;
    if (versions === undefined) return undefined;
    if ((versions & 2) !== 0) return 2;
    return (versions & 1) !== 0 ? 1 : undefined;
  }

  get protocolOptions(): number | undefined {
    return this.#unsigned(19, 5);
  }

  /** Octets, initiator to responder and back; 0 is no limit. X.225 8.3.1.8. */
  get tsduMaximum(): { readonly i2r: number; readonly r2i: number } | undefined {
    const value = this.#value(21, 5) ?? this.#value(21);
    if (value?.length !== 4) return undefined;
    return { i2r: unsigned(value.subarray(0, 2))!, r2i: unsigned(value.subarray(2))! };
  }

  /** Bit pairs of the Token Setting Item. X.225 8.3.1.11. */
  get tokenSetting(): number | undefined {
    return this.#unsigned(26, 5) ?? this.#unsigned(26);
  }

  /** The tokens of GT, PT or AC, as bits of `Token`. */
  get tokenItem(): number | undefined {
    return this.#unsigned(16);
  }

  get initialSerialNumber(): number | undefined {
    return digits(this.#value(23, 5));
  }

  get callingReference(): Octets | undefined {
    return this.#value(10, 1);
  }

  get calledReference(): Octets | undefined {
    return this.#value(9, 1);
  }

  get commonReference(): Octets | undefined {
    return this.#value(11, 1);
  }

  get additionalReference(): Octets | undefined {
    return this.#value(12, 1);
  }

  get callingSelector(): Octets | undefined {
    return this.#value(51);
  }

  /** Of an AC: the responding session selector. */
  get calledSelector(): Octets | undefined {
    return this.#value(52);
  }

  get transportDisconnect(): number | undefined {
    return this.#unsigned(17);
  }

  /** The reason of an RF, ED, AI or AD. */
  get reason(): number | undefined {
    const value = this.#value(50);
    return this.kind === 'REFUSE' && this.enclosure?.beginning === false ? undefined : value?.at(0);
  }

  get reflect(): Octets | undefined {
    return this.#value(49);
  }

  get serialNumber(): number | undefined {
    return digits(this.#value(42));
  }

  get activityIdentifier(): Octets | undefined {
    return this.#value(41);
  }

  /** Bit 1: no explicit confirmation (MIP), not the end of an activity (MAP); bit 2: data separation. */
  get syncType(): number | undefined {
    return this.#unsigned(15);
  }

  get prepareType(): number | undefined {
    return this.#unsigned(24);
  }

  get resyncType(): number | undefined {
    return this.#unsigned(27);
  }

  get dataOverflow(): boolean {
    return ((this.#unsigned(60) ?? 0) & 1) !== 0;
  }

  get enclosure(): Enclosure | undefined {
    if (this.parameters.length === 0) return undefined;
    const value = this.#unsigned(25);
    return value === undefined ? undefined : { beginning: (value & 1) !== 0, end: (value & 2) !== 0 };
  }

  get linking(): LinkingInformation | undefined {
    if (this.parameter(33) === undefined) return undefined;
    return {
      calledReference: this.#value(9, 33),
      callingReference: this.#value(10, 33),
      commonReference: this.#value(11, 33),
      additionalReference: this.#value(12, 33),
      activityIdentifier: this.#value(41, 33),
      serialNumber: digits(this.#value(42, 33)),
    };
  }

  #value(code: number, group?: number): Octets | undefined {
    return present(this.parameter(code, group)?.value);
  }

  #unsigned(code: number, group?: number): number | undefined {
    return unsigned(this.#value(code, group));
  }
}

function present(octets: Octets | undefined): Octets | undefined {
  return octets === undefined || octets.length === 0 ? undefined : octets;
}

function unsigned(octets: Octets | undefined): number | undefined {
  if (octets === undefined || octets.length > 2) return undefined;
  return octets.length === 1 ? octets.at(0) : (octets.at(0)! << 8) | octets.at(1)!;
}

/** A serial number: ASCII digits, at most six where activities are managed. X.225 8.3.1.10. */
export function digits(octets: Octets | undefined): number | undefined {
  if (octets === undefined || octets.length === 0 || octets.length > 15) return undefined;
  let number = 0;
  for (let index = 0; index < octets.length; index++) {
    const digit = octets.at(index)! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}

/** Whether an SPDU is a segment of an SSDU that other SPDUs complete. */
export function isSegment(spdu: Spdu): boolean {
  const { enclosure } = spdu;
  return enclosure !== undefined && !(enclosure.beginning && enclosure.end);
}
