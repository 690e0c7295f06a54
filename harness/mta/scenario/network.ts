import { P1specError } from '../../ber/error.js';
import type { Clock } from '../../link/clock.js';
import { LinkError } from '../../link/error.js';
import type { LinkEvent } from '../../link/events.js';
import type { Link } from '../../link/link.js';
import { memoryPair } from '../../link/memory.js';
import { type LinkSink, recordLink } from '../../link/recorder.js';
import { connectTcp, type Listener, listenTcp } from '../../link/tcp.js';
import { guardedLink } from './mortal.js';
import type { PlayLink, StageConnection } from './play-link.js';
import type { Ends, StageJudge } from './stage-judge.js';

/** Where somebody listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One of those that the network joins. */
export interface Party {
  readonly name: string;
  /** Of a real MTA: where it listens. */
  readonly live?: Address;
  /** Of a fake: where it is to listen over TCP. */
  readonly listensAt?: Address;
  /** Whether anybody is there to take a connection. */
  readonly isUp: boolean;
  /** Takes a link; `from` is who calls, where that is known. The function tells it later, where it is not. */
  accept(link: Link, from: string | undefined): () => string | undefined;
}

export interface NetworkOptions {
  readonly clock: Clock;
  readonly isTcp: boolean;
  /** Of those that do not say where they listen. */
  readonly listenHost?: string;
  readonly signal?: AbortSignal;
  /** Takes what is on the wire. */
  readonly sink: LinkSink;
  /** Takes what each side sent, before any fault. */
  readonly judge: Pick<StageJudge, 'opened' | 'push'>;
  readonly onFault: (fault: unknown) => void;
}

/** A link over TCP that has come in, while one of ours may have opened it. */
interface Unplaced {
  readonly link: Link;
  readonly party: Party;
}

