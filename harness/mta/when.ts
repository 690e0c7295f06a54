import { P1specError } from '../ber/error.js';
import type { ActivityReason, RtAbortReason } from '../stack/association/service.js';
import type { MTABindErrorName } from './bind.js';
import type { Answer, Hooks, Step } from './hooks.js';

/**
 * Steps that reactions can be tied to. `bind` is a peer's argument, `bindResult` what it answers to ours. `transfer` is
 * its end, when all has come and nothing is acknowledged; `report` is that of a report, asked before it. `sending` is the
 * start of a transfer of ours, `sendingCheckpoint` a synchronization point of ours that the peer has confirmed.
 */
export type StepName =
  | 'connect'
  | 'session'
  | 'bind'
  | 'bindResult'
  | 'transferStart'
  | 'transfer'
  | 'checkpoint'
  | 'report'
  | 'sending'
  | 'sendingCheckpoint'
  | 'turn'
  | 'release';

/** `temporaryProblem` is receiving ability jeopardized: it cannot go on just now. X.215 13.12. */
export type TransferRefusal = ActivityReason | 'temporaryProblem';

/** The steps of that name that are meant. */
export interface Occurrences {
  /** Only the nth, from 1. */
  nth(n: number): { readonly then: Reactions };
  /** The first n. */
  first(n: number): { readonly then: Reactions };
  /** All, or every nth of them: `every(3)` is the third, the sixth and so on. */
  every(n?: number): { readonly then: Reactions };
  /** Only those with that peer, which are counted by themselves. */
  from(peer: string): Occurrences;
}

/** What to do about a step. */
export interface Reactions {
  /** A bind by an MTA-bind error, a transfer by an exception. */
  refuse(reason: MTABindErrorName | TransferRefusal): void;
  /** A session connection by a REFUSE with this reason, and nothing of the layers above. X.225 8.3.5.10. */
  refuseSession(reason: number): void;
  abort(reason?: RtAbortReason): void;
  /** TCP, with nothing said. */
  close(): void;
  /** Never to answer. */
  hold(): void;
  /** In milliseconds. */
  delay(milliseconds: number): void;
  /** To take it, and to send a non-delivery report. X.411's codes. */
  nonDeliver(reason: number, diagnostic?: number, supplementaryInformation?: string): void;
  /** A transfer of ours: to go on with it later. X.228 7.8. */
  interrupt(reason?: ActivityReason): void;
  /** What the peer transferred is acknowledged and dropped; a transfer of ours is given up, and begun anew later. */
  discard(reason?: ActivityReason): void;
}

interface Tied {
  readonly step: StepName;
  readonly peer: string | undefined;
  readonly meant: (count: number) => boolean;
  readonly answer: Answer;
}

const BIND_ERRORS: readonly string[] = [
  'busy',
  'authenticationError',
  'unacceptableDialogueMode',
  'unacceptableSecurityContext',
  'inadequateAssociationConfidentiality',
] satisfies MTABindErrorName[];

/**
 * Reactions that are told to an MTA while it runs: `script.when('transfer').nth(1).then.close()`. They need not fire;
 * `fired` counts those that did. Occurrences are counted over all of the MTA's associations, as a responder or not.
 */
export class Script {
  readonly #tied: Tied[] = [];
  readonly #counts = new Map<string, number>();
  #fired = 0;

  get fired(): number {
    return this.#fired;
  }

  when(step: StepName): Occurrences {
    return this.#occurrences(step, undefined);
  }

  /** For the MTA that the script is for, before its preset's own. */
  get hooks(): Hooks {
    return {
      onTransportConnect: (step) => this.#answer('connect', step),
      onSession: (step) => this.#answer('session', step),
      onBind: (step) => this.#answer(step.phase === 'argument' ? 'bind' : 'bindResult', step),
      onTransfer: (step) => this.#answer(step.phase === 'start' ? 'transferStart' : 'transfer', step),
      onCheckpoint: (step) => this.#answer('checkpoint', step),
      onReport: (step) => this.#answer('report', step),
      onSending: (step) => this.#answer(step.phase === 'start' ? 'sending' : 'sendingCheckpoint', step),
      onTurn: (step) => this.#answer('turn', step),
      onRelease: (step) => this.#answer('release', step),
    };
  }

