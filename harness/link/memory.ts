import type { Link, LinkHandlers } from './link.js';

export interface MemoryOptions {
  /** `microtask` (the default) delivers by itself, `manual` when `deliver` is called. */
  readonly delivery?: 'microtask' | 'manual';
  /** Cuts what one `send` carries; as it is, if absent. Every octet must come out, in order. */
  readonly chunk?: (bytes: Uint8Array, direction: 'i2r' | 'r2i') => Iterable<Uint8Array>;
  /** Octets that may be under way in one direction before `send` returns false; any number, if absent. */
  readonly room?: number;
  readonly initiator?: string;
  readonly responder?: string;
}

export interface MemoryPair {
  readonly initiator: Link;
  readonly responder: Link;
  /** Hands over the next thing that is under way; false where nothing is. */
  deliver(): boolean;
  /** Hands over until nothing is under way. */
  deliverAll(): void;
}

type Parcel = { readonly kind: 'data'; readonly bytes: Uint8Array } | { readonly kind: 'end' | 'reset' };

/** Parcels that were handed over and still stand in the queue. */
const COMPACT = 4096;

/** Two ends of a link in memory. What is sent comes in the order sent, both directions together: it is deterministic. */
export function memoryPair(options: MemoryOptions = {}): MemoryPair {
  const { initiator = 'memory:initiator', responder = 'memory:responder', delivery = 'microtask', room } = options;
  const queue: { from: MemoryEnd; to: MemoryEnd; parcel: Parcel }[] = [];
  let head = 0;
  let scheduled = false;

  const deliver = (): boolean => {
    let next = queue[head];
    if (next === undefined) return false;
    if (next.to.ready) {
      head += 1;
    } else {
      // An end that has not started yet is passed over; what is for it waits in its order.
      const place = queue.findIndex(({ to }, i) => i > head && to.ready);
      [next] = place < 0 ? [] : queue.splice(place, 1);
    }
    if (head > COMPACT) head -= queue.splice(0, head).length;
    next?.to.take(next.parcel);
    if (next?.parcel.kind === 'data') next.from.arrived(next.parcel.bytes.length);
    return next !== undefined;
  };
  const deliverAll = (): void => {
    while (deliver());
  };
  const schedule = (): void => {
    if (delivery === 'manual' || scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      deliverAll();
    });
  };
  const post = (from: () => MemoryEnd, to: () => MemoryEnd, direction: 'i2r' | 'r2i') => (parcel: Parcel) => {
    const pieces =
      parcel.kind === 'data' && options.chunk !== undefined
        ? Array.from(options.chunk(parcel.bytes, direction), (bytes): Parcel => ({ kind: 'data', bytes }))
        : [parcel];
    for (const piece of pieces) queue.push({ from: from(), to: to(), parcel: piece });
    schedule();
  };

  const here: MemoryEnd = new MemoryEnd(
    { local: initiator, remote: responder, opened: 'here', room },
    post(
      () => here,
      () => there,
      'i2r',
    ),
    schedule,
  );
  const there: MemoryEnd = new MemoryEnd(
    { local: responder, remote: initiator, opened: 'there', room },
    post(
      () => there,
      () => here,
      'r2i',
    ),
    schedule,
  );
  return { initiator: here, responder: there, deliver, deliverAll };
}

class MemoryEnd implements Link {
  readonly localEndpoint: string;
  readonly remoteEndpoint: string;
  readonly opened: 'here' | 'there';
  readonly #post: (parcel: Parcel) => void;
  readonly #schedule: () => void;
  readonly #room: number;
  #unsent = 0;
  #full = false;
  #paused = false;
  #handlers: LinkHandlers | undefined;
  #sentEnd = false;
  #gotEnd = false;
  #closed = false;

  constructor(
    names: { local: string; remote: string; opened: 'here' | 'there'; room: number | undefined },
    post: (parcel: Parcel) => void,
    schedule: () => void,
  ) {
    this.localEndpoint = names.local;
    this.remoteEndpoint = names.remote;
    this.opened = names.opened;
    this.#room = names.room ?? Number.POSITIVE_INFINITY;
    this.#post = post;
    this.#schedule = schedule;
  }

  get ready(): boolean {
    return this.#handlers !== undefined && !this.#paused;
  }

  start(handlers: LinkHandlers): void {
    this.#handlers = handlers;
    this.#schedule();
  }

  send(bytes: Uint8Array): boolean {
    if (this.#sentEnd || this.#closed || bytes.length === 0) return true;
    this.#unsent += bytes.length;
    this.#full = this.#unsent > this.#room;
    this.#post({ kind: 'data', bytes });
    return !this.#full;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  get unsent(): number {
    return this.#closed ? 0 : this.#unsent;
  }

  /** Octets that this end sent have been handed over. */
  arrived(octets: number): void {
    this.#unsent -= octets;
    if (!this.#full || this.#unsent > 0) return;
    this.#full = false;
    if (!this.#closed) this.#handlers?.drain?.();
  }

  close(): void {
    if (this.#sentEnd || this.#closed) return;
    this.#sentEnd = true;
    this.#post({ kind: 'end' });
    if (this.#gotEnd) this.#gone('end');
  }

  destroy(): void {
    if (this.#closed) return;
    this.#post({ kind: 'reset' });
    this.#gone('reset');
  }

  take(parcel: Parcel): void {
    if (this.#closed) return;
    switch (parcel.kind) {
      case 'data':
        this.#handlers?.data(parcel.bytes);
        break;
      case 'end':
        this.#gotEnd = true;
        this.#handlers?.end();
        if (this.#sentEnd) this.#gone('end');
        break;
      case 'reset':
        this.#gone('reset');
        break;
    }
  }

  #gone(how: 'end' | 'reset'): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handlers?.close(how);
  }
}
