import { concat, type Octets } from '../../ber/octets.js';
import { decodeTsdu } from './decode.js';
import { type ExtraParameter, encodeSpdu, type SpduDescription, segmentSpdu } from './encode.js';
import { SessionError } from './error.js';
import { SEGMENT_OCTETS, userDataLimit } from './limits.js';
import {
  type ActivityResume,
  type ConnectAccept,
  type ConnectRefuse,
  type ConnectRequest,
  indicationOf,
  type SessionEvent,
} from './primitives.js';
import { type SegmentLimits, SsduReassembly } from './reassembly.js';
import type { Spdu } from './spdu.js';
import { ALL_TOKENS, definitionOf, RELIABLE_TRANSFER_UNITS, type SpduKind, TransportDisconnect } from './spdu-table.js';
import {
  RECEIVED,
  REQUESTED,
  type RequestEvent,
  type SessionState,
  type SpduEvent,
  type StateTable,
  type Transition,
} from './tables.js';
import {
  availableTokens,
  type EventDetail,
  initialTokens,
  initialVariables,
  type SessionRole,
  type SessionVariables,
} from './variables.js';

/** What an SPDU is to carry beside or instead of what the tables give it. */
export interface Deviation {
  readonly extraParameters?: readonly ExtraParameter[];
  /** By code: other octets; undefined leaves the parameter out. */
  readonly override?: ReadonlyMap<number, Uint8Array | undefined>;
}

export interface SessionOptions {
  /** Version bits to offer: 2 (the default) is version 2 alone, 3 both. X.225 8.3.1.9. */
  readonly versions?: number;
  /** Functional units to propose, and to answer with. 0x0249 if absent. */
  readonly functionalUnits?: number;
  /** TIM: milliseconds that the machine waits for the peer to close after AB, RF or DN. X.225 5.8. */
  readonly closeTimeout?: number;
  /** Deliberate deviations, by SPDU. */
  readonly deviations?: Partial<Record<SpduKind, Deviation>>;
  /** Whether user data past the limits of the protocol version is refused; true if absent. */
  readonly enforceLimits?: boolean;
  readonly segmentLimits?: SegmentLimits;
  /** Whether a REFUSE repeats the references of its CONNECT, as ISODE has it; they are optional there. X.225 8.3.5. */
  readonly repeatsReferences?: boolean;
}

const DEFAULT_CLOSE_TIMEOUT = 10_000;

/** RF reason: the proposed protocol versions are not supported. X.225 8.3.5.10. */
const VERSION_NOT_SUPPORTED = 132;

/**
 * A session protocol machine, one session connection on one transport connection, for functional units 0x0249.
 * X.225 Annex A; the states and events are in `tables.ts`. Sans-I/O: methods and `receive` take primitives and TSDUs
 * in, `takeOutput` and `takeEvents` give TSDUs and primitives out, `advance` tells the time.
 * A request that the state does not have throws a SessionError and changes nothing.
 */
export class SessionMachine {
  readonly role: SessionRole;
  readonly #options: SessionOptions;
  readonly #variables: SessionVariables;
  readonly #segments: SsduReassembly;
  #state: SessionState = 'STA01C';
  #version: 1 | 2 | undefined;
  #connect: Spdu | undefined;
  #proposed = 0;
  #output: Uint8Array[] = [];
  #events: SessionEvent[] = [];
  #now = 0;
  #deadline: number | undefined;

  constructor(role: SessionRole, options: SessionOptions = {}) {
    this.role = role;
    this.#options = options;
    this.#variables = initialVariables(role);
    this.#segments = new SsduReassembly(options.segmentLimits);
  }

  get state(): SessionState {
    return this.#state;
  }

  /** V(M), V(A), Vsc, Vact, tokens and selected functional units. */
  get variables(): Readonly<SessionVariables> {
    return this.#variables;
  }

  get version(): 1 | 2 | undefined {
    return this.#version;
  }

