import { P1specError } from '../../ber/error.js';
import type { Endpoint, LinkEvent } from '../../link/events.js';
import type { Direction } from '../../stack/direction.js';
import { directionOf, type RecordedSide } from '../../transcript/compare/connections.js';
import type { RuleSet } from '../../transcript/compare/rule.js';
import type { Unit } from '../../transcript/compare/unit.js';
import { UnitReader } from '../../transcript/compare/units.js';
import type { Truncation } from '../../transcript/conversation.js';
import type { TranscriptHeader } from '../../transcript/format.js';
import { OwnFramer, type OwnOctets } from './own-octets.js';

/** One of our activities in a recording: what is sent of its APDU changes together. */
export interface OwnTransfer {
  /** Told when it ended; undefined where it was cut, or went on elsewhere. */
  apdu: Unit | undefined;
  /** What carries its slices. */
  readonly data: OwnStep[];
}

/** A unit of the peer's on another connection, which came before. */
export interface Need {
  readonly connection: number;
  readonly index: number;
}

export interface OwnStep {
  readonly kind: 'own';
  readonly needs: readonly Need[];
  /** Milliseconds since the epoch, of the recording. */
  readonly time: number;
  readonly sent: OwnOctets;
  readonly units: Unit[];
  readonly transfer: OwnTransfer | undefined;
}

export interface PeerStep {
  readonly kind: 'peer';
  readonly unit: Unit;
  /** Among the peer's units of the connection. */
  readonly index: number;
}

export interface CloseStep {
  readonly kind: 'close';
  readonly how: 'end' | 'reset';
  /** The peer closed before. */
  readonly afterPeer: boolean;
}

/** What happened on one connection, as our side of it has to play it. */
export interface ScriptConnection {
  /** In the recording. */
  readonly connection: number;
  readonly direction: Direction;
  readonly initiator: Endpoint;
  readonly responder: Endpoint;
  readonly steps: readonly (OwnStep | PeerStep | CloseStep)[];
  /** The peer's units that are compared, in order. */
  readonly expected: readonly Unit[];
  /** Connections of the script that were over before it was opened. */
  readonly after: readonly number[];
  readonly needs: readonly Need[];
}

export interface ScriptOptions {
  readonly side: RecordedSide;
  readonly rules: RuleSet;
  readonly header?: TranscriptHeader;
  /** Of the recording's reader, once it has been read. */
  readonly truncation?: Truncation;
  /** For errors. */
  readonly file?: string;
}

/** A recording that cannot be played. */
export class ReplayError extends P1specError {
  override readonly name = 'ReplayError';

  constructor(
    code: 'ERR_REPLAY_INCOMPLETE' | 'ERR_REPLAY_SIDE' | 'ERR_REPLAY_LINK',
    details: { message: string; file?: string; hint?: string },
  ) {
    super(code, { message: details.message, at: { file: details.file }, hint: details.hint });
  }
}

/** Makes a script of one side of a recording. Throws where parts of the recording are missing, or the side is not in it. */
export function scriptOf(events: Iterable<LinkEvent>, options: ScriptOptions): ScriptConnection[] {
  const { file, truncation } = options;
  if (truncation !== undefined) throw incomplete(`the recording is cut short: ${truncation.reason}`, file);
  const scripts = new Map<number, Writing>();
  /** Of each connection, how many of the peer's units came. */
  const heard = new Map<number, number>();
  const reader = new UnitReader();
  const endpoints = new Set<Endpoint>();
  for (const event of events) {
    if (event.kind === 'open') {
      endpoints.add(event.initiator).add(event.responder);
      if (event.startLost === true) throw incomplete(`the start of connection ${event.connection} is missing`, file);
      const direction = directionOf(options.side, event, options.header);
      const after = [...scripts.values()].filter(({ over }) => over).map(({ connection }) => connection);
      if (direction !== undefined)
        scripts.set(event.connection, new Writing(event, direction, after, options.rules, heard));
    }
    if (event.kind === 'data' && (event.lostBefore ?? 0) > 0) {
      throw incomplete(`${event.lostBefore} octets of connection ${event.connection} are missing`, file);
    }
    const units = reader.push(event);
    const { connection } = event;
    scripts.get(connection)?.push(
      event,
      units.filter((unit) => unit.connection === connection),
    );
  }
  for (const unit of reader.end()) scripts.get(unit.connection)?.late(unit);
  // What goes on behind a checkpoint has to be the rest of what was sent before it: its octets stay as they are.
  const writings = [...scripts.values()];
  if (writings.some(({ resumes }) => resumes)) for (const writing of writings) writing.keepApdus();
  if (scripts.size > 0) return [...scripts.values()].map((writing) => writing.end());
  const known = [...endpoints].join(', ');
  throw new ReplayError('ERR_REPLAY_SIDE', {
    message:
      endpoints.size === 0 ? 'the recording holds no connection' : `'${options.side}' is no side of the recording`,
    file,
    hint: endpoints.size === 0 ? undefined : `it has i, r, ${known}`,
  });
}

function incomplete(what: string, file: string | undefined): ReplayError {
  const hint =
    'only a whole recording can be played: capture without a snap length, from before the connection is opened';
  return new ReplayError('ERR_REPLAY_INCOMPLETE', { message: what, file, hint });
}

