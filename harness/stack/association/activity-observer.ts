import type { Limits } from '../../ber/limits.js';
import type { Octets } from '../../ber/octets.js';
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
  readonly transfer: Transfer;
  readonly reader: TransferReader;
  /** ACTIVITY END was sent: the APDU is told, and only its confirmation is awaited. */
  ended: boolean;
  /** Octets were lost to the recording inside it. */
  cut: boolean;
  /** Its own start is among what was lost: unless it reads as an APDU from its first octet on, it is not judged. */
  readonly headLost: boolean;
}

/** Follows activities, X.218 9.3: an activity is a transfer, and its DATA are the slices of one APDU. */
export class ActivityObserver {
  readonly #options: ActivityObserverOptions;
  #mode: Mode | undefined;
  #running: Running | undefined;
  #count = 0;
  #startSeen = false;

  constructor(options: ActivityObserverOptions) {
    this.#options = options;
  }

  setMode(mode: Mode): void {
    this.#mode = mode;
  }

  spdu(direction: Direction, spdu: Spdu): void {
    switch (spdu.kind) {
      case 'ACTIVITY START':
      case 'ACTIVITY RESUME':
        this.broken();
        this.#start(direction, spdu.activityIdentifier?.toHex() ?? '', spdu.kind === 'ACTIVITY RESUME');
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
        this.#finish(direction, 'interrupted');
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
    if (this.#running === undefined || this.#running.ended || this.#running.transfer.direction !== direction) {
      // The start was not recorded, or there was none: read what comes all the same.
      this.#start(direction, '', true);
    }
    const running = this.#running as Running;
    if (!running.cut) running.reader.push(octets);
  }

  /** The association ended, or another activity began, inside this one. */
  broken(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#tell(running, false);
    this.#phase(running, 'broken', running.transfer.direction);
    this.#running = undefined;
  }

  gap(direction: Direction): void {
    if (this.#running?.transfer.direction === direction) this.#running.cut = true;
  }

  close(): void {
    this.broken();
  }

  #start(direction: Direction, activity: string, resumed: boolean): void {
    const transfer: Transfer = { index: this.#count, direction, activity, resumed };
    this.#count += 1;
    const { types, limits, emit } = this.#options;
    const reader = new TransferReader({
      apdu: types.apdu,
      edition: editionOf(this.#mode),
      wrapped: (this.#mode ?? 'normal') === 'normal',
      limits,
      onContent: (bytes, offset) => emit({ kind: 'content', direction, transfer, bytes, offset }),
      onStray: (bytes, offset) => emit({ kind: 'stray', direction, transfer, bytes, offset }),
    });
    // What comes after a resume begins somewhere inside the APDU: it cannot be read from its middle.
    const headLost = this.#options.startLost === true && !this.#startSeen && activity === '';
    this.#startSeen ||= activity !== '';
    this.#running = { transfer, reader, ended: false, cut: resumed && activity !== '', headLost };
    this.#phase(this.#running, 'started', direction);
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

  #phase(running: Running, phase: TransferPhase, direction: Direction): void {
    this.#options.emit({ kind: 'transfer', phase, direction, transfer: running.transfer });
  }

  /** Decodes and tells the APDU, once. */
  #tell(running: Running, ended: boolean): void {
    if (running.ended) return;
    const { transfer, reader, cut, headLost } = running;
    const { direction } = transfer;
    const whole = ended && !cut && !transfer.resumed;
    const result = reader.finish(whole);
    if (result.octets === 0) return;
    const { apdu, complete, octets, contentOctets, contextId } = result;
    const unreadable = headLost && contextId === undefined;
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
    for (const anomaly of this.#anomalies(result, transfer))
      this.#options.emit({ kind: 'anomaly', direction, anomaly });
  }

  #anomalies(result: TransferResult, transfer: Transfer): Anomaly[] {
    // Read from its middle, an APDU is no evidence against its sender.
    if (transfer.resumed && !result.complete) return [];
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
