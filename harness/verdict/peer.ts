import type { Mta } from '../mta/engine.js';
import type { MessageRequest } from '../mta/message.js';
import { orName } from '../mta/names.js';
import type { PeerConfig } from '../mta/peer.js';
import type { Occurrences, Script, StepName } from '../mta/when.js';
import { textOf } from './stimulus.js';
import { addressAt, type Testbed } from './testbed.js';
import type { SeenApdu, SeenAssociation } from './traffic.js';

/** A fake MTA that faces the IUT. */
export interface PeerSpec {
  /** `tolerant` where absent. */
  readonly preset?: string;
  /** How it deals with the IUT, where that is not as usual: what it sends in its bind, and what it gets wrong. */
  readonly toIut?: Partial<PeerConfig>;
  /** How it answers binds: its own ways, and what it gets wrong. */
  readonly answering?: Omit<PeerConfig, 'name' | 'theirs'>;
  /** How the IUT is configured for it. */
  readonly fromIut?: Partial<PeerConfig>;
}

/** What a stimulus's message is like. */
export interface Mail
  extends Partial<Pick<MessageRequest, 'subject' | 'priority' | 'extensions' | 'reports' | 'content'>> {
  /** Characters of its text. */
  readonly size?: number;
}

export class Peer {
  readonly name: string;
  readonly #bed: Testbed;
  readonly #mta: Mta;
  readonly #script: Script;
  readonly #iut: string;

  constructor(init: { bed: Testbed; mta: Mta; script: Script; name: string; iut: string }) {
    this.name = init.name;
    this.#bed = init.bed;
    this.#mta = init.mta;
    this.#script = init.script;
    this.#iut = init.iut;
  }

  /** Ties a reaction to a step of what the IUT does: `peer.when('transfer').nth(1).then.close()`. */
  when(step: StepName): Occurrences {
    return this.#script.when(step);
  }

  /** Messages of the IUT's that the peer has secured, each as often as that happened. */
  get received(): SeenApdu[] {
    return this.#bed.traffic.sentByIut(this.name).filter(({ kind, confirmed }) => kind === 'message' && confirmed);
  }

  /** Associations between it and the IUT, in the order in which they were begun. */
  get associations(): SeenAssociation[] {
    return this.#bed.traffic.associations.filter(({ peer }) => peer === this.name);
  }

  /** `await peer.sends(3).messages()`: has the IUT receive mail. Gives their identifiers once they are queued. */
  sends(count: number): { messages(mail?: Mail): Promise<string[]> } {
    return {
      messages: async (mail = {}) =>
        Array.from({ length: count }, (_, i) => this.#submit(addressAt(this.#iut, 'Reader'), mail, i)),
    };
  }

  /** Mail for somebody whom the IUT reaches by way of `onward`. */
  async sendsVia(onward: Peer, mail: Mail = {}): Promise<string> {
    return this.#submit(addressAt(onward.name, 'Distant'), mail, 0);
  }

  /** An MTS-APDU as given, in place of what the peer would make. */
  async sendsOctets(apdu: Uint8Array): Promise<void> {
    this.#mta.enqueue(this.#iut, { kind: 'message', priority: 'normal', identifier: '', apdu, system: true });
  }

  async sendsProbe(): Promise<string> {
    const { identifier } = this.#mta.probe(this.#iut, {
      originator: orName(addressAt(this.name, 'Writer')),
      recipients: [orName(addressAt(this.#iut, 'Reader'))],
      contentLength: 1000,
    });
    return identifier;
  }

  /** An association that the peer opens to the IUT: it sends a message, and the bind's answer is waited for. */
  async opensAssociation(): Promise<SeenAssociation> {
    const before = this.#bed.traffic.associations.length;
    await this.sends(1).messages();
    return this.#bed.until(`the IUT answers a bind of ${this.name}`, () =>
      this.#bed.traffic.associations
        .slice(before)
        .find(
          (each) =>
            each.iutRole === 'responder' &&
            each.peer === this.name &&
            (each.isBound || each.outcome !== undefined || each.refusal),
        ),
    );
  }

  /** Waits until the IUT has taken all of these. */
  async hasDelivered(identifiers: readonly string[]): Promise<boolean> {
    const { traffic } = this.#bed;
    const taken = () => {
      const confirmed = traffic.sentByPeers(this.name).filter((apdu) => apdu.confirmed);
      return identifiers.every((identifier) => confirmed.some((apdu) => apdu.identifier === identifier));
    };
    return (await this.#bed.settles(() => taken() || undefined)) ?? false;
  }

  #submit(recipient: Parameters<typeof orName>[0], mail: Mail, number: number): string {
    const { size, subject = 'Conformance', ...rest } = mail;
    const item = this.#mta.submit(this.#iut, {
      originator: orName(addressAt(this.name, 'Writer')),
      recipients: [orName(recipient)],
      subject,
      text: textOf(size, number),
      ...rest,
    });
    return item.identifier;
  }
}
