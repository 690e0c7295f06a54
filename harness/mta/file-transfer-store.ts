import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { Octets } from '../ber/octets.js';
import type { SecuredTransfer, TransferKey, TransferStore } from '../stack/association/service.js';
import { writeWhole } from './spool-files.js';

/** How many transfers are kept; those begun longest ago go first. */
const TRANSFERS = 256;
/** Completed transfers that are known again; twice as many lines, and their file is written anew. */
const COMPLETED = 4096;
/** Names of one transfer: it may be resumed more often, and is then known by the last of them. */
const NAMES = 32;

const OCTETS = '.octets';
const POINTS = '.points';

/** One transfer on disk: its octets in one file, its names and points as lines in another. Both only grow. */
class KeptTransfer implements SecuredTransfer {
  readonly #base: string;
  readonly names: string[] = [];
  readonly #points = new Map<number, number>();
  #serial = 0;
  #length = 0;

  constructor(base: string) {
    this.#base = base;
  }

  get serial(): number {
    return this.#serial;
  }

  upTo(serial: number): Octets | undefined {
    const length = serial === 0 ? 0 : this.#points.get(serial);
    if (length === undefined) return undefined;
    if (length === 0) return Octets.empty;
    try {
      const octets = readFileSync(this.#base + OCTETS);
      return octets.length < length ? undefined : Octets.of(new Uint8Array(octets.subarray(0, length)));
    } catch {
      return undefined;
    }
  }

  /** Returns the names that it has no more. */
  name(name: string): string[] {
    this.names.push(name);
    this.#say('name', name);
    return this.names.splice(0, this.names.length - NAMES);
  }

  secure(serial: number, octets: Octets): void {
    for (const { bytes } of octets.slices) appendFileSync(this.#base + OCTETS, bytes);
    this.#length += octets.length;
    this.#point(serial, this.#length);
    this.#say('point', serial, this.#length);
  }

  truncate(serial: number): void {
    const length = serial === 0 ? 0 : this.#points.get(serial);
    if (length === undefined) return;
    if (length < this.#length) truncateSync(this.#base + OCTETS, length);
    this.#back(serial, length);
    this.#say('back', serial, length);
  }

  remove(): void {
    for (const each of [POINTS, OCTETS]) {
      try {
        rmSync(this.#base + each, { force: true });
      } catch {
        // It is there when the next run looks, and known by no other name.
      }
    }
  }

  /** What an earlier run left. A line that was being written when it ended is taken out: the next begins there. */
  load(): void {
    const octets = readFileSync(this.#base + POINTS);
    const end = octets.lastIndexOf(0x0a) + 1;
    if (end < octets.length) truncateSync(this.#base + POINTS, end);
    const there = existsSync(this.#base + OCTETS) ? statSync(this.#base + OCTETS).size : 0;
    for (const line of octets.subarray(0, end).toString().split('\n')) {
      const [what, ...rest] = line.split(' ');
      const [serial = Number.NaN, length = Number.NaN] = rest.map(Number);
      const isPoint = Number.isInteger(serial) && Number.isInteger(length) && length >= 0 && length <= there;
      if (what === 'name' && rest.length > 0) this.names.push(rest.join(' '));
      if (what === 'back' && isPoint) this.#back(serial, length);
      if (what === 'point' && isPoint) this.#point(serial, length);
    }
    if (there > this.#length) truncateSync(this.#base + OCTETS, this.#length);
  }

  #point(serial: number, length: number): void {
    this.#points.set(serial, length);
    this.#serial = serial;
    this.#length = length;
  }

  #back(serial: number, length: number): void {
    for (const point of [...this.#points.keys()]) if (point > serial) this.#points.delete(point);
    this.#serial = serial;
    this.#length = length;
  }

  #say(...words: readonly (string | number)[]): void {
    appendFileSync(this.#base + POINTS, `${words.join(' ')}\n`);
  }
}

/**
 * Keeps transfers in a folder, so that a process that is started again can go on with them. X.228 7.8. It does not wait
 * for the disk: octets that the machine loses with its power are missed when the transfer is resumed, and sent again.
 * What the disk does not take is forgotten.
 */
export class FileTransferStore implements TransferStore {
  readonly #folder: string;
  readonly #byName = new Map<string, KeptTransfer>();
  readonly #kept = new Set<KeptTransfer>();
  readonly #completed = new Set<string>();
  #count = 0;
  #lines = 0;

  readonly #completing: (names: readonly string[], note: () => void) => void;

  /** `folder` exists. `completing` is to note that these are completed, together with what goes with it. */
  constructor(folder: string, completing: (names: readonly string[], note: () => void) => void = (_, note) => note()) {
    this.#folder = folder;
    this.#completing = completing;
    for (const file of readdirSync(folder).sort()) {
      if (!/^\d+\.points$/.test(file)) continue;
      const number = file.slice(0, -POINTS.length);
      this.#count = Math.max(this.#count, Number.parseInt(number, 10));
      const kept = new KeptTransfer(join(folder, number));
      kept.load();
      if (kept.names.length === 0) {
        kept.remove();
        continue;
      }
      this.#kept.add(kept);
      for (const name of kept.names) this.#byName.set(name, kept);
    }
    if (existsSync(this.#completedFile)) {
      const lines = readFileSync(this.#completedFile, 'utf8').split('\n').slice(0, -1).slice(-COMPLETED);
      for (const line of lines) this.#completed.add(line);
      this.#writeCompleted();
    }
  }

  secure(key: TransferKey, serial: number, octets: Octets): void {
    const name = nameOf(key);
    this.#keeping(name, () => {
      const kept = this.#byName.get(name) ?? this.#add(name);
      kept.secure(serial, octets);
    });
  }

  resumed(key: TransferKey, by: TransferKey, serial: number): void {
    const from = nameOf(key);
    const kept = this.#byName.get(from);
    if (kept === undefined) return;
    this.#keeping(from, () => {
      kept.truncate(serial);
      const name = nameOf(by);
      if (this.#byName.get(name) === kept) return;
      const gone = kept.name(name);
      this.#byName.set(name, kept);
      for (const each of gone) this.#byName.delete(each);
    });
  }

  completed(key: TransferKey): void {
    const name = nameOf(key);
    const kept = this.#byName.get(name);
    const names = kept?.names ?? [name];
    // Without what goes with it, it is not to be acknowledged: that it cannot be written is for who listens to hear.
    this.#completing(names, () => this.#keeping(name, () => this.note(names)));
    if (kept !== undefined) this.#drop(kept);
  }

  /** Transfers with these names are completed. Throws where that cannot be written. */
  note(names: readonly string[]): void {
    for (const each of names) this.#completed.add(each);
    for (const oldest of this.#completed) {
      if (this.#completed.size <= COMPLETED) break;
      this.#completed.delete(oldest);
    }
    this.#lines += names.length;
    if (this.#lines > 2 * COMPLETED) this.#writeCompleted();
    else appendFileSync(this.#completedFile, names.map((each) => `${each}\n`).join(''));
  }

  discarded(key: TransferKey): void {
    const name = nameOf(key);
    const kept = this.#byName.get(name);
    if (kept !== undefined) this.#drop(kept);
    if (this.#completed.delete(name)) this.#keeping(name, () => this.#writeCompleted());
  }

  find(key: TransferKey): SecuredTransfer | 'completed' | undefined {
    const name = nameOf(key);
    return this.#completed.has(name) ? 'completed' : this.#byName.get(name);
  }

  get #completedFile(): string {
    return join(this.#folder, 'completed');
  }

  /** What cannot be written is not kept either. */
  #keeping(name: string, write: () => void): void {
    try {
      write();
    } catch {
      const kept = this.#byName.get(name);
      if (kept !== undefined) this.#drop(kept);
    }
  }

  #writeCompleted(): void {
    writeWhole(this.#completedFile, [...this.#completed].map((each) => `${each}\n`).join(''), false);
    this.#lines = this.#completed.size;
  }

  #add(name: string): KeptTransfer {
    this.#count += 1;
    const kept = new KeptTransfer(join(this.#folder, String(this.#count).padStart(8, '0')));
    this.#byName.set(name, kept);
    this.#kept.add(kept);
    kept.name(name);
    const [oldest] = this.#kept.size > TRANSFERS ? this.#kept : [];
    if (oldest !== undefined) this.#drop(oldest);
    return kept;
  }

  #drop(kept: KeptTransfer): void {
    for (const name of kept.names) this.#byName.delete(name);
    this.#kept.delete(kept);
    kept.remove();
  }
}

function nameOf({ connection, activity }: TransferKey): string {
  return `${connection} ${activity}`;
}
