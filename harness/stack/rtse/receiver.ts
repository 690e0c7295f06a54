import type { Octets } from '../../ber/octets.js';
import type { SessionEvent } from '../session/primitives.js';
import { IncomingTransfer } from './incoming.js';
import type { ModeProfile } from './mode.js';
import { connectionKey, type TransferKey, type TransferStore } from './recovery.js';
import { Slices } from './slices.js';
import { MemoryTransferStore } from './transfer-store.js';

type ActivityResumed = Extract<SessionEvent, { kind: 'sActivityResumeIndication' }>;

/** Why a resumed activity cannot go on. */
export type ResumeRefusal = 'completed' | 'completed again' | 'unknown';

/** Points that may wait: a sender that has none confirmed makes them without end. */
const WAITING = 65_536;

interface Waiting {
  readonly serial: number;
  readonly octets: Octets;
}

/** What the receiving side knows of the transfer under way, and has secured of it. X.228 7.3, 7.8. */
export class Receiver {
  readonly #mode: ModeProfile;
  readonly #collectLimit: number;
  readonly #shared: TransferStore | undefined;
  /** In place of `shared` where the session connection has no references: its names hold here only. */
  #unnamed: TransferStore | undefined;
  #incoming: IncomingTransfer | undefined;
  #store: TransferStore | undefined;
  #key: TransferKey | undefined;
  /** The last point in the store, as far as this transfer put it there. */
  #secured = 0;
  /** Points that are not confirmed yet, with the octets in front of each. */
  #waiting: Waiting[] = [];
  readonly #since = new Slices();
  /** The activity that was said to be completed: a sender that comes with it again does not listen. */
  #told: string | undefined;

  constructor(mode: ModeProfile, collectLimit: number, store: TransferStore | undefined) {
    this.#mode = mode;
    this.#collectLimit = collectLimit;
    this.#shared = store;
  }

