import { expect } from 'chai';
import fc from 'fast-check';
import { fromHex } from '../../../../harness/ber/octets.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import type { AssociationMachine } from '../../../../harness/stack/association/machine.js';
import { encodeTpkt } from '../../../../harness/stack/tpkt/codec.js';
import { accepting, apdu, modes, Pair, START, tsdus } from './support.js';

/** A TSDU on an open transport connection. */
function tsdu(hex: string): Uint8Array {
  return encodeTpkt([Uint8Array.of(2, 0xf0, 0x80), fromHex(hex)]);
}

function opened(mode: Mode = 'normal'): Pair {
  const pair = new Pair({ mode });
  pair.connect();
  return pair.run();
}

/** Feeds octets, takes all events, and gives them back by kind. */
function feed(machine: AssociationMachine, bytes: Uint8Array) {
  machine.receive(bytes, START);
  const events = [];
  for (let some = machine.takeEvents(); some.length > 0; some = machine.takeEvents()) {
    for (const event of some) {
      events.push(event);
      accepting(event, machine);
    }
  }
  return events;
}

for (const mode of modes) {
  describe(`hostile octets in mode ${mode}`, () => {
    it('end a machine in order, or are waited for, in every phase', () => {
      const phases: (() => AssociationMachine)[] = [
        () => {
          const { responder } = new Pair({ mode });
          responder.connected(START);
          return responder;
        },
        () => opened(mode).responder,
        () => opened(mode).initiator,
        () => {
          const pair = opened(mode);
          pair.initiator.transfer(apdu(10));
          return pair.initiator;
        },
      ];
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 3 }),
          fc.uint8Array({ maxLength: 400 }),
          fc.boolean(),
          (phase, bytes, framed) => {
            const machine = (phases[phase] as () => AssociationMachine)();
            machine.takeOutput();
            feed(machine, framed && bytes.length > 0 ? encodeTpkt([Uint8Array.of(2, 0xf0, 0x80), bytes]) : bytes);
            machine.disconnected(START);
            expect(feed(machine, new Uint8Array(0)).at(-1)?.kind).to.equal('disconnected');
          },
        ),
        { numRuns: 300 },
      );
    });

    it('are survived wherever one octet of a good conversation is changed', () => {
      const good = opened(mode);
      good.initiator.transfer(apdu(40));
      good.run();
      const stream = Buffer.concat(good.sent.initiator);
      fc.assert(
        fc.property(fc.integer({ min: 0, max: stream.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, mask) => {
          const bytes = Uint8Array.from(stream);
          bytes[place] = (bytes[place] as number) ^ mask;
          const { responder } = new Pair({ mode });
          responder.connected(START);
          feed(responder, bytes);
          responder.disconnected(START);
          expect(feed(responder, new Uint8Array(0)).at(-1)?.kind).to.equal('disconnected');
        }),
        { numRuns: 300 },
      );
    });
  });
}

describe('hostile octets in normal mode', () => {
  it('outside an activity: data is a protocol error of RTSE, and is told so', () => {
    const pair = opened();
    const events = feed(pair.responder, tsdu('01000100 610a 3008 020103 a003 0401aa'));
    expect(events[0]).to.include({ kind: 'rtPAbortIndication', layer: 'rtse', reason: 4 });
    const [abort] = pair.responder.takeOutput();
    expect(Buffer.from(abort ?? []).toString('hex')).to.match(/b603800104$/);
  });

  it('in a context that was not agreed: ARP', () => {
    const pair = opened();
    const events = feed(pair.responder, tsdu('01002d052903020101'));
    expect(events[0]).to.include({ kind: 'rtTransferStart' });
    const [aborted] = feed(pair.responder, tsdu('01000100 610a 3008 020109 a003 0401aa'));
    expect(aborted).to.include({ kind: 'rtPAbortIndication', layer: 'presentation', reason: 6 });
    const [abort] = pair.responder.takeOutput();
    expect(Buffer.from(abort ?? []).toString('hex')).to.match(/190d110103c1083006800106810107$/);
  });

  it('in DATA that holds no OCTET STRING: RTAB invalidParameter', () => {
    const pair = opened();
    feed(pair.responder, tsdu('01002d052903020101'));
    const [aborted] = feed(pair.responder, tsdu('01000100 610a 3008 020103 a003 0201aa'));
    expect(aborted).to.include({ kind: 'rtPAbortIndication', layer: 'rtse', reason: 1 });
  });

  it('without the token: a session protocol error', () => {
    const pair = opened();
    const [aborted] = feed(pair.initiator, tsdu('01002d052903020101'));
    expect(aborted).to.include({ kind: 'rtPAbortIndication', layer: 'session' });
    const [abort] = pair.initiator.takeOutput();
    expect(Buffer.from(abort ?? []).toString('hex')).to.match(/1903110105$/);
  });

  it('in CONNECT: CPR by the presentation entity, ABRT by ACSE, RTAB by RTSE', () => {
    const cp = (userData: string) => `3121 a003800101 a21a a411 300f020101 060452010001 300406025101 ${userData}`;
    const answers: [string, RegExp][] = [
      // No CP; user data that is no User-data.
      ['3000', /^0c0b11010132060230038a0100$/],
      [cp('0405aabbccddee'), /^0c0b11010132060230038a0106$/],
    ];
    for (const [userData, expected] of answers) answered(userData, expected);
    // A User-data whose value is no AARQ; an AARQ without RTORQ.
    answered(
      `312a a003800101 a223 a411 300f020101 060452010001 300406025101 610e 300c020101a007 0205aabbccddee`,
      /6403800101$/,
    );
    answered(
      `312f a003800101 a228 a411 300f020101 060452010001 300406025101 6113 3011020101a00c 600a a106060456000106 9d00`,
      /b603800101$/,
    );
  });
});

/** What a responder answers to a CONNECT with these user data; its user is told of an abort. */
function answered(userData: string, expected: RegExp): void {
  const { responder } = new Pair();
  responder.connected(START);
  const { length } = fromHex(userData);
  const octet = (value: number) => value.toString(16).padStart(2, '0');
  const connect = `0d${octet(length + 17)} 0509 130100 160102 1a0100 14020249 c1${octet(length)} ${userData}`;
  const cr = encodeTpkt(fromHex('06e00000000100'));
  const events = feed(responder, Buffer.concat([cr, tsdu(connect)]));
  expect(events.map(({ kind }) => kind)).to.deep.equal(['rtPAbortIndication']);
  expect(tsdus(responder.takeOutput()).at(-1)).to.match(expected);
}
