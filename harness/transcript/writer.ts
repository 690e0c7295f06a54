import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import type { LinkEvent } from '../link/events.js';
import { fileError } from './errors.js';
import { formatEvent, formatHeader, type TranscriptHeader } from './format.js';

/** Takes what happens on links, in order. */
export interface Recorder {
  record(event: LinkEvent): void;
  close(): void;
}

/**
 * Appends a line per event and hands it to the system at once: a recorder that is killed loses at most its last line.
 * Two recorders never share a file: it must not exist, and with `overwrite` the old file is unlinked, so that a
 * recorder that still has it open goes on writing to its own.
 */
export class TranscriptWriter implements Recorder {
  readonly file: string;
  #fd: number | undefined;

  private constructor(file: string, fd: number) {
    this.file = file;
    this.#fd = fd;
  }

  static open(file: string, header: TranscriptHeader, options: { overwrite?: boolean } = {}): TranscriptWriter {
    const writer = new TranscriptWriter(file, openNew(file, options.overwrite ?? false));
    writer.#append(formatHeader(header));
    return writer;
  }

  record(event: LinkEvent): void {
    for (const line of formatEvent(event)) this.#append(line);
  }

  /** Idempotent; events that come later are dropped, as a link may close after its recorder. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #append(line: string): void {
    if (this.#fd !== undefined) writeAll(this.#fd, Buffer.from(`${line}\n`), this.file);
  }
}

/** Records in memory. */
export class MemoryTranscript implements Recorder {
  readonly header: TranscriptHeader;
  readonly events: LinkEvent[] = [];

  constructor(header: TranscriptHeader) {
    this.header = header;
  }

  record(event: LinkEvent): void {
    this.events.push(event);
  }

  close(): void {}

  /** The transcript as `TranscriptWriter` would have written it. */
  toString(): string {
    const lines = [formatHeader(this.header), ...this.events.flatMap(formatEvent)];
    return `${lines.join('\n')}\n`;
  }
}

/** Opens a file for appending that no one else writes to. */
export function openNew(file: string, overwrite: boolean): number {
  try {
    const found = overwrite ? statSync(file, { throwIfNoEntry: false }) : undefined;
    // A device or a pipe is written to, not replaced.
    if (found !== undefined && !found.isFile() && !found.isDirectory()) return openSync(file, 'a');
    if (found?.isFile()) rmSync(file, { force: true });
    return openSync(file, 'ax');
  } catch (cause) {
    throw fileError(cause, file, 'write');
  }
}

/** Writes all octets, however few the system takes at a time. */
export function writeAll(fd: number, bytes: Uint8Array, file: string): void {
  try {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(fd, bytes, written, bytes.length - written);
    }
  } catch (cause) {
    throw fileError(cause, file, 'write');
  }
}
