import { z } from 'zod';
import { answer } from './answers.js';
import { eventName, where } from './events.js';
import { oneKey } from './one-key.js';
import { amount, duration, mtaReference, natural, octets, positive, priority } from './values.js';

const address = z
  .string()
  .min(1, { error: 'wants an O/R address' })
  .meta({ description: 'An O/R address, such as C=XX;A= ;P=ALPHA;S=Bob' });

const submitted = {
  from: mtaReference.meta({ description: 'Where it is submitted' }),
  to: z
    .union([mtaReference, z.array(mtaReference).min(1)])
    .optional()
    .meta({ description: 'The MTAs whose users are the recipients; not needed with recipients' }),
  recipients: z.array(address).min(1).optional().meta({ description: 'O/R addresses, such as C=XX;A= ;P=BETA;S=Bob' }),
  originator: address.optional().meta({ description: 'An O/R address; a user of the MTA that it is from, if absent' }),
  count: positive.optional().meta({ description: 'How many; 1 if absent' }),
  every: duration.optional().meta({ description: 'Time between them; at once if absent' }),
};

const send = z
  .strictObject({
    ...submitted,
    subject: z.string().optional().meta({ description: 'With {n} where the number stands' }),
    text: z.string().optional().meta({ description: 'Its body' }),
    size: positive.optional().meta({ description: 'Octets of its text' }),
    priority: priority.optional().meta({ description: 'normal if absent' }),
    reports: z.boolean().optional().meta({ description: 'Asks for delivery reports too' }),
    deferFor: duration.optional().meta({ description: 'Not to be delivered before this time has passed' }),
    extensions: z
      .array(
        z.strictObject({
          type: z
            .union([
              natural,
              z.string().regex(/^[012](?:\.\d+)+$/, { error: 'wants an object identifier, such as 1.2.3' }),
            ])
            .meta({ description: 'A number, or the object identifier of a private extension' }),
          criticality: z
            .array(z.enum(['forSubmission', 'forTransfer', 'forDelivery']))
            .optional()
            .meta({ description: 'For what it is critical; nothing if absent' }),
          value: octets.optional().meta({ description: 'A whole TLV; NULL if absent' }),
        }),
      )
      .optional()
      .meta({ description: 'In the envelope, beside those of the preset' }),
    content: z
      .strictObject({ type: z.string().meta({ description: 'An object identifier or a number' }), octets })
      .optional()
      .meta({ description: 'In place of subject and text' }),
    apdu: octets.optional().meta({ description: 'The whole MTS-APDU, sent as it stands; needs via' }),
    via: mtaReference.optional().meta({ description: 'The neighbour that gets it, where that is not by address' }),
  })
  .meta({ description: 'Messages are submitted to an MTA' });

const probe = z
  .strictObject({
    ...submitted,
    contentLength: natural.optional().meta({ description: 'Octets that are asked about' }),
  })
  .meta({ description: 'Probes are submitted to an MTA' });

const report = z
  .strictObject({
    from: mtaReference,
    to: mtaReference.meta({ description: 'The neighbour that gets it' }),
    on: z.string().meta({ description: 'An MTS identifier as text, or last: the last message that came from there' }),
    reason: natural.optional().meta({ description: 'Of non-delivery; delivered if absent' }),
    diagnostic: natural.optional().meta({ description: "X.411's non-delivery diagnostic code" }),
  })
  .meta({ description: 'A report is sent, whatever became of its subject' });

const expectation = {
  at: mtaReference,
  event: eventName,
  where: where.optional(),
};

const expect = z
  .strictObject({
    ...expectation,
    count: positive.optional().meta({ description: 'How many; 1 if absent' }),
    within: duration.optional().meta({ description: "How long it may take; the scenario's within if absent" }),
    answer: answer.optional().meta({ description: 'Of a step: what the MTA does, once it comes to this one' }),
  })
  .meta({ description: 'Something has to happen' });

const never = z
  .strictObject({ ...expectation, for: duration.meta({ description: 'How long; a time with its unit' }) })
  .meta({ description: 'Something must not happen, for this time' });

