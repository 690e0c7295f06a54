import { Octets, toHex } from '../../../../harness/ber/octets.js';
import { modeProfile } from '../../../../harness/stack/association/modes.js';
import type { Mode } from '../../../../harness/stack/mode.js';
import { RtseMachine } from '../../../../harness/stack/rtse/machine.js';
import type { ModeEvent, ModeProfile } from '../../../../harness/stack/rtse/mode.js';
import type { RtseOptions } from '../../../../harness/stack/rtse/options.js';
import type { OpenRequest, OpenResponse, ServiceEvent } from '../../../../harness/stack/rtse/service.js';
import { SessionMachine } from '../../../../harness/stack/session/machine.js';
import { bindArgument, bindResult, START } from '../association/support.js';

export type Role = 'initiator' | 'responder';
export type Kind = ServiceEvent['kind'];
export type EventOf<K extends Kind> = Extract<ServiceEvent, { kind: K }>;

export interface PairOptions {
  readonly mode?: Mode;
  /** Seconds after the start at which it is opened, which is what tells connections apart. */
  readonly second?: number;
  readonly initiator?: Partial<RtseOptions>;
  readonly responder?: Partial<RtseOptions>;
}

/** A reliable transfer machine on its mode and session, with what it told. */
export class Party {
  readonly session: SessionMachine;
  readonly profile: ModeProfile;
  readonly rtse: RtseMachine;
  readonly events: ServiceEvent[] = [];
  /** What mode and session indicated to it. */
  readonly indicated: ModeEvent['kind'][] = [];

  constructor(
    readonly role: Role,
    { mode = 'x410-1988', second = 0, ...parties }: PairOptions,
  ) {
    const versions = mode === 'normal' ? 2 : 1;
    this.session = new SessionMachine(role, { versions, closeTimeout: Number.POSITIVE_INFINITY });
    const options = {
      role,
      modes: [mode],
      random: (octets: number) => new Uint8Array(octets),
      userReference: 'tester',
    };
    this.profile = modeProfile(mode, this.session, options, () => START + second * 1000);
    this.rtse = new RtseMachine(this.profile, {
      role,
      collectLimit: 1 << 20,
      ownsTokens: () => this.session.ownsAllTokens,
      ...parties[role],
    });
  }

  /** Works off what session indicates, and what that makes. */
  settle(): void {
    for (let events = this.session.takeEvents(); events.length > 0; events = this.session.takeEvents()) {
      for (const event of events) {
        for (const each of this.profile.receive(event)) {
          this.indicated.push(each.kind);
          this.rtse.receive(each);
        }
      }
    }
    this.events.push(...this.rtse.takeEvents());
  }

  of<K extends Kind>(kind: K): EventOf<K>[] {
    return this.events.filter((event): event is EventOf<K> => event.kind === kind);
  }

  last<K extends Kind>(kind: K): EventOf<K> {
    const event = this.of(kind).at(-1);
    if (event === undefined) throw new Error(`${this.role}: no ${kind} among ${this.kinds().join(', ')}`);
    return event;
  }

  kinds(): Kind[] {
    return this.events.map(({ kind }) => kind);
  }
}

/** Two machines with a wire between them, on which TSDUs wait until they are delivered. */
export class RtsePair {
  readonly initiator: Party;
  readonly responder: Party;
  readonly wire: Record<Role, Uint8Array[]> = { initiator: [], responder: [] };
  /** Everything that was delivered, `> hex` from the initiator. */
  readonly seen: string[] = [];

  constructor(options: PairOptions = {}) {
    this.initiator = new Party('initiator', options);
    this.responder = new Party('responder', options);
  }

  open(request: Partial<OpenRequest> = {}, response: Partial<OpenResponse> = {}): this {
    this.initiator.rtse.open({ userData: bindArgument, dialogueMode: 'twa', ...request });
    this.run();
    this.responder.rtse.acceptOpen({ userData: bindResult, ...response });
    return this.run();
  }

  /** One TSDU that `from` sent; false where none waits. */
  deliver(from: Role): boolean {
    this.collect();
    const tsdu = this.wire[from].shift();
    if (tsdu === undefined) return false;
    this.seen.push(`${from === 'initiator' ? '>' : '<'} ${toHex(tsdu)}`);
    const to = this[from === 'initiator' ? 'responder' : 'initiator'];
    to.session.receive(Octets.of(tsdu));
    to.settle();
    return true;
  }

  deliverAll(from: Role): this {
    while (this.deliver(from));
    return this;
  }

  /** Until nothing moves. */
  run(): this {
    for (let moved = true; moved; ) {
      const one = this.deliver('initiator');
      moved = this.deliver('responder') || one;
    }
    return this;
  }

  /** Both sides lose the connection, with what is on its way. */
  lose(): this {
    for (const party of [this.initiator, this.responder]) {
      party.session.takeOutput();
      party.session.tDisconnectIndication();
      party.settle();
    }
    this.wire.initiator.length = 0;
    this.wire.responder.length = 0;
    return this;
  }

  collect(): void {
    for (const party of [this.initiator, this.responder]) {
      party.settle();
      this.wire[party.role].push(...party.session.takeOutput());
    }
  }

  get states(): [string, string] {
    return [this.initiator.rtse.state, this.responder.rtse.state];
  }
}

/** The SI of what follows the token SPDU in a TSDU, by name. */
export function spduNames(seen: readonly string[]): string[] {
  return seen.map((line) => {
    const [from, hex = ''] = line.split(' ');
    const led = hex.startsWith('0100') || hex.startsWith('0200');
    const si = hex.slice(led ? 4 : 0, led ? 6 : 2);
    return `${from} ${(led ? CATEGORY_2 : CATEGORY_1)[si] ?? si}`;
  });
}

const CATEGORY_1: Readonly<Record<string, string>> = {
  '0d': 'CN',
  '0e': 'AC',
  '0c': 'RF',
  '19': 'AB',
  '15': 'GTC',
  '16': 'GTA',
  '09': 'FN',
  '0a': 'DN',
  '02': 'PT',
  '01': 'GT',
};
const CATEGORY_2: Readonly<Record<string, string>> = {
  '01': 'DT',
  '31': 'MIP',
  '32': 'MIA',
  '2d': 'AS',
  '1d': 'AR',
  '29': 'AE',
  '2a': 'AEA',
  '19': 'AI',
  '1a': 'AIA',
  '39': 'AD',
  '3a': 'ADA',
  '30': 'ED',
  '00': 'ER',
};

/** An APDU of some length that BER can read, with octets that tell its places apart. */
export function value(octets: number, seed = 1): Uint8Array {
  const content = Math.max(0, octets - 6);
  const header = [0xa0, 0x84, content >>> 24, (content >>> 16) & 0xff, (content >>> 8) & 0xff, content & 0xff];
  // One primitive element fills it: [0] in the four-octet form again.
  const inner = Math.max(0, content - 6);
  const second = [0x04, 0x84, inner >>> 24, (inner >>> 16) & 0xff, (inner >>> 8) & 0xff, inner & 0xff];
  const all = new Uint8Array(12 + inner);
  all.set([...header, ...second]);
  for (let i = 12; i < all.length; i += 1) all[i] = ((i >> 8) * 31 + i * 7 + seed) & 0xff;
  return all;
}
