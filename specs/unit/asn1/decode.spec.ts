import { expect } from 'chai';
import { compile } from '../../../harness/asn1/compile.js';
import { choice, member, sequence, set } from '../../../harness/asn1/declare.js';
import { type DecodeOptions, type DecodeResult, decode } from '../../../harness/asn1/decode.js';
import { Decoded } from '../../../harness/asn1/decoded.js';
import { encode } from '../../../harness/asn1/encode.js';
import {
  boolean,
  ia5String,
  integer,
  octetString,
  openType,
  sequenceOf,
  type TypeRef,
} from '../../../harness/asn1/types.js';
import { P1specError } from '../../../harness/ber/error.js';
import { fromHex, Octets, toHex } from '../../../harness/ber/octets.js';
import { PushReader, readElement, readElements } from '../../../harness/ber/reader.js';
import { writeBer } from '../../../harness/ber/writer.js';
import { Country, Everything, Extension, Loose, Looser, Strict, Tagging, Transfer, Tree, Untagged } from './types.js';
import { plain } from './values.js';

/** Decodes hexadecimal that begins at stream offset 100. */
function read(type: TypeRef, hex: string, options?: DecodeOptions): DecodeResult {
  return decode(type, readElement(Octets.of(fromHex(hex), 100)).element, options);
}

/** What was seen: kind, path, offset from the first octet, length, tag. */
function seen({ issues }: DecodeResult): unknown[] {
  return issues.map(({ kind, path, offset, length, detail }) => [
    kind,
    path,
    offset - 100,
    length,
    ...(detail ? [detail] : []),
  ]);
}

const value = ({ decoded }: DecodeResult): unknown => plain(decoded?.value);

describe('tags, X.680 31.2', () => {
  const cases: [what: string, hex: string, member: string, expected: unknown][] = [
    ['a CHOICE under its own tag', '6104 1302 4742', 'asItIs', { alpha: 'GB' }],
    ['an implicit tag in place of that of a tagged CHOICE', 'a004 1302 4742', 'replaced', { alpha: 'GB' }],
    ['an explicit tag around a tagged CHOICE', 'a106 6104 1302 4742', 'wrapped', { alpha: 'GB' }],
    ['an implicit tag over an untagged CHOICE, which is explicit', 'a203 1201 37', 'untagged', { numeric: '7' }],
    ['the same in the private class', 'e903 8501 37', 'privately', { printable: '7' }],
    ['an implicit tag in place of an application tag', '8301 37', 'named', '7'],
    ['three explicit tags, the last in place of one', 'a405 ab03 4c01 05', 'deep', 5],
    ['an untagged CHOICE', '8600', 'last', { nothing: null }],
  ];
  const mandatory = { asItIs: '61041302aaaa', replaced: 'a0041302aaaa', wrapped: 'a10661041302aaaa' };
  const order = Object.keys(mandatory);
  for (const [what, hex, name, expected] of cases) {
    it(what, () => {
      const members = order.map((each) =>
        each === name ? hex.replaceAll(' ', '') : mandatory[each as keyof typeof mandatory],
      );
      if (!order.includes(name)) members.push(hex.replaceAll(' ', ''));
      const content = members.join('').replaceAll('aaaa', '4742');
      const octets = `63${(content.length / 2).toString(16).padStart(2, '0')}${content}`;
      const result = read(Tagging, octets);
      expect(seen(result)).to.deep.equal([]);
      expect((value(result) as Record<string, unknown>)[name]).to.deep.equal(expected);
      expect(toHex(encode(Tagging, result.decoded?.value))).to.equal(octets);
    });
  }

  it('compiles a declaration once', () => {
    expect(compile(Tree)).to.equal(compile(() => Tree));
  });

  it('says which class bears no declaration', () => {
    class Plain {}
    expect(() => compile(Plain as unknown as TypeRef))
      .to.throw(P1specError)
      .with.property('code', 'ERR_NOT_DECLARED');
  });
});

