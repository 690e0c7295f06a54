import { expect } from 'chai';
import { concat, Octets, toHex } from '../../../../harness/ber/octets.js';
import { readElement } from '../../../../harness/ber/reader.js';
import type { FaultAction, LayerFault } from '../../../../harness/link/faults/index.js';
import { wholeOf } from '../../../../harness/stack/association/events.js';
import type { Mode } from '../../../../harness/stack/mode.js';
import { eventsOf, modes, type Piece, recorded, replayed, stream, tpkts } from './recorded.js';
import { text, wire } from './support.js';

const message = (does: FaultAction, nth: LayerFault['nth'] = 1): LayerFault => ({
  direction: 'sent',
  layer: 'p1',
  kind: 'message',
  nth,
  does,
});

/** The octets of the slices of the first transfer that A sends. */
function slices(pieces: readonly Piece[], mode: Mode): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const event of eventsOf(pieces)) {
    if (event.kind !== 'spdu' || event.direction !== 'i2r' || event.spdu.kind !== 'DATA TRANSFER') continue;
    const { userData = Octets.empty } = event.spdu;
    let element = mode === 'normal' ? readElement(userData).element : undefined;
    while (element?.constructed === true) element = element.children.at(-1);
    found.push(element === undefined ? userData.toBytes() : element.bytes);
  }
  return found;
}

/** The APDU in the octets of a transfer. */
function apduOf(value: Uint8Array, mode: Mode): Uint8Array {
  if (mode !== 'normal') return value;
  const { element } = readElement(Octets.of(value));
  const encoding = element.children.at(-1);
  if (encoding === undefined) throw new Error('no encoding in the EXTERNAL');
  return value.subarray(encoding.offset + encoding.headerLength);
}

for (const mode of modes) {
  describe(`a fault at a message that comes in many slices, in mode ${mode}`, () => {
    it('corrupts an octet of it, wherever that stands', async () => {
      const pieces = await recorded(mode);
      const before = apduOf(concat(slices(pieces, mode)), mode);
      for (const octet of [0, 1, 1000, 1010, 1020, 1024, 3000, before.length - 1]) {
        const { passed, wire } = replayed(pieces, [message({ kind: 'corrupt', octet, mask: 0x04 })]);
        const expected = before.slice();
        expected[octet] = (expected[octet] as number) ^ 0x04;
        // What is around it stays as it was: only the last octets are the APDU's.
        const after = concat(slices(passed, mode));
        expect(toHex(after.subarray(after.length - before.length)), `${octet}`).to.equal(toHex(expected));
        const [old, now] = [stream(pieces, 'i2r'), stream(passed, 'i2r')];
        expect(now.filter((each, i) => each !== old[i])).to.have.lengthOf(1);
        expect(wire.plan.unmet).to.deep.equal([]);
      }
      const { passed, wire } = replayed(pieces, [message({ kind: 'corrupt', octet: before.length, mask: 1 })]);
      expect(passed).to.deep.equal(pieces);
      expect(wire.plan.unmet.map(({ tooShort }) => tooShort)).to.deep.equal([1]);
    });

    it('truncates it, and what is around it says so', async () => {
      const pieces = await recorded(mode);
      const before = apduOf(concat(slices(pieces, mode)), mode);
      for (const octets of [0, 3, 900, 1024, 3000, before.length - 1]) {
        const { passed, wire } = replayed(pieces, [message({ kind: 'truncate', octets })]);
        const value = concat(slices(passed, mode));
        const after = mode === 'normal' ? contentOfExternal(value) : value;
        expect(toHex(after), `${octets}`).to.equal(toHex(before.subarray(0, octets)));
        expect(wire.plan.unmet).to.deep.equal([]);
        // Activity and points are there all the same.
        const spdus = (list: readonly Piece[]) =>
          eventsOf(list).flatMap((event) =>
            event.kind === 'spdu' && event.spdu.kind !== 'DATA TRANSFER' ? [event.spdu.kind] : [],
          );
        expect(spdus(passed)).to.deep.equal(spdus(pieces));
        const lower = eventsOf(passed).flatMap((event) =>
          event.kind === 'anomaly' && event.anomaly.layer !== 'p1' ? [event.anomaly.message] : [],
        );
        // Of nothing at all, RTSE's EXTERNAL cannot be.
        expect(lower).to.have.lengthOf(octets === 0 && mode === 'normal' ? 1 : 0);
      }
    });

    it('drops its slices, and leaves the activity', async () => {
      const pieces = await recorded(mode);
      const { passed } = replayed(pieces, [message({ kind: 'drop' })]);
      expect(slices(passed, mode)).to.deep.equal([]);
      const kinds = eventsOf(passed).flatMap((event) =>
        event.kind === 'spdu' && event.direction === 'i2r' ? [event.spdu.kind] : [],
      );
      expect(kinds).to.include.members(['ACTIVITY START', 'MINOR SYNC POINT', 'ACTIVITY END']);
    });

    it('splits the slice in which the octet stands', async () => {
      const pieces = await recorded(mode);
      const before = slices(pieces, mode);
      const { passed } = replayed(pieces, [message({ kind: 'split', at: 1500 })]);
      const after = slices(passed, mode);
      expect(toHex(concat(after))).to.equal(toHex(concat(before)));
      expect(after).to.have.lengthOf(before.length + 1);
      const head = concat(before).length - apduOf(concat(before), mode).length;
      const ends = after.map((_, i) => concat(after.slice(0, i + 1)).length);
      expect(ends).to.include(head + 1500);
      const [transfer] = eventsOf(passed).flatMap((event) => (event.kind === 'apdu' ? [event] : []));
      expect([transfer?.complete, transfer && wholeOf(transfer.transfer).index]).to.deep.equal([true, 0]);
    });

    it('delays it, or ends the connection, where it begins', async () => {
      const pieces = await recorded(mode);
      const all = tpkts(pieces, 'i2r');
      const first = all.findIndex((tpkt) => tpkt.includes(toHex(slices(pieces, mode)[0] as Uint8Array)));
      expect(first).to.be.greaterThan(0);
      for (const does of [
        { kind: 'delay', milliseconds: 100 },
        { kind: 'close' },
        { kind: 'halfClose' },
        { kind: 'reset' },
      ] as const) {
        expect(tpkts(replayed(pieces, [message(does)]).passed, 'i2r'), does.kind).to.deep.equal(all.slice(0, first));
      }
      const delayed = replayed(pieces, [message({ kind: 'delay', milliseconds: 100 })]);
      delayed.wire.pass(100);
      expect(delayed.told.i2r.join('')).to.equal(all.join(''));
    });
  });
}

