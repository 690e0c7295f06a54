import { group } from '../../harness/verdict/index.js';
import { checkpointCases } from './rts/checkpoints.js';
import { failureCases } from './rts/failures.js';
import { receiverCases } from './rts/receiving.js';
import { turnCases } from './rts/turn.js';

group('RTS', 'Reliable transfer: checkpoints, turns, and what comes of transfers that break off', () => {
  checkpointCases();
  turnCases();
  failureCases();
  receiverCases();
});
