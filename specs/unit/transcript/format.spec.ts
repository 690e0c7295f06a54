import { expect } from 'chai';
import type { LinkEvent } from '../../../harness/link/events.js';
import { TranscriptError } from '../../../harness/transcript/errors.js';
import { formatEvent, formatHeader, parseEvent, parseHeader } from '../../../harness/transcript/format.js';

const header = { p1spec: '0.1.0', deliberateErrors: ['foreign element in the bind'], mode: 'normal' } as const;

describe('transcript header', () => {
  it('comes back as it was written', () => {
    const full = {
      ...header,
      recorded: '2026-11-23T10:00:00Z',
      initiator: { name: 'mta-a', preset: 'exchange-2003-sp2', endpoint: '127.0.0.1:5' },
      responder: { name: 'mta-b', preset: undefined, endpoint: undefined },
      comment: 'by hand',
    };
    expect(parseHeader(formatHeader(full), { line: 1 })).to.deep.equal(full);
  });
  it('keeps keys that it does not know', () => {
    const line = '{"format":"p1spec-transcript","version":1,"p1spec":"9","later":{"a":1}}';
    const parsed = parseHeader(line, { line: 1 });
    expect(parsed.extra).to.deep.equal({ later: { a: 1 } });
    expect(JSON.parse(formatHeader(parsed))).to.have.deep.property('later', { a: 1 });
  });
  it('refuses another version and says what it reads', () => {
    const line = '{"format":"p1spec-transcript","version":2,"p1spec":"9"}';
    expect(() => parseHeader(line, { file: 'x', line: 1 }))
      .to.throw(TranscriptError, 'x, line 1: transcript version 2')
      .with.property('code', 'ERR_TRANSCRIPT_VERSION');
  });
  for (const [what, line] of [
    ['text', 'hello'],
    ['a list', '[]'],
    ['other JSON', '{"name":"x"}'],
    ['an unknown mode', '{"format":"p1spec-transcript","version":1,"p1spec":"0","mode":"x25"}'],
    [
      'deliberate errors that are no list',
      '{"format":"p1spec-transcript","version":1,"p1spec":"0","deliberateErrors":1}',
    ],
    ['a side that is no object', '{"format":"p1spec-transcript","version":1,"p1spec":"0","initiator":"a"}'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => parseHeader(line, { line: 1 }))
        .to.throw(TranscriptError)
        .with.property('code', 'ERR_TRANSCRIPT_HEADER');
    });
  }
});

describe('transcript events', () => {
  const events: LinkEvent[] = [
    { kind: 'open', connection: 0, time: 1.25, initiator: 'a:1', responder: 'b:2' },
    { kind: 'open', connection: 1, time: 1.25, initiator: 'a:1', responder: 'b:2', startLost: true },
    { kind: 'data', connection: 0, time: 2, direction: 'i2r', octets: Uint8Array.of(3, 0, 255) },
    { kind: 'data', connection: 0, time: 2, direction: 'r2i', octets: new Uint8Array(0), lostBefore: 7 },
    { kind: 'close', connection: 0, time: 3, how: 'lost' },
    { kind: 'close', connection: 1, time: 3, how: 'reset', direction: 'r2i' },
  ];
  for (const event of events) {
    it(`come back as they were written: ${event.kind}`, () => {
      const [line] = formatEvent(event);
      expect(parseEvent(line!, { line: 2 })).to.deep.equal(event);
    });
  }
  it('ignore keys that are not known', () => {
    const line = '{"kind":"close","connection":0,"time":0,"how":"end","why":"tired"}';
    expect(parseEvent(line, { line: 2 })).to.deep.equal({ kind: 'close', connection: 0, time: 0, how: 'end' });
  });
  it('splits a chunk that is too large for a line', () => {
    const octets = new Uint8Array(17 * 1024 * 1024).fill(5);
    const lines = formatEvent({ kind: 'data', connection: 0, time: 0, direction: 'i2r', octets, lostBefore: 3 });
    const parsed = lines.map((line) => parseEvent(line, { line: 2 }));
    expect(parsed.map((event) => event.kind === 'data' && event.lostBefore)).to.deep.equal([3, undefined]);
    expect(parsed.reduce((sum, event) => sum + (event.kind === 'data' ? event.octets.length : 0), 0)).to.equal(
      octets.length,
    );
  });
  for (const line of [
    '{}',
    '{"kind":"data"',
    '{"kind":"nap","connection":0,"time":0}',
    '{"kind":"close","connection":0,"time":0,"how":"bang"}',
    '{"kind":"close","connection":-1,"time":0,"how":"end"}',
    '{"kind":"close","connection":0,"time":"noon","how":"end"}',
    '{"kind":"open","connection":0,"time":0,"initiator":"a"}',
    '{"kind":"data","connection":0,"time":0,"direction":"up","octets":""}',
    '{"kind":"data","connection":0,"time":0,"direction":"i2r","octets":"0"}',
    '{"kind":"data","connection":0,"time":0,"direction":"i2r","octets":"0g"}',
    '{"kind":"data","connection":0,"time":0,"direction":"i2r","octets":"00","lostBefore":1.5}',
  ]) {
    it(`refuses ${line}`, () => {
      expect(() => parseEvent(line, { file: 'f', line: 4 }))
        .to.throw(TranscriptError, 'f, line 4: ')
        .that.deep.includes({ code: 'ERR_TRANSCRIPT_LINE', at: { file: 'f', line: 4 } });
    });
  }
});
