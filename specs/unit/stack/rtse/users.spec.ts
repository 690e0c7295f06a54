import { expect } from 'chai';
import fc from 'fast-check';
import type { RtseMachine } from '../../../../harness/stack/rtse/machine.js';
import { REQUESTED, type RtseRequest, type RtseState } from '../../../../harness/stack/rtse/tables.js';
import type { ActivityReason } from '../../../../harness/stack/rtse/terms.js';
import { MemoryTransferStore } from '../../../../harness/stack/rtse/transfer-store.js';
import { type Role, RtsePair, value } from './support.js';

const REASONS: readonly ActivityReason[] = [
  'unspecified',
  'sequenceError',
  'localUserError',
  'unrecoverableProcedureError',
  'demandDataToken',
];

/** What users may ask for at any time; `n` chooses among variants. */
const REQUESTS: Readonly<Partial<Record<RtseRequest, (rtse: RtseMachine, n: number) => void>>> = {
  transfer: (rtse, n) => rtse.transfer(value(100 + n * 997)),
  acceptTransfer: (rtse) => rtse.acceptTransfer(),
  reportException: (rtse, n) => rtse.reportException(REASONS[n % REASONS.length] as ActivityReason),
  interruptTransfer: (rtse) => rtse.interruptTransfer(),
  discardTransfer: (rtse) => rtse.discardTransfer(),
  turnPlease: (rtse, n) => rtse.turnPlease(n),
  turnGive: (rtse) => rtse.turnGive(),
  close: (rtse) => rtse.close(),
};
const NEEDS_TURN: readonly RtseRequest[] = ['transfer', 'turnGive', 'close'];

function allowed(pair: RtsePair, role: Role, request: RtseRequest): boolean {
  const { rtse } = pair[role];
  if (REQUESTED[rtse.state][request] === undefined) return false;
  if (request === 'close' && role === 'responder') return false;
  return request === 'turnPlease' ? !rtse.hasTurn : !NEEDS_TURN.includes(request) || rtse.hasTurn;
}

describe('two users of reliable transfer, in any order of requests and delivery', () => {
  it('are never told of an error, and both sides end in one state', () => {
    const reached = new Set<RtseState>();
    const role = fc.constantFrom<Role>('initiator', 'responder');
    const request = fc.oneof(
      {
        weight: 60,
        arbitrary: fc.constantFrom(...(Object.keys(REQUESTS) as RtseRequest[]).filter((r) => r !== 'close')),
      },
      { weight: 1, arbitrary: fc.constant<RtseRequest>('close') },
    );
    const step = fc.record({
      what: fc.constantFrom('ask' as const, 'deliver' as const, 'deliver' as const, 'hold' as const),
      role,
      request,
      n: fc.nat(6),
    });
    const sizes = fc.record({ checkpointSize: fc.nat(2), windowSize: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(sizes, fc.array(step, { maxLength: 150, size: 'max' }), ({ ...asked }, steps) => {
        const keep = { store: new MemoryTransferStore() };
        const pair = new RtsePair({ initiator: keep, responder: keep }).open(asked);
        for (const { what, role: who, request: which, n } of steps) {
          if (what === 'deliver') pair.deliver(who);
          else if (what === 'hold') pair[who].rtse.holdCheckpoints(n > 4);
          else if (allowed(pair, who, which)) REQUESTS[which]?.(pair[who].rtse, n);
          for (const state of pair.states) reached.add(state as RtseState);
        }
        for (const who of ['initiator', 'responder'] as const) pair[who].rtse.holdCheckpoints(false);
        pair.run();
        for (const who of ['initiator', 'responder'] as const) {
          expect(pair[who].of('rtPAbortIndication')).to.deep.equal([]);
          const { rtse, events } = pair[who];
          // Every transfer is confirmed once, but for the one that waits for the other's user.
          const begun = pair.seen.filter((tsdu) => /^. 01002d/.test(tsdu)).length;
          expect(events.filter(({ kind }) => kind === 'rtTransferConfirm').length).to.be.at.most(begun);
          expect(['associated', 'awaitEndConfirm', 'awaitTransferResponse', 'closed']).to.include(rtse.state);
        }
        const [one, two] = pair.states;
        const waiting = ['awaitEndConfirm', 'awaitTransferResponse'];
        if (one !== two) expect([one, two]).to.have.members(waiting);
        if (one === 'associated') expect(pair.initiator.rtse.hasTurn).to.not.equal(pair.responder.rtse.hasTurn);
      }),
      { numRuns: 250 },
    );
    // Eleven states are left when the opening is over and nobody aborts; chance need not lead to the rarest of them.
    expect(reached.size).to.be.at.least(9);
  });

  it('hold back a please until the peer has the turn', () => {
    const pair = new RtsePair().open();
    pair.initiator.rtse.turnGive();
    pair.initiator.rtse.turnPlease(5);
    pair.run();
    expect(pair.responder.kinds().slice(-2)).to.deep.equal(['rtTurnGiveIndication', 'rtTurnPleaseIndication']);
    expect(pair.seen.map((tsdu) => tsdu.slice(0, 6)).slice(-3)).to.deep.equal(['> 1500', '< 1600', '> 0208']);
  });
});
