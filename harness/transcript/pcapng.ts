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

/** Block types, draft-ietf-opsawg-pcapng 10.1. */
export const BLOCK = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
} as const;
export const OPTION = { end: 0, comment: 1, userApplication: 4, timeResolution: 9, timeOffset: 14 } as const;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** A block that is read must stand in memory whole; a longer one of a kind that is skipped may have any length. */
const BLOCK_LIMIT = 64 * PACKET_LIMIT;

interface CaptureInterface {
  readonly linkType: number;
  readonly snapLength: number;
  readonly ticksPerMillisecond: number;
  readonly offsetMilliseconds: number;
}

/** True where a file's first octets are those of a pcapng section header. */
export function isPcapng(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32BE(0) === BLOCK.sectionHeader;
}

/** The next-generation capture file, draft-ietf-opsawg-pcapng: sections in either byte order, any interfaces. */
export class PcapngReader implements FrameReader {
  need = 12;
  failure: Truncation | undefined;
  /** Of the first section. */
  comments: readonly string[] = [];
  #order: ByteOrder = bigEndian;
  #interfaces: CaptureInterface[] = [];
  #sections = 0;

  next(source: Source): Frame | undefined {
    while (this.failure === undefined && source.available >= this.need) {
      const length = this.#blockLength(source);
      if (length === undefined) return undefined;
      const type = this.#order.u32(source.bytes, source.start);
      if (!isRead(type)) {
        source.skip(length);
        this.need = 12;
        continue;
      }
      if (length > BLOCK_LIMIT) return this.#fail(source, `a block of ${length} octets is not plausible`);
      if (source.available < length) {
        this.need = length;
        return undefined;
      }
      const { bytes, start } = source;
      if (this.#order.u32(bytes, start + length - 4) !== length) {
        return this.#fail(source, 'the two lengths of a block differ');
      }
      const frame = this.#readBlock(source, type, start + 8, start + length - 4);
      if (this.failure !== undefined) return undefined;
      source.skip(length);
      this.need = 12;
      if (frame !== undefined) return frame;
    }
    return undefined;
  }

  atEnd(source: Source): Truncation | undefined {
    if (source.available === 0 && source.position <= source.size) return undefined;
    return { reason: 'cut in a block', fileOffset: Math.min(source.position, source.size) };
  }