const check = z
  .strictObject({
    at: mtaReference,
    queue: z
      .strictObject({
        to: mtaReference,
        length: amount.optional().meta({ description: 'Messages, probes and reports in it' }),
        system: amount.optional().meta({ description: 'Of these, made by the MTA for itself' }),
        state: z
          .enum(['active', 'ready', 'retry', 'scheduled', 'remote', 'frozen', 'disabled'])
          .optional()
          .meta({ description: 'As an operator sees it' }),
      })
      .optional()
      .meta({ description: 'The queue to a peer' }),
    received: z
      .strictObject({
        from: mtaReference.optional().meta({ description: 'Only from this neighbour' }),
        messages: amount.optional().meta({ description: 'Messages and probes' }),
        reports: amount.optional().meta({ description: 'Reports' }),
        subject: z.string().optional().meta({ description: 'Only messages whose subject contains this' }),
      })
      .optional()
      .meta({ description: 'What it has taken since the start' }),
    counter: z
      .strictObject({
        name: z.string().meta({ description: 'By its name, such as Queue Length' }),
        to: mtaReference.optional().meta({ description: 'Of the connection to this peer; of the whole MTA if absent' }),
        value: amount,
      })
      .optional()
      .meta({ description: 'A performance counter (docs/events.md)' }),
    findings: amount.optional().meta({ description: 'Of tier 1 or 2 so far, in what it sent' }),
    within: duration.optional().meta({ description: 'How long it may take until it holds; at once if absent' }),
  })
  .meta({ description: 'How things have to stand' });

const queue = z
  .strictObject({
    at: mtaReference,
    to: mtaReference,
    do: z
      .enum(['freeze', 'thaw', 'retry', 'delete', 'deleteWithReport'])
      .meta({ description: 'retry: now, not at the next time; delete: what waits' }),
    where: z
      .strictObject({
        priority: priority.optional(),
        system: z.boolean().optional().meta({ description: 'Made by the MTA for itself' }),
        subject: z.string().optional().meta({ description: 'What the subject contains' }),
      })
      .optional()
      .meta({ description: 'Which items are deleted; all that wait if absent' }),
  })
  .meta({
    description: 'What an operator does to a queue. deleteWithReport: a non-delivery report goes to the originator',
  });

const association = z
  .strictObject({
    at: mtaReference,
    with: mtaReference,
    do: z
      .enum(['release', 'abort', 'close', 'interrupt', 'discard'])
      .meta({ description: 'interrupt, discard: our transfer on it' }),
  })
  .meta({ description: 'Something is done to the open associations with a peer' });

const link = z
  .strictObject({
    between: z.tuple([mtaReference, mtaReference]).meta({ description: 'The two MTAs that it joins' }),
    do: z.enum(['down', 'up', 'cut']).meta({ description: 'Which of these' }),
  })
  .meta({ description: 'down: nothing can be opened, and what is open is reset; cut: only that' });

const restart = z
  .strictObject({
    mta: mtaReference,
    preset: z.string().optional().meta({ description: 'It comes back as this one; as it was if absent' }),
    after: duration.optional().meta({ description: 'How long it is away' }),
    how: z.enum(['stop', 'kill']).optional().meta({ description: 'stop if absent: associations are released' }),
  })
  .meta({ description: 'An MTA ends and starts again over its queue' });

const hotfix = z
  .strictObject({
    mta: mtaReference,
    apply: z.enum(['kb916986']).meta({ description: 'Emsmta 6.5.7651.40' }),
    refused: z.boolean().optional().meta({ description: 'true: it has to be refused, as on a build below SP2' }),
  })
  .meta({ description: 'A hotfix is applied: the MTA stops, and starts over the same queue as the fixed build' });

const STEPS = {
  send,
  probe,
  report,
  wait: duration.meta({ description: 'Time passes' }),
  expect,
  never,
  check,
  queue,
  association,
  link,
  linkState: z
    .strictObject({
      at: mtaReference,
      changes: positive.optional().meta({ description: 'How many, one after the other; 1 if absent' }),
    })
    .meta({ description: 'A link elsewhere goes up or down: an Exchange MTA has a new link state table' }),
  start: mtaReference.meta({ description: 'An MTA that was stopped starts' }),
  stop: mtaReference.meta({ description: 'An MTA releases its associations, and opens none' }),
  kill: mtaReference.meta({ description: 'An MTA is gone, its links closed' }),
  restart,
  hotfix,
  note: z.string().meta({ description: 'Printed as it stands' }),
} as const;

export type StepKind = keyof typeof STEPS;
export const stepKinds = Object.keys(STEPS) as readonly StepKind[];

/** One thing that is done or waited for: an object with one key, which names it. */
export type ScenarioStep = {
  [K in StepKind]: { readonly kind: K; readonly value: z.output<(typeof STEPS)[K]> };
}[StepKind];
export type StepOf<K extends StepKind> = z.output<(typeof STEPS)[K]>;
export const stepSchemas: typeof STEPS = STEPS;

export const step = oneKey(STEPS).meta({ description: 'One thing that is done or waited for' });

export function stepOf(value: z.output<typeof step>): ScenarioStep {
  const [kind] = stepKinds.filter((each) => value[each] !== undefined);
  return { kind, value: value[kind as StepKind] } as ScenarioStep;
}
