import { TransportDisconnect } from '../../stack/session/constants.js';
import { encodeSpdu } from '../../stack/session/encode.js';
import { truncatedSlice } from './apdu-finder.js';
import type { FaultDirection, FaultLayer } from './fault.js';
import type { Ending } from './flow.js';
import { reaches } from './kinds.js';
import type { Match } from './plan.js';
import { type Edit, rebuilt } from './rebuild.js';
import type { FoundSlice, FoundUnit } from './units.js';

/** What becomes of a TSDU. */
export interface TsduFate {
  readonly delay: number;
  /** In its place; `abort` with an ABORT SPDU. */
  readonly ending: Ending | 'abort' | undefined;
  readonly dropped: boolean;
  /** What goes: the TSDU, several in its place, or it as it came (undefined). */
  readonly tsdus: readonly Uint8Array[] | undefined;
  /** Where DT TPDUs end beside where they ended. */
  readonly cuts: readonly number[];
}

/** X.225 8.3.9.3: an S-P-ABORT without a reason, which releases the transport connection. */
export const PROVIDER_ABORT = encodeSpdu({
  kind: 'ABORT',
  transportDisconnect: TransportDisconnect.release | TransportDisconnect.noReason,
});

type Meet = (direction: FaultDirection, layer: FaultLayer, kind: string) => readonly Match[];

interface Met {
  readonly match: Match;
  readonly unit: FoundUnit;
  /** Of a P1 APDU that was transferred. */
  readonly slice: (FoundSlice & { readonly apdu: NonNullable<FoundSlice['apdu']> }) | undefined;
}

/** A fault of an APDU that comes in slices: each of them asks again. */
interface Running {
  readonly match: Match;
  done: boolean;
}

/** The faults above transport, of one direction. */
export class TsduFaults {
  readonly #direction: FaultDirection;
  readonly #meet: Meet;
  /** Those of the P1 APDU that is being transferred. */
  #running: Running[] = [];

  constructor(direction: FaultDirection, meet: Meet) {
    this.#direction = direction;
    this.#meet = meet;
  }

  /** Whether a fault goes on that began earlier. */
  get goesOn(): boolean {
    return this.#running.some(({ match, done }) => !done || match.fault.does.kind === 'drop' || isTruncation(match));
  }

  fate(tsdu: Uint8Array, units: readonly FoundUnit[]): TsduFate {
    const met = units.flatMap((unit) => this.#met(unit));
    met.sort((one, other) => one.match.index - other.match.index);
    const fate = new Fate(tsdu);
    for (const each of met) {
      if (fate.isOver) break;
      this.#apply(fate, each);
    }
    return fate.result;
  }

  /** The APDU has ended, or its connection: what did not take effect in it never will. */
  end(): void {
    for (const { match, done } of this.#running) if (!done) match.tooShort();
    this.#running = [];
  }

  #met(unit: FoundUnit): Met[] {
    if (unit.layer === 'session' && ACTIVITY_BOUNDS.includes(unit.kind)) this.end();
    const met: Met[] = this.#meet(this.#direction, unit.layer, unit.kind).map((match) => ({
      match,
      unit,
      slice: undefined,
    }));
    const { slice } = unit;
    if (slice?.apdu === undefined) return met;
    if (slice.apdu.begins) {
      const matches = this.#meet(this.#direction, 'p1', slice.apdu.kind);
      this.#running = matches.map((match) => ({ match, done: false }));
    }
    const part = { ...slice, apdu: slice.apdu };
    return [...met, ...this.#running.map(({ match }) => ({ match, unit, slice: part }))];
  }

  #apply(fate: Fate, { match, unit, slice }: Met): void {
    if (slice === undefined) {
      applyToUnit(fate, match, unit);
      return;
    }
    const running = this.#running.find((each) => each.match === match);
    if (running === undefined) return;
    if (applyToApdu(fate, match, slice, running.done) && !running.done) {
      running.done = true;
      match.hit();
    }
  }
}

const ACTIVITY_BOUNDS: readonly string[] = [
  'ACTIVITY START',
  'ACTIVITY RESUME',
  'ACTIVITY END',
  'ACTIVITY INTERRUPT',
  'ACTIVITY DISCARD',
];

function isTruncation({ fault }: Match): boolean {
  return fault.does.kind === 'truncate';
}

class Fate {
  readonly #tsdu: Uint8Array;
  readonly edits: Edit[] = [];
  readonly cuts: number[] = [];
  /** Where a slice is cut into two RTTRs: its place, and an index in it. */
  halves: { readonly start: number; readonly end: number; readonly at: number } | undefined;
  delay = 0;
  copies = 1;
  dropped = false;
  ending: TsduFate['ending'];

