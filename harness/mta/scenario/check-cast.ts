import { nearest } from '../nearest.js';
import { offer, type Path, quoted, type Tell } from './errors.js';
import type { Scenario } from './schema/scenario.js';

/** The MTAs of a scenario and who reaches whom: what names are held against. */
export class Cast {
  readonly scenario: Scenario;
  readonly names: readonly string[];
  readonly #tell: Tell;
  readonly #neighbours = new Map<string, Set<string>>();

  constructor(scenario: Scenario, tell: Tell) {
    this.scenario = scenario;
    this.names = Object.keys(scenario.mtas);
    this.#tell = tell;
    const [one, other] = this.names;
    const pairs = scenario.links?.map(({ between }) => between) ?? [];
    if (scenario.links === undefined && this.names.length === 2) pairs.push([one as string, other as string]);
    for (const [a, b] of pairs) {
      this.#join(a, b);
      this.#join(b, a);
    }
  }

  has(name: string): boolean {
    return Object.hasOwn(this.scenario.mtas, name);
  }

  isLive(name: string): boolean {
    return this.has(name) && this.scenario.mtas[name]?.live !== undefined;
  }

  get hasLive(): boolean {
    return this.names.some((name) => this.isLive(name));
  }

  isLinked(one: string, other: string): boolean {
    return this.#neighbours.get(one)?.has(other) === true;
  }

  reaches(from: string, to: string): boolean {
    const met = new Set([from]);
    for (const each of met) for (const next of this.#neighbours.get(each) ?? []) met.add(next);
    return met.has(to);
  }

  /** Whether it is an MTA of the scenario; told where it is none. */
  knows(name: string, path: Path): boolean {
    if (this.has(name)) return true;
    const near = nearest(name, this.names);
    const hint = `${near === undefined ? '' : `did you mean '${near}'? `}MTAs are: ${this.names.join(', ')}`;
    this.#tell(path, { code: 'ERR_SCENARIO_NAME', message: `there is no MTA ${quoted(name)}`, hint });
    return false;
  }

  /** Whether it is one of ours; `what` cannot be had of a live one. */
  isOurs(name: string, path: Path, what: string): boolean {
    if (!this.knows(name, path)) return false;
    if (!this.isLive(name)) return true;
    const ours = this.names.filter((each) => !this.isLive(each));
    this.#tell(path, {
      code: 'ERR_SCENARIO_LIVE',
      message: `'${name}' is a live MTA: ${what}`,
      hint: `what it does is seen at its peers: ${ours.join(', ')}`,
    });
    return false;
  }

  /** Whether a link joins it with `one`. */
  isPeerOf(one: string, name: string, path: Path): boolean {
    if (!this.knows(name, path)) return false;
    if (!this.has(one) || this.isLinked(one, name)) return true;
    const peers = [...(this.#neighbours.get(one) ?? [])];
    const message = one === name ? `'${one}' is no peer of its own` : `no link joins '${one}' and '${name}'`;
    const hint = offer(name, peers, `peers of '${one}' are`);
    this.#tell(path, { code: 'ERR_SCENARIO_LINK', message, hint });
    return false;
  }

  #join(a: string, b: string): void {
    const known = this.#neighbours.get(a) ?? new Set();
    if (a !== b) known.add(b);
    this.#neighbours.set(a, known);
  }
}
