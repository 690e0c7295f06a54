import { type BerNode, writeBer } from '../../../../harness/ber/writer.js';
import type { LinkEvent } from '../../../../harness/link/events.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import { type Direction, opposite } from '../../../../harness/stack/direction.js';
import type { SpduDescription } from '../../../../harness/stack/session/encode.js';
import {
  appOf,
  association,
  cons,
  ctxOf,
  integer,
  latin1,
  octets,
  offsetOf,
  type Sent,
  sequence,
  type Tsdu,
} from './association.js';

// A transfer that breaks off with its association and goes on in another connection.

export interface ResumedScript {
  readonly mode: Mode;
  /** What is transferred: in normal mode an EXTERNAL. */
  readonly value: Uint8Array;
  /** Octets before the minor synchronization point 1. */
  readonly confirmed: number;
  /** Octets that came before the association was lost; all of them, with ACTIVITY END, where `ended`. */
  readonly sent: number;
  readonly ended?: boolean;
  /** What is sent behind the point, where it is not what it was. */
  readonly rest?: Uint8Array;
  /** Who sends on the second connection; `i2r` on the first. */
  readonly direction?: Direction;
  /** How it is named: by the references in ACTIVITY RESUME, or by those of RTORQ alone. */
  readonly by?: 'linking' | 'recover';
  /** The point at which it goes on. */
  readonly serial?: number;
}

/** Two associations; the second goes on with what broke off in the first. */
export interface ResumedExample {
  readonly connections: readonly [readonly Sent[], readonly Sent[]];
  /** Where an octet of the value stands: the first time that it was sent. */
  place(index: number): { readonly connection: number; readonly offset: number };
}

/** The APDU as it is transferred in a mode. */
export function transferred(mode: Mode, apdu: BerNode): Uint8Array {
  return writeBer(mode === 'normal' ? cons(0, 8, integer(5), ctxOf(0, apdu)) : apdu);
}

export function references(
  mode: Mode,
  second: number,
  caller = 'alpha',
): Required<Pick<SpduDescription, 'callingReference' | 'commonReference'>> {
  return {
    callingReference: Uint8Array.from([mode === 'normal' ? 4 : 20, 5, ...latin1(caller)]),
    commonReference: Uint8Array.from([23, 13, ...latin1(`95060110000${second}Z`)]),
  };
}

export function resumedExample(script: ResumedScript): ResumedExample {
  const { mode, value, confirmed, sent, ended = false, by = 'linking', direction = 'i2r', serial = 1 } = script;
  const first = [
    ...begun(mode, value.subarray(0, confirmed)),
    from('i2r', slice(mode, value.subarray(confirmed, ended ? value.length : sent))),
    ...(ended ? [from('i2r', { kind: 'ACTIVITY END', serialNumber: 2 })] : []),
  ];
  const rest = script.rest ?? value.subarray(serial === 0 ? 0 : confirmed);
  const link = { activityIdentifier: Uint8Array.of(2, 1, 1), serialNumber: serial };
  const second = [
    from(direction, {
      kind: 'ACTIVITY RESUME',
      linking: by === 'linking' ? { ...references(mode, 0), ...link } : link,
      activityIdentifier: Uint8Array.of(2, 1, 1),
    }),
    from(direction, slice(mode, rest)),
    from(direction, { kind: 'ACTIVITY END', serialNumber: serial + 1 }),
    from(opposite(direction), { kind: 'ACTIVITY END ACK', serialNumber: serial + 1 }),
  ];
  // Who sends as the responder now was called: the other side names the connection.
  const caller = direction === 'i2r' ? 'alpha' : 'bravo';
  const connections = [opened(mode, 0, first), opened(mode, 1, second, by === 'recover', caller)] as const;
  const start = (connection: 0 | 1, octets: Uint8Array) =>
    offsetOf(connections[connection], connection === 0 ? 'i2r' : direction, octets);
  return {
    connections,
    place(index) {
      if (index < confirmed) return { connection: 0, offset: start(0, value.subarray(0, confirmed)) + index };
      if (ended || index < sent) {
        const offset = start(0, value.subarray(confirmed, ended ? value.length : sent)) + index - confirmed;
        return { connection: 0, offset };
      }
      return { connection: 1, offset: start(1, rest) + index - confirmed };
    },
  };
}

/** As a recording has them: the first is reset, the second released. */
export function eventsOf(connections: readonly (readonly Sent[])[]): LinkEvent[] {
  let last = 0;
  const time = () => {
    last += 1;
    return last;
  };
  return connections.flatMap((sent, connection) => {
    const isLast = connection === connections.length - 1;
    const events: LinkEvent[] = [
      {
        kind: 'open',
        connection,
        time: time(),
        initiator: `127.0.0.1:${3000 + connection}`,
        responder: '127.0.0.2:102',
      },
      ...sent.map(
        ({ direction, octets }): LinkEvent => ({ kind: 'data', connection, direction, time: time(), octets }),
      ),
      { kind: 'close', connection, time: time(), direction: 'i2r', how: isLast ? 'end' : 'reset' },
    ];
    return isLast ? [...events, { kind: 'close', connection, time: time(), direction: 'r2i', how: 'end' }] : events;
  });
}

/** An association that a transfer is in, which is not ended by its sides. */
export function opened(mode: Mode, second: number, tsdus: readonly Tsdu[], recovers = false, caller?: string): Sent[] {
  const recover = Object.values(references(mode, 0)).map((raw): BerNode => ({ raw }));
  return association({
    mode,
    ending: 'none',
    tsdus,
    spdu: (each) => (each.kind === 'CONNECT' ? { ...each, ...references(mode, second, caller) } : each),
    edit: (pdu, tree) => (recovers && pdu === 'RTORQ' ? withRecover(tree, recover) : tree),
  });
}

/** ACTIVITY START, a slice, and a point that is confirmed. */
export function begun(mode: Mode, octets: Uint8Array): Tsdu[] {
  return [
    from('i2r', { kind: 'ACTIVITY START', activityIdentifier: Uint8Array.of(2, 1, 1) }),
    from('i2r', slice(mode, octets)),
    from('i2r', { kind: 'MINOR SYNC POINT', serialNumber: 1 }),
    from('r2i', { kind: 'MINOR SYNC ACK', serialNumber: 1 }),
  ];
}

export function from(direction: Direction, spdu: SpduDescription): Tsdu {
  return { direction, spdus: [{ kind: spdu.kind.endsWith(' ACK') ? 'PLEASE TOKENS' : 'GIVE TOKENS' }, spdu] };
}

export function slice(mode: Mode, bytes: Uint8Array): SpduDescription {
  const userData = mode === 'normal' ? writeBer(appOf(1, sequence(integer(3), ctxOf(0, octets(bytes))))) : bytes;
  return { kind: 'DATA TRANSFER', userData };
}

/** `recover [1]` in the place of `open` in connectionDataRQ [3]. X.228 9. */
function withRecover(tree: BerNode, recover: readonly BerNode[]): BerNode {
  if ('raw' in tree || tree.content instanceof Uint8Array) return tree;
  const content = tree.content.map((each) =>
    !('raw' in each) && each.tagNumber === 3 ? ctxOf(3, ctxOf(1, ...recover)) : each,
  );
  return { ...tree, content };
}
