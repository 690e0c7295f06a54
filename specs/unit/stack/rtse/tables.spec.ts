import { expect } from 'chai';
import { Octets } from '../../../../harness/ber/octets.js';
import type { SessionProvider } from '../../../../harness/stack/presentation/primitives.js';
import { RtseMachine } from '../../../../harness/stack/rtse/machine.js';
import type { ModeEvent, ModeProfile } from '../../../../harness/stack/rtse/mode.js';
import { RECEIVED, REQUESTED, type RtseRequest, type RtseState } from '../../../../harness/stack/rtse/tables.js';

type EventKind = ModeEvent['kind'];

const none = { userData: undefined };
const linking = {
  calledReference: undefined,
  callingReference: undefined,
  commonReference: undefined,
  additionalReference: undefined,
  activityIdentifier: Octets.of(Uint8Array.of(2, 1, 1)),
  serialNumber: 1,
};

/** One of each event; the type says that none is missing. */
const EVENTS: { readonly [Kind in EventKind]: Extract<ModeEvent, { kind: Kind }> } = {
  associateIndication: {
    kind: 'associateIndication',
    checkpointSize: 1,
    windowSize: 2,
    dialogueMode: 'twa',
    initialTurn: 'initiator',
    recover: undefined,
    userData: Octets.empty,
    functionalUnits: 0x0249,
  },
  associateConfirm: { kind: 'associateConfirm', checkpointSize: 1, windowSize: 2, userData: Octets.empty },
  associateRefused: { kind: 'associateRefused', refusedBy: 'rtse', reason: 1, ...none },
  dataIndication: { kind: 'dataIndication', slice: Octets.of(Uint8Array.of(1)) },
  turnPleaseIndication: { kind: 'turnPleaseIndication', priority: 1 },
  releaseIndication: { kind: 'releaseIndication' },
  releaseConfirm: { kind: 'releaseConfirm' },
  abortIndication: { kind: 'abortIndication', reason: 3, ...none },
  providerAbortIndication: { kind: 'providerAbortIndication', layer: 'session', reason: 1, message: 'lost' },
  invalidApdu: { kind: 'invalidApdu', message: 'no APDU' },
  sTokenGiveIndication: { kind: 'sTokenGiveIndication', tokens: 1, ...none },
  sControlGiveIndication: { kind: 'sControlGiveIndication', ...none },
  sControlGiven: { kind: 'sControlGiven' },
  sSyncMinorIndication: { kind: 'sSyncMinorIndication', serialNumber: 1, explicit: true, ...none },
  sSyncMinorConfirm: { kind: 'sSyncMinorConfirm', serialNumber: 1, ...none },
  sActivityStartIndication: {
    kind: 'sActivityStartIndication',
    activityIdentifier: Octets.of(Uint8Array.of(2, 1, 1)),
    ...none,
  },
  sActivityResumeIndication: {
    kind: 'sActivityResumeIndication',
    activityIdentifier: Octets.of(Uint8Array.of(2, 1, 2)),
    linking,
    serialNumber: 1,
    ...none,
  },
  sActivityEndIndication: { kind: 'sActivityEndIndication', serialNumber: 1, ...none },
  sActivityEndConfirm: { kind: 'sActivityEndConfirm', serialNumber: 1, ...none },
  sActivityInterruptIndication: { kind: 'sActivityInterruptIndication', reason: 5, ...none },
  sActivityInterruptConfirm: { kind: 'sActivityInterruptConfirm', ...none },
  sActivityDiscardIndication: { kind: 'sActivityDiscardIndication', reason: 5, ...none },
  sActivityDiscardConfirm: { kind: 'sActivityDiscardConfirm', ...none },
  sUExceptionReportIndication: { kind: 'sUExceptionReportIndication', reason: 0, ...none },
  sPExceptionReportIndication: { kind: 'sPExceptionReportIndication', reflect: undefined },
};

/** A machine whose session takes everything; `turn` says whether it has the tokens. */
class Bench {
  readonly asked: string[] = [];
  readonly rtse: RtseMachine;
  turn = true;
  #serial = 0;

