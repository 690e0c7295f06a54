import { expect } from 'chai';
import * as acse from '../../../harness/stack/acse/tables.js';
import * as presentation from '../../../harness/stack/presentation/tables.js';
import * as rtse from '../../../harness/stack/rtse/tables.js';
import * as session from '../../../harness/stack/session/tables.js';
import { type Exercised, exerciseAll } from './support/machines.js';
import { RTSE_EVENT_KINDS } from './support/rtse-bench.js';

const machines = exerciseAll();

for (const { heading, pairs } of machines) {
  describe(`state tables: ${heading.title}`, () => {
    for (const column of new Set(pairs.map((pair) => pair.column))) {
      it(`takes every event in ${column} as the Recommendation has it`, () => {
        for (const pair of pairs.filter((each) => each.column === column)) {
          const where = `${pair.row} in ${column}, after ${pair.path || 'nothing'}`;
          expect(pair.astray, where).to.equal(undefined);
          expect(pair.observed, where).to.deep.equal(pair.expected);
        }
      });
    }
  });
}

type Table = Readonly<Record<string, object | undefined>>;

describe('state tables: completeness', () => {
  const named = (title: string): Exercised => machines.find(({ heading }) => heading.title === title)!;
  const tables: readonly (readonly [Exercised, readonly Table[]])[] = [
    [named('Session'), [session.RECEIVED, session.REQUESTED]],
    [named('Presentation'), [presentation.RECEIVED, presentation.REQUESTED]],
    [named('ACSE'), [acse.RECEIVED, acse.REQUESTED]],
  ];
  // The page writes without STA what the tables of session write with it.
  const plain = (state: string) => state.replace(/^STA/, '');
  // One event of the harness stands for two of the Recommendation, or for all that pass unchanged.
  const own = new Set(['AB', 'SRELrsp', 'P-passed']);

  for (const [{ heading, pairs }, both] of tables) {
    it(`has every state and event that the machine of ${heading.title} has`, () => {
      const states = pairs.map(({ column }) => plain(column.split(' ')[0]!));
      expect(states).to.include.members(both.flatMap((table) => Object.keys(table).map(plain)));
      const rows = pairs.map(({ row }) => row.split(',')[0]!);
      const events = both.flatMap((table) => Object.values(table).flatMap((row) => Object.keys(row ?? {})));
      expect(rows).to.include.members(events.filter((event) => !own.has(event)));
    });
  }

  it('has every state and event from below that the machine of reliable transfer has', () => {
    const states = named('Reliable transfer').pairs.map(({ column }) => column.split(' ')[0]!);
    expect(states).to.include.members([...Object.keys(rtse.RECEIVED), ...Object.keys(rtse.REQUESTED)]);
    const events = Object.values(rtse.RECEIVED).flatMap((row) => Object.keys(row));
    expect([...RTSE_EVENT_KINDS]).to.include.members(events);
  });

  it('leaves reliable transfer an answer to all that session lets through, but for what is an error there', () => {
    const { pairs } = named('Reliable transfer');
    const errors = pairs.filter(({ standing }) => standing === 'error');
    expect([...new Set(errors.map(({ row, column }) => `${row} in ${column}`))]).to.have.members([
      // X.215 has data outside an activity.
      'RTTR in associated none',
      // X.225 Table A.14, p50: an exception of the sender, which has nothing to report one of.
      ...[0, 1, 3, 5, 6].map((reason) => `P-UERind, ${reason} in receiving`),
      'P-PERind in receiving',
    ]);
  });

  it('pairs every event with every state, and runs each', () => {
    for (const { heading, pairs } of machines) {
      const rows = new Set(pairs.map(({ row }) => row));
      const columns = new Set(pairs.map(({ column }) => column));
      const run = new Set(pairs.map(({ row, column }) => `${row} in ${column}`));
      expect(run.size, heading.title).to.equal(rows.size * columns.size);
    }
  });
});
