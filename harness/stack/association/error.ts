import { P1specError } from '../../ber/error.js';

export type AssociationErrorCode =
  /** The mode is none that the machine speaks. */
  | 'ERR_MODE_UNSUPPORTED'
  /** The request is not one for this role or state. */
  | 'ERR_ASSOCIATION_STATE';

/** A request that an association cannot take: an error of the program that uses it, never of the peer. */
export class AssociationError extends P1specError {
  override readonly name = 'AssociationError';

  constructor(code: AssociationErrorCode, details: { message: string; hint?: string }) {
    super(code, { message: details.message, hint: details.hint });
  }
}
