import { decode } from '../../asn1/decode.js';
import type { Element } from '../../ber/element.js';
import type { Limits } from '../../ber/limits.js';
import type { Octets } from '../../ber/octets.js';
import { TagClass, tagKey, tagName } from '../../ber/tag.js';
import { ACSE_ABSTRACT_SYNTAX } from '../acse/object-identifiers.js';
import { observeAcse, type UserInformation } from '../acse/observer.js';
import type { Anomaly } from '../anomaly.js';
import type { Tpdu } from '../cotp/tpdu.js';
import type { Direction } from '../direction.js';
import { anomaliesOf } from '../issues.js';
import {
  type PpduObservation,
  PresentationObserver,
  type PresentationValue,
  presentationMode,
} from '../presentation/observer.js';
import { observeRtse, observeRtseOctets, type RtseName, type RtseObservation } from '../rtse/observer.js';
import { ApplicationProtocol } from '../rtse/types.js';
import type { Spdu } from '../session/spdu.js';
import { ActivityObserver, type SharedTransfers } from './activity-observer.js';
import { type EventBody, editionOf, type Mode, type Outcome, type Refusal, type UserTypes } from './events.js';
import { recoverIn } from './open-values.js';
import { SliceObserver } from './slice-observer.js';

export interface UpperObserverOptions {
  readonly connection: number;
  readonly types: UserTypes;
  readonly limits?: Partial<Limits>;
  readonly startLost: boolean;
  readonly emit: (event: EventBody) => void;
  readonly shared?: SharedTransfers;
}

/** SPDUs on which RTSE maps no user data, in any mode. X.218 9, X.228 8. */
const NO_USER_DATA: ReadonlySet<Spdu['kind']> = new Set<Spdu['kind']>([
  'ACTIVITY START',
  'ACTIVITY RESUME',
  'ACTIVITY END',
  'ACTIVITY END ACK',
  'MINOR SYNC POINT',
  'MINOR SYNC ACK',
  'ACTIVITY INTERRUPT',
  'ACTIVITY INTERRUPT ACK',
  'ACTIVITY DISCARD',
  'ACTIVITY DISCARD ACK',
  'EXCEPTION DATA',
  'GIVE TOKENS',
  'GIVE TOKENS CONFIRM',
  'GIVE TOKENS ACK',
]);

/** Presentation, ACSE and RTSE of one association, both directions, from SPDUs to bind and transfers. */
export class UpperObserver {
  readonly #types: UserTypes;
  readonly #emit: (event: EventBody) => void;
  readonly #presentation = new PresentationObserver();
  readonly #activities: ActivityObserver;
  readonly #slices: SliceObserver;
  #mode: Mode | undefined;
  #terminated: Outcome | undefined;
  /** The application is not P1. */
  #foreign = false;

