import { presets } from '../presets/index.js';
import { checkAnswer } from './check-answers.js';
import { Cast } from './check-cast.js';
import { checkEdits } from './check-edits.js';
import { checkFault } from './check-faults.js';
import { checkPreset } from './check-preset.js';
import { checkStep } from './check-steps.js';
import { checkOccurrence, checkOnlyOne, checkRule, checkWhere } from './check-where.js';
import type { Path, Tell } from './errors.js';
import { optionFormsOf, optionProblem } from './preset-options.js';
import type { ScenarioLink } from './schema/link.js';
import type { ScenarioMta } from './schema/mta.js';
import type { Scenario } from './schema/scenario.js';

/** What the schema cannot say: whether the parts of a scenario fit each other, and what there is. */
export function checkScenario(scenario: Scenario, tell: Tell): void {
  const cast = new Cast(scenario, tell);
  checkTime(scenario, cast, tell);
  scenario.permit?.forEach(({ rule }, i) => {
    checkRule(rule, ['permit', i, 'rule'], tell, true);
  });
  for (const [name, mta] of Object.entries(scenario.mtas)) checkMta(name, mta, cast, tell);
  checkDomains(scenario, tell);
  checkLinks(scenario, cast, tell);
  scenario.steps.forEach((step, i) => {
    checkStep(step, ['steps', i], cast, tell);
  });
}

function checkTime({ time, network, mtas }: Scenario, cast: Cast, tell: Tell): void {
  const code = 'ERR_SCENARIO_TIME';
  if (cast.hasLive && time === 'virtual') {
    const message = 'the time of a live MTA is real';
    tell(['time'], { code, message, hint: 'leave time out, or write real' });
  }
  if (cast.hasLive && network === 'memory') {
    tell(['network'], { code, message: 'a live MTA is reached over tcp', hint: 'leave network out, or write tcp' });
  }
  if (!cast.hasLive && network === 'tcp' && time !== 'real') {
    const message = 'TCP needs real time; in virtual time links are in memory';
    tell(['network'], { code, message, hint: 'add time: real, or leave network out' });
  }
  const overTcp = cast.hasLive || network === 'tcp';
  for (const [name, { listen }] of Object.entries(mtas)) {
    if (listen === undefined || overTcp) continue;
    const message = 'nobody listens where links are in memory';
    tell(['mtas', name, 'listen'], { code, message, hint: 'add time: real and network: tcp', inKey: true });
  }
}

/** What only a fake has. */
const OF_FAKES = ['preset', 'options', 'listen', 'connector', 'spool', 'recovery', 'when', 'edits', 'routes'] as const;

function checkMta(name: string, mta: ScenarioMta, cast: Cast, tell: Tell): void {
  const path = ['mtas', name];
  if (mta.live !== undefined) {
    for (const field of OF_FAKES) {
      if (mta[field] === undefined) continue;
      const message = `'${name}' is a live MTA: '${field}' belongs to fakes`;
      tell([...path, field], { code: 'ERR_SCENARIO_LIVE', message, hint: `leave ${field} out, or live`, inKey: true });
    }
    return;
  }
  if (mta.preset !== undefined) checkPreset(mta.preset, [...path, 'preset'], tell);
  checkOptions(mta, path, tell);
  for (const [to, hop] of Object.entries(mta.routes ?? {})) {
    cast.knows(to, [...path, 'routes', to]);
    cast.isPeerOf(name, hop, [...path, 'routes', to]);
  }
  mta.when?.forEach(({ step, where, answer, ...occurrence }, i) => {
    const at = [...path, 'when', i];
    if (where !== undefined) checkWhere(step, where, name, [...at, 'where'], cast, tell);
    checkAnswer(step, answer, [...at, 'answer'], tell);
    checkOccurrence(occurrence, at, tell);
  });
  mta.edits?.forEach((edit, i) => {
    const at = [...path, 'edits', i];
    if (edit.to !== undefined) cast.isPeerOf(name, edit.to, [...at, 'to']);
    checkOnlyOne(edit, at, tell);
    checkEdits(edit, at, tell);
  });
}

