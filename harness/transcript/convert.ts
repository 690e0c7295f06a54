import { closeSync, rmSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import type { LinkEvent } from '../link/events.js';
import type { ConversationStats, Truncation } from './conversation.js';
import { TranscriptError } from './errors.js';
import { formatEvent, formatHeader, type TranscriptHeader, transcriptHeader } from './format.js';
import { openConversation } from './open.js';
import { PcapngWriter } from './pcapng-writer.js';
import { TpktHexWriter } from './tpkthex.js';
import { openNew, type Recorder, writeAll } from './writer.js';

/** What a conversion has read. */
export interface Converted {
  readonly stats: ConversationStats;
  readonly truncated: Truncation | undefined;
}

type Write = (bytes: Uint8Array) => void;
type MakeRecorder = (write: Write, header: TranscriptHeader | undefined) => Recorder;

/** The forms that can be written, by what a file's name ends with. */
const writers: readonly (readonly [string, MakeRecorder])[] = [
  ['.ndjson', transcriptLines],
  ['.jsonl', transcriptLines],
  ['.pcapng', (write, header) => new PcapngWriter(write, header)],
  ['.hex', (write, header) => new TpktHexWriter((text) => write(Buffer.from(text)), header)],
];

/** Writes a recording in another form, which the extension of `out` names; an old file of that name is replaced. */
export async function convert(input: string, out: string): Promise<Converted> {
  const make = writers.find(([extension]) => out.toLowerCase().endsWith(extension))?.[1];
  if (make === undefined) {
    throw new TranscriptError('ERR_CONVERT_EXTENSION', {
      message: `${out}: no format has this extension`,
      at: { file: out },
      hint: `name it ${writers.map(([extension]) => extension).join(', ')}`,
    });
  }
  const conversation = await openConversation(input);
  if (await isSameFile(input, out)) {
    throw new TranscriptError('ERR_CONVERT_SAME_FILE', { message: `${out} is the input itself`, at: { file: out } });
  }
  const fd = openNew(out, true);
  try {
    const buffer = new WriteBuffer((bytes) => writeAll(fd, bytes, out));
    const recorder = make((bytes) => buffer.write(bytes), conversation.header);
    for await (const event of conversation.events()) recorder.record(event);
    recorder.close();
    buffer.flush();
  } catch (error) {
    // Half a file would look like a whole one.
    rmSync(out, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  return { stats: conversation.stats(), truncated: conversation.truncated() };
}

function transcriptLines(write: Write, header: TranscriptHeader | undefined): Recorder {
  const line = (text: string) => write(Buffer.from(`${text}\n`));
  line(formatHeader(header ?? transcriptHeader()));
  return {
    record(event: LinkEvent) {
      for (const text of formatEvent(event)) line(text);
    },
    close() {},
  };
}

async function isSameFile(first: string, second: string): Promise<boolean> {
  try {
    return (await realpath(first)) === (await realpath(second));
  } catch {
    return false;
  }
}

/** Joins small writes. */
class WriteBuffer {
  readonly #write: Write;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(write: Write) {
    this.#write = write;
  }

  write(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length >= 1024 * 1024) this.flush();
  }

  flush(): void {
    this.#write(Buffer.concat(this.#parts));
    this.#parts = [];
    this.#length = 0;
  }
}