describe('wrappers', () => {
  it('an empty one', () => {
    const result = read(Country, '6100');
    expect(seen(result)).to.deep.equal([['malformed', 'Country', 0, 2]]);
    expect(result.decoded).to.equal(undefined);
  });
  it('a primitive one', () => expect(seen(read(Country, '4100'))).to.deep.equal([['malformed', 'Country', 0, 2]]));
  it('one with a second element in it', () => {
    const result = read(Country, '6108 1302 4742 0500 8100');
    expect(seen(result)).to.deep.equal([
      ['unknown-element', 'Country', 6, 2, '[UNIVERSAL 5]'],
      ['unknown-element', 'Country', 8, 2, '[1]'],
    ]);
    expect(value(result)).to.deep.equal({ alpha: 'GB' });
  });
  it('one of another tag', () => {
    expect(seen(read(Country, '6204 1302 4742'))).to.deep.equal([['malformed', 'Country', 0, 6, '[APPLICATION 2]']]);
  });
  it('one around a wrong alternative', () => {
    expect(seen(read(Country, '6104 1602 4742'))).to.deep.equal([
      ['unknown-element', 'Country', 2, 4, '[UNIVERSAL 22]'],
    ]);
  });
});

describe('SET, X.690 8.11', () => {
  const members = ['800105', '8101ff', '61041302 4742', '820103', '83020640', 'a403020109'];
  const whole = { first: 5, second: true, third: { alpha: 'GB' }, fourth: 3, fifth: { bits: '01' }, sixth: [9] };
  const setOf = (...hex: string[]): string =>
    toHex(writeBer({ tagClass: 0, tagNumber: 17, content: hex.map((each) => ({ raw: fromHex(each) })) }));

  it('in the order declared and in any other', () => {
    for (let turn = 0; turn < members.length; turn += 1) {
      for (const order of [members, [...members].reverse()]) {
        const result = read(Loose, setOf(...order.slice(turn), ...order.slice(0, turn)));
        expect(seen(result)).to.deep.equal([]);
        expect(value(result)).to.deep.equal(whole);
      }
    }
  });

  it('fills in defaults, each value its own', () => {
    const result = read(Loose, setOf(members[0] as string, members[2] as string));
    expect(seen(result)).to.deep.equal([]);
    expect(value(result)).to.deep.equal({
      first: 5,
      third: { alpha: 'GB' },
      fourth: 1,
      fifth: { bits: '1' },
      sixth: [],
    });
    const [one, other] = [result.decoded?.value as Loose, result.decoded?.value as Loose];
    expect(one.sixth).not.to.equal(other.sixth);
  });

  it('says which default was sent', () => {
    const result = read(Loose, setOf('800105', '61041302 4742', '820101', '83020780', 'a400'));
    expect(seen(result)).to.deep.equal([
      ['encoding-form', 'Loose.fourth', 11, 3],
      ['encoding-form', 'Loose.fifth', 14, 4],
      ['encoding-form', 'Loose.sixth', 18, 2],
    ]);
  });

  it('an empty list that holds something foreign is no default', () => {
    const result = read(Loose, setOf('800105', '61041302 4742', 'a4020500'));
    expect(seen(result)).to.deep.equal([['unknown-element', 'Loose.sixth[0]', 13, 2, '[UNIVERSAL 5]']]);
  });

  it('duplicate, unknown and missing members', () => {
    const result = read(Loose, setOf('8101ff', '9f1f0400112233', '81 01 00', '3003020101'));
    expect(seen(result)).to.deep.equal([
      ['unknown-element', 'Loose', 5, 7, '[31]'],
      ['duplicate-element', 'Loose.second', 12, 3, '[1]'],
      ['unknown-element', 'Loose', 15, 5, '[UNIVERSAL 16]'],
      ['missing-element', 'Loose', 0, 20],
      ['missing-element', 'Loose', 0, 20],
    ]);
    expect((value(result) as Loose).second).to.equal(true);
  });

  it('takes a base class as COMPONENTS OF', () => {
    const result = read(Looser, '6d0d 800105 61041302 4742 0402 0102');
    expect(seen(result)).to.deep.equal([]);
    expect(result.decoded?.value).to.be.instanceOf(Looser);
    expect((value(result) as Looser).seventh).to.deep.equal({ octets: '0102' });
    expect(seen(read(Loose, '310d 800105 61041302 4742 0402 0102'))).to.deep.equal([
      ['unknown-element', 'Loose', 11, 4, '[UNIVERSAL 4]'],
    ]);
  });
});

