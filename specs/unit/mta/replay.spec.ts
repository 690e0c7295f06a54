import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { relive, type Story, stories } from '../../../fixtures/founding.js';
import type { Chunk, LinkEvent } from '../../../harness/link/events.js';
import type { Which } from '../../../harness/mta/conversation.js';
import { exchange2003Kb916986 } from '../../../harness/mta/presets/index.js';
import { parseTranscript } from '../../../harness/transcript/reader.js';

const FOLDER = new URL('../../../fixtures/transcripts/', import.meta.url);
const WHICH: readonly Which[] = ['a', 'b'];

const eventsOf = ({ name }: Story): LinkEvent[] =>
  parseTranscript(readFileSync(new URL(`${name}.ndjson`, FOLDER), 'utf8')).events;

/** Cuts into pieces of these lengths, over and over. */
const cutInto = (lengths: readonly number[]) =>
  function* cut(bytes: Uint8Array): Generator<Uint8Array> {
    for (let from = 0, i = 0; from < bytes.length; i += 1) {
      const length = lengths[i % lengths.length] as number;
      yield bytes.subarray(from, from + length);
      from += length;
    }
  };

interface Sent {
  /** Among all events. */
  readonly index: number;
  /** Of its first octet, in the stream of its direction. */
  readonly offset: number;
  readonly chunk: Chunk;
}

/** The chunks that one side sent. */
function sentBy(events: readonly LinkEvent[], side: string): Sent[] {
  const initiators = new Map<number, string>();
  const lengths = new Map<number, number>();
  const sent: Sent[] = [];
  for (const [index, event] of events.entries()) {
    if (event.kind === 'open') initiators.set(event.connection, event.initiator);
    if (event.kind !== 'data') continue;
    const { connection, direction, octets } = event;
    if ((initiators.get(connection) === side) !== (direction === 'i2r')) continue;
    const offset = lengths.get(connection) ?? 0;
    sent.push({ index, offset, chunk: event });
    lengths.set(connection, offset + octets.length);
  }
  return sent;
}

const [sp2Tolerant, sp2Refused] = stories as [Story, Story];

