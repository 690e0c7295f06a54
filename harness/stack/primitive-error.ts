import { type Layer, P1specError } from '../ber/error.js';

export type PrimitiveErrorCode =
  /** The state table of the layer does not have the primitive in this state. */
  | 'ERR_PRIMITIVE_STATE'
  /** A parameter that the primitive cannot have. */
  | 'ERR_PRIMITIVE_PARAMETER'
  /** No presentation context was agreed for what is to be sent. */
  | 'ERR_PRIMITIVE_CONTEXT';

/** A request that a machine cannot take: an error of the program that uses it, never of the peer. */
export class PrimitiveError extends P1specError {
  override readonly name = 'PrimitiveError';

  constructor(code: PrimitiveErrorCode, details: { message: string; layer: Layer; hint?: string }) {
    super(code, { message: details.message, at: { layer: details.layer }, hint: details.hint });
  }
}

/** A request out of order, in the terms of the layer's state table. */
export function outOfOrder(layer: Layer, primitive: string, state: string): PrimitiveError {
  return new PrimitiveError('ERR_PRIMITIVE_STATE', { message: `${primitive} in ${state}`, layer });
}
