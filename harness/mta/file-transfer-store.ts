import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Octets } from '../ber/octets.js';
import type { SecuredTransfer, TransferKey, TransferStore } from '../stack/association/service.js';

/** How many transfers are kept; those begun longest ago go first. */
const TRANSFERS = 256;
/** Completed transfers that are known again. */
const COMPLETED = 4096;

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
    return Octets.of(new Uint8Array(readFileSync(this.#base + OCTETS).subarray(0, length)));
  }

  name(name: string): void {
    this.names.push(name);
    this.#say('name', name);
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
    rmSync(this.#base + OCTETS, { force: true });
    rmSync(this.#base + POINTS, { force: true });
  }

  /** What an earlier run left. A line that was being written when it ended is as if it were not there. */
  load(): void {
    const text = readFileSync(this.#base + POINTS, 'utf8');
    const there = existsSync(this.#base + OCTETS) ? readFileSync(this.#base + OCTETS).length : 0;
    for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
      const [what, ...rest] = line.split(' ');
      const [serial = 0, length = 0] = rest.map(Number);
      if (what === 'name') this.names.push(rest.join(' '));
      if (what === 'back') this.#back(serial, length);
      if (what === 'point' && length <= there) this.#point(serial, length);
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
 */
export class FileTransferStore implements TransferStore {
  readonly #folder: string;
  readonly #byName = new Map<string, KeptTransfer>();
  readonly #kept = new Set<KeptTransfer>();
  readonly #completed = new Set<string>();
  #count = 0;

  /** `folder` exists. */
  constructor(folder: string) {
    this.#folder = folder;
    for (const file of readdirSync(folder).sort()) {
      if (!file.endsWith(POINTS)) continue;
      const number = file.slice(0, -POINTS.length);
      this.#count = Math.max(this.#count, Number.parseInt(number, 10));
      const kept = new KeptTransfer(join(folder, number));
      kept.load();
      this.#kept.add(kept);
      for (const name of kept.names) this.#byName.set(name, kept);
    }
    if (existsSync(this.#completedFile)) {
      const lines = readFileSync(this.#completedFile, 'utf8').split('\n').slice(0, -1).slice(-COMPLETED);
      for (const line of lines) this.#completed.add(line);
      writeFileSync(this.#completedFile, lines.map((line) => `${line}\n`).join(''));
    }
  }

  secure(key: TransferKey, serial: number, octets: Octets): void {
    const name = nameOf(key);
    const kept = this.#byName.get(name) ?? this.#add(name);
    kept.secure(serial, octets);
  }

  resumed(key: TransferKey, by: TransferKey, serial: number): void {
    const kept = this.#byName.get(nameOf(key));
    if (kept === undefined) return;
    kept.truncate(serial);
    const name = nameOf(by);
    if (this.#byName.get(name) === kept) return;
    kept.name(name);
    this.#byName.set(name, kept);
  }

  completed(key: TransferKey): void {
    const name = nameOf(key);
    const kept = this.#byName.get(name);
    const names = kept?.names ?? [name];
    appendFileSync(this.#completedFile, names.map((each) => `${each}\n`).join(''));
    for (const each of names) this.#completed.add(each);
    if (kept !== undefined) this.#drop(kept);
    for (const oldest of this.#completed) {
      if (this.#completed.size <= COMPLETED) break;
      this.#completed.delete(oldest);
    }
  }

  discarded(key: TransferKey): void {
    const name = nameOf(key);
    const kept = this.#byName.get(name);
    if (kept !== undefined) this.#drop(kept);
    if (!this.#completed.delete(name)) return;
    writeFileSync(this.#completedFile, [...this.#completed].map((each) => `${each}\n`).join(''));
  }

  find(key: TransferKey): SecuredTransfer | 'completed' | undefined {
    const name = nameOf(key);
    return this.#completed.has(name) ? 'completed' : this.#byName.get(name);
  }

  get #completedFile(): string {
    return join(this.#folder, 'completed');
  }

  #add(name: string): KeptTransfer {
    this.#count += 1;
    const kept = new KeptTransfer(join(this.#folder, String(this.#count).padStart(8, '0')));
    kept.name(name);
    this.#byName.set(name, kept);
    this.#kept.add(kept);
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
