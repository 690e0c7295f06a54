import { expect } from 'chai';
import fc from 'fast-check';
import { toHex } from '../../../../harness/ber/octets.js';
import type { Resumption } from '../../../../harness/stack/rtse/recovery.js';
import type { ActivityReason } from '../../../../harness/stack/rtse/terms.js';
import { MemoryTransferStore } from '../../../../harness/stack/rtse/transfer-store.js';
import { type Role, RtsePair, value } from './support.js';

type Fault =
  | { readonly kind: 'deliver'; readonly from: Role; readonly count: number }
  | { readonly kind: 'exception'; readonly reason: ActivityReason }
  | { readonly kind: 'hold'; readonly hold: boolean }
  | { readonly kind: 'accept' | 'interrupt' | 'discard' | 'lose' | 'turn' };

interface Sizes {
  readonly checkpointSize: number;
  readonly windowSize: number;
  readonly lower: number;
}

/** Two users that want messages over, whatever happens: one sends again what is handed back, the other takes what comes. */
class Users {
  readonly received: string[] = [];
  readonly #store = new MemoryTransferStore();
  readonly #messages: readonly Uint8Array[];
  readonly #sizes: readonly Sizes[];
  readonly #sender: Role;
  readonly #receiver: Role;
  #pair!: RtsePair;
  #connections = 0;
  #next = 0;
  #sending = false;
  #resumption: Resumption | undefined;
  #seen: Record<Role, number> = { initiator: 0, responder: 0 };
  #indicated: string | undefined;
  resumed = 0;

  constructor(messages: readonly Uint8Array[], sizes: readonly Sizes[], sender: Role) {
    this.#messages = messages;
    this.#sizes = sizes;
    this.#sender = sender;
    this.#receiver = sender === 'initiator' ? 'responder' : 'initiator';
    this.#open();
  }

  get done(): boolean {
    return this.#next >= this.#messages.length;
  }

  do(fault: Fault): void {
    const [from, to] = [this.#pair[this.#sender].rtse, this.#pair[this.#receiver].rtse];
    switch (fault.kind) {
      case 'deliver':
        for (let i = 0; i < fault.count; i += 1) this.#pair.deliver(fault.from);
        break;
      case 'exception':
        if (to.state === 'receiving' || to.state === 'awaitTransferResponse') to.reportException(fault.reason);
        break;
      case 'hold':
        to.holdCheckpoints(fault.hold);
        break;
      case 'accept':
        this.#accept();
        break;
      case 'interrupt':
        if (from.state === 'sending' || from.state === 'awaitEndConfirm') from.interruptTransfer();
        break;
      case 'discard':
        if (from.state === 'sending' || from.state === 'awaitEndConfirm') from.timeout();
        break;
      case 'lose':
        this.#pair.lose();
        break;
      case 'turn':
        if (to.state === 'receiving' || to.state === 'associated') to.turnPlease(3);
        break;
    }
    this.#look();
  }

  /** No more faults: every queue drains. */
  finish(): void {
    for (let i = 0; i < 200 && !this.done; i += 1) {
      this.do({ kind: 'hold', hold: false });
      this.#pair.run();
      this.#look();
      this.#accept();
    }
  }

  #accept(): void {
    const { rtse } = this.#pair[this.#receiver];
    if (this.#indicated === undefined || rtse.state !== 'awaitTransferResponse') return;
    this.received.push(this.#indicated);
    this.#indicated = undefined;
    rtse.acceptTransfer();
  }

  #open(): void {
    const { checkpointSize, windowSize, lower } = this.#sizes[this.#connections % this.#sizes.length] as Sizes;
    const keep = { store: this.#store };
    const second = this.#connections;
    this.#pair = new RtsePair({ second, initiator: keep, responder: keep });
    this.#connections += 1;
    const recover = this.#resumption?.connection;
    const request = { checkpointSize, windowSize, recover, initialTurn: this.#sender };
    this.#pair.open(request, { checkpointSize: Math.max(0, checkpointSize - lower) });
    this.#seen = { initiator: 0, responder: 0 };
    this.#sending = false;
    this.#look();
  }

  /** What users do about events. */
  #look(): void {
    this.#pair.collect();
    for (const role of ['initiator', 'responder'] as const) {
      const { events } = this.#pair[role];
      for (const event of events.slice(this.#seen[role])) {
        if (event.kind === 'rtTransferConfirm') {
          this.#sending = false;
          this.#resumption = event.resumption;
          if (event.secured) this.#next += 1;
        }
        if (event.kind === 'rtTransferIndication') this.#indicated = event.apdu?.toHex();
        if (event.kind === 'transferAbandoned') this.#indicated = undefined;
        if (event.kind === 'rtTransferStart' && event.resumedAt !== undefined) this.resumed += 1;
      }
      this.#seen[role] = events.length;
    }
    const { rtse } = this.#pair[this.#sender];
    if (rtse.state === 'closed' || this.#pair[this.#receiver].rtse.state === 'closed') {
      this.#pair.lose();
      this.#indicated = undefined;
      this.#opened();
      return;
    }
    const message = this.#messages[this.#next];
    if (this.#sending || message === undefined || rtse.state !== 'associated' || !rtse.hasTurn) return;
    this.#sending = true;
    rtse.transfer(message, { resume: this.#resumption });
    this.#pair.collect();
  }

  /** The confirm of a transfer that was lost comes with the end of its association. */
  #opened(): void {
    for (const event of this.#pair[this.#sender].events.slice(this.#seen[this.#sender])) {
      if (event.kind !== 'rtTransferConfirm') continue;
      this.#resumption = event.resumption;
      if (event.secured) this.#next += 1;
    }
    this.#open();
  }
}

const role = fc.constantFrom<Role>('initiator', 'responder');
// Not sequence errors: a receiver that says of what it has not got that it has it makes a sender lose it.
const reason = fc.constantFrom<ActivityReason>(
  'unspecified',
  'receivingAbilityJeopardized',
  'localUserError',
  'unrecoverableProcedureError',
);
const fault: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({ kind: fc.constant('deliver' as const), from: role, count: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('accept' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('exception' as const), reason }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hold' as const), hold: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('interrupt' as const, 'discard', 'lose', 'lose', 'turn') }),
  },
);
const sizes: fc.Arbitrary<Sizes> = fc.record({
  checkpointSize: fc.constantFrom(0, 1, 1, 2, 4),
  windowSize: fc.integer({ min: 1, max: 10 }),
  lower: fc.integer({ min: 0, max: 2 }),
});

describe('messages between two that keep what they have', () => {
  it('come over exactly once, whatever is interrupted, discarded, refused and lost between', () => {
    let resumed = 0;
    const plans = fc.record({
      octets: fc.array(fc.integer({ min: 20, max: 40_000 }), { minLength: 1, maxLength: 4 }),
      faults: fc.array(fault, { maxLength: 120, size: 'max' }),
      sizes: fc.array(sizes, { minLength: 1, maxLength: 4 }),
      sender: role,
    });
    fc.assert(
      fc.property(plans, ({ octets, faults, sizes, sender }) => {
        const messages = octets.map((length, seed) => value(length, seed + 1));
        const users = new Users(messages, sizes, sender);
        for (const each of faults) users.do(each);
        users.finish();
        expect(users.done).to.equal(true);
        expect(users.received).to.deep.equal(messages.map(toHex));
        resumed += users.resumed;
      }),
      { numRuns: 150 },
    );
    // The plans are such that much of it was resumed.
    expect(resumed).to.be.greaterThan(20);
  });
});
