import type { LinkEvent } from '../link/events.js';
import type { TranscriptHeader } from './format.js';

/** Why a recording ends before it should, and at which octet of the file. */
export interface Truncation {
  readonly reason: string;
  readonly fileOffset: number;
}

/** What was met in a recording; complete when its events have been read to the end. */
export interface ConversationStats {
  /** Connections that carry TPKTs. */
  readonly connections: number;
  /** TCP connections of a capture that do not. */
  readonly ignoredConnections: number;
  /** Packets of a capture; 0 for other formats. */
  readonly packets: number;
  /** Packets of a capture that are not TCP over IP, or too short to tell. */
  readonly skippedPackets: number;
  /** Stream octets that the events hold. */
  readonly octets: number;
  /** Stream octets that existed, but were not recorded. */
  readonly lostOctets: number;
}

/** A recorded conversation, whatever its format. */
export interface Conversation {
  readonly file: string;
  readonly format: 'transcript' | 'pcap' | 'pcapng' | 'tpkt-hex' | 'pdu-directory';
  /** Of a transcript, or of a capture that p1spec wrote. */
  readonly header: TranscriptHeader | undefined;
  /** Reads the file from its start, each time it is called. Memory does not grow with the file. */
  events(): AsyncIterable<LinkEvent>;
  /** Of the last reading, once it has ended. */
  truncated(): Truncation | undefined;
  /** Of the last reading, as far as it has come. */
  stats(): ConversationStats;
}

/** Counts what passes. */
export class Tally {
  connections = 0;
  ignoredConnections = 0;
  packets = 0;
  skippedPackets = 0;
  octets = 0;
  lostOctets = 0;

  count(event: LinkEvent): void {
    if (event.kind === 'open') this.connections += 1;
    if (event.kind !== 'data') return;
    this.octets += event.octets.length;
    this.lostOctets += event.lostBefore ?? 0;
  }
}
