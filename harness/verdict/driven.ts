import { systemClock } from '../link/clock.js';
import { type Drive, drive } from '../link/driver.js';
import type { Link } from '../link/link.js';
import { bindArgument, bindResult, type Identity } from '../mta/bind.js';
import { readApdu } from '../mta/received.js';
import { AssociationMachine } from '../stack/association/machine.js';
import type {
  AssociationService,
  Deviations,
  OpenRequest,
  OpenResponse,
  ServiceEvent,
  TransferOptions,
  TransferStore,
} from '../stack/association/service.js';
import type { Mode } from '../stack/mode.js';
import { Inconclusive } from './failure.js';
import type { Testbed } from './testbed.js';
import type { SeenAssociation } from './traffic.js';

/** What is done about an event of reliable transfer, in place of what a willing peer does. */
export type Reactions = {
  readonly [K in ServiceEvent['kind']]?: (
    event: Extract<ServiceEvent, { kind: K }>,
    association: DrivenAssociation,
  ) => void;
};

export interface DrivenOptions
  extends Partial<Omit<OpenRequest, 'userData'>>,
    Partial<Pick<OpenResponse, 'checkpointSize' | 'windowSize'>> {
  readonly deviations?: Deviations;
  /** What it keeps of transfers that break off; without it, none can be resumed. */
  readonly store?: TransferStore;
  readonly on?: Reactions;
  /** Changes what it sends, TPKT by TPKT. */
  readonly outgoing?: (tpkt: Uint8Array) => readonly Uint8Array[];
}

/**
 * An association of a peer's whose reliable transfer a case uses itself, primitive by primitive. What the case does not
 * say is done as a willing peer does it: opens and transfers are accepted, the turn is given when it is asked for.
 */
export class DrivenAssociation {
  /** As the recording has it. */
  readonly seen: SeenAssociation;
  readonly events: ServiceEvent[] = [];
  /** Identifiers of the messages that it took, in order, each as often as that happened. */
  readonly taken: string[] = [];
  readonly #bed: Testbed;
  readonly #service: AssociationService;
  readonly #on: Reactions;
  readonly #accept: OpenResponse;
  readonly #awaited = new Map<ServiceEvent['kind'], number>();
  #drive: Drive | undefined;
  #fault: unknown;

