import type { LinkError } from './error.js';
import type { Endpoint } from './events.js';

/** What a link tells its user. Nothing is told before `start`. */
export interface LinkHandlers {
  data(bytes: Uint8Array): void;
  /** The peer has sent all it will send (FIN); this side may still send. */
  end(): void;
  /** The link is gone; always the last call. `reset` where it was not closed in order. */
  close(how: 'end' | 'reset', error?: LinkError): void;
  /** After `send` returned false: there is room again. */
  drain?(): void;
}

/** A stream of octets in both directions: TCP, or memory. */
export interface Link {
  readonly localEndpoint: Endpoint;
  readonly remoteEndpoint: Endpoint;
  /** Whether this side opened the link. */
  readonly opened: 'here' | 'there';
  /** Octets that came before this are handed over now. To be called once. */
  start(handlers: LinkHandlers): void;
  /** False: the octets are taken, but more should wait for `drain`. */
  send(bytes: Uint8Array): boolean;
  /** Sends what is still to be sent, then FIN. */
  close(): void;
  /** Drops the link at once (RST). */
  destroy(): void;
  /** Hands nothing over until `resume`: what comes meanwhile waits, at last at the peer. A little may still come. */
  pause?(): void;
  resume?(): void;
  /** Octets that `send` took and that still stand here. */
  readonly unsent?: number;
}
