import { fromHex, Octets } from '../../ber/octets.js';
import { formatUTCTime, parseUTCTime } from '../../p1/utc-time.js';
import { decodeTsdu } from '../../stack/session/decode.js';
import type { MatchContext } from '../../transcript/compare/match.js';
import type { RenamedRule } from '../../transcript/compare/renaming.js';
import { type Leaf, type LeafValue, leafOf, type Unit } from '../../transcript/compare/unit.js';
import { slicesIn } from './own-octets.js';
import { type Edit, rewriteElements } from './rewrite.js';
import type { OwnStep, OwnTransfer } from './script.js';

export interface RecomputeOptions extends MatchContext {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** MTS identifiers of ours are made anew; as they were recorded if absent. */
  readonly freshIdentifiers?: boolean;
}

/** A time that lies further from its sending than this was not made by a clock that was right: it becomes now. */
const NEAR = 366 * 24 * 3_600_000;
/** Units that confirm a point which the peer has set. */
const CONFIRMS: ReadonlySet<string> = new Set(['MINOR SYNC ACK', 'ACTIVITY END ACK']);
/** Characters of a local identifier. X.411 ub-local-id-length. */
const LOCAL_ID = 32;

/** What our side sends in the place of what was recorded, where that must vary. */
export class Recomputing {
  readonly #options: RecomputeOptions;
  readonly #planned = new Map<OwnTransfer, ReadonlyMap<OwnStep, readonly Edit[]>>();
  /** Serial numbers of the points that the peer has set in its activity, as recorded and live, by connection. */
  readonly #serials = new Map<number, Map<LeafValue, LeafValue>>();
  #made = 0;

  constructor(options: RecomputeOptions) {
    this.#options = options;
  }

  /** The peer has sent a unit that stands for one of the recording. */
  heard(expected: Unit, actual: Unit): void {
    const { connection, name } = expected;
    if (name === 'ACTIVITY START' || name === 'ACTIVITY RESUME') this.#serials.delete(connection);
    if (name !== 'MINOR SYNC POINT' && name !== 'ACTIVITY END') return;
    const [recorded, live] = [serialOf(expected), serialOf(actual)];
    if (recorded === undefined || live === undefined) return;
    const serials = this.#serials.get(connection) ?? new Map<LeafValue, LeafValue>();
    this.#serials.set(connection, serials.set(recorded, live));
  }

  /** Whether an acknowledgement of a checkpoint has no checkpoint that it could stand for. */
  isIdle(unit: Unit): boolean {
    const serial = serialOf(unit);
    return (
      unit.name === 'MINOR SYNC ACK' && serial !== undefined && this.#serials.get(unit.connection)?.has(serial) !== true
    );
  }

