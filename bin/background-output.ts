import { write } from 'node:fs';

/** Octets that may wait for a reader. */
const LIMIT = 16 * 1024 * 1024;
const AGAIN = 20;

export interface BackgroundOutputOptions {
  /** What cannot be written is for nobody from then on. A reader that went away is no error. */
  readonly onError: (error: Error) => void;
  readonly limit?: number;
}

/**
 * Lines for a descriptor whose reader may be slow or stopped: nobody here waits for it, as one does for
 * `process.stdout` where that is a pipe or a terminal. What is more than the limit is left out, and counted.
 */
export class BackgroundOutput {
  readonly #fd: number;
  readonly #options: BackgroundOutputOptions;
  #pending: string[] = [];
  #pendingLength = 0;
  #leftOut = 0;
  #isWriting = false;
  #isBroken = false;
  #idle: (() => void)[] = [];

  constructor(fd: number, options: BackgroundOutputOptions) {
    this.#fd = fd;
    this.#options = options;
  }

  /** Lines that were left out. */
  get leftOut(): number {
    return this.#leftOut;
  }

  line(text: string): void {
    if (this.#isBroken) return;
    if (this.#pendingLength + text.length >= (this.#options.limit ?? LIMIT)) {
      this.#leftOut += 1;
      return;
    }
    this.#pending.push(`${text}\n`);
    this.#pendingLength += text.length + 1;
    if (!this.#isWriting) this.#next();
  }

  /** Until all that was said is written, or nothing can be. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isWriting) this.#idle.push(resolve);
      else resolve();
    });
  }

  #next(): void {
    this.#isWriting = this.#pending.length > 0;
    if (!this.#isWriting) {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    const octets = Buffer.from(this.#pending.join(''));
    this.#pending = [];
    this.#pendingLength = 0;
    this.#write(octets);
  }

  #write(octets: Buffer): void {
    write(this.#fd, octets, 0, octets.length, null, (error, written) => {
      if (error === null && written === octets.length) this.#next();
      else if (error === null) this.#write(octets.subarray(written));
      // Whoever gave us the descriptor may have made it so that it does not wait.
      else if (error.code === 'EAGAIN') setTimeout(() => this.#write(octets), AGAIN);
      else this.#break(error);
    });
  }

  #break(error: NodeJS.ErrnoException): void {
    this.#isBroken = true;
    this.#pending = [];
    if (error.code !== 'EPIPE') this.#options.onError(error);
    this.#next();
  }
}
