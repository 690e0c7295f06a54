import { expect } from 'chai';
import { Octets } from '../../../../harness/ber/octets.js';
import type { SessionProvider } from '../../../../harness/stack/presentation/primitives.js';
import { RtseMachine } from '../../../../harness/stack/rtse/machine.js';
import type { ModeEvent, ModeProfile } from '../../../../harness/stack/rtse/mode.js';
import { RECEIVED, REQUESTED } from '../../../../harness/stack/rtse/tables.js';

/** A mode that only writes down what it is asked for. */
function recorder() {
  const asked: string[] = [];
  const note =
    (name: string) =>
    (...values: readonly unknown[]) => {
      asked.push(
        [name, ...values.map((value) => (value instanceof Uint8Array ? value.length : value))].join(' ').trim(),
      );
    };
  let serial = 0;
  const session = new Proxy({} as SessionProvider, {
    get: (_, name: string) =>
      name === 'sSyncMinor'
        ? () => {
            note(name)();
            return ++serial;
          }
        : note(name),
  });
  const mode: ModeProfile = {
    mode: 'normal',
    connection: undefined,
    associate: () => note('associate')(),
    acceptAssociation: () => note('accept')(),
    refuseAssociation: () => note('refuse')(),
    wrap: (apdu) => apdu,
    unwrap: (octets) => octets,
    data: (slice) => note('data')(slice),
    turnPlease: (priority) => note('turnPlease')(priority),
    release: () => note('release')(),
    releaseResponse: () => note('releaseResponse')(),
    abort: ({ reason }) => note('abort')(reason),
    session: () => session,
    receive: () => [],
  };
  return { asked, mode };
}

function machine(role: 'initiator' | 'responder' = 'initiator', turn = true) {
  const { asked, mode } = recorder();
  const rtse = new RtseMachine(mode, { role, collectLimit: 1000, ownsTokens: () => turn });
  return { rtse, asked };
}

function opened(turn = true) {
  const { rtse, asked } = machine('initiator', turn);
  rtse.open({ userData: new Uint8Array(2), checkpointSize: 1, windowSize: 2 });
  rtse.receive({ kind: 'associateConfirm', checkpointSize: 1, windowSize: 3, userData: Octets.empty });
  asked.length = 0;
  rtse.takeEvents();
  return { rtse, asked };
}

const plain = (kind: string, more: object = {}) => ({ kind, userData: undefined, ...more }) as ModeEvent;

describe('the reliable transfer protocol machine, X.228 7', () => {
  it('keeps to the smaller sizes of request and response', () => {
    const { rtse } = machine();
    rtse.open({ userData: new Uint8Array(2), checkpointSize: 4, windowSize: 2 });
    rtse.receive({ kind: 'associateConfirm', checkpointSize: 9, windowSize: 5, userData: Octets.empty });
    expect(rtse.takeEvents()[0]).to.include({ checkpointSize: 4, windowSize: 2 });
  });

  it('leaves the checkpoint size to the responder with 0', () => {
    const { rtse } = machine();
    rtse.open({ userData: new Uint8Array(2) });
    rtse.receive({ kind: 'associateConfirm', checkpointSize: 9, windowSize: 3, userData: Octets.empty });
    expect(rtse.takeEvents()[0]).to.include({ checkpointSize: 9, windowSize: 3 });
  });

  it('waits at a full window, and goes on when a checkpoint is confirmed', () => {
    const { rtse, asked } = opened();
    rtse.transfer(new Uint8Array(4096));
    expect(asked).to.deep.equal([
      'sActivityStart 3',
      'data 1024',
      'sSyncMinor',
      'data 1024',
      'sSyncMinor',
      'data 1024',
    ]);
    expect(rtse.awaiting?.timer).to.equal('transfer');
    asked.length = 0;
    rtse.receive(plain('sSyncMinorConfirm', { serialNumber: 1 }));
    expect(asked).to.deep.equal(['sSyncMinor', 'data 1024', 'sActivityEnd']);
    expect(rtse.state).to.equal('awaitEndConfirm');
    rtse.receive(plain('sActivityEndConfirm', { serialNumber: 4 }));
    expect(rtse.takeEvents().at(-1)).to.deep.equal({ kind: 'rtTransferConfirm', secured: true });
  });

  it('names an exception reason that no table has as unspecified in its discard', () => {
    const { rtse, asked } = opened();
    rtse.transfer(new Uint8Array(10));
    rtse.receive(plain('sUExceptionReportIndication', { reason: 77 }));
    expect(asked.at(-1)).to.equal('sActivityDiscard 0');
    rtse.receive(plain('sActivityDiscardConfirm'));
    expect(rtse.takeEvents().map(({ kind }) => kind)).to.deep.equal(['exceptionIndication', 'rtTransferConfirm']);
  });

  it('aborts on every event that a state does not have: RTAB protocolError', () => {
    const { rtse, asked } = opened();
    rtse.receive(plain('dataIndication', { slice: Octets.empty }));
    expect([rtse.state, asked]).to.deep.equal(['closed', ['abort 4']]);
    expect(rtse.takeEvents()).to.have.lengthOf(1);
    rtse.receive(plain('dataIndication', { slice: Octets.empty }));
    expect(asked).to.have.lengthOf(1);
  });

  it('needs the turn to transfer, to give it and to close; to ask for it, not', () => {
    const { rtse, asked } = opened(false);
    for (const request of [() => rtse.transfer(new Uint8Array(1)), () => rtse.turnGive(), () => rtse.close()]) {
      expect(request).to.throw().with.property('code', 'ERR_PRIMITIVE_STATE');
    }
    rtse.turnPlease(3);
    expect(asked).to.deep.equal(['turnPlease 3']);
    expect(() => opened().rtse.turnPlease(3)).to.throw();
  });

  it('is closed by the initiator alone', () => {
    const { rtse } = machine('responder');
    rtse.receive({
      kind: 'associateIndication',
      checkpointSize: 0,
      windowSize: 3,
      dialogueMode: 'twa',
      initialTurn: 'responder',
      recover: undefined,
      userData: Octets.empty,
      functionalUnits: 0x0249,
    });
    rtse.acceptOpen({ userData: new Uint8Array(2) });
    expect(() => rtse.close()).to.throw('responder');
  });

  it('has only states that its tables have', () => {
    const states = new Set(Object.keys(RECEIVED));
    for (const table of [RECEIVED, REQUESTED]) {
      for (const row of Object.values(table)) for (const next of Object.values(row)) expect(states).to.include(next);
    }
  });
});