/** The connections between the MTAs of a stage: in memory, or over TCP. Each is recorded once. */
export class Network {
  readonly connections = new Set<StageConnection>();
  readonly links: PlayLink[] = [];
  readonly #options: NetworkOptions;
  readonly #parties = new Map<string, Party>();
  readonly #listeners = new Map<string, Listener>();
  /** Calls of ours over TCP that are not answered yet, by who is called. */
  readonly #calling = new Map<string, number>();
  /** Who opened it, by the address of that side. */
  readonly #opened = new Map<string, string>();
  #unplaced: Unplaced[] = [];
  #count = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  join(party: Party): void {
    this.#parties.set(party.name, party);
  }

  /** Throws ERR_UNKNOWN_LINK. */
  linkBetween(one: string, other: string): PlayLink {
    const found = this.links.find((link) => link.isBetween(one, other));
    if (found !== undefined) return found;
    throw new P1specError('ERR_UNKNOWN_LINK', {
      message: `the scenario has no link between ${one} and ${other}`,
      hint: `there is: ${this.links.map(({ between }) => between.join(' - ')).join(', ') || 'none'}`,
    });
  }

  endpointOf(name: string): string | undefined {
    return this.#listeners.get(name)?.endpoint;
  }

  async listen(): Promise<void> {
    if (!this.#options.isTcp) return;
    for (const party of this.#parties.values()) {
      if (party.live !== undefined) continue;
      const { host, port } = party.listensAt ?? { host: this.#options.listenHost, port: 0 };
      const onLink = (link: Link) => this.#came({ link, party });
      const { onFault: onError } = this.#options;
      this.#listeners.set(party.name, await listenTcp({ host, port, onLink, onError }));
    }
  }

  async close(): Promise<void> {
    for (const { link } of [...this.connections]) link.destroy();
    await Promise.all([...this.#listeners.values()].map((listener) => listener.close()));
    this.#listeners.clear();
  }

  /** A link for one that calls another. Rejects with a LinkError where nobody is there. */
  async connect(from: string, to: string): Promise<Link> {
    const stageLink = this.linkBetween(from, to);
    const party = this.#parties.get(to);
    if (stageLink.isDown || party === undefined || !party.isUp) throw refused(to);
    if (!this.#options.isTcp) return this.#connectInMemory(from, party);
    const link = await this.#call(from, party);
    // What has happened while it was opened.
    if (stageLink.isDown || !party.isUp) {
      link.destroy();
      throw refused(to);
    }
    return this.#end(link, from, to, { initiator: () => from, responder: to });
  }

  #connectInMemory(from: string, party: Party): Link {
    const to = party.name;
    const pair = memoryPair({ initiator: from, responder: to });
    const ends = { initiator: () => from, responder: to };
    const link = this.#end(pair.initiator, from, to, ends);
    party.accept(this.#end(pair.responder, to, from, ends), from);
    return link;
  }

  async #call(from: string, party: Party): Promise<Link> {
    const { signal } = this.#options;
    const { name, live } = party;
    if (live !== undefined) return connectTcp({ ...live, signal });
    const listener = this.#listeners.get(name);
    if (listener === undefined) throw refused(name);
    this.#calling.set(name, (this.#calling.get(name) ?? 0) + 1);
    try {
      const link = await connectTcp({ host: listener.host, port: listener.port, signal });
      this.#opened.set(link.localEndpoint, from);
      return link;
    } finally {
      this.#calling.set(name, (this.#calling.get(name) ?? 1) - 1);
      this.#place();
    }
  }

  #came(unplaced: Unplaced): void {
    this.#unplaced.push(unplaced);
    this.#place();
  }

  /** A link is one of ours where we have opened it; it may have come before we know that. */
  #place(): void {
    const waiting = this.#unplaced;
    this.#unplaced = [];
    for (const unplaced of waiting) {
      const { link, party } = unplaced;
      const from = this.#opened.get(link.remoteEndpoint);
      if (from !== undefined) {
        this.#opened.delete(link.remoteEndpoint);
        this.#takenFromFake(link, party, from);
      } else if ((this.#calling.get(party.name) ?? 0) > 0) {
        this.#unplaced.push(unplaced);
      } else {
        this.#takenFromOutside(link, party);
      }
    }
  }

  #takenFromFake(link: Link, party: Party, from: string): void {
    const { name } = party;
    const ends = { initiator: () => from, responder: name };
    if (!party.isUp || this.linkBetween(from, name).isDown) link.destroy();
    else party.accept(this.#end(link, name, from, ends), from);
  }

  #takenFromOutside(link: Link, party: Party): void {
    const callers = this.links.flatMap(({ between: [one, other] }) =>
      one === party.name ? [other] : other === party.name ? [one] : [],
    );
    const live = callers.filter((name) => this.#parties.get(name)?.live !== undefined);
    const [only] = live;
    const from = live.length === 1 ? only : undefined;
    if (!party.isUp || (from !== undefined && this.linkBetween(from, party.name).isDown)) {
      link.destroy();
      return;
    }
    let caller: () => string | undefined = () => from;
    const ends = { initiator: () => caller(), responder: party.name };
    caller = party.accept(this.#end(link, party.name, from, ends), from);
  }

  /** One end of a connection, for who has it: `at`. The other end is `other`'s, where that is known. */
  #end(base: Link, at: string, other: string | undefined, ends: Ends): Link {
    const { onFault } = this.#options;
    const faults = other === undefined ? undefined : this.linkBetween(at, other).faults;
    const otherIsLive = other === undefined || this.#parties.get(other)?.live !== undefined;
    if (faults === undefined || faults.isNone) {
      // Of two ends that are ours, the initiator's is recorded.
      return base.opened === 'here' || otherIsLive ? this.#recorded(base, ends) : guardedLink(base, onFault);
    }
    return faults.isAt(at) ? this.#recorded(base, ends, (link) => faults.on(link)) : guardedLink(base, onFault);
  }

  /** With faults, the wire is behind them for what goes out, and before us for what comes in; what was sent is not. */
  #recorded(base: Link, ends: Ends, faulty?: (link: Link) => Link): Link {
    const { clock, sink, judge, onFault } = this.#options;
    const number = this.#count;
    this.#count += 1;
    judge.opened(number, ends);
    const record = (link: Link, to: LinkSink) =>
      recordLink(link, { connection: number, clock, sink: (event) => told(event, to, onFault) });
    const outward = base.opened === 'here' ? 'i2r' : 'r2i';
    const isOutward = (event: LinkEvent) => event.kind !== 'open' && event.direction === outward;
    const both = (event: LinkEvent) => {
      told(event, sink, onFault);
      judge.push(event);
    };
    const below = record(base, (event) => {
      if (faulty === undefined || event.kind === 'open') both(event);
      else if (isOutward(event)) sink(event);
      else judge.push(event);
    });
    const above =
      faulty &&
      record(faulty(below), (event) => {
        if (event.kind === 'open') return;
        if (isOutward(event)) judge.push(event);
        else sink(event);
      });
    const link = guardedLink(above ?? below, onFault, () => this.connections.delete(connection));
    const connection: StageConnection = { number, ...ends, link };
    this.connections.add(connection);
    return link;
  }
}

function told(event: LinkEvent, to: LinkSink, onFault: (fault: unknown) => void): void {
  try {
    to(event);
  } catch (fault) {
    onFault(fault);
  }
}

function refused(to: string): LinkError {
  return new LinkError('ERR_LINK_REFUSED', {
    message: `connecting to ${to}: nothing listens there`,
    hint: 'the link is down, or the MTA has ended',
  });
}
