import type { Limits } from '../../ber/limits.js';
import type { Octets } from '../../ber/octets.js';
import { type Direction, opposite } from '../direction.js';
import { type ConnectionIdentifier, connectionKey } from '../rtse/recovery.js';
import type { LinkingInformation, SessionReferences, Spdu } from '../session/spdu.js';
import { type BrokenTransfers, type OpenAssociation, transferName } from './broken-transfers.js';
import type { EventBody, Mode, Transfer, TransferPhase, UserTypes } from './events.js';
import { RunningTransfer } from './running-transfer.js';
import type { Wrapping } from './slice-observer.js';
import { shifted } from './stretches.js';

/** What is shared with the observers of the other associations of a conversation. */
export interface SharedTransfers {
  readonly broken: BrokenTransfers;
  /** Takes what is told of this association while another one's octets are read. */
  readonly late: (event: EventBody) => void;
}

export interface ActivityObserverOptions {
  readonly connection: number;
  readonly types: UserTypes;
  readonly limits?: Partial<Limits>;
  readonly emit: (event: EventBody) => void;
  /** Absent where no other association is seen: what breaks off is then told at once. */
  readonly shared?: SharedTransfers;
  /** Whether a context id stands for the abstract syntax of the APDUs, as far as the recording can tell. */
  readonly contextIsKnown: (contextId: number) => boolean;
  /** The recording does not hold the start of the connection: what comes first may be the rest of an APDU. */
  readonly startLost?: boolean;
}

/** Interrupted activities that are kept to be resumed. */
const INTERRUPTED = 16;

/** Activities of an association that are remembered by name. */
const HERE = 256;

/** Follows activities, X.218 9.3: an activity is a transfer, and its DATA are the slices of one APDU. */
export class ActivityObserver {
  readonly #options: ActivityObserverOptions;
  #mode: Mode | undefined;
  #foreign = false;
  /** Octets that may come without a minor synchronization point; 0 where any number may. */
  #checkpoint = 0;
  #running: RunningTransfer | undefined;
  /** Octets since its last minor synchronization point; undefined once it was told that they are too many. */
  #since: number | undefined;
  /** What was under way when the association was aborted. */
  #crossing: Transfer | undefined;
  /** Interrupted, by direction and activity identifier: what they are is told when they go on, or never do. */
  readonly #interrupted = new Map<string, RunningTransfer>();
  #count = 0;
  /** The session connection, and the one that it recovers: what an ACTIVITY RESUME names. X.225 8.3.30. */
  #reference: string | undefined;
  /** The last activities that were begun here, by direction and identifier. */
  readonly #here = new Set<string>();
  #recovered: string | undefined;
  /** Transfers that may go on elsewhere, and whose APDU is told here where they do not. */
  #awaited = 0;
  readonly #association: OpenAssociation = { giveUp: (name) => this.#giveUp(name) };
  /** Octets were lost to the recording, and no activity began since. */
  readonly #lost: Record<Direction, boolean>;

  constructor(options: ActivityObserverOptions) {
    this.#options = options;
    const lost = options.startLost ?? false;
    this.#lost = { i2r: lost, r2i: lost };
  }

  /** How many transfers may go on in another connection, with their APDU not told. */
  get awaited(): number {
    return this.#awaited;
  }

  /** What stood around the slices of the transfer under way. */
  get wrapping(): Wrapping | undefined {
    return this.#running?.wrapping;
  }

  /** Of CONNECT: by these a later connection names what broke off here. X.225 7.1.1 a. */
  setReferences(references: SessionReferences): void {
    this.#reference = referencesKey(references);
    this.#options.shared?.broken.opened(this.#association);
  }

  /** Of RTORQ: the session connection that is lost, and is gone on with in this one. X.228 7.8. */
  setRecovered(connection: ConnectionIdentifier): void {
    this.#recovered = connectionKey(connection);
  }

