import { assumption, recorded } from '../evidence.js';
import type { Preset } from '../preset.js';
import { delayCheckpoints, thirdParty } from '../third-party.js';

const SECOND = 1000;

/** Confirms checkpoints late, so that the window closes; the delay in milliseconds. */
export function slowCheckpointWith({ delay = 20 * SECOND }: { readonly delay?: number }): Preset {
  return thirdParty('slow-checkpoint', {
    says: `Answers a checkpoint size of 1 and a window of 1, and confirms each checkpoint ${delay / SECOND} s late`,
    behaviour: [
      {
        does: delayCheckpoints(delay),
        evidence: assumption(
          'KB 189753, KB 246302 and KB 196852 tell of trouble with checkpoints, not of such a delay',
        ),
      },
    ],
    association: { checkpointSize: 1, windowSize: 1 },
    notes: [
      { what: 'checkpointSize 1', evidence: recorded('A07b') },
      { what: 'windowSize 1', evidence: assumption('the smallest: each point then waits for the one before') },
    ],
    reacts: [{ to: 'large message', outcome: 'taken late' }],
  });
}

/** … as it is by default: 20 s late. */
export const slowCheckpoint = slowCheckpointWith({});