  constructor(role: 'initiator' | 'responder') {
    const note =
      (name: string) =>
      (...values: readonly unknown[]) => {
        const [first] = values;
        this.asked.push(typeof first === 'number' ? `${name} ${first}` : name);
      };
    const session = new Proxy({} as SessionProvider, {
      get: (_, name: string) => {
        if (name !== 'sSyncMinor') return note(name);
        return () => {
          note(name)();
          this.#serial += 1;
          return this.#serial;
        };
      },
    });
    const mode: ModeProfile = {
      mode: 'normal',
      connection: undefined,
      associate: note('associate'),
      acceptAssociation: note('accept'),
      refuseAssociation: note('refuse'),
      wrap: (apdu) => apdu,
      unwrap: (octets) => octets,
      data: note('data'),
      turnPlease: note('turnPlease'),
      release: note('release'),
      releaseResponse: note('releaseResponse'),
      abort: ({ reason }) => note('abort')(reason),
      session: () => session,
      receive: () => [],
    };
    this.rtse = new RtseMachine(mode, { role, collectLimit: 1000, ownsTokens: () => this.turn });
  }

  receive(...kinds: readonly EventKind[]): this {
    for (const kind of kinds) this.rtse.receive(EVENTS[kind]);
    return this;
  }

  open(): this {
    this.rtse.open({ userData: new Uint8Array(2), dialogueMode: 'twa', checkpointSize: 1, windowSize: 1 });
    return this.receive('associateConfirm');
  }

  received(): this {
    this.turn = false;
    return this.open().receive('sActivityStartIndication');
  }

  sent(octets: number): this {
    this.open().rtse.transfer(new Uint8Array(octets));
    return this;
  }

  do(request: (rtse: RtseMachine) => void): this {
    request(this.rtse);
    return this;
  }
}

/** How each state is reached; the type says that none is missing. */
const STATES: { readonly [State in RtseState]: () => Bench } = {
  idle: () => new Bench('initiator'),
  awaitAssociateConfirm: () => new Bench('initiator').do((rtse) => rtse.open({ userData: new Uint8Array(2) })),
  awaitOpenResponse: () => new Bench('responder').receive('associateIndication'),
  associated: () => new Bench('initiator').open(),
  sending: () => new Bench('initiator').sent(5000),
  awaitEndConfirm: () => new Bench('initiator').sent(10),
  awaitInterruptConfirm: () => new Bench('initiator').sent(10).do((rtse) => rtse.interruptTransfer()),
  resuming: () => {
    const bench = new Bench('initiator').sent(5000).receive('sSyncMinorConfirm');
    bench.rtse.receive({ ...EVENTS.sUExceptionReportIndication, reason: 5 });
    return bench;
  },
  awaitDiscardConfirm: () => new Bench('initiator').sent(10).do((rtse) => rtse.discardTransfer()),
  receiving: () => new Bench('initiator').received(),
  awaitTransferResponse: () => new Bench('initiator').received().receive('sActivityEndIndication'),
  awaitAbandonment: () => new Bench('initiator').received().do((rtse) => rtse.reportException('unspecified')),
  awaitControlGiven: () => new Bench('initiator').open().do((rtse) => rtse.turnGive()),
  awaitReleaseConfirm: () => new Bench('initiator').open().do((rtse) => rtse.close()),
  closed: () => new Bench('initiator').open().do((rtse) => rtse.abort()),
};

const REQUESTS: { readonly [Request in RtseRequest]: (rtse: RtseMachine) => void } = {
  open: (rtse) => rtse.open({ userData: new Uint8Array(2) }),
  acceptOpen: (rtse) => rtse.acceptOpen({ userData: new Uint8Array(2) }),
  refuseOpen: (rtse) => rtse.refuseOpen({}),
  transfer: (rtse) => rtse.transfer(new Uint8Array(5000)),
  acceptTransfer: (rtse) => rtse.acceptTransfer(),
  reportException: (rtse) => rtse.reportException('unspecified'),
  interruptTransfer: (rtse) => rtse.interruptTransfer(),
  discardTransfer: (rtse) => rtse.discardTransfer(),
  turnPlease: (rtse) => rtse.turnPlease(1),
  turnGive: (rtse) => rtse.turnGive(),
  close: (rtse) => rtse.close(),
  abort: (rtse) => rtse.abort(),
};

