import { P1specError } from '../ber/error.js';
import {
  type ActivityReason,
  type AssociationService,
  connectionKey,
  type Resumption,
} from '../stack/association/service.js';
import type { Reaction } from './answers.js';
import type { MtaAssociation } from './association.js';
import type { Answer, SendingStep, Step } from './hooks.js';
import type { AssociationHost, Outgoing } from './host.js';
import type { Interrupted } from './queue.js';

/** What sending asks of its association. */
export interface SendingParts {
  readonly association: MtaAssociation;
  readonly service: AssociationService;
  readonly host: AssociationHost;
  step(): Step;
  perform(at: string, answer: Answer | undefined, reaction: Reaction): void;
  /** Moves what the machine has for the link. */
  flush(): void;
}

/** Our transfers on one association: hooks are asked, it is begun or gone on with, and what came of it is told. */
export class Sending {
  readonly #parts: SendingParts;
  #outgoing: Outgoing | undefined;
  #begun = false;
  /** Points at which the transfer under way is held; it goes on when none is left. */
  readonly #holders = new Set<number>();
  /** What the transfer under way went on from. */
  #from: Interrupted | undefined;

  constructor(parts: SendingParts) {
    this.#parts = parts;
  }

  /** Whether an item has been taken, and it is not known yet what comes of it. */
  get isUnderway(): boolean {
    return this.#outgoing !== undefined;
  }

  /** Asks, and begins. To break off at the start is to begin, and to break off before anything is confirmed. */
  start(outgoing: Outgoing): void {
    const { service } = this.#parts;
    this.#outgoing = outgoing;
    this.#begun = false;
    const isMeant = () => this.#outgoing === outgoing && service.state === 'open' && service.transferring === 'none';
    const begin = () => {
      if (isMeant()) this.#begin(outgoing);
    };
    this.#ask('sending', { phase: 'start', serial: undefined }, outgoing, {
      accept: begin,
      breakOff: (how, reason) => {
        begin();
        if (this.#outgoing === outgoing) this.breakOff(how, reason);
      },
    });
  }

  /** The peer has confirmed a synchronization point of ours. X.218 9.3. */
  checkpointConfirmed(serial: number): void {
    const { association, host, service } = this.#parts;
    const outgoing = this.#outgoing;
    const { resumption } = service;
    if (outgoing === undefined || resumption === undefined) return;
    host.progressed(association, outgoing.item, this.#interrupted(resumption));
    const isMeant = () => this.#outgoing === outgoing && service.transferring === 'sending';
    const holds = (hold: boolean) => () => {
      if (!isMeant()) return;
      if (hold) this.#holders.add(serial);
      else if (!this.#holders.delete(serial)) return;
      service.holdTransfer(this.#holders.size > 0);
    };
    this.#ask('sending checkpoint', { phase: 'checkpoint', serial }, outgoing, {
      accept: holds(false),
      hold: holds(true),
      delayed: holds(true),
      breakOff: (how, reason) => {
        if (isMeant()) this.breakOff(how, reason);
      },
    });
  }

  /** Gives our transfer up, or breaks it off to go on with it later; whether there is one. X.228 7.8. */
  breakOff(how: 'interrupt' | 'discard', reason?: ActivityReason): boolean {
    const { service, flush } = this.#parts;
    if (service.transferring !== 'sending') return false;
    if (how === 'interrupt') service.interruptTransfer(reason);
    else service.discardTransfer(reason);
    flush();
    return true;
  }

  /** It is over: secured where there is no `failure`. */
  settle(failure: string | undefined, resumption?: Resumption): void {
    const { association, host } = this.#parts;
    const item = this.#outgoing?.item;
    if (item === undefined) return;
    // What was not begun is as far as it was.
    const broken = this.#begun ? resumption && this.#interrupted(resumption) : item.interrupted;
    this.#outgoing = undefined;
    if (failure === undefined) host.transferred(association, item);
    else host.failed(association, item, failure, broken);
  }

  #ask(at: string, where: Pick<SendingStep, 'phase' | 'serial'>, { item, apdu }: Outgoing, reaction: Reaction): void {
    const { host, step, perform } = this.#parts;
    const { kind, identifier } = item;
    const answer = host.hooks.onSending?.({ ...step(), ...where, kind, identifier, octets: apdu.length });
    perform(at, answer, reaction);
  }

  /** Goes on with it where it broke off, if that can be. */
  #begin(outgoing: Outgoing): void {
    const { association, host, service } = this.#parts;
    const { item, apdu } = outgoing;
    const transferTime = host.optionsFor(association.peer ?? '').transferTime(item, apdu.length);
    const resume = this.#resumable(outgoing);
    this.#begun = true;
    this.#holders.clear();
    this.#from = resume;
    try {
      service.transfer(apdu, { resume: resume?.resumption, transferTime });
    } catch (error) {
      if (resume === undefined || !(error instanceof P1specError)) throw error;
      // What an earlier run kept does not fit this APDU.
      this.#from = undefined;
      service.transfer(apdu, { transferTime });
    }
    if (this.#from !== undefined) host.resumed(association, 'out', this.#from.resumption.serial);
    const { resumption } = service;
    if (resumption !== undefined) host.progressed(association, item, this.#interrupted(resumption));
  }

  /** Its octets count in the mode in which it was begun, and only where they are the same. */
  #resumable({ item: { interrupted }, digest }: Outgoing): Interrupted | undefined {
    return interrupted?.mode === this.#parts.service.mode && interrupted?.digest === digest ? interrupted : undefined;
  }

  #interrupted(resumption: Resumption): Interrupted {
    const { mode, role } = this.#parts.service;
    const from = this.#from;
    const resumes = from !== undefined && isSamePoint(from.resumption, resumption) ? (from.resumes ?? 0) + 1 : 0;
    const digest = this.#outgoing?.digest;
    return { resumption, mode, role, attempts: 0, resumes, ...(digest === undefined ? {} : { digest }) };
  }
}

function isSamePoint(one: Resumption, other: Resumption): boolean {
  return (
    one.serial === other.serial &&
    Buffer.compare(one.activity, other.activity) === 0 &&
    connectionKey(one.connection) === connectionKey(other.connection)
  );
}
