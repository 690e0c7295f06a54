/**
 * What it costs to keep a queue where a crash does not reach: the spool's plain files, beside an embedded database
 * (node:sqlite, where this Node has it) and a single log. `node --import tsx bench/spool.ts [--items N] [--runs N]`.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FileSpool } from '../harness/mta/file-spool.js';
import { DestinationQueue, type QueuedItem, type Submission } from '../harness/mta/queue.js';
import { seededRandom } from '../harness/mta/random.js';
import { median } from './measure.js';

const OCTETS = 4096;

/** One way to keep items. Each is on disk when `add` returns; an item that is gone need not be gone after a crash. */
interface Keeper {
  add(submission: Submission): void;
  /** The one that was added first. */
  removeFirst(): void;
  close(): void;
}

interface Way {
  readonly what: string;
  open(folder: string): Keeper;
  /** How many items another process finds. */
  count(folder: string): number;
}

const PEER = 'B';

const plainFiles: Way = {
  what: 'plain files (FileSpool)',
  open(folder) {
    const spool = new FileSpool(folder);
    const queue = new DestinationQueue(PEER, spool.journal(PEER));
    return {
      add: (submission) => queue.add(submission, 0),
      removeFirst() {
        const item = queue.take();
        if (item !== undefined) queue.settle(item);
      },
      close: () => spool.close(),
    };
  },
  count(folder) {
    const spool = new FileSpool(folder);
    const count = spool.queues().get(PEER)?.length ?? 0;
    spool.close();
    return count;
  },
};

/** Additions and removals as records of one file; a removal does not wait for the disk. It is never written anew. */
const oneLog: Way = {
  what: 'one log, fsync after each addition',
  open(folder) {
    const fd = openSync(join(folder, 'log'), 'w');
    let [added, removed] = [0, 0];
    const record = (head: object, body: Uint8Array) => {
      const json = Buffer.from(JSON.stringify(head));
      const lengths = Buffer.alloc(8);
      lengths.writeUInt32BE(json.length, 0);
      lengths.writeUInt32BE(body.length, 4);
      writeSync(fd, Buffer.concat([lengths, json, body]));
    };
    return {
      add({ apdu, ...meta }) {
        added += 1;
        record({ ...meta, number: added }, apdu);
        fsyncSync(fd);
      },
      removeFirst() {
        removed += 1;
        record({ removed }, new Uint8Array(0));
      },
      close: () => closeSync(fd),
    };
  },
  count(folder) {
    const octets = readFileSync(join(folder, 'log'));
    const there = new Set<number>();
    for (let at = 0; at + 8 <= octets.length; ) {
      const [json, body] = [octets.readUInt32BE(at), octets.readUInt32BE(at + 4)];
      const head = JSON.parse(octets.toString('utf8', at + 8, at + 8 + json)) as { number?: number; removed?: number };
      if (head.number !== undefined) there.add(head.number);
      if (head.removed !== undefined) there.delete(head.removed);
      at += 8 + json + body;
    }
    return there.size;
  },
};

/** As much of node:sqlite as is used here; the types of the oldest Node that is supported do not have it. */
interface Sqlite {
  readonly DatabaseSync: new (
    file: string,
  ) => {
    exec(sql: string): void;
    prepare(sql: string): { run(...values: unknown[]): unknown; all(): Record<string, unknown>[] };
    close(): void;
  };
}

