import { P1specError } from '../ber/error.js';
import type { ActivityReason, RtAbortReason } from '../stack/association/service.js';
import type { MTABindErrorName } from './bind.js';
import type { Answer, Hooks } from './hooks.js';

/** Steps that reactions can be tied to. `transfer` is its end, when all has come and nothing is acknowledged. */
export type StepName =
  | 'connect'
  | 'session'
  | 'bind'
  | 'transferStart'
  | 'transfer'
  | 'checkpoint'
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
  every(): { readonly then: Reactions };
}

/** What to do about a step. */
export interface Reactions {
  /** A bind by an MTA-bind error, a transfer by an exception. */
  refuse(reason: MTABindErrorName | TransferRefusal): void;
  abort(reason?: RtAbortReason): void;
  /** TCP, with nothing said. */
  close(): void;
  /** Never to answer. */
  hold(): void;
  /** In milliseconds. */
  delay(milliseconds: number): void;
  /** To take it, and to send a non-delivery report. X.411's codes. */
  nonDeliver(reason: number, diagnostic?: number): void;
}

interface Tied {
  readonly step: StepName;
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
  readonly #counts = new Map<StepName, number>();
  #fired = 0;

  get fired(): number {
    return this.#fired;
  }

  when(step: StepName): Occurrences {
    // biome-ignore lint/suspicious/noThenProperty: no function, so that nothing takes it for a promise
    const tie = (meant: (count: number) => boolean) => ({ then: this.#reactions(step, meant) });
    return {
      nth: (n) => tie((count) => count === n),
      first: (n) => tie((count) => count <= n),
      every: () => tie(() => true),
    };
  }

  /** For the MTA that the script is for, before its preset's own. */
  get hooks(): Hooks {
    return {
      onTransportConnect: () => this.#answer('connect'),
      onSession: () => this.#answer('session'),
      onBind: ({ phase }) => (phase === 'argument' ? this.#answer('bind') : undefined),
      onTransfer: ({ phase }) => this.#answer(phase === 'start' ? 'transferStart' : 'transfer'),
      onCheckpoint: () => this.#answer('checkpoint'),
      onTurn: () => this.#answer('turn'),
      onRelease: () => this.#answer('release'),
    };
  }

  #answer(step: StepName): Answer | undefined {
    const count = (this.#counts.get(step) ?? 0) + 1;
    this.#counts.set(step, count);
    const found = this.#tied.find((each) => each.step === step && each.meant(count));
    if (found !== undefined) this.#fired += 1;
    return found?.answer;
  }

  #reactions(step: StepName, meant: (count: number) => boolean): Reactions {
    const tie = (answer: Answer) => void this.#tied.push({ step, meant, answer });
    return {
      refuse: (reason) => tie(refusal(step, reason)),
      abort: (reason) => tie({ do: 'abort', reason }),
      close: () => tie({ do: 'close' }),
      hold: () => tie({ do: 'hold' }),
      delay: (milliseconds) => tie({ do: 'delay', milliseconds }),
      nonDeliver: (reason, diagnostic) => tie({ do: 'nonDeliver', reason, diagnostic }),
    };
  }
}

function refusal(step: StepName, reason: MTABindErrorName | TransferRefusal): Answer {
  const ofBind = step === 'bind' || step === 'session';
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
