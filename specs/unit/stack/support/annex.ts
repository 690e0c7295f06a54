/**
 * The state tables of a Recommendation, as data and as a machine of their own: what the machines of the harness are
 * held against. Nothing here is shared with the tables that those machines run on.
 *
 * A cell is written as X.224 A.2.4 writes it: alternatives behind predicates, `p50: SUERind 713; p51: SUERind 20`, each
 * with the outgoing events, the specific actions in brackets, and the resultant state at its end. A cell that is not
 * there is an invalid intersection.
 */
export type Cells = Readonly<Record<string, string>>;

export interface Annex<Variables, Detail> {
  /** By event, then by state. */
  readonly table: Readonly<Record<string, Cells>>;
  readonly predicates: Readonly<Record<string, (v: Variables, detail: Detail) => boolean>>;
  readonly actions: Readonly<Record<string, (v: Variables, detail: Detail) => void>>;
}

/** What a cell, once taken, makes: the resultant state, and the outgoing events in their order. */
export interface Taken {
  readonly state: string;
  readonly outgoing: readonly string[];
}

/** Takes the first alternative that holds; undefined where the intersection is invalid. Changes `variables`. */
export function intersect<Variables, Detail>(
  annex: Annex<Variables, Detail>,
  state: string,
  event: string,
  variables: Variables,
  detail: Detail,
): Taken | undefined {
  const row = annex.table[event];
  if (row === undefined) throw new Error(`no table has the event ${event}`);
  for (const alternative of row[state]?.split(';') ?? []) {
    const [list, condition] = alternative.split(':').reverse() as [string, string | undefined];
    const holds = (condition ?? '').split('&').every((term) => {
      const name = term.trim().replace('¬', '');
      if (name === '') return true;
      const predicate = annex.predicates[name];
      if (predicate === undefined) throw new Error(`no predicate ${name}`);
      return predicate(variables, detail) !== term.includes('¬');
    });
    if (holds) return take(annex, list, variables, detail);
  }
  return undefined;
}

function take<Variables, Detail>(
  annex: Annex<Variables, Detail>,
  list: string,
  variables: Variables,
  detail: Detail,
): Taken {
  const words = list.trim().split(/\s+/);
  const state = words.pop()!;
  const outgoing: string[] = [];
  for (const word of words) {
    if (!word.startsWith('[')) {
      outgoing.push(word);
      continue;
    }
    const action = annex.actions[word];
    if (action === undefined) throw new Error(`no action ${word}`);
    action(variables, detail);
  }
  return { state, outgoing };
}

/** The same cell in several states. */
export function same(states: readonly string[], cell: string | ((state: string) => string)): Cells {
  return Object.fromEntries(states.map((state) => [state, typeof cell === 'string' ? cell : cell(state)]));
}
