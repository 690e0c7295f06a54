import type { Octets } from '../../ber/octets.js';
import type { Anomaly, AnomalyCode } from '../anomaly.js';
import { SpduError } from './error.js';
import { digits, Spdu, type SpduParameter } from './spdu.js';
import {
  definitionOf,
  FIRST_SPDUS,
  type ParameterDefinition,
  SECOND_SPDUS,
  SPDU_DEFINITIONS,
  type SpduDefinition,
} from './spdu-table.js';

/** No SPDU has more than some twenty parameters; past this many, octets are hostile and no longer told apart. */
const PARAMETER_LIMIT = 256;

/** PGI 193, PGI 194 and PI 46: the places of SS-user data. */
const USER_DATA_CODES: readonly number[] = [46, 193, 194];

/** Every parameter that X.225 has anywhere, to tell a misplaced one from an unknown one. */
const KNOWN_CODES: ReadonlySet<number> = new Set(
  SPDU_DEFINITIONS.flatMap(({ parameters }) => parameters)
    .flatMap((parameter) => [parameter, ...(parameter.members ?? [])])
    .map(({ code }) => code),
);

export interface DecodedSpdu {
  readonly spdu: Spdu;
  readonly anomalies: readonly Anomaly[];
}

export interface DecodedTsdu {
  /** One SPDU, or a category 0 SPDU and a category 2 SPDU; none where nothing can be read. */
  readonly spdus: readonly Spdu[];
  readonly anomalies: readonly Anomaly[];
  /** X.225 6.3.7 does not know this concatenation, or octets cannot be read: an invalid SPDU for the machine. */
  readonly invalid: boolean;
}

/** Where an SPDU stands decides what SI 1, 25 and 26 mean. X.225 6.3.7. */
export type SpduPosition = 'first' | 'second';

/**
 * Reads one SPDU at the start of `octets`. Throws a SpduError where SI and LI cannot be read or reach too far;
 * everything else is an anomaly. The SPDU's `octets` end with it (DT, EX, TD: with the TSDU).
 */
export function decodeSpdu(octets: Octets, position: SpduPosition = 'first'): DecodedSpdu {
  const notes = new Notes();
  const spdu = readSpdu(octets, position, notes);
  return { spdu, anomalies: notes.anomalies };
}

/** Reads a TSDU into its SPDUs; never throws. X.225 6.3.7. */
export function decodeTsdu(tsdu: Octets): DecodedTsdu {
  const notes = new Notes();
  const spdus: Spdu[] = [];
  try {
    const first = readSpdu(tsdu, 'first', notes);
    spdus.push(first);
    const definition = definitionOf(first.kind);
    let end = first.length;
    if (definition?.category === 0 && end < tsdu.length) {
      const second = readSpdu(tsdu.subarray(end), 'second', notes);
      spdus.push(second);
      end += second.length;
      checkConcatenation(first, second, notes);
    } else if (definition?.category === 2) {
      const message = `${first.kind} without the category 0 SPDU that a category 2 SPDU follows`;
      notes.invalid('unexpected-pdu', first.kind, first.octets, message);
    }
    if (end < tsdu.length) {
      const rest = tsdu.subarray(end);
      const path = `${spdus.at(-1)!.kind}.<surplus>`;
      notes.invalid('surplus-octets', path, rest, `${rest.length} octets behind the last SPDU of the TSDU`);
    }
  } catch (error) {
    if (!(error instanceof SpduError)) throw error;
    // Behind a whole SPDU it is surplus from its first octet on, whatever it was to be.
    const whole = spdus[0]?.length;
    const start = whole === undefined ? (error.offset ?? tsdu.offset) : tsdu.offsetAt(whole);
    const length = Math.max(0, tsdu.offsetAt(tsdu.length) - start);
    notes.unreadable(start, length, error);
  }
  return { spdus, anomalies: notes.anomalies, invalid: notes.isInvalid || spdus.some((spdu) => spdu.malformed) };
}

function checkConcatenation(first: Spdu, second: Spdu, notes: Notes): void {
  const allowed = definitionOf(second.kind);
  if (allowed === undefined) return;
  if (allowed.prefix === undefined || !allowed.prefix.some((kind) => kind === first.kind)) {
    const message = `${second.kind} behind ${first.kind}: X.225 has no such concatenation`;
    notes.invalid('unexpected-pdu', second.kind, second.octets, message);
  } else if (allowed.barePrefix === true && first.tokenItem !== undefined) {
    const item = first.parameter(16)!;
    const message = `a Token Item before ${second.kind}, which excludes it`;
    notes.invalid('misplaced-element', item.path, first.octets, message, '10', item);
  }
  if (first.userData !== undefined) {
    const item = first.parameter(193)!;
    const message = `user data in the ${first.kind} that leads ${second.kind}`;
    notes.add('unexpected-user-data', item.path, item, message, 'c1');
  }
}

