import { expect } from 'chai';
import { fromHex, toHex } from '../../../../harness/ber/octets.js';
import type { MachineOptions } from '../../../../harness/stack/association/options.js';
import type { ServiceEvent } from '../../../../harness/stack/association/service.js';
import { encodeTpkt } from '../../../../harness/stack/tpkt/codec.js';
import {
  accepting,
  bindArgument,
  bindFor,
  converse,
  linkKinds,
  machine,
  modes,
  observe,
  Pair,
  START,
  tsdus,
  x410Modes,
} from './support.js';

const [memory] = linkKinds;
const octet = (value: number) => value.toString(16).padStart(2, '0');
const strip = (hex: string) => hex.replace(/\s+/g, '');

/** A CONNECT of version 1 with this user data. */
function connect(userData: string): string {
  const { length } = fromHex(userData);
  return `0d${octet(length + 17)} 0509 130100 160101 1a0100 14020249 c1${octet(length)} ${userData}`;
}

/** PConnect with a NULL bind and these members behind it. */
function pConnect(...members: string[]): string {
  const own = strip(`800101 a304 a0020500 ${members.join('')}`);
  const size = own.length / 2;
  return `31${octet(size + 7)} a003800100 a1${octet(size)} ${own}`;
}

/** What a responder tells and answers where this CONNECT comes; its user accepts everything. */
function answered(spdu: string, options: Partial<MachineOptions> = {}) {
  const responder = machine('responder', { modes, ...options });
  responder.connected(START);
  const events: ServiceEvent[] = [];
  const tsdu = encodeTpkt([Uint8Array.of(2, 0xf0, 0x80), fromHex(spdu)]);
  responder.receive(Buffer.concat([encodeTpkt(fromHex('06e00000000100')), tsdu]), START);
  for (let some = responder.takeEvents(); some.length > 0; some = responder.takeEvents()) {
    for (const event of some) {
      events.push(event);
      accepting(event, responder);
    }
  }
  return { responder, events, sent: tsdus(responder.takeOutput()) };
}

describe('the mode of an association', () => {
  for (const mode of modes) {
    it(`${mode} is recognised from the CONNECT by a responder that speaks all, and by an observer`, async () => {
      if (memory === undefined) throw new Error('no link');
      const talk = await converse(memory, { mode, responder: { modes: [...modes].reverse() } });
      expect(await talk.responder.wait('rtOpenIndication')).to.include({ mode });
      await talk.initiator.wait('rtOpenConfirm');
      expect([talk.initiator.service.mode, talk.responder.service.mode]).to.deep.equal([mode, mode]);
      const seen = observe(talk.recording).flatMap((event) => (event.kind === 'mode' ? [event.mode] : []));
      expect(seen).to.deep.equal([mode]);
      await talk.finish();
    });
  }

  it('is told by the application protocol: 12 is 1988, 1 or none is 1984, and so is the 0 of old gateways', () => {
    const told = ['84010c', '840101', '', '840100'].map((member) => answered(connect(pConnect(member))).responder.mode);
    expect(told).to.deep.equal(['x410-1988', 'x410-1984', 'x410-1984', 'x410-1984']);
  });

  it('is none for the application protocol of others, unless it is accepted', () => {
    for (const member of ['840103', '84020080', '840222b3', '840900ffffffffffffffff']) {
      const refused = answered(connect(pConnect(member)));
      expect(refused.sent).to.deep.equal(['0c0b1101013206023103800102']);
      expect(refused.events.map(({ kind }) => kind)).to.deep.equal(['rtPAbortIndication']);
      expect(refused.responder.mode).to.equal(undefined);
    }
    const { responder } = answered(connect(pConnect('840222b3')), { acceptsApplicationProtocol: [8883] });
    expect([responder.mode, responder.state]).to.deep.equal(['x410-1984', 'open']);
  });

  it('that is not spoken is refused in the form that its initiator reads', () => {
    for (const asked of modes) {
      const others = modes.filter((mode) => mode !== asked);
      const pair = new Pair({ initiator: { modes: [asked] }, responder: { modes: others } });
      pair.initiator.open({ userData: bindFor(asked).argument });
      pair.responder.connected(START);
      pair.initiator.connected(START);
      pair.run();
      const confirm = pair.events.initiator[0];
      const reason = asked === 'normal' ? undefined : 2;
      expect(confirm, asked).to.include({ kind: 'rtOpenConfirm', accepted: false, refusedBy: 'rtse', reason });
      expect(pair.events.responder.map(({ kind }) => kind)).to.deep.equal(['rtPAbortIndication']);
    }
    const [pRefuse] = answered(connect(pConnect('84010c')), { modes: ['normal'] }).sent;
    expect(pRefuse).to.equal('0c0b1101013206023103800102');
  });

  it('is refused by CPR in normal mode, with an AARE that rejects for good', () => {
    const pair = new Pair({ initiator: { modes: ['normal'] }, responder: { modes: ['x410-1984'] } });
    pair.initiator.open({ userData: bindArgument });
    pair.responder.connected(START);
    pair.initiator.connected(START);
    const [refuse] = tsdus(pair.run().sent.responder);
    expect(refuse).to.match(/^0c..11010132..0230/);
    expect(refuse).to.contain('a203020101');
    expect(refuse).to.match(/b200$/);
  });

  it('that cannot be told is that of a responder with one mode', () => {
    const [aborted] = answered(connect('3000'), { modes: ['x410-1984'] }).sent;
    expect(aborted).to.equal('190a110103c1053103800101');
    const [refused] = answered(connect('3000'), { modes: ['normal'] }).sent;
    expect(refused).to.equal('0c0b11010132060230038a0100');
  });
});