  constructor(tsdu: Uint8Array) {
    this.#tsdu = tsdu;
  }

  get isOver(): boolean {
    return this.dropped || this.ending !== undefined;
  }

  get result(): TsduFate {
    const { delay, ending, dropped, cuts } = this;
    return { delay, ending, dropped, tsdus: this.isOver ? undefined : this.#tsdus(), cuts };
  }

  #tsdus(): readonly Uint8Array[] | undefined {
    const { edits, halves, copies, cuts } = this;
    if (edits.length === 0 && halves === undefined && copies === 1 && cuts.length === 0) return undefined;
    const whole =
      halves === undefined
        ? [rebuilt(this.#tsdu, edits)]
        : [
            this.#half(halves, (bytes) => bytes.subarray(0, halves.at)),
            this.#half(halves, (bytes) => bytes.subarray(halves.at)),
          ];
    return Array.from({ length: copies }, () => whole).flat();
  }

  #half({ start, end }: { readonly start: number; readonly end: number }, change: Edit['change']): Uint8Array {
    return rebuilt(this.#tsdu, [...this.edits, { start, end, change }]);
  }
}

/** What a fault does to any unit that stands in one TSDU. */
function applyToUnit(fate: Fate, match: Match, { start, end, leads, slice }: FoundUnit): void {
  const { does } = match.fault;
  // An RTTR is cut in its content: two are to be left.
  const cut = does.kind === 'split' && slice !== undefined ? start + does.at - slice.start : undefined;
  if (!reaches(does, end - start) || (cut !== undefined && cut <= 0)) {
    match.tooShort();
    return;
  }
  switch (does.kind) {
    case 'truncate':
      fate.edits.push({ start, end, change: (bytes) => bytes.subarray(0, does.octets) });
      break;
    case 'corrupt':
      fate.edits.push({ start, end, change: corrupting(does.octet, does.mask) });
      break;
    case 'split':
      if (slice === undefined || cut === undefined) fate.cuts.push(start + does.at);
      else fate.halves ??= { start: slice.start, end: slice.end, at: cut };
      break;
    case 'duplicate':
      fate.copies += 1;
      break;
    case 'drop':
      // Without what leads it, a category 2 SPDU is another one: what is left says nothing. X.225 6.3.7.
      if (leads === true) fate.edits.push({ start, end, change: (bytes) => Uint8Array.of(bytes[0] as number, 0) });
      else fate.dropped = true;
      break;
    case 'delay':
      fate.delay += does.milliseconds;
      break;
    default:
      fate.ending = does.kind;
  }
  match.hit();
}

/** The same for a slice of a P1 APDU; whether it took effect. */
function applyToApdu(fate: Fate, { fault }: Match, slice: NonNullable<Met['slice']>, done: boolean): boolean {
  const { start, end, apdu } = slice;
  const { does } = fault;
  const inSlice = (octet: number) => apdu.from + octet - apdu.position;
  const isHere = (octet: number) => inSlice(octet) >= apdu.from && inSlice(octet) < apdu.to;
  switch (does.kind) {
    case 'corrupt':
      if (!isHere(does.octet)) return false;
      fate.edits.push({ start, end, change: corrupting(inSlice(does.octet), does.mask) });
      return true;
    case 'split':
      if (!isHere(does.at)) return false;
      // At its first octet the slice is cut already.
      if (inSlice(does.at) > 0) fate.halves ??= { start, end, at: inSlice(does.at) };
      return true;
    case 'truncate': {
      if (apdu.length !== undefined && does.octets >= apdu.length) return false;
      const goes = inSlice(does.octets) < apdu.to;
      if (!goes && !(apdu.begins && apdu.length !== undefined)) return false;
      const nothingLeft = goes && apdu.from === 0 && apdu.to === end - start && inSlice(does.octets) <= 0;
      if (nothingLeft) fate.dropped = true;
      else fate.edits.push({ start, end, change: (bytes) => truncatedSlice(bytes, apdu, does.octets) });
      return true;
    }
    case 'drop':
      fate.dropped = true;
      return true;
    case 'delay':
      if (done) return false;
      fate.delay += does.milliseconds;
      return true;
    case 'duplicate':
      return false;
    default:
      fate.ending = does.kind;
      return true;
  }
}

function corrupting(octet: number, mask: number): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => {
    const copy = Uint8Array.from(bytes);
    if (octet < copy.length) copy[octet] = (copy[octet] as number) ^ mask;
    return copy;
  };
}
