import { parseUTCTime } from '../../p1/utc-time.js';
import type { Direction } from '../../stack/direction.js';
import type { Renaming } from './renaming.js';
import type { ComparisonRule, RuleSet } from './rule.js';
import type { Leaf, LeafValue, Unit } from './unit.js';

/** One way in which two conversations differ. */
export interface Difference {
  readonly kind: 'value' | 'missing' | 'surplus' | 'connection' | 'time-out' | 'closed';
  /** Of the recording, or of what is compared with it where the recording has none. */
  readonly connection: number;
  readonly direction: Direction;
  /** `CONNECT`, `message`, …; the recording's, where it has one. */
  readonly unit: string;
  /** The unit's number among those compared in its direction of its connection, from 0. */
  readonly index: number;
  /** Of the value in the unit; empty where the unit as a whole differs. */
  readonly path: string;
  /** Absent values are undefined; passwords are not told. */
  readonly expected: LeafValue | undefined;
  readonly actual: LeafValue | undefined;
  /** The rule that matches, and whose condition is not met. */
  readonly rule?: string;
  /** In words: what the rule wants, or that there is none. */
  readonly why: string;
}

export interface MatchContext {
  readonly rules: RuleSet;
  readonly renaming: Renaming;
}

export const NO_RULE = 'no rule lets it vary';
const HIDDEN = '(password)';

/** Compares what two units say, value by value. `index`: of the recorded unit in its direction. */
export function compareUnits(expected: Unit, actual: Unit, index: number, context: MatchContext): Difference[] {
  const differences: Difference[] = [];
  const live = new Map(actual.leaves.map((leaf) => [leaf.path, leaf]));
  const { connection, direction, name } = expected;
  const differ = (path: string, leaves: { expected?: Leaf; actual?: Leaf }, verdict: Verdict) => {
    const told = (leaf: Leaf | undefined) => (leaf === undefined ? undefined : leaf.secret ? HIDDEN : leaf.value);
    const common = { kind: 'value' as const, connection, direction, unit: name, index, path };
    const { rule } = verdict;
    differences.push({
      ...common,
      expected: told(leaves.expected),
      actual: told(leaves.actual),
      ...(rule === undefined ? {} : { rule: rule.id }),
      why: verdict.why,
    });
  };
  for (const leaf of expected.leaves) {
    const other = live.get(leaf.path);
    live.delete(leaf.path);
    const verdict = judge(expected, leaf, other, context);
    if (verdict !== undefined) differ(leaf.path, { expected: leaf, actual: other }, verdict);
  }
  for (const leaf of live.values()) {
    const verdict = judge(expected, undefined, leaf, context);
    if (verdict !== undefined) differ(leaf.path, { actual: leaf }, verdict);
  }
  return differences;
}

interface Verdict {
  readonly rule: ComparisonRule | undefined;
  readonly why: string;
}

function judge(
  unit: Unit,
  expected: Leaf | undefined,
  actual: Leaf | undefined,
  { rules, renaming }: MatchContext,
): Verdict | undefined {
  const leaf = expected ?? actual;
  if (leaf === undefined) return undefined;
  const rule = rules.ofLeaf(unit, leaf);
  if (rule?.how === 'ignore') return undefined;
  if (expected === undefined || actual === undefined) {
    // A default that stands for nothing sent is no more than nothing.
    if (leaf.implied === true) return undefined;
    return { rule: undefined, why: expected === undefined ? 'the recording does not have it' : 'it was not sent' };
  }
  const same = expected.value === actual.value;
  if (rule === undefined) return same ? undefined : { rule, why: NO_RULE };
  const why = conditionOf(rule, unit.connection, expected.value, actual.value, renaming);
  return why === undefined ? undefined : { rule, why: `rule ${rule.id}: ${why}` };
}

/** Why a rule's condition is not met; undefined where it is. */
function conditionOf(
  rule: ComparisonRule,
  connection: number,
  expected: LeafValue,
  actual: LeafValue,
  renaming: Renaming,
): string | undefined {
  switch (rule.how) {
    case 'renamed':
      return renaming.meet(rule as ComparisonRule & { how: 'renamed' }, connection, expected, actual);
    case 'time':
      return expected === actual || (typeof actual === 'string' && parseUTCTime(actual) !== undefined)
        ? undefined
        : 'it is no valid UTCTime';
    case 'serial':
      return expected === actual || (typeof actual === 'number' && actual > 0 && actual <= LARGEST_SERIAL)
        ? undefined
        : 'it is no serial number';
    case 'any-of':
      return expected === actual || rule.values.includes(actual) ? undefined : 'it is none of the values allowed';
    case 'pattern':
      return expected === actual || new RegExp(`^(?:${rule.pattern})$`, 'u').test(String(actual))
        ? undefined
        : `it does not match ${rule.pattern}`;
    case 'ignore':
    case 'any-number':
      return undefined;
  }
}

/** Six digits. X.225 8.3.1.10. */
const LARGEST_SERIAL = 999_999;
