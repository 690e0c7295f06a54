import type { Clock } from './clock.js';
import type { Link, LinkHandlers } from './link.js';

/** A fault at an octet of one direction, as the side that has the link sees it. Offsets count from 0. */
export interface LinkFault {
  readonly direction: 'sent' | 'received';
  /** The octet that it hits: what comes before it passes. */
  readonly offset: number;
  readonly does:
    | { readonly kind: 'close' }
    | { readonly kind: 'reset' }
    /** This octet and all behind it vanish; the link stays open. */
    | { readonly kind: 'swallow' }
    /** The octet is changed by exclusive or. */
    | { readonly kind: 'corrupt'; readonly mask: number }
    /** From this octet on everything comes so many milliseconds later. */
    | { readonly kind: 'delay'; readonly milliseconds: number };
}

/** The link, with faults that happen at the same octet in every run. */
export function withFaults(link: Link, faults: readonly LinkFault[], clock: Clock): Link {
  const sent = new FaultyDirection(link, faults, 'sent', clock);
  const received = new FaultyDirection(link, faults, 'received', clock);
  return {
    localEndpoint: link.localEndpoint,
    remoteEndpoint: link.remoteEndpoint,
    opened: link.opened,
    start(handlers: LinkHandlers) {
      link.start({
        data: (bytes) => received.pass(bytes, (part) => handlers.data(part)),
        end: () => received.after(() => handlers.end()),
        close: (how, error) => received.after(() => handlers.close(how, error)),
        drain: () => handlers.drain?.(),
      });
    },
    send(bytes) {
      let room = true;
      sent.pass(bytes, (part) => {
        room = link.send(part);
      });
      return room;
    },
    close: () => sent.after(() => link.close()),
    destroy: () => link.destroy(),
  };
}

class FaultyDirection {
  readonly #link: Link;
  readonly #faults: readonly LinkFault[];
  readonly #clock: Clock;
  #position = 0;
  #swallowing = false;
  #delay = 0;

  constructor(link: Link, faults: readonly LinkFault[], direction: LinkFault['direction'], clock: Clock) {
    this.#link = link;
    this.#clock = clock;
    const own = faults.filter((fault) => fault.direction === direction);
    this.#faults = own.sort((one, other) => one.offset - other.offset);
  }

  pass(bytes: Uint8Array, on: (part: Uint8Array) => void): void {
    const start = this.#position;
    this.#position += bytes.length;
    let from = 0;
    let part = bytes;
    for (const { offset, does } of this.#faults) {
      const at = offset - start;
      if (at < 0 || at >= bytes.length || this.#swallowing) continue;
      if (does.kind === 'corrupt') {
        // A Buffer's own slice would be the same octets.
        part = part === bytes ? Uint8Array.from(bytes) : part;
        part[at] = (part[at] as number) ^ does.mask;
        continue;
      }
      this.#hand(part.subarray(from, at), on);
      from = at;
      this.#begin(does);
    }
    this.#hand(part.subarray(from), on);
  }

  /** What follows the octets keeps its place behind those that are delayed. */
  after(run: () => void): void {
    if (this.#delay === 0) run();
    else this.#clock.setTimer(this.#clock.now() + this.#delay, run);
  }

  #begin(does: LinkFault['does']): void {
    switch (does.kind) {
      case 'swallow':
        this.#swallowing = true;
        break;
      case 'close':
        this.#swallowing = true;
        this.#link.close();
        break;
      case 'reset':
        this.#swallowing = true;
        this.#link.destroy();
        break;
      case 'delay':
        this.#delay = does.milliseconds;
        break;
      case 'corrupt':
        break;
    }
  }

  #hand(part: Uint8Array, on: (part: Uint8Array) => void): void {
    if (part.length === 0 || this.#swallowing) return;
    this.after(() => on(part));
  }
}
