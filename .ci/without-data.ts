import { concat, Octets } from '../harness/ber/octets.js';
import type { LinkEvent } from '../harness/link/events.js';
import { decodeTsdu } from '../harness/stack/session/decode.js';
import type { Spdu } from '../harness/stack/session/spdu.js';
import { TpktFramer } from '../harness/stack/tpkt/framer.js';

/** Octets before a TSDU's first one: TPKT header and DT header. */
const HEADERS = 7;

/**
 * The events without the DATA TRANSFERs that tshark stumbles over: in the X.410 modes all, which it takes for presentation
 * PDUs; else those of activities that began on another association, whose rest it takes for a whole APDU.
 */
export function withoutData(events: readonly LinkEvent[], x410: ReadonlySet<number>): LinkEvent[] {
  const sides = new Map<string, Side>();
  return events.flatMap((event): LinkEvent[] => {
    if (event.kind !== 'data') return [event];
    const key = `${event.connection} ${event.direction}`;
    const side = sides.get(key) ?? new Side(x410.has(event.connection));
    sides.set(key, side);
    const octets = side.push(event.octets);
    return octets.length === 0 ? [] : [{ ...event, octets, lostBefore: undefined }];
  });
}

/** One direction. */
class Side {
  readonly #framer = new TpktFramer();
  /** TPKTs of the TSDU that is not whole yet, and its octets. */
  #tpkts: Uint8Array[] = [];
  #tsdu: Uint8Array[] = [];
  readonly #all: boolean;
  /** Activities that began here. */
  readonly #known = new Set<string>();
  /** Inside one that began elsewhere. */
  #leaving = false;

  constructor(all: boolean) {
    this.#all = all;
  }

  push(octets: Uint8Array): Uint8Array {
    const kept: Uint8Array[] = [];
    for (const unit of this.#framer.push(Octets.of(octets))) {
      if (unit.kind !== 'tpkt') continue;
      const tpkt = unit.octets.toBytes();
      if (tpkt[5] === 0xf0) kept.push(...this.#data(tpkt));
      else kept.push(tpkt);
    }
    return concat(kept);
  }

  #data(tpkt: Uint8Array): Uint8Array[] {
    this.#tpkts.push(tpkt);
    this.#tsdu.push(tpkt.subarray(HEADERS));
    if (((tpkt[6] ?? 0) & 0x80) === 0) return [];
    const { spdus } = decodeTsdu(Octets.of(concat(this.#tsdu)));
    const whole = this.#tpkts;
    this.#tpkts = [];
    this.#tsdu = [];
    const [spdu] = spdus.slice(-1);
    const left = spdu !== undefined && this.#isLeft(spdu);
    return left ? [] : whole;
  }

  #isLeft(spdu: Spdu): boolean {
    const { kind } = spdu;
    if (this.#all) return kind === 'DATA TRANSFER';
    if (kind === 'ACTIVITY START') this.#known.add(spdu.activityIdentifier?.toHex() ?? '');
    if (kind === 'ACTIVITY RESUME') this.#leaving = !this.#known.has(spdu.linking?.activityIdentifier?.toHex() ?? '');
    const left = this.#leaving && OF_ACTIVITY.has(kind);
    if (kind === 'ACTIVITY END') this.#leaving = false;
    return left;
  }
}

const OF_ACTIVITY: ReadonlySet<string> = new Set([
  'DATA TRANSFER',
  'MINOR SYNC POINT',
  'ACTIVITY RESUME',
  'ACTIVITY END',
]);
