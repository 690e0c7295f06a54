import type { Octets } from '../../ber/octets.js';
import { concat } from '../../ber/octets.js';
import type { Anomaly, AnomalyCode } from '../anomaly.js';
import { CotpError, type DecodedTpdu, type Tpdu, type TpduKind, type TpduParameter } from './tpdu.js';

/** Octets of the header of a class 0 DT, which the TPDU size counts. X.224 13.7. */
export const DT_HEADER_LENGTH = 3;

/** Octets that a TPDU size code stands for. X.224 13.3.4 b; RFC 1006 allows all of them in class 0. */
export const TPDU_SIZES: ReadonlyMap<number, number> = new Map(
  [7, 8, 9, 10, 11, 12, 13].map((code) => [code, 2 ** code]),
);

/** A CR is at most this long, so that any class can take it. X.224 13.3.1. */
const CR_MAXIMUM_LENGTH = 128;

const CONNECT_PARAMETERS: ReadonlyMap<number, string> = new Map([
  [0x85, 'acknowledgementTime'],
  [0x86, 'residualErrorRate'],
  [0x87, 'priority'],
  [0x88, 'transitDelay'],
  [0x89, 'throughput'],
  [0x8b, 'reassignmentTime'],
  [0xc0, 'tpduSize'],
  [0xc1, 'callingTransportSelector'],
  [0xc2, 'calledTransportSelector'],
  [0xc3, 'checksum'],
  [0xc4, 'versionNumber'],
  [0xc5, 'protectionParameters'],
  [0xc6, 'additionalOptionSelection'],
  [0xc7, 'alternativeProtocolClasses'],
  [0xf0, 'preferredTpduSize'],
  [0xf2, 'inactivityTimer'],
]);

interface Definition {
  readonly kind: TpduKind;
  /** Octets of the fixed part, the length indicator included. */
  readonly fixed: number;
  readonly parameters: ReadonlyMap<number, string>;
}

const NO_PARAMETERS: ReadonlyMap<number, string> = new Map();
const CHECKSUM: ReadonlyMap<number, string> = new Map([[0xc3, 'checksum']]);

/** By the high four bits of the code. X.224 Table 8. */
const DEFINITIONS: ReadonlyMap<number, Definition> = new Map([
  [0xe0, { kind: 'CR', fixed: 7, parameters: CONNECT_PARAMETERS }],
  [0xd0, { kind: 'CC', fixed: 7, parameters: CONNECT_PARAMETERS }],
  [0x80, { kind: 'DR', fixed: 7, parameters: new Map([...CHECKSUM, [0xe0, 'additionalInformation']]) }],
  [0xc0, { kind: 'DC', fixed: 6, parameters: CHECKSUM }],
  [0xf0, { kind: 'DT', fixed: 3, parameters: NO_PARAMETERS }],
  [0x70, { kind: 'ER', fixed: 5, parameters: new Map([...CHECKSUM, [0xc1, 'invalidTpdu']]) }],
  [0x10, { kind: 'ED', fixed: 5, parameters: CHECKSUM }],
  [0x20, { kind: 'EA', fixed: 5, parameters: CHECKSUM }],
  [0x60, { kind: 'AK', fixed: 5, parameters: new Map([...CHECKSUM, [0x8a, 'subsequenceNumber']]) }],
  [0x50, { kind: 'RJ', fixed: 5, parameters: CHECKSUM }],
]);
const UNKNOWN: Definition = { kind: 'UNKNOWN', fixed: 2, parameters: NO_PARAMETERS };

