import { Octets } from '../../ber/octets.js';
import { encodeTpkt, type TpktUnit } from '../tpkt/codec.js';
import { TpktFramer } from '../tpkt/framer.js';
import {
  DT_HEADER_LENGTH,
  dataHeader,
  decodeTpdu,
  encodeConnect,
  encodeDisconnect,
  encodeError,
  type RawTpduParameter,
  TPDU_SIZES,
} from './codec.js';
import { type ReassemblyLimits, TsduReassembly } from './reassembly.js';
import { type ConnectTpdu, CotpError, type Tpdu, TpduParameterCode } from './tpdu.js';

export type TransportRole = 'initiator' | 'responder';

/** States of a class 0 transport connection, X.224 Annex A, on an open network connection. */
export type TransportState =
  | 'CLOSED'
  /** CR sent, wait for CC. */
  | 'WFCC'
  /** CR received, wait for the T-CONNECT response. */
  | 'WFTRESP'
  | 'OPEN';

export interface TransportOptions {
  /** The reference of this side, not 0. X.224 13.3.3. */
  readonly reference?: number;
  readonly callingSelector?: Uint8Array;
  readonly calledSelector?: Uint8Array;
  /**
   * Largest TPDU in octets, DT header included: 128, 256 … 8192; proposed by the initiator (2048 if absent), upper
   * bound for the responder (8192 if absent). `null` sends no parameter C0 (initiator): 65531 under RFC 1006.
   */
  readonly tpduSize?: number | null;
  /** Preferred size in octets, a multiple of 128: parameter F0, which RFC 2126 uses. Off if absent. */
  readonly preferredTpduSize?: number;
  /** What to do about a protocol error: answer ER, or only close. X.224 6.22. `er` if absent. */
  readonly onError?: 'er' | 'close';
  /** Parameters that X.224 does not have, on CR or CC: deliberate deviations. */
  readonly extraParameters?: readonly RawTpduParameter[];
  /** User data on CR or CC: a deliberate deviation. */
  readonly connectUserData?: Uint8Array;
  /** The reserved octet of every TPKT; 0 if absent. */
  readonly tpktReserved?: number;
  readonly limits?: ReassemblyLimits;
}

export type TransportEvent =
  | { readonly kind: 'tConnectIndication'; readonly callingSelector?: Octets; readonly calledSelector?: Octets }
  | { readonly kind: 'tConnectConfirm'; readonly callingSelector?: Octets; readonly calledSelector?: Octets }
  | { readonly kind: 'tDataIndication'; readonly octets: Octets }
  /** `code`: reason of a DR, cause of an ER. The connection is closed, and the link is to be. */
  | {
      readonly kind: 'tDisconnectIndication';
      readonly reason: 'refused' | 'disconnected' | 'error-report' | 'protocol-error';
      readonly code: number | undefined;
      readonly message: string;
    }
  /** Close the TCP connection once the output is sent: the release of class 0. X.224 6.7.1. */
  | { readonly kind: 'closeLink' };

/** The largest TPDU where no size was negotiated. RFC 1006 clause 5. */
const RFC1006_DEFAULT_SIZE = 65_531;
const DEFAULT_SIZE = 2048;
const DEFAULT_RESPONDER_SIZE = 8192;

/** ER causes of X.224 13.12.3. */
const CAUSE = { unspecified: 0, invalidParameterCode: 1, invalidTpduType: 2, invalidParameterValue: 3 } as const;

/**
 * A class 0 transport protocol machine over RFC 1006. Sans-I/O: octets of the TCP stream go into `receive`, TPKTs come
 * out of `takeOutput`, primitives out of `takeEvents`.
 */
export class TransportMachine {
  readonly role: TransportRole;
  readonly #options: TransportOptions;
  readonly #framer = new TpktFramer();
  readonly #reassembly: TsduReassembly;
  #state: TransportState = 'CLOSED';
  #finished = false;
  #peer = 0;
  #request: ConnectTpdu | undefined;
  #size = RFC1006_DEFAULT_SIZE;
  #output: Uint8Array[] = [];
  #events: TransportEvent[] = [];

  constructor(role: TransportRole, options: TransportOptions = {}) {
    this.role = role;
    this.#options = options;
    this.#reassembly = new TsduReassembly(options.limits);
    checkOptions(options);
  }

  get state(): TransportState {
    return this.#state;
  }

  /** The largest TPDU that was agreed, in octets, DT header included. */
  get tpduSize(): number {
    return this.#size;
  }

  takeOutput(): Uint8Array[] {
    return this.#output.splice(0);
  }

  takeEvents(): TransportEvent[] {
    return this.#events.splice(0);
  }