function contentOfExternal(value: Uint8Array): Uint8Array {
  // `28 L 02 01 nn a0 L`, each length up to the very end.
  const header = (at: number): number => {
    const first = value[at] as number;
    const size = first < 0x80 ? 0 : first & 0x7f;
    const length = size === 0 ? first : Number.parseInt(toHex(value.subarray(at + 1, at + 1 + size)), 16);
    const start = at + 1 + size;
    expect(start + length).to.equal(value.length);
    return start;
  };
  expect(value[0]).to.equal(0x28);
  const inside = header(1);
  expect(value[inside + 3]).to.equal(0xa0);
  return value.subarray(header(inside + 4));
}

/** User-data with the slice, X.226 8.4.2, in a DATA TRANSFER in one DT. */
function data(slice: string): string {
  const tlv = (tag: string, content: string) => `${tag}${(content.length / 2).toString(16).padStart(2, '0')}${content}`;
  const userData = tlv('61', tlv('30', `020103${tlv('a0', tlv('04', slice))}`));
  return tpkt(`01000100${userData}`);
}

const tpkt = (tsdu: string) => `0300${(tsdu.length / 2 + 7).toString(16).padStart(4, '0')}02f080${tsdu}`;
const START = tpkt('01002d03290101');
const END = tpkt('01002900');

