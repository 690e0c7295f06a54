import type {
  ActivityReason,
  AssociationService,
  ConnectionIdentifier,
  DialogueMode,
  Resumption,
  ServiceEvent,
} from '../stack/association/service.js';
import { type Actor, perform, type Reaction } from './answers.js';
import type { Ending } from './events.js';
import type { Answer, Step } from './hooks.js';
import type { AssociationHost, Carrier, Outgoing } from './host.js';
import { Opening } from './opening.js';
import { Receiving } from './receiving.js';
import { Sending } from './sending.js';
import { TurnWatch } from './turn-watch.js';

/** RTTP: 0 is the most urgent, and reserved for release. X.218 9.4.1.1. */
const RELEASE_PRIORITY = 0;

/** One association: hears what the machine indicates, asks the hooks, and answers. */
export class MtaAssociation {
  readonly index: number;
  readonly service: AssociationService;
  /** Which items it is for: all, or only urgent ones and reports. */
  readonly purpose: 'any' | 'urgent';
  /** The session connection that it goes on with: the opening says so in place of a bind. */
  readonly recovers: ConnectionIdentifier | undefined;
  readonly #host: AssociationHost;
  #carrier: Carrier | undefined;
  #peer: string | undefined;
  #open = false;
  #wasOpen = false;
  #connected = false;
  #over = false;
  #recoveryRefused = false;
  #closing = false;
  #ending: Ending = 'closed';
  #detail: string | undefined;
  #dialogueMode: DialogueMode;
  #hasInitialTurn: boolean;
  #choosing = false;
  /** The peer has asked for the turn. */
  #turnAsked = false;
  #askedForTurn = false;
  readonly #watch: TurnWatch;
  /** Something was transferred on it, or was begun to be. */
  #used = false;
  #releasing = false;
  #idle: (() => void) | undefined;
  readonly #delays = new Set<() => void>();
  readonly #actor: Actor;
  readonly #opening: Opening;
  readonly #receiving: Receiving;
  readonly #sending: Sending;

