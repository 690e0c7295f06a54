import { expect } from 'chai';
import { recordedEvents } from '../../bin/recorded-events.js';
import type { LinkEvent } from '../../harness/link/events.js';
import type { Conversation } from '../../harness/transcript/conversation.js';

/** A recording whose octets stand in one window, which moves on. */
function recording(chunks: number): Conversation {
  const window = Buffer.alloc(10);
  return {
    file: 'some.pcap',
    async *events(): AsyncGenerator<LinkEvent, void, undefined> {
      for (let i = 1; i <= chunks; i += 1) {
        window.fill(i);
        yield { kind: 'data', connection: 0, direction: 'i2r', time: i, octets: window };
      }
    },
  } as unknown as Conversation;
}

const limit = { octets: 30, code: 'ERR_TOO_LARGE', purpose: 'compare' };

describe('a recording in memory', () => {
  it('keeps the octets of each chunk, though their window moves on', async () => {
    const events = await recordedEvents(recording(3), limit);
    expect(events.map((event) => event.kind === 'data' && event.octets[0])).to.deep.equal([1, 2, 3]);
  });

  it('has no more octets than it may', async () => {
    const error = await recordedEvents(recording(4), limit).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.include({ code: 'ERR_TOO_LARGE' });
    expect((error as Error).message).to.equal('some.pcap has more than 30 octets to compare');
  });
});
