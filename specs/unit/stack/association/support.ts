import { encode } from '../../../../harness/asn1/encode.js';
import { explicit, octetString } from '../../../../harness/asn1/types.js';
import { fromHex } from '../../../../harness/ber/octets.js';
import {
  connectTcp,
  type Drive,
  drive,
  type Link,
  type LinkEvent,
  listenTcp,
  memoryPair,
  recordLink,
  VirtualClock,
} from '../../../../harness/link/index.js';
import {
  BindError,
  BindInvoke,
  BindResult,
  MTABindArgument,
  MTABindError,
  MTABindResult,
} from '../../../../harness/p1/bind.js';
import type { AssociationEvent, Mode, UserTypes } from '../../../../harness/stack/association/events.js';
import { AssociationMachine } from '../../../../harness/stack/association/machine.js';
import { MTS_TRANSFER } from '../../../../harness/stack/association/normal-mode.js';
import { AssociationObserver } from '../../../../harness/stack/association/observer.js';
import type { MachineOptions } from '../../../../harness/stack/association/options.js';
import type { OpenRequest, ServiceEvent } from '../../../../harness/stack/association/service.js';

export type EventKind = ServiceEvent['kind'];
export type EventOf<Kind extends EventKind> = Extract<ServiceEvent, { kind: Kind }>;

/** Stands for the MTS-APDU: an OCTET STRING in [0]. */
export const TestApdu = { ...explicit(0, octetString()), name: 'Test-APDU' };

export function apdu(octets: number, seed = 1): Uint8Array {
  return encode(
    TestApdu,
    Uint8Array.from({ length: octets }, (_, i) => (i * 31 + seed * 7) & 0xff),
  );
}

export const types: UserTypes = {
  apdu: TestApdu,
  bind: {
    normal: { argument: BindInvoke, result: BindResult, error: BindError },
    x410: { argument: MTABindArgument, result: MTABindResult, error: MTABindError },
  },
  abstractSyntax: MTS_TRANSFER.apdu,
  rtseAbstractSyntax: MTS_TRANSFER.rtse,
};

export const bindArgument = fromHex(
  'b024 a122 80 13 706572636976616c2e736d68732e636f2e756b a10b 16 09 657863616c69627572',
);
export const bindResult = fromHex('b122 a120 80 14 6775696e65766572652e736d68732e636f2e756b a108 16 06 6d65726c696e');
export const bindError = fromHex('b203020102');

export const modes = ['normal', 'x410-1988', 'x410-1984'] as const;
export const x410Modes = ['x410-1988', 'x410-1984'] as const;

/** The same bind values as each mode has them: in normal mode in [16] and [17], in the X.410 modes bare. */
export function bindFor(mode: Mode | undefined): { readonly argument: Uint8Array; readonly result: Uint8Array } {
  if (mode === undefined || mode === 'normal') return { argument: bindArgument, result: bindResult };
  return { argument: bindArgument.subarray(2), result: bindResult.subarray(2) };
}

export const START = Date.UTC(2005, 9, 1, 14, 48, 52);

/** One side of a conversation, with what its service told. */
export class Side {
  readonly events: ServiceEvent[] = [];
  drive!: Drive;
  #waiting: { kind: EventKind; count: number; resolve: (event: ServiceEvent) => void }[] = [];

  constructor(
    readonly service: AssociationMachine,
    readonly react: (event: ServiceEvent, service: AssociationMachine) => void,
  ) {}

  start(link: Link, clock: VirtualClock): void {
    this.drive = drive(this.service, link, clock, (event) => {
      this.events.push(event);
      this.react(event, this.service);
      this.#wake();
    });
  }

  /** The `nth` event of a kind, counted from 1, whether it came already or is to come. */
  wait<Kind extends EventKind>(kind: Kind, nth = 1): Promise<EventOf<Kind>> {
    return new Promise((resolve) => {
      this.#waiting.push({ kind, count: nth, resolve: (event) => resolve(event as EventOf<Kind>) });
      this.#wake();
    });
  }

  of<Kind extends EventKind>(kind: Kind): EventOf<Kind>[] {
    return this.events.filter((event): event is EventOf<Kind> => event.kind === kind);
  }

