import { isIPv6 } from 'node:net';
import type { LinkEvent } from '../link/events.js';
import type { Direction } from '../stack/direction.js';
import { Arena } from './arena.js';
import type { Datagram } from './ip.js';
import { Lead } from './lead.js';
import { Budget, otherSide, type Segment, type Side, type StreamPiece, TcpReassembly } from './tcp.js';
import { TPDU } from './tpkt-start.js';

/** The port of RFC 1006 5. */
const X400_PORT = 102;
/** Octets of one connection that are held until it shows whether it carries TPKTs, or gets its number. */
const HELD_LIMIT = 512 * 1024;
/** Milliseconds that a connection's number waits for an older one which has said nothing yet. */
const NUMBER_PATIENCE = 1000;
/** Ended connections that are remembered, so that their late packets open no new one. */
const ENDED_LIMIT = 4096;
const OPEN_LIMIT = 65_536;

/** Who opened and who accepted, as p1spec's own captures note it. */
export interface NotedEndpoints {
  readonly initiator: string;
  readonly responder: string;
}

/** The TCP connections of a capture; those that carry TPKTs become events. */
export class CaptureConnections {
  ignored = 0;
  readonly #byKey = new Map<string, { connection: CapturedConnection; side: Side }>();
  readonly #emit: (event: LinkEvent) => void;
  readonly #reassembly = { budget: new Budget(), arena: new Arena() };
  readonly #holding = new Budget();
  /** In the order in which they opened: those that may still get a number. */
  readonly #unsettled = new Set<CapturedConnection>();
  /** Those whose number waits for an older one's. */
  readonly #decided = new Set<CapturedConnection>();
  readonly #ended = new Set<CapturedConnection>();
  #numbered = 0;

  constructor(emit: (event: LinkEvent) => void) {
    this.#emit = emit;
  }

