import { expect } from 'chai';
import { encodeIdentifier, encodeLength } from '../../../harness/ber/header.js';
import { toHex } from '../../../harness/ber/octets.js';

describe('identifier octets, X.690 8.1.2', () => {
  const cases: [hex: string, ...Parameters<typeof encodeIdentifier>][] = [
    ['30', 0, true, 16],
    ['5e', 1, false, 30],
    ['9f1f', 2, false, 31],
    ['ff817f', 3, true, 255],
    ['bf87ffff7f', 2, true, 0xffffff],
    ['1f05', 0, false, 5, 2],
    ['1f808005', 0, false, 5, 4],
    ['bf801f', 2, true, 31, 3],
    ['bf1f', 2, true, 31, 1],
  ];
  for (const [hex, ...input] of cases) {
    it(`${hex}`, () => expect(toHex(encodeIdentifier(...input))).to.equal(hex));
  }
});

describe('length octets, X.690 8.1.3', () => {
  const cases: [hex: string, length: number, octets?: number][] = [
    ['00', 0],
    ['7f', 127],
    ['8180', 128],
    ['81ff', 255],
    ['820100', 256],
    // Interior and trailing zero octets count.
    ['83010000', 65536],
    ['83a00000', 10485760],
    ['8501000000ff', 2 ** 32 + 255],
    ['00', 0, 1],
    ['8105', 5, 2],
    ['8500000000c8', 200, 6],
    ['81c8', 200, 1],
  ];
  for (const [hex, length, octets] of cases) {
    it(`${length} as ${hex}`, () => expect(toHex(encodeLength(length, octets))).to.equal(hex));
  }
});
