import { z } from 'zod';
import { oneKey } from './one-key.js';
import { duration, mode, mtaReference, natural, occurrence, positive } from './values.js';

/** What befalls a unit. See docs/faults.md. */
const does = z.union([
  z.enum(['drop', 'duplicate', 'abort', 'close', 'halfClose', 'reset']),
  oneKey({
    delay: duration,
    truncate: natural.meta({ description: 'Octets of the unit that are left' }),
    corrupt: z
      .strictObject({
        octet: natural.meta({ description: 'Counted from 0, at the first octet of the unit' }),
        mask: z.int().min(1).max(255).optional().meta({ description: 'For exclusive or; 255 if absent' }),
      })
      .meta({ description: 'An octet of the unit is changed' }),
    split: positive.meta({ description: 'At this octet' }),
  }),
]);

export const fault = z.strictObject({
  sentBy: mtaReference.meta({ description: 'The MTA whose octets it hits' }),
  layer: z
    .enum(['tcp', 'tpkt', 'cotp', 'session', 'presentation', 'acse', 'rtse', 'p1'])
    .meta({ description: 'Whose units are counted' }),
  kind: z
    .string()
    .optional()
    .meta({ description: 'Of unit, such as CONNECT or message (docs/scenarios.md); any if absent' }),
  nth: occurrence.nth,
  first: occurrence.first,
  from: occurrence.from,
  does: does.meta({
    description:
      'drop, duplicate, abort, close, halfClose, reset, { delay: time }, { truncate: octets }, { corrupt: … }, { split: octet }',
  }),
});
export type ScenarioFault = z.output<typeof fault>;

/** Two MTAs that can reach each other. */
export const link = z.strictObject({
  between: z.tuple([mtaReference, mtaReference]).meta({ description: 'The two MTAs that it joins' }),
  opens: mtaReference.optional().meta({ description: 'The only one that opens associations; both do if absent' }),
  mode: mode.optional(),
  dialogueMode: z
    .enum(['monologue', 'twa'])
    .optional()
    .meta({ description: 'One side sends, or both in turn; as the preset that opens has it, if absent' }),
  initialTurn: z
    .enum(['initiator', 'responder'])
    .optional()
    .meta({ description: 'Who has the turn first; the initiator if absent' }),
  checkpointSize: natural.optional().meta({ description: 'Units of 1024 octets; 0 for none' }),
  windowSize: positive.optional().meta({ description: 'Checkpoints that may wait for their confirmation' }),
  down: z.boolean().optional().meta({ description: 'It begins out of order, until a step brings it up' }),
  faults: z.array(fault).optional().meta({ description: 'What befalls units on their way, the same in every run' }),
});
export type ScenarioLink = z.output<typeof link>;