/** Reads one TPDU, as one TPKT carries it. Throws a CotpError only where length and code cannot be read. */
export function decodeTpdu(octets: Octets): DecodedTpdu {
  const indicator = octets.at(0);
  const code = octets.at(1);
  if (indicator === undefined || code === undefined) {
    throw new CotpError('ERR_COTP_TRUNCATED', { message: 'a TPDU without length or code', offset: octets.offset });
  }
  const headerLength = indicator + 1;
  if (indicator === 0 || indicator === 0xff || headerLength > octets.length) {
    throw new CotpError('ERR_COTP_LENGTH', {
      message: `a length indicator of ${indicator}, and ${octets.length - 1} octets follow`,
      offset: octets.offset,
    });
  }
  const definition = DEFINITIONS.get(code & 0xf0) ?? UNKNOWN;
  const { kind } = definition;
  const anomalies: Anomaly[] = [];
  if (kind === 'DT' && headerLength === DT_HEADER_LENGTH && code === 0xf0 && (octets.at(2)! & 0x7f) === 0) {
    return { tpdu: decodeData(octets, headerLength), anomalies };
  }
  const note: Note = (at, path, start, end, message, detail) => {
    const offset = octets.offsetAt(start);
    const clause = 'X.224 13';
    anomalies.push({ layer: 'cotp', code: at, path, offset, length: end - start, message, clause, detail });
  };
  if (kind === 'UNKNOWN') {
    const rest = octets.subarray(headerLength);
    note('unknown-pdu', kind, 0, octets.length, `no TPDU has code 0x${hex(code)}`, hex(code));
    return { tpdu: { kind, code, ...common(octets, [], rest) }, anomalies };
  }
  if (headerLength < definition.fixed) {
    throw new CotpError('ERR_COTP_LENGTH', {
      message: `a length indicator of ${indicator}, and a ${kind} has at least ${definition.fixed - 1}`,
      offset: octets.offset,
    });
  }
  if (kind === 'DT') {
    judgeData(octets, headerLength, note);
    return { tpdu: decodeData(octets, headerLength), anomalies };
  }
  const rest = octets.subarray(headerLength);
  const parameters = decodeParameters(octets, definition, headerLength, note);
  const base = common(octets, parameters, rest);
  if (rest.length > 0 && kind !== 'ED') {
    // ISODE says in words why it refuses: octets that X.224 does not have there, and that carry nothing.
    const code = kind === 'DR' && isPlainText(rest) ? 'encoding-form' : 'unexpected-user-data';
    note(code, `${kind}.userData`, headerLength, octets.length, userDataMessage(kind));
  }
  return { tpdu: build(kind, code, octets, base), anomalies };
}

type Note = (code: AnomalyCode, path: string, start: number, end: number, message: string, detail?: string) => void;

function common(octets: Octets, parameters: readonly TpduParameter[], userData: Octets) {
  return { octets, offset: octets.offset, length: octets.length, parameters, userData };
}

function userDataMessage(kind: TpduKind): string {
  return kind === 'CR' || kind === 'CC'
    ? `user data on a ${kind}: RFC 1006 lets it pass, and no session protocol sends any`
    : `octets behind a ${kind}, which carries no user data in class 0`;
}

function judgeData(octets: Octets, headerLength: number, note: Note): void {
  if (headerLength > DT_HEADER_LENGTH) {
    note('surplus-octets', 'DT.header', DT_HEADER_LENGTH, headerLength, 'the header of a class 0 DT has three octets');
  }
  if (octets.at(1) !== 0xf0) note('encoding-form', 'DT.code', 1, 2, 'low bits in the code of a class 0 DT');
  if ((octets.at(2)! & 0x7f) !== 0) note('encoding-form', 'DT.number', 2, 3, 'class 0 numbers no DT');
}

/** The path of every ordinary TPKT: nothing is allocated but the TPDU. */
function decodeData(octets: Octets, headerLength: number): Tpdu {
  const number = octets.at(2)!;
  return {
    kind: 'DT',
    endOfTsdu: (number & 0x80) !== 0,
    number: number & 0x7f,
    octets,
    offset: octets.offset,
    length: octets.length,
    parameters: NONE,
    userData: octets.subarray(headerLength),
  };
}

const NONE: readonly TpduParameter[] = [];

function decodeParameters(octets: Octets, definition: Definition, end: number, note: Note): TpduParameter[] {
  const parameters: TpduParameter[] = [];
  let position = definition.fixed;
  while (position < end) {
    const code = octets.at(position)!;
    const length = octets.at(position + 1);
    const path = `${definition.kind}.<0x${hex(code)}>`;
    if (position + 1 >= end || length === undefined || position + 2 + length > end) {
      note('malformed', path, position, end, 'a parameter that is longer than the header it stands in', hex(code));
      break;
    }
    const stop = position + 2 + length;
    const name = definition.parameters.get(code);
    if (name === undefined) {
      note('unknown-parameter', path, position, stop, `${definition.kind} has no parameter 0x${hex(code)}`, hex(code));
    } else if (parameters.some((other) => other.code === code)) {
      note('duplicate-element', `${definition.kind}.${name}`, position, stop, `${name} a second time`, hex(code));
    }
    const value = octets.subarray(position + 2, stop);
    if (name !== undefined && !lengthFits(definition.kind, code, value)) {
      note('bad-value', `${definition.kind}.${name}`, position, stop, `${name} cannot be ${value.toHex()}`, hex(code));
    }
    parameters.push({ code, name, offset: octets.offsetAt(position), length: stop - position, value });
    position = stop;
  }
  if (definition.kind === 'CR' && octets.length > CR_MAXIMUM_LENGTH) {
    note('encoding-form', 'CR', 0, octets.length, `a CR of ${octets.length} octets; X.224 has at most 128`);
  }
  return parameters;
}

