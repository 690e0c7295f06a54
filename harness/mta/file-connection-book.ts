import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { type ConnectionBook, MemoryConnectionBook } from './connection-book.js';
import { writeWhole } from './spool-files.js';

/** Lines behind which the file is written anew. */
const LINES = 8192;

/** A book whose lines are also in a file. */
export class FileConnectionBook implements ConnectionBook {
  readonly #memory = new MemoryConnectionBook();
  readonly #path: string;
  #lines = 0;

  constructor(path: string) {
    this.#path = path;
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
    for (const line of lines) {
      const [key = '', peer] = line.split(' ');
      if (peer === undefined) this.#memory.released(key);
      else this.#memory.opened(key, decodeURIComponent(peer));
    }
    this.#compact();
  }

  opened(key: string, peer: string): void {
    this.#memory.opened(key, peer);
    this.#say(lineOf(key, peer));
  }

  released(key: string): void {
    this.#memory.released(key);
    this.#say(`${key}\n`);
  }

  peerOf(key: string): string | undefined {
    return this.#memory.peerOf(key);
  }

  #say(line: string): void {
    this.#lines += 1;
    if (this.#lines > LINES) this.#compact();
    else appendFileSync(this.#path, line);
  }

  #compact(): void {
    const lines = this.#memory.entries().map(([key, peer]) => lineOf(key, peer));
    writeWhole(this.#path, lines.join(''), false);
    this.#lines = lines.length;
  }
}

function lineOf(key: string, peer: string): string {
  return `${key} ${encodeURIComponent(Buffer.from(peer).toString())}\n`;
}
