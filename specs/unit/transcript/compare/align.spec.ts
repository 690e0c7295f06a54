import { expect } from 'chai';
import fc from 'fast-check';
import { align, sameKind } from '../../../../harness/transcript/compare/align.js';
import type { Unit } from '../../../../harness/transcript/compare/unit.js';

let made = 0;
function unit(name: string, leaves: Unit['leaves'] = [], layer: Unit['layer'] = 'session'): Unit {
  made += 1;
  return { connection: 0, direction: 'i2r', time: made, layer, name, offset: made, leaves };
}

const units = (names: string) => [...names].map((name) => unit(name));
const told = (one: string, other: string) =>
  align(units(one), units(other))
    .map(({ expected, actual }) =>
      expected && actual ? expected.name : expected ? `-${expected.name}` : `+${actual?.name}`,
    )
    .join(' ');

describe('units paired in their order', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['', '', ''],
    ['abc', 'abc', 'a b c'],
    ['abc', 'ac', 'a -b c'],
    ['ac', 'abc', 'a +b c'],
    ['abcabc', 'abc', 'a b c -a -b -c'],
    ['abxc', 'abyc', 'a b -x +y c'],
    ['abc', '', '-a -b -c'],
  ];
  for (const [one, other, expected] of cases) {
    it(`${one || 'nothing'} and ${other || 'nothing'}`, () => {
      expect(told(one, other)).to.equal(expected);
    });
  }

  it('leave none out and keep both orders, however many there are', () => {
    const names = (most: number) => fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: most });
    const sizes = fc.constantFrom(40, 1400);
    fc.assert(
      fc.property(
        sizes.chain((most) => fc.tuple(names(most), names(most))),
        ([one, other]) => {
          const [left, right] = [one.map((name) => unit(name)), other.map((name) => unit(name))];
          const pairs = align(left, right);
          expect(pairs.flatMap(({ expected }) => expected ?? [])).to.have.ordered.members(left);
          expect(pairs.flatMap(({ actual }) => actual ?? [])).to.have.ordered.members(right);
          for (const { expected, actual } of pairs)
            if (expected && actual) expect(sameKind(expected, actual)).to.equal(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('find their way again in a long conversation that one unit is missing from', () => {
    const long = Array.from({ length: 3000 }, (_, i) => 'abcdefg'[i % 7] as string);
    const shorter = long.filter((_, i) => i !== 100);
    const pairs = align(
      long.map((name) => unit(name)),
      shorter.map((name) => unit(name)),
    );
    expect(pairs.filter(({ expected, actual }) => !expected || !actual)).to.have.lengthOf(1);
  });

  it('tell two messages apart by their content types, unless all else is the same', () => {
    const leaf = (path: string, value: number | string) => ({ layer: 'p1' as const, path, type: 'x', value });
    const type = (value: number) => leaf('MTS-APDU.message.envelope.contentType.builtIn', value);
    const others = Array.from({ length: 8 }, (_, i) => leaf(`a${i}`, i));
    const message = (...leaves: Unit['leaves']) => unit('message', leaves, 'p1');
    expect(sameKind(message(type(22)), message(type(22), ...others))).to.equal(true);
    expect(sameKind(message(type(22)), message(type(2)))).to.equal(false);
    expect(sameKind(message(type(22), ...others), message(type(2), ...others))).to.equal(true);
    expect(sameKind(message(type(22)), unit('report', [type(22)], 'p1'))).to.equal(false);
  });
});
