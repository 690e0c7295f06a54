import type { Element } from '../../../../../harness/ber/element.js';
import { P1specError } from '../../../../../harness/ber/error.js';
import { concat, Octets } from '../../../../../harness/ber/octets.js';
import { readElements } from '../../../../../harness/ber/reader.js';
import { TagClass, tagKey, Universal } from '../../../../../harness/ber/tag.js';
import { primitive, writeBer } from '../../../../../harness/ber/writer.js';
import { p1UserTypes } from '../../../../../harness/rules/p1-association.js';
import type { AssociationEvent } from '../../../../../harness/stack/association/events.js';
import { unwrapExternal } from '../../../../../harness/stack/association/external.js';
import { AssociationMachine } from '../../../../../harness/stack/association/machine.js';
import { AssociationObserver } from '../../../../../harness/stack/association/observer.js';
import type { MachineOptions } from '../../../../../harness/stack/association/options.js';
import type { ActivityReason, RtAbortReason, ServiceEvent } from '../../../../../harness/stack/association/service.js';
import { type Direction, opposite } from '../../../../../harness/stack/direction.js';
import type { Mode } from '../../../../../harness/stack/mode.js';
import { ENDS, stepsOf, type Tpkt } from './steps.js';

/** What came of it: all that went over the link, and what the service told. */
export interface Played {
  readonly tpkts: readonly Tpkt[];
  readonly services: readonly ServiceEvent[];
  /** A request of the recorded user that the machine, as it stood, could not take. */
  readonly misfit: string | undefined;
}

const NOW = Date.UTC(1995, 5, 1, 10);

/**
 * Plays the side `fed` of a recording to our machine in the other role. The machine's user asks for what the recorded
 * user asked for, at the same places; what it answers by itself is its own. Octets of the fed side wait for all that was
 * sent before them.
 */
export function play(recorded: readonly Tpkt[], fed: Direction, options: Partial<MachineOptions> = {}): Played {
  const own = opposite(fed);
  const requests = requestsOf(recorded, own);
  const machine = new AssociationMachine({
    role: own === 'i2r' ? 'initiator' : 'responder',
    random: (octets) => referenceOf(recorded, octets),
    ...optionsOf(recorded, own),
    ...options,
  });
  const tpkts: Tpkt[] = [];
  const services: ServiceEvent[] = [];
  let misfit: string | undefined;
  const ask = (request: Request | undefined): void => {
    if (request === undefined || misfit !== undefined) return;
    try {
      request.make(machine);
    } catch (error) {
      if (!(error instanceof P1specError)) throw error;
      misfit = error.message;
    }
  };
  const collect = () => {
    for (let events = machine.takeEvents(); events.length > 0; events = machine.takeEvents()) {
      for (const event of events) {
        services.push(event);
        // A user who secures what came does so when it is told, and not only when its answer was recorded.
        if (event.kind === 'rtTransferIndication' && requests[0]?.secures === true) ask(requests.shift());
      }
    }
    for (const octets of machine.takeOutput()) tpkts.push({ direction: own, octets });
  };
  const askUpTo = (at: number) => {
    while (requests[0] !== undefined && requests[0].at <= at) {
      ask(requests.shift());
      collect();
    }
  };
  askUpTo(BEFORE);
  machine.connected(NOW);
  collect();
  // What comes behind the end that the recorded side made was read by nobody.
  const end = stepsOf(recorded)[own].find(({ kind }) => ENDS.has(kind))?.at ?? recorded.length;
  for (const [at, { direction, octets }] of recorded.entries()) {
    askUpTo(at);
    if (at > end) break;
    if (direction === own || misfit !== undefined || machine.state === 'closed') continue;
    tpkts.push({ direction, octets });
    machine.receive(octets, NOW);
    collect();
  }
  return { tpkts, services, misfit };
}

/** The lengths of the APDUs that one side sent to their ends. */
export function apduLengths(recorded: readonly Tpkt[], direction: Direction): number[] {
  const reading = new Reading();
  return recorded.flatMap((tpkt) =>
    [...reading.push(tpkt)].flatMap((event) => {
      const ended = event.direction === direction && event.kind === 'spdu' && event.spdu.kind === 'ACTIVITY END';
      return ended ? [carriedBy(reading.sending).length] : [];
    }),
  );
}

