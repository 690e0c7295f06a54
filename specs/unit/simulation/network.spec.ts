import { expect } from 'chai';
import { VirtualClock } from '../../../harness/link/clock.js';
import type { Link } from '../../../harness/link/link.js';
import { drawPlan } from '../../../simulation/draw.js';
import { type Incident, Network } from '../../../simulation/network.js';
import type { Fault, LinkPlan, Place } from '../../../simulation/plan.js';
import { Random } from '../../../simulation/random.js';
import { SpduHeads } from '../../../simulation/spdu-heads.js';

type LinkFault = NonNullable<Incident['fault']>;

const end = drawPlan(1).links[0]?.ends[0] as LinkPlan['ends'][number];

const link: LinkPlan = {
  name: 'A-B',
  ends: [
    { ...end, mta: 'A' },
    { ...end, mta: 'B' },
  ],
  mode: 'normal',
  dialogueMode: 'monologue',
  initialTurn: 'initiator',
  tpduSize: 2048,
  latency: 10,
  chunk: undefined,
};

/** What one end of a link was told. */
class Ear {
  octets = Buffer.alloc(0);
  pieces = 0;
  readonly events: string[] = [];

  constructor(end: Link) {
    end.start({
      data: (bytes) => {
        this.octets = Buffer.concat([this.octets, bytes]);
        this.pieces += 1;
      },
      end: () => this.events.push('end'),
      close: (how) => this.events.push(`close ${how}`),
    });
  }
}

function connect(incidents: readonly Incident[], plan: LinkPlan = link, troubled = true) {
  const clock = new VirtualClock();
  const met: Incident[] = [];
  const onIncident = (incident: Incident) => met.push(incident);
  const network = new Network({ clock, links: [plan], incidents, troubled: () => troubled, onIncident });
  const connection = network.connect(plan, 'A', 'B');
  const [a, b] = connection.ends;
  return { clock, met, network, connection, a, b, atA: new Ear(a), atB: new Ear(b) };
}

/** At an octet that A sends. */
const at = (octet: number): Place => ({ link: 'A-B', from: 'A', octet });
const fault = (fault: LinkFault): Incident => ({ at: fault.at, fault });

/** A TPKT of so many octets in all, DT and all, that begins with these octets of an SPDU. */
function tpkt(length: number, ...spdu: number[]): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([3, 0, length >> 8, length & 255, 2, 0xf0, 0x80, ...spdu]);
  return bytes;
}