describe('SEQUENCE, X.690 8.9', () => {
  it('with two members of one tag', () => {
    const result = read(Strict, '3006 020101 020102');
    expect(seen(result)).to.deep.equal([]);
    expect(value(result)).to.deep.equal({ a: 1, b: 2 });
  });
  it('with a third one', () => {
    expect(seen(read(Strict, '3009 020101 020102 020103'))).to.deep.equal([
      ['duplicate-element', 'Strict.a', 8, 3, '[UNIVERSAL 2]'],
    ]);
  });
  it('out of order', () => {
    const result = read(Strict, '300c 020101 020102 160161 0101ff');
    expect(seen(result)).to.deep.equal([['misplaced-element', 'Strict.c', 11, 3, '[UNIVERSAL 1]']]);
    expect(value(result)).to.deep.equal({ a: 1, b: 2, c: true, d: 'a' });
  });
  it('unknown elements first, between and last', () => {
    const result = read(Strict, '3010 c100 020101 a2020500 020102 c200 0500');
    expect(seen(result)).to.deep.equal([
      ['unknown-element', 'Strict', 2, 2, '[PRIVATE 1]'],
      ['unknown-element', 'Strict', 7, 4, '[2]'],
      ['unknown-element', 'Strict', 14, 2, '[PRIVATE 2]'],
      ['unknown-element', 'Strict', 16, 2, '[UNIVERSAL 5]'],
    ]);
    expect(value(result)).to.deep.equal({ a: 1, b: 2 });
  });
  it('says nothing of what is inside a foreign element', () => {
    expect(seen(read(Strict, '300c 020101 020102 a8 8103 020101'))).to.deep.equal([
      ['unknown-element', 'Strict', 8, 6, '[8]'],
    ]);
  });
  it('in primitive form', () => expect(seen(read(Strict, '1000'))).to.deep.equal([['malformed', 'Strict', 0, 2]]));
  it('by edition', () => {
    const old = '3009 020101 020102 800101';
    expect(value(read(Strict, old, { edition: 1984 }))).to.deep.equal({ a: 1, b: 2, old: true });
    expect(value(read(Strict, old))).to.deep.equal({ a: 1, b: 2, young: 1 });
    expect(toHex(encode(Strict, { a: 1, b: 2, old: true, young: 3 }, { edition: 1984 }))).to.equal(
      '30090201010201028001ff',
    );
    expect(toHex(encode(Strict, { a: 1, b: 2, old: true, young: 3 }))).to.equal('3009020101020102800103');
  });
  it('of an open type before a member of any tag', () => {
    @sequence()
    class AnyFirst {
      @member(openType()) anything!: unknown;
      @member(integer()) number!: number;
      @member(openType(), { optional: true }) more?: unknown;
    }
    const result = read(AnyFirst, '3009 020101 020102 020103');
    expect(seen(result)).to.deep.equal([]);
    expect(value(result)).to.deep.equal({ anything: { octets: '020101' }, number: 2, more: { octets: '020103' } });
  });
  it('lets a subclass declare a member anew, in its old place', () => {
    @sequence()
    class Base {
      @member(integer()) a!: unknown;
      @member(boolean) b!: boolean;
    }
    @sequence()
    class Narrow extends Base {
      @member(ia5String()) declare a: string;
    }
    expect(value(read(Narrow, '3006 160161 0101ff'))).to.deep.equal({ a: 'a', b: true });
    expect(value(read(Base, '3006 020101 0101ff'))).to.deep.equal({ a: 1, b: true });
  });
});

describe('collections', () => {
  const list = sequenceOf(Strict, { name: 'List', size: { min: 1, max: 2 } });
  it('a member of another type', () => {
    const result = read(list, '300c 3006 020101 020102 3100 0500');
    expect(seen(result)).to.deep.equal([
      ['unknown-element', 'List[1]', 10, 2, '[UNIVERSAL 17]'],
      ['unknown-element', 'List[2]', 12, 2, '[UNIVERSAL 5]'],
      ['bounds', 'List', 0, 14],
    ]);
    expect(value(result)).to.deep.equal([{ a: 1, b: 2 }]);
  });
  it('none where one is needed', () => expect(seen(read(list, '3000'))).to.deep.equal([['bounds', 'List', 0, 2]]));
  it('in primitive form', () => expect(seen(read(list, '1000'))).to.deep.equal([['malformed', 'List', 0, 2]]));
});

