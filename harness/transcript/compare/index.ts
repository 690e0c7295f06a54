// Two conversations compared by meaning.
export * from './compare.js';
export { connectionsOf, directionOf, type RecordedSide } from './connections.js';
export * from './default-rules.js';
export { compareUnits, type Difference, type MatchContext } from './match.js';
export { Renaming } from './renaming.js';
export * from './rule.js';
export { readComparisonRules } from './rule-file.js';
export { differenceLines } from './text.js';
export type { Leaf, LeafValue, Unit } from './unit.js';
export { UnitReader, unitsOf } from './units.js';