  tConnectRequest(): void {
    if (this.role !== 'initiator' || this.#state !== 'CLOSED' || this.#finished) throw this.#wrongState('T-CONNECT');
    const size = this.#options.tpduSize === undefined ? DEFAULT_SIZE : this.#options.tpduSize;
    const parameters: RawTpduParameter[] = [];
    if (size !== null) parameters.push(sizeParameter(size));
    parameters.push(...this.#selectors(), ...preferred(this.#options.preferredTpduSize));
    parameters.push(...(this.#options.extraParameters ?? []));
    this.#send(
      encodeConnect('CR', {
        sourceReference: this.#reference,
        parameters,
        userData: this.#options.connectUserData,
      }),
    );
    this.#state = 'WFCC';
  }

  tConnectResponse(): void {
    const request = this.#request;
    if (this.#state !== 'WFTRESP' || request === undefined) throw this.#wrongState('T-CONNECT response');
    const bound = this.#options.tpduSize ?? DEFAULT_RESPONDER_SIZE;
    const parameters: RawTpduParameter[] = [];
    if (request.tpduSize !== undefined) {
      // The CC may lower what the CR proposed, never raise it. X.224 6.5.4 j.
      this.#size = Math.min(request.tpduSize, bound);
      parameters.push(sizeParameter(this.#size));
    }
    parameters.push(...this.#echoedSelectors(request), ...(this.#options.extraParameters ?? []));
    this.#send(
      encodeConnect('CC', {
        destinationReference: this.#peer,
        sourceReference: this.#reference,
        parameters,
        userData: this.#options.connectUserData,
      }),
    );
    this.#state = 'OPEN';
  }

  /** Refuses a T-CONNECT indication with a DR. `reason`: X.224 13.5.3. */
  tConnectRefuse(reason = 0): void {
    if (this.#state !== 'WFTRESP') throw this.#wrongState('T-DISCONNECT');
    this.#send(encodeDisconnect({ destinationReference: this.#peer, sourceReference: 0, reason }));
    this.#finish();
  }

  /** One TSDU, in pieces that are sent as if they were joined; segmented to the agreed size. X.224 6.3. */
  tDataRequest(tsdu: Uint8Array | readonly Uint8Array[]): void {
    if (this.#state !== 'OPEN') throw this.#wrongState('T-DATA');
    const rope = Octets.join((tsdu instanceof Uint8Array ? [tsdu] : tsdu).map((piece) => Octets.of(piece)));
    if (rope.length === 0) throw new CotpError('ERR_COTP_OPTION', { message: 'a TSDU has at least one octet' });
    const room = this.#size - DT_HEADER_LENGTH;
    for (let start = 0; start < rope.length; start += room) {
      const last = start + room >= rope.length;
      const pieces = rope.subarray(start, start + room).slices.map(({ bytes }) => bytes);
      this.#send([dataHeader(last), ...pieces]);
    }
  }

  /** Normal release: class 0 closes the network connection (X.224 6.7.1); what was not answered is refused before. */
  tDisconnectRequest(): void {
    if (this.#finished) return;
    if (this.#state === 'WFTRESP') {
      this.tConnectRefuse();
      return;
    }
    this.#finish();
  }

  /** Octets past every rule, for fakes that err on purpose; the state does not change. */
  sendTpdu(tpdu: Uint8Array): void {
    this.#send(tpdu);
  }

  /** The TCP connection was closed or lost. */
  linkClosed(message = 'the peer closed the connection'): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#state = 'CLOSED';
    this.#events.push({ kind: 'tDisconnectIndication', reason: 'disconnected', code: undefined, message });
  }

  receive(chunk: Octets): void {
    for (const unit of this.#framer.push(chunk)) {
      if (this.#finished) return;
      this.#unit(unit);
    }
  }

  get #reference(): number {
    return this.#options.reference ?? 1;
  }

  #unit(unit: TpktUnit): void {
    if (unit.kind === 'lostSync') {
      this.#protocolError(unit.error.message, undefined);
    } else if (unit.kind === 'tpkt') {
      try {
        const { tpdu, anomalies } = decodeTpdu(unit.tpdu);
        const malformed = anomalies.find(({ code }) => code === 'malformed');
        if (malformed === undefined)
          this.#tpdu(
            tpdu,
            anomalies.some(({ code }) => code === 'unknown-parameter'),
          );
        else this.#protocolError(malformed.message, CAUSE.invalidParameterValue, unit.tpdu);
      } catch (error) {
        if (!(error instanceof CotpError)) throw error;
        this.#protocolError(error.message, CAUSE.unspecified, unit.tpdu);
      }
    }
  }

  /** X.224 Table A.6, class 0; a blank cell is a protocol error (A.2.3 b). */
  #tpdu(tpdu: Tpdu, unknownParameter: boolean): void {
    if (this.#state === 'CLOSED') {
      this.#withoutConnection(tpdu);
    } else if (tpdu.kind === 'DT' && this.#state === 'OPEN') {
      const octets = this.#reassembly.push(tpdu.userData, tpdu.endOfTsdu);
      if (octets !== undefined && octets.length > 0) this.#events.push({ kind: 'tDataIndication', octets });
    } else if (tpdu.kind === 'CR' && this.#isRepeated(tpdu)) {
      // P9: the first stays. 6.9.1.4.2.
    } else if (unknownParameter && tpdu.kind !== 'CR') {
      // Unknown parameters are ignored in a CR and an error anywhere else. X.224 13.2.3.
      this.#protocolError(`${tpdu.kind} with an unknown parameter`, CAUSE.invalidParameterCode, tpdu.octets);
    } else if (tpdu.kind === 'CC' && this.#state === 'WFCC') {
      this.#connectConfirmed(tpdu);
    } else if (tpdu.kind === 'DR') {
      // On an open class 0 connection a DR is no TPDU that X.224 has; real MTAs send it before they close.
      const refused = this.#state === 'WFCC';
      const message = `DR, reason ${tpdu.reason}`;
      this.#down(refused ? 'refused' : 'disconnected', tpdu.reason, message);
    } else if (tpdu.kind === 'ER') {
      this.#down('error-report', tpdu.cause, `ER, cause ${tpdu.cause}`);
    } else {
      this.#protocolError(`${tpdu.kind} in ${this.#state}`, CAUSE.invalidTpduType, tpdu.octets);
    }
  }

  /** On a network connection that has no transport connection yet. X.224 6.9.1.4.2, Table A.6 CLOSED. */
  #withoutConnection(tpdu: Tpdu): void {
    if (tpdu.kind === 'CR' && this.role === 'responder') {
      this.#connectRequested(tpdu);
    } else if (tpdu.kind === 'CR') {
      // P1: who opened the network connection asks, and is not asked.
      this.#refuse(tpdu, 128 + 2, 'a CR to the side that opens');
    } else if (tpdu.kind === 'CC') {
      this.#send(encodeDisconnect({ destinationReference: tpdu.sourceReference, sourceReference: 0, reason: 0 }));
    } else if (tpdu.kind === 'DR') {
      // A DC is not class 0's to send.
      this.#down('disconnected', tpdu.reason, `DR, reason ${tpdu.reason}`);
    }
  }

  /** The class 4 CR of this connection, once more. */
  #isRepeated(request: ConnectTpdu): boolean {
    const first = this.#request;
    return first?.protocolClass === 4 && request.protocolClass === 4 && request.sourceReference === this.#peer;
  }

  /** Reasons above 128 are not for a CR of class 0. X.224 13.5.3. */
  #refuse({ protocolClass, sourceReference }: ConnectTpdu, beyondClass0: number, message: string): void {
    const reason = protocolClass === 0 ? 0 : beyondClass0;
    this.#send(encodeDisconnect({ destinationReference: sourceReference, sourceReference: 0, reason }));
    this.#down('protocol-error', reason, message);
  }

  #connectRequested(request: ConnectTpdu): void {
    this.#peer = request.sourceReference;
    const classes = request.parameters.find(({ code }) => code === TpduParameterCode.alternativeProtocolClasses);
    const offersClass0 = classes?.value.toBytes().some((octet) => octet >> 4 === 0) === true;
    // Table 3: class 0 may answer class 0 and 1, and others that name it, or class 1, as an alternative.
    const offersClass1 = classes?.value.toBytes().some((octet) => octet >> 4 === 1) === true;
    const { protocolClass } = request;
    const answerable = protocolClass <= 1 || offersClass0 || (protocolClass >= 3 && offersClass1);
    if (!answerable || request.sourceReference === 0) {
      const reason = answerable ? 128 + 5 : 128 + 2;
      const fault = answerable ? 'source reference 0' : `class ${protocolClass} cannot be answered with class 0`;
      this.#refuse(request, reason, fault);
      return;
    }
    this.#request = request;
    this.#state = 'WFTRESP';
    const { callingSelector, calledSelector } = request;
    this.#events.push({ kind: 'tConnectIndication', callingSelector, calledSelector });
  }

  #connectConfirmed(confirm: ConnectTpdu): void {
    const offered = this.#options.tpduSize === undefined ? DEFAULT_SIZE : this.#options.tpduSize;
    if (confirm.destinationReference !== this.#reference || confirm.protocolClass !== 0) {
      // P6 and P5: T-DISCONNECT indication, and the network connection is released.
      this.#down('protocol-error', CAUSE.invalidParameterValue, 'a CC that answers another CR');
      return;
    }
    if (confirm.tpduSize !== undefined && offered !== null && confirm.tpduSize > offered) {
      const message = `a CC of ${confirm.tpduSize} octets to a CR of ${offered}`;
      this.#down('protocol-error', CAUSE.invalidParameterValue, message);
      return;
    }
    this.#peer = confirm.sourceReference;
    this.#size = confirm.tpduSize ?? this.#agreedWithoutC0(confirm, offered);
    this.#state = 'OPEN';
    const { callingSelector, calledSelector } = confirm;
    this.#events.push({ kind: 'tConnectConfirm', callingSelector, calledSelector });
  }

