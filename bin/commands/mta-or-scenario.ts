import { P1specError } from '../../harness/ber/error.js';
import type { Permission } from '../../harness/rules/finding.js';
import type { MtaCommandOptions } from './mta.js';

/** `name=HOST:PORT` of an MTA of a scenario, or `HOST:PORT` of the one fake that plays. */
export interface Place {
  readonly name?: string;
  readonly host: string;
  readonly port: number;
}

/** All that can be said of either. */
export interface GivenOptions extends Omit<MtaCommandOptions, 'listen' | 'connect'> {
  readonly listen: readonly Place[];
  readonly connect: readonly Place[];
  readonly permit: readonly Permission[];
  readonly json?: boolean;
  readonly time?: 'virtual' | 'real';
  readonly network?: 'memory' | 'tcp';
  readonly seed?: number;
  readonly against?: string;
  readonly update?: string;
  readonly rules?: string;
  readonly check?: boolean;
  readonly schema?: boolean;
}

/** Options of either form; all else is of one alone. */
const OF_BOTH: ReadonlySet<string> = new Set(['listen', 'connect', 'permit', 'record', 'events', 'watch']);
const OF_SCENARIOS: ReadonlySet<string> = new Set([
  'json',
  'time',
  'network',
  'seed',
  'against',
  'update',
  'rules',
  'check',
  'schema',
]);

/**
 * A fake by the name of its preset, or a scenario by its file. `given` are the options that the user has given, by their
 * names in `options`.
 */
export async function mtaOrScenario(
  what: string | undefined,
  options: GivenOptions,
  given: readonly string[],
): Promise<void> {
  if (options.schema === true) {
    await (await import('./scenario.js')).schema();
  } else if (what !== undefined && isScenario(what)) {
    checkOptions(given, (name) => !OF_SCENARIOS.has(name), 'a preset');
    const { listen, connect, ...rest } = options;
    const places = {
      listen: listen.map((each) => named('listen', each)),
      connect: connect.map((each) => named('connect', each)),
    };
    await (await import('./scenario.js')).scenario(what, { ...rest, ...places });
  } else {
    checkOptions(given, (name) => OF_SCENARIOS.has(name), 'a scenario');
    const { listen, connect, ...rest } = options;
    const { mta } = await import('./mta.js');
    await mta(what, { ...rest, listen: unnamed('listen', listen), connect: unnamed('connect', connect) });
  }
}

/** A file, by its ending or by where it lies; presets have neither. */
export function isScenario(argument: string): boolean {
  return /\.(?:ya?ml|json|[cm]?[jt]s)$/i.test(argument) || /[/\\]/.test(argument);
}

function checkOptions(given: readonly string[], isForeign: (name: string) => boolean, owner: string): void {
  const foreign = given.find((name) => !OF_BOTH.has(name) && isForeign(name));
  if (foreign === undefined) return;
  throw new P1specError('ERR_MTA_OPTION', {
    message: `--${foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is an option of ${owner} only`,
    hint: 'p1spec mta --help says which option is whose',
  });
}

function named(option: string, { name, ...place }: Place) {
  if (name !== undefined) return { name, ...place };
  throw new P1specError('ERR_MTA_OPTION', {
    message: `--${option}: which MTA of the scenario?`,
    hint: `write --${option} NAME=${place.host}:${place.port}`,
  });
}

/** The last one. */
function unnamed(option: string, places: readonly Place[]): Omit<Place, 'name'> | undefined {
  for (const { name } of places) {
    if (name === undefined) continue;
    throw new P1specError('ERR_MTA_OPTION', {
      message: `--${option} ${name}=… names an MTA of a scenario, and this is a preset`,
      hint: `write --${option} HOST:PORT`,
    });
  }
  return places.at(-1);
}
