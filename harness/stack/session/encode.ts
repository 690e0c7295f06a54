import { concat } from '../../ber/octets.js';
import { SpduError } from './error.js';
import type { Enclosure } from './spdu.js';
import { definitionOf, type ParameterDefinition, type SpduKind } from './spdu-table.js';

/** References as octets to send. */
export interface ReferenceValues {
  readonly calledReference?: Uint8Array;
  readonly callingReference?: Uint8Array;
  readonly commonReference?: Uint8Array;
  readonly additionalReference?: Uint8Array;
}

/** What an ACTIVITY RESUME is to say of the activity it resumes. */
export interface LinkingValues extends ReferenceValues {
  readonly activityIdentifier?: Uint8Array;
  readonly serialNumber?: number;
}

/** A parameter that the tables do not have, or have otherwise: for fakes that err on purpose. */
export interface ExtraParameter {
  readonly code: number;
  readonly value: Uint8Array;
  /** The PGI that it goes into; top level if absent. */
  readonly group?: number;
  /** `sorted` (the default) keeps ascending codes; `end` puts it behind all others. */
  readonly at?: 'sorted' | 'end';
}

/** What an SPDU is to say. Names and meanings are those of `Spdu`; what its kind cannot hold is not encoded. */
export interface SpduDescription extends ReferenceValues {
  readonly kind: Exclude<SpduKind, 'UNKNOWN'>;
  readonly functionalUnits?: number;
  /** Version bits. */
  readonly versions?: number;
  readonly protocolOptions?: number;
  readonly tsduMaximum?: { readonly i2r: number; readonly r2i: number };
  readonly initialSerialNumber?: number;
  readonly tokenSetting?: number;
  readonly tokenItem?: number;
  readonly transportDisconnect?: number;
  readonly callingSelector?: Uint8Array;
  readonly calledSelector?: Uint8Array;
  readonly dataOverflow?: boolean;
  readonly enclosure?: Enclosure;
  readonly syncType?: number;
  readonly prepareType?: number;
  readonly resyncType?: number;
  readonly reason?: number;
  readonly reflect?: Uint8Array;
  readonly serialNumber?: number;
  readonly activityIdentifier?: Uint8Array;
  readonly linking?: LinkingValues;
  readonly userData?: Uint8Array;
  readonly extraParameters?: readonly ExtraParameter[];
  /** By code: other octets for a parameter than the tables would give it; undefined leaves it out. */
  readonly override?: ReadonlyMap<number, Uint8Array | undefined>;
}

/** PGI 193 of a CN ends here; PGI 194 takes more. X.225 7.1.1. */
export const CONNECT_USER_DATA_LIMIT = 512;
/** PGI 194 ends here. X.225 Table 11. */
export const CONNECT_EXTENDED_USER_DATA_LIMIT = 10240;
/** Octets that a 16-bit length indicator counts. X.225 8.2.5. */
const LENGTH_LIMIT = 0xffff;

/** One SPDU, parameters in ascending order of their codes. X.225 8.2, 8.3. */
export function encodeSpdu(description: SpduDescription): Uint8Array {
  const definition = definitionOf(description.kind)!;
  const values = parameterValues(description);
  const body = encodeLevel(definition.parameters, values, description, undefined);
  const information = definition.userInformation === true ? description.userData : undefined;
  return concat([Uint8Array.of(definition.si), encodeLength(body.length), body, ...(information ? [information] : [])]);
}

/** A parameter as octets: code, length indicator, value. */
export function encodeParameter(code: number, value: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(code), encodeLength(value.length), value]);
}

/** X.225 8.2.5. */
export function encodeLength(length: number): Uint8Array {
  if (length < 0xff) return Uint8Array.of(length);
  if (length > LENGTH_LIMIT) {
    throw new SpduError('ERR_SPDU_VALUE', {
      message: `${length} octets; a length indicator of the session protocol ends at ${LENGTH_LIMIT}`,
      hint: 'segment the user data (version 2)',
    });
  }
  return Uint8Array.of(0xff, length >> 8, length & 0xff);
}

/** Values by code; inside a PGI by `group * 256 + code`. */
type Values = ReadonlyMap<number, Uint8Array>;

function encodeLevel(
  definitions: readonly ParameterDefinition[],
  values: Values,
  description: SpduDescription,
  group: number | undefined,
): Uint8Array {
  const extras = (description.extraParameters ?? []).filter((extra) => extra.group === group);
  const units: { code: number; octets: Uint8Array }[] = [];
  for (const { code, members } of definitions) {
    const replaced = description.override?.has(code) === true;
    const own = members === undefined ? values.get(key(code, group)) : encodeLevel(members, values, description, code);
    const value = replaced ? description.override.get(code) : own;
    if (value === undefined || (members !== undefined && value.length === 0 && !replaced)) continue;
    units.push({ code, octets: encodeParameter(code, value) });
  }
  for (const { code, value, at } of extras) {
    if (at !== 'end') units.push({ code, octets: encodeParameter(code, value) });
  }
  units.sort((one, other) => one.code - other.code);
  for (const { code, value, at } of extras) {
    if (at === 'end') units.push({ code, octets: encodeParameter(code, value) });
  }
  return concat(units.map(({ octets }) => octets));
}