function lengthFits(kind: TpduKind, code: number, value: Octets): boolean {
  if (kind !== 'CR' && kind !== 'CC') return true;
  if (code === 0xc0) return value.length === 1 && TPDU_SIZES.has(value.at(0)!);
  if (code === 0xf0) return value.length >= 1 && value.length <= 4 && unsigned(value) > 0;
  return true;
}

function build(
  kind: Exclude<TpduKind, 'DT' | 'UNKNOWN'>,
  code: number,
  octets: Octets,
  base: ReturnType<typeof common>,
): Tpdu {
  const u16 = (index: number) => (octets.at(index)! << 8) | octets.at(index + 1)!;
  switch (kind) {
    case 'CR':
    case 'CC': {
      const last = (wanted: number) => base.parameters.findLast((parameter) => parameter.code === wanted)?.value;
      const size = last(0xc0);
      const preferred = last(0xf0);
      return {
        kind,
        destinationReference: u16(2),
        sourceReference: u16(4),
        protocolClass: octets.at(6)! >> 4,
        options: octets.at(6)! & 0x0f,
        callingSelector: last(0xc1),
        calledSelector: last(0xc2),
        tpduSize: size?.length === 1 ? TPDU_SIZES.get(size.at(0)!) : undefined,
        preferredTpduSize:
          preferred !== undefined && lengthFits(kind, 0xf0, preferred) ? unsigned(preferred) * 128 : undefined,
        ...base,
      };
    }
    case 'DR':
      return { kind, destinationReference: u16(2), sourceReference: u16(4), reason: octets.at(6)!, ...base };
    case 'ER':
      return { kind, destinationReference: u16(2), cause: octets.at(4)!, ...base };
    default:
      return { kind, code, ...base };
  }
}

function unsigned(value: Octets): number {
  let number = 0;
  for (let index = 0; index < value.length; index++) number = number * 256 + value.at(index)!;
  return number;
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}

export interface RawTpduParameter {
  readonly code: number;
  readonly value: Uint8Array;
}

/** A CR or CC of class 0 (or of `protocolClass`, where a fake errs on purpose). */
export function encodeConnect(
  kind: 'CR' | 'CC',
  fields: {
    destinationReference?: number;
    sourceReference: number;
    protocolClass?: number;
    options?: number;
    parameters?: readonly RawTpduParameter[];
    userData?: Uint8Array;
  },
): Uint8Array {
  const { destinationReference = 0, sourceReference, protocolClass = 0, options = 0 } = fields;
  const fixed = [kind === 'CR' ? 0xe0 : 0xd0, ...two(destinationReference), ...two(sourceReference)];
  return header([...fixed, (protocolClass << 4) | options], fields.parameters ?? [], fields.userData);
}

export function encodeDisconnect(fields: {
  destinationReference: number;
  sourceReference: number;
  reason: number;
  parameters?: readonly RawTpduParameter[];
}): Uint8Array {
  const fixed = [0x80, ...two(fields.destinationReference), ...two(fields.sourceReference), fields.reason];
  return header(fixed, fields.parameters ?? []);
}

/** `invalidTpdu`: the octets of the rejected TPDU up to the one that is wrong. X.224 13.12.4. */
export function encodeError(fields: {
  destinationReference: number;
  cause: number;
  invalidTpdu: Uint8Array;
}): Uint8Array {
  const parameters = [{ code: 0xc1, value: fields.invalidTpdu.subarray(0, 240) }];
  return header([0x70, ...two(fields.destinationReference), fields.cause], parameters);
}

/** The three octets in front of a class 0 DT's data. */
export function dataHeader(endOfTsdu: boolean): Uint8Array {
  return Uint8Array.of(2, 0xf0, endOfTsdu ? 0x80 : 0x00);
}

function header(fixed: readonly number[], parameters: readonly RawTpduParameter[], userData?: Uint8Array): Uint8Array {
  const variable = parameters.flatMap(({ code, value }) => [Uint8Array.of(code, value.length), value]);
  const body = concat([Uint8Array.from(fixed), ...variable]);
  const oversized = parameters.find(({ value }) => value.length > 0xff);
  if (body.length > 0xfe || oversized !== undefined) {
    throw new CotpError('ERR_COTP_OPTION', {
      message: `a TPDU header of ${body.length} octets; its length indicator ends at 254`,
      hint: 'shorten the selectors or parameters',
    });
  }
  return concat([Uint8Array.of(body.length), body, ...(userData === undefined ? [] : [userData])]);
}

function two(value: number): [number, number] {
  return [(value >> 8) & 0xff, value & 0xff];
}

/** Printable ASCII, with a C string's zero behind it or without. */
function isPlainText(octets: Octets): boolean {
  const text = octets.at(octets.length - 1) === 0 ? octets.subarray(0, octets.length - 1) : octets;
  return text.toBytes().every((octet) => octet >= 0x20 && octet < 0x7f);
}
