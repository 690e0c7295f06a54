import type { Clock } from '../clock.js';
import type { LinkError } from '../error.js';
import type { Link, LinkHandlers } from '../link.js';
import type { FaultDirection, FaultLayer } from './fault.js';
import type { Ending, FlowItem } from './flow.js';
import { Gate } from './gate.js';
import { handedOverFate } from './packet-faults.js';
import { type Connection, Packets } from './packets.js';
import type { Match } from './plan.js';
import { UnitFinder } from './units.js';

export interface FaultyLinkOptions {
  readonly clock: Clock;
  readonly tsduOctets: number;
  readonly isLive: (direction: FaultDirection, layers: readonly FaultLayer[]) => boolean;
  readonly meet: (direction: FaultDirection, layer: FaultLayer, kind: string) => readonly Match[];
}

interface Way {
  readonly packets: Packets;
  readonly gate: Gate;
  /** Nothing of this direction passes any more. */
  over: boolean;
}

/** A link, and what a plan's faults make of it. */
export class FaultyLink implements Link {
  readonly localEndpoint: Link['localEndpoint'];
  readonly remoteEndpoint: Link['remoteEndpoint'];
  readonly opened: Link['opened'];
  readonly #link: Link;
  readonly #options: FaultyLinkOptions;
  readonly #sent: Way;
  readonly #received: Way;
  #handlers: LinkHandlers | undefined;
  /** What its user is told when it starts. */
  #early: ((handlers: LinkHandlers) => void)[] = [];
  #room = true;
  #endTold = false;
  #gone = false;

  constructor(link: Link, options: FaultyLinkOptions) {
    this.#link = link;
    this.#options = options;
    this.localEndpoint = link.localEndpoint;
    this.remoteEndpoint = link.remoteEndpoint;
    this.opened = link.opened;
    const connection: Connection = { finder: new UnitFinder(), references: { sent: 0, received: 0 } };
    this.#sent = this.#way('sent', connection, (bytes) => {
      this.#room = link.send(bytes);
    });
    this.#received = this.#way('received', connection, (bytes) => this.#tell((handlers) => handlers.data(bytes)));
  }

  start(handlers: LinkHandlers): void {
    this.#handlers = handlers;
    this.#link.start({
      data: (bytes) => this.#received.packets.push(bytes),
      end: () => this.#received.packets.end(),
      close: (how, error) => this.#closed(how, error),
      drain: () => handlers.drain?.(),
    });
    for (const tell of this.#early.splice(0)) tell(handlers);
  }

  send(bytes: Uint8Array): boolean {
    this.#room = true;
    this.#sent.packets.push(bytes);
    return this.#room;
  }

  close(): void {
    this.#sent.packets.end();
  }

  destroy(): void {
    for (const way of [this.#sent, this.#received]) {
      this.#stop(way);
      way.gate.drop();
    }
    this.#link.destroy();
  }

  #way(direction: FaultDirection, connection: Connection, deliver: (bytes: Uint8Array) => void): Way {
    const { clock } = this.#options;
    const gate = new Gate(clock);
    const flow = (item: FlowItem): void => this.#flow(direction, item, deliver);
    const packets = new Packets({ ...this.#options, direction, connection, flow });
    return { packets, gate, over: false };
  }

  #flow(direction: FaultDirection, item: FlowItem, deliver: (bytes: Uint8Array) => void): void {
    const way = direction === 'sent' ? this.#sent : this.#received;
    const step = (run: () => void): void =>
      way.gate.run(() => {
        if (!way.over) run();
      });
    switch (item.kind) {
      case 'octets':
        this.#handOver(direction, item.bytes, way, step, deliver);
        break;
      case 'delay':
        way.gate.delay(item.milliseconds);
        break;
      case 'end':
        step(() => (direction === 'sent' ? this.#link.close() : this.#tellEnd()));
        break;
      case 'ending':
        step(() => {
          if (item.last !== undefined) deliver(item.last);
          this.#end(direction, item.how);
        });
        break;
    }
  }

  #handOver(
    direction: FaultDirection,
    bytes: Uint8Array,
    way: Way,
    step: (run: () => void) => void,
    deliver: (bytes: Uint8Array) => void,
  ): void {
    const { delay, ending, pieces } = handedOverFate(bytes, this.#options.meet(direction, 'tcp', 'segment'));
    if (delay > 0) way.gate.delay(delay);
    for (const piece of pieces) step(() => deliver(piece));
    if (ending === undefined || ending === 'disconnect') return;
    way.packets.close();
    step(() => this.#end(direction, ending));
  }

  #end(direction: FaultDirection, how: Ending): void {
    const own = direction === 'sent' ? this.#sent : this.#received;
    this.#stop(own);
    if (how === 'reset') {
      this.destroy();
      return;
    }
    if (how === 'close') this.#stop(this.#sent === own ? this.#received : this.#sent);
    if (how === 'close' || direction === 'sent') this.#link.close();
    if (direction === 'received') this.#tellEnd();
    else if (how === 'close') {
      // Its user is in the middle of sending: it hears of this when it is done.
      const { clock } = this.#options;
      clock.setTimer(clock.now(), () => this.#tellEnd());
    }
  }

  #stop(way: Way): void {
    way.over = true;
    way.packets.close();
  }

  #closed(how: 'end' | 'reset', error: LinkError | undefined): void {
    const tell = (): void => {
      if (this.#gone) return;
      if (how === 'end') this.#tellEnd();
      this.#gone = true;
      this.#stop(this.#sent);
      this.#stop(this.#received);
      this.#tell((handlers) => handlers.close(how, error));
    };
    // A reset overtakes what is under way; an orderly end does not.
    if (how === 'end') this.#received.gate.run(tell);
    else {
      this.#received.gate.drop();
      this.#sent.gate.drop();
      tell();
    }
  }

  #tellEnd(): void {
    if (this.#endTold || this.#gone) return;
    this.#endTold = true;
    this.#tell((handlers) => handlers.end());
  }

  #tell(tell: (handlers: LinkHandlers) => void): void {
    if (this.#handlers === undefined) this.#early.push(tell);
    else tell(this.#handlers);
  }
}