  #occurrences(step: StepName, peer: string | undefined): Occurrences {
    // biome-ignore lint/suspicious/noThenProperty: no function, so that nothing takes it for a promise
    const tie = (meant: (count: number) => boolean) => ({ then: this.#reactions(step, peer, meant) });
    return {
      nth: (n) => tie((count) => count === n),
      first: (n) => tie((count) => count <= n),
      every: (n = 1) => tie((count) => count % n === 0),
      from: (name) => this.#occurrences(step, name),
    };
  }

  #answer(step: StepName, { peer }: Step): Answer | undefined {
    const count = this.#counted(step);
    const ofPeer = peer === undefined ? 0 : this.#counted(`${step} ${peer}`);
    const found = this.#tied.find(
      (each) =>
        each.step === step && (each.peer === undefined ? each.meant(count) : each.peer === peer && each.meant(ofPeer)),
    );
    if (found !== undefined) this.#fired += 1;
    return found?.answer;
  }

  #counted(what: string): number {
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    return count;
  }

  #reactions(step: StepName, peer: string | undefined, meant: (count: number) => boolean): Reactions {
    const tie = (answer: Answer) => void this.#tied.push({ step, peer, meant, answer });
    return {
      refuse: (reason) => tie(refusal(step, reason)),
      refuseSession: (reason) => {
        checkStep('refuseSession', step, ['session', 'bind']);
        tie({ do: 'refuseSession', reason });
      },
      abort: (reason) => tie({ do: 'abort', reason }),
      close: () => tie({ do: 'close' }),
      hold: () => tie({ do: 'hold' }),
      delay: (milliseconds) => tie({ do: 'delay', milliseconds }),
      nonDeliver: (reason, diagnostic, supplementaryInformation) => {
        checkStep('nonDeliver', step, TAKING);
        const told = supplementaryInformation === undefined ? {} : { supplementaryInformation };
        tie({ do: 'nonDeliver', reason, diagnostic, ...told });
      },
      interrupt: (reason) => {
        checkStep('interrupt', step, SENDING);
        tie({ do: 'interruptTransfer', reason });
      },
      discard: (reason) => {
        checkStep('discard', step, [...TAKING, ...SENDING]);
        tie(SENDING.includes(step) ? { do: 'discardTransfer', reason } : { do: 'discard' });
      },
    };
  }
}

/** Steps at which the whole of what a peer transferred is there. */
const TAKING: readonly StepName[] = ['transfer', 'report'];
/** Steps of a transfer of ours. */
const SENDING: readonly StepName[] = ['sending', 'sendingCheckpoint'];
const BINDING: readonly StepName[] = ['session', 'bind', 'bindResult'];
const RECEIVING: readonly StepName[] = ['transferStart', 'checkpoint', ...TAKING];

function checkStep(reaction: string, step: StepName, allowed: readonly StepName[]): void {
  if (allowed.includes(step)) return;
  throw new P1specError('ERR_WHEN_REACTION', {
    message: `'${reaction}' is no reaction to ${step}`,
    hint: `it is one to ${allowed.join(', ')}`,
  });
}

function refusal(step: StepName, reason: MTABindErrorName | TransferRefusal): Answer {
  checkStep('refuse', step, [...BINDING, ...RECEIVING]);
  const ofBind = BINDING.includes(step);
  if (ofBind !== BIND_ERRORS.includes(reason)) {
    throw new P1specError('ERR_WHEN_REFUSAL', {
      message: `'${reason}' does not refuse a ${step}`,
      hint: ofBind ? `a bind is refused by ${BIND_ERRORS.join(', ')}` : 'a transfer is refused by an activity reason',
    });
  }
  if (ofBind) return { do: 'refuse', error: reason as MTABindErrorName };
  const named = reason === 'temporaryProblem' ? 'receivingAbilityJeopardized' : (reason as ActivityReason);
  return { do: 'exception', reason: named };
}
