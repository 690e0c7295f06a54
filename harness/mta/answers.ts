import { P1specError } from '../ber/error.js';
import type { ActivityReason, AssociationService } from '../stack/association/service.js';
import type { MTABindErrorName } from './bind.js';
import type { Answer } from './hooks.js';

/** Taken, but for nobody. */
export type NonDelivery = Extract<Answer, { readonly do: 'nonDeliver' | 'discard' }>;
/** … and its originator is told. */
export type ToldNonDelivery = Extract<Answer, { readonly do: 'nonDeliver' }>;

/** What the answers mean at one step. What is absent there does nothing, or is an error of the hook's author. */
export interface Reaction {
  readonly accept: () => void;
  readonly refuse?: (error: MTABindErrorName) => void;
  readonly refuseSession?: (reason: number) => void;
  readonly hold?: () => void;
  /** At once, where the answer is a delay. */
  readonly delayed?: () => void;
  readonly nonDeliver?: (answer: NonDelivery) => void;
  /** Of a step in a transfer of ours. */
  readonly breakOff?: (how: 'interrupt' | 'discard', reason?: ActivityReason) => void;
  /** Of a step in a transfer of the peer's: whether it is still under way, and an exception would answer it. */
  readonly inTransfer?: () => boolean;
}

/** What can be done to an association at any step. */
export interface Actor {
  readonly service: AssociationService;
  abort(reason?: Parameters<AssociationService['abort']>[0]): void;
  close(): void;
  later(milliseconds: number, action: () => void): void;
  /** The peer's transfer is not taken. */
  refusedTransfer(answer: Answer): void;
  exception(reason: Parameters<AssociationService['reportException']>[0]): void;
}

/** Acts on an answer at the step `at`. */
export function perform(at: string, answer: Answer | undefined, reaction: Reaction, actor: Actor): void {
  switch (answer?.do) {
    case undefined:
    case 'accept':
      reaction.accept();
      break;
    case 'hold':
      reaction.hold?.();
      break;
    case 'delay':
      reaction.delayed?.();
      actor.later(answer.milliseconds, () => perform(at, answer.then, reaction, actor));
      break;
    case 'abort':
      if (reaction.inTransfer?.()) actor.refusedTransfer(answer);
      actor.abort(answer.reason);
      break;
    case 'close':
      if (reaction.inTransfer?.()) actor.refusedTransfer(answer);
      actor.close();
      break;
    case 'refuse':
      if (reaction.refuse === undefined) throw misplaced(answer, at);
      reaction.refuse(answer.error);
      break;
    case 'refuseSession':
      if (reaction.refuseSession === undefined) throw misplaced(answer, at);
      reaction.refuseSession(answer.reason);
      break;
    case 'exception':
      if (reaction.inTransfer === undefined) throw misplaced(answer, at);
      if (reaction.inTransfer()) actor.refusedTransfer(answer);
      if (reaction.inTransfer()) actor.exception(answer.reason);
      break;
    case 'nonDeliver':
    case 'discard':
      if (reaction.nonDeliver === undefined) throw misplaced(answer, at);
      reaction.nonDeliver(answer);
      break;
    case 'interruptTransfer':
    case 'discardTransfer':
      if (reaction.breakOff === undefined) throw misplaced(answer, at);
      reaction.breakOff(answer.do === 'interruptTransfer' ? 'interrupt' : 'discard', answer.reason);
      break;
  }
}

function misplaced(answer: Answer, at: string): P1specError {
  return new P1specError('ERR_HOOK_ANSWER', {
    message: `'${answer.do}' is no answer at ${at}`,
    hint: [
      'refuse and refuseSession belong to session and bind, exception, nonDeliver and discard to transfer,',
      'interruptTransfer and discardTransfer to sending',
    ].join(' '),
  });
}
