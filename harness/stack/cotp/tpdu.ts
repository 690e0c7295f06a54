import { P1specError } from '../../ber/error.js';
import type { Octets } from '../../ber/octets.js';
import type { Anomaly } from '../anomaly.js';

/** The TPDUs of X.224, by the names of its clause 13. */
export type TpduKind = 'CR' | 'CC' | 'DR' | 'DC' | 'DT' | 'ED' | 'AK' | 'EA' | 'RJ' | 'ER' | 'UNKNOWN';

/** Parameter codes of X.224 13.3 to 13.12 that this project names. */
export const TpduParameterCode = {
  tpduSize: 0xc0,
  callingTransportSelector: 0xc1,
  calledTransportSelector: 0xc2,
  checksum: 0xc3,
  versionNumber: 0xc4,
  protectionParameters: 0xc5,
  additionalOptionSelection: 0xc6,
  alternativeProtocolClasses: 0xc7,
  preferredTpduSize: 0xf0,
} as const;

/** One parameter of a variable part. X.224 13.2.3. */
export interface TpduParameter {
  readonly code: number;
  /** As X.224 names it; undefined where X.224 has no such parameter in this TPDU. */
  readonly name: string | undefined;
  readonly offset: number;
  /** Octets of code, length and value together. */
  readonly length: number;
  readonly value: Octets;
}

interface TpduBase {
  readonly octets: Octets;
  readonly offset: number;
  readonly length: number;
  /** In the order they came; the last of several with one code counts. */
  readonly parameters: readonly TpduParameter[];
  /** What follows the header; empty where nothing does. */
  readonly userData: Octets;
}

/** X.224 13.3 and 13.4. */
export interface ConnectTpdu extends TpduBase {
  readonly kind: 'CR' | 'CC';
  readonly destinationReference: number;
  readonly sourceReference: number;
  readonly protocolClass: number;
  /** The low four bits beside the class. */
  readonly options: number;
  readonly callingSelector: Octets | undefined;
  readonly calledSelector: Octets | undefined;
  /** Octets that parameter C0 stands for; undefined where it is absent or no power that X.224 has. */
  readonly tpduSize: number | undefined;
  /** Octets that parameter F0 stands for (its value times 128). */
  readonly preferredTpduSize: number | undefined;
}

/** X.224 13.5. */
export interface DisconnectTpdu extends TpduBase {
  readonly kind: 'DR';
  readonly destinationReference: number;
  readonly sourceReference: number;
  readonly reason: number;
}

/** X.224 13.7, class 0. */
export interface DataTpdu extends TpduBase {
  readonly kind: 'DT';
  /** The last of its TSDU. */
  readonly endOfTsdu: boolean;
  readonly number: number;
}

/** X.224 13.12. */
export interface ErrorTpdu extends TpduBase {
  readonly kind: 'ER';
  readonly destinationReference: number;
  /** 0 not specified, 1 invalid parameter code, 2 invalid TPDU type, 3 invalid parameter value. */
  readonly cause: number;
}

/** TPDUs that class 0 does not have, and codes that X.224 does not have. */
export interface OtherTpdu extends TpduBase {
  readonly kind: 'DC' | 'ED' | 'AK' | 'EA' | 'RJ' | 'UNKNOWN';
  readonly code: number;
}

export type Tpdu = ConnectTpdu | DisconnectTpdu | DataTpdu | ErrorTpdu | OtherTpdu;

export interface DecodedTpdu {
  readonly tpdu: Tpdu;
  readonly anomalies: readonly Anomaly[];
}

export type CotpErrorCode =
  | 'ERR_COTP_LENGTH'
  | 'ERR_COTP_TRUNCATED'
  | 'ERR_COTP_STATE'
  | 'ERR_COTP_TSDU_SIZE'
  | 'ERR_COTP_OPTION';

/** Octets that are no TPDU, or a request that the transport machine cannot take in its state. X.224. */
export class CotpError extends P1specError {
  override readonly name = 'CotpError';

  constructor(code: CotpErrorCode, details: { message: string; offset?: number; hint?: string }) {
    super(code, {
      message: details.offset === undefined ? details.message : `${details.message} (offset ${details.offset})`,
      at: { layer: 'cotp', offset: details.offset },
      hint: details.hint,
    });
  }

  get offset(): number | undefined {
    return this.at.offset;
  }
}