describe('what a machine of an X.410 mode is made with', () => {
  const selector = Uint8Array.of(1);

  for (const mode of x410Modes) {
    it(`${mode}: selectors of session and presentation are refused, with a reason; those of transport are sent`, () => {
      for (const addresses of [
        { calledPresentationSelector: selector },
        { callingPresentationSelector: selector },
        { calledSessionSelector: selector },
        { callingSessionSelector: selector, calledTransportSelector: selector },
      ]) {
        for (const role of ['initiator', 'responder'] as const) {
          const made = () => machine(role, { modes: [mode], addresses });
          expect(made)
            .to.throw(/Selector/)
            .with.property('code', 'ERR_MODE_SELECTORS');
          expect(made).to.throw().with.property('hint').that.contains('leave');
        }
      }
      const addresses = { callingTransportSelector: selector, calledTransportSelector: selector };
      const initiator = machine('initiator', { modes: [mode], addresses });
      initiator.open({ userData: bindFor(mode).argument });
      initiator.connected(START);
      expect(toHex(initiator.takeOutput()[0] ?? new Uint8Array(0)))
        .to.contain('c10101')
        .and.to.contain('c20101');
    });

    it(`${mode}: a responder that speaks normal mode too keeps its selectors for that`, () => {
      const addresses = { calledPresentationSelector: selector };
      const { responder } = answered(connect(pConnect('84010c')), { modes: ['x410-1988', 'normal'], addresses });
      expect(responder.state).to.equal('open');
    });

    it(`${mode}: a bind that has no room in a CONNECT of version 1 is refused before anything is sent`, () => {
      const initiator = machine('initiator', { modes: [mode] });
      expect(() => initiator.open({ userData: large(520) }))
        .to.throw(/512/)
        .with.property('code', 'ERR_BIND_SIZE');
      initiator.connected(START);
      expect(initiator.takeOutput()).to.deep.equal([]);
      // PConnect has 24 octets beside it.
      expect(() => initiator.open({ userData: large(512 - 23) })).to.throw(/513 octets/);
      initiator.open({ userData: large(512 - 24) });
      expect(initiator.takeOutput()).to.have.lengthOf(1);
    });

    it(`${mode}: so is an answer, which may then be another`, () => {
      const pair = new Pair({ mode });
      pair.connect();
      pair.run((event, service) => {
        if (event.kind !== 'rtOpenIndication') return;
        expect(() => service.acceptOpen({ userData: large(520) }))
          .to.throw(/512/)
          .with.property('code', 'ERR_BIND_SIZE');
        service.acceptOpen({ userData: bindFor(mode).result });
      });
      expect([pair.initiator.state, pair.responder.state]).to.deep.equal(['open', 'open']);
    });

    it(`${mode}: who is told not to mind the limits sends what is too large`, () => {
      const pair = new Pair({ mode, initiator: { enforceLimits: false } });
      pair.connect({ userData: large(2000) });
      pair.run();
      expect(pair.responder.state).to.equal('open');
    });
  }

  it('answers version 1 where both are offered, and version 2 to who has no other', () => {
    for (const [sessionVersions, version] of [
      [1, '160101'],
      [3, '160101'],
      [2, '160102'],
    ] as const) {
      const pair = new Pair({ mode: 'x410-1988', initiator: { sessionVersions } });
      pair.connect();
      expect(tsdus(pair.run().sent.responder)[0]).to.contain(version);
      expect(pair.initiator.state).to.equal('open');
    }
  });

  it('in normal mode offers version 2, or what it is told to', () => {
    for (const [sessionVersions, versions] of [
      [undefined, '160102'],
      [1, '160101'],
      [3, '160103'],
    ] as const) {
      const pair = new Pair({ initiator: { sessionVersions } });
      pair.connect();
      expect(tsdus(pair.run().sent.initiator)[0]).to.contain(versions);
      expect(pair.initiator.state).to.equal('open');
    }
  });
});

/** A bind value of so many octets. */
function large(octets: number): Uint8Array {
  const value = new Uint8Array(octets).fill(0x41);
  value.set([0xa1, 0x82, (octets - 4) >> 8, (octets - 4) & 0xff, 0x80, 0x82, (octets - 8) >> 8, (octets - 8) & 0xff]);
  return value;
}