  #blockLength(source: Source): number | undefined {
    const { bytes, start } = source;
    if (bytes.readUInt32BE(start) === BLOCK.sectionHeader) {
      const order = [bigEndian, littleEndian].find(({ u32 }) => u32(bytes, start + 8) === BYTE_ORDER_MAGIC);
      if (order === undefined) return this.#fail(source, 'a section header without a byte order');
      this.#order = order;
    } else if (this.#sections === 0) {
      return this.#fail(source, 'a block before the first section header');
    }
    const length = this.#order.u32(bytes, start + 4);
    if (length < 12 || length % 4 !== 0) return this.#fail(source, `a block length of ${length}`);
    return length;
  }

  /** `start` and `end` are those of the block's body. */
  #readBlock(source: Source, type: number, start: number, end: number): Frame | undefined {
    const { bytes } = source;
    const { u16, u32 } = this.#order;
    const body = end - start;
    switch (type) {
      case BLOCK.sectionHeader:
        if (body < 16) return this.#fail(source, 'a section header that is too short');
        this.#interfaces = [];
        this.#sections += 1;
        if (this.#sections === 1) this.comments = this.#commentsIn(bytes, start + 16, end);
        return undefined;
      case BLOCK.interfaceDescription:
        if (body < 8) return this.#fail(source, 'an interface description that is too short');
        this.#interfaces.push(this.#readInterface(bytes, start, end));
        return undefined;
      case BLOCK.simplePacket: {
        if (body < 4) return this.#fail(source, 'a packet block that is too short');
        const original = u32(bytes, start);
        const snapLength = this.#interfaces[0]?.snapLength || original;
        const captured = Math.min(original, snapLength, body - 4);
        // A Simple Packet Block belongs to the first interface and has no time, 4.4.
        return this.#frame(source, { index: 0, at: start + 4, captured, original, high: 0, low: 0, end });
      }
      default: {
        if (body < 20) return this.#fail(source, 'a packet block that is too short');
        const index = type === BLOCK.packet ? u16(bytes, start) : u32(bytes, start);
        const captured = u32(bytes, start + 12);
        const original = u32(bytes, start + 16);
        const high = u32(bytes, start + 4);
        return this.#frame(source, {
          index,
          at: start + 20,
          captured,
          original,
          high,
          low: u32(bytes, start + 8),
          end,
        });
      }
    }
  }

  #frame(source: Source, packet: PacketBlock): Frame | undefined {
    const { index, at, captured, original, high, low, end } = packet;
    const from = this.#interfaces[index];
    if (from === undefined) return this.#fail(source, `a packet of interface ${index}, which is not described`);
    if (captured > end - at) return this.#fail(source, 'a packet that is longer than its block');
    const { ticksPerMillisecond, offsetMilliseconds, linkType } = from;
    const ticks = high * (2 ** 32 / ticksPerMillisecond) + low / ticksPerMillisecond;
    const options = at + captured + (-captured & 3);
    const [comment] = options < end ? this.#commentsIn(source.bytes, options, end) : [];
    return {
      bytes: source.bytes,
      start: at,
      end: at + captured,
      originalLength: Math.max(captured, original),
      time: toMicroseconds(ticks + offsetMilliseconds),
      linkType,
      ...(comment === undefined ? {} : { comment }),
    };
  }

  #readInterface(bytes: Buffer, start: number, end: number): CaptureInterface {
    const { u16, u32 } = this.#order;
    let ticksPerMillisecond = 1e3;
    let offsetMilliseconds = 0;
    for (const { code, at, length } of this.#options(bytes, start + 8, end)) {
      if (code === OPTION.timeResolution && length >= 1) {
        const resolution = bytes[at]!;
        ticksPerMillisecond = (resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution) / 1000;
      }
      if (code === OPTION.timeOffset && length >= 8) {
        const high = this.#order === bigEndian ? bytes.readInt32BE(at) : bytes.readInt32LE(at + 4);
        offsetMilliseconds = (high * 2 ** 32 + u32(bytes, this.#order === bigEndian ? at + 4 : at)) * 1000;
      }
    }
    const snapLength = u32(bytes, start + 4);
    return { linkType: u16(bytes, start), snapLength, ticksPerMillisecond, offsetMilliseconds };
  }

  #commentsIn(bytes: Buffer, start: number, end: number): string[] {
    const comments: string[] = [];
    for (const { code, at, length } of this.#options(bytes, start, end)) {
      if (code === OPTION.comment) comments.push(bytes.toString('utf8', at, at + length));
    }
    return comments;
  }

  *#options(bytes: Buffer, start: number, end: number): Generator<{ code: number; at: number; length: number }> {
    for (let at = start; at + 4 <= end; ) {
      const code = this.#order.u16(bytes, at);
      const length = this.#order.u16(bytes, at + 2);
      if (code === OPTION.end || at + 4 + length > end) return;
      yield { code, at: at + 4, length };
      at += 4 + length + (-length & 3);
    }
  }

  #fail(source: Source, reason: string): undefined {
    this.failure = { reason, fileOffset: source.position };
    return undefined;
  }
}

interface PacketBlock {
  readonly index: number;
  readonly at: number;
  readonly captured: number;
  readonly original: number;
  readonly high: number;
  readonly low: number;
  readonly end: number;
}

function isRead(type: number): boolean {
  switch (type) {
    case BLOCK.sectionHeader:
    case BLOCK.interfaceDescription:
    case BLOCK.packet:
    case BLOCK.simplePacket:
    case BLOCK.enhancedPacket:
      return true;
    default:
      return false;
  }
}
