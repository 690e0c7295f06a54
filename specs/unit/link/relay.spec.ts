import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  connectTcp,
  type Link,
  type LinkEvent,
  listenTcp,
  memoryPair,
  Relay,
  systemClock,
  VirtualClock,
} from '../../../harness/link/index.js';

type Direction = 'i2r' | 'r2i';

/** An end that keeps what it is told. */
function collect(link: Link) {
  const got: Uint8Array[] = [];
  const told: string[] = [];
  link.start({
    data: (octets) => got.push(octets),
    end: () => told.push('end'),
    close: (how) => told.push(`close ${how}`),
  });
  return { link, told, octets: () => Buffer.concat(got) };
}

function octetsOf(events: readonly LinkEvent[], direction: Direction): Buffer {
  return Buffer.concat(
    events.flatMap((event) => (event.kind === 'data' && event.direction === direction ? [event.octets] : [])),
  );
}

function shape(events: readonly LinkEvent[]): string[] {
  return events.map((event) => (event.kind === 'close' ? `${event.how} ${event.direction ?? ''}`.trim() : event.kind));
}

/** Two ends in memory with a relay between them, and what it recorded. */
function inMemory(options: { room?: number; chunk?: (bytes: Uint8Array) => Iterable<Uint8Array> } = {}) {
  const clock = new VirtualClock(5);
  const events: LinkEvent[] = [];
  const before = memoryPair({ ...options, delivery: 'manual', responder: 'memory:tap' });
  const after = memoryPair({ ...options, delivery: 'manual', initiator: 'memory:tap' });
  const state = { gone: 0, sink: (event: LinkEvent): void => void events.push(event), fault: undefined as unknown };
  const relay = new Relay(before.responder, after.initiator, {
    connection: 3,
    clock,
    sink: (event) => state.sink(event),
    onFault: (error) => {
      state.fault = error;
    },
    onGone: () => {
      state.gone += 1;
    },
  });
  const settle = () => {
    for (let more = true; more; ) {
      const [one, other] = [before.deliver(), after.deliver()];
      more = one || other;
    }
  };
  return { clock, events, state, relay, settle, initiator: before.initiator, responder: after.responder };
}

const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

/** Cuts octets into pieces of these lengths, over and over. */
function cutting(lengths: readonly number[]) {
  let turn = 0;
  return function* (bytes: Uint8Array) {
    for (let at = 0; at < bytes.length; turn += 1) {
      const length = lengths[turn % lengths.length] as number;
      yield bytes.subarray(at, at + length);
      at += length;
    }
  };
}