function key(code: number, group?: number): number {
  return (group ?? 0) * 256 + code;
}

function parameterValues(description: SpduDescription): Values {
  const values = new Map<number, Uint8Array>();
  const put = (value: Uint8Array | undefined, code: number, group?: number) => {
    if (value !== undefined) values.set(key(code, group), value);
  };
  const connecting = description.kind === 'CONNECT' || description.kind === 'ACCEPT';
  const { enclosure } = description;
  putReferences(put, description, 1);
  // Protocol options and version number are mandatory inside PGI 5. X.225 Tables 11 and 14.
  put(octet(description.protocolOptions ?? (connecting ? 0 : undefined)), 19, connecting ? 5 : undefined);
  put(tsduMaximum(description), 21, connecting ? 5 : undefined);
  put(octet(description.versions ?? (connecting ? 1 : undefined)), 22, connecting ? 5 : undefined);
  put(serial(description.initialSerialNumber), 23, 5);
  put(octet(description.tokenSetting), 26, connecting ? 5 : undefined);
  put(octet(description.syncType), 15);
  put(octet(description.tokenItem), 16);
  put(octet(description.transportDisconnect), 17);
  if (description.functionalUnits !== undefined) put(two(description.functionalUnits), 20);
  put(octet(description.prepareType), 24);
  if (enclosure !== undefined) put(octet((enclosure.beginning ? 1 : 0) | (enclosure.end ? 2 : 0)), 25);
  put(octet(description.resyncType), 27);
  put(description.activityIdentifier, 41);
  put(serial(description.serialNumber), 42);
  put(description.reflect, 49);
  put(octet(description.reason), 50);
  put(description.callingSelector, 51);
  put(description.calledSelector, 52);
  if (description.dataOverflow === true) put(Uint8Array.of(1), 60);
  if (description.linking !== undefined) {
    putReferences(put, description.linking, 33);
    put(description.linking.activityIdentifier, 41, 33);
    put(serial(description.linking.serialNumber), 42, 33);
  }
  putUserData(put, description);
  return values;
}

type Put = (value: Uint8Array | undefined, code: number, group?: number) => void;

function putReferences(put: Put, references: ReferenceValues, group: number): void {
  put(references.calledReference, 9, group);
  put(references.callingReference, 10, group);
  put(references.commonReference, 11, group);
  put(references.additionalReference, 12, group);
}

function putUserData(put: Put, description: SpduDescription): void {
  const { kind, userData } = description;
  if (userData === undefined) return;
  if (kind === 'CONNECT') {
    put(userData, userData.length > CONNECT_USER_DATA_LIMIT ? 194 : 193);
  } else if (kind === 'REFUSE') {
    // The reason octet leads the data, but for the segments that follow the first. X.225 8.3.5.10, 8.4.2.2.
    const first = description.enclosure?.beginning !== false;
    put(first ? concat([Uint8Array.of(description.reason ?? 2), userData]) : userData, 50);
  } else {
    const code = definitionOf(kind)!.userData;
    if (code !== undefined) put(userData, code);
  }
}

function tsduMaximum({ tsduMaximum }: SpduDescription): Uint8Array | undefined {
  return tsduMaximum === undefined ? undefined : concat([two(tsduMaximum.i2r), two(tsduMaximum.r2i)]);
}

function octet(value: number | undefined): Uint8Array | undefined {
  return value === undefined ? undefined : Uint8Array.of(value);
}

function two(value: number): Uint8Array {
  return Uint8Array.of((value >> 8) & 0xff, value & 0xff);
}

/** ASCII digits without leading zeros. X.225 8.3.1.10. */
function serial(value: number | undefined): Uint8Array | undefined {
  return value === undefined ? undefined : new TextEncoder().encode(String(value));
}

/**
 * The SPDU as one, or as several that carry its user data in segments of at most `limit` octets. X.225 7.37, 8.4.
 * The first has all parameters; those that follow have Enclosure Item and data.
 */
export function segmentSpdu(description: SpduDescription, limit: number): SpduDescription[] {
  const { userData, kind } = description;
  if (userData === undefined || userData.length <= limit) return [description];
  if (limit < 1) throw new SpduError('ERR_SPDU_VALUE', { message: `segments of ${limit} octets` });
  const segments: SpduDescription[] = [];
  for (let start = 0; start < userData.length; start += limit) {
    const enclosure = { beginning: start === 0, end: start + limit >= userData.length };
    const data = userData.subarray(start, start + limit);
    segments.push({ ...(start === 0 ? description : { kind }), enclosure, userData: data });
  }
  return segments;
}
