import type { Limits } from '../../ber/limits.js';
import { Octets } from '../../ber/octets.js';
import type { Anomaly } from '../anomaly.js';
import { type Direction, opposite } from '../direction.js';
import { TransferReader, type TransferResult } from '../rtse/transfer-reader.js';
import type { Spdu } from '../session/spdu.js';
import { type EventBody, editionOf, type Mode, type Transfer, type TransferPhase, type UserTypes } from './events.js';

export interface ActivityObserverOptions {
  readonly types: UserTypes;
  readonly limits?: Partial<Limits>;
  readonly emit: (event: EventBody) => void;
  /** Whether a context id stands for the abstract syntax of the APDUs, as far as the recording can tell. */
  readonly contextIsKnown: (contextId: number) => boolean;
  /** The recording does not hold the start of the connection: what comes first may be the rest of an APDU. */
  readonly startLost?: boolean;
}

interface Running {
  /** Another one once it is resumed: of the same index, with the identifier that it goes on under. */
  transfer: Transfer;
  readonly reader: TransferReader;
  /** ACTIVITY END was sent: the APDU is told, and only its confirmation is awaited. */
  ended: boolean;
  /** Its APDU was told: what comes of it again, behind an exception, is known. */
  told: boolean;
  /** Octets were lost to the recording inside it. */
  cut: boolean;
  /** No ACTIVITY START was seen, or a resume of what was not: its slices may begin inside an APDU. */
  readonly headless: boolean;
  /** Its own start is among what was lost: unless it reads as an APDU from its first octet on, it is not judged. */
  readonly headLost: boolean;
  /** Octets of the APDU that came, and how many of them before each of the last minor synchronization points. */
  taken: number;
  readonly marks: Map<number, number>;
  /** Octets that come again: they were sent behind the point at which it is resumed. */
  again: number;
  /** Octets since the last minor synchronization point; undefined once it was told that they are too many. */
  since: number | undefined;
  /** The first octets of what is not P1. */
  first: Octets;
}

/** Octets that are kept of what is not P1, to show what it may be. */
const FOREIGN_OCTETS = 64;

/** Synchronization points that are remembered: far more than any window leaves unconfirmed. */
const MARKS = 256;
/** Interrupted activities that are kept to be resumed. */
const INTERRUPTED = 16;

/** Follows activities, X.218 9.3: an activity is a transfer, and its DATA are the slices of one APDU. */
export class ActivityObserver {
  readonly #options: ActivityObserverOptions;
  #mode: Mode | undefined;
  #foreign = false;
  /** Octets that may come without a minor synchronization point; 0 where any number may. */
  #checkpoint = 0;
  #running: Running | undefined;
  /** What was under way when the association was aborted. */
  #crossing: Running | undefined;
  /** Interrupted, by direction and activity identifier: what they are is told when they go on, or never do. */
  readonly #interrupted = new Map<string, Running>();
  #count = 0;
  /** Octets were lost to the recording, and no activity began since. */
  readonly #lost: Record<Direction, boolean>;

  constructor(options: ActivityObserverOptions) {
    this.#options = options;
    const lost = options.startLost ?? false;
    this.#lost = { i2r: lost, r2i: lost };
  }

  setMode(mode: Mode): void {
    this.#mode = mode;
  }

  /** Of RTOAC, in units of 1024 octets: 0 for no checkpoints. X.228 7.1. */
  setCheckpointSize(units = 0): void {
    this.#checkpoint = units * 1024;
  }

  /** The application is not P1: what is transferred is counted, and not read. */
  setForeign(): void {
    this.#foreign = true;
  }

