import { expect } from 'chai';
import fc from 'fast-check';
import { fromHex, Octets, toHex } from '../../../../harness/ber/octets.js';
import type { OpenRequest, OpenResponse } from '../../../../harness/stack/rtse/service.js';
import { bindArgument, bindError, bindResult } from '../association/support.js';
import { type PairOptions, RtsePair, spduNames, value } from './support.js';

function sizes(request: Partial<OpenRequest>, response: Partial<OpenResponse>) {
  const pair = new RtsePair().open(request, response);
  const { checkpointSize, windowSize } = pair.initiator.last('rtOpenConfirm') as {
    checkpointSize: number;
    windowSize: number;
  };
  return { pair, checkpointSize, windowSize };
}

/** Points that are out at once, at most, and octets between them, as the `sender` of 9 KB has it. */
function seen(pair: RtsePair, sender: 'initiator' | 'responder') {
  const receiver = pair[sender === 'initiator' ? 'responder' : 'initiator'];
  receiver.rtse.holdCheckpoints(true);
  pair[sender].rtse.transfer(value(9000));
  pair.run();
  return {
    points: receiver.of('checkpointIndication').length,
    slice: receiver.of('rtSegmentIndication')[0]?.octets.length,
  };
}

describe('checkpoint size and window, X.228 7.1.4, 7.1.5', () => {
  it('are what the responder answers, up to what was asked', () => {
    expect(sizes({ checkpointSize: 4, windowSize: 5 }, {})).to.include({ checkpointSize: 4, windowSize: 3 });
    expect(sizes({ checkpointSize: 4, windowSize: 5 }, { checkpointSize: 2, windowSize: 4 })).to.include({
      checkpointSize: 2,
      windowSize: 4,
    });
    expect(sizes({ checkpointSize: 4 }, { checkpointSize: 0 })).to.include({ checkpointSize: 0 });
    expect(sizes({ checkpointSize: 0 }, { checkpointSize: 7 })).to.include({ checkpointSize: 7, windowSize: 3 });
    expect(sizes({}, {})).to.include({ checkpointSize: 0, windowSize: 3 });
  });

  it('are not taken from an answer that has more than was asked', () => {
    expect(sizes({ checkpointSize: 4, windowSize: 2 }, { checkpointSize: 9, windowSize: 50 })).to.include({
      checkpointSize: 4,
      windowSize: 2,
    });
  });

  it('are not answered by more than was asked, by leaving the window out', () => {
    const { pair, windowSize } = sizes({ checkpointSize: 1, windowSize: 2 }, {});
    expect(windowSize).to.equal(2);
    // X.228 9: the default is 3.
    expect(pair.seen[1]).to.contain('810102');
  });

  it('hold for whichever side sends', () => {
    const asked = fc.record({
      checkpointSize: fc.integer({ min: 1, max: 4 }),
      windowSize: fc.integer({ min: 1, max: 10 }),
    });
    const answer = fc.record({
      checkpointSize: fc.integer({ min: 1, max: 4 }),
      windowSize: fc.integer({ min: 1, max: 10 }),
    });
    fc.assert(
      fc.property(asked, answer, fc.constantFrom('initiator' as const, 'responder' as const), (one, two, sender) => {
        const { pair, checkpointSize, windowSize } = sizes({ ...one, initialTurn: sender }, two);
        expect(checkpointSize).to.equal(Math.min(one.checkpointSize, two.checkpointSize));
        expect(windowSize).to.equal(Math.min(one.windowSize, two.windowSize));
        const inAll = Math.ceil(9000 / (checkpointSize * 1024)) - 1;
        expect(seen(pair, sender)).to.deep.equal({ points: Math.min(windowSize, inAll), slice: checkpointSize * 1024 });
      }),
      { numRuns: 60 },
    );
  });

  it('let a point through one by one where the window is 0', () => {
    expect(seen(sizes({ checkpointSize: 1, windowSize: 0 }, {}).pair, 'initiator').points).to.equal(1);
  });
});

describe('the turn, X.218 9.4, 9.5', () => {
  const opened = (request: Partial<OpenRequest> = {}, options: PairOptions = {}) => new RtsePair(options).open(request);

  it('is asked for with a priority, and given when its holder likes', () => {
    const pair = opened();
    const { initiator, responder } = pair;
    responder.rtse.turnPlease(7);
    pair.run();
    expect(initiator.last('rtTurnPleaseIndication').priority).to.equal(7);
    expect(initiator.rtse.hasTurn).to.equal(true);
    initiator.rtse.transfer(value(20));
    pair.run();
    responder.rtse.acceptTransfer();
    pair.run();
    initiator.rtse.turnGive();
    expect(initiator.rtse.hasTurn).to.equal(false);
    expect(() => initiator.rtse.transfer(value(20)))
      .to.throw()
      .with.property('code', 'ERR_PRIMITIVE_STATE');
    pair.run();
    expect(responder.last('rtTurnGiveIndication')).to.deep.equal({ kind: 'rtTurnGiveIndication' });
    responder.rtse.transfer(value(20));
    pair.run();
    expect(initiator.last('rtTransferIndication').length).to.equal(20);
  });

  it('is asked for at every moment of the other’s transfer, and never by who has it', () => {
    const pair = opened({ checkpointSize: 1, windowSize: 1 });
    const { initiator, responder } = pair;
    initiator.rtse.transfer(value(2000));
    expect(() => initiator.rtse.turnPlease(1)).to.throw('has the turn');
    let asked = 0;
    for (let n = 1; n <= 6; n += 1) {
      pair.deliver('initiator');
      responder.rtse.turnPlease(n);
      asked += 1;
      pair.deliverAll('responder');
    }
    expect(initiator.of('rtTurnPleaseIndication')).to.have.lengthOf(asked);
  });

  it('comes with the last token, however a peer gives them', () => {
    const pair = opened();
    const { initiator, responder } = pair;
    initiator.session.sTokenGive(0x01);
    pair.run();
    expect([responder.rtse.hasTurn, responder.of('rtTurnGiveIndication').length]).to.deep.equal([false, 0]);
    initiator.session.sTokenGive(0x14);
    pair.run();
    expect([responder.rtse.hasTurn, responder.of('rtTurnGiveIndication').length]).to.deep.equal([true, 1]);
    responder.rtse.transfer(value(20));
    pair.run();
    expect(initiator.last('rtTransferIndication').length).to.equal(20);
  });

  it('is not taken for given where single tokens come in the middle of a transfer', () => {
    const pair = opened({ checkpointSize: 1, windowSize: 1 });
    const { initiator, responder } = pair;
    initiator.rtse.transfer(value(3000));
    pair.deliver('initiator');
    responder.session.receive(Octets.of(fromHex('01 03 10 01 04')));
    responder.settle();
    expect([responder.rtse.state, responder.rtse.hasTurn]).to.deep.equal(['receiving', false]);
    expect(responder.of('rtTurnGiveIndication')).to.deep.equal([]);
  });
});