  setMode(mode: Mode): void {
    this.#mode = mode;
  }

  /** Of RTOAC, in units of 1024 octets: 0 for no checkpoints. X.228 7.1. */
  setCheckpointSize(units = 0): void {
    this.#checkpoint = Math.max(0, units) * 1024;
  }

  /** The application is not P1: what is transferred is counted, and not read. */
  setForeign(): void {
    this.#foreign = true;
  }

  spdu(direction: Direction, spdu: Spdu): void {
    switch (spdu.kind) {
      case 'ACTIVITY START':
      case 'ACTIVITY RESUME':
        this.#replaced();
        this.#lost[direction] = false;
        if (spdu.kind === 'ACTIVITY START') this.#start(direction, identifierOf(spdu), false, false);
        else this.#resume(direction, spdu);
        break;
      case 'MINOR SYNC POINT':
        this.#mark(direction, spdu);
        break;
      case 'ACTIVITY END':
        this.#end(direction);
        break;
      case 'ACTIVITY END ACK':
        this.#finish(opposite(direction), 'confirmed');
        break;
      case 'EXCEPTION DATA':
      case 'EXCEPTION REPORT':
        if (this.#running !== undefined) this.#phase(this.#running, 'exception', direction);
        break;
      case 'ACTIVITY INTERRUPT':
        this.#interrupt(direction);
        break;
      case 'ACTIVITY DISCARD':
        this.#finish(direction, 'discarded');
        break;
      default:
        break;
    }
  }

  /** The octets of one RTTR. Outside an activity the session observer has already told of them. */
  slice(direction: Direction, octets: Octets, wrapping: Wrapping | undefined): void {
    if (this.#running === undefined && this.#crossing?.direction === direction) {
      if (!this.#foreign) this.#cross(this.#crossing, octets);
      return;
    }
    if (this.#running === undefined || this.#running.ended || this.#running.transfer.direction !== direction) {
      // The start was not recorded, or there was none: read what comes all the same.
      this.#start(direction, '', true, this.#lost[direction]);
    }
    this.#countOctets(direction, octets);
    if (this.#running === undefined) return;
    this.#running.wrapping = wrapping;
    this.#running.push(octets);
  }

  /** Checkpoint size counts octets of the APDU, without the headers of slices. X.228 7.1, 8.3. */
  #countOctets(direction: Direction, slice: Octets): void {
    if (this.#since === undefined || this.#checkpoint === 0) return;
    this.#since += slice.length;
    if (this.#since <= this.#checkpoint) return;
    const message = `${this.#since} octets without a minor synchronization point, where ${this.#checkpoint} are negotiated`;
    const { offset, length } = slice;
    this.#options.emit({
      kind: 'anomaly',
      direction,
      anomaly: { layer: 'rtse', code: 'beyond-negotiated', path: 'RTTR', offset, length, message, clause: 'X.228 7.1' },
    });
    this.#since = undefined;
  }

  /** Another activity began inside this one. */
  #replaced(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.tell(false);
    this.#phase(running, 'broken', running.transfer.direction);
  }

  /** An abort ends it; what its sender had sent before it heard of that still comes. */
  aborted(): void {
    this.#crossing = this.#running?.transfer;
    this.#broken(this.#options.emit);
  }

  gap(direction: Direction): void {
    this.#lost[direction] = true;
    if (this.#running?.transfer.direction === direction) this.#running.cut();
  }

  /** The association has ended. */
  close(): void {
    this.#broken(this.#options.emit);
    for (const running of this.#interrupted.values()) this.#keep(running);
    this.#interrupted.clear();
    this.#options.shared?.broken.closed(this.#association);
  }

  #start(direction: Direction, activity: string, resumed: boolean, headLost: boolean): void {
    const transfer: Transfer = { index: this.#count, direction, activity, resumed };
    this.#count += 1;
    const { connection, types, limits, emit, contextIsKnown } = this.#options;
    const running = new RunningTransfer({
      connection,
      transfer,
      types,
      mode: this.#mode,
      limits,
      foreign: this.#foreign,
      headless: resumed,
      headLost,
      contextIsKnown,
      emit,
    });
    this.#begin(running);
  }

  #begin(running: RunningTransfer): void {
    const { activity, direction } = running.transfer;
    if (this.#reference !== undefined && activity !== '') running.named(transferName(this.#reference, activity));
    this.#here.add(keyOf(direction, activity));
    if (this.#here.size > HERE) this.#here.delete(this.#here.keys().next().value as string);
    this.#running = running;
    this.#since = 0;
    this.#phase(running, 'started', direction);
  }

  /** X.225 7.30, X.228: the APDU goes on behind the last point that was confirmed, under another identifier. */
  #resume(direction: Direction, spdu: Spdu): void {
    const activity = identifierOf(spdu);
    const { connection, emit } = this.#options;
    const { linking } = spdu;
    const serial = linking?.serialNumber;
    const here =
      linking === undefined || serial === undefined ? undefined : this.#resumedHere(direction, linking, serial);
    if (here !== undefined && serial !== undefined) {
      here.goOn(serial, { connection, index: here.transfer.index, direction, activity, emit });
      this.#begin(here);
      return;
    }
    const elsewhere =
      linking === undefined || serial === undefined ? undefined : this.#taken(direction, linking, serial);
    if (elsewhere === undefined || serial === undefined) {
      this.#start(direction, activity, true, false);
      return;
    }
    elsewhere.goOn(serial, { connection, index: this.#count, direction, activity, emit });
    this.#count += 1;
    this.#begin(elsewhere);
  }

  /** What was interrupted on this association. */
  #resumedHere(direction: Direction, linking: LinkingInformation, serial: number): RunningTransfer | undefined {
    const named = referencesKey(linking);
    if (named !== undefined && named !== this.#reference) return undefined;
    const key = keyOf(direction, linking.activityIdentifier?.toHex() ?? '');
    const running = this.#interrupted.get(key);
    if (running?.knows(serial) !== true) return undefined;
    this.#interrupted.delete(key);
    return running;
  }

  /** What broke off on another association. */
  #taken(direction: Direction, linking: LinkingInformation, serial: number): RunningTransfer | undefined {
    const { connection, shared } = this.#options;
    const named = referencesKey(linking);
    const activity = linking.activityIdentifier?.toHex() ?? '';
    // Where it names none, an activity that was here is meant before one of the connection that is recovered.
    const unnamed = this.#here.has(keyOf(direction, activity)) ? [this.#reference] : [this.#recovered, this.#reference];
    for (const reference of named === undefined ? unnamed : [named]) {
      if (reference === undefined) continue;
      const name = transferName(reference, activity);
      const caller = this.#reference?.split('/')[0];
      const taken = shared?.broken.take({ name, serial, direction, connection, caller, by: this.#association });
      if (taken !== undefined) return taken;
    }
    return undefined;
  }

  #mark(direction: Direction, spdu: Spdu): void {
    const running = this.#running;
    if (running === undefined || running.transfer.direction !== direction || spdu.serialNumber === undefined) return;
    if (this.#since !== undefined) this.#since = 0;
    running.mark(spdu.serialNumber);
  }

  #interrupt(direction: Direction): void {
    const running = this.#running;
    if (running === undefined || running.transfer.direction !== direction) return;
    this.#phase(running, 'interrupted', direction);
    this.#running = undefined;
    const key = keyOf(direction, running.transfer.activity);
    const [oldest] = this.#interrupted.size >= INTERRUPTED ? this.#interrupted.keys() : [];
    for (const each of oldest === undefined ? [key] : [key, oldest]) {
      this.#interrupted.get(each)?.tell(false);
      this.#interrupted.delete(each);
    }
    this.#interrupted.set(key, running);
  }

  #end(direction: Direction): void {
    const running = this.#running;
    if (running === undefined || running.transfer.direction !== direction || running.ended) return;
    running.tell(true);
    running.ended = true;
    this.#phase(running, 'ended', direction);
  }

  #finish(sender: Direction, phase: TransferPhase): void {
    const running = this.#running;
    if (running === undefined || running.transfer.direction !== sender) return;
    running.tell(false);
    this.#phase(running, phase, phase === 'confirmed' ? opposite(sender) : sender);
    this.#running = undefined;
  }

  /** The association ended inside it, or its sender goes on with it elsewhere. */
  #broken(emit: (event: EventBody) => void): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    const { transfer, octets, tagNumber } = running;
    const { direction } = transfer;
    const kept = this.#canBeKept(running);
    if (!kept) running.tell(false);
    const awaited = kept && !running.isTold;
    const details = awaited ? { awaited, octets, ...(tagNumber === undefined ? {} : { tagNumber }) } : {};
    emit({ kind: 'transfer', phase: 'broken', direction, transfer, ...details });
    if (kept) this.#keep(running);
  }

  /** Without references of the session connection, or an identifier of its own, no one can name it. */
  #canBeKept({ transfer }: RunningTransfer): boolean {
    return this.#options.shared !== undefined && this.#reference !== undefined && transfer.activity !== '';
  }

  /** For a later association to go on with. */
  #keep(running: RunningTransfer): void {
    const { shared } = this.#options;
    if (shared === undefined || !this.#canBeKept(running)) {
      running.tell(false);
      return;
    }
    const { broken, late } = shared;
    const { transfer, isTold } = running;
    const { direction } = transfer;
    running.emit = late;
    if (!isTold) this.#awaited += 1;
    const over = (phase: TransferPhase, goesOnIn?: number): void => {
      const awaited = isTold ? {} : ({ awaited: true } as const);
      if (!isTold) this.#awaited -= 1;
      late({
        kind: 'transfer',
        phase,
        direction,
        transfer,
        ...awaited,
        ...(goesOnIn === undefined ? {} : { goesOnIn }),
      });
    };
    broken.keep({
      running,
      continued: (connection) => over('continued', connection),
      lapsed: () => {
        running.tell(false);
        over('lapsed');
      },
    });
  }

