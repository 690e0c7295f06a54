import type { Permission } from '../../rules/finding.js';
import { checkScenario } from './check.js';
import { ScenarioError, ScenarioErrors } from './errors.js';
import { mtaNamed } from './geography.js';
import type { LocatedScenario } from './read.js';
import type { ScenarioMta } from './schema/mta.js';
import type { Scenario } from './schema/scenario.js';

/** Where an MTA of a scenario is, or is to listen. */
export interface NamedAddress {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** What stands in the place of what a scenario says. */
export interface ScenarioOverrides {
  readonly time?: Scenario['time'];
  readonly network?: Scenario['network'];
  readonly seed?: number;
  /** MTAs that are real ones, and listen there. */
  readonly connect?: readonly NamedAddress[];
  /** Where fakes listen, over TCP. */
  readonly listen?: readonly NamedAddress[];
  /** Beside those of the scenario. */
  readonly permit?: readonly Permission[];
}

/** The scenario as it is to be played now. Throws ScenarioErrors where its parts do not fit each other any more. */
export function withOverrides(located: LocatedScenario, overrides: ScenarioOverrides): LocatedScenario {
  const { connect = [], listen = [], permit = [], seed } = overrides;
  const { scenario, file, positionOf } = located;
  const mtas = { ...scenario.mtas };
  for (const { name, host, port } of connect) mtas[name] = liveMta(mtaNamed(scenario, name), { host, port });
  for (const { name, host, port } of listen)
    mtas[name] = { ...mtaNamed({ ...scenario, mtas }, name), listen: { host, port } };
  const changed: Scenario = {
    ...scenario,
    ...ways(overrides),
    mtas,
    ...(seed === undefined ? {} : { seed }),
    ...(permit.length === 0 ? {} : { permit: [...(scenario.permit ?? []), ...permit] }),
  };
  const errors: ScenarioError[] = [];
  checkScenario(changed, (path, { code, message, hint }) => {
    const place = positionOf(path);
    errors.push(new ScenarioError(code, { message, hint, at: { file, line: place?.line, column: place?.column } }));
  });
  if (errors.length > 0) throw new ScenarioErrors(errors);
  return { ...located, scenario: changed };
}

/** Addresses need TCP, and TCP needs real time, unless it is said otherwise. */
function ways({ time, network, connect = [], listen = [] }: ScenarioOverrides) {
  const overTcp = connect.length + listen.length > 0;
  const over = network ?? (overTcp ? 'tcp' : undefined);
  const pace = time ?? (over === 'tcp' ? 'real' : undefined);
  return { ...(pace === undefined ? {} : { time: pace }), ...(over === undefined ? {} : { network: over }) };
}

/** What is said of it as a fake does not hold for a real one. */
function liveMta(
  { mtaName, password, domain, judged }: ScenarioMta,
  connect: { host: string; port: number },
): ScenarioMta {
  return { live: { connect }, mtaName, password, domain, judged };
}
