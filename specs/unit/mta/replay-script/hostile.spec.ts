import { expect } from 'chai';
import fc from 'fast-check';
import { VirtualClock } from '../../../../harness/link/clock.js';
import { memoryPair } from '../../../../harness/link/memory.js';
import { type PlayResult, playRecording } from '../../../../harness/mta/replay-script/index.js';
import { eventsOf } from './against.js';

const recording = eventsOf({ name: 'exchange-2003-sp2--tolerant' }).filter(({ connection }) => connection === 0);
const answers = recording.flatMap((event) =>
  event.kind === 'data' && event.direction === 'r2i' ? [event.octets] : [],
);

/** The day of the recording: its references come out again. */
const START = recording[0]?.time ?? 0;

/** Plays the caller to a peer that answers each thing with the next of `octets`, and then says no more. */
async function playTo(octets: readonly Uint8Array[], closes: boolean): Promise<PlayResult> {
  const clock = new VirtualClock(START);
  const playing = playRecording({
    events: recording,
    side: 'i',
    clock,
    timeout: 1000,
    connect: async () => {
      const { initiator, responder } = memoryPair();
      const left = [...octets];
      responder.start({
        data() {
          const next = left.shift();
          if (next !== undefined) responder.send(next);
          else if (closes) responder.close();
        },
        end: () => responder.close(),
        close: () => {},
      });
      return initiator;
    },
  });
  await clock.advanceToAsync(START + 60_000);
  return playing;
}

describe('a live peer of a recording', () => {
  it('that says what was recorded fits', async () => {
    const { differences, complete } = await playTo(answers, true);
    expect(differences).to.deep.equal([]);
    expect(complete).to.equal(true);
  });

  it('may say anything: it differs, and nothing breaks', async () => {
    const garbage = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(garbage, fc.boolean(), async (octets, closes) => {
        const { differences, complete, associations } = await playTo(octets, closes);
        expect(differences).to.not.deep.equal([]);
        expect([complete, associations]).to.deep.equal([false, 0]);
      }),
      { numRuns: 40 },
    );
  });

  it('may say what was recorded with an octet changed', async () => {
    const places = fc.tuple(fc.nat({ max: answers.length - 1 }), fc.nat(), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(places, async ([which, at, by]) => {
        const changed = answers.map((octets, i) => {
          const copy = Uint8Array.from(octets);
          if (i === which) copy[at % copy.length] = (copy[at % copy.length] as number) ^ by;
          return copy;
        });
        const { differences, complete } = await playTo(changed, true);
        // Some octets mean nothing, such as a reserved one: but what does not run to its end says why.
        if (!complete) expect(differences).to.not.deep.equal([]);
      }),
      { numRuns: 120 },
    );
  });
});
