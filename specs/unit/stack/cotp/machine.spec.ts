import { expect } from 'chai';
import fc from 'fast-check';
import { fromHex, Octets, toHex } from '../../../../harness/ber/octets.js';
import {
  type TransportEvent,
  TransportMachine,
  type TransportOptions,
} from '../../../../harness/stack/cotp/machine.js';
import { CotpError } from '../../../../harness/stack/cotp/tpdu.js';

/** Two machines with a wire between them that cuts the stream into chunks of `chunk` octets. */
class Wire {
  readonly initiator: TransportMachine;
  readonly responder: TransportMachine;
  readonly events = { initiator: [] as TransportEvent[], responder: [] as TransportEvent[] };
  readonly lengths: number[] = [];
  #offsets = { initiator: 0, responder: 0 };

  constructor(
    initiator: TransportOptions = {},
    responder: TransportOptions = {},
    readonly chunk = 5,
  ) {
    this.initiator = new TransportMachine('initiator', { reference: 7, ...initiator });
    this.responder = new TransportMachine('responder', { reference: 9, ...responder });
  }

  run(): this {
    for (const [from, to] of [
      ['initiator', 'responder'],
      ['responder', 'initiator'],
    ] as const) {
      for (const output of this[from].takeOutput()) {
        this.lengths.push(output.length);
        for (let at = 0; at < output.length; at += this.chunk) {
          this[to].receive(Octets.of(output.subarray(at, at + this.chunk), this.#offsets[from] + at));
        }
        this.#offsets[from] += output.length;
      }
    }
    for (const side of ['initiator', 'responder'] as const) this.events[side].push(...this[side].takeEvents());
    return this;
  }

  open(): this {
    this.initiator.tConnectRequest();
    this.run();
    this.responder.tConnectResponse();
    return this.run().run();
  }
}

const kinds = (events: readonly TransportEvent[]) => events.map(({ kind }) => kind);

describe('transport machine, class 0', () => {
  it('opens with selectors, and both sides agree on the size', () => {
    const calledSelector = fromHex('353931');
    const wire = new Wire({ tpduSize: 4096, calledSelector }, { tpduSize: 1024 }).open();
    expect(wire.initiator).to.include({ state: 'OPEN', tpduSize: 1024 });
    expect(wire.responder).to.include({ state: 'OPEN', tpduSize: 1024 });
    const [indication] = wire.events.responder;
    expect(indication?.kind === 'tConnectIndication' && indication.calledSelector?.toHex()).to.equal('353931');
    expect(kinds(wire.events.initiator)).to.deep.equal(['tConnectConfirm']);
  });

  it('takes 65531 octets where no size is negotiated, and never sends F0 unasked', () => {
    const wire = new Wire({ tpduSize: null }).open();
    expect(wire.initiator.tpduSize).to.equal(65531);
    expect(wire.responder.tpduSize).to.equal(65531);
    const machine = new TransportMachine('initiator', { preferredTpduSize: 65408 });
    machine.tConnectRequest();
    expect(toHex(machine.takeOutput()[0]!)).to.include('f00201ff');
  });

  it('counts the DT header: size 1024 makes TPKTs of 1028', () => {
    const wire = new Wire({ tpduSize: 1024 }, {}, 4000).open();
    wire.lengths.length = 0;
    wire.initiator.tDataRequest(new Uint8Array(3000));
    wire.run();
    expect(wire.lengths).to.deep.equal([1028, 1028, 7 + 3000 - 2 * 1021]);
    const [, data] = wire.events.responder;
    expect(data?.kind === 'tDataIndication' && data.octets.length).to.equal(3000);
  });

  it('carries any TSDUs in any chunking and size', () => {
    const tsdu = fc.uint8Array({ minLength: 1, maxLength: 700 });
    fc.assert(
      fc.property(
        fc.array(tsdu, { maxLength: 5 }),
        fc.constantFrom(128, 256, 2048),
        fc.integer({ min: 1, max: 300 }),
        (tsdus, tpduSize, chunk) => {
          const wire = new Wire({ tpduSize }, {}, chunk).open();
          for (const each of tsdus) wire.initiator.tDataRequest([each.subarray(0, 1), each.subarray(1)]);
          wire.run();
          const received = wire.events.responder.flatMap((event) =>
            event.kind === 'tDataIndication' ? [event.octets.toHex()] : [],
          );
          expect(received).to.deep.equal(tsdus.map(toHex));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('refuses with a DR, and the initiator learns the reason', () => {
    const wire = new Wire();
    wire.initiator.tConnectRequest();
    wire.run();
    wire.responder.tConnectRefuse(2);
    wire.run().run();
    expect(wire.events.initiator[0]).to.include({ kind: 'tDisconnectIndication', reason: 'refused', code: 2 });
    expect(kinds(wire.events.responder)).to.deep.equal(['tConnectIndication', 'closeLink']);
  });

  it('releases by closing, and takes a DR instead', () => {
    const wire = new Wire().open();
    wire.initiator.tDisconnectRequest();
    wire.run();
    expect(kinds(wire.events.initiator)).to.include('closeLink');
    wire.responder.receive(Octets.of(fromHex('0300000b0680000d000780')));
    wire.run();
    expect(wire.events.responder.at(-2)).to.include({ reason: 'disconnected', code: 128 });
  });

  it('tolerates a reserved octet and an empty last DT', () => {
    const wire = new Wire({ tpktReserved: 0x11 }).open();
    wire.responder.receive(Octets.of(fromHex('0300000902f00031320300000702f080')));
    wire.run();
    const [, data] = wire.events.responder;
    expect(data?.kind === 'tDataIndication' && data.octets.toHex()).to.equal('3132');
  });

  it('answers ER with the octets, or only closes', () => {
    const wire = new Wire().open();
    wire.responder.receive(Octets.of(fromHex('030000090260000007')));
    expect(toHex(wire.responder.takeOutput()[0]!)).to.match(/^030000..0.700007/);
    expect(kinds(wire.responder.takeEvents())).to.deep.equal(['tDisconnectIndication', 'closeLink']);
    const silent = new Wire({}, { onError: 'close' }).open();
    silent.responder.receive(Octets.of(fromHex('474554202f')));
    expect(silent.responder.takeOutput()).to.deep.equal([]);
    expect(kinds(silent.responder.takeEvents())).to.deep.equal(['tDisconnectIndication', 'closeLink']);
  });

  it('ignores an unknown parameter in a CR and not in a CC', () => {
    const extraParameters = [{ code: 0x99, value: fromHex('4d5358') }];
    expect(new Wire({ extraParameters }).open().initiator.state).to.equal('OPEN');
    const wire = new Wire({}, { extraParameters }).open();
    expect(wire.events.initiator[0]).to.include({ kind: 'tDisconnectIndication', reason: 'protocol-error' });
  });

  it('answers class 1 to 4 where class 0 is among the alternatives only', () => {
    const ask = (hex: string) => {
      const machine = new TransportMachine('responder');
      machine.receive(Octets.of(fromHex(hex)));
      return kinds(machine.takeEvents())[0];
    };
    expect(ask('0300000b06e00000000110')).to.equal('tConnectIndication');
    expect(ask('0300000b06e00000000140')).to.equal('tDisconnectIndication');
    expect(ask('0300000e09e00000000140c70100')).to.equal('tConnectIndication');
    expect(ask('0300000e09e00000000120c70110')).to.equal('tDisconnectIndication');
  });

  it('tells the caller of a request in the wrong state', () => {
    const machine = new TransportMachine('initiator');
    expect(() => machine.tDataRequest(Uint8Array.of(1)))
      .to.throw(CotpError)
      .with.property('code', 'ERR_COTP_STATE');
    expect(() => new TransportMachine('initiator', { tpduSize: 1000 })).to.throw(CotpError, '1000');
  });

  it('throws on no octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, open) => {
        const wire = new Wire();
        if (open) wire.open();
        wire.responder.receive(Octets.of(Uint8Array.from([3, 0, 0, Math.max(7, bytes.length + 4), ...bytes])));
        wire.responder.receive(Octets.of(bytes));
      }),
    );
  });
});
