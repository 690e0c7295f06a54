import { closeSync } from 'node:fs';
import { parse, format as pathOf } from 'node:path';
import type { Chunk, LinkClosed, LinkEvent, LinkOpened } from '../link/events.js';
import type { Direction } from '../stack/direction.js';
import { formatEvent, formatHeader, type TranscriptHeader } from './format.js';
import { PcapngWriter } from './pcapng-writer.js';
import { openNew, type Recorder, writeAll } from './writer.js';

export interface RotatingOptions {
  /** A capture if it ends in `.pcapng`, else a transcript. Where files rotate, time and number go before its ending. */
  readonly file: string;
  /** Of a file that is begun then. */
  readonly header: (recorded: string) => TranscriptHeader;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Octets of a file after which the next one is due. */
  readonly size?: number;
  /** Milliseconds after which the next one is due. */
  readonly interval?: number;
  readonly onFile?: (file: string) => void;
}

/** What a due rotation waits for a moment without open connections: a part of the size and of the interval. */
const PATIENCE = 1 / 4;

/** A connection that is open, and what it takes to go on with it in another file. */
interface Open {
  readonly opened: LinkOpened;
  readonly octets: Record<Direction, number>;
  readonly ended: Set<Direction>;
  /** Octets that stand in earlier files, until the first chunk in this one has said so. */
  readonly before: Record<Direction, number>;
}

/**
 * Records into one file, or into one after the other, each of which can be read alone. The next one begins as soon as
 * it is due and no connection is open; where that does not come, connections are cut: they end in one file as lost, and
 * begin in the next with `startLost`, with `lostBefore` for what stands in earlier files, so that offsets stay those of
 * the connection. Only as events come: where nothing is recorded, nothing rotates.
 */
export class RotatingWriter implements Recorder {
  readonly #options: RotatingOptions;
  readonly #rotates: boolean;
  readonly #open = new Map<number, Open>();
  #file: RecordingFile | undefined;
  #count = 0;
  #isClosed = false;

  /** The first file is opened at once: who cannot record learns it before anything is lost. */
  constructor(options: RotatingOptions) {
    this.#options = options;
    this.#rotates = options.size !== undefined || options.interval !== undefined;
    this.#file = this.#next(options.now);
  }

  record(event: LinkEvent): void {
    if (this.#isClosed) return;
    if (this.#isDue(event.time)) this.#rotate(event.time);
    this.#file ??= this.#next(event.time);
    this.#file.record(this.#follow(event));
    // A file that is whole is left alone at once, for whoever waits for it.
    if (event.kind === 'close' && this.#isDue(event.time) && this.#open.size === 0) this.#finish();
  }

  /** Events that come later are dropped. */
  close(): void {
    this.#isClosed = true;
    this.#finish();
  }

  #isDue(now: number): boolean {
    const { octets = 0, began } = this.#file ?? {};
    // What nothing was recorded into may wait.
    if (began === undefined || !this.#rotates) return false;
    const { size = Number.POSITIVE_INFINITY, interval = Number.POSITIVE_INFINITY } = this.#options;
    const patience = this.#open.size === 0 ? 1 : 1 + PATIENCE;
    return octets >= size * patience || now - began >= interval * patience;
  }

  #rotate(now: number): void {
    for (const connection of this.#open.keys()) {
      this.#file?.record({ kind: 'close', connection, how: 'lost', time: now });
    }
    this.#finish();
    if (this.#open.size === 0) return;
    const next = this.#next(now);
    this.#file = next;
    for (const [connection, { opened, octets, ended, before }] of this.#open) {
      next.record({ ...opened, time: now, startLost: true });
      for (const direction of ended) next.record({ kind: 'close', connection, direction, how: 'end', time: now });
      Object.assign(before, octets);
    }
  }

  #finish(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** The event as it stands in this file. */
  #follow(event: LinkEvent): LinkEvent {
    switch (event.kind) {
      case 'open':
        this.#open.set(event.connection, openOf(event));
        return event;
      case 'data':
        return this.#data(event);
      case 'close':
        this.#closed(event);
        return event;
    }
  }

  #data(chunk: Chunk): Chunk {
    const open = this.#open.get(chunk.connection);
    if (open === undefined) return chunk;
    const { direction, octets, lostBefore = 0 } = chunk;
    const before = open.before[direction] + lostBefore;
    open.before[direction] = 0;
    open.octets[direction] += lostBefore + octets.length;
    return before === 0 ? chunk : { ...chunk, lostBefore: before };
  }

  #closed({ connection, direction, how }: LinkClosed): void {
    const open = this.#open.get(connection);
    if (open === undefined) return;
    if (how === 'end' && direction !== undefined) open.ended.add(direction);
    if (how !== 'end' || direction === undefined || open.ended.size === 2) this.#open.delete(connection);
  }

  #next(now: number): RecordingFile {
    const { file, header, onFile } = this.#options;
    this.#count += 1;
    const name = this.#rotates ? numbered(file, now, this.#count) : file;
    const next = new RecordingFile(name, header(new Date(now).toISOString()), !this.#rotates);
    onFile?.(name);
    return next;
  }
}

function openOf(opened: LinkOpened): Open {
  return { opened, octets: { i2r: 0, r2i: 0 }, ended: new Set(), before: { i2r: 0, r2i: 0 } };
}

/** `tap.ndjson` as `tap-20260131T080000Z-0001.ndjson`: names that sort in their order, and that no other run has. */
function numbered(file: string, now: number, count: number): string {
  const { dir, name, ext } = parse(file);
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return pathOf({ dir, name: `${name}-${time}-${String(count).padStart(4, '0')}`, ext });
}

/** One file, and how much is in it. */
class RecordingFile {
  /** When the first event was recorded. */
  began: number | undefined;
  octets = 0;
  readonly #name: string;
  readonly #record: (event: LinkEvent) => void;
  #fd: number | undefined;

  constructor(name: string, header: TranscriptHeader, overwrite: boolean) {
    this.#name = name;
    this.#fd = openNew(name, overwrite);
    this.#record = name.endsWith('.pcapng') ? this.#capture(header) : this.#transcript(header);
  }

  record(event: LinkEvent): void {
    this.began ??= event.time;
    this.#record(event);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #transcript(header: TranscriptHeader): (event: LinkEvent) => void {
    const line = (text: string) => this.#write(Buffer.from(`${text}\n`));
    line(formatHeader(header));
    return (event) => {
      for (const each of formatEvent(event)) line(each);
    };
  }

  /** The capture writer takes the first FIN for the end: it is given that when the second one comes. */
  #capture(header: TranscriptHeader): (event: LinkEvent) => void {
    const writer = new PcapngWriter((bytes) => this.#write(bytes), header);
    const halfClosed = new Set<number>();
    return (event) => {
      if (event.kind === 'close') {
        const first = event.how === 'end' && event.direction !== undefined && !halfClosed.has(event.connection);
        if (first) halfClosed.add(event.connection);
        else halfClosed.delete(event.connection);
        if (first) return;
      }
      writer.record(event);
    };
  }

  #write(bytes: Uint8Array): void {
    if (this.#fd === undefined) return;
    writeAll(this.#fd, bytes, this.#name);
    this.octets += bytes.length;
  }
}