type Make = (machine: AssociationMachine) => void;

interface Request {
  /** The TPKT at which the recorded user did. */
  readonly at: number;
  readonly make: Make;
  /** Whether it secures a transfer. */
  readonly secures: boolean;
}

/** Before the first TPKT. */
const BEFORE = -1;

/** What the recorded user of one side asked for, in order. */
function requestsOf(recorded: readonly Tpkt[], own: Direction): Request[] {
  const requests: Request[] = [];
  const reading = new Reading();
  for (const [at, tpkt] of recorded.entries()) {
    for (const event of reading.push(tpkt)) {
      if (event.direction !== own) continue;
      const kind = event.kind === 'spdu' ? event.spdu.kind : undefined;
      if (kind === 'ACTIVITY START') {
        // Asked for where its activity begins, with what the whole of it will be.
        const { sending } = reading;
        requests.push({ at, make: (machine) => machine.transfer(apduOf(sending)), secures: false });
        continue;
      }
      const make = requestOf(event, reading);
      const opens = own === 'i2r' && event.kind === 'bind' && event.phase === 'argument';
      if (make !== undefined) requests.push({ at: opens ? BEFORE : at, make, secures: kind === 'ACTIVITY END ACK' });
    }
  }
  return requests;
}

function requestOf(event: AssociationEvent, reading: Reading): Make | undefined {
  if (event.kind === 'pdu' && event.name === 'RTTP') {
    const priority = Number(event.decoded.primitive);
    return (machine) => machine.turnPlease(priority);
  }
  if (event.kind === 'bind') return bindRequest(event, reading);
  if (event.kind === 'abort') {
    // The provider's aborts are for the machine to make, or not.
    const reason = abortReason(event.reason, reading.mode);
    return event.provider || reason === undefined ? undefined : (machine) => machine.abort(reason);
  }
  if (event.kind !== 'spdu') return undefined;
  switch (event.spdu.kind) {
    case 'ACTIVITY END ACK':
      return (machine) => machine.acceptTransfer();
    case 'EXCEPTION DATA': {
      const reason = ACTIVITY_REASONS.get(event.spdu.reason ?? 0) ?? 'unspecified';
      return (machine) => machine.reportException(reason);
    }
    case 'GIVE TOKENS CONFIRM':
      return (machine) => machine.turnGive();
    case 'FINISH':
      return (machine) => machine.close();
    default:
      return undefined;
  }
}

function bindRequest(event: AssociationEvent & { kind: 'bind' }, reading: Reading): Make | undefined {
  const { rtse } = reading;
  switch (event.phase) {
    case 'argument': {
      const userData = reading.userData('connectionDataRQ');
      if (userData === undefined) return undefined;
      const { checkpointSize, windowSize, dialogueMode } = rtse;
      const initialTurn = (reading.tokens & 0x3f) === 0 ? 'initiator' : 'responder';
      const dialogue = dialogueMode === 1 ? 'twa' : 'monologue';
      return (machine) => machine.open({ userData, checkpointSize, windowSize, dialogueMode: dialogue, initialTurn });
    }
    case 'result': {
      const userData = reading.userData('connectionDataAC');
      if (userData === undefined) return undefined;
      const { checkpointSize, windowSize } = rtse;
      return (machine) => machine.acceptOpen({ userData, checkpointSize, windowSize });
    }
    case 'error': {
      const { layer, reason } = event.refusal;
      const userData = reading.userData('userDataRJ');
      // What session, presentation and ACSE refuse is for the machine to refuse, or not.
      if (layer !== 'rtse') return undefined;
      return (machine) => machine.refuseOpen({ userData, refuseReason: reason });
    }
  }
}

const ACTIVITY_REASONS: ReadonlyMap<number, ActivityReason> = new Map([
  [0, 'unspecified'],
  [1, 'receivingAbilityJeopardized'],
  [3, 'sequenceError'],
  [5, 'localUserError'],
  [6, 'unrecoverableProcedureError'],
  [128, 'demandDataToken'],
]);

