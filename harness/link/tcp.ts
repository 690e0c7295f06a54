import { createServer, connect as netConnect, type Server, type Socket } from 'node:net';
import { LinkError, linkError } from './error.js';
import type { Endpoint } from './events.js';
import type { Link, LinkHandlers } from './link.js';

/** What a listener does not accept unless it is told otherwise: it is for this machine alone. */
const LOOPBACK = '127.0.0.1';
const DEFAULT_CONNECT_TIMEOUT = 30_000;
const DEFAULT_CONNECTIONS = 64;
/** Octets that wait to be sent, beyond which nothing is read: who does not read our answers gets no more of them. */
const UNSENT_LIMIT = 16 * 1024 * 1024;

export interface ConnectOptions {
  readonly host?: string;
  readonly port: number;
  /** Milliseconds; 30 s if absent. */
  readonly timeout?: number;
  /** The address of this side. */
  readonly localAddress?: string;
  readonly signal?: AbortSignal;
}

export interface ListenOptions {
  /** Loopback if absent. */
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Connections at a time; those beyond are closed at once. 64 if absent. */
  readonly maxConnections?: number;
  readonly onLink: (link: Link) => void;
  /** Errors of the listener after it was opened. */
  readonly onError?: (error: LinkError) => void;
}

export interface Listener {
  readonly endpoint: Endpoint;
  readonly host: string;
  readonly port: number;
  /** Links that are open. */
  readonly connections: number;
  /** Takes no more connections, and drops those that are open. */
  close(): Promise<void>;
}

/** Opens a TCP connection. Rejects with a LinkError. */
export function connectTcp(options: ConnectOptions): Promise<Link> {
  const { host = LOOPBACK, port, timeout = DEFAULT_CONNECT_TIMEOUT, localAddress, signal } = options;
  const doing = `connecting to ${endpointOf(host, port)}`;
  return new Promise((resolve, reject) => {
    const socket = netConnect({ host, port, localAddress, noDelay: true, allowHalfOpen: true });
    const fail = (error: LinkError) => {
      settled();
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => {
      fail(
        new LinkError('ERR_LINK_TIMEOUT', {
          message: `${doing}: no answer within ${timeout} ms`,
          hint: 'check the address, and any firewall on the way',
        }),
      );
    }, timeout);
    const onError = (cause: unknown) => fail(linkError(cause, doing));
    const onAbort = () => fail(new LinkError('ERR_LINK_FAILED', { message: `${doing}: given up` }));
    const settled = () => {
      clearTimeout(timer);
      socket.off('error', onError);
      signal?.removeEventListener('abort', onAbort);
      // Whatever a socket that failed says afterwards is of no use.
      socket.on('error', () => {});
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      settled();
      resolve(new TcpLink(socket, 'here'));
    });
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort);
  });
}

/** Listens for TCP connections. Rejects with a LinkError, such as ERR_LINK_PORT_IN_USE. */
export function listenTcp(options: ListenOptions): Promise<Listener> {
  const { host = LOOPBACK, port, maxConnections = DEFAULT_CONNECTIONS, onLink, onError } = options;
  const doing = `listening on ${endpointOf(host, port)}`;
  return new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      if (sockets.size >= maxConnections) {
        socket.destroy();
        return;
      }
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      onLink(new TcpLink(socket, 'there'));
    });
    server.once('error', (cause) => reject(linkError(cause, doing)));
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      server.on('error', (cause) => onError?.(linkError(cause, doing)));
      resolve(new TcpListener(server, sockets));
    });
  });
}

class TcpListener implements Listener {
  readonly host: string;
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  constructor(server: Server, sockets: Set<Socket>) {
    const address = server.address();
    this.host = typeof address === 'object' && address !== null ? address.address : '';
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#server = server;
    this.#sockets = sockets;
  }

  get endpoint(): Endpoint {
    return endpointOf(this.host, this.port);
  }

  get connections(): number {
    return this.#sockets.size;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}

class TcpLink implements Link {
  readonly localEndpoint: Endpoint;
  readonly remoteEndpoint: Endpoint;
  readonly opened: 'here' | 'there';
  readonly #socket: Socket;
  #failure: LinkError | undefined;
  #started = false;
  #ended = false;
  /** Its user wants nothing more for now. */
  #paused = false;

  constructor(socket: Socket, opened: 'here' | 'there') {
    this.#socket = socket;
    this.opened = opened;
    this.localEndpoint = endpointOf(socket.localAddress ?? '', socket.localPort ?? 0);
    this.remoteEndpoint = endpointOf(socket.remoteAddress ?? '', socket.remotePort ?? 0);
    // Nothing is read, and so nothing is lost, until `start`.
    socket.pause();
    socket.on('error', (cause) => {
      this.#failure = linkError(cause, `the link to ${this.remoteEndpoint}`);
    });
  }

  start(handlers: LinkHandlers): void {
    const socket = this.#socket;
    this.#started = true;
    socket.on('data', (bytes: Buffer) => handlers.data(bytes));
    socket.on('end', () => {
      this.#ended = true;
      handlers.end();
    });
    socket.on('drain', () => {
      if (socket.isPaused() && !this.#paused) socket.resume();
      handlers.drain?.();
    });
    const closed = () => handlers.close(this.#ended && this.#failure === undefined ? 'end' : 'reset', this.#failure);
    if (socket.destroyed) queueMicrotask(closed);
    else socket.on('close', closed);
    if (!this.#paused) socket.resume();
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#started && this.unsent <= UNSENT_LIMIT) this.#socket.resume();
  }

  get unsent(): number {
    return this.#socket.destroyed ? 0 : this.#socket.writableLength;
  }

  /** What is sent in one turn goes out in one system call. */
  send(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    if (!socket.writable) return true;
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    const room = socket.write(bytes);
    if (socket.writableLength > UNSENT_LIMIT) socket.pause();
    return room;
  }

  close(): void {
    if (this.#socket.writable) this.#socket.end();
  }

  destroy(): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    // A socket whose FIN is under way cannot be reset any more: Node would keep its handle for ever.
    if (socket.writableEnded) socket.destroy();
    else socket.resetAndDestroy();
  }
}

/** `127.0.0.1:102`, `[::1]:102`. */
export function endpointOf(host: string, port: number): Endpoint {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
