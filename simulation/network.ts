import type { Clock } from '../harness/link/clock.js';
import { LinkError } from '../harness/link/error.js';
import type { Link, LinkHandlers } from '../harness/link/link.js';
import type { Fault, LinkPlan, OctetPlace, Place, SpduPlace } from './plan.js';
import { SpduHeads } from './spdu-heads.js';
import { TpktHeaders } from './tpkt-headers.js';

type LinkFault =
  | Extract<Fault, { readonly kind: 'end' | 'reset' | 'halfClose' }>
  | Extract<Fault, { readonly kind: 'swallow' | 'stall' | 'corrupt' }>;

/** What happens at a place: a fault of the network, or something that others do. */
export interface Incident {
  readonly at: Place;
  /** Absent: the octets pass, and `happens` is called behind it. */
  readonly fault?: LinkFault;
  readonly happens?: (connection: Connection) => void;
}

export interface NetworkOptions {
  readonly clock: Clock;
  readonly links: readonly LinkPlan[];
  readonly incidents: readonly Incident[];
  /** Whether incidents still happen. */
  readonly troubled: () => boolean;
  /** Tells which incidents did happen. */
  readonly onIncident: (incident: Incident, connection: Connection) => void;
}

type Parcel = { readonly kind: 'data'; readonly bytes: Uint8Array } | { readonly kind: 'end' | 'reset' };

/** What one MTA has sent on one link, over all its connections, and what is still to happen to it. */
interface Counter {
  octets: number;
  readonly spdus: Map<string, number>;
  /** By the octet. */
  readonly atOctets: { readonly octet: number; readonly incident: Incident }[];
  readonly atSpdus: { readonly place: SpduPlace; readonly incident: Incident }[];
}

/**
 * Links between MTAs, in virtual time: octets take a while, come in other pieces than they were sent, and meet with
 * incidents at octets that the plan names.
 */