const NONE: readonly SpduParameter[] = [];

interface Place {
  readonly offset: number;
  readonly length: number;
}

class Notes {
  readonly anomalies: Anomaly[] = [];
  isInvalid = false;

  add(code: AnomalyCode, path: string, place: Place, message: string, detail?: string, clause = 'X.225 8.3'): void {
    const { offset, length } = place;
    this.anomalies.push({ layer: 'session', code, path, offset, length, message, clause, detail });
  }

  invalid(code: AnomalyCode, path: string, octets: Octets, message: string, detail?: string, place?: Place): void {
    this.isInvalid = true;
    this.add(code, path, place ?? octets, message, detail, 'X.225 6.3.7');
  }

  unreadable(offset: number, length: number, error: SpduError): void {
    this.isInvalid = true;
    this.add('malformed', error.at.path ?? 'SPDU', { offset, length }, error.message, undefined, 'X.225 8.2');
  }
}

function readSpdu(octets: Octets, position: SpduPosition, notes: Notes): Spdu {
  const si = octets.at(0);
  const li = readLength(octets, 1, octets.length);
  if (si === undefined || li === undefined) {
    throw new SpduError('ERR_SPDU_TRUNCATED', { message: 'an SPDU without SI or LI', offset: octets.offset });
  }
  const definition = choose(si, position, octets, li);
  const path = definition?.kind ?? `<SI 0x${hex(si)}>`;
  if (li.end > octets.length) {
    const message = `a length indicator of ${li.end - li.start}, and ${octets.length - li.start} octets follow`;
    throw new SpduError('ERR_SPDU_LENGTH', { message, offset: octets.offsetAt(1), path });
  }
  const takesAll = definition?.userInformation === true;
  const whole = takesAll ? octets : octets.subarray(0, li.end);
  if (li.redundant)
    notes.add('encoding-form', path, whole, 'a length below 255 in three octets', undefined, 'X.225 8.2.5');
  if (definition === undefined) {
    notes.add('unknown-pdu', path, whole, `X.225 has no SPDU with SI ${si} here`, hex(si));
    const unknown = { definition, si, octets: whole, parameters: [], userInformation: undefined, malformed: false };
    return new Spdu(unknown);
  }
  const userInformation = takesAll ? octets.subarray(li.end) : undefined;
  let parameters: readonly SpduParameter[] = NONE;
  let malformed = false;
  // GT, PT, DT and most acknowledgements have none.
  if (li.start < li.end || definition.parameters.some(({ mandatory }) => mandatory)) {
    const reader = new ParameterReader(octets, notes);
    parameters = reader.level(definition.parameters, path, li.start, li.end);
    malformed = reader.malformed;
  }
  const spdu = new Spdu({ definition, si, octets: whole, parameters, userInformation, malformed });
  if (takesAll && userInformation?.length === 0 && spdu.enclosure?.end !== true) {
    notes.add('missing-element', `${path}.userInformation`, whole, `${path} without user information`);
  }
  return spdu;
}

/** SI 41 is ACTIVITY END, and MAJOR SYNC POINT where a Sync Type Item says so. X.225 8.3.22, 8.3.35. */
function choose(si: number, position: SpduPosition, octets: Octets, li: Length): SpduDefinition | undefined {
  const [table, other] = position === 'first' ? [FIRST_SPDUS, SECOND_SPDUS] : [SECOND_SPDUS, FIRST_SPDUS];
  const definition = table.get(si) ?? other.get(si);
  if (definition?.kind === 'ACTIVITY END' && octets.at(li.start) === 15) return definitionOf('MAJOR SYNC POINT');
  return definition;
}

interface Length {
  /** Index of the first octet that it counts, and of the first that it does not. */
  readonly start: number;
  readonly end: number;
  readonly redundant: boolean;
}

/** X.225 8.2.5: one octet, or `ff` and two. Undefined where its own octets are not all there. */
function readLength(octets: Octets, index: number, limit: number): Length | undefined {
  const first = index < limit ? octets.at(index) : undefined;
  if (first === undefined) return undefined;
  if (first < 0xff) return { start: index + 1, end: index + 1 + first, redundant: false };
  if (index + 2 >= limit) return undefined;
  const value = (octets.at(index + 1)! << 8) | octets.at(index + 2)!;
  return { start: index + 3, end: index + 3 + value, redundant: value < 0xff };
}

class ParameterReader {
  malformed = false;
  #count = 0;
  readonly #octets: Octets;
  readonly #notes: Notes;

  constructor(octets: Octets, notes: Notes) {
    this.#octets = octets;
    this.#notes = notes;
  }

