import { createServer } from 'node:net';
import { expect } from 'chai';
import {
  connectTcp,
  type Link,
  LinkError,
  type LinkEvent,
  listenTcp,
  memoryPair,
  recordLink,
  VirtualClock,
  withFaults,
} from '../../../harness/link/index.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Collects what a link tells. */
function collect(link: Link) {
  const told: string[] = [];
  let text = '';
  let wake: () => void = () => {};
  link.start({
    data(octets) {
      text += Buffer.from(octets).toString();
      wake();
    },
    end() {
      told.push('end');
      wake();
    },
    close(how) {
      told.push(`close ${how}`);
      wake();
    },
  });
  return {
    told,
    text: () => text,
    async until(condition: () => boolean) {
      while (!condition()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

async function overTcp() {
  let accept: (link: Link) => void = () => {};
  const accepted = new Promise<Link>((resolve) => {
    accept = resolve;
  });
  const listener = await listenTcp({ port: 0, onLink: accept });
  const here = await connectTcp({ port: listener.port });
  return { here, there: await accepted, close: () => listener.close() };
}

async function inMemory() {
  const { initiator: here, responder: there } = memoryPair();
  return { here, there, close: async () => {} };
}

for (const [name, pair] of [
  ['in memory', inMemory],
  ['over TCP', overTcp],
] as const) {
  describe(`a link ${name}`, () => {
    it('carries octets both ways, and is closed in order', async () => {
      const { here, there, close } = await pair();
      const [one, other] = [collect(here), collect(there)];
      here.send(bytes('ping'));
      await other.until(() => other.text() === 'ping');
      // Half-open: the other side may still answer.
      here.close();
      await other.until(() => other.told.includes('end'));
      there.send(bytes('pong'));
      there.close();
      await one.until(() => one.told.length === 2);
      await other.until(() => other.told.length === 2);
      expect([one.text(), one.told, other.told]).to.deep.equal(['pong', ['end', 'close end'], ['end', 'close end']]);
      await close();
    });

    it('is reset', async () => {
      const { here, there, close } = await pair();
      const other = collect(there);
      collect(here);
      here.destroy();
      await other.until(() => other.told.length === 1);
      expect(other.told).to.deep.equal(['close reset']);
      await close();
    });

    it('can be dropped while its own end is still under way, and is then gone', async () => {
      const { here, there, close } = await pair();
      const one = collect(here);
      const other = collect(there);
      here.close();
      here.destroy();
      await one.until(() => one.told.some((what) => what.startsWith('close')));
      await other.until(() => other.told.length > 0);
      there.destroy();
      await close();
    });

    it('keeps what came before it was started, and knows who opened it', async () => {
      const { here, there, close } = await pair();
      collect(here);
      here.send(bytes('early'));
      const other = collect(there);
      await other.until(() => other.text() === 'early');
      expect([here.opened, there.opened]).to.deep.equal(['here', 'there']);
      expect(here.remoteEndpoint).to.equal(there.localEndpoint);
      here.destroy();
      await close();
    });

    it('is recorded on either side, before anyone sees the octets', async () => {
      const { here, there, close } = await pair();
      const recordings: LinkEvent[][] = [[], []];
      const clock = new VirtualClock(5);
      const [left, right] = [here, there].map((link, i) =>
        recordLink(link, { connection: i, clock, sink: (event) => recordings[i]?.push(event) }),
      ) as [Link, Link];
      const [one, other] = [collect(left), collect(right)];
      left.send(bytes('a'));
      await other.until(() => other.text() === 'a');
      right.send(bytes('b'));
      await one.until(() => one.text() === 'b');
      left.close();
      await other.until(() => other.told.includes('end'));
      right.close();
      await one.until(() => one.told.length === 2);
      await close();
      const shape = (events: LinkEvent[] = []) =>
        events.map((event) => (event.kind === 'open' ? 'open' : `${event.kind} ${event.direction}`));
      const expected = ['open', 'data i2r', 'data r2i', 'close i2r', 'close r2i'];
      expect(shape(recordings[0])).to.deep.equal(expected);
      expect(shape(recordings[1])).to.deep.equal(expected);
      expect(recordings[0]?.[0]).to.deep.equal({
        kind: 'open',
        connection: 0,
        time: 5,
        initiator: here.localEndpoint,
        responder: here.remoteEndpoint,
      });
    });
  });
}

describe('links in memory', () => {
  it('are cut as they are told to be, and delivered by hand', () => {
    const chunk = function* (octets: Uint8Array) {
      for (const octet of octets) yield Uint8Array.of(octet);
    };
    const { initiator, responder, deliver, deliverAll } = memoryPair({ delivery: 'manual', chunk });
    const other = collect(responder);
    collect(initiator);
    initiator.send(bytes('abc'));
    expect([deliver(), other.text()]).to.deep.equal([true, 'a']);
    deliverAll();
    expect([deliver(), other.text()]).to.deep.equal([false, 'abc']);
  });
});

describe('TCP', () => {
  async function failure(promise: Promise<unknown>): Promise<LinkError> {
    try {
      await promise;
    } catch (error) {
      if (error instanceof LinkError) return error;
      throw error;
    }
    throw new Error('it did not fail');
  }

  it('says that nothing listens, with a hint', async () => {
    const listener = await listenTcp({ port: 0, onLink: () => {} });
    await listener.close();
    const error = await failure(connectTcp({ port: listener.port }));
    expect(error.code).to.equal('ERR_LINK_REFUSED');
    expect(error.message).to.contain(`127.0.0.1:${listener.port}`);
    expect(error.hint).to.be.a('string');
  });

  it('says that a port is in use', async () => {
    const listener = await listenTcp({ port: 0, onLink: () => {} });
    const error = await failure(listenTcp({ port: listener.port, onLink: () => {} }));
    expect(error.code).to.equal('ERR_LINK_PORT_IN_USE');
    await listener.close();
  });

  it('listens on loopback unless it is told otherwise, and takes no more connections than it may', async () => {
    const links: Link[] = [];
    const listener = await listenTcp({ port: 0, maxConnections: 1, onLink: (link) => links.push(link) });
    expect(listener.host).to.equal('127.0.0.1');
    const first = await connectTcp({ port: listener.port });
    const second = collect(await connectTcp({ port: listener.port }));
    await second.until(() => second.told.some((what) => what.startsWith('close') || what === 'end'));
    expect(links).to.have.lengthOf(1);
    expect(listener.connections).to.equal(1);
    first.destroy();
    await listener.close();
  });

  it('gives up when it is told to', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const error = await failure(connectTcp({ port, signal: AbortSignal.abort() }));
    expect(error.code).to.equal('ERR_LINK_FAILED');
    server.close();
  });
});

describe('a TCP link', () => {
  it('reads nothing from a side that does not read what it is sent', async () => {
    const { here, there, close } = await overTcp();
    const told: string[] = [];
    let wake: () => void = () => {};
    const both = new Promise<void>((resolve) => {
      wake = resolve;
    });
    here.start({
      data: () => {
        told.push('data');
        wake();
      },
      end() {},
      close() {},
      drain: () => told.push('drain'),
    });
    const piece = new Uint8Array(8 * 1024 * 1024);
    for (let i = 0; i < 5; i += 1) here.send(piece);
    there.send(bytes('not read'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    there.start({ data() {}, end() {}, close() {} });
    await both;
    expect(told).to.deep.equal(['drain', 'data']);
    await close();
  });
});

describe('a recorded link', () => {
  it('says when nothing more will come of it', () => {
    for (const end of ['closed', 'reset'] as const) {
      const { initiator, responder, deliverAll } = memoryPair({ delivery: 'manual' });
      let gone = 0;
      const onGone = () => {
        gone += 1;
      };
      const link = recordLink(initiator, { connection: 0, clock: new VirtualClock(), sink: () => {}, onGone });
      collect(link);
      collect(responder);
      link.send(bytes('a'));
      deliverAll();
      expect(gone).to.equal(0);
      if (end === 'closed') {
        link.close();
        responder.close();
      } else responder.destroy();
      deliverAll();
      expect(gone, end).to.equal(1);
    }
  });
});

describe('faults', () => {
  const setup = (fault: Parameters<typeof withFaults>[1][number]) => {
    const clock = new VirtualClock();
    const { initiator, responder, deliverAll } = memoryPair({ delivery: 'manual' });
    const faulty = withFaults(initiator, [fault], clock);
    const [one, other] = [collect(faulty), collect(responder)];
    return { clock, faulty, responder, one, other, deliverAll };
  };

  it('corrupt one octet', () => {
    const { faulty, other, deliverAll } = setup({
      direction: 'sent',
      offset: 3,
      does: { kind: 'corrupt', mask: 0x20 },
    });
    faulty.send(bytes('ab'));
    faulty.send(bytes('cdef'));
    deliverAll();
    expect(other.text()).to.equal('abcDef');
  });

  it('swallow all behind an octet', () => {
    const { faulty, responder, one, deliverAll } = setup({
      direction: 'received',
      offset: 2,
      does: { kind: 'swallow' },
    });
    void faulty;
    responder.send(bytes('abcd'));
    responder.send(bytes('ef'));
    deliverAll();
    expect(one.text()).to.equal('ab');
  });

  it('close or reset at an octet', () => {
    for (const [kind, told] of [
      ['close', 'end'],
      ['reset', 'close reset'],
    ] as const) {
      const { faulty, other, deliverAll } = setup({ direction: 'sent', offset: 2, does: { kind } });
      faulty.send(bytes('abcd'));
      deliverAll();
      expect([other.text(), other.told]).to.deep.equal(['ab', [told]]);
    }
  });

  it('delay by the clock', () => {
    const { clock, faulty, other, deliverAll } = setup({
      direction: 'sent',
      offset: 1,
      does: { kind: 'delay', milliseconds: 500 },
    });
    faulty.send(bytes('ab'));
    deliverAll();
    expect(other.text()).to.equal('a');
    clock.advanceTo(500);
    deliverAll();
    expect(other.text()).to.equal('ab');
  });
});