/**
 * What can be waited for: an APDU whose activity has just ended. When one that broke off is told, and how much of it had
 * come, is an accident.
 */
export function awaitable(units: readonly Unit[]): Unit[] {
  return units.filter(
    ({ layer, connection, direction }) =>
      layer !== 'p1' ||
      units.some(
        (each) => each.name === 'ACTIVITY END' && each.connection === connection && each.direction === direction,
      ),
  );
}

/** A connection's script while its recording is read. */
class Writing {
  readonly connection: number;
  over = false;
  readonly #open: Pick<ScriptConnection, 'initiator' | 'responder' | 'after' | 'needs'>;
  /** Of all connections. */
  readonly #heard: Map<number, number>;
  /** What our last step needed, with all before it. */
  readonly #needed = new Map<number, number>();
  readonly #direction: Direction;
  readonly #rules: RuleSet;
  readonly #framer = new OwnFramer();
  readonly #steps: (OwnStep | PeerStep)[] = [];
  readonly #expected: Unit[] = [];
  /** Our side goes on with a transfer that was interrupted, or broke off. */
  resumes = false;
  readonly #transfers: OwnTransfer[] = [];
  #transfer: OwnTransfer | undefined;
  /** Ours, which is played last. */
  #close: CloseStep | undefined;
  #closed = false;
  #time = 0;

  constructor(
    open: LinkEvent & { kind: 'open' },
    direction: Direction,
    after: readonly number[],
    rules: RuleSet,
    heard: Map<number, number>,
  ) {
    const { initiator, responder, connection } = open;
    this.connection = connection;
    this.#heard = heard;
    this.#open = { initiator, responder, after, needs: this.#needs() };
    this.#direction = direction;
    this.#rules = rules;
  }

  push(event: LinkEvent, units: readonly Unit[]): void {
    this.#time = event.time;
    if (event.kind === 'data') {
      if (event.direction === this.#direction) this.#own(this.#framer.push(event.octets), units);
      for (const unit of awaitable(units)) if (unit.direction !== this.#direction) this.#peer(unit);
    }
    if (event.kind === 'close') {
      for (const unit of units) this.late(unit);
      if (event.how === 'lost') return;
      this.over ||= this.#closed || event.how === 'reset';
      if (event.direction === this.#direction || event.direction === undefined) {
        this.#close ??= { kind: 'close', how: event.how, afterPeer: this.#closed };
      }
      this.#closed = true;
    }
  }

  /** An APDU that is told when the connection has ended: nobody can wait for it. */
  late(unit: Unit): void {
    if (unit.direction === this.#direction) this.#tell(unit);
  }

  keepApdus(): void {
    for (const transfer of this.#transfers) transfer.apdu = undefined;
  }

  end(): ScriptConnection {
    const { connection } = this;
    this.#own(this.#framer.end(), []);
    const last = this.#close ?? { kind: 'close', how: 'end', afterPeer: this.#closed };
    const steps = [...this.#steps, last];
    return { connection, direction: this.#direction, ...this.#open, steps, expected: this.#expected };
  }

  #own(sent: readonly OwnOctets[], units: readonly Unit[]): void {
    const own = units.filter((unit) => unit.direction === this.#direction);
    let next = 0;
    for (const each of sent) {
      const inIt: Unit[] = [];
      const end = each.octets.offsetAt(each.octets.length);
      for (; next < own.length; next += 1) {
        const unit = own[next] as Unit;
        // An APDU is told when it is whole, and begins before.
        if (unit.layer !== 'p1' && unit.offset >= end) break;
        inIt.push(unit);
      }
      this.#step(each, inIt);
    }
    for (; next < own.length; next += 1) this.#tell(own[next] as Unit);
  }

  #step(sent: OwnOctets, units: Unit[]): void {
    const names = units.map(({ name }) => name);
    if (names.includes('ACTIVITY START')) {
      this.#transfer = { apdu: undefined, data: [] };
      this.#transfers.push(this.#transfer);
    }
    if (names.includes('ACTIVITY RESUME')) {
      this.#transfer = undefined;
      this.resumes = true;
    }
    const step: OwnStep = {
      kind: 'own',
      needs: this.#needs(),
      time: this.#time,
      sent,
      units,
      transfer: this.#transfer,
    };
    if (names.includes('DATA TRANSFER')) this.#transfer?.data.push(step);
    for (const unit of units) this.#tell(unit);
    if (names.includes('ACTIVITY END')) this.#transfer = undefined;
    this.#steps.push(step);
  }

  #tell(unit: Unit): void {
    if (unit.layer === 'p1' && this.#transfer !== undefined) this.#transfer.apdu ??= unit;
  }

  #peer(unit: Unit): void {
    if (this.#rules.ofUnit(unit)?.how === 'ignore') return;
    this.#steps.push({ kind: 'peer', unit, index: this.#expected.length });
    this.#expected.push(unit);
    this.#heard.set(this.connection, this.#expected.length);
  }

  /** What has come on other connections since our last step. */
  #needs(): Need[] {
    const needs: Need[] = [];
    for (const [connection, count] of this.#heard) {
      if (connection === this.connection || this.#needed.get(connection) === count) continue;
      this.#needed.set(connection, count);
      needs.push({ connection, index: count - 1 });
    }
    return needs;
  }
}
