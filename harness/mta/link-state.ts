import type { Connector } from './connector.js';
import type { MessageRequest } from './message.js';
import type { RoutingTraffic } from './routing.js';

/** What telling peers of link state asks of its MTA. */
export interface LinkStateHost {
  connectors(): Iterable<Connector>;
  /** Whether a message to this peer can get there. */
  reaches(connector: Connector): boolean;
  submit(peer: string, request: MessageRequest): unknown;
  after(milliseconds: number, action: () => void): () => void;
}

/** When an MTA sends system messages with its link state, and to whom: as its preset's routing traffic has it. */
export class LinkState {
  readonly #routing: RoutingTraffic | undefined;
  readonly #host: LinkStateHost;
  /** Peers whose bind result held our marker. */
  readonly #echoing = new Set<string>();
  #timer: (() => void) | undefined;

  constructor(routing: RoutingTraffic | undefined, host: LinkStateHost) {
    this.#routing = routing;
    this.#host = host;
  }

  start(): void {
    const routing = this.#routing;
    if (routing === undefined) return;
    this.#timer = this.#host.after(routing.interval, () => {
      this.changed();
      this.start();
    });
  }

  /** A link went up or down somewhere: peers are told the new table. False of an MTA that has none. */
  changed(): boolean {
    if (this.#routing === undefined) return false;
    this.#routing.changed();
    for (const connector of this.#host.connectors()) this.tell(connector);
    return true;
  }

  stop(): void {
    this.#timer?.();
  }

  /** The peer answered a bind with the marker that was in ours: to some, the sign that it is of their kind. KB 281744. */
  echoed(peer: string): void {
    this.#echoing.add(peer);
  }

  tell(connector: Connector): void {
    const { name, connectedRoutingGroup = false } = connector.peer;
    if (!this.#host.reaches(connector)) return;
    const request = this.#routing?.dueTo(name, { echoed: this.#echoing.has(name), connectedRoutingGroup });
    if (request !== undefined) this.#host.submit(name, request);
  }
}
