import { type FileHandle, open } from 'node:fs/promises';
import { fileError, TranscriptError } from './errors.js';

const BLOCK = 1024 * 1024;

/**
 * A window that moves over a file. What stands in it is overwritten by the next `fill`: who keeps octets copies them.
 */
export class Source {
  readonly file: string;
  /** The file's size when it was opened. */
  readonly size: number;
  bytes: Buffer = Buffer.allocUnsafe(BLOCK);
  /** The window is `bytes[start]` to `bytes[end - 1]`. */
  start = 0;
  end = 0;
  readonly #handle: FileHandle;
  #readTo = 0;

  private constructor(file: string, handle: FileHandle, size: number) {
    this.file = file;
    this.#handle = handle;
    this.size = size;
  }

  static async open(file: string): Promise<Source> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(file, 'r');
      const stat = await handle.stat();
      if (stat.isDirectory()) {
        throw new TranscriptError('ERR_FILE_DIRECTORY', { message: `${file} is a directory`, at: { file } });
      }
      if (!stat.isFile()) {
        throw new TranscriptError('ERR_FILE_UNREADABLE', { message: `${file} is no regular file`, at: { file } });
      }
      return new Source(file, handle, stat.size);
    } catch (cause) {
      await handle?.close();
      throw fileError(cause, file, 'read');
    }
  }

  get available(): number {
    return this.end - this.start;
  }

  /** Octets from the start of the file to the window's first. */
  get position(): number {
    return this.#readTo - this.available;
  }

  /** Makes the window at least `wanted` octets long; false where the file ends before. */
  async fill(wanted: number): Promise<boolean> {
    this.#makeRoom(wanted);
    while (this.available < wanted) {
      const read = await this.#read();
      if (read === 0) return false;
      this.end += read;
      this.#readTo += read;
    }
    return true;
  }

  /** Moves the window's start, also beyond its end. */
  skip(octets: number): void {
    if (octets <= this.available) {
      this.start += octets;
    } else {
      this.#readTo += octets - this.available;
      this.start = 0;
      this.end = 0;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #makeRoom(wanted: number): void {
    if (this.bytes.length - this.start >= wanted && this.bytes.length > this.end) return;
    const room = Math.max(BLOCK, 2 * wanted);
    const target = room > this.bytes.length ? Buffer.allocUnsafe(room) : this.bytes;
    this.bytes.copy(target, 0, this.start, this.end);
    this.bytes = target;
    this.end -= this.start;
    this.start = 0;
  }

  async #read(): Promise<number> {
    try {
      const { bytesRead } = await this.#handle.read(this.bytes, this.end, this.bytes.length - this.end, this.#readTo);
      return bytesRead;
    } catch (cause) {
      throw fileError(cause, this.file, 'read');
    }
  }
}
