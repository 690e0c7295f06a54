import { expect } from 'chai';
import fc from 'fast-check';
import { concat, fromHex, Octets } from '../../../../harness/ber/octets.js';
import { encodeTpkt, TPKT_MAXIMUM_LENGTH, TpktError, type TpktUnit } from '../../../../harness/stack/tpkt/codec.js';
import { TpktFramer } from '../../../../harness/stack/tpkt/framer.js';

const DT = fromHex('02f080 0d00');

/** Pushes `stream` cut at `cuts`, with its offsets from `base` on. */
function pushAll(framer: TpktFramer, stream: Uint8Array, cuts: readonly number[], base = 0): TpktUnit[] {
  const units: TpktUnit[] = [];
  const edges = [0, ...cuts, stream.length];
  for (let index = 1; index < edges.length; index++) {
    const [from, to] = [edges[index - 1]!, edges[index]!];
    units.push(...framer.push(Octets.of(stream.subarray(from, to), base + from)));
  }
  return units;
}

function tpdus(units: readonly TpktUnit[]): { hex: string; offset: number }[] {
  return units.flatMap((unit) =>
    unit.kind === 'tpkt' ? [{ hex: unit.tpdu.toHex(), offset: unit.octets.offset }] : [],
  );
}

describe('TPKT, RFC 1006 clause 6', () => {
  it('frames one TPKT at every cut, with its offset', () => {
    const stream = concat([encodeTpkt(DT), encodeTpkt(DT)]);
    for (let cut = 0; cut <= stream.length; cut++) {
      expect(tpdus(pushAll(new TpktFramer(), stream, [cut], 100))).to.deep.equal([
        { hex: '02f0800d00', offset: 100 },
        { hex: '02f0800d00', offset: 109 },
      ]);
    }
  });

  it('gives back what was encoded, in any chunking', () => {
    const body = fc.uint8Array({ minLength: 3, maxLength: 300 });
    fc.assert(
      fc.property(fc.array(body, { maxLength: 8 }), fc.infiniteStream(fc.nat(400)), (bodies, cuts) => {
        const stream = concat(bodies.map((each) => encodeTpkt(each)));
        const edges: number[] = [];
        for (let at = 0; at < stream.length; at += cuts.next().value! + 1) edges.push(at);
        const found = tpdus(pushAll(new TpktFramer(), stream, edges)).map(({ hex }) => hex);
        expect(found).to.deep.equal(bodies.map((each) => Octets.of(each).toHex()));
      }),
    );
  });

  it('keeps every octet its offset, also in a TPKT of single octets', () => {
    const stream = encodeTpkt(concat([fromHex('02f080'), new Uint8Array(200)]));
    const cuts = Array.from({ length: stream.length - 1 }, (_, index) => index + 1);
    const [unit] = pushAll(new TpktFramer(), stream, cuts, 7);
    expect(unit).to.have.property('kind', 'tpkt');
    if (unit?.kind !== 'tpkt') return;
    expect(unit.octets.slices).to.have.lengthOf(1);
    expect(unit.octets.offsetAt(150)).to.equal(157);
  });

  it('does not copy a body that came in one chunk', () => {
    const chunk = encodeTpkt(DT);
    const [unit] = new TpktFramer().push(Octets.of(chunk));
    expect(unit?.kind === 'tpkt' && unit.tpdu.toBytes().buffer).to.equal(chunk.buffer);
  });

  it('reports a reserved octet that is not zero, and takes the TPKT (KB Q151626)', () => {
    const units = new TpktFramer().push(Octets.of(encodeTpkt(DT, 0x11)));
    expect(units.map(({ kind }) => kind)).to.deep.equal(['anomaly', 'tpkt']);
    expect(units[0]?.kind === 'anomaly' && units[0].anomaly).to.include({
      code: 'encoding-form',
      offset: 1,
      detail: '11',
    });
  });

  for (const [what, hex, offset] of [
    ['another version', '0400000902f0800d00', 0],
    ['HTTP', '474554202f20485454', 0],
    ['a length below seven', '0300000602f080', 2],
  ] as const) {
    it(`loses its place at ${what}, says where, and drops the rest`, () => {
      const framer = new TpktFramer();
      const [unit] = framer.push(Octets.of(fromHex(hex), 0));
      expect(unit?.kind === 'lostSync' && unit.error)
        .to.be.instanceOf(TpktError)
        .with.property('offset', offset);
      expect(framer.push(Octets.of(encodeTpkt(DT)))).to.deep.equal([]);
      expect(framer.state).to.equal('lost');
    });
  }

  it('finds the next TPKT after a gap and reports what it had and what it skipped', () => {
    const framer = new TpktFramer();
    const large = encodeTpkt(concat([fromHex('02f080'), new Uint8Array(90).fill(3)]));
    expect(framer.push(Octets.of(large.subarray(0, 50), 0))).to.deep.equal([]);
    const [cut] = framer.gap(20);
    expect(cut).to.include({ kind: 'incomplete', missing: 47 });
    const rest = concat([large.subarray(70), encodeTpkt(DT)]);
    const units = [rest.subarray(0, 5), rest.subarray(5, 29), rest.subarray(29)].flatMap((chunk, index) =>
      framer.push(Octets.of(chunk, 70 + [0, 5, 29][index]!)),
    );
    expect(tpdus(units)).to.deep.equal([{ hex: '02f0800d00', offset: 97 }]);
    const skipped = units.filter(({ kind }) => kind === 'incomplete');
    expect(skipped.reduce((sum, unit) => sum + (unit.kind === 'incomplete' ? unit.octets.length : 0), 0)).to.equal(27);
  });

  it('starts in the middle of a recording', () => {
    const stream = concat([fromHex('aabb0300ff'), encodeTpkt(DT), encodeTpkt(DT)]);
    expect(tpdus(new TpktFramer('searching').push(Octets.of(stream)))).to.have.lengthOf(2);
  });

  it('reports a TPKT cut short by the end', () => {
    const framer = new TpktFramer();
    framer.push(Octets.of(encodeTpkt(DT).subarray(0, 6)));
    expect(framer.end()).to.have.lengthOf(1).and.have.nested.property('[0].missing', 3);
    expect(framer.end()).to.deep.equal([]);
  });

  it('never throws on any octets', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }), fc.boolean(), (chunks, searching) => {
        const framer = new TpktFramer(searching ? 'searching' : 'synchronised');
        for (const chunk of chunks) framer.push(Octets.of(chunk));
        framer.gap();
        for (const chunk of chunks) framer.push(Octets.of(chunk));
        framer.end();
      }),
    );
  });

  it('refuses a TPDU that does not fit', () => {
    expect(() => encodeTpkt(new Uint8Array(TPKT_MAXIMUM_LENGTH - 3))).to.throw(TpktError, 'does not fit');
    expect(encodeTpkt(new Uint8Array(TPKT_MAXIMUM_LENGTH - 4))).to.have.lengthOf(TPKT_MAXIMUM_LENGTH);
  });
});