describe('open types', () => {
  it('resolved by what stands beside them', () => {
    const result = read(Extension, '300d 020101 a108 3006 020104 020105');
    expect(seen(result)).to.deep.equal([]);
    expect(value(result)).to.deep.equal({ type: 1, value: { a: 4, b: 5 } });
    expect(result.decoded?.get('value', '', 'b')?.path).to.equal('Extension.value.b');
  });
  it('that hold something else', () => {
    const result = read(Extension, '3007 020101 a102 0500');
    expect(seen(result)).to.deep.equal([['malformed', 'Extension.value', 7, 2, '[UNIVERSAL 5]']]);
    expect(value(result)).to.deep.equal({ type: 1, value: { octets: '0500' } });
  });
  it('of a type that nobody knows keep their octets, and say how they were written', () => {
    const result = read(Extension, '300d 020109 a108 3080 048101ff 0000');
    expect(seen(result)).to.deep.equal([['encoding-form', 'Extension.value', 9, 4]]);
    expect(value(result)).to.deep.equal({ type: 9, value: { octets: '3080048101ff0000' } });
  });
  it('look for foreign elements in what they hold', () => {
    expect(seen(read(Extension, '300f 020101 a10a 3008 020104 020105 0500'))).to.deep.equal([
      ['unknown-element', 'Extension.value', 15, 2, '[UNIVERSAL 5]'],
    ]);
  });
});

describe('a CHOICE', () => {
  it('without that alternative', () => {
    const result = read(Untagged, '0500');
    expect(seen(result)).to.deep.equal([['unknown-element', 'Untagged', 0, 2, '[UNIVERSAL 5]']]);
    expect(value(result)).to.deep.equal({});
  });
  it('of which one alternative was sent in a form that its declaration tolerates', () => {
    @choice({
      name: 'Kind',
      tolerate: (element) => {
        const [only] = element.children;
        return element.tagNumber === 0 && element.constructed && only !== undefined
          ? { element: element.retagged(2, 0, only), message: 'an explicit tag' }
          : undefined;
      },
    })
    class Kind {
      @member(integer(), { tag: 0 }) number?: number;
    }
    expect(seen(read(Kind, '800105'))).to.deep.equal([]);
    const result = read(Kind, 'a003020105');
    expect(seen(result)).to.deep.equal([['encoding-form', 'Kind', 0, 5]]);
    expect(value(result)).to.deep.equal({ number: 5 });
    expect(result.decoded?.get('number')?.element).to.include({ offset: 100, length: 5 });
    @set({
      tolerate: (element) =>
        element.tagNumber === 9 ? { element: element.retagged(2, 1, element), message: 'nine' } : undefined,
    })
    class Nine {
      @member(boolean, { tag: 1 }) one!: boolean;
    }
    expect(seen(read(Nine, '31038901ff'))).to.deep.equal([['encoding-form', 'Nine', 2, 3]]);
    expect(value(read(Nine, '31038901ff'))).to.deep.equal({ one: true });
  });
});

describe('what has been cut off', () => {
  const bytes = encode(Everything, {
    tagging: { asItIs: { alpha: 'GB' }, replaced: { alpha: 'DE' }, wrapped: { numeric: '123' } },
    looser: [{ first: 1, third: { alpha: 'FR' } }],
    extensions: [{ type: 1, value: { a: 300, b: 2 } }],
    primitives: { octets: fromHex('0102'), identifier: '1.2.3', time: '261123120000Z', bits: undefined, nothing: null },
  });
  it('is never held against the sender', () => {
    for (let at = 2; at < bytes.length; at += 1) {
      const [element] = readElements(Octets.of(bytes.subarray(0, at))).elements;
      if (element === undefined) throw new Error('an element was expected');
      expect(decode(Everything, element).issues).to.deep.equal([]);
    }
  });
  it('is held against the sender where the content is short, not the capture', () => {
    const { element } = readElement(Octets.of(fromHex('3003020101')));
    expect(decode(Strict, element).issues.map(({ kind }) => kind)).to.deep.equal(['missing-element']);
  });
});