  /** The sender holds this association for lost, and resumes on another one. */
  #giveUp(name: string): void {
    const late = this.#options.shared?.late;
    if (late !== undefined && this.#running?.isNamed(name) === true) {
      this.#crossing = this.#running.transfer;
      this.#broken(late);
    }
    for (const [key, running] of this.#interrupted) {
      if (!running.isNamed(name)) continue;
      this.#interrupted.delete(key);
      this.#keep(running);
    }
  }

  #cross(transfer: Transfer, octets: Octets): void {
    const { direction } = transfer;
    for (const { bytes, offset } of shifted(octets, transfer.stretches).slices) {
      this.#options.emit({ kind: 'stray', direction, transfer, bytes, offset });
    }
  }

  #phase(running: RunningTransfer, phase: TransferPhase, direction: Direction): void {
    this.#options.emit({ kind: 'transfer', phase, direction, transfer: running.transfer });
  }
}

function identifierOf(spdu: Spdu): string {
  return spdu.activityIdentifier?.toHex() ?? '';
}

function keyOf(direction: Direction, activity: string): string {
  return `${direction} ${activity}`;
}

/** As `connectionKey` has it; undefined where the connection does not name itself. */
function referencesKey(references: SessionReferences): string | undefined {
  const { callingReference, commonReference, additionalReference } = references;
  if (callingReference === undefined || commonReference === undefined) return undefined;
  return connectionKey({
    callingReference: callingReference.toBytes(),
    commonReference: commonReference.toBytes(),
    additionalReference: additionalReference?.toBytes(),
  });
}