describe('a monologue, X.218 3.5.12', () => {
  it('is what holds where nothing is asked for, and in it the side of the initial turn alone sends', () => {
    for (const initialTurn of ['initiator', 'responder'] as const) {
      const pair = new RtsePair().open({ dialogueMode: undefined, initialTurn });
      expect(pair.responder.last('rtOpenIndication').dialogueMode).to.equal('monologue');
      const [one, two] =
        initialTurn === 'initiator' ? [pair.initiator, pair.responder] : [pair.responder, pair.initiator];
      one.rtse.transfer(value(20));
      pair.run();
      two.rtse.acceptTransfer();
      pair.run();
      // The turn itself may pass: the initiator needs it to release.
      one.rtse.turnGive();
      pair.run();
      expect(two.rtse.hasTurn).to.equal(true);
      expect(() => two.rtse.transfer(value(20)))
        .to.throw('monologue')
        .with.property('code', 'ERR_PRIMITIVE_STATE');
      expect(two.rtse.state).to.equal('associated');
    }
  });

  it('is not enforced on a peer: what it sends is taken', () => {
    const pair = new RtsePair().open({ dialogueMode: 'monologue' });
    pair.initiator.rtse.turnGive();
    pair.run();
    const { session } = pair.responder;
    session.sActivityStart(Uint8Array.of(2, 1, 1));
    session.sData(value(20));
    session.sActivityEnd();
    while (pair.deliver('responder'));
    expect(pair.initiator.last('rtTransferIndication').length).to.equal(20);
  });
});

describe('the recovery of an association, X.228 7.8', () => {
  const recover = {
    callingReference: fromHex('14 03 616263'),
    commonReference: fromHex('17 0d 3035313030313134343835325a'),
    additionalReference: fromHex('14 02 3031'),
  };

  for (const mode of ['normal', 'x410-1988'] as const) {
    it(`asks by the name of the lost session connection, and is answered by it, in mode ${mode}`, () => {
      const pair = new RtsePair({ mode }).open({ recover });
      const { recover: asked, userData } = pair.responder.last('rtOpenIndication');
      expect(asked).to.deep.equal(recover);
      expect(userData.length).to.equal(0);
      expect(pair.initiator.last('rtOpenConfirm')).to.include({ accepted: true });
      expect(pair.initiator.last('rtOpenConfirm').userData?.length).to.equal(0);
      const identifier = `a118${toHex(recover.callingReference)}${toHex(recover.commonReference)}80023031`;
      for (const tsdu of pair.seen.slice(0, 2)) expect(tsdu).to.contain(identifier);
      for (const bind of [bindArgument, bindResult]) expect(pair.seen.join()).to.not.contain(toHex(bind));
      expect(pair.states).to.deep.equal(['associated', 'associated']);
    });

    it(`is refused without a bind error, in mode ${mode} with ${mode === 'normal' ? 'no' : 'its'} reason`, () => {
      const pair = new RtsePair({ mode });
      pair.initiator.rtse.open({ userData: bindArgument, recover });
      pair.run();
      pair.responder.rtse.refuseOpen({ userData: bindError });
      pair.run();
      const confirm = pair.initiator.last('rtOpenConfirm');
      if (confirm.accepted) throw new Error('accepted');
      expect(confirm.refusedBy).to.equal('rtse');
      expect(confirm.reason).to.equal(mode === 'normal' ? undefined : 1);
      expect(confirm.userData).to.equal(undefined);
      expect(pair.seen.at(-1)).to.not.contain(toHex(bindError));
      expect(spduNames(pair.seen)).to.deep.equal(['> CN', '< RF']);
    });
  }

  it('is not an opening: an answer with a bind is an error', () => {
    const pair = new RtsePair({ mode: 'normal' });
    pair.initiator.rtse.open({ userData: bindArgument, recover });
    pair.run();
    const { profile, rtse } = pair.responder;
    const accept = profile.acceptAssociation.bind(profile);
    profile.acceptAssociation = (value) => accept({ ...value, recover: undefined });
    rtse.acceptOpen({ userData: bindResult });
    pair.run();
    expect(pair.initiator.kinds()).to.deep.equal(['rtPAbortIndication']);
    expect(pair.responder.last('rtPAbortIndication').reason).to.equal(1);
  });
});