  start(activity: Octets): void {
    this.#end();
    this.#incoming = new IncomingTransfer(this.#collectLimit);
    this.#store = this.#storeOf(this.#connection);
    this.#key = { connection: this.#connection ?? '', activity: activity.toHex() };
    // A sender that starts an activity under an old name means another APDU by it.
    if (this.#store?.find(this.#key) !== undefined) this.#store.discarded(this.#key);
  }

  /** The transfer goes on behind point `serialNumber`, or cannot. */
  resume({ activityIdentifier, linking, serialNumber }: ActivityResumed): ResumeRefusal | undefined {
    this.#end();
    const old = this.#linked(linking);
    if (old === undefined) return 'unknown';
    const { key: from, store } = old;
    const by = this.#nameHere(activityIdentifier.toHex(), store) ?? from;
    const isNew = by.connection !== from.connection || by.activity !== from.activity;
    if (isNew && store.find(by) !== undefined) store.discarded(by);
    const kept = store.find(from);
    if (kept === 'completed') {
      const name = `${from.connection} ${from.activity}`;
      const again = this.#told === name;
      this.#told = name;
      return again ? 'completed again' : 'completed';
    }
    const octets = kept?.upTo(serialNumber);
    this.#store = store;
    if (octets === undefined) {
      // What is kept under the old name goes when the sender discards.
      this.#key = from;
      return 'unknown';
    }
    store.resumed(from, by, serialNumber);
    this.#key = by;
    this.#secured = serialNumber;
    this.#incoming = new IncomingTransfer(this.#collectLimit, octets);
    return undefined;
  }

  push(slice: Octets): void {
    this.#incoming?.push(slice);
    if (this.#store === undefined) return;
    if (this.#incoming?.over === true) this.#drop();
    else if (slice.length > 0) this.#since.push(slice);
  }

  /** A point came; what is in front of it is secured when it is confirmed. */
  point(serial: number): void {
    if (this.#store === undefined) return;
    this.#waiting.push({ serial, octets: this.#since.octets });
    this.#since.clear();
    if (this.#waiting.length > WAITING) this.#drop();
  }

  /** Before point `serial` is confirmed: it, and all before it. */
  secure(serial: number): void {
    while ((this.#waiting[0]?.serial ?? Number.POSITIVE_INFINITY) <= serial) {
      const point = this.#waiting.shift();
      const [store, key] = [this.#store, this.#key];
      if (point === undefined || store === undefined || key === undefined) return;
      const kept = store.find(key);
      // All of it came on another association: nothing is kept, and its end is not indicated again.
      if (kept === 'completed') return;
      const last = kept?.serial ?? 0;
      // On another association someone else goes on under this name: whose octets they are, nobody could tell.
      if (last !== this.#secured) {
        this.#drop();
        return;
      }
      store.secure(key, point.serial, point.octets);
      this.#secured = point.serial;
    }
  }

  /** Whether all of it came on another association, while it went on here: it has been indicated once. */
  get completedElsewhere(): boolean {
    return this.#key !== undefined && this.#store?.find(this.#key) === 'completed';
  }

  /** The transferred value, whole: undefined where it is longer than what is collected. */
  get value(): Octets | undefined {
    const incoming = this.#incoming;
    return incoming === undefined || incoming.over ? undefined : incoming.octets;
  }

  get length(): number {
    return this.#incoming?.length ?? 0;
  }

  /** Before ACTIVITY END is acknowledged. */
  completed(): void {
    if (this.#key !== undefined) this.#store?.completed(this.#key);
    this.#end();
  }

  /** S-ACTIVITY-INTERRUPT, or the loss of the association: what was secured stays. */
  interrupted(): void {
    this.#end();
  }

  discarded(): void {
    this.#discard();
    this.#end();
  }

  get #connection(): string | undefined {
    const { connection } = this.#mode;
    return connection === undefined ? undefined : connectionKey(connection);
  }

  /** Without references there is no new name that would hold elsewhere: then it goes on under the old one. */
  #nameHere(activity: string, store: TransferStore): TransferKey | undefined {
    const connection = this.#connection ?? (store === this.#shared ? undefined : '');
    return connection === undefined ? undefined : { connection, activity };
  }

  /** The activity that is resumed, by the references of its session connection, or on this one. X.225 8.3.30. */
  #linked(linking: ActivityResumed['linking']): { key: TransferKey; store: TransferStore } | undefined {
    const { callingReference, commonReference, additionalReference, activityIdentifier } = linking;
    if (activityIdentifier === undefined) return undefined;
    let connection = this.#connection;
    if (callingReference !== undefined && commonReference !== undefined) {
      connection = connectionKey({
        callingReference: callingReference.toBytes(),
        commonReference: commonReference.toBytes(),
        additionalReference: additionalReference?.toBytes(),
      });
    }
    const store = this.#storeOf(connection);
    if (store === undefined) return undefined;
    return { key: { connection: connection ?? '', activity: activityIdentifier.toHex() }, store };
  }

  #storeOf(connection: string | undefined): TransferStore | undefined {
    if (this.#shared === undefined || connection !== undefined) return this.#shared;
    this.#unnamed ??= new MemoryTransferStore({ octets: this.#collectLimit });
    return this.#unnamed;
  }

  /** Keeps no more of the transfer under way: what comes after a break comes whole. */
  #drop(): void {
    this.#discard();
    this.#forget();
  }

  /** A discard may come behind the end, on an association that the sender gave up: what is completed stays so. */
  #discard(): void {
    if (this.#key !== undefined && !this.completedElsewhere) this.#store?.discarded(this.#key);
  }

  #forget(): void {
    this.#store = undefined;
    this.#key = undefined;
    this.#waiting = [];
    this.#since.clear();
  }

  #end(): void {
    this.#forget();
    this.#incoming = undefined;
    this.#secured = 0;
  }
}
