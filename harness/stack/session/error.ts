import { P1specError } from '../../ber/error.js';

export type SpduErrorCode =
  | 'ERR_SPDU_TRUNCATED'
  | 'ERR_SPDU_LENGTH'
  /** The encoder was given what no SPDU can hold. */
  | 'ERR_SPDU_VALUE';

/** Octets that are no SPDU, or values that do not fit into one. X.225 8.2. */
export class SpduError extends P1specError {
  override readonly name = 'SpduError';

  constructor(code: SpduErrorCode, details: { message: string; offset?: number; path?: string; hint?: string }) {
    super(code, {
      message: details.offset === undefined ? details.message : `${details.message} (offset ${details.offset})`,
      at: { layer: 'session', offset: details.offset, path: details.path },
      hint: details.hint,
    });
  }

  get offset(): number | undefined {
    return this.at.offset;
  }
}

export type SessionErrorCode =
  /** The primitive is not one that the SS-user may issue in this state. X.225 A.4.1.1. */
  | 'ERR_SESSION_STATE'
  /** A parameter of a primitive is outside what the protocol version or the tables allow. */
  | 'ERR_SESSION_PARAMETER';

/** A request that the session machine cannot take: an error of the program that uses it, never of the peer. */
export class SessionError extends P1specError {
  override readonly name = 'SessionError';

  constructor(code: SessionErrorCode, details: { message: string; hint?: string }) {
    super(code, { message: details.message, at: { layer: 'session' }, hint: details.hint });
  }
}
