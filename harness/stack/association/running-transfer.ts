import type { Limits } from '../../ber/limits.js';
import { Octets } from '../../ber/octets.js';
import type { Anomaly } from '../anomaly.js';
import type { Direction } from '../direction.js';
import { TransferReader, type TransferResult } from '../rtse/transfer-reader.js';
import { type EventBody, editionOf, type Mode, type Transfer, type UserTypes, wholeOf } from './events.js';
import { SentTail } from './sent-tail.js';
import type { Wrapping } from './slice-observer.js';
import { MOST_STRETCHES, shifted } from './stretches.js';

type Emit = (event: EventBody) => void;

export interface RunningTransferOptions {
  readonly connection: number;
  readonly transfer: Transfer;
  readonly types: UserTypes;
  readonly mode: Mode | undefined;
  readonly limits?: Partial<Limits>;
  /** The application is not P1: what is transferred is counted, and not read. */
  readonly foreign: boolean;
  /** No ACTIVITY START was seen, or a resume of what was not: its slices may begin inside an APDU. */
  readonly headless: boolean;
  /** Its own start is among what was lost: unless it reads as an APDU from its first octet on, it is not judged. */
  readonly headLost: boolean;
  readonly contextIsKnown: (contextId: number) => boolean;
  readonly emit: Emit;
}

/** Under which it goes on, and where. */
export interface Continuation {
  readonly connection: number;
  readonly index: number;
  readonly direction: Direction;
  readonly activity: string;
  readonly emit: Emit;
}

/** Octets that are kept of what is not P1, to show what it may be. */
const FOREIGN_OCTETS = 64;
/** Synchronization points that are remembered: far more than any window leaves unconfirmed. */
const MARKS = 256;
/** The last names that are remembered: of each association on which it went on without progress. */
const NAMES = 16;

/** One transfer while it is under way, on one association or one after the other: from slices to an APDU. */
export class RunningTransfer {
  /** Another one once it is resumed, with the identifier that it goes on under. */
  transfer: Transfer;
  /** ACTIVITY END was sent: the APDU is told, and only its confirmation is awaited. */
  ended = false;
  /** What stood around its slices. */
  wrapping: Wrapping | undefined;
  /** Where its events go. */
  emit: Emit;
  readonly #options: RunningTransferOptions;
  readonly #reader: TransferReader;
  #connection: number;
  /** Its APDU was told: what comes of it again, behind an exception, is known. */
  #told = false;
  /** Octets were lost to the recording inside it. */
  #cut: boolean;
  /** Octets of the APDU that came, and how many of them before each of the last minor synchronization points. */
  #taken = 0;
  readonly #marks = new Map<number, number>();
  /** Octets that come again: they were sent behind the point at which it is resumed. */
  #again = 0;
  readonly #tail = new SentTail();
  /** What came again is not what it was before. */
  #changed = false;
  /** Octets that came behind the APDU when that was told already. */
  #beyond: { readonly offset: number; length: number } | undefined;
  /** The first octets of what is not P1. */
  #first = Octets.empty;
  readonly #names: string[] = [];

