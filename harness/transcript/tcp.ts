import type { Arena } from './arena.js';
import type { Datagram } from './ip.js';

/** A TCP segment, RFC 9293 3.1. */
export interface Segment {
  readonly bytes: Buffer;
  readonly portsAt: number;
  readonly sequence: number;
  /** Absent without the ACK bit. */
  readonly acknowledgment: number | undefined;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly reset: boolean;
  /** What was captured of the data. */
  readonly start: number;
  readonly end: number;
  /** Octets of data on the wire. */
  readonly length: number;
}

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;
/** As far as the flags: what a segment must have at the least to be placed. */
const SHORTEST_HEADER = 14;

/** Undefined if too little was captured, or the header's length lies. */
export function readSegment({ bytes, start, end, length }: Datagram): Segment | undefined {
  if (end - start < SHORTEST_HEADER) return undefined;
  const headerLength = (bytes[start + 12]! >> 4) * 4;
  if (headerLength < 20 || headerLength > length) return undefined;
  const flags = bytes[start + 13]!;
  const from = Math.min(end, start + headerLength);
  return {
    bytes,
    portsAt: start,
    sequence: bytes.readUInt32BE(start + 4),
    acknowledgment: flags & ACK ? bytes.readUInt32BE(start + 8) : undefined,
    syn: (flags & SYN) !== 0,
    fin: (flags & FIN) !== 0,
    reset: (flags & RST) !== 0,
    start: from,
    end,
    length: length - headerLength,
  };
}

/** One of the two who share a connection. */
export type Side = 0 | 1;

export function otherSide(side: Side): Side {
  return side === 0 ? 1 : 0;
}

/** Octets of one side, in order. */
export interface StreamPiece {
  readonly side: Side;
  readonly time: number;
  readonly octets: Uint8Array;
  /** Octets between the last piece and this one that are not in the capture. */
  readonly lost: number;
}

/** How a connection ended, and who began to close it. */
export interface Ending {
  readonly how: 'end' | 'reset' | 'lost';
  readonly side?: Side;
}

/** Octets out of order that all connections together may hold. */
export class Budget {
  octets = 0;
  constructor(readonly limit: number = 64 * 1024 * 1024) {}
}

/** Octets, and segments, out of order that one side may hold. */
const SIDE_LIMIT = { octets: 4 * 1024 * 1024, segments: 8192 };
/**
 * Packets of the connection to wait for one that seems lost, or that another one answers: captures are reordered, but
 * not by more.
 */
const PATIENCE = 32;
/** A number further ahead is none of this connection's. */
const FURTHEST = 2 ** 30;

/** A segment out of order; offsets count from the start of the stream. */
interface Waiting {
  readonly offset: number;
  readonly length: number;
  readonly octets: Uint8Array;
  readonly time: number;
  /** What its sender had received by then. */
  readonly acknowledged: number;
}

/** One direction. */
class Stream {
  /** The sequence number of the next octet; undefined until the start is known. */
  next: number | undefined;
  /** The SYN's number. */
  initial: number | undefined;
  /** The start is a guess from the other side's acknowledgement. */
  guessed = false;
  seen = false;
  position = 0;
  /** The other side has received all before this. */
  acknowledged = 0;
  /** Octets before this, captured or not, no longer hold back their answers. */
  assumed = 0;
  finAt: number | undefined;
  lost = 0;
  waiting: Waiting[] = [];
  waitingOctets = 0;

  begin(sequence: number, guessed = false): void {
    this.next = sequence;
    this.guessed = guessed;
  }

  /** The offset that a sequence number stands for; it may lie before the position, or be negative. */
  offsetOf(sequence: number): number {
    return this.position + ((sequence - (this.next ?? sequence)) | 0);
  }

  moveTo(position: number): void {
    this.next = ((this.next ?? 0) + (position - this.position)) >>> 0;
    this.position = position;
  }

  get ended(): boolean {
    return this.finAt !== undefined && this.position >= this.finAt;
  }
}

/**
 * Puts the segments of one connection in order, each direction by its sequence numbers, and the two to each other by
 * what each segment acknowledges. RFC 9293 3.4, 3.10.7.4.
 */
export class TcpReassembly {
  readonly #streams: readonly [Stream, Stream] = [new Stream(), new Stream()];
  readonly #deliver: (piece: StreamPiece) => void;
  readonly #budget: Budget;
  readonly #arena: Arena;
  #held = 0;
  /** Octets of both sides that were given out when it was last counted. */
  #given = 0;
  #firstToClose: Side | undefined;
  /** Set once both sides have closed, or one has reset. */
  ending: Ending | undefined;

