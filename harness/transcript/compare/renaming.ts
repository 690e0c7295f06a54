import type { ComparisonRule } from './rule.js';
import type { LeafValue } from './unit.js';

export type RenamedRule = ComparisonRule & { readonly how: 'renamed' };

/** What the values of a recording stand for in a live conversation. */
export class Renaming {
  readonly #live = new Map<string, LeafValue>();
  readonly #recorded = new Map<string, LeafValue>();

  /** What a recorded value stands for; undefined where that is not known yet. */
  liveOf(rule: RenamedRule, connection: number, recorded: LeafValue): LeafValue | undefined {
    return this.#live.get(keyOf(rule, connection, recorded));
  }

  /** Notes that `live` stands for `recorded`. Says why it may not, where it may not. */
  meet(rule: RenamedRule, connection: number, recorded: LeafValue, live: LeafValue): string | undefined {
    const known = this.liveOf(rule, connection, recorded);
    if (known !== undefined) {
      return known === live ? undefined : `${shown(recorded)} was ${shown(known)} before, and is ${shown(live)} now`;
    }
    const before = this.#recorded.get(keyOf(rule, connection, live));
    if (rule.distinct === true && before !== undefined && before !== recorded) {
      return `${shown(live)} stands for ${shown(before)} already, and cannot be ${shown(recorded)} too`;
    }
    this.#live.set(keyOf(rule, connection, recorded), live);
    // What holds in one connection may be named in a later one: the last that it stood for.
    if (rule.scope === 'connection') this.#live.set(keyOf({ as: rule.as }, connection, recorded), live);
    if (before === undefined) this.#recorded.set(keyOf(rule, connection, live), recorded);
    return undefined;
  }

  /** What a recorded value stood for, it stands for no more. */
  forget(rule: RenamedRule, connection: number, recorded: LeafValue): void {
    const live = this.liveOf(rule, connection, recorded);
    if (live === undefined) return;
    this.#live.delete(keyOf(rule, connection, recorded));
    if (this.#recorded.get(keyOf(rule, connection, live)) === recorded) {
      this.#recorded.delete(keyOf(rule, connection, live));
    }
  }
}

function keyOf({ as, scope }: Pick<RenamedRule, 'as' | 'scope'>, connection: number, value: LeafValue): string {
  return `${as} ${scope === 'connection' ? connection : ''} ${typeof value} ${String(value)}`;
}

function shown(value: LeafValue): string {
  return JSON.stringify(value);
}