  /** A CC without C0 accepts F0 where it has one, else the size of the CR. X.224 6.5.4 j, k. */
  #agreedWithoutC0(confirm: ConnectTpdu, offered: number | null): number {
    if (confirm.preferredTpduSize !== undefined && this.#options.preferredTpduSize !== undefined) {
      return Math.min(confirm.preferredTpduSize, this.#options.preferredTpduSize, RFC1006_DEFAULT_SIZE);
    }
    return offered ?? RFC1006_DEFAULT_SIZE;
  }

  #selectors(): RawTpduParameter[] {
    const { callingSelector, calledSelector } = this.#options;
    const parameters: RawTpduParameter[] = [];
    if (callingSelector !== undefined) {
      parameters.push({ code: TpduParameterCode.callingTransportSelector, value: callingSelector });
    }
    if (calledSelector !== undefined) {
      parameters.push({ code: TpduParameterCode.calledTransportSelector, value: calledSelector });
    }
    return parameters;
  }

  /** Selectors of a CC are those of the CR. X.224 13.4. */
  #echoedSelectors({ callingSelector, calledSelector }: ConnectTpdu): RawTpduParameter[] {
    const parameters: RawTpduParameter[] = [];
    if (callingSelector !== undefined) parameters.push({ code: 0xc1, value: callingSelector.toBytes() });
    if (calledSelector !== undefined) parameters.push({ code: 0xc2, value: calledSelector.toBytes() });
    return parameters;
  }

  #protocolError(message: string, cause: number | undefined, octets?: Octets): void {
    if (cause !== undefined && octets !== undefined && this.#options.onError !== 'close') {
      this.#send(
        encodeError({ destinationReference: this.#peer, cause, invalidTpdu: octets.subarray(0, 240).toBytes() }),
      );
    }
    this.#down('protocol-error', cause, message);
  }

  #down(
    reason: Extract<TransportEvent, { kind: 'tDisconnectIndication' }>['reason'],
    code: number | undefined,
    message: string,
  ): void {
    this.#events.push({ kind: 'tDisconnectIndication', reason, code, message });
    this.#finish();
  }

  #finish(): void {
    this.#finished = true;
    this.#state = 'CLOSED';
    this.#reassembly.drop();
    this.#events.push({ kind: 'closeLink' });
  }

  #send(tpdu: Uint8Array | readonly Uint8Array[]): void {
    this.#output.push(encodeTpkt(tpdu, this.#options.tpktReserved));
  }

  #wrongState(primitive: string): CotpError {
    return new CotpError('ERR_COTP_STATE', { message: `${primitive} in ${this.#state} as ${this.role}` });
  }
}

function checkOptions({ tpduSize, preferredTpduSize }: TransportOptions): void {
  if (tpduSize !== undefined && tpduSize !== null) sizeParameter(tpduSize);
  if (preferredTpduSize !== undefined) preferred(preferredTpduSize);
}

function sizeParameter(octets: number): RawTpduParameter {
  for (const [code, size] of TPDU_SIZES) {
    if (size === octets) return { code: TpduParameterCode.tpduSize, value: Uint8Array.of(code) };
  }
  throw new CotpError('ERR_COTP_OPTION', {
    message: `a TPDU size of ${octets} octets`,
    hint: 'one of 128, 256, 512, 1024, 2048, 4096, 8192',
  });
}

function preferred(octets: number | undefined): RawTpduParameter[] {
  if (octets === undefined) return [];
  const units = octets / 128;
  if (!Number.isInteger(units) || units < 1 || units > 511) {
    throw new CotpError('ERR_COTP_OPTION', { message: `a preferred TPDU size of ${octets}, no multiple of 128` });
  }
  const value = units > 0xff ? Uint8Array.of(units >> 8, units & 0xff) : Uint8Array.of(units);
  return [{ code: TpduParameterCode.preferredTpduSize, value }];
}
