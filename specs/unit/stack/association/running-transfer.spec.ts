import { expect } from 'chai';
import fc from 'fast-check';
import { concat, Octets } from '../../../../harness/ber/octets.js';
import { p1UserTypes } from '../../../../harness/rules/p1-association.js';
import type { EventBody } from '../../../../harness/stack/association/events.js';
import { RunningTransfer } from '../../../../harness/stack/association/running-transfer.js';
import { SentTail } from '../../../../harness/stack/association/sent-tail.js';
import { placeIn, shifted, stretchAt } from '../../../../harness/stack/association/stretches.js';
import { LINK_STATE, message } from '../../rules/support/apdus.js';
import { transferred } from '../../rules/support/resumed.js';

function transfer(emit: (event: EventBody) => void): RunningTransfer {
  return new RunningTransfer({
    connection: 0,
    transfer: { index: 0, direction: 'i2r', activity: '020101', resumed: false },
    types: p1UserTypes,
    mode: 'normal',
    foreign: false,
    headless: false,
    headLost: false,
    contextIsKnown: () => true,
    emit,
  });
}

describe('a transfer under way', () => {
  const content = `${'x'.repeat(300)}${LINK_STATE}`;
  const value = transferred('normal', message({ content }));

  it('is the same APDU wherever it breaks off, and every octet has its place', () => {
    // How far each connection gets, and how far behind the last point that is.
    const stretch = fc.record({
      forth: fc.integer({ min: 1, max: 150 }),
      back: fc.nat(60),
      step: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 6 }), (stretches) => {
        const events: EventBody[] = [];
        const emit = (event: EventBody) => void events.push(event);
        const running = transfer(emit);
        /** The streams of the connections: what each carried. */
        const streams: number[][] = [];
        let point = 0;
        let sent = 0;
        [...stretches, { forth: value.length, back: 0, step: 30 }].forEach(({ forth, back, step }, connection) => {
          const carried: number[] = [];
          streams.push(carried);
          if (connection > 0) {
            running.goOn(connection, { connection, index: 0, direction: 'i2r', activity: `0201${connection}`, emit });
          }
          const until = Math.min(value.length, sent + forth);
          const next = Math.max(point, until - back);
          if (next === point) running.mark(connection + 1);
          for (let at = point; at < until; ) {
            const end = Math.min(until, at + step, at < next ? next : until);
            running.push(Octets.of(value.subarray(at, end), carried.length));
            carried.push(...value.subarray(at, end));
            if (end === next) running.mark(connection + 1);
            at = end;
          }
          point = next;
          sent = until;
        });
        running.tell(true);
        const apdu = events.find((each) => each.kind === 'apdu');
        expect(apdu).to.include({ complete: true, octets: value.length, contentOctets: content.length });
        expect(events.filter(({ kind }) => kind === 'anomaly' || kind === 'stray')).to.deep.equal([]);
        const pieces = events.flatMap((each) => (each.kind === 'content' ? [each] : []));
        expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).toString('latin1')).to.equal(content);
        const last = running.transfer.stretches ?? [{ connection: 0, direction: 'i2r' as const }];
        for (const { bytes, offset } of pieces) {
          const place = placeIn(last, offset);
          const carried = streams[place.connection]?.slice(place.offset, place.offset + bytes.length);
          expect(carried).to.deep.equal([...bytes]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('says once that what is sent again is not what it was', () => {
    const events: EventBody[] = [];
    const running = transfer((event) => void events.push(event));
    running.push(Octets.of(value.subarray(0, 200)));
    running.goOn(0, {
      connection: 1,
      index: 0,
      direction: 'i2r',
      activity: '020102',
      emit: (each) => void events.push(each),
    });
    const other = value.map((octet, i) => (i === 50 || i === 120 ? octet ^ 1 : octet));
    running.push(Octets.of(other.subarray(0, 100), 1000));
    running.push(Octets.of(other.subarray(100, 200), 1100));
    running.push(Octets.of(value.subarray(200), 1200));
    running.tell(true);
    const anomalies = events.flatMap((each) => (each.kind === 'anomaly' ? [each] : []));
    expect(anomalies).to.have.lengthOf(1);
    const [found] = anomalies;
    expect(found?.anomaly).to.include({ code: 'malformed', length: 50, path: 'RTTR' });
    expect(placeIn(found?.transfer?.stretches ?? [], found?.anomaly.offset ?? 0)).to.include({
      connection: 1,
      offset: 1050,
    });
    const stray = events.flatMap((each) => (each.kind === 'stray' ? [each.bytes.length] : []));
    expect(stray).to.deep.equal([50, 80]);
    expect(events.find(({ kind }) => kind === 'apdu')).to.include({ complete: true });
  });

  it('knows its first point for ever, and of the others the last', () => {
    const running = transfer(() => undefined);
    running.push(Octets.of(value.subarray(0, 100)));
    for (let serial = 1; serial <= 300; serial += 1) running.mark(serial);
    expect([0, 1, 44, 45, 300, 301].map((serial) => running.knows(serial))).to.deep.equal([
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('the last octets that were sent', () => {
  it('are told from others, as far as they are kept', () => {
    const tail = new SentTail();
    const all = Uint8Array.from({ length: 600_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
    for (let at = 0; at < all.length; at += 1000) tail.push(Octets.of(all.subarray(at, at + 1000)));
    expect(tail.length).to.be.within(256 * 1024, 256 * 1024 + 1000);
    const start = all.length - tail.length;
    expect(tail.missing(start - 10, 4)).to.equal(4);
    expect(tail.missing(start - 10, 40)).to.equal(10);
    expect(tail.missing(start, 40)).to.equal(0);
    expect(tail.difference(start + 5, Octets.of(all.subarray(start + 5, start + 5000)))).to.equal(undefined);
    const changed = concat([all.subarray(start, start + 3000), Uint8Array.of((all[start + 3000] ?? 0) ^ 1)]);
    expect(tail.difference(start, Octets.of(changed))).to.equal(3000);
  });

  it('are kept in so many slices at the most', () => {
    const tail = new SentTail();
    const octet = (i: number) => (i * 31) & 0xff;
    for (let i = 0; i < 50_000; i += 1) tail.push(Octets.of(Uint8Array.of(octet(i)), i));
    expect(tail.length).to.equal(4096);
    const last = Uint8Array.from({ length: 4096 }, (_, i) => octet(50_000 - 4096 + i));
    expect(tail.difference(50_000 - 4096, Octets.of(last))).to.equal(undefined);
    last[4095] = (last[4095] ?? 0) ^ 1;
    expect(tail.difference(50_000 - 4096, Octets.of(last))).to.equal(4095);
  });
});

describe('offsets of several stretches', () => {
  it('are those of the stream in the first, and apart in each other', () => {
    const stretches = [0, 3, 1].map((connection) => ({ connection, direction: 'i2r' as const }));
    const octets = Octets.of(Uint8Array.of(1, 2, 3), 77);
    expect(shifted(octets, undefined).offset).to.equal(77);
    expect(shifted(octets, stretches.slice(0, 1)).offset).to.equal(77);
    for (const count of [1, 2, 3]) {
      const { offset } = shifted(octets, stretches.slice(0, count));
      expect(stretchAt(offset)).to.equal(count - 1);
      expect(placeIn(stretches, offset)).to.deep.equal({ ...stretches[count - 1], offset: 77 });
    }
  });
});
