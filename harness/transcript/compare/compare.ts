import type { LinkEvent } from '../../link/events.js';
import type { Direction } from '../../stack/direction.js';
import { align } from './align.js';
import {
  type ComparedConnection,
  connectionsOf,
  directionOf,
  pairConnections,
  type RecordedSide,
} from './connections.js';
import { defaultComparisonRules } from './default-rules.js';
import { compareUnits, type Difference, type MatchContext } from './match.js';
import { Renaming } from './renaming.js';
import { type ComparisonRule, RuleSet } from './rule.js';
import type { Unit } from './unit.js';
import { type UnitOptions, unitsOf } from './units.js';

export interface CompareOptions extends UnitOptions {
  /** The default rules, if absent. */
  readonly rules?: readonly ComparisonRule[];
  /** Compare what this side of the recording sent alone; both sides where absent. */
  readonly side?: RecordedSide;
}

/**
 * Compares two conversations by meaning: what each side sent, unit by unit and value by value, as far as no rule lets it
 * vary. Connections stand for each other in the order in which they were opened. An empty list: they say the same.
 */
export function compareConversations(
  recorded: readonly LinkEvent[],
  live: readonly LinkEvent[],
  options: CompareOptions = {},
): Difference[] {
  const { rules = defaultComparisonRules, side } = options;
  const context: MatchContext = { rules: new RuleSet(rules), renaming: new Renaming() };
  const pairs = pairConnections(
    connectionsOf(recorded, unitsOf(recorded, options)),
    connectionsOf(live, unitsOf(live, options)),
  );
  return pairs.flatMap((pair) => {
    const known = (pair.recorded ?? pair.live) as ComparedConnection;
    const only = side === undefined ? undefined : directionOf(side, known);
    if (side !== undefined && only === undefined) return [];
    if (pair.recorded === undefined || pair.live === undefined) return [connectionDifference(pair)];
    const directions: readonly Direction[] = only === undefined ? ['i2r', 'r2i'] : [only];
    return comparePair(pair.recorded, pair.live, directions, context);
  });
}

/** The units that are compared: those that a rule ignores as a whole are left out. */
export function comparedUnits(units: readonly Unit[], rules: RuleSet): Unit[] {
  return units.filter((unit) => rules.ofUnit(unit)?.how !== 'ignore');
}

/** A unit that one of the two does not have; nothing where a rule lets it be there or not. */
export function loneUnit(
  kind: 'missing' | 'surplus',
  unit: Unit,
  index: number,
  { rules }: Pick<MatchContext, 'rules'>,
  why?: string,
): Difference | undefined {
  const rule = rules.ofUnit(unit);
  if (rule?.how === 'any-number') return undefined;
  const { connection, direction, name } = unit;
  const text = unitText(unit);
  return {
    kind,
    connection,
    direction,
    unit: name,
    index,
    path: '',
    expected: kind === 'missing' ? text : undefined,
    actual: kind === 'missing' ? undefined : text,
    why: why ?? (kind === 'missing' ? 'it was not sent' : 'the recording does not have it'),
  };
}

/** A unit in a few words: its name, and what tells it from others of that name. */
export function unitText({ name, leaves }: Unit): string {
  const telling = leaves.find(
    ({ path, form, place }) => place !== undefined && form !== undefined && TELLING.test(path),
  );
  return telling === undefined ? name : `${name} ${String(telling.value)}`;
}

const TELLING = /(?:Identifier\.localIdentifier|activityIdentifier|\.initiatorName|\.responderName|serialNumber)$/;

function comparePair(
  recorded: ComparedConnection,
  live: ComparedConnection,
  directions: readonly Direction[],
  context: MatchContext,
): Difference[] {
  const of = (units: readonly Unit[], direction: Direction) =>
    comparedUnits(units, context.rules).filter((unit) => unit.direction === direction);
  const pairs = directions.flatMap((direction) => {
    let index = -1;
    return align(of(recorded.units, direction), of(live.units, direction)).map((pair) => {
      if (pair.expected !== undefined) index += 1;
      return { ...pair, index: Math.max(index, 0) };
    });
  });
  // In the order in which the recording has them: what one side says is renamed before the other repeats it.
  const place = new Map(recorded.units.map((unit, i) => [unit, i]));
  const order = pairs.map(({ expected }) => (expected === undefined ? undefined : place.get(expected)));
  for (let i = 0, last = -1; i < order.length; i += 1) {
    last = order[i] ?? last;
    order[i] ??= last + 0.5;
  }
  return pairs
    .map((pair, i) => ({ pair, at: order[i] as number }))
    .sort((one, other) => one.at - other.at)
    .flatMap(({ pair: { expected, actual, index } }) => {
      if (expected !== undefined && actual !== undefined) return compareUnits(expected, actual, index, context);
      const lone =
        expected === undefined
          ? loneUnit('surplus', actual as Unit, index, context)
          : loneUnit('missing', expected, index, context);
      return lone === undefined ? [] : [{ ...lone, connection: recorded.connection }];
    });
}

function connectionDifference(pair: { recorded?: ComparedConnection; live?: ComparedConnection }): Difference {
  const { connection, initiator, responder } = (pair.recorded ?? pair.live) as ComparedConnection;
  const text = `${initiator} → ${responder}`;
  return {
    kind: 'connection',
    connection,
    direction: 'i2r',
    unit: 'connection',
    index: 0,
    path: '',
    expected: pair.recorded === undefined ? undefined : text,
    actual: pair.live === undefined ? undefined : text,
    why: pair.live === undefined ? 'it was not opened' : 'the recording does not have it',
  };
}
