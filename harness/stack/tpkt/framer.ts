import { Octets } from '../../ber/octets.js';
import {
  decodeTpktHeader,
  reservedOctetAnomaly,
  TPKT_HEADER_LENGTH,
  TPKT_MINIMUM_LENGTH,
  TpktError,
  type TpktUnit,
} from './codec.js';

/** Above so many slices a TPKT is copied into one array: a sender of single octets must not make every layer slow. */
const FRAGMENTS = 32;

/**
 * Cuts one direction of a TCP stream into TPKTs, however it was chunked. Holds at most one TPKT (64 KiB).
 * Bodies are not copied: a unit is a rope over the chunks.
 */
export class TpktFramer {
  #state: 'synchronised' | 'searching' | 'lost';
  #pending: Octets[] = [];
  #held = 0;
  /** Octets that the pending TPKT has in all; unknown while its header is not complete. */
  #wanted: number | undefined;

  /** `searching` where the start of the stream was not recorded: the first plausible TPKT is then looked for. */
  constructor(start: 'synchronised' | 'searching' = 'synchronised') {
    this.#state = start;
  }

  get state(): 'synchronised' | 'searching' | 'lost' {
    return this.#state;
  }

  push(chunk: Octets): TpktUnit[] {
    const units: TpktUnit[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#state === 'lost') break;
      if (this.#state === 'searching') rest = this.#search(rest, units);
      else rest = this.#held === 0 ? this.#cut(rest, units) : this.#take(rest, units);
    }
    return units;
  }

  /** `lost` octets are missing before what is pushed next; undefined where no one knows how many. */
  gap(lost?: number): TpktUnit[] {
    const units = this.#drop(this.#wanted === undefined ? lost : this.#wanted - this.#held);
    this.#state = 'searching';
    return units;
  }

  /** The stream has ended: what is left is a TPKT cut short. */
  end(): TpktUnit[] {
    return this.#drop(this.#wanted === undefined ? undefined : this.#wanted - this.#held);
  }

  #drop(missing: number | undefined): TpktUnit[] {
    if (this.#held === 0) return [];
    const octets = this.#release();
    return [{ kind: 'incomplete', octets, missing }];
  }

  #release(): Octets {
    const octets = Octets.join(this.#pending);
    this.#pending = [];
    this.#held = 0;
    this.#wanted = undefined;
    return octets;
  }

  #hold(octets: Octets): void {
    this.#pending.push(octets);
    this.#held += octets.length;
  }

  /** Cuts the TPKTs that lie whole in `chunk` and holds what is left: the ordinary path. */
  #cut(chunk: Octets, units: TpktUnit[]): Octets {
    let start = 0;
    while (start + TPKT_HEADER_LENGTH <= chunk.length) {
      const length = this.#header(chunk, start, units);
      if (length === undefined) return Octets.empty;
      if (start + length > chunk.length) {
        this.#wanted = length;
        break;
      }
      deliver(chunk.subarray(start, start + length), units);
      start += length;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
    return Octets.empty;
  }

  /** Takes what the pending TPKT lacks from the front of `chunk`, and returns what is left of it. */
  #take(chunk: Octets, units: TpktUnit[]): Octets {
    const lacking = (this.#wanted ?? TPKT_HEADER_LENGTH) - this.#held;
    this.#hold(chunk.subarray(0, lacking));
    if (chunk.length < lacking) return Octets.empty;
    if (this.#wanted === undefined) {
      this.#wanted = this.#header(Octets.join(this.#pending), 0, units);
      if (this.#wanted === undefined) return Octets.empty;
    } else {
      deliver(compact(this.#release()), units);
    }
    return chunk.subarray(lacking);
  }

  /** The length that the header at `index` says; undefined where there is none and the place is lost. */
  #header(octets: Octets, index: number, units: TpktUnit[]): number | undefined {
    try {
      return decodeTpktHeader(octets, index)!.length;
    } catch (error) {
      if (!(error instanceof TpktError)) throw error;
      this.#release();
      this.#state = 'lost';
      units.push({ kind: 'lostSync', error });
      return undefined;
    }
  }

  /** Looks for the next plausible TPKT; keeps the last octets, which may be the start of one. */
  #search(chunk: Octets, units: TpktUnit[]): Octets {
    this.#hold(chunk);
    const octets = this.#release();
    const bytes = octets.toBytes();
    for (let index = 0; index + TPKT_MINIMUM_LENGTH <= bytes.length; index++) {
      if (!plausible(bytes, index)) continue;
      this.#state = 'synchronised';
      if (index > 0) units.push({ kind: 'incomplete', octets: octets.subarray(0, index), missing: undefined });
      return octets.subarray(index);
    }
    const kept = Math.max(0, octets.length - TPKT_MINIMUM_LENGTH + 1);
    if (kept > 0) units.push({ kind: 'incomplete', octets: octets.subarray(0, kept), missing: undefined });
    this.#hold(octets.subarray(kept));
    return Octets.empty;
  }
}

function deliver(octets: Octets, units: TpktUnit[]): void {
  const reserved = octets.at(1)!;
  if (reserved !== 0) units.push({ kind: 'anomaly', anomaly: reservedOctetAnomaly(octets, reserved) });
  units.push({ kind: 'tpkt', octets, tpdu: octets.subarray(TPKT_HEADER_LENGTH) });
}

/** A header `03 00 length` and behind it a TPDU whose length indicator and code belong together. X.224 13.2. */
function plausible(bytes: Uint8Array, index: number): boolean {
  if (bytes[index] !== 3 || bytes[index + 1] !== 0) return false;
  const length = (bytes[index + 2]! << 8) | bytes[index + 3]!;
  const indicator = bytes[index + 4]!;
  const code = bytes[index + 5]!;
  if (length < TPKT_MINIMUM_LENGTH || indicator + 1 + TPKT_HEADER_LENGTH > length) return false;
  // Where the stream goes on behind this TPKT, the next one has to begin there.
  const next = bytes[index + length];
  if (next !== undefined && next !== 3) return false;
  if (code === 0xf0) return indicator === 2 && (bytes[index + 6]! & 0x7f) === 0;
  if (code === 0x70) return indicator >= 4;
  return indicator >= 6 && (code === 0xe0 || code === 0xd0 || code === 0x80);
}

/** One slice instead of many, where they lie end to end in the stream. */
function compact(octets: Octets): Octets {
  if (octets.slices.length <= FRAGMENTS) {
    return octets;
  }
  let expected = octets.offset;
  for (const { bytes, offset } of octets.slices) {
    if (offset !== expected) return octets;
    expected += bytes.length;
  }
  return Octets.of(octets.toBytes(), octets.offset);
}
