import { expect } from 'chai';
import { Octets } from '../../../harness/ber/octets.js';
import { hexdumpLines } from '../../../harness/report/hexdump.js';

describe('octets as a person reads them', () => {
  it('gives offsets, hexadecimal and characters, sixteen a line', () => {
    const octets = Octets.of(new Uint8Array(Buffer.from('ORGINFO {00000457}')), 100);
    expect([...hexdumpLines(octets)]).to.deep.equal([
      '     100  4f 52 47 49 4e 46 4f 20 7b 30 30 30 30 30 34 35  ORGINFO {0000045',
      '     116  37 7d                                            7}',
    ]);
  });

  it('marks octets, across lines', () => {
    const octets = Octets.of(new Uint8Array(32), 0);
    const lines = [...hexdumpLines(octets, { mark: { offset: 15, length: 2 } })];
    expect(lines[1]).to.equal(`${' '.repeat(10)}${' '.repeat(45)}^^`);
    expect(lines[3]).to.equal(`${' '.repeat(10)}^^`);
  });

  it('begins a line anew where lower layers put a header between', () => {
    const octets = Octets.join([Octets.of(Uint8Array.of(1, 2), 10), Octets.of(Uint8Array.of(3), 19)]);
    expect([...hexdumpLines(octets)].map((line) => line.trim().slice(0, 9))).to.deep.equal(['10  01 02', '19  03   ']);
  });
});