describe('a relay', () => {
  it('passes whatever octets on both ways, in any cutting, with any room, and records the same', () => {
    const sends = fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ minLength: 1, maxLength: 40 })), { maxLength: 30 });
    fc.assert(
      fc.property(sends, cuts, fc.integer({ min: 1, max: 30 }), fc.boolean(), (messages, lengths, room, eager) => {
        const { events, settle, state, relay, ...ends } = inMemory({ room, chunk: cutting(lengths) });
        const [caller, called] = [collect(ends.initiator), collect(ends.responder)];
        for (const [fromCaller, octets] of messages) {
          (fromCaller ? caller : called).link.send(octets);
          if (eager) settle();
        }
        settle();
        caller.link.close();
        called.link.close();
        settle();
        const sent = (fromCaller: boolean) =>
          Buffer.concat(messages.filter(([from]) => from === fromCaller).map(([, octets]) => octets));
        expect(called.octets().equals(sent(true))).to.equal(true);
        expect(caller.octets().equals(sent(false))).to.equal(true);
        expect(octetsOf(events, 'i2r').equals(sent(true))).to.equal(true);
        expect(octetsOf(events, 'r2i').equals(sent(false))).to.equal(true);
        expect([caller.told, called.told]).to.deep.equal([
          ['end', 'close end'],
          ['end', 'close end'],
        ]);
        expect([relay.octets('i2r'), relay.octets('r2i'), state.gone]).to.deep.equal([
          sent(true).length,
          sent(false).length,
          1,
        ]);
      }),
      { numRuns: 150 },
    );
  });

  it('names who called and who was called, with its own number and clock', () => {
    const { events, clock, initiator, settle } = inMemory();
    clock.advanceTo(9);
    initiator.send(Uint8Array.of(1));
    settle();
    expect(events).to.deep.equal([
      { kind: 'open', connection: 3, time: 5, initiator: 'memory:initiator', responder: 'memory:responder' },
      { kind: 'data', connection: 3, time: 9, direction: 'i2r', octets: Uint8Array.of(1) },
    ]);
  });

  it('records octets before they are passed on', () => {
    const { events, initiator, responder, settle } = inMemory();
    const seen: number[] = [];
    responder.start({ data: () => seen.push(octetsOf(events, 'i2r').length), end() {}, close() {} });
    initiator.send(Uint8Array.of(1, 2));
    settle();
    expect(seen).to.deep.equal([2]);
  });

  it('passes a FIN on, and the other side still sends', () => {
    const { events, settle, state, ...ends } = inMemory();
    const [caller, called] = [collect(ends.initiator), collect(ends.responder)];
    caller.link.send(Buffer.from('ask'));
    caller.link.close();
    settle();
    expect([called.told, caller.told]).to.deep.equal([['end'], []]);
    called.link.send(Buffer.from('answer'));
    called.link.close();
    settle();
    expect(caller.octets().toString()).to.equal('answer');
    expect(shape(events)).to.deep.equal(['open', 'data', 'end i2r', 'data', 'end r2i']);
    expect(state.gone).to.equal(1);
  });

  for (const [name, resets, direction] of [
    ['caller', 'initiator', 'i2r'],
    ['called', 'responder', 'r2i'],
  ] as const) {
    it(`passes on a RST of the ${name}, behind what it had sent`, () => {
      const { events, settle, state, ...ends } = inMemory();
      const [dying, other] =
        resets === 'initiator'
          ? [collect(ends.initiator), collect(ends.responder)]
          : [collect(ends.responder), collect(ends.initiator)];
      dying.link.send(Buffer.from('last words'));
      dying.link.destroy();
      settle();
      expect([other.octets().toString(), other.told]).to.deep.equal(['last words', ['close reset']]);
      expect(shape(events)).to.deep.equal(['open', 'data', `reset ${direction}`]);
      expect(state.gone).to.equal(1);
    });
  }

  it('gives a slow receiver a moment for what came before a RST, and no longer', () => {
    const { clock, settle, state, relay, ...ends } = inMemory({ room: 4 });
    const caller = collect(ends.initiator);
    const told: string[] = [];
    ends.responder.start({ data() {}, end() {}, close: (how) => told.push(how) });
    ends.responder.pause?.();
    caller.link.send(Buffer.from('abc'));
    settle();
    caller.link.destroy();
    settle();
    expect([relay.octets('i2r'), state.gone]).to.deep.equal([3, 0]);
    clock.advanceTo(1_000);
    expect(state.gone).to.equal(0);
    clock.advanceTo(3_000);
    expect(state.gone).to.equal(1);
    ends.responder.resume?.();
    settle();
    expect(told).to.deep.equal(['reset']);
  });

  it('reads no faster than the other side takes', () => {
    const { settle, relay, ...ends } = inMemory({ room: 100 });
    const caller = collect(ends.initiator);
    const called = collect(ends.responder);
    called.link.pause?.();
    for (let i = 0; i < 50; i += 1) caller.link.send(new Uint8Array(60).fill(i));
    settle();
    expect(relay.octets('i2r')).to.equal(120);
    expect(ends.initiator.unsent).to.equal(50 * 60 - 120);
    called.link.resume?.();
    settle();
    expect([called.octets().length, relay.mostUnsent('i2r')]).to.deep.equal([50 * 60, 120]);
  });

  it('passes nothing on that it could not record, and drops both sides', () => {
    const { settle, state, relay, ...ends } = inMemory();
    const [caller, called] = [collect(ends.initiator), collect(ends.responder)];
    state.sink = () => {
      throw new Error('no space');
    };
    caller.link.send(Buffer.from('x'));
    settle();
    expect([called.octets().length, relay.octets('i2r'), state.gone]).to.deep.equal([0, 0, 1]);
    expect([caller.told, called.told]).to.deep.equal([['close reset'], ['close reset']]);
    expect(state.fault).to.be.instanceOf(Error).with.property('message', 'no space');
  });

  it('when stopped, says that the recording ended first', () => {
    const { events, settle, state, relay, ...ends } = inMemory();
    const [caller, called] = [collect(ends.initiator), collect(ends.responder)];
    relay.stop();
    relay.stop();
    settle();
    expect(shape(events)).to.deep.equal(['open', 'lost']);
    expect([caller.told, called.told, state.gone]).to.deep.equal([['close reset'], ['close reset'], 1]);
  });

  describe('over TCP', () => {
    /** A relay to whatever `onCalled` does with its links. */
    async function overTcp(onCalled: (link: Link) => void) {
      const events: LinkEvent[] = [];
      let relay: Relay | undefined;
      let gone: () => void = () => {};
      const isGone = new Promise<void>((resolve) => {
        gone = resolve;
      });
      const target = await listenTcp({ port: 0, onLink: onCalled });
      const door = await listenTcp({
        port: 0,
        onLink: (caller) => {
          void connectTcp({ port: target.port }).then((called) => {
            const sink = (event: LinkEvent) => void events.push(event);
            relay = new Relay(caller, called, { connection: 0, clock: systemClock, sink, onGone: gone });
          });
        },
      });
      const socket = connect({ port: door.port, host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => {});
      return {
        events,
        isGone,
        socket,
        relay: () => relay as Relay,
        close: async () => {
          socket.destroy();
          await Promise.all([door.close(), target.close()]);
        },
      };
    }

    async function allOf(socket: Socket): Promise<Buffer> {
      const pieces: Buffer[] = [];
      for await (const piece of socket) pieces.push(piece as Buffer);
      return Buffer.concat(pieces);
    }

    const many = Buffer.from(Uint8Array.from({ length: 5_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff));

    it('holds little of 5 MB while their reader sleeps, and loses none of it', async () => {
      let reader: Link | undefined;
      let length = 0;
      const got: Uint8Array[] = [];
      const { socket, relay, isGone, close } = await overTcp((link) => {
        reader = link;
        link.pause?.();
        link.start({
          data: (octets) => {
            got.push(octets);
            length += octets.length;
          },
          end: () => link.close(),
          close() {},
        });
      });
      socket.resume();
      socket.end(many);
      // Until nothing moves any more: the systems' own buffers are full, or have it all.
      for (let before = -1, now = 0; now === 0 || now !== before; ) {
        await new Promise((next) => setTimeout(next, 100));
        [before, now] = [now, relay()?.octets('i2r') ?? 0];
      }
      expect(length).to.equal(0);
      reader?.resume?.();
      await isGone;
      expect(Buffer.concat(got).equals(many)).to.equal(true);
      expect(relay().mostUnsent('i2r')).to.be.below(256 * 1024);
      await close();
    });

    it('passes octets both ways at once through halves that close one after the other', async () => {
      const { socket, events, isGone, close } = await overTcp((link) => {
        // What comes goes back, and the FIN after it.
        const stopped = () => link.pause?.();
        link.start({
          data: (octets) => {
            if (!link.send(octets)) stopped();
          },
          drain: () => link.resume?.(),
          end: () => link.close(),
          close() {},
        });
      });
      socket.end(many);
      const back = await allOf(socket);
      await isGone;
      expect(back.equals(many)).to.equal(true);
      expect(octetsOf(events, 'i2r').equals(many)).to.equal(true);
      expect(octetsOf(events, 'r2i').equals(many)).to.equal(true);
      await close();
    });

    it('passes a RST on in the midst of a transfer', async () => {
      const told: string[] = [];
      let came: () => void = () => {};
      const firstOctets = new Promise<void>((resolve) => {
        came = resolve;
      });
      let closed: () => void = () => {};
      const isClosed = new Promise<void>((resolve) => {
        closed = resolve;
      });
      const { socket, events, isGone, close } = await overTcp((link) => {
        link.start({
          data: () => came(),
          end: () => told.push('end'),
          close: (how) => {
            told.push(how);
            closed();
          },
        });
      });
      socket.write('the beginning of something');
      await firstOctets;
      socket.resetAndDestroy();
      await Promise.all([isGone, isClosed]);
      expect(told).to.deep.equal(['reset']);
      expect(shape(events)).to.deep.equal(['open', 'data', 'reset i2r']);
      await close();
    });
  });
});
