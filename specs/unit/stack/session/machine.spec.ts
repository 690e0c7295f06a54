import { expect } from 'chai';
import { fromHex, Octets, toHex } from '../../../../harness/ber/octets.js';
import { SessionError } from '../../../../harness/stack/session/error.js';
import { SessionMachine } from '../../../../harness/stack/session/machine.js';
import { Pair } from './pair.js';

const PLEASE = fromHex('020100');
const id = (number: number) => Uint8Array.of(2, 1, number);

describe('session machine: connection', () => {
  it('opens with references, selectors and user data', () => {
    const pair = new Pair();
    pair.i.sConnectRequest({
      callingReference: fromHex('040161'),
      commonReference: fromHex('170d3935303630313130303030305a'),
      calledSelector: fromHex('4d5441'),
      userData: fromHex('3180'),
    });
    pair.run();
    const indication = pair.last('r', 'sConnectIndication');
    expect(indication).to.include({ functionalUnits: 0x0249, versions: 2, tokenSetting: 0 });
    expect(indication.callingReference?.toHex()).to.equal('040161');
    expect(indication.calledSelector?.toHex()).to.equal('4d5441');
    expect(indication.userData?.toHex()).to.equal('3180');
    pair.r.sConnectAccept({ calledReference: fromHex('040161'), userData: fromHex('31') });
    pair.run();
    expect(pair.last('i', 'sConnectConfirm')).to.include({ version: 2, functionalUnits: 0x0249 });
    expect(pair.states).to.deep.equal(['STA713', 'STA713']);
    expect([pair.i.ownsAllTokens, pair.r.ownsAllTokens]).to.deep.equal([true, false]);
    expect(pair.anomalies).to.deep.equal([]);
  });

  it('gives the responder the turn where the token setting says so', () => {
    const pair = new Pair();
    pair.i.sConnectRequest({ tokenSetting: 0x15 });
    pair.run();
    pair.r.sConnectAccept();
    pair.run();
    expect([pair.i.ownsAllTokens, pair.r.ownsAllTokens]).to.deep.equal([false, true]);
  });

  it('answers 0x0249 to an offer of more', () => {
    const pair = new Pair({ functionalUnits: 0x0b49 });
    pair.i.sConnectRequest();
    pair.run();
    pair.r.sConnectAccept();
    pair.run();
    expect(pair.i.variables.units).to.equal(0x0249);
    expect(pair.r.variables.units).to.equal(0x0249);
  });

  it('takes the highest common version', () => {
    const pair = new Pair({ versions: 3 }, { versions: 1 });
    pair.i.sConnectRequest();
    pair.run();
    pair.r.sConnectAccept();
    pair.run();
    expect([pair.i.version, pair.r.version]).to.deep.equal([1, 1]);
  });

  it('refuses by itself where no version is common, X.225 8.3.5.10', () => {
    const pair = new Pair({ versions: 2 }, { versions: 1 });
    pair.i.sConnectRequest();
    pair.run();
    expect(pair.last('i', 'sConnectRefusal').reason).to.equal(132);
    expect(pair.kinds('r')).to.deep.equal([]);
    expect(pair.states).to.deep.equal(['STA01', 'STA16']);
  });

  it('refuses with reason 2 and user data in PI 50', () => {
    const pair = new Pair();
    pair.i.sConnectRequest();
    pair.run();
    pair.r.sConnectRefuse({ userData: fromHex('3103800102') });
    pair.run();
    expect(pair.seen.at(-1)).to.equal('< 0c0b1101013206023103800102');
    expect(pair.last('i', 'sConnectRefusal')).to.include({ reason: 2 });
    expect(pair.last('i', 'sConnectRefusal').userData?.toHex()).to.equal('3103800102');
    expect(pair.kinds('i').at(-1)).to.equal('tDisconnectRequest');
  });

  it('closes without an SPDU on anything but a CN', () => {
    const machine = new SessionMachine('responder');
    machine.receive(Octets.of(fromHex('1903110105')));
    expect(machine.takeOutput()).to.deep.equal([]);
    expect(machine.takeEvents()).to.deep.equal([{ kind: 'tDisconnectRequest' }]);
  });

  it('answers a second CN with AB 1903110105', () => {
    const pair = new Pair().open();
    pair.i.sendTsdu(fromHex('0d0f 0509 130100 160102 1a0100 14020249'));
    pair.run();
    expect(pair.seen.at(-1)).to.equal('< 1903110105');
    expect(pair.kinds('i')).to.deep.equal(['sPAbortIndication', 'tDisconnectRequest']);
  });
});