  /** This side owns every token that exists: the turn of reliable transfer. */
  get ownsAllTokens(): boolean {
    return (this.#variables.owned & ALL_TOKENS) === ALL_TOKENS;
  }

  /** Whether the SS-user may issue `request` now. */
  allows(request: RequestEvent, detail: EventDetail = {}): boolean {
    return this.#find(REQUESTED, request, detail) !== undefined;
  }

  /** TSDUs to send, in order; each is handed out once. */
  takeOutput(): Uint8Array[] {
    return this.#output.splice(0);
  }

  /** Indications and confirms, in order; each is handed out once. */
  takeEvents(): SessionEvent[] {
    return this.#events.splice(0);
  }

  /** When `advance` has something to do, in the milliseconds of `now`. */
  get nextDeadline(): number | undefined {
    return this.#deadline;
  }

  advance(now: number): void {
    this.#now = now;
    if (this.#deadline !== undefined && now >= this.#deadline) this.#closeTransport();
  }

  sConnectRequest(request: ConnectRequest = {}): void {
    const { tokenSetting, ...fields } = request;
    const versions = this.#options.versions ?? 2;
    this.#proposed = request.functionalUnits ?? this.#units;
    this.#request(
      'SCONreq',
      {},
      {
        kind: 'CONNECT',
        versions,
        ...fields,
        functionalUnits: this.#proposed,
        tokenSetting: tokenSetting === null ? undefined : (tokenSetting ?? 0),
      },
    );
  }

  sConnectAccept(response: ConnectAccept = {}): void {
    this.#expect('SCONrsp+', {});
    const connect = this.#connect!;
    const { respondingSelector, highestVersion, ...fields } = response;
    const functionalUnits = response.functionalUnits ?? this.#units & connect.functionalUnits!;
    // What was left to the called SS-user (bit pair 10) goes to the initiator unless the caller says otherwise.
    const tokenSetting = response.tokenSetting ?? (connect.tokenSetting ?? 0) & 0x55;
    const versions = connect.versions!;
    const version =
      this.#commonVersion(highestVersion === 1 ? versions & 1 : versions) ?? this.#commonVersion(versions)!;
    this.#version = version;
    this.#request(
      'SCONrsp+',
      {},
      {
        kind: 'ACCEPT',
        versions: version,
        ...fields,
        calledSelector: respondingSelector,
        functionalUnits,
        tokenSetting,
      },
    );
    this.#establish(functionalUnits & connect.functionalUnits!, tokenSetting);
  }

  sConnectRefuse(response: ConnectRefuse = {}): void {
    const transportDisconnect = TransportDisconnect.release;
    const references = this.#options.repeatsReferences === true ? this.#repeated() : {};
    const reason = response.reason ?? 2;
    this.#request('SCONrsp-', {}, { kind: 'REFUSE', transportDisconnect, ...references, ...response, reason });
  }

  sData(userData: Uint8Array): void {
    this.#request('SDTreq', {}, { kind: 'DATA TRANSFER', userData });
  }

  /** `tokens`: bits of `Token`. */
  sTokenGive(tokens: number, userData?: Uint8Array): void {
    this.#request('SGTreq', { tokens }, { kind: 'GIVE TOKENS', tokenItem: tokens, userData });
  }

  /** The data token is asked for if `tokens` is absent, as reliable transfer does. */
  sTokenPlease(userData?: Uint8Array, tokens = 1): void {
    this.#request('SPTreq', { tokens }, { kind: 'PLEASE TOKENS', tokenItem: tokens, userData });
  }

  sControlGive(userData?: Uint8Array): void {
    this.#request('SCGreq', {}, { kind: 'GIVE TOKENS CONFIRM', userData });
  }