  constructor(init: {
    readonly index: number;
    readonly service: AssociationService;
    readonly host: AssociationHost;
    readonly purpose?: 'any' | 'urgent';
    /** An initiator's: whom it calls, and what it asks for. */
    readonly peer?: string;
    readonly recovers?: ConnectionIdentifier;
    readonly dialogueMode?: DialogueMode;
    readonly initialTurn?: 'initiator' | 'responder';
  }) {
    this.index = init.index;
    this.service = init.service;
    this.#host = init.host;
    this.purpose = init.purpose ?? 'any';
    this.#peer = init.peer;
    this.recovers = init.recovers;
    this.#dialogueMode = init.dialogueMode ?? 'monologue';
    this.#hasInitialTurn = (init.initialTurn ?? 'initiator') === init.service.role;
    this.#actor = {
      service: init.service,
      abort: (reason) => this.abort(reason),
      close: () => this.close(),
      later: (milliseconds, action) => this.#later(milliseconds, action),
      refusedTransfer: (answer) => init.host.transferRefused(this, answer.do),
      exception: (reason) => this.#receiving.exception(reason),
    };
    this.#watch = new TurnWatch({
      after: (milliseconds, action) => init.host.after(milliseconds, action),
      heard: () => init.service.received,
      isWanted: () => this.#open && !init.service.hasTurn && this.#turnPriority !== undefined,
      isAwaited: () => this.#receiving.isAwaited,
      giveUp: (detail) => {
        this.#detail ??= detail;
        this.abort('temporaryProblem');
      },
    });
    const parts = {
      association: this,
      service: init.service,
      host: init.host,
      step: () => this.#step(),
      perform: (at: string, answer: Answer | undefined, reaction: Reaction) => this.#perform(at, answer, reaction),
    };
    this.#sending = new Sending({ ...parts, flush: () => this.#carrier?.flush() });
    this.#receiving = new Receiving({ ...parts, pump: () => this.pump() });
    this.#opening = new Opening({
      ...parts,
      named: (peer) => {
        this.#peer = peer;
      },
      opened: (octets) => this.#opened(octets),
      refused: (detail, recoveryRefused = false) => {
        this.#ending = 'refused';
        this.#detail ??= detail;
        this.#recoveryRefused = recoveryRefused;
      },
      abort: () => this.abort(),
    });
  }

  get peer(): string | undefined {
    return this.#peer;
  }

  get role(): 'initiator' | 'responder' {
    return this.service.role;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get wasOpen(): boolean {
    return this.#wasOpen;
  }

  /** It opened, and was lost before anything was transferred on it. */
  get wasInVain(): boolean {
    return this.#wasOpen && !this.#used && this.#ending !== 'released';
  }

  /** A link to the peer was there. */
  get wasConnected(): boolean {
    return this.#connected;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** The peer does not go on with the session connection that was to be recovered. */
  get recoveryRefused(): boolean {
    return this.#recoveryRefused;
  }

  get busy(): boolean {
    return this.#sending.isUnderway || this.service.transferring !== 'none';
  }

  /** Whether this side may ever transfer: X.218 3.5.12. */
  get maySend(): boolean {
    return this.#dialogueMode === 'twa' || this.#hasInitialTurn;
  }

  carriedBy(carrier: Carrier): void {
    this.#carrier = carrier;
  }

  /** TCP is connected. Runs `proceed`, unless a hook has it otherwise. */
  transportConnected(proceed: () => void): void {
    this.#connected = true;
    this.#perform('transport connect', this.#host.hooks.onTransportConnect?.(this.#step()), { accept: proceed });
  }

  /** For the driver: one event of the machine. */
  handle(event: ServiceEvent): void {
    const { hooks } = this.#host;
    switch (event.kind) {
      case 'rtOpenIndication':
        this.#dialogueMode = event.dialogueMode;
        this.#hasInitialTurn = event.initialTurn === 'responder';
        this.#opening.indicated(event);
        break;
      case 'rtOpenConfirm':
        if (event.accepted) this.#opening.confirmed(event.userData);
        else this.#opening.refused(event);
        break;
      case 'rtTurnPleaseIndication': {
        const step = { ...this.#step(), phase: 'please', priority: event.priority } as const;
        const give = () => {
          this.#turnAsked = true;
          this.pump();
        };
        this.#perform('turn', hooks.onTurn?.(step), { accept: give });
        break;
      }
      case 'rtTurnGiveIndication': {
        this.#askedForTurn = false;
        this.#watch.end();
        const step = { ...this.#step(), phase: 'give', priority: undefined } as const;
        this.#perform('turn', hooks.onTurn?.(step), { accept: () => this.pump() });
        break;
      }
      case 'rtTransferStart':
        this.#stopIdling();
        this.#used = true;
        this.#receiving.started(event.resumedAt);
        break;
      case 'checkpointIndication':
        this.#receiving.checkpoint(event.serial);
        break;
      case 'rtTransferIndication':
        this.#receiving.ended(event.apdu ?? event.octets);
        break;
      case 'rtTransferConfirm':
        this.#sending.settle(event.secured ? undefined : (event.reason ?? 'not secured'), event.resumption);
        this.pump();
        break;
      case 'rtCloseIndication':
        this.#ending = 'released';
        hooks.onRelease?.(this.#step());
        break;
      case 'rtCloseConfirm':
        this.#ending = 'released';
        break;
      case 'rtUAbortIndication':
        this.#aborted(false, event.reason, 'user abort');
        break;
      case 'rtPAbortIndication':
        this.#aborted(true, event.reason, `${event.layer}: ${event.message}`);
        break;
      case 'transferAbandoned':
        this.#receiving.abandoned();
        this.pump();
        break;
      case 'disconnected':
        this.#end();
        break;
      case 'checkpointConfirm':
        this.#sending.checkpointConfirmed(event.serial);
        break;
      case 'rtSegmentIndication':
      case 'exceptionIndication':
        break;
    }
  }

  /** Does what there is to do: transfers what is next, gives the turn, asks for it, or releases. */
  pump(): void {
    const { service } = this;
    if (!this.#open || service.state !== 'open' || this.#choosing) return;
    if (this.busy) {
      if (service.transferring === 'receiving' && this.#turnPriority !== undefined) this.#watch.begin();
      return;
    }
    if (!service.hasTurn) {
      this.#askForTurn();
      return;
    }
    const outgoing = this.maySend && !this.#turnAsked && !this.#releasing ? this.#next() : undefined;
    if (outgoing !== undefined) {
      if (service.state !== 'open' || !service.hasTurn) {
        // Who was told of the choice has ended the association.
        const { item } = outgoing;
        this.#host.failed(this, item, this.#detail ?? this.#ending, item.interrupted);
        return;
      }
      this.#stopIdling();
      this.#used = true;
      this.#sending.start(outgoing);
    } else if (this.#turnAsked) {
      this.#turnAsked = false;
      service.turnGive();
      // A peer that wants it no more would keep it, and say nothing.
      this.#askForTurn();
    } else if (this.#releasing) {
      this.#release();
    } else {
      this.#idleAway();
    }
    this.#carrier?.flush();
  }

  /** Ends it in good order once nothing is under way; only an initiator can. */
  release(): void {
    if (this.role !== 'initiator') return;
    this.#releasing = true;
    this.pump();
  }

  /** Discards our transfer under way, or interrupts it to go on with it later; whether there is one. X.228 7.8. */
  breakOff(how: 'interrupt' | 'discard', reason?: ActivityReason): boolean {
    return this.#sending.breakOff(how, reason);
  }

  abort(reason?: Parameters<AssociationService['abort']>[0]): void {
    if (this.service.state !== 'opening' && this.service.state !== 'open') return;
    this.#ending = 'aborted';
    this.service.abort(reason);
    this.#carrier?.flush();
  }

  /** Closes the link with nothing said. */
  close(detail = 'closed by us'): void {
    if (this.#over) return;
    this.#closing = true;
    this.#detail ??= detail;
    const { resumption } = this.service;
    this.#carrier?.close();
    this.#end(resumption);
  }

  /** The link could not be opened, or is gone. */
  lost(detail: string): void {
    this.#detail ??= detail;
    this.#end();
  }

  #opened(bindOctets: Uint8Array): void {
    // Who was asked about the bind has ended the association.
    if (this.service.state !== 'open') return;
    this.#open = true;
    this.#wasOpen = true;
    this.#host.opened(this, bindOctets);
    this.pump();
  }

  #perform(at: string, answer: Answer | undefined, reaction: Reaction): void {
    perform(at, answer, reaction, this.#actor);
  }

  #later(milliseconds: number, action: () => void): void {
    const cancel = this.#host.after(milliseconds, () => {
      this.#delays.delete(cancel);
      action();
      this.#carrier?.flush();
    });
    this.#delays.add(cancel);
  }

  #askForTurn(): void {
    const priority = this.#turnPriority;
    if (this.#askedForTurn) {
      // It may have been wanted no more in between.
      if (priority !== undefined) this.#watch.begin();
      return;
    }
    if (priority === undefined) {
      this.#idleAway();
      return;
    }
    this.#askedForTurn = true;
    this.service.turnPlease(priority);
    this.#watch.begin();
    this.#carrier?.flush();
  }

  /** With which the turn is wanted; undefined where it is not. */
  get #turnPriority(): number | undefined {
    if (this.#releasing) return RELEASE_PRIORITY;
    return this.maySend ? this.#host.waitingFor(this) : undefined;
  }

  #release(): void {
    const answer = this.#host.hooks.onRelease?.(this.#step());
    const close = () => {
      if (this.service.state === 'open' && this.service.hasTurn && !this.busy) this.service.close();
    };
    this.#perform('release', answer, { accept: close });
  }

  /** Only the initiator can release, and so only it has a lifetime to look at. X.218 9.2. */
  #idleAway(): void {
    if (this.role !== 'initiator' || this.#idle !== undefined) return;
    const { lifetime } = this.#host.optionsFor(this.#peer ?? '');
    this.#idle = this.#host.after(lifetime, () => {
      this.#idle = undefined;
      this.release();
    });
  }

  #stopIdling(): void {
    this.#idle?.();
    this.#idle = undefined;
  }

  /** What is left behind is reported on before there is something to transfer; that report has to wait. */
  #next(): Outgoing | undefined {
    this.#choosing = true;
    try {
      return this.#host.next(this);
    } finally {
      this.#choosing = false;
    }
  }

  #aborted(provider: boolean, reason: number | undefined, message: string): void {
    // That the link is gone is no news to who has closed it.
    if (this.#closing) return;
    this.#ending = 'aborted';
    this.#detail = reason === undefined ? message : `${message}, reason ${reason}`;
    this.#host.hooks.onAbort?.({ ...this.#step(), provider, reason, message });
  }

  #end(resumption?: Resumption): void {
    if (this.#over) return;
    this.#over = true;
    this.#open = false;
    this.#stopIdling();
    this.#watch.end();
    for (const cancel of this.#delays) cancel();
    this.#sending.settle(this.#detail ?? this.#ending, resumption);
    this.#host.ended(this, this.#ending, this.#detail);
  }

  #step(): Step {
    const { index, role, service } = this;
    return { association: index, role, peer: this.#peer, mode: service.mode, now: this.#host.now() };
  }
}
