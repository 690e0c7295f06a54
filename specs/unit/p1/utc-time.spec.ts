import { expect } from 'chai';
import fc from 'fast-check';
import { formatUTCTime, parseUTCTime } from '../../../harness/p1/utc-time.js';

describe('UTCTime in P1, X.680 47', () => {
  const instants: [string, string][] = [
    ['051001144852Z', '2005-10-01T14:48:52.000Z'],
    ['0510011448Z', '2005-10-01T14:48:00.000Z'],
    ['851106103311+0000', '1985-11-06T10:33:11.000Z'],
    ['960701133155-0400', '1996-07-01T17:31:55.000Z'],
    ['9708261658+1000', '1997-08-26T06:58:00.000Z'],
    ['491231235959Z', '2049-12-31T23:59:59.000Z'],
    ['500101000000Z', '1950-01-01T00:00:00.000Z'],
    ['000229000000Z', '2000-02-29T00:00:00.000Z'],
  ];
  for (const [text, instant] of instants) {
    it(`reads ${text}`, () => expect(parseUTCTime(text)?.toISOString()).to.equal(instant));
  }

  const wrong = [
    ['no zone', '051001144852'],
    ['a fifth digit of the year', '20051001144852Z'],
    ['month 13', '051301144852Z'],
    ['30 February', '050230144852Z'],
    ['hour 24', '051001244852Z'],
    ['minute 60', '051001146052Z'],
    ['second 60', '051001144860Z'],
    ['an offset of one day', '051001144852+2400'],
    ['an offset of 75 minutes', '051001144852+0075'],
    ['fractions', '051001144852.5Z'],
    ['letters', '05100114485xZ'],
    ['octets behind', '051001144852Z\u0000'],
    ['nothing', ''],
  ] as const;
  for (const [what, text] of wrong) {
    it(`refuses ${what}`, () => expect(parseUTCTime(text)).to.equal(undefined));
  }

  it('writes seconds, or not, and an offset', () => {
    const instant = new Date('1996-07-01T17:31:55.900Z');
    expect(formatUTCTime(instant)).to.equal('960701173155Z');
    expect(formatUTCTime(instant, { seconds: false })).to.equal('9607011731Z');
    expect(formatUTCTime(instant, { offset: -240 })).to.equal('960701133155-0400');
    expect(formatUTCTime(instant, { offset: 330 })).to.equal('960701230155+0530');
  });

  it('refuses a year that two digits cannot say', () => {
    expect(() => formatUTCTime(new Date('2050-01-01T00:00:00Z'))).to.throw(RangeError);
    expect(() => formatUTCTime(new Date(Number.NaN))).to.throw(RangeError);
  });

  it('reads what it writes', () => {
    const seconds = fc.integer({ min: Date.UTC(1950, 0, 2) / 1000, max: Date.UTC(2049, 11, 30) / 1000 });
    const offset = fc.option(fc.integer({ min: -14 * 60, max: 14 * 60 }), { nil: undefined });
    fc.assert(
      fc.property(seconds, offset, (second, minutes) => {
        const instant = new Date(second * 1000);
        expect(parseUTCTime(formatUTCTime(instant, { offset: minutes }))).to.deep.equal(instant);
      }),
    );
  });
});