describe('session machine: transfer', () => {
  it('sends one activity octet for octet as p1-wire 2.1 has it', () => {
    const pair = new Pair().open();
    pair.i.sActivityStart(id(1));
    pair.i.sData(fromHex('aa'));
    expect(pair.i.sSyncMinor()).to.equal(1);
    pair.i.sData(fromHex('bb'));
    expect(pair.i.sSyncMinor()).to.equal(2);
    pair.i.sData(fromHex('cc'));
    pair.run();
    pair.r.sSyncMinorResponse(2);
    pair.run();
    expect(pair.i.sActivityEnd()).to.equal(3);
    pair.run();
    pair.r.sActivityEndResponse();
    pair.run();
    expect(pair.seen).to.deep.equal([
      '> 01002d052903020101',
      '> 01000100aa',
      '> 010031032a0131',
      '> 01000100bb',
      '> 010031032a0132',
      '> 01000100cc',
      '< 020032032a0132',
      '> 010029032a0133',
      '< 02002a032a0133',
    ]);
    expect(pair.kinds('r')).to.deep.equal([
      'sActivityStartIndication',
      'sDataIndication',
      'sSyncMinorIndication',
      'sDataIndication',
      'sSyncMinorIndication',
      'sDataIndication',
      'sActivityEndIndication',
    ]);
    expect(pair.kinds('i')).to.deep.equal(['sSyncMinorConfirm', 'sActivityEndConfirm']);
    expect(pair.i.variables).to.include({ vact: false, va: 4, vm: 4 });
    expect(pair.anomalies).to.deep.equal([]);
  });

  it('confirms open points with the end, and starts each activity at 1', () => {
    const pair = new Pair().open().start();
    pair.i.sSyncMinor();
    pair.i.sActivityEnd();
    pair.run();
    pair.r.sSyncMinorResponse(1, fromHex('aa'));
    pair.r.sActivityEndResponse();
    pair.run();
    expect(pair.last('i', 'sSyncMinorConfirm').userData?.toHex()).to.equal('aa');
    expect(pair.seen.at(-2)).to.equal('< 020032062a01312e01aa');
    pair.i.sActivityStart(id(2));
    expect(pair.i.sSyncMinor({ explicit: false })).to.equal(1);
    pair.run();
    expect(pair.last('r', 'sSyncMinorIndication')).to.include({ explicit: false, serialNumber: 1 });
  });

  it('goes on behind the last confirmed serial number of a resumed activity', () => {
    const pair = new Pair().open();
    pair.i.sActivityResume({ activityIdentifier: id(2), linking: { activityIdentifier: id(1), serialNumber: 4 } });
    expect(pair.i.sSyncMinor()).to.equal(5);
    pair.run();
    const indication = pair.last('r', 'sActivityResumeIndication');
    expect(indication.serialNumber).to.equal(4);
    expect(indication.linking.activityIdentifier?.toHex()).to.equal('020101');
    pair.r.sSyncMinorResponse(5);
    pair.run();
    expect(pair.last('i', 'sSyncMinorConfirm').serialNumber).to.equal(5);
  });

  it('asks for the turn and gives it', () => {
    const pair = new Pair().open();
    pair.r.sTokenPlease(PLEASE);
    pair.run();
    expect(pair.last('i', 'sTokenPleaseIndication').userData?.toHex()).to.equal('020100');
    pair.i.sControlGive();
    expect(pair.i.allows('SDTreq')).to.equal(false);
    pair.run();
    expect(pair.seen).to.deep.equal(['< 0208100101c103020100', '> 1500', '< 1600']);
    expect([pair.i.ownsAllTokens, pair.r.ownsAllTokens]).to.deep.equal([false, true]);
    expect(pair.kinds('i').at(-1)).to.equal('sControlGiven');
    pair.r.sActivityStart(id(1));
    pair.r.sSyncMinor();
    pair.run();
    pair.i.sSyncMinorResponse(1);
    pair.run();
    expect(pair.kinds('r')).to.deep.equal(['sControlGiveIndication', 'sSyncMinorConfirm']);
  });

  it('hands over single tokens, and processes the data before the tokens of its prefix', () => {
    const pair = new Pair().open().start();
    pair.i.sendTsdu(fromHex('0103100101 0100 aa'));
    pair.run();
    expect(pair.kinds('r')).to.deep.equal(['sDataIndication', 'sTokenGiveIndication']);
    expect(pair.r.allows('SDTreq')).to.equal(true);
    const other = new Pair().open();
    other.i.sTokenGive(0x15);
    other.run();
    expect(other.last('r', 'sTokenGiveIndication').tokens).to.equal(0x15);
    expect([other.i.ownsAllTokens, other.r.ownsAllTokens]).to.deep.equal([false, true]);
  });

  it('segments long user data in version 2 and joins it again', () => {
    const pair = new Pair().open();
    const userData = new Uint8Array(150_000).fill(0x61);
    pair.i.sUAbort(userData);
    pair.run();
    expect(pair.seen).to.have.lengthOf(3);
    expect(pair.last('r', 'sUAbortIndication').userData?.length).to.equal(150_000);
  });
});

