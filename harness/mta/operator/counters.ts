import { Octets } from '../../ber/octets.js';
import type { Connector } from '../connector.js';
import type { Mta } from '../engine.js';
import type { MtaEvents } from '../events.js';
import { type ReceivedApdu, readApdu, recipientsOf, typedApdu } from '../received.js';
import type { ConnectionCounter, MtaCounter } from './counter-names.js';

/** The counters of one MTA at one time. */
export interface CountersSnapshot {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly mta: Readonly<Record<MtaCounter, number>>;
  readonly connections: readonly ConnectionSnapshot[];
}

export interface ConnectionSnapshot {
  readonly peer: string;
  /** Those that say nothing at that time are undefined. */
  readonly counters: Readonly<Record<ConnectionCounter, number | string | undefined>>;
}

/** What is counted of messages that go one way. */
class Traffic {
  messages = 0;
  octets = 0;
  recipients = 0;

  add(octets: number, recipients: number): void {
    this.messages += 1;
    this.octets += octets;
    this.recipients += recipients;
  }
}

/** What is counted of associations that one side begins. */
class Beginnings {
  everOpen = 0;
  failed = 0;
  /** Of the last one. */
  reason = 'never';
  /** When one was last seen open. */
  lastOpen: number | undefined;
}

/** All that events add up to, of one peer. */
class Tally {
  readonly inbound = new Traffic();
  readonly outbound = new Traffic();
  readonly theirs = new Beginnings();
  readonly ours = new Beginnings();
  rejected = 0;
}

/** Counts what happens in an MTA, as Exchange's performance counters do. KB Q182502; RFC 1566 for what they mean. */
export class Counters {
  readonly #mta: Mta;
  readonly #tallies = new Map<string, Tally>();
  readonly #open = new Set<number>();
  /** Why the peer has refused an association of ours, until it is closed. */
  readonly #refusals = new Map<number, string>();
  readonly #recipients = new WeakMap<Uint8Array, number>();
  readonly #subscriptions: (() => void)[];
  #loops = 0;

