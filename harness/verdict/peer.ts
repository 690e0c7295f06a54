import type { Link } from '../link/link.js';
import { connectTcp } from '../link/tcp.js';
import type { Mta } from '../mta/engine.js';
import { MessageFactory, type MessageRequest } from '../mta/message.js';
import { type Address, orName } from '../mta/names.js';
import type { PeerConfig } from '../mta/peer.js';
import type { Submission } from '../mta/queue.js';
import type { Occurrences, Script, StepName } from '../mta/when.js';
import type { DrivenAssociation, DrivenOptions } from './driven.js';
import { Inconclusive } from './failure.js';
import { extensionField, type MailExtension, textOf } from './stimulus.js';
import { addressAt, domainOf, type Testbed } from './testbed.js';
import type { SeenApdu, SeenAssociation } from './traffic.js';

/** A fake MTA that faces the IUT. */
export interface PeerSpec {
  /** `tolerant` where absent. */
  readonly preset?: string;
  /** How it deals with the IUT, where that is not as usual: what it says in opening and in answering, and what it gets wrong. */
  readonly toIut?: Partial<PeerConfig>;
  /** How the IUT is configured for it. */
  readonly fromIut?: Partial<PeerConfig>;
}

/** What a stimulus's message is like. */
export interface Mail
  extends Partial<Pick<MessageRequest, 'subject' | 'priority' | 'reports' | 'contentReturn' | 'content'>> {
  readonly extensions?: readonly MailExtension[];
  /** Characters of its text. */
  readonly size?: number;
  /** Of its recipient. */
  readonly commonName?: string;
}

export class Peer {
  readonly name: string;
  readonly #bed: Testbed;
  readonly #mta: Mta;
  readonly #script: Script;
  readonly #iut: { readonly name: string; readonly port: number };
  /** What takes the links that the IUT opens, one each, before the MTA does. */
  readonly #calls: ((link: Link) => void)[];
  readonly #factory: MessageFactory;
  readonly #taken: string[] = [];
  readonly #driven: DrivenAssociation[] = [];

  constructor(init: {
    readonly bed: Testbed;
    readonly mta: Mta;
    readonly script: Script;
    readonly name: string;
    readonly iut: { readonly name: string; readonly port: number };
    readonly calls: ((link: Link) => void)[];
  }) {
    this.name = init.name;
    this.#bed = init.bed;
    this.#mta = init.mta;
    this.#script = init.script;
    this.#iut = init.iut;
    this.#calls = init.calls;
    this.#factory = new MessageFactory({ domain: domainOf(init.name), server: 'BY-HAND', now: () => Date.now() });
    init.mta.on('messageReceived', ({ apdu }) => {
      if (apdu.kind === 'message' && apdu.identifier !== undefined) this.#taken.push(apdu.identifier);
    });
  }

  /** Ties a reaction to a step of what the IUT does: `peer.when('transfer').nth(1).then.close()`. */
  when(step: StepName): Occurrences {
    return this.#script.when(step);
  }

  /** How many of the reactions that `when` tied have fired. */
  get fired(): number {
    return this.#script.fired;
  }

  /** Messages of the IUT's that the peer has secured, each as often as that happened. */
  get received(): SeenApdu[] {
    return this.#bed.traffic.sentByIut(this.name).filter(({ kind, confirmed }) => kind === 'message' && confirmed);
  }

  /**
   * Identifiers of the IUT's messages that the peer has taken, in order, each as often as that happened; of those too
   * that came in parts over several associations, which `received` does not show.
   */
  get taken(): string[] {
    return [...this.#taken, ...this.#driven.flatMap(({ taken }) => taken)];
  }

  /** Associations between it and the IUT, in the order in which they were begun. */
  get associations(): SeenAssociation[] {
    return this.#bed.traffic.associations.filter(({ peer }) => peer === this.name);
  }

  /** `await peer.sends(3).messages()`: has the IUT receive mail. Gives their identifiers once they are queued. */
  sends(count: number): { messages(mail?: Mail): Promise<string[]> } {
    return {
      messages: async (mail = {}) =>
        Array.from({ length: count }, (_, i) => this.#submit(addressAt(this.#iut.name, 'Reader'), mail, i)),
    };
  }

  /** Mail for somebody whom the IUT reaches by way of `onward`. */
  async sendsVia(onward: Peer, mail: Mail = {}): Promise<string> {
    return this.#submit(addressAt(onward.name, 'Distant'), mail, 0);
  }

  /** An MTS-APDU as given, in place of what the peer would make. */
  async sendsOctets(apdu: Uint8Array): Promise<void> {
    this.#mta.enqueue(this.#iut.name, { kind: 'message', priority: 'normal', identifier: '', apdu, system: true });
  }

  async sendsProbe(): Promise<string> {
    const { identifier } = this.#mta.probe(this.#iut.name, {
      originator: orName(addressAt(this.name, 'Writer')),
      recipients: [orName(addressAt(this.#iut.name, 'Reader'))],
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

  /** An association that the peer opens to the IUT, and that the case then uses itself. Waits for the bind's answer. */
  async drives(options: DrivenOptions = {}): Promise<DrivenAssociation> {
    const driven = this.#bed.drives(this.#bed.recorded(await this.#dial(), this.name), this.name, options);
    this.#driven.push(driven);
    await driven.settles('rtOpenConfirm');
    return driven;
  }

  /** The next association that the IUT opens to the peer, and that the case then uses itself. */
  drivesNext(options: DrivenOptions = {}): { opened(): Promise<DrivenAssociation> } {
    let driven: DrivenAssociation | undefined;
    this.#calls.push((link) => {
      driven = this.#bed.drives(link, this.name, options);
      this.#driven.push(driven);
    });
    return {
      opened: () => this.#bed.until(`the IUT binds to ${this.name}`, () => driven?.service.state === 'open' && driven),
    };
  }

  /** A message for an association that the case uses itself: to the IUT, or to somebody whom that reaches by `onward`. */
  message({ onward, ...mail }: Mail & { readonly onward?: Peer } = {}): Submission {
    const recipient = onward === undefined ? addressAt(this.#iut.name, 'Reader') : addressAt(onward.name, 'Distant');
    return this.#factory.message(this.#request(recipient, mail, 0));
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

  async #dial(): Promise<Link> {
    try {
      return await connectTcp({ port: this.#iut.port });
    } catch (cause) {
      throw new Inconclusive(cause instanceof Error ? cause.message : String(cause));
    }
  }

  #submit(recipient: Address, mail: Mail, number: number): string {
    return this.#mta.submit(this.#iut.name, this.#request(recipient, mail, number)).identifier;
  }

  #request(
    recipient: Address,
    { size, commonName, extensions, subject = 'Conformance', ...rest }: Mail,
    number: number,
  ): MessageRequest {
    return {
      originator: orName(addressAt(this.name, 'Writer')),
      recipients: [orName({ ...recipient, commonName })],
      subject,
      text: textOf(size, number),
      extensions: extensions?.map(extensionField),
      ...rest,
    };
  }
}
