import { Octets } from '../ber/octets.js';
import type { LinkEvent } from '../link/events.js';
import { masked, type Secret } from '../rules/secrets.js';
import type { Direction } from '../stack/direction.js';

/** A place in the stream of one direction of one connection. */
export interface StreamPlace {
  readonly connection: number;
  readonly direction: Direction;
  readonly offset: number;
  readonly length: number;
}

/** Octets that are shown before a place, and of it. */
const BEFORE = 16;
const SHOWN = 48;

interface Window {
  readonly place: StreamPlace;
  readonly from: number;
  readonly to: number;
  readonly parts: Octets[];
}

/** Picks the octets around places out of a conversation, read a second time. */
export class ExcerptCollector {
  readonly #secrets: readonly Secret[];
  readonly #windows = new Map<string, Window[]>();
  readonly #all = new Map<StreamPlace, Window>();
  readonly #offsets = new Map<string, number>();

  constructor(places: Iterable<StreamPlace>, secrets: readonly Secret[] = []) {
    this.#secrets = secrets;
    for (const place of places) {
      const from = Math.max(0, place.offset - (place.offset % BEFORE) - BEFORE);
      const to = place.offset + Math.min(Math.max(place.length, 1), SHOWN);
      const window: Window = { place, from, to: to + ((BEFORE - (to % BEFORE)) % BEFORE), parts: [] };
      const key = streamKey(place);
      const windows = this.#windows.get(key) ?? [];
      windows.push(window);
      this.#windows.set(key, windows);
      this.#all.set(place, window);
    }
  }

  push(event: LinkEvent): void {
    if (event.kind !== 'data') return;
    const key = streamKey(event);
    const start = (this.#offsets.get(key) ?? 0) + (event.lostBefore ?? 0);
    const end = start + event.octets.length;
    this.#offsets.set(key, end);
    for (const { from, to, parts } of this.#windows.get(key) ?? []) {
      if (from >= end || to <= start) continue;
      const low = Math.max(from, start);
      parts.push(Octets.of(event.octets.slice(low - start, Math.min(to, end) - start), low));
    }
  }

  /** The octets around a place, passwords masked; empty where the conversation does not have them. */
  excerpt(place: StreamPlace): Octets {
    const secrets = this.#secrets.filter((each) => streamKey(each) === streamKey(place));
    return masked(joinAdjacent(this.#all.get(place)?.parts ?? []), secrets);
  }
}

function streamKey({ connection, direction }: { connection: number; direction: Direction }): string {
  return `${connection} ${direction}`;
}

/** Parts that lie end to end in the stream become one slice, so that chunking does not show. */
function joinAdjacent(parts: readonly Octets[]): Octets {
  const joined: Octets[] = [];
  for (const part of parts) {
    const last = joined[joined.length - 1];
    if (last !== undefined && last.offset + last.length === part.offset) {
      joined[joined.length - 1] = Octets.of(Octets.join([last, part]).toBytes().slice(), last.offset);
    } else joined.push(part);
  }
  return Octets.join(joined);
}
