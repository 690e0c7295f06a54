import { expect } from 'chai';
import { fromHex, toHex } from '../../../../harness/ber/octets.js';
import type { ServiceEvent } from '../../../../harness/stack/association/service.js';
import { encodeTpkt } from '../../../../harness/stack/tpkt/codec.js';
import { accepting, apdu, machine, Pair, START, tsdus, x410Modes } from './support.js';

/** A unit with one octet of length: a TLV, an SPDU, a parameter. */
function unit(code: string, ...content: string[]): string {
  const hex = content.join('').replace(/\s+/g, '');
  return `${code}${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
}

const tsdu = (hex: string) => encodeTpkt([Uint8Array.of(2, 0xf0, 0x80), fromHex(hex)]);
const ITEM = unit('05', '130100', '160101', '1a0100');

function connect(userData: string, ...parameters: string[]): string {
  const others = parameters.length === 0 ? [ITEM, '14020249'] : parameters;
  return unit('0d', ...others, unit('c1', userData));
}

function feed(own: ReturnType<typeof machine>, ...chunks: Uint8Array[]): ServiceEvent[] {
  const all: ServiceEvent[] = [];
  for (const chunk of chunks) own.receive(chunk, START);
  for (let events = own.takeEvents(); events.length > 0; events = own.takeEvents()) {
    for (const event of events) {
      all.push(event);
      accepting(event, own);
    }
  }
  return all;
}

function opened(spdu: string) {
  const responder = machine('responder', { modes: ['normal', ...x410Modes] });
  responder.connected(START);
  const [indication] = feed(responder, encodeTpkt(fromHex('06e00000000100')), tsdu(spdu));
  const answers = tsdus(responder.takeOutput());
  return { responder, indication: indication?.kind === 'rtOpenIndication' ? indication : undefined, answers };
}

describe('a CONNECT in an X.410 mode, as real MTAs send it', () => {
  const dts = 'a003800100';
  const data = 'a304a0020500';
  const protocol = '84010c';
  const forms: Record<string, string> = {
    plainly: unit('31', dts, unit('a1', data, protocol)),
    'with indefinite lengths': `3180 a080 800100 0000 a180 a380 a080 0500 0000 0000 ${protocol} 0000 0000`,
    'with its members in another order': unit('31', unit('a1', protocol, data, '820100', '810103', '800100'), dts),
    'with every default sent': unit('31', dts, unit('a1', '800100', '810103', '820100', data, protocol)),
    'with members that nobody knows': unit('31', dts, unit('a1', data, protocol, '890141'), 'c50141'),
    'without a data transfer syntax': unit('31', unit('a1', data, protocol)),
    'with an empty one': unit('31', 'a000', unit('a1', data, protocol)),
    'with a primitive one': unit('31', '800100', unit('a1', data, protocol)),
    'with lengths in more octets than needed': unit('31', dts, `a18200${unit('', data, protocol)}`),
    'with a NULL of [0] for open': unit('31', dts, unit('a1', 'a3028000', protocol)),
    'with a NULL of [0] in open': unit('31', dts, unit('a1', 'a304a0028000', protocol)),
    'with octets behind it': `${unit('31', dts, unit('a1', data, protocol))}0500`,
  };

  for (const [form, userData] of Object.entries(forms)) {
    it(`${form}: is opened with a NULL bind`, () => {
      const { indication, answers } = opened(connect(userData));
      expect(indication).to.include({ dialogueMode: 'monologue', checkpointSize: 0, windowSize: 3 });
      expect(indication).to.include({ mode: 'x410-1988', initialTurn: 'initiator', recover: undefined });
      expect(indication?.userData.toHex()).to.equal('0500');
      expect(answers).to.have.lengthOf(1);
      expect(answers[0]?.slice(0, 2)).to.equal('0e');
    });
  }

  const plain = forms.plainly ?? '';

  it('with every unit, without Session User Requirements, or with more than are needed: answers with the four', () => {
    for (const parameters of [[ITEM], [ITEM, '14020249'], [ITEM, '1402ffff'], [ITEM, '14020b49']]) {
      const { answers } = opened(connect(plain, ...parameters));
      expect(answers[0], parameters.join()).to.contain('14020249');
    }
  });

  it('without a Connect/Accept Item: version 1, and all tokens to the initiator', () => {
    const { indication, answers } = opened(connect(plain, '14020249'));
    expect(indication).to.include({ initialTurn: 'initiator' });
    expect(answers[0]).to.contain('160101');
  });

  it('without references: has no name, and is opened', () => {
    const { responder, indication } = opened(connect(plain));
    expect(indication).to.not.equal(undefined);
    expect(responder.connection).to.equal(undefined);
  });

  it('with session selectors: they are no concern of this mode', () => {
    const { indication, answers } = opened(unit('0d', ITEM, '14020249', '330141', '34020002', unit('c1', plain)));
    expect(indication).to.include({ mode: 'x410-1988' });
    expect(answers[0]?.slice(0, 2)).to.equal('0e');
  });

  it('with a SessionConnectionIdentifier in place of the bind', () => {
    const connection = unit('a1', '0403616263', unit('17', '3236313132333231303030305a'), '80023031');
    const recovering = unit('31', dts, unit('a1', unit('a3', connection), protocol));
    const { indication } = opened(connect(recovering));
    expect(indication?.userData.length).to.equal(0);
    expect(toHex(indication?.recover?.callingReference ?? new Uint8Array(0))).to.equal('0403616263');
    expect(toHex(indication?.recover?.commonReference ?? new Uint8Array(0))).to.equal('170d3236313132333231303030305a');
    expect(toHex(indication?.recover?.additionalReference ?? new Uint8Array(0))).to.equal('14023031');
  });

  it('without bind and without what is to be recovered: AbortInformation, invalidParameter', () => {
    const { indication, answers } = opened(connect(unit('31', dts, unit('a1', '800101', protocol))));
    expect(indication).to.equal(undefined);
    expect(answers).to.deep.equal(['190a110103c1053103800101']);
  });
});

for (const mode of x410Modes) {
  describe(`what real MTAs send in mode ${mode}, and an association takes`, () => {
    const whole = toHex(apdu(30));

    function talking(request = {}): Pair {
      const pair = new Pair({ mode });
      pair.connect({ dialogueMode: 'twa', ...request });
      return pair.run();
    }

    function transferred(slices: readonly string[], collectLimit?: number) {
      const pair = new Pair({ mode, responder: { collectLimit } });
      pair.connect();
      const { responder } = pair.run();
      const spdus = ['01002d052903020101', ...slices.map((slice) => `01000100${slice}`), '010029032a0131'];
      const event = feed(responder, ...spdus.map(tsdu)).find(({ kind }) => kind === 'rtTransferIndication');
      return event?.kind === 'rtTransferIndication' ? event : undefined;
    }

    it('slices cut anywhere', () => {
      for (let at = 2; at < whole.length; at += 2) {
        expect(transferred([whole.slice(0, at), whole.slice(at)])?.apdu?.toHex()).to.equal(whole);
      }
    });

    it('indefinite lengths, and octets behind the APDU', () => {
      expect(transferred(['a0800401410000'])?.apdu?.toHex()).to.equal('a0800401410000');
      expect(transferred([`${whole}0500`])?.apdu?.toHex()).to.equal(whole);
    });

    it('what is no BER: the octets are handed over, and no APDU', () => {
      const text = toHex(new TextEncoder().encode('root:x:0:0:root:/root:/bin/bash'));
      const event = transferred([text]);
      expect(event).to.include({ apdu: undefined, length: text.length / 2 });
      expect(event?.octets?.toHex()).to.equal(text);
    });

    it('more than is kept: counted', () => {
      expect(transferred([whole], 10)).to.include({ apdu: undefined, octets: undefined, length: whole.length / 2 });
    });

    it('PLEASE TOKENS without user data: the most urgent priority; with what is no RTTP: invalidParameter', () => {
      expect(feed(talking().initiator, tsdu('0203100101'))[0]).to.include({ priority: 0 });
      const { initiator } = talking();
      expect(feed(initiator, tsdu('0208100101c103040100'))[0]).to.include({ kind: 'rtPAbortIndication', reason: 1 });
    });

    it('user data on FINISH and DISCONNECT, which means nothing', () => {
      expect(feed(talking().responder, tsdu('0906110101c1016f'))[0]).to.include({ kind: 'rtCloseIndication' });
      const { initiator } = talking();
      initiator.close();
      expect(feed(initiator, tsdu('0a03c1016f'))[0]).to.include({ kind: 'rtCloseConfirm' });
    });

    it("an ABORT without AbortInformation, one that cannot be read, and the provider's", () => {
      expect(feed(talking().initiator, tsdu('1903110103'))[0]).to.include({ kind: 'rtUAbortIndication' });
      expect(feed(talking().initiator, tsdu('1907110103c1023105'))[0]).to.include({ kind: 'rtUAbortIndication' });
      const provider = { kind: 'rtPAbortIndication', layer: 'session', reason: 5 };
      expect(feed(talking().initiator, tsdu('1903110105'))[0]).to.include(provider);
    });

    it('an ABORT with the parameter that was wrong', () => {
      const [event] = feed(talking().initiator, tsdu(unit('19', '110103', unit('c1', '310780010181020140'))));
      expect(event).to.include({ kind: 'rtPAbortIndication', layer: 'rtse', reason: 1 });
    });

    it('refusals: by session with its reason, with PRefuse, and with what is none', () => {
      const refused = [unit('0c', '110101', '320181'), '0c0b1101013206023103800100', '0c0b11010132060230038a0101'];
      const told = refused.map((spdu) => {
        const pair = new Pair({ mode });
        pair.connect();
        pair.run(() => {});
        const [confirm] = feed(pair.initiator, tsdu(spdu));
        return confirm?.kind === 'rtOpenConfirm' && !confirm.accepted ? [confirm.refusedBy, confirm.reason] : [];
      });
      expect(told).to.deep.equal([
        ['session', 129],
        ['rtse', 0],
        ['rtse', undefined],
      ]);
    });

    it('an ACCEPT with references of its own, an empty selector, and a window above the one that was asked for', () => {
      const pair = new Pair({ mode });
      pair.connect({ windowSize: 2, checkpointSize: 2 });
      pair.run(() => {});
      pair.initiator.takeEvents();
      const pAccept = unit('31', 'a003800100', unit('a1', '800101', '81010a', 'a204a0020500'));
      const accept = unit('0e', unit('01', '09051403435349', '0c00'), ITEM, '14020249', '3400', unit('c1', pAccept));
      const [confirm] = feed(pair.initiator, tsdu(accept));
      expect(confirm).to.include({ kind: 'rtOpenConfirm', accepted: true, checkpointSize: 1, windowSize: 2 });
      expect(confirm?.kind === 'rtOpenConfirm' && confirm.userData?.toHex()).to.equal('0500');
    });

    it('an ACCEPT of normal mode, or none to read: invalidParameter', () => {
      for (const userData of ['3100', '3107a003800101a200', '0500']) {
        const pair = new Pair({ mode });
        pair.connect();
        pair.run(() => {});
        pair.initiator.takeOutput();
        const accept = unit('0e', ITEM, '14020249', unit('c1', userData));
        expect(feed(pair.initiator, tsdu(accept))[0]).to.include({ kind: 'rtPAbortIndication', reason: 1 });
        expect(tsdus(pair.initiator.takeOutput())).to.deep.equal(['190a110103c1053103800101']);
      }
    });

    it('data outside an activity: a protocol error of RTSE', () => {
      const { responder } = talking();
      expect(feed(responder, tsdu(`01000100${whole}`))[0]).to.include({ kind: 'rtPAbortIndication', reason: 4 });
      expect(tsdus(responder.takeOutput()).at(-1)).to.equal('190a110103c1053103800104');
    });
  });
}
