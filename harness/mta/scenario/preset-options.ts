import { z } from 'zod';
import { P1specError } from '../../ber/error.js';
import type { ExchangeChoices } from '../exchange.js';
import type { Preset } from '../preset.js';
import { connectorDefaults, type RetryOptions } from '../retry.js';
import { offer, quoted } from './errors.js';
import { formsAt, formsText } from './read-forms.js';
import { duration, mode, natural, octets, positive, priority } from './schema/values.js';
import { thirdPartyOptions } from './third-party-options.js';

/** How each option of an Exchange preset is written, by its path. */
export const exchangeOptionForms: Readonly<Record<string, z.ZodType>> = {
  build: z.string().regex(/^\d+(?:\.\d+){3}$/, { error: 'wants a version of four numbers, such as 6.5.7638.1' }),
  'bindMarker.place': z.enum(['none', 'extra-tag-in-set', 'credentials', 'security-context', 'acse-user-info']),
  'bindMarker.bytes': octets,
  peerTest: z.enum(['echo', 'always', 'config', 'never']),
  'routingMessage.enabled': z.boolean(),
  'routingMessage.contentType': z.enum(['mdbef', 'unidentified']),
  'routingMessage.recipientForm': z.enum(['guid-cn', 'dn', 'dda']),
  'routingMessage.priority': priority,
  'routingMessage.size': natural,
  'routingMessage.interval': duration,
  'routingMessage.table': z.enum(['full', 'digest']),
  bilateralInformation: z.boolean(),
  'privateExtension.type': z.enum(['none', 'object-identifier', 'integer']),
  'privateExtension.criticality': z.array(z.enum(['forSubmission', 'forTransfer', 'forDelivery'])),
  'mdbef.messages': z.boolean(),
  'mdbef.reports': z.boolean(),
  conformance: mode,
  'connector.maxOpenRetries': natural,
  'connector.openInterval': duration,
  'connector.maxTransferRetries': natural,
  'connector.transferInterval': duration,
  'connector.associationLifetime': duration,
  'connector.threshold': positive,
  'connector.maxAssociations': positive,
  'connector.maxUrgentAssociations': natural,
  'connector.messageTimeout.urgent': duration,
  'connector.messageTimeout.normal': duration,
  'connector.messageTimeout.nonUrgent': duration,
  'connector.disconnectTimeout': duration,
  'connector.recoveryTimeout': duration,
  'connector.transferTimeout.urgent': duration,
  'connector.transferTimeout.normal': duration,
  'connector.transferTimeout.nonUrgent': duration,
  deferral: z.enum(['relay', 'hold']),
  dialogueMode: z.enum(['monologue', 'twa']),
  checkpointSize: natural,
  windowSize: positive,
};

export interface OptionProblem {
  readonly message: string;
  readonly hint?: string;
  /** It is no option at all. */
  readonly unknown?: true;
}

/** How the options of a preset are written, by their paths; undefined of a preset that has none. */
export function optionFormsOf({ name, family }: Preset): Readonly<Record<string, z.ZodType>> | undefined {
  return family === 'exchange' ? exchangeOptionForms : thirdPartyOptions[name]?.forms;
}

/** What is wrong with one option of a preset, if anything is. */
export function optionProblem(
  path: string,
  written: unknown,
  forms: Readonly<Record<string, z.ZodType>> = exchangeOptionForms,
): OptionProblem | undefined {
  const form = Object.hasOwn(forms, path) ? forms[path] : undefined;
  if (form === undefined) {
    const hint = offer(path, Object.keys(forms), 'there are');
    return { message: `${quoted(path)} is no option of this preset`, hint, unknown: true };
  }
  if (form.safeParse(written).success) return undefined;
  const shown = typeof written === 'string' ? `the text ${quoted(written)}` : `the value ${JSON.stringify(written)}`;
  const quotes = form.safeParse(String(written)).success ? { hint: `put it in quotes: '${written}'` } : {};
  return { message: `${path} wants ${formsText(formsAt(form, []))}; this is ${shown}`, ...quotes };
}

/**
 * The options of a scenario's MTA as `with` of an Exchange preset takes them: times in milliseconds, octets as octets.
 * `connector` are those of the preset, for what is in groups of its own. Throws ERR_PRESET_OPTION.
 */
export function exchangeChoicesOf(
  options: Readonly<Record<string, unknown>>,
  connector: RetryOptions = connectorDefaults,
): ExchangeChoices {
  const choices: Record<string, unknown> = {};
  for (const [path, written] of Object.entries(options)) {
    const problem = optionProblem(path, written);
    if (problem !== undefined) throw new P1specError('ERR_PRESET_OPTION', problem);
    const value = exchangeOptionForms[path]?.parse(written);
    const [first, second, third] = path.split('.') as [string, string?, string?];
    if (second === undefined) {
      choices[first] = value;
      continue;
    }
    const group = groupIn(choices, first, {});
    if (third === undefined) group[second] = value;
    // `with` takes a group within a group as a whole.
    else groupIn(group, second, connector[second as 'messageTimeout' | 'transferTimeout'])[third] = value;
  }
  return choices as ExchangeChoices;
}

type Group = Record<string, unknown>;

function groupIn(group: Group, name: string, initial: object): Group {
  group[name] ??= { ...initial };
  return group[name] as Group;
}
