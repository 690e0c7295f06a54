import { sameKind } from '../../transcript/compare/align.js';
import { loneUnit, unitText } from '../../transcript/compare/compare.js';
import { compareUnits, type Difference, type MatchContext } from '../../transcript/compare/match.js';
import type { RenamedRule } from '../../transcript/compare/renaming.js';
import type { Unit } from '../../transcript/compare/unit.js';

/** What became of a unit of the live peer's. */
export type Heard =
  /** It stands for a unit of the recording; those from `skippedFrom` to it were not sent. */
  | { readonly kind: 'matched'; readonly expected: Unit; readonly index: number; readonly skippedFrom: number }
  /** The recording does not have it. */
  | { readonly kind: 'surplus' }
  /** It ends the association, where the recording has something else. */
  | { readonly kind: 'instead'; readonly index: number };

/** Units behind which nothing comes. */
const ENDS: ReadonlySet<string> = new Set(['ABORT', 'REFUSE', 'DISCONNECT', 'DR', 'ER']);

/** What the peer is to send on one connection, and what of it has come. */
export class Expecting {
  readonly #expected: readonly Unit[];
  readonly #context: MatchContext;
  readonly #tell: (difference: Difference) => void;
  /** The next unit that has not come. */
  #next = 0;

  constructor(expected: readonly Unit[], context: MatchContext, tell: (difference: Difference) => void) {
    this.#expected = expected;
    this.#context = context;
    this.#tell = tell;
  }

  /** Whether nothing stands out any more of what comes before the unit with that index, and of it. */
  has(index: number): boolean {
    return index < this.#next;
  }

  get next(): Unit | undefined {
    return this.#expected[this.#next];
  }

  hear(unit: Unit): Heard | undefined {
    const rule = this.#context.rules.ofUnit(unit);
    if (rule?.how === 'ignore') return undefined;
    const optional = rule?.how === 'any-number';
    const index = this.#find(unit, optional);
    if (index !== undefined) {
      const skippedFrom = this.#next;
      this.#skipTo(index, undefined);
      const expected = this.#expected[index] as Unit;
      for (const difference of compareUnits(expected, unit, index, this.#context)) this.#tell(difference);
      this.#next = index + 1;
      return { kind: 'matched', expected, index, skippedFrom };
    }
    const { next } = this;
    if (!ENDS.has(unit.name) || next === undefined) {
      const surplus = loneUnit('surplus', unit, Math.min(this.#next, this.#expected.length), this.#context);
      if (surplus !== undefined) this.#tell(surplus);
      return { kind: 'surplus' };
    }
    const at = this.#next;
    this.#next += 1;
    this.#tell({
      kind: 'value',
      connection: next.connection,
      direction: next.direction,
      unit: next.name,
      index: at,
      path: '',
      expected: unitText(next),
      actual: endText(unit),
      why: `${unit.name} ends the association, where the recording goes on`,
    });
    return { kind: 'instead', index: at };
  }

  /** Nothing more will come. */
  end(kind: 'closed' | 'time-out', why: string): void {
    const stopped = this.next;
    if (stopped === undefined) return;
    this.#skipTo(this.#expected.length, why, kind);
    this.#next = this.#expected.length;
  }

  /** Takes back that the units from `index` on have come: those that did were another activity's. */
  again(index: number): void {
    const { rules, renaming } = this.#context;
    for (const unit of this.#expected.slice(index, this.#next)) {
      for (const leaf of unit.leaves) {
        const rule = rules.ofLeaf(unit, leaf);
        if (rule?.how === 'renamed') renaming.forget(rule as RenamedRule, unit.connection, leaf.value);
      }
    }
    this.#next = Math.min(this.#next, index);
  }

  /** The index of what a unit may stand for. A checkpoint is looked for in its own activity alone. */
  #find(unit: Unit, optional: boolean): number | undefined {
    for (let i = this.#next; i < this.#expected.length; i += 1) {
      const each = this.#expected[i] as Unit;
      if (sameKind(each, unit)) return i;
      if (optional && this.#context.rules.ofUnit(each)?.how !== 'any-number') return undefined;
    }
    return undefined;
  }

  #skipTo(index: number, why: string | undefined, kind: Difference['kind'] = 'missing'): void {
    for (let i = this.#next; i < index; i += 1) {
      const missing = loneUnit('missing', this.#expected[i] as Unit, i, this.#context, why);
      if (missing !== undefined) this.#tell({ ...missing, kind });
    }
  }
}

/** What ends an association, with its reason. */
function endText(unit: Unit): string {
  const reasons = unit.leaves.filter(({ path }) => /(?:[rR]eason|Diagnostic\.\w+|transportDisconnect)$/.test(path));
  const told = reasons.map(({ path, value }) => `${path.split('.').at(-1)} ${String(value)}`);
  return told.length === 0 ? unit.name : `${unit.name}, ${told.join(', ')}`;
}