  constructor(options: UpperObserverOptions) {
    this.#types = options.types;
    this.#emit = options.emit;
    this.#activities = new ActivityObserver({
      connection: options.connection,
      shared: options.shared,
      types: options.types,
      limits: options.limits,
      emit: options.emit,
      startLost: options.startLost,
      contextIsKnown: (id) =>
        !this.#presentation.connectSeen || this.#presentation.abstractSyntax(id) === this.#types.abstractSyntax,
    });
    this.#slices = new SliceObserver({
      rtseAbstractSyntax: options.types.rtseAbstractSyntax,
      presentation: this.#presentation,
      emit: options.emit,
      slice: (direction, octets, wrapping) => this.#activities.slice(direction, octets, wrapping),
    });
  }

  get mode(): Mode | undefined {
    return this.#mode;
  }

  /** How the association was ended by a PDU; undefined where none was seen. */
  get terminated(): Outcome | undefined {
    return this.#terminated;
  }

  spdu(direction: Direction, spdu: Spdu): void {
    const { userData } = spdu;
    if (NO_USER_DATA.has(spdu.kind) && userData !== undefined) this.#unmapped(direction, spdu, userData);
    switch (spdu.kind) {
      case 'CONNECT':
        this.#activities.setReferences(spdu);
        if (userData !== undefined) this.#connect(direction, userData);
        break;
      case 'ACCEPT':
        if (userData !== undefined) this.#accept(direction, userData);
        break;
      case 'REFUSE':
        this.#terminated = 'refused';
        this.#refuse(direction, spdu, userData);
        break;
      case 'ABORT':
        this.#terminated ??= 'aborted';
        this.#abort(direction, spdu, userData);
        break;
      case 'FINISH':
      case 'DISCONNECT':
        if (userData !== undefined) this.#release(direction, spdu, userData);
        break;
      case 'PLEASE TOKENS':
        if (userData !== undefined) this.#turnPlease(direction, userData);
        break;
      case 'DATA TRANSFER':
        if (userData !== undefined) this.#slices.data(direction, userData);
        break;
      default:
        this.#activities.spdu(direction, spdu);
        if (spdu.kind === 'ACTIVITY START' || spdu.kind === 'ACTIVITY RESUME')
          this.#slices.begin(direction, this.#activities.wrapping);
    }
  }

  transportDisconnect(direction: Direction, tpdu: Tpdu): void {
    if (this.#terminated !== undefined || this.#mode !== undefined || tpdu.kind !== 'DR') return;
    this.#terminated = 'refused';
    this.#refused(direction, undefined, { layer: 'cotp', reason: tpdu.reason });
  }

  gap(direction: Direction): void {
    this.#activities.gap(direction);
  }

  /** Transfers that may go on in another connection, and of which more is told then. */
  get awaited(): number {
    return this.#activities.awaited;
  }

  close(): void {
    this.#activities.close();
  }

  #connect(direction: Direction, octets: Octets): void {
    if (presentationMode(octets) !== 'x410') {
      this.#setMode(direction, 'normal');
      this.#associate(direction, this.#ppdu(direction, this.#presentation.connect(octets)), 'RTORQ');
      return;
    }
    const observation = observeRtseOctets('PConnect', octets);
    const protocol = observation.decoded?.get('pUserData', 'applicationProtocol')?.primitive;
    const open = observation.decoded?.get('pUserData', 'connectionDataRQ', 'open');
    // Told before anything of it is judged.
    if (open !== undefined) this.#findForeign(direction, protocol, open.inner);
    this.#rtse(direction, observation);
    // X.410-1984: the protocol is P1 where none is named.
    this.#setMode(direction, protocol === 12 ? 'x410-1988' : 'x410-1984');
    if (open !== undefined && !this.#foreign) this.#bind(direction, 'argument', open.inner);
  }

  /**
   * X.410 mode serves any application: one that another protocol identifier names, and whose user data is no bind either,
   * is not P1. With one witness alone it is a P1 that is wrong: an MTA's mistake must not hide behind a number.
   */
  #findForeign(direction: Direction, protocol: unknown, element: Element): void {
    const { p1, mtsTransfer } = ApplicationProtocol.named;
    if (typeof protocol !== 'number' || protocol === p1 || protocol === mtsTransfer) return;
    const { decoded } = decode(this.#types.bind.x410.argument, element, { name: 'MTABindArgument' });
    if (decoded !== undefined && decoded.children.length > 0) return;
    this.#foreign = true;
    this.#activities.setForeign();
    this.#slices.setForeign();
    const message = `application protocol ${protocol}, which is neither ${p1} nor ${mtsTransfer}, with ${tagName(element)} where an MTA-bind would be`;
    this.#emit({ kind: 'foreignApplication', direction, applicationProtocol: protocol, message });
  }

  #accept(direction: Direction, octets: Octets): void {
    this.#mode ??= this.#guessMode(direction, octets);
    if (this.#mode === 'normal') {
      this.#associate(direction, this.#ppdu(direction, this.#presentation.accept(octets)), 'RTOAC');
      return;
    }
    const observation = this.#rtse(direction, observeRtseOctets('PAccept', octets));
    this.#activities.setCheckpointSize(numberOf(observation.decoded?.get('pUserData', 'checkpointSize')?.primitive));
    const open = observation.decoded?.get('pUserData', 'connectionDataAC', 'open');
    if (open !== undefined && !this.#foreign) this.#bind(direction, 'result', open.inner);
  }

  #guessMode(direction: Direction, octets: Octets): Mode {
    const mode: Mode = presentationMode(octets) === 'x410' ? 'x410-1988' : 'normal';
    this.#setMode(direction, mode);
    return mode;
  }

  #setMode(direction: Direction, mode: Mode): void {
    this.#mode = mode;
    this.#activities.setMode(mode);
    this.#slices.setMode(mode);
    this.#emit({ kind: 'mode', direction, mode });
  }

  #refuse(direction: Direction, spdu: Spdu, userData: Octets | undefined): void {
    if (userData === undefined) {
      this.#refused(direction, undefined, { layer: 'session', reason: spdu.reason });
      return;
    }
    if (this.#mode !== undefined && this.#mode !== 'normal') {
      const { decoded } = this.#rtse(direction, observeRtseOctets('PRefuse', userData));
      const reason = decoded?.get('refuseReason')?.primitive;
      this.#refused(direction, undefined, { layer: 'rtse', reason: typeof reason === 'number' ? reason : undefined });
      return;
    }
    const observation = this.#ppdu(direction, this.#presentation.refuse(userData));
    if (this.#associate(direction, observation, 'RTORJ')) return;
    const provider = observation.decoded?.get('normalModeParameters', 'providerReason')?.primitive;
    const reason = typeof provider === 'number' ? provider : undefined;
    this.#refused(direction, undefined, { layer: observation.values.length > 0 ? 'acse' : 'presentation', reason });
  }

  #abort(direction: Direction, spdu: Spdu, userData: Octets | undefined): void {
    this.#activities.aborted();
    let reason: number | undefined;
    // X.225 8.3.9.1: bit 2 says that it is the SS-user's abort.
    const provider = ((spdu.transportDisconnect ?? 0) & 0x02) === 0;
    if (userData !== undefined && this.#mode !== undefined && this.#mode !== 'normal') {
      const { decoded } = this.#rtse(direction, observeRtseOctets('AbortInformation', userData));
      reason = numberOf(decoded?.get('abortReason')?.primitive);
    } else if (userData !== undefined) {
      const [first, ...more] = this.#ppdu(direction, this.#presentation.abort(userData)).values;
      const rtab = first === undefined ? undefined : this.#acse(direction, first, 'RTAB');
      reason = numberOf(rtab?.decoded?.get('abortReason')?.primitive);
      for (const extra of more) this.#surplusValue(direction, extra, 'a second value in an abort');
    }
    this.#emit({ kind: 'abort', direction, provider, reason });
  }

  #release(direction: Direction, spdu: Spdu, userData: Octets): void {
    if (this.#mode !== 'normal') {
      // X.218 9.2.1: in the X.410 modes release carries nothing.
      if (this.#mode !== undefined) this.#unmapped(direction, spdu, userData);
      return;
    }
    const observation = this.#ppdu(direction, this.#presentation.data(userData));
    observation.values.forEach((value, i) => {
      if (i > 0) this.#surplusValue(direction, value, 'a second value in release');
      else if (value.element !== undefined) this.#acse(direction, value, undefined);
    });
  }

  #turnPlease(direction: Direction, userData: Octets): void {
    if (this.#mode !== 'normal') {
      this.#rtse(direction, observeRtseOctets('RTTP', userData));
      return;
    }
    const [first, ...more] = this.#ppdu(direction, this.#presentation.data(userData)).values;
    if (first?.element !== undefined) this.#rtse(direction, observeRtse('RTTP', first.element));
    for (const extra of more) this.#surplusValue(direction, extra, 'a second value in a turn please');
  }

  /** AARQ, AARE in a connect PDU, and RTSE inside it; true where a bind, its result or its error was found. */
  #associate(direction: Direction, observation: PpduObservation, expected: 'RTORQ' | 'RTOAC' | 'RTORJ'): boolean {
    const [first, ...more] = observation.values;
    for (const extra of more) this.#surplusValue(direction, extra, `a second value in ${observation.name}`);
    if (first?.element === undefined) return false;
    const rtse = this.#acse(direction, first, expected);
    if (rtse === undefined) return false;
    switch (expected) {
      case 'RTORQ':
        this.#openValue(direction, 'argument', rtse.decoded?.get('connectionDataRQ', 'open')?.inner);
        return true;
      case 'RTOAC':
        this.#activities.setCheckpointSize(numberOf(rtse.decoded?.get('checkpointSize')?.primitive));
        this.#openValue(direction, 'result', rtse.decoded?.get('connectionDataAC', 'open')?.inner);
        return true;
      case 'RTORJ': {
        const reason = numberOf(rtse.decoded?.get('refuseReason')?.primitive);
        this.#refused(direction, rtse.decoded?.get('userDataRJ')?.inner, { layer: 'rtse', reason });
        return true;
      }
    }
  }

  #openValue(direction: Direction, phase: 'argument' | 'result', element: Element | undefined): void {
    if (element !== undefined) this.#bind(direction, phase, element);
  }

  #acse(direction: Direction, value: PresentationValue, expected: RtseName | undefined): RtseObservation | undefined {
    const { element } = value;
    if (element === undefined) return undefined;
    if (value.abstractSyntax !== undefined && value.abstractSyntax !== ACSE_ABSTRACT_SYNTAX) {
      this.#surplusValue(direction, value, `a value in the context of ${value.abstractSyntax} where ACSE's should be`);
    }
    const acse = observeAcse(element);
    if (acse.decoded !== undefined) {
      this.#emit({ kind: 'pdu', direction, layer: 'acse', name: acse.name ?? 'ACSE', decoded: acse.decoded });
    }
    for (const anomaly of acse.anomalies) this.#emit({ kind: 'anomaly', direction, anomaly });
    const { userInformation } = acse;
    if (userInformation === undefined) return undefined;
    if (expected === undefined) {
      this.#unmappedInformation(direction, acse.name ?? 'ACSE', userInformation);
      return undefined;
    }
    if (userInformation.element === undefined) return undefined;
    this.#checkContext(direction, userInformation);
    return this.#rtse(direction, observeRtse(expected, userInformation.element));
  }

  /** The EXTERNAL around an RTSE APDU names the context of RTSE, where it names one. X.227 9.1. */
  #checkContext(direction: Direction, { contextId, external }: UserInformation): void {
    const reference = external.get('indirectReference');
    if (contextId === undefined || reference === undefined || !this.#presentation.connectSeen) return;
    if (this.#presentation.abstractSyntax(contextId) === this.#types.rtseAbstractSyntax) return;
    const { offset, length } = reference.element;
    const anomaly: Anomaly = {
      layer: 'acse',
      code: 'foreign-context',
      path: reference.path,
      offset,
      length,
      message: `presentation context ${contextId}, which is not that of RTSE`,
      clause: 'X.227 9.1',
      detail: String(contextId),
    };
    this.#emit({ kind: 'anomaly', direction, anomaly });
  }

  /** RTSE maps nothing on the user information of a release. X.228 8.2. */
  #unmappedInformation(direction: Direction, name: string, { external }: UserInformation): void {
    const { offset, length } = external.element;
    const message = `user information in ${name}, on which RTSE maps nothing`;
    const anomaly: Anomaly = {
      layer: 'acse',
      code: 'unexpected-user-data',
      path: external.path,
      offset,
      length,
      message,
      clause: 'X.228 8.2',
    };
    this.#emit({ kind: 'anomaly', direction, anomaly });
  }

  #bind(direction: Direction, phase: 'argument' | 'result', element: Element): void {
    const types = this.#types.bind[this.#mode === 'normal' ? 'normal' : 'x410'];
    const name = phase === 'argument' ? 'MTABindArgument' : 'MTABindResult';
    const value = this.#mode === 'normal' ? element : this.#bareBind(direction, name, element);
    const { decoded, issues } = decode(types[phase], value, { name, edition: editionOf(this.#mode) });
    this.#emit({ kind: 'bind', phase, direction, decoded });
    for (const anomaly of anomaliesOf('p1', issues, 'X.411 12.1.1'))
      this.#emit({ kind: 'anomaly', direction, anomaly });
  }

  /** What is in the wrapper that normal mode has around a bind, and the X.410 modes have not. X.419 13. */
  #bareBind(direction: Direction, name: string, element: Element): Element {
    const [inner] = BIND_WRAPPERS.includes(element.key) ? element.children : [];
    if (inner === undefined) return element;
    const { offset, length } = element;
    const message = `${tagName(element)} around the bind, which stands bare in the X.410 modes`;
    this.#emit({
      kind: 'anomaly',
      direction,
      anomaly: { layer: 'p1', code: 'other-mode', path: name, offset, length, message, clause: 'X.419 13' },
    });
    return inner;
  }

  #refused(direction: Direction, element: Element | undefined, refusal: Refusal): void {
    if (element === undefined) {
      this.#emit({ kind: 'bind', phase: 'error', direction, decoded: undefined, refusal });
      return;
    }
    const { normal, x410 } = this.#types.bind;
    const wrapped = decode(normal.error, element, { name: 'MTABindError' });
    // PP and its kin send the error bare, as the X.410 modes have bind values.
    const bare = wrapped.decoded === undefined ? decode(x410.error, element, { name: 'MTABindError' }) : undefined;
    const { decoded, issues } = bare?.decoded === undefined ? wrapped : bare;
    this.#emit({ kind: 'bind', phase: 'error', direction, decoded, refusal });
    if (bare?.decoded !== undefined) {
      const { offset, length } = element;
      const message = 'a bind error without its wrapper';
      const anomaly: Anomaly = { layer: 'p1', code: 'encoding-form', path: 'MTABindError', offset, length, message };
      this.#emit({ kind: 'anomaly', direction, anomaly });
    }
    for (const anomaly of anomaliesOf('p1', issues, 'X.411 12.1.1.3'))
      this.#emit({ kind: 'anomaly', direction, anomaly });
  }

  #ppdu(direction: Direction, observation: PpduObservation, told = true): PpduObservation {
    const { name, decoded, anomalies } = observation;
    if (told && decoded !== undefined) this.#emit({ kind: 'pdu', direction, layer: 'presentation', name, decoded });
    for (const anomaly of anomalies) this.#emit({ kind: 'anomaly', direction, anomaly });
    return observation;
  }

  #rtse(direction: Direction, observation: RtseObservation): RtseObservation {
    const { name, decoded, anomalies } = observation;
    const request = name === 'PConnect' ? decoded?.get('pUserData') : name === 'RTORQ' ? decoded : undefined;
    const recovered = recoverIn(request?.get('connectionDataRQ', 'recover'));
    if (recovered !== undefined) this.#activities.setRecovered(recovered);
    if (decoded !== undefined) this.#emit({ kind: 'pdu', direction, layer: 'rtse', name, decoded });
    for (const anomaly of anomalies) this.#emit({ kind: 'anomaly', direction, anomaly });
    return observation;
  }

  #surplusValue(direction: Direction, { pdv, foreign }: PresentationValue, message: string): void {
    // One anomaly for one value.
    if (foreign) return;
    const { offset, length } = pdv.element;
    const anomaly: Anomaly = {
      layer: 'presentation',
      code: 'surplus-value',
      path: pdv.path,
      offset,
      length,
      message,
      clause: 'X.226 8.4',
    };
    this.#emit({ kind: 'anomaly', direction, anomaly });
  }

  #unmapped(direction: Direction, spdu: Spdu, userData: Octets): void {
    const holder = spdu.parameters.find(({ value }) => value.offset === userData.offset);
    const anomaly: Anomaly = {
      layer: 'session',
      code: 'unexpected-user-data',
      path: `${spdu.kind}.userData`,
      offset: holder?.offset ?? userData.offset,
      length: holder?.length ?? userData.length,
      message: `user data on ${spdu.kind}, on which nothing is mapped`,
      clause: 'X.218 9',
    };
    this.#emit({ kind: 'anomaly', direction, anomaly });
  }
}

/** bind-invoke, bind-result, bind-error. */
const BIND_WRAPPERS = [16, 17, 18].map((tag) => tagKey(TagClass.context, tag));

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
