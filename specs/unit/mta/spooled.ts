import type { Interrupted, Submission } from '../../../harness/mta/queue.js';

// What the specs of the spool put into it.

/** A message whose octets are its identifier. */
export const submission = (identifier: string): Submission => ({
  kind: 'message',
  identifier,
  priority: 'normal',
  apdu: new Uint8Array(Buffer.from(identifier)),
  system: false,
});

/** A transfer that broke off behind point 7, at that position. */
export const interruptedAt = (
  position: number,
  rest: Pick<Interrupted, 'mode' | 'attempts'> = { mode: 'normal', attempts: 0 },
): Interrupted => ({
  resumption: {
    connection: { callingReference: Uint8Array.of(4, 1, 65), commonReference: Uint8Array.of(23, 0) },
    activity: Uint8Array.of(2, 1, 1),
    serial: 7,
    position,
    ended: false,
  },
  role: 'initiator',
  ...rest,
});