  segment(datagram: Datagram, segment: Segment, time: number, noted?: NotedEndpoints): void {
    const key = keyOf(datagram, segment.portsAt);
    let entry = this.#byKey.get(key);
    if (entry !== undefined && segment.syn) {
      const { connection, side } = entry;
      if (connection.tcp.ending !== undefined || !connection.tcp.isOpenedBy(side, segment)) {
        this.#close(connection, time);
        this.#forget(connection);
        entry = undefined;
      }
    }
    if (entry === undefined) {
      if (segment.reset || (!segment.syn && segment.length === 0)) return;
      entry = { connection: this.#open(key, datagram, segment, time, noted), side: 0 };
    }
    const { connection, side } = entry;
    connection.tcp.segment(side, segment, time);
    if (connection.tcp.ending !== undefined) this.#close(connection, time);
    if (connection.carriesTpkt !== undefined && !connection.settled) this.#decided.add(connection);
    if (this.#decided.size > 0) this.#settle(time);
  }

  /** The capture ends. */
  end(time: number): void {
    for (const { connection } of this.#byKey.values()) this.#close(connection, time);
    this.#settle(Number.POSITIVE_INFINITY);
  }

  #open(
    key: string,
    datagram: Datagram,
    segment: Segment,
    time: number,
    noted: NotedEndpoints | undefined,
  ): CapturedConnection {
    const [source, destination] = endpointsOf(datagram, segment.portsAt);
    const opener = segment.syn ? (segment.acknowledgment === undefined ? 0 : 1) : undefined;
    const connection = new CapturedConnection([source, destination], {
      keys: [key, reverseOf(key, datagram.addressLength)],
      opener,
      time,
      noted,
      reassembly: this.#reassembly,
      holding: this.#holding,
      emit: this.#emit,
    });
    // The second last, so that a connection to itself has one side only.
    this.#byKey.set(connection.keys[1], { connection, side: 1 });
    this.#byKey.set(connection.keys[0], { connection, side: 0 });
    this.#unsettled.add(connection);
    if (this.#byKey.size > 2 * OPEN_LIMIT) {
      const [oldest] = this.#byKey.values();
      if (oldest !== undefined) {
        this.#close(oldest.connection, time);
        this.#forget(oldest.connection);
      }
    }
    return connection;
  }

  #close(connection: CapturedConnection, time: number): void {
    if (!connection.close(time)) return;
    if (!connection.settled) this.#decided.add(connection);
    this.#ended.add(connection);
    const [oldest] = this.#ended;
    if (this.#ended.size > ENDED_LIMIT && oldest !== undefined) this.#forget(oldest);
  }

  #forget(connection: CapturedConnection): void {
    this.#ended.delete(connection);
    for (const key of connection.keys) {
      if (this.#byKey.get(key)?.connection === connection) this.#byKey.delete(key);
    }
  }

  /** Numbers connections in the order in which they opened, as far as it is known which of them count. */
  #settle(time: number): void {
    for (const connection of this.#unsettled) {
      if (connection.carriesTpkt !== undefined) this.#count(connection);
      else if (time - connection.openedAt <= NUMBER_PATIENCE) break;
      // One that stays silent loses its turn: it is numbered when it speaks.
      else this.#unsettled.delete(connection);
    }
    for (const connection of this.#decided) {
      if (connection.overflows || !this.#unsettled.has(connection)) this.#count(connection);
    }
  }

  #count(connection: CapturedConnection): void {
    this.#unsettled.delete(connection);
    this.#decided.delete(connection);
    connection.settled = true;
    if (connection.carriesTpkt) connection.number(this.#numbered++);
    else this.ignored += 1;
  }
}

interface Surroundings {
  readonly keys: readonly [string, string];
  /** The side that sent the SYN. */
  readonly opener: Side | undefined;
  readonly time: number;
  readonly noted: NotedEndpoints | undefined;
  readonly reassembly: { budget: Budget; arena: Arena };
  readonly holding: Budget;
  readonly emit: (event: LinkEvent) => void;
}

/** One TCP connection: holds what it carries until that is known to be TPKTs and its number is settled. */
class CapturedConnection {
  readonly tcp: TcpReassembly;
  readonly keys: readonly [string, string];
  readonly openedAt: number;
  /** Undefined until enough has been seen. */
  carriesTpkt: boolean | undefined;
  /** It has its number, or gets none. */
  settled = false;
  readonly #endpoints: readonly [string, string];
  readonly #with: Surroundings;
  readonly #leads: [Lead | undefined, Lead | undefined] = [undefined, undefined];
  #held: StreamPiece[] = [];
  #heldOctets = 0;
  #number: number | undefined;
  #initiator: Side = 0;
  #firstToSpeak: Side | undefined;
  #aligners: readonly [Aligner, Aligner] = [new Aligner(), new Aligner()];
  #closedAt: number | undefined;

  constructor(endpoints: readonly [string, string], surroundings: Surroundings) {
    this.#endpoints = endpoints;
    this.#with = surroundings;
    this.keys = surroundings.keys;
    this.openedAt = surroundings.time;
    this.tcp = new TcpReassembly((piece) => this.#take(piece), surroundings.reassembly);
  }

  get overflows(): boolean {
    return this.#heldOctets > HELD_LIMIT || this.#with.holding.octets > this.#with.holding.limit;
  }

  /** Events may go out from now on. */
  number(connection: number): void {
    this.#number = connection;
    this.#initiator = this.#findInitiator();
    const [initiator, responder] = [this.#initiator, otherSide(this.#initiator)];
    const startLost = this.tcp.startLost(initiator) || this.tcp.startLost(responder);
    const { noted, emit } = this.#with;
    emit({
      kind: 'open',
      connection,
      time: this.openedAt,
      initiator: noted?.initiator ?? this.#endpoints[initiator],
      responder: noted?.responder ?? this.#endpoints[responder],
      ...(startLost ? { startLost } : {}),
    });
    for (const piece of this.#held) this.#emitPiece(piece);
    this.#release();
    if (this.#closedAt !== undefined) this.#emitClose();
  }

  /** False if it was closed before. */
  close(time: number): boolean {
    if (this.#closedAt !== undefined) return false;
    this.tcp.end();
    this.#closedAt = time;
    if (this.carriesTpkt === undefined) this.#decide(false);
    if (this.#number !== undefined) this.#emitClose();
    return true;
  }

  #take(piece: StreamPiece): void {
    this.#firstToSpeak ??= piece.side;
    if (this.#number !== undefined) {
      this.#emitPiece(piece);
    } else if (this.carriesTpkt !== false) {
      this.#held.push(piece);
      this.#heldOctets += piece.octets.length;
      this.#with.holding.octets += piece.octets.length;
      if (this.carriesTpkt === undefined) this.#examine(piece);
    }
  }

  #examine({ side, octets, lost }: StreamPiece): void {
    const lead = this.#leads[side];
    const isFirst = lead === undefined;
    // Behind a gap nothing can be told but by searching anew.
    const fitting = isFirst || lost > 0 ? new Lead(this.tcp.startLost(side) || lost > 0) : lead;
    this.#leads[side] = fitting;
    fitting.add(octets);
    if (typeof fitting.found === 'object') this.#decide(true);
    else if (this.overflows || this.#leads.every((each) => each?.found === 'none')) this.#decide(false);
  }

  #decide(carriesTpkt: boolean): void {
    this.carriesTpkt = carriesTpkt;
    if (!carriesTpkt) this.#release();
  }

  #release(): void {
    this.#with.holding.octets -= this.#heldOctets;
    this.#held = [];
    this.#heldOctets = 0;
  }

  /** The side that sent the CR; failing that the one who opened, the one opposite port 102, or who spoke first. */
  #findInitiator(): Side {
    for (const side of [0, 1] as const) {
      const found = this.#leads[side]?.found;
      if (typeof found !== 'object') continue;
      if (found.code === TPDU.CR) return side;
      if (found.code === TPDU.CC) return otherSide(side);
    }
    if (this.#with.opener !== undefined) return this.#with.opener;
    const atPort = this.#endpoints.findIndex((endpoint) => endpoint.endsWith(`:${X400_PORT}`));
    if (atPort !== -1) return atPort === 0 ? 1 : 0;
    return this.#firstToSpeak ?? 0;
  }

  #emitPiece(piece: StreamPiece): void {
    const aligner = this.#aligners[piece.side];
    for (const aligned of aligner.pass(piece, this.tcp.startLost(piece.side))) this.#emitData(aligned);
  }

  #emitData({ side, time, octets, lost }: StreamPiece): void {
    this.#with.emit({
      kind: 'data',
      connection: this.#number!,
      direction: this.#directionOf(side),
      time,
      octets,
      ...(lost > 0 ? { lostBefore: lost } : {}),
    });
  }

  #emitClose(): void {
    const time = this.#closedAt!;
    for (const side of [this.#initiator, otherSide(this.#initiator)]) {
      const lost = this.#aligners[side].unaligned + this.tcp.missingAtEnd(side);
      if (lost > 0) this.#emitData({ side, time, octets: new Uint8Array(0), lost });
    }
    const { how, side } = this.tcp.ending ?? { how: 'lost' as const };
    const direction = side === undefined ? {} : { direction: this.#directionOf(side) };
    this.#with.emit({ kind: 'close', connection: this.#number!, time, ...direction, how });
  }

  #directionOf(side: Side): Direction {
    return side === this.#initiator ? 'i2r' : 'r2i';
  }
}

/** Leaves out what comes before the first TPKT of a side whose start was lost; it counts as lost. */
class Aligner {
  #lead: Lead | 'aligned' | undefined;
  #held: StreamPiece[] = [];

