import { P1specError } from '../ber/error.js';
import type { Octets } from '../ber/octets.js';
import type { AssociationService, ConnectionIdentifier, ServiceEvent } from '../stack/association/service.js';
import type { Reaction } from './answers.js';
import type { MtaAssociation } from './association.js';
import { type MTABindErrorName, readBind, readBindError } from './bind.js';
import type { Answer, SessionStep, Step } from './hooks.js';
import type { AssociationHost } from './host.js';

/** RTSE's reason for a refusal. X.228 9, RefuseReason. */
const BUSY = 0;

export type OpenIndication = ServiceEvent & { kind: 'rtOpenIndication' };
export type RefusedOpen = ServiceEvent & { kind: 'rtOpenConfirm'; accepted: false };

/** What the opening of an association asks of it. */
export interface Opener {
  readonly association: MtaAssociation;
  readonly service: AssociationService;
  readonly host: AssociationHost;
  step(): Step;
  perform(at: string, answer: Answer | undefined, reaction: Reaction): void;
  /** The peer has said who it is. */
  named(peer: string | undefined): void;
  /** With the octets of the peer's bind; empty where there was none. */
  opened(bindOctets: Uint8Array): void;
  /** `recoveryRefused`: the peer does not go on with the session connection that was to be recovered. */
  refused(detail?: string, recoveryRefused?: boolean): void;
  abort(): void;
}

/** RT-OPEN of one association: session and bind, asked of the hooks and answered, or the answer weighed. */
export class Opening {
  readonly #opener: Opener;

  constructor(opener: Opener) {
    this.#opener = opener;
  }

  indicated(event: OpenIndication): void {
    if (event.recover !== undefined) {
      this.#recoverIndicated(event, event.recover);
      return;
    }
    const { host, step, perform } = this.#opener;
    const bind = readBind(event.userData, 'argument', event.mode);
    const admission = host.admit(bind);
    if ('peer' in admission) this.#opener.named(admission.peer);
    const refuse = (error: MTABindErrorName) => this.#refuse(error);
    const refuseSession = (reason: number) => this.#refuse(undefined, reason);
    const answerBind = () => {
      if ('error' in admission) {
        refuse(admission.error);
        return;
      }
      const octets = event.userData.toBytes();
      const answer = host.hooks.onBind?.({ ...step(), phase: 'argument', bind, octets });
      perform('bind', answer, { accept: () => this.#accept(event, octets), refuse, refuseSession });
    };
    perform('session', host.hooks.onSession?.(this.#sessionStep(event)), {
      accept: answerBind,
      refuse,
      refuseSession,
    });
  }

  confirmed(userData: Octets): void {
    const { association, service, host, step, perform } = this.#opener;
    if (association.recovers !== undefined) {
      this.#opener.opened(new Uint8Array(0));
      return;
    }
    const bind = readBind(userData, 'result', service.mode);
    const octets = userData.toBytes();
    const accept = () => {
      if (host.recognises(association.peer ?? '', bind)) {
        this.#opener.opened(octets);
        return;
      }
      host.bindRefused(association, 'us', 'authenticationError');
      this.#opener.abort();
    };
    const answer = host.hooks.onBind?.({ ...step(), phase: 'result', bind, octets });
    perform('bind', answer, { accept, refuse: () => this.#opener.abort() });
  }

  refused({ userData, refusedBy, reason }: RefusedOpen): void {
    const { association, host } = this.#opener;
    // Who is only busy, or out of reach, may go on with it later.
    const busy = refusedBy === 'cotp' || refusedBy === 'session' || (refusedBy === 'rtse' && reason === BUSY);
    const recoveryRefused = association.recovers !== undefined && !busy;
    this.#opener.refused(`${refusedBy}, reason ${reason ?? 'unknown'}`, recoveryRefused);
    host.bindRefused(association, 'peer', userData && readBindError(userData));
  }

  /** No bind comes: whose it is, the session connection says. X.228 7.8. */
  #recoverIndicated(event: OpenIndication, connection: ConnectionIdentifier): void {
    const { association, host, perform } = this.#opener;
    this.#opener.named(host.admitRecovery(connection));
    const refuse = () => this.#refuse(undefined);
    const refuseSession = (reason: number) => this.#refuse(undefined, reason);
    const accept = () => {
      if (association.peer === undefined) refuse();
      else this.#accept(event, new Uint8Array(0));
    };
    perform('session', host.hooks.onSession?.(this.#sessionStep(event)), { accept, refuse, refuseSession });
  }

  #sessionStep(event: OpenIndication): SessionStep {
    const { dialogueMode, checkpointSize, windowSize, recover } = event;
    return { ...this.#opener.step(), dialogueMode, checkpointSize, windowSize, recover: recover !== undefined };
  }

  #accept(event: OpenIndication, octets: Uint8Array): void {
    const { association, service, host } = this.#opener;
    if (service.state !== 'opening') return;
    const peer = association.peer ?? '';
    const options = host.optionsFor(peer);
    const { checkpointSize, windowSize } = event;
    const answered = options.answeredCheckpointSize ?? options.checkpointSize;
    const userData = host.bindResultFor(peer, event.userData, event.mode);
    const response = {
      userData,
      // X.228 7.1.4: where the initiator gave 0, it is the responder's choice; else no more than it gave.
      checkpointSize: checkpointSize === 0 ? answered : Math.min(checkpointSize, answered || checkpointSize),
      windowSize: Math.min(windowSize, options.windowSize ?? windowSize),
    };
    try {
      service.acceptOpen(response);
    } catch (error) {
      // A bind result that was edited need not fit into an ACCEPT.
      if (!(error instanceof P1specError)) throw error;
      association.close(error.message);
      return;
    }
    this.#opener.opened(octets);
  }

  /** Without an error of a bind the association cannot be recovered. */
  #refuse(error: MTABindErrorName | undefined, sessionReason?: number): void {
    const { association, service, host } = this.#opener;
    if (service.state !== 'opening') return;
    this.#opener.refused();
    const { peer } = association;
    service.refuseOpen(sessionReason === undefined ? host.refusalFor(peer, error, service.mode) : { sessionReason });
    host.bindRefused(association, 'us', error);
  }
}