/** RT-U-ABORT: userError in normal mode; in X.410 mode users have none of their own. X.218 9.7. */
function abortReason(reason: number | undefined, mode: Mode | undefined): RtAbortReason | undefined {
  if (mode === 'normal') return reason === 6 ? 'userError' : undefined;
  return reason === 0 ? 'localSystemProblem' : undefined;
}

/** What an activity carries, as far as it was recorded. */
interface Sending {
  readonly slices: Uint8Array[];
  /** In an EXTERNAL. */
  readonly wrapped: boolean;
}

/** The APDU, or what stands in its place. */
function carriedBy({ slices, wrapped }: Sending): Uint8Array {
  const value = concat(slices);
  return (wrapped ? unwrapExternal(Octets.of(value))?.toBytes() : undefined) ?? value;
}

/** What is to be transferred: where it broke off, a value of that size, since no one knows the rest. */
function apduOf(sending: Sending): Uint8Array {
  const value = carriedBy(sending);
  const whole = readElements(Octets.of(value)).elements[0]?.complete === true;
  if (whole && !(sending.wrapped && value[0] === EXTERNAL)) return value;
  return writeBer(primitive(TagClass.context, 0, new Uint8Array(value.length)));
}

const EXTERNAL = 0x28;

/** Follows a recording as far as its users' requests need. */
class Reading {
  readonly #observer = new AssociationObserver({ connection: 0, types: p1UserTypes });
  readonly rtse: { checkpointSize?: number; windowSize?: number; dialogueMode?: number } = {};
  mode: Mode | undefined;
  tokens = 0;
  #foreign = false;
  sending: Sending = { slices: [], wrapped: false };
  #rtse: (AssociationEvent & { kind: 'pdu' }) | undefined;

  *push({ direction, octets }: Tpkt): Generator<AssociationEvent> {
    for (const event of this.#observer.push(direction, octets, 0)) {
      this.#take(event);
      yield* this.#withForeign(event);
    }
  }

  /** The octets of an open value in the last RTORQ, RTOAC, RTORJ or their twins of X.410 mode. */
  userData(member: 'connectionDataRQ' | 'connectionDataAC' | 'userDataRJ'): Uint8Array | undefined {
    const decoded = this.#rtse?.decoded;
    const base = decoded?.get('pUserData') ?? decoded;
    const value = member === 'userDataRJ' ? base?.get(member) : base?.get(member, 'open');
    return value?.inner.toBytes();
  }

  #take(event: AssociationEvent): void {
    if (event.kind === 'mode') this.mode = event.mode;
    if (event.kind === 'pdu' && event.layer === 'rtse') {
      this.#rtse = event;
      const base = event.decoded.get('pUserData') ?? event.decoded;
      for (const name of ['checkpointSize', 'windowSize', 'dialogueMode'] as const) {
        const value = base.get(name)?.primitive;
        this.rtse[name] = typeof value === 'number' ? value : undefined;
      }
    }
    if (event.kind !== 'spdu') return;
    const { spdu } = event;
    if (spdu.kind === 'CONNECT') this.tokens = spdu.tokenSetting ?? 0;
    if (spdu.kind === 'ACTIVITY START') this.sending = { slices: [], wrapped: this.mode === 'normal' };
    if (spdu.kind === 'DATA TRANSFER' && spdu.userData !== undefined)
      this.sending.slices.push(...this.#sliceIn(spdu.userData));
  }

  /** Another application's RT-OPEN has user data too, and no bind. */
  *#withForeign(event: AssociationEvent): Generator<AssociationEvent> {
    yield event;
    if (event.kind === 'foreignApplication') this.#foreign = true;
    if (!this.#foreign || event.kind !== 'pdu' || (event.name !== 'PConnect' && event.name !== 'PAccept')) return;
    const { connection, direction, time } = event;
    const phase = event.name === 'PConnect' ? 'argument' : 'result';
    yield { kind: 'bind', connection, direction, time, phase, decoded: undefined };
  }

