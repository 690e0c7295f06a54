import type { Truncation } from './conversation.js';
import type { Source } from './source.js';

/** A captured packet. It points into a window that moves: what is kept of it must be copied. */
export interface Frame {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Octets that the packet had on the wire; more than were captured where a snap length cut it. */
  readonly originalLength: number;
  /** Milliseconds since the epoch, rounded to microseconds. */
  readonly time: number;
  /** LINKTYPE_ value of the tcpdump group's registry. */
  readonly linkType: number;
  readonly comment?: string;
}

/** Cuts a capture file into frames. */
export interface FrameReader {
  /** The next frame that stands whole in the window; undefined where `need` octets must stand there first. */
  next(source: Source): Frame | undefined;
  /** Octets the window must have before `next` can go on; 0 after an end. */
  readonly need: number;
  /** Set where the file is corrupt: nothing behind it is read. */
  readonly failure: Truncation | undefined;
  /** The file has ended before `need` was met: what was cut, if anything. */
  atEnd(source: Source): Truncation | undefined;
}

/** The largest packet that libpcap writes; a longer one in a file means that the file is corrupt. */
export const PACKET_LIMIT = 262_144;

/** Reads numbers in a file's byte order. */
export interface ByteOrder {
  u16(bytes: Buffer, at: number): number;
  u32(bytes: Buffer, at: number): number;
}

export const bigEndian: ByteOrder = {
  u16: (bytes, at) => bytes.readUInt16BE(at),
  u32: (bytes, at) => bytes.readUInt32BE(at),
};

export const littleEndian: ByteOrder = {
  u16: (bytes, at) => bytes.readUInt16LE(at),
  u32: (bytes, at) => bytes.readUInt32LE(at),
};

/** A double cannot hold nanoseconds since the epoch; what it would add beyond microseconds is noise. */
export function toMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