  spdu(direction: Direction, spdu: Spdu): void {
    switch (spdu.kind) {
      case 'ACTIVITY START':
      case 'ACTIVITY RESUME':
        this.broken();
        this.#lost[direction] = false;
        if (spdu.kind === 'ACTIVITY START') this.#start(direction, identifierOf(spdu), false, false);
        else this.#resume(direction, spdu);
        break;
      case 'MINOR SYNC POINT':
        this.#mark(direction, spdu);
        break;
      case 'ACTIVITY END':
        this.#end(direction);
        break;
      case 'ACTIVITY END ACK':
        this.#finish(opposite(direction), 'confirmed');
        break;
      case 'EXCEPTION DATA':
      case 'EXCEPTION REPORT':
        if (this.#running !== undefined) this.#phase(this.#running, 'exception', direction);
        break;
      case 'ACTIVITY INTERRUPT':
        this.#interrupt(direction);
        break;
      case 'ACTIVITY DISCARD':
        this.#finish(direction, 'discarded');
        break;
      default:
        break;
    }
  }

  /** The octets of one RTTR. Outside an activity the session observer has already told of them. */
  slice(direction: Direction, octets: Octets): void {
    if (this.#running === undefined && this.#crossing?.transfer.direction === direction) {
      if (!this.#foreign) this.#stray(this.#crossing.transfer, octets);
      return;
    }
    if (this.#running === undefined || this.#running.ended || this.#running.transfer.direction !== direction) {
      // The start was not recorded, or there was none: read what comes all the same.
      this.#start(direction, '', true, this.#lost[direction]);
    }
    const running = this.#running as Running;
    const { again, cut, transfer } = running;
    this.#countOctets(running, octets);
    running.again = Math.max(0, again - octets.length);
    if (again >= octets.length) return;
    const fresh = again > 0 ? octets.subarray(again) : octets;
    running.taken += fresh.length;
    if (this.#foreign) {
      running.first = Octets.join([running.first, fresh]).subarray(0, FOREIGN_OCTETS);
      return;
    }
    if (!cut) {
      running.reader.push(fresh);
      return;
    }
    // It cannot be read behind what is missing, and may still hold text worth finding.
    this.#stray(transfer, fresh);
  }

  /** Checkpoint size counts octets of the APDU, without the headers of slices. X.228 7.1, 8.3. */
  #countOctets(running: Running, slice: Octets): void {
    if (running.since === undefined || this.#checkpoint === 0) return;
    running.since += slice.length;
    if (running.since <= this.#checkpoint) return;
    const message = `${running.since} octets without a minor synchronization point, where ${this.#checkpoint} are negotiated`;
    const { offset, length } = slice;
    const { direction } = running.transfer;
    this.#options.emit({
      kind: 'anomaly',
      direction,
      anomaly: { layer: 'rtse', code: 'beyond-negotiated', path: 'RTTR', offset, length, message, clause: 'X.228 7.1' },
    });
    running.since = undefined;
  }

  /** The association ended, or another activity began, inside this one. */
  broken(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#tell(running, false);
    this.#phase(running, 'broken', running.transfer.direction);
    this.#running = undefined;
  }

  /** An abort ends it; what its sender had sent before it heard of that still comes. */
  aborted(): void {
    this.#crossing = this.#running;
    this.broken();
  }

  gap(direction: Direction): void {
    this.#lost[direction] = true;
    if (this.#running?.transfer.direction === direction) this.#running.cut = true;
  }

  close(): void {
    this.broken();
    for (const running of this.#interrupted.values()) this.#tell(running, false);
    this.#interrupted.clear();
  }

  #start(direction: Direction, activity: string, resumed: boolean, headLost: boolean): void {
    const transfer: Transfer = { index: this.#count, direction, activity, resumed };
    this.#count += 1;
    const { types, limits, emit } = this.#options;
    const reader = new TransferReader({
      apdu: types.apdu,
      edition: editionOf(this.#mode),
      wrapped: (this.#mode ?? 'normal') === 'normal',
      limits,
      onContent: (bytes, offset) => emit({ kind: 'content', direction, transfer: running.transfer, bytes, offset }),
      onStray: (bytes, offset) => emit({ kind: 'stray', direction, transfer: running.transfer, bytes, offset }),
    });
    const running: Running = {
      transfer,
      reader,
      ended: false,
      told: false,
      // What comes after a resume begins somewhere inside the APDU: it cannot be read from its middle.
      cut: resumed && activity !== '',
      headless: resumed,
      headLost,
      taken: 0,
      marks: new Map([[0, 0]]),
      again: 0,
      since: 0,
      first: Octets.empty,
    };
    this.#running = running;
    this.#phase(running, 'started', direction);
  }

  /** X.225 7.30, X.228: the APDU goes on behind the last point that was confirmed, under another identifier. */
  #resume(direction: Direction, spdu: Spdu): void {
    const activity = identifierOf(spdu);
    const { linking } = spdu;
    const key = keyOf(direction, linking?.activityIdentifier?.toHex() ?? '');
    const running = this.#interrupted.get(key);
    const mark = linking?.serialNumber === undefined ? undefined : running?.marks.get(linking.serialNumber);
    if (running === undefined || mark === undefined) {
      this.#start(direction, activity, true, false);
      return;
    }
    this.#interrupted.delete(key);
    running.again = running.taken - mark;
    running.ended = false;
    if (running.since !== undefined) running.since = 0;
    running.transfer = { ...running.transfer, activity, resumed: true };
    this.#running = running;
    this.#phase(running, 'started', direction);
  }

  #mark(direction: Direction, spdu: Spdu): void {
    const running = this.#running;
    if (running === undefined || running.transfer.direction !== direction || spdu.serialNumber === undefined) return;
    const { marks, taken, again } = running;
    if (running.since !== undefined) running.since = 0;
    marks.set(spdu.serialNumber, taken - again);
    if (marks.size > MARKS) marks.delete(marks.keys().next().value as number);
  }

  #interrupt(direction: Direction): void {
    const running = this.#running;
    if (running === undefined || running.transfer.direction !== direction) return;
    this.#phase(running, 'interrupted', direction);
    this.#running = undefined;
    const key = keyOf(direction, running.transfer.activity);
    const [oldest] = this.#interrupted.size >= INTERRUPTED ? this.#interrupted.keys() : [];
    for (const each of oldest === undefined ? [key] : [key, oldest]) {
      const before = this.#interrupted.get(each);
      if (before !== undefined) this.#tell(before, false);
      this.#interrupted.delete(each);
    }
    this.#interrupted.set(key, running);
  }

  #end(direction: Direction): void {
    const running = this.#running;
    if (running === undefined || running.transfer.direction !== direction || running.ended) return;
    this.#tell(running, true);
    running.ended = true;
    this.#phase(running, 'ended', direction);
  }

  #finish(sender: Direction, phase: TransferPhase): void {
    const running = this.#running;
    if (running === undefined || running.transfer.direction !== sender) return;
    this.#tell(running, false);
    this.#phase(running, phase, phase === 'confirmed' ? opposite(sender) : sender);
    this.#running = undefined;
  }

