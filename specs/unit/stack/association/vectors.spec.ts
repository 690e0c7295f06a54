import { expect } from 'chai';
import { apdu, bindError, bindResult, Pair, tsdus } from './support.js';

const strip = (hex: string) => hex.replace(/\s+/g, '');

/** CP with three contexts, as the capture has it but for its indefinite lengths. */
const CONTEXTS = strip(`
  a433 300f020101 0604 52010001 3004 0602 5101
       300f020103 0604 5600020c 3004 0602 5101
       300f020105 0604 56000207 3004 0602 5101`);
const AARQ = strip(`
  6044 a106 0604 56000106
  be3a 2838 0602 5101 020103 a02f
  b02d 80013f a328 a026 b024 a122 80 13 706572636976616c2e736d68732e636f2e756b a10b 1609 657863616c69627572`);
const ACCEPT = strip(`
  317d a003 800101 a276
  a51b 3007 800100 81025101 3007 800100 81025101 3007 800100 81025101
  6157 3055 020101 a050
  614e a106 0604 56000106 a203 020100 a305 a103 020100
  be38 2836 0602 5101 020103 a02d
  b12b 80013f a226 a024 b122 a120 80 14 6775696e65766572652e736d68732e636f2e756b a108 1606 6d65726c696e`);
const REFERENCES = strip('0a0a 0408 506572636976616c 0b0f 170d 3035313030313134343835325a');

describe('the octets of an association in normal mode', () => {
  const open = { checkpointSize: 63 };

  it('has the CONNECT of a real MTA, in definite lengths and without the explicit default', () => {
    const pair = new Pair();
    pair.connect(open);
    const [connect] = tsdus(pair.run().sent.initiator);
    const cp = `31818ca003800101a28184${CONTEXTS}614d304b020101a046${AARQ}`;
    expect(connect).to.equal(strip(`0dbf 011d ${REFERENCES} 0509 130100 160102 1a0100 14020249 c18f ${cp}`));
  });

  it('has the ACCEPT of a real MTA: its references echoed, the CPA octet for octet', () => {
    const pair = new Pair();
    pair.connect(open);
    const [accept] = tsdus(pair.run().sent.responder);
    const references = REFERENCES.replace('0a0a', '090a');
    // Without the zero-length called selector that the capture has.
    expect(accept).to.equal(strip(`0eaf 011d ${references} 0509 130100 160102 1a0100 14020249 c17f ${ACCEPT}`));
  });

  it('refuses with RF, CPR, AARE, RTORJ and the bind error', () => {
    const pair = new Pair();
    pair.connect(open);
    pair.run((event, service) => {
      if (event.kind === 'rtOpenIndication') service.refuseOpen({ userData: bindError });
    });
    expect(tsdus(pair.sent.responder)).to.deep.equal([
      strip(`0c5a 110101 3255 02 3052 a51b 3007 800100 81025101 3007 800100 81025101 3007 800100 81025101
        6133 3031 020101 a02c 612a a106 0604 56000106 a203 020101 a305 a103 020101
        be14 2812 06025101 020103 a009 b207 a105 b203 020102`),
    ]);
  });

  it('aborts with AB, ARU, ABRT and RTAB', () => {
    const pair = new Pair();
    pair.connect(open);
    pair.run();
    pair.initiator.abort('userError');
    pair.run();
    expect(tsdus(pair.sent.initiator).at(-1)).to.equal(
      strip(`193b 110103 c136 a034 a012 3007 020101 06025101 3007 020103 06025101
        611e 301c 020101 a017 6415 800100 be10 280e 06025101 020103 a005 b603 800106`),
    );
  });

  it('transfers: AS, DT with the EXTERNAL in RTTR, MIP and MIA, AE and AEA', () => {
    const pair = new Pair();
    pair.connect({ checkpointSize: 1 });
    pair.run();
    pair.initiator.transfer(apdu(1100));
    pair.run();
    const [, start, first, minor, second, end] = tsdus(pair.sent.initiator);
    expect(start).to.equal('01002d052903020101');
    const wrapped = '0482 0400 2882045b 020105 a0820454 a0820450 0482044c';
    expect(first?.startsWith(strip(`0100 0100 6182040f 3082040b 020103 a0820404 ${wrapped}`))).to.equal(true);
    expect(minor).to.equal('010031032a0131');
    expect(second?.slice(0, 30)).to.equal(strip('0100 0100 6168 3066 020103 a061 045f'));
    expect(end).to.equal('010029032a0132');
    expect(tsdus(pair.sent.responder).slice(1)).to.deep.equal(['020032032a0131', '02002a032a0132']);
  });

  it('asks for the turn with PT, gives it with GTC and GTA, and releases with FN and DN', () => {
    const pair = new Pair();
    pair.connect({ dialogueMode: 'twa' });
    pair.run();
    pair.responder.turnPlease(2);
    pair.run();
    pair.initiator.turnGive();
    pair.run();
    pair.responder.turnGive();
    pair.run();
    pair.initiator.close();
    pair.run();
    expect(tsdus(pair.sent.responder).slice(1, 4)).to.deep.equal([
      strip('0211 100101 c10c 610a 3008 020103 a003 020102'),
      '1600',
      '1500',
    ]);
    expect(tsdus(pair.sent.initiator).slice(1)).to.deep.equal([
      '1500',
      '1600',
      strip('0913 110101 c10e 610c 300a 020101 a005 6203 800100'),
    ]);
    expect(tsdus(pair.sent.responder).at(-1)).to.equal(strip('0a10 c10e 610c 300a 020101 a005 6303 800100'));
  });

  it('reports an exception with ED, and discards with AD and ADA', () => {
    const pair = new Pair();
    pair.connect();
    pair.run();
    pair.initiator.transfer(apdu(5));
    pair.run((event, service) => {
      if (event.kind === 'rtTransferIndication') service.reportException('localUserError');
    });
    expect(tsdus(pair.sent.responder).slice(1)).to.deep.equal(['02003003320105', '02003a00']);
    expect(tsdus(pair.sent.initiator).at(-1)).to.equal('01003903320105');
  });

  it('answers a CONNECT in X.410 mode, which it does not speak, in the form of that mode', () => {
    const { responder } = new Pair();
    responder.connected(0);
    const connect = strip(`0d26 0509 130100 160101 1a0100 14020249 c115
      3113 a003 800100 a10c 800101 a304 a002 0500 84010c`);
    for (const tpdu of ['06e00000000100', `02f080${connect}`]) {
      const hex = `0300${(tpdu.length / 2 + 4).toString(16).padStart(4, '0')}${tpdu}`;
      responder.receive(Buffer.from(hex, 'hex'), 0);
    }
    expect(tsdus(responder.takeOutput())).to.deep.equal(['0c0b1101013206023103800102']);
    expect(responder.takeEvents().map(({ kind }) => kind)).to.deep.equal(['rtPAbortIndication']);
  });

  it('answers checkpoints and binds whatever the sizes', () => {
    const pair = new Pair();
    pair.connect({ checkpointSize: 10, windowSize: 5 });
    pair.run((event, service) => {
      if (event.kind === 'rtOpenIndication')
        service.acceptOpen({ userData: bindResult, checkpointSize: 1, windowSize: 2 });
    });
    expect(pair.events.initiator[0]).to.include({ checkpointSize: 1, windowSize: 2 });
  });
});
