import { TranscriptError } from './errors.js';
import { LINE_LIMIT, whereText } from './format.js';
import type { Source } from './source.js';

export interface Line {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
  /** False for a last line without its line end. */
  readonly ended: boolean;
}

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = '\ufeff';

/** The lines of a text file, blank ones included, one in memory at a time. */
export class LineReader {
  readonly #source: Source;
  #number = 0;
  #searched = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  /** A line that already stands in the window whole; undefined if the file must be read first. */
  ready(): Line | undefined {
    const { bytes, start, end } = this.#source;
    const at = bytes.subarray(0, end).indexOf(LINE_FEED, start + this.#searched);
    if (at === -1) {
      this.#searched = end - start;
      return undefined;
    }
    return this.#take(at, true);
  }

  /** The next line; undefined at the end of the file. */
  async next(): Promise<Line | undefined> {
    for (;;) {
      const line = this.ready();
      if (line !== undefined) return line;
      const source = this.#source;
      if (source.available > LINE_LIMIT) {
        const at = { file: source.file, line: this.#number + 1 };
        throw new TranscriptError('ERR_TRANSCRIPT_LINE', {
          message: `${whereText(at)}: longer than ${LINE_LIMIT} characters`,
          at,
        });
      }
      if (await source.fill(source.available + 1)) continue;
      return source.available > 0 ? this.#take(source.end, false) : undefined;
    }
  }

  #take(end: number, ended: boolean): Line {
    const source = this.#source;
    this.#number += 1;
    const text = source.bytes.toString('utf8', source.start, end);
    source.skip(end - source.start + (ended ? 1 : 0));
    this.#searched = 0;
    const marked = this.#number === 1 && text.startsWith(BYTE_ORDER_MARK);
    return { text: marked ? text.slice(1) : text, number: this.#number, ended };
  }
}
