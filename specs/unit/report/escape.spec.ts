import { expect } from 'chai';
import fc from 'fast-check';
import { escapeHtml, escapeText, quoteText, relativeUrl } from '../../../harness/report/escape.js';

describe('text from the wire on a terminal', () => {
  it('lets printable ASCII pass', () => {
    expect(escapeText('MTA "one" <a@b>')).to.equal('MTA "one" <a@b>');
  });

  it('disarms escape sequences, line ends and everything beyond ASCII', () => {
    expect(escapeText('\x1b[31mred\r\n\x9b\u202e😀')).to.equal('\\x1b[31mred\\x0d\\x0a\\x9b\\u{202e}\\u{1f600}');
  });

  it('keeps a backslash apart from what it escapes', () => {
    expect(escapeText('\\x1b')).to.equal('\\\\x1b');
  });

  it('never lets a control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeText(text)).to.match(/^[ -~]*$/);
      }),
    );
  });

  it('quotes quotes', () => {
    expect(quoteText('say "x"')).to.equal('"say \\"x\\""');
  });
});

describe('text on a page', () => {
  it('lets no text be markup, in an attribute neither', () => {
    expect(escapeHtml(`<a href="x" id='y'>&</a>`)).to.equal(
      '&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;&lt;/a&gt;',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeHtml(text)).to.not.match(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
      }),
    );
  });

  it('shows what cannot be seen or turns the line, and lets letters be', () => {
    expect(escapeHtml('\0\n\u202eab\u2028\ud800 Müller 😀')).to.equal(
      '\\x00\\x0a\\u{202e}ab\\u{2028}\\u{d800} Müller 😀',
    );
  });
});

describe('the address of a file in a page', () => {
  it('is of that file, whatever its name is', () => {
    expect(relativeUrl('../a b/c#d?.ndjson', '/')).to.equal('../a%20b/c%23d%3F.ndjson');
    expect(relativeUrl('..\\a\\b', '\\')).to.equal('../a/b');
    expect(relativeUrl('javascript:x', '/')).to.equal('javascript%3Ax');
    expect(relativeUrl('a\ud800', '/')).to.equal('a%EF%BF%BD');
  });
});
