import { expect } from 'chai';
import { P1specError } from '../../../harness/ber/error.js';
import { VirtualClock } from '../../../harness/link/clock.js';
import { Emitter } from '../../../harness/mta/emitter.js';
import { nextEvent } from '../../../harness/mta/once.js';
import { Bench, mail, pairOf } from './two-mtas.js';

interface Events {
  came: { readonly number: number };
  went: { readonly number: number };
}

async function failure(promise: Promise<unknown>): Promise<P1specError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof P1specError) return error;
    throw error;
  }
  throw new Error('it was seen');
}

describe('waiting for an event', () => {
  it('ends with the first one that the filter takes', async () => {
    const emitter = new Emitter<Events>();
    const clock = new VirtualClock();
    const seen = nextEvent(emitter, clock, 'came', { filter: ({ number }) => number > 1, within: 100 });
    for (const number of [1, 2, 3]) emitter.emit('came', { number });
    expect(await seen).to.deep.equal({ number: 2 });
    // Nothing is left behind that would still run.
    expect(clock.nextTimer).to.equal(undefined);
  });

  it('fails when its time is over, and tells what came instead', async () => {
    const emitter = new Emitter<Events>();
    const clock = new VirtualClock();
    const options = { filter: ({ number }: Events['came']) => number > 5, within: 100, who: 'B' };
    const failed = failure(nextEvent(emitter, clock, 'came', options));
    emitter.emit('went', { number: 1 });
    emitter.emit('came', { number: 2 });
    emitter.emit('went', { number: 3 });
    clock.advanceTo(100);
    emitter.emit('came', { number: 6 });
    const { code, message } = await failed;
    expect(code).to.equal('ERR_EVENT_NOT_SEEN');
    expect(message).to.equal('B told of no came within 100 ms; there came 1 came that the filter did not take, 2 went');
  });

  it('says so where nothing came', async () => {
    const clock = new VirtualClock();
    const failed = failure(nextEvent(new Emitter<Events>(), clock, 'came', { within: 5 }));
    clock.advanceTo(5);
    expect((await failed).message).to.equal('it told of no came within 5 ms; there came nothing');
  });

  it('fails with what its filter throws', async () => {
    const emitter = new Emitter<Events>();
    const wait = nextEvent(emitter, new VirtualClock(), 'came', {
      filter: () => {
        throw new P1specError('ERR_MINE', { message: 'mine' });
      },
    });
    emitter.emit('came', { number: 1 });
    expect((await failure(wait)).code).to.equal('ERR_MINE');
  });

  it('is one of an MTA, in virtual time', async () => {
    const bench = new Bench();
    const { a, b } = pairOf(bench);
    a.start();
    const received = b.once('messageReceived', ({ apdu }) => apdu.identifier === second.identifier, { within: 5_000 });
    const notSeen = failure(b.once('reportReceived', undefined, { within: 2_000 }));
    a.submit('B', mail('one'));
    const second = a.submit('B', mail('two'));
    await bench.pass(3_000);
    expect((await received).peer).to.equal('A');
    const { message } = await notSeen;
    expect(message).to.match(/^B told of no reportReceived within 2000 ms; there came .*2 messageReceived/);
  });
});