describe('forms', () => {
  it('says where lengths and tags take more octets than they need', () => {
    const result = read(Strict, '308109 02820001 01 1f02 01 02');
    expect(seen(result)).to.deep.equal([
      ['encoding-form', 'Strict', 0, 12],
      ['encoding-form', 'Strict.a', 3, 5],
      ['encoding-form', 'Strict.b', 8, 4],
    ]);
    expect(value(result)).to.deep.equal({ a: 1, b: 2 });
  });
});

describe('issues', () => {
  it('are counted where they are too many to keep', () => {
    const result = read(Strict, `3018020101020102${'0500'.repeat(9)}`, { maxIssues: 4 });
    expect(result.issues.length).to.equal(4);
    expect(result.omittedIssues).to.equal(5);
  });
  it('have the name that the caller gives the root', () => {
    expect(read(Strict, '3000', { name: 'ROOT' }).issues[0]?.path).to.equal('ROOT');
  });
  it('cost a path only where there are any', () => {
    let asked = 0;
    const { get } = Object.getOwnPropertyDescriptor(Decoded.prototype, 'path') as Required<PropertyDescriptor>;
    Object.defineProperty(Decoded.prototype, 'path', {
      configurable: true,
      get(this: Decoded) {
        asked += 1;
        return get.call(this);
      },
    });
    try {
      const many = encode(
        sequenceOf(Loose),
        Array.from({ length: 200 }, () => ({ first: 1, third: { alpha: 'GB' } })),
      );
      decode(sequenceOf(Loose), readElement(Octets.of(many)).element);
      expect(asked).to.equal(0);
    } finally {
      Object.defineProperty(Decoded.prototype, 'path', { configurable: true, get });
    }
  });
});

describe('recursion', () => {
  it('goes as deep as the reader and no deeper', () => {
    let hex = '3003020101';
    for (let depth = 1; depth < 31; depth += 1)
      hex = toHex(
        writeBer({
          tagClass: 0,
          tagNumber: 16,
          content: [{ raw: fromHex('020101') }, { tagClass: 0, tagNumber: 16, content: [{ raw: fromHex(hex) }] }],
        }),
      );
    const result = read(Tree, hex);
    expect(seen(result)).to.deep.equal([]);
    expect(toHex(encode(Tree, result.decoded?.value))).to.equal(hex);
    expect([...(result.decoded?.walk() ?? [])].length).to.equal(31 + 31 + 30);
  });
});

describe('content that is streamed', () => {
  const reader = (hex: string): { result: DecodeResult; content: string } => {
    let content = '';
    const sink = (bytes: Uint8Array): void => {
      content += toHex(bytes);
    };
    const push = new PushReader({
      select: (header, parents) => (parents.length === 1 && header.tagNumber === 4 ? sink : undefined),
    });
    push.push(Octets.of(fromHex(hex), 100));
    return { result: decode(Transfer, push.elements[0] as (typeof push.elements)[number]), content };
  };
  const envelope = '3006020101020102';
  it('is in no value', () => {
    const { result, content } = reader(`300d${envelope}0403aabbcc`);
    expect(seen(result)).to.deep.equal([]);
    expect(value(result)).to.deep.equal({ envelope: { a: 1, b: 2 } });
    expect(content).to.equal('aabbcc');
    expect(result.decoded?.get('content')?.inner.streamed).to.equal(true);
  });
  it('may be constructed, and what is foreign in it is found', () => {
    const { result, content } = reader(`3080${envelope}2480 0401aa 0500 3003020101 0401bb 0000 0000`);
    expect(seen(result)).to.deep.equal([
      ['unknown-element', 'Transfer.content', 15, 2, '[UNIVERSAL 5]'],
      ['unknown-element', 'Transfer.content', 17, 5, '[UNIVERSAL 16]'],
    ]);
    expect(content).to.equal('aabb');
  });
  it('is a value like any other where it was kept', () => {
    expect(value(read(Transfer, `300d${envelope}0403aabbcc`))).to.deep.equal({
      envelope: { a: 1, b: 2 },
      content: { octets: 'aabbcc' },
    });
  });
  it('needs no octets', () => expect(seen(read(octetString({ streamed: true }), '0400'))).to.deep.equal([]));
});