  constructor(init: {
    readonly bed: Testbed;
    readonly link: Link;
    readonly seen: SeenAssociation;
    readonly mode: Mode;
    readonly ours: Identity;
    readonly random: (octets: number) => Uint8Array;
    readonly options: DrivenOptions;
  }) {
    const { bed, link, seen, mode, ours, random, options } = init;
    const { deviations, store, on = {}, outgoing, checkpointSize, windowSize, ...request } = options;
    const role = link.opened === 'here' ? 'initiator' : 'responder';
    this.#bed = bed;
    this.seen = seen;
    this.#on = on;
    this.#accept = { userData: bindResult(mode, ours), checkpointSize, windowSize };
    this.#service = new AssociationMachine({
      role,
      modes: [mode],
      random,
      userReference: ours.mtaName,
      deviations,
      store,
    });
    if (role === 'initiator') {
      this.#service.open({ ...request, userData: bindArgument(mode, ours), checkpointSize, windowSize });
    }
    const carrier = outgoing === undefined ? link : filtered(link, outgoing);
    this.#drive = drive(this.#service, carrier, systemClock, (event) => this.#handle(event));
  }

  get service(): AssociationService {
    return this.#service;
  }

  get isOver(): boolean {
    return this.events.at(-1)?.kind === 'disconnected';
  }

  /** Uses the service; what that makes is sent. */
  use(action: (service: AssociationService) => void): void {
    this.#drive?.use(action);
  }

  /** The next event of a kind that was not awaited before. Throws Inconclusive where it does not come. */
  async next<K extends ServiceEvent['kind']>(kind: K): Promise<Extract<ServiceEvent, { kind: K }>> {
    const found = await this.settles(kind);
    if (found !== undefined) return found;
    const end = this.isOver ? 'the association ended before' : 'it did not come in time';
    throw new Inconclusive(`${kind} on connection ${this.seen.connection}: ${end}`);
  }

  /** The same, undefined where it does not come. */
  async settles<K extends ServiceEvent['kind']>(kind: K): Promise<Extract<ServiceEvent, { kind: K }> | undefined> {
    const before = this.#awaited.get(kind) ?? 0;
    this.#awaited.set(kind, before + 1);
    const find = () => this.#of(kind)[before];
    await this.#bed.settles(() => find() !== undefined || this.isOver || this.#fault !== undefined);
    if (this.#fault !== undefined) throw new Inconclusive(`the stimulus could not be given: ${this.#fault}`);
    return find();
  }

  /** The last event of a kind so far. */
  last<K extends ServiceEvent['kind']>(kind: K): Extract<ServiceEvent, { kind: K }> | undefined {
    return this.#of(kind).at(-1);
  }

  /** Accepts the IUT's request to open. */
  accept(): void {
    this.#service.acceptOpen(this.#accept);
  }

  /** Refuses it; only the X.410 modes have a reason of RTSE's own. X.228 9, RTORJapdu. */
  refuse(refuseReason: number): void {
    this.#service.refuseOpen(this.#service.mode === 'normal' ? {} : { refuseReason });
  }

  /** RT-TRANSFER. Throws Inconclusive where there is no association to do it on. */
  begins(apdu: Uint8Array, options?: TransferOptions): void {
    const { state } = this.#service;
    if (state !== 'open') throw new Inconclusive(`connection ${this.seen.connection} is not open, but ${state}`);
    this.use((service) => service.transfer(apdu, options));
  }

  /** RT-TRANSFER, and its confirm; undefined where that does not come, or where there is no association. */
  async transfers(apdu: Uint8Array, options?: TransferOptions) {
    if (this.#service.state !== 'open') return undefined;
    this.begins(apdu, options);
    return this.settles('rtTransferConfirm');
  }

  /** Releases it where that can be done: an initiator with the turn, and with nothing under way. X.218 9.2. */
  release(): void {
    const { role, state, hasTurn, transferring } = this.#service;
    if (role === 'initiator' && state === 'open' && hasTurn && transferring === 'none')
      this.use((each) => each.close());
  }

  /** Drops the link. */
  destroy(): void {
    this.#drive?.destroy();
  }

  #of<K extends ServiceEvent['kind']>(kind: K): Extract<ServiceEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<ServiceEvent, { kind: K }> => event.kind === kind);
  }

  #handle(event: ServiceEvent): void {
    this.events.push(event);
    try {
      this.#react(event);
    } catch (error) {
      // Thrown on, it would end in nobody's hands: it came out of a socket.
      this.#fault ??= error;
    }
  }

  #react(event: ServiceEvent): void {
    const reaction = this.#on[event.kind] as
      | ((event: ServiceEvent, association: DrivenAssociation) => void)
      | undefined;
    if (reaction === undefined) this.#willingly(event);
    else reaction(event, this);
    if (event.kind === 'rtTransferIndication' && this.#service.transferring === 'none') this.#took(event);
  }

  #willingly(event: ServiceEvent): void {
    const service = this.#service;
    switch (event.kind) {
      case 'rtOpenIndication':
        this.accept();
        break;
      case 'rtTransferIndication':
        service.acceptTransfer();
        break;
      case 'rtTurnPleaseIndication':
        if (service.hasTurn && service.transferring === 'none') service.turnGive();
        break;
      default:
        break;
    }
  }

  #took({ apdu }: ServiceEvent & { kind: 'rtTransferIndication' }): void {
    const { kind, identifier } = readApdu(apdu, this.#service.mode);
    if (kind === 'message' && identifier !== undefined) this.taken.push(identifier);
  }
}

/** A link on which what is sent goes through a filter. */
function filtered(link: Link, outgoing: (tpkt: Uint8Array) => readonly Uint8Array[]): Link {
  return {
    localEndpoint: link.localEndpoint,
    remoteEndpoint: link.remoteEndpoint,
    opened: link.opened,
    start: (handlers) => link.start(handlers),
    close: () => link.close(),
    destroy: () => link.destroy(),
    send: (bytes) => {
      let ready = true;
      for (const tpkt of tpkts(bytes)) for (const each of outgoing(tpkt)) ready = link.send(each) && ready;
      return ready;
    },
  };
}

/** A machine hands over whole TPKTs. RFC 1006 6. */
function* tpkts(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; ) {
    const length = ((bytes[from + 2] ?? 0) << 8) | (bytes[from + 3] ?? 0);
    yield bytes.subarray(from, from + length);
    from += Math.max(length, 4);
  }
}
