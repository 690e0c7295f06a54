import type { Truncation } from './conversation.js';
import {
  type ByteOrder,
  bigEndian,
  type Frame,
  type FrameReader,
  littleEndian,
  PACKET_LIMIT,
  toMicroseconds,
} from './frame.js';
import type { Source } from './source.js';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

interface Variant {
  readonly order: ByteOrder;
  /** Fractions of a second in a millisecond. */
  readonly perMillisecond: number;
}

/** The byte order and resolution that a file's first four octets tell; undefined if it is no pcap file. */
export function pcapVariant(head: Buffer): Variant | undefined {
  if (head.length < 4) return undefined;
  for (const order of [bigEndian, littleEndian]) {
    const magic = order.u32(head, 0);
    if (magic === MICROSECONDS) return { order, perMillisecond: 1e3 };
    if (magic === NANOSECONDS) return { order, perMillisecond: 1e6 };
  }
  return undefined;
}

/** The classic capture file, draft-ietf-opsawg-pcap, in both byte orders and both resolutions. */
export class PcapReader implements FrameReader {
  need = FILE_HEADER;
  failure: Truncation | undefined;
  readonly #variant: Variant;
  #linkType = 0;
  #limit = PACKET_LIMIT;
  #started = false;

  constructor(variant: Variant) {
    this.#variant = variant;
  }

  next(source: Source): Frame | undefined {
    if (this.failure !== undefined || source.available < this.need) return undefined;
    if (!this.#started) this.#readFileHeader(source);
    if (source.available < RECORD_HEADER) return this.#wants(RECORD_HEADER);
    const { order, perMillisecond } = this.#variant;
    const { bytes, start } = source;
    const captured = order.u32(bytes, start + 8);
    if (captured > this.#limit) {
      this.failure = { reason: `a packet of ${captured} octets is not plausible`, fileOffset: source.position };
      return undefined;
    }
    if (source.available < RECORD_HEADER + captured) return this.#wants(RECORD_HEADER + captured);
    const time = order.u32(bytes, start) * 1000 + order.u32(bytes, start + 4) / perMillisecond;
    const from = start + RECORD_HEADER;
    source.skip(RECORD_HEADER + captured);
    this.need = RECORD_HEADER;
    return {
      bytes,
      start: from,
      end: from + captured,
      originalLength: Math.max(captured, order.u32(bytes, start + 12)),
      time: toMicroseconds(time),
      linkType: this.#linkType,
    };
  }

  atEnd(source: Source): Truncation | undefined {
    if (this.#started && source.available === 0) return undefined;
    const reason = this.#started ? 'cut in a packet' : 'cut in the file header';
    return { reason, fileOffset: source.position };
  }

  #readFileHeader(source: Source): void {
    const { order } = this.#variant;
    const snapLength = order.u32(source.bytes, source.start + 16);
    this.#limit = Math.max(PACKET_LIMIT, Math.min(snapLength, 64 * PACKET_LIMIT));
    // The upper half tells of frame check sequences.
    this.#linkType = order.u32(source.bytes, source.start + 20) & 0xffff;
    this.#started = true;
    source.skip(FILE_HEADER);
  }

  #wants(octets: number): undefined {
    this.need = octets;
    return undefined;
  }
}
