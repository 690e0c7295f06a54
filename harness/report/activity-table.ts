import type { ShownActivity } from './activities.js';
import type { ShownAssociation } from './show.js';

/** The activities of an association as a table, with the turn that each stands in; nothing where there was none. */
export function* activityLines({ connection, activities, turns }: ShownAssociation): Generator<string> {
  if (activities.length === 0) return;
  yield `  ${counted(activities.length, 'activity', 'activities')}${turns.length === 0 ? '' : `, ${counted(turns.length, 'turn', 'turns')}`}`;
  const rows = activities.map((activity) => row(activity, connection, turns[activity.turn]?.please));
  const widths = HEAD.map((title, i) => Math.max(title.length, ...rows.map((cells) => cells[i]?.length ?? 0)));
  for (const cells of [HEAD, ...rows]) {
    yield `    ${cells.map((cell, i) => (RIGHT.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ')}`.trimEnd();
  }
}

const HEAD = ['#', 'turn', 'asked', 'from', 'activity', 'octets', 'checkpoints', 'outcome'] as const;
/** Columns of numbers. */
const RIGHT: ReadonlySet<number> = new Set([0, 1, 2, 5, 6]);

function row(activity: ShownActivity, here: number, please: readonly number[] = []): string[] {
  const { index, turn, direction, activity: identifier, octets, lost, checkpoints, confirmed, exceptions } = activity;
  return [
    String(index),
    String(turn),
    please.join(', '),
    direction === 'i2r' ? '→ initiator' : '← responder',
    identifier === '' ? '(start not seen)' : identifier,
    lost ? (octets === 0 ? 'not recorded' : `${octets} recorded`) : String(octets),
    checkpoints === 0 ? '0' : `${confirmed}/${checkpoints}`,
    [
      activity.outcome === 'ended' ? 'not confirmed' : activity.outcome,
      ...(activity.resumed ? [resumedText(activity.resumedFrom, here)] : []),
      ...(activity.goesOnIn === undefined ? [] : [`goes on in association ${activity.goesOnIn}`]),
      ...exceptions.map((reason) => `exception ${reason}`),
    ].join(', '),
  ];
}

/** How a transfer goes on in association `here`. */
export function resumedText(from: ShownActivity['resumedFrom'], here: number): string {
  if (from === undefined) return 'resumed';
  const where = from.connection === here ? '' : ` from association ${from.connection}`;
  return `resumed${where} at checkpoint ${from.checkpoint}`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
