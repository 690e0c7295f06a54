import { expect } from 'chai';
import { fromHex, toHex } from '../../../../harness/ber/octets.js';
import type { AssociationMachine } from '../../../../harness/stack/association/machine.js';
import type { ServiceEvent } from '../../../../harness/stack/association/service.js';
import { encodeTpkt } from '../../../../harness/stack/tpkt/codec.js';
import { accepting, apdu, Pair, START, tsdus } from './support.js';

/** Tag, a definite length that fits, content. */
function tlv(tag: string, ...content: string[]): string {
  const hex = content.join('').replace(/\s+/g, '');
  const length = hex.length / 2;
  const octets = length.toString(16).padStart(2, '0');
  return `${tag}${length > 0x7f ? '81' : ''}${octets}${hex}`;
}

/** An SPDU or a parameter: one octet of length, up to 254. */
function unit(code: string, ...content: string[]): string {
  const hex = content.join('').replace(/\s+/g, '');
  return `${code}${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
}

const tsdu = (hex: string, reserved = 0) => encodeTpkt([Uint8Array.of(2, 0xf0, 0x80), fromHex(hex)], reserved);
const pdvs = (...lists: string[]) => tlv('61', ...lists);
const pdv = (context: string, value: string) => tlv('30', `0201${context}`, tlv('a0', value));
const external = (context: string, value: string) => tlv('28', '06025101', `0201${context}`, tlv('a0', value));

function feed(machine: AssociationMachine, ...chunks: Uint8Array[]): ServiceEvent[] {
  const all: ServiceEvent[] = [];
  for (const chunk of chunks) machine.receive(chunk, START);
  for (let events = machine.takeEvents(); events.length > 0; events = machine.takeEvents()) {
    for (const event of events) {
      all.push(event);
      accepting(event, machine);
    }
  }
  return all;
}

function opened(): Pair {
  const pair = new Pair();
  pair.connect({ dialogueMode: 'twa' });
  return pair.run();
}

/** What one transfer becomes whose DATA SPDUs have these user data. */
function transferred(data: readonly string[]) {
  const { responder } = opened();
  const spdus = ['01002d052903020101', ...data.map((each) => `01000100${each}`), '010029032a0131'];
  const event = feed(responder, ...spdus.map((each) => tsdu(each))).find(({ kind }) => kind === 'rtTransferIndication');
  return event?.kind === 'rtTransferIndication' ? event : undefined;
}

describe('transfers as real MTAs send them', () => {
  const value = toHex(apdu(2));
  const wrapped = tlv('28', '020105', tlv('a0', value));
  const slice = (octets: string) => pdvs(pdv('03', tlv('04', octets)));
  const forms: Record<string, readonly string[]> = {
    'in one slice': [slice(wrapped)],
    'cut in the middle of a length': [
      slice(wrapped.slice(0, 2)),
      slice(wrapped.slice(2, 16)),
      slice(wrapped.slice(16)),
    ],
    'in indefinite lengths': [
      `6180 3080 020103 a080 ${tlv('04', `2880 020105 a080 ${value} 0000 0000`)} 0000 0000 0000`,
    ],
    'octet-aligned': [pdvs(tlv('30', '020103', tlv('81', tlv('04', wrapped))))],
    'as a constructed OCTET STRING': [
      pdvs(pdv('03', tlv('24', tlv('04', wrapped.slice(0, 8)), tlv('04', wrapped.slice(8))))),
    ],
    'with several PDVs in one DATA': [
      pdvs(pdv('03', tlv('04', wrapped.slice(0, 8))), pdv('03', tlv('04', wrapped.slice(8)))),
    ],
    'with both references in the EXTERNAL': [slice(external('05', value))],
    'in an octet-aligned EXTERNAL': [slice(tlv('28', '020105', tlv('81', value)))],
    'with a transfer syntax in the PDV-list': [pdvs(tlv('30', '06025101', '020103', tlv('a0', tlv('04', wrapped))))],
    'with octets behind the EXTERNAL': [slice(`${wrapped}0500`)],
  };

  for (const [form, data] of Object.entries(forms)) {
    it(`${form}: the APDU is handed over`, () => {
      expect(transferred(data)?.apdu?.toHex()).to.equal(value);
    });
  }

  it('without EXTERNAL: the octets are handed over, and no APDU', () => {
    const event = transferred([slice(value)]);
    expect(event).to.include({ apdu: undefined, length: value.length / 2 });
    expect(event?.octets?.toHex()).to.equal(value);
  });

  it('beyond the limit: counted, and not kept', () => {
    const pair = new Pair({ responder: { collectLimit: 100 } });
    pair.connect();
    pair.run();
    pair.initiator.transfer(apdu(200));
    pair.run();
    const event = pair.last('responder');
    expect(event).to.deep.equal({ kind: 'rtTransferIndication', apdu: undefined, octets: undefined, length: 215 });
  });
});

describe('what else real MTAs send, and an association takes', () => {
  it('RTAB under UNIVERSAL 22, as ISODE has it', () => {
    const { initiator } = opened();
    const abrt = tlv('64', '800100', tlv('be', external('03', '3603800104')));
    const contexts = tlv('a0', '300702010106025101', '300702010306025101');
    const abort = unit('19', '110103', unit('c1', tlv('a0', contexts, pdvs(pdv('01', abrt)))));
    expect(feed(initiator, tsdu(abort))[0]).to.include({ kind: 'rtPAbortIndication', layer: 'rtse', reason: 4 });
  });

  it('a DR behind DN', () => {
    const pair = opened();
    pair.initiator.close();
    pair.initiator.takeOutput();
    const released = tsdu(unit('0a', unit('c1', pdvs(pdv('01', '6303800100')))));
    const events = feed(pair.initiator, released, encodeTpkt(fromHex('06 80 2a2a 0000 80')));
    expect(events.map(({ kind }) => kind)).to.deep.equal(['rtCloseConfirm']);
    pair.initiator.disconnected(START);
    expect(feed(pair.initiator).map(({ kind }) => kind)).to.deep.equal(['disconnected']);
  });

  it('FN and DN without user data', () => {
    const pair = opened();
    expect(feed(pair.responder, tsdu('0903110101')).map(({ kind }) => kind)).to.deep.equal(['rtCloseIndication']);
    pair.initiator.close();
    expect(feed(pair.initiator, tsdu('0a00')).map(({ kind }) => kind)).to.deep.equal(['rtCloseConfirm']);
  });

  it('PLEASE TOKENS without user data: the most urgent priority', () => {
    const { initiator } = opened();
    expect(feed(initiator, tsdu('0203100101'))[0]).to.deep.equal({ kind: 'rtTurnPleaseIndication', priority: 0 });
  });

  it('GIVE TOKENS alone and without a token, in a TPKT whose reserved octet is not zero', () => {
    const { responder } = opened();
    expect(feed(responder, tsdu('0100', 0x11))).to.deep.equal([]);
    expect(responder.state).to.equal('open');
  });

  it('ACTIVITY RESUME: refused with an exception, and its discard answered', () => {
    const { responder } = opened();
    responder.takeOutput();
    expect(feed(responder, tsdu('01001d0f21082903020101 2a0131 2903020102'))).to.deep.equal([]);
    expect(tsdus(responder.takeOutput())).to.deep.equal(['02003003320106']);
    const [abandoned] = feed(responder, tsdu('01003903320106'));
    expect(abandoned).to.include({ kind: 'transferAbandoned', how: 'discarded' });
    expect(tsdus(responder.takeOutput())).to.deep.equal(['02003a00']);
  });
});

describe('refusals, each told as of the layer that it comes from', () => {
  const results = tlv('a5', ...Array.from({ length: 3 }, () => '300780010081025101'));
  const refuse = (cpr: string) => unit('0c', '110101', unit('32', '02', cpr));
  const aare = (...more: string[]) => tlv('61', 'a106060456000106', 'a203020101', 'a305a103020102', ...more);
  const refused = (octets: Uint8Array) => {
    const pair = new Pair();
    pair.connect();
    if (octets[5] === 0xf0) pair.run(() => {});
    const [confirm] = feed(pair.initiator, octets);
    return confirm?.kind === 'rtOpenConfirm' && !confirm.accepted ? confirm : undefined;
  };

  it('transport, session, presentation, ACSE', () => {
    const layers = [
      encodeTpkt(fromHex('06 80 2a2a 0000 03')),
      tsdu('0c06110101320181'),
      tsdu(refuse(tlv('30', '8a0101'))),
      tsdu(refuse(tlv('30', results, pdvs(pdv('01', aare()))))),
    ].map(refused);
    expect(layers.map((confirm) => [confirm?.refusedBy, confirm?.reason])).to.deep.equal([
      ['cotp', 3],
      ['session', 129],
      ['presentation', 1],
      ['acse', 2],
    ]);
  });

  it('RTSE, with a bind error that lacks its wrapper, as PP sends it', () => {
    const rtorj = tlv('b2', tlv('a1', '020102'));
    const confirm = refused(tsdu(refuse(tlv('30', results, pdvs(pdv('01', aare(tlv('be', external('03', rtorj)))))))));
    expect(confirm).to.include({ refusedBy: 'rtse', reason: undefined });
    expect(confirm?.userData?.toHex()).to.equal('020102');
  });
});

describe('a CONNECT', () => {
  const context = (id: string, syntax: string) => tlv('30', `0201${id}`, `0604${syntax}`, '300406025101');
  const three = [context('01', '52010001'), context('03', '5600020c'), context('05', '56000207')];

  interface Fields {
    readonly contexts?: readonly string[];
    readonly open?: string;
    readonly tokens?: string;
    readonly units?: string;
  }
  /** The responder after CR and this CN. */
  function connected({ contexts = three, open = 'a004b0020500', tokens = '00', units = '0249' }: Fields) {
    const aarq = tlv('60', 'a106060456000106', tlv('be', external('03', tlv('b0', tlv('a3', open)))));
    const cp = tlv('31', 'a003800101', tlv('a2', tlv('a4', ...contexts), pdvs(pdv('01', aarq))));
    const item = unit('05', '130100', '160102', `1a01${tokens}`);
    const { responder } = new Pair();
    responder.connected(START);
    const events = feed(
      responder,
      encodeTpkt(fromHex('06e00000000100')),
      tsdu(unit('0d', item, `1402${units}`, unit('c1', cp))),
    );
    return { event: events[0], answer: tsdus(responder.takeOutput())[0] ?? '' };
  }

  it('with more units than needed is answered with the four; what was left to this side goes to the initiator', () => {
    const { event, answer } = connected({ units: '024b', tokens: 'aa' });
    expect(event).to.include({ kind: 'rtOpenIndication', initialTurn: 'initiator' });
    expect(answer.slice(0, 2)).to.equal('0e');
    expect(answer).to.contain('1a0100').and.to.contain('14020249');
  });

  it('with a context that is not known is answered with a refusal in its place', () => {
    const { answer } = connected({ contexts: [...three, context('07', '56000208')] });
    expect(answer).to.contain('3007800100810251013006800102820101');
  });

  it('with a NULL bind is taken in each form of NULL', () => {
    for (const open of ['a0020500', '8000', 'a0028000', 'a004b0020500']) {
      expect(connected({ open }).event?.kind, open).to.equal('rtOpenIndication');
    }
  });

  it('that would recover another association says so, and has no user data', () => {
    const time = tlv('17', toHex(new TextEncoder().encode('0510011448Z')));
    const { event } = connected({ open: tlv('a1', '0402abcd', time) });
    if (event?.kind !== 'rtOpenIndication') throw new Error(`${event?.kind} in place of rtOpenIndication`);
    expect(event.recover).to.deep.equal({
      callingReference: fromHex('0402abcd'),
      commonReference: fromHex(time),
      additionalReference: undefined,
    });
    expect(event.userData.length).to.equal(0);
  });

  it('whose tokens are split between the sides is refused, and so is one that lacks a unit', () => {
    for (const fields of [{ tokens: '01' }, { units: '0049' }]) {
      const { event, answer } = connected(fields);
      expect(event).to.include({ kind: 'rtPAbortIndication', layer: 'rtse' });
      expect(answer.slice(0, 2)).to.equal('0c');
    }
  });
});
