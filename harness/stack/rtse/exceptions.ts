import type { ExceptionAction } from './service.js';
import type { ActivityReason } from './terms.js';

/** Reason codes of ED, AI and AD. X.225 8.3.28.4. */
export const ACTIVITY_REASONS: Readonly<Record<ActivityReason, number>> = {
  unspecified: 0,
  receivingAbilityJeopardized: 1,
  sequenceError: 3,
  localUserError: 5,
  unrecoverableProcedureError: 6,
  demandDataToken: 128,
};

/** Activities that break off by exceptions are resumed so often, with no point confirmed between; then the user decides. */
export const RESUME_LIMIT = 3;

/**
 * What a sender does about an exception. X.410 4.5.2; T.433 Table 16 has the same for 0, 1 and 6. `secured`: a point was
 * confirmed, so that there is something to go on from.
 */
export function reactionTo(reason: number, secured: boolean): ExceptionAction {
  switch (reason) {
    // The receiver can no longer hold the association.
    case ACTIVITY_REASONS.receivingAbilityJeopardized:
      return 'abort';
    case ACTIVITY_REASONS.localUserError:
      return secured ? 'interrupt' : 'discard';
    default:
      return 'discard';
  }
}

/** The reason that AI or AD gives: that of the exception, where it is one that the sender of an activity may give. */
export function reasonInAnswer(reason: number): number {
  const known = Object.values(ACTIVITY_REASONS).includes(reason) && reason !== ACTIVITY_REASONS.demandDataToken;
  return known ? reason : ACTIVITY_REASONS.unspecified;
}