  constructor(mta: Mta) {
    this.#mta = mta;
    this.#subscriptions = [
      mta.on('associationOpened', (event) => this.#opened(event)),
      mta.on('associationClosed', (event) => this.#closed(event)),
      mta.on('bindRefused', (event) => this.#bindRefused(event)),
      mta.on('messageTransferred', ({ peer, item: { apdu } }) =>
        this.#tally(peer).outbound.add(apdu.length, this.#recipientsIn(apdu)),
      ),
      mta.on('messageReceived', (event) => this.#received(event)),
      mta.on('reportReceived', (event) => this.#received(event)),
      mta.on('transferRefused', ({ peer }) => {
        if (peer !== undefined) this.#tally(peer).rejected += 1;
      }),
      mta.on('loopDetected', () => {
        this.#loops += 1;
      }),
    ];
  }

  stop(): void {
    for (const end of this.#subscriptions) end();
  }

  snapshot(now: number): CountersSnapshot {
    const { connectors } = this.#mta;
    const queues = connectors.map(({ queue }) => queue);
    const sum = (of: (tally: Tally) => number) =>
      [...this.#tallies.values()].reduce((total, each) => total + of(each), 0);
    const accounts = queues.map((queue) => queue.account());
    const queued = queues.flatMap((queue) => queue.served());
    return {
      at: now,
      mta: {
        'Work Queue Length': queued.length,
        'Total Work Queue Bytes': queued.reduce((total, { apdu }) => total + apdu.length, 0),
        'Inbound Messages Total': sum(({ inbound }) => inbound.messages),
        'Inbound Bytes Total': sum(({ inbound }) => inbound.octets),
        'Outbound Messages Total': sum(({ outbound }) => outbound.messages),
        'Outbound Bytes Total': sum(({ outbound }) => outbound.octets),
        'Total Recipients Inbound': sum(({ inbound }) => inbound.recipients),
        'Total Recipients Outbound': sum(({ outbound }) => outbound.recipients),
        'Total Recipients Queued': queued.reduce((total, { apdu }) => total + this.#recipientsIn(apdu), 0),
        'Deferred Delivery Messages': accounts.reduce((total, { deferred }) => total + deferred, 0),
        'Total Loops Detected': this.#loops,
      },
      connections: connectors.map((connector, index) => ({
        peer: connector.peer.name,
        counters: this.#connection(connector, index + 1, now),
      })),
    };
  }

  #connection(connector: Connector, index: number, now: number): ConnectionSnapshot['counters'] {
    const { queue, retry, associations, peer } = connector;
    const { inbound, outbound, theirs, ours, rejected } = this.#tallies.get(peer.name) ?? new Tally();
    const { length, octets, oldest } = queue.account();
    const open = (role: 'initiator' | 'responder') =>
      associations.filter((each) => each.isOpen && each.role === role).length;
    const [currentIn, currentOut] = [open('responder'), open('initiator')];
    const since = (time: number | undefined) => (time === undefined ? undefined : seconds(now - time));
    return {
      'Connector Index': index,
      'Queue Length': length,
      'Queued Bytes': octets,
      'Oldest Message Queued': oldest === undefined ? 0 : seconds(now - oldest),
      'Current Inbound Associations': currentIn,
      'Current Outbound Associations': currentOut,
      'Cumulative Inbound Associations': theirs.everOpen,
      'Cumulative Outbound Associations': ours.everOpen,
      'Failed Outbound Associations': ours.failed,
      'Inbound Messages Total': inbound.messages,
      'Inbound Bytes Total': inbound.octets,
      'Inbound Rejected Total': rejected,
      'Inbound Reject Reason': theirs.reason,
      'Last Inbound Association': currentIn > 0 ? 0 : since(theirs.lastOpen),
      'Last Outbound Association': currentOut > 0 ? 0 : since(ours.lastOpen),
      'Next Association Retry': retry.nextRetry === undefined ? undefined : seconds(retry.nextRetry - now),
      'Outbound Messages Total': outbound.messages,
      'Outbound Bytes Total': outbound.octets,
      'Outbound Failure Reason': ours.reason,
    };
  }

  #opened({ association, role, peer }: MtaEvents['associationOpened']): void {
    if (peer === undefined) return;
    this.#open.add(association);
    const beginnings = this.#begun(peer, role);
    beginnings.everOpen += 1;
    beginnings.reason = '';
    beginnings.lastOpen = this.#mta.now();
  }

  #bindRefused({ association, peer, role, by, error }: MtaEvents['bindRefused']): void {
    if (by === 'peer') {
      if (error !== undefined) this.#refusals.set(association, error);
    } else if (peer !== undefined && role === 'responder') {
      // RFC 1566, mtaGroupInboundRejectionReason: of who is none of ours, there is no group.
      this.#tally(peer).theirs.reason = error ?? 'no MTA-bind error given';
    }
  }

  #closed({ association, role, peer, ending, detail }: MtaEvents['associationClosed']): void {
    const refusal = this.#refusals.get(association);
    this.#refusals.delete(association);
    if (peer === undefined) return;
    const beginnings = this.#begun(peer, role);
    if (this.#open.delete(association)) {
      beginnings.lastOpen = this.#mta.now();
    } else if (role === 'initiator') {
      beginnings.failed += 1;
      beginnings.reason = refusal ?? detail ?? ending;
    }
  }

  #received({ peer, apdu }: { readonly peer: string; readonly apdu: ReceivedApdu }): void {
    const value = typedApdu(apdu);
    this.#tally(peer).inbound.add(apdu.octets.length, value === undefined ? 0 : recipientsOf(value).length);
  }

  #begun(peer: string, role: 'initiator' | 'responder'): Beginnings {
    const tally = this.#tally(peer);
    return role === 'initiator' ? tally.ours : tally.theirs;
  }

  #tally(peer: string): Tally {
    const tally = this.#tallies.get(peer) ?? new Tally();
    this.#tallies.set(peer, tally);
    return tally;
  }

  /** An APDU that waits is read once. */
  #recipientsIn(apdu: Uint8Array): number {
    const known = this.#recipients.get(apdu);
    if (known !== undefined) return known;
    const value = typedApdu(readApdu(Octets.of(apdu), undefined));
    const count = value === undefined ? 0 : recipientsOf(value).length;
    this.#recipients.set(apdu, count);
    return count;
  }
}

function seconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / 1000));
}
