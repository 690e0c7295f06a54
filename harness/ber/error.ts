/** The layers of the stack, lowest first, as errors, anomalies and findings name them. */
export type Layer = 'link' | 'tpkt' | 'cotp' | 'session' | 'presentation' | 'acse' | 'rtse' | 'p1' | 'ber';

/** Where in the conversation an error lies. */
export interface ErrorPlace {
  readonly layer?: Layer;
  /** Octets from the start of the stream of that direction, TPKT headers included. */
  readonly offset?: number;
  /** The decoded path, outermost first, e.g. `CP.normalModeParameters`. */
  readonly path?: string;
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1. */
  readonly column?: number;
}

/**
 * The base of every error that p1spec throws on purpose.
 * `code` is stable (`ERR_…`), `at` says where, `hint` says what to do.
 */
export class P1specError extends Error {
  override readonly name: string = 'P1specError';
  readonly code: string;
  readonly at: ErrorPlace;
  readonly hint: string | undefined;

  constructor(code: string, details: { message: string; at?: ErrorPlace; hint?: string; cause?: unknown }) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.at = details.at ?? {};
    this.hint = details.hint;
  }
}

/** Octets that are not BER, or that pass a limit. X.690. */
export class BerError extends P1specError {
  override readonly name = 'BerError';

  constructor(code: BerErrorCode, details: { message: string; offset: number; layer?: Layer; path?: string }) {
    super(code, {
      message: `${details.message} (offset ${details.offset})`,
      at: { layer: details.layer ?? 'ber', offset: details.offset, path: details.path },
    });
  }
}

export type BerErrorCode =
  | 'ERR_BER_TRUNCATED'
  | 'ERR_BER_LENGTH'
  | 'ERR_BER_TAG'
  | 'ERR_BER_DEPTH'
  | 'ERR_BER_COUNT'
  | 'ERR_BER_END_OF_CONTENTS'
  | 'ERR_BER_TRAILING';
