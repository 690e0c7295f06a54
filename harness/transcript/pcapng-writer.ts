import { isIPv4 } from 'node:net';
import type { Chunk, Endpoint, LinkClosed, LinkEvent, LinkOpened } from '../link/events.js';
import { type Direction, opposite } from '../stack/direction.js';
import { COMMENT_MARK } from './capture.js';
import { LINK_TYPE } from './ethernet.js';
import { formatHeader, type TranscriptHeader } from './format.js';
import { BLOCK, BYTE_ORDER_MAGIC, OPTION } from './pcapng.js';
import { ethernetFrame, FLAG, SEGMENT_OCTETS, type WireEnd } from './segment-writer.js';

/** Where Wireshark looks for TPKTs unasked, RFC 1006 5. */
const RESPONDER_PORT = 102;
const FIRST_EPHEMERAL = 49_152;
const EPHEMERALS = 16_384;
/** Octets in flight before the receiver acknowledges; well inside the window. */
const ACKNOWLEDGE_AFTER = 16_000;
/** An option's length has 16 bits. */
const COMMENT_LIMIT = 65_535;
const SECTION_LENGTH_UNKNOWN = 0xffffffff;
const MICROSECONDS = 6;

/**
 * Writes link events as a pcapng capture that Wireshark decodes unasked: Ethernet, IPv4, TCP, the responder on port 102.
 * What that hides, the true endpoints and the transcript's header, stands in comments, from which `CaptureReader`
 * takes it back.
 */
export class PcapngWriter {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #connections = new Map<number, WrittenConnection>();
  #count = 0;
  #identification = 1;

  constructor(write: (bytes: Uint8Array) => void, header?: TranscriptHeader) {
    this.#write = write;
    write(sectionHeader(header));
    write(interfaceDescription());
  }

  /** Events of a connection that was never opened are left out. */
  record(event: LinkEvent): void {
    switch (event.kind) {
      case 'open':
        this.#open(event);
        break;
      case 'data':
        this.#data(event);
        break;
      case 'close':
        this.#close(event);
        break;
    }
  }

  /** There is nothing to finish: a connection that is still open stays open. */
  close(): void {}

  #open(event: LinkOpened): void {
    const index = this.#count++;
    const connection = new WrittenConnection(event, index);
    this.#connections.set(event.connection, connection);
    // Without a handshake a reader sees that the start was lost.
    if (event.startLost) return;
    this.#segment(connection, 'i2r', event.time, FLAG.SYN);
    this.#segment(connection, 'r2i', event.time, FLAG.SYN | FLAG.ACK);
    this.#segment(connection, 'i2r', event.time, FLAG.ACK);
  }

  #data({ connection: number, direction, time, octets, lostBefore }: Chunk): void {
    const connection = this.#connections.get(number);
    if (connection === undefined) return;
    const own = connection.sides[direction];
    if (lostBefore !== undefined && lostBefore > 0) {
      own.sent = (own.sent + lostBefore) >>> 0;
      own.unacknowledged = ACKNOWLEDGE_AFTER;
    }
    for (let from = 0; from < octets.length; from += SEGMENT_OCTETS) {
      const part = octets.subarray(from, from + SEGMENT_OCTETS);
      const push = from + SEGMENT_OCTETS >= octets.length ? FLAG.PSH : 0;
      this.#segment(connection, direction, time, FLAG.ACK | push, part);
      if (own.unacknowledged >= ACKNOWLEDGE_AFTER) this.#segment(connection, opposite(direction), time, FLAG.ACK);
    }
    // Only the receiver's acknowledgement tells of octets that were lost at the end.
    if (octets.length === 0 && lostBefore) this.#segment(connection, opposite(direction), time, FLAG.ACK);
  }

  #close({ connection: number, direction = 'i2r', time, how }: LinkClosed): void {
    const connection = this.#connections.get(number);
    if (connection === undefined) return;
    this.#connections.delete(number);
    if (how === 'lost') return;
    if (how === 'reset') {
      this.#segment(connection, direction, time, FLAG.RST | FLAG.ACK);
      return;
    }
    this.#segment(connection, direction, time, FLAG.FIN | FLAG.ACK);
    this.#segment(connection, opposite(direction), time, FLAG.FIN | FLAG.ACK);
    this.#segment(connection, direction, time, FLAG.ACK);
  }

  #segment(
    connection: WrittenConnection,
    direction: Direction,
    time: number,
    flags: number,
    octets: Uint8Array = NO_OCTETS,
  ): void {
    const own = connection.sides[direction];
    const other = connection.sides[opposite(direction)];
    const frame = ethernetFrame({
      from: own.end,
      to: other.end,
      sequence: own.sent,
      acknowledgment: other.sent,
      flags,
      identification: this.#identification++,
      octets,
    });
    other.unacknowledged = 0;
    own.unacknowledged += octets.length;
    own.sent = (own.sent + octets.length + (flags & (FLAG.SYN | FLAG.FIN) ? 1 : 0)) >>> 0;
    this.#write(packetBlock(frame, time, connection.takeComment()));
  }
}

