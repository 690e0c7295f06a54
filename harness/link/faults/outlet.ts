import { concat } from '../../ber/octets.js';
import { type Flow, type FlowItem, octets } from './flow.js';

interface Held {
  /** As they came, or a copy with other octets in it. */
  bytes: Uint8Array;
  readonly original: Uint8Array;
  /** Place of its first octet in the stream. */
  readonly start: number;
  /** Octets at its front that are gone already. */
  gone: number;
}

/** Chunks that are held one by one: a sender of single octets must not cost an object for each. */
const LOOSE = 1024;

/**
 * Holds the chunks of one direction until it is decided what becomes of their octets, and lets them go as they came:
 * a chunk of which all passes is the same array, and one with as many octets as before is one piece.
 */
export class Outlet {
  readonly #flow: Flow;
  #chunks: Held[] = [];
  /** Of them the last ones, which were not put together. */
  #loose = 0;
  /** Place in the stream up to which it is decided. */
  #decided = 0;
  #end = 0;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /** Where the next chunk begins. */
  get end(): number {
    return this.#end;
  }

  hold(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push({ bytes, original: bytes, start: this.#end, gone: 0 });
    this.#end += bytes.length;
    this.#loose = Math.min(this.#loose + 1, this.#chunks.length);
    if (this.#loose < LOOSE) return;
    const joined = this.#chunks.splice(-this.#loose);
    const all = concat(joined.map((each) => each.bytes.subarray(each.gone)));
    const [first] = joined as [Held];
    this.#chunks.push({ bytes: all, original: all, start: first.start + first.gone, gone: 0 });
    this.#loose = 0;
  }

  /** The octets before this place go as they are. */
  passTo(place: number): void {
    this.#decided = Math.max(this.#decided, place);
    for (let [first] = this.#chunks; first !== undefined; [first] = this.#chunks) {
      if (first.start + first.bytes.length > this.#decided) return;
      this.#chunks.shift();
      this.#send(first.bytes.subarray(first.gone), first);
    }
  }

  /** In place of the octets before this place that are not decided come others. */
  replaceTo(place: number, pieces: readonly Uint8Array[]): void {
    const [only, ...more] = pieces;
    if (only !== undefined && more.length === 0 && only.length === place - this.#decided) {
      this.#overwrite(only);
      this.passTo(place);
      return;
    }
    this.#break();
    for (const piece of pieces) this.#send(piece);
    this.#decided = place;
    for (let [first] = this.#chunks; first !== undefined; [first] = this.#chunks) {
      first.gone = Math.min(first.bytes.length, place - first.start);
      if (first.gone < first.bytes.length) return;
      this.#chunks.shift();
    }
  }

  /** Something happens behind what is decided. */
  tell(item: FlowItem): void {
    this.#break();
    this.#flow(item);
  }

  /** Sends what is decided, though it is a part of its chunk. */
  #break(): void {
    const [first] = this.#chunks;
    if (first === undefined) return;
    const to = this.#decided - first.start;
    this.#send(first.bytes.subarray(first.gone, to));
    first.gone = to;
  }

  #overwrite(bytes: Uint8Array): void {
    const from = this.#decided;
    for (const chunk of this.#chunks) {
      const low = Math.max(from, chunk.start);
      const high = Math.min(from + bytes.length, chunk.start + chunk.bytes.length);
      if (low >= high) continue;
      if (chunk.bytes === chunk.original) chunk.bytes = Uint8Array.from(chunk.original);
      chunk.bytes.set(bytes.subarray(low - from, high - from), low - chunk.start);
    }
  }

  #send(bytes: Uint8Array, whole?: Held): void {
    if (bytes.length === 0) return;
    this.#flow(octets(whole !== undefined && bytes.length === whole.bytes.length ? whole.bytes : bytes));
  }
}
