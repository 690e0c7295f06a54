import { createRequire } from 'node:module';
import { toHex } from '../ber/octets.js';
import type { Chunk, LinkClosed, LinkEvent, LinkOpened } from '../link/events.js';
import type { Direction } from '../stack/direction.js';
import { TranscriptError, type TranscriptErrorCode } from './errors.js';

export const TRANSCRIPT_FORMAT = 'p1spec-transcript';
/** Raised when an older reader could no longer understand the lines; new optional keys do not raise it. */
export const TRANSCRIPT_VERSION = 1;

/** Octets in one data line at most; a larger chunk is written as several. */
const OCTETS_PER_LINE = 16 * 1024 * 1024;
/** Characters in one line at most; no writer of ours comes near it. */
export const LINE_LIMIT = 64 * 1024 * 1024;

export type TranscriptMode = 'normal' | 'x410-1988' | 'x410-1984';

/** One side of the recorded conversation. */
export interface TranscriptParty {
  readonly name?: string;
  readonly preset?: string;
  readonly endpoint?: string;
}

/** A script by the digest of its text. */
export interface TranscriptScript {
  readonly name: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** The first line of a transcript. */
export interface TranscriptHeader {
  /** The version of p1spec that recorded. */
  readonly p1spec: string;
  /** When the recording began, ISO 8601. */
  readonly recorded?: string;
  readonly mode?: TranscriptMode;
  readonly initiator?: TranscriptParty;
  readonly responder?: TranscriptParty;
  /** What a fake of ours got wrong on purpose, in words; a dissector may stumble exactly there. */
  readonly deliberateErrors: readonly string[];
  /** What told our side what to do: a scenario whose text has changed since makes the recording stale. */
  readonly script?: TranscriptScript;
  readonly comment?: string;
  /** Keys that this version does not know; they are kept and written back. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A header with this version of p1spec and no deliberate errors, unless `fields` say otherwise. */
export function transcriptHeader(fields: Partial<TranscriptHeader> = {}): TranscriptHeader {
  return { p1spec: p1specVersion(), deliberateErrors: [], ...fields };
}

/** The package's own version. */
export function p1specVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('p1spec/package.json');
  return isRecord(manifest) && typeof manifest.version === 'string' ? manifest.version : 'unknown';
}

export function formatHeader(header: TranscriptHeader): string {
  const { p1spec, recorded, mode, initiator, responder, deliberateErrors, script, comment, extra } = header;
  const known = { p1spec, recorded, mode, initiator, responder, deliberateErrors, script, comment };
  return JSON.stringify({ format: TRANSCRIPT_FORMAT, version: TRANSCRIPT_VERSION, ...known, ...extra });
}

/** The lines of an event without their line ends: one, or several for a very large chunk. */
export function formatEvent(event: LinkEvent): string[] {
  switch (event.kind) {
    case 'open': {
      const { kind, connection, time, initiator, responder, startLost } = event;
      return [JSON.stringify({ kind, connection, time, initiator, responder, startLost: startLost || undefined })];
    }
    case 'close': {
      const { kind, connection, time, direction, how } = event;
      return [JSON.stringify({ kind, connection, time, direction, how })];
    }
    case 'data': {
      const lines: string[] = [];
      let lost = event.lostBefore || undefined;
      let from = 0;
      do {
        const octets = event.octets.subarray(from, from + OCTETS_PER_LINE);
        lines.push(formatData(event, octets, lost));
        lost = undefined;
        from += OCTETS_PER_LINE;
      } while (from < event.octets.length);
      return lines;
    }
  }
}

function formatData({ kind, connection, direction, time }: Chunk, octets: Uint8Array, lostBefore?: number): string {
  return JSON.stringify({ kind, connection, direction, time, lostBefore, octets: toHex(octets) });
}

/** Where a line stands, for errors. */
export interface LinePlace {
  readonly file?: string;
  readonly line: number;
}

/** Reads and checks the header line. */
export function parseHeader(text: string, place: LinePlace): TranscriptHeader {
  const fail = failing('ERR_TRANSCRIPT_HEADER', place);
  const value = parseJson(text, fail, 'is no transcript header');
  const { format, version, p1spec, recorded, mode, initiator, responder, deliberateErrors, script, comment, ...extra } =
    value;
  if (format !== TRANSCRIPT_FORMAT) {
    throw fail(`is no transcript header: "format" is not "${TRANSCRIPT_FORMAT}"`);
  }
  if (version !== TRANSCRIPT_VERSION) {
    throw new TranscriptError('ERR_TRANSCRIPT_VERSION', {
      message: `${whereText(place)}: transcript version ${JSON.stringify(version)} is not supported`,
      at: place,
      hint: `this p1spec reads version ${TRANSCRIPT_VERSION}; a newer one may read it`,
    });
  }
  if (typeof p1spec !== 'string') throw fail('"p1spec" is no string');
  if (deliberateErrors !== undefined && !isStrings(deliberateErrors))
    throw fail('"deliberateErrors" is no list of strings');
  return {
    p1spec,
    recorded: optionalString(recorded, 'recorded', fail),
    mode: modeOf(mode, fail),
    initiator: partyOf(initiator, 'initiator', fail),
    responder: partyOf(responder, 'responder', fail),
    deliberateErrors: deliberateErrors ?? [],
    ...(script === undefined ? {} : { script: scriptOf(script, fail) }),
    comment: optionalString(comment, 'comment', fail),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

/** Reads and checks one event line. */
export function parseEvent(text: string, place: LinePlace): LinkEvent {
  const fail = failing('ERR_TRANSCRIPT_LINE', place);
  const value = parseJson(text, fail, 'is no transcript event');
  const connection = countOf(value.connection, 'connection', fail);
  if (typeof value.time !== 'number' || !Number.isFinite(value.time)) throw fail('"time" is no number of milliseconds');
  const { time } = value;
  switch (value.kind) {
    case 'open':
      return parseOpen(value, { connection, time }, fail);
    case 'data':
      return parseData(value, { connection, time }, fail);
    case 'close':
      return parseClose(value, { connection, time }, fail);
    default:
      throw fail(`"kind" is ${JSON.stringify(value.kind)}, not open, data or close`);
  }
}

type Failing = (message: string) => TranscriptError;
type Common = Pick<LinkEvent, 'connection' | 'time'>;

function parseOpen(value: Record<string, unknown>, common: Common, fail: Failing): LinkOpened {
  const { initiator, responder, startLost } = value;
  if (typeof initiator !== 'string') throw fail('"initiator" is no string');
  if (typeof responder !== 'string') throw fail('"responder" is no string');
  if (startLost !== undefined && typeof startLost !== 'boolean') throw fail('"startLost" is no boolean');
  return { kind: 'open', ...common, initiator, responder, ...(startLost ? { startLost } : {}) };
}

function parseData(value: Record<string, unknown>, common: Common, fail: Failing): Chunk {
  const { direction, octets, lostBefore } = value;
  if (!isDirection(direction)) throw fail('"direction" is neither i2r nor r2i');
  if (typeof octets !== 'string') throw fail('"octets" is no string');
  const decoded = hexOctets(octets);
  if (decoded === undefined) throw fail('"octets" is not hexadecimal');
  const lost = lostBefore === undefined ? 0 : countOf(lostBefore, 'lostBefore', fail);
  return { kind: 'data', ...common, direction, octets: decoded, ...(lost > 0 ? { lostBefore: lost } : {}) };
}

function parseClose(value: Record<string, unknown>, common: Common, fail: Failing): LinkClosed {
  const { direction, how } = value;
  if (direction !== undefined && !isDirection(direction)) throw fail('"direction" is neither i2r nor r2i');
  if (how !== 'end' && how !== 'reset' && how !== 'lost') throw fail('"how" is not end, reset or lost');
  return { kind: 'close', ...common, ...(direction ? { direction } : {}), how };
}

/** Octets from hexadecimal without white space; undefined if it is anything else. */
export function hexOctets(digits: string): Uint8Array | undefined {
  const decoded = Buffer.from(digits, 'hex');
  return decoded.length * 2 === digits.length ? new Uint8Array(decoded) : undefined;
}

function failing(code: TranscriptErrorCode, place: LinePlace): Failing {
  return (message) => new TranscriptError(code, { message: `${whereText(place)}: ${message}`, at: place });
}

export function whereText({ file, line }: LinePlace): string {
  return file === undefined ? `line ${line}` : `${file}, line ${line}`;
}

function parseJson(text: string, fail: Failing, otherwise: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail(otherwise);
  }
  if (!isRecord(value)) throw fail(otherwise);
  return value;
}

function modeOf(value: unknown, fail: Failing): TranscriptMode | undefined {
  if (value === undefined || value === 'normal' || value === 'x410-1988' || value === 'x410-1984') return value;
  throw fail(`"mode" is ${JSON.stringify(value)}, not normal, x410-1988 or x410-1984`);
}

function partyOf(value: unknown, key: string, fail: Failing): TranscriptParty | undefined {
  if (value === undefined) return undefined;
  if (!isRecord(value)) throw fail(`"${key}" is no object`);
  return {
    name: optionalString(value.name, `${key}.name`, fail),
    preset: optionalString(value.preset, `${key}.preset`, fail),
    endpoint: optionalString(value.endpoint, `${key}.endpoint`, fail),
  };
}

function scriptOf(value: unknown, fail: Failing): TranscriptScript {
  if (!isRecord(value) || typeof value.name !== 'string') throw fail('"script" has no "name"');
  const { name, sha256 } = value;
  if (typeof sha256 !== 'string' || !/^[\da-f]{64}$/.test(sha256))
    throw fail('"script.sha256" is no SHA-256 in hexadecimal');
  return { name, sha256 };
}

function optionalString(value: unknown, key: string, fail: Failing): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw fail(`"${key}" is no string`);
}

function countOf(value: unknown, key: string, fail: Failing): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw fail(`"${key}" is no count`);
}

function isDirection(value: unknown): value is Direction {
  return value === 'i2r' || value === 'r2i';
}

/** A JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
