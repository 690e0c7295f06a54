import { P1specError } from '../harness/ber/error.js';
import type { LinkEvent } from '../harness/link/events.js';
import type { Conversation } from '../harness/transcript/conversation.js';

/** How many octets of a recording may stand in memory, and what is said where it has more. */
export interface MemoryLimit {
  readonly octets: number;
  readonly code: string;
  /** What they are wanted for, as in `more than 5 octets to play`. */
  readonly purpose: string;
}

/** All events of a recording, in memory. Throws the limit's code where it has more octets than may be. */
export async function recordedEvents(
  conversation: Conversation,
  { octets: limit, code, purpose }: MemoryLimit,
): Promise<LinkEvent[]> {
  const { file } = conversation;
  const events: LinkEvent[] = [];
  let octets = 0;
  for await (const event of conversation.events()) {
    // A capture's octets stand in a window that moves.
    const kept = event.kind === 'data' ? { ...event, octets: Uint8Array.from(event.octets) } : event;
    if (kept.kind === 'data') octets += kept.octets.length;
    if (octets > limit) {
      throw new P1specError(code, { message: `${file} has more than ${limit} octets to ${purpose}`, at: { file } });
    }
    events.push(kept);
  }
  return events;
}
