import type { Limits } from '../../ber/limits.js';
import { Octets } from '../../ber/octets.js';
import type { Anomaly } from '../anomaly.js';
import { CotpObserver } from '../cotp/observer.js';
import { type Direction, opposite } from '../direction.js';
import { SessionObserver } from '../session/observer.js';
import type { Spdu } from '../session/spdu.js';
import { TPKT_HEADER_LENGTH } from '../tpkt/codec.js';
import { TpktFramer } from '../tpkt/framer.js';
import type { BrokenTransfers } from './broken-transfers.js';
import type { AssociationEvent, EventBody, Mode, Outcome, UserTypes } from './events.js';
import { UpperObserver } from './upper-observer.js';

export interface ObserverOptions {
  readonly connection: number;
  readonly types: UserTypes;
  /** The recording does not hold the start of the connection. */
  readonly startLost?: boolean;
  readonly limits?: Partial<Limits>;
  /**
   * Shared by the observers of one conversation: a transfer that breaks off on one goes on on another. What is told of
   * this association later is told there. Where absent, what breaks off is told at once.
   */
  readonly broken?: BrokenTransfers;
}

/**
 * Follows both directions of one connection from octets to events, in every mode, live or recorded. It plays no role
 * and never refuses: what it cannot read it reports and goes on.
 */
export class AssociationObserver {
  readonly #connection: number;
  readonly #offsets: Record<Direction, number> = { i2r: 0, r2i: 0 };
  readonly #framers: Record<Direction, TpktFramer>;
  readonly #cotp = new CotpObserver();
  readonly #session = new SessionObserver();
  readonly #upper: UpperObserver;
  readonly #closed = new Set<Direction>();
  #events: AssociationEvent[] = [];
  #time = 0;
  #incomplete: boolean;
  #ended = false;
  /** Its own octets are being read: what is told, stands in their order. */
  #reading = false;
  #released = false;

  constructor(options: ObserverOptions) {
    this.#connection = options.connection;
    this.#incomplete = options.startLost ?? false;
    const start = this.#incomplete ? 'searching' : 'synchronised';
    this.#framers = { i2r: new TpktFramer(start), r2i: new TpktFramer(start) };
    const { connection, broken } = options;
    const late = (body: EventBody) => {
      if (this.#reading) this.#emit(body);
      else broken?.tell({ ...body, connection, time: this.#time } as AssociationEvent);
    };
    this.#upper = new UpperObserver({
      connection,
      shared: broken === undefined ? undefined : { broken, late },
      types: options.types,
      limits: options.limits,
      startLost: this.#incomplete,
      emit: (event) => this.#emit(event),
    });
  }

  get mode(): Mode | undefined {
    return this.#upper.mode;
  }

  /** Octets that one side sent. `bytes` are kept by reference. */
  push(direction: Direction, bytes: Uint8Array, time: number): AssociationEvent[] {
    this.#time = time;
    this.#reading = true;
    const octets = Octets.of(bytes, this.#offsets[direction]);
    this.#offsets[direction] += bytes.length;
    for (const unit of this.#framers[direction].push(octets)) {
      switch (unit.kind) {
        case 'tpkt':
          this.#transport(direction, this.#cotp.push(direction, unit.tpdu));
          break;
        case 'anomaly':
          this.#anomaly(direction, unit.anomaly);
          break;
        case 'lostSync':
          this.#anomaly(direction, {
            layer: 'tpkt',
            code: 'malformed',
            path: 'TPKT',
            offset: unit.error.offset ?? octets.offset,
            // Of what follows no one can say where a unit ends.
            length: TPKT_HEADER_LENGTH,
            message: unit.error.message,
            clause: 'RFC 1006 6',
          });
          break;
        case 'incomplete':
          break;
      }
    }
    // What cannot be cut into TPKTs may still hold text worth finding.
    if (this.#framers[direction].state === 'lost') this.#emit({ kind: 'undecodable', direction, octets });
    return this.#take();
  }

  /** The recording lost octets of this direction. */
  gap(direction: Direction, lost: number, time: number): AssociationEvent[] {
    this.#time = time;
    this.#reading = true;
    this.#incomplete = true;
    this.#offsets[direction] += lost;
    this.#framers[direction].gap(lost);
    this.#transport(direction, this.#cotp.gap(direction));
    this.#session.gap(direction);
    this.#upper.gap(direction);
    this.#emit({ kind: 'gap', direction });
    return this.#take();
  }

  /** One side, or the link as a whole, has closed; `lost` where the recording ended first. */
  close(how: 'end' | 'reset' | 'lost', time: number, direction?: Direction): AssociationEvent[] {
    this.#time = time;
    this.#reading = true;
    if (how === 'end' && direction !== undefined) {
      this.#closed.add(direction);
      // After the first FIN the other side may still be sending: a DR, or the rest of an answer.
      if (!this.#closed.has(opposite(direction))) return this.#take();
    }
    this.#end(how, direction ?? 'i2r');
    return this.#take();
  }

  #end(how: 'end' | 'reset' | 'lost', direction: Direction): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const event of this.#cotp.end()) this.#transport(event.direction, [event]);
    this.#upper.close();
    const { awaited } = this.#upper;
    this.#emit({ kind: 'end', direction, outcome: this.#outcome(how), ...(awaited === 0 ? {} : { awaited }) });
  }

  #outcome(how: 'end' | 'reset' | 'lost'): Outcome {
    const { terminated } = this.#upper;
    if (this.#released) return 'released';
    if (terminated !== undefined) return terminated;
    // A recording may end with the first FIN: that one is enough to say that the link was closed.
    return this.#incomplete || (how === 'lost' && this.#closed.size === 0) ? 'incomplete' : 'closed';
  }

  #transport(direction: Direction, events: ReturnType<CotpObserver['push']>): void {
    for (const event of events) {
      switch (event.kind) {
        case 'tpdu':
          this.#emit({ kind: 'tpdu', direction, tpdu: event.tpdu });
          if (event.tpdu.kind === 'DR' || event.tpdu.kind === 'ER')
            this.#upper.transportDisconnect(direction, event.tpdu);
          break;
        case 'tsdu':
          this.#sessionEvents(this.#session.push(direction, event.octets, event.headLost), event.headLost);
          break;
        case 'anomaly':
          this.#anomaly(direction, event.anomaly);
          break;
        case 'incomplete':
          break;
      }
    }
  }

