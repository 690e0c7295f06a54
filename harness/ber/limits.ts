/** What a reader accepts from the wire before it gives up. */
export interface Limits {
  /** Nesting of constructed elements. */
  readonly depth: number;
  /** Elements (TLVs) in one APDU. */
  readonly elements: number;
}

export const DEFAULT_LIMITS: Limits = { depth: 64, elements: 1_000_000 };
