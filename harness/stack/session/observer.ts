import type { Octets } from '../../ber/octets.js';
import type { Anomaly, AnomalyCode } from '../anomaly.js';
import type { Direction } from '../direction.js';
import { opposite } from '../direction.js';
import { decodeTsdu } from './decode.js';
import { type SegmentLimits, SsduReassembly } from './reassembly.js';
import type { Spdu } from './spdu.js';
import { definitionOf, type SpduKind } from './spdu-table.js';

export type SessionObserverEvent =
  /**
   * One SPDU, whole: segments are joined (`spdu.octets` is then the first one's).
   * `prefix` is the GT or PT that stood before it; where that one does something itself (it has a Token Item or user
   * data), it follows as an event of its own, because the category 2 SPDU is processed first. X.225 6.3.7.
   */
  | { readonly kind: 'spdu'; readonly direction: Direction; readonly spdu: Spdu; readonly prefix: Spdu | undefined }
  | { readonly kind: 'anomaly'; readonly direction: Direction; readonly anomaly: Anomaly }
  /** A TSDU that holds nothing readable. */
  | { readonly kind: 'undecodable'; readonly direction: Direction; readonly octets: Octets }
  /** A segmented SSDU whose last segment never came. */
  | { readonly kind: 'incomplete'; readonly direction: Direction; readonly spdu: Spdu };

/** SPDUs of functional units that no reliable transfer selects. X.218, X.228. */
const NEVER_USED: ReadonlySet<SpduKind> = new Set<SpduKind>([
  'TYPED DATA',
  'EXPEDITED',
  'CAPABILITY DATA',
  'CAPABILITY DATA ACK',
]);

/** What belongs into an activity. */
const INSIDE_ACTIVITY: ReadonlyMap<SpduKind, string> = new Map<SpduKind, string>([
  ['DATA TRANSFER', 'data'],
  ['MINOR SYNC POINT', 'minor synchronization point'],
  ['ACTIVITY END', 'activity end'],
]);

/**
 * Both directions of one session connection. X.225.
 * Tracks only what a judgement needs; a conversation whose start was lost is followed from where it begins.
 */
export class SessionObserver {
  readonly #segments: Record<Direction, SsduReassembly>;
  /** Whether each side's own activity is open; undefined where octets were lost. */
  readonly #activity: Record<Direction, boolean | undefined> = { i2r: undefined, r2i: undefined };
  #proposed: number | undefined;
  #selected: number | undefined;
  #version: number | undefined;

  constructor(limits?: SegmentLimits) {
    this.#segments = { i2r: new SsduReassembly(limits), r2i: new SsduReassembly(limits) };
  }

  /** The functional units of CN and AC together; undefined before both were seen. X.225 7.4.1 d. */
  get functionalUnits(): number | undefined {
    return this.#selected;
  }

  /** The protocol version that the AC selected; undefined before it was seen. */
  get version(): number | undefined {
    return this.#version;
  }

  /** `headLost`: the start of this TSDU may be missing; it is then used only where it reads without an error. */
  push(direction: Direction, tsdu: Octets, headLost = false): SessionObserverEvent[] {
    const events: SessionObserverEvent[] = [];
    const { spdus, anomalies, invalid } = decodeTsdu(tsdu);
    if (headLost && (invalid || anomalies.length > 0 || spdus.some(({ kind }) => kind === 'UNKNOWN'))) {
      return [{ kind: 'undecodable', direction, octets: tsdu }];
    }
    for (const anomaly of anomalies) events.push({ kind: 'anomaly', direction, anomaly });
    const [first, second] = spdus;
    if (first === undefined) {
      events.push({ kind: 'undecodable', direction, octets: tsdu });
    } else if (second === undefined) {
      this.#take(direction, first, undefined, events);
    } else {
      this.#take(direction, second, first, events);
      if (first.tokenItem !== undefined || first.userData !== undefined) {
        events.push({ kind: 'spdu', direction, spdu: first, prefix: undefined });
      }
    }
    return events;
  }

