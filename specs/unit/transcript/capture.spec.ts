import { expect } from 'chai';
import { Folder, rejection, stream } from './support/files.js';
import {
  bytes,
  CC,
  CR,
  dt,
  ethernet,
  ipv4,
  ipv6,
  type Packet,
  pcap,
  pcapngBlocks,
  Talk,
  tcp,
  u16,
  u32,
} from './support/packets.js';

/** A CR in one segment behind its SYN, as IP packets. */
function opening(wrap: (segment: Uint8Array) => Uint8Array): Uint8Array[] {
  return [wrap(tcp({ sequence: 1, flags: 'S' })), wrap(tcp({ sequence: 2, flags: 'PA', data: CR }))];
}

describe('captures', () => {
  let folder: Folder;
  before(() => {
    folder = new Folder();
  });
  after(() => folder.remove());

  describe('pcap', () => {
    for (const little of [false, true]) {
      for (const nanoseconds of [false, true]) {
        it(`is read ${little ? 'little' : 'big'}-endian with ${nanoseconds ? 'nano' : 'micro'}seconds`, async () => {
          const fraction = nanoseconds ? 250_500_000 : 250_500;
          const packets = opening((segment) => ethernet(ipv4(segment))).map((octets) => {
            return { octets, seconds: 1_128_178_132, fraction };
          });
          const { events, conversation } = await folder.read(pcap(packets, { little, nanoseconds }));
          expect(conversation.format).to.equal('pcap');
          expect(events[0]).to.have.property('time', 1_128_178_132_250.5);
          expect(stream(events, 'i2r')).to.deep.equal(Buffer.from(CR));
        });
      }
    }

    it('is read as far as it goes, wherever it is cut', async () => {
      const talk = new Talk();
      const frames = [...talk.open(), talk.say('i', CR)];
      const whole = pcap(frames);
      const ends = [24];
      for (const frame of frames) ends.push(ends.at(-1)! + 16 + frame.length);
      for (let cut = 1; cut <= whole.length; cut += 1) {
        const reading = folder.read(whole.subarray(0, cut));
        if (cut < 4) {
          expect(await rejection(reading)).to.have.property('code', 'ERR_FILE_UNKNOWN');
        } else if (cut < ends[1]! && cut !== 24) {
          expect(await rejection(reading)).to.have.property('code', 'ERR_CAPTURE_TRUNCATED');
        } else {
          const { conversation } = await reading;
          expect(conversation.truncated() === undefined).to.equal(ends.includes(cut));
          expect(conversation.stats().packets).to.equal(ends.filter((end) => end <= cut).length - 1);
        }
      }
    });

    it('stops at a length that cannot be, and says where', async () => {
      const talk = new Talk();
      const good = pcap([...talk.open(), talk.say('i', CR)]);
      const bad = bytes(good, u32(1), u32(0), u32(0x7fffffff), u32(0x7fffffff), new Uint8Array(100));
      const { events, conversation } = await folder.read(bad);
      expect(stream(events, 'i2r')).to.deep.equal(Buffer.from(CR));
      expect(conversation.truncated()).to.include({ fileOffset: good.length }).and.have.property('reason');
    });
  });

  describe('pcapng', () => {
    const talk = () => {
      const one = new Talk();
      return [...one.open(), one.say('i', CR), one.say('r', CC)].map((octets) => ({ octets }));
    };

    for (const little of [false, true]) {
      it(`is read ${little ? 'little' : 'big'}-endian: interfaces, resolutions, packet blocks of all kinds`, async () => {
        const to = pcapngBlocks(little);
        const [a, b, c, d, e] = talk() as [Packet, Packet, Packet, Packet, Packet];
        const raw = { octets: d.octets.subarray(14) };
        const { events, conversation } = await folder.read(
          bytes(
            to.section(to.option(1, Buffer.from('a comment'))),
            to.interface(1),
            to.interface(101, 0, to.option(9, [9])),
            to.interface(1, 0, to.option(9, [0x80 | 10])),
            to.block(4, new Uint8Array(20)),
            to.enhanced(0, a, 7_000_000n, to.option(2, [0, 0, 0, 0])),
            to.obsolete(0, b, 7_000_000n),
            to.simple(c),
            to.block(0x0bad, new Uint8Array(400_000)),
            to.enhanced(1, raw, 1_795_397_236_863_322_346n),
            to.enhanced(2, e, 8n << 10n),
          ),
        );
        expect(conversation.format).to.equal('pcapng');
        expect(conversation.truncated()).to.equal(undefined);
        expect(conversation.stats()).to.include({ packets: 5, connections: 1 });
        expect(events.slice(0, 3).map(({ time }) => time)).to.deep.equal([7000, 1_795_397_236_863.322, 8000]);
        expect(stream(events, 'r2i')).to.deep.equal(Buffer.from(CC));
      });
    }

    it('forgets its interfaces at a new section, whose byte order may differ', async () => {
      const [first, second] = [pcapngBlocks(false), pcapngBlocks(true)];
      const frames = talk();
      const { events } = await folder.read(
        bytes(
          first.section(),
          first.interface(0),
          second.section(),
          second.interface(1),
          ...frames.map((frame) => second.enhanced(0, frame, 1n)),
        ),
      );
      expect(stream(events, 'i2r')).to.deep.equal(Buffer.from(CR));
    });

    it('stops at the first block that is corrupt', async () => {
      const to = pcapngBlocks(false);
      const good = bytes(to.section(), to.interface(1), ...talk().map((frame) => to.enhanced(0, frame, 1n)));
      const wrongTrailer = to.enhanced(0, talk()[0]!, 1n);
      wrongTrailer[wrongTrailer.length - 1]! ^= 4;
      for (const bad of [
        wrongTrailer,
        to.enhanced(5, talk()[0]!, 1n),
        bytes(u32(6), u32(13), new Uint8Array(20)),
        bytes(u32(6), u32(0x7ffffff0), new Uint8Array(20)),
        to.block(6, new Uint8Array(4)),
        bytes(u32(0x0bad), u32(4000), new Uint8Array(20)),
      ]) {
        const { conversation, events } = await folder.read(bytes(good, bad, to.enhanced(0, talk()[0]!, 1n)));
        expect(conversation.truncated()).to.have.property('reason');
        expect(conversation.stats().packets).to.equal(5);
        expect(stream(events, 'r2i')).to.deep.equal(Buffer.from(CC));
      }
    });

    it('cannot be read if it is cut before its first packet', async () => {
      const to = pcapngBlocks(true);
      const whole = bytes(to.section(), to.interface(1), to.enhanced(0, talk()[0]!, 1n));
      for (const cut of [5, 20, 40, whole.length - 1]) {
        const error = await rejection(folder.read(whole.subarray(0, cut)));
        expect(error).to.have.property('code', 'ERR_CAPTURE_TRUNCATED');
      }
    });
  });

  describe('link and network layers', () => {
    const cases: [string, number, Uint8Array[]][] = [
      ['Ethernet', 1, opening((segment) => ethernet(ipv4(segment)))],
      ['802.1Q', 1, opening((segment) => ethernet(ipv4(segment), [0x8100]))],
      ['802.1ad in 802.1Q', 1, opening((segment) => ethernet(ipv4(segment), [0x88a8, 0x8100]))],
      ['an Ethernet trailer', 1, opening((segment) => bytes(ethernet(ipv4(segment)), 0, 0, 0, 0, 0, 0))],
      ['raw IP', 101, opening((segment) => ipv4(segment))],
      ['raw IP of BSD', 12, opening((segment) => ipv4(segment))],
      ['raw IP of OpenBSD', 14, opening((segment) => ipv6(segment))],
      ['BSD loopback', 0, opening((segment) => bytes([2, 0, 0, 0], ipv4(segment)))],
      ['OpenBSD loopback', 108, opening((segment) => bytes([0, 0, 0, 24], ipv6(segment)))],
      ['Linux cooked', 113, opening((segment) => bytes(new Uint8Array(14), u16(0x0800), ipv4(segment)))],
      ['Linux cooked v2', 276, opening((segment) => bytes(u16(0x86dd), new Uint8Array(18), ipv6(segment)))],
      ['IPv4 options', 101, opening((segment) => ipv4(segment, { options: [7, 3, 4, 0] }))],
      ['a total length of 0', 101, opening((segment) => ipv4(segment, { totalLength: 0 }))],
      ['IPv6 over Ethernet', 1, opening((segment) => ethernet(ipv6(segment)))],
      [
        'IPv6 extension headers',
        101,
        opening((segment) => {
          const hopByHop = [60, 0, 1, 4, 0, 0, 0, 0];
          const destination = [44, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
          const atomicFragment = [6, 0, 0, 0, 0, 0, 0, 9];
          return ipv6(segment, { first: 0, extensions: [...hopByHop, ...destination, ...atomicFragment] });
        }),
      ],
    ];
    for (const [name, linkType, frames] of cases) {
      it(`are read through ${name}`, async () => {
        const { events, conversation } = await folder.read(pcap(frames, { linkType }));
        expect(stream(events, 'i2r')).to.deep.equal(Buffer.from(CR));
        expect(conversation.stats().skippedPackets).to.equal(0);
      });
    }

    it('write IPv6 addresses in their short form', async () => {
      const { events } = await folder.read(
        pcap(
          opening((segment) => ipv6(segment)),
          { linkType: 101 },
        ),
      );
      expect(events[0]).to.include({ initiator: '[2001:db8::1]:4000', responder: '[2001:db8::2]:102' });
    });

    it('put fragments together in any order', async () => {
      const data = dt(new Uint8Array(100).fill(9));
      const segment = tcp({ sequence: 2, flags: 'PA', data: bytes(CR, data) });
      const pieces = [
        ipv4(segment.subarray(0, 40), { identification: 7, fragment: 0x2000 }),
        ipv4(segment.subarray(40, 80), { identification: 7, fragment: 0x2000 | 5 }),
        ipv4(segment.subarray(80), { identification: 7, fragment: 10 }),
      ];
      const syn = ipv4(tcp({ sequence: 1, flags: 'S' }));
      for (const order of [
        [0, 1, 2],
        [2, 1, 0],
        [1, 1, 0, 2],
      ]) {
        const frames = [syn, ...order.map((index) => pieces[index]!)];
        const { events } = await folder.read(pcap(frames, { linkType: 101 }));
        expect(stream(events, 'i2r')).to.deep.equal(Buffer.concat([CR, data]));
      }
    });

    it('count what they cannot read', async () => {
      const arp = bytes(new Uint8Array(12), u16(0x0806), new Uint8Array(28));
      const udp = ipv4(tcp({ sequence: 1 }));
      udp[9] = 17;
      const frames = [arp, ethernet(udp), new Uint8Array(3), ethernet(ipv4(new Uint8Array(10))), new Uint8Array(0)];
      const { events, conversation } = await folder.read(pcap(frames));
      expect(events).to.deep.equal([]);
      expect(conversation.stats()).to.include({ packets: 5, skippedPackets: 5, connections: 0 });
    });
  });

  describe('connections', () => {
    it('are found on any port, with any reserved octet, and told from others', async () => {
      const web = new Talk({ i: 1, r: 1 }, { iPort: 5000, rPort: 80 });
      const mail = new Talk({ i: 1, r: 1 }, { iPort: 5001, rPort: 40102 });
      const call = new Talk({ i: 1, r: 1 }, { iPort: 5002, rPort: 1720 });
      const reserved = CR.with(1, 0x11);
      const { events, conversation } = await folder.read(
        pcap([
          ...web.open(),
          ...mail.open(),
          ...call.open(),
          web.say('i', Buffer.from('GET / HTTP/1.1')),
          mail.say('i', reserved),
          // H.225 over TPKT: Q.931 stands where a TPDU should.
          call.say('i', [3, 0, 0, 10, 8, 2, 0, 1, 5, 0]),
          call.say('r', [3, 0, 0, 10, 8, 2, 0, 1, 7, 0]),
          web.say('r', Buffer.from('HTTP/1.1 200')),
        ]),
      );
      expect(events[0]).to.include({ connection: 0, responder: '192.0.2.2:40102' });
      expect(stream(events, 'i2r')).to.deep.equal(Buffer.from(reserved));
      expect(conversation.stats()).to.include({ connections: 1, ignoredConnections: 2 });
    });

    it('keep octets that are no TPKT where the other side sends TPKTs', async () => {
      const talk = new Talk();
      const junk = Buffer.from('what is this?');
      const { events } = await folder.read(pcap([...talk.open(), talk.say('r', junk), talk.say('i', CR)]));
      expect(stream(events, 'r2i')).to.deep.equal(junk);
    });

    it('are numbered in the order in which they opened', async () => {
      const talks = [0, 1, 2].map((index) => new Talk({ i: 1, r: 1 }, { iPort: 5000 + index }));
      const [a, b, c] = talks as [Talk, Talk, Talk];
      const frames = [...a.open(), ...b.open(), ...c.open(), c.say('i', CR), b.say('i', CR), a.say('i', CR)];
      const packets = frames.map((octets, index) => ({ octets, seconds: 5, fraction: index }));
      const { events } = await folder.read(pcap(packets));
      const opened = events.flatMap((event) => (event.kind === 'open' ? [event.initiator] : []));
      expect(opened).to.deep.equal(['192.0.2.1:5000', '192.0.2.1:5001', '192.0.2.1:5002']);
    });

    it('do not wait long for an older one that stays silent', async () => {
      const silent = new Talk({ i: 1, r: 1 }, { iPort: 5000 });
      const talk = new Talk({ i: 1, r: 1 }, { iPort: 5001 });
      const { events } = await folder.read(
        pcap([...silent.open(), ...talk.open(), talk.say('i', CR), silent.say('i', CR)]),
      );
      const opened = events.flatMap((event) => (event.kind === 'open' ? [event.initiator] : []));
      expect(opened).to.deep.equal(['192.0.2.1:5001', '192.0.2.1:5000']);
    });

    describe('whose start was lost', () => {
      it('begin at the first TPKT, and count the octets before it', async () => {
        const talk = new Talk();
        const unit = dt(new Uint8Array(300).fill(3));
        const tail = unit.subarray(100);
        const events = (await folder.read(pcap([talk.say('i', tail), talk.say('i', dt([1])), talk.say('r', dt([2]))])))
          .events;
        expect(events[0]).to.include({ startLost: true, responder: '192.0.2.2:102' });
        expect(events[1]).to.deep.include({ octets: dt([1]), lostBefore: tail.length });
        expect(events[2]).to.deep.include({ direction: 'r2i', octets: dt([2]) });
        expect(events[2]).not.to.have.property('lostBefore');
      });
      it('are not made of what only looks like a header', async () => {
        const talk = new Talk();
        const text = Buffer.from('\x03\x00\x00\x20\x02\xf0\x80 and then no header follows where one should be');
        expect((await folder.read(pcap([talk.say('i', text)]))).events).to.deep.equal([]);
      });
      it('have the side opposite port 102 as initiator, or who speaks first', async () => {
        const talk = new Talk();
        const { events } = await folder.read(pcap([talk.say('r', dt([1])), talk.say('i', dt([2]))]));
        expect(stream(events, 'r2i')).to.deep.equal(Buffer.from(dt([1])));
        const odd = new Talk({ i: 1, r: 1 }, { rPort: 10102 });
        const other = (await folder.read(pcap([odd.say('r', dt([1])), odd.say('i', dt([2]))]))).events;
        expect(stream(other, 'i2r')).to.deep.equal(Buffer.from(dt([1])));
      });
      it('have the sender of the CR as initiator, whoever opened', async () => {
        const talk = new Talk();
        const { events } = await folder.read(pcap([...talk.open(), talk.say('r', CR), talk.say('i', CC)]));
        expect(events[0]).to.include({ initiator: '192.0.2.2:102' });
        expect(stream(events, 'i2r')).to.deep.equal(Buffer.from(CR));
      });
    });

    it('never end the program, whatever the packets hold', async () => {
      const talk = new Talk();
      const base = pcap([...talk.open(), talk.say('i', CR), talk.say('r', CC), ...talk.close()]);
      for (let index = 24; index < base.length; index += 1) {
        for (const value of [0, 0xff, base[index]! ^ 0x80]) {
          const changed = base.with(index, value);
          try {
            await folder.read(changed);
          } catch (error) {
            expect(error).to.have.property('code', 'ERR_CAPTURE_TRUNCATED');
          }
        }
      }
    });
  });
});