describe('the simulated network', () => {
  it('brings what was sent, in order, later, and in pieces', () => {
    const { clock, a, b, atA, atB } = connect([], { ...link, chunk: 7 });
    const sent = Buffer.from(new Random(1).octets(1000));
    for (let from = 0; from < sent.length; from += 100) a.send(sent.subarray(from, from + 100));
    b.send(Buffer.from('answer'));
    clock.advanceTo(9);
    expect(atB.octets).to.have.lengthOf(0);
    clock.advanceTo(10);
    expect(atB.octets.equals(sent)).to.equal(true);
    expect(atB.pieces).to.equal(150);
    expect(atA.octets.toString()).to.equal('answer');
    a.close();
    clock.advanceTo(100);
    expect(atB.events).to.deep.equal(['end']);
    b.close();
    clock.advanceTo(200);
    expect([atA.events, atB.events]).to.deep.equal([
      ['end', 'close end'],
      ['end', 'close end'],
    ]);
  });

  const cuts: [LinkFault, string, string[], string[]][] = [
    [{ kind: 'end', at: at(4) }, 'abc', ['end'], ['end']],
    [{ kind: 'halfClose', at: at(4) }, 'abc', [], ['end']],
    // What is under way is lost too.
    [{ kind: 'reset', at: at(4) }, '', ['close reset'], ['close reset']],
    [{ kind: 'swallow', at: at(4), resetAfter: 1000 }, 'abc', ['close reset'], ['close reset']],
    [{ kind: 'stall', at: at(4), milliseconds: 500 }, 'abcdefgh', [], []],
  ];
  for (const [what, arrives, hearsA, hearsB] of cuts) {
    it(`meets with ${what.kind} at an octet`, () => {
      const { clock, met, connection, a, atA, atB } = connect([fault(what)]);
      a.send(Buffer.from('ab'));
      a.send(Buffer.from('cdef'));
      a.send(Buffer.from('gh'));
      clock.advanceTo(20);
      expect(atB.octets.toString()).to.equal(arrives.slice(0, 3));
      clock.advanceTo(2000);
      expect(atB.octets.toString()).to.equal(arrives);
      expect([atA.events, atB.events]).to.deep.equal([hearsA, hearsB]);
      expect(met).to.have.lengthOf(1);
      expect(connection.touched).to.equal(what.kind !== 'stall');
    });
  }

  it('changes the header of the next TPKT, and nothing else', () => {
    const { clock, a, atB } = connect([fault({ kind: 'corrupt', at: at(3), header: 3, mask: 0xff })]);
    const sent = [tpkt(20), tpkt(30)];
    // Cut elsewhere than between TPKTs.
    const all = Buffer.concat(sent);
    a.send(all.subarray(0, 22));
    a.send(all.subarray(22));
    clock.advanceTo(10);
    const expected = Buffer.from(all);
    expected[23] = 30 ^ 0xff;
    expect(atB.octets.toString('hex')).to.equal(expected.toString('hex'));
  });

  it('meets with incidents in front of an SPDU or behind it', () => {
    for (const behind of [false, true]) {
      const place: Place = { link: 'A-B', from: 'A', spdu: 'AE', nth: 2, behind };
      const { clock, a, atB } = connect([fault({ kind: 'end', at: place })]);
      const activityEnd = tpkt(14, 1, 0, 41, 3, 42, 1, 0x31);
      for (const each of [activityEnd, tpkt(9, 1, 0), activityEnd, activityEnd]) a.send(each);
      clock.advanceTo(10);
      expect(atB.octets).to.have.lengthOf(behind ? 37 : 23);
    }
  });

  it('leaves all alone once nothing goes wrong any more', () => {
    const { clock, met, a, atB } = connect([fault({ kind: 'reset', at: at(1) })], link, false);
    a.send(Buffer.from('abc'));
    clock.advanceTo(10);
    expect([atB.octets.toString(), met.length]).to.deep.equal(['abc', 0]);
  });

  it('lets an MTA vanish: its peer is reset, and it hears nothing any more', () => {
    const { clock, network, a, atA, atB } = connect([]);
    network.vanish('A');
    a.send(Buffer.from('abc'));
    clock.advanceTo(100);
    expect([atA.events, atB.events, atB.octets.length]).to.deep.equal([[], ['close reset'], 0]);
    expect(network.connections).to.have.lengthOf(0);
  });

  it('knows the SPDUs that TPKTs begin', () => {
    const heads = new SpduHeads();
    const first = tpkt(20, 1, 0, 45);
    first[6] = 0; // more of the TSDU follows
    const names = [first, tpkt(20, 1, 0, 41), tpkt(20, 13, 10), tpkt(20, 2, 0, 42), tpkt(20, 2, 3), tpkt(9, 21, 0)];
    expect(names.map((each) => heads.next(each))).to.deep.equal(['AS', undefined, 'CN', 'AEA', 'PT', 'GTC']);
  });
});

describe('the generator of plans', () => {
  it('draws the same for the same seed, whatever else was drawn', () => {
    const [one, other] = [new Random(7), new Random(7)];
    one.next();
    expect(one.stream('x').octets(8)).to.deep.equal(other.stream('x').octets(8));
    expect(one.stream('x').next()).to.not.equal(one.stream('y').next());
    expect(new Random(8).next()).to.not.equal(new Random(7).next());
  });

  it('stays within its bounds, and reaches them', () => {
    const random = new Random(1);
    const drawn = Array.from({ length: 500 }, () => random.between(3, 6));
    expect([...new Set(drawn)].sort()).to.deep.equal([3, 4, 5, 6]);
    for (let i = 0; i < 500; i += 1) expect(random.magnitude(10, 1000)).to.be.within(10, 1000);
  });

  it('draws every kind of fault, mode and shape', () => {
    const plans = Array.from({ length: 400 }, (_, seed) => drawPlan(seed));
    const kinds = new Set(plans.flatMap(({ faults }) => faults.map(({ kind }: Fault) => kind)));
    const all = ['end', 'reset', 'halfClose', 'swallow', 'stall', 'corrupt', 'refuse', 'step', 'deed', 'crash'];
    expect([...kinds]).to.have.members(all);
    expect(new Set(plans.map(({ shape }) => shape))).to.have.lengthOf(3);
    expect(new Set(plans.flatMap(({ links }) => links.map(({ mode }) => mode)))).to.have.lengthOf(3);
    for (const { traffic, calm } of plans) for (const { at } of traffic) expect(at).to.be.lessThan(calm);
  });
});
