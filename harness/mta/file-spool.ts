import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { P1specError } from '../ber/error.js';
import type { ConnectionIdentifier } from '../stack/association/service.js';
import { type ConnectionBook, MemoryConnectionBook } from './connection-book.js';
import { FileTransferStore } from './file-transfer-store.js';
import type { Interrupted, QueuedItem, QueueJournal } from './queue.js';
import type { ReceivedApdu } from './received.js';
import type { Spool } from './spool.js';

const APDU = '.apdu';
const META = '.json';

/**
 * A spool in a folder: `queues/PEER/N.apdu` with `N.json` for each item, `received/` for what came, `transfers/` for what
 * is coming in, `connections` for whom it comes from. An item is on disk before `added` returns; how far its transfer got
 * is written without waiting for the disk. See docs/decisions/0007.
 */
export class FileSpool implements Spool {
  readonly transfers: FileTransferStore;
  readonly connections: ConnectionBook;
  readonly #folder: string;
  readonly #files = new WeakMap<QueuedItem, string>();
  readonly #lock: string;
  #items = 0;
  #received = 0;

  /** Throws ERR_SPOOL_IN_USE where another process has it, ERR_SPOOL where it cannot be used. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#lock = join(folder, 'lock');
    try {
      for (const each of ['queues', 'received', 'transfers']) mkdirSync(join(folder, each), { recursive: true });
      this.#takeLock();
      this.transfers = new FileTransferStore(join(folder, 'transfers'));
      this.connections = new FileConnectionBook(join(folder, 'connections'));
      this.#received = readdirSync(join(folder, 'received')).length;
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
    rmSync(this.#lock, { force: true });
  }

  queues(): ReadonlyMap<string, readonly QueuedItem[]> {
    const queues = new Map<string, QueuedItem[]>();
    for (const folder of readdirSync(join(this.#folder, 'queues'))) {
      const path = join(this.#folder, 'queues', folder);
      const items = readdirSync(path)
        .filter((file) => file.endsWith(META))
        .sort()
        .flatMap((file) => this.#load(join(path, file.slice(0, -META.length))));
      queues.set(decodeURIComponent(folder), items);
    }
    return queues;
  }

  journal(peer: string): QueueJournal {
    const folder = join(this.#folder, 'queues', encodeURIComponent(peer).replaceAll('.', '%2E'));
    mkdirSync(folder, { recursive: true });
    return {
      added: (item) => {
        this.#items += 1;
        const base = join(folder, String(this.#items).padStart(10, '0'));
        this.#files.set(item, base);
        writeWhole(base + APDU, item.apdu, true);
        // The item is there once this file is: without it, the octets are those of nobody.
        writeWhole(base + META, metaOf(item), true);
      },
      restored: (item, earlier) => {
        const base = this.#files.get(earlier);
        if (base === undefined) this.journal(peer).added(item);
        else this.#files.set(item, base);
      },
      changed: (item) => {
        const base = this.#files.get(item);
        if (base !== undefined) writeWhole(base + META, metaOf(item), false);
      },
      removed: (item) => {
        const base = this.#files.get(item);
        if (base === undefined) return;
        rmSync(base + META, { force: true });
        rmSync(base + APDU, { force: true });
      },
    };
  }

  received({ kind, octets }: ReceivedApdu, peer: string): void {
    this.#received += 1;
    const number = String(this.#received).padStart(8, '0');
    const name = `${number}-${kind ?? 'unreadable'}-${encodeURIComponent(peer).replaceAll('.', '%2E')}${APDU}`;
    writeWhole(join(this.#folder, 'received', name), octets, true);
  }

  #load(base: string): QueuedItem[] {
    this.#items = Math.max(this.#items, Number.parseInt(base.slice(-10), 10));
    if (!existsSync(base + APDU)) return [];
    const { interrupted, ...meta } = JSON.parse(readFileSync(base + META, 'utf8'));
    const item: QueuedItem = {
      ...meta,
      apdu: new Uint8Array(readFileSync(base + APDU)),
      ...(interrupted === undefined ? {} : { interrupted: interruptedOf(interrupted) }),
    };
    this.#files.set(item, base);
    return [item];
  }

  #takeLock(): void {
    for (const last of [false, true]) {
      try {
        writeFileSync(this.#lock, String(process.pid), { flag: 'wx' });
        return;
      } catch (error) {
        const owner = Number(readFileSync(this.#lock, 'utf8'));
        if (last || (owner !== process.pid && isAlive(owner))) {
          throw new P1specError('ERR_SPOOL_IN_USE', {
            message: `the spool ${this.#folder} is in use by process ${owner}`,
            hint: 'end that process, or name another folder',
            cause: error,
          });
        }
        rmSync(this.#lock, { force: true });
      }
    }
  }
}

/** A book whose lines are also in a file. */
class FileConnectionBook implements ConnectionBook {
  readonly #memory = new MemoryConnectionBook();
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
    for (const line of lines) {
      const [key = '', peer] = line.split(' ');
      if (peer === undefined) this.#memory.released(key);
      else this.#memory.opened(key, decodeURIComponent(peer));
    }
    const kept = lines.filter((line) => this.#memory.peerOf(line.split(' ')[0] ?? '') !== undefined);
    writeFileSync(path, kept.map((line) => `${line}\n`).join(''));
  }

  opened(key: string, peer: string): void {
    this.#memory.opened(key, peer);
    appendFileSync(this.#path, `${key} ${encodeURIComponent(peer)}\n`);
  }

  released(key: string): void {
    this.#memory.released(key);
    appendFileSync(this.#path, `${key}\n`);
  }

  peerOf(key: string): string | undefined {
    return this.#memory.peerOf(key);
  }
}

/** Under another name first: a reader finds all of it or nothing. */
function writeWhole(path: string, content: Uint8Array | string, sync: boolean): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const fd = openSync(`${path}.new`, 'w');
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
    if (sync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(`${path}.new`, path);
}

function metaOf({ apdu: _, interrupted, ...item }: QueuedItem): string {
  return JSON.stringify({ ...item, interrupted: interrupted && written(interrupted) });
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

function interruptedOf({ resumption, ...rest }: ReturnType<typeof written>): Interrupted {
  const { callingReference, commonReference, additionalReference } = resumption.connection;
  const connection: ConnectionIdentifier = {
    callingReference: octets(callingReference),
    commonReference: octets(commonReference),
    ...(additionalReference === undefined ? {} : { additionalReference: octets(additionalReference) }),
  };
  return { ...rest, resumption: { ...resumption, activity: octets(resumption.activity), connection } };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function octets(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
