import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { P1specError } from '../ber/error.js';
import type { ConnectionIdentifier } from '../stack/association/service.js';
import type { ConnectionBook } from './connection-book.js';
import { FileConnectionBook } from './file-connection-book.js';
import { FileTransferStore } from './file-transfer-store.js';
import type { Interrupted, QueuedItem, QueueJournal } from './queue.js';
import type { ReceivedApdu } from './received.js';
import type { Spool } from './spool.js';
import { labelOf, ownerOf, peerFolder, readJson, syncFolder, takeLock, writeAhead, writeWhole } from './spool-files.js';

const APDU = '.apdu';
const META = '.json';
/** What became of an item since: it need not be there. */
const PROGRESS = '.progress';
/** Behind the name of a file that comes of a transfer which is not known to be completed. */
const TAKING = '.taking';
/** Digits of an item's number. */
const DIGITS = 10;

/**
 * A spool in a folder: `queues/PEER/N.apdu` with `N.json` for each item, `received/` for what came, `transfers/` for what
 * is coming in, `connections` for whom it comes from. An item is on disk before `added` returns; how far its transfer got
 * is written without waiting for the disk, beside what is known of it. What comes of a transfer has other names until
 * `completion` says that it is completed. See docs/decisions/0007.
 */
export class FileSpool implements Spool {
  readonly transfers: FileTransferStore;
  readonly connections: ConnectionBook;
  readonly #folder: string;
  readonly #files = new WeakMap<QueuedItem, string>();
  readonly #lock: string;
  #items = 0;
  #received = 0;
  /** The files of what is being taken, by the names that they are to have. */
  #taking: string[] | undefined;
  #isCaring = false;