const NO_OCTETS = new Uint8Array(0);

interface WrittenSide {
  readonly end: WireEnd;
  /** The next sequence number. */
  sent: number;
  unacknowledged: number;
}

class WrittenConnection {
  readonly sides: Readonly<Record<Direction, WrittenSide>>;
  #comment: string | undefined;

  constructor({ initiator, responder }: LinkOpened, index: number) {
    const initial = ((index + 1) * 0x0100_0000) >>> 0;
    const port = FIRST_EPHEMERAL + (index % EPHEMERALS);
    this.sides = {
      i2r: side(initiator, { last: 1, port, initial }),
      r2i: side(responder, { last: 2, port: RESPONDER_PORT, initial: (initial + 0x0080_0000) >>> 0 }),
    };
    this.#comment = `${COMMENT_MARK}${JSON.stringify({ initiator, responder })}`;
  }

  /** The note of the true endpoints, once. */
  takeComment(): string | undefined {
    const comment = this.#comment;
    this.#comment = undefined;
    return comment;
  }
}

function side(
  endpoint: Endpoint,
  { last, port, initial }: { last: number; port: number; initial: number },
): WrittenSide {
  const host = endpoint.replace(/:\d+$/, '');
  const address = isIPv4(host) ? host.split('.').map(Number) : [10, 0, 0, last];
  // Locally administered addresses.
  return { end: { address, port, hardware: [2, 0, 0, 0, 0, last] }, sent: initial, unacknowledged: 0 };
}

/** draft-ietf-opsawg-pcapng 4.1. */
function sectionHeader(header: TranscriptHeader | undefined): Uint8Array {
  const body = new Uint8Array(16);
  const view = new DataView(body.buffer);
  view.setUint32(0, BYTE_ORDER_MAGIC);
  view.setUint16(4, 1);
  view.setUint32(8, SECTION_LENGTH_UNKNOWN);
  view.setUint32(12, SECTION_LENGTH_UNKNOWN);
  const options = [option(OPTION.userApplication, text('p1spec'))];
  const comment = header === undefined ? undefined : text(`${COMMENT_MARK}${formatHeader(header)}`);
  if (comment !== undefined && comment.length <= COMMENT_LIMIT) options.unshift(option(OPTION.comment, comment));
  return block(BLOCK.sectionHeader, [body, ...options, END_OF_OPTIONS]);
}

/** 4.2. */
function interfaceDescription(): Uint8Array {
  const body = new Uint8Array(8);
  new DataView(body.buffer).setUint16(0, LINK_TYPE.ethernet);
  const resolution = option(OPTION.timeResolution, Uint8Array.of(MICROSECONDS));
  return block(BLOCK.interfaceDescription, [body, resolution, END_OF_OPTIONS]);
}

/** 4.3. */
function packetBlock(frame: Uint8Array, time: number, comment: string | undefined): Uint8Array {
  const fields = new Uint8Array(20);
  const view = new DataView(fields.buffer);
  const microseconds = Math.max(0, Math.round(time * 1000));
  view.setUint32(4, Math.floor(microseconds / 2 ** 32));
  view.setUint32(8, microseconds >>> 0);
  view.setUint32(12, frame.length);
  view.setUint32(16, frame.length);
  const note = comment === undefined ? NO_OCTETS : text(comment);
  const options =
    note.length === 0 || note.length > COMMENT_LIMIT ? [] : [option(OPTION.comment, note), END_OF_OPTIONS];
  return block(BLOCK.enhancedPacket, [fields, padded(frame), ...options]);
}

const END_OF_OPTIONS = new Uint8Array(4);

function option(code: number, value: Uint8Array): Uint8Array {
  const head = Uint8Array.of(code >> 8, code & 0xff, value.length >> 8, value.length & 0xff);
  return new Uint8Array(Buffer.concat([head, padded(value)]));
}

function padded(octets: Uint8Array): Uint8Array {
  const missing = -octets.length & 3;
  return missing === 0 ? octets : new Uint8Array(Buffer.concat([octets, new Uint8Array(missing)]));
}

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = 12 + parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type);
  view.setUint32(4, length);
  let at = 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  view.setUint32(at, length);
  return bytes;
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
