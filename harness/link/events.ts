import type { Direction } from '../stack/direction.js';

/** A side that opened or accepted a TCP connection, e.g. `192.168.0.3:102`, or a name for links in memory. */
export type Endpoint = string;

/** What happens on a link: the one input of every observer, whether live, recorded or captured. */
export type LinkEvent = LinkOpened | Chunk | LinkClosed;

export interface LinkOpened {
  readonly kind: 'open';
  /** Counts from 0 within its source. */
  readonly connection: number;
  /** Milliseconds since the epoch, fractions allowed. */
  readonly time: number;
  readonly initiator: Endpoint;
  readonly responder: Endpoint;
  /** The recording began when the connection was already open: offsets count from the first octet it has. */
  readonly startLost?: boolean;
}

/** Octets that one side sent. */
export interface Chunk {
  readonly kind: 'data';
  readonly connection: number;
  readonly direction: Direction;
  readonly time: number;
  readonly octets: Uint8Array;
  /** Octets of the stream that the source lost just before these; they still count in offsets. */
  readonly lostBefore?: number;
}

export interface LinkClosed {
  readonly kind: 'close';
  readonly connection: number;
  readonly time: number;
  /** The side that closed; absent where the source cannot tell. */
  readonly direction?: Direction;
  /** `end` is a FIN, `reset` a RST, `lost` the end of a recording with the connection still open. */
  readonly how: 'end' | 'reset' | 'lost';
}
