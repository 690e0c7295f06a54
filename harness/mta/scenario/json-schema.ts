import { z } from 'zod';
import { exchangeChoices } from '../exchange-options.js';
import { presets } from '../presets/index.js';
import { answersTo, refusalsOf } from './check-answers.js';
import { exchangeOptionForms } from './preset-options.js';
import { type ScenarioEventName, scenarioEvents } from './schema/events.js';
import { scenario } from './schema/scenario.js';
import { thirdPartyOptions } from './third-party-options.js';

type Json = z.core.JSONSchema.BaseSchema;

/**
 * The language of scenarios for editors: draft 7, which theirs know best. What it allows is what `readScenario` reads, but
 * for what no schema can say.
 */
export function scenarioJsonSchema(): Json {
  const made = z.toJSONSchema(scenario, {
    io: 'input',
    target: 'draft-7',
    override: ({ zodSchema, jsonSchema }) => {
      withoutSafeBounds(jsonSchema);
      const { properties } = jsonSchema;
      if (zodSchema instanceof z.ZodObject && properties !== undefined)
        enrich(properties as Record<string, Json>, jsonSchema);
    },
  });
  const { $schema, title, description, ...rest } = made;
  return { $schema, $id: 'p1spec/scenario', title, description, ...rest };
}

/** That a number is a safe one goes without saying. */
function withoutSafeBounds(schema: Json): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

function enrich(properties: Record<string, Json>, schema: Json): void {
  const { preset, options, event, step, where, edits } = properties;
  if (preset !== undefined) preset.enum = presets.map(({ name }) => name);
  if (options !== undefined && edits !== undefined) {
    options.properties = optionSchemas();
    options.additionalProperties = false;
    delete options.propertyNames;
  }
  const named = event === undefined ? step : event;
  if (named !== undefined && where !== undefined && schema.allOf === undefined) {
    schema.allOf = conditions(event === undefined ? 'step' : 'event', properties.answer !== undefined);
  }
}

function optionSchemas(): Record<string, Json> {
  const thirdParty = Object.values(thirdPartyOptions).flatMap(({ forms }) => Object.entries(forms));
  return Object.fromEntries(
    [...Object.entries(exchangeOptionForms), ...thirdParty].map(([path, form]) => {
      const { $schema: _, ...made } = z.toJSONSchema(form, {
        io: 'input',
        target: 'draft-7',
        override: ({ jsonSchema }) => withoutSafeBounds(jsonSchema),
      });
      return [path, { ...made, description: exchangeChoices[path] ?? made.description ?? 'Of a third-party preset' }];
    }),
  );
}

/** The filters and answers that events have; those that have the same are told together. */
function conditions(key: 'event' | 'step', withAnswers: boolean): Json[] {
  const groups = new Map<string, ScenarioEventName[]>();
  for (const event of Object.keys(scenarioEvents) as ScenarioEventName[]) {
    if (key === 'step' && answersTo(event).length === 0) continue;
    const text = JSON.stringify({
      where: { propertyNames: { enum: [...scenarioEvents[event].where] } },
      ...(withAnswers ? { answer: answerCondition(event) } : {}),
    });
    groups.set(text, [...(groups.get(text) ?? []), event]);
  }
  return [...groups].map(([text, events]) => ({
    if: { properties: { [key]: { enum: events } }, required: [key] },
    // biome-ignore lint/suspicious/noThenProperty: it is JSON schema's
    then: { properties: JSON.parse(text) as Record<string, Json> },
  }));
}

function answerCondition(event: ScenarioEventName): Json | false {
  const answers = answersTo(event);
  if (answers.length === 0) return false;
  const refuse = answers.includes('refuse') ? { properties: { refuse: { enum: [...refusalsOf(event)] } } } : {};
  return {
    anyOf: [
      { type: 'string', enum: [...answers] },
      { type: 'object', propertyNames: { enum: [...answers] }, ...refuse },
    ],
  };
}
