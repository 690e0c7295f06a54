import type { Link } from '../../link/link.js';
import type { PduEdit } from '../edits/edit.js';
import type { ExchangePreset } from '../exchange.js';
import { isExchange } from '../hotfix.js';
import type { PeerConfig } from '../peer.js';
import type { Preset } from '../preset.js';
import { presetNamed } from '../presets/index.js';
import type { RetryOptions } from '../retry.js';
import { domainOf } from './geography.js';
import { exchangeChoicesOf, optionFormsOf, optionProblem } from './preset-options.js';
import type { ScenarioLink } from './schema/link.js';
import type { ScenarioEdit, ScenarioMta } from './schema/mta.js';
import type { Scenario } from './schema/scenario.js';
import { thirdPartyOptions } from './third-party-options.js';

export const DEFAULT_PRESET = 'tolerant';

/** The preset with the options that the scenario gives it. Throws ERR_UNKNOWN_PRESET. */
export function presetOf({ preset = DEFAULT_PRESET, options }: ScenarioMta): Preset {
  return configured(presetNamed(preset), options);
}

/** Throws where the preset cannot be told one of them; one without any options takes no notice. */
export function configured(preset: Preset, options: ScenarioMta['options']): Preset {
  if (options === undefined) return preset;
  if (isExchange(preset)) return preset.with(choicesOf(preset, options));
  return thirdPartyOptions[preset.name]?.with(options) ?? preset;
}

/** Those of the options that another preset has too, and as they are written. */
export function fitting(preset: Preset, options: ScenarioMta['options'] = {}): NonNullable<ScenarioMta['options']> {
  const forms = optionFormsOf(preset) ?? {};
  return Object.fromEntries(
    Object.entries(options).filter(([path, written]) => optionProblem(path, written, forms) === undefined),
  );
}

export function choicesOf(preset: ExchangePreset, options: ScenarioMta['options'] = {}) {
  return exchangeChoicesOf(options, preset.options.connector);
}

/** How one MTA deals with a neighbour of its. */
export function peerConfig(
  scenario: Scenario,
  link: ScenarioLink,
  us: { readonly name: string; readonly preset: Preset },
  them: string,
  connect: () => Promise<Link>,
): PeerConfig {
  const ours = scenario.mtas[us.name] as ScenarioMta;
  const theirs = scenario.mtas[them] as ScenarioMta;
  const { mode = scenario.mode, dialogueMode, initialTurn, checkpointSize, windowSize, opens } = link;
  const mayOpen = opens === undefined || opens === us.name;
  const says = theirs.mtaName !== undefined || theirs.password !== undefined;
  const { password, connector: { activation, deferral } = {} } = ours;
  return {
    name: them,
    ...(activation === undefined ? {} : { activation }),
    ...(deferral === undefined ? {} : { deferral }),
    ...(mayOpen ? { connect } : { activation: 'remote' as const }),
    ...(password === undefined ? {} : { ours: { mtaName: ours.mtaName ?? us.name, password } }),
    ...(says ? { theirs: { mtaName: theirs.mtaName ?? them, password: theirs.password } } : {}),
    ...(mode === undefined ? {} : { mode }),
    dialogueMode,
    initialTurn,
    checkpointSize,
    windowSize,
    retry: retryOf(us.name, ours, us.preset),
  };
}

function retryOf(
  name: string,
  { connector, server = name, ...rest }: ScenarioMta,
  preset: Preset,
): Partial<RetryOptions> {
  if (connector === undefined) return {};
  const { messageTimeout, transferTimeout, activation: _, deferral: __, ...given } = defined(connector);
  const base = preset.personality({ server, domain: domainOf(name, rest) }).connector;
  return {
    ...given,
    ...(messageTimeout === undefined ? {} : { messageTimeout: { ...base.messageTimeout, ...defined(messageTimeout) } }),
    ...(transferTimeout === undefined
      ? {}
      : { transferTimeout: { ...base.transferTimeout, ...defined(transferTimeout) } }),
  };
}

/** Without what is there and undefined: that would stand in the place of a default. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

export function toPduEdit({ pdu, to, nth, first, every, edits }: ScenarioEdit): PduEdit {
  const counted = first !== undefined ? { first } : every !== undefined ? { every } : nth;
  return {
    pdu,
    ...(to === undefined ? {} : { to }),
    ...(counted === undefined ? {} : { nth: counted }),
    edits: edits.map((each) => defined(each)) as unknown as PduEdit['edits'],
  };
}

export function editInWords({ pdu, to, edits }: PduEdit): string {
  const kinds = edits.flatMap((each) => Object.keys(each)).join(', ');
  return `the edit of ${pdu}${to === undefined ? '' : ` to ${to}`}: ${kinds}`;
}