export class Network {
  readonly #options: NetworkOptions;
  readonly #counters = new Map<string, Counter>();
  readonly #connections = new Set<Connection>();
  #count = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
    for (const { name, ends } of options.links) {
      for (const { mta } of ends) {
        const incidents = options.incidents.filter(({ at }) => at.link === name && at.from === mta);
        this.#counters.set(`${name} ${mta}`, {
          octets: 0,
          spdus: new Map(),
          atOctets: incidents
            .flatMap((incident) => (isOctet(incident.at) ? [{ octet: incident.at.octet, incident }] : []))
            .sort((one, other) => one.octet - other.octet),
          atSpdus: incidents.flatMap((incident) => (isOctet(incident.at) ? [] : [{ place: incident.at, incident }])),
        });
      }
    }
  }

  get connections(): readonly Connection[] {
    return [...this.#connections];
  }

  connect(plan: LinkPlan, initiator: string, responder: string): Connection {
    const counters = [initiator, responder].map((mta) => this.#counters.get(`${plan.name} ${mta}`) as Counter);
    const connection = new Connection(this.#options, plan, this.#count, [initiator, responder], counters, () =>
      this.#connections.delete(connection),
    );
    this.#count += 1;
    this.#connections.add(connection);
    return connection;
  }

  /** An MTA is gone: nothing comes from it any more, and who writes to it is reset. */
  vanish(mta: string): void {
    for (const connection of this.#connections) connection.vanish(mta);
  }
}

function isOctet(place: Place): place is OctetPlace {
  return 'octet' in place;
}

export function refused(): LinkError {
  return new LinkError('ERR_LINK_REFUSED', { message: 'connecting: nothing listens there' });
}

/** One connection. `touched`: an incident has changed, lost or cut its octets; `changed`: some of them are wrong. */
export class Connection {
  readonly index: number;
  readonly plan: LinkPlan;
  readonly ends: readonly [End, End];
  touched = false;
  changed = false;

  constructor(
    options: NetworkOptions,
    plan: LinkPlan,
    index: number,
    names: readonly [string, string],
    counters: readonly Counter[],
    over: () => void,
  ) {
    this.plan = plan;
    this.index = index;
    const here: End = new End(options, this, names, 'here', counters[0] as Counter, () => there, over);
    const there: End = new End(options, this, [names[1], names[0]], 'there', counters[1] as Counter, () => here, over);
    this.ends = [here, there];
  }

  get initiator(): string {
    return this.ends[0].localEndpoint;
  }

  get responder(): string {
    return this.ends[1].localEndpoint;
  }

  get isOver(): boolean {
    return this.ends.every(({ closed }) => closed);
  }

  vanish(mta: string): void {
    for (const end of this.ends) if (end.localEndpoint === mta) end.vanish();
  }

  /** What is under way is lost, and both sides hear that the link is gone. */
  reset(): void {
    this.touched = true;
    for (const end of this.ends) end.cut();
  }
}

class End implements Link {
  readonly localEndpoint: string;
  readonly remoteEndpoint: string;
  readonly opened: 'here' | 'there';
  readonly #options: NetworkOptions;
  readonly #connection: Connection;
  readonly #counter: Counter;
  readonly #peer: () => End;
  readonly #over: () => void;
  readonly #headers = new TpktHeaders();
  readonly #spdus = new SpduHeads();
  #handlers: LinkHandlers | undefined;
  #waiting: Parcel[] = [];
  /** No parcel arrives before this one. */
  #arrival = 0;
  #silent = false;
  #cut = false;
  #sentEnd = false;
  #gotEnd = false;
  closed = false;

  constructor(
    options: NetworkOptions,
    connection: Connection,
    [local, remote]: readonly [string, string],
    opened: 'here' | 'there',
    counter: Counter,
    peer: () => End,
    over: () => void,
  ) {
    this.#options = options;
    this.#connection = connection;
    this.localEndpoint = local;
    this.remoteEndpoint = remote;
    this.opened = opened;
    this.#counter = counter;
    this.#peer = peer;
    this.#over = over;
  }

  start(handlers: LinkHandlers): void {
    this.#handlers = handlers;
    this.#options.clock.setTimer(this.#options.clock.now(), () => {
      for (const parcel of this.#waiting.splice(0)) this.#take(parcel);
      if (this.#cut) handlers.close('reset');
    });
  }

  send(bytes: Uint8Array): boolean {
    if (this.#sentEnd || this.closed || bytes.length === 0) return true;
    const met = this.#metAtSpdu(bytes);
    for (const { place, incident } of met) if (!place.behind) this.#meet(incident);
    const { octets: start, atOctets } = this.#counter;
    this.#counter.octets += bytes.length;
    let from = 0;
    while (atOctets[0] !== undefined && atOctets[0].octet <= start + bytes.length) {
      const { octet, incident } = atOctets.shift() as Counter['atOctets'][number];
      const at = Math.max(from, octet - 1 - start);
      this.#pass(bytes.subarray(from, at));
      from = at;
      this.#meet(incident);
    }
    this.#pass(bytes.subarray(from));
    for (const { place, incident } of met) if (place.behind) this.#meet(incident);
    return true;
  }

  #metAtSpdu(bytes: Uint8Array): Counter['atSpdus'] {
    const { spdus, atSpdus } = this.#counter;
    const spdu = this.#spdus.next(bytes);
    if (spdu === undefined) return [];
    const count = (spdus.get(spdu) ?? 0) + 1;
    spdus.set(spdu, count);
    return atSpdus.filter(({ place }) => place.spdu === spdu && place.nth === count);
  }

  close(): void {
    if (this.#sentEnd || this.closed) return;
    this.#sentEnd = true;
    this.#post({ kind: 'end' });
    if (this.#gotEnd) this.#gone('end');
  }

  destroy(): void {
    if (this.closed) return;
    this.#post({ kind: 'reset' });
    this.#gone('reset');
  }

  /** The network ends this direction in order. */
  finish(): void {
    if (this.#silent) return;
    this.#silent = true;
    this.#deliver({ kind: 'end' });
  }

  /** The network breaks the link, at this side. */
  cut(): void {
    this.#silent = true;
    const { clock } = this.#options;
    clock.setTimer(clock.now(), () => {
      // Who has not started yet is told when it does.
      this.#cut ||= this.#handlers === undefined && !this.closed;
      this.#gone('reset');
    });
  }

  /** The MTA at this end is no more. */
  vanish(): void {
    if (this.closed) return;
    this.#post({ kind: 'reset' });
    this.closed = true;
    this.#finished();
  }

  #meet(incident: Incident): void {
    if (!this.#options.troubled()) return;
    const connection = this.#connection;
    this.#options.onIncident(incident, connection);
    const { clock } = this.#options;
    clock.setTimer(clock.now(), () => incident.happens?.(connection));
    const { fault } = incident;
    switch (fault?.kind) {
      case 'end':
        this.finish();
        this.#peer().finish();
        break;
      case 'halfClose':
        this.finish();
        break;
      case 'reset':
        connection.reset();
        break;
      case 'swallow':
        this.#silent = true;
        clock.setTimer(clock.now() + fault.resetAfter, () => connection.reset());
        break;
      case 'stall':
        this.#arrival = Math.max(this.#arrival, clock.now()) + fault.milliseconds;
        return;
      case 'corrupt':
        this.#headers.corrupt(fault.header, fault.mask);
        connection.changed = true;
        break;
      case undefined:
        return;
    }
    connection.touched = true;
  }

  #pass(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#post({ kind: 'data', bytes: this.#headers.pass(bytes) });
  }

  #post(parcel: Parcel): void {
    if (!this.#silent) this.#deliver(parcel);
  }

  #deliver(parcel: Parcel): void {
    const { clock } = this.#options;
    this.#arrival = Math.max(this.#arrival, clock.now() + this.#connection.plan.latency);
    const peer = this.#peer();
    clock.setTimer(this.#arrival, () => peer.#arrive(parcel));
  }

  #arrive(parcel: Parcel): void {
    if (this.#handlers === undefined || this.#waiting.length > 0) this.#waiting.push(parcel);
    else this.#take(parcel);
  }

  #take(parcel: Parcel): void {
    if (this.closed) return;
    switch (parcel.kind) {
      case 'data':
        this.#hand(parcel.bytes);
        break;
      case 'end':
        if (this.#gotEnd) return;
        this.#gotEnd = true;
        this.#handlers?.end();
        if (this.#sentEnd) this.#gone('end');
        break;
      case 'reset':
        this.#gone('reset');
        break;
    }
  }

  #hand(bytes: Uint8Array): void {
    const { chunk = bytes.length } = this.#connection.plan;
    for (let from = 0; from < bytes.length && !this.closed; from += chunk) {
      this.#handlers?.data(bytes.subarray(from, from + chunk));
    }
  }

  #gone(how: 'end' | 'reset'): void {
    if (this.closed) return;
    this.closed = true;
    this.#handlers?.close(how);
    this.#finished();
  }

  #finished(): void {
    if (this.#connection.isOver) this.#over();
  }
}
