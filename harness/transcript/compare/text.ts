import type { Difference } from './match.js';
import type { LeafValue } from './unit.js';

/** Characters of a value that are shown. */
const SHOWN = 120;

/** A difference in a few lines: where, what was expected, what came, and why that counts. */
export function differenceLines(difference: Difference): string[] {
  const { connection, direction, unit, index, path, expected, actual, why, kind } = difference;
  const arrow = direction === 'i2r' ? '→' : '←';
  const where = `connection ${connection} ${arrow} ${kind === 'connection' ? '' : `unit ${index}, `}${unit}`;
  const [one, other] = shownValues(expected, actual);
  return [`${where}${path === '' ? '' : `: ${path}`}`, `  expected  ${one}`, `  actual    ${other}`, `  ${why}`];
}

function shownValues(expected: LeafValue | undefined, actual: LeafValue | undefined): [string, string] {
  const from =
    typeof expected === 'string' && typeof actual === 'string' ? firstDifference(expected, actual) - SHOWN / 2 : 0;
  return [shown(expected, from), shown(actual, from)];
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

/** Octets from the wire never reach a terminal as they are. */
function shown(value: LeafValue | undefined, from: number): string {
  if (value === undefined) return 'nothing';
  if (typeof value !== 'string') return String(value);
  const start = value.length <= SHOWN ? 0 : Math.max(0, Math.min(from, value.length - SHOWN));
  const part = value.slice(start, start + SHOWN);
  const escaped = JSON.stringify(part).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${start > 0 ? '…' : ''}${escaped}${start + SHOWN < value.length ? '…' : ''}`;
}