  #stray(transfer: Transfer, octets: Octets): void {
    const { direction } = transfer;
    for (const { bytes, offset } of octets.slices) {
      this.#options.emit({ kind: 'stray', direction, transfer, bytes, offset });
    }
  }

  #phase(running: Running, phase: TransferPhase, direction: Direction): void {
    this.#options.emit({ kind: 'transfer', phase, direction, transfer: running.transfer });
  }

  /** Decodes and tells the APDU, once. */
  #tell(running: Running, ended: boolean): void {
    if (running.told) return;
    running.told = ended;
    const { transfer, reader, cut, headless, headLost } = running;
    const { direction } = transfer;
    const whole = ended && !cut && !headless;
    if (this.#foreign) {
      this.#tellForeign(running, whole);
      return;
    }
    const result = reader.finish(whole);
    if (result.octets === 0) return;
    const { apdu, complete, octets, contentOctets, contextId } = result;
    // With octets behind it, what reads as an APDU may be one that stands inside a content.
    const unsure = contextId === undefined || (apdu?.children.length ?? 0) === 0 || result.surplus;
    const unreadable = headLost && unsure;
    this.#options.emit({
      kind: 'apdu',
      direction,
      transfer,
      decoded: unreadable ? undefined : apdu,
      complete: complete && !cut && !unreadable,
      octets,
      contentOctets,
    });
    if (unreadable) return;
    for (const anomaly of this.#anomalies(result, headless))
      this.#options.emit({ kind: 'anomaly', direction, anomaly });
  }

  #tellForeign({ transfer, taken: octets, first: foreign }: Running, complete: boolean): void {
    const { direction } = transfer;
    if (octets === 0) return;
    const apdu = { decoded: undefined, complete, octets, contentOctets: 0, foreign };
    this.#options.emit({ kind: 'apdu', direction, transfer, ...apdu });
  }

  #anomalies(result: TransferResult, headless: boolean): Anomaly[] {
    // Read from its middle, an APDU is no evidence against its sender.
    if (headless && !result.complete) return [];
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
}

function identifierOf(spdu: Spdu): string {
  return spdu.activityIdentifier?.toHex() ?? '';
}

function keyOf(direction: Direction, activity: string): string {
  return `${direction} ${activity}`;
}
