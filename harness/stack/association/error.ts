import { P1specError } from '../../ber/error.js';

export type AssociationErrorCode =
  /** No mode is given. */
  | 'ERR_MODE_UNSUPPORTED'
  /** Selectors of a layer that the mode does not have, or sends none of. */
  | 'ERR_MODE_SELECTORS'
  /** A bind for which its SPDU has no room in this mode. */
  | 'ERR_BIND_SIZE'
  /** The request is not one for this role or state. */
  | 'ERR_ASSOCIATION_STATE';

/** A request that an association cannot take: an error of the program that uses it, never of the peer. */
export class AssociationError extends P1specError {
  override readonly name = 'AssociationError';

  constructor(code: AssociationErrorCode, details: { message: string; hint?: string }) {
    super(code, { message: details.message, hint: details.hint });
  }
}
