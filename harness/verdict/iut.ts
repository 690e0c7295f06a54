import type { Mta } from '../mta/engine.js';
import { orName } from '../mta/names.js';
import type { QueueAccount } from '../mta/queue.js';
import type { QueueObservation, TransferAttempt } from '../rules/queue-observation.js';
import type { Mail, Peer } from './peer.js';
import { extensionField, textOf } from './stimulus.js';
import { addressAt, type Testbed } from './testbed.js';
import type { SeenApdu, SeenAssociation, Traffic } from './traffic.js';

/** The implementation under test, as cases use it. */
export class Iut {
  /** The target's name. */
  readonly target: string;
  /** Where it listens, on loopback. */
  readonly port: number;
  readonly name: string;
  readonly #bed: Testbed;
  readonly #mta: Mta;
  readonly #peers: readonly Peer[];
  /** What it was made to send, by peer. */
  readonly #submitted = new Map<string, Submitted[]>();
  readonly #nonDelivered = new Set<string>();

  constructor(init: { bed: Testbed; mta: Mta; target: string; port: number; peers: readonly Peer[] }) {
    this.target = init.target;
    this.port = init.port;
    this.name = init.mta.name;
    this.#bed = init.bed;
    this.#mta = init.mta;
    this.#peers = init.peers;
    init.mta.on('nonDelivered', ({ item }) => this.#nonDelivered.add(item.identifier));
  }

  get traffic(): Traffic {
    return this.#bed.traffic;
  }

  /** `await iut.sends(3).messages()`: makes it send mail to the first peer, or to the one named. Gives identifiers. */
  sends(count: number): { messages(mail?: Mail & { to?: Peer }): Promise<string[]> } {
    return {
      messages: async ({ to, size, commonName, extensions, subject = 'Conformance', ...rest } = {}) => {
        const peer = to ?? (this.#peers[0] as Peer);
        return Array.from({ length: count }, (_, i) => {
          const { identifier } = this.#mta.submit(peer.name, {
            originator: orName(addressAt(this.name, 'Writer')),
            recipients: [orName({ ...addressAt(peer.name, 'Reader'), commonName })],
            subject,
            text: textOf(size, i),
            extensions: extensions?.map(extensionField),
            ...rest,
          });
          this.#note(peer.name, identifier);
          return identifier;
        });
      },
    };
  }

  /** Makes it open an association, by giving it something to send, and waits for the bind's answer. */
  async opensAssociationTo(peer: Peer): Promise<SeenAssociation> {
    const before = this.traffic.associations.length;
    await this.sends(1).messages({ to: peer });
    return this.#bed.until(`the IUT binds to ${peer.name}`, () =>
      this.traffic.associations
        .slice(before)
        .find(
          (each) =>
            each.iutRole === 'initiator' &&
            each.peer === peer.name &&
            (each.isBound || each.outcome !== undefined || each.refusal !== undefined),
        ),
    );
  }

  /** The next complete APDUs that it sends to a peer; fewer where no more came in time. */
  async transfersTo(peer: Peer, count: number): Promise<SeenApdu[]> {
    const sent = () => this.traffic.sentByIut(peer.name).filter(({ confirmed }) => confirmed);
    await this.#bed.settles(() => sent().length >= count);
    return sent();
  }

  queueTo(peer: Peer): QueueView {
    return new QueueView({
      bed: this.#bed,
      peer,
      submitted: this.#submitted.get(peer.name) ?? [],
      nonDelivered: this.#nonDelivered,
      account: () => this.#mta.queueTo(peer.name).account(),
    });
  }

  #note(peer: string, identifier: string): void {
    this.#submitted.set(peer, [...(this.#submitted.get(peer) ?? []), { identifier, time: Date.now() }]);
  }
}

interface Submitted {
  readonly identifier: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** What has come out of the IUT for one peer, seen from outside, and its length where the target tells it. */
export class QueueView {
  readonly peer: Peer;
  readonly bed: Testbed;
  readonly #submitted: readonly Submitted[];
  readonly #nonDelivered: ReadonlySet<string>;
  readonly #account: () => QueueAccount | undefined;

  constructor(init: {
    bed: Testbed;
    peer: Peer;
    submitted: readonly Submitted[];
    nonDelivered: ReadonlySet<string>;
    account: () => QueueAccount | undefined;
  }) {
    this.bed = init.bed;
    this.peer = init.peer;
    this.#submitted = init.submitted;
    this.#nonDelivered = init.nonDelivered;
    this.#account = init.account;
  }

  /** Identifiers of what the IUT was made to send there. */
  get submitted(): string[] {
    return this.#submitted.map(({ identifier }) => identifier);
  }

  get account(): QueueAccount | undefined {
    return this.#account();
  }

  /** What the peer has secured, or has become a non-delivery report. */
  get out(): string[] {
    const secured = new Set<string | undefined>([
      ...this.peer.received.map(({ identifier }) => identifier),
      ...this.peer.taken,
    ]);
    return this.submitted.filter((identifier) => secured.has(identifier) || this.#nonDelivered.has(identifier));
  }

  get isDrained(): boolean {
    return this.out.length === this.submitted.length && (this.account?.length ?? 0) === 0;
  }

  /** How often each of the IUT's messages was begun to be transferred, in whatever way that ended. */
  attempts(): Map<string, number> {
    const attempts = new Map<string, number>();
    for (const { identifier = '?' } of this.#sent()) attempts.set(identifier, (attempts.get(identifier) ?? 0) + 1);
    return attempts;
  }

  /** The record that the QUEUE rules read. `allowed` in milliseconds. */
  observation(allowed: number): QueueObservation {
    const destination = this.peer.name;
    const now = Date.now();
    return {
      allowed,
      until: now,
      accepted: this.#submitted.map((each) => ({ ...each, recipient: 1, responsibility: true, destination })),
      attempts: this.#sent()
        .filter(({ kind }) => kind !== 'report')
        .map((apdu) => ({
          time: apdu.time,
          destination,
          identifier: apdu.identifier ?? 'unknown',
          recipients: [1],
          outcome: outcomeOf(apdu),
        })),
      reports: [...this.#nonDelivered]
        .filter((identifier) => this.submitted.includes(identifier))
        .map((subject) => ({ time: now, identifier: `on ${subject}`, subject, nonDelivered: [1] })),
      samples: this.account === undefined ? [] : [{ time: now, length: this.account.length }],
    };
  }

  #sent(): SeenApdu[] {
    return this.bed.traffic.apdus.filter(
      ({ sender, association }) => sender === 'iut' && association.peer === this.peer.name,
    );
  }
}

/** A peer that went away between the end of a transfer and its acknowledgement may have secured it. X.218 9.3.1.3. */
function outcomeOf({ confirmed, complete, association }: SeenApdu): TransferAttempt['outcome'] {
  if (confirmed) return 'secured';
  return complete && association.outcome === 'closed' ? 'acknowledgement-lost' : 'refused';
}
