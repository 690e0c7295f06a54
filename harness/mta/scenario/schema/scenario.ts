import { z } from 'zod';
import { link } from './link.js';
import { mta } from './mta.js';
import { step } from './steps.js';
import { duration, mode } from './values.js';

/** A scenario as it is written, in YAML or as a TypeScript object. See docs/scenarios.md. */
export const scenario = z
  .strictObject({
    title: z.string().min(1).meta({ description: 'What it is about, in one line' }),
    description: z.string().optional().meta({ description: 'More about it, for people' }),
    time: z.enum(['virtual', 'real']).optional().meta({
      description: 'virtual: hours pass in no time, links are in memory; real with live MTAs. virtual if absent',
    }),
    network: z
      .enum(['memory', 'tcp'])
      .optional()
      .meta({ description: 'tcp needs real time; memory if absent, tcp with live MTAs' }),
    seed: z.int().optional().meta({ description: 'Of all that is drawn by lot, such as references; 1 if absent' }),
    mode: mode.optional().meta({ description: 'Of all links that say nothing else; normal if absent' }),
    within: duration.optional().meta({
      description: 'How long anything expected may take; 1 h of virtual time, 30 s of real time, if absent',
    }),
    permit: z
      .array(
        z.strictObject({
          rule: z.string().meta({ description: 'A rule of tier 2, such as ENV-007 (docs/rules.md)' }),
          match: z.string().optional().meta({
            description: 'Only this one: an object identifier, an extension number, a domain; all if absent',
          }),
          reason: z.string().min(1).meta({ description: 'The agreement; printed in every report' }),
        }),
      )
      .optional()
      .meta({ description: 'Agreements on what a rule of tier 2 would fail' }),
    mtas: z
      .record(z.string().regex(/^[A-Za-z][\w.-]{0,31}$/, { error: 'wants a short name, such as gateway' }), mta)
      .refine((all) => Object.keys(all).length >= 2, { error: 'wants two MTAs at least' })
      .meta({ description: 'Each MTA by its name in this scenario', minProperties: 2 }),
    links: z.array(link).min(1).optional().meta({ description: 'Needed for more than two MTAs' }),
    steps: z.array(step).min(1).meta({ description: 'What is done and waited for, in order' }),
  })
  .meta({ title: 'p1spec scenario', description: 'MTAs, the links between them, and what happens' });

/** As it is written. */
export type ScenarioSource = z.input<typeof scenario>;
/** As it was read: times in milliseconds, octets as octets. */
export type Scenario = z.output<typeof scenario>;
