import type { LinkEvent } from '../link/events.js';
import { type Conversation, type ConversationStats, Tally, type Truncation } from './conversation.js';
import { TranscriptError } from './errors.js';
import { type LinePlace, parseEvent, parseHeader, type TranscriptHeader, whereText } from './format.js';
import { LineReader } from './lines.js';
import { Source } from './source.js';

/** A transcript file. */
export class TranscriptReader implements Conversation {
  readonly format = 'transcript';
  readonly file: string;
  readonly header: TranscriptHeader;
  #truncation: Truncation | undefined;
  #tally = new Tally();

  private constructor(file: string, header: TranscriptHeader) {
    this.file = file;
    this.header = header;
  }

  /** Reads the header. */
  static async open(file: string): Promise<TranscriptReader> {
    const source = await Source.open(file);
    try {
      return new TranscriptReader(file, await readHeader(new LineReader(source), file));
    } finally {
      await source.close();
    }
  }

  async *events(): AsyncGenerator<LinkEvent, void, undefined> {
    this.#truncation = undefined;
    this.#tally = new Tally();
    const source = await Source.open(this.file);
    try {
      const lines = new LineReader(source);
      await readHeader(lines, this.file);
      const opened = new Set<number>();
      for (;;) {
        const before = source.position;
        const line = lines.ready() ?? (await lines.next());
        if (line === undefined) return;
        if (line.text.trim() === '') continue;
        const place = { file: this.file, line: line.number };
        if (!line.ended && !isJson(line.text)) {
          this.#truncation = { reason: `cut in line ${line.number}`, fileOffset: before };
          return;
        }
        const event = parseEvent(line.text, place);
        checkOrder(event, opened, place);
        this.#tally.count(event);
        yield event;
      }
    } finally {
      await source.close();
    }
  }

  truncated(): Truncation | undefined {
    return this.#truncation;
  }

  stats(): ConversationStats {
    return { ...this.#tally };
  }
}

/** The events of a transcript's text, header apart; for recordings in memory. */
export function parseTranscript(text: string): { header: TranscriptHeader; events: LinkEvent[]; truncated: boolean } {
  const lines = text.split('\n');
  const header = parseHeader(lines[0] ?? '', { line: 1 });
  const events: LinkEvent[] = [];
  const opened = new Set<number>();
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    if (index === lines.length - 1 && !isJson(line)) return { header, events, truncated: true };
    const place = { line: index + 1 };
    const event = parseEvent(line, place);
    checkOrder(event, opened, place);
    events.push(event);
  }
  return { header, events, truncated: false };
}

async function readHeader(lines: LineReader, file: string): Promise<TranscriptHeader> {
  const line = await lines.next();
  if (line === undefined) {
    throw new TranscriptError('ERR_FILE_EMPTY', { message: `${file} is empty`, at: { file } });
  }
  return parseHeader(line.text, { file, line: 1 });
}

function checkOrder(event: LinkEvent, opened: Set<number>, at: LinePlace): void {
  const known = opened.has(event.connection);
  if (event.kind === 'open') opened.add(event.connection);
  if (known !== (event.kind === 'open')) return;
  throw new TranscriptError('ERR_TRANSCRIPT_LINE', {
    message: `${whereText(at)}: connection ${event.connection} ${known ? 'is opened twice' : 'was never opened'}`,
    at,
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
