import { Octets } from '../../ber/octets.js';
import type { SecuredTransfer, TransferKey, TransferStore } from './recovery.js';

/** How much a store keeps; what was touched longest ago goes first. */
export interface TransferStoreLimits {
  /** Octets of all transfers together; each point costs `POINT_OCTETS` beside its own. */
  readonly octets: number;
  readonly transfers: number;
  /** Completed transfers that are known again. */
  readonly completed: number;
}

/** What a point costs in memory however few octets are in front of it, about: so that points without octets end too. */
export const POINT_OCTETS = 400;
/** Names of one transfer: it may be resumed more often, and is then known by the last of them. */
const NAMES = 32;

const DEFAULT_LIMITS: TransferStoreLimits = { octets: 256 * 1024 * 1024, transfers: 256, completed: 4096 };

/** Points and octets of one transfer that is not complete. */
class Kept implements SecuredTransfer {
  /** Every key that names it: one more each time it is resumed. */
  readonly names: string[];
  readonly #parts: Octets[] = [];
  /** Octets in front of each point. */
  readonly #points = new Map<number, number>();
  #serial = 0;
  #length = 0;

  constructor(name: string) {
    this.names = [name];
  }

  get serial(): number {
    return this.#serial;
  }

  get cost(): number {
    return this.#length + POINT_OCTETS * this.#points.size;
  }

  secure(serial: number, octets: Octets): void {
    // A copy: a rope would hold whole chunks of the link for the few octets that it has of each.
    this.#parts.push(Octets.of(Uint8Array.from(octets.toBytes())));
    this.#length += octets.length;
    this.#serial = serial;
    this.#points.set(serial, this.#length);
  }

  upTo(serial: number): Octets | undefined {
    const length = serial === 0 ? 0 : this.#points.get(serial);
    return length === undefined ? undefined : Octets.join(this.#parts).subarray(0, length);
  }

  /** Forgets what is behind a point. */
  truncate(serial: number): void {
    const octets = this.upTo(serial);
    if (octets === undefined) return;
    this.#parts.splice(0, this.#parts.length, Octets.of(Uint8Array.from(octets.toBytes())));
    this.#length = octets.length;
    this.#serial = serial;
    for (const point of [...this.#points.keys()]) if (point > serial) this.#points.delete(point);
  }
}

/** Keeps transfers while the process lives. X.228 7.8. */
export class MemoryTransferStore implements TransferStore {
  readonly #limits: TransferStoreLimits;
  /** By each of their names, and in the order in which they were touched. */
  readonly #byName = new Map<string, Kept>();
  readonly #kept = new Set<Kept>();
  readonly #completed = new Set<string>();
  #octets = 0;

  constructor(limits: Partial<TransferStoreLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  secure(key: TransferKey, serial: number, octets: Octets): void {
    const name = nameOf(key);
    const kept = this.#byName.get(name) ?? this.#add(name);
    this.#octets -= kept.cost;
    kept.secure(serial, octets);
    this.#octets += kept.cost;
    this.#kept.delete(kept);
    this.#kept.add(kept);
    this.#bound();
  }

  resumed(key: TransferKey, by: TransferKey, serial: number): void {
    const kept = this.#byName.get(nameOf(key));
    if (kept === undefined) return;
    this.#octets -= kept.cost;
    kept.truncate(serial);
    this.#octets += kept.cost;
    const name = nameOf(by);
    if (this.#byName.get(name) === kept) return;
    kept.names.push(name);
    this.#byName.set(name, kept);
    for (const oldest of kept.names.splice(0, kept.names.length - NAMES)) this.#byName.delete(oldest);
  }

  completed(key: TransferKey): void {
    const name = nameOf(key);
    const kept = this.#byName.get(name);
    for (const each of kept?.names ?? [name]) this.#completed.add(each);
    if (kept !== undefined) this.#drop(kept);
    for (const oldest of this.#completed) {
      if (this.#completed.size <= this.#limits.completed) break;
      this.#completed.delete(oldest);
    }
  }

  discarded(key: TransferKey): void {
    const name = nameOf(key);
    const kept = this.#byName.get(name);
    if (kept !== undefined) this.#drop(kept);
    this.#completed.delete(name);
  }

  find(key: TransferKey): SecuredTransfer | 'completed' | undefined {
    const name = nameOf(key);
    return this.#completed.has(name) ? 'completed' : this.#byName.get(name);
  }

  #add(name: string): Kept {
    const kept = new Kept(name);
    this.#byName.set(name, kept);
    return kept;
  }

  #drop(kept: Kept): void {
    for (const name of kept.names) this.#byName.delete(name);
    this.#kept.delete(kept);
    this.#octets -= kept.cost;
  }

  #bound(): void {
    for (const oldest of this.#kept) {
      if (this.#octets <= this.#limits.octets && this.#kept.size <= this.#limits.transfers) return;
      this.#drop(oldest);
    }
  }
}

function nameOf({ connection, activity }: TransferKey): string {
  return `${connection} ${activity}`;
}