  /** Throws ERR_SPOOL_IN_USE where another process has it, ERR_SPOOL where it cannot be used. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#lock = join(folder, 'lock');
    try {
      for (const each of ['queues', 'received', 'transfers']) mkdirSync(join(folder, each), { recursive: true });
      takeLock(this.#lock);
      this.transfers = new FileTransferStore(join(folder, 'transfers'), (names, note) => this.#completing(names, note));
      this.#recover();
      this.connections = new FileConnectionBook(join(folder, 'connections'));
      this.#received = highest(readdirSync(join(folder, 'received')));
      this.#items = highest(readdirSync(this.#queues, { recursive: true }).map((path) => basename(String(path))));
    } catch (error) {
      if (error instanceof P1specError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new P1specError('ERR_SPOOL', {
        message: `the spool cannot be used: ${message}`,
        hint: 'name another folder',
      });
    }
  }

  /** Lets another process have it. */
  close(): void {
    this.taken();
    rmSync(this.#lock, { force: true });
  }

  /** Throws ERR_SPOOL where an item cannot be read. */
  queues(): ReadonlyMap<string, readonly QueuedItem[]> {
    const queues = new Map<string, QueuedItem[]>();
    for (const folder of readdirSync(this.#queues, { withFileTypes: true })) {
      const path = join(this.#queues, folder.name);
      const peer = folder.isDirectory() ? (ownerOf(path) ?? decoded(folder.name)) : undefined;
      if (peer === undefined) continue;
      const items = readdirSync(path)
        .filter((file) => /^\d{10}\.json$/.test(file))
        .sort()
        .flatMap((file) => this.#load(join(path, file.slice(0, DIGITS))));
      queues.set(peer, items);
    }
    return queues;
  }

  journal(peer: string): QueueJournal {
    const folder = peerFolder(this.#queues, peer);
    return {
      added: (item, earlier) => {
        const before = earlier && this.#files.get(earlier);
        if (earlier !== undefined && before !== undefined) {
          this.#files.delete(earlier);
          this.#files.set(item, before);
          writeWhole(before + APDU, item.apdu, true);
          return;
        }
        this.#items += 1;
        const base = join(folder, String(this.#items).padStart(DIGITS, '0'));
        this.#files.set(item, base);
        writeAhead(base + APDU, item.apdu);
        // The item is there once this file is: without it, the octets are those of nobody.
        if (this.#isCaring && this.#taking !== undefined) {
          writeAhead(base + META + TAKING, metaOf(item));
          this.#taking.push(base + META);
        } else {
          writeWhole(base + META, metaOf(item), true);
        }
      },
      restored: (item, earlier) => {
        const base = this.#files.get(earlier);
        if (base === undefined) this.journal(peer).added(item);
        else this.#files.set(item, base);
      },
      changed: (item) => {
        const base = this.#files.get(item);
        if (base !== undefined) writeWhole(base + PROGRESS, metaOf(item), false);
      },
      removed: (item) => {
        const base = this.#files.get(item);
        if (base === undefined) return;
        this.#taking = this.#taking?.filter((each) => each !== base + META);
        for (const each of [META, META + TAKING, APDU, PROGRESS]) rmSync(base + each, { force: true });
      },
    };
  }

  received({ kind, octets }: ReceivedApdu, peer: string): void {
    this.#received += 1;
    const number = String(this.#received).padStart(8, '0');
    const name = `${number}-${kind ?? 'unreadable'}-${labelOf(peer)}${APDU}`;
    const path = join(this.#folder, 'received', name);
    this.taken();
    writeAhead(path + TAKING, octets);
    this.#taking = [path];
  }

  caring(care: () => void): void {
    this.#isCaring = true;
    try {
      care();
    } finally {
      this.#isCaring = false;
    }
  }

  taken(): void {
    settle(this.#taking ?? []);
    this.#taking = undefined;
  }

  /** All of it counts from when the file is there that says so, and needs that no more once all is in its place. */
  #completing(names: readonly string[], note: () => void): void {
    const files = this.#taking ?? [];
    const completion: Completion = { names, files: files.map((file) => relative(this.#folder, file)) };
    if (files.length > 0) writeWhole(this.#completion, JSON.stringify(completion), false);
    this.taken();
    note();
    rmSync(this.#completion, { force: true });
  }

  /** Puts in its place what an earlier run was taking and had completed; the rest will come again. */
  #recover(): void {
    const completion = existsSync(this.#completion) ? readJson(this.#completion) : undefined;
    if (isCompletion(completion)) {
      settle(completion.files.map((file) => join(this.#folder, file)));
      this.transfers.note(completion.names);
    }
    rmSync(this.#completion, { force: true });
    for (const folder of ['queues', 'received']) {
      for (const name of readdirSync(join(this.#folder, folder), { recursive: true }).map(String)) {
        if (!name.endsWith(TAKING)) continue;
        const path = join(this.#folder, folder, name);
        if (name.endsWith(META + TAKING)) rmSync(path.slice(0, -(META + TAKING).length) + APDU, { force: true });
        rmSync(path, { force: true });
      }
    }
  }

  get #completion(): string {
    return join(this.#folder, 'completion');
  }

  get #queues(): string {
    return join(this.#folder, 'queues');
  }

  #load(base: string): QueuedItem[] {
    if (!existsSync(base + APDU)) return [];
    const progress = existsSync(base + PROGRESS) ? metaIn(base + PROGRESS) : undefined;
    const meta = progress ?? metaIn(base + META);
    if (meta === undefined) {
      throw new P1specError('ERR_SPOOL', {
        message: `the spool has an item that cannot be read: ${base}${META}`,
        hint: `its octets are in ${base}${APDU}; move both away, or mend the first`,
      });
    }
    const item: QueuedItem = { ...meta, apdu: new Uint8Array(readFileSync(base + APDU)) };
    this.#files.set(item, base);
    return [item];
  }
}

/** What was being taken when its transfer was completed; paths in the spool. */
interface Completion {
  readonly names: readonly string[];
  readonly files: readonly string[];
}

function isCompletion(value: unknown): value is Completion {
  const areTexts = (each: unknown) => Array.isArray(each) && each.every((text) => typeof text === 'string');
  return isRecord(value) && areTexts(value.names) && areTexts(value.files);
}

/** Gives files the names that they are to have, on disk when this returns. */
function settle(files: readonly string[]): void {
  for (const file of files) if (existsSync(file + TAKING)) renameSync(file + TAKING, file);
  for (const folder of new Set(files.map((file) => dirname(file)))) syncFolder(folder);
}

/** The highest number that a file's name begins with. */
function highest(names: readonly string[]): number {
  return names.reduce((most, name) => Math.max(most, Number(/^\d{8,10}(?=[-.])/.exec(name)?.[0] ?? 0)), 0);
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

function metaOf({ apdu: _, interrupted, ...item }: QueuedItem): string {
  return JSON.stringify({ ...item, interrupted: interrupted && written(interrupted) });
}

const NUMBERS = ['place', 'queuedAt', 'openRetries', 'transferRetries'];

/** Undefined where the file does not hold what an item is described by. */
function metaIn(path: string): Omit<QueuedItem, 'apdu'> | undefined {
  const value = readJson(path);
  if (!isRecord(value)) return undefined;
  const { kind, priority, identifier, system, interrupted, ...rest } = value;
  const isItem =
    ['message', 'probe', 'report'].includes(String(kind)) &&
    ['urgent', 'normal', 'nonUrgent'].includes(String(priority)) &&
    typeof identifier === 'string' &&
    typeof system === 'boolean' &&
    NUMBERS.every((name) => Number.isFinite(rest[name])) &&
    // A spool that knew of no deferral has none.
    (rest.deferredUntil === undefined || Number.isFinite(rest.deferredUntil));
  if (!isItem || (interrupted !== undefined && !isInterrupted(interrupted))) return undefined;
  const item = { ...rest, kind, priority, identifier, system } as Omit<QueuedItem, 'apdu'>;
  return interrupted === undefined ? item : { ...item, interrupted: interruptedOf(interrupted) };
}

function written({ resumption, ...rest }: Interrupted) {
  const { connection, activity } = resumption;
  return {
    ...rest,
    resumption: {
      ...resumption,
      activity: hex(activity),
      connection: {
        callingReference: hex(connection.callingReference),
        commonReference: hex(connection.commonReference),
        additionalReference: connection.additionalReference && hex(connection.additionalReference),
      },
    },
  };
}

function isInterrupted(value: unknown): value is ReturnType<typeof written> {
  if (!isRecord(value) || !isRecord(value.resumption) || !isRecord(value.resumption.connection)) return false;
  const { role, attempts, resumption } = value;
  const { activity, serial, position, connection } = resumption as Record<string, unknown>;
  const { callingReference, commonReference } = connection as Record<string, unknown>;
  return (
    (role === 'initiator' || role === 'responder') &&
    [activity, callingReference, commonReference].every((each) => typeof each === 'string') &&
    [attempts, serial, position].every((each) => Number.isFinite(each))
  );
}

function interruptedOf({ resumption, ...rest }: ReturnType<typeof written>): Interrupted {
  const { callingReference, commonReference, additionalReference } = resumption.connection;
  const connection: ConnectionIdentifier = {
    callingReference: octets(callingReference),
    commonReference: octets(commonReference),
    ...(additionalReference === undefined ? {} : { additionalReference: octets(additionalReference) }),
  };
  return { ...rest, resumption: { ...resumption, activity: octets(resumption.activity), connection } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function octets(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}