  kinds(): EventKind[] {
    return this.events.map(({ kind }) => kind);
  }

  #wake(): void {
    this.#waiting = this.#waiting.filter(({ kind, count, resolve }) => {
      const event = this.events.filter((each) => each.kind === kind)[count - 1];
      if (event !== undefined) resolve(event);
      return event === undefined;
    });
  }
}

export interface LinkKind {
  readonly name: string;
  pair(): Promise<{ here: Link; there: Link; close: () => Promise<void> }>;
}

const memory = (name: string, chunk?: (bytes: Uint8Array) => Iterable<Uint8Array>): LinkKind => ({
  name,
  pair: async () => {
    const { initiator: here, responder: there } = memoryPair({ chunk });
    return { here, there, close: async () => {} };
  },
});

function* single(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let i = 0; i < bytes.length; i += 1) yield bytes.subarray(i, i + 1);
}

export const linkKinds: readonly LinkKind[] = [
  memory('memory'),
  memory('memory, one octet at a time', single),
  {
    name: 'TCP',
    pair: async () => {
      let accept: (link: Link) => void = () => {};
      const accepted = new Promise<Link>((resolve) => {
        accept = resolve;
      });
      const listener = await listenTcp({ port: 0, onLink: accept });
      const here = await connectTcp({ port: listener.port });
      return { here, there: await accepted, close: () => listener.close() };
    },
  },
];

export interface ConversationOptions {
  /** Of both sides; normal mode if absent. */
  readonly mode?: Mode;
  readonly initiator?: Partial<MachineOptions>;
  readonly responder?: Partial<MachineOptions>;
  readonly request?: Partial<OpenRequest>;
  readonly onInitiator?: (event: ServiceEvent, service: AssociationMachine) => void;
  /** The default accepts the association and every transfer. */
  readonly onResponder?: (event: ServiceEvent, service: AssociationMachine) => void;
}

export interface Conversation {
  readonly initiator: Side;
  readonly responder: Side;
  readonly recording: LinkEvent[];
  readonly clock: VirtualClock;
  finish(): Promise<void>;
}

export function accepting(event: ServiceEvent, service: AssociationMachine): void {
  if (event.kind === 'rtOpenIndication') service.acceptOpen({ userData: bindFor(event.mode).result });
  if (event.kind === 'rtTransferIndication') service.acceptTransfer();
}

/** An entropy that is the same in every run. */
export const random = (octets: number) => new Uint8Array(octets).fill(0x2a);

export function machine(role: 'initiator' | 'responder', options: Partial<MachineOptions> = {}): AssociationMachine {
  return new AssociationMachine({ role, modes: ['normal'], random, userReference: 'Percival', ...options });
}

/** Both sides of an association, opened on a link; `recording` has every octet. */
export async function converse(kind: LinkKind, options: ConversationOptions = {}): Promise<Conversation> {
  const clock = new VirtualClock(START);
  const recording: LinkEvent[] = [];
  const { here, there, close } = await kind.pair();
  const { mode = 'normal' } = options;
  const own = { modes: [mode] };
  const initiator = new Side(machine('initiator', { ...own, ...options.initiator }), options.onInitiator ?? (() => {}));
  const responder = new Side(machine('responder', { ...own, ...options.responder }), options.onResponder ?? accepting);
  initiator.service.open({ userData: bindFor(mode).argument, ...options.request });
  responder.start(there, clock);
  initiator.start(recordLink(here, { connection: 0, clock, sink: (event) => recording.push(event) }), clock);
  return {
    initiator,
    responder,
    recording,
    clock,
    async finish() {
      initiator.drive.destroy();
      responder.drive.destroy();
      await Promise.all([initiator.drive.done, responder.drive.done]);
      await close();
    },
  };
}

/** What an observer makes of a recording. */
export function observe(recording: readonly LinkEvent[]): AssociationEvent[] {
  const observer = new AssociationObserver({ connection: 0, types });
  return recording.flatMap((event) => {
    if (event.kind === 'data') return observer.push(event.direction, event.octets, event.time);
    return event.kind === 'close' ? observer.close(event.how, event.time, event.direction) : [];
  });
}