  /** What changes in what is sent now. */
  edits(step: OwnStep): Edit[] {
    const edits = step.units.flatMap((unit) => (unit.layer === 'p1' ? [] : this.#unitEdits(unit, step.time)));
    if (step.transfer === undefined) return edits;
    return [...edits, ...(this.#plan(step.transfer).get(step) ?? [])];
  }

  #plan(transfer: OwnTransfer): ReadonlyMap<OwnStep, readonly Edit[]> {
    const planned = this.#planned.get(transfer) ?? this.#slices(transfer);
    this.#planned.set(transfer, planned);
    return planned;
  }

  /** The APDU with its new values, cut where the recorded one was cut. */
  #slices({ apdu, data }: OwnTransfer): ReadonlyMap<OwnStep, readonly Edit[]> {
    const plan = new Map<OwnStep, readonly Edit[]>();
    const edits = apdu === undefined || isMalformed(apdu) ? [] : this.#unitEdits(apdu, apdu.time);
    if (edits.length === 0) return plan;
    const slices = data.map((step) => ({ step, pieces: piecesOf(step) }));
    const rope = Octets.join(slices.flatMap(({ pieces }) => pieces));
    const { octets, indexOf } = rewriteElements(rope, edits);
    let at = 0;
    for (const { step, pieces } of slices) {
      const own: Edit[] = [];
      for (const { offset, length } of pieces) {
        const [from, to] = [indexOf(at), indexOf(at + length)];
        own.push({ offset, length, octets: octets.slice(from, to) });
        at += length;
      }
      plan.set(step, own);
    }
    return plan;
  }

  #unitEdits(unit: Unit, sentAt: number): Edit[] {
    return unit.leaves.flatMap((leaf): Edit[] => {
      const { place, form, value } = leaf;
      if (place === undefined || form === undefined) return [];
      const now = this.#valueFor(unit, leaf, sentAt);
      if (now === undefined || now === value) return [];
      return [{ ...place, octets: octetsFor(form, now, place.length), undo: () => this.#kept(unit, leaf) }];
    });
  }

  /** It is sent as it was recorded, after all. */
  #kept(unit: Unit, leaf: Leaf): void {
    const { rules, renaming } = this.#options;
    const rule = rules.ofLeaf(unit, leaf);
    if (rule?.how !== 'renamed') return;
    renaming.forget(rule as RenamedRule, unit.connection, leaf.value);
    renaming.meet(rule as RenamedRule, unit.connection, leaf.value, leaf.value);
  }

  /** Undefined where the recorded value is sent. */
  #valueFor(unit: Unit, leaf: Leaf, sentAt: number): LeafValue | undefined {
    const rule = this.#options.rules.ofLeaf(unit, leaf);
    if (leaf.type === 'serial' && CONFIRMS.has(unit.name)) return this.#serials.get(unit.connection)?.get(leaf.value);
    if (rule?.how === 'time') return typeof leaf.value === 'string' ? this.#timeFor(leaf.value, sentAt) : undefined;
    if (rule?.how !== 'renamed') return undefined;
    const { renaming } = this.#options;
    const renamed = rule as RenamedRule;
    const known = renaming.liveOf(renamed, unit.connection, leaf.value);
    if (known !== undefined) return known;
    const live = this.#freshFor(renamed, leaf, sentAt) ?? leaf.value;
    renaming.meet(renamed, unit.connection, leaf.value, live);
    return live;
  }

  #freshFor({ fresh }: RenamedRule, { value, form }: Leaf, sentAt: number): LeafValue | undefined {
    if (typeof value !== 'string') return undefined;
    if (fresh === 'time') return form === 'text' ? this.#timeFor(value, sentAt) : undefined;
    if (fresh !== 'identifier' || form !== 'text' || this.#options.freshIdentifiers !== true) return undefined;
    this.#made += 1;
    const tail = `${this.#options.now().toString(36)}.${this.#made.toString(36)}`;
    // As long as it was, where there is room: nothing else then moves.
    const length = value.length > tail.length ? value.length : LOCAL_ID;
    return value.slice(0, length - tail.length) + tail;
  }

  /** A time as far from now as it was from its sending, in the form that it had. */
  #timeFor(text: string, sentAt: number): string | undefined {
    const instant = parseUTCTime(text)?.getTime();
    if (instant === undefined) return undefined;
    const now = this.#options.now();
    const distance = instant - Math.floor(sentAt / 1000) * 1000;
    const at = new Date(Math.abs(distance) < NEAR ? now + distance : now);
    return formatUTCTime(at, { seconds: /^\d{12}/.test(text), offset: zoneOf(text) });
  }
}

/** Minutes; undefined for `Z`. */
function zoneOf(text: string): number | undefined {
  const [, sign, hours, minutes] = /([+-])(\d\d)(\d\d)$/.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const size = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -size : size;
}

/** What is broken in it is compared by its octets: it is sent as it was recorded. */
function isMalformed({ leaves }: Unit): boolean {
  return leaves.some(({ type, path }) => type === 'anomaly' && path.endsWith('!malformed'));
}

export function serialOf(unit: Unit): LeafValue | undefined {
  return leafOf(unit, `${unit.name}.serialNumber`)?.value;
}

function piecesOf({ sent }: OwnStep): Octets[] {
  const spdus = sent.tsdu === undefined ? [] : decodeTsdu(sent.tsdu).spdus;
  const data = spdus.find(({ kind }) => kind === 'DATA TRANSFER')?.userData;
  return data === undefined ? [] : slicesIn(data);
}

function octetsFor(form: NonNullable<Leaf['form']>, value: LeafValue, length: number): Uint8Array {
  switch (form) {
    case 'text':
      return new Uint8Array(Buffer.from(String(value), 'latin1'));
    case 'octets':
      return fromHex(String(value));
    case 'unsigned':
      return fromHex(
        Number(value)
          .toString(16)
          .padStart(length * 2, '0'),
      );
  }
}