  /** Octets that were left out since the last piece that passed. */
  unaligned = 0;

  pass(piece: StreamPiece, startLost: boolean): StreamPiece[] {
    if (this.#lead === undefined && !startLost && piece.lost === 0) this.#lead = 'aligned';
    if (this.#lead === 'aligned') return [piece];
    if (this.#lead === undefined || piece.lost > 0 || this.#lead.found === 'none') {
      this.#held = [];
      this.#lead = new Lead(true);
    }
    this.#held.push(piece);
    this.unaligned += piece.lost + piece.octets.length;
    this.#lead.add(piece.octets);
    const { found } = this.#lead;
    if (typeof found !== 'object') return [];
    return this.#align(found.at);
  }

  /** The held pieces from the first TPKT on, which begins `at` octets into them. */
  #align(at: number): StreamPiece[] {
    const aligned: StreamPiece[] = [];
    let skip = at;
    let lost = this.unaligned - this.#held.reduce((sum, { octets }) => sum + octets.length, 0) + at;
    for (const piece of this.#held) {
      const octets = piece.octets.subarray(Math.min(skip, piece.octets.length));
      skip -= piece.octets.length - octets.length;
      if (octets.length === 0) continue;
      aligned.push({ ...piece, octets, lost });
      lost = 0;
    }
    this.#held = [];
    this.unaligned = 0;
    this.#lead = 'aligned';
    return aligned;
  }
}

/** Addresses and ports as they stand, source first. */
function keyOf({ bytes, addressesAt, addressLength }: Datagram, portsAt: number): string {
  const addresses = bytes.toString('latin1', addressesAt, addressesAt + 2 * addressLength);
  return addresses + bytes.toString('latin1', portsAt, portsAt + 4);
}

function reverseOf(key: string, length: number): string {
  const ports = 2 * length;
  const [source, destination] = [key.slice(0, length), key.slice(length, ports)];
  return destination + source + key.slice(ports + 2) + key.slice(ports, ports + 2);
}

function endpointsOf({ bytes, addressesAt, addressLength }: Datagram, portsAt: number): [string, string] {
  const address = (at: number) => addressText(bytes.subarray(at, at + addressLength));
  return [
    `${address(addressesAt)}:${bytes.readUInt16BE(portsAt)}`,
    `${address(addressesAt + addressLength)}:${bytes.readUInt16BE(portsAt + 2)}`,
  ];
}

/** Dotted, or bracketed as in RFC 3986 and shortened as RFC 5952 has it. */
function addressText(address: Uint8Array): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address[2 * index]! << 8) | address[2 * index + 1]!).toString(16),
  );
  const zeros = groups.join(':').match(/\b0(?::0)+\b/g) ?? [];
  const longest = zeros.reduce((best, run) => (run.length > best.length ? run : best), '');
  const full = groups.join(':');
  if (longest === '') return `[${full}]`;
  const at = full.search(new RegExp(`(^|:)${longest}(:|$)`));
  const start = full[at] === ':' ? at + 1 : at;
  const text = `${full.slice(0, start).replace(/:$/, '')}::${full.slice(start + longest.length).replace(/^:/, '')}`;
  return isIPv6(text) ? `[${text}]` : `[${full}]`;
}