  #sessionEvents(events: ReturnType<SessionObserver['push']>, headLost: boolean): void {
    for (const event of events) {
      switch (event.kind) {
        case 'anomaly':
          this.#anomaly(event.direction, event.anomaly);
          break;
        case 'spdu':
          if (!headLost || isPlausible(event.spdu)) this.#spdu(event.direction, event.spdu);
          else this.#emit({ kind: 'undecodable', direction: event.direction, octets: event.spdu.octets });
          break;
        case 'undecodable':
          this.#emit({ kind: 'undecodable', direction: event.direction, octets: event.octets });
          break;
      }
    }
  }

  #spdu(direction: Direction, spdu: Spdu): void {
    this.#emit({ kind: 'spdu', direction, spdu });
    if (spdu.kind === 'DISCONNECT') this.#released = true;
    this.#upper.spdu(direction, spdu);
  }

  #anomaly(direction: Direction, anomaly: Anomaly): void {
    this.#emit({ kind: 'anomaly', direction, anomaly });
  }

  /** The body, which was made for this, becomes the event: a copy of each would cost more than what it tells. */
  #emit(body: EventBody): void {
    const event = body as { -readonly [Key in keyof AssociationEvent]: AssociationEvent[Key] };
    event.connection = this.#connection;
    event.time = this.#time;
    this.#events.push(event as AssociationEvent);
  }

  #take(): AssociationEvent[] {
    const events = this.#events;
    this.#events = [];
    this.#reading = false;
    return events;
  }
}

/**
 * Octets from the middle of a content may look like a GIVE TOKENS and a DATA TRANSFER; that they have User-data behind
 * them, X.226 8.4.2, is no accident.
 */
function isPlausible({ kind, userData }: Spdu): boolean {
  return kind !== 'DATA TRANSFER' || userData?.at(0) === FULLY_ENCODED_DATA;
}

/** [APPLICATION 1], constructed. */
const FULLY_ENCODED_DATA = 0x61;