  /** Octets of this direction were lost before what is pushed next. */
  gap(direction: Direction): SessionObserverEvent[] {
    this.#activity.i2r = undefined;
    this.#activity.r2i = undefined;
    return this.#dropSegments(direction);
  }

  /** The connection has ended. */
  end(): SessionObserverEvent[] {
    return [...this.#dropSegments('i2r'), ...this.#dropSegments('r2i')];
  }

  #dropSegments(direction: Direction): SessionObserverEvent[] {
    const spdu = this.#segments[direction].drop();
    return spdu === undefined ? [] : [{ kind: 'incomplete', direction, spdu }];
  }

  #take(direction: Direction, spdu: Spdu, prefix: Spdu | undefined, events: SessionObserverEvent[]): void {
    const before = this.#segments[direction].pending;
    const result = this.#segments[direction].push(spdu);
    if (result.kind === 'pending') {
      if (!before) this.#judge(direction, spdu, events);
      return;
    }
    if (result.kind === 'broken' && spdu.kind !== 'ABORT') {
      events.push(anomalyEvent(direction, 'malformed', spdu, result.message, 'X.225 7.37'));
    }
    if (!before) this.#judge(direction, spdu, events);
    events.push({ kind: 'spdu', direction, spdu: result.spdu, prefix });
    this.#follow(direction, result.spdu);
  }

  #judge(direction: Direction, spdu: Spdu, events: SessionObserverEvent[]): void {
    const unexpected = (message: string, clause: string) =>
      events.push(anomalyEvent(direction, 'unexpected-pdu', spdu, message, clause));
    const { kind } = spdu;
    if ((kind === 'CONNECT' && this.#proposed !== undefined) || (kind === 'ACCEPT' && this.#selected !== undefined)) {
      unexpected(`a second ${kind} on one session connection`, 'X.225 Table A.8');
      return;
    }
    if (NEVER_USED.has(kind)) {
      unexpected(`${kind}: reliable transfer selects no functional unit that has it`, 'X.225 8.3.1.16');
      return;
    }
    const unit = definitionOf(kind)?.unit;
    if (unit !== undefined && this.#selected !== undefined && (this.#selected & unit) === 0) {
      unexpected(`${kind} without the functional unit that has it`, 'X.225 7');
      return;
    }
    const what = INSIDE_ACTIVITY.get(kind);
    if (what !== undefined && this.#activity.i2r === false && this.#activity.r2i === false) {
      unexpected(`${what} outside an activity`, kind === 'DATA TRANSFER' ? 'X.228 7' : 'X.225 Table A.10');
    }
  }

  #follow(direction: Direction, spdu: Spdu): void {
    switch (spdu.kind) {
      case 'CONNECT':
        this.#proposed = spdu.functionalUnits;
        break;
      case 'ACCEPT':
        this.#selected = (this.#proposed ?? 0xffff) & spdu.functionalUnits!;
        this.#version = spdu.version;
        this.#activity.i2r = false;
        this.#activity.r2i = false;
        break;
      case 'ACTIVITY START':
      case 'ACTIVITY RESUME':
        this.#activity[direction] = true;
        this.#activity[opposite(direction)] = false;
        break;
      case 'ACTIVITY END':
      case 'ACTIVITY INTERRUPT':
      case 'ACTIVITY DISCARD':
        // Judged by who ends it, not by the acknowledgement: in a capture the two directions are not in one order.
        if (this.#activity[direction] !== false) this.#activity[direction] = false;
        else this.#activity[opposite(direction)] = false;
        break;
      default:
        break;
    }
  }
}

function anomalyEvent(
  direction: Direction,
  code: AnomalyCode,
  spdu: Spdu,
  message: string,
  clause: string,
): SessionObserverEvent {
  const { kind, offset, length } = spdu;
  return {
    kind: 'anomaly',
    direction,
    anomaly: { layer: 'session', code, path: kind, offset, length, message, clause },
  };
}