describe('session machine: release and abort', () => {
  it('releases; who sent FN closes, who sent DN waits for it', () => {
    const pair = new Pair({}, { closeTimeout: 1000 }).open();
    pair.i.sRelease(fromHex('61'));
    pair.run();
    expect(pair.last('r', 'sReleaseIndication').userData?.toHex()).to.equal('61');
    pair.r.advance(5000);
    pair.r.sReleaseResponse(fromHex('62'));
    pair.run();
    expect(pair.seen).to.deep.equal(['> 0906110101c10161', '< 0a03c10162']);
    expect(pair.kinds('i')).to.deep.equal(['sReleaseConfirm', 'tDisconnectRequest']);
    expect(pair.states).to.deep.equal(['STA01', 'STA16']);
    expect(pair.r.nextDeadline).to.equal(6000);
    pair.r.advance(5999);
    expect(pair.r.takeEvents()).to.deep.equal([]);
    pair.r.advance(6000);
    expect(pair.r.takeEvents()).to.deep.equal([{ kind: 'tDisconnectRequest' }]);
    expect(pair.r.nextDeadline).to.equal(undefined);
  });

  it('aborts with user data from any state, and the peer closes', () => {
    const pair = new Pair().open().start();
    pair.r.sUAbort(fromHex('3103800104'));
    pair.run();
    expect(pair.seen).to.deep.equal(['< 190a110103c1053103800104']);
    expect(pair.last('i', 'sUAbortIndication').userData?.toHex()).to.equal('3103800104');
    expect(pair.states).to.deep.equal(['STA01', 'STA16']);
    pair.r.tDisconnectIndication();
    expect(pair.r.takeEvents()).to.deep.equal([]);
  });

  it('lets crossing aborts pass', () => {
    const pair = new Pair().open();
    pair.i.sUAbort();
    pair.r.sUAbort();
    pair.run();
    expect(pair.states).to.deep.equal(['STA01', 'STA01']);
    expect(pair.kinds('i')).to.deep.equal(['tDisconnectRequest']);
  });

  it('reports a lost transport connection', () => {
    const pair = new Pair().open();
    pair.i.tDisconnectIndication();
    expect(pair.i.takeEvents()[0]).to.include({ kind: 'sPAbortIndication', local: true });
    expect(pair.i.state).to.equal('STA01');
  });
});

