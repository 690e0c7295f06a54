import { expect } from 'chai';
import { decode } from '../../../harness/asn1/decode.js';
import { encode } from '../../../harness/asn1/encode.js';
import { Octets } from '../../../harness/ber/octets.js';
import { readElements } from '../../../harness/ber/reader.js';
import { ORName } from '../../../harness/p1/or-name.js';
import { ORNameError, parseORName } from '../../../harness/p1/parse.js';
import { formatORName } from '../../../harness/p1/text.js';

function refusal(text: string): ORNameError {
  try {
    parseORName(text);
  } catch (error) {
    if (error instanceof ORNameError) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
}

describe('O/R addresses as people write them', () => {
  for (const [text, written] of [
    ['C=GB;A= ;P=ALPHA;S=Bob', '/C=GB/A= /P=ALPHA/S=Bob/'],
    ['c=gb; a= ; p=ALPHA; g=Bob; s=Smith; i=X; q=Jr;', '/C=gb/A= /P=ALPHA/S=Smith/G=Bob/I=X/Q=Jr/'],
    ['C=234;A=;O=Example;OU1=One;OU2=Two;CN=Post Room', '/C=234/A=/O=Example/OU1=One/OU2=Two/CN=Post Room/'],
    ['C=GB;ADMD=BT;PRMD=X;OU=One', '/C=GB/A=BT/P=X/OU1=One/'],
    ['C=GB;A= ;DDA:RFC-822=bob(a)example.org', '/C=GB/A= /DDA:RFC-822=bob(a)example.org/'],
    ['/C=GB/A= /P=a$/b/S=x$=y/', '/C=GB/A= /P=a$/b/S=x$=y/'],
    ['C=GB;A= ;X121=2341;T-ID=T1;N-ID=42', '/C=GB/A= /X121=2341/T-ID=T1/N-ID=42/'],
  ] as const) {
    it(`reads ${text}`, () => {
      const orName = parseORName(text);
      expect(formatORName(orName)).to.equal(written);
      const [element] = readElements(Octets.of(encode(ORName, orName))).elements;
      const { decoded, issues } = decode(ORName, element as NonNullable<typeof element>);
      expect(issues).to.deep.equal([]);
      expect(formatORName(decoded?.value as ORName)).to.equal(written);
      expect(formatORName(parseORName(written))).to.equal(written);
    });
  }

  it('takes an address with and without a last semicolon as the same, KB 924416', () => {
    expect(parseORName('C=GB;A= ;P=ALPHA;S=Bob;')).to.deep.equal(parseORName('C=GB;A= ;P=ALPHA;S=Bob'));
  });

  for (const [text, position, message] of [
    ['C=GB;A= ;X=foo', 10, '"X" is no attribute'],
    ['C=GB;A= ;S', 10, 'without "="'],
    ['C=GB;;A= ;S=b', 6, 'an empty attribute'],
    ['C=GB;A= ;S=a;S=b', 14, 'a second surname (S)'],
    ['C=GB;A= ;OU=a;OU1=b', 15, 'a second organizational unit'],
    ['C=GB;A= ;S=bob@x', 15, '"@" is no character of PrintableString'],
    ['C=GB;A= ;N-ID=4a', 16, '"a" is no character of NumericString'],
    ['C=GBR;A= ;S=b', 3, 'no code of two letters'],
    ['C=GB;A= ;P=SEVENTEENLETTERSX;S=b', 28, '17 characters, 16 at most'],
    ['C=GB;A= ;OU2=b', 10, 'OU2 without OU1'],
    ['C=GB;A= ;G=Bob', 10, 'without a surname'],
    ['C=GB;A= ;S=', 12, 'is empty'],
    ['C=GB;A= ;S=b ;', 12, 'begins or ends with a space'],
    ['C=GB;P=x;S=b', 13, 'no ADMD (A)'],
    ['A= ;S=b', 8, 'no country (C)'],
    ['C=GB;A= ', 9, 'nothing beside'],
    ['C=GB;A= ;DDA:TOOLONGTYPE=x', 22, '8 at most'],
    ['C=GB;A= ;__proto__=x', 10, 'is no attribute'],
    ['', 1, 'an empty attribute'],
  ] as const) {
    it(`says what is wrong with ${JSON.stringify(text)}, and where`, () => {
      const error = refusal(text);
      expect(error.message).to.contain(message);
      expect(error.position).to.equal(position);
      expect(error.hint?.split('\n')[1], 'the pointer').to.equal(`  ${' '.repeat(position - 1)}^`);
      expect(error.hint).to.contain('attributes: C A P O');
    });
  }
});