describe('replay', () => {
  for (const story of stories) {
    for (const which of WHICH) {
      const { name } = story.sides[which];
      describe(`${story.name}: ${name} alone`, () => {
        const events = eventsOf(story);

        it('answers octet for octet', async () => {
          expect(sentBy(events, name)).to.have.length.greaterThan(10);
          expect(await relive(story, which, { events })).to.equal(undefined);
        });

        it('answers so to single octets', async () => {
          expect(await relive(story, which, { events, cut: cutInto([1]) })).to.equal(undefined);
        });

        it('answers so in any chunking', async () => {
          const lengths = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 40 });
          await fc.assert(
            fc.asyncProperty(lengths, async (pieces) => {
              expect(await relive(story, which, { events, cut: cutInto(pieces) })).to.equal(undefined);
            }),
            { numRuns: 10 },
          );
        });

        it('reports an octet of the recording that was changed, at its offset', async () => {
          const sent = sentBy(events, name);
          await fc.assert(
            fc.asyncProperty(
              fc.nat(sent.length - 1),
              fc.nat(),
              fc.integer({ min: 1, max: 255 }),
              async (i, n, mask) => {
                const { index, offset, chunk } = sent[i] as Sent;
                const at = n % chunk.octets.length;
                const octets = chunk.octets.slice();
                const actual = octets[at] as number;
                octets[at] = actual ^ mask;
                const { connection, direction } = chunk;
                expect(await relive(story, which, { events: events.with(index, { ...chunk, octets }) })).to.deep.equal({
                  connection,
                  direction,
                  offset: offset + at,
                  expected: actual ^ mask,
                  actual,
                });
              },
            ),
            { numRuns: 20 },
          );
        });
      });
    }
  }

  it('reports another preset at its first other octet', async () => {
    const fixed = { ...sp2Tolerant, sides: { ...sp2Tolerant.sides } };
    fixed.sides.a = { ...sp2Tolerant.sides.a, preset: exchange2003Kb916986 };
    const mismatch = await relive(fixed, 'a', { events: eventsOf(sp2Tolerant) });
    // The length of the TPKT that holds the CONNECT SPDU is the first to tell of the marker that is not there.
    const cr = sentBy(eventsOf(sp2Tolerant), 'EXCH1')[0]?.chunk.octets.length ?? 0;
    expect(mismatch).to.deep.include({ connection: 0, direction: 'i2r', offset: cr + 3 });
  });

  it('reports what the MTA sends and the recording does not have', async () => {
    const events = eventsOf(sp2Tolerant);
    const { index, offset, chunk } = sentBy(events, 'EXCH1').at(-1) as Sent;
    const octets = chunk.octets.subarray(0, -1);
    const { connection, direction } = chunk;
    expect(await relive(sp2Tolerant, 'a', { events: events.with(index, { ...chunk, octets }) })).to.deep.equal({
      connection,
      direction,
      offset: offset + octets.length,
      expected: 'end',
      actual: chunk.octets.at(-1),
    });
  });

  it('reports what the recording has and the MTA does not send', async () => {
    const events = eventsOf(sp2Tolerant);
    const { index, offset, chunk } = sentBy(events, 'EXCH1').at(-1) as Sent;
    const octets = Uint8Array.of(...chunk.octets, 0x03);
    const { connection, direction } = chunk;
    expect(await relive(sp2Tolerant, 'a', { events: events.with(index, { ...chunk, octets }) })).to.deep.equal({
      connection,
      direction,
      offset: offset + chunk.octets.length,
      expected: 0x03,
      actual: undefined,
    });
  });

  it('reports a connection that the recording does not have', async () => {
    const events = eventsOf(sp2Refused).filter(({ connection }) => connection !== 4);
    expect(await relive(sp2Refused, 'a', { events })).to.deep.equal({
      connection: 4,
      direction: 'i2r',
      offset: 0,
      expected: undefined,
      actual: 0x03,
    });
  });

  it('reports a connection that the MTA does not open', async () => {
    const events = eventsOf(sp2Refused);
    const last = events.at(-1) as LinkEvent;
    const more = { connection: 9, time: last.time } as const;
    const extra: LinkEvent[] = [
      { kind: 'open', ...more, initiator: 'EXCH1', responder: 'FOREIGN' },
      { kind: 'data', ...more, direction: 'i2r', octets: Uint8Array.of(0x42) },
    ];
    expect(await relive(sp2Refused, 'a', { events: [...events, ...extra] })).to.deep.equal({
      connection: 9,
      direction: 'i2r',
      offset: 0,
      expected: 0x42,
      actual: undefined,
    });
  });

  it('reports a link that the MTA leaves open', async () => {
    const events = eventsOf(sp2Tolerant);
    const { time } = events.find(({ kind }) => kind === 'close') as LinkEvent;
    const before = events.filter((event) => event.time < time);
    const closed: LinkEvent = { kind: 'close', connection: 0, time: time - 1, direction: 'i2r', how: 'end' };
    const { offset, chunk } = sentBy(before, 'EXCH1').findLast((each) => each.chunk.connection === 0) as Sent;
    expect(await relive(sp2Tolerant, 'a', { events: [...before, closed] })).to.deep.equal({
      connection: 0,
      direction: 'i2r',
      offset: offset + chunk.octets.length,
      expected: 'end',
      actual: undefined,
    });
  });

  it('reports a link that the MTA ends before its time', async () => {
    const events = eventsOf(sp2Tolerant);
    // The peer ends its first link with nothing said: so does Exchange.
    const at = events.findIndex((event) => event.kind === 'open' && event.initiator === 'FOREIGN');
    const { connection, time } = events[at] as LinkEvent;
    const closed: LinkEvent = { kind: 'close', connection, time, direction: 'i2r', how: 'end' };
    expect(await relive(sp2Tolerant, 'a', { events: events.toSpliced(at + 1, 0, closed) })).to.deep.equal({
      connection,
      direction: 'r2i',
      offset: 0,
      expected: 0x03,
      actual: 'end',
    });
  });
});