describe('session machine: exceptions, interrupt, discard', () => {
  it('interrupts an activity: all tokens stay with the sender', () => {
    const pair = new Pair().open().start();
    pair.i.sActivityInterrupt(5);
    pair.run();
    pair.r.sActivityInterruptResponse();
    pair.run();
    expect(pair.seen).to.deep.equal(['> 01001903320105', '< 02001a00']);
    expect(pair.last('r', 'sActivityInterruptIndication').reason).to.equal(5);
    expect(pair.states).to.deep.equal(['STA713', 'STA713']);
    expect(pair.i).to.have.property('ownsAllTokens', true);
    expect(pair.i.variables.vact || pair.r.variables.vact).to.equal(false);
  });

  it('discards an activity after an exception that the receiver reports', () => {
    const pair = new Pair().open().start();
    pair.i.sData(fromHex('aa'));
    pair.i.sSyncMinor();
    pair.run();
    pair.r.sUExceptionReport(1);
    // What is under way is discarded; the point is counted.
    pair.i.sData(fromHex('bb'));
    pair.i.sSyncMinor();
    pair.run();
    expect(pair.states).to.deep.equal(['STA20', 'STA19']);
    expect(pair.r.variables.vm).to.equal(3);
    expect(pair.last('i', 'sUExceptionReportIndication').reason).to.equal(1);
    pair.i.sActivityDiscard(5);
    pair.run();
    pair.r.sActivityDiscardResponse();
    pair.run();
    expect(pair.seen.slice(-2)).to.deep.equal(['> 01003903320105', '< 02003a00']);
    expect(pair.states).to.deep.equal(['STA713', 'STA713']);
    expect(pair.anomalies).to.deep.equal([]);
  });

  it('refuses an end with an exception', () => {
    const pair = new Pair().open().start();
    pair.i.sActivityEnd();
    pair.run();
    pair.r.sUExceptionReport(6);
    pair.run();
    expect(pair.states).to.deep.equal(['STA20', 'STA19']);
    pair.i.sActivityInterrupt(6);
    pair.run();
    expect(pair.states).to.deep.equal(['STA05B', 'STA11B']);
  });

  it('lets an exception cross the end, which is counted', () => {
    const pair = new Pair().open().start();
    pair.r.sUExceptionReport(1);
    pair.i.sActivityEnd();
    pair.run();
    expect(pair.states).to.deep.equal(['STA20', 'STA19']);
    expect(pair.kinds('r')).to.deep.equal([]);
  });

  it('drops an exception and a confirmation that cross an interrupt', () => {
    const pair = new Pair().open().start();
    pair.i.sSyncMinor();
    pair.run();
    pair.r.sSyncMinorResponse(1);
    pair.r.sUExceptionReport(1);
    pair.i.sActivityInterrupt(5);
    pair.run();
    expect(pair.kinds('i')).to.deep.equal([]);
    expect(pair.states).to.deep.equal(['STA05B', 'STA11B']);
    pair.r.sActivityInterruptResponse();
    pair.run();
    expect(pair.kinds('i')).to.deep.equal(['sActivityInterruptConfirm']);
  });

  it('takes a please that crosses the end or the turn', () => {
    const pair = new Pair().open().start();
    pair.i.sActivityEnd();
    pair.r.sTokenPlease(PLEASE);
    pair.run();
    pair.r.sActivityEndResponse();
    pair.run();
    expect(pair.kinds('i')).to.deep.equal(['sTokenPleaseIndication', 'sActivityEndConfirm']);
    pair.i.sControlGive();
    pair.r.sTokenPlease(PLEASE);
    pair.run();
    expect(pair.kinds('i').slice(-2)).to.deep.equal(['sTokenPleaseIndication', 'sControlGiven']);
    expect(pair.r.ownsAllTokens).to.equal(true);
  });

  it('returns to the transfer where the data token is given after an exception', () => {
    const pair = new Pair().open().start();
    pair.r.sUExceptionReport(128);
    pair.run();
    pair.i.sTokenGive(1);
    pair.run();
    expect(pair.states).to.deep.equal(['STA713', 'STA713']);
    expect(pair.r.allows('SDTreq')).to.equal(true);
  });
});