  constructor(deliver: (piece: StreamPiece) => void, shared: { budget: Budget; arena: Arena }) {
    this.#deliver = deliver;
    this.#budget = shared.budget;
    this.#arena = shared.arena;
  }

  /** True where the side's SYN is not in the capture: its offsets count from the first octet that is. */
  startLost(side: Side): boolean {
    return this.#streams[side].initial === undefined;
  }

  /** A SYN with this number opens this connection, or repeats the one that did. */
  isOpenedBy(side: Side, segment: Segment): boolean {
    const stream = this.#streams[side];
    if (stream.initial !== undefined) return stream.initial === segment.sequence;
    if (stream.next === undefined || (stream.guessed && stream.position === 0))
      return segment.acknowledgment !== undefined;
    return stream.offsetOf(segment.sequence + 1) === 0;
  }

  segment(side: Side, segment: Segment, time: number): void {
    if (this.ending !== undefined) return;
    const own = this.#streams[side];
    const other = this.#streams[otherSide(side)];
    own.seen = true;
    if (segment.syn && own.initial === undefined) {
      own.initial = segment.sequence;
      if (own.position === 0 && own.waiting.length === 0) own.begin((segment.sequence + 1) >>> 0);
    }
    const acknowledged = this.#acknowledge(own, other, segment);
    if (segment.reset) {
      this.#finish(
        this.#firstToClose === undefined ? { how: 'reset', side } : { how: 'end', side: this.#firstToClose },
      );
      return;
    }
    if (segment.length > 0 || segment.fin) this.#receive(side, segment, time, acknowledged);
    this.#advance();
    if (this.#streams[0].ended && this.#streams[1].ended) this.#finish({ how: 'end', side: this.#firstToClose });
  }

  /** The capture ends: whatever is held is given out, and what is missing is lost. */
  end(): void {
    if (this.ending !== undefined) return;
    const side = this.#firstToClose;
    this.#finish(side === undefined ? { how: 'lost' } : { how: 'end', side });
  }

