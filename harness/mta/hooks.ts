import type { Mode } from '../stack/association/events.js';
import type { ActivityReason, DialogueMode, RtAbortReason } from '../stack/association/service.js';
import type { MTABindErrorName, ReceivedBind } from './bind.js';
import type { Submission } from './queue.js';
import type { ReceivedApdu } from './received.js';

/** What an MTA does at a step. Where no hook answers, it accepts. */
export type Answer =
  | { readonly do: 'accept' }
  /** At `session` and `bind`: the association is refused. */
  | { readonly do: 'refuse'; readonly error: MTABindErrorName }
  /** At `session` and `bind`: a REFUSE with this reason, and nothing of the layers above. X.225 8.3.5.10. */
  | { readonly do: 'refuseSession'; readonly reason: number }
  /** Nothing is answered, ever; at `sending`, nothing more goes out. */
  | { readonly do: 'hold' }
  /** In milliseconds; then `then`, or accept. */
  | { readonly do: 'delay'; readonly milliseconds: number; readonly then?: Answer }
  /** At `transfer` and `checkpoint`: the transfer under way is answered with an exception. */
  | { readonly do: 'exception'; readonly reason: ActivityReason }
  | { readonly do: 'abort'; readonly reason?: RtAbortReason }
  /** TCP is closed, with nothing said. */
  | { readonly do: 'close' }
  /** At `transfer`, once all has come: it is taken, and a non-delivery report goes back. X.411's codes. */
  | {
      readonly do: 'nonDeliver';
      readonly reason: number;
      readonly diagnostic?: number;
      readonly supplementaryInformation?: string;
      /** Also where nobody asks for non-delivery reports. */
      readonly unasked?: boolean;
    }
  /** At `transfer`, once all has come: it is acknowledged, and nobody hears of it again. */
  | { readonly do: 'discard' }
  /** At `sending`: our own transfer is broken off, and gone on with later behind what the peer has confirmed. X.228 7.8. */
  | { readonly do: 'interruptTransfer'; readonly reason?: ActivityReason }
  /** At `sending`: our own transfer is given up, and begun anew later. X.228 7.8. */
  | { readonly do: 'discardTransfer'; readonly reason?: ActivityReason };

/** Where a step is taken. */
export interface Step {
  /** Counts from 0 within the MTA. */
  readonly association: number;
  readonly role: 'initiator' | 'responder';
  /** By its configured name; undefined while it has not said who it is. */
  readonly peer: string | undefined;
  readonly mode: Mode | undefined;
  readonly now: number;
}

export interface SessionStep extends Step {
  readonly dialogueMode: DialogueMode;
  /** In units of 1024 octets. */
  readonly checkpointSize: number;
  readonly windowSize: number;
  readonly recover: boolean;
}

export interface BindStep extends Step {
  /** A responder sees the argument, an initiator the result. */
  readonly phase: 'argument' | 'result';
  readonly bind: ReceivedBind;
  readonly octets: Uint8Array;
}

export interface TurnStep extends Step {
  readonly phase: 'please' | 'give';
  readonly priority: number | undefined;
}

export interface TransferStep extends Step {
  /** `start`: the peer began; `end`: all has come, and nothing is acknowledged yet. */
  readonly phase: 'start' | 'end';
  /** At `end`. */
  readonly apdu?: ReceivedApdu;
}

export interface CheckpointStep extends Step {
  readonly serial: number;
}

export interface SendingStep extends Step {
  /** `start`: nothing of it is out yet; `checkpoint`: the peer has confirmed a synchronization point of ours. */
  readonly phase: 'start' | 'checkpoint';
  /** At `checkpoint`. What the window allows behind it is out already. */
  readonly serial: number | undefined;
  readonly kind: Submission['kind'];
  /** As text. */
  readonly identifier: string;
  /** Of the APDU. */
  readonly octets: number;
}

export interface ReportStep extends Step {
  readonly apdu: ReceivedApdu;
}

export interface AbortStep extends Step {
  readonly provider: boolean;
  readonly reason: number | undefined;
  readonly message: string | undefined;
}

type Hook<S extends Step> = (step: S) => Answer | undefined;

/** A hook per protocol step; undefined is no answer. */
export interface Hooks {
  readonly onTransportConnect?: Hook<Step>;
  readonly onSession?: Hook<SessionStep>;
  readonly onBind?: Hook<BindStep>;
  readonly onTurn?: Hook<TurnStep>;
  readonly onTransfer?: Hook<TransferStep>;
  readonly onCheckpoint?: Hook<CheckpointStep>;
  /** Our own transfers. */
  readonly onSending?: Hook<SendingStep>;
  readonly onReport?: Hook<ReportStep>;
  /** An initiator is about to release; a responder has answered a release, and only looks on. */
  readonly onRelease?: Hook<Step>;
  readonly onAbort?: Hook<AbortStep>;
}

/** Several sets of hooks as one: each is asked, the first answer holds. */
export function combineHooks(all: readonly Hooks[]): Hooks {
  const ask =
    <S extends Step>(pick: (hooks: Hooks) => Hook<S> | undefined): Hook<S> =>
    (step) => {
      const answers = all.map((hooks) => pick(hooks)?.(step));
      return answers.find((answer) => answer !== undefined);
    };
  return {
    onTransportConnect: ask((hooks) => hooks.onTransportConnect),
    onSession: ask((hooks) => hooks.onSession),
    onBind: ask((hooks) => hooks.onBind),
    onTurn: ask((hooks) => hooks.onTurn),
    onTransfer: ask((hooks) => hooks.onTransfer),
    onCheckpoint: ask((hooks) => hooks.onCheckpoint),
    onSending: ask((hooks) => hooks.onSending),
    onReport: ask((hooks) => hooks.onReport),
    onRelease: ask((hooks) => hooks.onRelease),
    onAbort: ask((hooks) => hooks.onAbort),
  };
}