describe('session machine: errors', () => {
  for (const [what, hex] of [
    ['data without the token', '0100 0100 aa'],
    ['an activity without the tokens', '0100 2d052903020101'],
    ['a confirmation of nothing', '0200 32032a0131'],
    ['a foreign concatenation', '0100 0a00'],
    ['octets behind the SPDU', '0a00aa'],
    ['no SPDU', '0dff'],
    ['an unknown SPDU', '6300'],
    ['a release without the tokens', '0903110101'],
    ['a token that is not there', '0103100101'],
  ] as const) {
    it(`answers ${what} with AB 1903110105`, () => {
      const pair = new Pair().open();
      pair.r.sendTsdu(fromHex(hex));
      pair.run();
      expect(pair.seen.at(-1)).to.equal('> 1903110105');
      expect(pair.last('i', 'sPAbortIndication')).to.include({ local: true, transportDisconnect: 5 });
      expect(pair.i.state).to.equal('STA16');
      expect(pair.last('r', 'sPAbortIndication')).to.include({ local: false, transportDisconnect: 5 });
    });
  }

  it('answers a start inside an activity, and a wrong serial number, the same way', () => {
    for (const hex of ['0100 2d052903020101', '0100 31032a0132', '0100 29032a0139']) {
      const pair = new Pair().open().start();
      pair.i.sendTsdu(fromHex(hex));
      pair.run();
      expect(pair.seen.at(-1)).to.equal('< 1903110105');
    }
  });

  it('refuses a lower confirmation after a higher one', () => {
    const pair = new Pair().open().start();
    for (let point = 0; point < 3; point++) pair.i.sSyncMinor();
    pair.run();
    pair.r.sSyncMinorResponse(2);
    pair.run();
    pair.r.sendTsdu(fromHex('0200 32032a0131'));
    pair.run();
    expect(pair.seen.at(-1)).to.equal('> 1903110105');
  });

  it('ignores unknown parameters', () => {
    const pair = new Pair().open();
    pair.i.sendTsdu(fromHex('0100 2d0a 2903020101 63034d5358'));
    pair.run();
    expect(pair.kinds('r')).to.deep.equal(['sActivityStartIndication']);
  });

  it('ignores everything but AA, AB and CN while it waits to close', () => {
    const pair = new Pair().open();
    pair.i.sUAbort();
    for (const hex of ['0100 0100 aa', '0dff', '1500']) pair.i.receive(Octets.of(fromHex(hex)));
    expect(pair.i.state).to.equal('STA16');
    expect(pair.i.takeEvents()).to.deep.equal([]);
    pair.i.receive(Octets.of(fromHex('1a00')));
    expect(pair.i.takeEvents()).to.deep.equal([{ kind: 'tDisconnectRequest' }]);
  });

  it('tells the caller of a request that the state does not have, and changes nothing', () => {
    const pair = new Pair().open();
    const wrong = [
      () => pair.r.sData(Uint8Array.of(1)),
      () => pair.r.sActivityStart(id(1)),
      () => pair.r.sRelease(),
      () => pair.r.sControlGive(),
      () => pair.i.sSyncMinor(),
      () => pair.i.sActivityEnd(),
      () => pair.i.sActivityEndResponse(),
      () => pair.r.sUExceptionReport(1),
      () => pair.i.sConnectRequest(),
      () => pair.i.sSyncMinorResponse(1),
    ];
    for (const call of wrong) expect(call).to.throw(SessionError).with.property('code', 'ERR_SESSION_STATE');
    expect(pair.collect().wire).to.deep.equal({ i: [], r: [] });
    expect(pair.states).to.deep.equal(['STA713', 'STA713']);
  });

  it('keeps the limits of version 1 unless it is told not to', () => {
    const pair = new Pair({ versions: 1 }, { versions: 1 }).open();
    expect(() => pair.i.sUAbort(new Uint8Array(10)))
      .to.throw(SessionError)
      .with.property('code', 'ERR_SESSION_PARAMETER');
    const loose = new Pair({ versions: 1, enforceLimits: false }, { versions: 1 }).open();
    loose.i.sActivityStart(id(1), new Uint8Array(513));
    loose.run();
    expect(loose.seen.at(-1)).to.equal('< 1903110105');
  });

  it('sends deviations on request', () => {
    const deviations = {
      'ACTIVITY START': { extraParameters: [{ code: 0x63, value: fromHex('4d5358') }] },
      FINISH: { override: new Map([[17, undefined]]) },
    };
    const pair = new Pair({ deviations }).open();
    pair.i.sActivityStart(id(1));
    expect(pair.i.takeOutput().map(toHex)).to.deep.equal(['01002d0a290302010163034d5358']);
  });
});
