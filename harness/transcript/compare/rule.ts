import type { Layer } from '../../ber/error.js';
import type { Leaf, LeafValue, Unit } from './unit.js';

/** What a rule is about. All that is given has to match; a rule without `path` and `type` is about whole units. */
export interface RuleMatch {
  readonly layer?: Layer;
  /** Names of units: `CONNECT`, `message`. */
  readonly unit?: string | readonly string[];
  /** `*` stands for a part of a path, `**` for any number of them, `[*]` for any index, `{a,b}` for one of several. */
  readonly path?: string | readonly string[];
  /** Of the value: `UTCTime`, `reference`, `serial`, … */
  readonly type?: string;
}

/**
 * How what a rule matches may vary.
 * - `ignore`: in any way; a whole unit is left out as if it had not been sent.
 * - `any-number`: a whole unit may be missing or surplus; where both have one, it is compared.
 * - `time`: any valid UTCTime. What we send gets a time as far from now as the recorded one was from its sending.
 * - `serial`: any serial number.
 * - `renamed`: the same recorded value always stands for the same live value, over all values `as` one kind.
 * - `any-of`: one of several values.
 * - `pattern`: any text that a regular expression matches as a whole.
 */
export type RuleHow =
  | { readonly how: 'ignore' | 'any-number' | 'time' | 'serial' }
  | {
      readonly how: 'renamed';
      /** Rules that rename `as` the same share what they know. */
      readonly as: string;
      /** Where a name holds: in one connection, or in all. */
      readonly scope?: 'connection' | 'conversation';
      /** Two recorded values never stand for one live value. */
      readonly distinct?: boolean;
      /** How a value of our own is made anew when we send: as a time, or as an identifier where that is asked for. */
      readonly fresh?: 'time' | 'identifier';
    }
  | { readonly how: 'any-of'; readonly values: readonly LeafValue[] }
  | { readonly how: 'pattern'; readonly pattern: string };

/** What may vary between two conversations, and why. */
export type ComparisonRule = RuleHow & {
  readonly id: string;
  readonly matches: RuleMatch;
  /** One line. */
  readonly reason: string;
};

/** Rules made ready: the first that matches decides. */
export class RuleSet {
  readonly #compiled: readonly CompiledRule[];
  /** By what a leaf is known by: conversations have the same paths over and over. */
  readonly #leaves = new Map<string, ComparisonRule | undefined>();
  readonly #units = new Map<string, ComparisonRule | undefined>();

  constructor(rules: readonly ComparisonRule[]) {
    this.#compiled = rules.map(compileRule);
  }

  ofLeaf(unit: Pick<Unit, 'name'>, { layer, path, type }: Leaf): ComparisonRule | undefined {
    const key = `${unit.name} ${layer} ${type} ${path}`;
    if (this.#leaves.has(key)) return this.#leaves.get(key);
    const isForeign = type === 'unknown' || type === 'anomaly';
    const found = this.#compiled.find(
      (each) =>
        !each.isWhole &&
        !(isForeign && NAMES_VALUES.has(each.rule.how)) &&
        (each.layer === undefined || each.layer === layer) &&
        (each.units === undefined || each.units.has(unit.name)) &&
        (each.type === undefined || each.type === type) &&
        (each.paths === undefined || each.paths.some((pattern) => pattern.test(path))),
    )?.rule;
    if (this.#leaves.size > KEPT) this.#leaves.clear();
    this.#leaves.set(key, found);
    return found;
  }

  /** The rule about a unit as a whole. */
  ofUnit({ name, layer }: Pick<Unit, 'name' | 'layer'>): ComparisonRule | undefined {
    const key = `${layer} ${name}`;
    if (this.#units.has(key)) return this.#units.get(key);
    const found = this.#compiled.find(
      (each) =>
        each.isWhole &&
        (each.layer === undefined || each.layer === layer) &&
        (each.units === undefined || each.units.has(name)),
    )?.rule;
    this.#units.set(key, found);
    return found;
  }
}

const KEPT = 20_000;
/** What no declaration knows is no name and no time, wherever it stands. */
const NAMES_VALUES: ReadonlySet<RuleHow['how']> = new Set<RuleHow['how']>(['renamed', 'time', 'serial']);

interface CompiledRule {
  readonly rule: ComparisonRule;
  readonly isWhole: boolean;
  readonly layer: Layer | undefined;
  readonly units: ReadonlySet<string> | undefined;
  readonly paths: readonly RegExp[] | undefined;
  readonly type: string | undefined;
}

function compileRule(rule: ComparisonRule): CompiledRule {
  const { layer, unit, path, type } = rule.matches;
  return {
    rule,
    isWhole: path === undefined && type === undefined,
    layer,
    units: unit === undefined ? undefined : new Set(typeof unit === 'string' ? [unit] : unit),
    paths: path === undefined ? undefined : (typeof path === 'string' ? [path] : path).map(pathPattern),
    type,
  };
}

/** `**.messageIdentifier.localIdentifier`, `AARE.{result,resultSourceDiagnostic}`, `**.traceInformation[*].**`. */
export function pathPattern(text: string): RegExp {
  const source = text
    .split(/(\*\*\.|\.\*\*$|\*\*|\[\*\]|\*|\{[^{}]*\})/)
    .map((part, i) =>
      i % 2 === 0 ? part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&') : (WILD[part] ?? alternatives(part)),
    )
    .join('');
  return new RegExp(`^${source}$`);
}

const WILD: Readonly<Record<string, string>> = {
  '**.': '(?:.*\\.)?',
  '.**': '(?:[.[].*)?',
  '**': '.*',
  '[*]': '\\[\\d+\\]',
  '*': '[^.[\\]]*',
};

function alternatives(text: string): string {
  const each = text.slice(1, -1).split(',');
  return `(?:${each.map((one) => one.trim().replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|')})`;
}
