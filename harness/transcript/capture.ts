import type { LinkEvent } from '../link/events.js';
import { CaptureConnections, type NotedEndpoints } from './connections.js';
import { type Conversation, type ConversationStats, Tally, type Truncation } from './conversation.js';
import { TranscriptError } from './errors.js';
import { ipStart } from './ethernet.js';
import { isRecord, parseHeader, type TranscriptHeader } from './format.js';
import type { Frame, FrameReader } from './frame.js';
import { IpReader } from './ip.js';
import { PcapReader, pcapVariant } from './pcap.js';
import { isPcapng, PcapngReader } from './pcapng.js';
import { Source } from './source.js';
import { readSegment } from './tcp.js';

/** Begins the comments that p1spec writes into captures; JSON follows. */
export const COMMENT_MARK = 'p1spec:';

/** A packet capture: the TCP connections in it that carry TPKTs, on whatever port. */
export class CaptureReader implements Conversation {
  readonly file: string;
  readonly format: 'pcap' | 'pcapng';
  readonly header: TranscriptHeader | undefined;
  #truncation: Truncation | undefined;
  #tally = new Tally();
  #connections: CaptureConnections | undefined;

  private constructor(file: string, format: 'pcap' | 'pcapng', header: TranscriptHeader | undefined) {
    this.file = file;
    this.format = format;
    this.header = header;
  }

  /** Reads as far as the first packet. */
  static async open(file: string): Promise<CaptureReader> {
    const source = await Source.open(file);
    try {
      const frames = await openFrames(source);
      const truncation = (await nextFrame(source, frames)) === undefined ? endOf(source, frames) : undefined;
      if (truncation !== undefined) throw noPacket(file, truncation);
      const isNext = frames instanceof PcapngReader;
      return new CaptureReader(file, isNext ? 'pcapng' : 'pcap', isNext ? headerIn(frames.comments) : undefined);
    } finally {
      await source.close();
    }
  }

  async *events(): AsyncGenerator<LinkEvent, void, undefined> {
    this.#truncation = undefined;
    this.#tally = new Tally();
    let ready: LinkEvent[] = [];
    const connections = new CaptureConnections((event) => ready.push(event));
    this.#connections = connections;
    const ip = new IpReader();
    const source = await Source.open(this.file);
    try {
      const frames = await openFrames(source);
      let time = 0;
      for (;;) {
        const frame = frames.next(source) ?? (await nextFrame(source, frames));
        if (frame === undefined) break;
        time = Math.max(time, frame.time);
        this.#tally.packets += 1;
        if (!takeFrame(frame, ip, connections)) this.#tally.skippedPackets += 1;
        if (ready.length === 0) continue;
        const events = ready;
        ready = [];
        for (const event of events) {
          this.#tally.count(event);
          yield event;
        }
      }
      this.#truncation = endOf(source, frames);
      connections.end(time);
      for (const event of ready) {
        this.#tally.count(event);
        yield event;
      }
    } finally {
      await source.close();
    }
  }

  truncated(): Truncation | undefined {
    return this.#truncation;
  }

  stats(): ConversationStats {
    return { ...this.#tally, ignoredConnections: this.#connections?.ignored ?? 0 };
  }
}

function takeFrame(frame: Frame, ip: IpReader, connections: CaptureConnections): boolean {
  const start = ipStart(frame);
  const datagram = start === undefined ? undefined : ip.read(frame, start);
  const segment = datagram === undefined ? undefined : readSegment(datagram);
  if (datagram === undefined || segment === undefined) return false;
  connections.segment(datagram, segment, frame.time, notedIn(frame.comment));
  return true;
}

async function openFrames(source: Source): Promise<FrameReader> {
  await source.fill(4);
  const head = source.bytes.subarray(source.start, source.end);
  if (isPcapng(head)) return new PcapngReader();
  const variant = pcapVariant(head);
  if (variant !== undefined) return new PcapReader(variant);
  throw new TranscriptError('ERR_CAPTURE_FORMAT', {
    message: `${source.file} is neither pcap nor pcapng`,
    at: { file: source.file },
  });
}

async function nextFrame(source: Source, frames: FrameReader): Promise<Frame | undefined> {
  for (;;) {
    const frame = frames.next(source);
    if (frame !== undefined) return frame;
    if (frames.failure !== undefined || !(await source.fill(frames.need))) return undefined;
  }
}

function endOf(source: Source, frames: FrameReader): Truncation | undefined {
  return frames.failure ?? frames.atEnd(source);
}

function noPacket(file: string, { reason, fileOffset }: Truncation): TranscriptError {
  return new TranscriptError('ERR_CAPTURE_TRUNCATED', {
    message: `${file} holds no readable packet: ${reason} (octet ${fileOffset} of the file)`,
    at: { file, offset: fileOffset },
  });
}

function headerIn(comments: readonly string[]): TranscriptHeader | undefined {
  const comment = comments.find((text) => text.startsWith(COMMENT_MARK));
  if (comment === undefined) return undefined;
  try {
    return parseHeader(comment.slice(COMMENT_MARK.length), { line: 1 });
  } catch {
    // A comment only says more about the packets: the capture is whole without it.
    return undefined;
  }
}

function notedIn(comment: string | undefined): NotedEndpoints | undefined {
  if (comment === undefined || !comment.startsWith(COMMENT_MARK)) return undefined;
  try {
    const value: unknown = JSON.parse(comment.slice(COMMENT_MARK.length));
    if (!isRecord(value)) return undefined;
    const { initiator, responder } = value;
    return typeof initiator === 'string' && typeof responder === 'string' ? { initiator, responder } : undefined;
  } catch {
    return undefined;
  }
}
