/** Who an event comes from; what an invalid intersection means depends on it. */
export type Source = 'peer' | 'user' | 'provider';

/** An event of a state table, or one of its variants: `MIA` of an open point and of none are two rows. */
export interface Stimulus<Variables, Detail> {
  /** The row of the page. */
  readonly label: string;
  /** The event's name in the Recommendation's table. */
  readonly event: string;
  readonly source: Source;
  /** Parameters, which may depend on where the conversation is. */
  readonly detail?: (v: Readonly<Variables>) => Detail;
}

/** What an event did. */
export interface Observed {
  readonly state: string;
  /** PDUs and requests to the layer below, then indications and confirms to the user. */
  readonly sent: readonly string[];
  readonly told: readonly string[];
  /** The variables of the Recommendation that the machine shows, where the state still has them. */
  readonly variables: string | undefined;
  /** The machine threw its error for a request out of order. */
  readonly refused: true | undefined;
}

/** How the Recommendation's table has a pair. */
export type Standing =
  /** A valid intersection. */
  | 'transition'
  /** Valid, and without any effect but the state it says. */
  | 'ignored'
  /** Invalid, and the peer's fault. */
  | 'error'
  /** Invalid, and the user's fault. */
  | 'refused'
  /** Not logically possible, or past the end of the connection; fed all the same. */
  | 'impossible';

export interface Expected {
  readonly standing: Standing;
  readonly observed: Observed;
}

/** The Recommendation's machine. */
export interface Model<Variables, Detail> {
  readonly variables: Variables;
  step(stimulus: Stimulus<Variables, Detail>, detail: Detail | undefined): Expected;
}

/** The harness's machine, behind the names of the Recommendation. */
export interface Subject<Variables, Detail> {
  apply(stimulus: Stimulus<Variables, Detail>, detail: Detail | undefined): Observed;
}

/** A state, split by the variables that predicates ask for, and the conversation that leads to it. */
export interface Column<Variables, Detail, Role extends string = string> {
  /** As the page heads it; several conversations may share one. */
  readonly name: string;
  /** The state as the Recommendation names it: what the conversation must end in. */
  readonly state: string;
  readonly role: Role;
  readonly path: readonly Stimulus<Variables, Detail>[];
}

/** What the page says of a machine beside its pairs. */
export interface Heading {
  readonly title: string;
  /** The tables, and how they are read. */
  readonly source: string;
  /** What the names of the columns say beside the states. */
  readonly columns: string;
  /** What an error of the peer makes. */
  readonly error: string;
  /** Longer names of states, as the page abbreviates them. */
  readonly abbreviations?: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

export interface Bench<Variables, Detail, Role extends string = string> {
  readonly heading: Heading;
  readonly columns: readonly Column<Variables, Detail, Role>[];
  readonly rows: readonly Stimulus<Variables, Detail>[];
  model(role: Role): Model<Variables, Detail>;
  subject(role: Role): Subject<Variables, Detail>;
}

/** One pair of state and event, exercised. */
export interface Pair {
  readonly column: string;
  readonly row: string;
  readonly source: Source;
  /** The labels of the events that led there. */
  readonly path: string;
  readonly standing: Standing;
  readonly expected: Observed;
  readonly observed: Observed;
  /** A step on the way there that was not as the table has it. */
  readonly astray: string | undefined;
}

/** Every event in every state: a new machine each time, led there by its conversation. */
export function exercise<Variables, Detail, Role extends string>(bench: Bench<Variables, Detail, Role>): Pair[] {
  return bench.columns.flatMap((column) => bench.rows.map((row) => exerciseOne(bench, column, row)));
}

function exerciseOne<Variables, Detail, Role extends string>(
  bench: Bench<Variables, Detail, Role>,
  column: Column<Variables, Detail, Role>,
  row: Stimulus<Variables, Detail>,
): Pair {
  const model = bench.model(column.role);
  const subject = bench.subject(column.role);
  const feed = (stimulus: Stimulus<Variables, Detail>) => {
    const detail = stimulus.detail?.(model.variables);
    return { expected: model.step(stimulus, detail), observed: subject.apply(stimulus, detail) };
  };
  let astray: string | undefined;
  let last = '';
  for (const stimulus of column.path) {
    const { expected, observed } = feed(stimulus);
    const [is, should] = [JSON.stringify(observed), JSON.stringify(expected.observed)];
    if (is !== should) astray ??= `${stimulus.label}: ${is}, not ${should}`;
    last = observed.state;
  }
  if (last !== column.state && column.path.length > 0) astray ??= `the conversation ends in ${last}`;
  const { expected, observed } = feed(row);
  return {
    column: column.name,
    row: row.label,
    source: row.source,
    path: column.path.map(({ label }) => label).join(', '),
    standing: expected.standing,
    expected: expected.observed,
    observed,
    astray,
  };
}
