import { type Clock, passUntil, VirtualClock } from '../link/clock.js';
import type { Link } from '../link/link.js';
import { memoryPair } from '../link/memory.js';
import { type LinkSink, recordLink } from '../link/recorder.js';
import { connectTcp, type Listener, listenTcp } from '../link/tcp.js';
import { Mta, type MtaOptions } from './engine.js';
import type { Domain } from './names.js';
import type { PeerConfig } from './peer.js';
import type { Preset } from './preset.js';
import { seededRandom } from './random.js';
import type { ReceivedApdu } from './received.js';

/** One of the two MTAs of a conversation. */
export interface Side {
  readonly preset: Preset;
  readonly name: string;
  readonly domain: Domain;
  /** How it deals with the other one; `connect` is added, unless it is not to open associations. */
  readonly peer?: Omit<PeerConfig, 'name' | 'connect'>;
  readonly options?: Partial<Pick<MtaOptions, 'hooks' | 'route' | 'server' | 'modes'>>;
}

export interface ConversationOptions {
  /** A VirtualClock goes on only in `until` and `advance`. */
  readonly clock: Clock;
  readonly links: 'memory' | 'tcp';
  readonly seed?: number;
  /** Takes what passes, each link once, at its initiator. */
  readonly sink?: LinkSink;
}

export interface Arrival {
  readonly at: number;
  readonly apdu: ReceivedApdu;
}

export type Which = 'a' | 'b';

/** The randomness of one side. Each has its own, so that it can be replayed without the other. */
export function sideRandom(seed: number, which: Which): (octets: number) => Uint8Array {
  return seededRandom(which === 'a' ? seed : ~seed);
}

/** The MTA of one side; `connect` leads to the other one. */
export function mtaOf(
  { preset, name, domain, peer, options }: Side,
  other: { readonly name: string; readonly connect: () => Promise<Link> },
  environment: Pick<MtaOptions, 'clock' | 'random'>,
): Mta {
  const connect = peer?.activation === 'remote' ? {} : { connect: other.connect };
  return new Mta({
    ...options,
    ...environment,
    name,
    preset,
    domain,
    peers: [{ ...peer, name: other.name, ...connect }],
  });
}

/** Two MTAs with a network between them. */
export class Conversation {
  readonly clock: Clock;
  /** What each has taken from the other, reports too. */
  readonly received: Readonly<Record<Which, Arrival[]>> = { a: [], b: [] };
  readonly #options: ConversationOptions;
  readonly #sides: Record<Which, Side>;
  readonly #mtas: Partial<Record<Which, Mta>> = {};
  readonly #listeners: Partial<Record<Which, Listener>> = {};
  readonly #random: Readonly<Record<Which, (octets: number) => Uint8Array>>;
  #connections = 0;

  constructor(a: Side, b: Side, options: ConversationOptions) {
    this.clock = options.clock;
    this.#options = options;
    this.#sides = { a, b };
    const { seed = 1 } = options;
    this.#random = { a: sideRandom(seed, 'a'), b: sideRandom(seed, 'b') };
  }

  get a(): Mta {
    return this.#mta('a');
  }

  get b(): Mta {
    return this.#mta('b');
  }

  async start(): Promise<void> {
    if (this.#options.links === 'tcp') {
      for (const which of ['a', 'b'] as const) {
        this.#listeners[which] = await listenTcp({ port: 0, onLink: (link) => this.#mta(which).accept(link) });
      }
    }
    this.#mta('a').start();
    this.#mta('b').start();
  }

  /** Ends one MTA and starts it again over its queue, with another preset if one is given: how a hotfix is applied. */
  restart(which: Which, preset: Preset = this.#sides[which].preset): Mta {
    const old = this.#mta(which);
    const peer = this.#nameOf(which === 'a' ? 'b' : 'a');
    old.kill();
    const items = old.queueTo(peer).items();
    this.#sides[which] = { ...this.#sides[which], preset };
    this.#mtas[which] = undefined;
    const mta = this.#mta(which);
    mta.restore(peer, items);
    mta.start();
    return mta;
  }

  /** Lets time pass, in milliseconds. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.clock.now() + milliseconds;
    if (this.clock instanceof VirtualClock) await this.clock.advanceToAsync(end);
    else await this.until(() => this.clock.now() >= end, milliseconds);
  }

  /** Lets time pass until something holds, at most so many milliseconds; whether it does. */
  until(holds: () => boolean, within: number): Promise<boolean> {
    return passUntil(this.clock, holds, within);
  }

  /** Stops both, and waits until the associations that they opened are released. */
  async stop(within = 60_000): Promise<void> {
    this.a.stop();
    this.b.stop();
    await this.until(() => this.a.associations.length + this.b.associations.length === 0, within);
    this.a.kill();
    this.b.kill();
    for (const listener of Object.values(this.#listeners)) await listener?.close();
  }

  #mta(which: Which): Mta {
    const made = this.#mtas[which] ?? this.#make(which);
    this.#mtas[which] = made;
    return made;
  }

  #make(which: Which): Mta {
    const other = which === 'a' ? 'b' : 'a';
    const mta = mtaOf(
      this.#sides[which],
      { name: this.#nameOf(other), connect: () => this.#connect(other) },
      { clock: this.clock, random: this.#random[which] },
    );
    const arrived = ({ apdu }: { apdu: ReceivedApdu }) => this.received[which].push({ at: this.clock.now(), apdu });
    mta.on('messageReceived', arrived);
    mta.on('reportReceived', arrived);
    return mta;
  }

  async #connect(to: Which): Promise<Link> {
    const connection = this.#connections;
    this.#connections += 1;
    const link = await this.#link(to);
    const { sink } = this.#options;
    return sink === undefined ? link : recordLink(link, { connection, clock: this.clock, sink });
  }

  async #link(to: Which): Promise<Link> {
    const listener = this.#listeners[to];
    if (listener !== undefined) return connectTcp({ port: listener.port });
    const from = to === 'a' ? 'b' : 'a';
    const pair = memoryPair({ initiator: this.#nameOf(from), responder: this.#nameOf(to) });
    this.#mta(to).accept(pair.responder);
    return pair.initiator;
  }

  #nameOf(which: Which): string {
    return this.#sides[which].name;
  }
}

/** Sets two MTAs going, each able to open associations to the other. */
export async function runBetween(a: Side, b: Side, options: ConversationOptions): Promise<Conversation> {
  const conversation = new Conversation(a, b, options);
  await conversation.start();
  return conversation;
}
