import { expect } from 'chai';
import fc from 'fast-check';
import type { Element } from '../../../harness/ber/element.js';
import { BerError } from '../../../harness/ber/error.js';
import { concat, fromHex, Octets, toHex } from '../../../harness/ber/octets.js';
import { PushReader, readElement, readElements } from '../../../harness/ber/reader.js';
import { writeBer } from '../../../harness/ber/writer.js';
import { berTree, cutAt, cutEvery } from './support.js';

const read = (hex: string, offset = 0): Element => readElement(Octets.of(fromHex(hex), offset)).element;

/** All elements of a tree. */
function* all(element: Element): Generator<Element> {
  yield element;
  for (const child of element.children) yield* all(child);
}

describe('readElements', () => {
  it('gives a tree with offsets and lengths', () => {
    const { elements, error } = readElements(Octets.of(fromHex('3080 0201 07 a003 0401 ff 0000 0500'), 40));
    expect(error).to.equal(undefined);
    expect(elements.map(({ offset, length, complete }) => ({ offset, length, complete }))).to.deep.equal([
      { offset: 40, length: 12, complete: true },
      { offset: 52, length: 2, complete: true },
    ]);
    const [integer, wrapper] = (elements[0] as Element).children as [Element, Element];
    expect(toHex(integer.bytes)).to.equal('07');
    expect(integer.content.offset).to.equal(44);
    expect(wrapper).to.include({ tagClass: 2, tagNumber: 0, offset: 45, length: 5, indefinite: false });
    expect(wrapper.children[0]?.content.offset).to.equal(49);
  });

  it('rebuilds every element exactly as it was sent, in any form and any cut', () => {
    fc.assert(
      fc.property(berTree, fc.integer({ min: 1, max: 9 }), (tree, size) => {
        const bytes = writeBer(tree);
        const { element, rest } = readElement(cutEvery(bytes, size, 11));
        expect(rest.length).to.equal(0);
        for (const each of all(element)) {
          const sent = bytes.subarray(each.offset - 11, each.offset - 11 + each.length);
          expect(toHex(each.toBytes())).to.equal(toHex(sent));
          if (each.constructed) continue;
          expect(each.contentLength).to.equal(each.length - each.headerLength);
          expect(each.content.length).to.equal(each.contentLength);
          if (each.contentLength > 0) expect(each.content.offset).to.equal(each.offset + each.headerLength);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('rebuilds tags in more octets than they need', () => {
    for (const hex of ['1f808005020102', '3f1080 9f8021 01aa 0000', 'bf801f02 0500']) {
      const element = read(hex);
      expect(toHex(element.toBytes())).to.equal(hex.replaceAll(' ', ''));
      expect(element.minimalTag).to.equal(false);
    }
    expect(read('9f1f00').minimalTag).to.equal(true);
  });

  it('cut anywhere, it gives what came and says where it ended', () => {
    fc.assert(
      fc.property(berTree, (tree) => {
        const bytes = writeBer(tree);
        for (let at = 0; at < Math.min(bytes.length, 300); at += 1) {
          const { elements, error } = readElements(Octets.of(bytes.subarray(0, at), 7));
          if (at === 0) {
            expect(elements).to.deep.equal([]);
            expect(error).to.equal(undefined);
            continue;
          }
          expect(error).to.be.instanceOf(BerError).with.property('code', 'ERR_BER_TRUNCATED');
          expect(error?.at.offset).to.equal(7 + at);
          const [element] = elements;
          if (element === undefined) continue;
          expect(element.complete).to.equal(false);
          expect(element.length).to.be.at.most(at);
          expect(toHex(element.toBytes())).to.equal(toHex(bytes.subarray(0, element.length)));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('keeps what stood before an error', () => {
    const { elements, error } = readElements(Octets.of(fromHex('30800201 07 0403 aabbcc 0480')));
    expect(error?.code).to.equal('ERR_BER_LENGTH');
    expect(error?.at).to.include({ offset: 10, layer: 'ber' });
    expect(elements[0]?.children.map((child) => [child.complete, toHex(child.toBytes())])).to.deep.equal([
      [true, '020107'],
      [true, '0403aabbcc'],
    ]);
    expect(elements[0]).to.include({ complete: false, length: 10 });
  });

  it('names the layer it reads for', () => {
    const { error } = readElements(Octets.of(fromHex('0480'), 3), { layer: 'acse' });
    expect(error?.at).to.include({ layer: 'acse', offset: 3 });
    expect(error?.message).to.contain('offset 3');
  });
});

describe('readElement', () => {
  it('gives the rest, with its place', () => {
    const { element, rest } = readElement(cutAt(fromHex('0201 07 0500'), 4, 20));
    expect(element.length).to.equal(3);
    expect(rest.toHex()).to.equal('0500');
    expect(rest.offset).to.equal(23);
  });

  it('throws where there is no element', () => {
    expect(() => readElement(Octets.of(fromHex('30'), 9)))
      .to.throw(BerError)
      .with.nested.property('at.offset', 10);
    expect(() => readElement(Octets.of(new Uint8Array(0), 9)))
      .to.throw(BerError)
      .with.nested.property('at.offset', 9);
  });
});

describe('Element', () => {
  it('takes thousands of pieces without joining them one by one', () => {
    const pieces = 20_000;
    const bytes = concat([
      fromHex('0483'),
      Uint8Array.of(pieces >> 16, (pieces >> 8) & 0xff, pieces & 0xff),
      new Uint8Array(pieces),
    ]);
    let joins = 0;
    const { join } = Octets;
    Octets.join = (parts) => {
      joins += 1;
      return join.call(Octets, parts);
    };
    try {
      const { element } = readElement(cutEvery(bytes, 1));
      expect(element.contentLength).to.equal(pieces);
      expect(element.content.slices.length).to.equal(pieces);
      expect(element.bytes.length).to.equal(pieces);
      expect(element.content).to.equal(element.content);
    } finally {
      Octets.join = join;
    }
    // One by the test's own `cutEvery`, one by `content`, at most one by `rest`.
    expect(joins).to.be.at.most(3);
  });

  it('shows content that is asked for before all of it came', () => {
    const reader = new PushReader();
    reader.push(Octets.of(fromHex('0406 aabb'), 0));
    expect(reader.elements[0]?.content.toHex()).to.equal('aabb');
    reader.push(Octets.of(fromHex('cc'), 10));
    expect(reader.elements[0]?.content.toHex()).to.equal('aabbcc');
    reader.push(Octets.of(fromHex('ddeeff'), 20));
    const [element] = reader.elements;
    expect(toHex(element?.bytes ?? new Uint8Array(0))).to.equal('aabbccddeeff');
    expect([0, 2, 3, 5].map((i) => element?.content.offsetAt(i))).to.deep.equal([2, 10, 20, 22]);
    expect(element?.complete).to.equal(true);
  });

  it('puts the octets of one element under the tag of another', () => {
    const wrapper = read('a003020109', 30);
    const twin = wrapper.retagged(2, 5, wrapper.children[0] as Element);
    expect(twin).to.include({ tagClass: 2, tagNumber: 5, constructed: false, offset: 30, length: 5, complete: true });
    expect(toHex(twin.bytes)).to.equal('09');
    expect(twin.content.offset).to.equal(34);
    const outer = read('a00530030201 09');
    expect(
      outer.retagged(2, 6, outer.children[0] as Element).children.map((child) => toHex(child.bytes)),
    ).to.deep.equal(['09']);
  });
});

describe('PushReader', () => {
  /** Streams every [APPLICATION 9] and keeps the rest. */
  function streaming(): { reader: PushReader; sunk: () => string; offsets: number[] } {
    let hex = '';
    const offsets: number[] = [];
    const reader = new PushReader({
      select: (header) =>
        header.tagClass === 1 && header.tagNumber === 9
          ? (bytes, offset) => {
              hex += toHex(bytes);
              offsets.push(offset);
            }
          : undefined,
    });
    return { reader, sunk: () => hex, offsets };
  }

  function streamed(hex: string, size: number): { element: Element; sunk: string } {
    const { reader, sunk } = streaming();
    const octets = cutEvery(fromHex(hex), size);
    for (const { bytes, offset } of octets.slices) expect(reader.push(Octets.of(bytes, offset))).to.equal(bytes.length);
    const { elements, error } = reader.end();
    expect(error).to.equal(undefined);
    return { element: elements[0] as Element, sunk: sunk() };
  }

  const forms: [what: string, hex: string][] = [
    ['primitive', '3080 020101 4904 aabbccdd 020102 0000'],
    ['constructed, definite', '3080 020101 690a 0402aabb 0401cc 0401dd 020102 0000'],
    ['constructed, indefinite', '3080 020101 6980 0402aabb 0402ccdd 0000 020102 0000'],
    ['constructed, nested', '3080 020101 6980 2480 0401aa 2404 0402bbcc 0000 0400 0401dd 0000 020102 0000'],
  ];
  for (const [what, hex] of forms) {
    it(`streams a ${what} string, in any chunks, and keeps what is around it`, () => {
      const whole = fromHex(hex).length;
      for (let size = 1; size <= whole; size += 1) {
        const { element, sunk } = streamed(hex, size);
        expect(sunk).to.equal('aabbccdd');
        expect(element.children.map((child) => child.streamed)).to.deep.equal([false, true, false]);
        expect(element.length).to.equal(whole);
        expect(element.children[1]).to.include({ contentLength: 0, complete: true, offset: 5 });
        expect(element.children[1]?.length).to.equal(whole - 10);
        expect(element.children[1]?.children).to.deep.equal([]);
        expect(element.children[2]?.offset).to.equal(whole - 5);
      }
    });
  }

  it('keeps what is foreign inside a streamed string, with all that is inside it', () => {
    const { element, sunk } = streamed('6980 0401aa 3007 0401ee a002 0500 2480 020105 0401bb 0000 0401cc 0000', 3);
    expect(sunk).to.equal('aabbcc');
    expect(element.children.map((child) => [child.offset, toHex(child.toBytes())])).to.deep.equal([
      [5, '30070401eea0020500'],
      [16, '020105'],
    ]);
    expect(element.length).to.equal(29);
  });

  it('tells the sink where each piece stood', () => {
    const { reader, offsets } = streaming();
    reader.push(Octets.of(fromHex('4904aabb'), 100));
    reader.push(Octets.of(fromHex('ccdd'), 200));
    expect(offsets).to.deep.equal([102, 200]);
    expect(reader.complete).to.equal(true);
  });

  it('shows the selector what is around', () => {
    const seen: string[] = [];
    const reader = new PushReader({
      select: (header, parents) => {
        seen.push([...parents.map((parent) => parent.tagNumber), header.tagNumber].join('/'));
        return undefined;
      },
    });
    reader.push(Octets.of(fromHex('3004 a202 0500')));
    expect(seen).to.deep.equal(['16', '16/2', '16/2/5']);
  });

  it('takes octets up to the end of the first element', () => {
    const reader = new PushReader();
    expect(reader.push(Octets.of(fromHex('3080')))).to.equal(2);
    expect(reader.complete).to.equal(false);
    expect(reader.push(Octets.of(fromHex('00000500')))).to.equal(2);
    expect(reader.complete).to.equal(true);
    expect(reader.push(Octets.of(fromHex('0500')))).to.equal(0);
    expect(reader.end().error).to.equal(undefined);
  });

  it('stays with its first error', () => {
    const reader = new PushReader();
    expect(reader.push(Octets.of(fromHex('30800480')))).to.equal(0);
    expect(reader.error?.code).to.equal('ERR_BER_LENGTH');
    expect(reader.push(Octets.of(fromHex('0000')))).to.equal(0);
    const { elements, error } = reader.end();
    expect(error?.code).to.equal('ERR_BER_LENGTH');
    expect(elements[0]).to.include({ complete: false, length: 2 });
    expect(reader.end().elements[0]).to.include({ length: 2 });
  });

  it('says when the octets ended early', () => {
    const reader = new PushReader();
    reader.push(Octets.of(fromHex('3080 0403 aa')));
    const { elements, error } = reader.end();
    expect(error).to.include({ code: 'ERR_BER_TRUNCATED' });
    expect(elements[0]).to.include({ length: 5, complete: false });
  });
});
