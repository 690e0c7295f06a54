import { expect } from 'chai';
import { bindArgument } from '../../../harness/mta/bind.js';
import { MessageFactory } from '../../../harness/mta/message.js';
import { Bench, mail, pairOf, wordsIn } from './two-mtas.js';

const WORDS = ['first message', 'second message'];

describe('what is done at an odd moment', () => {
  it('an answer that was delayed is for its own transfer, and not for the one behind it', async () => {
    const bench = new Bench();
    const answers = [
      { do: 'delay', milliseconds: 20_000 },
      { do: 'delay', milliseconds: 30_000 },
    ] as const;
    let asked = 0;
    const { b } = pairOf(bench, {
      b: {
        hooks: {
          onTransfer: ({ phase }) => {
            if (phase === 'start') return undefined;
            asked += 1;
            return answers[asked - 1];
          },
        },
      },
    });
    b.start();
    const received: string[] = [];
    b.on('messageReceived', ({ apdu }) => received.push(...wordsIn(apdu.octets, WORDS)));
    const factory = new MessageFactory({
      domain: { country: 'XX', administrationDomain: ' ', privateDomain: 'A' },
      server: 'A',
      now: () => bench.clock.now(),
    });
    const secured: boolean[] = [];
    const [one, two] = WORDS.map((text) => factory.message(mail(text)).apdu) as [Uint8Array, Uint8Array];
    bench.caller(
      () => b,
      { timers: { transfer: 15_000 } },
      (event, machine) => {
        if (event.kind === 'rtOpenConfirm') machine.transfer(one);
        if (event.kind === 'exceptionIndication') return;
        if (event.kind === 'rtTransferConfirm') {
          secured.push(event.secured);
          if (secured.length === 1) machine.transfer(two);
        }
      },
      (machine) => machine.open({ userData: bindArgument('normal', { mtaName: 'A' }) }),
    );
    // The first is given up after fifteen seconds; the second is under way when the answer to the first comes due.
    await bench.pass(16_000);
    expect(secured[0]).to.equal(false);
    await bench.pass(60_000);
    expect(received.length).to.equal(secured.filter((each) => each).length);
    expect(received).to.not.include(WORDS[0]);
  });

  it('an answer that was delayed is not given where another one was given before', async () => {
    const bench = new Bench();
    const { a, b } = pairOf(bench, {
      b: {
        hooks: {
          onCheckpoint: ({ serial }) =>
            serial === 2
              ? // biome-ignore lint/suspicious/noThenProperty: no function, so that nothing takes it for a promise
                { do: 'delay', milliseconds: 500, then: { do: 'exception', reason: 'unspecified' } }
              : { do: 'accept' },
          onTransfer: ({ phase }) => (phase === 'end' ? { do: 'delay', milliseconds: 800 } : undefined),
        },
      },
      ofB: { windowSize: 10 },
    });
    const received: number[] = [];
    b.on('messageReceived', ({ apdu }) => received.push(apdu.octets.length));
    const transferred: number[] = [];
    a.on('messageTransferred', () => transferred.push(1));
    a.start();
    b.start();
    a.submit('B', mail('large', 3000));
    await bench.pass(900);
    expect(received.length).to.equal(transferred.length);
  });

  for (const what of ['close', 'abort'] as const) {
    it(`a listener that does ${what} to the association loses nothing: while an item is chosen for it`, async () => {
      const bench = new Bench();
      const { a, b } = pairOf(bench, { ofB: { mode: 'x410-1984' } });
      const received: string[] = [];
      b.on('messageReceived', ({ apdu }) => received.push(...wordsIn(apdu.octets, WORDS)));
      let times = 0;
      a.on('downgraded', () => {
        times += 1;
        if (times === 1) for (const association of a.associations) association[what]();
      });
      a.start();
      b.start();
      a.submit('B', mail(WORDS[0] as string));
      await bench.pass(60_000);
      expect(times).to.be.greaterThan(0);
      expect(received).to.deep.equal([WORDS[0]]);
      expect(a.queueTo('B').length).to.equal(0);
    });
  }

  it('a listener may close the association that a bind is being refused on', async () => {
    const bench = new Bench();
    const { a, b } = pairOf(bench, { ofA: { theirs: { mtaName: 'A', password: 'right' } } });
    b.on('bindRefused', () => {
      for (const association of b.associations) association.close();
    });
    a.start();
    b.start();
    a.submit('B', mail(WORDS[0] as string));
    await bench.pass(500);
    expect(b.associations).to.deep.equal([]);
  });

  for (const [what, where] of [
    ['close', 'a'],
    ['close', 'b'],
    ['abort', 'a'],
    ['abort', 'b'],
  ] as const) {
    it(`a listener of the ${where === 'a' ? 'sender' : 'receiver'} may ${what} when a transfer is resumed`, async () => {
      const bench = new Bench();
      bench.faults.push([{ direction: 'sent', offset: 15_000, does: { kind: 'reset' } }]);
      const { a, b } = pairOf(bench);
      const received: string[] = [];
      b.on('messageReceived', ({ apdu }) => received.push(...wordsIn(apdu.octets, WORDS)));
      let times = 0;
      const mta = { a, b }[where];
      mta.on('transferResumed', () => {
        times += 1;
        if (times === 1) for (const association of mta.associations) association[what]();
      });
      a.start();
      b.start();
      a.submit('B', mail(WORDS[0] as string, 30_000));
      await bench.pass(60_000);
      // Nobody goes on with what a user aborted. X.218 9.7.
      expect(times).to.equal(what === 'close' ? 2 : 1);
      expect(received).to.deep.equal([WORDS[0]]);
      expect(a.queueTo('B').length).to.equal(0);
    });
  }

  it('a sender that closes while it hears of something goes on behind the last point all the same', async () => {
    const bench = new Bench();
    const twa = { dialogueMode: 'twa' } as const;
    let closed = 0;
    const { a, b } = pairOf(bench, {
      ofB: twa,
      a: {
        hooks: {
          onTurn: ({ phase }) => {
            if (phase !== 'please' || closed > 0) return undefined;
            closed += 1;
            return { do: 'close' };
          },
        },
      },
      b: {
        hooks: {
          // Nothing behind the tenth point is confirmed before the turn is asked for.
          onCheckpoint: ({ serial }) =>
            serial === 10 && closed === 0 ? { do: 'delay', milliseconds: 1000 } : undefined,
        },
      },
    });
    const received: string[] = [];
    b.on('messageReceived', ({ apdu }) => received.push(...wordsIn(apdu.octets, WORDS)));
    a.start();
    b.start();
    a.submit('B', mail(WORDS[0] as string, 30_000));
    await bench.pass(100);
    // Sent with the next acknowledgement.
    for (const { service } of b.associations) service.turnPlease(1);
    await bench.pass(60_000);
    expect(closed).to.equal(1);
    expect(received).to.deep.equal([WORDS[0]]);
    expect(bench.spdus.slice(1).flat()).to.include('>ACTIVITY RESUME').and.not.include('>ACTIVITY START');
  });
});
