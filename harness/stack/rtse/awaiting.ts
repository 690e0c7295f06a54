import type { Awaiting } from './options.js';
import type { RtseState } from './tables.js';

export const SENDING: ReadonlySet<RtseState> = new Set([
  'sending',
  'awaitEndConfirm',
  'awaitInterruptConfirm',
  'resuming',
  'awaitDiscardConfirm',
]);
export const RECEIVING: ReadonlySet<RtseState> = new Set(['receiving', 'awaitTransferResponse', 'awaitAbandonment']);

/** What the peer has to do in a state, and which timer guards it. `progress` counts what it has confirmed. */
export function awaitingIn(state: RtseState, progress: number): Awaiting | undefined {
  switch (state) {
    case 'sending':
      return { timer: 'transfer', what: `checkpoint ${progress}` };
    case 'awaitEndConfirm':
      return { timer: 'transfer', what: 'ACTIVITY END ACK' };
    case 'awaitAbandonment':
      return { timer: 'transfer', what: 'ACTIVITY DISCARD' };
    case 'awaitInterruptConfirm':
    case 'resuming':
      return { timer: 'release', what: 'ACTIVITY INTERRUPT ACK' };
    case 'awaitDiscardConfirm':
      return { timer: 'release', what: 'ACTIVITY DISCARD ACK' };
    case 'awaitControlGiven':
      return { timer: 'release', what: 'GIVE TOKENS ACK' };
    case 'awaitReleaseConfirm':
      return { timer: 'release', what: 'DISCONNECT' };
    default:
      return undefined;
  }
}
