import { expect } from 'chai';
import { Octets } from '../../../../harness/ber/octets.js';
import { IncomingTransfer } from '../../../../harness/stack/rtse/incoming.js';

const COUNT = 100_000;

/** One octet of a chunk, at its place. */
const octet = (chunk: Uint8Array, at: number) => Octets.of(chunk.subarray(at, at + 1), at);

describe('a transfer in slices of an octet each', () => {
  const chunk = Uint8Array.from({ length: COUNT }, (_, i) => i * 7);

  it('costs not much more than its octets', () => {
    const incoming = new IncomingTransfer(1 << 20);
    for (let i = 0; i < COUNT; i += 1) incoming.push(octet(chunk, i));
    const { octets, length } = incoming;
    expect(length).to.equal(COUNT);
    expect(Buffer.compare(octets.toBytes(), chunk)).to.equal(0);
    expect(octets.slices.length).to.be.lessThan(COUNT / 100);
    // No more of the chunks of the link is held than what was in the slices.
    const held = new Set(octets.slices.map(({ bytes }) => bytes.buffer));
    const all = [...held].reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(all).to.be.lessThan(COUNT * 1.5 + (1 << 16));
  });

  it('is bounded all the same', () => {
    const incoming = new IncomingTransfer(1000);
    for (let i = 0; i < COUNT; i += 1) incoming.push(octet(chunk, i));
    expect([incoming.over, incoming.octets.length, incoming.length]).to.deep.equal([true, 0, COUNT]);
  });

  it('and large slices are not copied', () => {
    const incoming = new IncomingTransfer(1 << 20);
    for (let i = 0; i < 1000; i += 1) incoming.push(Octets.of(chunk.subarray(i * 100, i * 100 + 1000)));
    expect(incoming.octets.slices.every(({ bytes }) => bytes.buffer === chunk.buffer)).to.equal(true);
  });
});
