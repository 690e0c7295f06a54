import { expect } from 'chai';
import fc from 'fast-check';
import { escapeText, quoteText } from '../../../harness/report/escape.js';

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
