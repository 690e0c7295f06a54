import type { Unit } from './unit.js';

/** Of an APDU whose content type is another: the share of values that are equal for it to be the same all the same. */
const ALIKE = 0.8;
const CONTENT_TYPE = /\.contentType\.\w+$/;

/**
 * Whether two units may stand for each other: they are of one kind. Two messages of different content types, such as a
 * routing packet and a person's mail, are two messages, unless all the rest is the same.
 */
export function sameKind(one: Unit, other: Unit): boolean {
  if (one.layer !== other.layer || one.name !== other.name) return false;
  return one.layer !== 'p1' || contentType(one) === contentType(other) || likeness(one, other) >= ALIKE;
}

function contentType({ leaves }: Unit): string {
  const leaf = leaves.find(({ path }) => CONTENT_TYPE.test(path));
  return leaf === undefined ? '' : `${leaf.path} ${leaf.value}`;
}

function likeness(one: Unit, other: Unit): number {
  const values = new Map(one.leaves.map(({ path, value }) => [path, value]));
  const equal = other.leaves.filter(({ path, value }) => values.get(path) === value).length;
  return equal / Math.max(one.leaves.length, other.leaves.length, 1);
}

/** A unit of each, or of one alone. */
export type Pair =
  | { readonly expected: Unit; readonly actual: Unit }
  | { readonly expected: Unit; readonly actual?: undefined }
  | { readonly expected?: undefined; readonly actual: Unit };

/** Cells of the table of common kinds; what needs more is paired window by window. */
const TABLE_LIMIT = 1_000_000;
const WINDOW = 500;

/** Pairs the units of one direction in order, as many of one kind as can be: the longest common subsequence. */
export function align(expected: readonly Unit[], actual: readonly Unit[]): Pair[] {
  const pairs: Pair[] = [];
  let start = 0;
  while (start < expected.length && start < actual.length && sameKind(at(expected, start), at(actual, start))) {
    pairs.push({ expected: at(expected, start), actual: at(actual, start) });
    start += 1;
  }
  const [left, right] = [expected.slice(start), actual.slice(start)];
  for (const pair of byWindows(left, right)) pairs.push(pair);
  return pairs;
}

function bySubsequence(expected: readonly Unit[], actual: readonly Unit[]): Pair[] {
  const width = actual.length + 1;
  const lengths = new Uint32Array((expected.length + 1) * width);
  for (let i = expected.length - 1; i >= 0; i -= 1) {
    for (let j = actual.length - 1; j >= 0; j -= 1) {
      const here = i * width + j;
      lengths[here] = sameKind(at(expected, i), at(actual, j))
        ? (lengths[here + width + 1] as number) + 1
        : Math.max(lengths[here + width] as number, lengths[here + 1] as number);
    }
  }
  const pairs: Pair[] = [];
  let i = 0;
  let j = 0;
  while (i < expected.length && j < actual.length) {
    const here = i * width + j;
    if (sameKind(at(expected, i), at(actual, j))) {
      pairs.push({ expected: at(expected, i), actual: at(actual, j) });
      i += 1;
      j += 1;
    } else if ((lengths[here + width] as number) >= (lengths[here + 1] as number)) {
      pairs.push({ expected: at(expected, i) });
      i += 1;
    } else {
      pairs.push({ actual: at(actual, j) });
      j += 1;
    }
  }
  pairs.push(...expected.slice(i).map((unit) => ({ expected: unit })));
  pairs.push(...actual.slice(j).map((unit) => ({ actual: unit })));
  return pairs;
}

/** Window by window; of each only the first half is settled, where what comes behind it has been seen too. */
function byWindows(expected: readonly Unit[], actual: readonly Unit[]): Pair[] {
  const pairs: Pair[] = [];
  let i = 0;
  let j = 0;
  while ((expected.length - i) * (actual.length - j) > TABLE_LIMIT) {
    const [startI, startJ] = [i, j];
    for (const pair of bySubsequence(expected.slice(i, i + WINDOW), actual.slice(j, j + WINDOW))) {
      if (i - startI >= WINDOW / 2 || j - startJ >= WINDOW / 2) break;
      if (pair.expected !== undefined) i += 1;
      if (pair.actual !== undefined) j += 1;
      pairs.push(pair);
    }
  }
  return [...pairs, ...bySubsequence(expected.slice(i), actual.slice(j))];
}

function at(units: readonly Unit[], index: number): Unit {
  return units[index] as Unit;
}