  /** X.226 8.4.3.2: bare in X.410 mode; else the OCTET STRINGs of its presentation data values. */
  #sliceIn(userData: Octets): Uint8Array[] {
    if (this.mode !== 'normal') return [userData.toBytes()];
    return readElements(userData).elements.flatMap(octetStrings);
  }
}

const OCTET_STRING = tagKey(TagClass.universal, Universal.octetString);

const OCTET_ALIGNED = tagKey(TagClass.context, 1);

function octetStrings(element: Element): Uint8Array[] {
  if (element.key === OCTET_ALIGNED) return readElements(element.content).elements.flatMap(octetStrings);
  if (!element.constructed) return element.key === OCTET_STRING ? [element.bytes] : [];
  return element.children.flatMap(octetStrings);
}

/** What the recorded side was configured with, as far as a machine of ours can be too. */
function optionsOf(recorded: readonly Tpkt[], own: Direction): Pick<MachineOptions, 'modes'> & Partial<MachineOptions> {
  const reading = new Reading();
  const addresses: Record<string, Uint8Array> = {};
  let sessionVersions: 1 | 2 | 3 | undefined;
  let tpduSize: number | undefined;
  let protocol: number | undefined;
  for (const tpkt of recorded) {
    for (const event of reading.push(tpkt)) {
      if (event.direction === own && event.kind === 'spdu' && event.spdu.kind === 'CONNECT')
        sessionVersions = versionsOf(event.spdu.versions);
      if (event.direction === own && event.kind === 'tpdu' && (event.tpdu.kind === 'CR' || event.tpdu.kind === 'CC'))
        tpduSize = event.tpdu.tpduSize ?? UNLIMITED;
      if (event.direction === own && event.kind === 'tpdu' && event.tpdu.kind === 'CR') {
        const { callingSelector, calledSelector } = event.tpdu;
        if (callingSelector !== undefined) addresses.callingTransportSelector = callingSelector.toBytes();
        if (calledSelector !== undefined) addresses.calledTransportSelector = calledSelector.toBytes();
      }
      if (event.kind === 'pdu' && event.name === 'PConnect') {
        const value = event.decoded.get('pUserData', 'applicationProtocol')?.primitive;
        protocol = typeof value === 'number' ? value : undefined;
      }
    }
  }
  if (own === 'r2i') {
    const foreign = protocol !== undefined && protocol !== 1 && protocol !== 12 ? [protocol] : [];
    return { modes: modesAt(recorded), acceptsApplicationProtocol: foreign, tpduSize };
  }
  const mode = reading.mode ?? 'normal';
  const x410 = mode === 'normal' ? {} : { applicationProtocol: protocol ?? ('absent' as const) };
  return { modes: [mode], addresses, tpduSize, sessionVersions, ...x410 };
}

/** PP listens for each stack on a transport selector of its own, here 591 for normal mode and 592 for X.410. */
function modesAt(recorded: readonly Tpkt[]): readonly Mode[] {
  const text = Buffer.from(recorded[0]?.octets ?? []).toString('latin1');
  if (text.includes('\xc2\x03591')) return ['normal'];
  return text.includes('\xc2\x03592') ? ['x410-1984', 'x410-1988'] : ['normal', 'x410-1984', 'x410-1988'];
}

/** No parameter for the size. RFC 1006 5. */
const UNLIMITED = 65_531;

function versionsOf(versions: number | undefined): 1 | 2 | 3 | undefined {
  return versions === 1 || versions === 2 || versions === 3 ? versions : undefined;
}

/** The transport reference to which the recorded peer answers. X.224 13.3.3. */
function referenceOf(recorded: readonly Tpkt[], octets: number): Uint8Array {
  const cr = recorded.find(({ octets: tpkt }) => (tpkt[5] ?? 0) >> 4 === 0xe);
  const reference = cr?.octets.subarray(8, 10) ?? Uint8Array.of(0, 1);
  return Uint8Array.from({ length: octets }, (_, i) => reference[i % 2] ?? 0);
}
