import type { Stage } from '../mta/scenario/stage.js';
import { countersJson, eventJson } from './operator-events.js';

/** The event logs of all MTAs in the order of time, then the counters of each; lines of JSON with the MTA's name as `scenarioMta`. */
export function* stageEventLines(stage: Stage): Generator<string> {
  const fakes = stage.names.map((name) => stage.actor(name)).filter(({ isLive }) => !isLive);
  const entries = fakes.flatMap(({ name, log }) => log.map((event) => ({ name, event })));
  entries.sort((a, b) => a.event.at - b.event.at);
  for (const { name, event } of entries) yield named(eventJson(event), name);
  for (const actor of fakes) yield named(countersJson(actor.counters()), actor.name);
}

/** Behind what kind of line it is. */
function named(line: string, mta: string): string {
  return line.replace(/^(\{"kind":"[a-z]+",)/, (start) => `${start}"scenarioMta":${JSON.stringify(mta)},`);
}
