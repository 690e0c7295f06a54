import { expect } from 'chai';
import fc from 'fast-check';
import type { SessionMachine } from '../../../../harness/stack/session/machine.js';
import { RECEIVED, REQUESTED, type RequestEvent, type SpduEvent } from '../../../../harness/stack/session/tables.js';
import { Pair } from './pair.js';

const DATA = Uint8Array.of(1, 2, 3);

/** What a user of reliable transfer may ask for; each only where the machine allows it. */
const REQUESTS: readonly [RequestEvent, (machine: SessionMachine) => void][] = [
  ['SDTreq', (machine) => machine.sData(DATA)],
  ['SSYNmreq', (machine) => void machine.sSyncMinor()],
  ['SACTSreq', (machine) => machine.sActivityStart(DATA)],
  ['SACTRreq', resume],
  ['SACTEreq', (machine) => void machine.sActivityEnd()],
  ['SACTErsp', (machine) => machine.sActivityEndResponse()],
  ['SACTIreq', (machine) => machine.sActivityInterrupt(5)],
  ['SACTIrsp', (machine) => machine.sActivityInterruptResponse()],
  ['SACTDreq', (machine) => machine.sActivityDiscard(5)],
  ['SACTDrsp', (machine) => machine.sActivityDiscardResponse()],
  ['SUERreq', (machine) => machine.sUExceptionReport(1)],
  ['SPTreq', (machine) => machine.sTokenPlease(DATA)],
  ['SCGreq', (machine) => machine.sControlGive()],
  ['SRELreq', (machine) => machine.sRelease()],
  ['SRELrsp', (machine) => machine.sReleaseResponse()],
  ['SUABreq', (machine) => machine.sUAbort()],
];

function resume(machine: SessionMachine): void {
  machine.sActivityResume({ activityIdentifier: DATA, linking: { activityIdentifier: DATA, serialNumber: 2 } });
}

/** Confirms the oldest open point, where the peer set one. */
function confirm(machine: SessionMachine): void {
  const serial = machine.variables.va;
  if (machine.allows('SSYNmrsp', { serial })) machine.sSyncMinorResponse(serial);
}

describe('session machine: any two users, any order of delivery', () => {
  it('never takes what a conforming peer sends for an error, and both sides end in one state', () => {
    const side = fc.constantFrom('i' as const, 'r' as const);
    // Releases and aborts end the run, so they are rare.
    const request = fc.oneof(
      { weight: 30, arbitrary: fc.nat(REQUESTS.length - 4) },
      { weight: 1, arbitrary: fc.integer({ min: REQUESTS.length - 3, max: REQUESTS.length - 1 }) },
    );
    const step = fc.tuple(fc.constantFrom('ask', 'ask', 'confirm', 'deliver', 'deliver', 'deliver'), side, request);
    const reached = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
        const pair = new Pair().open();
        for (const [action, who, which] of steps) {
          const [event, ask] = REQUESTS[which]!;
          if (action === 'deliver') pair.deliver(who);
          else if (action === 'confirm') confirm(pair[who]);
          else if (pair[who].allows(event, { tokens: 1, serial: 2 })) ask(pair[who]);
          for (const state of pair.states) reached.add(state);
        }
        pair.run();
        const errors = [...pair.events.i, ...pair.events.r].filter((event) => event.kind === 'sPAbortIndication');
        expect(errors, pair.seen.join('\n')).to.deep.equal([]);
        const { i, r } = pair;
        if (i.state === 'STA713' && r.state === 'STA713') {
          expect(i.variables.vact).to.equal(r.variables.vact);
          expect(i.variables.owned ^ r.variables.owned).to.equal(0x15);
          expect(i.variables.vm).to.equal(r.variables.vm);
        }
      }),
      { numRuns: 400, seed: 20 },
    );
    const states = [
      'STA03',
      'STA04B',
      'STA05B',
      'STA05C',
      'STA09',
      'STA10B',
      'STA11B',
      'STA11C',
      'STA18',
      'STA19',
      'STA20',
    ];
    expect([...reached]).to.include.members(states);
  });
});

describe('session state tables', () => {
  it('take AB in every state that has a connection, and let every user abort there', () => {
    const connected = Object.keys(REQUESTED).filter((state) => state !== 'STA01C') as (keyof typeof REQUESTED)[];
    for (const state of connected) {
      expect(RECEIVED[state]?.AB, state).to.not.equal(undefined);
      expect(REQUESTED[state]?.SUABreq, state).to.not.equal(undefined);
    }
  });

  it('answer GTC, GTA, DN and AA out of place with AB', () => {
    const octets: Partial<Record<SpduEvent, string>> = { GTC: '1500', GTA: '1600', DN: '0a00', AA: '1a00' };
    for (const [event, hex] of Object.entries(octets)) {
      const pair = new Pair().open();
      pair.r.sendTsdu(Uint8Array.from(Buffer.from(hex, 'hex')));
      pair.run();
      expect(pair.seen.at(-1), event).to.equal('> 1903110105');
    }
  });
});
