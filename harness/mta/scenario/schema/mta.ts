import { z } from 'zod';
import { ENCODING_FORMS } from '../../edits/edit.js';
import { answer } from './answers.js';
import { stepName, where } from './events.js';
import { oneKey } from './one-key.js';
import { duration, hostPort, mode, mtaReference, natural, occurrence, octets, positive, timeOfDay } from './values.js';

/** A reaction: it need not fire. */
export const reaction = z.strictObject({
  step: stepName,
  where: where.optional(),
  ...occurrence,
  answer,
});
export type ScenarioReaction = z.output<typeof reaction>;

const path = z
  .string()
  .min(1, { error: 'wants a path' })
  .meta({ description: 'As in findings: message.envelope.perRecipientFields[0]' });

export const pduEdit = z.strictObject({
  pdu: z
    .enum(['bindArgument', 'bindResult', 'bindError', 'message', 'probe', 'report'])
    .meta({ description: 'What is changed' }),
  to: mtaReference.optional().meta({ description: 'Only what goes to this MTA' }),
  nth: occurrence.nth,
  first: occurrence.first,
  every: occurrence.every,
  edits: z
    .array(
      oneKey({
        inject: z
          .strictObject({
            at: path,
            tlv: octets,
            place: z.enum(['first', 'last', 'before', 'after']).optional().meta({
              description: 'Inside what stands at the path, or beside it; last if absent',
            }),
          })
          .meta({ description: 'A TLV is put in' }),
        replace: z
          .strictObject({ at: path, tlv: octets })
          .meta({ description: 'A TLV takes the place of what is there' }),
        remove: z.strictObject({ at: path }).meta({ description: 'What is there is left out' }),
        rewrite: z
          .strictObject({
            at: path.optional(),
            form: z.enum(ENCODING_FORMS).meta({ description: 'Of BER' }),
            octets: positive.optional().meta({
              description: 'Of long-lengths and long-tags in all, of constructed-strings those in a segment',
            }),
          })
          .meta({ description: 'The same value in another encoding; all of it where no path is given' }),
        splice: z
          .strictObject({
            at: path,
            from: natural.optional().meta({ description: 'Counted from 0; the end if absent' }),
            remove: natural.optional().meta({ description: 'So many octets are taken out; none if absent' }),
            insert: octets.optional().meta({ description: 'Octets that take their place' }),
          })
          .meta({ description: 'Content octets of a primitive element or a string are changed' }),
        spoil: z
          .strictObject({
            at: path,
            lengthError: z.int().optional().meta({ description: 'Added to the length that is written' }),
            truncate: natural.optional().meta({ description: 'So many octets are cut off its end' }),
            omitEndOfContents: z.boolean().optional().meta({ description: 'Of the indefinite form' }),
            tag: z
              .strictObject({
                class: z.enum(['universal', 'application', 'context', 'private']).meta({ description: 'Of the tag' }),
                number: natural.meta({ description: 'Of the tag' }),
              })
              .optional()
              .meta({ description: 'Stands in place of its tag' }),
          })
          .meta({ description: 'A deliberate error in the TLV itself' }),
      }),
    )
    .min(1)
    .meta({ description: 'In their order' }),
});
export type ScenarioEdit = z.output<typeof pduEdit>;

const domain = z.strictObject({
  country: z.string().length(2).meta({ description: 'Two letters of ISO 3166' }),
  administrationDomain: z.string().meta({ description: "ADMD; ' ' stands for any" }),
  privateDomain: z.string().optional().meta({ description: 'PRMD' }),
});

