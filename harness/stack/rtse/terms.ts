/** X.218 3.5.12, 3.5.13: only one side ever sends, or both in turn. */
export type DialogueMode = 'monologue' | 'twa';

/** RTSE's abort reasons. X.228 9, RTABapdu. */
export type RtAbortReason =
  | 'localSystemProblem'
  | 'invalidParameter'
  | 'unrecognizedActivity'
  | 'temporaryProblem'
  | 'protocolError'
  | 'permanentProblem'
  | 'userError'
  | 'transferCompleted';

/** Reasons of S-U-EXCEPTION-REPORT, S-ACTIVITY-INTERRUPT and S-ACTIVITY-DISCARD. X.225 8.3.28.4. */
export type ActivityReason =
  | 'unspecified'
  | 'receivingAbilityJeopardized'
  | 'sequenceError'
  | 'localUserError'
  | 'unrecoverableProcedureError'
  | 'demandDataToken';
