import { catalogue } from '../../rules/catalogue.js';
import { nearest } from '../nearest.js';
import { eventDefinitions } from '../operator/definitions.js';
import type { Cast } from './check-cast.js';
import { offer, type Path, quoted, type Tell } from './errors.js';
import { bindErrors } from './schema/answers.js';
import { type ScenarioEventName, scenarioEvents, type Where, type WhereField } from './schema/events.js';
import type { Occurrence } from './schema/values.js';

/** Filters of an event that happens `at` an MTA. */
export function checkWhere(
  event: ScenarioEventName,
  where: Where,
  at: string,
  path: Path,
  cast: Cast,
  tell: Tell,
): void {
  const fields: readonly WhereField[] = scenarioEvents[event].where;
  for (const field of Object.keys(where) as WhereField[]) {
    if (where[field] === undefined || fields.includes(field)) continue;
    const message = `'${event}' is not told apart by '${field}'`;
    const hint = fields.length === 0 ? 'it takes no where' : `it has: ${fields.join(', ')}`;
    tell([...path, field], { code: 'ERR_SCENARIO_WHERE', message, hint, inKey: true });
  }
  const { peer, rule, name, id, error } = where;
  if (peer !== undefined) cast.isPeerOf(at, peer, [...path, 'peer']);
  if (rule !== undefined) checkRule(rule, [...path, 'rule'], tell);
  if (error !== undefined && !(bindErrors as readonly string[]).includes(error)) {
    const message = `${quoted(error)} is no MTA-bind error`;
    tell([...path, 'error'], { code: 'ERR_SCENARIO_WHERE', message, hint: offer(error, bindErrors) });
  }
  if (name !== undefined && !Object.hasOwn(eventDefinitions, name)) {
    const message = `there is no event ${quoted(name)} in the event log`;
    const hint = offer(name, Object.keys(eventDefinitions));
    tell([...path, 'name'], { code: 'ERR_SCENARIO_LOGGED', message, hint });
  }
  const numbers = Object.values(eventDefinitions).flatMap((each) => ('id' in each ? [each.id as number] : []));
  if (id !== undefined && !numbers.includes(id)) {
    const message = `no event ${id} is ever logged here`;
    tell([...path, 'id'], { code: 'ERR_SCENARIO_LOGGED', message, hint: `there are: ${numbers.join(', ')}` });
  }
}

export function checkRule(id: string, path: Path, tell: Tell, permits = false): void {
  const rule = catalogue.find((each) => each.id === id);
  if (rule === undefined) {
    const near = nearest(
      id,
      catalogue.map((each) => each.id),
    );
    const hint =
      near === undefined ? '`p1spec rules` lists them' : `did you mean '${near}'? \`p1spec rules\` lists them`;
    tell(path, { code: 'ERR_SCENARIO_RULE', message: `there is no rule ${quoted(id)}`, hint });
  } else if (permits && rule.tier !== 2) {
    tell(path, {
      code: 'ERR_SCENARIO_RULE',
      message: `${id} is of tier ${rule.tier}, and a permission is an agreement on something of tier 2`,
      hint: rule.tier === 1 ? 'what it finds is right on no foreign link' : 'it never fails anything',
    });
  }
}

/** `nth` stands alone; the others bound each other. */
export function checkOccurrence({ nth, first, every, from }: Occurrence, path: Path, tell: Tell): void {
  const other = Object.entries({ first, every, from }).find(([, value]) => value !== undefined)?.[0];
  if (nth !== undefined && other !== undefined) {
    const message = `'nth' says which one; '${other}' beside it says nothing more`;
    tell([...path, other], { code: 'ERR_SCENARIO_VALUE', message, hint: 'leave one of them out', inKey: true });
  }
  if (first !== undefined && from !== undefined && from > first) {
    const message = `none is among the first ${first} and from the ${from}th on`;
    tell([...path, 'from'], { code: 'ERR_SCENARIO_VALUE', message });
  }
}

/** Of faults and edits, which count in one way. */
export function checkOnlyOne({ nth, first, every, from }: Occurrence, path: Path, tell: Tell): void {
  const [one, other] = Object.entries({ nth, first, every, from }).flatMap(([key, n]) =>
    n === undefined ? [] : [key],
  );
  if (one === undefined || other === undefined) return;
  const message = `'${one}' and '${other}' are two ways to count`;
  tell([...path, other], { code: 'ERR_SCENARIO_VALUE', message, hint: 'leave one of them out', inKey: true });
}
