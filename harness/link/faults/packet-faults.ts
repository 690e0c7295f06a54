import { concat } from '../../ber/octets.js';
import { dataHeader } from '../../stack/cotp/codec.js';
import type { Tpdu } from '../../stack/cotp/tpdu.js';
import { encodeTpkt, TPKT_HEADER_LENGTH } from '../../stack/tpkt/codec.js';
import type { FaultDirection, FaultLayer } from './fault.js';
import type { Ending } from './flow.js';
import { reaches } from './kinds.js';
import type { Match } from './plan.js';

/** What becomes of a TPKT, or of what a sender hands over at once. */
export interface PacketFate {
  readonly delay: number;
  /** `disconnect`: a DR in its place. */
  readonly ending: Ending | 'disconnect' | undefined;
  readonly pieces: readonly Uint8Array[];
}

type Meet = (direction: FaultDirection, layer: FaultLayer, kind: string) => readonly Match[];

/** The faults of a TPKT and of the TPDU in it; nothing is known of octets that are no TPDU. */
export function packetFate(
  tpkt: Uint8Array,
  tpdu: Tpdu | undefined,
  direction: FaultDirection,
  meet: Meet,
): PacketFate {
  const inner = tpdu === undefined ? [] : meet(direction, 'cotp', tpdu.kind);
  const outer = meet(direction, 'tpkt', 'TPKT');
  if (inner.length === 0 && outer.length === 0) return { delay: 0, ending: undefined, pieces: [tpkt] };
  const cotp = fateOf(tpkt.subarray(TPKT_HEADER_LENGTH), inner, (at, octets) => halvesOf(octets, at, tpdu));
  if (cotp.ending !== undefined) return { ...cotp, ending: cotp.ending === 'abort' ? 'disconnect' : cotp.ending };
  const [first, ...more] = inner.length === 0 ? [tpkt] : cotp.pieces.map((each) => encodeTpkt(each, tpkt[1]));
  if (first === undefined) return { delay: cotp.delay, ending: undefined, pieces: [] };
  const { delay, ending, pieces } = handedOverFate(first, outer);
  return { delay: cotp.delay + delay, ending, pieces: [...pieces, ...more] };
}

/** The faults of octets that are handed over at once: two pieces are two handovers. */
export function handedOverFate(bytes: Uint8Array, matches: readonly Match[]): PacketFate {
  const { delay, ending, pieces } = fateOf(bytes, matches, (at, octets) => [
    octets.subarray(0, at),
    octets.subarray(at),
  ]);
  // There is nothing at this layer that would say that it aborts.
  return { delay, ending: ending === 'abort' ? 'reset' : ending, pieces };
}

/** X.224 6.3: two DT TPDUs for one; the second ends the TSDU where the one did. */
function halvesOf(tpdu: Uint8Array, at: number, unit: Tpdu | undefined): readonly Uint8Array[] {
  const header = tpdu.length - (unit?.userData.length ?? 0);
  const ends = unit?.kind === 'DT' && unit.endOfTsdu;
  return [concat([dataHeader(false), tpdu.subarray(header, at)]), concat([dataHeader(ends), tpdu.subarray(at)])];
}

interface Changed {
  readonly delay: number;
  readonly ending: Ending | 'abort' | undefined;
  readonly pieces: readonly Uint8Array[];
}

function fateOf(
  bytes: Uint8Array,
  matches: readonly Match[],
  halves: (at: number, octets: Uint8Array) => readonly Uint8Array[],
): Changed {
  let octets = bytes;
  let delay = 0;
  let copies = 1;
  let at: number | undefined;
  for (const match of matches) {
    const { does } = match.fault;
    if (!reaches(does, octets.length)) {
      match.tooShort();
      continue;
    }
    match.hit();
    switch (does.kind) {
      case 'drop':
        return { delay, ending: undefined, pieces: [] };
      case 'delay':
        delay += does.milliseconds;
        break;
      case 'truncate':
        octets = octets.subarray(0, does.octets);
        break;
      case 'corrupt':
        octets = Uint8Array.from(octets);
        octets[does.octet] = (octets[does.octet] as number) ^ does.mask;
        break;
      case 'split':
        at = does.at;
        break;
      case 'duplicate':
        copies += 1;
        break;
      default:
        return { delay, ending: does.kind, pieces: [] };
    }
  }
  const whole = at === undefined || at >= octets.length ? [octets] : halves(at, octets);
  return { delay, ending: undefined, pieces: Array.from({ length: copies }, () => whole).flat() };
}