  #acknowledge(own: Stream, other: Stream, { sequence, acknowledgment, syn }: Segment): number {
    if (acknowledgment === undefined) return 0;
    if (other.next === undefined) {
      // One who opens and has sent nothing yet has received no more than a SYN.
      const opens = syn || (own.initial !== undefined && own.offsetOf(sequence) === 0);
      other.begin(acknowledgment, !opens);
      if (opens) other.initial = (acknowledgment - 1) >>> 0;
    }
    const offset = other.offsetOf(acknowledgment);
    if (offset - other.position > FURTHEST) return 0;
    const received = Math.min(offset, other.finAt ?? offset);
    other.acknowledged = Math.max(other.acknowledged, received);
    // Of one who was never seen nothing can come later.
    return other.seen ? received : 0;
  }

  #receive(side: Side, segment: Segment, time: number, acknowledged: number): void {
    const own = this.#streams[side];
    const sequence = segment.syn ? (segment.sequence + 1) >>> 0 : segment.sequence;
    if (own.next === undefined) own.begin(sequence);
    if (own.guessed) {
      // A single octet before the guessed start is a keep-alive, RFC 9293 3.8.4.
      const before = own.waiting.length === 0 && own.offsetOf(sequence) < 0 && segment.length > 1;
      if (before) own.begin(sequence);
      own.guessed = false;
    }
    const offset = own.offsetOf(sequence);
    const { length } = segment;
    if (offset + length - own.position > FURTHEST) return;
    if (segment.fin) {
      if (offset + length >= own.position) own.finAt ??= offset + length;
      this.#firstToClose ??= side;
    }
    if (length === 0 || offset + length <= own.position) return;
    const octets = segment.bytes.subarray(segment.start, segment.end);
    const waiting = { offset, length, octets, time, acknowledged };
    if (own.waiting.length === 0 && this.#mayPass(side, waiting)) this.#pass(side, waiting);
    else this.#hold(side, waiting);
  }

  #hold(side: Side, waiting: Waiting): void {
    const own = this.#streams[side];
    let index = own.waiting.length;
    while (index > 0 && own.waiting[index - 1]!.offset > waiting.offset) index -= 1;
    const before = own.waiting[index - 1];
    if (before?.offset === waiting.offset && before.octets.length >= waiting.octets.length) return;
    own.waiting.splice(index, 0, { ...waiting, octets: new Uint8Array(waiting.octets) });
    own.waitingOctets += waiting.octets.length;
    this.#budget.octets += waiting.octets.length;
    while (own.waiting.length > 0 && this.#overflows(own)) this.#unblock(side);
  }

  #overflows({ waiting, waitingOctets }: Stream): boolean {
    if (waiting.length > SIDE_LIMIT.segments || waitingOctets > SIDE_LIMIT.octets) return true;
    return this.#budget.octets > this.#budget.limit;
  }

  #mayPass(side: Side, { offset, acknowledged }: Waiting): boolean {
    const other = this.#streams[otherSide(side)];
    return offset <= this.#streams[side].position && acknowledged <= Math.max(other.position, other.assumed);
  }

  #pass(side: Side, { offset, length, octets, time }: Waiting): void {
    const own = this.#streams[side];
    const end = offset + length;
    if (end <= own.position) return;
    const kept = octets.subarray(Math.min(own.position - offset, octets.length));
    const missing = end - own.position - kept.length;
    if (kept.length > 0) {
      this.#deliver({ side, time, octets: this.#arena.copy(kept), lost: own.lost });
      own.lost = 0;
    }
    own.lost += missing;
    own.moveTo(end);
  }

  #passNext(side: Side): void {
    const own = this.#streams[side];
    const next = own.waiting.shift()!;
    own.waitingOctets -= next.octets.length;
    this.#budget.octets -= next.octets.length;
    this.#pass(side, next);
  }

  /** Gives out all that has become possible. */
  #advance(): void {
    if (!this.#isHolding()) {
      this.#held = 0;
      return;
    }
    this.#passAll();
    // Patience is with what waits now: whatever was given out in the meantime begins it anew.
    const given = this.#streams[0].position + this.#streams[1].position;
    this.#held = this.#isHolding() && given === this.#given ? this.#held + 1 : 0;
    this.#given = given;
    if (this.#held <= PATIENCE) return;
    for (const side of [0, 1] as const) {
      const [first] = this.#streams[side].waiting;
      // Without an acknowledgement a gap may still be filled by a retransmission.
      const isLost = first !== undefined && this.#streams[side].acknowledged >= first.offset;
      if (isLost || (first !== undefined && first.offset <= this.#streams[side].position)) {
        this.#unblock(side);
        this.#held = 0;
      }
    }
    this.#passAll();
  }

  #isHolding(): boolean {
    return this.#streams[0].waiting.length > 0 || this.#streams[1].waiting.length > 0;
  }

  #passAll(): void {
    for (let progress = true; progress; ) {
      progress = false;
      for (const side of [0, 1] as const) {
        const { waiting } = this.#streams[side];
        while (waiting.length > 0 && this.#mayPass(side, waiting[0]!)) {
          this.#passNext(side);
          progress = true;
        }
      }
    }
  }

  /** Stops waiting for what the side's next segment waits for: its predecessor, or what it answers. */
  #unblock(side: Side): void {
    const own = this.#streams[side];
    const other = this.#streams[otherSide(side)];
    const first = own.waiting[0]!;
    if (first.offset > own.position) {
      own.lost += first.offset - own.position;
      own.moveTo(first.offset);
    }
    other.assumed = Math.max(other.assumed, first.acknowledged);
    this.#passNext(side);
  }

  #finish(ending: Ending): void {
    while (this.#isHolding()) {
      this.#passAll();
      const side = ([0, 1] as const).find((candidate) => {
        const { waiting, position } = this.#streams[candidate];
        return waiting.length > 0 && waiting[0]!.offset > position;
      });
      if (side !== undefined) this.#unblock(side);
      else if (this.#isHolding()) this.#unblock(this.#streams[0].waiting.length > 0 ? 0 : 1);
    }
    this.ending = ending;
  }

  /** What the side sent at the end that is not in the capture; known by the FIN, or by the other's acknowledgement. */
  missingAtEnd(side: Side): number {
    const { finAt, acknowledged, position, lost } = this.#streams[side];
    const missing = Math.max(0, (finAt ?? acknowledged) - position);
    // An acknowledgement of one octet more is that of a FIN, which was not captured.
    return lost + (finAt === undefined && missing === 1 ? 0 : missing);
  }
}