/** What each valid pair has the machine ask for below; where a state is left by more than one way, the other tests have it. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  'associated sActivityResumeIndication': ['sUExceptionReport 6'],
  'associated sActivityInterruptIndication': ['sActivityInterruptResponse'],
  'associated sActivityDiscardIndication': ['sActivityDiscardResponse'],
  'associated releaseIndication': ['releaseResponse'],
  'sending sSyncMinorConfirm': ['sSyncMinor', 'data'],
  'sending sUExceptionReportIndication': ['sActivityDiscard 0'],
  'sending sPExceptionReportIndication': ['sActivityDiscard 0'],
  'awaitEndConfirm sUExceptionReportIndication': ['sActivityDiscard 0'],
  'awaitEndConfirm sPExceptionReportIndication': ['sActivityDiscard 0'],
  'resuming sActivityInterruptConfirm': ['sActivityResume', 'data', 'sSyncMinor', 'data'],
  'receiving sSyncMinorIndication': ['sSyncMinorResponse 1'],
  'receiving sActivityInterruptIndication': ['sActivityInterruptResponse'],
  'receiving sActivityDiscardIndication': ['sActivityDiscardResponse'],
  'awaitTransferResponse sActivityInterruptIndication': ['sActivityInterruptResponse'],
  'awaitTransferResponse sActivityDiscardIndication': ['sActivityDiscardResponse'],
  'awaitAbandonment sActivityInterruptIndication': ['sActivityInterruptResponse'],
  'awaitAbandonment sActivityDiscardIndication': ['sActivityDiscardResponse'],
};
/** Where the table's state is not the last word: nothing is kept here to be resumed. */
const ELSEWHERE: Readonly<Record<string, RtseState>> = {
  'associated sActivityResumeIndication': 'awaitAbandonment',
};

const states = Object.keys(STATES) as RtseState[];
const events = Object.keys(EVENTS) as EventKind[];
const requests = Object.keys(REQUESTS) as RtseRequest[];

describe('the state tables of reliable transfer', () => {
  it('have each state, reached by real events and requests', () => {
    for (const state of states) expect(STATES[state]().rtse.state).to.equal(state);
  });

  for (const state of states) {
    it(`${state}: takes the events of its row, and no other`, () => {
      for (const event of events) {
        const pair = `${state} ${event}`;
        const bench = STATES[state]();
        bench.turn = bench.rtse.transferring !== 'receiving' && event !== 'sActivityStartIndication';
        bench.asked.length = 0;
        bench.rtse.takeEvents();
        const next = RECEIVED[state][event];
        bench.receive(event);
        if (next !== undefined) {
          const expected = ELSEWHERE[pair] ?? next;
          expect(bench.rtse.state, pair).to.equal(expected);
          const asked = event === 'invalidApdu' ? ['abort 1'] : (ASKED[pair] ?? []);
          expect(bench.asked, pair).to.deep.equal(asked);
        } else if (state === 'closed') {
          expect([bench.rtse.state, bench.asked, bench.rtse.takeEvents()], pair).to.deep.equal(['closed', [], []]);
        } else {
          // X.228 7.6: RTAB, protocolError; the sender has its transfer back first.
          expect([bench.rtse.state, bench.asked], pair).to.deep.equal(['closed', ['abort 4']]);
          const told = bench.rtse.takeEvents().map(({ kind }) => kind);
          const sending = ['sending', 'awaitEndConfirm', 'awaitInterruptConfirm', 'resuming', 'awaitDiscardConfirm'];
          const confirm = sending.includes(state) ? ['rtTransferConfirm'] : [];
          expect(told, pair).to.deep.equal([...confirm, 'rtPAbortIndication']);
        }
      }
    });

    it(`${state}: takes the requests of its row, and refuses the others without a change`, () => {
      for (const request of requests) {
        const pair = `${state} ${request}`;
        const bench = STATES[state]();
        const receives = bench.rtse.transferring === 'receiving';
        bench.turn = !receives && request !== 'turnPlease';
        bench.asked.length = 0;
        const next = REQUESTED[state][request];
        if (next === undefined) {
          expect(() => REQUESTS[request](bench.rtse), pair)
            .to.throw()
            .with.property('code', 'ERR_PRIMITIVE_STATE');
          expect([bench.rtse.state, bench.asked], pair).to.deep.equal([state, []]);
        } else {
          REQUESTS[request](bench.rtse);
          expect(bench.rtse.state, pair).to.equal(next);
          // A please waits until the peer has confirmed that it has the turn.
          if (pair !== 'awaitControlGiven turnPlease') expect(bench.asked, pair).to.not.deep.equal([]);
        }
      }
    });
  }

  it('lead only to states that they have', () => {
    for (const table of [RECEIVED, REQUESTED]) {
      for (const row of Object.values(table)) for (const next of Object.values(row)) expect(states).to.include(next);
    }
  });

  it('lead back from every state to the end, by an abort of either side', () => {
    for (const state of states) {
      if (state === 'closed') continue;
      expect(RECEIVED[state].providerAbortIndication, state).to.equal('closed');
      if (state !== 'idle') expect(REQUESTED[state].abort, state).to.equal('closed');
    }
  });
});