const connector = z
  .strictObject({
    maxOpenRetries: z.int().min(0).meta({ description: 'Failed openings that are followed by another; 144' }),
    openInterval: duration.meta({ description: 'Between openings; 600 s' }),
    maxTransferRetries: z.int().min(0).meta({ description: 'Failed transfers of a message at once; 2' }),
    transferInterval: duration.meta({ description: 'Between these; 120 s' }),
    associationLifetime: duration.meta({ description: 'How long an association may be idle; 300 s' }),
    threshold: positive.meta({ description: 'Queued messages to an association; 50' }),
    maxAssociations: positive.meta({ description: 'At once, to a peer; 9' }),
    maxUrgentAssociations: z.int().min(0).meta({ description: 'Beside these, for urgent messages; 1' }),
    messageTimeout: z
      .strictObject({ urgent: duration, normal: duration, nonUrgent: duration })
      .partial()
      .meta({ description: 'How old a message may become; 2, 7 and 10 d' }),
    disconnectTimeout: duration.meta({ description: 'For the end of an association; 120 s' }),
    recoveryTimeout: duration.meta({ description: 'For the recovery of a lost one; 60 s' }),
    transferTimeout: z
      .strictObject({ urgent: duration, normal: duration, nonUrgent: duration })
      .partial()
      .meta({ description: 'Of a transfer, for each 1024 octets; 1000, 2000 and 3000 s' }),
    activation: z
      .union([
        z.enum(['always', 'remote', 'never']),
        z.strictObject({
          windows: z
            .array(z.strictObject({ from: timeOfDay, to: timeOfDay }))
            .min(1)
            .meta({ description: 'Times of each day; one that ends before it begins goes over midnight' }),
          urgentAtAnyTime: z.boolean().optional().meta({ description: 'Urgent messages and reports do not wait' }),
        }),
      ])
      .meta({ description: 'When it opens associations: always, in windows of a day, only the others do, or never' }),
    deferral: z
      .enum(['relay', 'hold'])
      .meta({ description: 'What it does with a message from elsewhere whose delivery is deferred; relay' }),
  })
  .partial()
  .meta({ description: "How it retries, where it is not as the connector's defaults have it" });

/** One MTA of a scenario: a fake one, or a real one that the fakes face. */
export const mta = z
  .strictObject({
    preset: z.string().optional().meta({ description: 'A fake by its name (p1spec mta --list); tolerant if absent' }),
    options: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
      .optional()
      .meta({ description: 'Of the preset, by path, such as routingMessage.interval: 1 min (docs/scenarios.md)' }),
    live: z
      .strictObject({ connect: hostPort })
      .optional()
      .meta({ description: 'A real MTA, listening there; it has to know where our MTAs listen' }),
    listen: hostPort
      .optional()
      .meta({ description: 'Where a fake listens over TCP; any free port of loopback if absent' }),
    mtaName: z.string().optional().meta({ description: 'In binds; the name in mtas if absent' }),
    password: z.string().optional().meta({ description: 'In binds; none if absent' }),
    server: z.string().optional().meta({ description: 'In identifiers; the MTA name if absent' }),
    domain: domain.optional().meta({ description: "C=XX; A= ; P=the MTA's name in capitals, if absent" }),
    modes: z.array(mode).min(1).optional().meta({ description: 'Of associations that others open; all if absent' }),
    connector: connector.optional(),
    spool: z
      .union([z.boolean(), z.string()])
      .optional()
      .meta({ description: 'true: its queue survives kill; a folder: it survives the run too' }),
    recovery: z.literal('none').optional().meta({ description: 'It goes on with no transfer that broke off' }),
    judged: z
      .boolean()
      .optional()
      .meta({ description: 'Whether what it sends is judged; live MTAs are, if nothing is said' }),
    routes: z
      .record(z.string(), mtaReference)
      .optional()
      .meta({ description: 'By which neighbour one of the others is reached, where that is not the shortest way' }),
    when: z
      .array(reaction)
      .optional()
      .meta({ description: 'Reactions; the first that is meant holds. They need not fire' }),
    edits: z.array(pduEdit).optional().meta({ description: 'Changes to what it sends, just before it goes out' }),
  })
  .meta({ description: 'An MTA' });
export type ScenarioMta = z.output<typeof mta>;