  /** Returns the serial number of the point. `explicit`: a confirmation is asked for. */
  sSyncMinor(options: { explicit?: boolean; userData?: Uint8Array } = {}): number {
    const serialNumber = this.#variables.vm;
    const syncType = options.explicit === false ? 1 : undefined;
    this.#request('SSYNmreq', {}, { kind: 'MINOR SYNC POINT', serialNumber, syncType, userData: options.userData });
    return serialNumber;
  }

  /** Confirms every point up to `serialNumber`. */
  sSyncMinorResponse(serialNumber: number, userData?: Uint8Array): void {
    this.#request('SSYNmrsp', { serial: serialNumber }, { kind: 'MINOR SYNC ACK', serialNumber, userData });
  }

  sActivityStart(activityIdentifier: Uint8Array, userData?: Uint8Array): void {
    this.#request('SACTSreq', {}, { kind: 'ACTIVITY START', activityIdentifier, userData });
  }

  sActivityResume(request: ActivityResume): void {
    const { serialNumber } = request.linking;
    this.#request('SACTRreq', { serial: serialNumber }, { kind: 'ACTIVITY RESUME', ...request });
  }

  /** Returns the serial number of the end. */
  sActivityEnd(userData?: Uint8Array): number {
    const serialNumber = this.#variables.vm;
    this.#request('SACTEreq', {}, { kind: 'ACTIVITY END', serialNumber, userData });
    return serialNumber;
  }

  sActivityEndResponse(userData?: Uint8Array): void {
    const serialNumber = this.#variables.vm - 1;
    this.#request('SACTErsp', {}, { kind: 'ACTIVITY END ACK', serialNumber, userData });
  }

  sActivityInterrupt(reason?: number, userData?: Uint8Array): void {
    this.#request('SACTIreq', {}, { kind: 'ACTIVITY INTERRUPT', reason, userData });
  }

  sActivityInterruptResponse(userData?: Uint8Array): void {
    this.#request('SACTIrsp', {}, { kind: 'ACTIVITY INTERRUPT ACK', userData });
  }

  sActivityDiscard(reason?: number, userData?: Uint8Array): void {
    this.#request('SACTDreq', {}, { kind: 'ACTIVITY DISCARD', reason, userData });
  }

  sActivityDiscardResponse(userData?: Uint8Array): void {
    this.#request('SACTDrsp', {}, { kind: 'ACTIVITY DISCARD ACK', userData });
  }

  /** `reason`: X.225 8.3.28.4. */
  sUExceptionReport(reason: number, userData?: Uint8Array): void {
    this.#request('SUERreq', {}, { kind: 'EXCEPTION DATA', reason, userData });
  }

  sRelease(userData?: Uint8Array): void {
    const transportDisconnect = TransportDisconnect.release;
    this.#request('SRELreq', {}, { kind: 'FINISH', transportDisconnect, userData });
  }

  sReleaseResponse(userData?: Uint8Array): void {
    this.#request('SRELrsp', {}, { kind: 'DISCONNECT', userData });
  }

  sUAbort(userData?: Uint8Array): void {
    const transportDisconnect = TransportDisconnect.release | TransportDisconnect.userAbort;
    this.#request('SUABreq', {}, { kind: 'ABORT', transportDisconnect, userData });
  }

  /** Octets past every table, for fakes that err on purpose; the state does not change. */
  sendTsdu(tsdu: Uint8Array): void {
    this.#output.push(tsdu);
  }

  /** T-DISCONNECT indication: the transport connection is gone. */
  tDisconnectIndication(message = 'the transport connection was lost'): void {
    const silent = this.#state === 'STA01' || this.#state === 'STA01C' || this.#state === 'STA16';
    this.#enter('STA01');
    if (!silent) this.#providerAbort(0, message);
  }