  level(definitions: readonly ParameterDefinition[], path: string, start: number, end: number): SpduParameter[] {
    const parameters: SpduParameter[] = [];
    let previous = -1;
    let index = start;
    while (index < end) {
      const code = this.#octets.at(index)!;
      const li = readLength(this.#octets, index + 1, end);
      const offset = this.#octets.offsetAt(index);
      const exceeded = ++this.#count > PARAMETER_LIMIT;
      if (li === undefined || li.end > end || exceeded) {
        const message = exceeded
          ? `more than ${PARAMETER_LIMIT} parameters`
          : `a parameter 0x${hex(code)} that is longer than what it stands in`;
        const place = { offset, length: end - index };
        this.#notes.add('malformed', `${path}.<0x${hex(code)}>`, place, message, hex(code), 'X.225 8.2');
        this.malformed = true;
        return parameters;
      }
      const definition = definitions.find((candidate) => candidate.code === code);
      const own = `${path}.${definition?.name ?? `<0x${hex(code)}>`}`;
      const place = { offset, length: li.end - index };
      const value = this.#octets.subarray(li.start, li.end);
      this.#judge(definition, code, own, place, value, li, previous, parameters);
      const members =
        definition?.members === undefined ? undefined : this.level(definition.members, own, li.start, li.end);
      parameters.push({ code, name: definition?.name, path: own, ...place, value, members });
      previous = code;
      index = li.end;
    }
    this.#missing(definitions, path, start, end, parameters);
    return parameters;
  }

  #judge(
    definition: ParameterDefinition | undefined,
    code: number,
    path: string,
    place: Place,
    value: Octets,
    li: Length,
    previous: number,
    before: readonly SpduParameter[],
  ): void {
    const add = (at: AnomalyCode, message: string, clause?: string) =>
      this.#notes.add(at, path, place, message, hex(code), clause);
    if (definition === undefined) {
      if (!KNOWN_CODES.has(code)) add('unknown-parameter', `X.225 has no parameter 0x${hex(code)}`);
      else if (USER_DATA_CODES.includes(code)) add('unexpected-user-data', 'this SPDU has no user data here');
      else add('misplaced-element', `parameter ${code} does not belong here`);
    } else if (before.some((other) => other.code === code)) {
      add('duplicate-element', `${definition.name} a second time`);
    } else {
      const wrong = judgeValue(definition, value);
      if (wrong !== undefined) add(wrong.code, `${definition.name} ${wrong.message}`);
    }
    if (li.redundant) add('encoding-form', 'a length below 255 in three octets', 'X.225 8.2.5');
    if (code < previous) add('encoding-form', `parameter ${code} behind ${previous}`, 'X.225 8.2.6');
  }

  #missing(
    definitions: readonly ParameterDefinition[],
    path: string,
    start: number,
    end: number,
    parameters: readonly SpduParameter[],
  ): void {
    // A segment that is not the first has its Enclosure Item and its data only. X.225 8.4.2.
    const enclosure = parameters.find(({ code }) => code === 25)?.value.at(0);
    if (enclosure !== undefined && (enclosure & 1) === 0) return;
    // An empty PGI is as good as none. X.225 8.2.6.
    if (start === end && path.includes('.')) return;
    for (const { mandatory, absentHasMeaning, code, name } of definitions) {
      if (!mandatory || absentHasMeaning === true || parameters.some((parameter) => parameter.code === code)) continue;
      const place = { offset: this.#octets.offsetAt(start), length: end - start };
      this.#notes.add('missing-element', `${path}.${name}`, place, `${name} is mandatory`, hex(code));
    }
  }
}

function judgeValue(
  definition: ParameterDefinition,
  value: Octets,
): { code: AnomalyCode; message: string } | undefined {
  if (value.length === 0) {
    return definition.mandatory ? { code: 'bad-value', message: 'is mandatory and empty' } : undefined;
  }
  const [least, most] = definition.length;
  if (value.length < least || value.length > most) {
    const allowed = least === most ? `${most}` : `${least} to ${most}`;
    return { code: 'bad-value', message: `has ${value.length} octets, not ${allowed}` };
  }
  if (definition.digits === true && digits(value) === undefined) {
    return { code: 'bad-value', message: 'is not all digits' };
  }
  if (definition.values !== undefined && !definition.values.includes(value.at(0)!)) {
    return { code: 'bad-value', message: `${value.at(0)} is not one of ${definition.values.join(', ')}` };
  }
  if (definition.bits !== undefined) {
    const octets = value.toBytes();
    const bits = octets.reduce((sum, octet) => sum * 256 + octet, 0);
    if ((bits & ~definition.bits) !== 0)
      return { code: 'unused-bits', message: `0x${value.toHex()} sets reserved bits` };
  }
  return undefined;
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}
