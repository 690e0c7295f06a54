import { expect } from 'chai';
import fc from 'fast-check';
import { BerError } from '../../../harness/ber/error.js';
import { fromHex, Octets } from '../../../harness/ber/octets.js';
import { Tokenizer } from '../../../harness/ber/tokenizer.js';
import { writeBer } from '../../../harness/ber/writer.js';
import { berTree, cutAt, cutEvery, Recorder } from './support.js';

function tokens(octets: Octets): string[] {
  const recorder = new Recorder();
  const tokenizer = new Tokenizer(recorder);
  tokenizer.push(octets);
  tokenizer.end();
  return recorder.events;
}

/** The error with which some octets are refused. */
function refusal(hex: string, limits = {}): { code: string; offset: number | undefined } {
  try {
    const tokenizer = new Tokenizer(new Recorder(), { limits });
    tokenizer.push(Octets.of(fromHex(hex), 100));
    tokenizer.end();
  } catch (error) {
    if (error instanceof BerError) return { code: error.code, offset: error.at.offset };
    throw error;
  }
  return { code: 'none', offset: undefined };
}

describe('Tokenizer', () => {
  it('says what it meets, with offsets', () => {
    expect(tokens(Octets.of(fromHex('3080 0201 07 0000 9f1f 8100'), 5))).to.deep.equal([
      'open 0.16 true @5 +2 undefined true',
      'open 0.2 false @7 +2 1 true',
      'content @9',
      '07',
      'close false',
      'close true',
      'open 2.31 false @12 +4 0 false',
      'close false',
    ]);
  });

  it('gives the same events however the octets are cut', () => {
    fc.assert(
      fc.property(fc.array(berTree, { minLength: 1, maxLength: 2 }), (trees) => {
        const bytes = Buffer.concat(trees.map((tree) => writeBer(tree)));
        const whole = tokens(Octets.of(bytes, 3));
        for (let at = 1; at < Math.min(bytes.length, 400); at += 1) {
          expect(tokens(cutAt(bytes, at, 3))).to.deep.equal(whole);
        }
        for (const size of [1, 2, 3]) expect(tokens(cutEvery(bytes, size, 3))).to.deep.equal(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('makes as many calls as there are elements and pieces, not more', () => {
    const count = 2000;
    const bytes = Buffer.concat([
      fromHex('3080'),
      ...Array.from({ length: count }, () => fromHex('0500')),
      fromHex('0000'),
    ]);
    const recorder = new Recorder();
    new Tokenizer(recorder).push(cutEvery(bytes, 7));
    expect(recorder.calls).to.equal(2 * count + 2);
  });

  it('stops behind the first element where that is asked', () => {
    const tokenizer = new Tokenizer(new Recorder());
    expect(tokenizer.push(Octets.of(fromHex('30800000 0500')), true)).to.equal(4);
    expect(tokenizer.idle).to.equal(true);
    expect(tokenizer.complete).to.equal(1);
    expect(tokenizer.push(Octets.of(fromHex('0500')), true)).to.equal(0);
    expect(tokenizer.push(Octets.of(fromHex('0500')))).to.equal(2);
    expect(tokenizer.position).to.equal(6);
  });

  it('takes lengths that are not minimal, and says so', () => {
    expect(tokens(Octets.of(fromHex('0484 00000001 aa')))[0]).to.equal('open 0.4 false @0 +6 1 false');
    expect(tokens(Octets.of(fromHex(`048180${'aa'.repeat(128)}`)))[0]).to.equal('open 0.4 false @0 +3 128 true');
  });

  it('takes tag numbers up to 24 bits', () => {
    expect(tokens(Octets.of(fromHex('9f87ffff7f00')))[0]).to.equal('open 2.16777215 false @0 +6 0 true');
    expect(refusal('9f8880808000')).to.deep.equal({ code: 'ERR_BER_TAG', offset: 100 });
    expect(refusal('9f808080808080808001')).to.deep.equal({ code: 'ERR_BER_TAG', offset: 100 });
  });

  describe('refuses', () => {
    const refused: [what: string, hex: string, code: string, offset: number][] = [
      ['end-of-contents octets at the outermost level', '0000', 'ERR_BER_END_OF_CONTENTS', 100],
      ['end-of-contents octets in a definite length', '30020000', 'ERR_BER_END_OF_CONTENTS', 102],
      ['a constructed tag 0', '30802000', 'ERR_BER_END_OF_CONTENTS', 102],
      ['end-of-contents octets with a length', '3080000100', 'ERR_BER_END_OF_CONTENTS', 102],
      ['end-of-contents octets with a long-form length', '3080008100', 'ERR_BER_END_OF_CONTENTS', 102],
      ['tag 0 in the high-tag-number form', '30801f0000', 'ERR_BER_END_OF_CONTENTS', 102],
      ['an indefinite length that its surroundings end', '30023080', 'ERR_BER_END_OF_CONTENTS', 104],
      ['an indefinite length whose surroundings end behind a member', '300430800500', 'ERR_BER_END_OF_CONTENTS', 106],
      ['a primitive element with an indefinite length', '0480', 'ERR_BER_LENGTH', 100],
      ['the reserved length octet', '04ff', 'ERR_BER_LENGTH', 100],
      ['a member longer than its surroundings', '30030405aabbcc', 'ERR_BER_LENGTH', 102],
      ['a header longer than its surroundings', '30010500', 'ERR_BER_LENGTH', 102],
      ['a member longer than what surrounds an indefinite one', '300630800405aabb', 'ERR_BER_LENGTH', 104],
      ['a length beyond 2^53', '0488ffffffffffffffff', 'ERR_BER_LENGTH', 100],
      ['a length of 126 octets', `04fe${'ff'.repeat(126)}`, 'ERR_BER_LENGTH', 100],
      ['octets that end in a header', '30800484', 'ERR_BER_TRUNCATED', 104],
      ['octets that end in a content', '0405aabb', 'ERR_BER_TRUNCATED', 104],
      ['octets that end before a huge content', '04847fffffff', 'ERR_BER_TRUNCATED', 106],
    ];
    for (const [what, hex, code, offset] of refused) {
      it(what, () => expect(refusal(hex)).to.deep.equal({ code, offset }));
    }
  });

  it('goes 64 deep and no deeper', () => {
    const nested = (depth: number): string => '3080'.repeat(depth) + '0000'.repeat(depth);
    expect(refusal(nested(64)).code).to.equal('none');
    expect(refusal(nested(65))).to.deep.equal({ code: 'ERR_BER_DEPTH', offset: 100 + 128 });
  });

  it('refuses a megabyte of 30 80 at the limit of depth, and reads no further', () => {
    const recorder = new Recorder();
    const bytes = new Uint8Array(1 << 20).map((_, i) => (i % 2 === 0 ? 0x30 : 0x80));
    expect(() => new Tokenizer(recorder).push(Octets.of(bytes)))
      .to.throw(BerError)
      .with.property('code', 'ERR_BER_DEPTH');
    expect(recorder.calls).to.equal(64);
  });

  it('counts elements', () => {
    expect(refusal(`3080${'0500'.repeat(9)}0000`, { elements: 10 }).code).to.equal('none');
    expect(refusal(`3080${'0500'.repeat(10)}0000`, { elements: 10 })).to.deep.equal({
      code: 'ERR_BER_COUNT',
      offset: 100 + 2 + 18,
    });
  });

  it('answers any octets with events or a BerError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (bytes, size) => {
        const outcome = (octets: Octets): unknown => {
          const recorder = new Recorder();
          const tokenizer = new Tokenizer(recorder);
          try {
            tokenizer.push(octets);
            tokenizer.end();
            return recorder.events;
          } catch (error) {
            if (!(error instanceof BerError)) throw error;
            return [...recorder.events, error.message, error.at.offset];
          }
        };
        expect(outcome(cutEvery(bytes, size))).to.deep.equal(outcome(Octets.of(bytes)));
      }),
    );
  });
});