describe('an APDU in known octets', () => {
  const through = (faults: readonly LayerFault[], ...pieces: string[]) => {
    const { send, heard, plan } = wire(faults);
    send('here', ...pieces);
    return { heard: heard.there, plan };
  };

  it('is truncated in an EXTERNAL of definite length', () => {
    const { heard } = through(
      [message({ kind: 'truncate', octets: 4 })],
      START,
      data('280c020101a007a005020144'),
      data('0500'),
      END,
    );
    expect(heard).to.deep.equal([START, data('2809020101a004a0050201'), END]);
  });

  it('is truncated in lengths of more octets than they need', () => {
    const { heard } = through(
      [message({ kind: 'truncate', octets: 4 })],
      START,
      data('28820010020101a0820009a007020144020100'),
      END,
    );
    expect(heard).to.deep.equal([START, data('2882000b020101a0820004a0070201'), END]);
  });

  it('is truncated in an EXTERNAL of indefinite length, the end of which stays', () => {
    const { heard } = through(
      [message({ kind: 'truncate', octets: 4 })],
      START,
      data('2880020101a080a005020144'),
      data('05000000'),
      data('0000'),
      END,
    );
    expect(heard).to.deep.equal([START, data('2880020101a080a0050201'), data('0000'), data('0000'), END]);
  });

  it('is found behind references, and in an encoding that is octet-aligned', () => {
    const corrupt = [message({ kind: 'corrupt', octet: 2, mask: 0xff })];
    expect(through(corrupt, START, data('280e06025101020101a005a003020144')).heard[1]).to.equal(
      data('280e06025101020101a005a003fd0144'),
    );
    expect(through(corrupt, START, data('280a0201018105a003020144')).heard[1]).to.equal(
      data('280a0201018105a003fd0144'),
    );
  });

  it('is found however the slices are cut', () => {
    const octets = '280a020101a005a003020144';
    for (let at = 2; at < octets.length; at += 2) {
      const { heard } = through(
        [message({ kind: 'corrupt', octet: 4, mask: 0xff })],
        START,
        data(octets.slice(0, at)),
        data(octets.slice(at)),
      );
      const second = octets.slice(at);
      expect(heard.slice(1)).to.deep.equal([data(octets.slice(0, at)), data(`${second.slice(0, -2)}bb`)]);
    }
  });

  it('is truncated though what is around it went before: that says too much then', () => {
    const { heard } = through(
      [message({ kind: 'truncate', octets: 4 })],
      START,
      data('280c020101'),
      data('a007a005020144'),
      data('0500'),
      END,
    );
    expect(heard).to.deep.equal([START, data('280c020101'), data('a004a0050201'), END]);
  });

  it('ends before octets that are behind it', () => {
    const { heard } = through(
      [message({ kind: 'truncate', octets: 3 })],
      START,
      data('280a0201018105a003020144'),
      data('beef'),
      END,
    );
    expect(heard).to.deep.equal([START, data('28080201018103a00302'), data('beef'), END]);
  });

  it('is split already where a slice begins', () => {
    const pieces = [START, data('280a020101a005a003'), data('020144'), END];
    const { heard, plan } = through([message({ kind: 'split', at: 2 })], ...pieces);
    expect(heard).to.deep.equal(pieces);
    expect(plan.unmet).to.deep.equal([]);
  });

  it('waits once, however many there are', () => {
    const { send, heard, pass } = wire([message({ kind: 'delay', milliseconds: 10 }, 'every')]);
    const pieces = [START, data('280a020101a005a003'), data('020144'), END];
    send('here', ...pieces);
    pass(10);
    expect(heard.there).to.deep.equal(pieces);
  });

  it('does not go on in an activity that resumes another', () => {
    const resume = tpkt('01001d0b21062901012a0131290102');
    const { heard } = through(
      [message({ kind: 'corrupt', octet: 4, mask: 0xff })],
      START,
      data('280a020101a005a003'),
      resume,
      data('020144'),
    );
    expect(heard.at(-1)).to.equal(data('020144'));
  });

  it('is a message, a probe or a report', () => {
    const kinds = { message: 'a0', report: 'a1', probe: 'a2' } as const;
    for (const kind of ['message', 'probe', 'report'] as const) {
      const { heard } = through(
        [{ ...message({ kind: 'drop' }), kind }],
        ...Object.values(kinds).flatMap((tag) => [START, data(`280a020101a005${tag}03020144`), END]),
      );
      expect(heard.filter((each) => each.includes('280a'))).to.have.lengthOf(2);
      expect(
        heard.some((each) => each.includes(`a005${kinds[kind]}`)),
        kind,
      ).to.equal(false);
    }
  });

  it('is never kept: each slice goes before the next one comes', () => {
    const { send, heard, plan } = wire([
      message({ kind: 'corrupt', octet: 100_000, mask: 0xff }),
      message({ kind: 'truncate', octets: 110_000 }),
    ]);
    send('here', START);
    const first = '288300ffff020101a08300fff7a08300fff2';
    send('here', data(first.replaceAll('00ff', '0fff')));
    let slices = 1;
    for (; slices < 1200; slices += 1) {
      send('here', data('00'.repeat(100)));
      if (slices * 100 < 109_000) expect(heard.there).to.have.lengthOf(slices + 2);
    }
    expect(heard.there.filter((each) => each.includes('ff0000'))).to.have.lengthOf(1);
    expect(heard.there.length).to.be.within(1100, 1103);
    expect(plan.unmet).to.deep.equal([]);
  });

  it('is none of P1 where it is no MTS-APDU, or no BER', () => {
    for (const octets of ['280a020101a0053003020144', 'ffffffffff', '0000', '02010a']) {
      const { heard, plan } = through([{ ...message({ kind: 'drop' }), nth: 'every' }], START, data(octets), END);
      expect(heard).to.deep.equal([START, data(octets), END]);
      expect(plan.unmet.map(({ seen }) => seen)).to.deep.equal([0]);
    }
  });

  it('goes on to the end of its activity where it stops being BER', () => {
    const { heard } = through(
      [message({ kind: 'truncate', octets: 6 })],
      START,
      data('2880020101a080a0800000ffff'),
      data('ffff'),
      END,
    );
    expect(heard[1]).to.equal(data('2880020101a080a0800000ffff'));
    const other = through(
      [message({ kind: 'truncate', octets: 6 })],
      START,
      data('2880020101a080a08005ff44'),
      data('ffff'),
      END,
    );
    expect(other.heard).to.deep.equal([START, data('2880020101a080a08005ff44'), data('ff'), END]);
  });

  it('is not counted again where it is resumed', () => {
    const resume = tpkt('01001d0b2106290101' + '2a0131' + '290102');
    const { heard, plan } = through(
      [message({ kind: 'drop' }, 2)],
      START,
      data('280a020101a005a003020144'),
      resume,
      data('280a020101a005a003020144'),
      END,
    );
    expect(heard).to.have.lengthOf(5);
    expect(plan.unmet.map(({ seen }) => seen)).to.deep.equal([1]);
  });
});

describe('the text of the recording', () => {
  it('is in it, or the tests above would test nothing', async () => {
    for (const mode of modes) {
      const value = concat(slices(await recorded(mode), mode));
      expect(Buffer.from(value).includes(text), mode).to.equal(true);
      expect(slices(await recorded(mode), mode).length).to.be.greaterThan(4);
    }
  });
});