  receive(tsdu: Octets): void {
    if (this.#state === 'STA01') return;
    const { spdus, anomalies, invalid } = decodeTsdu(tsdu);
    const missing = anomalies.find(({ code }) => code === 'missing-element');
    const [first, second] = spdus;
    if (first === undefined || invalid || missing !== undefined) {
      this.#protocolError((missing ?? anomalies.at(-1))?.message ?? 'a TSDU without SPDU');
      return;
    }
    // The category 2 SPDU is processed first, and a category 0 SPDU that leads it only if it names tokens. 6.3.7.
    this.#process(second ?? first);
    if (second !== undefined && first.tokenItem !== undefined) this.#process(first);
  }

  get #units(): number {
    return this.#options.functionalUnits ?? RELIABLE_TRANSFER_UNITS;
  }

  /** The highest version that both sides have. X.225 5.8.5. */
  #commonVersion(versions: number): 1 | 2 | undefined {
    const common = versions & (this.#options.versions ?? 2);
    if ((common & 2) !== 0) return 2;
    return (common & 1) !== 0 ? 1 : undefined;
  }

  #establish(units: number, tokenSetting: number): void {
    this.#variables.units = units;
    this.#variables.owned = initialTokens(tokenSetting, this.role) & availableTokens(units);
  }

  #process(part: Spdu): void {
    const joined = this.#segments.push(part);
    if (joined.kind === 'pending') return;
    if (joined.kind === 'broken' && part.kind !== 'ABORT') {
      this.#protocolError(joined.message);
      return;
    }
    const { spdu } = joined;
    const event = spdu.abbreviation as SpduEvent;
    const version = spdu.versions === undefined ? undefined : this.#commonVersion(spdu.versions);
    const detail: EventDetail = {
      serial: event === 'AR' ? spdu.linking?.serialNumber : spdu.serialNumber,
      tokens: spdu.tokenItem,
      versionInCommon: version !== undefined,
    };
    const transition = lacksActivity(event, spdu) ? undefined : this.#find(RECEIVED, event, detail);
    if (transition === undefined || this.#tooLong(spdu)) {
      this.#protocolError(`${spdu.kind} in ${this.#state}`);
      return;
    }
    for (const update of transition.update ?? []) update(this.#variables, detail);
    if (event === 'CN') this.#connect = spdu;
    if (event === 'AC') {
      this.#version = version;
      this.#establish(this.#proposed & spdu.functionalUnits!, spdu.tokenSetting ?? 0);
    }
    const indication = transition.discard === true ? undefined : indicationOf(event, spdu);
    if (indication !== undefined) this.#events.push(indication);
    this.#enter(transition.next);
    this.#reply(transition);
    if (event === 'AC' && spdu.tokenItem !== undefined) this.#pleaseInAccept(spdu);
  }

  /** An AC with a Token Item stands for the AC and a PT behind it. X.225 7.4.3. */
  #pleaseInAccept(spdu: Spdu): void {
    const tokens = (spdu.tokenItem ?? 0) & availableTokens(this.#variables.units);
    if (tokens !== 0) this.#events.push({ kind: 'sTokenPleaseIndication', tokens, userData: undefined });
  }

  #tooLong(spdu: Spdu): boolean {
    if (this.#options.enforceLimits === false || this.#version === undefined) return false;
    return (spdu.userData?.length ?? 0) > userDataLimit(spdu.kind, this.#version);
  }

  #reply(transition: Transition): void {
    switch (transition.reply) {
      case 'GTA':
        this.#send({ kind: 'GIVE TOKENS ACK' });
        break;
      case 'RF':
        this.#send({
          kind: 'REFUSE',
          transportDisconnect: TransportDisconnect.release,
          versions: this.#options.versions ?? 2,
          reason: VERSION_NOT_SUPPORTED,
        });
        break;
      case 'TDISreq':
        this.#events.push({ kind: 'tDisconnectRequest' });
        break;
      default:
        break;
    }
  }

  #find<Event extends string>(table: StateTable<Event>, event: Event, detail: EventDetail): Transition | undefined {
    const transitions = table[this.#state]?.[event];
    return transitions?.find(({ when }) => when === undefined || when(this.#variables, detail));
  }

  #expect(event: RequestEvent, detail: EventDetail): Transition {
    const transition = this.#find(REQUESTED, event, detail);
    if (transition !== undefined) return transition;
    const { owned, vact, va, vm } = this.#variables;
    throw new SessionError('ERR_SESSION_STATE', {
      message: `${event} in ${this.#state} (tokens 0x${owned.toString(16)}, activity ${vact}, V(A) ${va}, V(M) ${vm})`,
      hint: 'ask allows() first, or wait for the indication that changes the state',
    });
  }

  #repeated(): Pick<SpduDescription, 'calledReference' | 'commonReference'> {
    const { callingReference, commonReference } = this.#connect!;
    return { calledReference: callingReference?.toBytes(), commonReference: commonReference?.toBytes() };
  }

  #request(event: RequestEvent, detail: EventDetail, description: SpduDescription): void {
    const transition = this.#expect(event, detail);
    this.#send(description);
    for (const update of transition.update ?? []) update(this.#variables, detail);
    this.#enter(transition.next);
  }

  #send(description: SpduDescription): void {
    const { kind, userData } = description;
    const version = this.#version ?? (((this.#options.versions ?? 2) & 2) !== 0 ? 2 : 1);
    const length = userData?.length ?? 0;
    if (this.#options.enforceLimits !== false && length > userDataLimit(kind, version)) {
      throw new SessionError('ERR_SESSION_PARAMETER', {
        message: `${length} octets of user data; ${kind} takes ${userDataLimit(kind, version)} in version ${version}`,
      });
    }
    const whole: SpduDescription = { ...description, ...this.#options.deviations?.[kind] };
    const segmented = version === 2 && kind !== 'CONNECT' && kind !== 'DATA TRANSFER';
    const prefix = definitionOf(kind)!.prefix?.[0];
    const octets = segmented ? segmentSpdu(whole, SEGMENT_OCTETS).map(encodeSpdu) : [encodeSpdu(whole)];
    for (const spdu of octets) {
      this.#output.push(prefix === undefined ? spdu : concat([encodeSpdu({ kind: prefix }), spdu]));
    }
  }

  /** A.4.1.2 a: S-P-ABORT indication, AB, TIM, STA16; where the session never began or is over, less. */
  #protocolError(message: string): void {
    if (this.#state === 'STA16') return;
    if (this.#state === 'STA01C') {
      this.#closeTransport();
      return;
    }
    const transportDisconnect = TransportDisconnect.release | TransportDisconnect.protocolError;
    this.#send({ kind: 'ABORT', transportDisconnect });
    this.#enter('STA16');
    this.#providerAbort(transportDisconnect, message);
  }

  #providerAbort(transportDisconnect: number, message: string): void {
    const none = { reflect: undefined, userData: undefined };
    this.#events.push({ kind: 'sPAbortIndication', local: true, transportDisconnect, message, ...none });
  }

  #closeTransport(): void {
    this.#enter('STA01');
    this.#events.push({ kind: 'tDisconnectRequest' });
  }

  #enter(state: SessionState): void {
    if (state === 'STA16' && this.#state !== 'STA16') {
      this.#deadline = this.#now + (this.#options.closeTimeout ?? DEFAULT_CLOSE_TIMEOUT);
    } else if (state !== 'STA16') {
      this.#deadline = undefined;
    }
    if (state === 'STA01' || state === 'STA16') this.#segments.drop();
    this.#state = state;
  }
}

/** Parameters of no octets are as good as none, which mandatory ones must not be. X.225 8.2.6. */
function lacksActivity(event: SpduEvent, { activityIdentifier, linking }: Spdu): boolean {
  if (event !== 'AS' && event !== 'AR') return false;
  return activityIdentifier === undefined || (event === 'AR' && linking?.serialNumber === undefined);
}