  constructor(options: RunningTransferOptions) {
    const { transfer, types, mode, limits, emit, headless, connection } = options;
    this.#options = options;
    this.transfer = transfer;
    this.emit = emit;
    this.#connection = connection;
    // What comes after a resume begins somewhere inside the APDU: it cannot be read from its middle.
    this.#cut = headless && transfer.activity !== '';
    this.#reader = new TransferReader({
      apdu: types.apdu,
      edition: editionOf(mode),
      wrapped: (mode ?? 'normal') === 'normal',
      limits,
      onContent: (bytes, offset) => this.#piece('content', bytes, offset),
      onStray: (bytes, offset) => this.#piece('stray', bytes, offset),
    });
  }

  get isTold(): boolean {
    return this.#told;
  }

  /** Octets that came, each once. */
  get octets(): number {
    return this.#taken;
  }

  /** Octets that are kept of it. */
  get held(): number {
    return this.#reader.held + this.#tail.length;
  }

  get tagNumber(): number | undefined {
    return this.#cut ? undefined : this.#reader.tagNumber;
  }

  /** Octets of it were lost to the recording. */
  cut(): void {
    this.#cut = true;
  }

  named(name: string): void {
    this.#names.push(name);
    if (this.#names.length > NAMES) this.#names.shift();
  }

  /** Who opened the last session connection that it was on, by its calling reference. */
  get caller(): string | undefined {
    return this.#names.at(-1)?.split('/')[0];
  }

  isNamed(name: string): boolean {
    return this.#names.includes(name);
  }

  /** The octets of one RTTR. */
  push(slice: Octets): void {
    const placed = shifted(slice, this.transfer.stretches);
    const again = Math.min(this.#again, placed.length);
    if (again > 0) this.#compare(placed.subarray(0, again));
    this.#again -= again;
    if (again === placed.length) return;
    const fresh = placed.subarray(again);
    this.#taken += fresh.length;
    if (this.#options.foreign) {
      this.#first = Octets.join([this.#first, fresh]).subarray(0, FOREIGN_OCTETS);
      return;
    }
    this.#tail.push(fresh);
    // Of what cannot be read, which octets come again is not known either.
    if (this.#told && !this.#cut) {
      this.#beyond ??= { offset: fresh.offset, length: 0 };
      this.#beyond.length += fresh.length;
    }
    if (!this.#cut) this.#reader.push(fresh);
    // It cannot be read behind what is missing, and may still hold text worth finding.
    else this.#stray(fresh);
  }

  /** A minor synchronization point behind what came. */
  mark(serial: number): void {
    this.#marks.delete(serial);
    this.#marks.set(serial, this.#taken - this.#again);
    if (this.#marks.size > MARKS) this.#marks.delete(this.#marks.keys().next().value as number);
  }

  /** Whether it can go on behind that point. */
  knows(serial: number): boolean {
    return this.#before(serial) !== undefined && (this.transfer.stretches?.length ?? 1) < MOST_STRETCHES;
  }

  /** X.225 7.30, X.228 7.8: it goes on behind that point, under another identifier. */
  goOn(serial: number, { connection, index, direction, activity, emit }: Continuation): void {
    const before = this.transfer;
    const elsewhere = connection !== this.#connection;
    const own = { connection: this.#connection, direction: before.direction };
    const stretches = elsewhere ? [...(before.stretches ?? [own]), { connection, direction }] : before.stretches;
    this.transfer = {
      index,
      direction,
      activity,
      resumed: true,
      first: wholeOf(before),
      from: { connection: this.#connection, serial },
      ...(stretches === undefined ? {} : { stretches }),
    };
    this.#connection = connection;
    this.emit = emit;
    this.ended = false;
    this.#changed = false;
    // Where octets are missing, no one can say which of them come again.
    this.#again = this.#cut ? 0 : this.#taken - (this.#before(serial) ?? this.#taken);
    for (const each of [...this.#marks.keys()]) if (each > serial) this.#marks.delete(each);
  }

  /** Decodes and tells the APDU, once. */
  tell(ended: boolean): void {
    if (this.#told) {
      this.#tellBeyond();
      return;
    }
    this.#told = ended;
    const { headless, headLost, foreign } = this.#options;
    const { transfer } = this;
    const { direction } = transfer;
    const whole = ended && !this.#cut && !headless;
    if (foreign) {
      this.#tellForeign(whole);
      return;
    }
    const result = this.#reader.finish(whole);
    if (result.octets === 0) return;
    const { apdu, complete, octets, contentOctets, contextId } = result;
    // With octets behind it, what reads as an APDU may be one that stands inside a content.
    const unsure = contextId === undefined || (apdu?.children.length ?? 0) === 0 || result.surplus;
    const unreadable = headLost && unsure;
    this.emit({
      kind: 'apdu',
      direction,
      transfer,
      decoded: unreadable ? undefined : apdu,
      complete: complete && !this.#cut && !unreadable,
      octets,
      contentOctets,
    });
    if (unreadable) return;
    for (const anomaly of this.#anomalies(result)) this.#anomaly(anomaly);
  }

  #tellForeign(complete: boolean): void {
    const { transfer } = this;
    const octets = this.#taken;
    if (octets === 0) return;
    const apdu = { decoded: undefined, complete, octets, contentOctets: 0, foreign: this.#first };
    this.emit({ kind: 'apdu', direction: transfer.direction, transfer, ...apdu });
  }

  /** It had its end already, and was resumed only to be told so again. */
  #tellBeyond(): void {
    if (this.#beyond === undefined) return;
    const { offset, length } = this.#beyond;
    this.#beyond = undefined;
    const message = `${length} octets behind the complete APDU of this activity`;
    this.#anomaly({
      layer: 'rtse',
      code: 'surplus-octets',
      path: 'RTTR',
      offset,
      length,
      message,
      clause: 'X.228 7.3.2',
    });
  }

  #anomalies(result: TransferResult): Anomaly[] {
    // Read from its middle, an APDU is no evidence against its sender.
    if (this.#options.headless && !result.complete) return [];
    const { contextId } = result;
    if (contextId === undefined || this.#options.contextIsKnown(contextId)) return [...result.anomalies];
    const reference = result.reference;
    const foreign: Anomaly = {
      layer: 'rtse',
      code: 'foreign-context',
      path: 'RTTR.indirectReference',
      offset: reference?.offset ?? 0,
      length: reference?.length ?? 0,
      message: `an APDU in presentation context ${contextId}, which is not that of the MTS-APDUs`,
      clause: 'X.228 7.3.2',
      detail: String(contextId),
    };
    return [foreign, ...result.anomalies];
  }

  /** What is sent again has to be what it was: the receiver may have either. What is not known any more is searched. */
  #compare(octets: Octets): void {
    if (this.#options.foreign) return;
    const position = this.#taken - this.#again;
    const unknown = this.#tail.missing(position, octets.length);
    if (unknown > 0) this.#stray(octets.subarray(0, unknown));
    const known = octets.subarray(unknown);
    const at = known.length === 0 ? undefined : this.#tail.difference(position + unknown, known);
    if (at === undefined) return;
    const other = known.subarray(at);
    this.#stray(other);
    if (this.#changed) return;
    this.#changed = true;
    const { offset, length } = other;
    const message = 'octets that are sent again behind the point of resumption, and are not what they were before';
    this.#anomaly({ layer: 'rtse', code: 'malformed', path: 'RTTR', offset, length, message, clause: 'X.228 7.8' });
  }

  #before(serial: number): number | undefined {
    return serial === 0 ? 0 : this.#marks.get(serial);
  }

  #anomaly(anomaly: Anomaly): void {
    const { transfer } = this;
    const where = transfer.stretches === undefined ? {} : { transfer };
    this.emit({ kind: 'anomaly', direction: transfer.direction, anomaly, ...where });
  }

  #stray(octets: Octets): void {
    for (const { bytes, offset } of octets.slices) this.#piece('stray', bytes, offset);
  }

  #piece(kind: 'content' | 'stray', bytes: Uint8Array, offset: number): void {
    const { transfer } = this;
    this.emit({ kind, direction: transfer.direction, transfer, bytes, offset });
  }
}