function checkOptions({ preset = 'tolerant', options }: ScenarioMta, path: Path, tell: Tell): void {
  if (options === undefined) return;
  const found = presets.find(({ name }) => name === preset);
  if (found === undefined) return;
  const forms = optionFormsOf(found);
  if (forms === undefined) {
    const message = `'${preset}' has no options`;
    tell([...path, 'options'], { code: 'ERR_SCENARIO_OPTION', message, inKey: true });
    return;
  }
  for (const [option, value] of Object.entries(options)) {
    const problem = optionProblem(option, value, forms);
    if (problem === undefined) continue;
    const { message, hint, unknown = false } = problem;
    tell([...path, 'options', option], { code: 'ERR_SCENARIO_OPTION', message, hint, inKey: unknown });
  }
}

/** An address has to lead to one MTA. */
function checkDomains({ mtas }: Scenario, tell: Tell): void {
  const owners = new Map<string, string>();
  for (const [name, { domain }] of Object.entries(mtas)) {
    const { country = 'XX', administrationDomain = ' ', privateDomain } = domain ?? { privateDomain: name };
    const key = JSON.stringify([country, administrationDomain, privateDomain ?? '']).toUpperCase();
    const owner = owners.get(key);
    if (owner === undefined) {
      owners.set(key, name);
      continue;
    }
    const message = `'${name}' has the domain of '${owner}': an address there could mean either`;
    const hint = domain === undefined ? 'give one of them another name, or a domain' : 'give it another domain';
    const at = domain === undefined ? ['mtas', name] : ['mtas', name, 'domain'];
    tell(at, { code: 'ERR_SCENARIO_NAME', message, hint, inKey: true });
  }
}

function checkLinks({ links, mtas }: Scenario, cast: Cast, tell: Tell): void {
  const code = 'ERR_SCENARIO_LINK';
  if (links === undefined) {
    if (cast.names.length > 2) {
      const message = `there are ${cast.names.length} MTAs, and nothing says which of them are linked`;
      const [one, other] = cast.names;
      tell(['mtas'], { code, message, hint: `add links: [{ between: [${one}, ${other}] }, …]`, inKey: true });
    }
    return;
  }
  const seen = new Set<string>();
  links.forEach((link, i) => {
    checkLink(link, ['links', i], cast, tell);
    const pair = JSON.stringify([...link.between].sort());
    if (seen.has(pair)) {
      const message = `'${link.between[0]}' and '${link.between[1]}' are linked already`;
      tell(['links', i, 'between'], { code, message, inKey: true });
    }
    seen.add(pair);
  });
  const linked = new Set(links.flatMap(({ between }) => between));
  for (const name of Object.keys(mtas)) {
    if (linked.has(name)) continue;
    tell(['mtas', name], { code, message: `no link leads to '${name}'`, hint: 'add one to links', inKey: true });
  }
}

function checkLink(link: ScenarioLink, path: Path, cast: Cast, tell: Tell): void {
  const { between, opens, faults } = link;
  const [one, other] = between;
  const known = between.map((name, i) => cast.knows(name, [...path, 'between', i]));
  if (known.includes(false)) return;
  const code = 'ERR_SCENARIO_LINK';
  if (one === other) tell([...path, 'between', 1], { code, message: `'${one}' cannot be linked with itself` });
  if (one !== other && cast.isLive(one) && cast.isLive(other)) {
    const message = `'${one}' and '${other}' are both live: what passes between them is not seen`;
    tell([...path, 'between'], { code, message, hint: 'link each with a fake', inKey: true });
  }
  const ends = (name: string, at: Path) => {
    if (!cast.knows(name, at) || between.includes(name)) return;
    tell(at, { code, message: `'${name}' is not on this link`, hint: `it joins ${one} and ${other}` });
  };
  if (opens !== undefined) ends(opens, [...path, 'opens']);
  const mode = link.mode ?? cast.scenario.mode ?? 'normal';
  faults?.forEach((fault, i) => {
    const at = [...path, 'faults', i];
    ends(fault.sentBy, [...at, 'sentBy']);
    checkOnlyOne(fault, at, tell);
    checkFault(fault, mode, at, tell);
  });
}
