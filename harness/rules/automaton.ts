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
  /** Next state by `state * 256 + octet`. */
  readonly table: Uint16Array;
  /** 1 where a needle ends. */
  readonly accepting: Uint8Array;
  readonly #ends: readonly (readonly number[])[];

  constructor(needles: readonly Needle<N>[]) {
    this.needles = needles;
    const states: Position[][] = [[]];
    const known = new Map<string, number>([['', 0]]);
    const rows: Uint16Array[] = [];
    for (let state = 0; state < states.length; state += 1) {
      rows.push(this.#row(states[state] as Position[], states, known));
    }
    this.table = new Uint16Array(rows.length * 256);
    rows.forEach((row, state) => {
      this.table.set(row, state * 256);
    });
    this.#ends = states.map((positions) =>
      positions.filter(([needle, at]) => at === this.#length(needle)).map(([needle]) => needle),
    );
    this.accepting = Uint8Array.from(this.#ends, (ends) => (ends.length > 0 ? 1 : 0));
  }

  /** The needles that end in a state, as indexes. */
  endsOf(state: number): readonly number[] {
    return this.#ends[state] ?? [];
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
