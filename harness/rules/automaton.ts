import { P1specError } from '../ber/error.js';

/** Octets that may stand at one position of a needle. */
export type OctetClass = readonly number[];

export interface Needle<N extends string = string> {
  readonly name: N;
  readonly octets: readonly OctetClass[];
}

/**
 * All needles in one table, as Aho and Corasick do it, with classes of octets where they have letters. The state is
 * one number, so that a search goes on over pieces for nothing.
 */
export class Automaton<N extends string = string> {
  readonly needles: readonly Needle<N>[];
  /** Next state by `state + octet`: a state is a row's index in this table, and the first row's is the start. */
  readonly table: Uint16Array;
  /** The first state in which a needle ends: those in which none does all stand before it. */
  readonly firstAccepting: number;
  readonly #ends: ReadonlyMap<number, readonly number[]>;

  constructor(needles: readonly Needle<N>[]) {
    this.needles = needles;
    const states: Position[][] = [[]];
    const known = new Map<string, number>([['', 0]]);
    const rows: Uint16Array[] = [];
    for (let state = 0; state < states.length; state += 1) {
      rows.push(this.#row(states[state] as Position[], states, known));
    }
    if (rows.length > MOST_STATES) {
      throw new P1specError('ERR_AUTOMATON_SIZE', {
        message: `${rows.length} states, and the table has ${MOST_STATES}`,
      });
    }
    const ends = states.map((positions) =>
      positions.filter(([needle, at]) => at === this.#length(needle)).map(([needle]) => needle),
    );
    const silent = ends.flatMap((needles, i) => (needles.length === 0 ? [i] : []));
    const order = [...silent, ...ends.flatMap((needles, i) => (needles.length > 0 ? [i] : []))];
    const stateOf = new Map(order.map((i, place) => [i, place * 256]));
    this.table = new Uint16Array(rows.length * 256);
    for (const [i, state] of stateOf) {
      this.table.set(
        (rows[i] as Uint16Array).map((next) => stateOf.get(next) as number),
        state,
      );
    }
    this.firstAccepting = silent.length * 256;
    this.#ends = new Map([...stateOf].map(([i, state]) => [state, ends[i] as readonly number[]]));
  }

  /** The needles that end in a state, as indexes. */
  endsOf(state: number): readonly number[] {
    return this.#ends.get(state) ?? [];
  }

  #length(needle: number): number {
    return (this.needles[needle] as Needle<N>).octets.length;
  }

  #row(positions: readonly Position[], states: Position[][], known: Map<string, number>): Uint16Array {
    const next: Position[][] = Array.from({ length: 256 }, () => []);
    const from: Position[] = [...positions, ...this.needles.map((_, i): Position => [i, 0])];
    for (const [needle, at] of from) {
      for (const octet of (this.needles[needle] as Needle<N>).octets[at] ?? []) next[octet]?.push([needle, at + 1]);
    }
    return Uint16Array.from(next, (reached) => {
      const key = reached.map(([needle, at]) => `${needle}:${at}`).join(' ');
      const found = known.get(key);
      if (found !== undefined) return found;
      known.set(key, states.length);
      states.push(reached);
      return states.length - 1;
    });
  }
}

/** Rows whose index in the table has 16 bits. */
const MOST_STATES = 256;

/** A needle, and how many of its octets have been seen. */
type Position = readonly [needle: number, at: number];

/** Letters in either case. */
export function letters(text: string): OctetClass[] {
  return [...text].map((letter) => [
    ...new Set([letter.toLowerCase().charCodeAt(0), letter.toUpperCase().charCodeAt(0)]),
  ]);
}

/** A zero octet between the characters: UTF-16 of either order, but for the octet at one end. */
export function wide(octets: readonly OctetClass[]): OctetClass[] {
  return octets.flatMap((each, i) => (i === 0 ? [each] : [[0], each]));
}
