import { expect } from 'chai';
import fc from 'fast-check';
import { Folder, stream } from './support/files.js';
import { bytes, CC, CR, dt, ethernet, ipv4, pcap, Talk, tcp, u32 } from './support/packets.js';

describe('TCP reassembly, RFC 9293', () => {
  let folder: Folder;
  before(() => {
    folder = new Folder();
  });
  after(() => folder.remove());

  const read = async (frames: Parameters<typeof pcap>[0]) => (await folder.read(pcap(frames))).events;

  it('follows a connection from SYN to FIN', async () => {
    const talk = new Talk();
    const events = await read([...talk.open(), talk.say('i', CR), talk.say('r', CC), ...talk.close()]);
    expect(events).to.deep.equal([
      { kind: 'open', connection: 0, time: 1000000, initiator: '192.0.2.1:4000', responder: '192.0.2.2:102' },
      { kind: 'data', connection: 0, direction: 'i2r', time: 1003000, octets: CR },
      { kind: 'data', connection: 0, direction: 'r2i', time: 1004000, octets: CC },
      { kind: 'close', connection: 0, time: 1006000, direction: 'i2r', how: 'end' },
    ]);
  });

  it('takes sequence numbers over the end of their range', async () => {
    const talk = new Talk({ i: 0xfffffff0, r: 0xfffffffe });
    const data = dt(new Uint8Array(100).fill(7));
    const events = await read([
      ...talk.open(),
      talk.say('i', CR),
      talk.say('r', CC),
      talk.say('i', data),
      talk.say('r', data),
      ...talk.close(),
    ]);
    expect(stream(events, 'i2r')).to.deep.equal(Buffer.concat([CR, data]));
    expect(stream(events, 'r2i')).to.deep.equal(Buffer.concat([CC, data]));
  });

  it('drops retransmissions, keeps what is new in an overlap, and puts segments in order', async () => {
    const talk = new Talk();
    const data = dt(Uint8Array.from({ length: 60 }, (_, index) => index));
    const start = 1001 + CR.length;
    const part = (from: number, to: number) => {
      const fields = { sequence: start + from, acknowledgment: 5001, data: data.subarray(from, to) };
      return ethernet(ipv4(tcp(fields)));
    };
    const events = await read([
      ...talk.open(),
      talk.say('i', CR),
      part(40, data.length),
      part(10, 30),
      part(0, 20),
      part(0, 20),
      part(15, 45),
      part(5, 50),
    ]);
    expect(stream(events, 'i2r')).to.deep.equal(Buffer.concat([CR, data]));
    expect(events.at(-1)).to.include({ kind: 'close', how: 'lost' });
  });

  it('gives an answer out behind what it answers', async () => {
    const talk = new Talk();
    const handshake = talk.open();
    const [request, answer] = [talk.say('i', CR), talk.say('r', CC)];
    const events = await read([...handshake, answer, request, ...talk.close()]);
    expect(events.map((event) => event.kind === 'data' && event.direction)).to.deep.equal([false, 'i2r', 'r2i', false]);
  });

  it('counts octets that were acknowledged, but never captured', async () => {
    const talk = new Talk();
    const frames = [...talk.open(), talk.say('i', CR), talk.say('r', CC)];
    talk.lose('i', 100);
    const later = dt([1, 2, 3]);
    frames.push(talk.say('i', later), talk.ack('r'), ...talk.close());
    const events = await read(frames);
    expect(events.filter(({ kind }) => kind === 'data').at(-1)).to.deep.include({ octets: later, lostBefore: 100 });
  });

  it('does not wait for the end of the capture to know that octets are lost', async () => {
    const talk = new Talk();
    const frames = [...talk.open(), talk.say('i', CR), talk.say('r', CC)];
    talk.lose('i', 100);
    for (let count = 0; count < 200; count += 1) frames.push(talk.say('i', dt([count])), talk.ack('r'));
    const events = await read(frames);
    const times = events.flatMap((event) => (event.kind === 'data' && event.lostBefore ? [event] : []));
    expect(times).to.have.lengthOf(1);
    expect(stream(events, 'i2r').length).to.equal(CR.length + 100 + 200 * 8);
  });

  it('counts octets that are missing at the end', async () => {
    const talk = new Talk();
    const frames = [...talk.open(), talk.say('i', CR), talk.say('r', CC)];
    talk.lose('i', 50);
    const events = await read([...frames, talk.ack('r')]);
    expect(events.slice(-2)).to.deep.equal([
      { kind: 'data', connection: 0, direction: 'i2r', time: 1005000, octets: new Uint8Array(0), lostBefore: 50 },
      { kind: 'close', connection: 0, time: 1005000, how: 'lost' },
    ]);
    expect(stream(await read([...frames, ...talk.close()]), 'i2r').length).to.equal(CR.length + 50);
  });

  it('counts what a snap length cut as lost before the next chunk', async () => {
    const talk = new Talk();
    const handshake = talk.open();
    const [first, long, next] = [talk.say('i', CR), talk.say('i', dt(new Uint8Array(200))), talk.say('i', dt([1]))];
    const cut = { octets: long.subarray(0, 14 + 20 + 20 + 30), original: long.length };
    const events = await read([...handshake, first, cut, next]);
    const [, second, third] = events.filter((event) => event.kind === 'data');
    expect(second).to.have.property('octets').with.lengthOf(30);
    expect(third).to.deep.include({ lostBefore: 177, octets: dt([1]) });
  });

  it('knows a capture of one direction alone', async () => {
    const talk = new Talk();
    const handshake = talk.open();
    const frames = [handshake[0]!, handshake[2]!, talk.say('i', CR)];
    talk.say('r', CC);
    frames.push(talk.say('i', dt([1])), talk.fin('i'));
    const events = await read(frames);
    expect(stream(events, 'i2r')).to.deep.equal(Buffer.concat([CR, dt([1])]));
    expect(stream(events, 'r2i').length).to.equal(CC.length);
    expect(events[0]).not.to.have.property('startLost');
  });

  it('takes a new SYN on the same ports as a new connection, a repeated one not', async () => {
    const first = new Talk();
    const opening = first.open();
    const second = new Talk({ i: 90_000, r: 70_000 });
    const events = await read([
      ...opening,
      opening[0]!,
      first.say('i', CR),
      ...second.open(),
      second.say('i', CR),
      second.reset('r'),
      second.say('i', CR),
    ]);
    const seen = events.map((event) => `${event.kind} ${event.connection}`);
    expect(seen).to.deep.equal(['open 0', 'data 0', 'close 0', 'open 1', 'data 1', 'close 1']);
    expect(events.filter((event) => event.kind === 'close')).to.deep.equal([
      { kind: 'close', connection: 0, time: 1005000, how: 'lost' },
      { kind: 'close', connection: 1, time: 1009000, how: 'reset', direction: 'r2i' },
    ]);
  });

  it('bounds what it holds: a gap that no one acknowledges is given up', async () => {
    const talk = new Talk();
    const frames = [...talk.open(), talk.say('i', CR), talk.say('r', CC)];
    talk.lose('i', 10);
    const data = dt(new Uint8Array(60_000));
    for (let count = 0; count < 90; count += 1) frames.push(talk.say('i', data));
    const events = await read(frames);
    expect(stream(events, 'i2r').length).to.equal(CR.length + 10 + 90 * data.length);
  });

  const two = fc.record({
    i: fc.uint8Array({ minLength: 1, maxLength: 400 }),
    r: fc.uint8Array({ minLength: 1, maxLength: 400 }),
    cuts: fc.infiniteStream(fc.integer({ min: 1, max: 60 })),
    order: fc.infiniteStream(fc.nat(1_000_000)),
    again: fc.infiniteStream(fc.boolean()),
    initial: fc.constantFrom({ i: 1000, r: 5000 }, { i: 0xffffff80, r: 0xfffffff0 }),
  });

  it('reassembles any segmentation, order and duplication of two streams', async () => {
    await fc.assert(
      fc.asyncProperty(two, async ({ i, r, cuts, order, again, initial }) => {
        const talk = new Talk(initial);
        const sides = { i: bytes(CR, dt(i)), r: bytes(CC, dt(r)) };
        const handshake = talk.open();
        const segments: { frame: Uint8Array; at: number }[] = [];
        for (const side of ['i', 'r'] as const) {
          for (let at = 0; at < sides[side].length; ) {
            const length = cuts.next().value;
            // No acknowledgements: nothing tells that a gap is a loss.
            const frame = talk.say(side, sides[side].subarray(at, at + length));
            frame.set(u32((side === 'i' ? initial.r : initial.i) + 1), 14 + 20 + 8);
            segments.push({ frame, at: order.next().value });
            if (again.next().value) segments.push({ frame, at: order.next().value });
            at += length;
          }
        }
        const shuffled = segments.sort((a, b) => a.at - b.at).map(({ frame }) => frame);
        const events = await read([...handshake, ...shuffled]);
        expect(stream(events, 'i2r').equals(sides.i)).to.equal(true);
        expect(stream(events, 'r2i').equals(sides.r)).to.equal(true);
        expect(events.some((event) => event.kind === 'data' && event.lostBefore)).to.equal(false);
      }),
      { numRuns: 100 },
    );
  });

  it('waits for each late segment as long, however many were late before', async () => {
    const delays = [3, 6, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 7, 0, 0, 0, 0, 5, 0, 0, 10, ...Array(9).fill(0)];
    const talk = new Talk();
    const handshake = talk.open();
    const said = delays.map((delay, index) => {
      const unit = index === 0 ? CR : index === 1 ? CC : dt([index]);
      return { unit, at: index + delay, frame: talk.say(index % 2 === 0 ? 'i' : 'r', unit) };
    });
    const late = [...said].sort((a, b) => a.at - b.at).map(({ frame }) => frame);
    const events = (await read([...handshake, ...late])).filter((event) => event.kind === 'data');
    expect(events).to.have.lengthOf(said.length);
    expect(events.some(({ lostBefore }) => lostBefore)).to.equal(false);
  });

  it('reassembles a dialogue in any local disorder, each answer behind its question', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(12), { minLength: 12, maxLength: 40 }), two, async (delays, { initial }) => {
        const talk = new Talk(initial);
        const handshake = talk.open();
        const said = delays.map((delay, index) => {
          const side = index % 2 === 0 ? 'i' : 'r';
          const unit = index === 0 ? CR : index === 1 ? CC : dt([index]);
          return { side, unit, at: index + delay, frame: talk.say(side, unit) } as const;
        });
        const disordered = [...said].sort((a, b) => a.at - b.at).map(({ frame }) => frame);
        const events = (await read([...handshake, ...disordered])).filter((event) => event.kind === 'data');
        expect(events.map(({ octets }) => Buffer.from(octets).toString('hex'))).to.deep.equal(
          said.map(({ unit }) => Buffer.from(unit).toString('hex')),
        );
      }),
      { numRuns: 100 },
    );
  });
});