export function anomalies(recording: readonly LinkEvent[]) {
  return observe(recording).flatMap((event) =>
    event.kind === 'anomaly' && event.anomaly.code !== 'encoding-form' ? [event.anomaly] : [],
  );
}

/** SPDUs of one direction, as `kind` and octets. */
export function spdus(recording: readonly LinkEvent[], direction: 'i2r' | 'r2i') {
  return observe(recording).flatMap((event) =>
    event.kind === 'spdu' && event.direction === direction
      ? [{ kind: event.spdu.kind, hex: event.spdu.octets.toHex(), spdu: event.spdu }]
      : [],
  );
}

/** What an observer says became of each transfer, in order. */
export function transfers(recording: readonly LinkEvent[]) {
  return observe(recording).flatMap((event) =>
    event.kind === 'transfer' ? [`${event.transfer.index} ${event.transfer.direction} ${event.phase}`] : [],
  );
}

export function outcome(recording: readonly LinkEvent[]) {
  return observe(recording).flatMap((event) => (event.kind === 'end' ? [event.outcome] : []));
}

/** Both machines without links: octets go over when `run` says so, in pieces that `cut` makes. */
export class Pair {
  readonly initiator: AssociationMachine;
  readonly responder: AssociationMachine;
  readonly events: Record<'initiator' | 'responder', ServiceEvent[]> = { initiator: [], responder: [] };
  readonly sent: Record<'initiator' | 'responder', Uint8Array[]> = { initiator: [], responder: [] };
  now = START;
  readonly #mode: Mode;

  constructor(
    options: { mode?: Mode; initiator?: Partial<MachineOptions>; responder?: Partial<MachineOptions> } = {},
    readonly cut: (bytes: Uint8Array) => Iterable<Uint8Array> = (bytes) => [bytes],
  ) {
    this.#mode = options.mode ?? 'normal';
    const own = { modes: [this.#mode] };
    this.initiator = machine('initiator', { ...own, ...options.initiator });
    this.responder = machine('responder', { ...own, ...options.responder });
  }

  /** Opens the association as far as the responder's answer, which `react` gives. */
  connect(request: Partial<OpenRequest> = {}): void {
    this.initiator.open({ userData: bindFor(this.#mode).argument, ...request });
    this.responder.connected(this.now);
    this.initiator.connected(this.now);
  }

  /** Until nothing moves. */
  run(
    react: (event: ServiceEvent, service: AssociationMachine, role: 'initiator' | 'responder') => void = (event, own) =>
      accepting(event, own),
  ): this {
    while (this.#step('initiator', react) || this.#step('responder', react));
    return this;
  }

  last(role: 'initiator' | 'responder'): ServiceEvent | undefined {
    return this.events[role].at(-1);
  }

  hex(role: 'initiator' | 'responder'): string {
    return this.sent[role].map((bytes) => Buffer.from(bytes).toString('hex')).join('');
  }

  #step(
    role: 'initiator' | 'responder',
    react: (event: ServiceEvent, service: AssociationMachine, role: 'initiator' | 'responder') => void,
  ): boolean {
    const own = this[role];
    const other = role === 'initiator' ? this.responder : this.initiator;
    let moved = false;
    for (let events = own.takeEvents(); events.length > 0; events = own.takeEvents()) {
      for (const event of events) {
        this.events[role].push(event);
        react(event, own, role);
      }
      moved = true;
    }
    for (const bytes of own.takeOutput()) {
      this.sent[role].push(bytes);
      for (const piece of this.cut(bytes)) other.receive(piece, this.now);
      moved = true;
    }
    return moved;
  }
}

/** The SPDUs in a machine's octets, without TPKT and COTP, in hexadecimal. */
export function tsdus(sent: readonly Uint8Array[]): string[] {
  const joined: string[] = [];
  let pending = '';
  for (const bytes of sent) {
    const hex = Buffer.from(bytes).toString('hex');
    if (hex.slice(10, 12) !== 'f0') continue;
    pending += hex.slice(14);
    if (hex.slice(12, 14) === '80') joined.push(pending);
    if (hex.slice(12, 14) === '80') pending = '';
  }
  return joined;
}
