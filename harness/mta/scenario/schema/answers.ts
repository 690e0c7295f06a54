import { z } from 'zod';
import { oneKey } from './one-key.js';
import { duration, natural } from './values.js';

export const bindErrors = [
  'busy',
  'authenticationError',
  'unacceptableDialogueMode',
  'unacceptableSecurityContext',
  'inadequateAssociationConfidentiality',
] as const;

export const activityReasons = [
  'unspecified',
  'receivingAbilityJeopardized',
  'sequenceError',
  'localUserError',
  'unrecoverableProcedureError',
  'demandDataToken',
  'temporaryProblem',
] as const;

export const abortReasons = [
  'localSystemProblem',
  'invalidParameter',
  'unrecognizedActivity',
  'temporaryProblem',
  'protocolError',
  'permanentProblem',
  'userError',
  'transferCompleted',
] as const;

const words = z.enum(['accept', 'hold', 'abort', 'close', 'discard', 'interrupt']);

const reasons = {
  refuse: z.enum([...bindErrors, ...activityReasons]).meta({
    description:
      'A bind by an MTA-bind error, a transfer by an exception; temporaryProblem is receiving ability jeopardized',
  }),
  refuseSession: z
    .int()
    .min(0)
    .max(255)
    .meta({ description: "A REFUSE with X.225's reason code, and nothing of the layers above" }),
  abort: z.enum(abortReasons).meta({ description: "RT-U-ABORT's reason" }),
  interrupt: z.enum(activityReasons).meta({ description: 'Our transfer is interrupted, to go on with it later' }),
  discard: z.enum(activityReasons).meta({ description: 'Our transfer is discarded, with this reason' }),
  nonDeliver: z
    .strictObject({
      reason: natural.meta({ description: "X.411's non-delivery reason code" }),
      diagnostic: natural.optional().meta({ description: "X.411's non-delivery diagnostic code" }),
      supplementaryInformation: z.string().optional().meta({ description: 'A text for the originator' }),
      unasked: z.boolean().optional().meta({ description: 'Also where nobody asks for non-delivery reports' }),
    })
    .meta({ description: 'It is taken, and a non-delivery report goes back' }),
};

const immediate = z.union([words, oneKey(reasons)]);
export type ImmediateAnswer = z.output<typeof immediate>;

/** What an MTA does at a step: YAML's form of `Answer`. */
export const answer = z
  .union([
    words,
    oneKey({
      ...reasons,
      delay: z
        .union([
          duration,
          z.strictObject({
            for: duration.meta({ description: 'How long; a time with its unit' }),
            next: immediate.meta({ description: 'What follows the delay' }),
          }),
        ])
        .meta({ description: 'The step is answered so much later: accepted, or as next says' }),
    }),
  ])
  .meta({
    description:
      'accept, hold, abort, close, discard, interrupt, { refuse: reason }, { abort: reason }, { nonDeliver: … }, { delay: time }, { delay: { for: time, next: answer } }',
  });
export type ScenarioAnswer = z.output<typeof answer>;
