import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Chunk, LinkEvent } from '../../../../harness/link/events.js';
import type { Direction } from '../../../../harness/stack/direction.js';
import type { Conversation } from '../../../../harness/transcript/conversation.js';
import type { TranscriptError } from '../../../../harness/transcript/errors.js';
import { openConversation } from '../../../../harness/transcript/open.js';

/** A folder of its own for a suite. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'p1spec-'));

  file(name: string, content?: Uint8Array | string): string {
    const path = join(this.path, name);
    if (content !== undefined) writeFileSync(path, content);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }

  /** What a file with this content says. */
  async read(content: Uint8Array | string): Promise<Reading> {
    return read(await openConversation(this.file('input', content)));
  }
}

export interface Reading {
  readonly events: LinkEvent[];
  readonly conversation: Conversation;
}

export async function read(conversation: Conversation): Promise<Reading> {
  const events: LinkEvent[] = [];
  for await (const event of conversation.events()) events.push(event);
  return { events, conversation };
}

/** A direction's octets joined; what was lost stands as zeros. */
export function stream(events: readonly LinkEvent[], direction: Direction, connection = 0): Buffer {
  const parts = chunks(events, direction, connection).flatMap(({ octets, lostBefore = 0 }) => [
    Buffer.alloc(lostBefore),
    octets,
  ]);
  return Buffer.concat(parts);
}

export function chunks(events: readonly LinkEvent[], direction: Direction, connection = 0): Chunk[] {
  return events.filter(
    (event): event is Chunk =>
      event.kind === 'data' && event.direction === direction && event.connection === connection,
  );
}

/** The error that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<TranscriptError> {
  try {
    await promise;
  } catch (error) {
    return error as TranscriptError;
  }
  throw new Error('nothing was thrown');
}
