import { P1specError } from '../ber/error.js';
import { type Evidence, kb } from './evidence.js';
import type { ExchangeChoices, ExchangePreset } from './exchange.js';
import type { Preset } from './preset.js';
import { exchange2003Kb916986 } from './presets/exchange-2003-kb916986.js';

/** A hotfix for an Exchange MTA, and what a build has to be to take it. */
export interface Hotfix {
  readonly name: string;
  /** Of Emsmta.exe, once it is applied. */
  readonly build: string;
  /** The oldest build that it goes onto. */
  readonly requires: string;
  readonly becomes: ExchangePreset;
  readonly evidence: Evidence;
}

export const hotfixes = {
  kb916986: {
    name: 'KB 916986',
    build: '6.5.7651.40',
    // Exchange Server 2003 SP2.
    requires: '6.5.7638.0',
    becomes: exchange2003Kb916986,
    evidence: kb(916986),
  },
} as const satisfies Readonly<Record<string, Hotfix>>;

export type HotfixName = keyof typeof hotfixes;

/**
 * What an MTA of that preset is with the hotfix: as it was configured, but for what the hotfix is about. Throws
 * ERR_HOTFIX where the MTA is not one that it is for.
 */
export function withHotfix(name: HotfixName, preset: Preset, choices: ExchangeChoices = {}): ExchangePreset {
  const hotfix: Hotfix = hotfixes[name];
  if (!isExchange(preset)) {
    throw refused(hotfix, `${preset.name} is no Exchange MTA`, 'apply it to exchange-2003-sp2');
  }
  const { build } = preset.options;
  if (compareBuilds(build, hotfix.requires) < 0) {
    throw refused(hotfix, `it requires Exchange Server 2003 SP2, and this is build ${build}`, 'install SP2 first');
  }
  if (compareBuilds(build, hotfix.build) >= 0) {
    throw refused(hotfix, `build ${build} has it already`, `it is for builds from ${hotfix.requires} on`);
  }
  const { build: _build, bindMarker, routingMessage, ...others } = choices;
  const kept: ExchangeChoices = {
    ...others,
    ...(bindMarker === undefined ? {} : { bindMarker: { ...bindMarker, place: 'none' } }),
    ...(routingMessage === undefined ? {} : { routingMessage: { ...routingMessage, enabled: false } }),
  };
  return Object.keys(kept).length === 0 ? hotfix.becomes : hotfix.becomes.with(kept);
}

export function isExchange(preset: Preset): preset is ExchangePreset {
  return preset.family === 'exchange';
}

/** Below 0 where the first is older. */
function compareBuilds(one: string, other: string): number {
  const [ours, theirs] = [one, other].map((build) => build.split('.').map(Number));
  for (let i = 0; i < 4; i += 1) {
    const difference = (ours?.[i] ?? 0) - (theirs?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function refused({ name }: Hotfix, why: string, hint: string): P1specError {
  return new P1specError('ERR_HOTFIX', { message: `the hotfix of ${name} is refused: ${why}`, hint });
}
