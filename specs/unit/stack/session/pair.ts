import { Octets, toHex } from '../../../../harness/ber/octets.js';
import { SessionMachine, type SessionOptions } from '../../../../harness/stack/session/machine.js';
import { SessionObserver } from '../../../../harness/stack/session/observer.js';
import type { SessionEvent, SessionEventKind } from '../../../../harness/stack/session/primitives.js';
import type { SessionState } from '../../../../harness/stack/session/tables.js';

type Side = 'i' | 'r';

/** Two session machines with a wire between them. TSDUs wait on the wire until `run` or `deliver`. */
export class Pair {
  readonly i: SessionMachine;
  readonly r: SessionMachine;
  readonly wire: Record<Side, Uint8Array[]> = { i: [], r: [] };
  readonly events: Record<Side, SessionEvent[]> = { i: [], r: [] };
  /** Everything that was delivered, `> hex` from the initiator. */
  readonly seen: string[] = [];
  readonly observer = new SessionObserver();
  readonly anomalies: string[] = [];

  constructor(initiator: SessionOptions = {}, responder: SessionOptions = {}) {
    this.i = new SessionMachine('initiator', initiator);
    this.r = new SessionMachine('responder', responder);
  }

  /** Puts on the wire what the machines have to send. */
  collect(): this {
    this.wire.i.push(...this.i.takeOutput());
    this.wire.r.push(...this.r.takeOutput());
    return this;
  }

  /** Delivers one TSDU that `from` sent; false where none waits. */
  deliver(from: Side): boolean {
    this.collect();
    const tsdu = this.wire[from].shift();
    if (tsdu === undefined) return false;
    const to = from === 'i' ? this.r : this.i;
    this.seen.push(`${from === 'i' ? '>' : '<'} ${toHex(tsdu)}`);
    for (const event of this.observer.push(from === 'i' ? 'i2r' : 'r2i', Octets.of(tsdu))) {
      if (event.kind === 'anomaly') this.anomalies.push(`${event.anomaly.code} ${event.anomaly.path}`);
    }
    to.receive(Octets.of(tsdu));
    this.events.i.push(...this.i.takeEvents());
    this.events.r.push(...this.r.takeEvents());
    return true;
  }

  run(): this {
    for (let delivered = true; delivered; ) {
      const one = this.deliver('i');
      delivered = this.deliver('r') || one;
    }
    this.events.i.push(...this.i.takeEvents());
    this.events.r.push(...this.r.takeEvents());
    return this;
  }

  open(): this {
    this.i.sConnectRequest();
    this.run();
    this.r.sConnectAccept();
    this.run();
    this.events.i.length = 0;
    this.events.r.length = 0;
    this.seen.length = 0;
    return this;
  }

  /** The initiator starts an activity. */
  start(): this {
    this.i.sActivityStart(Uint8Array.of(2, 1, 1));
    this.run();
    this.events.r.length = 0;
    this.seen.length = 0;
    return this;
  }

  get states(): [SessionState, SessionState] {
    return [this.i.state, this.r.state];
  }

  kinds(side: Side): SessionEventKind[] {
    return this.events[side].map(({ kind }) => kind);
  }

  last<Kind extends SessionEventKind>(side: Side, kind: Kind): Extract<SessionEvent, { kind: Kind }> {
    const event = this.events[side].findLast(
      (each): each is Extract<SessionEvent, { kind: Kind }> => each.kind === kind,
    );
    if (event === undefined) throw new Error(`no ${kind} among ${this.kinds(side).join(', ')}`);
    return event;
  }
}