function sqlite({ DatabaseSync }: Sqlite): Way {
  const opened = (folder: string) => {
    const database = new DatabaseSync(join(folder, 'spool.db'));
    // In a write-ahead log FULL is what waits for the disk at each commit.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.exec('CREATE TABLE IF NOT EXISTS items (number INTEGER PRIMARY KEY, peer TEXT, meta TEXT, apdu BLOB)');
    return database;
  };
  return {
    what: 'node:sqlite, WAL, synchronous FULL',
    open(folder) {
      const database = opened(folder);
      const insert = database.prepare('INSERT INTO items (peer, meta, apdu) VALUES (?, ?, ?)');
      const remove = database.prepare('DELETE FROM items WHERE number = ?');
      let removed = 0;
      return {
        add({ apdu, ...meta }) {
          insert.run(PEER, JSON.stringify(meta), apdu);
        },
        removeFirst() {
          removed += 1;
          remove.run(removed);
        },
        close: () => database.close(),
      };
    },
    count(folder) {
      const database = opened(folder);
      const rows = database.prepare('SELECT meta, apdu FROM items ORDER BY number').all();
      const items = rows.map(({ meta }) => JSON.parse(String(meta)) as Partial<QueuedItem>);
      database.close();
      return items.length;
    },
  };
}

async function sqliteIfThere(): Promise<Way[]> {
  try {
    const name = 'node:sqlite';
    return [sqlite((await import(name)) as Sqlite)];
  } catch {
    process.stderr.write('node:sqlite is not in this Node: measured without it\n');
    return [];
  }
}

/** Microseconds for an item: added, found again by another process, removed. */
interface Run {
  readonly add: number;
  readonly load: number;
  readonly remove: number;
}

function measure(way: Way, items: number): Run {
  const folder = mkdtempSync(join(tmpdir(), 'p1spec-bench-'));
  try {
    const apdu = seededRandom(1)(OCTETS);
    const submission = (i: number): Submission => ({
      kind: 'message',
      priority: 'normal',
      identifier: `[/C=GB/A= /P=ALPHA/;L=BENCH-${i}]`,
      system: false,
      apdu,
    });
    const timed = (work: () => void): number => {
      const start = process.hrtime.bigint();
      work();
      return Number(process.hrtime.bigint() - start) / 1000 / items;
    };
    const keeper = way.open(folder);
    const add = timed(() => {
      for (let i = 0; i < items; i += 1) keeper.add(submission(i));
    });
    keeper.close();
    const load = timed(() => {
      if (way.count(folder) !== items) throw new Error(`${way.what} does not find its items again`);
    });
    return { add, load, remove: removal(way, items, submission, timed) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function removal(
  way: Way,
  items: number,
  submission: (i: number) => Submission,
  timed: (work: () => void) => number,
): number {
  const folder = mkdtempSync(join(tmpdir(), 'p1spec-bench-'));
  try {
    const keeper = way.open(folder);
    for (let i = 0; i < items; i += 1) keeper.add(submission(i));
    const remove = timed(() => {
      for (let i = 0; i < items; i += 1) keeper.removeFirst();
    });
    keeper.close();
    if (way.count(folder) !== 0) throw new Error(`${way.what} has items left`);
    return remove;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { values } = parseArgs({
  options: { items: { type: 'string', default: '2000' }, runs: { type: 'string', default: '5' } },
});
const [items, runs] = [Number(values.items), Number(values.runs)];
const ways = [plainFiles, ...(await sqliteIfThere()), oneLog];
const measured = new Map<Way, Run[]>(ways.map((way) => [way, []]));
// In turns, so that what the disk is doing otherwise hits all of them.
for (let run = 0; run < runs; run += 1) for (const way of ways) measured.get(way)?.push(measure(way, items));

const text = (microseconds: number) => `${microseconds.toFixed(0)} µs`.padStart(10);
process.stdout.write(`${items} items of ${OCTETS} octets, median of ${runs} runs, Node ${process.versions.node}\n`);
process.stdout.write(
  `${'an item:'.padEnd(40)}${['added', 'found', 'removed'].map((each) => each.padStart(10)).join('')}\n`,
);
for (const [way, done] of measured) {
  const cells = (['add', 'load', 'remove'] as const).map((what) => text(median(done.map((run) => run[what]))));
  process.stdout.write(`${way.what.padEnd(40)}${cells.join('')}\n`);
}
